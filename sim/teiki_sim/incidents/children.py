"""What goes wrong with children and dates by itself: pressed twice, crossed with the batch, dates long gone by."""

from __future__ import annotations

from functools import partial

import numpy as np

from teiki_sim import nightly
from teiki_sim import operations as ops
from teiki_sim.calendar import DAY
from teiki_sim.customers import mended
from teiki_sim.desk import WHO, shipped_close, survives
from teiki_sim.draws import Purpose, spread
from teiki_sim.incidents.incident import Hour, Incident
from teiki_sim.log.kinds import Actor, Kind, Side
from teiki_sim.log.statuses import ORDER_MEANING, OrderMeaning
from teiki_sim.messages import Method
from teiki_sim.operators import Operators
from teiki_sim.shop import Shop
from teiki_sim.tables import GONE, HANDED_OVER, STOPPED, Rows

__all__ = ["INCIDENTS"]

_WAITING = ORDER_MEANING == OrderMeaning.WAITING
_WORKING = ORDER_MEANING == OrderMeaning.WORKING


# -- who can be befallen -----------------------------------------------------------------------------


def _due(shop: Shop) -> Rows:
    """Masters that the coming batch takes, at their proper time."""
    due = nightly.due_tonight(shop)
    due = due[shop.subs.method[due] != Method.RAKUTEN_PAY]
    found: Rows = due[shop.subs.delivery[due] == shop.today + shop.ahead]
    return found


def _going_on(shop: Shop) -> Rows:
    """Active, with nothing due for a week and nothing on the way."""
    subs, n = shop.subs, shop.subs.n
    active = subs.status[:n] == shop.policy.subscription.active
    active &= ~(subs.flag[:n] | subs.held[:n] | subs.paused[:n])
    active &= subs.delivery[:n] > shop.today + shop.ahead + 7
    last = subs.last_order[:n]
    active &= (last >= 0) & (shop.orders.flags[last] & GONE > 0)
    return np.flatnonzero(active)


def _stale(shop: Shop) -> Rows:
    subs, n = shop.subs, shop.subs.n
    found: Rows = np.flatnonzero(
        (subs.delivery[:n] > shop.today - 60) & (subs.delivery[:n] <= shop.today) & ~subs.held[:n]
    )
    return found


def _stopped_long(shop: Shop) -> Rows:
    subs, stale = shop.subs, _stale(shop)
    found: Rows = stale[(subs.status[stale] == shop.policy.subscription.stopped) & ~subs.flag[stale]]
    return found


def _flagged_long(shop: Shop) -> Rows:
    subs, stale = shop.subs, _stale(shop)
    found: Rows = stale[(subs.status[stale] == shop.policy.subscription.active) & subs.flag[stale]]
    return found


def _waiting_children(shop: Shop) -> Rows:
    orders, live = shop.orders, shop.live
    waits = _WAITING[orders.status[live]] & (orders.flags[live] & (GONE | STOPPED | HANDED_OVER) == 0)
    some = live[waits & (orders.sub[live] >= 0) & (orders.ship[live] > shop.today)]
    sub = orders.sub[some]
    subs = shop.subs
    plain = (subs.status[sub] == shop.policy.subscription.active) & ~(subs.flag[sub] | subs.paused[sub])
    plain &= (
        orders.method[some] != Method.RAKUTEN_PAY
    )  # a refused one is made again, a story of its own (INV-31)
    found: Rows = some[plain & (subs.last_order[sub] == some)]
    return found


def _on_the_list(shop: Shop) -> Rows:
    orders, live = shop.orders, shop.live
    some = live[_WORKING[orders.status[live]] & (orders.flags[live] & (GONE | STOPPED | HANDED_OVER) == 0)]
    sub = orders.sub[some]
    some, sub = some[sub >= 0], sub[sub >= 0]
    subs = shop.subs
    plain = (subs.status[sub] == shop.policy.subscription.active) & ~subs.flag[sub]
    found: Rows = some[plain & (subs.last_order[sub] == some)]
    return found


# -- what happens ------------------------------------------------------------------------------------


def _created_twice(desk: Operators, order: int) -> None:
    """注文作成 is pressed for a cycle that has its child (INV-07, INV-12)."""
    shop, orders = desk.shop, desk.shop.orders
    sub, cycle = orders.sub.item(order), orders.cycle.item(order)
    second = ops.create_child(
        shop, sub, WHO, cycle=cycle, ship=orders.ship.item(order), delivery=orders.delivery.item(order)
    )
    if second >= 0:
        desk.duplicate(sub, order, second, "created_twice")


def _restart_while_batch(desk: Operators, sub: int) -> None:
    """A restart creates the child by hand, and the batch that is under way makes it once more (INV-07, INV-12)."""
    shop, subs = desk.shop, desk.shop.subs
    cycle = subs.cycle.item(sub) + 1
    first = ops.create_child(
        shop, sub, WHO, cycle=cycle, ship=subs.ship.item(sub), delivery=subs.delivery.item(sub)
    )
    if first >= 0:
        _after_batch(desk, partial(_same_cycle, desk, sub, first, cycle))


