"""New subscriptions to a course: their terms, and the total that the confirmation page shows (SS-LAW-01)."""

from __future__ import annotations

import numpy as np

from teiki_sim import nightly
from teiki_sim.buyers import Bargain
from teiki_sim.calendar import weekday
from teiki_sim.checkout import Sale, note_buyer, refuse_unfit, stop_new
from teiki_sim.config_store import CourseTerms
from teiki_sim.draws import hash64
from teiki_sim.frequencies import parse
from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.opening import frequency_codes
from teiki_sim.shop import Shop

__all__ = ["sell", "show", "total_of", "write_terms"]


def total_of(shop: Shop, terms: CourseTerms, quantity: int, method: int, price: int | None = None) -> int:
    """The total payable over the bound deliveries (yen), fees included; ``price``: a unit price other than today's."""
    regular = shop.config.goods[terms.product].price if price is None else price
    first = regular if terms.first_price is None else terms.first_price
    product, n = shop.log.vocabulary.products.index(terms.product), terms.bound_deliveries
    fees = int(shop.fees.both(product, method, shop.default_carrier))
    return first * quantity + regular * quantity * (n - 1) + fees * n


def sell(
    shop: Shop, name: str, customer: int, terms: CourseTerms, *, quantity: int = 1, method: int = 0,
    delivery: int | None = None, actor: Actor = Actor.CUSTOMER, shown: int | None = None,
) -> int:  # fmt: skip
    """A customer subscribes to a course, and its first child is made; the subscription, or -1 where the charge failed.

    ``shown``: the total on the confirmation page, where it is not today's. Raises `RefusedError` as the checkout does.
    """
    product = shop.log.vocabulary.products.index(terms.product)
    refuse_unfit(shop, Sale(customer, product, quantity, method, actor=actor))
    sub = _open(shop, name, customer, terms, product, quantity, method, delivery, actor)
    subs, regular = shop.subs, shop.config.goods[terms.product].price
    subs.unit_price[sub] = regular if terms.first_price is None else terms.first_price
    write_terms(shop, sub, terms.bound_deliveries, terms.end_count, actor)
    if terms.bound_deliveries:
        total = total_of(shop, terms, quantity, method) if shown is None else shown
        show(shop, sub, terms, quantity, method, total, actor)
    made = nightly.generate(shop, np.array([sub]), actor=actor, at_checkout=True)
    subs.unit_price[sub] = regular
    if not len(made):
        shop.bound.pop(sub, None)
        return -1
    note_buyer(shop, int(made[0]), customer)
    stop_new(shop, int(made[0]), customer)
    return sub


def show(
    shop: Shop, sub: int, terms: CourseTerms, quantity: int, method: int, total: int, actor: Actor
) -> None:
    """The page before the order: the total of a bound course, or what earlier stood clearly there (SS-LAW-01)."""
    on_page = terms.shows == "confirmation"
    shop.bound[sub] = Bargain(terms.bound_deliveries, quantity, method, total if on_page else -1)
    if terms.shows != "nowhere":
        shop.log.one(
            Kind.SHOWN, shop.now, sub=sub, cycle=shop.subs.cycle.item(sub), actor=actor,
            quantity=terms.bound_deliveries, amount=total if on_page else -1, code=shop.log.code(terms.shows),
            rule=shop.rules["law"],
        )  # fmt: skip


def write_terms(shop: Shop, sub: int, bound: int, ends: int, actor: Actor = Actor.SYSTEM) -> None:
    """Rows that say what a subscription is bound to, and after how many orders it ends."""
    for word, n in (("bound", bound), ("ends", ends)):
        if n:
            shop.sub_row(Kind.TERMS, sub, actor, quantity=n, code=shop.log.code(word))


def _open(
    shop: Shop, name: str, customer: int, terms: CourseTerms, product: int, quantity: int, method: int,
    delivery: int | None, actor: Actor,
) -> int:  # fmt: skip
    subs, names = shop.subs, shop.names
    sub = int(subs.add(1)[0])
    names.sub_ids.append(name)
    frequency = shop.frequency_number[parse(terms.frequency)]
    subs.key[sub], subs.customer[sub] = hash64(name), customer
    subs.product[sub], subs.quantity[sub], subs.method[sub] = product, quantity, method
    subs.frequency[sub], subs.carrier[sub] = frequency, shop.default_carrier
    subs.status[sub], subs.end_count[sub] = shop.policy.subscription.active, terms.end_count
    first = shop.today + shop.ahead if delivery is None else delivery
    subs.delivery[sub] = subs.anchor[sub] = first
    subs.ship[sub] = max(shop.ship_date(sub, first), shop.today + 1)
    shop.sub_row(
        Kind.OPENED, sub, actor, method=method, product=product, quantity=quantity, ship=int(subs.ship[sub]),
        delivery=first, status_to=int(subs.status[sub]), code=int(frequency_codes(shop)[frequency, weekday(first)]),
    )  # fmt: skip
    return sub
