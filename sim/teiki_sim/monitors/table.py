"""All monitors with the rows they look at; a group of rows finds its monitors here."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from teiki_sim.log.fold import NO_STATE
from teiki_sim.log.kinds import Kind, Side
from teiki_sim.monitors import books, children, money, orders, schedule, shipping
from teiki_sim.monitors.state import Scene

Look = Callable[[Scene], None]


class On(Enum):
    """Which rows of a kind."""

    LEDGER = "the provider's rows of an order"
    ORDER = "the store's rows of an order"
    SUBSCRIPTION = "the store's rows of a subscription as such"


@dataclass(frozen=True, slots=True)
class Watch:
    """What looks at rows of some kinds: before they are folded, or after. No invariants: bookkeeping."""

    invariants: tuple[str, ...]
    look: Look
    on: On
    kinds: tuple[Kind, ...]
    after: bool = False


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
_COURSE = (
    K.OPENED, K.SCHEDULED, K.EDITED, K.SKIPPED, K.RESUMED, K.RELEASED, K.HELD, K.FLAG_SET, K.FLAG_CLEARED, *_OVER,
)  # fmt: skip
_DATED = (K.SCHEDULED, K.EDITED, K.RESUMED, K.FLAG_CLEARED, K.FLAG_SET, K.HELD, *_OVER)

WATCHES: tuple[Watch, ...] = (
    Watch(("INV-17",), orders.status_moves, On.ORDER, _STATUS),
    Watch(("INV-07", "INV-09", "INV-12", "INV-31"), children.generated, On.ORDER, (K.GENERATED,)),
    Watch(("INV-16",), schedule.skip_settled, On.ORDER, (K.GENERATED,)),
    Watch(("INV-08", "INV-31"), children.deleted, On.ORDER, (K.DELETED,)),
    Watch(("INV-08", "INV-31"), children.given_up, On.SUBSCRIPTION, _OVER),
    Watch(("INV-08", "INV-31"), children.decided, On.ORDER, (K.DECISION,)),
    Watch(("INV-08", "INV-31"), children.decided, On.SUBSCRIPTION, (K.DECISION,)),
    Watch(("INV-31",), children.failed_by_rakuten, On.ORDER, (K.DECLINED, K.EXPIRED)),
    Watch(("INV-31",), children.repaired, On.ORDER, (K.AUTHORISED, K.REAUTHORISED, K.CANCELLED)),
    Watch(
        ("INV-02", "INV-03", "INV-04", "INV-10", "INV-18", "INV-25"), shipping.shipped, On.ORDER, (K.SHIPPED,)
    ),
    Watch(("INV-22",), orders.shipped_before_reauthorised, On.ORDER, (K.SHIPPED,)),
    Watch(("INV-18", "INV-25"), shipping.captured, On.ORDER, (K.CAPTURED,)),
    Watch(("INV-55",), shipping.ship_and_capture, On.ORDER, (K.SHIPPED, K.CAPTURED)),
    Watch(("INV-37",), shipping.changed_at_warehouse, On.ORDER, (K.EDITED, K.CANCELLED)),
    Watch(("INV-22", "INV-26"), orders.edited, On.ORDER, (K.EDITED,)),
    Watch(("INV-22",), orders.reauthorised, On.ORDER, (*_VERDICTS, K.CANCELLED, K.DELETED)),
    Watch(("INV-22",), orders.reauthorised, On.LEDGER, _VERDICTS),
    Watch(("INV-06",), money.divergence_explained, On.ORDER, (K.DECISION,)),
    Watch(("INV-06",), money.unwatch, On.ORDER, (K.DELETED,)),
    Watch(("INV-16",), schedule.skipped, On.ORDER, (K.SKIPPED,)),
    Watch(("INV-16",), schedule.skipped, On.SUBSCRIPTION, (K.SKIPPED,)),
    Watch(("INV-16",), schedule.course_stopped, On.SUBSCRIPTION, _OVER),
    Watch(("INV-20",), schedule.recovery, On.SUBSCRIPTION, (K.FLAG_SET, K.FLAG_CLEARED, K.RESUMED, *_OVER)),
    Watch((), books.note_transactions, On.LEDGER, _LEDGER),
    Watch((), books.note_money, On.LEDGER, (K.CAPTURED, K.REFUNDED)),
    Watch((), books.note_child, On.ORDER, _PLACED),
    Watch((), books.note_frequency, On.SUBSCRIPTION, (K.OPENED,)),
    Watch((), books.note_export, On.ORDER, (K.EXPORTED, K.HANDED_OVER)),
    Watch((), books.note_warehouse_stop, On.ORDER, (K.WAREHOUSE_STOPPED,)),
    Watch((), books.note_shipped, On.ORDER, (K.SHIPPED,)),
    Watch((), books.note_captured, On.ORDER, (K.CAPTURED,)),
    Watch((), books.note_printed, On.ORDER, (K.INVOICE_PRINTED,)),
    Watch((), books.note_deleted, On.ORDER, (K.DELETED,)),
    Watch((), books.note_stopped, On.SUBSCRIPTION, (K.STOPPED,)),
    Watch((), books.note_decision, On.ORDER, (K.DECISION,)),
    Watch(("INV-01",), money.payments_of_cancelled, On.LEDGER, _LEDGER, after=True),
    Watch(("INV-01",), money.payments_of_cancelled, On.ORDER, (K.OPENED, *_RARE_STATUS), after=True),
    Watch(
        ("INV-01",), money.payments_of_reopened, On.ORDER, (K.GENERATED, K.EXPORTED, K.COMPLETED), after=True
    ),
    Watch(("INV-05",), money.captured_amount, On.ORDER, (K.CAPTURED, K.EDITED), after=True),
    Watch(("INV-06",), money.ledgers, On.LEDGER, _LEDGER, after=True),
    Watch(("INV-06",), money.ledgers, On.ORDER, (*_BOOKED, *_PLACED), after=True),
    Watch(("INV-30",), money.live_transactions, On.LEDGER, _LEDGER, after=True),
    Watch(("INV-28",), orders.returns, On.ORDER, (K.OPENED, *_RARE_STATUS), after=True),
    Watch(("INV-20",), orders.released, On.ORDER, (K.RELEASED,), after=True),
    Watch(
        ("INV-55",), shipping.given_up, On.ORDER, (*_RARE_STATUS, K.PAYMENT_CANCELLED, K.REFUNDED), after=True
    ),
    Watch(("INV-08",), schedule.generation_done, On.ORDER, (K.GENERATED,), after=True),
    Watch(("INV-08",), schedule.next_generation, On.SUBSCRIPTION, _COURSE, after=True),
    Watch(("INV-08",), schedule.next_generation, On.ORDER, (K.SKIPPED,), after=True),
    Watch(("INV-11",), schedule.stale_dates, On.SUBSCRIPTION, _DATED, after=True),
)

INVARIANTS: tuple[str, ...] = tuple(
    sorted({invariant for watch in WATCHES for invariant in watch.invariants})
)
"""The invariants that are watched."""


@cache
def looks(kind: Kind, on: On) -> tuple[tuple[Look, ...], tuple[Look, ...]]:
    """What looks at such rows before and after they are folded, in the order of the table."""
    mine = [watch for watch in WATCHES if on is watch.on and kind in watch.kinds]
    return tuple(w.look for w in mine if not w.after), tuple(w.look for w in mine if w.after)


def _heeded() -> NDArray[np.bool_]:
    found = np.zeros(len(Kind) * 16, np.bool_)
    for kind, side, of_order in product(Kind, Side, (False, True)):
        provider = side == Side.PROVIDER
        on = On.LEDGER if provider else On.ORDER if of_order else On.SUBSCRIPTION
        some = looks(kind, on) != ((), ()) or kind not in NO_STATE
        found[kind * 16 + side * 2 + of_order] = some and (of_order or not provider)
    return found


HEEDED = _heeded()
"""By `group_numbers`: whether such rows tell the monitors anything."""
