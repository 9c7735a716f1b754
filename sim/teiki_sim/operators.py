"""Operators: a queue of tasks, working hours, and the care (or lack of it) with which each task is done.

Every task is written as the careful operator does it; a slip is a branch that does less, and it is
written to the truth table where it is made.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from teiki_sim import nightly
from teiki_sim import operations as ops
from teiki_sim.calendar import DAY, SUNDAY, weekday
from teiki_sim.customers import Customers, Wish, new_method
from teiki_sim.draws import Purpose, spread
from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.log.statuses import OrderMeaning, PaymentMeaning
from teiki_sim.messages import DEFERRED, UNCOVERED, Method, Operation, Outcome
from teiki_sim.shipping import ask_about, force_capture, print_invoices
from teiki_sim.shop import Shop
from teiki_sim.tables import CAPTURE_TRIED, FORCED, GONE, HANDED_OVER

__all__ = ["Operators"]

WHO = Actor.OPERATOR
Task = Callable[[], None]


class Operators:
    """The people at the desk. ``trouble`` puts work on their queue; each works it off in working hours."""

    def __init__(self, shop: Shop, customers: Customers) -> None:
        self.shop, self.customers = shop, customers
        terms = shop.config.operators
        self._open, self._close = (_seconds(clock) for clock in terms.hours)
        self._weekdays_only = terms.workdays == "weekdays"
        self._service = terms.minutes_per_task * 60
        self._undeleted: dict[int, list[int]] = {}  # failed Rakuten orders that a slip left standing
        self._do: dict[str, Callable[[int, int, Any], None]] = {
            "wish": self._wish,
            "flag": self._flag,
            "refused": self._refused,
            "unanswered": self._unanswered,
            "cancel_unanswered": self._cancel_unanswered,
            "capture": self._capture_failed,
            "settle": self._settle,
            "returned": self._returned,
            "held": self._held,
        }
        self._free = [shop.now] * terms.people(shop.subs.n)  # when each operator is free again

    def trouble(self, what: str, sub: int, order: int, more: Any = "") -> None:
        """Put a task on the queue."""
        self._put(lambda: self._do[what](sub, order, more))

    def later(self, days: int, task: Task) -> None:
        """Look at something again after some days."""
        self.shop.when(self.shop.later(days, self._open), lambda: self._put(task))

    def _put(self, task: Task) -> None:
        """Whoever is free first takes the next task: with equal service times a queue needs no more than that."""
        free = max(heapq.heappop(self._free), self.shop.now)
        done = self._opening(free) + self._service
        heapq.heappush(self._free, done)
        self.shop.when(done, task)

    def _opening(self, at: int) -> int:
        """The first instant from ``at`` on at which a task can be begun and finished in working hours."""
        day, clock = divmod(at, DAY)
        if clock + self._service > self._close:
            day, clock = day + 1, 0
        while self._weekdays_only and weekday(day) >= SUNDAY - 1:
            day, clock = day + 1, 0
        return day * DAY + max(clock, self._open)

    # -- customers' wishes ---------------------------------------------------------------------

    def _wish(self, sub: int, _order: int, wish: Wish) -> None:
        shop = self.shop
        stopped = shop.subs.status[sub] != shop.policy.subscription.active
        if stopped != (wish == Wish.RESUME):
            return
        try:
            {
                Wish.SKIP: self._skip,
                Wish.STOP: self._stop,
                Wish.CANCEL: self._cancel,
                Wish.ADDRESS: self._address,
                Wish.PAYMENT: self._payment,
                Wish.QUANTITY: self._quantity,
                Wish.RESUME: self._resume,
            }[wish](sub)
        except ops.RefusedError:
            return

    def _skip(self, sub: int) -> None:
        shop, truth = self.shop, self.shop.truth
        if shop.subs.flag[sub]:
            return
        moves = 1
        for slip, moved in (("skip_master_unmoved", 0), ("skip_moved_twice", 2)):
            if shop.slips(slip, sub, int(shop.subs.cycle[sub])):
                moves = moved
                break
        child = ops.waiting_child(shop, sub)
        before = int(shop.subs.delivery[sub])
        ops.skip(shop, sub, WHO, move_master=moves)
        if moves != 1:
            expected = shop.next_delivery(sub, before)
            midnight = (shop.today + 1) * DAY - 1
            truth.due(
                shop.now, "operator", slip, "INV-16", sub, child, midnight,
                lambda: int(shop.subs.delivery[sub]) != expected
                and int(shop.subs.status[sub]) == shop.policy.subscription.active,
            )  # fmt: skip

    def _stop(self, sub: int) -> None:
        shop = self.shop
        ops.stop(shop, sub, WHO)
        for child in ops.unshipped(shop, sub):
            self._decide(sub, child, "ship")
        self._created_on_stopped(sub)
        self.customers.after_stop(sub, Wish.STOP)

    def _decide(self, sub: int, child: int, decision: str) -> None:
        """Record what becomes of the unshipped child, or forget to (EC-SUB-07)."""
        shop = self.shop
        if shop.slips("no_decision", sub, child):
            stopped = shop.policy.subscription.active
            shop.truth.ships(
                shop.now, "operator", "no_decision", "INV-10", sub, child,
                lambda: int(shop.subs.status[sub]) != stopped and child not in decided,
            )  # fmt: skip
            decided: set[int] = set()
            if shop.mends(sub, child):

                def mend() -> None:
                    if not shop.is_gone(child):
                        decided.add(child)
                        ops.decide(shop, child, decision, WHO)

                self.later(1, mend)
            return
        ops.decide(shop, child, decision, WHO)

    def _created_on_stopped(self, sub: int) -> None:
        """Slip: 注文作成 pressed for a course that has stopped (SS-ORD-14); ecforce refuses it (EC-SUB-02)."""
        shop, subs = self.shop, self.shop.subs
        if not shop.slips("created_on_stopped", sub, int(subs.cycle[sub])):
            return
        cycle, ship, delivery = int(subs.cycle[sub]) + 1, int(subs.ship[sub]), int(subs.delivery[sub])
        if ship <= shop.today:
            return
        before = int(subs.last_order[sub])
        child = ops.create_child(shop, sub, WHO, cycle=cycle, ship=ship, delivery=delivery)
        if child >= 0:
            subs.cycle[sub] = cycle
            following = shop.next_delivery(sub, delivery)
            shop.schedule(sub, shop.ship_date(sub, following), following, WHO)
            shop.truth.broke(shop.now, "operator", "created_on_stopped", "INV-09", sub, child)
            if before >= 0 and int(shop.orders.created[before]) // DAY == shop.today:
                self._pair(sub, before, child, "created_on_stopped", "INV-12")

    def _cancel(self, sub: int) -> None:
        shop = self.shop
        child = ops.waiting_child(shop, sub)
        ops.stop(shop, sub, WHO, for_good=True)
        for older in ops.unshipped(shop, sub):
            if older != child:
                ops.decide(shop, older, "ship", WHO)
        if child < 0:
            return
        # Half of those who leave want the order under way as well (modelled).
        if shop.draw(sub, Purpose.NEW_VALUE, int(shop.subs.cycle[sub]), 1) & 1:
            self._decide(sub, child, "ship")
            return
        ops.decide(shop, child, "cancel", WHO)
        if ops.meaning(shop, child) == OrderMeaning.WORKING:
            self._cancel_at_warehouse(sub, child)
        else:
            self._cancel_waiting(sub, child)

    def _cancel_waiting(self, sub: int, order: int) -> None:
        """Cancel an order that the warehouse does not have: status and payment, or half of it."""
        shop, truth, now = self.shop, self.shop.truth, self.shop.now
        grace = shop.config.grace
        live = ops.payment_meaning(shop, order) in (PaymentMeaning.AUTHORISED, PaymentMeaning.PENDING)
        if live and shop.slips("forgot_payment_cancel", sub, order):
            ops.set_cancelled(shop, order, WHO)
            self._truth_live(sub, order, "forgot_payment_cancel", "INV-01", now + grace.payment_cancel * DAY)
            self._mend(sub, order, lambda: ops.let_go(shop, order, WHO))
        elif live and shop.slips("forced_cancel", sub, order):
            ops.set_cancelled(shop, order, WHO)
            ops.force_cancel(shop, order, WHO)
            self._truth_live(sub, order, "forced_cancel", "INV-01", now + grace.payment_cancel * DAY)
            self._truth_live(sub, order, "forced_cancel", "INV-06", now + grace.ledger * DAY)
            self._mend(sub, order, lambda: self._console_cancel(order))
        elif live and shop.slips("handling_left_open", sub, order):
            ops.let_go(shop, order, WHO)
            for invariant in ("INV-02", "INV-03"):
                truth.ships(now, "operator", "handling_left_open", invariant, sub, order, self._payment_is(order, _CANCELLED))
            self._truth_uncaptured(sub, order, "handling_left_open")
            shop.orders.flags[order] |= FORCED
            self._mend(sub, order, lambda: ops.set_cancelled(shop, order, WHO), if_waiting=True)
        else:
            ops.cancel_order(shop, order, WHO)

    def _truth_live(self, sub: int, order: int, slip: str, invariant: str, due: int) -> None:
        """The slip breaks its invariant if the provider still holds the money at ``due``."""
        shop = self.shop
        transaction = int(shop.orders.transaction[order])
        shop.truth.due(
            shop.now, "operator", slip, invariant, sub, order, due,
            lambda: shop.gateway.state(transaction) in _LIVE,
        )  # fmt: skip

    def _payment_is(self, order: int, meaning: PaymentMeaning) -> Callable[[], bool]:
        return lambda: ops.payment_meaning(self.shop, order) == meaning

    def _truth_uncaptured(self, sub: int, order: int, slip: str) -> None:
        """If the parcel leaves without cover, no capture can follow within the tolerance."""
        shop = self.shop
        done = (OrderMeaning.RETURNED, OrderMeaning.RETURN_PENDING)
        shop.truth.ships(
            shop.now, "operator", slip, "INV-55", sub, order,
            lambda: ops.payment_meaning(shop, order) not in (PaymentMeaning.CAPTURED, PaymentMeaning.NOT_NEEDED)
            and ops.meaning(shop, order) not in done,
            shop.config.grace.capture * DAY,
        )  # fmt: skip

    def _mend(self, sub: int, order: int, task: Callable[[], Any], *, if_waiting: bool = False) -> None:
        """Now and then the operator notices what was left undone, a day later."""
        shop = self.shop

        def mended() -> None:
            if not if_waiting or (not shop.is_gone(order) and ops.meaning(shop, order) == OrderMeaning.WAITING):
                task()

        if shop.mends(sub, order):
            self.later(1, mended)

    def _console_cancel(self, order: int) -> None:
        """Cancel at the provider's console what the store had cancelled by itself."""
        self.shop.gateway.ask(ask_about(self.shop, order, Operation.CANCEL))

    def _cancel_at_warehouse(self, sub: int, order: int) -> None:
        """Cancel an order that the warehouse has: stop it first, or let it go (EC-WH-01)."""
        shop, truth, now = self.shop, self.shop.truth, self.shop.now
        if shop.slips("cancel_without_stop", sub, order):
            ops.set_cancelled(shop, order, WHO)
            ops.let_go(shop, order, WHO)
            truth.broke(now, "operator", "cancel_without_stop", "INV-37", sub, order)
            covered = int(shop.orders.method[order]) not in UNCOVERED
            if covered:
                for invariant in ("INV-02", "INV-03"):
                    truth.ships(now, "operator", "cancel_without_stop", invariant, sub, order, self._payment_is(order, _CANCELLED))
                self._truth_uncaptured(sub, order, "cancel_without_stop")
        elif shop.slips("held_after_export", sub, order):
            ops.hold(shop, order, "customer", WHO)
            truth.ships(now, "operator", "held_after_export", "INV-18", sub, order, lambda: shop.is_stopped(order))
            self.later(2, lambda: ops.release(shop, order, WHO))
        else:
            ops.cancel_order(shop, order, WHO)

    def _address(self, sub: int) -> None:
        shop = self.shop
        shop.sub_row(Kind.EDITED, sub, WHO, code=shop.log.code("address"))
        child = ops.waiting_child(shop, sub)
        if child < 0:
            last = int(shop.subs.last_order[sub])
            shipped = last >= 0 and shop.is_gone(last) and shop.policy.edits_after_ship
            if shipped and Method(int(shop.orders.method[last])) in DEFERRED and shop.slips("edit_after_ship", sub, last):
                ops.edit_address(shop, last, WHO)
                shop.truth.broke(shop.now, "operator", "edit_after_ship", "INV-26", sub, last)
            return
        deferred = Method(int(shop.orders.method[child])) in DEFERRED
        if self._freed(child):
            self._edit(sub, child, deferred, lambda again: ops.edit_address(shop, child, WHO, reauthorises=again), False)

    def _quantity(self, sub: int) -> None:
        shop, subs = self.shop, self.shop.subs
        quantity = 1 + int(subs.quantity[sub]) % 3
        subs.quantity[sub] = quantity
        shop.sub_row(Kind.EDITED, sub, WHO, code=shop.log.code("quantity"), quantity=quantity)
        child = ops.waiting_child(shop, sub)
        if child >= 0 and self._freed(child):
            method = Method(int(shop.orders.method[child]))
            triggers = shop.policy.needs_reauthorisation(method, "quantity")
            self._edit(sub, child, triggers, lambda again: ops.edit_quantity(shop, child, quantity, WHO, reauthorises=again), True)

    def _freed(self, order: int) -> bool:
        """An order at the warehouse is stopped there before it is touched (EC-WH-01, -02)."""
        if ops.meaning(self.shop, order) != OrderMeaning.WORKING:
            return True
        if not ops.stop_at_warehouse(self.shop, order, WHO):
            return False
        ops.back_to_waiting(self.shop, order, WHO)
        return True

    def _edit(self, sub: int, order: int, triggers: bool, edit: Callable[[bool], None], money: bool) -> None:
        """Edit an order; the slip leaves out the reauthorisation that the edit asks for (EC-REA-04)."""
        shop, truth, now = self.shop, self.shop.truth, self.shop.now
        live = ops.payment_meaning(shop, order) == PaymentMeaning.AUTHORISED
        if not (triggers and live and shop.slips("edit_without_reauth", sub, order)):
            edit(True)
            return
        tries = shop.tries.get(order, 0)
        edit(False)
        undone = _Undone(shop, order, tries)
        due = min(now + shop.config.grace.reauth * DAY, _shipping_instant(shop, order))
        truth.due(now, "operator", "edit_without_reauth", "INV-22", sub, order, due, undone.reauthorisation)
        if money:
            truth.ships(now, "operator", "edit_without_reauth", "INV-04", sub, order, undone.amount)
            captured = shop.capture_second - shop.ship_second + shop.config.grace.ledger * DAY
            truth.ships(now, "operator", "edit_without_reauth", "INV-05", sub, order, undone.captured, captured)
        self._mend(sub, order, lambda: ops.reauthorise(shop, order, WHO), if_waiting=True)

    def _payment(self, sub: int) -> None:
        shop = self.shop
        method = new_method(shop, sub)
        self._set_method(sub, method)
        child = ops.waiting_child(shop, sub)
        if child >= 0 and self._freed(child):
            self._switch(sub, child, method)

    def _set_method(self, sub: int, method: Method) -> None:
        shop = self.shop
        shop.subs.method[sub] = method
        shop.sub_row(Kind.EDITED, sub, WHO, code=shop.log.code("method"), method=int(method))

    def _switch(self, sub: int, order: int, method: Method) -> None:
        """Another method for an order: the old payment is cancelled first, or forgotten (EC-UPD-03)."""
        shop = self.shop
        old = int(shop.orders.transaction[order])
        live = ops.payment_meaning(shop, order) in (PaymentMeaning.AUTHORISED, PaymentMeaning.PENDING)
        slipped = live and method not in UNCOVERED and shop.slips("switch_without_check", sub, order)
        outcome = ops.change_method(shop, order, method, WHO, cancels_old=not slipped)
        if slipped:
            shop.forgotten[order] = old
            new = int(shop.orders.transaction[order])
            shop.truth.due(
                shop.now, "operator", "switch_without_check", "INV-30", sub, order,
                shop.now + shop.config.grace.method_switch * DAY,
                lambda: shop.gateway.state(old) in _LIVE and new >= 0 and shop.gateway.state(new) in _LIVE,
            )  # fmt: skip
            shop.truth.due(
                shop.now, "operator", "switch_without_check", "INV-06", sub, order,
                shop.now + shop.config.grace.ledger * DAY,
                lambda: shop.gateway.state(old) in _LIVE and ops.payment_meaning(shop, order) in _OVER,
            )  # fmt: skip
        if outcome == Outcome.ACCEPTED:
            ops.back_to_waiting(shop, order, WHO)
            ops.release(shop, order, WHO)

    def _resume(self, sub: int) -> None:
        shop = self.shop
        if shop.subs.flag[sub]:
            ops.clear_flag(shop, sub, WHO)
        if shop.slips("past_date", sub, int(shop.subs.cycle[sub])):
            self._past_date(sub)
            return
        ops.fresh_dates(shop, sub, WHO)
        ops.resume(shop, sub, WHO)

    def _past_date(self, sub: int) -> None:
        """Slip: resumed with a next date in the past, so that orders pour out (EC-SUB-05, -06)."""
        shop = self.shop
        back = 5 + spread(shop.draw(sub, Purpose.NEW_VALUE, int(shop.subs.cycle[sub]), 2), 40)
        delivery = shop.today - back
        shop.schedule(sub, shop.ship_date(sub, delivery), delivery, WHO)
        ops.resume(shop, sub, WHO)
        shop.truth.broke(shop.now, "operator", "past_date", "INV-11", sub, -1)
        start, night = shop.today, DAY + int(self.shop.night_second)
        settled = start * DAY + 2 * night + shop.config.grace.duplicate * DAY + 60
        shop.truth.due(shop.now, "operator", "past_date", "INV-12", sub, -1, settled, lambda: self._poured(sub, start))

    def _poured(self, sub: int, since: int) -> bool:
        """Whether two children made since that day stand, the later one overdue and far too soon (INV-12)."""
        shop, orders = self.shop, self.shop.orders
        made = [int(o) for o in np.flatnonzero(orders.sub[: orders.n] == sub) if orders.status[o] and orders.created[o] // DAY > since]
        for first, second in pairwise(made):
            days = int(orders.created[second]) // DAY - int(orders.created[first]) // DAY
            overdue = int(orders.delivery[second]) - shop.ahead < int(orders.created[second]) // DAY
            near = days * 2 < int(orders.delivery[second]) - int(orders.delivery[first])
            if overdue and near and _survives(shop, first) and _survives(shop, second):
                return True
        return False

    # -- payments in trouble -------------------------------------------------------------------

    def _flag(self, sub: int, _order: int, cause: str, attempt: int = 0) -> None:
        """定期注文自動生成エラー: after a collision press on; after a payment failure the customer mends it first."""
        shop = self.shop
        if not shop.subs.flag[sub]:
            return
        if cause == "collision":
            self._restart(sub)
            return
        code = shop.log.code("payment_failed")
        shop.sub_row(Kind.MAIL, sub, WHO, code=code)
        self.customers.repair(sub, attempt, lambda: self._put(lambda: self._restart(sub)))

    def _restart(self, sub: int) -> None:
        """Clear the flag, look at the dates, press 再開: all of it, or one half (SS-RACE-02, -04)."""
        shop, subs, truth, now = self.shop, self.shop.subs, self.shop.truth, self.shop.now
        active = shop.policy.subscription.active
        if not subs.flag[sub] or subs.status[sub] != active:
            return
        due = now + shop.config.grace.resume * DAY
        cycle = int(subs.cycle[sub])
        if shop.slips("flag_left", sub, cycle):
            ops.resume(shop, sub, WHO)
            truth.due(now, "operator", "flag_left", "INV-20", sub, -1, due, lambda: bool(subs.flag[sub]) and subs.status[sub] == active)
            if shop.mends(sub, cycle):
                self.later(1, lambda: self._finish(sub))
            return
        ops.fresh_dates(shop, sub, WHO)
        ops.clear_flag(shop, sub, WHO)
        if not shop.slips("forgot_resume", sub, cycle):
            ops.resume(shop, sub, WHO)
            return
        truth.due(now, "operator", "forgot_resume", "INV-20", sub, -1, due, lambda: bool(subs.paused[sub]) and subs.status[sub] == active)
        lapse = max((int(subs.delivery[sub]) - shop.ahead) * DAY, now) + shop.config.grace.generation * DAY
        truth.due(
            now, "operator", "forgot_resume", "INV-08", sub, -1, lapse,
            lambda: bool(subs.paused[sub]) and subs.status[sub] == active and int(subs.cycle[sub]) == cycle,
        )  # fmt: skip
        if shop.mends(sub, cycle):
            self.later(1, lambda: self._finish(sub))

    def _finish(self, sub: int) -> None:
        """Do the half of a restart that was left out."""
        shop, subs = self.shop, self.shop.subs
        if subs.status[sub] != shop.policy.subscription.active or not (subs.flag[sub] or subs.paused[sub]):
            return
        ops.fresh_dates(shop, sub, WHO)
        if subs.flag[sub]:
            ops.clear_flag(shop, sub, WHO)
        ops.resume(shop, sub, WHO)

    def _refused(self, sub: int, order: int, _more: str) -> None:
        """A child whose charge was refused: settle and try again, another method, or cancel (SS-NP-01; SS-RAK-02)."""
        shop = self.shop
        if not self._still_refused(order):
            return
        if not shop.policy.reauthorises_refused.get(Method(int(shop.orders.method[order])), True):
            if sub < 0 or shop.subs.attempt[sub] >= 2:
                self._give_up(order)
                return
            attempt = int(shop.subs.attempt[sub])
            self.customers.repair(sub, attempt, lambda: self._put(lambda: self._rakuten(sub, order)))
            self.later(12, lambda: self._give_up(order))
            return
        if sub >= 0 and shop.slips("ships_uncovered", sub, order):
            ops.force_shipping(shop, order, WHO)
            refused = self._payment_is(order, PaymentMeaning.REFUSED)
            shop.truth.ships(shop.now, "operator", "ships_uncovered", "INV-03", sub, order, refused)
            self._truth_uncaptured(sub, order, "ships_uncovered")
            return
        way = shop.draw(sub, Purpose.NEW_VALUE, int(shop.orders.cycle[order]), 3) % 4 if sub >= 0 else 3
        if way < 2:
            self.customers.repair(sub, 1, lambda: self._put(lambda: self._try_again(order)))
            self.later(12, lambda: self._give_up(order))
        elif way == 2:
            self._switch(sub, order, Method.COD)
        else:
            self._give_up(order)

    def _still_refused(self, order: int) -> bool:
        standing = ops.meaning(self.shop, order) in (OrderMeaning.BLOCKED, OrderMeaning.WAITING)
        return standing and ops.payment_meaning(self.shop, order) == PaymentMeaning.REFUSED

    def _try_again(self, order: int) -> None:
        if self._still_refused(order) and ops.reauthorise(self.shop, order, WHO) == Outcome.ACCEPTED:
            self._let_ship(order)

    def _let_ship(self, order: int) -> None:
        ops.back_to_waiting(self.shop, order, WHO)
        ops.release(self.shop, order, WHO)

    def _give_up(self, order: int) -> None:
        if self._still_refused(order):
            ops.cancel_order(self.shop, order, WHO)

    def _rakuten(self, sub: int, order: int) -> None:
        """Delete without cancelling the payment, then generate anew (SS-RAK-02), or half of it (SS-RAK-03)."""
        shop, orders, truth, now = self.shop, self.shop.orders, self.shop.truth, self.shop.now
        if not self._still_refused(order):
            return
        if shop.subs.status[sub] != shop.policy.subscription.active or shop.subs.flag[sub]:
            ops.cancel_order(shop, order, WHO)
            return
        cycle, delivery = int(orders.cycle[order]), int(orders.delivery[order])
        ship = max(int(orders.ship[order]), shop.today)
        delivery += ship - int(orders.ship[order])
        names = ("rakuten_not_deleted", "rakuten_not_regenerated", "created_twice")
        first_time = shop.subs.attempt[sub] == 0
        slip = next((name for name in names if first_time and shop.slips(name, sub, order)), "")
        if slip == "rakuten_not_deleted":
            self._undeleted.setdefault(sub, []).append(order)
        else:
            for standing in [*self._undeleted.pop(sub, ()), order]:
                if self._still_refused(standing):
                    ops.delete_order(shop, standing, WHO)
        if slip == "rakuten_not_regenerated":
            due = now + shop.config.grace.rakuten * DAY
            for invariant in ("INV-31", "INV-08"):
                truth.due(
                    now, "operator", slip, invariant, sub, order, due,
                    lambda: int(shop.subs.last_order[sub]) == order and shop.subs.status[sub] == shop.policy.subscription.active,
                )  # fmt: skip
            self._mend(sub, order, lambda: self._regenerate(sub, order, cycle, ship, delivery))
            return
        first = ops.create_child(shop, sub, WHO, cycle=cycle, ship=ship, delivery=delivery)
        if slip == "rakuten_not_deleted":
            truth.broke(now, "operator", slip, "INV-31", sub, first)
            self._duplicate(sub, order, first, slip)
        elif slip == "created_twice":
            failed = ops.payment_meaning(shop, first) == PaymentMeaning.REFUSED
            second = ops.create_child(shop, sub, WHO, cycle=cycle, ship=ship, delivery=delivery)
            self._duplicate(sub, first, second, slip)
            if failed:
                truth.broke(now, "operator", slip, "INV-31", sub, second)

    def _regenerate(self, sub: int, order: int, cycle: int, ship: int, delivery: int) -> None:
        shop = self.shop
        if int(shop.subs.last_order[sub]) == order and shop.subs.status[sub] == shop.policy.subscription.active:
            late = max(shop.today - ship, 0)
            ops.create_child(shop, sub, WHO, cycle=cycle, ship=ship + late, delivery=delivery + late)

    def _duplicate(self, sub: int, first: int, second: int, slip: str) -> None:
        """Two children of one cycle: broken if both still stand after the grace."""
        shop = self.shop
        for invariant in ("INV-07", "INV-12"):
            self._pair(sub, first, second, slip, invariant)
        self._mend(sub, second, lambda: ops.cancel_order(shop, second, WHO), if_waiting=True)

    def _pair(self, sub: int, first: int, second: int, slip: str, invariant: str) -> None:
        shop, now = self.shop, self.shop.now
        due = now + shop.config.grace.duplicate * DAY
        shop.truth.due(
            now, "operator", slip, invariant, sub, second, due,
            lambda: _survives(shop, first) and _survives(shop, second),
        )  # fmt: skip

    # -- silence, captures, returns -------------------------------------------------------------

    def _unanswered(self, sub: int, order: int, born: str) -> None:
        """No answer: look the order up by the same number, never charge a second time blindly."""
        shop, words = self.shop, self.shop.policy.payment
        if ops.payment_meaning(shop, order) != PaymentMeaning.UNKNOWN:
            return
        answer = shop.gateway.ask(ask_about(shop, order, Operation.INQUIRE))
        code = shop.log.code(answer.state or "unknown")
        if answer.outcome == Outcome.NO_ANSWER:
            self.later(1, lambda: self._unanswered(sub, order, born))
            return
        found = answer.outcome == Outcome.ACCEPTED and answer.state == "AUTHORISED"
        if found:
            shop.orders.transaction[order] = answer.transaction
        if born == "unborn":
            self._unborn(sub, order, found, code)
        elif found:
            shop.orders.covered[order] = answer.amount
            shop.set_payment(order, words.authorised, Kind.INQUIRED, WHO, code=code)
            method = Method(int(shop.orders.method[order]))
            if answer.amount != shop.orders.amount[order] and shop.policy.needs_reauthorisation(method, "amount"):
                ops.reauthorise(shop, order, WHO)
        elif answer.state == "PENDING":
            shop.orders.transaction[order] = answer.transaction
            shop.set_payment(order, words.pending, Kind.INQUIRED, WHO, code=code)
        else:
            shop.set_payment(order, words.refusal(Method(int(shop.orders.method[order]))), Kind.INQUIRED, WHO, code=code)
            self._ask_again(sub, order, answer.transaction >= 0)

    def _ask_again(self, sub: int, order: int, known: bool) -> None:
        """A charge that never arrived or failed is asked for again, where the platform can."""
        try:
            if known:
                ops.reauthorise(self.shop, order, WHO)
            else:
                ops.authorise_anew(self.shop, order, WHO)
        except ops.RefusedError:
            self._refused(sub, order, "")

    def _unborn(self, sub: int, order: int, found: bool, code: int) -> None:
        """The child waited for the answer: it comes to be after all, or the next night tries again."""
        shop, words = self.shop, self.shop.policy.payment
        active = shop.subs.status[sub] == shop.policy.subscription.active and bool(shop.subs.flag[sub])
        if found and active:
            ops.clear_flag(shop, sub, WHO)
            ops.resume(shop, sub, WHO)
            nightly.adopt(shop, sub, order)
            shop.orders.covered[order] = shop.orders.amount[order]
            shop.set_payment(order, words.authorised, Kind.INQUIRED, WHO, code=code)
            return
        shop.set_payment(order, words.authorised if found else words.refused, Kind.INQUIRED, WHO, code=code)
        if found:
            ops.let_go(shop, order, WHO)
        if active:
            self._finish(sub)

    def _cancel_unanswered(self, sub: int, order: int, _more: str) -> None:
        """A cancel without an answer, and no answer to the inquiry either: once more, tomorrow if need be."""
        shop = self.shop
        if ops.payment_meaning(shop, order) != PaymentMeaning.UNKNOWN:
            return
        done = ops.let_go(shop, order, WHO)
        if done and order in shop.returning:
            ops.finish_return(shop, order, WHO)

    def _capture_failed(self, sub: int, order: int, _more: str) -> None:
        """A capture failed: print what was missing, then try again; or settle at the console (SS-AMZ-05)."""
        shop, orders = self.shop, self.shop.orders
        if ops.payment_meaning(shop, order) != PaymentMeaning.CAPTURE_FAILED:
            return
        if int(orders.method[order]) == Method.NP_WIZ:
            print_invoices(shop, np.array([order], np.int32))
        answer = shop.gateway.ask(ask_about(shop, order, Operation.INQUIRE))
        if answer.state in ("CAPTURED", "PAID"):
            force_capture(shop, order)
            return
        if int(orders.method[order]) == Method.AMAZON_PAY and orders.amount[order] > orders.covered[order]:
            # Amazon takes no more than stands: the difference is asked for by other means (modelled).
            orders.amount[order] = orders.covered[order]
            shop.row(Kind.EDITED, order, WHO, amount=int(orders.amount[order]), code=shop.log.code("amount"))
        orders.flags[order] &= 255 ^ CAPTURE_TRIED  # tonight's batch takes it again

    def _settle(self, sub: int, order: int, _more: str) -> None:
        """Settle at the provider's console what was marked captured by hand."""
        shop = self.shop
        shop.gateway.ask(ask_about(shop, order, Operation.CAPTURE, int(shop.orders.covered[order])))

    def _returned(self, sub: int, order: int, _more: str) -> None:
        """A parcel came back: cancel the payment and note the return, or forget the payment."""
        shop = self.shop
        if ops.meaning(shop, order) != OrderMeaning.SHIPPED:
            return
        shop.refused_parcels.add(order)
        deferred = Method(int(shop.orders.method[order])) in DEFERRED
        if sub >= 0 and deferred and shop.slips("return_just_before_paid", sub, order):
            self._paid_while_returning(sub, order)
            return
        captured = ops.payment_meaning(shop, order) == PaymentMeaning.CAPTURED
        if sub >= 0 and captured and not deferred and shop.slips("forgot_payment_cancel", sub, order):
            ops.process_return(shop, order, WHO, cancels=False)
            due = shop.now + shop.config.grace.payment_cancel * DAY
            self._truth_live(sub, order, "forgot_payment_cancel", "INV-01", due)
            self._mend(sub, order, lambda: ops.let_go(shop, order, WHO))
            return
        ops.process_return(shop, order, WHO)

    def _paid_while_returning(self, sub: int, order: int) -> None:
        """Timing: the customer pays while the return's cancel is under way, so the provider refuses it (INV-28)."""
        shop, policy = self.shop, self.shop.policy
        ops.process_return(shop, order, WHO)
        if ops.meaning(shop, order) != OrderMeaning.RETURN_PENDING:
            return
        shop.refused_parcels.discard(order)
        shop.invoices.setdefault(shop.today + 1, []).append(order)
        shop.truth.due(
            shop.now, "timing", "return_just_before_paid", "INV-28", sub, order,
            shop.now + shop.config.grace.return_resolved * DAY,
            lambda: int(shop.orders.status[order]) == policy.order.return_pending,
        )  # fmt: skip

    def _held(self, sub: int, order: int, _reason: str) -> None:
        """An order stopped by a rule of the shop: looked at and let go."""
        if ops.meaning(self.shop, order) == OrderMeaning.WAITING:
            ops.release(self.shop, order, WHO)


class _Undone:
    """What a left-out reauthorisation leaves behind, read from the shop's tables."""

    def __init__(self, shop: Shop, order: int, tries: int) -> None:
        self.shop, self.order, self.tries = shop, order, tries

    def _stands(self) -> bool:
        return ops.meaning(self.shop, self.order) not in (OrderMeaning.CANCELLED, OrderMeaning.DELETED)

    def reauthorisation(self) -> bool:
        """No new verdict was asked for, and the order stands."""
        return self._stands() and self.shop.tries.get(self.order, 0) == self.tries

    def amount(self) -> bool:
        """The covered amount is not the order's."""
        return int(self.shop.orders.covered[self.order]) != int(self.shop.orders.amount[self.order])

    def captured(self) -> bool:
        """Captured, and not the order's amount."""
        captured = ops.payment_meaning(self.shop, self.order) == PaymentMeaning.CAPTURED
        return captured and self.amount() and ops.meaning(self.shop, self.order) == OrderMeaning.SHIPPED


_CANCELLED = PaymentMeaning.CANCELLED
_OVER = (PaymentMeaning.REFUSED, PaymentMeaning.CANCELLED, PaymentMeaning.REFUNDED, PaymentMeaning.NONE)
_LIVE = frozenset({"PENDING", "AUTHORISED", "CAPTURED", "PAID", "CANCELLING"})


def _survives(shop: Shop, order: int) -> bool:
    return order >= 0 and ops.meaning(shop, order) not in (OrderMeaning.CANCELLED, OrderMeaning.DELETED)


def _seconds(clock: str) -> int:
    return int(clock[:2]) * 3600 + int(clock[3:]) * 60


def _shipping_instant(shop: Shop, order: int) -> int:
    """When the order leaves if nothing more happens: on its ship date, or on the next day it can."""
    day = max(int(shop.orders.ship[order]), shop.today)
    if not shop.orders.flags[order] & (HANDED_OVER | GONE) and day == shop.today and shop.now % DAY >= shop.export_second:
        day += 1
    return day * DAY + shop.ship_second
