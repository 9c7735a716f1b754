"""How much a consumer may owe: a cap on one purchase, a cap on all that is unpaid, and no new one on arrears.

The caps differ by contract (deferred payment facts), so they are settings of the house; their defaults and the rule on
arrears (SS-NP-01: NG999 often stands for unpaid bills) are modelled.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from teiki_providers.house import House
from teiki_providers.scripts import Effect
from teiki_providers.states import State
from teiki_sim.calendar import DAY

__all__ = ["Credit", "Limits"]

_OWED = frozenset({State.AUTHORISED, State.PENDING, State.CAPTURED})
_OVER = frozenset({State.PAID, State.CANCELLED, State.EXPIRED, State.DECLINED, State.REFUNDED})


class Limits(NamedTuple):
    """Yen for one purchase and for all unpaid ones; days from an invoice to its due day."""

    one: int = 55_000
    running: int = 55_000
    due_days: int = 14

    @classmethod
    def of(cls, house: House, front: str) -> "Limits":
        """The house's settings ``deferred.FRONT_one``, ``_running`` and ``_due_days``."""
        defaults = cls()
        given = (
            house.settings.get(f"deferred.{front}_{name}", default)
            for name, default in zip(cls._fields, defaults, strict=True)
        )
        return cls(*given)


class Credit:
    """What every consumer owes one provider. Sums are over the ledger, none is kept in step by hand."""

    def __init__(self, house: House, limits: Limits, over: str, arrears: str) -> None:
        self._house = house
        self.limits = limits
        self._words = over, arrears
        self._of: defaultdict[str, set[int]] = defaultdict(set)

    def note(self, consumer: str, transaction: int) -> None:
        """A transaction of a consumer was opened."""
        self._of[consumer].add(transaction)

    def owed(self, consumer: str, besides: int = -1) -> int:
        """Authorised, held or invoiced, and not paid; ``besides`` is a transaction that is being replaced."""
        ledger = self._house.ledger
        return sum(int(ledger.authorised[t]) for t, _ in self._open(consumer) if t != besides)

    def verdict(self, consumer: str, amount: int, besides: int = -1) -> Effect | None:
        """Why the consumer gets no more, if so."""
        over, arrears = self._words
        if any(self._is_overdue(t, state) for t, state in self._open(consumer) if t != besides):
            return Effect("declined", arrears)
        if amount > self.limits.one or self.owed(consumer, besides) + amount > self.limits.running:
            return Effect("declined", over)
        return None

    def _open(self, consumer: str) -> Iterator[tuple[int, State]]:
        known = self._of.get(consumer, set())
        for transaction in sorted(known):
            state = self._house.standing(transaction)
            if state in _OVER:
                known.discard(transaction)
            elif state in _OWED:
                yield transaction, state

    def _is_overdue(self, transaction: int, state: State) -> bool:
        invoiced = int(self._house.ledger.day[transaction])
        return state == State.CAPTURED and self._house.now // DAY > invoiced + self.limits.due_days
