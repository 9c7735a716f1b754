"""The fault plan: what a provider decides and how it fails, by rate, by script and by window.

Verdicts are keyed draws, so neither the order of calls nor the size of a batch changes them. A window
comes before a script, a script before a rate; a call that never arrived decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from teiki_providers.books import Book
from teiki_providers.rates import REPAIRED_PASSES, Rates
from teiki_providers.scripts import Calls, Effect, Playbook, Script, befalls
from teiki_providers.shelf import BOOKS
from teiki_providers.silent import Silent
from teiki_sim.calendar import DAY
from teiki_sim.draws import Purpose, bits53, bits53_many, threshold
from teiki_sim.log.rows import Words
from teiki_sim.messages import Ask, Charges, Method, Operation, Outcome

if TYPE_CHECKING:
    from teiki_sim.config import Provider

__all__ = ["FaultPlan", "Hold", "Verdicts"]

_DECLINED, _PENDING = (np.uint8(o) for o in (Outcome.DECLINED, Outcome.PENDING))
# Draws of a repair stand apart from those of attempts; each operation's faults from the others'.
_REPAIR_STREAM = 1 << 16
_OPERATION_STREAM = 1 << 20
_PASSES = threshold(REPAIRED_PASSES)
_LOW_BITS = np.uint64(0xFFFF)
_NO_ANSWER, _REPLY_LOST, _CAPTURE_FAILED = Effect("no_answer"), Effect("reply_lost"), Effect("capture_failed")


#: Results and words, by row.
_Decided = tuple[NDArray[np.uint8], NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What is decided on each charge: an `Outcome` (never NO_ANSWER), a word of the plan, and by row
    the effects that befall single ones."""

    result: NDArray[np.uint8]
    code: NDArray[np.int64]
    effects: Mapping[int, Effect]


class Hold(NamedTuple):
    """How a hold ends: "authorised", "declined" or "still_pending", at which instant, with which code."""

    what: str
    at: int
    code: str


