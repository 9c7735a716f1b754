"""Checks of teiki's own results: a run's state hangs on its rows alone, and its forecast is the sum it should be.

INV-40, INV-41 and INV-50. They are findings like any other, with the yen that hang on them; a sound teiki has none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from teiki_sim.book_columns import STATUSES, BookColumns
from teiki_sim.book_rows import OpenOrder
from teiki_sim.calendar import DAY, Lead, to_date
from teiki_sim.config import Config
from teiki_sim.forecast import Forecast, Parcels
from teiki_sim.log.sums import SUBSCRIPTION_STATE, order_columns, sums
from teiki_sim.monitors.finding import Finding
from teiki_sim.shop import Shop
from teiki_sim.tables import STOPPED

__all__ = ["cycles_count_once", "forecast_is_explained", "forecast_is_its_sum", "state_hangs_on_rows"]

_TOLD = 50  # findings of one check: more of the same say nothing new
_EPOCH = date(1970, 1, 1)
_ACTIVE = STATUSES.index("継続")

Columns = Mapping[str, NDArray[Any]]


def state_hangs_on_rows(
    shop: Shop, told: Mapping[str, int], folded: Callable[[], tuple[Columns, Columns]] | None
) -> list[Finding]:
    """INV-50: the tables are what the rows fold into, so no state changed without an event.

    ``told`` are the checksums of what the monitors folded (`Monitors.sums`); ``folded`` gives the columns
    themselves where they are at hand, so that the orders and subscriptions can be named.
    """
    orders, subs = shop.orders.columns(), shop.subs.columns()
    orders["stopped"] = orders["flags"] & STOPPED > 0
    wrong = sorted(name for name, number in sums(orders, subs).items() if told.get(name) != number)
    if not wrong:
        return []
    amount = orders["amount"]
    if folded is None or "order.order" in wrong:
        return [_uncaused(shop, name, -1, -1, int(amount.sum())) for name in wrong]
    ours = order_columns(orders), {name: subs[name] for name in SUBSCRIPTION_STATE}
    theirs, found = folded(), []
    for name in wrong:
        table, _, column = name.partition(".")
        place = 0 if table == "order" else 1
        differs = np.flatnonzero(ours[place][column] != theirs[place][column])
        for i in differs[:_TOLD].tolist():
            if place == 0:
                order = int(ours[0]["order"][i])
                found.append(_uncaused(shop, name, int(orders["sub"][order]), order, int(amount[order])))
            else:
                last = int(subs["last_order"][i])
                found.append(_uncaused(shop, name, i, -1, int(amount[last]) if last >= 0 else 0))
    return found


def _uncaused(shop: Shop, column: str, sub: int, order: int, money: int) -> Finding:
    case = "order" if order >= 0 else "subscription" if sub >= 0 else ""
    return Finding(
        "INV-50", case, shop.now, sub, order, (), max(money, 0), column, shop.policy.name, {"column": column}
    )


def forecast_is_its_sum(
    forecast: Forecast, config: Config, book: BookColumns, open_orders: Sequence[OpenOrder], yen: int
) -> list[Finding]:
    """INV-40: each day of the forecast is its documented sum, counted anew from the book and the orders.

    The dashboard is the orders under their planned date and each master under its next date, unless that is a
    child's that is generated already (SS-FC-01); ``exact`` the masters with 継続 (SS-FC-02); net is never over the
    schedules, and its distance from the dashboard is explained (SS-FC-04). ``yen`` is what a parcel is worth.
    """
    planned = np.array([order.planned_ship for order in open_orders], np.int64)
    orders = _by_day(planned, forecast)
    counted = ~_generated(config, book, open_orders) & (book.next_ship >= 0)
    masters = _by_day(book.next_ship[counted], forecast)
    exact = _by_day(book.next_ship[(book.status == _ACTIVE) & (book.next_ship >= 0)], forecast)
    net, projected = forecast.net.daily, forecast.projected.daily
    explained = forecast.dashboard.daily + sum(forecast.gaps.values())
    cases: list[tuple[str, NDArray[Any], NDArray[Any]]] = [
        ("dashboard", forecast.dashboard.daily, orders + masters),
        ("order_list", forecast.order_list, orders),
        ("exact", forecast.exact, exact),
        ("gross", np.maximum(net, projected), projected),
        ("gap", net, explained),
    ]
    found = []
    for case, said, counted_anew in cases:
        for day in np.flatnonzero(said != counted_anew)[:_TOLD].tolist():
            facts: dict[str, int | str] = {
                "which": case, "date": forecast.first + day, "found": int(said[day]), "expected": int(counted_anew[day]),
            }  # fmt: skip
            money = abs(int(said[day]) - int(counted_anew[day])) * yen
            at = (forecast.first + day) * DAY
            found.append(
                Finding("INV-40", case, at, -1, -1, (), money, f"{case}:{day}", config.platform, facts)
            )
    return found


def cycles_count_once(parcels: Parcels, config: Config, yen: int) -> list[Finding]:
    """INV-40: no cycle of a subscription is among the parcels of the schedules twice, as an order and to be generated.

    Two open orders of one cycle are what the shop's book says, and are let be. ``yen`` is what a parcel is worth.
    """
    pair = (parcels.sub.astype(np.int64) << 16) | parcels.cycle
    to_come = parcels.order < 0
    pairs = np.concatenate([np.unique(pair[~to_come & (parcels.sub >= 0)]), pair[to_come]])
    pairs.sort()
    found = []
    for both in np.unique(pairs[1:][pairs[1:] == pairs[:-1]])[:_TOLD].tolist():
        sub, cycle = both >> 16, both & 0xFFFF
        times, at = int((pairs == both).sum()), int(parcels.day[pair == both].min())
        facts: dict[str, int | str] = {"date": at, "cycle": cycle, "found": times}
        money, key = (times - 1) * yen, f"twice:{sub}:{cycle}"
        found.append(Finding("INV-40", "twice", at * DAY, sub, -1, (), money, key, config.platform, facts))
    return found


def forecast_is_explained(
    forecast: Forecast,
    shipped: Mapping[tuple[int, int], Sequence[int]],
    causes: pl.DataFrame,
    config: Config,
    yen: int,
) -> list[Finding]:
    """INV-41: week by week, what left is what the schedules gave plus what the causes say, within the tolerance.

    ``shipped`` are the parcels of the run by day and product, ``causes`` what the rows explain of each week (a Monday);
    "other" explains nothing, but for the weeks from the first day on which the warehouse was full: who waits for whom is
    then not told parcel by parcel, for the next child comes only after the one before has left. What a parcel is worth is ``yen``. A first or last week may be cut short.
    """
    realised = np.zeros(forecast.days, np.int64)
    for (day, _product), cell in shipped.items():
        if 0 <= day - forecast.first < forecast.days:
            realised[day - forecast.first] += cell[0]
    days = forecast.first + np.arange(forecast.days)
    mondays, week = np.unique(days - (days + 3) % 7, return_inverse=True)
    projected = np.bincount(week, forecast.projected.daily).astype(np.int64)
    left = np.bincount(week, realised).astype(np.int64)
    capacity = config.warehouse.capacity
    full = np.flatnonzero(realised >= capacity) if capacity is not None else days[:0]
    since = to_date(int(days[full[0]]) - 6) if len(full) else date.max
    told = (
        causes.filter((pl.col("cause") != "other") | (pl.col("week") >= since))
        .group_by("week")
        .agg(pl.col("parcels").sum())
    )
    explained = {(monday - _EPOCH).days: parcels for monday, parcels in told.iter_rows()}
    terms, found = config.self_checks, []
    for monday, due, gone in zip(mondays.tolist(), projected.tolist(), left.tolist(), strict=True):
        because = explained.get(monday, 0)
        unexplained = gone - due - because
        if abs(unexplained) <= max(terms.unexplained_parcels, int(terms.unexplained_share * due)):
            continue
        first = max(monday, forecast.first)
        facts: dict[str, int | str] = {
            "date": first, "projected": due, "found": gone, "explained": because, "unexplained": unexplained,
        }  # fmt: skip
        key = f"week:{first - forecast.first}"
        found.append(
            Finding(
                "INV-41", "", first * DAY, -1, -1, (), abs(unexplained) * yen, key, config.platform, facts
            )
        )
    return found


def _by_day(days: NDArray[Any], forecast: Forecast) -> NDArray[np.int64]:
    place = days.astype(np.int64) - forecast.first
    inside = place[(place >= 0) & (place < forecast.days)]
    return np.bincount(inside, minlength=forecast.days).astype(np.int64)


def _generated(config: Config, book: BookColumns, open_orders: Sequence[OpenOrder]) -> NDArray[np.bool_]:
    """Masters whose next date is that of a child which the open orders hold."""
    last: dict[str, int] = {}
    terms = config.carriers[config.default_carrier]
    lead = Lead(terms.lead_days, terms.lead_mode, terms.lead_holidays)
    for order in open_orders:
        if order.subscription:
            delivery = order.planned_delivery
            delivery = lead.delivery_from_ship(order.planned_ship) if delivery is None else delivery
            last[order.subscription] = max(last.get(order.subscription, -1), delivery)
    held = np.zeros(len(book), np.bool_)
    for row, name in enumerate(book.ids) if last else ():
        held[row] = 0 <= book.next_delivery[row] <= last.get(name, -1)
    return held
