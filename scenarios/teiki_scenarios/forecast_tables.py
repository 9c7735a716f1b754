"""The tables of a forecast: shipments a day as a whole, by product, by carrier and by warehouse."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from teiki_scenarios.replications import Daily
from teiki_sim.book_columns import BookColumns
from teiki_sim.book_rows import OpenOrder
from teiki_sim.calendar import to_date
from teiki_sim.config import Config
from teiki_sim.forecast import Forecast, bias, schedule_forecast

__all__ = ["WAREHOUSE", "Days", "by_carrier", "daily_table", "dashboard_table", "part_table", "stacked"]

WAREHOUSE = "倉庫"
"""The one warehouse there is."""

PERCENTILES = {"p10": 10, "p50": 50, "p90": 90}
SCHEDULES = ("dashboard", "projected", "net")

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Days:
    """The days that are shown, and the evening from which they are seen."""

    as_of: int
    begin: int
    """The first simulated day."""
    first: int
    end: int

    @property
    def shown(self) -> slice:
        """Which of the simulated days."""
        return slice(self.first - self.begin, self.end - self.begin)

    def __len__(self) -> int:
        return self.end - self.first


def stacked(runs: Sequence[Daily], names: Sequence[str], days: Days) -> Ints:
    """[replications, days, names, parcels and units]."""
    number = {name: at for at, name in enumerate(names)}
    cells = np.zeros((len(runs), len(days), len(names), 2), np.int64)
    for table, run in zip(cells, runs, strict=True):
        for (day, name), counts in run.items():
            if days.first <= day < days.end:
                table[day - days.first, number[name]] = counts
    return cells


def daily_table(schedule: Forecast, cells: Ints, days: Days) -> pl.DataFrame:
    """shipments.csv: a row for every day."""
    dates = pl.Series([to_date(day) for day in range(days.first, days.end)], dtype=pl.Date)
    whole = {name: getattr(schedule, name).daily[days.shown] for name in SCHEDULES}
    return pl.DataFrame({"date": dates} | _columns(whole, cells[..., 0].sum(axis=2), days))


def part_table(schedule: Forecast, cells: Ints, names: Sequence[str], days: Days) -> pl.DataFrame:
    """shipments_by_product.csv and its like: a row for every day and name; units are the mean ones."""
    at = [schedule.products.index(name) for name in names]
    dates = [to_date(day) for day in range(days.first, days.end) for _ in names]
    planned = {name: getattr(schedule, name).parcels[days.shown][:, at] for name in SCHEDULES}
    columns = _columns(planned, cells[..., 0], days)
    keys = {"date": pl.Series(dates, dtype=pl.Date), "as_of": columns.pop("as_of")}
    keys["name"] = pl.Series(list(names) * len(days), dtype=pl.String)
    units = np.round(cells[..., 1].mean(axis=0), 4).reshape(-1)
    return pl.DataFrame(keys | columns | {"units": units})


def dashboard_table(schedule: Forecast, table: pl.DataFrame, days: Days) -> pl.DataFrame:
    """dashboard.csv: how far the dashboard is off and why (SS-FC-02 to SS-FC-04).

    `bias` is the dashboard less the median; dashboard plus the columns between `bias` and `net` is net.
    """
    shown = days.shown
    medians: list[float] = table["p50"].to_list()
    padded = [0.0] * shown.start + medians
    return table.select("date", "as_of", "dashboard").with_columns(
        order_list=pl.Series(schedule.order_list[shown]),
        exact=pl.Series(schedule.exact[shown]),
        p50=table["p50"],
        bias=pl.Series(bias(schedule, padded)[shown], dtype=pl.Int64),
        **{name: pl.Series(gap[shown]) for name, gap in schedule.gaps.items()},
        net=table["net"],
    )


def by_carrier(
    config: Config, book: BookColumns, open_orders: Sequence[OpenOrder], days: int
) -> tuple[Forecast, tuple[str, ...]]:
    """The schedules by carrier, and the carriers in use; single orders go by the default one."""
    carrier = {name: book.carriers[at] for name, at in zip(book.ids, book.carrier.tolist(), strict=True)}
    orders = [
        replace(order, product=carrier.get(order.subscription or "", config.default_carrier))
        for order in open_orders
    ]
    carriers = [*book.carriers]
    if config.default_carrier not in carriers:
        carriers.append(config.default_carrier)
    told = replace(book, product=book.carrier.astype(np.int32), products=carriers)
    used = {book.carriers[at] for at in np.unique(book.carrier).tolist()} | {config.default_carrier}
    return schedule_forecast(config, told, orders, days), tuple(name for name in carriers if name in used)


def _columns(planned: Mapping[str, Ints], parcels: Ints, days: Days) -> dict[str, Any]:
    """`parcels` by replication first; nothing has happened yet, so `actual` is empty."""
    rows = parcels[0].size
    columns: dict[str, Any] = {"as_of": pl.repeat(to_date(days.as_of), rows, dtype=pl.Date, eager=True)}
    columns |= {name: planned[name].reshape(-1) for name in SCHEDULES}
    for name, percent in PERCENTILES.items():
        # Nearest rank: a number of parcels that was seen, the same on every machine.
        columns[name] = np.percentile(parcels, percent, axis=0, method="inverted_cdf").reshape(-1)
    columns["mean"] = np.round(parcels.mean(axis=0), 4).reshape(-1)
    columns["actual"] = pl.repeat(None, rows, dtype=pl.Int64, eager=True)
    return columns
