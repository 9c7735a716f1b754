"""The shop's day after the night: export, hand-over, shipping, completion, capture, delivery."""

from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from teiki_sim import silent
from teiki_sim.calendar import DAY, weekday
from teiki_sim.draws import Purpose, bits53_many, hash64, spread, threshold
from teiki_sim.holds import refusals
from teiki_sim.log.kinds import Actor, Kind, Side
from teiki_sim.log.rows import SLIP_NUMBER_BASE
from teiki_sim.log.statuses import ORDER_MEANING, PAYMENT_MEANING, OrderMeaning, PaymentMeaning
from teiki_sim.messages import (
    DEFERRED,
    METHOD_NAMES,
    METHODS,
    Answers,
    Ask,
    Captures,
    Method,
    Operation,
    Outcome,
)
from teiki_sim.shop import Shop
from teiki_sim.tables import (
    CAPTURE_TRIED,
    DELIVERED,
    FORCED,
    GONE,
    HANDED_OVER,
    PRINTED,
    STOPPED,
    WAREHOUSE_STOPPED,
    Rows,
)
from teiki_sim.truth import BROKE

__all__ = [
    "IS_DEFERRED", "capture", "come_back", "complete", "deliver", "export", "hand_over", "listable", "prune", "send", "ship", "slip_numbers",
]  # fmt: skip

#: Share of ordinary orders that an operator touches by hand, so that a slip can happen there (modelled).
HAND = 0.02

#: By status code.
_SETTLED = np.isin(PAYMENT_MEANING, (PaymentMeaning.CAPTURED, PaymentMeaning.NOT_NEEDED))
_OVER = np.isin(ORDER_MEANING, (OrderMeaning.CANCELLED, OrderMeaning.DELETED))
_SHIPPED = ORDER_MEANING == OrderMeaning.SHIPPED
#: By payment meaning: what may be put on the list. Captured by a job before it ships, or tried in vain, it still may.
_COVERED = np.isin(
    np.arange(len(PaymentMeaning)),
    (
        PaymentMeaning.AUTHORISED,
        PaymentMeaning.NOT_NEEDED,
        PaymentMeaning.CAPTURED,
        PaymentMeaning.CAPTURE_FAILED,
    ),
)
IS_DEFERRED = np.array([Method(i) in DEFERRED for i in range(len(METHOD_NAMES))])


def listable(shop: Shop, days: int = 0) -> Rows:
    """Waiting orders that a list takes which goes by ship dates up to ``days`` from now: covered, and not held."""
    orders, words, live = shop.orders, shop.policy.order, shop.live
    flags, payment = orders.flags[live], PAYMENT_MEANING[orders.payment[live]]
    free = (flags & STOPPED == 0) & _COVERED.take(payment)
    if shop.policy.captures_listed:  # charged on an earlier list, and stopped at the warehouse
        free |= (flags & STOPPED == 0) & (payment == PaymentMeaning.CAPTURED)
    free |= flags & (FORCED | STOPPED) == FORCED
    due: Rows = live[(orders.status[live] == words.waiting) & (orders.ship[live] <= shop.today + days) & free]
    if shop.notes.listed:  # 出力済 by hand: on no list any more (EC-UPD-13)
        due = due[shop.notes.listed.of(due) != 1]
    return due


def export(shop: Shop) -> None:
    """Put what is due on the shipping work list; the invoices of wiz parcels are printed with it (SS-NPW-01)."""
    orders, words = shop.orders, shop.policy.order
    due = listable(shop)
    due = _set_shipped_by_hand(shop, due)
    if not len(due):
        return
    orders.status[due] = words.working
    shop.rows(
        Kind.EXPORTED, due, Actor.OPERATOR, "exported", status_from=words.waiting, status_to=words.working
    )
    bundled = due[orders.method[due] == Method.NP_WIZ]
    skipped = _hand_slips(shop, "print_skipped", bundled)
    for order in bundled[skipped].tolist():
        shop.truth.ships(
            shop.now, "operator", "print_skipped", "INV-25", orders.sub.item(order), order,
            partial(_unprinted, shop, order),
        )  # fmt: skip
    print_invoices(shop, bundled[~skipped])


def _unprinted(shop: Shop, order: int) -> bool:
    orders = shop.orders
    return not orders.flags[order] & PRINTED and orders.method.item(order) == Method.NP_WIZ


