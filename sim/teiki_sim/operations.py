"""What can be done to one order or one subscription, by hand or on the account page.

Each function does its one thing as the platform does it and logs it. Whoever calls decides who acts and
in which order; a careless caller gets what a careless operator gets.
"""

from __future__ import annotations

import numpy as np

from teiki_sim import adjusting, nightly, points, undone
from teiki_sim.calendar import DAY
from teiki_sim.draws import Purpose, threshold
from teiki_sim.holds import keeping
from teiki_sim.holds.page import allow
from teiki_sim.log.kinds import Actor, Kind, Side
from teiki_sim.log.statuses import OrderMeaning, PaymentMeaning
from teiki_sim.messages import DEFERRED, METHODS, UNCOVERED, Method, Outcome
from teiki_sim.payments import authorise_anew, change_captured, let_go, reauthorise
from teiki_sim.shipping import ship_first_data
from teiki_sim.shop import Shop
from teiki_sim.standing import meaning, payment_meaning, refuse
from teiki_sim.tables import FORCED, GONE, HANDED_OVER, STOPPED, WAREHOUSE_STOPPED, without

#: How often the warehouse can still stop a parcel that it has in hand (modelled).
STOPPABLE = threshold(0.8)


def waiting_child(shop: Shop, sub: int) -> int:
    """The subscription's latest child that has not shipped and stands, or -1."""
    order = shop.subs.last_order.item(sub)
    if order < 0 or shop.is_gone(order):
        return -1
    return order if meaning(shop, order) in _UNSHIPPED else -1


def unshipped(shop: Shop, sub: int) -> list[int]:
    """Every child of the subscription that stands and has not left, oldest first."""
    older, last = shop.overtaken.get(sub, ()), shop.subs.last_order.item(sub)
    mine = (*older, last) if last >= 0 else older
    return [order for order in mine if not shop.is_gone(order) and meaning(shop, order) in _UNSHIPPED]


_UNSHIPPED = (OrderMeaning.WAITING, OrderMeaning.BLOCKED, OrderMeaning.WORKING)


# -- dates -----------------------------------------------------------------------------------------


def skip(shop: Shop, sub: int, actor: Actor, *, move_master: int = 1) -> None:
    """Skip one delivery: a waiting child and the master both move one cycle (SS-SKIP-01, -02, -03).

    With the child in 出荷作業中 it is too late (SS-SKIP-05). ``move_master`` other than 1 is an operator's slip.
    """
    allow(shop, sub, "skip", actor)
    subs, orders = shop.subs, shop.orders
    child = waiting_child(shop, sub)
    if (
        child >= 0
        and orders.flags[child] & HANDED_OVER
        or child >= 0
        and meaning(shop, child) == OrderMeaning.WORKING
    ):
        raise refuse(shop, child, sub, "skip_refused", "skip", actor)
    ship, delivery = subs.ship.item(sub), subs.delivery.item(sub)
    if child >= 0:
        shop.row(Kind.SKIPPED, child, actor, "skip_child", ship=ship, delivery=delivery)
        edit_dates(shop, child, ship, delivery, actor)
    else:
        shop.sub_row(Kind.SKIPPED, sub, actor, "skip", ship=ship, delivery=delivery)
    for _ in range(move_master):
        after = shop.next_delivery(sub, subs.delivery.item(sub))
        shop.schedule(sub, shop.ship_date(sub, after), after, actor, "skip")


def edit_dates(shop: Shop, order: int, ship: int, delivery: int, actor: Actor) -> None:
    """Move one order's dates."""
    shop.orders.ship[order], shop.orders.delivery[order] = ship, delivery
    shop.row(Kind.EDITED, order, actor, ship=ship, delivery=delivery, code=shop.log.code("dates"))


# -- the subscription --------------------------------------------------------------------------------


def stop(shop: Shop, sub: int, actor: Actor, *, for_good: bool = False) -> None:
    """Stop a subscription, or cancel it for good (SS-ORD-03; EC-SUB-02, -03). Its orders are left alone."""
    allow(shop, sub, "stop", actor)
    words, subs = shop.policy.subscription, shop.subs
    before = subs.status.item(sub)
    subs.status[sub] = after = words.cancelled if for_good else words.stopped
    code = shop.log.code("cancel" if for_good else "stop")
    shop.sub_row(Kind.STOPPED, sub, actor, status_from=before, status_to=after, code=code)
    if sub in shop.adjustments.pending:
        shop.on_trouble("adjustment", sub, -1, "")


