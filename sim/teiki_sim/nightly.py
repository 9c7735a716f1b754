"""Orders come to be: the nightly batch, in which children are generated from the masters that are due,
manual generation, and orders placed at the checkout; each is charged as it is made."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from teiki_sim import adjusting, course_edits, points
from teiki_sim import counts as delivery_counts
from teiki_sim.draws import Purpose, bits53_many
from teiki_sim.holds import checks, refusals
from teiki_sim.holds.keeping import hold_cycles
from teiki_sim.holds.table import BY_NP
from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.messages import METHODS, Charges, Outcome
from teiki_sim.shop import Shop
from teiki_sim.tables import GONE, STOPPED, Rows

__all__ = ["NO_INSTRUMENT", "due_tonight", "generate", "settle_refusal"]

#: The store's own word for a charge that cannot be asked for: no card, no agreement (modelled).
NO_INSTRUMENT = "no_instrument"


def due_tonight(shop: Shop) -> Rows:
    """Subscriptions whose next child is due (SS-ORD-05; EC-SUB-01): active, neither flagged nor held.

    A date in the past is due every night until it has passed today: so a stale date floods (EC-SUB-05).
    """
    subs, n = shop.subs, shop.subs.n
    ready = subs.delivery[:n] <= shop.today + shop.ahead
    ready &= subs.delivery[:n] >= 0
    ready &= subs.status[:n] == shop.policy.subscription.active
    ready &= ~(subs.flag[:n] | subs.held[:n] | subs.paused[:n])
    return np.flatnonzero(ready)


def generate(
    shop: Shop,
    due: Rows,
    cycle: NDArray[Any] | None = None,
    dates: tuple[NDArray[np.int32], NDArray[np.int32]] | None = None,
    actor: Actor = Actor.SYSTEM,
    at_checkout: bool = False,
) -> Rows:
    """Generate and charge one child for each subscription; the children that came to be.

    ``at_checkout``: a first order placed by its buyer, who gets no order where the charge is refused.

    With ``cycle`` and ``dates`` a child of that very cycle is made again (注文作成) and the masters' next dates
    stay where they are; otherwise the masters move on by one cycle.
    """
    if not len(due):
        return due
    if dates is None and not at_checkout:
        due = _without_collisions(shop, due)
    subs = shop.subs
    cycles = subs.cycle[due] + 1 if cycle is None else cycle
    counts = delivery_counts.tier_counts(shop, due, cycles)
    orders = _new_children(shop, due, cycles, counts, dates)
    outcome, code = _charge(shop, orders, subs.attempt[due])
    table = shop.orders
    refused = outcome != Outcome.ACCEPTED
    stands = _stands_refused(shop, orders)
    born = ~refused | stands if at_checkout else ~(refused & shop.charge_first[table.method[orders]])
    table.status[orders[~born]] = 0
    children: Rows = orders[born]
    parents = due[born]
    shop.rows(
        Kind.GENERATED, children, actor, "generated",
        method=table.method[children], product=table.product[children], quantity=table.quantity[children],
        amount=table.amount[children], ship=table.ship[children], delivery=table.delivery[children],
        status_to=table.status[children],
    )  # fmt: skip
    if shop.points.on:
        points.settle(shop, children)
    if shop.adjustments.carried:
        adjusting.give_back(shop, orders[~born])
        adjusting.note_applied(shop, children)
    _enclose(shop, children, counts[born])
    delivery_counts.made(shop, parents, table.cycle[children])
    course_edits.hand_on_slots(shop, parents, children)
    _become_last(shop, parents, children)
    if cycle is None:
        subs.cycle[parents] = table.cycle[children]
        subs.attempt[parents] = 0
        _move_on(shop, parents, children)
    _confirm(shop, orders[~refused])
    columns = (column[refused].tolist() for column in (orders, outcome, code, born))
    for order, what, word, is_born in zip(*columns, strict=True):
        if at_checkout and not is_born:
            _turn_away(shop, order, word)
        else:
            settle_refusal(shop, order, what, word, is_born)
    shop.live = np.concatenate([shop.live, children])
    if cycle is None:  # made again, it wakes no new wish
        shop.on_generated(shop.now, children)
    amount_stop(shop, children)
    if shop.policy.checks_orders:
        checks.check(shop, children)
    return children


def place(
    shop: Shop,
    orders: Rows,
    actor: Actor = Actor.CUSTOMER,
    numbers: int | NDArray[np.int64] = 0,
    *,
    attended: bool = True,
) -> None:
    """Charge and log single orders; a buyer whose charge is refused gets no order.

    ``numbers``: the words of order numbers that the shop did not give by itself (SS-ORD-04). Not ``attended``:
    nobody is at the checkout, so the order is there all the same, unauthorised (EC-CAN-05).
    """
    table = shop.orders
    table.status[orders] = shop.policy.order.waiting
    table.payment[orders] = np.where(shop.uncovered[table.method[orders]], shop.policy.payment.not_needed, 0)
    outcome, code = _charge(shop, orders, np.zeros(len(orders), np.int16))
    accepted = outcome == Outcome.ACCEPTED
    taken = accepted | _stands_refused(shop, orders) | (not attended)
    placed = orders[taken]
    shop.rows(
        Kind.GENERATED, placed, actor, "generated",
        method=table.method[placed], product=table.product[placed], quantity=table.quantity[placed],
        amount=table.amount[placed], ship=table.ship[placed], delivery=table.delivery[placed],
        status_to=table.status[placed],
        code=numbers[taken] if isinstance(numbers, np.ndarray) else numbers,
    )  # fmt: skip
    _confirm(shop, orders[accepted])
    for i in np.flatnonzero(~accepted).tolist():
        if taken[i]:
            settle_refusal(shop, int(orders[i]), int(outcome[i]), int(code[i]), True)
        else:
            _turn_away(shop, int(orders[i]), int(code[i]))
    shop.live = np.concatenate([shop.live, placed])
    shop.on_generated(shop.now, placed)
    if shop.policy.checks_orders:
        checks.check(shop, placed)


def _stands_refused(shop: Shop, orders: Rows) -> NDArray[np.bool_]:
    """Orders that NP judges once they are there: a refusal changes them, and turns nobody away (TR-NP-08)."""
    if not shop.policy.np_refusals:
        return np.zeros(len(orders), np.bool_)
    return np.isin(shop.orders.method[orders], [int(method) for method in BY_NP])


def _turn_away(shop: Shop, order: int, code: int) -> None:
    """A charge refused at the checkout: no order, and no subscription either."""
    table = shop.orders
    table.status[order] = 0
    method = METHODS[table.method.item(order)]
    shop.set_payment(order, shop.policy.payment.refusal(method), Kind.DECLINED, Actor.CUSTOMER, code=code)
    sub = table.sub.item(order)
    if sub >= 0:
        words = shop.policy.subscription
        shop.subs.status[sub] = words.stopped
        shop.sub_row(
            Kind.STOPPED, sub, Actor.CUSTOMER, status_from=words.active, status_to=words.stopped,
            code=shop.log.code("checkout"),
        )  # fmt: skip


def adopt(shop: Shop, sub: int, order: int) -> None:
    """The charge of a child had gone through although no answer came: the child comes to be after all."""
    subs, table = shop.subs, shop.orders
    table.status[order] = shop.policy.order.waiting
    shop.row(
        Kind.GENERATED, order, Actor.OPERATOR, "generated",
        method=table.method.item(order), product=table.product.item(order), quantity=table.quantity.item(order),
        amount=table.amount.item(order), ship=table.ship.item(order), delivery=table.delivery.item(order),
        status_to=table.status.item(order),
    )  # fmt: skip
    one, parent = np.array([order]), np.array([sub])
    if shop.points.on:
        points.settle(shop, one)
    adjusting.adopt(shop, order)
    adjusting.note_applied(shop, one)
    _become_last(shop, parent, one)
    subs.cycle[sub], subs.attempt[sub] = table.cycle[order], 0
    subs.paused[sub] = False
    _move_on(shop, parent, one)
    shop.live = np.append(shop.live, one)
    shop.on_generated(shop.now, one)


def _without_collisions(shop: Shop, due: Rows) -> Rows:
    """Leave out the children whose generation collides with an edit or an export (SS-RACE-01)."""
    chance = shop.collision_chance
    if not chance:
        return due
    subs = shop.subs
    attempt = subs.attempt[due]
    hit = bits53_many(shop.seed, subs.key[due], Purpose.COLLISION, subs.cycle[due], attempt) < chance
    for sub in due[hit].tolist():
        subs.attempt[sub] += 1
        code = shop.log.code("collision")
        shop.sub_row(Kind.GENERATION_FAILED, sub, rule="collision", code=code, cycle=subs.cycle.item(sub) + 1)
        shop.refusals.flagged(sub, refused=False)
        raise_flag(shop, sub, code, "collision")
        shop.on_trouble("flag", sub, -1, "collision")
    return due[~hit]


def _new_children(
    shop: Shop,
    due: Rows,
    cycle: NDArray[Any],
    counts: NDArray[Any],
    dates: tuple[NDArray[np.int32], NDArray[np.int32]] | None,
) -> Rows:
    subs, table = shop.subs, shop.orders
    orders = shop.new_orders(len(due))
    method = subs.method[due]
    table.sub[orders] = due
    table.cycle[orders] = cycle
    table.method[orders] = method
    table.product[orders] = subs.product[due]
    table.quantity[orders] = subs.quantity[due]
    unit = subs.unit_price[due]
    if shop.prices:
        unit = shop.prices.units(shop.log.vocabulary.products, subs.product[due], counts, unit)
    goods = unit.astype(np.int64) * subs.quantity[due]
    table.amount[orders] = shop.amounts(goods, subs.product[due], method, subs.carrier[due])
    if shop.points.on:
        points.quote(shop, orders, due)
    if shop.adjustments.pending:
        adjusting.apply(shop, due, orders)
    table.ship[orders], table.delivery[orders] = dates or (subs.ship[due], subs.delivery[due])
    table.status[orders] = shop.policy.order.waiting
    table.payment[orders] = np.where(shop.uncovered[method], shop.policy.payment.not_needed, 0)
    return orders


def _charge(shop: Shop, orders: Rows, attempt: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Authorise; (outcome, code) of each order. Methods without a provider are accepted as they are."""
    table = shop.orders
    asked = ~shop.uncovered[table.method[orders]]
    outcome = np.zeros(len(orders), np.uint8)
    code = np.zeros(len(orders), np.int64)
    if shop.instruments.gone:
        lacking = asked & _lacking(shop, orders)
        outcome[lacking], code[lacking] = Outcome.DECLINED, shop.log.code(NO_INSTRUMENT)
        asked &= ~lacking
    if asked.any():
        some = orders[asked]
        answers = shop.gateway.authorise(
            Charges(
                shop.now, some.astype(np.int32), table.sub[some], shop.consumers(some), table.cycle[some],
                attempt[asked].astype(np.int16), table.method[some], table.amount[some],
            )
        )  # fmt: skip
        table.transaction[some] = answers.transaction
        outcome[asked], code[asked] = answers.outcome, answers.code
    return outcome, code


