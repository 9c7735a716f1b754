"""Faults of which the shop is told nothing: what was confirmed to it did not happen, or did not last.

They are rare and by default never: a plan without any costs its calls nothing. What struck is kept for the truth
table of whoever simulates the shop (`Silent.take`); no store is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from teiki_providers.books import Book
from teiki_sim.draws import Purpose, bits53, bits53_many, threshold
from teiki_sim.messages import Ask, Captures, Charges, Method

if TYPE_CHECKING:
    from teiki_sim.config import Provider

__all__ = ["FAULTS", "Silent"]

#: Fields of `teiki_sim.config.Faults`; their order numbers the draws.
FAULTS = (
    "cancel_lost",
    "cancel_late",
    "authorisation_lapses",
    "capture_partial",
    "number_unknown",
    "paid_late",
    "edit_refused",
)
#: Draws of these stand apart from those of the faults that the shop notices.
_STREAM = 1 << 24
#: How many days later an authorisation is gone: from the first to the last (modelled).
_DAYS = (2, 5)


class Silent:
    """Which calls they strike, by rate and method, and what has struck."""

    def __init__(self, seed: int, providers: Mapping[str, Provider], books: Mapping[Method, Book]) -> None:
        self._seed = seed
        self._limits: dict[str, NDArray[np.int64]] = {}
        for name in FAULTS:
            limits = np.zeros(len(Method), np.int64)
            for method, book in books.items():
                if (provider := providers.get(book.provider)) is not None:
                    limits[method] = threshold(getattr(provider.faults, name))
            if limits.any():
                self._limits[name] = limits
        self._struck: list[tuple[str, int]] = []

    def can(self, name: str) -> bool:
        """Whether this fault can strike at all."""
        return name in self._limits

    def strikes(self, name: str, ask: Ask, method: Method) -> bool:
        """Whether it strikes one asked operation."""
        limits = self._limits.get(name)
        if limits is None:
            return False
        stream = _STREAM * (1 + FAULTS.index(name)) + ask.attempt
        return bits53(self._seed, ask.consumer, Purpose.FAULT, ask.cycle, stream) < limits.item(method)

    def struck_many(self, name: str, calls: Charges | Captures) -> list[int]:
        """The rows of a batch that it strikes."""
        limits = self._limits.get(name)
        if limits is None:
            return []
        stream = _STREAM * (1 + FAULTS.index(name))
        bits = bits53_many(self._seed, calls.consumer, Purpose.FAULT, calls.cycle, stream)
        rows: list[int] = np.flatnonzero(bits < limits[calls.method]).tolist()
        return rows

    def days(self, ask: Ask) -> int:
        """After how many days an authorisation is gone."""
        first, last = _DAYS
        bits = bits53(self._seed, ask.consumer, Purpose.FAULT, ask.cycle, _STREAM * 64 + ask.attempt)
        return first + bits % (last - first + 1)

    def note(self, name: str, order: int) -> None:
        """It struck an order."""
        self._struck.append((name, order))

    def take(self) -> list[tuple[str, int]]:
        """What struck since this was last asked, oldest first: the fault and the order."""
        struck, self._struck = self._struck, []
        return struck