def decide(shop: Shop, order: int, decision: str, actor: Actor) -> None:
    """Record what becomes of an unshipped order: ``ship`` or ``cancel`` (EC-SUB-08)."""
    shop.row(Kind.DECISION, order, actor, code=shop.log.code(decision))


def decide_cycles(shop: Shop, sub: int, decision: str, actor: Actor) -> None:
    """Record what becomes of deliveries that were missed: ``shift`` or ``drop`` (TR-HOLD-18)."""
    shop.sub_row(Kind.DECISION, sub, actor, code=shop.log.code(decision))


def resume(shop: Shop, sub: int, actor: Actor) -> None:
    """Press 再開 (SS-RACE-02), or set 有効 again (EC-SUB-04)."""
    subs, words = shop.subs, shop.policy.subscription
    before = subs.status.item(sub)
    subs.status[sub] = words.active
    subs.paused[sub] = False
    shop.sub_row(Kind.RESUMED, sub, actor, "resume", status_from=before, status_to=words.active)


def clear_flag(shop: Shop, sub: int, actor: Actor) -> None:
    """Untick 定期注文自動生成エラー and save; nothing is generated until 再開 (SS-RACE-02)."""
    shop.subs.flag[sub] = False
    shop.subs.paused[sub] = True
    shop.sub_row(Kind.FLAG_CLEARED, sub, actor, "resume")


def fresh_dates(shop: Shop, sub: int, actor: Actor) -> None:
    """Revise next dates that lie too near or in the past: whole cycles on, then a date that can be met."""
    earliest = shop.today + max(shop.ahead, 3) + 1
    delivery = shop.subs.delivery.item(sub)
    if delivery >= earliest and shop.subs.ship.item(sub) > shop.today:
        return
    while delivery < earliest:
        delivery = shop.next_delivery(sub, delivery)
    shop.schedule(sub, shop.ship_date(sub, delivery), delivery, actor)


def create_child(shop: Shop, sub: int, actor: Actor, *, cycle: int, ship: int, delivery: int) -> int:
    """注文作成 from the master, for one cycle and its dates; the child, or -1 where the charge failed."""
    if shop.subs.status.item(sub) != shop.policy.subscription.active and not shop.policy.manual_on_stopped:
        stopped = shop.subs.status.item(sub) == shop.policy.subscription.stopped
        raise refuse(
            shop, -1, sub, "manual_refused" if stopped else "manual_refused_cancelled", "create", actor
        )
    shop.subs.attempt[sub] += 1
    made = nightly.generate(
        shop, np.array([sub]), np.array([cycle], np.int16),
        (np.array([ship], np.int32), np.array([delivery], np.int32)), actor,
    )  # fmt: skip
    return int(made[0]) if len(made) else -1


# -- the order ---------------------------------------------------------------------------------------


def stop_at_warehouse(shop: Shop, order: int, actor: Actor) -> bool:
    """Ask the warehouse to stop a parcel it has in hand; False where it is too late (EC-WH-02)."""
    orders = shop.orders
    if orders.flags[order] & GONE:
        return False
    sub = orders.sub.item(order)
    bits = shop.draw(sub, Purpose.WAREHOUSE_STOP, orders.cycle.item(order)) if sub >= 0 else 0
    if orders.flags[order] & HANDED_OVER and bits >= STOPPABLE:
        return False
    orders.flags[order] |= WAREHOUSE_STOPPED
    shop.row(Kind.WAREHOUSE_STOPPED, order, Actor.WAREHOUSE, side=Side.WAREHOUSE)
    return True


def back_to_waiting(shop: Shop, order: int, actor: Actor) -> None:
    """Set an order to 出荷待ち again, its stop withdrawn: it goes on the next list (EC-WH-02, SS-NP-01)."""
    orders, words = shop.orders, shop.policy.order
    if orders.flags[order] & (HANDED_OVER | WAREHOUSE_STOPPED | GONE) == HANDED_OVER:
        later = int(shop.now % DAY >= shop.ship_second)
        shop.when(shop.later(later, shop.ship_second), ship_first_data, shop, order)
    orders.flags[order] &= without(WAREHOUSE_STOPPED | HANDED_OVER)
    if orders.status.item(order) != words.waiting:
        shop.set_status(order, words.waiting, Kind.EDITED, actor, code=shop.log.code("status"))


def hold(shop: Shop, order: int, reason: str, actor: Actor, on: int = -1) -> None:
    """Put an order under shipping stop (SS-STOP-01), or 要対応 as of a day (TR-HOLD-08)."""
    keeping.hold_order(shop, order, reason, actor, on=on)


