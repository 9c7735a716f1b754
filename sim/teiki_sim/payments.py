"""What a store does about one order's payment: cancel, refund, reauthorise, look up what was not answered."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from teiki_sim import nightly, points, silent, undone
from teiki_sim.calendar import month_of, month_start
from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.log.statuses import OrderMeaning, PaymentMeaning
from teiki_sim.messages import (
    DEFERRED,
    METHOD_NAMES,
    METHODS,
    UNCOVERED,
    Answer,
    Charges,
    Method,
    Operation,
    Outcome,
)
from teiki_sim.shipping import ask_about
from teiki_sim.shop import Shop
from teiki_sim.standing import RefusedError, meaning, payment_meaning, refuse

Verdict = tuple[Outcome, str]
"""What an authorisation came to, with the provider's code."""

_NP_PAIR = frozenset((int(Method.NP), int(Method.NP_WIZ)))

#: What a provider answers to a call that the shop's contract does not have.
NOT_OFFERED = "NOT_OFFERED"


_REFUSED_BY = {"CannotCloseBillingAgreement": "agreement"}
"""Codes of a refused cancel that say more than that it is too late (SS-AMZ-03)."""


def cancel_payment(shop: Shop, order: int, actor: Actor, *, reverses: bool = True) -> bool:
    """取消: cancel at the provider and in the store (EC-CAN-02); True once the provider has agreed.

    Points are then reversed (EC-PAY-02), unless the order goes on with another payment: ``reverses`` False.

    Raises `RefusedError` where the provider refuses (EC-SHP-03, EC-SHP-06), and on ecforce where no authorisation
    stands (EC-CAN-06: `force_cancel` is the way); elsewhere the store notes such a cancel alone.
    """
    done = _cancel(shop, order, actor)
    if done and reverses:
        points.reverse(shop, order, actor)
    return done


def _cancel(shop: Shop, order: int, actor: Actor) -> bool:
    words = shop.policy.payment
    before = payment_meaning(shop, order)
    if before == PaymentMeaning.REFUSED and shop.policy.forced_when_uncovered:
        raise refuse(shop, order, -1, "uncovered", "cancel", actor)
    if before in (
        PaymentMeaning.CANCELLED,
        PaymentMeaning.REFUNDED,
        PaymentMeaning.NOT_NEEDED,
        PaymentMeaning.NONE,
    ):
        return True
    if before == PaymentMeaning.REFUSED:
        shop.set_payment(order, words.cancelled, Kind.PAYMENT_CANCELLED, actor, code=shop.log.code("forced"))
        return True
    if before == PaymentMeaning.UNKNOWN and not _found_live(shop, order, actor):
        return payment_meaning(shop, order) == PaymentMeaning.CANCELLED
    operation, kind, after = Operation.CANCEL, Kind.PAYMENT_CANCELLED, words.cancelled
    for _ in range(3):
        answer = shop.gateway.ask(ask_about(shop, order, operation, _owed(shop, order)))
        if answer.outcome == Outcome.ACCEPTED and answer.state != "CANCELLING":
            shop.set_payment(order, after, kind, actor)
            silent.hear(shop)
            return True
        if answer.outcome == Outcome.NO_ANSWER:
            shop.set_payment(order, words.unknown, Kind.NO_ANSWER, actor, code=shop.log.code("cancel"))
            shop.aftermath.follow(order, "cancel_unanswered")
            if not _found_live(shop, order, actor):
                break
        elif (
            answer.outcome == Outcome.DECLINED and _refundable(shop, order) and operation == Operation.CANCEL
        ):
            # Some providers give captured money back, and cancel nothing captured.
            operation, kind, after = Operation.REFUND, Kind.REFUNDED, words.refunded
        elif answer.outcome == Outcome.DECLINED:
            deferred = METHODS[shop.orders.method.item(order)] in DEFERRED
            rule = _REFUSED_BY.get(answer.code, "paid" if deferred else "window")
            raise refuse(shop, order, -1, rule, answer.code or "cancel", actor)
        else:
            silent.hear(shop)
            return False  # accepted, and takes effect later
    return payment_meaning(shop, order) == PaymentMeaning.CANCELLED


