"""Orders that share one number in a file: each is generated, and what follows is dealt out among them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from teiki_sim.log.kinds import Kind

__all__ = ["Twins"]


class Twins:
    """Tells apart orders of one number (INV-51), which a file of rows cannot name.

    A number that is generated again stands for one order more. Of rows of a kind the first belongs to the first of these
    orders, the second to the second, and so on; a transaction stays with its order.
    """

    def __init__(self) -> None:
        self._generated = np.zeros(0, np.uint8)  # how often
        self._orders: dict[int, list[int]] = {}  # first -> all of that number
        self._told: Counter[tuple[int, int, int]] = Counter()  # first, kind, side -> rows so far
        self._of_transaction: dict[int, int] = {}

    def part(self, columns: dict[str, NDArray[Any]], more: Callable[[int, int], int]) -> None:
        """Give rows of such orders numbers of their own; ``more(first, nth)`` makes the nth one's."""
        order, kind = columns["order"], columns["kind"]
        if (size := int(order.max(initial=-1)) + 1) > len(self._generated):
            more_room = np.zeros(size * 5 // 4 + 64 - len(self._generated), np.uint8)
            self._generated = np.concatenate([self._generated, more_room])
        made, counts = np.unique(order[(kind == int(Kind.GENERATED)) & (order >= 0)], return_counts=True)
        before = self._generated[made]
        self._generated[made] = np.minimum(before + counts, 255)
        for i in np.flatnonzero(before + counts > 1).tolist():
            first = int(made[i])
            if first not in self._orders:
                self._orders[first] = [first]
                self._told[first, int(Kind.GENERATED), 0] = int(before[i])
            some = self._orders[first]
            some += [more(first, nth) for nth in range(len(some), int(self._generated[first]))]
        if self._orders:
            for row in np.flatnonzero(np.isin(order, list(self._orders))).tolist():
                self._deal(columns, row)

    def _deal(self, columns: dict[str, NDArray[Any]], row: int) -> None:
        first, transaction = int(columns["order"][row]), int(columns["transaction"][row])
        some = self._orders[first]
        key = first, int(columns["kind"][row]), int(columns["side"][row])
        nth = self._told[key]
        self._told[key] += 1
        chosen = self._of_transaction.get(transaction, -1) if transaction >= 0 else -1
        if chosen < 0:
            chosen = some[nth % len(some)]
            if transaction >= 0:
                self._of_transaction[transaction] = chosen
        columns["order"][row] = chosen
