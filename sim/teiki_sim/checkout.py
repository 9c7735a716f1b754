"""Orders that come in at the checkout or by telephone: what refuses them, what stops them, whose they are.

サブスクストア: own numbering (SS-ORD-04), hidden carriers (SS-ORD-06), purchase limits (SS-LIM-01, -02), suspected
duplicates (SS-LIM-03) and the automatic shipping stops of a new order (SS-STOP-01).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from teiki_sim import nightly
from teiki_sim.buyers import merge_customers, suspicion
from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.log.statuses import OrderMeaning
from teiki_sim.shop import Shop
from teiki_sim.standing import RefusedError, meaning
from teiki_sim.tables import STOPPED, Rows

__all__ = ["Sale", "bought", "enter", "enter_at_once", "import_orders", "refuse_unfit"]


@dataclass(frozen=True, slots=True)
class Sale:
    """What is ordered: ``customer`` and ``product`` by number; ``number`` where the store would choose it itself."""

    customer: int
    product: int
    quantity: int
    method: int
    number: str = ""
    actor: Actor = Actor.CUSTOMER


def enter(shop: Shop, sale: Sale) -> int:
    """A single order, or -1 where its charge was refused; raises `RefusedError` where the platform refuses it."""
    refuse_unfit(shop, sale)
    return _place(shop, [sale])[0]


def enter_at_once(shop: Shop, sales: list[Sale]) -> list[int]:
    """Orders of one second: each is held against what was bought before any of them."""
    for sale in sales:
        refuse_unfit(shop, sale)
    return _place(shop, sales)


def import_orders(shop: Shop, sales: list[Sale]) -> list[int]:
    """Orders taken over with the numbers that they have elsewhere: an import asks nothing."""
    return _place(shop, sales)


# -- what refuses an order ---------------------------------------------------------------------------


def refuse_unfit(shop: Shop, sale: Sale) -> None:
    """Raise `RefusedError` where the platform does not take this order."""
    if sale.number and not shop.policy.own_numbers:
        raise _refuse(shop, "own_number", sale)
    if not visible_carriers(shop, sale.product):
        raise _refuse(shop, "no_carrier", sale)
    if too_many(shop, sale):
        raise _refuse(shop, "purchase_limit", sale)


def visible_carriers(shop: Shop, product: int) -> list[str]:
    """The carriers of a product that consumers can see (SS-ORD-06)."""
    carriers = shop.config.carriers
    goods = shop.config.goods.get(shop.log.vocabulary.products[product])
    names = goods.carriers if goods and goods.carriers else list(carriers)
    return [name for name in names if carriers[name].visible]


def too_many(shop: Shop, sale: Sale) -> bool:
    """Whether a limit is exceeded (SS-LIM-01); what the customer cancelled or sent back counts (SS-LIM-02)."""
    goods = shop.config.goods.get(shop.log.vocabulary.products[sale.product])
    if goods is None:
        return False
    if goods.limit_per_order is not None and sale.quantity > goods.limit_per_order:
        return True
    if goods.limit_per_customer is None:
        return False
    return bought(shop, sale.customer, sale.product) + sale.quantity > goods.limit_per_customer


def bought(shop: Shop, customer: int, product: int, *, deleted: bool = False) -> int:
    """Pieces of a product in the orders that a customer entered: single ones, and first ones of courses (modelled:
    children that a master makes later are no purchases).

    Cancelled and returned orders count, deleted ones do not (SS-LIM-02), unless asked for.
    """
    orders = shop.orders
    return sum(
        orders.quantity.item(order)
        for order in shop.buyers.orders.get((customer, product), ())
        if deleted or meaning(shop, order) != OrderMeaning.DELETED
    )


def _refuse(shop: Shop, rule: str, sale: Sale) -> RefusedError:
    shop.log.one(
        Kind.REFUSED, shop.now, actor=sale.actor, product=sale.product, quantity=sale.quantity,
        code=shop.log.code(rule), rule=shop.rules.get(rule, 0),
    )  # fmt: skip
    return RefusedError(shop.policy.rules[rule], rule)


def merge(shop: Shop, gone: int, kept: int) -> None:
    """Two records of one customer become one: subscriptions, orders and what was bought (SS-LIM-03)."""
    subs, whose = shop.subs, shop.names.single_customer
    subs.customer[: subs.n][subs.customer[: subs.n] == gone] = kept
    moved = {order for order, customer in whose.items() if customer == gone}
    for (customer, _), orders in shop.buyers.orders.items():
        moved.update(orders if customer == gone else ())
    for order in sorted(moved):
        if order in whose:
            whose[order] = kept
        write_buyer(shop, order, kept)
    merge_customers(shop.buyers, gone, kept)


# -- placing -----------------------------------------------------------------------------------------


def _place(shop: Shop, sales: list[Sale]) -> list[int]:
    table = shop.orders
    orders = shop.new_orders(len(sales))
    carrier = shop.default_carrier
    for order, sale in zip(orders.tolist(), sales, strict=True):
        price = shop.config.goods[shop.log.vocabulary.products[sale.product]].price
        table.product[order], table.quantity[order], table.method[order] = (
            sale.product,
            sale.quantity,
            sale.method,
        )
        fees = int(shop.fees.both(sale.product, sale.method, carrier))
        table.amount[order] = price * sale.quantity + fees
        table.ship[order] = shop.today + 1
        table.delivery[order] = shop.leads[carrier].delivery_from_ship(shop.today + 1)
        shop.names.single_customer[order] = sale.customer
        if sale.number:
            shop.names.given[order] = sale.number
    codes = np.array([shop.log.code(sale.number) for sale in sales], np.int64)
    nightly.place(shop, orders, sales[0].actor, codes if codes.any() else 0)
    return [
        order if _placed(shop, order, sale) else -1
        for order, sale in zip(orders.tolist(), sales, strict=True)
    ]


def _placed(shop: Shop, order: int, sale: Sale) -> bool:
    if not shop.orders.status[order]:
        return False
    note_buyer(shop, order, sale.customer)
    stop_new(shop, order, sale.customer)
    return True


def note_buyer(shop: Shop, order: int, customer: int) -> None:
    """Count an order as the customer's; of limited goods a row says so, for a count from the log (SS-LIM-04)."""
    product = shop.orders.product.item(order)
    shop.buyers.orders.setdefault((customer, product), []).append(order)
    write_buyer(shop, order, customer)