def _refundable(shop: Shop, order: int) -> bool:
    """Captured, and not by a deferred invoice, which can only be cancelled."""
    captured = payment_meaning(shop, order) == PaymentMeaning.CAPTURED
    return captured and METHODS[shop.orders.method.item(order)] not in DEFERRED


def let_go(shop: Shop, order: int, actor: Actor, *, reverses: bool = True) -> bool:
    """End a payment the way that is open: 取消, or 強制取消 where none stands; False where neither works yet."""
    if payment_meaning(shop, order) == PaymentMeaning.REFUSED:
        force_cancel(shop, order, actor, reverses=reverses)
        return True
    try:
        return cancel_payment(shop, order, actor, reverses=reverses)
    except RefusedError:
        return False


def _owed(shop: Shop, order: int) -> int:
    """What would be given back: what was, or would be, captured (yen)."""
    orders = shop.orders
    at_capture = orders.method.item(order) == Method.AMAZON_PAY
    owed: int = (orders.amount if at_capture else orders.covered).item(order)
    return owed


def _found_live(shop: Shop, order: int, actor: Actor) -> bool:
    """Look an unanswered transaction up by its key and note what the provider has; whether it is live."""
    orders, words = shop.orders, shop.policy.payment
    answer = shop.gateway.ask(ask_about(shop, order, Operation.INQUIRE))
    if answer.outcome == Outcome.NO_ANSWER:
        shop.on_trouble("cancel_unanswered", orders.sub.item(order), order, "")
        return False
    if answer.transaction >= 0:
        orders.transaction[order] = answer.transaction
    status = {"AUTHORISED": words.authorised, "PENDING": words.pending, "CAPTURED": words.captured}
    found = status.get(answer.state, words.cancelled)
    shop.set_payment(order, found, Kind.INQUIRED, actor, code=shop.log.code(answer.state or "unknown"))
    return answer.state in status


def force_cancel(shop: Shop, order: int, actor: Actor, *, reverses: bool = True) -> None:
    """強制取消: the store alone, the provider is not told; points are reversed all the same (EC-PAY-06)."""
    code = shop.log.code("forced")
    shop.set_payment(order, shop.policy.payment.cancelled, Kind.PAYMENT_CANCELLED, actor, code=code)
    if reverses:
        points.reverse(shop, order, actor)


def reauthorise(shop: Shop, order: int, actor: Actor) -> Outcome:
    """再オーソリ: a new verdict on the order as it now is; the old authorisation is replaced (EC-PAY-04)."""
    return ask_verdict(shop, order, actor)[0]


def ask_verdict(shop: Shop, order: int, actor: Actor) -> Verdict:
    """`reauthorise`, with the provider's code where it said no.

    Raises `RefusedError` where the platform does not permit it (EC-PAY-04).
    """
    orders = shop.orders
    method = METHODS[orders.method.item(order)]
    before = payment_meaning(shop, order)
    if order in shop.notes.method_before:
        return _under_new_method(shop, order, actor)
    if before == PaymentMeaning.CANCELLED:
        if method not in shop.policy.reauthorises_cancelled:
            raise refuse(shop, order, -1, "after_cancel", "reauthorise", actor)
        register_anew(shop, order)
        return _authorise(shop, order, actor, Kind.REAUTHORISED)
    failed = before == PaymentMeaning.REFUSED
    if failed and not shop.policy.reauthorises_refused.get(method, True):
        raise refuse(shop, order, -1, "rakuten_refused", "reauthorise", actor)
    shop.tries[order] = attempt = shop.tries.get(order, 0) + 1
    if _lacks_instrument(shop, order):
        answer = Answer(Outcome.DECLINED, code=nightly.NO_INSTRUMENT)
    else:
        answer = shop.gateway.ask(ask_about(shop, order, Operation.REAUTHORISE, attempt=attempt))
    if answer.code == NOT_OFFERED and before in (PaymentMeaning.AUTHORISED, PaymentMeaning.PENDING):
        return _not_offered(shop, order, actor)
    stands = answer.outcome == Outcome.DECLINED and _still_authorised(shop, order)
    # Providers that authorise first keep the old one (EC-REA-05); it covers another order than this now is.
    lost = stands and not _drop(shop, order)
    if answer.transaction >= 0:
        orders.transaction[order] = answer.transaction
    outcome = _note_verdict(shop, order, answer.outcome, answer.code, Kind.REAUTHORISED, actor)
    if lost:
        shop.aftermath.follow(order, "cancel_unanswered")
    return outcome


