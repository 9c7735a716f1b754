"""Folding rows back into tables: what the orders, payments, subscriptions and ledgers look like.

The rows of one subscription are taken in order, those of different subscriptions side by side: a chunk
is cut into *waves*, in each of which a subscription (or a single order) has at most one row. So a
fold, and every monitor that builds on it, reads like code for one row and runs on arrays.
"""

from collections.abc import Collection, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from teiki_sim.log.kinds import Kind, Side
from teiki_sim.log.rows import COLUMNS, Chunk
from teiki_sim.paged import Columns

_PAYMENT_KINDS = {
    Kind.AUTHORISED, Kind.DECLINED, Kind.PENDING, Kind.NO_ANSWER, Kind.REAUTHORISED, Kind.CAPTURED,
    Kind.CAPTURE_FAILED, Kind.PAYMENT_CANCELLED, Kind.REFUNDED, Kind.EXPIRED, Kind.INQUIRED,
}  # fmt: skip
_VALUE_KINDS = {Kind.OPENED, Kind.GENERATED, Kind.EDITED, Kind.SCHEDULED}
#: Kinds that leave every table as it is.
NO_STATE = {
    Kind.SETTING, Kind.SKIPPED, Kind.HANDED_OVER, Kind.WAREHOUSE_STOPPED, Kind.SHIPPED, Kind.DELIVERED,
    Kind.GENERATION_FAILED, Kind.MESSAGE, Kind.MAIL, Kind.JOB, Kind.POINTS, Kind.DECISION, Kind.INVOICE_PRINTED,
    Kind.NOTICE, Kind.REFUSED, Kind.REPAIRED, Kind.PARCEL_RETURNED, Kind.ENCLOSED,
}  # fmt: skip
_VALUES = ("cycle", "method", "product", "quantity", "amount", "ship", "delivery")


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
        if self._columns.reach(size):
            self.size = self._columns.rows
            self._show()


class Live:
    """Provider-side states of a transaction, as the ledger's rows tell them."""

    NONE, AUTHORISED, PENDING, DECLINED, CAPTURED, CANCELLED, EXPIRED, REFUNDED = range(8)


_LEDGER_STATE = {
    Kind.AUTHORISED: Live.AUTHORISED,
    Kind.REAUTHORISED: Live.AUTHORISED,
    Kind.PENDING: Live.PENDING,
    Kind.DECLINED: Live.DECLINED,
    Kind.CAPTURED: Live.CAPTURED,
    Kind.PAYMENT_CANCELLED: Live.CANCELLED,
    Kind.EXPIRED: Live.EXPIRED,
    Kind.REFUNDED: Live.REFUNDED,
}


class _Sorted:
    """A chunk's columns in the order of its waves; a column is sorted when it is first asked for."""

    __slots__ = ("_columns", "_order", "_sorted")

    def __init__(self, columns: dict[str, NDArray[Any]], order: NDArray[np.intp]) -> None:
        self._columns = columns
        self._order = order
        self._sorted: dict[str, NDArray[Any]] = {}

    def __getitem__(self, name: str) -> NDArray[Any]:
        column = self._sorted.get(name)
        if column is None:
            column = self._sorted[name] = self._columns[name][self._order]
        return column


class Rows:
    """Rows of one kind and one wave: each column is an array, at most one row a subscription."""

    __slots__ = ("_columns", "_index", "seq")

    def __init__(self, columns: _Sorted, index: slice | NDArray[np.intp], seq: NDArray[np.int64]) -> None:
        self._columns = columns
        self._index = index
        self.seq = seq

    def __len__(self) -> int:
        return len(self.seq)

    def __getattr__(self, name: str) -> NDArray[Any]:
        value: NDArray[Any] = self._columns[name][self._index]
        return value

    def where(self, mask: NDArray[np.bool_]) -> "Rows":
        """Those rows for which ``mask`` holds."""
        index = self._index
        some = np.flatnonzero(mask)
        seq = self.seq[some]
        return Rows(self._columns, some + index.start if isinstance(index, slice) else index[some], seq)


