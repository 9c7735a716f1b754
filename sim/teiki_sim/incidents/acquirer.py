"""Slips about a delivery-stop request of the acquirer: nobody heeds it, or it comes when the warehouse has the parcel."""

from __future__ import annotations

import numpy as np

from teiki_sim import fraud
from teiki_sim.incidents.incident import STORES, Hour, Incident
from teiki_sim.log.statuses import PAYMENT_MEANING, PaymentMeaning
from teiki_sim.messages import Method
from teiki_sim.operators import Operators
from teiki_sim.shop import Shop
from teiki_sim.tables import GONE, HANDED_OVER, STOPPED, WAREHOUSE_STOPPED, Rows

__all__ = ["INCIDENTS"]

_WORD = "delivery_stop"


def _card_children(shop: Shop, orders: Rows) -> Rows:
    """Children charged to a card whose next one is some time off, so that a suspension comes in time."""
    table, subs = shop.orders, shop.subs
    sub = table.sub[orders]
    fit = (sub >= 0) & (table.method[orders] == Method.CARD) & (table.flags[orders] & STOPPED == 0)
    fit &= PAYMENT_MEANING[table.payment[orders]] == int(PaymentMeaning.AUTHORISED)
    fit &= subs.delivery[np.maximum(sub, 0)] - shop.ahead > shop.today + 12
    fit &= subs.status[np.maximum(sub, 0)] == shop.policy.subscription.active
    found: Rows = orders[fit]
    return found


def _soon_to_ship(shop: Shop) -> Rows:
    orders, live = shop.orders, shop.live
    ship = orders.ship[live]
    near = (ship > shop.today) & (ship <= shop.today + 2) & (orders.status[live] == shop.policy.order.waiting)
    return _card_children(shop, live[near])


def _ignored(desk: Operators, order: int) -> None:
    """The request lies unread: the parcel leaves, unless somebody finds it the next day (SS-PAY-05)."""
    shop, sub = desk.shop, desk.shop.orders.sub.item(order)
    fraud.tell(shop, order, _WORD)
    shop.truth.ships(shop.now, "operator", "stop_request_ignored", "INV-48", sub, order)
    desk.mend(sub, order, lambda: fraud.heed(desk, sub, order, _WORD), if_waiting=True)
    desk.later(5, lambda: fraud.suspend(desk, sub))


def _on_the_way(shop: Shop) -> Rows:
    flags = shop.orders.flags[shop.live]
    out = shop.live[flags & (HANDED_OVER | GONE | WAREHOUSE_STOPPED) == HANDED_OVER]
    return _card_children(shop, out[shop.orders.ship[out] <= shop.today])


def _too_late(desk: Operators, order: int) -> None:
    """The request comes with the parcel packed: the warehouse can't find it, and only the later cycles stop."""
    shop, sub = desk.shop, desk.shop.orders.sub.item(order)
    fraud.tell(shop, order, _WORD)
    shop.truth.ships(shop.now, "timing", "notice_after_export", "INV-48", sub, order)
    desk.put(fraud.suspend, desk, sub)


INCIDENTS = (
    Incident("stop_request_ignored", Hour.MORNING, _soon_to_ship, _ignored, share=0.01, platforms=STORES),
    Incident("notice_after_export", Hour.HANDED, _on_the_way, _too_late, share=0.01, platforms=STORES),
)