def change_captured(shop: Shop, order: int, amount: int, actor: Actor) -> None:
    """Another amount (yen) for what is captured, at the provider (EC-SHP-06).

    Raises `RefusedError` where it takes no change, or only a decrease (EC-REA-03), or not any more (EC-SHP-06); the
    order then stays as it is.
    """
    orders = shop.orders
    if shop.uncovered[orders.method.item(order)]:
        return
    shop.tries[order] = attempt = shop.tries.get(order, 0) + 1
    answer = shop.gateway.ask(ask_about(shop, order, Operation.CHANGE, amount, attempt=attempt))
    if answer.outcome != Outcome.ACCEPTED:
        rule = "window" if _past_period(shop, order) else "no_change"
        raise refuse(shop, order, -1, rule, answer.code or "change", actor)
    orders.covered[order] = amount


def _past_period(shop: Shop, order: int) -> bool:
    """Whether the provider's period for changes is over, by the shop's own terms and the planned ship date."""
    terms = shop.config.payments[METHOD_NAMES[shop.orders.method.item(order)]]
    ship = shop.orders.ship.item(order)
    if terms.change_days is not None and shop.today > ship + terms.change_days:
        return True
    ends = terms.change_month_ends
    return ends is not None and shop.today >= month_start(month_of(ship) + ends + 1)


def _not_offered(shop: Shop, order: int, actor: Actor) -> Verdict:
    """The provider does not do it under this contract: the old authorisation stands, and somebody has to look."""
    shop.row(Kind.REFUSED, order, actor, "reauthorise", code=shop.log.code("not_offered"))
    shop.not_offered.add(order)
    money = shop.orders.covered.item(order) != shop.orders.amount.item(order)
    if order not in shop.unauthorised:
        undone.tell(shop, order, "edit_refused", shop.tries[order], money=money, asked=False)
    shop.on_trouble("not_offered", shop.orders.sub.item(order), order, "")
    return Outcome.DECLINED, NOT_OFFERED


def _still_authorised(shop: Shop, order: int) -> bool:
    return shop.gateway.state(shop.orders.transaction.item(order)) == "AUTHORISED"


def _drop(shop: Shop, order: int) -> bool:
    """Cancel an authorisation that the shop has no more use for; False where no answer came to three tries."""
    asked = (shop.gateway.ask(ask_about(shop, order, Operation.CANCEL)) for _ in range(3))
    return any(answer.outcome != Outcome.NO_ANSWER for answer in asked)


def _lacks_instrument(shop: Shop, order: int) -> bool:
    sub = shop.orders.sub.item(order)
    method = METHODS[shop.orders.method.item(order)]
    return sub >= 0 and shop.instruments.lacks(shop.subs.customer.item(sub), method)


def register_anew(shop: Shop, order: int) -> None:
    """Before a cancelled NP後払い is registered anew, its link data, slip number and shipped date go (EC-PAY-05).

    They are not restored where the registration fails (modelled).
    """
    shop.orders.transaction[order] = -1
    if shop.is_gone(order):
        shop.notes.slip[order] = 0
    if shop.notes.shipped_on.get(order) >= 0:
        shop.notes.shipped_on.set(np.array([order]), -1)


