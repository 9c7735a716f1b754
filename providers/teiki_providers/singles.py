"""Operations that are asked one at a time: edit, cancel, refund, inquiry, print data."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from teiki_providers import plain
from teiki_providers.books import NOT_OFFERED, Book, Move, Refused
from teiki_providers.desk import Desk
from teiki_providers.scripts import Effect
from teiki_providers.states import LIVE, State
from teiki_sim.calendar import DAY
from teiki_sim.log.kinds import Kind
from teiki_sim.messages import Answer, Answers, Ask, Captures, Charges, Method, Operation, Outcome

_TAKEN = (State.CAPTURED, State.REFUNDED)
#: What is cancelled within a time only: of a card also what was merely held, long after it lapsed.
_DATED = (*_TAKEN, State.EXPIRED)
_STATES = tuple(State)
#: More than the ledger holds.
_MOST = 2**31 - 1
_JUDGED = (Operation.REAUTHORISE, Operation.CHANGE)


def as_charges(ask: Ask, method: Method) -> Charges:
    """An asked operation as a batch of one."""
    return Charges(
        ask.at,
        np.array([ask.order], np.int32),
        np.array([ask.sub], np.int32),
        np.array([ask.consumer], np.uint64),
        np.array([ask.cycle], np.int16),
        np.array([ask.attempt], np.int16),
        np.array([method], np.int8),
        np.array([ask.amount], np.int32),
    )


def as_captures(ask: Ask) -> Captures:
    """An asked capture as a batch of one."""
    one = as_charges(ask, ask.method)
    number, slip = np.array([ask.transaction], np.int32), np.array([ask.slip], np.int64)
    return Captures(ask.at, number, one.order, one.sub, one.consumer, one.cycle, one.method, one.amount, slip)


class _Call:
    """One asked operation on a transaction, with what the provider finds out about it."""

    __slots__ = ("amount", "ask", "book", "cell", "day", "effects", "number", "state")

    def __init__(self, desk: Desk, ask: Ask, number: int, effects: dict[int, Effect]) -> None:
        self.ask, self.number, self.effects = ask, number, effects
        self.day = ask.at // DAY
        known = desk.ledger.knows(number)
        self.state = desk.standing(number, self.day) if known else State.NONE
        self.book: Book = desk.book_of(number) if known else desk.books[ask.method]
        self.cell = self.book.cell(self.state, ask.operation)
        self.amount = ask.amount


class Singles:
    """Answers one operation at a time, by the table, the terms and the plan."""

    def __init__(
        self,
        desk: Desk,
        authorise: Callable[[Charges], Answers],
        capture: Callable[[Captures], Answers],
    ) -> None:
        self._desk = desk
        self._authorise = authorise
        self._capture = capture

    def ask(self, ask: Ask) -> Answer:
        """Ask for one operation."""
        if plain.is_plain(ask.method):
            return plain.answer(ask)
        if ask.operation == Operation.AUTHORISE:
            if self._desk.plan.spares(ask) and ask.amount <= _MOST:
                return self._alone(ask)
            return self._told(self._authorise(as_charges(ask, ask.method)))
        if ask.operation == Operation.CAPTURE:
            return self._told(self._capture(as_captures(ask)))
        plan = self._desk.plan
        effects = {} if plan.spares(ask) else plan.effects(as_charges(ask, ask.method), ask.operation)
        effect = effects.get(0)
        if effect is not None and effect.lost:
            self._desk.befell = effect
            return Answer(Outcome.NO_ANSWER, code=effect.code)
        number = self._found(ask) if ask.operation == Operation.INQUIRE else ask.transaction
        call = _Call(self._desk, ask, number, effects)
        if effect is not None and effect.kind == "declined" and ask.operation not in _JUDGED:
            return self._refused(call, effect.code or call.book.words.declined)
        if ask.operation in _JUDGED and plan.silent.strikes("edit_refused", ask, call.book.method):
            return self._refused(call, NOT_OFFERED)
        answer = (
            self._refused(call, call.cell.code)
            if isinstance(call.cell, Refused)
            else self._do(call, call.cell)
        )
        if effect is None or not effect.unheard:
            return answer
        self._desk.befell = effect
        if self._desk.frank:
            return answer
        if answer.transaction > ask.transaction:
            self._desk.unheard[ask.order] = answer.transaction
        return Answer(Outcome.NO_ANSWER)

    def answers(self, ask: Ask) -> Answers:
        """A charge that nothing befalls, as a batch of one."""
        number, outcome, word = self._judged(ask)
        code = self._desk.logged(np.array([word], np.int64))
        return Answers(np.array([outcome], np.uint8), np.array([number], np.int32), code)

    def _alone(self, ask: Ask) -> Answer:
        """A charge that nothing befalls."""
        number, outcome, word = self._judged(ask)
        state = _STATES[self._desk.ledger.state.item(number)]
        return Answer(
            outcome, number, self._desk.plan.words.list[word], self._amount(number, state), state.name
        )

    def _judged(self, ask: Ask) -> tuple[int, Outcome, int]:
        """Its number, outcome and word, without arrays: as `DirectGateway.authorise` has it."""
        desk, day = self._desk, ask.at // DAY
        plan, book = desk.plan, desk.books[ask.method]
        if plan.quiet:
            outcome, word = Outcome.ACCEPTED, 0
        else:
            outcome, word = plan.verdict(ask.consumer, ask.cycle, ask.attempt, ask.method, None)
            if ask.amount > book.terms.cap:
                outcome, word = Outcome.DECLINED, plan.words.code(book.words.cap)
            if book.terms.one_live and desk.has_live(ask.order, book.terms.one_live, day):
                outcome, word = Outcome.DECLINED, plan.words.code(book.words.live)
        return desk.open_one(ask, outcome, word, None), outcome, word

    def _do(self, call: _Call, cell: Move) -> Answer:
        match call.ask.operation:
            case Operation.CANCEL:
                return self._cancel(call, cell)
            case Operation.REFUND:
                return self._refund(call)
            case Operation.CHANGE:
                return self._change(call, cell)
            case Operation.REAUTHORISE:
                call.amount = call.ask.amount or int(self._desk.ledger.authorised[call.number])
                return self._edit(call, cell)
            case Operation.PRINT_INVOICE:
                self._desk.printed.add(call.number)
                self._desk.entries.printed(call.ask.at, call.number)
                return self._done(call.number, call.day)
            case _:
                return self._inquire(call)

    # ---- answers ---------------------------------------------------------------------------------

    def _amount(self, number: int, state: State) -> int:
        ledger = self._desk.ledger
        if state == State.REFUNDED:
            return ledger.refunded[number]
        return int(ledger.captured[number] or ledger.authorised[number])

    def _done(self, number: int, day: int, outcome: Outcome = Outcome.ACCEPTED, code: str = "") -> Answer:
        state = self._desk.standing(number, day)
        return Answer(outcome, number, code, self._amount(number, state), state.name)

    def _refused(self, call: _Call, code: str) -> Answer:
        if call.state == State.NONE:
            return Answer(Outcome.DECLINED, code=code)
        return self._done(call.number, call.day, Outcome.DECLINED, code)

    def _told(self, answers: Answers) -> Answer:
        """The one answer of a batch of one."""
        outcome, number = Outcome(int(answers.outcome[0])), int(answers.transaction[0])
        code = self._desk.log.vocabulary.codes.list[int(answers.code[0])]
        if outcome == Outcome.NO_ANSWER or not self._desk.ledger.knows(number):
            return Answer(outcome, code=code)
        state = State(int(self._desk.ledger.state[number]))
        return Answer(outcome, number, code, self._amount(number, state), state.name)

    # ---- operations ------------------------------------------------------------------------------

    def _found(self, ask: Ask) -> int:
        """Look a transaction up: by its number, else by the order's key."""
        unheard = self._desk.unheard.get(ask.order, -1)
        if ask.transaction >= 0:
            # A reply that was lost can have told of a newer transaction in this one's place.
            return max(ask.transaction, unheard)
        if unheard >= 0:
            return unheard
        ledger, since = self._desk.ledger, -1 - unheard
        return next(
            (t for t in ledger.of_order(ask.order) if t >= since and ledger.method[t] == ask.method), -1
        )

    def _inquire(self, call: _Call) -> Answer:
        if call.state == State.PENDING and (verdict := self._desk.agenda.poll(call.number)):
            self._desk.resolve(call.ask.at, call.number, *verdict)
        return self._done(call.number, call.day)

    def _cancel(self, call: _Call, cell: Move) -> Answer:
        desk, terms, number = self._desk, call.book.terms, call.number
        if call.state in _DATED and not terms.cancel_until.covers(int(desk.ledger.day[number]), call.day):
            return self._refused(call, call.book.words.past_cancel)
        if call.state == State.REFUNDED and not desk.ledger.net(number):
            return self._refused(call, call.book.words.finished)
        days = terms.cancel_delay_days + desk.plan.late_days(call.book.method)
        later = cell.to == State.CANCELLING and days > 0
        if desk.plan.silent.strikes("cancel_lost", call.ask, call.book.method):
            desk.plan.silent.note("cancel_lost", call.ask.order)
            told = State.CANCELLING if later else State.CANCELLED
            return Answer(Outcome.ACCEPTED, number, "", self._amount(number, call.state), told.name)
        if later and desk.plan.silent.strikes("paid_late", call.ask, call.book.method):
            return self._paid_already(call, days)
        if cell.to == State.CANCELLING and days:
            desk.ledger.state[number] = State.CANCELLING
            desk.agenda.put((call.day + days) * DAY, number, "cancelled")
        else:
            desk.cancel(call.ask.at, number)
        return self._done(number, call.day)

    def _paid_already(self, call: _Call, days: int) -> Answer:
        """The invoice was paid, which the provider finds out when it carries the cancel out."""
        desk, number = self._desk, call.number
        desk.plan.silent.note("paid_late", call.ask.order)
        amount = int(desk.ledger.authorised[number])
        desk.ledger.state[number] = State.PAID
        desk.entries.one(Kind.INVOICE_PAID, call.ask.at, number, amount)
        desk.agenda.put((call.day + days) * DAY, number, "cancelled")
        return Answer(Outcome.ACCEPTED, number, "", amount, State.CANCELLING.name)

    def _refund(self, call: _Call) -> Answer:
        desk, number, words = self._desk, call.number, call.book.words
        if not call.book.terms.refund_until.covers(int(desk.ledger.day[number]), call.day):
            return self._refused(call, words.past_refund)
        left = desk.ledger.net(number)
        amount = call.ask.amount or left
        if not 0 < amount <= left:
            return self._refused(call, words.refund_amount)
        desk.refund(call.ask.at, number, amount)
        return self._done(number, call.day)

    def _change(self, call: _Call, cell: Move) -> Answer:
        desk, terms, words, number = self._desk, call.book.terms, call.book.words, call.number
        taken = call.state in _TAKEN
        standing = desk.ledger.net(number) if taken else int(desk.ledger.authorised[number])
        if call.amount <= 0:
            return self._refused(call, words.amount)
        if call.state in terms.decrease_only and call.amount >= standing:
            return self._refused(call, words.increase)
        if taken and not terms.cancel_until.covers(int(desk.ledger.day[number]), call.day):
            return self._refused(call, words.past_cancel)
        if taken and call.amount <= standing:
            if call.amount < standing:
                desk.refund(call.ask.at, number, standing - call.amount)
            return self._done(number, call.day)
        if not taken and call.amount <= standing and not terms.decrease_judged:
            desk.reauthorise(call.ask.at, number, call.amount)
            return self._done(number, call.day)
        return self._edit(call, cell)

    def _edit(self, call: _Call, cell: Move) -> Answer:
        """A new authorisation in the place of the old one (or of none)."""
        desk, terms, words = self._desk, call.book.terms, call.book.words
        if not 0 < call.amount <= terms.cap:
            return self._refused(call, words.cap)
        # The transaction itself is replaced, so it doesn't stand in the way.
        if cell.opens and desk.has_live(call.ask.order, terms.one_live, call.day) and call.state not in LIVE:
            return self._refused(call, words.live)
        ask, effect = call.ask, call.effects.get(0)
        method, amount = call.book.method, call.amount
        outcome, word = desk.plan.verdict(ask.consumer, ask.cycle, ask.attempt, method, effect)
        charge = (
            replace(ask, method=method, amount=amount)
            if (method, amount) != (ask.method, ask.amount)
            else ask
        )
        code = desk.plan.words.list[word]
        number = call.number
        if cell.opens:
            number = self._replace(call, charge, outcome, word)
        elif outcome == Outcome.ACCEPTED:
            taken = desk.ledger.net(number) if cell.to == State.CAPTURED else 0
            desk.reauthorise(call.ask.at, number, call.amount)
            if taken:
                desk.sell_more(call.ask.at, number, call.amount - taken)
        elif outcome == Outcome.PENDING:
            desk.hold(call.ask.at, number, call.amount, code)
            desk.wait(charge, number, effect)
        elif terms.release_first or call.state not in LIVE:
            desk.decline(call.ask.at, number, call.amount, code)
        else:
            desk.open_one(charge, outcome, word, effect)  # the try is on record, the old authorisation stands
        if outcome == Outcome.ACCEPTED and desk.plan.silent.strikes("cancel_late", ask, method):
            desk.agenda.put((call.day + desk.plan.silent.days(ask)) * DAY, number, "cancel_late")
        return self._done(number, call.day, outcome, code)

    def _replace(self, call: _Call, charge: Ask, outcome: Outcome, word: int) -> int:
        """Open a new transaction for the old one; returns the number that counts from now on."""
        desk, old_lives = self._desk, call.state in LIVE
        number = desk.open_one(charge, outcome, word, call.effects.get(0), Kind.REAUTHORISED)
        if outcome == Outcome.DECLINED:
            return call.number if old_lives else number
        if old_lives:
            desk.cancel(call.ask.at, call.number)
        return number
