"""`--compare`: two configurations on the same luck, and by how much what comes of them differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from teiki_scenarios.intervals import LEVEL, interval
from teiki_scenarios.language import Language, refuse
from teiki_scenarios.replications import Daily, Task, build, daily
from teiki_scenarios.replications import replications as started
from teiki_sim.calendar import DAY
from teiki_sim.config import Config, digest
from teiki_sim.log.kinds import Kind, Side
from teiki_sim.log.rows import Chunk
from teiki_sim.monitors import Monitors, Violation
from teiki_sim.world import World

__all__ = [
    "MEASURES",
    "Counts",
    "Figures",
    "Progress",
    "check_other",
    "compare",
    "counted",
    "figures",
    "show",
]

Progress = Callable[[int], None]
"""``progress(done)``: replications of the other configuration that are done."""

MEASURES = (
    "parcels", "sales", "captured", "refunded", "declined", "holds", "flags", "cancelled", "violations",
    "money_at_risk",
)  # fmt: skip
"""What is compared, beside the violations by invariant: numbers, and yen for sales, captured, refunded and at risk."""
_ON_A_MARKETPLACE = ("messages_late", "charged_to_seller", "money_lost")
_NUMBERS = {
    Kind.DECLINED: "declined",
    Kind.HELD: "holds",
    Kind.FLAG_SET: "flags",
    Kind.CANCELLED: "cancelled",
}
_SUMS = {Kind.CAPTURED: "captured", Kind.REFUNDED: "refunded"}


class Counts:
    """A sink that counts the store's rows of a few kinds; yen for captures and refunds."""

    def __init__(self) -> None:
        self.found: Counter[str] = Counter()

    def take(self, chunk: Chunk) -> None:
        """Count one chunk."""
        columns = chunk.columns
        here = columns["side"] == Side.STORE
        kinds = columns["kind"]
        numbers = np.bincount(kinds[here], minlength=len(Kind))
        for kind, name in _NUMBERS.items():
            self.found[name] += int(numbers[kind])
        for kind, name in _SUMS.items():
            if numbers[kind]:
                amounts = columns["amount"][here & (kinds == kind)]
                self.found[name] += int(np.maximum(amounts, 0).sum())

    def close(self) -> None:
        """Nothing is left to count."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What one replication came to: parcels by day, the measures by name, violations by invariant."""

    daily: Daily
    measures: Mapping[str, int]
    invariants: Mapping[str, int] = field(default_factory=dict)


def counted(task: Task, replication: int, until: int | None = None) -> Figures:
    """One replication, watched and counted, with no file; ``until`` an instant, else to its end."""
    counts, monitors = Counts(), Monitors()
    world = build(task, replication, lambda _names: [counts, monitors])
    world.run(until)
    world.close()
    monitors.close((world.end * DAY if until is None else until) - 1, world.shop.names)
    return figures(world, counts, monitors.violations)


def figures(world: World, counts: Counts, violations: Sequence[Violation]) -> Figures:
    """What a world that ran came to."""
    broken = [violation for violation in violations if violation.severity == "violation"]
    found = {name: counts.found[name] for name in MEASURES}
    found["parcels"] = world.shop.parcels
    found["sales"] = sum(total for total, _tax in world.shop.tally.tax.values())
    found["violations"] = len(broken)
    found["money_at_risk"] = sum(violation.money_at_risk for violation in broken)
    if world.shop.policy.takes_requests:
        requests = world.shop.inbox.requests
        over = [request for request in requests if request.due < world.shop.now]
        found["messages_late"] = sum(not request.in_time for request in over)
        found["charged_to_seller"] = sum(request.charged for request in requests)
        found["money_lost"] = sum(request.lost for request in requests)
    return Figures(daily(world), found, dict(sorted(Counter(v.invariant for v in broken).items())))


def check_other(task: Task, other: Config, file: Path | str) -> Task:
    """The same book under another configuration; BadInput where that lacks one of the book's carriers."""
    for name in task.book.carriers:
        if name not in other.carriers:
            names = ", ".join(other.carriers)
            ja, en = f"台帳の配送方法を含む設定({names})", f"the book's carriers too, beside {names}"
            raise refuse(str(file), "carriers", name, ja, en)
    return replace(task, config=other)


