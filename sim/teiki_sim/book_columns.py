"""Subscriptions as columns: what the columnar engine and generated populations work on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar

import numpy as np
import numpy.typing as npt

from teiki_sim.frequencies import Frequency

__all__ = ["STATUSES", "BookColumns", "Indexer"]

STATUSES = ("継続", "停止", "キャンセル", "終了")
"""The statuses of a subscription, in the order of their index."""

_T = TypeVar("_T")


class Indexer(Generic[_T]):
    """Gives each different item a number, in the order in which they come."""

    __slots__ = ("_numbers", "items")

    def __init__(self, items: Iterable[_T] = ()) -> None:
        self.items: list[_T] = list(items)
        self._numbers = {item: number for number, item in enumerate(self.items)}

    def many(self, items: Iterable[_T]) -> list[int]:
        """The numbers of the items."""
        return [self._number(item) for item in items]

    def _number(self, item: _T) -> int:
        number = self._numbers.setdefault(item, len(self.items))
        if number == len(self.items):
            self.items.append(item)
        return number


@dataclass(frozen=True, slots=True, eq=False)
class BookColumns:
    """A book in columns of equal length, sorted by id; days since 1970-01-01, yen with tax."""

    ids: list[str]
    customers: list[str]
    frequency: npt.NDArray[np.int16]
    """Index into `frequencies`."""
    frequencies: list[Frequency]
    product: npt.NDArray[np.int32]
    """Index into `products`."""
    products: list[str]
    quantity: npt.NDArray[np.int32]
    unit_price: npt.NDArray[np.int64]
    method: npt.NDArray[np.int16]
    """Index into `methods`, which starts with the nine that are known."""
    methods: list[str]
    carrier: npt.NDArray[np.int16]
    """Index into `carriers`; never empty, the default is filled in."""
    carriers: list[str]
    status: npt.NDArray[np.int8]
    """Index into `STATUSES`."""
    cycle: npt.NDArray[np.int32]
    """Deliveries so far."""
    next_ship: npt.NDArray[np.int32]
    """-1: none."""
    next_delivery: npt.NDArray[np.int32]
    """-1: none."""
    first_delivery: npt.NDArray[np.int32]
    """-1: none."""
    end_count: npt.NDArray[np.int32]
    """0: none."""
    held: npt.NDArray[np.bool_]
    generation_error: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def of(cls, **columns: Any) -> Self:
        """The columns from any sequences, put into arrays of their types."""
        for name, kind in _TYPES.items():
            columns[name] = np.asarray(columns[name], dtype=kind)
        return cls(**columns)

    def select(self, rows: npt.NDArray[np.int64] | Sequence[int]) -> BookColumns:
        """The rows at these positions, in this order."""
        at = np.asarray(rows, dtype=np.int64)
        picked: dict[str, Any] = {name: getattr(self, name)[at] for name in _TYPES}
        for name in ("frequencies", "products", "methods", "carriers"):
            picked[name] = getattr(self, name)
        ids, customers = [self.ids[i] for i in at], [self.customers[i] for i in at]
        return BookColumns(ids=ids, customers=customers, **picked)


_TYPES: dict[str, type[np.generic]] = {
    "frequency": np.int16,
    "product": np.int32,
    "quantity": np.int32,
    "unit_price": np.int64,
    "method": np.int16,
    "carrier": np.int16,
    "status": np.int8,
    "cycle": np.int32,
    "next_ship": np.int32,
    "next_delivery": np.int32,
    "first_delivery": np.int32,
    "end_count": np.int32,
    "held": np.bool_,
    "generation_error": np.bool_,
}
