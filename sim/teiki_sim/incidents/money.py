"""Incidents about money: two things that cross on the day an order ships, or while its payment is changed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from teiki_sim import operations as ops
from teiki_sim import payments, shipping, standing
from teiki_sim.aftermath import LEFT_ALIVE
from teiki_sim.calendar import DAY
from teiki_sim.desk import WHO
from teiki_sim.draws import Purpose, spread
from teiki_sim.incidents.incident import Hour, Incident
from teiki_sim.log.kinds import Actor
from teiki_sim.log.statuses import ORDER_MEANING, PAYMENT_MEANING, OrderMeaning, PaymentMeaning
from teiki_sim.messages import DEFERRED, METHODS, Method, Operation, Outcome
from teiki_sim.operators import Operators
from teiki_sim.shop import Shop
from teiki_sim.tables import (
    CAPTURE_TRIED,
    DELIVERED,
    FORCED,
    GONE,
    HANDED_OVER,
    STOPPED,
    WAREHOUSE_STOPPED,
    Rows,
)
from teiki_sim.unauthorised import leave_out

__all__ = ["INCIDENTS"]

_CHARGED_AT_ONCE = np.array([m not in DEFERRED and m < Method.COD for m in METHODS])
_DEFERRED = np.array([m in DEFERRED for m in METHODS])
_AT_CAPTURE = Method.AMAZON_PAY
#: Days after which the old payments of changed orders are cancelled in one go (modelled).
_LATER = 4


# -- which orders ------------------------------------------------------------------------------------


def _children(
    shop: Shop,
    meaning: OrderMeaning,
    payment: PaymentMeaning = PaymentMeaning.AUTHORISED,
    has: int = 0,
    lacks: int = STOPPED | FORCED,
) -> Rows:
    """Children in a state, with and without some flags."""
    orders, live = shop.orders, shop.live
    fit = (orders.sub[live] >= 0) & (ORDER_MEANING[orders.status[live]] == meaning)
    fit &= PAYMENT_MEANING[orders.payment[live]] == payment
    fit &= orders.flags[live] & (has | lacks) == has
    found: Rows = live[fit]
    return found


def _waiting(shop: Shop) -> Rows:
    """Authorised, and not to leave before the day after tomorrow."""
    found = _children(shop, OrderMeaning.WAITING)
    later: Rows = found[shop.orders.ship[found] > shop.today + 1]
    return later


def _leaves_today(shop: Shop, payment: PaymentMeaning = PaymentMeaning.AUTHORISED) -> Rows:
    found = _children(shop, OrderMeaning.WAITING, payment)
    today: Rows = found[shop.orders.ship[found] <= shop.today]
    return today


def _judged_by_amount(shop: Shop, orders: Rows) -> Rows:
    """Those of which another amount asks for a new authorisation."""
    found: Rows = orders[shop.orders.method[orders] != _AT_CAPTURE]
    return found


def _of(shop: Shop, orders: Rows, methods: NDArray[np.bool_]) -> Rows:
    found: Rows = orders[methods[shop.orders.method[orders]]]
    return found


def _listed(shop: Shop) -> Rows:
    """Authorised and on the list, which the warehouse has not taken over yet."""
    return _children(shop, OrderMeaning.WORKING, lacks=STOPPED | FORCED | HANDED_OVER | GONE)


def _packed(shop: Shop) -> Rows:
    """Authorised, in the warehouse's hands."""
    return _children(
        shop, OrderMeaning.WORKING, has=HANDED_OVER, lacks=STOPPED | FORCED | GONE | WAREHOUSE_STOPPED
    )


def _picked_up(shop: Shop) -> Rows:
    """Gone, and the shop has not heard."""
    return _children(shop, OrderMeaning.WORKING, has=GONE)


# -- cancels that cross ------------------------------------------------------------------------------


