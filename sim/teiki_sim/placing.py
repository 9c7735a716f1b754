"""Orders beside the nightly ones: thank-you offers, extra charges, a subscription in a single order's place."""

from __future__ import annotations

import numpy as np

from teiki_sim import nightly
from teiki_sim import operations as ops
from teiki_sim.calendar import weekday
from teiki_sim.draws import hash64
from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.messages import DEFERRED, METHODS, Method
from teiki_sim.opening import frequency_codes
from teiki_sim.shop import Shop
from teiki_sim.standing import refuse

__all__ = ["convert", "extra_charge", "subscribe_instead", "thank_you_offer"]


def convert(shop: Shop, order: int, sub: int, actor: Actor) -> None:
    """A single order made part of a subscription, or (``sub`` -1) the reverse: there is no such thing (EC-CAN-03)."""
    if not shop.policy.converts_orders:
        raise refuse(shop, order, -1, "convert", "convert", actor)
    shop.orders.sub[order] = sub
    shop.row(Kind.EDITED, order, actor, code=shop.log.code("converted"))


def thank_you_offer(shop: Shop, order: int, product: str, quantity: int) -> int:
    """The customer of an order accepts an offer on the thank-you page: a further single order, charged unattended.

    Its number. So it can be there unauthorised, as later orders of a subscription can (EC-CAN-05).
    """
    table = shop.orders
    offer = int(shop.new_orders(1)[0])
    method, carrier = METHODS[table.method.item(order)], shop.default_carrier
    goods = shop.log.vocabulary.products.index(product)
    table.method[offer], table.product[offer], table.quantity[offer] = method, goods, quantity
    price = shop.config.goods[product].price * quantity
    table.amount[offer] = price + int(shop.fees.both(goods, int(method), carrier))
    table.ship[offer] = max(table.ship.item(order), shop.today + 1)
    table.delivery[offer] = shop.leads[carrier].delivery_from_ship(table.ship.item(offer))
    shop.names.single_customer[offer] = _customer(shop, order)
    nightly.place(shop, np.array([offer]), attended=False)
    return offer


def extra_charge(shop: Shop, order: int, amount: int, method: Method, actor: Actor) -> int:
    """Charge an amount (yen) without goods to ship; its order's number.

    Deferred payment reports a shipment, so it takes no such charge (EC-SHP-05); a bank transfer does.
    """
    if method in DEFERRED and not shop.policy.charges_without_goods:
        raise refuse(shop, order, -1, "no_goods", "extra_charge", actor)
    table = shop.orders
    extra = int(shop.new_orders(1)[0])
    table.method[extra], table.quantity[extra], table.product[extra] = method, 0, table.product[order]
    table.amount[extra], table.ship[extra], table.delivery[extra] = amount, shop.today, shop.today
    shop.names.single_customer[extra] = _customer(shop, order)
    nightly.place(shop, np.array([extra]), attended=False)
    ops.hold(shop, extra, "no_goods", actor)  # nothing to pack, so nothing for the shipping list (modelled)
    return extra


def subscribe_instead(shop: Shop, order: int, frequency: str, actor: Actor) -> int:
    """A customer who bought once wants the subscription: the single order is cancelled, and a new subscription
    placed with its first order (EC-CAN-09); its number, or -1 where the single order can't be stopped any more."""
    if not ops.cancel_order(shop, order, actor):
        return -1
    subs, table, names = shop.subs, shop.orders, shop.names
    sub = int(subs.add(1)[0])
    name = f"NEW-{shop.today}-{order}"
    names.sub_ids.append(name)
    subs.key[sub], subs.customer[sub] = hash64(name), _customer(shop, order)
    subs.product[sub], subs.quantity[sub] = table.product[order], table.quantity[order]
    subs.method[sub], subs.carrier[sub] = table.method[order], shop.default_carrier
    subs.unit_price[sub] = ops.unit_price(shop, order)
    subs.frequency[sub] = next(i for i, f in enumerate(shop.frequencies) if f.label() == frequency)
    subs.status[sub] = shop.policy.subscription.active
    subs.ship[sub] = max(table.ship.item(order), shop.today + 1)
    delivery = shop.leads[shop.default_carrier].delivery_from_ship(subs.ship.item(sub))
    subs.delivery[sub] = subs.anchor[sub] = delivery
    shop.sub_row(
        Kind.OPENED, sub, Actor.CUSTOMER, method=subs.method.item(sub), product=subs.product.item(sub),
        quantity=subs.quantity.item(sub), ship=subs.ship.item(sub), delivery=delivery,
        status_to=subs.status.item(sub), code=int(frequency_codes(shop)[subs.frequency[sub], weekday(delivery)]),
    )  # fmt: skip
    nightly.generate(shop, np.array([sub]), actor=Actor.CUSTOMER, at_checkout=True)
    return sub


def _customer(shop: Shop, order: int) -> int:
    sub = shop.orders.sub.item(order)
    return shop.subs.customer.item(sub) if sub >= 0 else shop.names.single_customer[order]
