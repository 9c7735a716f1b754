"""Operators: which task each piece of trouble gives them, and the parcels that come back to them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from teiki_sim import counts, fraud, payments, standing
from teiki_sim import operations as ops
from teiki_sim.calendar import DAY
from teiki_sim.config_defaults import METHOD_PROVIDER
from teiki_sim.customers import Customers
from teiki_sim.desk import WHO
from teiki_sim.holds.desk import HoldDesk
from teiki_sim.log.kinds import Kind
from teiki_sim.log.statuses import OrderMeaning, PaymentMeaning
from teiki_sim.messages import DEFERRED, METHOD_NAMES, METHODS
from teiki_sim.records import Records
from teiki_sim.requests.answers import Answers
from teiki_sim.shop import Shop
from teiki_sim.wishes import Wishes

__all__ = ["Operators"]

_PATIENCE = 5
"""Days after which a return that the provider does not answer is taken back (modelled)."""


class Operators(Wishes, HoldDesk, Records, Answers):
    """The people at the desk. ``trouble`` puts work on their queue."""

    def __init__(self, shop: Shop, customers: Customers) -> None:
        super().__init__(shop, customers)
        self._do: dict[str, Callable[[int, int, Any], None]] = {
            "wish": self._wish,
            "flag": self._flag,
            "refused": self._refused,
            "unanswered": self._unanswered,
            "not_offered": self._not_offered,
            "cancel_unanswered": self._cancel_unanswered,
            "capture": self._capture_failed,
            "settle": self._settle,
            "uncounted": self._uncounted,
            "returned": self._returned,
            "held": self._held,
            "address": self.carry,
            "egg": self._egg,
            "ask_np": self._ask_np,
            "amount_differs": self.settle_amount,
            "message": self._message,
            "again": self._again,
            "adjustment": self.settle_adjustment,
            "acquirer": partial(fraud.heed, self),
        }
        self._overlooked: dict[str, tuple[str, str]] = {}
        if shop.policy.failed_generation == "hold":
            self._do["refused"] = self._refused_held
            self._do["held"] = self.check_held
            self._overlooked = {
                "egg": ("hold_unseen", "operator"),
                "refused": ("ng_unseen", "provider"),
                "held": ("hold_unseen", "operator"),
            }

    def _uncounted(self, sub: int, order: int, _more: str) -> None:
        """Cancelled deliveries do not count here: the count is lowered, as long as no later order was made by it."""
        shop = self.shop
        if not counts.awaits_lowering(shop, sub, order):
            return
        if shop.slips("count_not_lowered", sub, order):
            due = shop.now + shop.config.grace.count * DAY
            shop.truth.due(
                shop.now, "operator", "count_not_lowered", "INV-33", sub, order, due,
                lambda: counts.awaits_lowering(shop, sub, order),
            )  # fmt: skip
            return
        counts.lower(shop, order, WHO)
        counts.recalculate(shop, sub, WHO)

    def trouble(self, what: str, sub: int, order: int, more: Any = "") -> None:
        """Put a task on the queue."""
        if self._overlooked:
            self.assign(what, sub, order, more)
        held = what != "refused" or standing.meaning(self.shop, order) == OrderMeaning.BLOCKED
        if what in self._overlooked and sub >= 0 and held:
            slip, source = self._overlooked[what]
            if self.unseen(sub, order, lambda: self.put(self._do[what], sub, order, more), slip, source):
                return
        self.put(self._do[what], sub, order, more)

    def look_for_stale_dates(self) -> None:
        """Active rows of the book whose next delivery is over: they pour out by the platform's own rule (EC-SUB-05)."""
        shop, subs, n = self.shop, self.shop.subs, self.shop.subs.n
        stale = (subs.delivery[:n] >= 0) & (subs.delivery[:n] <= shop.today)
        stale &= (subs.status[:n] == shop.policy.subscription.active) & ~subs.flag[:n] & ~subs.held[:n]
        for sub in np.flatnonzero(stale).tolist():
            self.watch_flood(sub, "book", "stale_date")

    def _returned(self, sub: int, order: int, back: int) -> None:
        """A parcel came back: cancel the payment and note the return, or forget the payment."""
        shop = self.shop
        if self.asked_for(order, back):
            return
        if standing.meaning(shop, order) != OrderMeaning.SHIPPED:
            return
        shop.refused_parcels.add(order)
        deferred = METHODS[shop.orders.method.item(order)] in DEFERRED
        if sub >= 0 and deferred and shop.slips("return_just_before_paid", sub, order):
            self.paid_while_returning(order, "return_just_before_paid")
            return
        captured = standing.payment_meaning(shop, order) == PaymentMeaning.CAPTURED
        if sub >= 0 and captured and not deferred and shop.slips("forgot_payment_cancel", sub, order):
            ops.process_return(shop, order, WHO, cancels=False)
            self.hold_after_return(sub)
            shop.aftermath.follow(order, "forgot_payment_cancel")
            self.mend(sub, order, lambda: payments.let_go(shop, order, WHO))
            return
        ops.process_return(shop, order, WHO)
        self.hold_after_return(sub)
        if deferred and order in shop.returning and self._answers_late(order):
            shop.when(shop.later(_PATIENCE, 11 * 3600), self._taken_back, sub, order)

    def _answers_late(self, order: int) -> bool:
        """Whether the provider's later results come days late, by the configuration."""
        config, method = self.shop.config, METHOD_NAMES[self.shop.orders.method.item(order)]
        provider = config.providers.get(METHOD_PROVIDER[method] or "")
        return provider is not None and provider.faults.late_days > 0

    def _taken_back(self, sub: int, order: int) -> None:
        """The provider is late with the outcome of a cancel: the return is taken back as if it were refused (INV-17)."""
        shop = self.shop
        if order not in shop.returning:
            return
        words = shop.policy.order
        if shop.orders.status.item(order) != words.return_pending or words.return_pending == words.returned:
            return
        shop.set_status(order, words.shipped, Kind.EDITED, WHO, code=shop.log.code("status"))
        shop.returning.discard(order)
        shop.truth.broke(shop.now, "provider", "late_cancel_outcome", "INV-17", sub, order)

    def paid_while_returning(self, order: int, slip: str) -> None:
        """Timing: the customer pays while the return's cancel is under way, so the provider refuses it (INV-26, -28)."""
        shop = self.shop
        ops.process_return(shop, order, WHO)
        if order not in shop.returning:
            return
        shop.refused_parcels.discard(order)
        shop.invoices.setdefault(shop.today + 1, []).append(order)
        shop.aftermath.cancelling(order, slip)
        shop.aftermath.follow(order, slip)

    def _held(self, sub: int, order: int, _reason: str) -> None:
        """An order stopped by a rule of the shop: looked at and let go."""
        if standing.meaning(self.shop, order) == OrderMeaning.WAITING:
            ops.release(self.shop, order, WHO)
