"""Measured detection: ``python -m teiki_scenarios.bench_detection``.

A shop is run with careless people, then with careful people and failing providers, and once calm; what the
monitors found is counted against what the world knows was broken, by invariant. It ends with 1 where anything
was missed or found without a cause.
"""

import argparse
import datetime
import json
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from teiki_providers.doors import open_gateway
from teiki_providers.faults import FaultPlan
from teiki_providers.silent import FAULTS as SILENT
from teiki_sim import config as shop_config
from teiki_sim.calendar import DAY
from teiki_sim.config import Config
from teiki_sim.log.writer import Sink
from teiki_sim.monitors import Monitors, Violation
from teiki_sim.names import ShopNames
from teiki_sim.policies import POLICIES
from teiki_sim.population import generate
from teiki_sim.truth import Key, Slip, compared, detection
from teiki_sim.world import World

__all__ = ["CONDITIONS", "Detected", "detect", "main", "run"]

Counts = dict[str, dict[str, int]]
"""By invariant: injected, found, false."""

#: By how much the technical faults are raised in one of the conditions.
RAISED = 20


@dataclass(frozen=True)
class Detected:
    """One run: what was counted, and in words what was missed and what was found without a cause."""

    platform: str
    condition: str
    seed: int
    counts: Counts
    details: tuple[str, ...]

    @property
    def perfect(self) -> bool:
        """Whether all that was broken was found, and nothing else."""
        return all(row["injected"] == row["found"] and not row["false"] for row in self.counts.values())


def _careless(config: Config) -> Config:
    return shop_config.with_slips(config, "careless")


def _faults(config: Config) -> Config:
    return shop_config.with_slips(config, "none")


def _raised(config: Config) -> Config:
    """Every rate of a technical fault, raised."""
    providers = {}
    for name, provider in config.providers.items():
        rates = {
            rate: min(value * RAISED, 1.0)
            for rate, value in provider.faults.model_dump().items()
            if isinstance(value, float)
        }
        faults = provider.faults.model_copy(update=rates)
        providers[name] = provider.model_copy(update={"faults": faults})
    return _faults(config).model_copy(update={"providers": providers})


def _outage(config: Config) -> Config:
    """Three days without an answer at every provider: of cards from the tenth day on, of the others a week later each."""
    windows = {}
    for place, name in enumerate(config.providers):
        first = config.start + datetime.timedelta(days=9 + 7 * place)
        days = {"from": f"{first}T00:00:00", "until": f"{first + datetime.timedelta(days=3)}T00:00:00"}
        windows[name] = {"windows": [days]}
    return shop_config.merge(_faults(config), {"providers": windows})


def _silent(config: Config) -> Config:
    """Every fault of which the shop is told nothing, at a rate of its own."""
    faults = dict.fromkeys(SILENT, 0.02) | {"authorisation_lapses": 0.002, "capture_partial": 0.002}
    more = {"number_unknown": 0.01, "cancel_lost": 0.05, "paid_late": 0.3, "edit_refused": 0.1}
    providers = {name: {"faults": faults | more} for name in config.providers}
    return shop_config.merge(_faults(config), {"providers": providers})


CONDITIONS: dict[str, Callable[[Config], Config]] = {
    "careless": _careless,
    "faults": _faults,
    f"faults x{RAISED}": _raised,
    "outage": _outage,
    "silent faults": _silent,
    "calm": shop_config.calm,
}
"""How a shop is run: each makes a configuration of a plain one. All but the first are without slips."""


def run(config: Config) -> tuple[World, Monitors]:
    """A generated population, watched from the first day to the last."""
    monitors = Monitors()

    def sinks(_names: ShopNames) -> Sequence[Sink]:
        return (monitors,)

    world = World.of(
        config,
        generate(config),
        (),
        lambda c, log: open_gateway("direct", FaultPlan(c.seed, c.providers), log),
        sinks,
    )
    world.run()
    world.close()
    monitors.close(world.end * DAY - 1, world.shop.names)
    return world, monitors


def detect(platform: str, condition: str, seed: int, subscriptions: int, months: int) -> Detected:
    """Run a shop in one of the conditions and count."""
    plain = {"platform": platform, "seed": seed, "subscriptions": subscriptions, "months": months}
    world, monitors = run(CONDITIONS[condition](shop_config.load(None, plain)))
    rows = world.shop.truth.rows
    told = [v for v in monitors.violations if v.severity == "violation" or condition == "calm"]
    counts = detection(rows, map(_key, told))
    return Detected(platform, condition, seed, counts, _details(rows, told))


