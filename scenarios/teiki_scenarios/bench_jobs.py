"""Seconds that bulk jobs take: ``python -m teiki_scenarios.bench_jobs``.

A night's children of as many subscriptions are worked on by one job of each kind in turn, each over all of them, with
its log, the monitors and its result file. It ends with 1 where a job takes longer than it may.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from teiki_providers.doors import open_gateway
from teiki_providers.faults import FaultPlan
from teiki_sim import config as shop_config
from teiki_sim.calendar import DAY
from teiki_sim.jobs import engine
from teiki_sim.jobs.kinds import KINDS
from teiki_sim.jobs.selection import Selection
from teiki_sim.log.parquet import ParquetSink
from teiki_sim.log.writer import Sink
from teiki_sim.monitors import Monitors
from teiki_sim.names import ShopNames
from teiki_sim.population import generate
from teiki_sim.world import World

__all__ = ["BAR", "JOBS", "main", "measure"]

#: Seconds that one job over all orders may take.
BAR = 60.0
JOBS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("CSV, a line an order", "csv", {"format": "受注一覧"}),
    ("CSV, a line an item", "csv", {"format": "受注明細"}),
    ("forms as PDF", "pdf", {"form": "納品書"}),
    ("mail", "mail", {"template": "発送のお知らせ"}),
    (
        "bulk update",
        "update",
        {"method": "クレジットカード", "carrier": "佐川急便", "memo": "x", "labels": ["x"]},
    ),
    ("re-authorisation", "reauthorise", {}),
    ("capture", "capture", {}),
    ("cancel", "cancel", {"lower_count": True, "recalculate": True, "subscription": "stop"}),
)
"""Name, kind and arguments, in the order in which they are run."""


def _world(subscriptions: int, directory: Path) -> World:
    """A shop on the morning after a night in which every subscription had a child."""
    plain = {
        "platform": "ecforce", "subscriptions": subscriptions, "months": 1, "population.start_spread": 1,
        "population.statuses": {"継続": 1.0}, "schedule.generate_days_before_delivery": 14,
    }  # fmt: skip
    config = shop_config.calm(shop_config.load(None, plain))

    def sinks(names: ShopNames) -> Sequence[Sink]:
        return ParquetSink(directory / "events.parquet", names), Monitors()

    world = World.of(
        config,
        generate(config),
        (),
        lambda c, log: open_gateway("direct", FaultPlan(c.seed, c.providers), log, platform=c.platform),
        sinks,
    )
    world.run(until=world.start * DAY + 3 * 3600)
    return world


def measure(subscriptions: int) -> dict[str, dict[str, float]]:
    """By name of the job: orders worked on, rows that failed, seconds."""
    figures = {}
    with tempfile.TemporaryDirectory() as directory:
        world = _world(subscriptions, Path(directory))
        shop = world.shop
        for name, kind, args in JOBS:
            began = perf_counter()
            job = engine.register(shop, kind, Selection(), KINDS[kind].args.model_validate(args))
            engine.run(shop, job)
            (Path(directory) / f"{name}.csv").write_bytes(engine.review(shop, job))
            shop.log.flush()
            figures[name] = {
                "orders": len(job.orders),
                "failed": len(job.results.failed),
                "seconds": round(perf_counter() - began, 2),
            }
        world.close()
    return figures


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 0 where every job is in time."""
    parser = argparse.ArgumentParser(prog="bench_jobs", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    figures = measure(given.orders * 5 // 4)  # not every one has a child that night
    if given.json:
        print(json.dumps(figures, indent=2))
    else:
        print("| job | orders | failed rows | seconds |\n|---|---:|---:|---:|")
        for name, row in figures.items():
            print(f"| {name} | {row['orders']:,} | {row['failed']:,} | {row['seconds']:.2f} |")
    return 0 if all(row["seconds"] <= BAR for row in figures.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