def waves(chunk: Chunk, wanted: NDArray[np.intp] | None = None) -> Iterator[tuple[Kind, Rows]]:
    """Cut a chunk (or those of its rows that are wanted) into groups of (kind, rows), each subscription's in order.

    The rows of a group are also of one side, and either all of orders or none.
    """
    columns = chunk.columns
    names = ("sub", "order", "kind", "side")
    sub, order, kind, side = (columns[x] if wanted is None else columns[x][wanted] for x in names)
    n = len(sub)
    if not n:
        return
    entity = np.where(sub >= 0, sub, order.astype(np.int64) + (int(sub.max()) + 2))
    # Number and position sort as one integer: a plain sort is many times faster than a stable argsort.
    bits = n.bit_length()
    both = entity << bits
    both |= np.arange(n, dtype=np.int64)
    both.sort()
    by_entity = both & ((1 << bits) - 1)
    both >>= bits
    group = group_numbers(kind, side, order)[by_entity]
    heads = np.flatnonzero(np.concatenate(([True], both[1:] != both[:-1])))
    ends = np.append(heads[1:], n)
    parts, kinds = [], []
    while len(heads):
        # The next rows of the subscriptions with the most rows to come say which sort it is; all of that sort go.
        now, left = group[heads], ends - heads
        best = int(np.bincount(now[left == left.max()]).argmax())
        chosen = now == best
        parts.append(heads[chosen])
        kinds.append(best)
        heads += chosen
        going = heads < ends
        if not going.all():
            heads, ends = heads[going], ends[going]
    by_wave = np.concatenate(parts)
    cuts = [0, *np.cumsum([len(part) for part in parts]).tolist()]
    index = by_entity[by_wave] if wanted is None else wanted[by_entity[by_wave]]
    seq = index + chunk.first_seq
    in_waves = _Sorted(columns, index)
    for code, (start, stop) in zip(kinds, pairwise(cuts), strict=True):
        yield Kind(code >> 4), Rows(in_waves, slice(start, stop), seq[start:stop])


def group_numbers(
    kind: NDArray[np.uint8], side: NDArray[np.uint8], order: NDArray[np.int32]
) -> NDArray[np.uint16]:
    """The sort of each row: its kind, its side, and whether it is of an order, as one number."""
    group = kind.astype(np.uint16) * np.uint16(16)
    group += side * np.uint8(2)
    group += order >= 0
    return group


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
        for kind, rows in waves(chunk):
            self.apply(kind, rows)

    def close(self) -> None:
        """Nothing is pending."""

    def apply(self, kind: Kind, rows: Rows) -> None:
        """Fold a group of `waves`."""
        if kind in NO_STATE:
            return
        if rows.side[0] == Side.PROVIDER:
            self._ledger(kind, rows)
        elif rows.order[0] >= 0:
            if kind == Kind.GENERATED:
                child = rows.where(rows.sub >= 0)
                self.subscriptions.cycle[child.sub] = child.cycle
            self._orders(kind, rows)
        else:
            self._subscriptions(kind, rows)

    def _ledger(self, kind: Kind, rows: Rows) -> None:
        if kind not in _LEDGER_STATE:
            return
        ledger, t = self.ledger, rows.transaction
        if (t < 0).any():  # nothing was opened there: no such transaction
            rows = rows.where(t >= 0)
            t = rows.transaction
        kept = self._ledger_values
        ledger.state[t] = _LEDGER_STATE[kind]
        if "order" in kept:
            ledger.order[t] = rows.order
        if kind in (Kind.AUTHORISED, Kind.REAUTHORISED, Kind.PENDING):
            ledger.authorised[t] = rows.amount
        elif kind == Kind.CAPTURED and "captured" in kept:
            ledger.captured[t] += rows.amount
        elif kind == Kind.REFUNDED and "refunded" in kept:
            ledger.refunded[t] += rows.amount

    def _orders(self, kind: Kind, rows: Rows) -> None:
        orders, order = self.orders, rows.order
        if kind in (Kind.GENERATED, Kind.OPENED):
            orders.sub[order] = rows.sub
        if kind in _VALUE_KINDS:
            _set_given(orders, order, rows, self._order_values)
        if kind == Kind.HELD:
            orders.stopped[order] = True
        elif kind == Kind.RELEASED:
            orders.stopped[order] = False
        status = rows.status_to
        if status.any():
            target = orders.payment if kind in _PAYMENT_KINDS else orders.status
            given = status > 0
            target[order[given]] = status[given]

    def _subscriptions(self, kind: Kind, rows: Rows) -> None:
        subs, sub = self.subscriptions, rows.sub
        if kind in _VALUE_KINDS:
            _set_given(subs, sub, rows, self._sub_values)
        if kind in (Kind.FLAG_SET, Kind.FLAG_CLEARED):
            subs.flag[sub] = kind == Kind.FLAG_SET
        elif kind in (Kind.HELD, Kind.RELEASED):
            subs.held[sub] = kind == Kind.HELD
        status = rows.status_to
        if status.any():
            given = status > 0
            subs.status[sub[given]] = status[given]


def _set_given(table: Growing, index: NDArray[Any], rows: Rows, names: tuple[str, ...]) -> None:
    for name in names:
        value = getattr(rows, name)
        given = value >= 0
        if given.all():
            getattr(table, name)[index] = value
        elif given.any():
            getattr(table, name)[index[given]] = value[given]