def _same_cycle(desk: Operators, sub: int, first: int, cycle: int) -> None:
    shop = desk.shop
    second = shop.subs.last_order.item(sub)
    if second != first and shop.orders.cycle.item(second) == cycle:
        desk.duplicate(sub, first, second, "restart_while_batch", "timing")
    elif second == first and _is_asked_for(shop, sub, first):
        _after_next_batch(shop, partial(_same_cycle, desk, sub, first, cycle))
    else:
        _is_tonights(desk, sub, cycle)


def _is_tonights(desk: Operators, sub: int, cycle: int) -> None:
    """The batch made none after all: the child made by hand counts as this cycle's, and the dates move on."""
    shop, subs = desk.shop, desk.shop.subs
    subs.cycle[sub] = cycle
    after = shop.next_delivery(sub, subs.delivery.item(sub))
    shop.schedule(sub, shop.ship_date(sub, after), after, WHO)
    nightly.end_if_over(shop, sub)


def _reactivated(desk: Operators, sub: int) -> None:
    """A child is made by hand and counted on the day on which the batch makes the next (INV-12)."""
    shop, subs = desk.shop, desk.shop.subs
    cycle = subs.cycle.item(sub) + 1
    first = ops.create_child(
        shop, sub, WHO, cycle=cycle, ship=subs.ship.item(sub), delivery=subs.delivery.item(sub)
    )
    if first >= 0:
        subs.cycle[sub] = cycle
        _after_batch(desk, partial(_same_day, desk, sub, first, cycle))


def _same_day(desk: Operators, sub: int, first: int, cycle: int) -> None:
    second = desk.shop.subs.last_order.item(sub)
    if second == first and _is_asked_for(desk.shop, sub, first):
        _after_next_batch(desk.shop, partial(_same_day, desk, sub, first, cycle))
    elif second == first:
        _is_tonights(desk, sub, cycle)
    else:
        desk.pair(sub, first, second, "reactivated_on_batch_day", "INV-12", "timing")
        desk.mend(sub, second, lambda: ops.cancel_order(desk.shop, second, WHO), if_waiting=True)


def _after_batch(desk: Operators, action: partial[None]) -> None:
    shop = desk.shop
    shop.when(shop.today * DAY + shop.night_second + 60, action)


def _is_asked_for(shop: Shop, sub: int, first: int) -> bool:
    """Whether a child of the batch got no answer: it is made after all if the provider has its charge."""
    orders = shop.orders
    later = slice(first + 1, orders.n)
    unborn = (orders.sub[later] == sub) & (orders.status[later] == 0)
    waits = shop.subs.held[sub] or shop.subs.flag[sub]
    return bool(waits) and bool(unborn.any())


def _after_next_batch(shop: Shop, action: partial[None]) -> None:
    shop.when((shop.today + 1) * DAY + shop.night_second + 60, action)


def _flag_lost(desk: Operators, sub: int) -> None:
    """The generation collides with an edit, whose save wipes out the flag: neither a child nor a flag (INV-08, -20)."""
    shop = desk.shop
    code = shop.log.code("collision")
    shop.subs.attempt[sub] += 1
    shop.refusals.flagged(sub, refused=False)
    shop.sub_row(
        Kind.GENERATION_FAILED, sub, rule="collision", code=code, cycle=shop.subs.cycle.item(sub) + 1
    )
    nightly.raise_flag(shop, sub, code, "collision")
    ops.clear_flag(shop, sub, Actor.CUSTOMER)
    desk.truth_paused(sub, "collision_flag_lost", "timing")
    if desk.shop.mends(sub, 0):
        desk.later(1, partial(desk.finish, sub))


def _child_between(desk: Operators, sub: int) -> None:
    """The customer asks for a stop, the night makes a child, and the stop decides on older orders only (INV-10)."""
    shop = desk.shop
    shop.sub_row(Kind.MESSAGE, sub, Actor.CUSTOMER, code=shop.log.code("stop"), side=Side.CUSTOMER)
    known = set(ops.unshipped(shop, sub))
    shop.when(shop.today * DAY + 9 * 3600 + 900, partial(_stopped_since, desk, sub, known))


def _stopped_since(desk: Operators, sub: int, known: set[int]) -> None:
    shop, active = desk.shop, desk.shop.policy.subscription.active
    if shop.subs.status.item(sub) != active:
        return
    ops.stop(shop, sub, WHO)
    for child in ops.unshipped(shop, sub):
        if child in known:
            ops.decide(shop, child, "ship", WHO)
        else:
            desk.undecided(sub, child, "ship", "child_between", "timing")


def _bulk_past_date(desk: Operators, sub: int) -> None:
    """A bulk update types a next date that has passed (INV-11, INV-12, INV-14)."""
    shop = desk.shop
    last = shop.subs.last_order.item(sub)
    back = 3 + spread(shop.draw(sub, Purpose.NEW_VALUE, shop.subs.cycle.item(sub), 4), 20)
    delivery = min(shop.today, shop.orders.delivery.item(last)) - back
    shop.schedule(sub, shop.ship_date(sub, delivery), delivery, WHO)
    if survives(shop, last):
        shop.truth.broke(shop.now, "operator", "bulk_past_date", "INV-14", sub, -1)
    desk.watch_flood(sub, "operator", "bulk_past_date")