def _lacking(shop: Shop, orders: Rows) -> NDArray[np.bool_]:
    """Orders whose customer has nothing left to pay with by their method: no provider can be asked (EC-SUB-13)."""
    table, subs = shop.orders, shop.subs
    sub = table.sub[orders]
    found = (sub >= 0) & np.isin(subs.customer[sub], list(shop.instruments.gone))
    for i in np.flatnonzero(found).tolist():
        method = METHODS[table.method.item(int(orders[i]))]
        found[i] = shop.instruments.lacks(subs.customer.item(sub.item(i)), method)
    return found


def _confirm(shop: Shop, orders: Rows) -> None:
    """The store notes the authorisations that were accepted."""
    table = shop.orders
    covered = orders[~shop.uncovered[table.method[orders]]]
    status = shop.policy.payment.authorised
    table.payment[covered] = status
    table.covered[covered] = table.amount[covered]
    shop.rows(
        Kind.AUTHORISED, covered, method=table.method[covered], amount=table.amount[covered],
        transaction=table.transaction[covered], status_to=status,
    )  # fmt: skip


def _enclose(shop: Shop, children: Rows, counts: NDArray[Any]) -> None:
    """Gifts that go with a delivery of this count."""
    for gift in shop.config.gifts:
        some = children[counts == gift.count]
        if len(some):
            product = shop.log.vocabulary.products.index(gift.product)
            shop.rows(Kind.ENCLOSED, some, product=product, quantity=1)


