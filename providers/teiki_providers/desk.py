"""What every operation shares: the ledger, the books and the moves of single transactions.

Each move changes the ledger and writes its row in one place, so that the two cannot part.
"""

from collections.abc import Mapping
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from teiki_providers.agenda import Ageing, Agenda
from teiki_providers.books import Book
from teiki_providers.entries import Entries
from teiki_providers.faults import FaultPlan, Verdicts
from teiki_providers.ledger import Ledger
from teiki_providers.scripts import Effect
from teiki_providers.states import LIVE, State
from teiki_sim.calendar import DAY
from teiki_sim.log.kinds import Kind
from teiki_sim.log.writer import Log
from teiki_sim.messages import Answers, Ask, Captures, Charges, Method, Operation, Outcome

_STATES = (State.AUTHORISED, State.DECLINED, State.PENDING)  # by outcome
_OPENED = np.array([*_STATES, State.NONE], np.uint8)
_ALL_STATES, _ALL_METHODS = tuple(State), tuple(Method)
_AGEING = (State.AUTHORISED, State.PENDING)
_NOTED = (Kind.AUTHORISED, Kind.DECLINED, Kind.PENDING)  # by outcome


def take_charges(charges: Charges, rows: NDArray[np.intp] | slice) -> Charges:
    """Some rows of a batch."""
    return Charges(charges.at, *(getattr(charges, field.name)[rows] for field in fields(charges)[1:]))


def take_captures(captures: Captures, rows: NDArray[np.intp] | slice) -> Captures:
    """Some rows of a batch."""
    return Captures(captures.at, *(getattr(captures, field.name)[rows] for field in fields(captures)[1:]))


def as_ask(charges: Charges, row: int) -> Ask:
    """A charge of a batch as one asked operation."""
    columns = (charges.order, charges.sub, charges.consumer, charges.cycle, charges.amount, charges.attempt)
    order, sub, consumer, cycle, amount, attempt = (int(column[row]) for column in columns)
    method = Method(int(charges.method[row]))
    return Ask(charges.at, Operation.AUTHORISE, -1, order, sub, consumer, cycle, method, amount, attempt)


def blank(n: int) -> Answers:
    """Answers to fill in: accepted, with no transaction."""
    return Answers(np.zeros(n, np.uint8), np.full(n, -1, np.int32), np.zeros(n, np.int64))


def lay(answers: Answers, rows: NDArray[np.intp], some: Answers) -> None:
    """Put the answers to some rows in their places."""
    answers.outcome[rows] = some.outcome
    answers.transaction[rows] = some.transaction
    answers.code[rows] = some.code


