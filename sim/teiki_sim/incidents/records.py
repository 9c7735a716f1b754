"""Incidents about customers' records: a new address that stays where it was typed, cards and agreements that are gone."""

from __future__ import annotations

from functools import partial

import numpy as np

from teiki_sim import operations as ops
from teiki_sim import standing
from teiki_sim.addressing import (
    carry_address,
    change_address,
    is_old,
    order_address,
    siblings,
    tell_old_address,
)
from teiki_sim.calendar import DAY
from teiki_sim.cards import delete_card, dissolve_agreement, is_lacking, lose, register_card
from teiki_sim.course_edits import move_on, pull_next
from teiki_sim.desk import WHO, survives
from teiki_sim.incidents.incident import Hour, Incident
from teiki_sim.log.kinds import Actor, Kind, Side
from teiki_sim.log.statuses import ORDER_MEANING, PAYMENT_MEANING, OrderMeaning, PaymentMeaning
from teiki_sim.messages import DEFERRED, Method
from teiki_sim.operators import Operators
from teiki_sim.shop import Shop
from teiki_sim.tables import GONE, HANDED_OVER, STOPPED, Rows
from teiki_sim.truth import Slip

__all__ = ["INCIDENTS"]

_DEFERRED = np.array([int(method) for method in DEFERRED])


# -- addresses ---------------------------------------------------------------------------------------


def _active(shop: Shop) -> Rows:
    subs, n = shop.subs, shop.subs.n
    found: Rows = np.flatnonzero(subs.status[:n] == shop.policy.subscription.active)
    return found


def _waiting(shop: Shop) -> Rows:
    """Children that wait, free to ship, with more days left than a new address may take."""
    orders, live = shop.orders, shop.live
    fit = (orders.sub[live] >= 0) & (ORDER_MEANING[orders.status[live]] == OrderMeaning.WAITING)
    fit &= orders.flags[live] & (STOPPED | GONE | HANDED_OVER) == 0
    fit &= orders.ship[live] >= shop.today + shop.config.grace.address
    found: Rows = live[fit]
    latest: Rows = found[shop.subs.last_order[orders.sub[found]] == found]
    return latest


def _only_customer(desk: Operators, sub: int) -> None:
    """The address is changed in the customer's record, and nowhere else (EC-SUB-11)."""
    shop = desk.shop
    _move(desk, sub, "operator", "address_not_carried")
    if shop.mends(sub, shop.subs.cycle.item(sub)):
        desk.later(1, partial(desk.carry, sub))


def _after_generation(desk: Operators, order: int) -> None:
    """The subscription gets the new address, the child that was generated just before keeps the old one."""
    shop = desk.shop
    sub = shop.orders.sub.item(order)
    _move(desk, sub, "timing", "address_after_generation")
    carry_address(shop, sub, WHO)
    if shop.mends(sub, order):
        desk.later(1, partial(desk.readdress, sub))


def _move(desk: Operators, sub: int, source: str, slip: str) -> None:
    """A new address by telephone; the customer's other subscriptions are looked after, this one is watched."""
    shop = desk.shop
    change_address(shop, sub, WHO)
    for other in siblings(shop, sub):
        if other == sub:
            continue
        carry_address(shop, other, WHO)
        for child in ops.unshipped(shop, other):
            tell_old_address(shop, child, WHO)
    row = shop.truth.open(shop.now, source, slip, "INV-52", sub)
    _look(desk, sub, shop.today, row)


def _look(desk: Operators, sub: int, since: int, row: Slip) -> None:
    """At the end of each day: has a parcel left for the old address, or can none do so any more?"""
    shop = desk.shop
    under_way, done = set(ops.unshipped(shop, sub)), {-1}
    if shop.subs.last_order.item(sub) not in under_way:
        done.add(shop.subs.last_order.item(sub))

    def evening() -> None:
        under_way.add(shop.subs.last_order.item(sub))
        left = [order for order in under_way - done if shop.is_gone(order)]
        old = any(is_old(shop, order) for order in left)
        if old and shop.today - since >= shop.config.grace.address:
            shop.truth.judge(row, shop.now, lambda: True)
            desk.later(2, partial(desk.carry, sub))
            return
        done.update(left)
        customer = shop.subs.customer.item(sub)
        carried = shop.addresses.of_subscription(sub, shop.now) == shop.addresses.revision(customer)
        if carried and not any(is_old(shop, order) for order in ops.unshipped(shop, sub)):
            shop.truth.judge(row, shop.now, lambda: False)
            return
        shop.when(shop.later(1, DAY - 30), evening)

    shop.when(shop.later(0, DAY - 30), evening)


