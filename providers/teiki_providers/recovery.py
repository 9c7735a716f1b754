"""The verdict on a caller after a reply was lost: charged twice, lost the order, or reconciled.

A call that was executed and not answered leaves a charge that the caller doesn't know of. What the caller did
next is read from the ledger, never from what it says of itself.
"""

from typing import TYPE_CHECKING, Literal, NamedTuple

from teiki_providers.states import State

if TYPE_CHECKING:
    from teiki_providers.house import House

__all__ = ["Lost", "Recoveries", "Verdict"]

Result = Literal["charged_twice", "lost_order", "reconciled"]
#: States in which a charge holds or has taken money.
_HOLDS = frozenset({State.AUTHORISED, State.CAPTURED, State.PAID, State.PENDING})


class Lost(NamedTuple):
    """A charge whose reply was lost: when, which transaction, whose, how much (yen)."""

    at: int
    provider: str
    transaction: int
    consumer: int
    order: int
    amount: int


class Verdict(NamedTuple):
    """What became of it, and the transaction charged beside it (-1: none)."""

    lost: Lost
    result: Result
    beside: int = -1


class Recoveries:
    """Watches the charges whose replies were lost."""

    def __init__(self) -> None:
        self._lost: list[Lost] = []
        self._touched: set[int] = set()
        self._open: set[int] = set()

    def lose(self, lost: Lost) -> None:
        """A charge was executed and its reply lost."""
        self._lost.append(lost)
        self._open.add(lost.transaction)

    def touch(self, transaction: int) -> None:
        """The caller asked about, or did something with, a transaction."""
        if transaction in self._open:
            self._touched.add(transaction)

    def verdicts(self, house: "House") -> list[Verdict]:
        """What became of each, as things stand now."""
        return [self._verdict(house, lost) for lost in self._lost]

    def _verdict(self, house: "House", lost: Lost) -> Verdict:
        holds = house.standing(lost.transaction) in _HOLDS
        beside = self._beside(house, lost)
        if holds and beside >= 0:
            return Verdict(lost, "charged_twice", beside)
        if beside >= 0 or lost.transaction in self._touched or not holds:
            return Verdict(lost, "reconciled", beside)
        return Verdict(lost, "lost_order")

    def _beside(self, house: "House", lost: Lost) -> int:
        """A later charge for the same thing that holds money: the same order, or the same consumer and amount
        (a caller that registers anew uses another order number)."""
        ledger = house.ledger
        for number in range(lost.transaction + 1, ledger.size):
            same_order = int(ledger.order[number]) == lost.order
            same_payer = (
                house.consumer_key(number) == lost.consumer and int(ledger.authorised[number]) == lost.amount
            )
            if (same_order or same_payer) and house.standing(number) in _HOLDS:
                return number
        return -1