def _become_last(shop: Shop, parents: Rows, children: Rows) -> None:
    """Each child is its subscription's latest; one before it that has not left is remembered."""
    subs, table = shop.subs, shop.orders
    before = subs.last_order[parents]
    waits = (before >= 0) & (table.flags[before] & GONE == 0)
    for sub, order in zip(parents[waits].tolist(), before[waits].tolist(), strict=True):
        shop.overtaken.setdefault(sub, []).append(order)
    subs.last_order[parents] = children


def _move_on(shop: Shop, parents: Rows, children: Rows) -> None:
    """Masters move on by one cycle; a course whose last child this was ends (SS-ORD-14)."""
    subs = shop.subs
    ends = (subs.end_count[parents] > 0) & (subs.cycle[parents] >= subs.end_count[parents])
    ship, delivery = shop.following(parents, subs.delivery[parents])
    subs.ship[parents], subs.delivery[parents] = ship, delivery
    shop.log.many(
        Kind.SCHEDULED, shop.now, len(parents), sub=parents, cycle=subs.cycle[parents], ship=ship, delivery=delivery,
        rule=shop.rules["pattern"], cause=shop.orders.last_seq[children],
    )  # fmt: skip
    for sub in parents[ends].tolist():
        end_if_over(shop, sub)
    _warn_short_gaps(shop, parents[ship < shop.orders.delivery[children]])


