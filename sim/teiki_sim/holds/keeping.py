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


def hold_order(
    shop: Shop, order: int, ground: str, actor: Actor, rule: str = "", amount: int = -1, on: int = -1
) -> None:
    """The present order alone: it does not ship, and is not charged unless it has shipped (TR-HOLD-03, -04).

    ``on``: the day that is noted, where the platform notes one; today, if none is given.
    """
    shop.orders.flags[order] |= STOPPED
    code = shop.log.code(ground)
    shop.row(Kind.HELD, order, actor, rule, code=code, amount=amount, ship=_noted(shop, on))
    if ground in shop.policy.mailed_grounds:
        shop.row(Kind.MAIL, order, Actor.SYSTEM, "hold_mail", code=shop.log.code("hold"))


def _noted(shop: Shop, on: int) -> int:
    """対応日 (TR-HOLD-08), -1 where the platform has none."""
    if not shop.policy.dates_holds:
        return -1
    return on if on >= 0 else shop.today


def hold_cycles(shop: Shop, sub: int, ground: str, actor: Actor, rule: str = "", on: int = -1) -> None:
    """The deliveries to come alone: no child is born, and the orders there are go on (TR-HOLD-02, -11)."""
    shop.subs.held[sub] = True
    shop.sub_row(Kind.HELD, sub, actor, rule, code=shop.log.code(ground), ship=_noted(shop, on))
    if ground in shop.policy.mailed_grounds:
        shop.sub_row(Kind.MAIL, sub, Actor.SYSTEM, "hold_mail", code=shop.log.code("hold"))


def hold_whole(shop: Shop, sub: int, ground: str, actor: Actor, *, but: int = -1, on: int = -1) -> int:
    """The whole subscription: the deliveries to come and every order so far, shipped ones too (TR-HOLD-19).

    How many orders were flagged; the subscription's row says it as its quantity. ``but``: an order left out.
    """
    orders, code = shop.orders, shop.log.code(ground)
    mine = [order for order in _orders(shop, sub) if meaning(shop, order) not in _OVER and order != but]
    for order in mine:
        if not orders.flags[order] & STOPPED:
            hold_order(shop, order, ground, actor, "held_whole", on=on)
    shop.subs.held[sub] = True
    noted, n = _noted(shop, on), len(mine)
    shop.sub_row(Kind.HELD, sub, actor, "held_whole", code=code, quantity=n, ship=noted)
    return len(mine)


def release_order(shop: Shop, order: int, actor: Actor, *, on: int = -1, comment: str = "") -> None:
    """The upper field: this order is released, and goes to shipping preparation at once (TR-HOLD-09)."""
    words = shop.policy.order
    shop.orders.flags[order] &= without(STOPPED)
    code = shop.log.code(comment) if comment else 0
    shop.row(Kind.RELEASED, order, actor, "released", code=code, ship=_noted(shop, on))
    if shop.policy.release_prepares and shop.orders.status.item(order) == words.blocked != words.waiting:
        shop.set_status(order, words.waiting, Kind.EDITED, actor, "released", code=shop.log.code("status"))


def release_subscription(shop: Shop, sub: int, actor: Actor, *, on: int = -1, comment: str = "") -> None:
    """The lower field: deliveries to come and the orders that have shipped; the present order has its own field."""
    code = shop.log.code(comment) if comment else 0
    shop.subs.held[sub] = False
    shop.sub_row(Kind.RELEASED, sub, actor, "released", code=code, ship=_noted(shop, on))
    for order in _orders(shop, sub):
        if shop.orders.flags[order] & STOPPED and shop.is_gone(order):
            release_order(shop, order, actor, on=on, comment=comment)


def missed(shop: Shop, sub: int) -> bool:
    """Whether the day on which the next child was to be born has gone by (TR-HOLD-18)."""
    return bool(0 <= shop.subs.delivery.item(sub) < shop.today + shop.ahead)


def _orders(shop: Shop, sub: int) -> list[int]:
    found: list[int] = np.flatnonzero(shop.orders.sub[: shop.orders.n] == sub).tolist()
    return found
