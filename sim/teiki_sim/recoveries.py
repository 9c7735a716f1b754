"""Payments in trouble: error flags, refusals, silence and failed captures, and how operators recover from them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from teiki_sim import nightly, payments, standing
from teiki_sim import operations as ops
from teiki_sim.calendar import DAY
from teiki_sim.customers import mended
from teiki_sim.desk import WHO, Desk, both_survive, survives
from teiki_sim.draws import Purpose
from teiki_sim.log.kinds import Kind
from teiki_sim.log.statuses import OrderMeaning, PaymentMeaning
from teiki_sim.messages import METHODS, Method, Operation, Outcome
from teiki_sim.shipping import ask_about, force_capture, print_invoices
from teiki_sim.slip_names import SLIPS, Source
from teiki_sim.tables import CAPTURE_TRIED, STOPPED, without

__all__ = ["Recoveries"]

_BLIND: tuple[tuple[str, Source], ...] = (
    ("blind_restart", "operator"),
    ("card_edited_during_restart", "timing"),
)


class Recoveries(Desk):
    """Tasks that a provider's answer (or its silence) starts."""

    lift: Callable[[int], None]
    release_both: Callable[[int], None]

    def _flag(self, sub: int, _order: int, cause: str, attempt: int = 0) -> None:
        """定期注文自動生成エラー: after a collision press on; after a payment failure the customer mends it first."""
        shop = self.shop
        if not shop.subs.flag[sub]:
            return
        if cause == "collision":
            self._restart(sub)
            return
        if shop.subs.attempt[sub] >= 2 and not attempt:
            self._truth_declined_again(sub)
        if self._blind(sub):
            return
        code = shop.log.code("payment_failed")
        shop.sub_row(Kind.MAIL, sub, WHO, code=code)
        self.customers.repair(sub, attempt, lambda: self.put(lambda: self._restart(sub)))

    def _truth_declined_again(self, sub: int) -> None:
        """The repair did not help: the flag says so again, unless somebody leaves the subscription half restarted."""
        shop, subs = self.shop, self.shop.subs
        due = shop.now + shop.config.grace.generation * DAY
        for invariant in SLIPS["declined_again"].invariants:
            shop.truth.due(
                shop.now, "provider", "declined_again", invariant, sub, -1, due,
                lambda: not subs.flag[sub] and not subs.attempt.item(sub) and bool(subs.paused[sub]),
            )  # fmt: skip

    def _blind(self, sub: int) -> bool:
        """Slips: restarted with nothing mended, or a moment before the customer mends it (INV-21)."""
        shop, cycle = self.shop, self.shop.subs.cycle.item(sub)
        if not shop.refusals.failed(sub) or shop.subs.status.item(sub) != shop.policy.subscription.active:
            return False
        for slip, source in _BLIND:
            if not shop.slips(slip, sub, cycle):
                continue
            ops.fresh_dates(shop, sub, WHO)
            ops.clear_flag(shop, sub, WHO)
            ops.resume(shop, sub, WHO)
            shop.truth.broke(shop.now, source, slip, "INV-21", sub, -1)
            if source == "timing":
                shop.when(shop.now + 600, mended, shop, sub)
            return True
        return False

    def _again(self, sub: int, order: int, _more: str) -> None:
        """The same refusal on cycles running: somebody decides what becomes of it, or nobody looks (SS-NP-03)."""
        shop, seen = self.shop, self.shop.subs.status.item(sub)
        ignored = shop.slips("ignored_queue", sub, shop.subs.cycle.item(sub))
        source: Source = "operator" if ignored else "provider"
        slip = "ignored_queue" if ignored else "persistent_refusal"
        due = shop.now + shop.config.grace.escalation * DAY
        shop.truth.due(
            shop.now, source, slip, "INV-54", sub, order, due,
            lambda: ignored and shop.subs.status.item(sub) == seen,
        )  # fmt: skip
        if not ignored:
            shop.sub_row(Kind.DECISION, sub, WHO, code=shop.log.code("escalated"))

    def _restart(self, sub: int) -> None:
        """Clear the flag, look at the dates, press 再開: all of it, or one half (SS-RACE-02, -04)."""
        shop, subs, truth, now = self.shop, self.shop.subs, self.shop.truth, self.shop.now
        active = shop.policy.subscription.active
        if not subs.flag[sub] or subs.status.item(sub) != active:
            return
        due = now + shop.config.grace.resume * DAY
        cycle = subs.cycle.item(sub)
        self._restarts[sub] = this = self._restarts.get(sub, 0) + 1
        if shop.slips("flag_left", sub, cycle):
            ops.resume(shop, sub, WHO)
            truth.due(
                now,
                "operator",
                "flag_left",
                "INV-20",
                sub,
                -1,
                due,
                lambda: (
                    bool(subs.flag[sub]) and subs.status.item(sub) == active and self._restarts[sub] == this
                ),
            )
            if shop.mends(sub, cycle):
                self.later(1, lambda: self.finish(sub))
            return
        ops.fresh_dates(shop, sub, WHO)
        ops.clear_flag(shop, sub, WHO)
        if not shop.slips("forgot_resume", sub, cycle):
            ops.resume(shop, sub, WHO)
            return
        self.truth_paused(sub, "forgot_resume")
        if shop.mends(sub, cycle):
            self.later(1, lambda: self.finish(sub))

    def truth_paused(self, sub: int, slip: str, source: Source = "operator") -> None:
        """The flag is cleared and 再開 not pressed: half a recovery, and soon a cycle that nobody generates."""
        shop, subs, now = self.shop, self.shop.subs, self.shop.now
        active, this = shop.policy.subscription.active, self._restarts.get(sub, 0)

        def lasts() -> bool:
            stands = bool(subs.paused[sub]) and subs.status.item(sub) == active
            return stands and self._restarts.get(sub, 0) == this

        lapse = max((subs.delivery.item(sub) - shop.ahead) * DAY, now) + shop.config.grace.generation * DAY
        shop.truth.due(now, source, slip, "INV-20", sub, -1, now + shop.config.grace.resume * DAY, lasts)
        shop.truth.due(now, source, slip, "INV-08", sub, -1, lapse, lasts)

    def finish(self, sub: int) -> None:
        """Do the half of a restart that was left out."""
        shop, subs = self.shop, self.shop.subs
        if subs.status.item(sub) != shop.policy.subscription.active or not (
            subs.flag[sub] or subs.paused[sub]
        ):
            return
        self._restarts[sub] = self._restarts.get(sub, 0) + 1
        ops.fresh_dates(shop, sub, WHO)
        if subs.flag[sub]:
            ops.clear_flag(shop, sub, WHO)
        ops.resume(shop, sub, WHO)

    def _refused(self, sub: int, order: int, _more: str) -> None:
        """A child whose charge was refused: settle and try again, another method, or cancel (SS-NP-01; SS-RAK-02)."""
        shop = self.shop
        if not self._still_refused(order):
            return
        if not shop.policy.reauthorises_refused.get(METHODS[shop.orders.method.item(order)], True):
            if sub < 0 or shop.subs.attempt[sub] >= 2:
                self._give_up(order)
                return
            attempt = shop.subs.attempt.item(sub)
            self.customers.repair(sub, attempt, lambda: self.put(lambda: self._rakuten(sub, order)))
            self.later(12, lambda: self._give_up(order))
            return
        if sub >= 0 and shop.slips("ships_uncovered", sub, order):
            ops.force_shipping(shop, order, WHO)
            refused = self.payment_is(order, PaymentMeaning.REFUSED)
            shop.truth.ships(shop.now, "operator", "ships_uncovered", "INV-03", sub, order, refused)
            self.truth_uncaptured(sub, order, "ships_uncovered")
            return
        way = shop.draw(sub, Purpose.NEW_VALUE, shop.orders.cycle.item(order), 3) % 4 if sub >= 0 else 3
        if way < 2:
            self.customers.repair(sub, 1, lambda: self.put(lambda: self._try_again(order)))
            self.later(12, lambda: self._give_up(order))
        elif way == 2:
            self.switch(sub, order, Method.COD)
        else:
            self._give_up(order)

    def _still_refused(self, order: int) -> bool:
        stands = standing.meaning(self.shop, order) in (OrderMeaning.BLOCKED, OrderMeaning.WAITING)
        return stands and standing.payment_meaning(self.shop, order) == PaymentMeaning.REFUSED

    def _try_again(self, order: int) -> None:
        if self._still_refused(order) and payments.reauthorise(self.shop, order, WHO) == Outcome.ACCEPTED:
            self._let_ship(order)

    def _let_ship(self, order: int) -> None:
        ops.back_to_waiting(self.shop, order, WHO)
        self.release(order)

    def release(self, order: int) -> None:
        """Release an order; by a slip with the ship date that has gone by (TR-HOLD-09)."""
        shop, orders, sub = self.shop, self.shop.orders, self.shop.orders.sub.item(order)
        late = shop.is_stopped(order) and orders.ship.item(order) < shop.today
        late &= not shop.is_gone(order)
        slipped = late and shop.slips("released_past_date", sub, order)
        ops.release(shop, order, WHO, revises=not slipped)
        if slipped:
            midnight, day = (shop.today + 1) * DAY - 1, shop.today
            shop.truth.due(
                shop.now, "operator", "released_past_date", "INV-20", sub, order, midnight,
                lambda: orders.ship.item(order) < day and not shop.is_gone(order) and survives(shop, order),
            )  # fmt: skip

    def _give_up(self, order: int) -> None:
        if self._still_refused(order):
            ops.cancel_order(self.shop, order, WHO)

    def _rakuten(self, sub: int, order: int) -> None:
        """Delete without cancelling the payment, then generate anew (SS-RAK-02), or half of it (SS-RAK-03)."""
        shop, orders, truth, now = self.shop, self.shop.orders, self.shop.truth, self.shop.now
        if not self._still_refused(order):
            return
        if shop.subs.status.item(sub) != shop.policy.subscription.active or shop.subs.flag[sub]:
            ops.cancel_order(shop, order, WHO)
            return
        if self._stands_already(order):
            return
        cycle, delivery = orders.cycle.item(order), orders.delivery.item(order)
        ship = max(orders.ship.item(order), shop.today)
        delivery += ship - orders.ship.item(order)
        names = ("rakuten_not_deleted", "rakuten_not_regenerated", "rakuten_late", "created_twice")
        first_time = shop.subs.attempt[sub] == 0
        slip = next((name for name in names if first_time and shop.slips(name, sub, order)), "")
        if slip == "rakuten_not_deleted":
            self._undeleted.setdefault(sub, []).append(order)
        else:
            for failed_order in [*self._undeleted.pop(sub, ()), order]:
                if self._still_refused(failed_order):
                    ops.delete_order(shop, failed_order, WHO)
        if slip in ("rakuten_not_regenerated", "rakuten_late"):
            due = now + shop.config.grace.rakuten * DAY
            for invariant in ("INV-31", "INV-08"):
                truth.due(
                    now, "timing" if slip == "rakuten_late" else "operator", slip, invariant, sub, order, due,
                    lambda: not self._made_again(sub, cycle, order) and shop.subs.status.item(sub) == shop.policy.subscription.active,
                )  # fmt: skip
            if slip == "rakuten_late":  # the next cycle comes between
                self.later(25, lambda: self._regenerate(sub, order, cycle, ship, delivery))
            else:
                self.mend(sub, order, lambda: self._regenerate(sub, order, cycle, ship, delivery))
            return
        first = ops.create_child(shop, sub, WHO, cycle=cycle, ship=ship, delivery=delivery)
        if not slip and first >= 0 and self._still_refused(first):
            grace = shop.config.grace.rakuten * DAY
            shop.truth.due(
                now, "provider", "rakuten_fails_again", "INV-31", sub, first, now + grace,
                partial(both_survive, shop, order, first),
            )  # fmt: skip
        if slip == "rakuten_not_deleted":
            truth.broke(now, "operator", slip, "INV-31", sub, first)
            self.duplicate(sub, order, first, slip)
        elif slip == "created_twice":
            failed = standing.payment_meaning(shop, first) == PaymentMeaning.REFUSED
            second = ops.create_child(shop, sub, WHO, cycle=cycle, ship=ship, delivery=delivery)
            self.duplicate(sub, first, second, slip)
            if failed:
                truth.broke(now, "operator", slip, "INV-31", sub, second)

    def _stands_already(self, order: int) -> bool:
        """Made once more after no answer came: the first one goes too if it failed, or is enough by itself."""
        sub, first = self.shop.orders.sub.item(order), self._retried_of.pop(order, -1)
        if first < 0 or not survives(self.shop, first):
            return False
        if self._still_refused(first):
            self._undeleted.setdefault(sub, []).append(first)
            return False
        ops.delete_order(self.shop, order, WHO)
        return True

    def _regenerate(self, sub: int, order: int, cycle: int, ship: int, delivery: int) -> None:
        shop = self.shop
        if (
            not self._made_again(sub, cycle, order)
            and shop.subs.status.item(sub) == shop.policy.subscription.active
        ):
            late = max(shop.today - ship, 0)
            ops.create_child(shop, sub, WHO, cycle=cycle, ship=ship + late, delivery=delivery + late)

    def _made_again(self, sub: int, cycle: int, deleted: int) -> bool:
        """Whether a child of this cycle was made after the one that was deleted, whatever became of it."""
        orders = self.shop.orders
        later = slice(deleted + 1, orders.n)
        found = (orders.sub[later] == sub) & (orders.cycle[later] == cycle) & (orders.status[later] > 0)
        return bool(found.any())

    def duplicate(self, sub: int, first: int, second: int, slip: str, source: Source = "operator") -> None:
        """Two children of one cycle: broken if both still stand after the grace."""
        shop = self.shop
        for invariant in ("INV-07", "INV-12"):
            self.pair(sub, first, second, slip, invariant, source)
        self.mend(sub, second, lambda: ops.cancel_order(shop, second, WHO), if_waiting=True)

    def _unanswered(self, sub: int, order: int, born: str) -> None:
        """No answer: look the order up by the same number, never charge a second time blindly."""
        shop, words = self.shop, self.shop.policy.payment
        if standing.payment_meaning(shop, order) != PaymentMeaning.UNKNOWN:
            return
        if born == "unborn" and shop.subs.held[sub]:
            shop.sub_row(Kind.NOTICE, sub, WHO, code=shop.log.code("asked"))
        if born == "born":
            self._retried(sub, order)
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
            method = METHODS[shop.orders.method.item(order)]
            if answer.amount != shop.orders.amount[order] and shop.policy.needs_reauthorisation(
                method, "amount"
            ):
                payments.reauthorise(shop, order, WHO)
            self._let_ship_if_covered(order)
        elif answer.state == "PENDING":
            shop.orders.transaction[order] = answer.transaction
            shop.set_payment(order, words.pending, Kind.INQUIRED, WHO, code=code)
        else:
            shop.set_payment(
                order, words.refusal(METHODS[shop.orders.method.item(order)]), Kind.INQUIRED, WHO, code=code
            )
            self._ask_again(sub, order, answer.transaction >= 0)

    def _retried(self, sub: int, order: int) -> None:
        """Slip: the order whose charge got no answer is simply made once more (INV-07, INV-12)."""
        shop, orders, subs = self.shop, self.shop.orders, self.shop.subs
        if (
            sub < 0
            or subs.last_order.item(sub) != order
            or subs.status.item(sub) != shop.policy.subscription.active
        ):
            return
        if orders.method.item(order) == Method.RAKUTEN_PAY:
            return  # made again once it is deleted, a story of its own (INV-31)
        if not subs.flag[sub] and shop.slips("retried_after_lost_reply", sub, order):
            second = ops.create_child(
                shop, sub, WHO, cycle=orders.cycle.item(order), ship=max(orders.ship.item(order), shop.today),
                delivery=orders.delivery.item(order),
            )  # fmt: skip
            if second >= 0:
                self._retried_of[second] = order
                self.duplicate(sub, order, second, "retried_after_lost_reply", "provider")

    def _not_offered(self, _sub: int, order: int, _more: str) -> None:
        """No reauthorisation under this contract: the provider is asked, which takes two days (modelled)."""
        self.later(2, lambda: self._instead(order))

    def _instead(self, order: int) -> None:
        """The old payment is cancelled, and the order authorised anew."""
        shop = self.shop
        shop.not_offered.discard(order)
        stands = standing.meaning(shop, order) in (OrderMeaning.WAITING, OrderMeaning.BLOCKED)
        live = standing.payment_meaning(shop, order) == PaymentMeaning.AUTHORISED
        if stands and live and payments.let_go(shop, order, WHO, reverses=False):
            payments.authorise_anew(shop, order, WHO)

    def _ask_again(self, sub: int, order: int, known: bool) -> None:
        """A charge that never arrived or failed is asked for again, where the platform can."""
        try:
            if known:
                payments.reauthorise(self.shop, order, WHO)
            else:
                payments.authorise_anew(self.shop, order, WHO)
        except standing.RefusedError:
            self._refused(sub, order, "")
        else:
            self._let_ship_if_covered(order)

    def _let_ship_if_covered(self, order: int) -> None:
        """An order that an earlier refusal put under shipping stop goes on once its charge is found to stand."""
        shop = self.shop
        stands = standing.meaning(shop, order) in (OrderMeaning.BLOCKED, OrderMeaning.WAITING)
        covered = standing.payment_meaning(shop, order) == PaymentMeaning.AUTHORISED
        if stands and covered and shop.orders.flags[order] & STOPPED:
            self._let_ship(order)

    def _unborn(self, sub: int, order: int, found: bool, code: int) -> None:
        """The child waited for the answer: it comes to be after all, or the next night tries again."""
        shop, words = self.shop, self.shop.policy.payment
        holds = shop.policy.failed_generation == "hold"
        halted = bool((shop.subs.held if holds else shop.subs.flag)[sub])
        active = shop.subs.status.item(sub) == shop.policy.subscription.active and halted
        if found and active:
            if holds:
                self.release_both(sub)
            else:
                ops.clear_flag(shop, sub, WHO)
                ops.resume(shop, sub, WHO)
            nightly.adopt(shop, sub, order)
            shop.orders.covered[order] = shop.orders.amount[order]
            shop.set_payment(order, words.authorised, Kind.INQUIRED, WHO, code=code)
            return
        shop.set_payment(order, words.authorised if found else words.refused, Kind.INQUIRED, WHO, code=code)
        if found:
            payments.let_go(shop, order, WHO)
        if active and holds:
            self.lift(sub)
        elif active:
            self.finish(sub)

    def _cancel_unanswered(self, sub: int, order: int, _more: str) -> None:
        """A cancel without an answer, and no answer to the inquiry either: once more, tomorrow if need be."""
        shop = self.shop
        if standing.payment_meaning(shop, order) != PaymentMeaning.UNKNOWN:
            return
        done = payments.let_go(shop, order, WHO)
        if done and order in shop.returning:
            ops.finish_return(shop, order, WHO)

    def _capture_failed(self, sub: int, order: int, _more: str) -> None:
        """A capture failed: print what was missing, then try again; or settle at the console (SS-AMZ-05)."""
        shop, orders = self.shop, self.shop.orders
        if standing.payment_meaning(shop, order) != PaymentMeaning.CAPTURE_FAILED:
            return
        if orders.method.item(order) == Method.NP_WIZ:
            print_invoices(shop, np.array([order]))
        answer = shop.gateway.ask(ask_about(shop, order, Operation.INQUIRE))
        if answer.state in ("CAPTURED", "PAID"):
            force_capture(shop, order)
            return
        if orders.method.item(order) == Method.AMAZON_PAY and orders.amount[order] > orders.covered[order]:
            # Amazon takes no more than stands: the difference is asked for by other means (modelled).
            orders.amount[order] = orders.covered[order]
            shop.row(Kind.EDITED, order, WHO, amount=orders.amount.item(order), code=shop.log.code("amount"))
        orders.flags[order] &= without(CAPTURE_TRIED)  # tonight's batch takes it again

    def _settle(self, sub: int, order: int, _more: str) -> None:
        """Settle at the provider's console what was marked captured by hand."""
        shop = self.shop
        shop.gateway.ask(ask_about(shop, order, Operation.CAPTURE, shop.orders.covered.item(order)))
        shop.aftermath.look(order)