def _warn_short_gaps(shop: Shop, subs: Rows) -> None:
    """Gaps that the pattern makes so short that a parcel leaves before the one before it arrives (SS-FREQ-10)."""
    table = shop.subs
    for sub in subs.tolist():
        if table.status.item(sub) == shop.policy.subscription.active:
            shop.sub_row(
                Kind.NOTICE, sub, rule="short_gap", ship=table.ship.item(sub), delivery=table.delivery.item(sub),
                code=shop.log.code("short_gap"),
            )  # fmt: skip


def end_if_over(shop: Shop, sub: int) -> None:
    """End a course whose last child has been generated (SS-ORD-14)."""
    subs, words = shop.subs, shop.policy.subscription
    if 0 < subs.end_count.item(sub) <= subs.cycle.item(sub):
        subs.status[sub] = words.ended
        shop.sub_row(Kind.ENDED, sub, rule="ended", status_from=words.active, status_to=words.ended)


def settle_refusal(shop: Shop, order: int, outcome: int, code: int, born: bool) -> None:
    """What the platform does when the charge of a new child was not accepted (``outcome``: an `Outcome`)."""
    table, words = shop.orders, shop.policy.payment
    sub = table.sub.item(order)
    if outcome == Outcome.PENDING:
        by_np = bool(shop.policy.np_refusals) and METHODS[table.method.item(order)] in BY_NP
        told = refusals.pending(shop, order, code) if by_np else code
        shop.set_payment(order, words.pending, Kind.PENDING, code=told)
        if by_np and told == code and refusals.unknown(shop.log.vocabulary.codes.list[code]):
            refusals.hold_unknown(shop, order, code)
    elif outcome == Outcome.NO_ANSWER:
        shop.set_payment(order, words.unknown, Kind.NO_ANSWER, code=code)
        shop.aftermath.follow(order, "charge_unanswered")
        if not born:
            fail_generation(shop, sub, code or shop.log.code("no_answer"), "")
        shop.on_trouble("unanswered", sub, order, "born" if born else "unborn")
    else:
        shop.set_payment(order, words.refusal(METHODS[table.method.item(order)]), Kind.DECLINED, code=code)
        if born:
            refuse_child(shop, order, code)
        else:
            fail_generation(shop, sub, code)
        if shop.refusals.note(sub, code, table.cycle.item(order), shop.now) == shop.config.operators.refusals:
            shop.on_trouble("again", sub, order, "")


