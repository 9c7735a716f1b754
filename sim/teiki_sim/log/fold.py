"""Folding rows back into tables: what the orders, payments, subscriptions and ledgers look like.

The rows of one subscription are taken in order, those of different subscriptions side by side, in `waves`.
"""

from collections.abc import Collection
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from teiki_sim.log.kinds import Kind
from teiki_sim.log.rows import COLUMNS, Chunk
from teiki_sim.log.waves import SORTS, On, Rows, sort, sorts_of, waves
from teiki_sim.paged import LARGE, Columns

_PAYMENT_KINDS = {
    Kind.AUTHORISED, Kind.DECLINED, Kind.PENDING, Kind.NO_ANSWER, Kind.REAUTHORISED, Kind.CAPTURED,
    Kind.CAPTURE_FAILED, Kind.PAYMENT_CANCELLED, Kind.REFUNDED, Kind.EXPIRED, Kind.INQUIRED,
}  # fmt: skip
_VALUED = {Kind.OPENED, Kind.GENERATED, Kind.EDITED, Kind.SCHEDULED, Kind.RECALCULATED}
_PLACED = {Kind.OPENED, Kind.GENERATED}
_ASKED = {Kind.AUTHORISED, Kind.REAUTHORISED, Kind.PENDING}
_HOLDS: dict[int, bool] = {Kind.HELD: True, Kind.RELEASED: False}
_FLAGS: dict[int, bool] = {Kind.FLAG_SET: True, Kind.FLAG_CLEARED: False}
#: Kinds that leave every table as it is.
_NO_STATE = {
    Kind.SETTING, Kind.SKIPPED, Kind.HANDED_OVER, Kind.WAREHOUSE_STOPPED, Kind.SHIPPED, Kind.DELIVERED,
    Kind.GENERATION_FAILED, Kind.MESSAGE, Kind.MAIL, Kind.JOB, Kind.POINTS, Kind.DECISION, Kind.INVOICE_PRINTED,
    Kind.NOTICE, Kind.REFUSED, Kind.REPAIRED, Kind.PARCEL_RETURNED, Kind.ENCLOSED,
    Kind.ADJUSTED, Kind.CARD_DELETED, Kind.CARD_REGISTERED, Kind.ADDRESS_CHANGED,
    Kind.SHOWN, Kind.TERMS,
}  # fmt: skip
_VALUES = ("cycle", "method", "product", "quantity", "amount", "ship", "delivery")


_STRIDE = 2**15
"""Rows by which large tables of state grow: with each step, what they hold leaves memory and has to come back."""