def print_invoices(shop: Shop, bundled: Rows) -> None:
    """Download the print data of wiz invoices, which travel in the parcel (SS-NPW-01)."""
    if len(bundled):
        shop.gateway.print_invoices(shop.now, shop.orders.transaction[bundled])
        shop.orders.flags[bundled] |= PRINTED
        shop.rows(Kind.INVOICE_PRINTED, bundled, Actor.OPERATOR, "wiz")


def ask_about(shop: Shop, order: int, operation: Operation, amount: int | None = None, **more: int) -> Ask:
    """A question to the provider about an order's transaction."""
    table = shop.orders
    return Ask(
        shop.now, operation, table.transaction.item(order), order, table.sub.item(order), shop.consumer(order),
        max(table.cycle.item(order), 0), METHODS[table.method.item(order)],
        table.amount.item(order) if amount is None else amount, **more,
    )  # fmt: skip


def _hand_slips(shop: Shop, slip: str, orders: Rows) -> NDArray[np.bool_]:
    """Slips on orders that an operator happens to touch by hand."""
    chance = int(shop.slip_chance(slip) * HAND)
    sub = shop.orders.sub[orders]
    if not chance or not len(orders):
        return np.zeros(len(orders), np.bool_)
    cycle = np.maximum(shop.orders.cycle[orders], 0)
    drawn: NDArray[np.bool_] = (sub >= 0) & (
        bits53_many(shop.seed, shop.consumers(orders), Purpose.SLIP_CHOICE, cycle, hash64(slip) & 0x3FFFFFFF)
        < chance
    )
    for i in np.flatnonzero(drawn).tolist():
        drawn[i] = shop.may_slip(sub.item(i))
    return drawn


def _set_shipped_by_hand(shop: Shop, due: Rows) -> Rows:
    """Slip: the status is set to shipped by hand, so the order never reaches the warehouse (SS-ORD-11)."""
    slipped = _hand_slips(shop, "manual_status", due)
    for order in due[slipped].tolist():
        sub = shop.orders.sub.item(order)
        shop.set_status(
            order, shop.policy.order.shipped, Kind.EDITED, Actor.OPERATOR, code=shop.log.code("status")
        )
        shop.truth.broke(shop.now, "operator", "manual_status", "INV-17", sub, order)
        shop.truth.shipped_on_paper(order, shop.today * DAY + shop.ship_second)
        if shop.orders.method.item(order) not in (Method.COD, Method.BANK):
            shop.on_paper[order] = shop.truth.open(
                shop.now, "operator", "manual_status", "INV-55", sub, order
            )
    return due[~slipped]


def _captured_on_paper(shop: Shop, order: int) -> None:
    """Captured: if it was set to shipped by hand, a parcel is owed from now on."""
    row = shop.on_paper.pop(order, None)
    if row is not None:
        shop.truth.judge(
            row, shop.now + shop.config.grace.capture * DAY, partial(_captured_unshipped, shop, order)
        )


def _captured_unshipped(shop: Shop, order: int) -> bool:
    captured = PAYMENT_MEANING[shop.orders.payment[order]] == PaymentMeaning.CAPTURED
    return bool(captured) and not shop.is_gone(order)


def hand_over(shop: Shop) -> None:
    """The shipping data reach the warehouse."""
    orders, live = shop.orders, shop.live
    listed = orders.status[live] == shop.policy.order.working
    listed &= orders.ship[live] <= shop.today
    ready = live[listed & (orders.flags[live] & (HANDED_OVER | GONE) == 0)]
    orders.flags[ready] |= HANDED_OVER
    if len(ready):
        shop.rows(Kind.HANDED_OVER, ready, Actor.WAREHOUSE, side=Side.WAREHOUSE)


def slip_numbers(orders: NDArray[Any]) -> NDArray[np.int64]:
    """Slip numbers: eleven digits and their remainder by seven (modelled on Japanese carriers' check digit)."""
    stem = orders.astype(np.int64) + SLIP_NUMBER_BASE
    return stem * 10 + stem % 7


