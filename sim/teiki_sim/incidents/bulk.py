"""What can go wrong with bulk updates: the wrong dates, the wrong steps after them, counts lowered wrongly."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from teiki_sim import counts
from teiki_sim.calendar import DAY, to_date
from teiki_sim.desk import WHO
from teiki_sim.incidents.incident import Hour, Incident
from teiki_sim.jobs import engine
from teiki_sim.jobs.job import Job
from teiki_sim.jobs.kinds import KINDS
from teiki_sim.jobs.selection import Selection
from teiki_sim.log.statuses import ORDER_MEANING, OrderMeaning, PaymentMeaning
from teiki_sim.messages import METHOD_NAMES, Method
from teiki_sim.operators import Operators
from teiki_sim.recalculation import recalculate
from teiki_sim.shop import Shop
from teiki_sim.standing import meaning, payment_meaning
from teiki_sim.tables import GONE, HANDED_OVER, STOPPED, Rows

__all__ = ["INCIDENTS", "other_carrier", "read", "run_job"]

_EC = frozenset({"ecforce"})
_OVER = (OrderMeaning.CANCELLED, OrderMeaning.DELETED)


def run_job(
    shop: Shop,
    kind: str,
    orders: list[int],
    then: Callable[[Job], None],
    *,
    delay: int = 300,
    args: dict[str, Any] | None = None,
) -> None:
    """Register a job on picked orders; ``then`` looks at it as soon as it has ended."""
    selection = Selection(how="picked", picked=[str(order) for order in orders])
    given = KINDS[kind].args.model_validate(args or {})
    job = engine.register(shop, kind, selection, given, WHO, number=lambda _: orders, delay=delay)
    shop.when(shop.now + delay, then, job)


def read(shop: Shop, job: Job) -> None:
    """The result is read, and rows that failed are dealt with."""
    if len(job.results.failed):
        engine.review(shop, job, WHO)
        engine.settle(shop, job)


def _waiting(shop: Shop, days: int) -> Rows:
    """Covered card orders of subscriptions that wait and ship some days from now, with the usual carrier."""
    orders, live = shop.orders, shop.live
    fits = orders.status[live] == shop.policy.order.waiting
    fits &= orders.payment[live] == shop.policy.payment.authorised
    fits &= orders.method[live] == Method.CARD
    fits &= (orders.sub[live] >= 0) & (orders.ship[live] > shop.today + days)
    fits &= orders.flags[live] & (STOPPED | HANDED_OVER | GONE) == 0
    some = live[fits]
    found: Rows = some[shop.carriers_of(some) == shop.default_carrier]
    return found


def other_carrier(shop: Shop, *, same_lead: bool) -> str:
    """A carrier of the same lead (and fee) as the usual one, or of another lead; empty where there is none."""
    usual = shop.leads[shop.default_carrier]
    fee = int(shop.fees.shipping(0, shop.default_carrier))
    for number, name in enumerate(shop.carriers):
        alike = shop.leads[number] == usual
        if number == shop.default_carrier or alike != same_lead:
            continue
        if not same_lead or int(shop.fees.shipping(0, number)) == fee:
            return name
    return ""


# -- dates and carriers ------------------------------------------------------------------------------


def _dated_ahead(shop: Shop) -> Rows:
    """Active subscriptions whose next order is some days off, with an order to find them by."""
    subs, n = shop.subs, shop.subs.n
    fits = (subs.status[:n] == shop.policy.subscription.active) & (subs.last_order[:n] >= 0)
    fits &= ~(subs.flag[:n] | subs.held[:n] | subs.paused[:n])
    fits &= (subs.delivery[:n] > shop.today + shop.ahead + 3) & (subs.ship[:n] > shop.today + 3)
    found: Rows = np.flatnonzero(fits)
    return found


def _unsynced(desk: Operators, sub: int) -> None:
    """The next ship date is typed a day off, and the box of the sync left unticked (INV-13)."""
    shop = desk.shop
    typed = shop.subs.ship.item(sub) - 1

    def done(job: Job) -> None:
        read(shop, job)
        if shop.subs.ship.item(sub) == typed:
            shop.truth.broke(shop.now, "operator", "sync_unticked", "INV-13", sub, -1)

    order = shop.subs.last_order.item(sub)
    run_job(shop, "update", [order], done, args={"next_ship_date": to_date(typed)})


def _carrier_after_dates(desk: Operators, order: int) -> None:
    """Another carrier, recalculated as it should be; the dates were set for the one before (INV-13)."""
    shop = desk.shop
    name = other_carrier(shop, same_lead=False)
    if not name:
        return

    def misfit() -> bool:
        orders = shop.orders
        lead = shop.leads[shop.carriers.index(name)]
        fits = lead.ship_from_delivery(orders.delivery.item(order)) == orders.ship.item(order)
        return not fits and meaning(shop, order) not in _OVER and not shop.is_gone(order)

    def done(job: Job) -> None:
        read(shop, job)
        if len(job.results.failed):
            return
        recalculate(shop, order, WHO)
        due = shop.now + shop.config.grace.recalculate * DAY
        sub = shop.orders.sub.item(order)
        shop.truth.due(shop.now, "timing", "carrier_after_dates", "INV-13", sub, order, due, misfit)

    run_job(shop, "update", [order], done, args={"carrier": name})


def _not_recalculated(desk: Operators, order: int) -> None:
    """Another carrier, and no recalculation (INV-23), unless it is noticed the next morning."""
    shop, sub = desk.shop, desk.shop.orders.sub.item(order)
    name = other_carrier(shop, same_lead=True)
    if not name:
        return
    mended: list[int] = []

    def mend() -> None:
        recalculate(shop, order, WHO)
        mended.append(order)

    def done(job: Job) -> None:
        read(shop, job)
        if len(job.results.failed):
            return
        due = shop.now + shop.config.grace.recalculate * DAY
        shop.truth.due(
            shop.now, "operator", "carrier_not_recalculated", "INV-23", sub, order, due,
            lambda: not mended and meaning(shop, order) not in _OVER,
        )  # fmt: skip
        desk.mend(sub, order, mend)

    run_job(shop, "update", [order], done, args={"carrier": name})


def _both_changed(desk: Operators, order: int, slip: str, source: str, jobs: list[dict[str, str]]) -> None:
    """Method and carrier are changed, by one or by two people; it is reauthorised, and recalculated too (INV-23)."""
    shop, sub = desk.shop, desk.shop.orders.sub.item(order)

    def recalculated() -> None:
        recalculate(shop, order, WHO)
        shop.truth.broke(shop.now, source, slip, "INV-23", sub, order)

    def reauthorised(job: Job) -> None:
        read(shop, job)
        if payment_meaning(shop, order) == PaymentMeaning.REFUSED:
            shop.on_trouble("refused", sub, order, "")
        shop.when(shop.now + 600, recalculated)

    def changed(job: Job) -> None:
        read(shop, job)
        if len(job.results.failed):
            return
        if jobs:
            run_job(shop, "update", [order], changed, args=jobs.pop(0))
        else:
            run_job(shop, "reauthorise", [order], reauthorised)

    run_job(shop, "update", [order], changed, args=jobs.pop(0))


def _wrong_pair(desk: Operators, order: int) -> None:
    name = other_carrier(desk.shop, same_lead=True)
    if name:
        both = {"method": METHOD_NAMES[Method.NP], "carrier": name}
        _both_changed(desk, order, "recalculated_too", "operator", [both])


def _two_halves(desk: Operators, order: int) -> None:
    name = other_carrier(desk.shop, same_lead=True)
    if name:
        halves = [{"method": METHOD_NAMES[Method.NP]}, {"carrier": name}]
        _both_changed(desk, order, "two_halves", "timing", halves)


# -- the count ---------------------------------------------------------------------------------------


def _cancelled_last(shop: Shop) -> Rows:
    """Cancelled children that are their subscription's latest."""
    some = _over(shop)
    found: Rows = some[shop.subs.last_order[shop.orders.sub[some]] == some]
    return found