def refuse_child(shop: Shop, order: int, code: int, late: bool = False) -> None:
    """A child whose charge was refused is kept from shipping, or goes on as cash on delivery (TR-NP-01)."""
    by_table = shop.policy.np_refusals and METHODS[shop.orders.method.item(order)] in BY_NP
    if not by_table:
        block(shop, order, code)
    elif not refusals.refused(shop, order, late):
        return
    shop.on_trouble("refused", shop.orders.sub.item(order), order, "")


def fail_generation(shop: Shop, sub: int, code: int, cause: str = "payment") -> None:
    """No child came to be: the error flag is set (SS-PAY-03, SS-AMZ-04), and an operator told the cause, if any."""
    subs = shop.subs
    subs.attempt[sub] += 1
    shop.sub_row(
        Kind.GENERATION_FAILED,
        sub,
        rule="flag",
        code=code,
        method=subs.method.item(sub),
        cycle=subs.cycle.item(sub) + 1,
    )
    shop.refusals.flagged(sub, refused=cause == "payment")
    if shop.policy.failed_generation == "hold":
        hold_cycles(shop, sub, "egg_payment_failed", Actor.SYSTEM, "flag")
        if cause:
            shop.on_trouble("egg", sub, -1, cause)
        return
    raise_flag(shop, sub, code, "flag")
    if cause:
        shop.on_trouble("flag", sub, -1, cause)


def block(shop: Shop, order: int, code: int, actor: Actor = Actor.SYSTEM) -> None:
    """A child whose charge was refused is kept from shipping: status off 出荷待ち, and 出荷停止 (SS-STOP-01)."""
    policy, table = shop.policy, shop.orders
    if policy.order.blocked != policy.order.waiting:
        shop.set_status(
            order, policy.order.blocked, Kind.EDITED, Actor.SYSTEM, "ng", code=shop.log.code("status")
        )
    table.flags[order] |= STOPPED
    shop.row(Kind.HELD, order, actor, "amount_stop", code=shop.log.code("payment_error"))


def raise_flag(shop: Shop, sub: int, code: int, rule: str) -> None:
    """Set 定期注文自動生成エラー: no child until it is cleared and 再開 is pressed (SS-RACE-02)."""
    shop.subs.flag[sub] = True
    shop.sub_row(Kind.FLAG_SET, sub, rule=rule, code=code)


def amount_stop(shop: Shop, children: Rows) -> None:
    """Orders at or over the amount limit are stopped without a notice (SS-STOP-01, SS-STOP-02)."""
    limit = shop.config.schedule.amount_stop_limit
    if limit is None:
        return
    table = shop.orders
    for order in children[table.amount[children] >= limit].tolist():
        if not shop.is_stopped(order):
            table.flags[order] |= STOPPED
            shop.row(Kind.HELD, order, rule="amount_stop", code=shop.log.code("amount_limit"))
            shop.on_trouble("held", table.sub.item(order), order, "amount_limit")
