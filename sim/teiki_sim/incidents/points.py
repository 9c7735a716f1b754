"""What can go wrong with points: a second reversal by hand, a change not followed, an expiry that crosses a use."""

from __future__ import annotations

import numpy as np

from teiki_sim import operations as ops
from teiki_sim import points
from teiki_sim.desk import WHO
from teiki_sim.incidents.incident import Hour, Incident
from teiki_sim.messages import Method
from teiki_sim.operators import Operators
from teiki_sim.shop import Shop
from teiki_sim.tables import Rows

__all__ = ["INCIDENTS"]


def _reversed_today(shop: Shop) -> Rows:
    return np.array(shop.points.reversed_today, np.intp)


def _reverse_again(desk: Operators, order: int) -> None:
    """The order's screen does not say that the points went back already, so they are put back by hand."""
    shop = desk.shop
    if points.reverse_again(shop, order, WHO):
        sub = shop.orders.sub.item(order)
        shop.truth.broke(shop.now, "operator", "points_reversed_twice", "INV-32", sub, order)


def _spent_tonight(shop: Shop) -> Rows:
    return np.array(list(shop.points.drawn_today), np.intp)


def _fall_twice(desk: Operators, order: int) -> None:
    """The night's expiry had read the points before the night's orders spent them."""
    shop = desk.shop
    lot = points.fall_twice(shop, order)
    if lot >= 0:
        sub = shop.orders.sub.item(order)
        shop.truth.broke(shop.now, "timing", "points_expired_and_used", "INV-32", sub, lot)


def _on_delivery(shop: Shop) -> Rows:
    """Orders to be paid on delivery that wait and that granted points."""
    waiting = shop.live[shop.orders.method[shop.live] == Method.COD]
    waiting = waiting[shop.orders.status[waiting] == shop.policy.order.waiting]
    return np.array([order for order in waiting.tolist() if order in shop.points.granted], np.intp)


def _paid_before(desk: Operators, order: int) -> None:
    """The customer transfers the money before: the fee for cash on delivery goes, and the points stay as they were."""
    shop = desk.shop
    shop.points.left_as_was.add(order)
    ops.change_method(shop, order, Method.BANK, WHO)
    shop.points.left_as_was.discard(order)


INCIDENTS: tuple[Incident, ...] = (
    Incident("points_reversed_twice", Hour.EVENING, _reversed_today, _reverse_again, share=4.0),
    Incident("points_not_recalculated", Hour.AFTERNOON, _on_delivery, _paid_before, share=0.5),
    Incident("points_expired_and_used", Hour.MORNING, _spent_tonight, _fall_twice, share=0.5),
)