class Desk:
    """The providers' side of every operation."""

    def __init__(self, ledger: Ledger, plan: FaultPlan, log: Log, books: Mapping[Method, Book]) -> None:
        self.ledger = ledger
        self.plan = plan
        self.log = log
        self.books = books
        self.entries = Entries(log, ledger)
        self.agenda = Agenda()
        validity = [books[m].terms.validity_days if m in books else 0 for m in Method]
        self.validity = np.array(validity, np.int32)
        self.ageing = Ageing(ledger, self.validity)
        self.printed: set[int] = set()
        # A sandbox's wire loses replies itself: then answers are told as they are, and what befell them is noted.
        self.frank = False
        self.befell: Effect | None = None
        self.unheard: dict[int, int] = {}  # order -> transaction, or -1 - size of the ledger: never arrived
        self._numbers: NDArray[np.int64] = np.zeros(1, np.int64)

    def book_of(self, transaction: int) -> Book:
        """The book that a transaction goes by."""
        return self.books[_ALL_METHODS[self.ledger.method.item(transaction)]]

    def logged(self, words: NDArray[np.int64]) -> NDArray[np.int64]:
        """Words of the plan as words of the log."""
        if len(self._numbers) != len(self.plan.words.list):
            self._numbers = np.array([self.log.code(word) for word in self.plan.words.list], np.int64)
        return self._numbers[words]

    def standing(self, transaction: int, day: int) -> State:
        """The state of a transaction on a day: one past its validity has expired, swept or not."""
        ledger = self.ledger
        state = _ALL_STATES[ledger.state.item(transaction)]
        if state in _AGEING and day > ledger.day.item(transaction) + self.validity.item(
            ledger.method[transaction]
        ):
            return State.EXPIRED
        return state

    def has_live(self, order: int, methods: frozenset[Method], day: int) -> bool:
        """Whether a live transaction of one of these methods stands under an order number."""
        return any(
            self.ledger.method[t] in methods and self.standing(t, day) in LIVE
            for t in self.ledger.of_order(order)
        )

    def open(self, charges: Charges, verdicts: Verdicts, kind: Kind | None = None) -> NDArray[np.int32]:
        """New transactions with their verdicts; returns their numbers. ``kind`` replaces AUTHORISED."""
        result, day = verdicts.result, charges.at // DAY
        if len(result) == 1:
            one, word, effect = as_ask(charges, 0), int(verdicts.code[0]), verdicts.effects.get(0)
            return np.array([self.open_one(one, Outcome(int(result[0])), word, effect, kind)], np.int32)
        authorised = charges.amount
        code = verdicts.code
        if result.any():
            authorised = np.where(result == Outcome.DECLINED, np.int32(0), authorised)
            code = self.logged(code)
        first = self.ledger.open(
            charges.order, charges.sub, charges.cycle, charges.method, _OPENED[result], authorised, day
        )
        self.ageing.opened(day, first)
        numbers = np.arange(first, first + len(result), dtype=np.int32)
        self.entries.charges(charges, numbers, result, code)
        if result.any():
            for row in np.flatnonzero(result == Outcome.PENDING).tolist():
                self.wait(as_ask(charges, row), first + row, verdicts.effects.get(row))
        for row in self.plan.silent.struck_many("authorisation_lapses", charges):
            self._lapses(as_ask(charges, row), first + row)
        return numbers

    def _lapses(self, ask: Ask, transaction: int) -> None:
        """An authorisation is gone in some days, and nobody is told."""
        if self.ledger.state[transaction] == State.AUTHORISED:
            day = ask.at // DAY + self.plan.silent.days(ask)
            self.agenda.put(day * DAY, transaction, "authorisation_lapses")

    def open_one(
        self, ask: Ask, outcome: Outcome, word: int, effect: Effect | None, kind: Kind | None = None
    ) -> int:
        """`open` for one charge, judged with a word of the plan; returns its number."""
        day, method = ask.at // DAY, ask.method
        authorised = 0 if outcome == Outcome.DECLINED else ask.amount
        state = _STATES[outcome]
        number = self.ledger.open_one(ask.order, ask.sub, ask.cycle, method, state, authorised, day)
        self.ageing.opened(day, number)
        what = _NOTED[outcome] if kind is None or outcome else kind
        self.entries.one(what, ask.at, number, ask.amount, self.plan.words.list[word])
        if outcome == Outcome.PENDING:
            self.wait(ask, number, effect)
        return number

    def wait(self, ask: Ask, transaction: int, effect: Effect | None) -> None:
        """A charge is held: note when and how it ends."""
        self.agenda.drop(transaction)
        if effect is None or effect.kind != "pending":
            hold = self.plan.hold(ask.at, ask.consumer, ask.cycle, ask.attempt, ask.method)
            self.agenda.put(hold.at, transaction, hold.what, hold.code, ask.consumer)
            return
        code = "" if effect.result == "authorised" else self.books[ask.method].words.declined
        if effect.polls:
            self.agenda.put_polls(effect.polls, transaction, effect.result, code)
        elif effect.after_s:
            self.agenda.put(ask.at + effect.after_s, transaction, effect.result, code, ask.consumer)

    def resolve(self, at: int, transaction: int, what: str, code: str) -> None:
        """A verdict on a held one is given."""
        ledger, amount = self.ledger, int(self.ledger.authorised[transaction])
        if what == "authorised":
            ledger.state[transaction] = State.AUTHORISED
            ledger.day[transaction] = at // DAY
            self.ageing.renewed(at // DAY, transaction)
            self.entries.one(Kind.AUTHORISED, at, transaction, amount, code)
        elif what == "declined":
            ledger.state[transaction] = State.DECLINED
            self.entries.one(Kind.DECLINED, at, transaction, amount, code)

    def reauthorise(self, at: int, transaction: int, amount: int) -> None:
        """The authorisation is replaced by one of another amount, under the same number."""
        ledger = self.ledger
        self.agenda.drop(transaction)
        ledger.state[transaction] = State.AUTHORISED
        ledger.authorised[transaction] = amount
        ledger.day[transaction] = at // DAY
        self.ageing.renewed(at // DAY, transaction)
        self.entries.one(Kind.REAUTHORISED, at, transaction, amount)

    def hold(self, at: int, transaction: int, amount: int, code: str) -> None:
        """The authorisation is replaced by one that is held."""
        ledger = self.ledger
        ledger.state[transaction] = State.PENDING
        ledger.authorised[transaction] = amount
        ledger.day[transaction] = at // DAY
        self.ageing.renewed(at // DAY, transaction)
        self.entries.one(Kind.PENDING, at, transaction, amount, code)

    def decline(self, at: int, transaction: int, amount: int, code: str) -> None:
        """The transaction is refused and nothing is left of it."""
        self.agenda.drop(transaction)
        self.ledger.state[transaction] = State.DECLINED
        self.entries.one(Kind.DECLINED, at, transaction, amount, code)

    def cancel(self, at: int, transaction: int) -> int:
        """The transaction is cancelled; returns the amount set free."""
        ledger = self.ledger
        self.agenda.drop(transaction)
        self.printed.discard(transaction)
        taken = ledger.net(transaction)
        amount = taken or int(ledger.authorised[transaction])
        ledger.state[transaction] = State.CANCELLED
        self.entries.one(Kind.PAYMENT_CANCELLED, at, transaction, amount)
        return amount

    def expire(self, at: int, transaction: int) -> None:
        """An authorisation ends by its provider's own count, before the age that the terms give it."""
        self.agenda.drop(transaction)
        self.ledger.state[transaction] = State.EXPIRED
        amount = int(self.ledger.authorised[transaction])
        self.entries.one(Kind.EXPIRED, at, transaction, amount)

    def lose(self, at: int, transaction: int, fault: str) -> None:
        """A standing authorisation is lost without a word: its old one's cancel took it along, or it lapsed."""
        self.plan.silent.note(fault, int(self.ledger.order[transaction]))
        if fault == "cancel_late":
            self.cancel(at, transaction)
        else:
            self.expire(at, transaction)

    def refund(self, at: int, transaction: int, amount: int) -> None:
        """Captured money is given back, wholly or in part."""
        ledger = self.ledger
        ledger.refunded[transaction] = ledger.refunded.get(transaction, 0) + amount
        ledger.state[transaction] = State.REFUNDED
        self.entries.one(Kind.REFUNDED, at, transaction, amount)

    def sell_more(self, at: int, transaction: int, amount: int) -> None:
        """A captured charge was raised: the difference is captured at once."""
        ledger = self.ledger
        ledger.state[transaction] = State.CAPTURED
        ledger.captured[transaction] += amount
        self.entries.one(Kind.CAPTURED, at, transaction, amount)
