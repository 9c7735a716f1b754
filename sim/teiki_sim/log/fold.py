"""Folding rows back into tables: what the orders, payments, subscriptions and ledgers look like.

The rows of one subscription are taken in order, those of different subscriptions side by side, in `waves`.
"""

from collections.abc import Collection
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from teiki_sim.log.kinds import KIND_NUMBERS, Kind
from teiki_sim.log.rows import COLUMNS, Chunk
from teiki_sim.log.waves import SORTS, On, Rows, bits, sort, sorts_of, waves
from teiki_sim.paged import LARGE, Columns

_PAYMENT_KINDS = {
    Kind.AUTHORISED, Kind.DECLINED, Kind.PENDING, Kind.NO_ANSWER, Kind.REAUTHORISED, Kind.CAPTURED,
    Kind.CAPTURE_FAILED, Kind.PAYMENT_CANCELLED, Kind.REFUNDED, Kind.EXPIRED, Kind.INQUIRED,
}  # fmt: skip
_VALUED = bits(Kind.OPENED, Kind.GENERATED, Kind.EDITED, Kind.SCHEDULED, Kind.RECALCULATED)
_COUNTED = bits(Kind.COUNTED)
_PLACED = bits(Kind.OPENED, Kind.GENERATED)
_GENERATED = bits(Kind.GENERATED)
_ASKED = bits(Kind.AUTHORISED, Kind.REAUTHORISED, Kind.PENDING)
_CAPTURED, _REFUNDED = bits(Kind.CAPTURED), bits(Kind.REFUNDED)
_HELD, _RELEASED = bits(Kind.HELD), bits(Kind.RELEASED)
_FLAG_SET, _FLAG_CLEARED = bits(Kind.FLAG_SET), bits(Kind.FLAG_CLEARED)
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
_STATE_OF = np.array([_LEDGER_STATE.get(kind, Live.NONE) for kind in KIND_NUMBERS], np.uint8)
_HAS_STATUS = np.array([kind not in _NO_STATE for kind in KIND_NUMBERS])
_HAS_STATE = _STATE_OF != Live.NONE
_IS_PAYMENT = np.array([kind in _PAYMENT_KINDS for kind in KIND_NUMBERS])

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
        ledger, kept = self.ledger, self._ledger_values
        told = (rows.transaction >= 0) & _HAS_STATE.take(rows.kind)
        if np.count_nonzero(told) < len(told):  # nothing was opened there: no such transaction
            rows = rows.where(told)
        t = rows.transaction
        ledger.state[t] = _STATE_OF.take(rows.kind)
        if "order" in kept:
            ledger.order[t] = rows.order
        if rows.kinds & _ASKED:
            asked = rows.of(_ASKED)
            ledger.authorised[asked.transaction] = asked.amount
        if rows.kinds & _CAPTURED and "captured" in kept:
            captured = rows.of(_CAPTURED)
            ledger.captured[captured.transaction] += captured.amount
        if rows.kinds & _REFUNDED and "refunded" in kept:
            refunded = rows.of(_REFUNDED)
            ledger.refunded[refunded.transaction] += refunded.amount

    def _orders(self, rows: Rows) -> None:
        orders = self.orders
        if rows.kinds & _PLACED:
            placed = rows.of(_PLACED)
            orders.sub[placed.order] = placed.sub
        if rows.kinds & _GENERATED:
            generated = rows.of(_GENERATED)
            sub, cycle = generated.sub, generated.cycle
            if (single := sub < 0).any():
                sub, cycle = sub[~single], cycle[~single]
            self.subscriptions.cycle[sub] = cycle
        if rows.kinds & _COUNTED:
            counted = rows.of(_COUNTED)
            self.subscriptions.cycle[counted.sub] = counted.quantity
        if rows.kinds & _VALUED:
            valued = rows.of(_VALUED)
            _set_given(orders, valued.order, valued, self._order_values)
        _set_switch(orders.stopped, rows, "order", _HELD, _RELEASED)
        given = _given_status(rows)
        if len(given):
            order, status, payment = rows.order, rows.status_to, _IS_PAYMENT.take(rows.kind)
            if len(given) < len(order):
                order, status, payment = order.take(given), status.take(given), payment.take(given)
            paid = payment.nonzero()[0]
            if len(paid) == len(order):
                orders.payment[order] = status
            elif len(paid):
                orders.payment[order.take(paid)] = status.take(paid)
                other = (~payment).nonzero()[0]
                orders.status[order.take(other)] = status.take(other)
            else:
                orders.status[order] = status

    def _subscriptions(self, rows: Rows) -> None:
        subs = self.subscriptions
        if rows.kinds & _VALUED:
            valued = rows.of(_VALUED)
            _set_given(subs, valued.sub, valued, self._sub_values)
        _set_switch(subs.flag, rows, "sub", _FLAG_SET, _FLAG_CLEARED)
        _set_switch(subs.held, rows, "sub", _HELD, _RELEASED)
        given = _given_status(rows)
        if len(given):
            subs.status[rows.sub.take(given)] = rows.status_to.take(given)


def _given_status(rows: Rows) -> NDArray[np.intp]:
    given: NDArray[np.bool_] = rows.status_to > 0
    given &= _HAS_STATUS.take(rows.kind)
    return given.nonzero()[0]


def _set_switch(column: NDArray[np.bool_], rows: Rows, index: str, on: int, off: int) -> None:
    for kind, value in ((on, True), (off, False)):
        if rows.kinds & kind:
            column[getattr(rows.of(kind), index)] = value


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
