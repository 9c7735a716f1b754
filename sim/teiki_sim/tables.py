"""Lives as columns: tables that grow, addressed by row number."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from teiki_sim.paged import Columns, Types

#: Numbers of rows. Of this type numpy takes them in half the time of others.
Rows = NDArray[np.intp]


class Table:
    """Columns of one length. ``add(n)`` makes room for n rows and returns their numbers.

    Columns are attributes; an attribute is replaced when the table grows, so hold the table, not the column.
    """

    def __init__(self, columns: Types, rows: int = 0) -> None:
        self._columns = Columns(columns, rows)
        self.n = rows
        self._show()

    def __getattr__(self, name: str) -> NDArray[Any]:
        raise AttributeError(name)

    def _show(self) -> None:
        for name, array in self._columns.arrays.items():
            setattr(self, name, array)

    def add(self, n: int) -> Rows:
        """Append ``n`` empty rows; their numbers."""
        first, self.n = self.n, self.n + n
        if self._columns.reach(self.n):
            self._show()
        return np.arange(first, self.n)

    def columns(self) -> dict[str, NDArray[Any]]:
        """Every column, cut to the rows in use."""
        return {name: array[: self.n] for name, array in self._columns.arrays.items()}


#: sub, cycle and so on of an order; dates are days since 1970-01-01, amounts yen, -1 means none.
ORDER_COLUMNS: Types = {
    "sub": (np.int32, -1),
    "cycle": (np.int16, -1),
    "method": (np.int8, 0),
    "product": (np.int16, 0),
    "quantity": (np.int16, 1),
    "amount": (np.int32, 0),
    "covered": (np.int32, 0),  # the amount last authorised, as the store knows it
    "ship": (np.int32, -1),
    "delivery": (np.int32, -1),
    "status": (np.uint8, 0),
    "payment": (np.uint8, 0),
    "flags": (np.uint16, 0),
    "transaction": (np.int32, -1),
    "created": (np.int32, 0),  # seconds since 1970-01-01 JST
    "running": (np.int32, 0),  # running number of its day
    "last_seq": (np.int32, -1),
}

#: Bits of ``flags``.
STOPPED, HANDED_OVER, GONE, DELIVERED, PRINTED, FORCED, WAREHOUSE_STOPPED, CAPTURE_TRIED, LOOKED_AFTER = (
    1 << i for i in range(9)
)


def without(flags: int) -> int:
    """All bits of ``flags`` but these."""
    return 0xFFFF ^ flags


SUBSCRIPTION_COLUMNS: Types = {
    "key": (np.uint64, 0),
    "customer": (np.int32, -1),
    "frequency": (np.int16, 0),
    "product": (np.int16, 0),
    "quantity": (np.int16, 1),
    "unit_price": (np.int32, 0),
    "method": (np.int8, 0),
    "carrier": (np.int8, 0),
    "status": (np.uint8, 0),
    "cycle": (np.int16, 0),
    "end_count": (np.int16, 0),
    "ship": (np.int32, -1),
    "delivery": (np.int32, -1),
    "anchor": (np.int32, -1),  # first delivery: gives the weekday of SS-FREQ-04
    "flag": (np.bool_, 0),
    "held": (np.bool_, 0),
    "paused": (np.bool_, 0),  # flag cleared but 再開 not pressed: generation does not run (SS-RACE-02)
    "attempt": (np.int16, 0),
    "last_order": (np.int32, -1),
    "skipped": (np.int32, 0),  # when a delivery was last skipped on a wish
    "refused_code": (np.int32, -1),  # of the last refusal, with its cycle, instant, and how many ran up to it
    "refused_cycle": (np.int16, -1),
    "refused_at": (np.int32, 0),
    "refused_times": (np.uint8, 0),
}
