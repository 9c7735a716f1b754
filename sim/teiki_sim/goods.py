"""Other goods in an order, at the price of the shop's list."""

from __future__ import annotations

from teiki_sim import operations as ops
from teiki_sim import points
from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.shop import Shop

__all__ = ["replace_goods"]


def replace_goods(shop: Shop, order: int, product: str, actor: Actor, *, reauthorises: bool = True) -> None:
    """Put ``product`` (a code of the shop's goods) in the place of what the order has, at its list price.

    A new amount asks for a new authorisation, on サブスクストア's deferred payment the goods alone do (SS-PAY-02);
    points are computed anew (SS-ORD-07). KeyError for goods that the shop does not have.
    """
    ops.refuse_after_ship(shop, order, "goods", actor)
    orders, config = shop.orders, shop.config
    number = shop.log.vocabulary.products.index(product)
    before, quantity = orders.amount.item(order), orders.quantity.item(order)
    orders.amount[order] += (config.goods[product].price - ops.unit_price(shop, order)) * quantity
    orders.product[order] = number
    amount = orders.amount.item(order)
    shop.row(
        Kind.EDITED, order, actor, "reauthorise", product=number, quantity=quantity, amount=amount,
        code=shop.log.code("goods"),
    )  # fmt: skip
    points.recalculate(shop, order, actor)
    ops.after_edit(shop, order, "goods" if amount == before else "amount", reauthorises, actor)