def release(
    shop: Shop, order: int, actor: Actor, *, revises: bool = True, on: int = -1, comment: str = ""
) -> None:
    """Lift the shipping stop; a ship date that has passed is revised first (TR-HOLD-09), or left by a slip."""
    orders = shop.orders
    if not orders.flags[order] & STOPPED:
        return
    if revises and orders.ship[order] < shop.today and not shop.is_gone(order):
        late = shop.today - orders.ship.item(order)
        edit_dates(shop, order, shop.today, orders.delivery.item(order) + late, actor)
    keeping.release_order(shop, order, actor, on=on, comment=comment)


def set_cancelled(shop: Shop, order: int, actor: Actor) -> None:
    """Set the order's status to cancelled; the payment is not touched (EC-CAN-01)."""
    orders = shop.orders
    shop.set_status(order, shop.policy.order.cancelled, Kind.CANCELLED, actor, "cancel")
    adjusting.lose(shop, order)
    if shop.config.jobs.count_surviving:
        shop.on_trouble("uncounted", orders.sub.item(order), order, "")
    if not orders.flags[order] & HANDED_OVER or orders.flags[order] & WAREHOUSE_STOPPED:
        shop.truth.will_not_ship(order)


def cancel_order(shop: Shop, order: int, actor: Actor) -> bool:
    """Cancel an order before shipping, status and payment both; False where the parcel can't be stopped."""
    if meaning(shop, order) == OrderMeaning.WORKING and not stop_at_warehouse(shop, order, actor):
        return False
    set_cancelled(shop, order, actor)
    let_go(shop, order, actor)
    return True


def delete_order(shop: Shop, order: int, actor: Actor, *, cancel_the_payment: bool = False) -> None:
    """Delete an order, choosing whether its payment is cancelled too (SS-RAK-02)."""
    code = shop.log.code("cancel_payment" if cancel_the_payment else "keep_payment")
    shop.set_status(order, shop.policy.order.deleted, Kind.DELETED, actor, "rakuten", code=code)
    shop.truth.will_not_ship(order)
    points.reverse(shop, order, actor)
    adjusting.lose(shop, order)
    if cancel_the_payment:
        let_go(shop, order, actor)


def retry_later(shop: Shop, order: int, left: int) -> None:
    """Unattended second tries of a refused order, some days apart (modelled; `retry` in the configuration)."""
    if left <= 0:
        return

    def again() -> None:
        standing = meaning(shop, order) in (OrderMeaning.WAITING, OrderMeaning.BLOCKED)
        if (
            not standing
            or shop.orders.flags[order] & FORCED
            or payment_meaning(shop, order) != PaymentMeaning.REFUSED
        ):
            return
        if reauthorise(shop, order, Actor.SYSTEM) == Outcome.ACCEPTED:
            back_to_waiting(shop, order, Actor.SYSTEM)
            release(shop, order, Actor.SYSTEM)
        else:
            retry_later(shop, order, left - 1)

    shop.when(shop.later(shop.config.retry.gap_days, shop.night_second + 600), again)


def edit_quantity(shop: Shop, order: int, quantity: int, actor: Actor, *, reauthorises: bool = True) -> None:
    """Another quantity, so another amount; the platform asks for a new authorisation (SS-PAY-01, EC-REA-01)."""
    refuse_after_ship(shop, order, "quantity", actor)
    orders = shop.orders
    before = orders.quantity.item(order)
    unit = unit_price(shop, order)
    if (
        shop.policy.changes_captured
        and payment_meaning(shop, order) == PaymentMeaning.CAPTURED
        and reauthorises
    ):
        change_captured(shop, order, orders.amount.item(order) + unit * (quantity - before), actor)
    orders.quantity[order] = quantity
    orders.amount[order] += unit * (quantity - before)
    shop.row(
        Kind.EDITED, order, actor, "reauthorise", quantity=quantity, amount=orders.amount.item(order),
        code=shop.log.code("quantity"),
    )  # fmt: skip
    after_edit(shop, order, "quantity", reauthorises, actor)


def edit_address(shop: Shop, order: int, actor: Actor, *, reauthorises: bool = True) -> None:
    """Another delivery address on the order; deferred payment asks for a new verdict (SS-PAY-02, EC-REA-02)."""
    refuse_after_ship(shop, order, "address", actor)
    sub = shop.orders.sub.item(order)
    if sub >= 0:
        shop.addresses.edited[order] = shop.addresses.revision(shop.subs.customer.item(sub))
    shop.row(Kind.EDITED, order, actor, code=shop.log.code("address"))
    if not shop.is_gone(order):
        after_edit(shop, order, "address", reauthorises, actor)


