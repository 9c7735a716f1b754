"""Incidents after the capture: invoices of what was cancelled, and cancels that come too late for the provider."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from teiki_sim import operations as ops
from teiki_sim import payments
from teiki_sim.calendar import DAY
from teiki_sim.desk import WHO
from teiki_sim.incidents.incident import Hour, Incident
from teiki_sim.log.kinds import Actor, Kind, Side
from teiki_sim.log.statuses import ORDER_MEANING, PAYMENT_MEANING, OrderMeaning, PaymentMeaning
from teiki_sim.messages import DEFERRED, METHOD_NAMES
from teiki_sim.operators import Operators
from teiki_sim.policies import Policy
from teiki_sim.shop import Shop
from teiki_sim.standing import refuse
from teiki_sim.tables import GONE, Rows
from teiki_sim.truth import Slip

__all__ = ["INCIDENTS"]

_DEFERRED = np.array([int(method) for method in DEFERRED])
_SHOPS = frozenset({"subscstore", "ecforce", "tamago"})
#: Days that a parcel may leave after its planned date: so much later a period that runs from the capture is surely over.
_LATE = 31
_MONTH = 31
#: By how many days a provider shortens its period, and how many are left by the old one (modelled).
_SHORTER, _LEFT = 60, 15


# -- deferred payments cancelled after their invoice -------------------------------------------------


def _invoiced(shop: Shop) -> Rows:
    """Shipped, reported to the provider of a deferred payment, and under way or just delivered."""
    orders, live = shop.orders, shop.live
    fit = (orders.flags[live] & GONE > 0) & (orders.sub[live] >= 0) & np.isin(orders.method[live], _DEFERRED)
    fit &= ORDER_MEANING[orders.status[live]] == OrderMeaning.SHIPPED
    fit &= PAYMENT_MEANING[orders.payment[live]] == PaymentMeaning.CAPTURED
    found: Rows = live[fit]
    return found


def _take_back(desk: Operators, order: int, *, tells: bool) -> bool:
    """Cancel a shipped, unpaid deferred order at its customer's request; whether the provider agreed so far."""
    shop = desk.shop
    if shop.gateway.state(shop.orders.transaction.item(order)) != "CAPTURED":
        return False
    shop.refused_parcels.add(order)
    ops.process_return(shop, order, WHO, tells=tells)
    return True


def _forgot_notice(desk: Operators, order: int) -> None:
    """Cancelled, and the customer not told to destroy the invoice (EC-SHP-04)."""
    shop = desk.shop
    if not _take_back(desk, order, tells=False):
        return
    row = shop.truth.open(
        shop.now, "operator", "discard_notice_forgotten", "INV-27", shop.orders.sub.item(order), order
    )
    _once_cancelled(desk, order, partial(_judge_notice, desk, order, row))
    if shop.mends(shop.orders.sub.item(order), order):
        desk.later(2, partial(ops.tell_to_discard, shop, order, WHO))


def _judge_notice(desk: Operators, order: int, row: Slip) -> None:
    shop = desk.shop
    due = (shop.today + 1 + shop.config.grace.discard) * DAY
    shop.truth.judge(row, due, lambda: order not in shop.told_to_discard)


def _crossed(desk: Operators, order: int) -> None:
    """The customer is told, and pays the invoice all the same: the payment crosses the cancel (EC-SHP-07)."""
    shop = desk.shop
    if not _take_back(desk, order, tells=True):
        return
    row = shop.truth.open(
        shop.now, "timing", "paid_after_cancel", "INV-27", shop.orders.sub.item(order), order
    )

    def pay() -> None:
        number = shop.orders.transaction[[order]]
        owed = bool(shop.gateway.pay_invoices(shop.now, number)[0])
        shop.truth.judge(row, shop.now, lambda: not owed)

    _once_cancelled(desk, order, lambda: shop.when(shop.later(1, 13 * 3600), pay))


def _once_cancelled(desk: Operators, order: int, then: Callable[[], object]) -> None:
    """Wait for the day on which the provider's cancel takes effect, if it ever does."""
    shop = desk.shop
    transaction = shop.orders.transaction.item(order)

    def evening() -> None:
        state = shop.gateway.state(transaction)
        if state == "CANCELLED":
            then()
        elif state != "PAID":
            shop.when(shop.later(1, DAY - 30), evening)

    shop.when(shop.later(0, DAY - 30), evening)


# -- too late for the provider -----------------------------------------------------------------------


def _past_period(shop: Shop, extra: int = 0) -> Rows:
    """Captured orders whose provider's period has been over for a while, each on one day only."""
    orders, n = shop.orders, shop.orders.n
    found = []
    for name, terms in shop.config.payments.items():
        days = terms.change_days
        if terms.change_month_ends is not None:
            days = (terms.change_month_ends + 1) * _MONTH if days is None else days
        if days is None:
            continue
        fit = orders.ship[:n] == shop.today - days - _LATE + extra
        if not fit.any():
            continue
        fit &= (orders.method[:n] == METHOD_NAMES.index(name)) & (orders.flags[:n] & GONE > 0)
        fit &= ORDER_MEANING[orders.status[:n]] == OrderMeaning.SHIPPED
        fit &= (PAYMENT_MEANING[orders.payment[:n]] == PaymentMeaning.CAPTURED) & (orders.sub[:n] >= 0)
        found.append(np.flatnonzero(fit))
    return np.concatenate(found) if found else np.empty(0, np.intp)


