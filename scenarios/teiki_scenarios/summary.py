"""summary.json: what a run came to, and how it is said on the screen."""

import hashlib
import platform
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from teiki_scenarios.comparing import show as show_comparison
from teiki_scenarios.language import Language
from teiki_scenarios.replications import Task, daily
from teiki_sim.config import digest
from teiki_sim.config_warnings import warnings_of
from teiki_sim.memory import largest
from teiki_sim.monitors import Violation
from teiki_sim.truth import detection
from teiki_sim.world import World

__all__ = ["MEASURED", "measured", "run_digest", "show", "summarise"]

MEASURED = ("wall_seconds", "events_per_second", "peak_rss_mb", "versions")
"""The keys that differ between equal runs."""

_LIBRARIES = ("numpy", "polars", "pyarrow", "pydantic", "simpy")


def summarise(
    task: Task, world: World, violations: Sequence[Violation], book_digest: str, notes: Mapping[str, Any]
) -> dict[str, Any]:
    """Everything in summary.json that is the same for the same seed, configuration and book."""
    breaches = [v for v in violations if v.severity == "violation"]
    parcels: Counter[str] = Counter()
    for (_, product), (count, _units) in daily(world).items():
        parcels[product] += count
    return {
        "seed": task.config.seed,
        "config_digest": run_digest(task, book_digest),
        "platform": task.config.platform,
        "start": task.config.start.isoformat(),
        "days": world.end - world.start,
        "subscriptions": len(task.book),
        "events": world.shop.log.rows,
        "orders": world.orders_by_status(),
        "shipments": world.shop.parcels,
        "shipments_by_product": {name: n for name, n in sorted(parcels.items()) if n},
        "sales": {
            f"{rate}%": {"with_tax": total, "tax": tax} for rate, (total, tax) in world.shop.tally.tax.items()
        },
        "violations": {
            "by_invariant": _counts(v.invariant for v in violations),
            "by_rule": _counts(v.rule for v in violations if v.rule),
        },
        "detection": detection(world.shop.truth.rows, ((v.invariant, v.sub, v.order) for v in breaches)),
        "by_severity": _counts(v.severity for v in violations),
        "warnings": [found._asdict() for found in warnings_of(task.config)],
        "input": dict(notes),
    }


def measured(events: int, seconds: float, wall: float) -> dict[str, Any]:
    """The keys of `MEASURED`; ``seconds`` are those of the run that was logged."""
    return {
        "wall_seconds": round(wall, 3),
        "events_per_second": round(events / seconds) if seconds else 0,
        "peak_rss_mb": _peak_rss_mb(),
        "versions": {
            "teiki": version("teiki"),
            "python": platform.python_version(),
            **{name: version(name) for name in _LIBRARIES},
        },
    }


def run_digest(task: Task, book_digest: str) -> str:
    """A population is named by its configuration, a book by its configuration and its rows."""
    of_config = digest(task.config)
    if not book_digest:
        return of_config
    return hashlib.sha256(f"{of_config}:{book_digest}".encode()).hexdigest()


def _counts(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))


def _peak_rss_mb() -> float | None:
    """Of this process or the largest worker; None where the system does not tell (Windows)."""
    held = largest()
    return round(held / 2**20, 1) if held else None


# ---- on the screen -------------------------------------------------------------------------------


def show(summary: Mapping[str, Any], out: Path, lang: Language) -> None:
    """Print a run's summary as a table."""
    from rich.console import Console
    from rich.table import Table

    def say(ja: str, en: str) -> str:
        return ja if lang == "ja" else en

    def listed(counts: Mapping[str, int]) -> str:
        return "\n".join(f"{name} {count:,}" for name, count in counts.items()) or say("なし", "none")

    table = Table(show_header=False, title=say("シミュレーション結果", "What the simulation gave"))
    table.add_column(no_wrap=True, style="bold")
    table.add_column()
    days = summary["days"]
    table.add_row(
        say("期間", "Period"),
        say(f"{summary['start']} から {days:,} 日間", f"{days:,} days from {summary['start']}"),
    )
    table.add_row(say("カート", "Platform"), summary["platform"])
    table.add_row(say("定期", "Subscriptions"), f"{summary['subscriptions']:,}")
    table.add_row(say("出荷個数", "Parcels"), f"{summary['shipments']:,}")
    table.add_row(say("注文", "Orders"), listed(summary["orders"]))
    table.add_row(say("違反", "Violations"), listed(summary["violations"]["by_invariant"]))
    found = [
        say(
            f"{name} 混入 {row['injected']:,} 検出 {row['found']:,} 誤検出 {row['false']:,}",
            f"{name} injected {row['injected']:,}, found {row['found']:,}, false {row['false']:,}",
        )
        for name, row in summary["detection"].items()
    ]
    table.add_row(say("検出", "Detection"), "\n".join(found) or say("なし", "none"))
    told = [f"{one['rule']} {one[lang]}" for one in summary["warnings"]]
    if told:
        table.add_row(say("設定の警告", "Settings"), "\n".join(told))
    console = Console(highlight=False)
    console.print(table)
    # Below the table and unwrapped, so that a long path can be copied whole.
    if "compare" in summary:
        show_comparison(summary["compare"], lang)
    console.print(f"{say('レポート', 'Report')}: {out / 'report.html'}", markup=False, soft_wrap=True)