def _deferred_waiting(shop: Shop) -> Rows:
    orders, found = shop.orders, _waiting(shop)
    deferred = np.isin(orders.method[found], _DEFERRED)
    deferred &= PAYMENT_MEANING[orders.payment[found]] == PaymentMeaning.AUTHORISED
    chosen: Rows = found[deferred]
    return chosen


def _reverted(desk: Operators, order: int) -> None:
    """The provider refuses the order at its new address: the edit is undone, and it goes out against cash instead."""
    shop = desk.shop
    sub = shop.orders.sub.item(order)
    before = order_address(shop, order)
    change_address(shop, sub, WHO)
    for mine in siblings(shop, sub):
        carry_address(shop, mine, WHO)
        for child in ops.unshipped(shop, mine):
            if child != order:
                tell_old_address(shop, child, WHO)
    ops.edit_address(shop, order, WHO)
    if standing.payment_meaning(shop, order) != PaymentMeaning.REFUSED:
        return
    shop.addresses.edited[order] = before
    shop.row(Kind.EDITED, order, WHO, code=shop.log.code("old_address"))
    row = shop.truth.open(shop.now, "provider", "address_reverted", "INV-52", sub)
    _look(desk, sub, shop.today, row)
    desk.switch(sub, order, Method.COD)


# -- cards and agreements ----------------------------------------------------------------------------


def _cancelled_by_card(shop: Shop) -> Rows:
    subs, n = shop.subs, shop.subs.n
    fit = (subs.status[:n] == shop.policy.subscription.cancelled) & (subs.method[:n] == Method.CARD)
    found: Rows = np.flatnonzero(fit & ~subs.flag[:n])
    return found


def _without_card(desk: Operators, sub: int) -> None:
    """Its card was deleted, as is permitted once it is キャンセル; some days later it is set to 有効 (EC-SUB-13)."""
    if is_lacking(desk.shop, sub):
        return
    delete_card(desk.shop, sub, Actor.CUSTOMER)
    desk.later(2, partial(_reactivate, desk, sub))


def _reactivate(desk: Operators, sub: int) -> None:
    shop = desk.shop
    if shop.subs.status.item(sub) == shop.policy.subscription.active or not is_lacking(shop, sub):
        return
    ops.fresh_dates(shop, sub, WHO)
    ops.resume(shop, sub, WHO)
    _watch_instrument(desk, sub, "operator", "reactivated_without_card")
    if shop.mends(sub, shop.subs.cycle.item(sub)):
        desk.later(1, partial(register_card, shop, sub, Actor.CUSTOMER))


def _watch_instrument(desk: Operators, sub: int, source: str, slip: str) -> None:
    shop = desk.shop
    active, method = shop.policy.subscription.active, shop.subs.method.item(sub)
    shop.truth.due(
        shop.now, source, slip, "INV-45", sub, -1, shop.now + shop.config.grace.instrument * DAY,
        lambda: shop.subs.status.item(sub) == active and shop.subs.method.item(sub) == method and is_lacking(shop, sub),
    )  # fmt: skip


def _made_last_night(shop: Shop) -> Rows:
    """Active subscriptions whose order was made and charged to the card in the night just over."""
    orders, live = shop.orders, shop.live
    fresh = live[(orders.created[live] >= shop.today * DAY) & (orders.method[live] == Method.CARD)]
    sub = orders.sub[fresh]
    sub = sub[sub >= 0].astype(np.intp)
    fit = (shop.subs.status[sub] == shop.policy.subscription.active) & (shop.subs.method[sub] == Method.CARD)
    found: Rows = sub[fit]
    return found