def ship(shop: Shop, carriers: NDArray[np.bool_], in_time: bool) -> None:
    """These carriers (by number) take what the warehouse packed; beyond the day's capacity it waits for tomorrow.

    ``in_time``: whether today's hand-over came before their cut-off; else what came today leaves tomorrow.
    """
    if shop.config.warehouse.workdays == "weekdays" and weekday(shop.today) >= 5:
        return
    orders, live = shop.orders, shop.live
    leaving = live[orders.flags[live] & (HANDED_OVER | GONE | WAREHOUSE_STOPPED) == HANDED_OVER]
    if not carriers.all():
        leaving = leaving[carriers[shop.carriers_of(leaving)]]
    if not in_time:
        leaving = leaving[orders.ship[leaving] < shop.today]
    capacity = shop.config.warehouse.capacity
    if capacity is not None and len(leaving) > capacity:
        leaving = leaving[np.lexsort((leaving, orders.ship[leaving]))][:capacity]
    if not len(leaving):
        return
    watched = set(shop.truth.watched)
    for order in [o for o in leaving.tolist() if o in watched] if watched else ():
        shop.truth.shipped(order, shop.now)
    if shop.inbox.open:
        for order in [o for o in leaving.tolist() if o in shop.inbox.open]:
            shop.on_crossing(order)
    orders.flags[leaving] |= GONE
    shop.count_parcels(leaving)
    shop.rows(
        Kind.SHIPPED, leaving, Actor.WAREHOUSE, side=Side.WAREHOUSE, method=orders.method[leaving],
        product=orders.product[leaving], quantity=orders.quantity[leaving], amount=orders.amount[leaving],
        ship=np.full(len(leaving), shop.today, np.int32), delivery=orders.delivery[leaving],
        code=slip_numbers(leaving),
    )  # fmt: skip


def ship_first_data(shop: Shop, order: int) -> None:
    """The warehouse still had the first shipping data of an order that got new ones: that parcel leaves too (EC-WH-03)."""
    one = np.array([order])
    table = shop.orders
    shop.rows(
        Kind.SHIPPED, one, Actor.WAREHOUSE, side=Side.WAREHOUSE, method=table.method[one], product=table.product[one],
        quantity=table.quantity[one], amount=table.amount[one], ship=np.full(1, shop.today, np.int32),
        delivery=table.delivery[one], code=slip_numbers(one),
    )  # fmt: skip


def complete(shop: Shop) -> None:
    """Import the completion data; rows of orders not in 出荷作業中 are rejected (SS-ORD-12)."""
    orders, live, words = shop.orders, shop.live, shop.policy.order
    gone = live[orders.flags[live] & (GONE | CAPTURE_TRIED) == GONE]
    working = orders.status[gone] == words.working
    done = gone[working]
    orders.status[done] = words.shipped
    if len(done):
        shop.rows(Kind.COMPLETED, done, rule="completed", status_from=words.working, status_to=words.shipped)
    strange = orders.status[gone[~working]] != words.shipped
    for order in gone[~working][strange].tolist():
        orders.flags[order] |= CAPTURE_TRIED  # imported once, rejected once
        shop.row(Kind.REFUSED, order, rule="import_refused", code=shop.log.code("import"))


def capture(shop: Shop) -> None:
    """Capture what has been shipped; for deferred payment: report the shipment (EC-PAY-01)."""
    orders, live, words = shop.orders, shop.live, shop.policy
    meaning = PAYMENT_MEANING[orders.payment[live]]
    flags, takes = orders.flags[live], orders.status[live] == words.order.shipped
    if words.captures_listed:
        takes |= _listed(shop, flags)
    held = flags & STOPPED != 0
    if words.captures_held:
        held &= flags & GONE == 0
    due = live[
        takes
        & ((meaning == PaymentMeaning.AUTHORISED) | (meaning == PaymentMeaning.CAPTURE_FAILED))
        & (flags & CAPTURE_TRIED == 0)
        & ~held
    ]
    if words.reports_amount:
        due = _other_amounts(shop, due)
    due = _captured_by_hand(shop, due)
    raised = (orders.method[due] == Method.AMAZON_PAY) & (orders.amount[due] > orders.covered[due])
    for order in due[raised].tolist():
        _finalise(shop, order)
    if len(due):
        charge(shop, due, Actor.SYSTEM)


def _listed(shop: Shop, flags: NDArray[Any]) -> NDArray[np.bool_]:
    """What the warehouse has and the platform charges by itself, gone or not (クレジット自動決済, TR-HOLD-04)."""
    orders, live = shop.orders, shop.live
    at_warehouse = flags & (HANDED_OVER | WAREHOUSE_STOPPED) == HANDED_OVER
    found: NDArray[np.bool_] = (orders.status[live] == shop.policy.order.working) & at_warehouse
    return found & np.isin(orders.method[live], list(shop.policy.captures_listed))