def _under_new_method(shop: Shop, order: int, actor: Actor) -> Verdict:
    """The method was changed: what stood under the old one is let go of, and the new one asked (EC-UPD-07, -09).

    Between NP後払い and wiz the old transaction is the operator's to cancel (EC-UPD-03). It includes the recalculation
    that a changed carrier asks for (modelled).
    """
    orders, notes = shop.orders, shop.notes
    old, transaction = notes.method_before.pop(order)
    method = METHODS[orders.method.item(order)]
    if frozenset((old, method)) != _NP_PAIR and transaction >= 0 and METHODS[old] not in UNCOVERED:
        asked = ask_about(shop, order, Operation.CANCEL, _owed(shop, order))
        asked = replace(asked, method=METHODS[old], transaction=transaction)
        for _ in range(3):
            if shop.gateway.ask(asked).outcome != Outcome.NO_ANSWER:
                break
    if (fee := carrier_difference(shop, order)) is not None:
        orders.amount[order] += fee
        notes.reauthorised_with_carrier[order] = fee
        shop.row(Kind.EDITED, order, actor, amount=orders.amount.item(order), code=shop.log.code("fees"))
    if method in UNCOVERED:
        orders.payment[order] = shop.policy.payment.not_needed
        return Outcome.ACCEPTED, ""
    return _authorise(shop, order, actor, Kind.REAUTHORISED)


def carrier_difference(shop: Shop, order: int) -> int | None:
    """By how much a changed carrier changes the shipping fee; None where none waits to be taken in."""
    before = shop.notes.carrier_before.pop(order, None)
    if before is None:
        return None
    product = shop.orders.product.item(order)
    now = int(shop.carriers_of(np.array([order]))[0])
    return int(shop.fees.shipping(product, now)) - int(shop.fees.shipping(product, before))


def _note_verdict(
    shop: Shop, order: int, outcome: Outcome, code: str, accepted: Kind, actor: Actor
) -> Verdict:
    orders, words = shop.orders, shop.policy.payment
    word = shop.log.code(code) if code else 0
    if outcome == Outcome.ACCEPTED:
        orders.covered[order] = orders.amount[order]
        shop.set_payment(order, words.authorised, accepted, actor, code=word)
    elif outcome == Outcome.PENDING:
        shop.set_payment(order, words.pending, Kind.PENDING, actor, code=word)
    elif outcome == Outcome.DECLINED:
        shop.set_payment(
            order, words.refusal(METHODS[orders.method.item(order)], code), Kind.DECLINED, actor, code=word
        )
        if meaning(shop, order) == OrderMeaning.WAITING and not shop.is_stopped(order):
            nightly.block(shop, order, word, actor)
    else:
        shop.set_payment(order, words.unknown, Kind.NO_ANSWER, actor, code=word)
        shop.aftermath.follow(order, "charge_unanswered")
        shop.on_trouble("unanswered", orders.sub.item(order), order, "born")
    return outcome, code


def authorise_anew(shop: Shop, order: int, actor: Actor) -> Outcome:
    """A first authorisation of the order's present method."""
    return _authorise(shop, order, actor, Kind.AUTHORISED)[0]


def _authorise(shop: Shop, order: int, actor: Actor, accepted: Kind) -> Verdict:
    orders = shop.orders
    one = np.array([order], np.int32)
    shop.tries[order] = attempt = shop.tries.get(order, 0) + 1
    if _lacks_instrument(shop, order):
        return _note_verdict(shop, order, Outcome.DECLINED, nightly.NO_INSTRUMENT, Kind.AUTHORISED, actor)
    answers = shop.gateway.authorise(
        Charges(
            shop.now, one, orders.sub[one], shop.consumers(one), np.maximum(orders.cycle[one], 0),
            np.array([attempt + 16], np.int16), orders.method[one], orders.amount[one],
        )
    )  # fmt: skip
    orders.transaction[order] = answers.transaction[0]
    code = shop.log.vocabulary.codes.list[int(answers.code[0])]
    return _note_verdict(shop, order, Outcome(int(answers.outcome[0])), code, accepted, actor)
