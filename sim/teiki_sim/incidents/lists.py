"""What can go wrong with shipping lists: twice on a list, or flagged and on none (EC-CSV-03, EC-UPD-13)."""

from __future__ import annotations

from functools import partial

import numpy as np

from teiki_sim import lists, shipping
from teiki_sim import operations as ops
from teiki_sim.desk import WHO
from teiki_sim.incidents.incident import Hour, Incident
from teiki_sim.log.kinds import Actor
from teiki_sim.operators import Operators
from teiki_sim.shop import Shop
from teiki_sim.tables import GONE, HANDED_OVER, Rows

__all__ = ["INCIDENTS"]

_EC = frozenset({"ecforce"})


def _due_today(shop: Shop) -> Rows:
    """What this morning's list will take."""
    return shipping.listable(shop)


def _box_not_ticked(desk: Operators, order: int) -> None:
    """An early list without the box: the regular one takes the order again, unless the first is withdrawn."""
    shop = desk.shop
    lists.export_again(shop, np.array([order]), WHO)
    sub = shop.orders.sub.item(order)
    if shop.mends(sub, order):

        def withdraw() -> None:
            if ops.stop_at_warehouse(shop, order, WHO):
                ops.back_to_waiting(shop, order, WHO)
                withdrawn.add(order)

        shop.when(shop.now + 600, withdraw)
    withdrawn: set[int] = set()
    listed = shop.today * 86_400 + shop.export_second
    shop.truth.due(
        shop.now, "operator", "list_box_not_ticked", "INV-36", sub, order, listed,
        lambda: not withdrawn and shop.orders.status.item(order) == shop.policy.order.working,
    )  # fmt: skip


def _listed_today(shop: Shop) -> Rows:
    """On the list of this morning, which the warehouse has not taken over yet."""
    orders, live = shop.orders, shop.live
    listed = orders.status[live] == shop.policy.order.working
    listed &= (orders.ship[live] <= shop.today) & (orders.flags[live] & (HANDED_OVER | GONE) == 0)
    found: Rows = live[listed]
    return found


def _exported_after_another(desk: Operators, order: int) -> None:
    """Timing: two people searched for 未出力 at once, and the second list came after the first."""
    shop = desk.shop
    lists.export_again(shop, np.array([order]), WHO)
    sub = shop.orders.sub.item(order)
    shop.truth.broke(shop.now, "timing", "list_searched_before", "INV-36", sub, order)


def _soon_due(shop: Shop) -> Rows:
    """Waiting orders that ship within two days, covered and not held."""
    return shipping.listable(shop, days=2)


def _flagged(slip: str, source: str, actor: Actor, code: str, desk: Operators, order: int) -> None:
    """出力済, and on no list; found out when somebody notices, or when the customer asks."""
    shop = desk.shop
    lists.flag_listed(shop, np.array([order]), actor, code)
    sub = shop.orders.sub.item(order)
    due = lists.never_exported_by(shop, order)
    shop.truth.due(
        shop.now, source, slip, "INV-36", sub, order, due, lambda: lists.never_exported(shop, order)
    )

    def set_back() -> None:
        if lists.waits_in_vain(shop, order):
            lists.unflag(shop, order, WHO)

    if shop.mends(sub, order):
        desk.later(1, set_back)
    else:
        shop.when(due + lists.ASKED_AFTER * 86_400 + 10 * 3600, set_back)


INCIDENTS: tuple[Incident, ...] = (
    Incident("list_box_not_ticked", Hour.MORNING, _due_today, _box_not_ticked, share=0.005, platforms=_EC),
    Incident(
        "list_searched_before", Hour.LISTED, _listed_today, _exported_after_another, share=0.005, platforms=_EC
    ),
    Incident(
        "listed_by_hand", Hour.AFTERNOON, _soon_due,
        partial(_flagged, "listed_by_hand", "operator", WHO, "listed_by_hand"), share=0.003, platforms=_EC,
    ),
    Incident(
        "list_job_failed", Hour.MORNING, _due_today,
        partial(_flagged, "list_job_failed", "provider", Actor.SYSTEM, "listed"), share=0.005, platforms=_EC,
    ),
)  # fmt: skip
