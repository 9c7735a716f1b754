"""An order export of a shop as columns: what each order's row says of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from teiki_sim import book_values as values
from teiki_sim.audit.columns import EXPORT
from teiki_sim.audit.instants import instant
from teiki_sim.bad_input import Problem
from teiki_sim.csvfile import Bad, Table, read_column, read_table
from teiki_sim.log.statuses import CODE, ORDER_MEANING, PAYMENT_MEANING, SUBSCRIPTION_MEANING
from teiki_sim.mapping import Mapping
from teiki_sim.messages import METHOD_NAMES

__all__ = ["Orders", "amounts", "instants", "keep", "read_export", "slip"]


def _named(meanings: NDArray[Any], aliases: dict[str, str]) -> Callable[[str], int]:
    names = [name for name, code in CODE.items() if meanings[code]]
    read = values.one_of(names, aliases)
    return lambda text: CODE[read(text)] if text else 0


_ORDER_STATUS = _named(ORDER_MEANING, {"未出荷": "出荷待ち", "出荷完了": "出荷済み"})
_PAYMENT_STATUS = _named(
    PAYMENT_MEANING, {"与信済み": "与信完了", "与信OK": "与信完了", "売上確定": "キャプチャ済み"}
)
_SUBSCRIPTION_STATUS = _named(SUBSCRIPTION_MEANING, {"解約": "キャンセル"})
_METHOD = values.one_of(METHOD_NAMES)

_INSTANTS = (
    "ordered_at", "authorised_at", "exported_at", "warehouse_stopped_at", "shipped_at", "delivered_at", "captured_at",
    "cancelled_at", "payment_cancelled_at", "refunded_at", "returned_at", "held_at", "released_at",
    "invoice_printed_at", "decided_at", "subscription_stopped_at",
)  # fmt: skip
_DATES = ("planned_ship_date", "planned_delivery_date", "next_ship_date", "next_delivery_date")
_YEN = ("amount", "authorised_amount", "captured_amount", "refunded_amount")


@dataclass(slots=True)
class Orders:
    """Orders in columns, one row each.

    Instants are doubled (see `instants`), -1 where there is none; dates are days, amounts yen, both -1 where
    there is none; statuses and methods are the log's numbers (0 and -1 for none).
    """

    file: str
    encoding: str
    headers: dict[str, str]
    unknown: tuple[str, ...]
    lines: NDArray[np.int64]
    ids: list[str]
    subscriptions: list[str]
    products: list[str]
    columns: dict[str, NDArray[Any]]
    rejects: tuple[Problem, ...]
    items: int
    """Rows that only repeat an order for a further item."""
    total: int

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.columns[name]


def read_export(path: str, mapping: Mapping) -> Orders:
    """Read an export; what is wrong with rows stands in ``rejects``, and those rows are left out.

    Raises BadInput where the file as a whole cannot be read.
    """
    table = read_table(path, EXPORT, mapping)
    columns: dict[str, NDArray[Any]] = {
        "ordered_at": _array(read_column(table, "ordered_at", instant, -1), np.int64, -1)
    }
    columns |= {name: instants(table, name) for name in _INSTANTS[1:]}
    columns |= {
        name: _array(read_column(table, name, _or(values.date, -1), -1), np.int32, -1) for name in _DATES
    }
    columns |= {name: amounts(table, name) for name in _YEN}
    columns["cycle"] = _array(read_column(table, "cycle", _or(values.whole(0), -1), -1), np.int16, -1)
    columns["quantity"] = _array(read_column(table, "quantity", _or(values.whole(1), -1), -1), np.int32, -1)
    columns["method"] = _array(read_column(table, "payment_method", _method, -1), np.int8, -1)
    columns["order_status"] = _array(read_column(table, "order_status", _ORDER_STATUS, 0), np.uint8, 0)
    columns["payment_status"] = _array(read_column(table, "payment_status", _PAYMENT_STATUS, 0), np.uint8, 0)
    columns["subscription_status"] = _array(
        read_column(table, "subscription_status", _SUBSCRIPTION_STATUS, 0), np.uint8, 0
    )
    slips = read_column(table, "slip_number", slip, 0), read_column(table, "reported_slip_number", slip, 0)
    columns["slip"], columns["reported"] = (_array(some, np.int64, 0) for some in slips)
    ids = read_column(table, "order_id", values.identifier, "")
    subscriptions = read_column(table, "subscription_id", _or(values.identifier, ""), "")
    kept, items = _one_an_order(table, ids, columns)
    return Orders(
        table.file, table.encoding, table.headers, table.unknown, np.array(table.lines, np.int64)[kept],
        _texts(ids, kept), _texts(subscriptions, kept),
        _texts(read_column(table, "product_code", str, ""), kept),
        {name: column[kept] for name, column in columns.items()}, tuple(table.problems), items, table.total,
    )  # fmt: skip


def _one_an_order(
    table: Table, ids: list[str | Bad], columns: dict[str, NDArray[Any]]
) -> tuple[NDArray[np.intp], int]:
    """The good rows, the first of each order; rows that repeat an order must say the same of it."""
    good = keep(table)
    first: dict[str, int] = {}
    said = [columns[name] for name in ("order_status", "payment_status", "shipped_at", "cancelled_at")]
    kept, items = [], 0
    for row in good.tolist():
        order = str(ids[row])
        earlier = first.setdefault(order, row)
        if earlier == row:
            kept.append(row)
        elif all(column[row] == column[earlier] for column in said):
            items += 1
        else:
            line = table.lines[earlier]
            ja = f"1注文1行({line}行目と同じ注文で、ステータスか日時が違います)"
            en = f"one row an order (line {line} has the same order with another status or instant)"
            table.problem(row, "order_id", order, ja, en)
    return np.array(kept, np.intp), items


def keep(table: Table) -> NDArray[np.intp]:
    """The rows of a table with which nothing is wrong."""
    bad = {problem.line for problem in table.problems}
    return np.array([row for row, line in enumerate(table.lines) if line not in bad], np.intp)


def instants(table: Table, name: str) -> NDArray[Any]:
    """A column of instants, -1 where a cell is empty or wrong."""
    return _array(read_column(table, name, _or(instant, -1), -1), np.int64, -1)


def amounts(table: Table, name: str) -> NDArray[Any]:
    """A column of yen, -1 where a cell is empty or wrong."""
    return _array(read_column(table, name, _or(values.yen, -1), -1), np.int32, -1)


def slip(text: str) -> int:
    """A slip number of 11 to 18 digits as a number; shorter ones, and those with letters, are not compared: 0."""
    digits = values.narrow(text).replace("-", "").removeprefix('="').removesuffix('"')
    return int(digits) if digits.isascii() and digits.isdigit() and 11 <= len(digits) <= 18 else 0


def _method(text: str) -> int:
    return METHOD_NAMES.index(_METHOD(text)) if text else -1


def _or(read: Callable[[str], Any], empty: Any) -> Callable[[str], Any]:
    return lambda text: read(text) if text else empty


def _array(cells: list[Any], dtype: type[np.generic], empty: int) -> NDArray[Any]:
    return np.array([empty if isinstance(cell, Bad) else cell for cell in cells], dtype)


def _texts(cells: list[Any], kept: NDArray[np.intp]) -> list[str]:
    return [str(cells[row]) for row in kept.tolist()]
