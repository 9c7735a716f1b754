"""What customers ask of operators: skips, stops, cancellations, changes and resumptions, and how they go wrong.

Every task is written as the careful operator does it; a slip is a branch that does less, and it is
written to the truth table where it is made.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise

import numpy as np

from teiki_sim import operations as ops
from teiki_sim import payments, standing
from teiki_sim.addressing import carry_address, change_address, siblings, tell_old_address
from teiki_sim.calendar import DAY
from teiki_sim.cards import is_lacking
from teiki_sim.customers import Customers, Wish, mended, new_method
from teiki_sim.desk import WHO, Desk, both_survive, survives
from teiki_sim.draws import Purpose, spread
from teiki_sim.log.kinds import Kind
from teiki_sim.log.statuses import OrderMeaning, PaymentMeaning
from teiki_sim.messages import DEFERRED, METHODS, UNCOVERED, Operation
from teiki_sim.shipping import ask_about
from teiki_sim.shop import Shop
from teiki_sim.slip_names import Source
from teiki_sim.tables import FORCED
from teiki_sim.truth import Slip
from teiki_sim.unauthorised import leave_out

__all__ = ["Wishes"]


class Wishes(Desk):
    """Tasks that a customer's message starts."""

    release_both: Callable[[int], None]

    def __init__(self, shop: Shop, customers: Customers) -> None:
        super().__init__(shop, customers)
        self._grant: dict[Wish, Callable[[int], None]] = {
            Wish.SKIP: self._skip,
            Wish.STOP: self._stop,
            Wish.CANCEL: self._cancel,
            Wish.ADDRESS: self._address,
            Wish.PAYMENT: self._payment,
            Wish.QUANTITY: self._quantity,
            Wish.RESUME: self._resume,
        }

    def _wish(self, sub: int, _order: int, wish: Wish) -> None:
        shop = self.shop
        stopped = shop.subs.status.item(sub) != shop.policy.subscription.active
        if stopped != (wish == Wish.RESUME):
            return
        try:
            self._grant[wish](sub)
        except standing.RefusedError:
            return

    def _skip(self, sub: int) -> None:
        shop, truth = self.shop, self.shop.truth
        if shop.subs.flag[sub] or shop.subs.held[sub] or shop.subs.paused[sub]:
            return  # nothing is due while it stands, and the dates are settled when it goes on
        if not self.customers.skips(sub):
            return
        moves, slip = 1, ""
        for name, moved in (("skip_master_unmoved", 0), ("skip_moved_twice", 2)):
            if shop.slips(name, sub, shop.subs.cycle.item(sub)):
                moves, slip = moved, name
                break
        child = ops.waiting_child(shop, sub)
        before = shop.subs.delivery.item(sub)
        if moves == 1 and shop.slips("skip_wrong_month", sub, shop.subs.cycle.item(sub)):
            moves, slip = 0, "skip_wrong_month"
        ops.skip(shop, sub, WHO, move_master=moves)
        if slip == "skip_wrong_month":
            typed = shop.next_delivery(sub, shop.next_delivery(sub, before))
            shop.schedule(sub, shop.ship_date(sub, typed), typed, WHO)
            truth.broke(shop.now, "operator", slip, "INV-14", sub, -1)
        if moves != 1:
            expected = shop.next_delivery(sub, before)
            midnight = (shop.today + 1) * DAY - 1
            truth.due(
                shop.now, "operator", slip, "INV-16", sub, child, midnight,
                lambda: shop.subs.delivery.item(sub) != expected
                and shop.subs.status.item(sub) == shop.policy.subscription.active,
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
            self.undecided(sub, child, decision, "no_decision")
        else:
            ops.decide(shop, child, decision, WHO)

    def undecided(self, sub: int, child: int, decision: str, slip: str, source: Source = "operator") -> None:
        """Nothing is recorded on an unshipped child; some notice, and record it a day later (INV-10)."""
        shop, active = self.shop, self.shop.policy.subscription.active
        decided: set[int] = set()
        shop.truth.ships(
            shop.now, source, slip, "INV-10", sub, child,
            lambda: shop.subs.status.item(sub) != active and child not in decided,
        )  # fmt: skip
        if shop.mends(sub, child):

            def mend() -> None:
                if not shop.is_gone(child):
                    decided.add(child)
                    ops.decide(shop, child, decision, WHO)

            self.later(1, mend)

    def _created_on_stopped(self, sub: int) -> None:
        """Slip: 注文作成 pressed for a course that has stopped (SS-ORD-14); ecforce refuses it (EC-SUB-02)."""
        shop, subs = self.shop, self.shop.subs
        if not shop.slips("created_on_stopped", sub, subs.cycle.item(sub)):
            return
        cycle, ship, delivery = subs.cycle.item(sub) + 1, subs.ship.item(sub), subs.delivery.item(sub)
        if ship <= shop.today:
            return
        before = subs.last_order.item(sub)
        child = ops.create_child(shop, sub, WHO, cycle=cycle, ship=ship, delivery=delivery)
        if child >= 0:
            subs.cycle[sub] = cycle
            following = shop.next_delivery(sub, delivery)
            shop.schedule(sub, shop.ship_date(sub, following), following, WHO)
            shop.truth.broke(shop.now, "operator", "created_on_stopped", "INV-09", sub, child)
            if before >= 0 and shop.orders.created.item(before) // DAY == shop.today:
                self.pair(sub, before, child, "created_on_stopped", "INV-12")

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
        if shop.draw(sub, Purpose.NEW_VALUE, shop.subs.cycle.item(sub), 1) & 1:
            self._decide(sub, child, "ship")
            return
        ops.decide(shop, child, "cancel", WHO)
        if standing.meaning(shop, child) == OrderMeaning.WORKING:
            self._cancel_at_warehouse(sub, child)
        else:
            self._cancel_waiting(sub, child)

    def _cancel_waiting(self, sub: int, order: int) -> None:
        """Cancel an order that the warehouse does not have: status and payment, or half of it."""
        shop, truth, now = self.shop, self.shop.truth, self.shop.now
        live = standing.payment_meaning(shop, order) in (PaymentMeaning.AUTHORISED, PaymentMeaning.PENDING)
        if live and shop.slips("forgot_payment_cancel", sub, order):
            ops.set_cancelled(shop, order, WHO)
            shop.aftermath.follow(order, "forgot_payment_cancel")
            self.mend(sub, order, lambda: payments.let_go(shop, order, WHO))
        elif live and shop.slips("forced_cancel", sub, order):
            ops.set_cancelled(shop, order, WHO)
            payments.force_cancel(shop, order, WHO)
            shop.aftermath.follow(order, "forced_cancel")
            self.mend(sub, order, lambda: self._console_cancel(order))
        elif live and shop.slips("handling_left_open", sub, order):
            payments.let_go(shop, order, WHO)
            for invariant in ("INV-02", "INV-03"):
                truth.ships(
                    now,
                    "operator",
                    "handling_left_open",
                    invariant,
                    sub,
                    order,
                    self.payment_is(order, PaymentMeaning.CANCELLED),
                )
            self.truth_uncaptured(sub, order, "handling_left_open")
            shop.orders.flags[order] |= FORCED
            self.mend(sub, order, lambda: ops.set_cancelled(shop, order, WHO), if_waiting=True)
        else:
            ops.cancel_order(shop, order, WHO)

    def _console_cancel(self, order: int) -> None:
        """Cancel at the provider's console what the store had cancelled by itself, or here if it lives again."""
        if standing.payment_meaning(self.shop, order) in (PaymentMeaning.AUTHORISED, PaymentMeaning.PENDING):
            payments.let_go(self.shop, order, WHO)  # a late verdict came in meanwhile
            return
        self.shop.gateway.ask(ask_about(self.shop, order, Operation.CANCEL))
        self.shop.aftermath.look(order)

    def _cancel_at_warehouse(self, sub: int, order: int) -> None:
        """Cancel an order that the warehouse has: stop it first, or let it go (EC-WH-01)."""
        shop, truth, now = self.shop, self.shop.truth, self.shop.now
        if shop.slips("cancel_without_stop", sub, order):
            ops.set_cancelled(shop, order, WHO)
            payments.let_go(shop, order, WHO)
            truth.broke(now, "operator", "cancel_without_stop", "INV-37", sub, order)
            covered = shop.orders.method.item(order) not in UNCOVERED
            if covered:
                for invariant in ("INV-02", "INV-03"):
                    truth.ships(
                        now,
                        "operator",
                        "cancel_without_stop",
                        invariant,
                        sub,
                        order,
                        self.payment_is(order, PaymentMeaning.CANCELLED),
                    )
                self.truth_uncaptured(sub, order, "cancel_without_stop")
        elif shop.slips("held_after_export", sub, order):
            ops.hold(shop, order, "customer", WHO)
            truth.ships(
                now, "operator", "held_after_export", "INV-18", sub, order, lambda: shop.is_stopped(order)
            )
            self.later(2, lambda: ops.release(shop, order, WHO))
        else:
            ops.cancel_order(shop, order, WHO)

    def _address(self, sub: int) -> None:
        shop = self.shop
        self._moved(sub)
        child = ops.waiting_child(shop, sub)
        if child < 0:
            last = shop.subs.last_order.item(sub)
            shipped = last >= 0 and shop.is_gone(last) and shop.policy.edits_after_ship
            if (
                shipped
                and METHODS[shop.orders.method.item(last)] in DEFERRED
                and shop.slips("edit_after_ship", sub, last)
            ):
                ops.edit_address(shop, last, WHO)
                shop.truth.broke(shop.now, "operator", "edit_after_ship", "INV-26", sub, last)
            return
        deferred = METHODS[shop.orders.method.item(child)] in DEFERRED
        if self._freed(child):
            self._edit(
                sub,
                child,
                deferred,
                lambda again: ops.edit_address(shop, child, WHO, reauthorises=again),
                False,
            )
        else:
            tell_old_address(shop, child, WHO)

    def _moved(self, sub: int) -> None:
        """The customer's record and all their subscriptions; what else is under way still goes to the old address."""
        shop = self.shop
        change_address(shop, sub, WHO)
        for mine in siblings(shop, sub):
            carry_address(shop, mine, WHO)
            kept = ops.waiting_child(shop, sub) if mine == sub else -1
            for order in ops.unshipped(shop, mine):
                if order != kept:
                    tell_old_address(shop, order, WHO)

    def _quantity(self, sub: int) -> None:
        shop, subs = self.shop, self.shop.subs
        quantity = 1 + subs.quantity.item(sub) % 3
        subs.quantity[sub] = quantity
        shop.sub_row(Kind.EDITED, sub, WHO, code=shop.log.code("quantity"), quantity=quantity)
        child = ops.waiting_child(shop, sub)
        if child >= 0 and self._freed(child):
            method = METHODS[shop.orders.method.item(child)]
            triggers = shop.policy.needs_reauthorisation(method, "quantity")
            self._edit(
                sub,
                child,
                triggers,
                lambda again: ops.edit_quantity(shop, child, quantity, WHO, reauthorises=again),
                True,
            )

    def _edit(self, sub: int, order: int, triggers: bool, edit: Callable[[bool], None], money: bool) -> None:
        """Edit an order; the slip leaves out the reauthorisation that the edit asks for (EC-REA-04)."""
        shop = self.shop
        live = standing.payment_meaning(shop, order) == PaymentMeaning.AUTHORISED
        if not (triggers and live and shop.slips("edit_without_reauth", sub, order)):
            edit(True)
            return
        leave_out(self, order, "edit_without_reauth", lambda: edit(False), money=money)

    def _payment(self, sub: int) -> None:
        shop = self.shop
        if shop.policy.collects:
            return  # how the buyer pays is the platform's business
        method = new_method(shop, sub)
        self._set_method(sub, method)
        child = ops.waiting_child(shop, sub)
        if child >= 0 and self._freed(child):
            self.switch(sub, child, method)

    def _resume(self, sub: int) -> None:
        shop = self.shop
        if is_lacking(shop, sub):  # a card first (EC-SUB-13)
            self.customers.repair(sub, 2, lambda: self.put(self._wish, sub, -1, Wish.RESUME))
            return
        if shop.subs.flag[sub]:  # nobody restarts what was refused before the customer has mended it
            mended(shop, sub)
            ops.clear_flag(shop, sub, WHO)
        if shop.subs.held[sub] and shop.policy.failed_generation == "hold":
            self.release_both(sub)
        if shop.slips("past_date", sub, shop.subs.cycle.item(sub)):
            self._past_date(sub)
            return
        ops.fresh_dates(shop, sub, WHO)
        ops.resume(shop, sub, WHO)

    def _past_date(self, sub: int) -> None:
        """Slip: resumed with a next date in the past, so that orders pour out (EC-SUB-05, -06)."""
        shop = self.shop
        back = 5 + spread(shop.draw(sub, Purpose.NEW_VALUE, shop.subs.cycle.item(sub), 2), 40)
        delivery = shop.today - back
        shop.schedule(sub, shop.ship_date(sub, delivery), delivery, WHO)
        ops.resume(shop, sub, WHO)
        self.watch_flood(sub, "operator", "past_date")

    def watch_flood(self, sub: int, source: str, slip: str) -> None:
        """A next date in the past breaks INV-11 at once, and INV-12 if two children pour out and stand."""
        shop = self.shop
        shop.truth.broke(shop.now, source, slip, "INV-11", sub, -1)
        row = shop.truth.open(shop.now, source, slip, "INV-12", sub)
        shop.when((shop.today + 1) * DAY + shop.night_second + 60, self._watch_night, sub, shop.today, row)

    def _watch_night(self, sub: int, since: int, row: Slip) -> None:
        """After each night of a flood: the first two children that stand, far too close, decide (INV-12)."""
        shop, orders = self.shop, self.shop.orders
        mine = np.flatnonzero(orders.sub[: orders.n] == sub).tolist()
        made = [order for order in mine if orders.status[order] and orders.created[order] // DAY > since]
        for first, second in pairwise(order for order in made if survives(shop, order)):
            days = orders.created.item(second) // DAY - orders.created.item(first) // DAY
            overdue = orders.delivery.item(second) - shop.ahead < orders.created.item(second) // DAY
            if overdue and days * 2 < orders.delivery.item(second) - orders.delivery.item(first):
                due = orders.created.item(second) + shop.config.grace.duplicate * DAY
                shop.truth.judge(row, due, partial(both_survive, shop, first, second))
                return
        if shop.subs.delivery[sub] - shop.ahead <= shop.today:
            shop.when((shop.today + 1) * DAY + shop.night_second + 60, self._watch_night, sub, since, row)
        else:
            shop.truth.judge(row, shop.now, lambda: False)
