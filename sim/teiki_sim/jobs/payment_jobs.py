"""決済状況一括変更: the five operations on the payments of many orders (EC-PAY-01 to -06)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from teiki_sim.config_parts import Part
from teiki_sim.jobs.job import JobKind, Work
from teiki_sim.jobs.results import Reason, by_provider
from teiki_sim.log.statuses import ORDER_MEANING, PAYMENT_MEANING, OrderMeaning, PaymentMeaning
from teiki_sim.messages import Outcome
from teiki_sim.shipping import IS_DEFERRED, send, slip_numbers
from teiki_sim.tables import GONE, Rows

if TYPE_CHECKING:
    from teiki_sim.shop import Shop

__all__ = ["PAYMENT_KINDS", "registered_slips"]

_CAPTURABLE = np.isin(PAYMENT_MEANING, (PaymentMeaning.AUTHORISED, PaymentMeaning.CAPTURE_FAILED))
_SHIPPED = ORDER_MEANING == OrderMeaning.SHIPPED


class NoArguments(Part):
    """Nothing to be said."""


def _not_open(status: str) -> Reason:
    """The payment stands elsewhere when the job comes to it (EC-JOB-04)."""
    return Reason(
        "EC-JOB-04",
        f"実行時の決済状況が「{status or '-'}」のため処理できません。",
        f"The payment status was {status or '-'} when the job ran: nothing can be done.",
    )


def fail_by_status(work: Work, wrong: NDArray[np.bool_]) -> None:
    """Rows whose payment status does not permit the operation as it runs."""
    from teiki_sim.log.statuses import NAMES

    payment = work.shop.orders.payment[work.orders]
    for status in np.unique(payment[wrong]).tolist():
        work.results.set(wrong & (payment == status), _not_open(NAMES[status]))


def registered_slips(shop: Shop, orders: Rows) -> NDArray[np.int64]:
    """Slip numbers as the shop has them: that of the import, or as typed; 0 where there is none (EC-PAY-01)."""
    table = shop.orders
    known = _SHIPPED[table.status[orders]] & (table.flags[orders] & GONE > 0)
    slips: NDArray[np.int64] = np.where(known, slip_numbers(orders), 0)
    typed = shop.notes.slip
    for i in [i for i, order in enumerate(orders.tolist()) if order in typed] if typed else ():
        slips[i] = typed[int(orders[i])]
    return slips


def _capture(work: Work) -> None:
    """売上処理: captured at the provider and in the shop (EC-PAY-01)."""
    shop, orders = work.shop, work.orders
    ready = _CAPTURABLE[shop.orders.payment[orders]]
    fail_by_status(work, ~ready)
    due = orders[ready]
    if not len(due):
        return
    deferred = IS_DEFERRED[shop.orders.method[due]]
    slips = np.where(deferred, registered_slips(shop, due), 0)
    answers = send(shop, due, slips, work.actor)
    fail_by_answers(work, ready.nonzero()[0], answers.outcome, answers.code)


def fail_by_answers(work: Work, places: NDArray[Any], outcome: NDArray[Any], code: NDArray[Any]) -> None:
    """Rows that the provider refused, by its codes, or did not answer."""
    words = work.shop.log.vocabulary.codes.list
    bad = outcome != Outcome.ACCEPTED
    for number in np.unique(code[bad]).tolist():
        work.results.set(places[bad & (code == number)], by_provider(words[number]))


PAYMENT_KINDS: dict[str, JobKind] = {
    "capture": JobKind(NoArguments, _capture, "売上処理", "bulk capture"),
}
