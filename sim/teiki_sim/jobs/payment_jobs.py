"""決済状況一括変更: the five operations on the payments of many orders (EC-PAY-01 to -06)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from teiki_sim import operations as ops
from teiki_sim import payments, shipping
from teiki_sim.config_parts import Part
from teiki_sim.jobs.after_cancel import Cancelling, follow
from teiki_sim.jobs.job import JobKind, Work
from teiki_sim.jobs.results import Reason, by_provider, by_rule
from teiki_sim.log.statuses import NAMES, ORDER_MEANING, PAYMENT_MEANING, OrderMeaning, PaymentMeaning
from teiki_sim.messages import Outcome
from teiki_sim.standing import RefusedError
from teiki_sim.tables import GONE, STOPPED, Rows

if TYPE_CHECKING:
    from teiki_sim.shop import Shop

__all__ = ["PAYMENT_KINDS", "imported_slips"]

_P = PaymentMeaning
_SHIPPED = ORDER_MEANING == OrderMeaning.SHIPPED
#: By payment status: what each operation has something to do on when the job comes to it.
_CAPTURABLE = np.isin(PAYMENT_MEANING, (_P.AUTHORISED, _P.CAPTURE_FAILED))
_CANCELLABLE = np.isin(
    PAYMENT_MEANING, (_P.AUTHORISED, _P.PENDING, _P.REFUSED, _P.CAPTURED, _P.CAPTURE_FAILED, _P.UNKNOWN)
)
_AUTHORISABLE = np.isin(
    PAYMENT_MEANING, (_P.AUTHORISED, _P.PENDING, _P.REFUSED, _P.CANCELLED, _P.CAPTURE_FAILED)
)
_FORCIBLE = ~np.isin(PAYMENT_MEANING, (_P.CAPTURED, _P.NONE))
_REMOVABLE = ~np.isin(PAYMENT_MEANING, (_P.CANCELLED, _P.REFUNDED, _P.NONE))
_LATER = Reason("", "決済会社で取消を処理しています。", "The provider's cancel takes effect later.")
_ON_HOLD = Reason("", "与信審査中です。", "The authorisation is on hold at the provider.")


class NoArguments(Part):
    """Nothing to be said."""


def fail_by_status(
    work: Work, ready: NDArray[np.bool_], but: NDArray[np.bool_] | None = None
) -> NDArray[np.intp]:
    """Rows whose payment stands elsewhere when the job comes to them fail (EC-JOB-04), but for some.

    Gives the places of the others. ``ready`` says by payment status which have something to be done.
    """
    payment = work.shop.orders.payment[work.orders]
    fits = ready[payment]
    if but is not None:
        fits |= but
    for status in np.unique(payment[~fits]).tolist():
        name = NAMES[status] or "-"
        reason = Reason(
            "EC-JOB-04",
            f"実行時の決済状況が「{name}」のため処理できません。",
            f"The payment status was {name} when the job ran: nothing can be done.",
        )
        work.results.set(~fits & (payment == status), reason)
    places: NDArray[np.intp] = fits.nonzero()[0]
    return places


def fail_by_answers(work: Work, places: NDArray[Any], outcome: NDArray[Any], code: NDArray[Any]) -> None:
    """Rows that the provider refused, by its codes, or did not answer."""
    words = work.shop.log.vocabulary.codes.list
    bad = outcome != Outcome.ACCEPTED
    for number in np.unique(code[bad]).tolist():
        work.results.set(places[bad & (code == number)], by_provider(words[number]))


def one_by_one(work: Work, places: NDArray[Any], do: Callable[[int], Reason | None]) -> None:
    """Go through some rows; what the platform refuses fails by its rule, a reason given is a remark or a failure."""
    results = work.results
    for place, order in zip(places.tolist(), work.orders[places].tolist(), strict=True):
        try:
            reason = do(order)
        except RefusedError as refused:
            results.set(place, by_rule(refused.rule))
            continue
        if reason is not None:
            if reason.code:
                results.set(place, reason)
            else:
                results.note(place, reason)


def imported_slips(shop: Shop, orders: Rows) -> NDArray[np.int64]:
    """Slip numbers as the import brought them, 0 where there is none yet (EC-PAY-01)."""
    table = shop.orders
    known = _SHIPPED[table.status[orders]] & (table.flags[orders] & GONE > 0)
    slips: NDArray[np.int64] = np.where(known, shipping.slip_numbers(orders), 0)
    return slips


def _capture(work: Work) -> None:
    """売上処理: captured at the provider and in the shop (EC-PAY-01)."""
    shop = work.shop
    places = fail_by_status(work, _CAPTURABLE)
    due = work.orders[places]
    if len(due):
        deferred = shipping.IS_DEFERRED[shop.orders.method[due]]
        answers = shipping.send(shop, due, np.where(deferred, imported_slips(shop, due), 0), work.actor)
        fail_by_answers(work, places, answers.outcome, answers.code)


def _cancel(work: Work) -> None:
    """取消処理: cancelled at the provider and in the shop; points and subscription follow (EC-PAY-02, -03)."""
    shop, actor, chosen = work.shop, work.actor, work.args

    def cancel(order: int) -> Reason | None:
        done = payments.cancel_payment(shop, order, actor)
        if not done and shop.orders.payment.item(order) == shop.policy.payment.unknown:
            return by_provider("")
        follow(shop, order, chosen, actor)
        return None if done else _LATER

    one_by_one(work, fail_by_status(work, _CANCELLABLE), cancel)


def _reauthorise(work: Work) -> None:
    """再オーソリ処理: a new verdict on each order as it now is (EC-PAY-04, -05)."""
    shop, actor = work.shop, work.actor

    def again(order: int) -> Reason | None:
        outcome, code = payments.ask_verdict(shop, order, actor)
        if outcome == Outcome.ACCEPTED:
            if shop.orders.flags.item(order) & STOPPED and not shop.is_gone(order):
                ops.release(shop, order, actor)
            return None
        return _ON_HOLD if outcome == Outcome.PENDING else by_provider(code)

    changed = shop.notes.method_before  # whatever its status says, a changed method is to be asked
    some = np.array([order in changed for order in work.orders.tolist()], np.bool_) if changed else None
    one_by_one(work, fail_by_status(work, _AUTHORISABLE, but=some), again)


def _force_capture(work: Work) -> None:
    """強制売上処理: the shop's side alone (EC-PAY-06)."""
    shop = work.shop
    for order in work.orders[fail_by_status(work, _FORCIBLE)].tolist():
        shipping.force_capture(shop, order)


def _force_cancel(work: Work) -> None:
    """強制取消処理: the shop's side alone; points and subscription follow as with 取消 (EC-PAY-06)."""
    shop, actor = work.shop, work.actor
    for order in work.orders[fail_by_status(work, _REMOVABLE)].tolist():
        payments.force_cancel(shop, order, actor)
        follow(shop, order, work.args, actor)


PAYMENT_KINDS: dict[str, JobKind] = {
    "capture": JobKind(NoArguments, _capture, "売上処理", "bulk capture"),
    "cancel": JobKind(Cancelling, _cancel, "取消処理", "bulk cancel of payments"),
    "reauthorise": JobKind(NoArguments, _reauthorise, "再オーソリ処理", "bulk reauthorisation"),
    "force_capture": JobKind(NoArguments, _force_capture, "強制売上処理", "forced bulk capture"),
    "force_cancel": JobKind(Cancelling, _force_cancel, "強制取消処理", "forced bulk cancel"),
}
"""By the name that a job's ``kind`` takes."""