def _captured_during_cancel(desk: Operators, order: int) -> None:
    """The order is cancelled; its payment was on the list of the evening's captures, and nobody looks again (INV-01)."""
    shop = desk.shop
    if not ops.stop_at_warehouse(shop, order, WHO):
        return
    ops.set_cancelled(shop, order, WHO)
    shop.aftermath.follow(order, "captured_during_cancel")
    at = shop.today * DAY + shop.capture_second
    shop.when(at, shipping.charge, shop, np.array([order]), Actor.SYSTEM)
    desk.mend(shop.orders.sub.item(order), order, lambda: payments.let_go(shop, order, WHO))


def _cancelled_after_list(desk: Operators, order: int) -> None:
    """The payment is cancelled when the list is out already, and the parcel leaves (INV-02, INV-03, INV-55)."""
    payments.let_go(desk.shop, order, WHO)
    desk.truth_bare(order, "cancelled_after_list")


def _stopped_after_pickup(desk: Operators, order: int) -> None:
    """A stop is asked for when the carrier has been, and the order cancelled without waiting for the answer (INV-37)."""
    shop = desk.shop
    ops.set_cancelled(shop, order, WHO)
    payments.let_go(shop, order, WHO)
    shop.truth.broke(shop.now, "timing", "stopped_after_pickup", "INV-37", shop.orders.sub.item(order), order)


def _console_crossed(desk: Operators, order: int) -> None:
    """While the shop authorises anew, somebody cancels at the provider's console (INV-06; shipped, INV-02 and more)."""
    shop = desk.shop
    if payments.reauthorise(shop, order, WHO) != Outcome.ACCEPTED:
        return
    answer = shop.gateway.ask(shipping.ask_about(shop, order, Operation.CANCEL))
    if answer.outcome != Outcome.ACCEPTED:
        return
    shop.aftermath.follow(order, "console_crossed", "INV-06")
    desk.truth_bare(order, "console_crossed")
    sub = shop.orders.sub.item(order)
    desk.mend(sub, order, lambda: payments.authorise_anew(shop, order, WHO), if_waiting=True)


def _paid_during_cancel(desk: Operators, order: int) -> None:
    """A deferred order on its way is cancelled while unpaid, and the customer pays before that takes effect (INV-26)."""
    desk.paid_while_returning(order, "paid_during_cancel")


# -- verdicts and edits that cross -------------------------------------------------------------------


def _picked_before_verdict(desk: Operators, order: int) -> None:
    """Put on the list while its verdict is out; it comes when the parcel has left, or never (INV-03)."""
    desk.shop.orders.flags[order] |= FORCED
    desk.truth_bare(order, "picked_before_verdict")


def _more(desk: Operators, order: int, slip: str) -> None:
    """One piece more, and no reauthorisation (yet)."""
    shop = desk.shop
    quantity = shop.orders.quantity.item(order) + 1
    leave_out(
        desk,
        order,
        slip,
        lambda: ops.edit_quantity(shop, order, quantity, WHO, reauthorises=False),
        money=True,
    )


def _edited_before_reauth(desk: Operators, order: int) -> None:
    """Edited on the morning it ships, its reauthorisation left to the night (INV-04, INV-05, INV-22)."""
    _more(desk, order, "edited_before_reauth")


def _edited_while_packed(desk: Operators, order: int) -> None:
    """Edited while the warehouse packs it (INV-04, INV-05, INV-22, INV-37)."""
    shop = desk.shop
    sub = shop.orders.sub.item(order)
    shop.truth.broke(shop.now, "timing", "edited_while_packed", "INV-37", sub, order)
    _more(desk, order, "edited_while_packed")


def _two_edits_one_reauth(desk: Operators, order: int) -> None:
    """Edited twice, the reauthorisation falling between the two (INV-04, INV-05, INV-22)."""
    shop = desk.shop
    ops.edit_quantity(shop, order, shop.orders.quantity.item(order) + 1, WHO)
    if standing.payment_meaning(shop, order) == PaymentMeaning.AUTHORISED:
        _more(desk, order, "two_edits_one_reauth")


