"""What is noted on few orders, subscriptions and customers: columns that exist once used, and dictionaries.

Texts that people type (memos, reasons, labels) stay here and never go into the log.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from teiki_sim.truth import Slip

__all__ = ["OrderNotes", "Sparse"]


class Sparse:
    """A column by running number that takes memory once something is set; elsewhere its empty value holds."""

    def __init__(self, dtype: type[np.generic], empty: int = -1) -> None:
        self._empty = empty
        self._values: NDArray[Any] = np.empty(0, dtype)

    def __bool__(self) -> bool:
        return len(self._values) > 0

    def of(self, numbers: NDArray[Any]) -> NDArray[Any]:
        """The values of these."""
        if not len(self._values) or not len(numbers):
            return np.full(len(numbers), self._empty, self._values.dtype)
        known = numbers < len(self._values)
        return np.where(known, self._values[np.where(known, numbers, 0)], self._empty)

    def get(self, number: int) -> int:
        """The value of one."""
        return int(self._values[number]) if number < len(self._values) else self._empty

    def set(self, numbers: NDArray[Any], values: NDArray[Any] | int) -> None:
        """Other values for these."""
        if not len(numbers):
            return
        size = int(numbers.max()) + 1
        if size > len(self._values):
            more = np.full(max(size, 2 * len(self._values)), self._empty, self._values.dtype)
            more[: len(self._values)] = self._values
            self._values = more
        self._values[numbers] = values


def _dates() -> Sparse:
    return Sparse(np.int32)


@dataclass(slots=True)
class OrderNotes:
    """By order number unless the name says otherwise; dates are days since 1970-01-01."""

    carrier: Sparse = field(default_factory=lambda: Sparse(np.int8))  # where it is not the subscription's
    listed: Sparse = field(
        default_factory=lambda: Sparse(np.int8)
    )  # the list flag by hand: 1 出力済, 0 未出力
    listed_on: Sparse = field(default_factory=_dates)
    shipped_on: Sparse = field(default_factory=_dates)
    delivered_on: Sparse = field(default_factory=_dates)
    paid_on: Sparse = field(default_factory=_dates)
    attention: Sparse = field(default_factory=lambda: Sparse(np.int8, 0))
    attention_reason: dict[int, str] = field(default_factory=dict)
    memo: dict[int, str] = field(default_factory=dict)
    labels: dict[int, frozenset[str]] = field(default_factory=dict)
    slip: dict[int, int] = field(default_factory=dict)  # registered by hand; 0: cleared (EC-PAY-05)
    # The method and transaction that stood before a bulk update changed the method.
    method_before: dict[int, tuple[int, int]] = field(default_factory=dict)
    reauthorised_with_carrier: dict[int, int] = field(default_factory=dict)  # with the fee that was taken in
    carrier_before: dict[int, int] = field(default_factory=dict)  # whose fee is still in the amount
    subscription_attention: dict[int, str] = field(default_factory=dict)
    subscription_memo: dict[int, str] = field(default_factory=dict)
    subscription_reason: dict[int, str] = field(default_factory=dict)
    customer_memo: dict[int, str] = field(default_factory=dict)
    blacklist: dict[int, str] = field(default_factory=dict)  # by customer number, with the reason
    slot: dict[int, str] = field(default_factory=dict)  # お届け時間 of an order
    slot_of_subscription: dict[int, str] = field(default_factory=dict)  # of those to come
    lowered_for: set[int] = field(default_factory=set)  # orders for which a count was lowered
    count_less: dict[int, int] = field(
        default_factory=dict
    )  # subscription -> by how much its count was lowered
    not_recalculated: dict[int, Slip] = field(default_factory=dict)  # by subscription, until it matters
