"""The shop: its tables, its terms, its log and its providers, and the small moves that all flows share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVarTuple

import numpy as np
from numpy.typing import NDArray

from teiki_sim.aftermath import Aftermath
from teiki_sim.buyers import Bargain, Buyers
from teiki_sim.by_customer import ByCustomer
from teiki_sim.calendar import DAY, SUNDAY, Lead, day_of
from teiki_sim.config import SLIP_NAMES, Config, minutes
from teiki_sim.customer_record import Addresses, Adjustments, Instruments
from teiki_sim.draws import Purpose, bits53, hash64, threshold
from teiki_sim.fees import Fees, Prices
from teiki_sim.frequencies import Frequency, closed_set
from teiki_sim.letters import Letters
from teiki_sim.log.kinds import Actor, Kind, Side
from teiki_sim.log.writer import Log
from teiki_sim.messages import METHOD_NAMES, UNCOVERED, Gateway, Method
from teiki_sim.names import ShopNames
from teiki_sim.order_notes import OrderNotes
from teiki_sim.people import MadeUp, People
from teiki_sim.points import Points
from teiki_sim.policies import Policy
from teiki_sim.refusals import Refusals
from teiki_sim.requests.inbox import Inbox
from teiki_sim.tables import GONE, ORDER_COLUMNS, STOPPED, SUBSCRIPTION_COLUMNS, Rows, Table
from teiki_sim.tally import Tally
from teiki_sim.truth import Slip, Truth

if TYPE_CHECKING:
    from teiki_sim.jobs.job import Job

__all__ = ["Scheduler", "Shop"]

_Ts = TypeVarTuple("_Ts")

_SLIP_NUMBER = {name: hash64(name) & 0x3FFFFFFF for name in SLIP_NAMES}
#: How long a subscription on which a slip was made is let be (modelled).
_APART = 45 * DAY


class Scheduler(Protocol):
    """``schedule(instant, action, *args)``: the world calls ``action(*args)`` at that instant (seconds, JST)."""

    def __call__(self, at: int, action: Callable[[*_Ts], object], /, *args: *_Ts) -> None:
        """Let it happen then, or now where the instant has passed."""


#: Batches of rows after which the money of orders that are followed is looked at.
_MONEY_MOVES = frozenset({Kind.AUTHORISED, Kind.SHIPPED, Kind.CAPTURED})
_IS_UNCOVERED = np.array([Method(i) in UNCOVERED for i in range(len(METHOD_NAMES))])


@dataclass
class Shop:
    """State of one shop on one simulated clock. Moves are functions of the modules that import this."""

    config: Config
    policy: Policy
    log: Log
    gateway: Gateway
    when: Scheduler
    truth: Truth
    names: ShopNames
    subs: Table = field(default_factory=lambda: Table(SUBSCRIPTION_COLUMNS))
    orders: Table = field(default_factory=lambda: Table(ORDER_COLUMNS))
    now: int = 0
    invoices: dict[int, list[int]] = field(default_factory=dict)  # day -> orders whose invoice is paid then
    unauthorised: set[int] = field(default_factory=set)  # edited, and the reauthorisation was not made
    not_offered: set[int] = field(default_factory=set)  # the provider offers no reauthorisation of them
    misnumbered: dict[int, Slip] = field(default_factory=dict)  # reported under a wrong slip number
    refused_parcels: set[int] = field(default_factory=set)
    returning: set[int] = field(default_factory=set)  # returned orders whose payment is still to be cancelled
    on_paper: dict[int, Slip] = field(default_factory=dict)  # set to shipped by hand, and not captured yet
    overtaken: dict[int, list[int]] = field(default_factory=dict)  # children unshipped when the next came
    people: People = field(default_factory=MadeUp)  # asked when a file is made
    letters: Letters = field(default_factory=Letters)
    notes: OrderNotes = field(default_factory=OrderNotes)
    jobs: list["Job"] = field(default_factory=list)  # registered so far, in order
    unseen: set[int] = field(
        default_factory=set
    )  # held orders (subscriptions inverted) that a slip overlooked
    left_to_differ: set[int] = field(default_factory=set)  # refused reports that a slip left
    coupons: set[tuple[int, str]] = field(default_factory=set)  # used, by customer
    tries: dict[int, int] = field(default_factory=dict)  # further authorisations asked for an order
    addresses: Addresses = field(default_factory=Addresses)
    by_customer: ByCustomer = field(default_factory=ByCustomer)
    instruments: Instruments = field(default_factory=Instruments)
    shortened: set[int] = field(default_factory=set)  # methods whose provider shortened its period
    told_to_discard: set[int] = field(default_factory=set)  # orders whose invoice the customer shall destroy
    adjustments: Adjustments = field(default_factory=Adjustments)
    buyers: Buyers = field(default_factory=Buyers)
    bound: dict[int, Bargain] = field(default_factory=dict)  # subscriptions sold for so many deliveries
    on_generated: Callable[[int, Rows], None] = lambda _at, _orders: None
    on_trouble: Callable[..., None] = lambda *_: None
    inbox: Inbox = field(default_factory=Inbox)  # what a marketplace's buyers wrote
    on_back: Callable[[int], None] = lambda _order: None  # a parcel came back
    on_crossing: Callable[[int], None] = lambda _order: None  # an order leaves with a message unanswered

    def __post_init__(self) -> None:
        self.refusals = Refusals(self.subs)
        config = self.config
        self.seed = config.seed
        self.aftermath = Aftermath(self)
        self.frequencies: tuple[Frequency, ...] = closed_set()
        self.frequency_number = {frequency: i for i, frequency in enumerate(self.frequencies)}
        self.week_start = SUNDAY if config.week_start == "sunday" else 0
        self.carriers = list(config.carriers)
        self.default_carrier = self.carriers.index(config.default_carrier)
        self.tally = Tally(config)
        self.points = Points(config)
        # Seconds after midnight of the day's phases.
        schedule, carrier = config.schedule, config.carriers[config.default_carrier]
        self.night_second, self.export_second, self.ship_second, self.capture_second = (
            60 * minutes(clock)
            for clock in (
                schedule.nightly_batch,
                schedule.export_time,
                carrier.handover,
                schedule.capture_time,
            )
        )
        self.leads = [Lead(c.lead_days, c.lead_mode, c.lead_holidays) for c in config.carriers.values()]
        self.fees, self.prices = Fees(config, self.log.vocabulary.products), Prices(config)
        self.uncovered = _IS_UNCOVERED
        self.charge_first = np.array(
            [Method(i) in self.policy.charge_first for i in range(len(METHOD_NAMES))]
        )
        self.ahead = config.schedule.generate_days_before_delivery
        self.live: Rows = np.empty(0, np.intp)  # orders on which something is still to happen
        self._running = (-1, 0)
        self._slips = {name: threshold(config.slips.rate(name)) for name in sorted(SLIP_NAMES)}
        self._mend = threshold(config.slips.mend)
        self._slipped: dict[
            int, int
        ] = {}  # until when a subscription (or, inverted, a single order) is let be
        flags = self.policy.failed_generation == "flag"  # what a collision sets (SS-RACE-01)
        self.collision_chance = threshold(config.schedule.collision_rate) if flags else 0
        self.rules = {key: self.log.rule(rule) for key, rule in self.policy.rules.items()}

    # -- draws ---------------------------------------------------------------------------------

    def draw(self, sub: int, purpose: Purpose, cycle: int = 0, attempt: int = 0) -> int:
        """One keyed draw of a subscription (53 bits)."""
        return bits53(self.seed, self.subs.key.item(sub), purpose, max(cycle, 0), attempt)

    def slips(self, name: str, sub: int, order: int = 0) -> bool:
        """Whether an operator slips here; keyed on the subscription, the slip and the order at hand."""
        chance = self._slips[name]
        if not chance or sub < 0:
            return False
        drawn = self.draw(sub, Purpose.SLIP, _SLIP_NUMBER[name], order & 0xFFFF) < chance
        return drawn and self.may_slip(sub, order)

    def may_slip(self, sub: int, order: int = -1) -> bool:
        """Whether a slip drawn for is made: one at a time on a subscription (modelled), so that each can be told.

        It is noted as made: for some weeks none follows on the same subscription.
        """
        whose = sub if sub >= 0 else ~order
        if self._slipped.get(whose, 0) > self.now:
            return False
        self._slipped[whose] = self.now + _APART
        return True

    def slip_chance(self, name: str) -> int:
        """Threshold of a slip's chance, for batches."""
        return self._slips[name]

    def mends(self, sub: int, order: int) -> bool:
        """Whether the operator notices the slip just made and will mend it."""
        return self.draw(sub, Purpose.SLIP_MEND, order & 0xFFFF) < self._mend

    # -- time ----------------------------------------------------------------------------------

    @property
    def today(self) -> int:
        """The day of the clock, in days since 1970-01-01."""
        return day_of(self.now)

    # -- orders --------------------------------------------------------------------------------

    def is_stopped(self, order: int) -> bool:
        """Whether the order is under shipping stop."""
        return bool(self.orders.flags[order] & STOPPED)

    def is_gone(self, order: int) -> bool:
        """Whether the parcel has left."""
        return bool(self.orders.flags.item(order) & GONE)

    def amounts(
        self, goods: NDArray[Any], product: NDArray[Any], method: NDArray[Any], carrier: NDArray[Any]
    ) -> NDArray[np.int32]:
        """What orders come to: goods with tax and the fees (yen)."""
        total: NDArray[np.int32] = (goods + self.fees.both(product, method, carrier)).astype(np.int32)
        return total

    def new_orders(self, n: int) -> Rows:
        """Rows for ``n`` new orders, numbered as they come in."""
        rows = self.orders.add(n)
        day, used = self._running
        if day != self.today:
            used = 0
        self._running = (self.today, used + n)
        self.orders.created[rows] = self.now
        self.orders.running[rows] = np.arange(used + 1, used + n + 1)
        return rows

    @property
    def next_running(self) -> int:
        """The running number that the next order of today gets."""
        day, used = self._running
        return used + 1 if day == self.today else 1

    def consumer(self, order: int) -> int:
        """The key of whoever pays for an order."""
        sub = self.orders.sub.item(order)
        return self.subs.key.item(sub) if sub >= 0 else 0x5EED0000 + order

    def consumers(self, orders: NDArray[Any]) -> NDArray[np.uint64]:
        """`consumer` for many orders."""
        sub = self.orders.sub[orders]
        if sub.min(initial=0) >= 0:
            keys: NDArray[np.uint64] = self.subs.key[sub]
            return keys
        singles = (orders.astype(np.uint64)) + np.uint64(0x5EED0000)
        if not self.subs.n:
            return singles
        return np.where(sub >= 0, self.subs.key[np.maximum(sub, 0)], singles)

    # By place and without dicts of names: rows of single things are written some hundred thousand times.

    def row(
        self, kind: Kind, order: int, actor: Actor = Actor.SYSTEM, rule: str = "", side: Side = Side.STORE, *,
        method: int = -1, transaction: int = -1, product: int = -1, quantity: int = -1, amount: int = -1,
        ship: int = -1, delivery: int = -1, status_from: int = 0, status_to: int = 0, code: int = 0,
    ) -> int:  # fmt: skip
        """Log one store row about an order, caused by the order's last row."""
        orders = self.orders
        last_seq = orders.last_seq
        if self.unseen and actor == Actor.OPERATOR:
            self.unseen.discard(order)
        seq = self.log.one(
            kind, self.now, side, None, orders.sub.item(order), order, orders.cycle.item(order), actor, method,
            transaction, product, quantity, amount, ship, delivery, status_from, status_to, code,
            self.rules.get(rule, 0), last_seq.item(order),
        )  # fmt: skip
        last_seq[order] = seq
        if order in self.aftermath.orders:
            self.aftermath.look(order)
        return seq

    def sub_row(
        self, kind: Kind, sub: int, actor: Actor = Actor.SYSTEM, rule: str = "", side: Side = Side.STORE, *,
        cycle: int | None = None, method: int = -1, product: int = -1, quantity: int = -1, ship: int = -1,
        delivery: int = -1, status_from: int = 0, status_to: int = 0, code: int = 0,
    ) -> int:  # fmt: skip
        """Log one store row about a subscription."""
        if cycle is None:
            cycle = self.subs.cycle.item(sub)
        if self.unseen and actor == Actor.OPERATOR:
            self.unseen.discard(~sub)
        return self.log.one(
            kind, self.now, side, None, sub, -1, cycle, actor, method, -1, product, quantity, -1, ship, delivery,
            status_from, status_to, code, self.rules.get(rule, 0),
        )  # fmt: skip

    def rows(
        self, kind: Kind, orders: NDArray[Any], actor: Actor = Actor.SYSTEM, rule: str = "", **columns: Any
    ) -> None:
        """Log a batch of store rows, one an order."""
        table = self.orders
        first = self.log.many(
            kind, self.now, len(orders), order=orders, sub=table.sub[orders], cycle=table.cycle[orders],
            actor=actor, rule=self.rules.get(rule, 0), cause=table.last_seq[orders], **columns,
        )  # fmt: skip
        table.last_seq[orders] = np.arange(first, first + len(orders), dtype=np.int32)
        if self.aftermath.orders and kind in _MONEY_MOVES:
            self.aftermath.look_at(orders)

    def set_status(
        self, order: int, status: int, kind: Kind, actor: Actor, rule: str = "", *, code: int = 0
    ) -> int:
        """Move an order to a status and log the row that says so."""
        before = self.orders.status.item(order)
        self.orders.status[order] = status
        return self.row(kind, order, actor, rule, status_from=before, status_to=status, code=code)

    def set_payment(
        self, order: int, status: int, kind: Kind, actor: Actor = Actor.SYSTEM, *, code: int = 0
    ) -> int:
        """Move an order's payment status and log the row that says so."""
        orders = self.orders
        before = orders.payment.item(order)
        orders.payment[order] = status
        return self.row(
            kind, order, actor, status_from=before, status_to=status, method=orders.method.item(order),
            amount=orders.amount.item(order), transaction=orders.transaction.item(order), code=code,
        )  # fmt: skip

    def captured_amounts(self, orders: NDArray[Any]) -> NDArray[np.int32]:
        """What the store captures: what was authorised; Amazon Pay takes the edited amount (SS-AMZ-01)."""
        table = self.orders
        at_capture = table.method[orders] == Method.AMAZON_PAY
        amounts: NDArray[np.int32] = np.where(at_capture, table.amount[orders], table.covered[orders]).astype(
            np.int32
        )
        return amounts

    def carriers_of(self, orders: NDArray[Any]) -> NDArray[Any]:
        """Each order's carrier: its own where it has one, its subscription's, the default one for single orders."""
        sub = self.orders.sub[orders]
        carrier = np.full(len(orders), self.default_carrier, np.int8)
        children = sub >= 0
        carrier[children] = self.subs.carrier[sub[children]]
        if self.notes.carrier:
            own = self.notes.carrier.of(orders)
            carrier = np.where(own >= 0, own, carrier)
        return carrier

    def count_parcels(self, orders: NDArray[Any]) -> None:
        """Add up what leaves today."""
        table = self.orders
        fees = self.fees.both(table.product[orders], table.method[orders], self.carriers_of(orders))
        self.tally.ship(
            self.today, self.log.vocabulary.products, table.product[orders], table.quantity[orders],
            table.amount[orders], fees, table.cycle[orders],
        )  # fmt: skip

    @property
    def parcels(self) -> int:
        """Parcels that have left so far."""
        return self.tally.parcels

    @property
    def shipped(self) -> dict[tuple[int, int], list[int]]:
        """(day, product number) -> [parcels, units] that left."""
        return self.tally.by_day

    # -- dates ---------------------------------------------------------------------------------

    def next_delivery(self, sub: int, delivery: int) -> int:
        """The delivery date that follows ``delivery`` on this subscription's frequency."""
        subs = self.subs
        frequency: Frequency = self.frequencies[subs.frequency.item(sub)]
        anchor: int = subs.anchor.item(sub)
        return frequency.next_delivery(delivery, anchor if anchor >= 0 else delivery, self.week_start)

    def ship_date(self, sub: int, delivery: int) -> int:
        """The ship date of a delivery date, by the subscription's carrier."""
        lead: Lead = self.leads[self.subs.carrier.item(sub)]
        return lead.ship_from_delivery(delivery)

    def following(
        self, subs: NDArray[Any], delivery: NDArray[np.int32]
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Next (ship, delivery) dates for a batch of subscriptions."""
        table = self.subs
        anchor = table.anchor[subs]
        anchor = np.where(anchor >= 0, anchor, delivery).astype(np.int32)
        after = np.empty(len(subs), np.int32)
        for chosen, number in _groups(table.frequency[subs]):
            frequency = self.frequencies[number]
            after[chosen] = frequency.next_delivery_many(delivery[chosen], anchor[chosen], self.week_start)
        return self.ship_dates(table.carrier[subs], after), after

    def ship_dates(self, carrier: NDArray[Any], delivery: NDArray[np.int32]) -> NDArray[np.int32]:
        """Ship dates of delivery dates, by carrier."""
        ship = np.empty(len(delivery), np.int32)
        for chosen, number in _groups(carrier):
            ship[chosen] = self.leads[number].ship_from_delivery(delivery[chosen])
        return ship

    def schedule(self, sub: int, ship: int, delivery: int, actor: Actor, rule: str = "") -> None:
        """Set a subscription's next dates."""
        self.subs.ship[sub], self.subs.delivery[sub] = ship, delivery
        self.sub_row(Kind.SCHEDULED, sub, actor, rule, ship=ship, delivery=delivery)
        if self.policy.warns_due_at_once and self.today < delivery <= self.today + self.ahead:
            self.sub_row(Kind.NOTICE, sub, rule="due_at_once", code=self.log.code("due_at_once"))

    def later(self, days: int, clock_seconds: int) -> int:
        """An instant some days on, at a time of day."""
        return (self.today + days) * DAY + clock_seconds


def _groups(values: NDArray[Any]) -> list[tuple[Any, int]]:
    """(which rows, value) for each value present."""
    if not len(values):
        return []
    first = int(values[0])
    if (values == first).all():
        return [(slice(None), first)]
    return [(np.flatnonzero(values == value), int(value)) for value in np.flatnonzero(np.bincount(values))]
