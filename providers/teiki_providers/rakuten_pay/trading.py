"""Trades on the ledger: charging them, following them up at once or later, and what becomes of a late one.

Shared by both faces; which words go over the wire is theirs.
"""

from collections.abc import Callable
from typing import Generic, TypeVar

from teiki_providers.books import Move, Refused
from teiki_providers.house import House
from teiki_providers.rakuten_pay.calls import GENERAL, Call
from teiki_providers.rakuten_pay.trades import TABLE, WAITING, Own, Status, Trade, Wish, standing_status
from teiki_providers.reference import Reference
from teiki_providers.scripts import Effect
from teiki_providers.states import State
from teiki_sim.calendar import DAY
from teiki_sim.draws import hash64
from teiki_sim.messages import Answer, Method, Operation, Outcome

__all__ = ["FOLLOW_UP", "Trading", "key_of"]

#: The name of the timer at which a follow-up is carried out.
FOLLOW_UP = "follow_up"
_METHOD = Method.RAKUTEN_PAY
T = TypeVar("T", bound=Trade)


def key_of(seed: int, *parts: object) -> str:
    """32 hex digits that look drawn and are the same in every run."""
    text = ":".join(map(str, ("rakuten", seed, *parts)))
    return f"{hash64(text):016x}{hash64(text + ':more'):016x}"


