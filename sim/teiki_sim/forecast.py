"""The forecast of shipments: what the dashboard shows, what the schedules alone give, and what is left of it.

A parcel is a (subscription, cycle) or a single order, and counts once (SS-FC-04). Its planned date is the
ship date on file; its day is the one on which a calm shop ships it: the same, unless the date lies before
the first day or the child comes to be too late for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from teiki_sim.book_columns import STATUSES, BookColumns
from teiki_sim.book_rows import OpenOrder
from teiki_sim.calendar import SUNDAY, Days, Lead, months_later, to_day
from teiki_sim.config import METHOD_PROVIDER, Config, minutes
from teiki_sim.log.statuses import CODE, ORDER_MEANING, PAYMENT_MEANING, OrderMeaning, PaymentMeaning

__all__ = [
    "REASONS",
    "Counts",
    "Forecast",
    "Parcels",
    "bias",
    "calm_opening",
    "dated",
    "planned_parcels",
    "schedule_forecast",
]

Ints = npt.NDArray[np.int64]

REASONS = ("", "held", "flagged", "stopped_order")
"""Why a parcel is known today not to ship, by its code in `Parcels.kept_back`."""

_ACTIVE = STATUSES.index("継続")
_FAR = np.int32(2**31 - 1)


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Parcels and units, [days, products]."""

    parcels: Ints
    units: Ints

    @property
    def daily(self) -> Ints:
        """Parcels of each day."""
        daily: Ints = self.parcels.sum(axis=1)
        return daily


@dataclass(frozen=True, slots=True, eq=False)
class Parcels:
    """Parcels that the schedules give, as columns; days since 1970-01-01."""

    sub: npt.NDArray[np.int32]
    """Row of the book; -1 for a single order."""
    order: npt.NDArray[np.int32]
    """Row of the open orders; -1 for a child not generated yet."""
    cycle: npt.NDArray[np.int32]
    """The delivery count that it is; 0 for a single order."""
    product: npt.NDArray[np.int32]
    quantity: npt.NDArray[np.int32]
    planned: Days
    """The ship date on file, or by the schedule."""
    day: Days
    """The day on which it ships where nothing happens."""
    kept_back: npt.NDArray[np.int8]
    """Index into `REASONS`."""
    on_file: npt.NDArray[np.bool_]
    """Whether an order or a master's next date names it already: what a dashboard can see."""

    def __len__(self) -> int:
        return len(self.sub)


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """Shipments of so many days from the first, by product; days since 1970-01-01."""

    first: int
    days: int
    products: tuple[str, ...]
    dashboard: Counts
    """SS-FC-01 as of the evening before: what is on file, each date once, whatever the status."""
    projected: Counts
    """The schedules alone: open orders, and every cycle of the subscriptions that are 継続."""
    net: Counts
    """Projected, less what is known to be stopped, held or flagged."""
    order_list: Ints
    """By day, the open orders alone, which leave out the children not generated yet (SS-FC-02)."""
    exact: Ints
    """By day, the masters with 継続 and that next ship date (SS-FC-02)."""
    gaps: Mapping[str, Ints]
    """By day, why net is not the dashboard: dashboard + the gaps = net (SS-FC-04)."""


