"""Incidents about 要対応: held while charges run, a ground found on the day of shipping, a report left refused."""

from __future__ import annotations

import numpy as np

from teiki_sim import operations as ops
from teiki_sim import shipping, standing
from teiki_sim.calendar import DAY
from teiki_sim.desk import WHO, survives
from teiki_sim.holds.checks import SILENT
from teiki_sim.holds.keeping import hold_order
from teiki_sim.incidents.incident import Hour, Incident
from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.log.statuses import PAYMENT_MEANING, OrderMeaning, PaymentMeaning
from teiki_sim.messages import Method
from teiki_sim.operators import Operators
from teiki_sim.shop import Shop
from teiki_sim.tables import GONE, HANDED_OVER, STOPPED, WAREHOUSE_STOPPED, Rows

__all__ = ["INCIDENTS"]

_TAMAGO = frozenset({"tamago"})
_SETTLED = (PaymentMeaning.CAPTURED, PaymentMeaning.CANCELLED, PaymentMeaning.REFUNDED)


def _at_warehouse(shop: Shop) -> Rows:
    """Card orders that the warehouse has and will send today."""
    orders, live = shop.orders, shop.live
    flags = orders.flags[live]
    fit = (orders.sub[live] >= 0) & (orders.method[live] == Method.CARD)
    fit &= flags & (HANDED_OVER | GONE | WAREHOUSE_STOPPED | STOPPED) == HANDED_OVER
    fit &= PAYMENT_MEANING[orders.payment[live]] == PaymentMeaning.AUTHORISED
    found: Rows = live[fit & (orders.status[live] == shop.policy.order.working)]
    return found


def _held_while_charged(desk: Operators, order: int) -> None:
    """Stopped at the warehouse, and held in the evening: but the batch had read its list already (INV-18)."""
    shop = desk.shop
    if ops.stop_at_warehouse(shop, order, WHO):
        shop.when(shop.today * DAY + shop.capture_second, _charged_all_the_same, desk, order)


def _charged_all_the_same(desk: Operators, order: int) -> None:
    shop = desk.shop
    authorised = standing.payment_meaning(shop, order) == PaymentMeaning.AUTHORISED
    if not authorised or standing.meaning(shop, order) != OrderMeaning.WORKING:
        return
    ops.hold(shop, order, "customer", WHO)
    shipping.charge(shop, np.array([order], np.intp), Actor.SYSTEM)
    if standing.payment_meaning(shop, order) == PaymentMeaning.CAPTURED:
        sub = shop.orders.sub.item(order)
        shop.truth.broke(shop.now, "timing", "hold_during_charge", "INV-18", sub, order)
        due = shop.now + shop.config.grace.capture * DAY  # if it is skipped before it leaves
        shop.truth.due(
            shop.now, "timing", "hold_during_charge", "INV-55", sub, order, due,
            lambda: standing.payment_meaning(shop, order) == PaymentMeaning.CAPTURED and not shop.is_gone(order),
        )  # fmt: skip
    desk.later(1, lambda: _sent_after_all(desk, order))


def _sent_after_all(desk: Operators, order: int) -> None:
    if standing.meaning(desk.shop, order) == OrderMeaning.WORKING:
        ops.back_to_waiting(desk.shop, order, WHO)
        ops.release(desk.shop, order, WHO)


def _ships_soon(shop: Shop) -> Rows:
    """Children that wait for a list of the coming days."""
    orders, live = shop.orders, shop.live
    fit = (orders.sub[live] >= 0) & (orders.status[live] == shop.policy.order.waiting)
    fit &= (orders.ship[live] > shop.today) & (orders.ship[live] < shop.today + 4)
    fit &= (orders.flags[live] & STOPPED == 0) & (orders.cycle[live] > 1)
    fit &= PAYMENT_MEANING[orders.payment[live]] == PaymentMeaning.AUTHORISED
    found: Rows = live[fit]
    return found


def _held_for_days(desk: Operators, order: int) -> None:
    """Held for a customer who is away, and released with a ship date that is past by then (TR-HOLD-09)."""
    ops.hold(desk.shop, order, "customer", WHO)
    desk.later(6, lambda: _released_late(desk, order))


