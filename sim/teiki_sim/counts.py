"""定期回数: lowering a subscription's count, and the price and gifts that depend on it (EC-PAY-03, -08)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.shop import Shop

__all__ = [
    "awaits_lowering", "forget_recalculation", "lower", "made", "put_back", "recalculate", "tier_counts", "tiers_differ",
]  # fmt: skip


def tier_counts(shop: Shop, subs: NDArray[Any], cycle: NDArray[Any]) -> NDArray[Any]:
    """The counts by which price and gifts are chosen: a count lowered and not recalculated counts as before."""
    late = shop.notes.count_less
    if not late:
        return cycle
    counts = cycle.copy()
    for i, sub in enumerate(subs.tolist()):
        counts[i] += late.get(sub, 0)
    return counts


def tiers_differ(shop: Shop, sub: int, one: int, other: int) -> bool:
    """Whether price or gifts of a subscription's goods are others at two counts."""
    gifts = {gift.count for gift in shop.config.gifts}
    if (one in gifts) != (other in gifts):
        return True
    product, unit = shop.subs.product[[sub, sub]], shop.subs.unit_price[[sub, sub]]
    products = shop.log.vocabulary.products
    first, second = shop.prices.units(products, product, np.array([one, other]), unit).tolist()
    return bool(first != second)


def made(shop: Shop, subs: NDArray[Any], cycle: NDArray[Any]) -> None:
    """Children were made by the `tier_counts`: what waited for a recalculation waits no more."""
    late = shop.notes.count_less
    for sub, count in zip(subs.tolist(), cycle.tolist(), strict=True) if late else ():
        less = late.pop(sub, 0)
        _judge_forgotten(shop, sub, less > 0 and tiers_differ(shop, sub, count, count + less))


def forget_recalculation(shop: Shop, order: int, actor: Actor) -> None:
    """A slip: the count is lowered, and price and gifts stay those of the count before."""
    sub = shop.orders.sub.item(order)
    lower(shop, order, actor)
    shop.notes.not_recalculated[sub] = shop.truth.open(
        shop.now, "operator", "count_not_recalculated", "INV-33", sub
    )


def _judge_forgotten(shop: Shop, sub: int, broke: bool) -> None:
    row = shop.notes.not_recalculated.pop(sub, None)
    if row is not None:
        shop.truth.judge(row, shop.now, lambda: broke)


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
    _judge_forgotten(shop, sub, False)
    shop.sub_row(Kind.RECALCULATED, sub, actor, "count")