def schedule_forecast(
    config: Config, book: BookColumns, open_orders: Sequence[OpenOrder] = (), days: int | None = None
) -> Forecast:
    """The forecast from the configuration's start, for so many days (its months).

    The dashboard is read literally: the document restricts single orders and first subscription orders by
    their planned ship date, children by their next one, and neither by status; so a stopped master that
    still carries a date is counted. Only 継続 ships, so the others are in neither projected nor net. A
    child already generated ships whatever has become of its master: only the order itself can be stopped.
    """
    first = to_day(config.start)
    days = months_later(first, config.months) - first if days is None else days
    products = _products(config, book, open_orders)
    parcels = planned_parcels(config, book, open_orders, days)
    masters = _Masters.of(config, book, open_orders)
    shown = np.flatnonzero((masters.ship >= 0) & ~masters.moved)
    orders = _order_parcels(config, open_orders, book, masters.number, first)
    kept = parcels.kept_back == 0

    gifts = [(gift.count, products.index(gift.product)) for gift in config.gifts]

    def count(
        days_: Days, product: npt.NDArray[Any], quantity: npt.NDArray[Any], cycle: npt.NDArray[Any]
    ) -> Counts:
        counts = _count(days_ - first, product, quantity, days, len(products))
        for of_cycle, gift in gifts:  # enclosed in a parcel: units, and no parcel of their own
            counts.units[:, gift] += _by_day(days_[cycle == of_cycle] - first, days)
        return counts

    at_orders = count(orders.planned, orders.product, orders.quantity, orders.cycle)
    at_masters = count(
        masters.ship[shown], book.product[shown], book.quantity[shown], masters.cycle[shown] + 1
    )
    dashboard = Counts(at_orders.parcels + at_masters.parcels, at_orders.units + at_masters.units)
    active = np.flatnonzero((book.status == _ACTIVE) & (masters.next_ship >= 0))
    return Forecast(
        first=first,
        days=days,
        products=products,
        dashboard=dashboard,
        projected=count(parcels.day, parcels.product, parcels.quantity, parcels.cycle),
        net=count(parcels.day[kept], parcels.product[kept], parcels.quantity[kept], parcels.cycle[kept]),
        order_list=at_orders.daily,
        exact=_by_day(masters.next_ship[active] - first, days),
        gaps=_gaps(parcels, book, masters, shown, first, days),
    )