def refuse_after_ship(shop: Shop, order: int, what: str, actor: Actor) -> None:
    """Deferred and shipped: contents and addresses are fixed (EC-SHP-02)."""
    deferred = METHODS[shop.orders.method.item(order)] in DEFERRED
    if shop.is_gone(order) and deferred and not shop.policy.edits_after_ship:
        raise refuse(shop, order, -1, "edit_after_ship", what, actor)


def after_edit(shop: Shop, order: int, code: str, reauthorises: bool, actor: Actor) -> None:
    """Ask for the new authorisation that an edit of this kind needs, if something stands that it outdates."""
    live = payment_meaning(shop, order) in (PaymentMeaning.AUTHORISED, PaymentMeaning.PENDING)
    method = METHODS[shop.orders.method.item(order)]
    if reauthorises and live and shop.policy.needs_reauthorisation(method, code):
        told = order in shop.unauthorised
        reauthorise(shop, order, actor)
        if order in shop.not_offered and not told:
            undone.tell(shop, order, "edit_refused", shop.tries[order], money=False)


def change_method(
    shop: Shop, order: int, method: Method, actor: Actor, *, cancels_old: bool = True
) -> Outcome:
    """Another payment method for one order: the old payment is cancelled first (EC-UPD-03), then a new one asked."""
    orders = shop.orders
    if payment_meaning(shop, order) == PaymentMeaning.CAPTURED and shop.policy.captured_is_final:
        raise refuse(shop, order, -1, "captured_final", "method", actor)
    if cancels_old:
        let_go(shop, order, actor, reverses=False)
    product = orders.product.item(order)
    before, after = (int(shop.fees.payment(product, m)) for m in (orders.method.item(order), int(method)))
    orders.amount[order] += after - before
    orders.method[order] = method
    orders.transaction[order] = -1
    shop.row(
        Kind.EDITED,
        order,
        actor,
        method=int(method),
        amount=orders.amount.item(order),
        code=shop.log.code("method"),
    )
    points.recalculate(shop, order, actor)
    if method in UNCOVERED:
        orders.payment[order] = shop.policy.payment.not_needed  # nobody is asked: no row but the edit
        return Outcome.ACCEPTED
    return authorise_anew(shop, order, actor)


def force_shipping(shop: Shop, order: int, actor: Actor) -> None:
    """Put an order on the shipping list although its payment does not stand."""
    back_to_waiting(shop, order, actor)
    release(shop, order, actor)
    shop.orders.flags[order] |= FORCED


def process_return(shop: Shop, order: int, actor: Actor, *, cancels: bool = True, tells: bool = True) -> None:
    """A parcel that came back: deferred payment waits for the provider's cancel (SS-ORD-02), others are refunded.

    The customer of a deferred payment is told to destroy the invoice (EC-SHP-04).
    """
    policy, method = shop.policy, METHODS[shop.orders.method.item(order)]
    if method in policy.return_waits:
        shop.set_status(order, policy.order.return_pending, Kind.RETURNED, actor, "returned")
    done = let_go(shop, order, actor) if cancels else True
    if done:
        finish_return(shop, order, actor)
    else:
        shop.returning.add(order)
    if method in DEFERRED and cancels and tells:
        tell_to_discard(shop, order, actor)


def tell_to_discard(shop: Shop, order: int, actor: Actor) -> None:
    """Tell the customer to destroy the invoice of a cancelled deferred payment (EC-SHP-04)."""
    shop.told_to_discard.add(order)
    shop.row(Kind.MAIL, order, actor, code=shop.log.code("discard_invoice"))


def finish_return(shop: Shop, order: int, actor: Actor) -> None:
    """The provider has agreed: the order is returned (SS-ORD-02)."""
    shop.returning.discard(order)
    if shop.policy.order.returned != shop.orders.status[order]:
        shop.set_status(order, shop.policy.order.returned, Kind.RETURNED, actor, "returned")


def unit_price(shop: Shop, order: int) -> int:
    """What one piece of the order's goods costs (yen)."""
    sub = shop.orders.sub.item(order)
    if sub >= 0:
        return int(shop.subs.unit_price[sub])
    goods = list(shop.config.goods.values())
    return goods[min(int(shop.orders.product[order]), len(goods) - 1)].price
