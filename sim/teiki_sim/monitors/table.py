"""All monitors with the rows they look at; a group of rows finds its monitors here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from teiki_sim.log.fold import FOLDED
from teiki_sim.log.kinds import Kind
from teiki_sim.log.rows import Chunk
from teiki_sim.log.waves import On, sort
from teiki_sim.monitors import (
    acquirer,
    addresses,
    adjustments,
    books,
    carriers,
    children,
    counts,
    courses,
    dates,
    holds,
    instruments,
    invoices,
    jobs,
    lists,
    method_changes,
    money,
    np_refusals,
    numbering,
    orders,
    points,
    pulls,
    purchases,
    refusals,
    requests,
    schedule,
    shipping,
    skips,
    stops,
    windows,
)
from teiki_sim.monitors.deadlines import WAITING, WATCHED
from teiki_sim.monitors.scene import Scene
from teiki_sim.monitors.state import (
    ADJUSTED,
    CAPTURED,
    CHARGED,
    CLOSED,
    EXPORTED,
    MOVED,
    POINTED,
    PULLED,
    RAKUTEN_FAILED,
    RECOUNTED,
    SEVERAL,
    UNPAYABLE,
)

Look = Callable[[Scene], None]


@dataclass(frozen=True, slots=True)
class Watch:
    """What looks at rows of some kinds: before they are folded, or after. No invariants: bookkeeping.

    With ``marks`` it sees only rows of orders that have one of these flags, with ``sub_marks`` only rows of
    subscriptions that do; as flags are rare, it then costs next to nothing.
    """

    invariants: tuple[str, ...]
    look: Look
    on: On
    kinds: tuple[Kind, ...]
    after: bool = False
    marks: int = 0
    sub_marks: int = 0


K = Kind
_VERDICTS = (K.AUTHORISED, K.REAUTHORISED, K.DECLINED, K.PENDING, K.NO_ANSWER)
_LEDGER = (
    K.AUTHORISED, K.REAUTHORISED, K.PENDING, K.DECLINED, K.CAPTURED, K.PAYMENT_CANCELLED, K.EXPIRED, K.REFUNDED,
)  # fmt: skip
_BOOKED = (*_LEDGER, K.NO_ANSWER, K.CAPTURE_FAILED, K.INQUIRED)
_PLACED = (K.GENERATED, K.OPENED)
_RARE_STATUS = (K.CANCELLED, K.RETURNED, K.DELETED, K.EDITED, K.HELD, K.RELEASED)
_STATUS = (*_RARE_STATUS, K.GENERATED, K.EXPORTED, K.COMPLETED)
_OVER = (K.STOPPED, K.ENDED)
_ENDS = (K.CANCELLED, K.RETURNED, K.DELETED, K.PAYMENT_CANCELLED, K.REFUNDED, K.INQUIRED)
_COURSE = (
    K.OPENED, K.SCHEDULED, K.EDITED, K.SKIPPED, K.RESUMED, K.RELEASED, K.HELD, K.FLAG_SET, K.FLAG_CLEARED, *_OVER,
)  # fmt: skip
_DATED = (K.SCHEDULED, K.EDITED, K.RESUMED, K.FLAG_CLEARED, K.FLAG_SET, K.HELD, *_OVER)
_TOUCHED = (
    *_RARE_STATUS, *_VERDICTS, K.MAIL, K.NOTICE, K.DECISION, K.INQUIRED, K.PAYMENT_CANCELLED, K.WAREHOUSE_STOPPED,
    K.REFUSED, K.SHIPPED,
)  # fmt: skip
_TOUCHED_COURSE = (
    K.MAIL, K.NOTICE, K.DECISION, K.RELEASED, K.EDITED, K.SCHEDULED, K.RESUMED, K.SKIPPED, K.HELD, K.FLAG_CLEARED,
    K.REFUSED, *_OVER,
)  # fmt: skip

WATCHES: tuple[Watch, ...] = (
    Watch(("INV-17",), orders.status_moves, On.ORDER, _STATUS),
    Watch(("INV-07", "INV-09", "INV-12", "INV-31"), children.generated, On.ORDER, (K.GENERATED,)),
    Watch(("INV-16",), skips.settled, On.ORDER, (K.GENERATED,), sub_marks=WAITING),
    Watch(("INV-08", "INV-31"), children.deleted, On.ORDER, (K.DELETED,)),
    Watch(("INV-08", "INV-31"), children.given_up, On.SUBSCRIPTION, _OVER, sub_marks=WATCHED),
    Watch(("INV-08", "INV-31"), children.decided, On.ORDER, (K.DECISION,), sub_marks=WATCHED),
    Watch(("INV-08", "INV-31"), children.decided, On.SUBSCRIPTION, (K.DECISION,), sub_marks=WATCHED),
    Watch(("INV-31",), children.failed_by_rakuten, On.ORDER, (K.DECLINED, K.EXPIRED)),
    Watch(
        ("INV-31",),
        children.repaired,
        On.ORDER,
        (K.AUTHORISED, K.REAUTHORISED, K.CANCELLED),
        marks=RAKUTEN_FAILED,
    ),
    Watch(
        ("INV-02", "INV-03", "INV-04", "INV-10", "INV-18", "INV-25"), shipping.shipped, On.ORDER, (K.SHIPPED,)
    ),
    Watch(("INV-22",), orders.shipped_before_reauthorised, On.ORDER, (K.SHIPPED,), marks=WATCHED),
    Watch(("INV-18", "INV-25"), shipping.captured, On.ORDER, (K.CAPTURED,)),
    Watch(("INV-55",), shipping.ship_and_capture, On.ORDER, (K.SHIPPED, K.CAPTURED)),
    Watch(("INV-37",), shipping.changed_at_warehouse, On.ORDER, (K.EDITED, K.CANCELLED)),
    Watch(("INV-22", "INV-26"), orders.edited, On.ORDER, (K.EDITED,)),
    Watch(("INV-25", "INV-26"), orders.noticed, On.ORDER, (K.NOTICE,)),
    Watch(("INV-22",), orders.reauthorised, On.ORDER, (*_VERDICTS, K.CANCELLED, K.DELETED), marks=WATCHED),
    Watch(("INV-22",), orders.reauthorised, On.LEDGER, _VERDICTS, marks=WATCHED),
    Watch(("INV-06",), money.divergence_explained, On.ORDER, (K.DECISION,)),
    Watch(("INV-06",), money.unwatch, On.ORDER, (K.DELETED,)),
    Watch(("INV-16",), skips.skipped, On.ORDER, (K.SKIPPED,)),
    Watch(("INV-16",), skips.skipped, On.SUBSCRIPTION, (K.SKIPPED,)),
    Watch(("INV-16",), skips.stopped, On.SUBSCRIPTION, _OVER, sub_marks=WAITING),
    Watch(("INV-20",), schedule.recovery, On.SUBSCRIPTION, (K.FLAG_SET, K.FLAG_CLEARED, K.RESUMED, *_OVER)),
    Watch(("INV-07",), pulls.pulled, On.ORDER, (K.EDITED,)),
    Watch(("INV-07",), pulls.generated, On.ORDER, (K.GENERATED,), sub_marks=PULLED),
    Watch(("INV-27",), invoices.cancelled, On.LEDGER, (K.PAYMENT_CANCELLED,)),
    Watch(("INV-27",), invoices.told, On.ORDER, (K.MAIL,)),
    Watch(("INV-27",), invoices.orphan, On.LEDGER, (K.INVOICE_PAID,)),
    Watch(("INV-29",), windows.cancelled, On.ORDER, (K.CANCELLED, K.RETURNED), marks=CAPTURED),
    Watch((), windows.captured, On.ORDER, (K.CAPTURED,)),
    Watch(
        ("INV-44",),
        windows.on_page,
        On.SUBSCRIPTION,
        (K.STOPPED, K.RESUMED, K.CARD_DELETED, K.CARD_REGISTERED),
    ),
    Watch(("INV-34",), adjustments.moved, On.SUBSCRIPTION, (K.ADJUSTED,)),
    Watch(("INV-34",), adjustments.applied, On.ORDER, (K.ADJUSTED,)),
    Watch(("INV-34",), adjustments.stopped, On.SUBSCRIPTION, _OVER, sub_marks=ADJUSTED),
    Watch(("INV-34",), adjustments.resumed, On.SUBSCRIPTION, (K.RESUMED,), sub_marks=ADJUSTED),
    Watch(("INV-34",), adjustments.cancelled, On.ORDER, adjustments.KINDS),
    Watch(("INV-52",), addresses.changed, On.SUBSCRIPTION, (K.ADDRESS_CHANGED,)),
    Watch(("INV-52",), addresses.carried, On.SUBSCRIPTION, (K.EDITED,), sub_marks=MOVED),
    Watch(("INV-52",), addresses.told_or_edited, On.ORDER, (K.EDITED, K.MAIL), sub_marks=MOVED),
    Watch(("INV-52",), addresses.put_back, On.ORDER, (K.EDITED,)),
    Watch(("INV-52",), addresses.generated, On.ORDER, (K.GENERATED,), sub_marks=MOVED),
    Watch(("INV-52",), addresses.shipped, On.ORDER, (K.SHIPPED,), sub_marks=MOVED),
    Watch(("INV-45",), instruments.lost, On.SUBSCRIPTION, (K.CARD_DELETED,)),
    Watch(("INV-45",), instruments.resumed, On.SUBSCRIPTION, (K.RESUMED,), sub_marks=UNPAYABLE),
    Watch(
        ("INV-45",),
        instruments.registered,
        On.SUBSCRIPTION,
        (K.CARD_REGISTERED, K.REPAIRED),
        sub_marks=UNPAYABLE,
    ),
    Watch(("INV-45",), instruments.given_up, On.SUBSCRIPTION, (K.EDITED, *_OVER), sub_marks=UNPAYABLE),
    Watch(("INV-53",), requests.shipped, On.ORDER, (K.SHIPPED,), marks=WATCHED),
    Watch(("INV-53",), requests.decided, On.ORDER, (K.DECISION,)),
    Watch(("INV-53",), requests.cancelled, On.ORDER, (K.CANCELLED,)),
    Watch(("INV-53",), requests.answered, On.ORDER, (K.MAIL, K.CANCELLED, K.RETURNED), marks=WATCHED),
    Watch(("INV-53",), requests.written, On.ORDER, (K.MESSAGE,)),
    Watch(("INV-53",), requests.came_back, On.ORDER, (K.PARCEL_RETURNED,)),
    Watch(("INV-14",), dates.scheduled, On.SUBSCRIPTION, (K.SCHEDULED,)),
    Watch(("INV-14",), dates.resumed, On.SUBSCRIPTION, (K.RESUMED,), sub_marks=WATCHED),
    Watch(("INV-14",), dates.skipped_twice, On.ORDER, (K.SKIPPED,)),
    Watch(("INV-14",), dates.skipped_twice, On.SUBSCRIPTION, (K.SKIPPED,)),
    Watch(("INV-14",), dates.asked, On.SUBSCRIPTION, (K.MESSAGE,)),
    Watch(("INV-15",), dates.parcels, On.ORDER, (K.SHIPPED,)),
    Watch(("INV-21", "INV-54"), refusals.declined, On.ORDER, (K.DECLINED,)),
    Watch(("INV-21",), refusals.flagged, On.SUBSCRIPTION, (K.FLAG_SET,)),
    Watch(("INV-21",), refusals.repaired, On.SUBSCRIPTION, (K.REPAIRED, K.EDITED)),
    Watch(("INV-21",), refusals.restarted, On.SUBSCRIPTION, (K.RESUMED,)),
    Watch(("INV-54",), refusals.escalated, On.SUBSCRIPTION, (K.DECISION,), sub_marks=WATCHED),
    Watch(("INV-54",), refusals.over, On.SUBSCRIPTION, _OVER, sub_marks=WATCHED),
    Watch(("INV-19", "INV-49"), holds.order_held, On.ORDER, (K.HELD,)),
    Watch(("INV-19", "INV-20", "INV-49"), holds.subscription_held, On.SUBSCRIPTION, (K.HELD,)),
    Watch(("INV-19", "INV-20"), holds.order_seen_to, On.ORDER, _TOUCHED, marks=WATCHED),
    Watch(
        ("INV-19", "INV-20"), holds.subscription_seen_to, On.SUBSCRIPTION, _TOUCHED_COURSE, sub_marks=WATCHED
    ),
    Watch(("INV-49",), holds.given_to_somebody, On.ORDER, (K.NOTICE,)),
    Watch(("INV-49",), holds.given_to_somebody, On.SUBSCRIPTION, (K.NOTICE,)),
    Watch(("INV-20",), holds.order_released, On.ORDER, (K.RELEASED,)),
    Watch(("INV-08",), holds.decided, On.SUBSCRIPTION, (K.DECISION,)),
    Watch(("INV-08",), holds.skipped, On.ORDER, (K.SKIPPED,)),
    Watch(("INV-08",), holds.skipped, On.SUBSCRIPTION, (K.SKIPPED,)),
    Watch(("INV-08",), holds.cancelled, On.ORDER, (K.CANCELLED,)),
    Watch(("INV-46",), np_refusals.verdicts, On.ORDER, (K.DECLINED,)),
    Watch(("INV-46",), np_refusals.unknown_results, On.ORDER, (K.PENDING,)),
    Watch(("INV-47",), np_refusals.switched, On.ORDER, (K.EDITED,)),
    Watch(("INV-47",), np_refusals.told, On.ORDER, (K.MAIL,), marks=WATCHED),
    Watch((), books.note_transactions, On.LEDGER, _LEDGER),
    Watch((), books.note_money, On.LEDGER, (K.CAPTURED, K.REFUNDED, K.REAUTHORISED)),
    Watch((), books.note_child, On.ORDER, _PLACED),
    Watch((), books.note_frequency, On.SUBSCRIPTION, (K.OPENED,)),
    Watch((), books.note_shipped, On.ORDER, (K.SHIPPED,)),
    Watch((), books.note_captured, On.ORDER, (K.CAPTURED,)),
    Watch((), books.note_stopped, On.SUBSCRIPTION, (K.STOPPED,)),
    Watch((), books.note_decision, On.ORDER, (K.DECISION,)),
    Watch(
        ("INV-01",),
        money.payments_of_cancelled,
        On.LEDGER,
        _LEDGER,
        after=True,
        marks=CHARGED | CLOSED,
    ),
    Watch(
        ("INV-01",),
        money.payments_of_cancelled,
        On.ORDER,
        (K.OPENED, K.CANCELLED, K.RETURNED, K.DELETED),
        after=True,
    ),
    Watch(("INV-01",), money.payments_of_edited, On.ORDER, (K.EDITED,), after=True),
    Watch(
        ("INV-01",),
        money.payments_of_reopened,
        On.ORDER,
        (K.GENERATED, K.EXPORTED, K.COMPLETED, K.EDITED, K.HELD, K.RELEASED),
        after=True,
        marks=CHARGED,
    ),
    Watch(("INV-05",), money.captured_amount, On.ORDER, (K.CAPTURED, K.EDITED), after=True),
    Watch(("INV-06",), money.ledgers, On.LEDGER, _LEDGER, after=True),
    Watch(("INV-06",), money.ledgers, On.ORDER, (*_BOOKED, *_PLACED), after=True),
    Watch(("INV-30",), money.live_transactions, On.LEDGER, _LEDGER, after=True, marks=SEVERAL),
    Watch(("INV-28",), orders.returns, On.ORDER, (K.OPENED, *_RARE_STATUS), after=True),
    Watch(("INV-20",), orders.released, On.ORDER, (K.RELEASED,), after=True),
    Watch(
        ("INV-55",), shipping.given_up, On.ORDER, (*_RARE_STATUS, K.PAYMENT_CANCELLED, K.REFUNDED), after=True
    ),
    Watch(("INV-08", "INV-20"), holds.subscription_released, On.SUBSCRIPTION, (K.RELEASED,), after=True),
    Watch(("INV-08",), schedule.generation_done, On.ORDER, (K.GENERATED,), after=True),
    Watch(("INV-08",), schedule.next_generation, On.SUBSCRIPTION, _COURSE, after=True),
    Watch(("INV-08",), schedule.next_generation, On.ORDER, (K.SKIPPED,), after=True),
    Watch(("INV-11",), schedule.stale_dates, On.SUBSCRIPTION, _DATED, after=True),
    Watch(("INV-36",), lists.exported_again, On.ORDER, (K.EXPORTED,), marks=EXPORTED),
    Watch(("INV-36",), lists.flagged, On.ORDER, (K.EDITED,)),
    Watch(("INV-13",), carriers.scheduled, On.SUBSCRIPTION, (K.SCHEDULED,)),
    Watch((), carriers.carrier_named, On.SUBSCRIPTION, (K.EDITED,)),
    Watch(("INV-13", "INV-23", "INV-24"), carriers.edited, On.ORDER, (K.EDITED,)),
    Watch(("INV-23",), carriers.recalculated, On.ORDER, (K.RECALCULATED,)),
    Watch(("INV-33",), counts.counted, On.ORDER, (K.COUNTED,)),
    Watch(("INV-33",), counts.recalculated, On.SUBSCRIPTION, (K.RECALCULATED,)),
    Watch(("INV-33",), counts.generated, On.ORDER, (K.GENERATED,), sub_marks=int(RECOUNTED)),
    Watch(("INV-33",), counts.cancelled, On.ORDER, (K.CANCELLED,)),
    Watch(("INV-38", "INV-39"), jobs.told, On.ORDER, (K.JOB,)),
    Watch(("INV-39",), jobs.edited_again, On.SUBSCRIPTION, (K.JOB,)),
    Watch(("INV-32",), points.moved, On.ORDER, (K.POINTS,)),
    Watch(("INV-32",), points.edited, On.ORDER, (K.EDITED,), after=True, marks=POINTED),
    Watch(("INV-32",), points.over, On.ORDER, _ENDS, after=True, marks=POINTED),
    Watch(("INV-20",), method_changes.changed, On.ORDER, (K.EDITED,), after=True),
    Watch(("INV-19",), stops.stopped, On.ORDER, (K.HELD,)),
    Watch(("INV-48",), acquirer.told, On.ORDER, (K.NOTICE,)),
    Watch(("INV-48",), acquirer.told_at_the_provider, On.LEDGER, (K.NOTICE,)),
    Watch(("INV-48",), acquirer.shipped, On.ORDER, (K.SHIPPED,)),
    Watch(("INV-48",), acquirer.generated, On.ORDER, (K.GENERATED,)),
    Watch(("INV-48",), acquirer.other_means, On.SUBSCRIPTION, (K.EDITED, *_OVER)),
    Watch(("INV-51",), numbering.numbered, On.ORDER, (K.GENERATED,)),
    Watch(("INV-35",), purchases.bought, On.ORDER, (K.TERMS,)),
    Watch(("INV-35",), purchases.deleted, On.ORDER, (K.DELETED,)),
    Watch(("INV-42", "INV-43"), courses.sold, On.SUBSCRIPTION, (K.TERMS,)),
    Watch(("INV-42",), courses.shown, On.SUBSCRIPTION, (K.SHOWN,)),
    Watch(("INV-42", "INV-43"), courses.generated, On.ORDER, (K.GENERATED,)),
    Watch(("INV-43",), courses.ended, On.SUBSCRIPTION, (K.ENDED,)),
    Watch(("INV-42",), courses.left, On.SUBSCRIPTION, (K.STOPPED,)),
    Watch(("INV-42",), courses.changed, On.SUBSCRIPTION, (K.EDITED,)),
    Watch(("INV-42",), courses.changed, On.ORDER, (K.EDITED,)),
)

INVARIANTS: tuple[str, ...] = tuple(
    sorted({invariant for watch in WATCHES for invariant in watch.invariants})
)
"""The invariants that are watched."""


class Glance(NamedTuple):
    """A watch in short."""

    look: Look
    marks: int
    sub_marks: int


def _glances(on: On, kind: Kind, after: bool) -> tuple[Glance, ...]:
    mine = (watch for watch in WATCHES if watch.on is on and kind in watch.kinds and watch.after == after)
    return tuple(Glance(watch.look, watch.marks, watch.sub_marks) for watch in mine)


GLANCES: dict[tuple[On, int], tuple[tuple[Glance, ...], tuple[Glance, ...]]] = {
    (on, kind): (_glances(on, kind, False), _glances(on, kind, True)) for on in On for kind in Kind
}
"""By what rows tell of and their kind: what looks at a wave before and after it is folded, in the table's order."""

HEEDED = FOLDED.copy()
HEEDED[[sort(On.ORDER, kind) for kind in books.MARKING]] = True
"""By `sort`: whether such rows tell the monitors anything."""
for _watch in WATCHES:
    HEEDED[[sort(_watch.on, kind) for kind in _watch.kinds]] = True

ECHO = sort(On.ORDER, Kind.EXPORTED), sort(On.ORDER, Kind.HANDED_OVER)
"""The second tells the monitors nothing right after the first: that the warehouse has the order."""
_PAID = sort(On.LEDGER, Kind.INVOICE_PAID)


def heeded(chunk: Chunk, sorts: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Where rows are that tell the monitors anything; of paid invoices, those of cancelled payments do."""
    tells = HEEDED.take(sorts)
    paid = (sorts == _PAID).nonzero()[0]
    orphan = chunk.vocabulary.codes.index.get("orphan", -1)
    tells[paid] = chunk.columns["code"].take(paid) == orphan
    return tells.nonzero()[0]