def planned_parcels(
    config: Config, book: BookColumns, open_orders: Sequence[OpenOrder] = (), days: int | None = None
) -> Parcels:
    """Every parcel that the schedules give up to the horizon, and the next one of each subscription."""
    first = to_day(config.start)
    end = months_later(first, config.months) if days is None else first + days
    masters = _Masters.of(config, book, open_orders)
    parts = [_order_parcels(config, open_orders, book, masters.number, first)]
    parts += _cycles(config, book, masters, first, end)
    names = Parcels.__dataclass_fields__
    return Parcels(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def bias(forecast: Forecast, p50: Sequence[float]) -> list[float]:
    """By day, how far the dashboard is from the median of the simulated shipments (SS-FC-03)."""
    return [int(shown) - median for shown, median in zip(forecast.dashboard.daily, p50, strict=True)]


# ---- what a run starts from ----------------------------------------------------------------------


def dated(config: Config, book: BookColumns) -> BookColumns:
    """The book with the next ship date or delivery date filled in where it names the other one only."""
    ship, delivery = book.next_ship.copy(), book.next_delivery.copy()
    for number, name in enumerate(book.carriers):
        lead, here = _lead(config, name), book.carrier == number
        for given, missing, fill in (
            (delivery, ship, lead.ship_from_delivery),
            (ship, delivery, lead.delivery_from_ship),
        ):
            at = np.flatnonzero(here & (missing < 0) & (given >= 0))
            missing[at] = fill(given[at])
    return replace(book, next_ship=ship, next_delivery=delivery)


def calm_opening(
    book: BookColumns, open_orders: Sequence[OpenOrder] = ()
) -> tuple[BookColumns, list[OpenOrder]]:
    """What a calm run starts from: the schedules alone, so nothing is held, flagged or refused any more."""
    none = np.zeros(len(book), np.bool_)
    free = [replace(order, order_status="出荷待ち", payment_status="") for order in open_orders]
    return replace(book, held=none, generation_error=none.copy()), free


# ---- masters and open orders ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Masters:
    """Where the masters stand once the children that the orders hold are taken as generated."""

    number: Mapping[str, int]
    """Row of the book by subscription id, of those that have open orders."""
    next_ship: Days
    """As the book has it."""
    ship: Days
    delivery: Days
    cycle: npt.NDArray[np.int32]
    anchor: Days
    moved: npt.NDArray[np.bool_]
    """The book's next date is that of a child which is generated: it was counted as an order."""

    @classmethod
    def of(cls, config: Config, book: BookColumns, open_orders: Sequence[OpenOrder]) -> _Masters:
        """The masters of a book, moved on past their open orders as an opening shop does it."""
        full = dated(config, book)
        wanted = {order.subscription for order in open_orders if order.subscription}
        number = {name: at for at, name in enumerate(book.ids) if name in wanted} if wanted else {}
        cycle, last = book.cycle.copy(), np.full(len(book), -1, np.int32)
        for order in open_orders:
            sub = number.get(order.subscription or "", -1)
            if sub >= 0:
                last[sub] = max(last[sub], _delivery(config, order))
                cycle[sub] = max(cycle[sub], order.cycle)
        ship, delivery = full.next_ship.copy(), full.next_delivery.copy()
        anchor = np.where(book.first_delivery >= 0, book.first_delivery, delivery).astype(np.int32)
        moved = (delivery >= 0) & (delivery <= last)
        behind = np.flatnonzero(moved)
        while behind.size:
            ship[behind], delivery[behind] = _following(
                config, book, behind, delivery[behind], anchor[behind]
            )
            behind = behind[delivery[behind] <= last[behind]]
        return cls(number, full.next_ship, ship, delivery, cycle, anchor, moved)


def _following(
    config: Config, book: BookColumns, rows: Ints, delivery: Days, anchor: Days
) -> tuple[Days, Days]:
    """The (ship, delivery) dates after these deliveries."""
    after, ship = np.empty_like(delivery), np.empty_like(delivery)
    week_start = SUNDAY if config.week_start == "sunday" else 0
    for at, number in _groups(book.frequency[rows]):
        after[at] = book.frequencies[number].next_delivery_many(delivery[at], anchor[at], week_start)
    for at, number in _groups(book.carrier[rows]):
        ship[at] = _lead(config, book.carriers[number]).ship_from_delivery(after[at])
    return ship, after


def _order_parcels(
    config: Config,
    open_orders: Sequence[OpenOrder],
    book: BookColumns,
    number: Mapping[str, int],
    first: int,
) -> Parcels:
    """Open orders as parcels; a date that has passed ships on the first day."""
    products = {code: at for at, code in enumerate(_products(config, book, open_orders))}
    planned = np.array([order.planned_ship for order in open_orders], np.int32)
    stopped = [REASONS.index("stopped_order") * _is_stopped(order) for order in open_orders]
    return Parcels(
        sub=np.array([number.get(order.subscription or "", -1) for order in open_orders], np.int32),
        order=np.arange(len(open_orders), dtype=np.int32),
        cycle=np.array([order.cycle for order in open_orders], np.int32),
        product=np.array([products[order.product] for order in open_orders], np.int32),
        quantity=np.array([order.quantity for order in open_orders], np.int32),
        planned=planned,
        day=np.maximum(planned, first) + np.int32(_ships_late(config)),
        kept_back=np.array(stopped, np.int8),
        on_file=np.ones(len(open_orders), np.bool_),
    )


def _delivery(config: Config, order: OpenOrder) -> int:
    if order.planned_delivery is not None:
        return order.planned_delivery
    return _lead(config, config.default_carrier).delivery_from_ship(order.planned_ship)


def _is_stopped(order: OpenOrder) -> bool:
    """Whether an open order will not ship as it stands: payment refused or undecided, or status blocked."""
    if ORDER_MEANING[CODE.get(order.order_status, 0)] == OrderMeaning.BLOCKED:
        return True
    payment = PAYMENT_MEANING[CODE.get(order.payment_status, 0)]
    undone = payment in (PaymentMeaning.REFUSED, PaymentMeaning.PENDING, PaymentMeaning.UNKNOWN)
    return undone and bool(METHOD_PROVIDER.get(order.method))


# ---- cycles to come ------------------------------------------------------------------------------


def _cycles(config: Config, book: BookColumns, masters: _Masters, first: int, end: int) -> Iterator[Parcels]:
    """Cycle by cycle the children to be generated, one a night for each subscription."""
    left = np.where(book.end_count > 0, book.end_count - masters.cycle, _FAR)
    rows = np.flatnonzero((book.status == _ACTIVE) & (masters.delivery >= 0) & (left > 0))
    ship, delivery = masters.ship[rows], masters.delivery[rows]
    night = np.full(len(rows), first - 1, np.int32)
    kept_back = np.where(
        book.generation_error, REASONS.index("flagged"), np.where(book.held, REASONS.index("held"), 0)
    )
    late_night, late_ship = np.int32(_generated_late(config)), np.int32(_ships_late(config))
    ahead, step = config.schedule.generate_days_before_delivery, 0
    while rows.size:
        step += 1
        night = np.maximum(night + 1, delivery - ahead).astype(np.int32)
        # The next parcel of each is kept though it be beyond the horizon: a dashboard may show it.
        on = (night < end) & (left[rows] >= step) if step > 1 else np.ones(len(rows), np.bool_)
        rows, ship, delivery, night = rows[on], ship[on], delivery[on], night[on]
        yield Parcels(
            sub=rows.astype(np.int32),
            order=np.full(len(rows), -1, np.int32),
            cycle=(masters.cycle[rows] + step).astype(np.int32),
            product=book.product[rows],
            quantity=book.quantity[rows],
            planned=ship,
            day=np.maximum(ship, night + late_night) + late_ship,
            kept_back=kept_back[rows].astype(np.int8),
            on_file=~masters.moved[rows] if step == 1 else np.zeros(len(rows), np.bool_),
        )
        ship, delivery = _following(config, book, rows, delivery, masters.anchor[rows])


def _generated_late(config: Config) -> bool:
    """Whether a child misses the export of the day on which it is generated."""
    return minutes(config.schedule.nightly_batch) > minutes(config.schedule.export_time)


def _ships_late(config: Config) -> bool:
    """Whether what is exported misses the carrier of that day; the list is handed over an hour after it."""
    handover = config.carriers[config.default_carrier].handover
    return minutes(config.schedule.export_time) + 60 > minutes(handover)


def _lead(config: Config, carrier: str) -> Lead:
    terms = config.carriers[carrier]
    return Lead(terms.lead_days, terms.lead_mode, terms.lead_holidays)


# ---- counting ------------------------------------------------------------------------------------


def _gaps(
    parcels: Parcels, book: BookColumns, masters: _Masters, shown: Ints, first: int, days: int
) -> dict[str, Ints]:
    """By day what leads from the dashboard to net, by its reason (SS-FC-04)."""

    def by_day(at: npt.NDArray[Any]) -> Ints:
        return _by_day(at - first, days)

    p, seen = parcels, parcels.on_file & (parcels.planned >= first)
    kept = p.kept_back == 0
    on_time = p.order < 0
    ended = (book.end_count > 0) & (masters.cycle >= book.end_count)
    status, dates = book.status[shown], masters.ship[shown]
    gaps = {
        "inactive": -by_day(dates[status != _ACTIVE]),
        "ended": -by_day(dates[(status == _ACTIVE) & ended[shown]]),
    }
    for code, name in enumerate(REASONS):
        if code:
            gaps[name] = -by_day(p.planned[seen & (p.kept_back == code)])
    gaps["overdue"] = by_day(p.day[kept & p.on_file & ~seen])
    gaps["moved"] = by_day(p.day[kept & seen]) - by_day(p.planned[kept & seen])
    gaps["later_cycles"] = by_day(p.day[kept & ~p.on_file & on_time])
    return gaps


def _count(
    day: npt.NDArray[Any], product: npt.NDArray[Any], quantity: npt.NDArray[Any], days: int, products: int
) -> Counts:
    inside = np.flatnonzero((day >= 0) & (day < days))
    cell = day[inside].astype(np.int64) * products + product[inside]
    parcels = np.bincount(cell, minlength=days * products)
    units = np.zeros(days * products, np.int64)
    np.add.at(units, cell, quantity[inside])
    shape = (days, products)
    return Counts(parcels.astype(np.int64).reshape(shape), units.reshape(shape))


def _by_day(day: npt.NDArray[Any], days: int) -> Ints:
    return np.bincount(day[(day >= 0) & (day < days)], minlength=days).astype(np.int64)


def _products(config: Config, book: BookColumns, open_orders: Sequence[OpenOrder]) -> tuple[str, ...]:
    """Codes in the order of the shop's own list, so that its numbers fit: book, goods, open orders."""
    return tuple(dict.fromkeys((*book.products, *config.goods, *(order.product for order in open_orders))))


def _groups(values: npt.NDArray[Any]) -> list[tuple[Ints, int]]:
    """(positions, value) for each value present."""
    return [(np.flatnonzero(values == value), int(value)) for value in np.unique(values)]