class Trading(Generic[T]):
    """The trades of one front, by name and by the ledger's number."""

    def __init__(self, house: House, front: str, changed: Callable[[T], None]) -> None:
        self.house = house
        self.trades: dict[str, T] = {}
        self._front = front
        self._changed = changed
        self._by_number: dict[int, T] = {}

    # ---- looking ---------------------------------------------------------------------------------

    def add(self, key: str, trade: T) -> None:
        """Remember a new trade."""
        self.trades[key] = trade

    def of_number(self, number: int) -> T:
        """The trade of a transaction of the ledger; raises KeyError."""
        return self._by_number[number]

    def status(self, trade: T) -> Status:
        """Where a trade stands now."""
        if trade.wish is not None:
            return WAITING[trade.wish.call]
        if trade.number < 0 or trade.stage is Status.DROPPED:
            return trade.stage
        house, number = self.house, trade.number
        return standing_status(trade, house.standing(number), house.ledger.net(number), house.now // DAY)

    def amount(self, trade: T) -> int:
        """What is authorised now, or sold and not refunded; what was entered while there is no charge."""
        number, ledger = trade.number, self.house.ledger
        if number < 0:
            return trade.amount
        state = self.house.standing(number)
        if state in (State.CAPTURED, State.REFUNDED):
            return ledger.net(number)
        return int(ledger.authorised[number]) or trade.amount

    # ---- acting ----------------------------------------------------------------------------------

    def charge(self, trade: T, reference: Reference | None = None, forced: Effect | None = None) -> Answer:
        """Charge a trade for the first time; with JobCd CAPTURE it is sold at once."""
        answer = self.house.charge(_METHOD, trade.name, trade.consumer, trade.amount, reference, forced)
        if answer.outcome == Outcome.NO_ANSWER:
            return answer
        self._bind(trade, answer)
        if answer.outcome == Outcome.ACCEPTED and trade.job == "CAPTURE":
            return self._sell(trade, trade.amount, reference)
        return answer

    def follow(
        self,
        trade: T,
        call: Call,
        amount: int | None = None,
        reference: Reference | None = None,
        forced: Effect | None = None,
    ) -> Answer | Refused:
        """Carry a follow-up out now, or refuse it; without an amount it is for the whole trade."""
        cell = TABLE[self.status(trade), call]
        if isinstance(cell, Refused):
            return cell
        if cell is Own.DROP:
            trade.stage = Status.DROPPED
            self._touch(trade)
            return Answer(Outcome.ACCEPTED, trade.number)
        if cell is Own.ANEW:
            return self._renew(trade, call, amount, reference, forced)
        if trade.number < 0:
            return self._unknown(call)
        if amount is None:
            amount = int(self.house.ledger.authorised[trade.number]) if call is Call.SALES else 0
        answer = self.house.follow(GENERAL[call], trade.number, amount, 0, reference, forced)
        if answer.outcome != Outcome.NO_ANSWER:
            self._bind(trade, answer)
        return answer

    def _unknown(self, call: Call) -> Refused:
        cell = self.house.books[_METHOD].cell(State.NONE, GENERAL[call])
        assert isinstance(cell, Refused)
        return cell

    def _renew(
        self, trade: T, call: Call, amount: int | None, reference: Reference | None, forced: Effect | None
    ) -> Answer:
        """The authorisation has died: a new one, then what was asked."""
        house = self.house
        worth = amount or int(house.ledger.authorised[trade.number])
        answer = house.charge(_METHOD, trade.name, trade.consumer, worth, reference, forced)
        if answer.outcome not in (Outcome.ACCEPTED, Outcome.PENDING):
            if answer.transaction >= 0:
                self._by_number[answer.transaction] = trade
            return answer
        self._bind(trade, answer)
        if call is Call.SALES and answer.outcome == Outcome.ACCEPTED:
            return self._sell(trade, worth, reference)
        return answer

    def _sell(self, trade: T, amount: int, reference: Reference | None) -> Answer:
        return self.house.follow(Operation.CAPTURE, trade.number, amount, 0, reference)

    def _bind(self, trade: T, answer: Answer) -> None:
        """A trade counts under the newest transaction that was opened for it."""
        if answer.transaction >= 0:
            trade.number = answer.transaction
            self._by_number[answer.transaction] = trade
        if answer.outcome == Outcome.ACCEPTED:
            trade.failure = ""
        elif answer.outcome == Outcome.DECLINED and self.status(trade) is Status.PAYFAIL:
            trade.failure = answer.code
        self._touch(trade)

    def _touch(self, trade: T) -> None:
        trade.touched = self.house.now

    # ---- later -----------------------------------------------------------------------------------

    def delay(self, trade: T) -> int:
        """How many seconds a follow-up of this trade takes."""
        return self.house.settings.get(trade.family.delay, trade.family.usual)

    def postpone(self, key: str, trade: T, wish: Wish) -> bool:
        """Accept a follow-up for later, where the table and the book would permit it now."""
        seconds = self.delay(trade)
        if not seconds or wish.call is Call.PRINT or not self._permitted(trade, wish.call):
            return False
        trade.wish = wish
        self._touch(trade)
        self.house.timer(self.house.now + seconds, self._front, FOLLOW_UP, key)
        return True

    def _permitted(self, trade: T, call: Call) -> bool:
        cell = TABLE[self.status(trade), call]
        if cell is Own.BOOK:
            standing = self.house.standing(trade.number)
            return isinstance(self.house.books[_METHOD].cell(standing, GENERAL[call]), Move)
        return cell in (Own.ANEW, Own.DROP)

    def carry_out(self, trade: T) -> tuple[Wish, Answer | Refused]:
        """A follow-up that was accepted is due; a failed one leaves the trade as it was."""
        wish = trade.wish
        assert wish is not None
        trade.wish = None
        result = self.follow(trade, wish.call, wish.amount, wish.reference, wish.effect)
        if isinstance(result, Answer) and result.outcome == Outcome.ACCEPTED:
            trade.failure = ""
            if wish.call is Call.CHANGE:
                trade.tax = wish.tax
        else:
            trade.failure = result.code or self.house.books[_METHOD].words.server_error
        return wish, result

    def resolved(self, number: int, what: str, code: str) -> T:
        """News of the ledger about one of these trades; raises KeyError where it is none of them."""
        trade = self._by_number[number]
        self._touch(trade)
        if what == "declined":
            trade.failure = code
        elif what == "authorised" and trade.job == "CAPTURE" and trade.number == number:
            self._sell(trade, int(self.house.ledger.authorised[number]), None)
        if trade.number == number:
            self._changed(trade)
        return trade