def write_buyer(shop: Shop, order: int, customer: int) -> None:
    """The row that says whose an order of limited goods is."""
    table = shop.orders
    goods = shop.config.goods.get(shop.log.vocabulary.products[table.product.item(order)])
    if goods is not None and goods.limit_per_customer is not None:
        shop.row(
            Kind.TERMS, order, product=table.product.item(order), quantity=table.quantity.item(order),
            code=shop.log.code(shop.names.customer_names[customer]),
        )  # fmt: skip


def stop_new(shop: Shop, order: int, customer: int) -> None:
    """The automatic shipping stops of an order at its receipt, with a notice but for the amount (SS-STOP-01, -02)."""
    one: Rows = np.array([order], np.intp)
    nightly.amount_stop(shop, one)
    reasons = []
    pattern = suspicion(shop.buyers, customer)
    if pattern:
        notice(shop, order, pattern)
        reasons.append("suspected_duplicate")
    if customer in shop.buyers.deleted:
        reasons.append("deleted_customer")
    if customer in shop.buyers.islanders:
        reasons.append("remote_island")
    for reason in reasons:
        hold_new(shop, order, reason)


def notice(shop: Shop, order: int, word: str) -> None:
    """A line of the notification log."""
    shop.row(Kind.NOTICE, order, rule="suspect", code=shop.log.code(word))


def hold_new(shop: Shop, order: int, reason: str) -> None:
    """Stop an order by itself and say so (SS-STOP-01)."""
    shop.orders.flags[order] |= STOPPED
    shop.row(Kind.HELD, order, rule="amount_stop", code=shop.log.code(reason))
    shop.row(Kind.NOTICE, order, rule="amount_stop", code=shop.log.code(reason))
    shop.on_trouble("held", shop.orders.sub.item(order), order, reason)
