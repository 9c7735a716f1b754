"""Customers' addresses: the customer's own record, the subscription's, and the order's are three things (EC-SUB-11)."""

from __future__ import annotations

from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.shop import Shop

__all__ = ["carry_address", "change_address", "is_old", "order_address", "siblings", "tell_old_address"]


def siblings(shop: Shop, sub: int) -> list[int]:
    """All subscriptions of this one's customer, itself included."""
    return shop.by_customer.of(shop.subs.customer[: shop.subs.n], shop.subs.customer.item(sub))


def change_address(shop: Shop, sub: int, actor: Actor) -> None:
    """The customer's own record gets a new address (EC-SHP-01).

    Subscriptions and orders keep the old one; on some platforms an address changed on the account page reaches the
    subscriptions by itself (modelled; on ecforce it does not).
    """
    customer = shop.subs.customer.item(sub)
    revision = shop.addresses.revision(customer) + 1
    shop.addresses.current[customer] = revision, shop.now
    for mine in siblings(shop, sub):
        shop.sub_row(Kind.ADDRESS_CHANGED, mine, actor, "address", quantity=revision)
        if actor == Actor.CUSTOMER and shop.policy.address_reaches_subscription:
            carry_address(shop, mine, actor)


def carry_address(shop: Shop, sub: int, actor: Actor) -> None:
    """The subscription takes over the customer's present address (EC-SUB-10); orders that exist do not."""
    revision = shop.addresses.revision(shop.subs.customer.item(sub))
    shop.addresses.carried.setdefault(sub, []).append((shop.now, revision))
    shop.sub_row(Kind.EDITED, sub, actor, "carry_address", code=shop.log.code("address"))


def order_address(shop: Shop, order: int) -> int:
    """The address that an order of a subscription goes to."""
    own = shop.addresses.edited.get(order)
    if own is not None:
        return own
    return shop.addresses.of_subscription(shop.orders.sub.item(order), shop.orders.created.item(order))


def is_old(shop: Shop, order: int) -> bool:
    """Whether an order goes to another address than its customer's, and nobody said that it would."""
    current = shop.addresses.revision(shop.subs.customer.item(shop.orders.sub.item(order)))
    return order_address(shop, order) != current and order not in shop.addresses.excepted


def tell_old_address(shop: Shop, order: int, actor: Actor) -> None:
    """The customer is told that an order under way still goes to the old address: the exception is noted (modelled)."""
    shop.addresses.excepted.add(order)
    shop.row(Kind.MAIL, order, actor, code=shop.log.code("old_address"))