class FaultPlan:
    """The plan of one run, from its seed, the configured providers and scripts."""

    def __init__(
        self,
        seed: int,
        providers: Mapping[str, Provider],
        scripts: Sequence[Script] = (),
        books: Mapping[Method, Book] = BOOKS,
    ) -> None:
        self.seed = seed
        self.providers = providers
        self.words = Words()
        self.books = books
        self.playbook = Playbook(scripts)
        self._rates = Rates(providers, books, self.words)
        self.silent = Silent(seed, providers, books)
        self._declined: dict[int, tuple[int, int]] = {}  # payer -> (cycle, word)
        self._repaired: dict[int, int] = {}  # payer -> which repair
        self._repairs: dict[int, int] = {}
        # How many repairs wait for a charge, by the low bits of the consumer: few payers repair.
        self._waiting = np.zeros(1 << 16, np.int32)
        #: While it is set every charge is accepted and nothing befalls a call: what stood before a run is entered.
        self.quiet = False
        self._forced: Effect | None = None
        self._befallen: set[tuple[Operation, int, int]] = set()

    # ---- verdicts --------------------------------------------------------------------------------

    def verdicts(self, charges: Charges) -> Verdicts:
        """Decide on charges side by side, each exactly as it would be alone."""
        if self.quiet:
            n = len(charges.order)
            return Verdicts(np.zeros(n, np.uint8), np.zeros(n, np.int64), {})
        return self.judge(charges, self.effects(charges, Operation.AUTHORISE))

    def judge(self, charges: Charges, effects: Mapping[int, Effect]) -> Verdicts:
        """`verdicts` of calls whose effects are known."""
        if len(charges.order) == 1:
            columns = (charges.consumer, charges.cycle, charges.attempt, charges.method)
            consumer, cycle, attempt, method = (int(column[0]) for column in columns)
            outcome, word = self.verdict(consumer, cycle, attempt, method, effects.get(0))
            return Verdicts(np.array([outcome], np.uint8), np.array([word], np.int64), effects)
        result, code = self._decide(charges, effects)
        for row, effect in effects.items():
            if effect.kind in ("declined", "pending"):
                result[row], code[row] = self._played(int(charges.method[row]), effect)
        return Verdicts(result, code, effects)

    def verdict(
        self, consumer: int, cycle: int, attempt: int, method: int, effect: Effect | None
    ) -> tuple[Outcome, int]:
        """`judge` for one call, in plain Python: the outcome and a word of the plan."""
        bits = bits53(self.seed, consumer, Purpose.OUTCOME, cycle, attempt)
        declined = bits < self._rates.declined.item(method)
        settled = self._settle(consumer, cycle, attempt, method, declined, effect)
        if effect is not None and effect.kind in ("declined", "pending"):
            return self._played(method, effect)
        if settled is not None:
            return settled
        if bits < self._rates.held.item(method):
            return Outcome.PENDING, self.words.code(self.books[Method(method)].words.held)
        return Outcome.ACCEPTED, 0

    def _played(self, method: int, effect: Effect) -> tuple[Outcome, int]:
        """The verdict that a script gives."""
        words = self.books[Method(method)].words
        if effect.kind == "declined":
            return Outcome.DECLINED, self.words.code(effect.code or words.declined)
        return Outcome.PENDING, self.words.code(effect.code or words.held)

    def _decide(self, charges: Charges, effects: Mapping[int, Effect]) -> _Decided:
        rates, consumer = self._rates, charges.consumer
        later = bool(charges.attempt.any())
        attempt = charges.attempt if later else 0
        bits = bits53_many(self.seed, consumer, Purpose.OUTCOME, charges.cycle, attempt)
        special = declined = bits < rates.declined[charges.method]
        result = (bits < rates.held[charges.method]).view(np.uint8) * _PENDING
        code = np.zeros(len(bits), np.int64)
        if later:
            special = special | (charges.attempt > 0)
        if self._repaired:
            special = special | (self._waiting[(consumer & _LOW_BITS).view(np.int64)] > 0)
        rows = np.flatnonzero(special)
        columns = (consumer, charges.cycle, charges.attempt, charges.method, declined)
        values = zip(rows.tolist(), *(c[rows].tolist() for c in columns), strict=True)
        for row, who, cycle, tries, method, is_declined in values:
            settled = self._settle(who, cycle, tries, method, is_declined, effects.get(row))
            if settled is not None:
                result[row], code[row] = settled
        if result.any():
            for row in np.flatnonzero((result == _PENDING) & (code == 0)).tolist():
                code[row] = self.words.code(self._book(charges, row).words.held)
        return result, code

    def _book(self, charges: Charges, row: int) -> Book:
        return self.books[Method(int(charges.method[row]))]

    def _settle(
        self, consumer: int, cycle: int, attempt: int, method: int, is_declined: bool, effect: Effect | None
    ) -> tuple[Outcome, int] | None:
        """Decide on a call that is declined, repeated or repaired, and remember it; None where it is none of these."""
        if effect is not None and (effect.lost or effect.kind in ("declined", "pending")):
            return None
        payer = consumer << 4 | method
        before = self._declined.get(payer)
        if (repair := self._repaired.pop(payer, None)) is not None:
            self._waiting[consumer & 0xFFFF] -= 1
            again = bits53(self.seed, consumer, Purpose.OUTCOME, cycle, _REPAIR_STREAM + repair)
            if again < _PASSES:
                self._declined.pop(payer, None)
                return Outcome.ACCEPTED, 0
        elif not is_declined and not (attempt and before and before[0] == cycle):
            return None
        if before and (repair is not None or (attempt and before[0] == cycle)):
            word = before[1]
        else:
            word = self._word(method, bits53(self.seed, consumer, Purpose.CODE, cycle, attempt))
        self._declined[payer] = (cycle, word)
        return Outcome.DECLINED, word

    def _word(self, method: int, bits: int) -> int:
        return self._rates.words[method][self._rates.codes[method].pick(bits)]

    def hold(self, at: int, consumer: int, cycle: int, attempt: int, method: Method) -> Hold:
        """How and when a hold ends; days are told as a whole, from their first second."""
        rates = self._rates
        bits = bits53(self.seed, consumer, Purpose.HOLD_RESULT, cycle, attempt)
        days = rates.hold_days[method] + rates.late_days[method]
        when = at // DAY * DAY + days * DAY if days else at
        if bits < rates.hold_ok[method]:
            return Hold("authorised", when, "")
        if bits < rates.hold_ng[method]:
            code = self._word(method, bits53(self.seed, consumer, Purpose.CODE, cycle, attempt))
            return Hold("declined", when, self.words.list[code])
        return Hold("still_pending", when, self.books[method].words.held)

    def refuse_on(self, consumer: int, cycle: int, method: Method, code: str) -> None:
        """A hold ended badly: later attempts of the cycle meet the same refusal."""
        self._declined[consumer << 4 | method] = (cycle, self.words.code(code))

    def repair(self, consumer: int, method: Method) -> None:
        """The consumer repaired the means of payment: the next authorisation is drawn anew."""
        payer = consumer << 4 | method
        count = self._repairs[payer] = self._repairs.get(payer, 0) + 1
        if payer not in self._repaired:
            self._waiting[consumer & 0xFFFF] += 1
        self._repaired[payer] = count

    def refuses(self, consumer: int, method: Method) -> bool:
        """Whether a refusal of this payer is remembered, which a repair can end."""
        return (consumer << 4 | method) in self._declined

    def late_days(self, method: Method) -> int:
        """By how many days later results come late."""
        return self._rates.late_days[method]

    # ---- technical faults ------------------------------------------------------------------------

    def effects(self, calls: Calls, operation: Operation) -> dict[int, Effect]:
        """What befalls single calls of a batch, by row."""
        rates = self._rates
        effects: dict[int, Effect] = {}
        if self._forced is not None and befalls(self._forced, operation):
            effects[0], self._forced = self._forced, None
        if rates.windows:
            self._closed(calls, effects)
        if self.playbook.scripts:
            # Calls in a window don't reach the provider, yet a script counts what the shop sends.
            for row, effect in self.playbook.play(calls, operation):
                effects.setdefault(row, self._worded(effect, int(calls.method[row])))
        if operation != Operation.INQUIRE:
            self._by_rate(calls, operation, effects)
        return effects

    def force(self, effect: Effect | None) -> None:
        """Let this befall the next call that it usually befalls (magic instruments, posted faults); None: nothing."""
        self._forced = effect

    def spares(self, ask: Ask) -> bool:
        """Whether nothing befalls an asked operation, as `effects` would find at more length."""
        rates = self._rates
        if rates.windows or self.playbook.scripts or self._forced is not None:
            return False
        if ask.operation == Operation.INQUIRE or not rates.faulty:
            return True
        attempt = ask.operation * _OPERATION_STREAM + ask.attempt
        bits = bits53(self.seed, ask.consumer, Purpose.FAULT, ask.cycle, attempt)
        return bits >= rates.reply_lost.item(ask.method)

    def _by_rate(self, calls: Calls, operation: Operation, effects: dict[int, Effect]) -> None:
        """One draw a call tells which technical fault befalls it, if any."""
        rates, method = self._rates, calls.method
        if isinstance(calls, Charges):
            if not rates.faulty:
                return
            purpose, ends = Purpose.FAULT, rates.reply_lost
            attempt: NDArray[np.int64] | int = operation * _OPERATION_STREAM
            if calls.attempt.any():
                attempt = calls.attempt.astype(np.int64) + attempt
        else:
            if not rates.failing:
                return
            purpose, ends, attempt = Purpose.CAPTURE_FAULT, rates.capture_failed, 0
        bits = bits53_many(self.seed, calls.consumer, purpose, calls.cycle, attempt)
        faulty = bits < ends[method]
        if faulty.any():
            for row in np.flatnonzero(faulty).tolist():
                self._befall(calls, operation, row, self._fault(int(bits[row]), int(method[row])), effects)

    def _fault(self, bits: int, method: int) -> Effect:
        rates = self._rates
        if bits < rates.no_answer[method]:
            return _NO_ANSWER
        if bits < rates.server_error[method]:
            return Effect("server_error", self.books[Method(method)].words.server_error)
        return _REPLY_LOST if bits < rates.reply_lost[method] else _CAPTURE_FAILED

    def _befall(
        self, calls: Calls, operation: Operation, row: int, effect: Effect, effects: dict[int, Effect]
    ) -> None:
        """A rate befalls the same call once, since its draw is the same when it is tried again."""
        attempt = int(calls.attempt[row]) if isinstance(calls, Charges) else 0
        call = (operation, int(calls.order[row]), attempt)
        if row not in effects and call not in self._befallen:
            self._befallen.add(call)
            effects[row] = effect

    def _worded(self, effect: Effect, method: int) -> Effect:
        """An answer of the provider that it can't serve has a code, the usual one where none is given."""
        if effect.code or effect.kind not in ("server_error", "too_many") or Method(method) not in self.books:
            return effect
        words = self.books[Method(method)].words
        return replace(effect, code=words.rate_limit if effect.kind == "too_many" else words.server_error)

    def _closed(self, calls: Calls, effects: dict[int, Effect]) -> None:
        for method, since, until, kind in self._rates.windows:
            if since <= calls.at < until:
                words = self.books[method].words
                code = {"outage": "", "maintenance": words.maintenance, "rate_limit": words.rate_limit}[kind]
                effect = Effect("server_error", code) if code else _NO_ANSWER
                for row in np.flatnonzero(calls.method == method).tolist():
                    effects.setdefault(row, effect)