def compare(
    task: Task,
    other: Task,
    known: Sequence[Figures],
    workers: int,
    until: int | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Run the other configuration as often as the first one ran, on the same luck; the contents of compare.json."""
    found: list[Figures] = []
    with started(other, range(len(known)), workers, partial(counted, until=until)) as runs:
        for run in runs():
            found.append(run)
            if progress is not None:
                progress(len(found))
    names = [
        *MEASURES,
        *(name for name in _ON_A_MARKETPLACE if name in {*known[0].measures, *found[0].measures}),
    ]
    invariants = sorted({name for run in (*known, *found) for name in run.invariants})
    return {
        "seed": task.config.seed,
        "replications": len(known),
        "config_digest": digest(task.config),
        "other_digest": digest(other.config),
        "interval": {"level": LEVEL, "method": "mean of the paired differences, Student's t"},
        "changed": changed(task.config, other.config),
        "measures": {
            name: _difference([run.measures.get(name, 0) for run in known], [run.measures.get(name, 0) for run in found])
            for name in names
        },
        "violations": {
            name: _difference([run.invariants.get(name, 0) for run in known], [run.invariants.get(name, 0) for run in found])
            for name in invariants
        },
    }  # fmt: skip


def _difference(these: Sequence[int], others: Sequence[int]) -> dict[str, Any]:
    """Means, their difference (the other less this one), and its intervals: paired, and as if it were not."""
    gaps = [other - this for this, other in zip(these, others, strict=True)]
    paired, apart = interval(gaps), interval(others, these)
    return {
        "this": round(fmean(these), 4),
        "other": round(fmean(others), 4),
        "difference": round(fmean(gaps), 4),
        "low": None if paired is None else round(paired[0], 4),
        "high": None if paired is None else round(paired[1], 4),
        "unpaired_low": None if apart is None else round(apart[0], 4),
        "unpaired_high": None if apart is None else round(apart[1], 4),
        "by_replication": {"this": list(these), "other": list(others)},
    }


def changed(this: Config, other: Config) -> list[dict[str, Any]]:
    """The settings in which two configurations differ."""
    one, two = (_flat(config.model_dump(mode="json", by_alias=True)) for config in (this, other))
    names = sorted(name for name in {*one, *two} if one.get(name) != two.get(name))
    return [{"setting": name, "this": one.get(name), "other": two.get(name)} for name in names]


def _flat(table: Mapping[str, Any], place: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, Mapping) and value:
            found |= _flat(value, f"{place}{key}.")
        else:
            found[f"{place}{key}"] = value
    return found


# ---- on the screen -------------------------------------------------------------------------------

_WORDS = {
    "parcels": ("出荷個数", "Parcels"),
    "sales": ("出荷した売上(円)", "Yen shipped"),
    "captured": ("売上確定(円)", "Yen captured"),
    "refunded": ("返金(円)", "Yen refunded"),
    "declined": ("与信NG", "Declines"),
    "holds": ("保留", "Holds"),
    "flags": ("定期生成エラー", "Generation errors"),
    "cancelled": ("注文のキャンセル", "Orders cancelled"),
    "violations": ("違反", "Violations"),
    "money_at_risk": ("違反の影響額(円)", "Yen at risk"),
    "messages_late": ("返信の遅れ", "Answers too late"),
    "charged_to_seller": ("セラー都合のキャンセル", "Cancels charged to the seller"),
    "money_lost": ("依頼による損失(円)", "Yen lost to requests"),
}


def show(found: Mapping[str, Any], lang: Language) -> None:
    """Print a comparison as a table: every measure, and the invariants in which they differ."""
    from rich.console import Console
    from rich.table import Table

    def say(ja: str, en: str) -> str:
        return ja if lang == "ja" else en

    n = found["replications"]
    title = say(f"設定の比較(同じ乱数で各 {n:,} 回)", f"Two configurations on the same luck ({n:,} each)")
    table = Table(title=title)
    heads = (
        ("項目", "Measure"),
        ("この設定", "This"),
        ("比較先", "Other"),
        ("差", "Difference"),
        ("95% 区間", "95 %"),
    )
    for i, (ja, en) in enumerate(heads):
        table.add_column(say(ja, en), justify="left" if i == 0 else "right")
    rows = [(say(*_WORDS[name]), row) for name, row in found["measures"].items()]
    rows += [(name, row) for name, row in found["violations"].items() if row["difference"]]
    for name, row in rows:
        span = "–" if row["low"] is None else f"{row['low']:+,.1f} … {row['high']:+,.1f}"
        table.add_row(
            name, *(f"{row[key]:,.1f}" for key in ("this", "other")), f"{row['difference']:+,.1f}", span
        )
    Console(highlight=False).print(table)
