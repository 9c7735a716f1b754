"""Slips at the sale: numbers from elsewhere, limits got round, totals that are not the real ones, courses miscounted.

What is sold here is an occasion of its own: a customer whose parcel arrived today orders something besides.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from teiki_sim import checkout, courses
from teiki_sim import operations as ops
from teiki_sim.calendar import DAY
from teiki_sim.config_store import CourseTerms
from teiki_sim.desk import WHO
from teiki_sim.incidents.incident import STORES, Hour, Incident
from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.messages import Method
from teiki_sim.nightly import end_if_over
from teiki_sim.operators import Operators
from teiki_sim.shop import Shop
from teiki_sim.tables import Rows
from teiki_sim.truth import Slip

__all__ = ["INCIDENTS"]

_BOUND = 3
"""Deliveries that the courses sold here bind to (modelled, where the configuration has no course)."""


def _delivered_today(shop: Shop) -> Rows:
    subs, n = shop.subs, shop.subs.n
    last = subs.last_order[:n]
    came = (last >= 0) & (shop.orders.delivery[np.maximum(last, 0)] == shop.today)
    came &= subs.status[:n] == shop.policy.subscription.active
    return np.flatnonzero(came)


# -- numbers -----------------------------------------------------------------------------------------


def _sale(shop: Shop, sub: int, number: str = "", quantity: int = 1) -> checkout.Sale:
    codes = shop.log.vocabulary.products
    free = (i for i, code in enumerate(codes) if shop.config.goods[code].limit_per_customer is None)
    return checkout.Sale(shop.subs.customer.item(sub), next(free, 0), quantity, int(Method.COD), number, WHO)


def _foreign(desk: Operators, sub: int) -> None:
    """An order of another shop's file is imported with the number that it had there."""
    shop = desk.shop
    order = checkout.import_orders(shop, [_sale(shop, sub, f"R{shop.today}-{sub:06d}")])[0]
    _broke_by_order(shop, "foreign_number", "INV-51", order)


def _same_second(desk: Operators, sub: int) -> None:
    """Two orders of one second are given one number."""
    shop = desk.shop
    number = shop.names.next_single(shop.now, shop.next_running)
    sales = [_sale(shop, sub, number), _sale(shop, sub, number)]
    second = checkout.import_orders(shop, sales)[1]
    _broke_by_order(shop, "same_number", "INV-51", second, "timing")


def _broke_by_order(shop: Shop, slip: str, invariant: str, order: int, source: str = "operator") -> None:
    shop.may_slip(-1, order)
    shop.truth.broke(shop.now, source, slip, invariant, -1, order)


# -- limits ------------------------------------------------------------------------------------------


def _limited(shop: Shop) -> tuple[int, int, int] | None:
    """A product with a limit per customer: its number, the limit and the most pieces of one order."""
    for code, goods in shop.config.goods.items():
        limit, most = goods.limit_per_customer, goods.limit_per_order
        if limit and code in shop.log.vocabulary.products:
            pieces = limit if most is None else min(most, limit)
            return shop.log.vocabulary.products.index(code), limit, pieces
    return None


def _fill(shop: Shop, sub: int, room: int) -> list[checkout.Sale]:
    """Orders up to the limit but for ``room`` orders of the largest size; then sales of that size, not yet placed."""
    found = _limited(shop)
    if found is None:
        return []
    product, limit, most = found
    customer = shop.subs.customer.item(sub)
    sale = checkout.Sale(customer, product, most, int(Method.COD), actor=WHO)
    while checkout.bought(shop, customer, product) + most * (1 + room) <= limit:
        checkout.enter(shop, sale)
    return [sale] * (room + 1)


def _deleted_for_room(desk: Operators, sub: int) -> None:
    """An order is deleted so that the limit lets the customer have more (SS-LIM-04)."""
    shop = desk.shop
    for sale in _fill(shop, sub, 0):
        older = checkout.enter(shop, sale) if _fits(shop, sale) else _latest(shop, sale)
        if older < 0:
            return
        ops.delete_order(shop, older, WHO, cancel_the_payment=True)
        _broke_by_order(shop, "quota_by_deletion", "INV-35", checkout.enter(shop, sale))


def _fits(shop: Shop, sale: checkout.Sale) -> bool:
    return not checkout.too_many(shop, sale)


def _latest(shop: Shop, sale: checkout.Sale) -> int:
    mine = shop.buyers.orders.get((sale.customer, sale.product), ())
    return max((order for order in mine if not shop.is_gone(order)), default=-1)


def _at_once(desk: Operators, sub: int) -> None:
    """Two orders of one second: each fits the limit, both together do not."""
    shop = desk.shop
    sales = _fill(shop, sub, 1)
    if not sales:
        return
    product, limit, most = _limited(shop) or (0, 0, 0)
    room = limit - checkout.bought(shop, sales[0].customer, product)
    if not 0 < room < 2 * most:
        checkout.enter(shop, sales[0])
    if _fits(shop, sales[0]):
        placed = checkout.enter_at_once(shop, sales)
        _broke_by_order(shop, "ordered_at_once", "INV-35", placed[-1], "timing")


# -- courses -----------------------------------------------------------------------------------------


