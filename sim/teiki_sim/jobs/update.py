"""一括更新: the fields of many orders, and of what they belong to, set or cleared at once (EC-UPD-01)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from teiki_sim.jobs.job import JobKind, Stopped, Work
from teiki_sim.jobs.results import DONE, FAILED, Reason, by_rule
from teiki_sim.jobs.update_fields import Update
from teiki_sim.jobs.update_orders import update_orders
from teiki_sim.jobs.update_subscriptions import update_subscriptions
from teiki_sim.log.statuses import PAYMENT_MEANING, PaymentMeaning

__all__ = ["UPDATE_KINDS"]

_SINGLE = Reason(
    "EC-UPD-10",
    "定期受注に紐づかない受注です。",
    "The order belongs to no subscription: nothing to set there.",
)


def _update(work: Work) -> None:
    """Each row that may be changed is changed whole; one that may not is left as it was (modelled)."""
    shop, fields = work.shop, work.args
    if fields.carrier is not None and fields.carrier not in shop.carriers:
        names = ", ".join(shop.carriers)
        raise Stopped("EC-UPD-01", f"配送業者は次のいずれか: {names}", f"the carrier must be one of {names}")
    may = ~_final(work, fields)
    work.results.set(~may, by_rule("EC-UPD-04"))
    if fields.of_orders:
        update_orders(shop, work.orders[may], fields, work.actor)
    if fields.of_subscriptions:
        child = shop.orders.sub[work.orders] >= 0
        work.results.set(may & ~child, _SINGLE, DONE if fields.of_orders else FAILED)
        update_subscriptions(work, (may & child).nonzero()[0])


def _final(work: Work, fields: Update) -> NDArray[np.bool_]:
    """Captured orders keep their method and carrier (EC-UPD-04)."""
    shop = work.shop
    touched = fields.method is not None or fields.carrier is not None
    if not touched or not shop.policy.captured_is_final:
        return np.zeros(len(work.orders), np.bool_)
    captured: NDArray[np.bool_] = PAYMENT_MEANING[shop.orders.payment[work.orders]] == PaymentMeaning.CAPTURED
    return captured


UPDATE_KINDS: dict[str, JobKind] = {"update": JobKind(Update, _update, "一括更新", "bulk update")}
"""By the name that a job's ``kind`` takes."""
