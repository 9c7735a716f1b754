"""Two things that cross: a stop and the night's generation, a cancel and the import of the completion data."""

from __future__ import annotations

import numpy as np

from teiki_sim import nightly, points, standing
from teiki_sim import operations as ops
from teiki_sim.calendar import DAY
from teiki_sim.config import minutes
from teiki_sim.customers import Wish
from teiki_sim.desk import WHO
from teiki_sim.incidents.incident import STORES, Hour, Incident
from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.log.statuses import OrderMeaning
from teiki_sim.operators import Operators
from teiki_sim.shop import Shop
from teiki_sim.tables import GONE, Rows

__all__ = ["INCIDENTS"]


def _stopped_meanwhile(desk: Operators, sub: int) -> None:
    """The batch has read its list when the customer's stop is saved, so that the child comes all the same (INV-09)."""
    shop = desk.shop
    shop.when(shop.today * DAY + shop.night_second, _generate_stopped, desk, sub)


def _generate_stopped(desk: Operators, sub: int) -> None:
    shop = desk.shop
    if shop.subs.status.item(sub) != shop.policy.subscription.active:
        return
    ops.stop(shop, sub, Actor.CUSTOMER)
    desk.customers.after_stop(sub, Wish.STOP)
    for child in nightly.generate(shop, np.array([sub])).tolist():
        shop.truth.broke(shop.now, "timing", "stop_saved_late", "INV-09", sub, child)
        desk.put(_clear_up, desk, child)


def _clear_up(desk: Operators, child: int) -> None:
    """What the careful operator does with the child of a stopped subscription: cancel it, or let it go."""
    shop = desk.shop
    if standing.meaning(shop, child) in (OrderMeaning.WAITING, OrderMeaning.BLOCKED):
        ops.decide(shop, child, "cancel", WHO)
        ops.cancel_order(shop, child, WHO)
    else:
        ops.decide(shop, child, "ship", WHO)


def _left(shop: Shop) -> Rows:
    """What the carriers have, and the shop has not heard of yet."""
    orders, live = shop.orders, shop.live
    gone: Rows = live[(orders.flags[live] & GONE > 0) & (orders.status[live] == shop.policy.order.working)]
    return gone


def _cancelled_at_import(desk: Operators, order: int) -> None:
    """The import has read 出荷作業中 when the cancel is saved, and writes over it (INV-17)."""
    shop = desk.shop
    second = 60 * minutes(shop.config.schedule.import_time) - 1
    shop.when(shop.today * DAY + second, _written_over, shop, order)


def _written_over(shop: Shop, order: int) -> None:
    orders, words = shop.orders, shop.policy.order
    if orders.status.item(order) != words.working:
        return
    ops.set_cancelled(shop, order, WHO)
    if shop.uncovered[orders.method.item(order)]:
        points.reverse(shop, order, WHO)  # there is no payment to cancel first
    orders.status[order] = words.shipped
    shop.row(Kind.COMPLETED, order, rule="completed", status_from=words.working, status_to=words.shipped)
    sub = orders.sub.item(order)
    for invariant in ("INV-17", "INV-37"):  # nor had the warehouse confirmed a stop
        shop.truth.broke(shop.now, "timing", "cancelled_at_import", invariant, sub, order)


INCIDENTS = (
    Incident(
        "stop_saved_late",
        Hour.DAWN,
        nightly.due_tonight,
        _stopped_meanwhile,
        "subscription",
        share=0.01,
        platforms=STORES,
    ),
    Incident("cancelled_at_import", Hour.SHIPPED, _left, _cancelled_at_import, share=0.01, platforms=STORES),
)
