"""Setting and releasing 要対応 in its two scopes: this order, and the customer's whole subscription (TR-HOLD-06)."""

from __future__ import annotations

import numpy as np

from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.log.statuses import OrderMeaning
from teiki_sim.shop import Shop
from teiki_sim.standing import meaning
from teiki_sim.tables import STOPPED, without

__all__ = ["hold_cycles", "hold_order", "hold_whole", "missed", "release_order", "release_subscription"]

_OVER = (OrderMeaning.NONE, OrderMeaning.CANCELLED, OrderMeaning.DELETED)


def hold_order(shop: Shop, order: int, ground: str, actor: Actor, rule: str = "", amount: int = -1) -> None:
    """The present order alone: it does not ship, and is not charged unless it has shipped (TR-HOLD-03, -04)."""
    shop.orders.flags[order] |= STOPPED
    shop.row(Kind.HELD, order, actor, rule, code=shop.log.code(ground), amount=amount)


def hold_cycles(shop: Shop, sub: int, ground: str, actor: Actor, rule: str = "") -> None:
    """The deliveries to come alone: no child is born, and the orders there are go on (TR-HOLD-02, -11)."""
    shop.subs.held[sub] = True
    shop.sub_row(Kind.HELD, sub, actor, rule, code=shop.log.code(ground))


def hold_whole(shop: Shop, sub: int, ground: str, actor: Actor) -> int:
    """The whole subscription: the deliveries to come and every order so far, shipped ones too (TR-HOLD-19).

    How many orders were flagged; the subscription's row says it as its quantity.
    """
    orders, code = shop.orders, shop.log.code(ground)
    mine = [order for order in _orders(shop, sub) if meaning(shop, order) not in _OVER]
    for order in mine:
        if not orders.flags[order] & STOPPED:
            orders.flags[order] |= STOPPED
            shop.row(Kind.HELD, order, actor, "held_whole", code=code)
    shop.subs.held[sub] = True
    shop.sub_row(Kind.HELD, sub, actor, "held_whole", code=code, quantity=len(mine))
    return len(mine)


def release_order(shop: Shop, order: int, actor: Actor, comment: str = "") -> None:
    """The upper field: this order is released, and goes to shipping preparation at once (TR-HOLD-09)."""
    shop.orders.flags[order] &= without(STOPPED)
    shop.row(Kind.RELEASED, order, actor, "released", code=shop.log.code(comment) if comment else 0)


def release_subscription(shop: Shop, sub: int, actor: Actor, comment: str = "") -> None:
    """The lower field: deliveries to come and the orders that have shipped; the present order has its own field."""
    code = shop.log.code(comment) if comment else 0
    shop.subs.held[sub] = False
    shop.sub_row(Kind.RELEASED, sub, actor, "released", code=code)
    for order in _orders(shop, sub):
        if shop.orders.flags[order] & STOPPED and shop.is_gone(order):
            release_order(shop, order, actor, comment)


def missed(shop: Shop, sub: int) -> bool:
    """Whether the day on which the next child was to be born has gone by (TR-HOLD-18)."""
    return bool(0 <= shop.subs.delivery.item(sub) < shop.today + shop.ahead)


def _orders(shop: Shop, sub: int) -> list[int]:
    found: list[int] = np.flatnonzero(shop.orders.sub[: shop.orders.n] == sub).tolist()
    return found
