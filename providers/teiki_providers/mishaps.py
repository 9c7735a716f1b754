"""Faults posted to a sandbox: which calls of the wire they find, and what befalls those.

The first posted that fits wins. Rates are keyed draws, so the same plan meets the same calls whatever the door.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from teiki_providers.exchange import Trouble
from teiki_providers.said import Keys, Said
from teiki_providers.scripts import EffectKind
from teiki_sim.draws import Purpose, bits53, hash64, threshold
from teiki_sim.messages import Operation

__all__ = ["EFFECTS", "TROUBLES", "Mishap", "MishapMatch", "Mishaps"]

#: What a script knows, and what only a wire has.
Kind = Literal[EffectKind, "slow", "notice_late", "notice_twice", "notice_reordered", "notice_badly_signed"]
#: Effects, each in words; those of notices befall what the call sets off.
EFFECTS: Mapping[str, str] = {
    "declined": "declined with the code (empty: the provider's usual one)",
    "pending": "pending, resolved after after_s seconds or with the polls-th inquiry",
    "capture_failed": "the capture is refused",
    "no_answer": "lost before execution: the connection closes without an answer",
    "reply_lost": "executed, and the reply lost",
    "reset": "the connection is reset before execution",
    "truncated": "executed, and half of the answer arrives",
    "malformed": "executed, and the answer arrives garbled",
    "server_error": "not executed: the vendor's server error (5xx where it has one)",
    "too_many": "not executed: the vendor's too many requests (429 where it has one)",
    "slow": "executed, and the answer comes after real_ms milliseconds",
    "notice_late": "notices of this call leave after_s seconds late",
    "notice_twice": "notices of this call leave twice",
    "notice_reordered": "notices of this call leave after the next ones",
    "notice_badly_signed": "notices of this call carry a wrong signature",
}
#: What an effect does to the wire.
TROUBLES: Mapping[str, Trouble] = {
    "no_answer": "lost",
    "reset": "reset",
    "reply_lost": "reply_lost",
    "truncated": "truncated",
    "malformed": "malformed",
}
_JUDGED = (Operation.AUTHORISE, Operation.REAUTHORISE, Operation.CHANGE)


@dataclass(frozen=True, slots=True)
class MishapMatch:
    """Which calls: all that is given must fit. Counts are from 1."""

    consumer: str = ""
    order: str = ""
    nth_charge: int = 0
    nth_call: int = 0
    amount: int = 0
    instrument: str = ""


@dataclass(slots=True)
class Mishap:
    """A posted fault. ``operation`` is a vendor's own name or a general one (authorise, capture …), "" for
    the calls that the effect usually befalls; ``since`` and ``until`` are instants; ``times`` 0 is every time."""

    id: str
    kind: Kind
    provider: str = ""
    operation: str = ""
    match: MishapMatch = field(default_factory=MishapMatch)
    since: int | None = None
    until: int | None = None
    rate: float = 1.0
    times: int = 0
    code: str = ""
    after_s: int = 0
    polls: int = 0
    real_ms: int = 0
    result: Literal["authorised", "declined"] = "authorised"
    hits: int = 0
    calls: int = 0

    @property
    def trouble(self) -> Trouble:
        """What it does to the wire."""
        return TROUBLES.get(self.kind, "")

    @property
    def before(self) -> bool:
        """Whether the call is not executed."""
        return self.kind in ("no_answer", "reset", "server_error", "too_many")

    @property
    def judges(self) -> bool:
        """Whether the provider's own decision is replaced."""
        return self.kind in ("declined", "pending", "capture_failed")

    def concerns(self, operation: str, keys: Keys) -> bool:
        """Whether the operation is one that it befalls."""
        general = keys.operation.name.lower() if keys.operation is not None else ""
        if self.operation:
            return self.operation in (operation, general)
        if self.kind in ("declined", "pending"):
            return keys.operation in _JUDGED
        if self.kind == "capture_failed":
            return keys.operation == Operation.CAPTURE
        return keys.operation != Operation.INQUIRE  # a caller can always recover by asking

    def fits(self, keys: Keys, nth_charge: int) -> bool:
        """Whether the call fits all of the match but its nth call."""
        match = self.match
        return (
            match.consumer in ("", keys.consumer, *keys.aliases)
            and match.order in ("", keys.order)
            and match.instrument in ("", keys.instrument)
            and match.amount in (0, keys.amount)
            and match.nth_charge in (0, nth_charge)
        )


class Mishaps:
    """The posted faults of a sandbox, in order."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._posted: dict[str, Mishap] = {}
        self._serial = 0
        self._charges: Counter[str] = Counter()

    def post(self, values: Mapping[str, Any]) -> Mishap:
        """Post a fault; without an id it gets the next one. Raises ValueError where the id is taken."""
        self._serial += 1
        identity = values.get("id") or f"fault-{self._serial}"
        if identity in self._posted:
            raise ValueError(f"fault {identity!r} exists")
        mishap = Mishap(**{**values, "id": identity})
        self._posted[identity] = mishap
        return mishap

    def drop(self, identity: str | None = None) -> None:
        """Drop one fault, or all. Raises KeyError where there is none of that id."""
        if identity is None:
            self._posted.clear()
        else:
            del self._posted[identity]

    def list(self) -> list[Mishap]:
        """All posted, in order, with their hits."""
        return list(self._posted.values())

    def befall(self, provider: str, said: Said, keys: Keys, now: int, judging: bool = False) -> Mishap | None:
        """The fault that befalls this call, if any; counts calls and charges. ``judging``: only one that judges."""
        nth_charge = 0
        if keys.charge and keys.consumer:
            self._charges[keys.consumer] += 1
            nth_charge = self._charges[keys.consumer]
        if not self._posted:
            return None
        return next(
            (
                m
                for m in self._posted.values()
                if (m.judges or not judging)
                and self._befalls(m, provider, said.operation, keys, nth_charge, now)
            ),
            None,
        )

    def _befalls(
        self, mishap: Mishap, provider: str, operation: str, keys: Keys, nth_charge: int, now: int
    ) -> bool:
        if mishap.provider not in ("", provider):
            return False
        if (mishap.since is not None and now < mishap.since) or (
            mishap.until is not None and now >= mishap.until
        ):
            return False
        if not (mishap.concerns(operation, keys) and mishap.fits(keys, nth_charge)):
            return False
        mishap.calls += 1
        if mishap.match.nth_call not in (0, mishap.calls) or 0 < mishap.times <= mishap.hits:
            return False
        if mishap.rate < 1.0:
            draw = bits53(
                self._seed, hash64(f"{mishap.id}:{keys.consumer}:{keys.order}"), Purpose.FAULT, mishap.calls
            )
            if draw >= threshold(mishap.rate):
                return False
        mishap.hits += 1
        return True