def _long_hold(desk: Operators, sub: int) -> None:
    """Resumed on the account page after its next date has gone by (INV-11, INV-12)."""
    ops.resume(desk.shop, sub, Actor.CUSTOMER)
    desk.watch_flood(sub, "timing", "long_hold_release")


def _flagged_restart(desk: Operators, sub: int) -> None:
    """Refused for so long that the next date went by, and restarted as it stands (INV-11, INV-12)."""
    shop = desk.shop
    mended(shop, sub)
    ops.clear_flag(shop, sub, WHO)
    ops.resume(shop, sub, WHO)
    desk.watch_flood(sub, "provider", "flagged_long_restart")


def _skipped_by_both(desk: Operators, sub: int) -> None:
    """Customer and staff skip the same delivery (INV-14)."""
    ops.skip(desk.shop, sub, Actor.CUSTOMER)
    desk.shop.when(desk.shop.now + 3600, partial(_skipped_again, desk, sub, desk.shop.subs.cycle.item(sub)))


def _skipped_again(desk: Operators, sub: int, cycle: int) -> None:
    shop = desk.shop
    if shop.subs.status.item(sub) == shop.policy.subscription.active and shop.subs.cycle.item(sub) == cycle:
        ops.skip(shop, sub, WHO)
        shop.truth.broke(shop.now, "timing", "skipped_by_both", "INV-14", sub, -1)


def _skip_after_export(desk: Operators, order: int) -> None:
    """A skip crosses the export: the dates move on, and the parcel leaves all the same (INV-16; SS-SKIP-05)."""
    shop, subs = desk.shop, desk.shop.subs
    sub = shop.orders.sub.item(order)
    ship, delivery = subs.ship.item(sub), subs.delivery.item(sub)
    shop.row(Kind.SKIPPED, order, Actor.CUSTOMER, "skip_child", ship=ship, delivery=delivery)
    after = shop.next_delivery(sub, delivery)
    shop.schedule(sub, shop.ship_date(sub, after), after, Actor.CUSTOMER)
    shop.truth.due(
        shop.now, "timing", "skip_after_export", "INV-16", sub, order, (shop.today + 1) * DAY - 1,
        lambda: shop.orders.delivery.item(order) != delivery
        and subs.status.item(sub) == shop.policy.subscription.active,
    )  # fmt: skip


def _child_moved(desk: Operators, order: int) -> None:
    """The child is moved and its master is not: two parcels within days (INV-15, a warning)."""
    shop, subs = desk.shop, desk.shop.subs
    sub = shop.orders.sub.item(order)
    ship = subs.ship.item(sub) - 1
    if ship <= shop.orders.ship.item(order) + 2:
        return
    late = ship - shop.orders.ship.item(order)
    ops.edit_dates(shop, order, ship, shop.orders.delivery.item(order) + late, WHO)
    shipped_close(shop, sub, order, ship + 2, "operator", "child_moved")


def _late_release(desk: Operators, order: int) -> None:
    """Held until just before the next parcel leaves (INV-15, a warning)."""
    shop, subs = desk.shop, desk.shop.subs
    sub = shop.orders.sub.item(order)
    day = subs.ship.item(sub) - 1
    if day <= shop.orders.ship.item(order) + 2:
        return
    ops.hold(shop, order, "customer", WHO)
    shop.when(day * DAY + shop.export_second - 60, ops.release, shop, order, WHO)
    shipped_close(shop, sub, order, day + 2, "timing", "late_release")


INCIDENTS: tuple[Incident, ...] = (
    Incident("created_twice", Hour.MORNING, _waiting_children, _created_twice, share=0.002),
    Incident("restart_while_batch", Hour.DAWN, _due, _restart_while_batch, "subscription", 0.003),
    Incident("reactivated_on_batch_day", Hour.DAWN, _due, _reactivated, "subscription", 0.003),
    Incident("collision_flag_lost", Hour.DAWN, _due, _flag_lost, "subscription", 0.003),
    Incident("child_between", Hour.DAWN, _due, _child_between, "subscription", 0.003),
    Incident("bulk_past_date", Hour.AFTERNOON, _going_on, _bulk_past_date, "subscription", 0.0002),
    Incident("long_hold_release", Hour.MORNING, _stopped_long, _long_hold, "subscription", 0.003),
    Incident("flagged_long_restart", Hour.MORNING, _flagged_long, _flagged_restart, "subscription", 0.02),
    Incident("skipped_by_both", Hour.AFTERNOON, _going_on, _skipped_by_both, "subscription", 0.0002),
    Incident("skip_after_export", Hour.LISTED, _on_the_list, _skip_after_export, share=0.003),
    Incident("child_moved", Hour.MORNING, _waiting_children, _child_moved, share=0.001),
    Incident("late_release", Hour.MORNING, _waiting_children, _late_release, share=0.001),
)  # fmt: skip
