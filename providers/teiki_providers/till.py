"""Captures: which of a batch the providers take, and what becomes of the rest."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from teiki_providers.books import Refused
from teiki_providers.desk import Desk, take_captures
from teiki_providers.scripts import Effect
from teiki_providers.states import State
from teiki_sim.calendar import DAY
from teiki_sim.log.kinds import Kind
from teiki_sim.messages import Answers, Captures, Method, Operation, Outcome

_NO_ANSWER = Outcome.NO_ANSWER


class Till:
    """Takes captures of authorised transactions."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        terms = [desk.books[m].terms if m in desk.books else None for m in Method]
        self._any_amount = np.array([bool(t and t.amount == "any") for t in terms])
        self._lower_ok = np.array([bool(t and t.amount == "lower_ok") for t in terms])
        self._needs_slip = np.array([bool(t and t.needs_slip) for t in terms])
        self._needs_print = np.array([bool(t and t.needs_print) for t in terms])

    def capture(self, captures: Captures) -> Answers:
        """Capture (for deferred payment: report the shipment of) authorised transactions."""
        n = len(captures.transaction)
        effects = self._desk.plan.effects(captures, Operation.CAPTURE)
        ready = self._ready(captures)
        answers = Answers(np.zeros(n, np.uint8), captures.transaction.copy(), np.zeros(n, np.int64))
        if effects:
            self._befall(captures, effects, ready, answers)
        if not ready.all():
            self._refuse(captures, ready, answers)
        if not self._once(captures.transaction, ready):
            self._refuse_repeated(captures, ready, answers)
        self._sell(self._struck(captures if ready.all() else take_captures(captures, np.flatnonzero(ready))))
        for row, effect in effects.items():
            if not effect.unheard:
                continue
            self._desk.befell = effect
            if not self._desk.frank:
                answers.outcome[row], answers.transaction[row], answers.code[row] = _NO_ANSWER, -1, 0
        return answers

    def _struck(self, captures: Captures) -> Captures:
        """Those to be sold, after faults of which the shop is told nothing."""
        silent = self._desk.plan.silent
        if rows := silent.struck_many("capture_partial", captures):
            amount = captures.amount.copy()
            for row in rows:
                if not self._needs_slip[captures.method[row]]:
                    amount[row] //= 2
                    silent.note("capture_partial", int(captures.order[row]))
            captures = replace(captures, amount=amount)
        for row in silent.struck_many("number_unknown", captures):
            if self._needs_slip[captures.method[row]]:
                tomorrow = (captures.at // DAY + 1) * DAY
                self._desk.agenda.put(tomorrow, int(captures.transaction[row]), "number_unknown")
        return captures

    def _ready(self, captures: Captures) -> NDArray[np.bool_]:
        """Which of these the provider takes: state, age, amount, slip number and printed invoice."""
        ledger, number = self._desk.ledger, captures.transaction
        known = (number >= 0) & (number < ledger.size)
        if not known.all():
            number = np.where(known, number, 0)
        method, authorised = ledger.method[number], ledger.authorised[number]
        oldest = captures.at // DAY - self._desk.validity
        ready: NDArray[np.bool_] = known & (ledger.state[number] == State.AUTHORISED)
        ready &= ledger.day[number] >= oldest[method]
        fits = (captures.amount == authorised) | self._any_amount[method]
        if not fits.all():
            fits |= self._lower_ok[method] & (captures.amount < authorised) & (captures.amount > 0)
        ready &= fits
        ready &= ~self._needs_slip[method] | (captures.slip > 0)
        bundled = np.flatnonzero(self._needs_print[method])
        if len(bundled):
            printed = self._desk.printed
            ready[bundled] &= np.array([t in printed for t in number[bundled].tolist()], np.bool_)
        return ready

    def _befall(
        self,
        captures: Captures,
        effects: Mapping[int, Effect],
        ready: NDArray[np.bool_],
        answers: Answers,
    ) -> None:
        """Take out what never arrived or fails at the provider; a refusal of the book goes before a failure."""
        desk = self._desk
        for row, effect in effects.items():
            number = int(captures.transaction[row])
            if effect.lost:
                desk.befell = effect
                answers.outcome[row], answers.transaction[row] = _NO_ANSWER, -1
                answers.code[row] = desk.log.code(effect.code)
            elif ready[row] and effect.kind in ("capture_failed", "declined"):
                code = effect.code or desk.book_of(number).words.capture_failed
                desk.entries.one(Kind.CAPTURE_FAILED, captures.at, number, int(captures.amount[row]), code)
                answers.outcome[row], answers.code[row] = Outcome.DECLINED, desk.log.code(code)
            else:
                continue
            ready[row] = False

    def _refuse(self, captures: Captures, ready: NDArray[np.bool_], answers: Answers) -> None:
        """Answer those that are not taken and have no answer yet."""
        for row in np.flatnonzero(~ready & (answers.outcome == Outcome.ACCEPTED)).tolist():
            code = self._refusal(captures, row)
            answers.outcome[row], answers.code[row] = Outcome.DECLINED, self._desk.log.code(code)

    def _once(self, number: NDArray[np.int32], ready: NDArray[np.bool_]) -> bool:
        """Whether each transaction to be sold stands once in the batch."""
        if not ready.all():
            number = number[ready]
        marks = np.arange(len(number), dtype=np.int32)
        captured = self._desk.ledger.captured  # nothing is captured yet: room to mark in
        captured[number] = marks
        once = bool((captured[number] == marks).all())
        captured[number] = 0
        return once

    def _refuse_repeated(self, captures: Captures, ready: NDArray[np.bool_], answers: Answers) -> None:
        """A transaction stands twice: the first call is executed, the others find it captured."""
        seen: set[int] = set()
        for row in np.flatnonzero(ready).tolist():
            number = int(captures.transaction[row])
            if number in seen:
                cell = self._desk.book_of(number).cell(State.CAPTURED, Operation.CAPTURE)
                answers.outcome[row] = Outcome.DECLINED
                answers.code[row] = self._desk.log.code(cell.code if isinstance(cell, Refused) else "")
                ready[row] = False
            seen.add(number)

    def _sell(self, captures: Captures) -> None:
        ledger, number = self._desk.ledger, captures.transaction
        method, amount = ledger.method[number], captures.amount
        whole = self._any_amount[method]
        if whole.any():
            amount = np.where(whole, ledger.authorised[number], amount)
        ledger.state[number] = State.CAPTURED
        ledger.captured[number] = amount
        ledger.day[number] = captures.at // DAY
        self._desk.printed.difference_update(number[self._needs_print[method]].tolist())
        slips = captures.slip * self._needs_slip[method]
        self._desk.entries.many(Kind.CAPTURED, captures.at, number, amount, slips)

    def _refusal(self, captures: Captures, row: int) -> str:
        """Why a capture is refused: the first of state, age, slip number, print data and amount."""
        number = int(captures.transaction[row])
        if not self._desk.ledger.knows(number):
            cell = self._desk.books[Method(int(captures.method[row]))].cell(State.NONE, Operation.CAPTURE)
            return cell.code if isinstance(cell, Refused) else ""
        book = self._desk.book_of(number)
        cell = book.cell(self._desk.standing(number, captures.at // DAY), Operation.CAPTURE)
        if isinstance(cell, Refused):
            return cell.code
        if book.terms.needs_slip and captures.slip[row] <= 0:
            return book.words.slip
        if book.terms.needs_print and number not in self._desk.printed:
            return book.words.unprinted
        return book.words.amount