def _released_late(desk: Operators, order: int) -> None:
    shop, ship, day = desk.shop, desk.shop.orders.ship, desk.shop.today
    if not shop.is_stopped(order) or standing.meaning(shop, order) != OrderMeaning.WAITING:
        return
    ops.release(shop, order, WHO, revises=False)
    if ship.item(order) < day:
        sub, midnight = shop.orders.sub.item(order), (day + 1) * DAY - 1
        shop.truth.due(
            shop.now, "operator", "released_past_date", "INV-20", sub, order, midnight,
            lambda: ship.item(order) < day and not shop.is_gone(order) and survives(shop, order),
        )  # fmt: skip


def _ships_today(shop: Shop) -> Rows:
    """Children that go on today's list."""
    orders, live = shop.orders, shop.live
    fit = (orders.sub[live] >= 0) & (orders.status[live] == shop.policy.order.waiting)
    fit &= (orders.ship[live] == shop.today) & (orders.flags[live] & STOPPED == 0)
    meaning = PAYMENT_MEANING[orders.payment[live]]
    fit &= (meaning == PaymentMeaning.AUTHORISED) | (meaning == PaymentMeaning.NOT_NEEDED)
    found: Rows = live[fit]
    return found


def _found_on_ship_day(desk: Operators, order: int) -> None:
    """A ground turns up an hour before the list is made, and nobody has the time to look (INV-19)."""
    shop, sub = desk.shop, desk.shop.orders.sub.item(order)
    ground = SILENT[order % len(SILENT)]
    hold_order(shop, order, ground, Actor.SYSTEM, ground)
    desk.assign("held", sub, order, "")
    desk.overlook(sub, order, "ground_on_ship_day", "timing")
    desk.put_off(sub, order, lambda: desk.put(desk.check_held, sub, order, ground))


def _reported_tonight(shop: Shop) -> Rows:
    """NP orders of today's parcels whose shipment is reported tonight."""
    orders, live = shop.orders, shop.live
    fit = (orders.sub[live] >= 0) & (orders.status[live] == shop.policy.order.shipped)
    fit &= (orders.ship[live] == shop.today) & (orders.flags[live] & (GONE | STOPPED) == GONE)
    fit &= PAYMENT_MEANING[orders.payment[live]] == PaymentMeaning.AUTHORISED
    fit &= np.isin(orders.method[live], list(shop.policy.reports_amount))
    found: Rows = live[fit]
    return found


def _amount_edited_late(desk: Operators, order: int) -> None:
    """The amount is edited after the parcel left: NP refuses the report, and nobody authorises anew (TR-NP-07)."""
    shop, orders = desk.shop, desk.shop.orders
    sub = orders.sub.item(order)
    orders.amount[order] += 100
    shop.row(Kind.EDITED, order, WHO, amount=orders.amount.item(order), code=shop.log.code("amount"))
    shop.left_to_differ.add(order)
    shop.truth.broke(shop.now, "operator", "mismatch_left", "INV-26", sub, order)
    due = shop.today * DAY + shop.ship_second + shop.config.grace.capture * DAY
    shop.truth.due(
        shop.now, "operator", "mismatch_left", "INV-55", sub, order, due,
        lambda: standing.payment_meaning(shop, order) not in _SETTLED
        and standing.meaning(shop, order) == OrderMeaning.SHIPPED,
    )  # fmt: skip
    desk.put_off(sub, order, lambda: _authorised_anew(desk, sub, order))


def _authorised_anew(desk: Operators, sub: int, order: int) -> None:
    desk.shop.left_to_differ.discard(order)
    desk.settle_amount(sub, order, "")


INCIDENTS: tuple[Incident, ...] = (
    Incident(
        "hold_during_charge", Hour.HANDED, _at_warehouse, _held_while_charged, share=0.01, platforms=_TAMAGO
    ),
    Incident(
        "ground_on_ship_day", Hour.MORNING, _ships_today, _found_on_ship_day, share=0.005, platforms=_TAMAGO
    ),
    Incident(
        "released_past_date", Hour.AFTERNOON, _ships_soon, _held_for_days, share=0.0015, platforms=_TAMAGO
    ),
    Incident("mismatch_left", Hour.IMPORTED, _reported_tonight, _amount_edited_late, platforms=_TAMAGO),
)
