"""`teiki forecast`: how many parcels will leave on which day, by many runs of the shop on different luck."""

import json
import math
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from teiki_reports import write_forecast
from teiki_scenarios.comparing import Counts, Figures, check_other, compare, figures
from teiki_scenarios.comparing import show as show_comparison
from teiki_scenarios.forecast_tables import (
    WAREHOUSE,
    Days,
    by_carrier,
    daily_table,
    dashboard_table,
    part_table,
    stacked,
)
from teiki_scenarios.language import Language, refuse
from teiki_scenarios.output import check_out, whole_directory
from teiki_scenarios.replications import Daily, Task, build, daily
from teiki_scenarios.replications import replications as started
from teiki_scenarios.simulation import Origin, Progress, second_half
from teiki_scenarios.summary import measured, run_digest
from teiki_sim.book import rejects_csv
from teiki_sim.book_columns import BookColumns
from teiki_sim.book_rows import OpenOrder
from teiki_sim.book_values import date as read_date
from teiki_sim.calendar import DAY, iso, months_later, to_date, to_day
from teiki_sim.config import Config
from teiki_sim.config import calm as calmed
from teiki_sim.csvfile import Wrong
from teiki_sim.forecast import Forecast, calm_opening, dated, planned_parcels, schedule_forecast
from teiki_sim.forecast_causes import causes
from teiki_sim.log.kinds import Kind
from teiki_sim.log.parquet import ParquetSink
from teiki_sim.log.rows import Chunk
from teiki_sim.log.writer import Sink
from teiki_sim.monitors import Monitors
from teiki_sim.names import ShopNames

__all__ = ["check_engine", "evening", "forecast", "show"]


def check_engine(engine: str, executor: str) -> None:
    """Raise BadInput for what this version does not have yet."""
    for option, found, ready in (("--engine", engine, "events"), ("--executor", executor, "local")):
        if found != ready:
            ja, en = f"{ready}({found} は今後の版で提供します)", f"{ready}; {found} comes in a later version"
            raise refuse("teiki", option, found, ja, en)


def evening(as_of: str | None, start: str | None) -> tuple[date | None, str | None]:
    """The options --as-of and --start: the first day is the one after the evening unless it is said."""
    if as_of is None:
        return None, start
    try:
        day = read_date(as_of)
    except Wrong as wrong:
        raise refuse("teiki", "--as-of", as_of, wrong.ja, wrong.en) from None
    return to_date(day), start or iso(day + 1)


def forecast(
    config: Config,
    book: BookColumns,
    open_orders: Sequence[OpenOrder],
    out: Path,
    *,
    replications: int = 100,
    workers: int = 1,
    engine: str = "events",
    executor: str = "local",
    lang: Language = "ja",
    progress: Progress | None = None,
    capacity: int | None = None,
    as_of: date | None = None,
    calm: bool = False,
    origin: Origin | None = None,
    other: Config | None = None,
    other_file: Path | str = "--compare",
) -> dict[str, Any]:
    """Forecast the shipments of a shop and write its files to ``out``; the summary.

    The book is as it stands on the evening ``as_of``, by default the one before the start; where that lies
    further back, the days between are run and not shown. ``calm`` takes away all but the schedules, and
    with them what the book holds back. ``capacity`` is the warehouse's, parcels a day. The result does not
    hang on ``workers``. With ``other``, a second configuration runs on the same luck and compare.json says what
    differs over all the days that are run; the summary then has its contents under ``compare``.
    Raises BadInput before anything runs.
    """
    check_engine(engine, executor)
    check_out(out)
    began = time.perf_counter()
    days = _days(config, as_of)
    origin = origin or Origin()
    config = _as_run(calmed(config) if calm else config, days, capacity)
    book = dated(config, book)
    opening = calm_opening(book, open_orders) if calm else (book, open_orders)
    task = Task(config, opening[0], tuple(opening[1]))
    second = None
    if other is not None:
        other = _as_run(calmed(other) if calm else other, days, capacity)
        second = check_other(task, other, other_file)
    length = days.end - days.begin
    schedule = schedule_forecast(config, book, open_orders, length)
    with whole_directory(out) as directory:
        with tempfile.TemporaryDirectory(prefix="teiki-") as aside:
            log = Path(aside) / "events.parquet"
            parts = 1 if second is None else 2
            runs, events, seconds = _runs(task, days, log, replications, workers, progress, parts)
            # What a calm run would ship, so that nothing is taken for an error that the book holds back.
            why = causes(
                pl.scan_parquet(log),
                planned_parcels(config, *opening, length),
                book,
                opening[1],
                days.begin,
                length,
                days.first,
            )
        compared = None
        if second is not None:
            known = [run.figures for run in runs if run.figures is not None]
            tell = None
            if progress is not None:
                tell = partial(second_half, progress, length * replications, replications)
            compared = compare(task, second, known, workers, days.end * DAY, tell)
            _write(directory / "compare.json", json.dumps(compared, ensure_ascii=False, indent=2) + "\n")
        tables = _tables(task, schedule, book, open_orders, runs, days)
        for name, table in (tables | {"causes": why}).items():
            table.write_csv(directory / f"{name}.csv")
        if origin.rejects is not None:
            _write(directory / "rejects.csv", rejects_csv(origin.rejects))
        summary = _summary(task, days, tables["shipments"], runs, why, origin)
        summary |= {"events": events, "input": dict(origin.notes)}
        summary |= measured(events, seconds, time.perf_counter() - began)
        _write(directory / "summary.json", json.dumps(summary, ensure_ascii=False, indent=2) + "\n")
        write_forecast(directory, directory / "forecast.html", lang)
    return summary if compared is None else summary | {"compare": compared}


