"""What all monitors share: the folded tables, a few columns beside them, the terms, the deadlines."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from teiki_sim.frequencies import Frequency
from teiki_sim.log.fold import Fold, Growing, Live
from teiki_sim.log.rows import Chunk
from teiki_sim.log.statuses import (
    ORDER_MEANING,
    SUBSCRIPTION_MEANING,
    OrderMeaning,
    SubscriptionMeaning,
)
from teiki_sim.messages import DEFERRED, UNCOVERED, Method
from teiki_sim.monitors.count_books import Counts
from teiki_sim.monitors.deadlines import Agenda, ByNumber, BySubscription, Overdue, Soon
from teiki_sim.monitors.finding import Finding
from teiki_sim.monitors.hold_notes import HoldNotes
from teiki_sim.monitors.point_books import PointBooks
from teiki_sim.monitors.sales import Sales
from teiki_sim.monitors.skips import Skips
from teiki_sim.monitors.terms import Terms

# Bits of an order's flags, beside WATCHED.
KNOWN = 2  # opened or generated, and not deleted
EXPORTED = 4  # the warehouse has it, and has confirmed no stop
SHIPPED = 8
CAPTURED = 16  # in the store's book
PRINTED = 32  # its invoice
SEVERAL = 64  # it has had more than one transaction
RAKUTEN_FAILED = 128
DIVERGED = 256  # a divergence of the ledgers was reported and goes on
CHARGED = 1024  # cancelled or returned, and charged all the same: told once while it lasts
ODD = 512  # captured another amount than was authorised, or refunded
CLOSED = 4096  # it has been cancelled or returned at some time
POINTED = 2048  # points were granted, used or reversed with it

# Bits of a subscription's flags, beside WATCHED.
STALE = 2  # next delivery not after today, already seen
LAPSED = 4  # a missing generation was reported
BURST = 8  # a burst of children was seen
RAKUTEN = 16  # a child failed by Rakuten Pay
MOVED = 32  # the customer's address changed, and not all of it has caught up
RECOUNTED = np.uint16(128)  # its count was lowered, and price and gifts not recalculated since
UNPAYABLE = 64  # a means of payment of the customer is gone
ADJUSTED = 512  # an adjustment is open
PULLED = 256  # the next delivery was put into an order under way

# What the ledger says of an order, as bits.
AUTHORISED_THERE, PENDING_THERE, CAPTURED_THERE, CANCELLED_THERE = 1, 2, 4, 8
LIVE_THERE = AUTHORISED_THERE | PENDING_THERE | CAPTURED_THERE
_BITS = np.zeros(8, np.uint8)
_BITS[Live.AUTHORISED] = AUTHORISED_THERE
_BITS[Live.PENDING] = PENDING_THERE
_BITS[Live.CAPTURED] = CAPTURED_THERE
_BITS[[Live.CANCELLED, Live.REFUNDED]] = CANCELLED_THERE

#: By method number, which may be -1 (unknown): the last entry.
IS_DEFERRED = np.array([m in DEFERRED for m in Method] + [False])
IS_UNCOVERED = np.array([m in UNCOVERED for m in Method] + [False])

_DEAD = np.zeros(9, np.bool_)
_DEAD[[OrderMeaning.CANCELLED, OrderMeaning.DELETED]] = True
DEAD = _DEAD[ORDER_MEANING]
"""By order status: it no longer counts as a child."""

GOES_ON = SUBSCRIPTION_MEANING == SubscriptionMeaning.ACTIVE
"""By subscription status."""
STOPS = np.isin(SUBSCRIPTION_MEANING, [SubscriptionMeaning.STOPPED, SubscriptionMeaning.CANCELLED])
OVER = STOPS | (SUBSCRIPTION_MEANING == SubscriptionMeaning.ENDED)

_FIRST_DATE, _DATES = 10_000, 30_000
"""Dates for which what follows is kept in a table: from 1997 on; the first stands for none."""
_UNKNOWN = -2

_NOT_NEEDED = ("product", "quantity", "ledger.order", "ledger.captured", "ledger.refunded")


@dataclass(slots=True)
class Asked:
    """Messages about one order: ``formal`` is when a request to cancel was made, with its row; -1: none was."""

    formal: int = -1
    seq: int = -1
    back: bool = False  # the parcel is here again
    chosen: bool = False  # it was decided to approve early


class State:
    """Tables, deadlines and findings.

    ``orders`` adds to the fold's orders: the first transaction, flags, when ledger and capture are due,
    the subscription's child before, the slip number while it is still to be reported. ``subs`` adds the last two children with the days they were made, and the frequency.
    """

    def __init__(self) -> None:
        self.terms = Terms()
        self.fold = Fold(leave_out=_NOT_NEEDED)
        self.orders = Growing(
            transaction=(np.int32, -1), flags=(np.uint16, 0), ledger_due=(np.uint32, 0),
            capture_due=(np.uint32, 0), previous=(np.int32, -1), slip=(np.int64, 0),
            captured_day=(np.uint16, 0), aside=(np.bool_, 0),
        )  # fmt: skip
        self.subs = Growing(
            flags=(np.uint16, 0), last=(np.int32, -1), before=(np.int32, -1), last_day=(np.uint16, 0),
            before_day=(np.uint16, 0), due=(np.uint32, 0), due_seq=(np.uint32, 0), frequency=(np.uint16, 0),
            stopped=(np.int32, -1), parcel_day=(np.uint16, 0),
            skip_order=(np.int32, -1), skip_seq=(np.int32, -1), skip_day=(np.uint16, 0), skip_found=(np.int32, -1),
            skip_expected=(np.int32, -1), skipped_at=(np.uint32, 0), skipped_seq=(np.int32, -1),
            skipped_cycle=(np.int16, -1), skipped_by=(np.uint8, 0), refused_code=(np.int32, -1),
            refused_cycle=(np.int16, -1), refused_at=(np.uint32, 0), refused_times=(np.uint8, 0), declined_at=(np.uint32, 0), carrier=(np.int8, -1),
            aside=(np.bool_, 0), resume_due=(np.uint32, 0),
        )  # fmt: skip
        self.findings: list[Finding] = []
        self.soon, self.subs_soon = Soon(self.orders), Soon(self.subs)
        self.skips = Skips(self)
        self.points = PointBooks()
        self.counts = Counts()
        self.searched: dict[int, int] = {}  # job about to be registered -> hits that the operator saw
        self.order_carrier: dict[int, int] = {}  # where it was changed
        self.other_carriers = False  # whether any subscription has another than the usual one
        self.method_edited: dict[int, int] = {}  # order -> when last
        self.both_changed: set[int] = set()  # orders whose method and carrier were changed together
        self.agenda = Agenda(self.orders, self.subs, self.findings.append)
        self.ledger_watch = ByNumber(self.orders, "ledger_due", self.soon)
        self.capture_watch = ByNumber(self.orders, "capture_due", self.soon)
        self.resume_watch = ByNumber(self.subs, "resume_due", self.subs_soon)
        self.generation_watch = BySubscription(self.subs, self.subs_soon)
        self.frequencies: list[Frequency | None] = [None]
        self.frequency_of_code: dict[int, int] = {}
        self._next: dict[tuple[int, int, int], int] = {}
        self._following = np.full((1, _DATES), _UNKNOWN, np.int32)  # by frequency and date
        self.words: list[str] = [""]
        self.sales = Sales()
        self._said: dict[tuple[str, ...], NDArray[np.bool_]] = {}
        # What is rare, by number.
        self.transactions: dict[int, list[int]] = {}
        self.captured: dict[int, int] = {}
        self.refunded: dict[int, int] = {}
        self.explained: set[int] = set()
        self.first_day = 0  # of the log
        self.subscriptions = 0  # that rows have named
        self.holds = HoldNotes()
        self.several: set[int] = set()  # orders with more than one live transaction
        self.returning: set[int] = set()  # orders in 返品待ち
        self.born_stopped: dict[int, int] = {}
        self.resumed_flagged: set[int] = set()
        self.decided: dict[int, int] = {}
        self.more_slips: dict[int, set[int]] = {}
        self.moved: dict[int, Any] = {}
        self.moved_on: dict[int, tuple[int, int]] = {}
        self.pulled: dict[int, tuple[int, int]] = {}
        self.adjusting: dict[int, Any] = {}
        self.carriers: dict[int, int] = {}
        self.told_to_discard: set[int] = set()
        self.gone: dict[int, Any] = {}
        self.rakuten: dict[tuple[int, int], dict[int, int]] = {}
        self.asked: dict[int, Asked] = {}  # what a marketplace's buyers wrote, by order
        self.unrepaired: dict[int, int] = {}  # flagged for a payment failure, by the flag's seq

    def reach(self, chunk: Chunk) -> None:
        """Make room for everything that a chunk names."""
        self.fold.reach(chunk)
        self.subscriptions = max(self.subscriptions, int(chunk.columns["sub"].max(initial=-1)) + 1)
        self.fold.ledger.reach(1)
        self.fold.orders.reach(1)
        self.fold.subscriptions.reach(self.subscriptions + 1)
        self.orders.reach(self.fold.orders.size)
        self.subs.reach(self.fold.subscriptions.size)
        self.subs.flags[-1] = 0  # nobody's: where rows of no subscription look
        self.words = chunk.vocabulary.codes.list

    def expect(self, last: int) -> None:
        """Rows up to the instant ``last`` come now: mark what may run out among them."""
        self.soon.start(last + 1)
        self.subs_soon.start(last + 1)
        for watch in (self.ledger_watch, self.capture_watch, self.resume_watch, self.generation_watch):
            watch.note_soon()

    def said(self, code: NDArray[Any], *words: str) -> NDArray[np.bool_]:
        """Where a code is one of these words."""
        known = self._said.get(words)
        if known is None or len(known) <= len(self.words):
            known = self._said[words] = np.array([word in words for word in self.words] + [False])
        # Slip numbers lie beyond all words.
        found: NDArray[np.bool_] = known[np.minimum(code, len(known) - 1)]
        return found

    # Findings

    def finding(
        self,
        invariant: str,
        at: int,
        sub: int,
        order: int,
        *evidence: int,
        case: str = "",
        money: int | None = None,
        **facts: int | str,
    ) -> Finding:
        """A finding about an order or, where ``order`` is -1, a subscription."""
        table, number = (self.fold.orders, order) if order >= 0 else (self.fold.subscriptions, sub)
        cycle = table.cycle.item(number) if number >= 0 else -1
        if money is None:
            paid = order if order >= 0 else self.subs.last.item(sub) if sub >= 0 else -1
            money = self.amount(paid)
        facts.setdefault("cycle", cycle)
        if number >= 0:
            facts.setdefault("method", table.method.item(number))
        key = "" if cycle < 0 else str(cycle)
        return Finding(invariant, case, at, sub, order, evidence, money, key, self.terms.platform, facts)

    def report(
        self,
        invariant: str,
        at: int,
        sub: int,
        order: int,
        *evidence: int,
        case: str = "",
        money: int | None = None,
        **facts: int | str,
    ) -> None:
        """A breach that is one at once."""
        self.findings.append(
            self.finding(invariant, at, sub, order, *evidence, case=case, money=money, **facts)
        )

    def amount(self, order: int) -> int:
        """Yen of an order, 0 where unknown."""
        return max(0, self.fold.orders.amount.item(order)) if order >= 0 else 0

    def next_delivery(self, frequency: int, delivery: int) -> int:
        """One cycle on, -1 where the frequency is unknown."""
        key = frequency, delivery, self.terms.week_start
        if key not in self._next:
            pattern = self.frequencies[frequency]
            self._next[key] = pattern.next_delivery(delivery, delivery, key[2]) if pattern else -1
        return self._next[key]

    def following(self, frequency: NDArray[Any], delivery: NDArray[Any]) -> NDArray[np.int32]:
        """`next_delivery` of many, from a table that is filled as dates turn up; -1 where there is none."""
        place = np.clip(delivery.astype(np.intp) - _FIRST_DATE, 0, _DATES - 1)
        more = len(self.frequencies) - len(self._following)
        if more:
            self._following = np.concatenate([self._following, np.full((more, _DATES), _UNKNOWN, np.int32)])
        table = self._following.ravel()
        key = frequency.astype(np.intp) * _DATES + place
        found: NDArray[np.int32] = table.take(key)
        unknown = found == _UNKNOWN
        if np.count_nonzero(unknown):
            for one in np.unique(key[unknown]).tolist():
                number, date = divmod(one, _DATES)
                table[one] = self.next_delivery(number, date + _FIRST_DATE) if date else -1
            found = table.take(key)
        return found

    # The ledger of an order

    def of_order(self, order: int) -> list[int]:
        """An order's transactions in the order in which they turned up."""
        first = self.orders.transaction.item(order)
        return self.transactions.get(order) or ([first] if first >= 0 else [])

    def live(self, order: int) -> list[int]:
        """Its transactions that are authorised, pending or captured."""
        return [t for t in self.of_order(order) if self.ledger_state(t) & LIVE_THERE]

    def ledger_state(self, transaction: int) -> int:
        """What the ledger says of one transaction, as a bit; given back in part, it is captured still."""
        state = self.fold.ledger.state.item(transaction)
        if state == Live.REFUNDED and self.taken(transaction) > 0:
            return CAPTURED_THERE
        return _BITS.item(state)

    def ledger_bits(self, order: NDArray[Any], first: NDArray[Any], flags: NDArray[Any]) -> NDArray[np.uint8]:
        """What the ledger says of each order, by its first transaction and flags."""
        bits: NDArray[np.uint8] = _BITS.take(self.fold.ledger.state.take(first))
        bits *= first >= 0
        for i in (flags & (SEVERAL | ODD)).nonzero()[0].tolist():
            bits[i] = 0
            for transaction in self.of_order(int(order[i])):
                bits[i] |= self.ledger_state(transaction)
        return bits

    def taken(self, transaction: int) -> int:
        """Captured less refunded, by the ledger."""
        ledger = self.fold.ledger
        captured = self.captured.get(transaction)
        if captured is None:
            captured = (
                int(ledger.authorised[transaction]) if ledger.state[transaction] == Live.CAPTURED else 0
            )
        return captured - self.refunded.get(transaction, 0)

    def net(self, order: int) -> int:
        """Captured less refunded over an order's transactions."""
        return sum(self.taken(t) for t in self.of_order(order))

    # Children

    def survives(self, order: int) -> bool:
        """Whether an order is neither cancelled nor deleted."""
        return not DEAD[self.fold.orders.status[order]]

    def sibling(self, sub: int, cycle: int, but: int) -> int:
        """A surviving child of that cycle other than ``but``, -1 where there is none."""
        orders = self.fold.orders
        recent = [o for o in (int(self.subs.last[sub]), int(self.subs.before[sub])) if o >= 0]
        for order in recent:
            if orders.cycle[order] == cycle and order != but and self.survives(order):
                return order
        # Older children have lower cycles; only where cycles come again is there more to look through.
        if len(recent) < 2 or orders.cycle[recent[1]] < cycle:
            return -1
        older, seen = int(self.orders.previous[recent[1]]), set(recent)
        while older >= 0 and older not in seen:
            seen.add(older)
            older = int(self.orders.previous[older])
        same = (o for o in sorted(seen.difference(recent)) if orders.cycle[o] == cycle)
        return next((o for o in same if o != but and self.survives(o)), -1)

    def meaning(self, order: int) -> int:
        """What an order's status says, as an `OrderMeaning`."""
        return ORDER_MEANING.item(self.fold.orders.status.item(order))

    def sub_of(self, order: int) -> int:
        """Subscription of an order, -1 for a single one."""
        return int(self.fold.orders.sub[order])


def overdue(found: Overdue | None) -> list[tuple[int, int, int]]:
    """Number, due instant and seq of what a deadline gave."""
    return [] if found is None else list(zip(*(part.tolist() for part in found), strict=True))