def _asked_in_time(shop: Shop) -> Rows:
    """Captured orders on the last day of the provider's period, or just before."""
    return _past_period(shop, _LATE)


def _cancel_late(desk: Operators, order: int, source: str, slip: str, *, asks: bool = True) -> None:
    """The order is cancelled; its provider takes no cancel any more (EC-SHP-06), so the charge stays."""
    shop, policy = desk.shop, desk.shop.policy
    sub = shop.orders.sub.item(order)
    if ORDER_MEANING[shop.orders.status[order]] != OrderMeaning.SHIPPED:
        return
    status, kind = _over(policy)
    shop.set_status(order, status, kind, WHO)
    shop.truth.broke(shop.now, source, slip, "INV-29", sub, order)
    transaction = shop.orders.transaction.item(order)
    due = shop.now + shop.config.grace.payment_cancel * DAY
    shop.truth.due(
        shop.now, source, slip, "INV-01", sub, order, due,
        lambda: shop.gateway.state(transaction) in ("CAPTURED", "PAID"),
    )  # fmt: skip
    if asks:
        payments.let_go(shop, order, WHO)
    else:
        refuse(shop, order, -1, "window", "window_shortened", WHO)


def _soon_over(shop: Shop) -> Rows:
    """Captured orders that their provider still takes a cancel of for some days."""
    orders, n = shop.orders, shop.orders.n
    found = [np.empty(0, np.intp)]
    for name, terms in shop.config.payments.items():
        if terms.change_days is None or terms.change_days <= _SHORTER:
            continue
        fit = orders.ship[:n] == shop.today - terms.change_days + _LEFT
        fit &= (orders.method[:n] == METHOD_NAMES.index(name)) & (orders.flags[:n] & GONE > 0)
        fit &= ORDER_MEANING[orders.status[:n]] == OrderMeaning.SHIPPED
        fit &= (PAYMENT_MEANING[orders.payment[:n]] == PaymentMeaning.CAPTURED) & (orders.sub[:n] >= 0)
        found.append(np.flatnonzero(fit))
    return np.concatenate(found)


def _shortened(desk: Operators, order: int) -> None:
    """Provider: it has shortened its period, as the shop's terms now say; the cancel is accepted by the old one.

    The provider of the model keeps its own book, so that its refusal is the store's row alone (modelled).
    """
    shop = desk.shop
    method = shop.orders.method.item(order)
    terms = shop.config.payments[METHOD_NAMES[method]]
    assert terms.change_days is not None
    if method not in shop.shortened:
        shop.shortened.add(method)
        days = terms.change_days - _SHORTER
        shop.log.one(
            Kind.SETTING, shop.now, code=shop.log.code(f"window.{method}.days"), quantity=days,
            detail=f'{{"value": {days}}}',
        )  # fmt: skip
    _cancel_late(desk, order, "provider", "window_shortened", asks=False)


def _over(policy: Policy) -> tuple[int, Kind]:
    """What an order that had shipped becomes: キャンセル on ecforce, elsewhere it is returned."""
    if policy.name == "ecforce":
        return policy.order.cancelled, Kind.CANCELLED
    return policy.order.returned, Kind.RETURNED


def _accepted_late(desk: Operators, order: int) -> None:
    _cancel_late(desk, order, "operator", "late_request_accepted")


def _executed_late(desk: Operators, order: int) -> None:
    """Asked for in time, and left lying until the period was over."""
    shop = desk.shop
    shop.row(Kind.MESSAGE, order, Actor.CUSTOMER, side=Side.CUSTOMER, code=shop.log.code("cancel"))
    desk.later(_LATE, partial(_cancel_late, desk, order, "timing", "request_executed_late"))


INCIDENTS: tuple[Incident, ...] = (
    Incident("discard_notice_forgotten", Hour.AFTERNOON, _invoiced, _forgot_notice, share=0.004, platforms=_SHOPS),
    Incident("paid_after_cancel", Hour.AFTERNOON, _invoiced, _crossed, share=0.004, platforms=_SHOPS),
    Incident("late_request_accepted", Hour.AFTERNOON, _past_period, _accepted_late, share=0.02, platforms=_SHOPS),
    Incident("window_shortened", Hour.AFTERNOON, _soon_over, _shortened, share=0.02, platforms=_SHOPS),
    Incident("request_executed_late", Hour.AFTERNOON, _asked_in_time, _executed_late, share=0.02, platforms=_SHOPS),
)  # fmt: skip
