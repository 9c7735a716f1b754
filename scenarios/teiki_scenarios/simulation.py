"""`teiki simulate`: run the shop, watch it, and write what happened."""

import json
import os
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from teiki_reports import write_report
from teiki_scenarios.comparing import Counts, Figures, check_other, compare, counted, figures
from teiki_scenarios.language import Language, Problem
from teiki_scenarios.output import check_out, whole_directory
from teiki_scenarios.replications import Task, build, check_door, daily, replicate, replications
from teiki_scenarios.run_files import write_run
from teiki_scenarios.shipments import series
from teiki_scenarios.summary import measured, summarise
from teiki_sim.book import rejects_csv
from teiki_sim.book_columns import BookColumns
from teiki_sim.book_rows import OpenOrder
from teiki_sim.calendar import DAY, to_day
from teiki_sim.config import Config
from teiki_sim.forecast import Forecast, planned_parcels, schedule_forecast
from teiki_sim.log.parquet import ParquetSink
from teiki_sim.log.writer import Sink
from teiki_sim.monitors import Monitors, MonitorsApart, write_violations
from teiki_sim.monitors.violation import violations_of
from teiki_sim.names import ShopNames
from teiki_sim.parcel_trace import ParcelTrace
from teiki_sim.requests import figures as messages
from teiki_sim.self_checks import (
    cycles_count_once,
    forecast_is_explained,
    forecast_is_its_sum,
    state_hangs_on_rows,
)
from teiki_sim.world import CHUNK_ROWS, World

__all__ = ["Origin", "Progress", "second_half", "simulate", "watching"]

#: Subscriptions from which on a second process is worth its start.
_LARGE = 20_000

Progress = Callable[[int, int], None]
"""``progress(done, all)``: days and replications, as steps of equal weight."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the subscriptions came from, as far as a run's files tell it."""

    digest: str = ""
    """Of the book and its open orders; empty for a population, which the configuration describes."""
    notes: dict[str, Any] = field(default_factory=dict)
    """What was found in reading: unknown columns, rejected rows, rows dated before the start."""
    rejects: Sequence[Problem] | None = None
    """Rows left out; None writes no rejects.csv."""


def simulate(
    config: Config,
    book: BookColumns,
    open_orders: Sequence[OpenOrder],
    out: Path,
    *,
    replications: int = 1,
    workers: int = 1,
    door: str = "direct",
    lang: Language = "ja",
    progress: Progress | None = None,
    origin: Origin | None = None,
    other: Config | None = None,
    other_file: Path | str = "--compare",
) -> dict[str, Any]:
    """Run the shop of a configuration and write its files to ``out``; the summary.

    Replication 0 is logged and watched; further ones, on other seeds, count parcels only. The result hangs
    neither on ``workers`` nor on the order of the book's rows. With ``other``, a second configuration runs on the
    same luck and compare.json says what differs; the summary then has its contents under ``compare``. Raises BadInput where the directory or the
    door cannot be had, before anything runs.
    """
    check_door(door)
    check_out(out)
    began = time.perf_counter()
    task = Task(config, book, tuple(open_orders), door)
    origin = origin or Origin()
    second = None if other is None else check_other(task, other, other_file)
    with whole_directory(out) as directory:
        share = None if progress is None else partial(_half, progress, 1 if second is None else 2)
        counting = None if second is None else Counts()
        trace = ParcelTrace(to_day(task.config.start))
        world, monitors, found, seconds = _run(task, directory, replications, workers, share, counting, trace)
        runs = [run.daily for run in found]
        forecast = schedule_forecast(task.config, task.book, task.open_orders, world.end - world.start)
        _check_itself(task, world, monitors, forecast, trace)
        summary = summarise(task, world, monitors.violations, origin.digest, origin.notes)
        _write_tables(world, monitors, directory)
        if world.shop.policy.takes_requests:
            summary["requests"] = _write_requests(world, directory)
        write_run(directory, task, population=not origin.digest)
        compared = None
        if second is not None:
            days = (world.end - world.start) * replications
            tell = None if progress is None else partial(second_half, progress, days, replications)
            compared = compare(task, second, found, workers, progress=tell)
            _write(directory / "compare.json", json.dumps(compared, ensure_ascii=False, indent=2) + "\n")
        tables = series(task, world.start, world.end, runs, forecast)
        tables.total.write_csv(directory / "shipments.csv")
        tables.by_product.write_csv(directory / "shipments_by_product.csv")
        if origin.rejects is not None:
            _write(directory / "rejects.csv", rejects_csv(origin.rejects))
        summary |= measured(summary["events"], seconds, time.perf_counter() - began)
        _write(directory / "summary.json", json.dumps(summary, ensure_ascii=False, indent=2) + "\n")
        write_report(directory, directory / "report.html", lang)
    return summary if compared is None else summary | {"compare": compared}