def _terms(shop: Shop, sub: int, **more: object) -> CourseTerms:
    product = shop.log.vocabulary.products[shop.subs.product.item(sub)]
    price = shop.config.goods[product].price
    return CourseTerms.model_validate({"product": product, "first_price": price // 2, **more})


def _sold(shop: Shop, base: int, terms: CourseTerms, shown: int | None = None) -> int:
    name = f"C{shop.today}-{base:06d}"
    method = shop.subs.method.item(base)
    sub = courses.sell(
        shop, name, shop.subs.customer.item(base), terms, method=method, actor=Actor.CUSTOMER, shown=shown
    )
    if sub >= 0:
        shop.may_slip(sub)
    return sub


def _nowhere(desk: Operators, base: int) -> None:
    """A bound course is sold, and its total stands on no page (SS-LAW-02)."""
    shop = desk.shop
    sub = _sold(shop, base, _terms(shop, base, bound_deliveries=_BOUND, shows="nowhere"))
    if sub >= 0:
        shop.truth.broke(shop.now, "operator", "total_not_shown", "INV-42", sub, -1)


def _wrong_total(slip: str, source: str) -> Callable[[Operators, int], None]:
    """The total on the page is that of another price than the one charged (SS-LAW-03)."""

    def happen(desk: Operators, base: int) -> None:
        shop = desk.shop
        terms = _terms(shop, base, bound_deliveries=_BOUND)
        method, price = shop.subs.method.item(base), shop.config.goods[terms.product].price
        before = courses.total_of(shop, terms, 1, method, price - price // 10)
        sub = _sold(shop, base, terms, before)
        if sub >= 0:
            row = shop.truth.open(shop.now, source, slip, "INV-42", sub)
            _follow(shop, sub, row)

    return happen


def _follow(shop: Shop, sub: int, row: Slip) -> None:
    """After each night: once the bound children are all there, their sum is known."""
    bargain, orders = shop.bound[sub], shop.orders
    mine = np.flatnonzero(orders.sub[: orders.n] == sub)
    mine = mine[orders.status[mine] > 0]
    latest = {int(orders.cycle[order]): order for order in mine.tolist()}
    same = shop.subs.quantity.item(sub) == bargain.quantity and shop.subs.method.item(sub) == bargain.method
    newest = shop.subs.last_order.item(
        sub
    )  # summed as it was generated, whatever a refusal made of it that night
    same &= all(
        orders.quantity[o] == bargain.quantity and (orders.method[o] == bargain.method or o == newest)
        for o in mine
    )
    if not same or shop.subs.status.item(sub) != shop.policy.subscription.active:
        shop.truth.judge(row, shop.now, lambda: False)
    elif len(latest) >= bargain.deliveries:
        total = int(orders.amount[list(latest.values())].sum())
        shop.truth.judge(row, shop.now, lambda: total != bargain.shown)
    else:
        shop.when((shop.today + 1) * DAY + shop.night_second + 60, _follow, shop, sub, row)


def _counted_twice(desk: Operators, base: int) -> None:
    """An order is deleted and generated anew, and counts as one more: the course ends an order early (SS-ORD-14)."""
    shop = desk.shop
    sub = _sold(shop, base, _terms(shop, base, end_count=2))
    if sub < 0:
        return
    child = shop.subs.last_order.item(sub)
    cycle, ship, delivery = (
        column.item(child) for column in (shop.orders.cycle, shop.orders.ship, shop.orders.delivery)
    )
    ops.delete_order(shop, child, WHO, cancel_the_payment=True)
    if ops.create_child(shop, sub, WHO, cycle=cycle, ship=ship, delivery=delivery) >= 0:
        shop.subs.cycle[sub] += 1
        shop.sub_row(Kind.EDITED, sub, code=shop.log.code("count"))  # no state changes without a row (INV-50)
        end_if_over(shop, sub)
        shop.truth.broke(shop.now, "operator", "regeneration_counted", "INV-43", sub, -1)
    else:  # the charge failed this time: what was ordered waits for the payment to be mended
        ops.decide_cycles(shop, sub, "shift", WHO)


def _restarted(desk: Operators, base: int) -> None:
    """再開 was asked for before the course ended, and is pressed after: the next night makes one order too many."""
    shop = desk.shop
    sub = _sold(shop, base, _terms(shop, base, end_count=1))
    if sub >= 0:
        row = shop.truth.open(shop.now, "timing", "restart_after_end", "INV-43", sub)
        desk.later(1, lambda: _restart(desk, sub, row))


def _restart(desk: Operators, sub: int, row: Slip) -> None:
    shop = desk.shop
    ops.resume(shop, sub, WHO)
    _one_more(shop, sub, row, shop.orders.n)


def _one_more(shop: Shop, sub: int, row: Slip, since: int) -> None:
    """After each night: whether the child beyond the last one has come."""
    orders = shop.orders
    mine = np.flatnonzero(orders.sub[since : orders.n] == sub) + since
    born = mine[orders.status[mine] > 0]
    if len(born):
        row.order = int(born[0])
        shop.truth.judge(row, shop.now, lambda: True)
    else:
        shop.when((shop.today + 1) * DAY + shop.night_second + 60, _one_more, shop, sub, row, since)


def _incident(
    slip: str, hour: Hour, happen: Callable[[Operators, int], None], share: float = 0.004
) -> Incident:
    return Incident(slip, hour, _delivered_today, happen, "subscription", share=share, platforms=STORES)


INCIDENTS = (
    _incident("foreign_number", Hour.AFTERNOON, _foreign),
    _incident("same_number", Hour.AFTERNOON, _same_second),
    _incident("quota_by_deletion", Hour.AFTERNOON, _deleted_for_room),
    _incident("ordered_at_once", Hour.AFTERNOON, _at_once),
    _incident("total_not_shown", Hour.AFTERNOON, _nowhere),
    _incident("display_outdated", Hour.AFTERNOON, _wrong_total("display_outdated", "operator")),
    _incident("price_in_session", Hour.AFTERNOON, _wrong_total("price_in_session", "timing")),
    _incident("regeneration_counted", Hour.AFTERNOON, _counted_twice),
    _incident("restart_after_end", Hour.AFTERNOON, _restarted),
)
