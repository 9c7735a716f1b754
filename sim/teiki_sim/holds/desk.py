"""Operators at the 要対応 list: whom they ask, what they release, and what they overlook."""

from __future__ import annotations

from collections.abc import Callable

from teiki_sim import operations as ops
from teiki_sim import payments, standing
from teiki_sim.calendar import DAY
from teiki_sim.customers import Customers
from teiki_sim.desk import WHO
from teiki_sim.draws import Purpose
from teiki_sim.holds import keeping
from teiki_sim.log.kinds import Kind
from teiki_sim.log.statuses import OrderMeaning, PaymentMeaning
from teiki_sim.messages import Method, Operation
from teiki_sim.recoveries import Recoveries
from teiki_sim.shipping import ask_about
from teiki_sim.shop import Shop
from teiki_sim.tables import CAPTURE_TRIED, STOPPED, without

__all__ = ["HoldDesk"]

#: Days after which a hold that was overlooked is found after all (modelled).
_FOUND_LATE = 21
#: A hold this soon after a release means that the repair was not effective (modelled).
AGAIN = 65 * DAY
_HELD_UNSHIPPED = (OrderMeaning.WAITING, OrderMeaning.BLOCKED)
#: How often NP is asked about a result that nobody knows.
_INQUIRIES = 10


