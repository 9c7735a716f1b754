"""Which subscriptions a customer has, of many: by a sorted index, and by looking where it is not up to date."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

_FEW = 2**12
"""So many subscriptions that came since the index was made are looked through."""


def _none() -> NDArray[np.intp]:
    return np.empty(0, np.intp)


@dataclass(slots=True)
class ByCustomer:
    """An index of the column of customers by subscription, whose values stay as they are while it grows."""

    _order: NDArray[np.intp] = field(default_factory=_none)
    _sorted: NDArray[Any] = field(default_factory=lambda: np.empty(0, np.int32))

    def of(self, customers: NDArray[np.int32], customer: int) -> list[int]:
        """The subscriptions of one customer, in ascending order."""
        known = len(self._order)
        if len(customers) - known > _FEW:
            self._order = customers.argsort(kind="stable")
            self._sorted = customers.take(self._order)
            known = len(customers)
        wanted = np.array(
            (customer, customer + 1), customers.dtype
        )  # of another type, the whole index is converted
        first, last = self._sorted.searchsorted(wanted).tolist()
        late = (customers[known:] == customer).nonzero()[0] + known
        return [*self._order[first:last].tolist(), *late.tolist()]