class Growing:
    """Columns of state indexed by a running number; they grow as higher numbers turn up."""

    def __init__(self, **columns: tuple[type[np.generic], int]) -> None:
        self._columns = Columns(columns)
        self.size = 0
        self._show()

    def __getattr__(self, name: str) -> NDArray[Any]:
        raise AttributeError(name)

    def _show(self) -> None:
        for name, array in self._columns.arrays.items():
            setattr(self, name, array)

    @property
    def nbytes(self) -> int:
        """Bytes of all columns."""
        return self._columns.nbytes

    def reach(self, size: int) -> None:
        """Make room for numbers below ``size``."""
        if size <= self.size:
            return
        if size > LARGE:
            size = -(-size // _STRIDE) * _STRIDE
        if self._columns.reach(size):
            self.size = self._columns.rows
            self._show()


class Live:
    """Provider-side states of a transaction, as the ledger's rows tell them."""

    NONE, AUTHORISED, PENDING, DECLINED, CAPTURED, CANCELLED, EXPIRED, REFUNDED = range(8)


_LEDGER_STATE: dict[int, int] = {
    Kind.AUTHORISED: Live.AUTHORISED,
    Kind.REAUTHORISED: Live.AUTHORISED,
    Kind.PENDING: Live.PENDING,
    Kind.DECLINED: Live.DECLINED,
    Kind.CAPTURED: Live.CAPTURED,
    Kind.PAYMENT_CANCELLED: Live.CANCELLED,
    Kind.EXPIRED: Live.EXPIRED,
    Kind.REFUNDED: Live.REFUNDED,
}

FOLDED = np.zeros(SORTS, np.bool_)
"""By `sort`: whether such rows change a table."""
for _on, _kind in product((On.LEDGER, On.ORDER, On.SUBSCRIPTION), Kind):
    FOLDED[sort(_on, _kind)] = _kind in _LEDGER_STATE if _on == On.LEDGER else _kind not in _NO_STATE


class Fold:
    """The tables that the rows amount to so far.

    ``orders`` by order number: sub, cycle, method, product, quantity, amount, ship, delivery, status,
    payment, stopped. ``subscriptions``: status, cycle, ship, delivery, method, product, quantity, flag, held.
    ``ledger`` by transaction (provider rows only): order, state (`Live`), authorised, captured, refunded.

    ``leave_out`` names columns that a reader can do without ("product", "ledger.refunded"), to save memory.
    """

    def __init__(self, leave_out: Collection[str] = ()) -> None:
        small = {
            name: (np.int16 if name in ("quantity",) else COLUMNS[name][0], COLUMNS[name][1])
            for name in _VALUES
            if name not in leave_out
        }
        self._order_values = tuple(small)
        self._sub_values = tuple(name for name in small if name != "amount")
        self.orders = Growing(
            sub=(np.int32, -1), status=(np.uint8, 0), payment=(np.uint8, 0), stopped=(np.bool_, 0), **small
        )
        sub_values = {name: small[name] for name in self._sub_values}
        self.subscriptions = Growing(
            status=(np.uint8, 0), flag=(np.bool_, 0), held=(np.bool_, 0), **sub_values
        )
        ledger: dict[str, tuple[type[np.generic], int]] = {
            "order": (np.int32, -1), "state": (np.uint8, 0), "authorised": (np.int32, 0),
            "captured": (np.int32, 0), "refunded": (np.int32, 0),
        }  # fmt: skip
        kept = {name: column for name, column in ledger.items() if f"ledger.{name}" not in leave_out}
        self._ledger_values = frozenset(kept)
        self.ledger = Growing(**kept)

    def reach(self, chunk: Chunk) -> None:
        """Make room for everything that a chunk names."""
        columns = chunk.columns
        self.subscriptions.reach(int(columns["sub"].max(initial=-1)) + 1)
        self.orders.reach(int(columns["order"].max(initial=-1)) + 1)
        self.ledger.reach(int(columns["transaction"].max(initial=-1)) + 1)

    def take(self, chunk: Chunk) -> None:
        """Fold a whole chunk."""
        self.reach(chunk)
        sorts = sorts_of(chunk)
        for rows in waves(chunk, sorts, FOLDED.take(sorts).nonzero()[0]):
            self.apply(rows)

    def close(self) -> None:
        """Nothing is pending."""

    def apply(self, rows: Rows) -> None:
        """Fold a wave."""
        if rows.on == On.LEDGER:
            self._ledger(rows)
        elif rows.on == On.ORDER:
            self._orders(rows)
        else:
            self._subscriptions(rows)

    def _ledger(self, rows: Rows) -> None:
        if rows.sole_kind not in _LEDGER_STATE:
            return
        ledger, kept, t = self.ledger, self._ledger_values, rows.transaction
        told = (t >= 0).nonzero()[0]
        if len(told) < len(t):  # nothing was opened there: no such transaction
            rows = rows.some(told)
            t = rows.transaction
        ledger.state[t] = _LEDGER_STATE[rows.sole_kind]
        if "order" in kept:
            ledger.order[t] = rows.order
        if rows.sole_kind in _ASKED:
            ledger.authorised[t] = rows.amount
        elif rows.sole_kind == Kind.CAPTURED and "captured" in kept:
            ledger.captured[t] += rows.amount
        elif rows.sole_kind == Kind.REFUNDED and "refunded" in kept:
            ledger.refunded[t] += rows.amount

    def _orders(self, rows: Rows) -> None:
        orders, kind = self.orders, rows.sole_kind
        if kind in _PLACED:
            orders.sub[rows.order] = rows.sub
        if kind == Kind.GENERATED:
            sub, cycle = rows.sub, rows.cycle
            if (single := sub < 0).any():
                sub, cycle = sub[~single], cycle[~single]
            self.subscriptions.cycle[sub] = cycle
        elif kind == Kind.COUNTED:
            self.subscriptions.cycle[rows.sub] = rows.quantity
        if kind in _VALUED:
            _set_given(orders, rows.order, rows, self._order_values)
        if kind in _HOLDS:
            orders.stopped[rows.order] = _HOLDS[kind]
        if kind not in _NO_STATE:
            column = orders.payment if kind in _PAYMENT_KINDS else orders.status
            _set_status(column, rows.order, rows.status_to)

    def _subscriptions(self, rows: Rows) -> None:
        subs, kind = self.subscriptions, rows.sole_kind
        if kind in _VALUED:
            _set_given(subs, rows.sub, rows, self._sub_values)
        if kind in _FLAGS:
            subs.flag[rows.sub] = _FLAGS[kind]
        if kind in _HOLDS:
            subs.held[rows.sub] = _HOLDS[kind]
        if kind not in _NO_STATE:
            _set_status(subs.status, rows.sub, rows.status_to)


def _set_status(column: NDArray[np.uint8], index: NDArray[np.intp], status: NDArray[np.uint8]) -> None:
    given = status.nonzero()[0]
    if len(given) == len(status):
        column[index] = status
    elif len(given):
        column[index.take(given)] = status.take(given)


def _set_given(table: Growing, index: NDArray[Any], rows: Rows, names: tuple[str, ...]) -> None:
    for name in names:
        value = getattr(rows, name)
        given = value >= 0
        many = np.count_nonzero(given)
        if many == len(given):
            getattr(table, name)[index] = value
        elif many:
            some = given.nonzero()[0]
            getattr(table, name)[index.take(some)] = value.take(some)