def _deleted_in_use(desk: Operators, sub: int) -> None:
    """The card is deleted while the renewal is being authorised: the page takes it for unused (INV-45)."""
    shop = desk.shop
    if is_lacking(shop, sub):
        return
    lose(shop, sub, Method.CARD, "deleted", Actor.CUSTOMER, Side.STORE)
    for mine in siblings(shop, sub):
        used = shop.subs.method.item(mine) == Method.CARD
        if used and shop.subs.status.item(mine) == shop.policy.subscription.active:
            shop.truth.broke(shop.now, "timing", "card_deleted_in_use", "INV-45", mine, -1)


def _by_amazon(shop: Shop) -> Rows:
    active = _active(shop)
    found: Rows = active[(shop.subs.method[active] == Method.AMAZON_PAY) & ~shop.subs.flag[active]]
    return found


def _dissolved(desk: Operators, sub: int) -> None:
    """The buyer ends the agreement at Amazon's site; the subscription stays active with nothing to charge."""
    shop = desk.shop
    if is_lacking(shop, sub):
        return
    dissolve_agreement(shop, sub)
    for mine in siblings(shop, sub):
        by_amazon = shop.subs.method.item(mine) == Method.AMAZON_PAY
        if by_amazon and shop.subs.status.item(mine) == shop.policy.subscription.active:
            _watch_instrument(desk, mine, "provider", "agreement_dissolved")
    if shop.mends(sub, shop.subs.cycle.item(sub)):
        desk.later(1, partial(_made_anew, desk, sub))


def _made_anew(desk: Operators, sub: int) -> None:
    if is_lacking(desk.shop, sub):
        register_card(desk.shop, sub, Actor.CUSTOMER)


# -- the next delivery in this parcel ----------------------------------------------------------------


def _pulled(desk: Operators, order: int) -> None:
    """The goods of the next delivery go with this order, whose next delivery stays where it is (EC-SUB-12)."""
    shop = desk.shop
    sub = shop.orders.sub.item(order)
    if not desk.customers.skips(sub):
        return  # the customer has just skipped: nobody puts off the next delivery once more
    pull_next(shop, sub, WHO, moves_master=False)
    row = shop.truth.open(shop.now, "operator", "pulled_not_moved", "INV-07", sub)
    date = shop.subs.delivery.item(sub)

    def after_the_night() -> None:
        last = shop.subs.last_order.item(sub)
        if last != order:
            again = shop.orders.delivery.item(last) == date and survives(shop, order)
            shop.truth.judge(row, shop.now, lambda: again)
        elif shop.subs.delivery.item(sub) == date:
            shop.when(shop.later(1, shop.night_second + 120), after_the_night)
        else:
            shop.truth.judge(row, shop.now, lambda: False)

    shop.when(shop.later(1, shop.night_second + 120), after_the_night)
    if shop.mends(sub, order):
        desk.later(1, partial(_move_on, shop, sub, date))


def _move_on(shop: Shop, sub: int, date: int) -> None:
    if shop.subs.delivery.item(sub) == date:
        move_on(shop, sub, WHO)


INCIDENTS: tuple[Incident, ...] = (
    Incident("address_not_carried", Hour.AFTERNOON, _active, _only_customer, "subscription", 0.0002),
    Incident("address_after_generation", Hour.AFTERNOON, _waiting, _after_generation, share=0.002),
    Incident("address_reverted", Hour.MORNING, _deferred_waiting, _reverted, share=0.1),
    Incident("reactivated_without_card", Hour.AFTERNOON, _cancelled_by_card, _without_card, "subscription", 0.001),
    Incident("card_deleted_in_use", Hour.MORNING, _made_last_night, _deleted_in_use, "subscription", 0.005),
    Incident("agreement_dissolved", Hour.DAWN, _by_amazon, _dissolved, "subscription", 0.001),
    Incident("pulled_not_moved", Hour.AFTERNOON, _waiting, _pulled, share=0.004, platforms=frozenset({"ecforce"})),
)  # fmt: skip