def _over(shop: Shop) -> Rows:
    orders, live = shop.orders, shop.live
    word = ORDER_MEANING[orders.status[live]]
    over = (word == OrderMeaning.CANCELLED) | (word == OrderMeaning.RETURNED)
    over &= (orders.sub[live] >= 0) & (orders.cycle[live] > 0)
    found: Rows = live[over]
    return found


def _cancelled_before_next(shop: Shop) -> Rows:
    """Cancelled or returned children after which another one stands."""
    some, orders = _over(shop), shop.orders
    last = shop.subs.last_order[orders.sub[some]]
    later = (last != some) & (orders.cycle[last] > orders.cycle[some])
    word = ORDER_MEANING[orders.status[last]]
    found: Rows = some[later & ~np.isin(word, _OVER)]
    return found


def _lowered_twice(desk: Operators, order: int) -> None:
    """The count is lowered for one cancel by the job, and by hand once more; found and set right an hour later."""
    shop, sub = desk.shop, desk.shop.orders.sub.item(order)
    count = shop.subs.cycle.item(sub)
    if count < 2 or order in shop.notes.lowered_for:
        return
    counts.lower(shop, order, WHO)
    counts.lower(shop, order, WHO)
    shop.truth.broke(shop.now, "operator", "count_lowered_twice", "INV-33", sub, order)
    counts.put_back(shop, order, count, WHO)