def _other_amounts(shop: Shop, due: Rows) -> Rows:
    """Reports whose amount is not the registered one are sent back, and the order held with both (TR-NP-07)."""
    orders = shop.orders
    differs = orders.amount[due] != orders.covered[due]
    differs &= np.isin(orders.method[due], list(shop.policy.reports_amount))
    for order in due[differs].tolist():
        orders.flags[order] |= CAPTURE_TRIED
        refusals.hold_amount(shop, order)
    same: Rows = due[~differs]
    return same


def _finalise(shop: Shop, order: int) -> None:
    """Amazon Pay learns of a raised amount only now (SS-AMZ-01); it is authorised anew first (modelled)."""
    shop.tries[order] = attempt = shop.tries.get(order, 0) + 1
    answer = shop.gateway.ask(ask_about(shop, order, Operation.REAUTHORISE, attempt=attempt))
    if answer.outcome == Outcome.ACCEPTED:
        shop.orders.transaction[order] = answer.transaction
        shop.orders.covered[order] = shop.orders.amount[order]
        shop.set_payment(order, shop.policy.payment.authorised, Kind.REAUTHORISED)


def charge(shop: Shop, due: Rows, actor: Actor) -> None:
    """Send captures (ship reports) and note the answers."""
    orders = shop.orders
    method = orders.method[due]
    deferred = IS_DEFERRED[method]
    slips = np.where(deferred, slip_numbers(due), 0)
    typed_wrong = deferred & (orders.flags[due] & GONE > 0) & _hand_slips(shop, "wrong_slip_number", due)
    slips[typed_wrong] += 10
    if shop.misnumbered:
        _type_wrong(shop, due, slips)
    for order in due[typed_wrong].tolist():
        shop.truth.broke(shop.now, "operator", "wrong_slip_number", "INV-25", orders.sub.item(order), order)
    answers = send(shop, due, slips, actor)
    for order in due[answers.outcome != Outcome.ACCEPTED].tolist():
        orders.flags[order] |= CAPTURE_TRIED
        shop.on_trouble("capture", orders.sub.item(order), order, "")


def _type_wrong(shop: Shop, due: Rows, slips: NDArray[np.int64]) -> None:
    """Orders whose slip number was lost are reported under that of another parcel (INV-25)."""
    for i, order in enumerate(due.tolist()):
        row = shop.misnumbered.pop(order, None)
        if row is not None and shop.is_gone(order):
            slips[i] += 20
            row.due, row.outcome = shop.now, BROKE


def send(shop: Shop, due: Rows, slips: NDArray[np.int64], actor: Actor) -> Answers:
    """Send captures with these slip numbers (0: none), and note what came back in the store."""
    orders, words, method = shop.orders, shop.policy, shop.orders.method[due]
    typed = shop.notes.slip
    for i in [i for i, order in enumerate(due.tolist()) if order in typed] if typed else ():
        slips[i] = typed[int(due[i])]
    amounts = shop.captured_amounts(due)
    answers = shop.gateway.capture(
        Captures(
            shop.now, orders.transaction[due], due.astype(np.int32), orders.sub[due], shop.consumers(due),
            np.maximum(orders.cycle[due], 0), method, amounts, slips,
        )
    )  # fmt: skip
    ok = answers.outcome == Outcome.ACCEPTED
    done = due[ok]
    orders.payment[done] = words.payment.captured
    for order in done.tolist() if shop.on_paper else ():
        _captured_on_paper(shop, order)
    shop.rows(
        Kind.CAPTURED, done, actor, method=method[ok], amount=amounts[ok],
        transaction=orders.transaction[done], status_to=words.payment.captured, code=slips[ok],
    )  # fmt: skip
    for i in np.flatnonzero(~ok).tolist():
        order, code = int(due[i]), int(answers.code[i])
        unheard = answers.outcome[i] == Outcome.NO_ANSWER
        kind = Kind.NO_ANSWER if unheard else Kind.CAPTURE_FAILED
        shop.set_payment(order, words.payment.capture_failed, kind, actor, code=code)
        if unheard:
            shop.aftermath.follow(order, "capture_unanswered")
        elif shop.gateway.state(orders.transaction.item(order)) == "AUTHORISED":
            shop.aftermath.follow(order, "capture_failed")  # else there was nothing that could be captured
    silent.hear(shop)
    return answers


def _captured_by_hand(shop: Shop, due: Rows) -> Rows:
    """Slip: キャプチャ済み set by hand in the store alone (SS-AMZ-06; 強制売上 of EC-PAY-06)."""
    slipped = _hand_slips(shop, "forced_capture", due)
    for order in due[slipped].tolist():
        sub = shop.orders.sub.item(order)
        force_capture(shop, order)
        shop.aftermath.follow(order, "forced_capture")
        if shop.mends(sub, order):
            shop.on_trouble("settle", sub, order, "")
    return due[~slipped]