def _half(progress: Progress, parts: int, done: int, days: int) -> None:
    """The days of the first of so many configurations."""
    progress(done, days * parts)


def second_half(progress: Progress, days: int, replications: int, done: int) -> None:
    """Replications of the second configuration, after the ``days`` of the first."""
    progress(days + days * done // replications, 2 * days)


def _run(
    task: Task,
    directory: Path,
    count: int,
    workers: int,
    progress: Progress | None,
    counting: Counts | None,
    trace: ParcelTrace,
) -> tuple[World, Monitors | MonitorsApart, list[Figures], float]:
    """Replication 0 in this process, the others beside it or after it; with the seconds of the first.

    With ``counting`` all of them are watched and counted, else the others give parcels alone.
    """

    def sinks(names: ShopNames) -> Sequence[Sink]:
        parquet = ParquetSink(directory / "events.parquet", names)
        return (parquet, trace, monitors) if counting is None else (parquet, trace, counting, monitors)

    one = _parcels if counting is None else counted
    apart = watching(len(task.book.ids))
    with apart as monitors, replications(task, range(1, count), workers, one) as others:
        began = time.perf_counter()
        world = build(task, sinks=sinks)
        if progress is not None:
            days = world.end - world.start
            world.progress = lambda done, _days: progress(done, days * count)
        world.run()
        world.close()
        monitors.close(world.end * DAY - 1, world.shop.names)
        seconds = time.perf_counter() - began
        if counting is None:
            runs = [Figures(daily(world), {})]
        else:
            runs = [figures(world, counting, monitors.violations)]
        for run in others():
            runs.append(run)
            if progress is not None:
                progress(days * len(runs), days * count)
    return world, monitors, runs, seconds


def _parcels(task: Task, replication: int) -> Figures:
    return Figures(replicate(task, replication), {})


def watching(subscriptions: int) -> AbstractContextManager[Monitors | MonitorsApart]:
    """The monitors of a run: those of a large one watch from a process of their own, which takes a while to start."""
    if subscriptions < _LARGE or (os.cpu_count() or 1) < 2:
        return nullcontext(Monitors())
    return MonitorsApart(CHUNK_ROWS)


def _write_tables(world: World, monitors: Monitors | MonitorsApart, directory: Path) -> None:
    write_violations(monitors.violations, directory)
    names = world.shop.names
    truth = world.shop.truth.frame(names.subscription, names.order)
    truth.write_parquet(directory / "truth.parquet")


def _check_itself(
    task: Task, world: World, monitors: Monitors | MonitorsApart, forecast: Forecast, trace: ParcelTrace
) -> None:
    """Add what is wrong with teiki's own results, if anything is, to what the monitors found."""
    shop = world.shop
    folded = monitors.tables if isinstance(monitors, Monitors) else None
    found = state_hangs_on_rows(shop, monitors.sums(), folded)
    sales = sum(total for total, _tax in shop.tally.tax.values())
    yen = sales // max(shop.parcels, 1)
    found += forecast_is_its_sum(forecast, task.config, task.book, task.open_orders, yen)
    days = world.end - world.start
    parcels = planned_parcels(task.config, task.book, task.open_orders, days)
    found += cycles_count_once(parcels, task.config, yen)
    causes = trace.causes(parcels, days, len(task.book), len(task.open_orders))
    found += forecast_is_explained(forecast, shop.shipped, causes, task.config, yen)
    if found:
        more = [*monitors.violations, *violations_of(found, shop.names)]
        monitors.violations = sorted(more, key=lambda v: (v.at, v.invariant, v.id))


def _write_requests(world: World, directory: Path) -> dict[str, Any]:
    """Write requests.csv and requests_load.csv; what they come to, for the summary."""
    shop = world.shop
    requests, load = messages.tables(shop, world.start, world.end, shop.subs.n)
    requests.write_csv(directory / "requests.csv", datetime_format="%Y-%m-%dT%H:%M:%S")
    load.write_csv(directory / "requests_load.csv")
    return messages.summary(requests, load, shop.config, shop.orders.n)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