def _details(rows: Sequence[Slip], told: Sequence[Violation]) -> tuple[str, ...]:
    """What was missed and what was found without a cause, with the slips on the same subscription or order."""
    injected, both, false = compared(rows, map(_key, told))
    words = [f"missed {_place(key)}: {_of(rows, key)}" for key in sorted((injected - both).elements())]
    messages = {_key(v): v.message_en for v in told}
    words += [f"false {_place(key)}: {messages[key]} {_of(rows, key)}" for key in sorted(false.elements())]
    return tuple(words)


def _key(violation: Violation) -> Key:
    return violation.invariant, violation.sub, violation.order


def _place(key: Key) -> str:
    return "{} subscription {} order {}".format(*key)


def _of(rows: Sequence[Slip], key: Key) -> str:
    _, sub, order = key
    mine = [row for row in rows if (row.sub == sub >= 0) or (row.order == order >= 0)]
    slips = (
        f"{row.slip} {row.invariant} order {row.order} {row.outcome} due {row.due // DAY}" for row in mine
    )
    return f"[{'; '.join(slips) or 'no slip'}]"


# ---- the table ---------------------------------------------------------------------------------------


def table(found: Sequence[Detected]) -> str:
    """As Markdown: by platform and invariant what was injected, found and false in each condition, over all seeds."""
    conditions = list(dict.fromkeys(one.condition for one in found))
    lines = ["| | " + " | ".join(conditions) + " |", "|---|" + "---:|" * len(conditions)]
    for platform in dict.fromkeys(one.platform for one in found):
        sums = {name: _sum(found, platform, name) for name in conditions}
        for invariant in sorted({i for counts in sums.values() for i in counts}):
            cells = (_cell(sums[name].get(invariant)) for name in conditions)
            lines.append(f"| {platform} {invariant} | " + " | ".join(cells) + " |")
        totals = (_cell(_total(sums[name])) for name in conditions)
        lines.append(f"| {platform} | " + " | ".join(totals) + " |")
    return "\n".join(lines)


def _sum(found: Sequence[Detected], platform: str, condition: str) -> Counts:
    sums: Counts = {}
    for one in found:
        if (one.platform, one.condition) == (platform, condition):
            for invariant, row in one.counts.items():
                total = sums.setdefault(invariant, dict.fromkeys(row, 0))
                for name, count in row.items():
                    total[name] += count
    return sums


def _total(counts: Counts) -> dict[str, int]:
    return {name: sum(row[name] for row in counts.values()) for name in ("injected", "found", "false")}


def _cell(row: dict[str, int] | None) -> str:
    return "" if row is None else f"{row['injected']}, {row['found']}, {row['false']}"


# ---- the command -------------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 0 where recall and precision are 1.0 everywhere, else 1."""
    parser = argparse.ArgumentParser(prog="bench_detection", description=(__doc__ or "").split("\n")[2])
    parser.add_argument("--subscriptions", type=int, default=20_000)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--seed", type=int, action="append", help="may be given several times; default 1")
    parser.add_argument("--platform", choices=[*POLICIES], action="append", help="default: all")
    parser.add_argument("--condition", choices=[*CONDITIONS], action="append", help="default: all")
    parser.add_argument(
        "--details", type=int, default=20, metavar="N", help="misses and false alarms told at most"
    )
    parser.add_argument("--json", action="store_true", help="counts as JSON instead of the table")
    given = parser.parse_args(arguments)
    asked = [
        (platform, condition, seed, given.subscriptions, given.months)
        for platform in given.platform or POLICIES
        for condition in given.condition or CONDITIONS
        for seed in given.seed or [1]
    ]
    with ProcessPoolExecutor() as pool:
        found = list(pool.map(detect, *zip(*asked, strict=True)))
    if given.json:
        print(json.dumps([vars(one) for one in found], ensure_ascii=False, indent=2))
    else:
        print(table(found))
    for one in found:
        for words in one.details[: given.details]:
            print(f"{one.platform} {one.condition} seed {one.seed}: {words}", file=sys.stderr)
    return 0 if all(one.perfect for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
