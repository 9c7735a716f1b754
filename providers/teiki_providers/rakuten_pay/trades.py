"""Trades: what Rakuten's side knows of an order, its statuses, and what each status lets be done.

The ledger has the money and the general state; a trade adds what only the wire knows: whether the consumer
was asked, which follow-up is under way, and that an order of version 1 outlives its authorisation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from teiki_providers.books import Refused, Until
from teiki_providers.rakuten_pay.calls import Call, Family
from teiki_providers.reference import Reference
from teiki_providers.scripts import Effect
from teiki_providers.states import State

__all__ = [
    "PROVISIONAL",
    "TABLE",
    "WAITING",
    "Cell",
    "Own",
    "Status",
    "Trade",
    "Wish",
    "described",
    "standing_status",
]


class Status(Enum):
    """GMO-PG's statuses, and some that it shows under another one's name."""

    UNPROCESSED = "UNPROCESSED"
    REQSUCCESS = "REQSUCCESS"
    REFUSED = "REFUSED"  # by the consumer, before there was a charge
    NOT_STARTED = "NOT_STARTED"  # the time for it ran out
    HELD = "HELD"  # charged, and the verdict is still to come
    AUTH = "AUTH"
    REQSALES = "REQSALES"
    REQCHANGE = "REQCHANGE"
    REQCANCEL = "REQCANCEL"
    SALES = "SALES"
    CAPTURE = "CAPTURE"
    CANCEL = "CANCEL"
    PAYFAIL = "PAYFAIL"
    EXPIRED = "EXPIRED"
    LAPSED = "LAPSED"  # version 1: provisional still, its authorisation dead
    OVERDUE = "OVERDUE"  # version 1: past the end of the fifth month
    DROPPED = "DROPPED"  # version 1: cancelled when nothing was authorised any more

    @property
    def shown(self) -> str:
        """The status on the wire."""
        return _SHOWN.get(self, self.value)


_SHOWN = {
    Status.REFUSED: "PAYFAIL",
    Status.NOT_STARTED: "EXPIRED",
    Status.HELD: "REQSUCCESS",
    Status.LAPSED: "AUTH",
    Status.OVERDUE: "AUTH",
    Status.DROPPED: "CANCEL",
}

#: The statuses under which a follow-up waits to be carried out.
WAITING: Mapping[Call, Status] = {
    Call.SALES: Status.REQSALES,
    Call.CHANGE: Status.REQCHANGE,
    Call.REAUTH: Status.REQCHANGE,
    Call.CANCEL: Status.REQCANCEL,
    Call.REFUND: Status.REQCANCEL,
}


class Own(Enum):
    """Cells that permit: the wire's own move, or what the book says of the ledger's state."""

    GO = "the wire's own move"
    BOOK = "as the book has it"
    ANEW = "authorised anew first (version 1: Rakuten does it by itself)"
    DROP = "cancelled with nothing to release"


Cell = Own | Refused

_GMO = "GMO-PG status list of Rakuten ID"
_FAQ = "Rakuten's merchant FAQ (version 1)"
GO, BOOK, ANEW, DROP = Own.GO, Own.BOOK, Own.ANEW, Own.DROP
UNSETTLED = Refused("E11010002", _GMO)
UNFIT = Refused("RI1000001", _GMO)
OUT_OF_TIME = Refused("RI1000002", _GMO)
SETTLED = Refused("RI1000003", _GMO)
FINISHED = Refused("E11010001", "nothing is left to release", False)
RUNNING = Refused("E90010001", "a follow-up is open: the first one counts", False)
TOO_LATE = Refused("M01126011", _FAQ)

_CLOSED = (UNSETTLED,) * 5 + (BOOK,)
_ASKED = (BOOK,) * 6
_LOCKED = (SETTLED, UNFIT, *(RUNNING,) * 6)
_GRID: Mapping[Status, tuple[Cell, ...]] = {
    #                    EXEC CONSENT SALES CHANGE CANCEL REFUND REAUTH PRINT
    Status.UNPROCESSED: (GO, UNFIT, *_CLOSED),
    Status.REQSUCCESS: (RUNNING, GO, *_CLOSED),
    Status.REFUSED: (UNFIT, UNFIT, *_CLOSED),
    Status.NOT_STARTED: (OUT_OF_TIME, OUT_OF_TIME, *_CLOSED),
    Status.HELD: (RUNNING, UNFIT, *_ASKED),
    Status.AUTH: (SETTLED, UNFIT, *_ASKED),
    Status.REQSALES: _LOCKED,
    Status.REQCHANGE: _LOCKED,
    Status.REQCANCEL: _LOCKED,
    Status.SALES: (SETTLED, UNFIT, *_ASKED),
    Status.CAPTURE: (SETTLED, UNFIT, *_ASKED),
    Status.CANCEL: (SETTLED, UNFIT, *_ASKED),
    Status.PAYFAIL: (UNFIT, UNFIT, *_ASKED),
    Status.EXPIRED: (SETTLED, UNFIT, *_ASKED),
    Status.LAPSED: (SETTLED, UNFIT, ANEW, ANEW, DROP, UNSETTLED, ANEW, BOOK),
    Status.OVERDUE: (SETTLED, UNFIT, *(TOO_LATE,) * 5, BOOK),
    Status.DROPPED: (SETTLED, UNFIT, *(FINISHED,) * 5, BOOK),
}
#: What each status answers to each call.
TABLE: Mapping[tuple[Status, Call], Cell] = {
    (status, call): cell for status, row in _GRID.items() for call, cell in zip(Call, row, strict=True)
}

#: How long an order of version 1 stays provisional: merchants' FAQ and M01126011.
PROVISIONAL = Until(month_ends=5)

_BY_STATE: Mapping[State, Status] = {
    State.AUTHORISED: Status.AUTH,
    State.PENDING: Status.HELD,
    State.DECLINED: Status.PAYFAIL,
    State.CAPTURED: Status.SALES,
    State.REFUNDED: Status.SALES,
    State.CANCELLED: Status.CANCEL,
    State.EXPIRED: Status.EXPIRED,
}


@dataclass(frozen=True, slots=True)
class Wish:
    """A follow-up that was accepted and is carried out later; ``effect`` is what a posted fault makes of it."""

    call: Call
    amount: int | None
    tax: int
    reference: Reference | None
    effect: Effect | None


@dataclass(slots=True, kw_only=True)
class Trade:
    """One order at Rakuten. ``amount`` is all that was entered, tax included; ``stage`` is what it is while
    the ledger has nothing to say, ``number`` is the ledger's."""

    name: str
    shop: str
    family: Family
    job: str
    amount: int
    tax: int
    consumer: str
    at: int
    stage: Status = Status.UNPROCESSED
    number: int = -1
    wish: Wish | None = None
    touched: int = 0
    failure: str = ""

    @property
    def day(self) -> int:
        """The day of the order."""
        return self.at // 86400


def standing_status(trade: Trade, state: State, left: int, today: int) -> Status:
    """The status of a trade whose charge stands so in the ledger; ``left`` is what was sold and not refunded."""
    status = _BY_STATE[state]
    if status is Status.SALES:
        if not left:
            return Status.CANCEL
        return Status.CAPTURE if trade.job == "CAPTURE" else status
    if status is Status.EXPIRED and trade.family.lapses:
        return Status.LAPSED if PROVISIONAL.covers(trade.day, today) else Status.OVERDUE
    return status


def described(trade: Trade, status: Status, ledger: Mapping[str, Any]) -> dict[str, Any]:
    """A trade as plain data."""
    return {
        "id": trade.name,
        "shop": trade.shop,
        "product": trade.family.name,
        "status": status.shown,
        "job": trade.job,
        "amount": trade.amount,
        "entered_at": trade.at,
        "under_way": trade.wish.call.value if trade.wish else "",
        "failure": trade.failure,
        "ledger": dict(ledger),
    }
