"""The desk at which operators work: the queue, working hours, and what their slips leave behind."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVarTuple

from teiki_sim import operations as ops
from teiki_sim import payments, standing
from teiki_sim.aftermath import LEFT_ALIVE
from teiki_sim.calendar import DAY, SUNDAY, weekday
from teiki_sim.customers import Customers
from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.log.statuses import OrderMeaning, PaymentMeaning
from teiki_sim.messages import UNCOVERED, Method, Outcome
from teiki_sim.shop import Shop
from teiki_sim.slip_names import SLIPS, Source

__all__ = ["WHO", "Desk", "Task", "both_survive", "shipped_close", "survives"]

WHO = Actor.OPERATOR
Task = Callable[[], None]
_Ts = TypeVarTuple("_Ts")


class Desk:
    """The queue of tasks: whoever is free first takes the next one, in working hours."""

    def __init__(self, shop: Shop, customers: Customers) -> None:
        self.shop, self.customers = shop, customers
        terms = shop.config.operators
        self._open, self._close = (seconds(clock) for clock in terms.hours)
        self._weekdays_only = terms.on_weekdays_only(shop.policy.name)
        self._service = terms.minutes_per_task * 60
        self._restarts: dict[int, int] = {}  # which restart of a subscription is the latest
        self._undeleted: dict[int, list[int]] = {}  # failed Rakuten orders that a slip left standing
        self._retried_of: dict[int, int] = {}  # an order made once more -> the one that got no answer
        self._hours = (0, -1)  # of the day found last: when a task can be begun
        self._free = [shop.now] * terms.people(shop.subs.n)  # when each operator is free again

    def later(self, days: int, task: Task) -> None:
        """Look at something again after some days."""
        self.shop.when(self.shop.later(days, self._open), self.put, task)

    def put(self, task: Callable[[*_Ts], object], *args: *_Ts) -> None:
        """Whoever is free first takes the next task: with equal service times a queue needs no more than that."""
        shop, free = self.shop, self._free
        done = self._opening(max(free[0], shop.now)) + self._service
        heapq.heapreplace(free, done)
        shop.when(done, task, *args)

    def _opening(self, at: int) -> int:
        """The first instant from ``at`` on at which a task can be begun and finished in working hours."""
        first, last = self._hours
        if first <= at <= last:
            return at
        day, clock = divmod(at, DAY)
        if clock + self._service > self._close:
            day += 1
        while self._weekdays_only and weekday(day) >= SUNDAY - 1:
            day += 1
        self._hours = first, _ = day * DAY + self._open, day * DAY + self._close - self._service
        return max(at, first)

    def _freed(self, order: int) -> bool:
        """An order at the warehouse is stopped there before it is touched (EC-WH-01, -02)."""
        if standing.meaning(self.shop, order) != OrderMeaning.WORKING:
            return True
        if not ops.stop_at_warehouse(self.shop, order, WHO):
            return False
        ops.back_to_waiting(self.shop, order, WHO)
        return True

    def payment_is(self, order: int, meaning: PaymentMeaning) -> Callable[[], bool]:
        return lambda: standing.payment_meaning(self.shop, order) == meaning

    def truth_uncaptured(self, sub: int, order: int, slip: str) -> None:
        """If the parcel leaves without cover, no capture can follow within the tolerance."""
        shop = self.shop
        done = (OrderMeaning.RETURNED, OrderMeaning.RETURN_PENDING)
        shop.truth.ships(
            shop.now, SLIPS[slip].source, slip, "INV-55", sub, order,
            lambda: shop.is_gone(order)
            and standing.payment_meaning(shop, order) not in (PaymentMeaning.CAPTURED, PaymentMeaning.NOT_NEEDED)
            and standing.meaning(shop, order) not in done,
            shop.config.grace.capture * DAY,
        )  # fmt: skip

    def truth_bare(self, order: int, slip: str) -> None:
        """The parcel may leave with nothing authorised for it: INV-02 where that was cancelled, INV-03 and INV-55."""
        shop = self.shop
        source, sub = SLIPS[slip].source, shop.orders.sub.item(order)
        for invariant, broken in (
            ("INV-02", shop.aftermath.is_cancelled),
            ("INV-03", shop.aftermath.is_bare),
        ):
            if invariant in SLIPS[slip].invariants:
                shop.truth.ships(
                    shop.now, source, slip, invariant, sub, order, partial(self._uncovered, order, broken)
                )
        self.truth_uncaptured(sub, order, slip)

    def _uncovered(self, order: int, broken: Callable[[int], bool]) -> bool:
        """Whether a payment is called for: the order may have gone over to cash on delivery meanwhile."""
        needless = standing.payment_meaning(self.shop, order) == PaymentMeaning.NOT_NEEDED
        return not needless and broken(order)

    def mend(self, sub: int, order: int, task: Callable[[], Any], *, if_waiting: bool = False) -> None:
        """Now and then the operator notices what was left undone, a day later."""
        shop = self.shop

        def mended() -> None:
            if not if_waiting or (
                not shop.is_gone(order) and standing.meaning(shop, order) == OrderMeaning.WAITING
            ):
                task()

        if shop.mends(sub, order):
            self.later(1, mended)

    def pair(
        self, sub: int, first: int, second: int, slip: str, invariant: str, source: Source = "operator"
    ) -> None:
        """Two children breach an invariant if both stand after the grace."""
        shop, now = self.shop, self.shop.now
        due = now + shop.config.grace.duplicate * DAY
        shop.truth.due(
            now, source, slip, invariant, sub, second, due,
            partial(both_survive, shop, first, second),
        )  # fmt: skip

    def _set_method(self, sub: int, method: Method) -> None:
        shop = self.shop
        shop.subs.method[sub] = method
        shop.refusals.mended(sub)
        shop.sub_row(Kind.EDITED, sub, WHO, code=shop.log.code("method"), method=int(method))

    def switch(self, sub: int, order: int, method: Method) -> None:
        """Another method for an order: the old payment is cancelled first, or forgotten (EC-UPD-03)."""
        shop = self.shop
        payment = standing.payment_meaning(shop, order)
        live = payment in (PaymentMeaning.AUTHORISED, PaymentMeaning.PENDING)
        slipped = live and method not in UNCOVERED and shop.slips("switch_without_check", sub, order)
        if (
            not slipped
            and (live or payment == PaymentMeaning.UNKNOWN)
            and not payments.let_go(shop, order, WHO, reverses=False)
        ):
            self.later(1, partial(self._switch_again, sub, order, method))  # only after the cancel (INV-30)
            return
        outcome = ops.change_method(shop, order, method, WHO, cancels_old=not slipped)
        if slipped:
            shop.aftermath.follow(order, "switch_without_check", *LEFT_ALIVE)
        if outcome != Outcome.ACCEPTED:
            return
        blocked = standing.meaning(shop, order) == OrderMeaning.BLOCKED
        if blocked and shop.policy.name == "subscstore" and shop.slips("status_left", sub, order):
            self._left_blocked(sub, order)
            return
        ops.back_to_waiting(shop, order, WHO)
        ops.release(shop, order, WHO)

    def _left_blocked(self, sub: int, order: int) -> None:
        """Slip: the new method is in order, and the status still keeps the order from shipping (SS-NP-02)."""
        shop = self.shop
        paid = (PaymentMeaning.AUTHORISED, PaymentMeaning.NOT_NEEDED)
        shop.truth.due(
            shop.now, "operator", "status_left", "INV-20", sub, order,
            shop.now + shop.config.grace.method_switch * DAY,
            lambda: standing.meaning(shop, order) == OrderMeaning.BLOCKED
            and standing.payment_meaning(shop, order) in paid,
        )  # fmt: skip
        self.mend(sub, order, lambda: self._let_go_on(order))

    def _let_go_on(self, order: int) -> None:
        if standing.meaning(self.shop, order) == OrderMeaning.BLOCKED:
            ops.back_to_waiting(self.shop, order, WHO)
            ops.release(self.shop, order, WHO)

    def _switch_again(self, sub: int, order: int, method: Method) -> None:
        stands = standing.meaning(self.shop, order) in (OrderMeaning.WAITING, OrderMeaning.BLOCKED)
        if stands and self.shop.orders.method.item(order) != method:
            self.switch(sub, order, method)


def both_survive(shop: Shop, first: int, second: int) -> bool:
    """Whether neither of two children was cancelled or deleted."""
    return survives(shop, first) and survives(shop, second)


def shipped_close(shop: Shop, sub: int, order: int, day: int, source: Source, slip: str) -> None:
    """INV-15 is broken if by a day this order and one after it have left less than the lead apart."""
    lead = shop.config.carriers[shop.config.default_carrier].lead_days

    def broken() -> bool:
        other = shop.subs.last_order.item(sub)
        planned = shop.orders.ship
        gone = other != order and shop.is_gone(other) and shop.is_gone(order)
        return gone and abs(planned.item(other) - planned.item(order)) < lead

    shop.truth.due(shop.now, source, slip, "INV-15", sub, -1, day * DAY, broken)


def survives(shop: Shop, order: int) -> bool:
    return order >= 0 and standing.meaning(shop, order) not in (OrderMeaning.CANCELLED, OrderMeaning.DELETED)


def seconds(clock: str) -> int:
    return int(clock[:2]) * 3600 + int(clock[3:]) * 60