class HoldDesk(Recoveries):
    """Tasks that 要対応 gives."""

    def __init__(self, shop: Shop, customers: Customers) -> None:
        super().__init__(shop, customers)
        self._lifted: dict[int, int] = {}  # when a subscription was last released
        self._whole: set[int] = set()  # subscriptions held with all their orders
        self._own: set[int] = set()  # orders that were held by themselves before that

    def assign(self, what: str, sub: int, order: int, more: str) -> None:
        """Every automatic stop is a task of the desk from its first moment (INV-49; modelled)."""
        shop = self.shop
        if what in ("egg", "flag") or (what == "unanswered" and more == "unborn"):
            shop.sub_row(Kind.NOTICE, sub, code=shop.log.code("task"))
        elif what in ("refused", "held", "ask_np", "amount_differs"):
            shop.row(Kind.NOTICE, order, code=shop.log.code("task"))

    # -- what nobody looks at ------------------------------------------------------------------------

    def unseen(self, sub: int, order: int, task: Callable[[], None], slip: str, source: str) -> bool:
        """Slip: a hold that was just set is overlooked until long after its ship date (TR-HOLD-17)."""
        shop, now = self.shop, self.shop.now
        again = order < 0 and now - self._lifted.get(sub, -AGAIN - 1) <= AGAIN
        if again:
            slip, source = "repair_trusted", "provider"
        which = order if order >= 0 else shop.subs.cycle.item(sub)
        if not shop.slips(slip, sub, which):
            return False
        self.overlook(sub, order, slip, source)
        if again:
            later = now + shop.config.grace.resume * DAY
            shop.truth.due(now, source, slip, "INV-20", sub, -1, later, self._still_unseen(sub, order))
        self.put_off(sub, which, task)
        return True

    def put_off(self, sub: int, which: int, task: Callable[[], None]) -> None:
        """Noticed the next day by some, by the others long after."""
        self.later(1 if self.shop.mends(sub, which) else _FOUND_LATE, task)

    def overlook(self, sub: int, order: int, slip: str, source: str) -> None:
        """Until an operator does anything about it, the hold just set breaks INV-19 once its ship date is there."""
        shop, now = self.shop, self.shop.now
        key = order if order >= 0 else ~sub
        shop.unseen.add(key)
        ship = (shop.orders.ship if order >= 0 else shop.subs.ship).item(order if order >= 0 else sub)
        due = max(ship * DAY, now + shop.config.grace.hold * DAY)
        shop.truth.due(now, source, slip, "INV-19", sub, order, due, self._still_unseen(sub, order))

    def _still_unseen(self, sub: int, order: int) -> Callable[[], bool]:
        shop = self.shop
        if order < 0:
            return lambda: ~sub in shop.unseen and self._halted(sub)
        return lambda: order in shop.unseen and self._waits(order)

    def _waits(self, order: int) -> bool:
        return self.shop.is_stopped(order) and standing.meaning(self.shop, order) in _HELD_UNSHIPPED

    # -- deliveries to come --------------------------------------------------------------------------

    def _egg(self, sub: int, _order: int, _cause: str) -> None:
        """たまご決済失敗: the customer mends the means of payment, then the deliveries to come go on (TR-HOLD-11)."""
        if self._halted(sub) and not self._wrong_target(sub):
            self._ask_payer(sub)

    def _ask_payer(self, sub: int) -> None:
        shop = self.shop
        if not self._halted(sub):
            return
        shop.sub_row(Kind.MAIL, sub, WHO, code=shop.log.code("payment_failed"))
        attempt = shop.subs.attempt.item(sub)
        self.customers.repair(sub, attempt, lambda: self.put(lambda: self.lift(sub)))

    def _halted(self, sub: int) -> bool:
        subs = self.shop.subs
        return bool(subs.held[sub]) and subs.status.item(sub) == self.shop.policy.subscription.active

    def lift(self, sub: int) -> None:
        """Release both scopes; deliveries whose day has gone by are moved on, and it is noted (TR-HOLD-06, -18)."""
        shop = self.shop
        if not self._halted(sub):
            return
        whole = sub in self._whole
        if whole and self._one_scope(sub):
            return
        gone_by = keeping.missed(shop, sub)
        ops.fresh_dates(shop, sub, WHO)
        if gone_by:
            self._decide_missed(sub)
        self.release_both(sub)

    def release_both(self, sub: int) -> None:
        """The present order's field, where the whole subscription was held, and the subscription's."""
        shop = self.shop
        if sub in self._whole:
            for order in (*ops.unshipped(shop, sub), shop.subs.last_order.item(sub)):
                if order >= 0 and shop.is_stopped(order):
                    self.release(order)
            self._whole.discard(sub)
        keeping.release_subscription(shop, sub, WHO)
        self._lifted[sub] = shop.now

    def switch(self, sub: int, order: int, method: Method) -> None:
        """Another method for an order, and with it all goes on that waited for the customer."""
        super().switch(sub, order, method)
        self._reached(order)

    def _let_ship(self, order: int) -> None:
        super()._let_ship(order)
        self._reached(order)

    def _reached(self, order: int) -> None:
        """Whoever settles an order's payment has reached the customer: what was held with it goes on (modelled)."""
        sub = self.shop.orders.sub.item(order)
        if sub in self._whole and order not in self._own and not self.shop.is_stopped(order):
            self.lift(sub)

    def _decide_missed(self, sub: int) -> None:
        """Later deliveries instead of the missed ones: recorded, or left unsaid (TR-HOLD-18)."""
        shop, subs = self.shop, self.shop.subs
        cycle = subs.cycle.item(sub)
        if not shop.slips("cycles_undecided", sub, cycle):
            ops.decide_cycles(shop, sub, "shift", WHO)
            return
        shop.truth.due(
            shop.now, "operator", "cycles_undecided", "INV-08", sub, -1, (shop.today + 1) * DAY - 1,
            lambda: subs.status.item(sub) == shop.policy.subscription.active and subs.cycle.item(sub) == cycle,
        )  # fmt: skip

    def _wrong_target(self, sub: int) -> bool:
        """Slip: the present order, which is paid, is cancelled for the one that was never born (TR-HOLD-12)."""
        shop = self.shop
        order = shop.subs.last_order.item(sub)
        if order < 0 or shop.orders.method.item(order) != Method.CARD:
            return False
        if shop.orders.created.item(order) // DAY < shop.today - 60:
            return False  # nobody takes that for the present one
        paid = standing.payment_meaning(shop, order) == PaymentMeaning.CAPTURED
        shipped = standing.meaning(shop, order) == OrderMeaning.SHIPPED
        if not (paid and shipped and shop.is_gone(order) and shop.slips("egg_cancels_current", sub, order)):
            return False
        shop.truth.broke(shop.now, "operator", "egg_cancels_current", "INV-08", sub, order)
        ops.set_cancelled(shop, order, WHO)
        payments.let_go(shop, order, WHO)
        self._ask_payer(sub)
        return True

    # -- the whole subscription ------------------------------------------------------------------------

    def hold_after_return(self, sub: int) -> None:
        """A parcel came back: all is held until the customer has been reached (TR-HOLD-01, -06; modelled)."""
        shop = self.shop
        active = sub >= 0 and shop.subs.status.item(sub) == shop.policy.subscription.active
        if not active or shop.subs.held[sub] or shop.policy.failed_generation != "hold":
            return
        child = ops.waiting_child(shop, sub)
        free = child < 0 or self._freed(child)  # what the warehouse can't stop any more goes on
        if child >= 0 and shop.is_stopped(child):
            self._own.add(child)
        keeping.hold_whole(shop, sub, "parcel_returned", WHO, but=-1 if free else child)
        self._whole.add(sub)
        shop.sub_row(Kind.MAIL, sub, WHO, code=shop.log.code("parcel_returned"))
        days = 2 + shop.draw(sub, Purpose.NEW_VALUE, shop.subs.cycle.item(sub), 5) % 8
        self.later(days, lambda: self.lift(sub))

    def _one_scope(self, sub: int) -> bool:
        """Slip: one of the two fields is released, the other stays as it was (TR-HOLD-07)."""
        shop, now = self.shop, self.shop.now
        order = shop.subs.last_order.item(sub)
        if order < 0 or not shop.is_stopped(order) or order in self._own:
            return False
        if not shop.slips("released_one_scope", sub, shop.subs.cycle.item(sub)):
            return False
        due = now + shop.config.grace.resume * DAY
        days = 1 if shop.mends(sub, order) else _FOUND_LATE
        if self._waits(order):
            ops.fresh_dates(shop, sub, WHO)
            ops.decide_cycles(shop, sub, "shift", WHO)
            keeping.release_subscription(shop, sub, WHO)
            self._whole.discard(sub)
            shop.truth.due(
                now, "operator", "released_one_scope", "INV-20", sub, order, due, lambda: self._waits(order)
            )
            self.later(days, lambda: ops.release(shop, order, WHO))
            return True
        ops.release(shop, order, WHO)
        shop.truth.due(
            now, "operator", "released_one_scope", "INV-20", sub, -1, due, lambda: self._halted(sub)
        )
        self.later(days, lambda: self.lift(sub))
        return True

    # -- one order -------------------------------------------------------------------------------------

    def _refused_held(self, sub: int, order: int, more: str) -> None:
        """A refused order under 要対応: the customer is asked, then it goes on as on every platform."""
        shop = self.shop
        if self._waits(order):
            shop.row(Kind.MAIL, order, WHO, code=shop.log.code("payment_failed"))
        self._refused(sub, order, more)

    def _ask_np(self, sub: int, order: int, _more: str, tries: int = _INQUIRIES) -> None:
        """NP is asked what its result means, until it is decided (TR-NP-06)."""
        shop, words = self.shop, self.shop.policy.payment
        found = standing.payment_meaning(shop, order)
        if found == PaymentMeaning.REFUSED or not self._waits(order):
            return
        if found == PaymentMeaning.PENDING:
            answer = shop.gateway.ask(ask_about(shop, order, Operation.INQUIRE))
            code = shop.log.code(answer.state or "unknown")
            status = words.authorised if answer.state == "AUTHORISED" else words.pending
            if status == words.authorised:
                shop.orders.covered[order] = answer.amount
            shop.set_payment(order, status, Kind.INQUIRED, WHO, code=code)
            if status == words.pending and tries > 1:
                self.later(1, lambda: self._ask_np(sub, order, "", tries - 1))
                return
        if standing.payment_meaning(shop, order) == PaymentMeaning.PENDING:
            ops.decide(shop, order, "cancel", WHO)
            ops.cancel_order(shop, order, WHO)
        else:
            ops.release(shop, order, WHO)

    def check_held(self, sub: int, order: int, ground: str) -> None:
        """A ground found in a new order: checked, then released, or cancelled where it is grave (TR-HOLD-10, -13)."""
        shop = self.shop
        if not self._waits(order):
            return
        if ground == "blacklisted":
            ops.decide(shop, order, "cancel", WHO)
            ops.cancel_order(shop, order, WHO)
        else:
            self.release(order)

    def settle_amount(self, sub: int, order: int, _more: str) -> None:
        """Reauthorise the amount that is reported, then report again; or ask for it by other means (TR-NP-07)."""
        shop, orders = self.shop, self.shop.orders
        if order in shop.left_to_differ or standing.meaning(shop, order) != OrderMeaning.SHIPPED:
            return
        if standing.payment_meaning(shop, order) == PaymentMeaning.CAPTURE_FAILED:
            payments.reauthorise(shop, order, WHO)
        outcome = standing.payment_meaning(shop, order)
        if outcome == PaymentMeaning.REFUSED:
            payments.let_go(shop, order, WHO)
        elif outcome in (PaymentMeaning.PENDING, PaymentMeaning.UNKNOWN):
            self.later(1, lambda: self.settle_amount(sub, order, ""))
            return
        orders.flags[order] &= without(CAPTURE_TRIED)
        if orders.flags[order] & STOPPED:
            keeping.release_order(shop, order, WHO)
