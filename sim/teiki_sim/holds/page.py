"""The account page while the present order is under 要対応: ordering the same again, and the history (TR-HOLD-05)."""

from __future__ import annotations

from teiki_sim import nightly
from teiki_sim.holds.keeping import hold_order
from teiki_sim.log.kinds import Actor
from teiki_sim.log.statuses import OrderMeaning
from teiki_sim.shop import Shop
from teiki_sim.standing import meaning, refuse

__all__ = ["allow", "is_closed", "order_again"]

_UNSHIPPED = (OrderMeaning.WAITING, OrderMeaning.BLOCKED, OrderMeaning.WORKING)


def is_closed(shop: Shop, sub: int, what: str) -> bool:
    """Whether the page does not offer this now, since the subscription's present order is held."""
    offered = shop.policy.page_when_held
    if offered is None or what in offered:
        return False
    order = shop.subs.last_order.item(sub)
    return (
        order >= 0
        and shop.is_stopped(order)
        and not shop.is_gone(order)
        and meaning(shop, order) in _UNSHIPPED
    )


def allow(shop: Shop, sub: int, what: str, actor: Actor) -> None:
    """Refuse what a customer cannot do on the page now; operators can."""
    if actor == Actor.CUSTOMER and is_closed(shop, sub, what):
        raise refuse(shop, -1, sub, "held_page", what, actor)


def order_again(shop: Shop, sub: int, coupon: str = "") -> bool:
    """同じ商品を注文: an ordinary order for the same goods, shipping tomorrow; False where the charge was refused.

    A coupon that its customer has used before holds the order without a mail, or is refused where the cart's
    registration setting guards against it (TR-MAIL-04).
    """
    allow(shop, sub, "order_again", Actor.CUSTOMER)
    subs, customer = shop.subs, shop.subs.customer.item(sub)
    used = bool(coupon) and (customer, coupon) in shop.coupons
    if used and shop.config.holds.coupon_guard:
        raise refuse(shop, -1, sub, "coupon_guard", "coupon", Actor.CUSTOMER)
    orders = shop.new_orders(1)
    order, table = int(orders[0]), shop.orders
    table.product[order], table.quantity[order] = subs.product[sub], subs.quantity[sub]
    table.method[order] = method = subs.method.item(sub)
    goods = subs.unit_price.item(sub) * subs.quantity.item(sub)
    fees = shop.fees.both(subs.product.item(sub), method, shop.default_carrier)
    table.amount[order] = goods + int(fees)
    table.ship[order] = shop.today + 1
    table.delivery[order] = shop.leads[shop.default_carrier].delivery_from_ship(shop.today + 1)
    shop.names.single_customer[order] = customer
    nightly.place(shop, orders)
    placed = meaning(shop, order) != OrderMeaning.NONE
    if placed and coupon:
        shop.coupons.add((customer, coupon))
    if placed and used:
        hold_order(shop, order, "coupon_twice", Actor.SYSTEM, "coupon_twice")
        shop.on_trouble("held", -1, order, "coupon_twice")
    return placed