def _lowered_late(desk: Operators, order: int) -> None:
    """The count is lowered for an order after which the next one is made already."""
    shop, sub = desk.shop, desk.shop.orders.sub.item(order)
    count = shop.subs.cycle.item(sub)
    if count < 1 or order in shop.notes.lowered_for:
        return
    counts.lower(shop, order, WHO)
    shop.truth.broke(shop.now, "timing", "count_lowered_late", "INV-33", sub, order)
    counts.put_back(shop, order, count, WHO)


def _not_recalculated_count(desk: Operators, order: int) -> None:
    """The count is lowered after a cancel, and the next price and gifts are left as they were."""
    shop, sub = desk.shop, desk.shop.orders.sub.item(order)
    count = shop.subs.cycle.item(sub)
    fits = count > 0 and counts.awaits_lowering(shop, sub, order)  # what was returned stands, and counts
    if fits and counts.tiers_differ(shop, sub, count, count + 1):
        counts.forget_recalculation(shop, order, WHO)


INCIDENTS: tuple[Incident, ...] = (
    Incident("sync_unticked", Hour.AFTERNOON, _dated_ahead, _unsynced, "subscription", 0.0002, _EC),
    Incident("carrier_after_dates", Hour.AFTERNOON, partial(_waiting, days=3), _carrier_after_dates, "order", 0.003, _EC),
    Incident("carrier_not_recalculated", Hour.AFTERNOON, partial(_waiting, days=1), _not_recalculated, "order", 0.002, _EC),
    Incident("recalculated_too", Hour.AFTERNOON, partial(_waiting, days=2), _wrong_pair, "order", 0.002, _EC),
    Incident("two_halves", Hour.AFTERNOON, partial(_waiting, days=2), _two_halves, "order", 0.002, _EC),
    Incident("count_lowered_twice", Hour.EVENING, _cancelled_last, _lowered_twice, "order", 0.15, _EC),
    Incident("count_not_recalculated", Hour.EVENING, _cancelled_last, _not_recalculated_count, "order", 0.5, _EC),
    Incident("count_lowered_late", Hour.EVENING, _cancelled_before_next, _lowered_late, "order", 4.0, _EC),
)  # fmt: skip
