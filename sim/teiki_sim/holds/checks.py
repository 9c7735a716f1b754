"""New orders are looked through for grounds of 要対応: who orders, from where, how much (TR-HOLD-10, -13 to -16)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from teiki_sim.config_holds import Holds, Person
from teiki_sim.draws import Purpose, bits53_many, threshold
from teiki_sim.holds.keeping import hold_order
from teiki_sim.log.kinds import Actor
from teiki_sim.shop import Shop
from teiki_sim.tables import STOPPED, Rows

__all__ = ["SILENT", "check", "fields_equal", "is_candidate", "is_discount_candidate"]

SILENT = (
    "blacklist_candidate", "blacklisted", "island", "discount_candidate", "purchase_limit", "coupon_twice",
)  # fmt: skip
"""Grounds that come with a new order, none of which mails the customer (TR-MAIL-02, -04)."""


def check(shop: Shop, orders: Rows) -> None:
    """Hold those of the new orders for which there is a ground."""
    terms = shop.config.holds
    grounds = _by_chance(shop, orders, terms.ground_rate)
    grounds |= _over_limit(shop, orders)
    if terms.people:
        grounds |= _by_person(shop, orders, terms)
    for order, ground in sorted(grounds.items()):
        if not shop.orders.flags[order] & STOPPED:
            hold_order(shop, order, ground, Actor.SYSTEM, ground)
            shop.on_trouble("held", shop.orders.sub.item(order), order, ground)


def _by_chance(shop: Shop, orders: Rows, rate: float) -> dict[int, str]:
    """What turns up in a generated population, in which nobody has a name (modelled)."""
    if not rate or not len(orders):
        return {}
    cycle = np.maximum(shop.orders.cycle[orders], 0)
    bits = bits53_many(shop.seed, shop.consumers(orders), Purpose.HOLD_GROUND, cycle)
    found = orders[bits < threshold(rate)].tolist()
    return {order: SILENT[int(shop.consumer(order) >> 11) % len(SILENT)] for order in found}


def _over_limit(shop: Shop, orders: Rows) -> dict[int, str]:
    """More pieces than one order may have: an error in the cart, and 要対応 where an order comes about (TR-MAIL-04)."""
    limits = {code: goods.limit_per_order for code, goods in shop.config.goods.items()}
    lowest = min((limit for limit in limits.values() if limit is not None), default=None)
    table = shop.orders
    if lowest is None or not len(orders) or table.quantity[orders].max() <= lowest:
        return {}
    codes = shop.log.vocabulary.products
    found: dict[int, str] = {}
    for order in orders[table.quantity[orders] > lowest].tolist():
        limit = limits.get(codes[table.product.item(order)])
        if limit is not None and table.quantity.item(order) > limit:
            found[order] = "purchase_limit"
    return found


def _by_person(shop: Shop, orders: Rows, terms: Holds) -> dict[int, str]:
    found: dict[int, str] = {}
    for order in orders.tolist():
        sub = shop.orders.sub.item(order)
        customer = shop.subs.customer.item(sub) if sub >= 0 else shop.names.single_customer.get(order, -1)
        name = shop.names.customer_names[customer] if customer >= 0 else ""
        person = terms.people.get(name)
        ground = "" if person is None else _ground(name, person, terms)
        if ground:
            found[order] = ground
    return found


def _ground(name: str, person: Person, terms: Holds) -> str:
    """The first ground that fits, the gravest first (modelled order)."""
    others = [other for key, other in terms.people.items() if key != name]
    if is_blacklisted(person):
        return "blacklisted"
    if any(other.blacklisted and is_candidate(person, other, terms.customer_check) for other in others):
        return "blacklist_candidate"
    if terms.island_alert and is_island(person, terms):
        return "island"
    members = (
        [other for other in others if other.member] if terms.member_discount and not person.member else ()
    )
    return "discount_candidate" if any(is_discount_candidate(person, other) for other in members) else ""


def is_blacklisted(person: Person) -> bool:
    """ブラックリスト客 (TR-HOLD-13)."""
    return person.blacklisted


def is_island(person: Person, terms: Holds) -> bool:
    """離島からのご注文, by postcode (TR-HOLD-14; what makes an island is modelled)."""
    return person.postcode in terms.island_postcodes


def fields_equal(one: Person, other: Person, field: str) -> bool:
    """Whether a field says something and the same of both."""
    value: str = getattr(one, field)
    return bool(value) and value == getattr(other, field)


def is_candidate(person: Person, blacklisted: Person, patterns: Sequence[str]) -> bool:
    """顧客のチェック方法: any of the chosen fields is equal (TR-HOLD-10; what a pattern compares is modelled)."""
    return any(fields_equal(person, blacklisted, pattern) for pattern in patterns)


def is_discount_candidate(person: Person, member: Person) -> bool:
    """Two at least of telephone number, postcode and name are equal (TR-HOLD-15, -16)."""
    return sum(fields_equal(person, member, field) for field in ("phone", "postcode", "name")) >= 2