def _days(config: Config, as_of: date | None) -> Days:
    first = to_day(config.start)
    evening = first - 1 if as_of is None else to_day(as_of)
    if evening >= first:
        ja, en = f"開始日 {config.start} より前の日付", f"a date before the first day, {config.start}"
        raise refuse("teiki", "--as-of", as_of, ja, en)
    return Days(evening, evening + 1, first, months_later(first, config.months))


def _as_run(config: Config, days: Days, capacity: int | None) -> Config:
    """The configuration from the day after the evening on, long enough for the last day."""
    changes: dict[str, Any] = {}
    if days.begin != days.first:
        months = config.months + math.ceil((days.first - days.begin) / 28)
        changes = {"start": to_date(days.begin), "months": months}
    if capacity is not None:
        changes["warehouse"] = config.warehouse.model_copy(update={"capacity": capacity})
    return config.model_copy(update=changes) if changes else config


# ---- replications --------------------------------------------------------------------------------


@dataclass(slots=True)
class _Carriers:
    """A sink that counts what left by carrier; newcomers and single orders go by the default one."""

    task: Task
    counts: dict[tuple[int, str], list[int]] = field(default_factory=dict)

    def take(self, chunk: Chunk) -> None:
        """Count the parcels of one chunk."""
        at = np.flatnonzero(chunk.columns["kind"] == Kind.SHIPPED)
        if not at.size:
            return
        book, default = self.task.book, self.task.config.default_carrier
        names = [*book.carriers, default]
        sub = chunk.columns["sub"][at]
        known = (sub >= 0) & (sub < len(book))
        carrier = np.full(len(at), len(names) - 1)
        carrier[known] = book.carrier[sub[known]]
        cell = chunk.columns["at"][at] // DAY * len(names) + carrier
        cells, place, parcels = np.unique(cell, return_inverse=True, return_counts=True)
        units = np.zeros(len(cells), np.int64)
        np.add.at(units, place, chunk.columns["quantity"][at])
        for number, n, pieces in zip(cells.tolist(), parcels.tolist(), units.tolist(), strict=True):
            count = self.counts.setdefault((number // len(names), names[number % len(names)]), [0, 0])
            count[0] += n
            count[1] += pieces

    def close(self) -> None:
        """Nothing is left to count."""

    @property
    def daily(self) -> Daily:
        """What left, by day and carrier."""
        return {key: (count[0], count[1]) for key, count in sorted(self.counts.items())}


@dataclass(frozen=True, slots=True)
class _Run:
    products: Daily
    carriers: Daily
    figures: Figures | None = None  # where another configuration is to be compared with


def _replicate(task: Task, replication: int, until: int, compared: bool) -> _Run:
    """One replication, its rows only counted; watched as well where it is compared."""
    carriers, counts, monitors = _Carriers(task), Counts(), Monitors()
    more: list[Sink] = [counts, monitors] if compared else []
    world = build(task, replication, lambda _names: [carriers, *more])
    world.run(until)
    world.close()
    found = None
    if compared:
        monitors.close(until - 1, world.shop.names)
        found = figures(world, counts, monitors.violations)
    return _Run(daily(world), carriers.daily, found)


def _runs(
    task: Task,
    days: Days,
    log: Path,
    count: int,
    workers: int,
    progress: Progress | None,
    parts: int,
) -> tuple[list[_Run], int, float]:
    """All runs, the first with its log on file; with its rows and seconds. Of ``parts`` configurations the first."""
    carriers, counts, monitors = _Carriers(task), Counts(), Monitors()
    compared = parts > 1

    def sinks(names: ShopNames) -> Sequence[Sink]:
        parquet = ParquetSink(log, names)
        return (parquet, carriers, counts, monitors) if compared else (parquet, carriers)

    length = days.end - days.begin
    others = partial(_replicate, until=days.end * DAY, compared=compared)
    with started(task, range(1, count), workers, others) as rest:
        began = time.perf_counter()
        world = build(task, sinks=sinks)
        if progress is not None:
            world.progress = lambda done, _days: progress(min(done, length), length * count * parts)
        world.run(days.end * DAY)
        world.close()
        seconds = time.perf_counter() - began
        found = None
        if compared:
            monitors.close(days.end * DAY - 1, world.shop.names)
            found = figures(world, counts, monitors.violations)
        runs = [_Run(daily(world), carriers.daily, found)]
        for run in rest():
            runs.append(run)
            if progress is not None:
                progress(length * len(runs), length * count * parts)
    return runs, world.shop.log.rows, seconds


# ---- what is written -----------------------------------------------------------------------------


def _tables(
    task: Task,
    schedule: Forecast,
    book: BookColumns,
    open_orders: Sequence[OpenOrder],
    runs: Sequence[_Run],
    days: Days,
) -> dict[str, pl.DataFrame]:
    """Every table by the name of its file."""
    length = days.end - days.begin
    carriers, names = by_carrier(task.config, book, open_orders, length)
    seen = {name for run in runs for _day, name in run.products}
    planned = {
        schedule.products[at]
        for part in (schedule.dashboard, schedule.projected)
        for at in np.flatnonzero(part.parcels.any(axis=0)).tolist()
    }
    products = sorted(seen | planned)
    by_product = stacked([run.products for run in runs], products, days)
    whole = daily_table(schedule, by_product, days)
    return {
        "shipments": whole,
        "shipments_by_product": part_table(schedule, by_product, products, days),
        "shipments_by_carrier": part_table(
            carriers, stacked([run.carriers for run in runs], names, days), names, days
        ),
        "shipments_by_warehouse": whole.with_columns(
            name=pl.lit(WAREHOUSE), units=np.round(by_product[..., 1].sum(axis=2).mean(axis=0), 4)
        ).select("date", "as_of", "name", pl.exclude("date", "as_of", "name", "units"), "units"),
        "dashboard": dashboard_table(schedule, whole, days),
    }


def _summary(
    task: Task, days: Days, table: pl.DataFrame, runs: Sequence[_Run], why: pl.DataFrame, origin: Origin
) -> dict[str, Any]:
    """What is the same for the same seed, configuration, book and number of replications."""
    totals = sorted(
        sum(n for (day, _), (n, _units) in run.products.items() if days.first <= day < days.end)
        for run in runs
    )
    mean = sum(totals) / len(totals)
    reasons: Counter[str] = Counter()
    for cause, parcels in why.select("cause", "parcels").iter_rows():
        reasons[cause] += parcels
    return {
        "seed": task.config.seed,
        "config_digest": run_digest(task, origin.digest),
        "platform": task.config.platform,
        "start": iso(days.first),
        "as_of": iso(days.as_of),
        "days": len(days),
        "subscriptions": len(task.book),
        "replications": len(runs),
        "shipments": round(mean),
        "totals": {name: int(table[name].sum()) for name in ("dashboard", "projected", "net")}
        | {f"p{percent}": totals[-(-percent * len(totals) // 100) - 1] for percent in (10, 50, 90)}
        | {"mean": round(mean, 4)},
        "causes": dict(sorted(reasons.items())),
    }


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def show(summary: Mapping[str, Any], out: Path, lang: Language) -> None:
    """Print a forecast's summary as a table."""
    from rich.console import Console
    from rich.table import Table

    def say(ja: str, en: str) -> str:
        return ja if lang == "ja" else en

    totals, days = summary["totals"], summary["days"]
    table = Table(show_header=False, title=say("出荷予測", "Shipment forecast"))
    table.add_column(no_wrap=True, style="bold")
    table.add_column()
    rows = (
        (say("期間", "Period"), say(f"{summary['start']} から {days:,} 日間", f"{days:,} days from {summary['start']}")),
        (say("基準", "As of"), say(f"{summary['as_of']} の夜", f"the evening of {summary['as_of']}")),
        (say("カート", "Platform"), summary["platform"]),
        (say("定期", "Subscriptions"), f"{summary['subscriptions']:,}"),
        (say("試行", "Replications"), f"{summary['replications']:,}"),
        (say("出荷個数(平均)", "Parcels, mean"), f"{totals['mean']:,.1f}"),
        ("p10 – p50 – p90", f"{totals['p10']:,} – {totals['p50']:,} – {totals['p90']:,}"),
        (say("管理画面", "Dashboard"), f"{totals['dashboard']:,}"),
        (say("予定どおり", "Projected"), f"{totals['projected']:,}"),
        (say("保留・停止を除く", "Net"), f"{totals['net']:,}"),
        (say("ページ", "Page"), str(out / "forecast.html")),
    )  # fmt: skip
    for name, value in rows:
        table.add_row(name, value)
    Console(highlight=False, soft_wrap=False).print(table)
    if "compare" in summary:
        show_comparison(summary["compare"], lang)
