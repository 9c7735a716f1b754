"""Scripted faults: what befalls which call. They cost nothing where there are none."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from teiki_sim.messages import Captures, Charges, Method, Operation

EffectKind = Literal[
    "declined",
    "pending",
    "capture_failed",
    "no_answer",
    "reset",
    "server_error",
    "too_many",
    "reply_lost",
    "truncated",
    "malformed",
]
_JUDGED = frozenset({Operation.AUTHORISE, Operation.REAUTHORISE, Operation.CHANGE})
#: Where a script names no operation. Inquiries always get through, so that a caller can recover.
_USUAL: dict[str, frozenset[Operation]] = {
    "declined": _JUDGED,
    "pending": _JUDGED,
    "capture_failed": frozenset({Operation.CAPTURE}),
}
_ANY = frozenset(Operation) - {Operation.INQUIRE}


def befalls(effect: "Effect", operation: Operation) -> bool:
    """Whether an effect is one that an operation usually meets."""
    return operation in _USUAL.get(effect.kind, _ANY)


#: What a script looks at: a batch, or one asked operation as a batch of one.
Calls = Charges | Captures


@dataclass(frozen=True, slots=True)
class Effect:
    """What befalls a call.

    ``code`` is the code answered (empty: the provider's usual one). A pending one ends as ``result``
    after ``after_s`` seconds or with the ``polls``-th inquiry; with neither it stays pending.
    """

    kind: EffectKind
    code: str = ""
    after_s: int = 0
    polls: int = 0
    result: Literal["authorised", "declined"] = "authorised"

    @property
    def lost(self) -> bool:
        """Whether the call was not executed and the caller was not told a result."""
        return self.kind in ("no_answer", "reset", "server_error", "too_many")

    @property
    def unheard(self) -> bool:
        """Whether the call was executed and the caller was not told a result: no reply, or none that can be read."""
        return self.kind in ("reply_lost", "truncated", "malformed")


@dataclass(frozen=True, slots=True)
class Match:
    """Which calls: all that is given must fit.

    ``nth_charge`` counts the authorisations of each consumer from 1; ``nth_call`` counts, from 1, the
    calls that everything else in the match fits.
    """

    consumer: int | None = None
    order: int | None = None
    nth_charge: int | None = None
    nth_call: int | None = None
    operation: Operation | None = None
    method: Method | None = None
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """A fault to play: ``times`` 0 is every time; ``since`` and ``until`` are instants, the end not included."""

    effect: Effect
    match: Match = field(default_factory=Match)
    since: int | None = None
    until: int | None = None
    times: int = 0
    name: str = ""


_SCRIPTS = TypeAdapter(list[Script])


def as_json(scripts: Sequence[Script]) -> list[dict[str, Any]]:
    """Scripts as plain data."""
    plain: list[dict[str, Any]] = _SCRIPTS.dump_python(list(scripts), mode="json")
    return plain


def from_json(plain: Any) -> list[Script]:
    """`as_json` read back; raises pydantic's ValidationError."""
    return _SCRIPTS.validate_python(plain)


class Playbook:
    """Scripts in order, the first that fits wins; ``hits`` counts how often each was played."""

    def __init__(self, scripts: Sequence[Script]) -> None:
        self.scripts = list(scripts)
        self.hits = [0] * len(self.scripts)
        self._calls = [0] * len(self.scripts)
        self._charges: Counter[int] = Counter()

    def add(self, script: Script) -> int:
        """Add a script; returns its place, by which ``hits`` is read."""
        self.scripts.append(script)
        self.hits.append(0)
        self._calls.append(0)
        return len(self.scripts) - 1

    def play(self, calls: Calls, operation: Operation) -> Iterator[tuple[int, Effect]]:
        """The rows that a script befalls, in order."""
        counts = operation in (Operation.AUTHORISE, Operation.REAUTHORISE) and any(
            script.match.nth_charge for script in self.scripts
        )
        masks = [self._mask(script, calls, operation) for script in self.scripts]
        candidates = np.logical_or.reduce(masks) if masks else np.zeros(len(calls.order), np.bool_)
        rows = range(len(calls.order)) if counts else np.flatnonzero(candidates).tolist()
        for row in rows:
            nth = 0
            if counts:
                consumer = int(calls.consumer[row])
                self._charges[consumer] += 1
                nth = self._charges[consumer]
            for place, mask in enumerate(masks):
                if mask[row] and self._fits(place, nth):
                    self.hits[place] += 1
                    yield row, self.scripts[place].effect
                    break

    def _fits(self, place: int, nth_charge: int) -> bool:
        script = self.scripts[place]
        match = script.match
        if match.nth_charge and match.nth_charge != nth_charge:
            return False
        self._calls[place] += 1
        if match.nth_call and match.nth_call != self._calls[place]:
            return False
        return not script.times or self.hits[place] < script.times

    @staticmethod
    def _mask(script: Script, calls: Calls, operation: Operation) -> NDArray[np.bool_]:
        match, n = script.match, len(calls.order)
        wanted = _USUAL.get(script.effect.kind, _ANY) if match.operation is None else {match.operation}
        if (
            operation not in wanted
            or (script.since is not None and calls.at < script.since)
            or (script.until is not None and calls.at >= script.until)
        ):
            return np.zeros(n, np.bool_)
        mask = np.ones(n, np.bool_)
        tests: tuple[tuple[NDArray[Any], int | None], ...] = (
            (calls.order, match.order),
            (calls.method, match.method),
            (calls.amount, match.amount),
        )
        for column, value in tests:
            if value is not None:
                mask &= column == value
        if match.consumer is not None:
            mask &= calls.consumer == np.uint64(match.consumer)
        return mask
