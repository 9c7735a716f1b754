"""shipments.csv and shipments_by_product.csv: what was to leave each day, and what did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from teiki_scenarios.replications import Daily, Task
from teiki_sim.calendar import to_date
from teiki_sim.forecast import Forecast

__all__ = ["Series", "series"]

PERCENTILES = {"p10": 10, "p50": 50, "p90": 90}
SCHEDULES = ("dashboard", "projected", "net")


@dataclass(frozen=True, slots=True)
class Series:
    """The tables of shipments.csv and shipments_by_product.csv."""

    total: pl.DataFrame
    by_product: pl.DataFrame


def series(task: Task, start: int, end: int, runs: Sequence[Daily], forecast: Forecast) -> Series:
    """Both tables, a row for every day; replication 0 comes first in ``runs``, ``forecast`` is of all the days."""
    products = sorted({code for run in runs for _, code in run} | _known(task))
    number = {code: i for i, code in enumerate(products)}
    cells = np.zeros((len(runs), end - start, len(products), 2), np.int64)
    for table, run in zip(cells, runs, strict=True):
        for (day, code), counts in run.items():
            table[day - start, number[code]] = counts
    parcels, units = cells[..., 0], cells[0, :, :, 1]
    schedules = _schedules(forecast, products)
    whole = {name: table.sum(axis=1) for name, table in schedules.items()}
    return Series(
        _frame(start, end, None, parcels.sum(axis=2)[:, :, None], whole, None),
        _frame(start, end, products, parcels, schedules, units),
    )


def _known(task: Task) -> set[str]:
    book = task.book
    held = np.unique(book.product).tolist() if len(book) else []
    return {book.products[i] for i in held} | {order.product for order in task.open_orders}


def _schedules(forecast: Forecast, products: Sequence[str]) -> dict[str, NDArray[np.int64]]:
    """What the schedules alone give, by day and product."""
    at = [forecast.products.index(code) for code in products]
    return {name: getattr(forecast, name).parcels[:, at] for name in SCHEDULES}


def _frame(
    start: int,
    end: int,
    products: Sequence[str] | None,
    parcels: NDArray[np.int64],
    schedules: Mapping[str, NDArray[np.int64]],
    units: NDArray[np.int64] | None,
) -> pl.DataFrame:
    """One table; ``parcels`` by replication, day and product."""
    n = parcels.shape[2]
    days = [to_date(day) for day in range(start, end)]
    columns: dict[str, Any] = {"date": pl.Series([day for day in days for _ in range(n)], dtype=pl.Date)}
    columns["as_of"] = pl.repeat(to_date(start - 1), len(days) * n, dtype=pl.Date, eager=True)
    if products is not None:
        columns["name"] = pl.Series(list(products) * len(days), dtype=pl.String)
    for name in SCHEDULES:
        columns[name] = schedules[name].reshape(-1)
    for name, percent in PERCENTILES.items():
        columns[name] = np.percentile(parcels, percent, axis=0, method="nearest").reshape(-1)
    columns["mean"] = np.round(parcels.mean(axis=0), 4).reshape(-1)
    columns["actual"] = parcels[0].reshape(-1)
    if units is not None:
        columns["units"] = units.reshape(-1)
    return pl.DataFrame(columns)
