"""The ledger of all providers: one row of columns for each transaction, about 25 bytes.

A transaction's number is its row. What few transactions have (refunds, earlier transactions of the
same order) stands in dicts.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from teiki_providers.states import AS_LOGGED, State

Ints = NDArray[np.int32]

_FIRST = 1024


class Repeated(Exception):
    """An order number stands twice in one batch."""


class Ledger:
    """Transactions of every provider.

    ``day`` is that of the last authorisation or, once captured, of the capture: vendors count their
    limits from the last processing date.
    """

    def __init__(self) -> None:
        self.size = 0
        self.order: NDArray[np.int32] = np.zeros(_FIRST, np.int32)
        self.sub: NDArray[np.int32] = np.zeros(_FIRST, np.int32)
        self.cycle: NDArray[np.int16] = np.zeros(_FIRST, np.int16)
        self.method: NDArray[np.int8] = np.zeros(_FIRST, np.int8)
        self.state: NDArray[np.uint8] = np.zeros(_FIRST, np.uint8)
        self.authorised: NDArray[np.int32] = np.zeros(_FIRST, np.int32)
        self.captured: NDArray[np.int32] = np.zeros(_FIRST, np.int32)
        self.day: NDArray[np.uint16] = np.zeros(_FIRST, np.uint16)
        self.refunded: dict[int, int] = {}
        self._columns = (
            self.order, self.sub, self.cycle, self.method, self.state, self.authorised, self.captured, self.day
        )  # fmt: skip
        self._last: NDArray[np.int32] = np.full(_FIRST, -1, np.int32)
        self._earlier: dict[int, int] = {}

    def open(
        self,
        order: Ints,
        sub: Ints,
        cycle: NDArray[np.int16],
        method: NDArray[np.int8],
        state: NDArray[np.uint8] | State,
        authorised: Ints | int,
        day: int,
    ) -> int:
        """Add transactions side by side; returns the number of the first.

        Raises `Repeated`, with nothing changed, where an order number stands twice.
        """
        n, first = len(order), self.size
        numbers = np.arange(first, first + n, dtype=np.int32)
        previous = self.last(order)
        self._last[order] = numbers
        if (self._last[order] != numbers).any():
            self._last[order] = previous
            raise Repeated
        if (again := previous >= 0).any():
            self._earlier.update(zip(numbers[again].tolist(), previous[again].tolist(), strict=True))
        end = first + n
        if end > len(self.order):
            self._grow(end)
        self.order[first:end] = order
        self.sub[first:end] = sub
        self.cycle[first:end] = cycle
        self.method[first:end] = method
        self.state[first:end] = state
        self.authorised[first:end] = authorised
        self.captured[first:end] = 0
        self.day[first:end] = day
        self.size = end
        return first

    def _grow(self, size: int) -> None:
        size = max(size, len(self.order) + len(self.order) // 5)
        for column in self._columns:
            column.resize(size, refcheck=False)  # in place where the allocator can

    def last(self, order: Ints) -> Ints:
        """The newest transaction of each order, -1 where there is none."""
        top = int(order.max(initial=0)) + 1
        if top > len(self._last):
            old = len(self._last)
            self._last.resize(max(top, old + old // 5), refcheck=False)
            self._last[old:] = -1
        return self._last[order]

    def of_order(self, order: int) -> Iterator[int]:
        """The transactions of an order, newest first."""
        number = int(self._last[order]) if 0 <= order < len(self._last) else -1
        while number >= 0:
            yield number
            number = self._earlier.get(number, -1)

    def knows(self, transaction: int) -> bool:
        """Whether there is such a transaction."""
        return 0 <= transaction < self.size

    def net(self, transaction: int) -> int:
        """What was captured and not refunded."""
        return int(self.captured[transaction]) - self.refunded.get(transaction, 0)

    def table(self) -> dict[str, NDArray[Any]]:
        """The columns, with the states that a fold of the provider's rows arrives at."""
        refunded = np.zeros(self.size, np.int32)
        refunded[list(self.refunded)] = list(self.refunded.values())
        n = self.size
        return {
            "order": self.order[:n].copy(),
            "method": self.method[:n].copy(),
            "state": AS_LOGGED[self.state[:n]],
            "authorised": self.authorised[:n].copy(),
            "captured": self.captured[:n].copy(),
            "refunded": refunded,
        }