def _number_cleared(desk: Operators, order: int) -> None:
    """A reauthorisation empties the slip number of a packed order, and a wrong one is typed in again (INV-25)."""
    shop = desk.shop
    sub = shop.orders.sub.item(order)
    if payments.reauthorise(shop, order, WHO) == Outcome.ACCEPTED:
        shop.misnumbered[order] = shop.truth.open(shop.now, "timing", "number_cleared", "INV-25", sub, order)
    else:
        desk.truth_bare(order, "number_cleared")


def _switched_before_cancel(desk: Operators, order: int) -> None:
    """Another method is authorised while the old payment waits for the weekly run of cancels (INV-30)."""
    shop = desk.shop
    old = shipping.ask_about(shop, order, Operation.CANCEL)
    offered = [m for m in (Method.CARD, Method.NP, Method.NP_WIZ) if m != old.method]
    sub = shop.orders.sub.item(order)
    method = offered[spread(shop.draw(sub, Purpose.NEW_VALUE, shop.today), len(offered))]
    ops.change_method(shop, order, method, WHO, cancels_old=False)
    shop.aftermath.follow(order, "switched_before_cancel", *LEFT_ALIVE)

    def cancel_old() -> None:
        shop.gateway.ask(replace(old, at=shop.now))
        shop.aftermath.look(order)

    shop.when(shop.later(_LATER, 20 * 3600), cancel_old)


def _imported_before_capture(desk: Operators, order: int) -> None:
    """Its completion was imported when the capture run had drawn its list, and no later run takes it (INV-55)."""
    shop = desk.shop
    shop.orders.flags[order] |= CAPTURE_TRIED
    shop.aftermath.follow(order, "imported_before_capture")

    def take_again() -> None:
        shop.orders.flags[order] &= 0xFFFF ^ CAPTURE_TRIED

    desk.mend(shop.orders.sub.item(order), order, take_again)


INCIDENTS: tuple[Incident, ...] = (
    Incident(
        "captured_during_cancel", Hour.AFTERNOON,
        lambda shop: _of(shop, _packed(shop), _CHARGED_AT_ONCE), _captured_during_cancel, share=0.006,
    ),
    Incident("cancelled_after_list", Hour.LISTED, _listed, _cancelled_after_list, share=0.006),
    Incident("stopped_after_pickup", Hour.SHIPPED, _picked_up, _stopped_after_pickup, share=0.004),
    Incident("console_crossed", Hour.AFTERNOON, _waiting, _console_crossed, share=0.0012),
    Incident(
        "paid_during_cancel", Hour.EVENING,
        lambda shop: _of(shop, _children(shop, OrderMeaning.SHIPPED, PaymentMeaning.CAPTURED, GONE, DELIVERED), _DEFERRED),
        _paid_during_cancel, share=0.004,
    ),
    Incident(
        "picked_before_verdict", Hour.MORNING,
        lambda shop: _leaves_today(shop, PaymentMeaning.PENDING), _picked_before_verdict, share=0.5,
    ),
    Incident(
        "edited_before_reauth", Hour.MORNING,
        lambda shop: _judged_by_amount(shop, _leaves_today(shop)), _edited_before_reauth, share=0.006,
    ),
    Incident(
        "edited_while_packed", Hour.HANDED,
        lambda shop: _judged_by_amount(shop, _packed(shop)), _edited_while_packed, share=0.006,
    ),
    Incident(
        "two_edits_one_reauth", Hour.AFTERNOON,
        lambda shop: _judged_by_amount(shop, _waiting(shop)), _two_edits_one_reauth, share=0.0015,
    ),
    Incident(
        "number_cleared", Hour.HANDED, lambda shop: _of(shop, _packed(shop), _DEFERRED), _number_cleared, share=0.012,
    ),
    Incident("switched_before_cancel", Hour.AFTERNOON, _waiting, _switched_before_cancel, share=0.0012),
    Incident(
        "imported_before_capture", Hour.IMPORTED, lambda shop: _children(shop, OrderMeaning.SHIPPED, has=GONE),
        _imported_before_capture, share=0.006,
    ),
)  # fmt: skip
