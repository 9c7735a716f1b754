"""定期回数: lowering a subscription's count, and the price and gifts that depend on it (EC-PAY-03, -08)."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.shop import Shop

__all__ = ["awaits_lowering", "lower", "put_back", "recalculate", "tier_counts"]


def tier_counts(shop: Shop, subs: NDArray[Any], cycle: NDArray[Any]) -> NDArray[Any]:
    """The counts by which price and gifts are chosen: a count lowered and not recalculated counts as before."""
    late = shop.notes.count_less
    if not late:
        return cycle
    counts = cycle.copy()
    for i, sub in enumerate(subs.tolist()):
        if sub in late:
            counts[i] += late.pop(sub)
    return counts


def lower(shop: Shop, order: int, actor: Actor) -> None:
    """Lower the count of an order's subscription by 1; at 0 it stays. Its price and gifts wait for `recalculate`."""
    sub = shop.orders.sub.item(order)
    count = max(shop.subs.cycle.item(sub) - 1, 0)
    shop.subs.cycle[sub] = count
    shop.notes.lowered_for.add(order)
    shop.notes.count_less[sub] = shop.notes.count_less.get(sub, 0) + 1
    shop.row(Kind.COUNTED, order, actor, "count", quantity=count, code=shop.log.code("lowered"))


def put_back(shop: Shop, order: int, count: int, actor: Actor) -> None:
    """Set the count of an order's subscription by hand."""
    sub = shop.orders.sub.item(order)
    shop.subs.cycle[sub] = count
    shop.notes.count_less.pop(sub, None)
    shop.row(Kind.COUNTED, order, actor, quantity=count, code=shop.log.code("set"))
    recalculate(shop, sub, actor)


def awaits_lowering(shop: Shop, sub: int, order: int) -> bool:
    """Whether a cancelled child still counts, and no later one was made by that count."""
    if sub < 0 or order in shop.notes.lowered_for or shop.subs.last_order.item(sub) != order:
        return False
    status: int = shop.orders.status.item(order)
    return status == shop.policy.order.cancelled


def recalculate(shop: Shop, sub: int, actor: Actor) -> None:
    """Recalculate a subscription: its next price and gifts fit its count again."""
    shop.notes.count_less.pop(sub, None)
    shop.sub_row(Kind.RECALCULATED, sub, actor, "count")
