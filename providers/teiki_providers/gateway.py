"""The direct door: a store's calls answered from the ledger, without any wire in between."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from teiki_providers.books import Book, Move
from teiki_providers.desk import Desk, as_ask, blank, lay, take_captures, take_charges
from teiki_providers.faults import FaultPlan, Verdicts
from teiki_providers.ledger import Ledger, Repeated
from teiki_providers.plain import FIRST_PLAIN
from teiki_providers.shelf import BOOKS
from teiki_providers.silent import FAULTS
from teiki_providers.singles import Singles
from teiki_providers.states import State
from teiki_providers.till import Till
from teiki_sim.calendar import DAY
from teiki_sim.log.kinds import Kind
from teiki_sim.log.writer import Log
from teiki_sim.messages import Answer, Answers, Ask, Captures, Charges, Method, News, Operation, Outcome

__all__ = ["ORPHAN", "DirectGateway"]

_NO_ANSWER = Outcome.NO_ANSWER
#: The code of a payment that arrived for a cancelled invoice (EC-SHP-07).
ORPHAN = "orphan"


class DirectGateway:
    """A `teiki_sim.messages.Gateway` on one ledger and one fault plan. Instants never go back."""

    def __init__(
        self, ledger: Ledger, plan: FaultPlan, log: Log, books: Mapping[Method, Book] = BOOKS
    ) -> None:
        self.ledger = ledger
        self.plan = plan
        self._log = log
        self._books = books
        self.desk = Desk(ledger, plan, log, books)
        self._till = Till(self.desk)
        self._singles = Singles(self.desk, self.authorise, self.capture)
        terms = [books[m].terms if m in books else None for m in Method]
        self._cap = np.array([t.cap if t else 0 for t in terms], np.int32)
        self._printable = np.zeros((len(Method), len(State)), np.bool_)
        for method, book in books.items():
            for state in State:
                cell = book.cell(state, Operation.PRINT_INVOICE)
                self._printable[method, state] = isinstance(cell, Move)
        self._one_live = np.array([bool(t and t.one_live) for t in terms])

    # ---- authorisations --------------------------------------------------------------------------

    def authorise(self, charges: Charges) -> Answers:
        """Ask for new authorisations; a plain method is accepted with no transaction."""
        plain = charges.method >= FIRST_PLAIN
        if len(plain) == 1 and not plain[0]:
            one = as_ask(charges, 0)
            if self.plan.spares(one):
                return self._singles.answers(one)
        if not plain.any():
            return self._heard(charges, self.plan.verdicts(charges))
        answers = blank(len(plain))
        rows = np.flatnonzero(~plain)
        if len(rows):
            lay(answers, rows, self.authorise(take_charges(charges, rows)))
        return answers

    def _heard(self, charges: Charges, verdicts: Verdicts) -> Answers:
        """Set aside the calls that never arrived, and forget the replies that get lost."""
        if not verdicts.effects:
            return self._open(charges, verdicts)
        lost = [row for row, effect in verdicts.effects.items() if effect.lost]
        if lost:
            answers = self._lose(charges, verdicts, lost)
        else:
            answers = self._open(charges, verdicts)
        unheard = self.desk.unheard
        for row, effect in verdicts.effects.items():
            if not effect.unheard:
                continue
            self.desk.befell = effect
            if not self.desk.frank:
                unheard[int(charges.order[row])] = int(answers.transaction[row])
                answers.outcome[row], answers.transaction[row], answers.code[row] = _NO_ANSWER, -1, 0
        return answers

    def _lose(self, charges: Charges, verdicts: Verdicts, lost: list[int]) -> Answers:
        answers = blank(len(verdicts.result))
        arrives = np.ones(len(answers.outcome), np.bool_)
        for row in lost:
            arrives[row] = False
            self.desk.befell = verdicts.effects[row]
            answers.outcome[row] = _NO_ANSWER
            answers.code[row] = self._log.code(verdicts.effects[row].code)
            self.desk.unheard[int(charges.order[row])] = -1 - self.ledger.size
        rows = np.flatnonzero(arrives)
        if len(rows):
            lay(answers, rows, self._open(take_charges(charges, rows), _some(verdicts, rows)))
        return answers

    def _open(self, charges: Charges, verdicts: Verdicts) -> Answers:
        """Open transactions for calls that arrived; the book can refuse what the plan would accept."""
        result, code, day = verdicts.result, verdicts.code, charges.at // DAY
        over = charges.amount > self._cap[charges.method]
        if over.any() and not self.plan.quiet:
            self._refuse(charges, np.flatnonzero(over), verdicts, "cap")
        again = self.ledger.last(charges.order) >= 0
        if again.any() and not self.plan.quiet:
            live = [
                row
                for row in np.flatnonzero(again & self._one_live[charges.method]).tolist()
                if self.desk.has_live(
                    int(charges.order[row]), self._books[Method(charges.method[row])].terms.one_live, day
                )
            ]
            self._refuse(charges, live, verdicts, "live")
        try:
            numbers = self.desk.open(charges, verdicts)
        except Repeated:
            return self._one_by_one(charges, verdicts)
        return Answers(result, numbers, self.desk.logged(code) if result.any() else code)

    def _refuse(
        self, charges: Charges, rows: NDArray[np.intp] | list[int], verdicts: Verdicts, word: str
    ) -> None:
        for row in rows:
            words = self._books[Method(charges.method[row])].words
            verdicts.result[row] = Outcome.DECLINED
            verdicts.code[row] = self.plan.words.code(getattr(words, word))

    def _one_by_one(self, charges: Charges, verdicts: Verdicts) -> Answers:
        """An order stands twice in the batch: the second call meets what the first one left."""
        answers = blank(len(verdicts.result))
        for row in range(len(verdicts.result)):
            rows = np.array([row])
            lay(answers, rows, self._open(take_charges(charges, rows), _some(verdicts, rows)))
        return answers

    def take_over(self, charges: Charges) -> NDArray[np.int32]:
        """Enter authorisations that stand from before the run, as they are; their transactions.

        Their age counts from now, and nothing befalls or refuses them.
        """
        numbers = np.full(len(charges.order), -1, np.int32)
        rows = np.flatnonzero(charges.method < FIRST_PLAIN)
        some = take_charges(charges, rows)
        standing = Verdicts(np.zeros(len(rows), np.uint8), np.zeros(len(rows), np.int64), {})
        try:
            numbers[rows] = self.desk.open(some, standing)
        except Repeated:
            for row in rows.tolist():
                one = take_charges(charges, slice(row, row + 1))
                numbers[row] = self.desk.open(one, _some(standing, np.array([0])))[0]
        return numbers

    def capture(self, captures: Captures) -> Answers:
        """Capture (for deferred payment: report the shipment of) authorised transactions."""
        plain = captures.method >= FIRST_PLAIN
        if not plain.any():
            return self._till.capture(captures)
        answers = blank(len(plain))
        rows = np.flatnonzero(~plain)
        if len(rows):
            lay(answers, rows, self.capture(take_captures(captures, rows)))
        return answers

    # ---- one at a time, and later ----------------------------------------------------------------

    def ask(self, ask: Ask) -> Answer:
        """Ask for one operation."""
        return self._singles.ask(ask)

    def next_due(self) -> int | None:
        """The earliest instant of the agenda (authorisations that die of old age are not in it)."""
        return self.desk.agenda.next()

    def due(self, now: int) -> Sequence[News]:
        """News whose time has come, oldest first; each is told once."""
        desk, ledger = self.desk, self.ledger
        news: list[tuple[int, News]] = []
        for entry in desk.agenda.due(now):
            what, code, number = entry.what, entry.code, entry.transaction
            if what in FAULTS:
                if what == "number_unknown":
                    news.append((entry.at, self._news(what, number, code)))
                elif ledger.state[number] == State.AUTHORISED:
                    desk.lose(now, number, what)
                continue
            if what == "cancelled":
                if ledger.state[number] == State.PAID:
                    what, code = "cancel_refused", desk.book_of(number).words.finished
                else:
                    desk.cancel(now, number)
            else:
                desk.resolve(now, number, what, code)
                if what == "declined":
                    method = Method(int(ledger.method[number]))
                    self.plan.refuse_on(entry.consumer, int(ledger.cycle[number]), method, code)
            news.append((entry.at, self._news(what, number, code)))
        dead = desk.ageing.sweep(now // DAY)
        if len(dead):
            ledger.state[dead] = State.EXPIRED
            last_day = ledger.day[dead] + desk.validity[ledger.method[dead]]
            desk.entries.many(Kind.EXPIRED, now, dead, ledger.authorised[dead])
            for number, day in zip(dead.tolist(), last_day.tolist(), strict=True):
                desk.agenda.drop(number)
                desk.printed.discard(number)
                news.append(
                    ((day + 1) * DAY, self._news("expired", number, desk.book_of(number).words.expired))
                )
            news.sort(key=lambda entry: entry[0])
        return [told for _, told in news]

    def _news(self, what: str, number: int, code: str) -> News:
        amount = self.ledger.captured[number] or self.ledger.authorised[number]
        return News(what, number, int(self.ledger.order[number]), code, int(amount))

    def print_invoices(self, at: int, transactions: NDArray[np.int32]) -> None:
        """Download the print data of these bundled invoices, where the table has them; a repeat changes nothing."""
        desk, ledger = self.desk, self.ledger
        known = transactions[self._known(transactions)]
        printable = known[self._printable[ledger.method[known], ledger.state[known]]]
        desk.printed.update(printable.tolist())
        desk.entries.many_printed(at, printable)

    def pay_invoices(self, at: int, transactions: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Customers pay these deferred invoices at the provider; False where it was cancelled (orphan).

        A payment of a cancelled one is a row too, with the code ``orphan``: the provider got money.
        """
        ledger, entries = self.ledger, self.desk.entries
        known = self._known(transactions)
        state = np.where(known, ledger.state[np.where(known, transactions, 0)], np.uint8(State.NONE))
        owed: NDArray[np.bool_] = (state == State.CAPTURED) | (state == State.CANCELLING)
        orphan = state == State.CANCELLED
        ledger.state[transactions[owed]] = State.PAID
        for rows, code in ((owed, ""), (orphan, ORPHAN)):
            if rows.any():
                paid = transactions[rows]
                entries.many(Kind.INVOICE_PAID, at, paid, ledger.authorised[paid], code)
        return owed

    def _known(self, transactions: NDArray[np.int32]) -> NDArray[np.bool_]:
        return (transactions >= 0) & (transactions < self.ledger.size)

    def repair(self, at: int, consumer: int, method: Method) -> None:
        """The consumer repaired the means of payment with the provider (new card, new plan)."""
        self.plan.repair(consumer, method)

    def close(self) -> None:
        """Nothing is open."""

    # ---- for truth and tests ---------------------------------------------------------------------

    def state(self, transaction: int) -> str:
        """The provider's own state of a transaction, "none" where there is none."""
        known = self.ledger.knows(transaction)
        return State(int(self.ledger.state[transaction])).name if known else State.NONE.name

    def holdings(self, order: int) -> Sequence[tuple[str, int]]:
        """State and yen taken less refunded of each transaction under an order number, newest first."""
        ledger = self.ledger
        return [(State(ledger.state.item(t)).name, ledger.net(t)) for t in ledger.of_order(order)]

    def mishaps(self) -> Sequence[tuple[str, int]]:
        """Faults since this was last asked of which the shop was told nothing, each with its order."""
        return self.plan.silent.take()

    def table(self) -> dict[str, NDArray[Any]]:
        """The ledger as columns: order, method, state, authorised, captured, refunded."""
        return self.ledger.table()


def _some(verdicts: Verdicts, rows: NDArray[np.intp]) -> Verdicts:
    """The verdicts on some rows, in ascending order."""
    effects = {}
    for row, effect in verdicts.effects.items():
        place = int(np.searchsorted(rows, row))
        if place < len(rows) and rows[place] == row:
            effects[place] = effect
    return Verdicts(verdicts.result[rows], verdicts.code[rows], effects)
