"""What a store may ask of a payment provider, and the four outcomes that can come back.

Charges and captures go in batches, since that is how a shop's nightly run sends them; everything else
is asked one at a time. A batch of one is an ordinary single call.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


class Method(IntEnum):
    """Payment methods. The numbers are internal; files carry `METHOD_NAMES`."""

    CARD = 0
    NP = 1
    NP_WIZ = 2
    NP_REALTIME = 3
    SCORE = 4
    AMAZON_PAY = 5
    RAKUTEN_PAY = 6
    COD = 7
    BANK = 8


METHODS: tuple[Method, ...] = tuple(Method)
METHOD_NAMES: tuple[str, ...] = (
    "クレジットカード",
    "NP後払い",
    "NP後払いwiz",
    "NPリアルタイム後払い",
    "スコア後払い",
    "Amazon Pay",
    "楽天ペイ",
    "代引き",
    "銀行振込",
)
DEFERRED: frozenset[Method] = frozenset({Method.NP, Method.NP_WIZ, Method.NP_REALTIME, Method.SCORE})
#: No provider authorises these: the driver or the bank brings the money.
UNCOVERED: frozenset[Method] = frozenset({Method.COD, Method.BANK})


class Outcome(IntEnum):
    """What the caller learns. NO_ANSWER hides two cases: never arrived, or done and the reply lost."""

    ACCEPTED = 0
    DECLINED = 1
    PENDING = 2
    NO_ANSWER = 3


class Operation(IntEnum):
    """Everything that can be asked of a transaction."""

    AUTHORISE = 0
    REAUTHORISE = 1  # the same order, a new verdict, the old authorisation replaced
    CHANGE = 2  # another amount under the same authorisation
    CAPTURE = 3  # for deferred payment: the ship report
    CANCEL = 4
    REFUND = 5
    INQUIRE = 6
    PRINT_INVOICE = 7


@dataclass(frozen=True, slots=True)
class Charges:
    """Authorisations to ask for, side by side: arrays of one length.

    ``consumer`` is the 64-bit key of whoever pays (draws hang on it), ``attempt`` counts tries for the
    same cycle from 0, ``amount`` is yen.
    """

    at: int
    order: NDArray[np.int32]
    sub: NDArray[np.int32]
    consumer: NDArray[np.uint64]
    cycle: NDArray[np.int16]
    attempt: NDArray[np.int16]
    method: NDArray[np.int8]
    amount: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Captures:
    """Captures (ship reports) to ask for: arrays of one length. ``slip`` is 0 where none is known."""

    at: int
    transaction: NDArray[np.int32]
    order: NDArray[np.int32]
    sub: NDArray[np.int32]
    consumer: NDArray[np.uint64]
    cycle: NDArray[np.int16]
    method: NDArray[np.int8]
    amount: NDArray[np.int32]
    slip: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Answers:
    """What came back for each row: `Outcome`, transaction number (-1: none known), code word number."""

    outcome: NDArray[np.uint8]
    transaction: NDArray[np.int32]
    code: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Ask:
    """One operation on one transaction. ``amount`` is the new amount where the operation has one."""

    at: int
    operation: Operation
    transaction: int
    order: int
    sub: int
    consumer: int
    cycle: int
    method: Method
    amount: int = 0
    attempt: int = 0
    slip: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the outcome, the transaction it is about now, the provider's code and the amount
    authorised (or captured, refunded) as the provider has it.

    For INQUIRE the outcome tells the state found: ACCEPTED with ``state``, or DECLINED where the
    provider knows no such transaction.
    """

    outcome: Outcome
    transaction: int = -1
    code: str = ""
    amount: int = 0
    state: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """What a provider tells later, pulled with `Gateway.due`.

    ``what``: "authorised", "declined" (verdicts of pending ones), "still_pending", "cancelled"
    (a cancel that takes time took effect), "cancel_refused", "expired".
    """

    what: str
    transaction: int
    order: int
    code: str = ""
    amount: int = 0


class Gateway(Protocol):
    """The store's one way to its providers; which door stands behind it is wiring.

    The provider's own rows (side ``provider``) are written to the log by whatever implements this, at the
    instant of the call.
    """

    def authorise(self, charges: Charges) -> Answers:
        """Ask for new authorisations."""

    def take_over(self, charges: Charges) -> NDArray[np.int32]:
        """Enter authorisations that stand from before the run, as they are; their transactions."""

    def capture(self, captures: Captures) -> Answers:
        """Capture (for deferred payment: report the shipment of) authorised transactions."""

    def ask(self, ask: Ask) -> Answer:
        """Ask for one operation."""

    def due(self, now: int) -> Sequence[News]:
        """News whose time has come, oldest first; each is told once."""

    def print_invoices(self, at: int, transactions: NDArray[np.int32]) -> None:
        """Download the print data of these bundled invoices."""

    def pay_invoices(self, at: int, transactions: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Customers pay these deferred invoices at the provider; False where it was cancelled (orphan)."""

    def repair(self, at: int, consumer: int, method: Method) -> None:
        """The consumer repaired the means of payment with the provider (new card, new plan)."""

    def close(self) -> None:
        """The run is over: let go of connections."""

    def state(self, transaction: int) -> str:
        """The provider's own state of a transaction: the truth, for the truth table and tests only."""

    def holdings(self, order: int) -> Sequence[tuple[str, int]]:
        """Of each transaction under an order number, newest first: the provider's state, and the yen taken less
        refunded. The truth, as `state`."""

    def mishaps(self) -> Sequence[tuple[str, int]]:
        """Faults since this was last asked of which the shop was told nothing, each with its order. The truth."""

    def table(self) -> dict[str, NDArray[Any]]:
        """The ledger as columns: order, method, state, authorised, captured, refunded."""