def force_capture(shop: Shop, order: int) -> None:
    """Mark an order captured in the store only; the provider is not told."""
    shop.set_payment(order, shop.policy.payment.captured, Kind.CAPTURED, Actor.OPERATOR)
    _captured_on_paper(shop, order)


def deliver(shop: Shop) -> None:
    """Parcels arrive; a few are refused and come back; customers of deferred payment pay later."""
    orders, live = shop.orders, shop.live
    arriving = live[(orders.flags[live] & (GONE | DELIVERED) == GONE) & (orders.delivery[live] <= shop.today)]
    if not len(arriving):
        return
    orders.flags[arriving] |= DELIVERED
    customers = shop.config.customers
    keys, cycle = shop.consumers(arriving), np.maximum(orders.cycle[arriving], 0)
    back = bits53_many(shop.seed, keys, Purpose.RETURN_PARCEL, cycle) < threshold(customers.return_rate)
    if shop.inbox.refusing:
        back |= np.isin(arriving, list(shop.inbox.refusing))
    here = arriving[~back]
    shop.rows(Kind.DELIVERED, here, Actor.CARRIER, side=Side.CARRIER)
    first, last = customers.return_days
    if shop.policy.takes_requests:
        shop.inbox.refusing.update(arriving[back].tolist())
    for order in arriving[back].tolist():
        days = first + int(shop.consumer(order) >> 7) % (last - first + 1)
        shop.when(shop.later(days, 14 * 3600), come_back, shop, order)
    reported = PAYMENT_MEANING[orders.payment[here]] == PaymentMeaning.CAPTURED
    _plan_payments(shop, here[IS_DEFERRED[orders.method[here]] & reported])


def come_back(shop: Shop, order: int) -> None:
    """A parcel that was refused, or sent back, is here again."""
    shop.row(Kind.PARCEL_RETURNED, order, Actor.CARRIER, side=Side.CARRIER)
    shop.on_back(order)
    shop.on_trouble("returned", shop.orders.sub.item(order), order, shop.now)


def _plan_payments(shop: Shop, orders: Rows) -> None:
    """When each customer will pay the invoice: most within their days, some late, some never."""
    customers, table = shop.config.customers, shop.orders
    bits = bits53_many(
        shop.seed, shop.consumers(orders), Purpose.PAY_DELAY, np.maximum(table.cycle[orders], 0)
    )
    never = bits < threshold(customers.unpaid_rate)
    late = bits < threshold(min(customers.unpaid_rate + customers.pays_late, 1.0))
    days = np.where(
        late,
        customers.pays_late_days[0] + spread(bits << 6 & (1 << 53) - 1, 1 + customers.pays_late_days[1] - customers.pays_late_days[0]),
        customers.invoice_days[0] + spread(bits << 6 & (1 << 53) - 1, 1 + customers.invoice_days[1] - customers.invoice_days[0]),
    )  # fmt: skip
    paying, due = orders[~never], np.maximum(table.delivery[orders] + days, shop.today + 1)[~never]
    by_day = np.argsort(due, kind="stable")
    rows, due = paying[by_day].tolist(), due[by_day]
    starts = np.flatnonzero(np.diff(due, prepend=-1)).tolist()
    for start, end in pairwise([*starts, len(rows)]):
        shop.invoices.setdefault(int(due[start]), []).extend(rows[start:end])


def pay_invoices(shop: Shop) -> None:
    """Customers pay their invoices today: only the provider knows (EC-SHP-07). What was cancelled, they leave."""
    refused = shop.refused_parcels
    due = [order for order in shop.invoices.pop(shop.today, ()) if order not in refused]
    if due:
        orders = np.array(due, np.intp)
        stands = PAYMENT_MEANING[shop.orders.payment[orders]] != PaymentMeaning.CANCELLED
        shop.gateway.pay_invoices(shop.now, shop.orders.transaction[orders[stands]])


def prune(shop: Shop) -> None:
    """Forget the orders on which nothing is still to happen."""
    orders, live = shop.orders, shop.live
    status, flags = orders.status[live], orders.flags[live]
    settled = _SETTLED[orders.payment[live]]
    done = (flags & DELIVERED > 0) & settled
    done |= (_OVER[status] | (_SHIPPED[status] & settled)) & (flags & (HANDED_OVER | GONE) == 0)
    shop.live = live[~done]
