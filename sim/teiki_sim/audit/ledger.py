"""A payment provider's own statement: what it says of the transactions of a shop's orders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from teiki_sim import book_values as values
from teiki_sim.audit.columns import LEDGER
from teiki_sim.audit.export import amounts, instants, keep
from teiki_sim.audit.instants import at_end, in_turn
from teiki_sim.audit.sheet import Sheet
from teiki_sim.bad_input import BadInput, Problem
from teiki_sim.csvfile import Bad, read_column, read_table
from teiki_sim.log.kinds import Kind, Side
from teiki_sim.mapping import Mapping

__all__ = ["Ledger", "read_ledger", "write_ledger"]

_STATES = {
    Kind.AUTHORISED: ("仮売上", "与信", "与信完了", "仮売上完了", "オーソリ", "auth", "authorised", "authorized"),
    Kind.CAPTURED: (
        "売上", "実売上", "売上確定", "売上完了", "キャプチャ済み", "出荷報告済み", "即時売上", "sales", "capture", "captured",
    ),
    Kind.PAYMENT_CANCELLED: ("取消", "取消完了", "取消済み", "キャンセル", "void", "cancelled", "canceled"),
    Kind.REFUNDED: ("返金", "返金済み", "返品", "return", "refunded"),
    Kind.DECLINED: ("失敗", "NG", "与信NG", "与信失敗", "仮売上失敗", "与信審査エラー", "declined"),
    Kind.PENDING: ("保留", "与信保留", "審査中", "与信審査中", "pending"),
    Kind.EXPIRED: ("期限切れ", "expired"),
}  # fmt: skip
_STATE = values.one_of(
    [names[0] for names in _STATES.values()],
    {name: names[0] for names in _STATES.values() for name in names[1:]},
)
_KIND = {names[0]: kind for kind, names in _STATES.items()}
_PAID = (Kind.CAPTURED, Kind.REFUNDED)
#: The instant that each state has in a statement with a row a transaction.
_WHEN = {
    Kind.AUTHORISED: "authorised_at", Kind.PENDING: "authorised_at", Kind.DECLINED: "authorised_at",
    Kind.CAPTURED: "captured_at", Kind.PAYMENT_CANCELLED: "cancelled_at", Kind.REFUNDED: "refunded_at",
}  # fmt: skip


@dataclass(slots=True)
class Ledger:
    """A statement in columns: instants in seconds, amounts in yen, -1 where there is none."""

    file: str
    headers: dict[str, str]
    unknown: tuple[str, ...]
    orders: list[str]
    transactions: list[str]
    kinds: NDArray[Any]
    columns: dict[str, NDArray[Any]]
    rejects: tuple[Problem, ...]
    total: int

    def __len__(self) -> int:
        return len(self.orders)

    @property
    def asked(self) -> NDArray[Any]:
        """When each row's transaction was asked for, as far as it says."""
        c = self.columns
        movement = np.where(np.isin(self.kinds, (Kind.AUTHORISED, Kind.PENDING, Kind.DECLINED)), c["at"], -1)
        found: NDArray[Any] = np.maximum(c["authorised_at"], movement)
        return found

    @property
    def first(self) -> int:
        """The earliest instant that it names, -1 where there is none."""
        known = np.concatenate(
            [column for name, column in self.columns.items() if name == "at" or name.endswith("_at")]
        )
        return int(known[known >= 0].min()) if (known >= 0).any() else -1


def read_ledger(path: str, mapping: Mapping) -> Ledger:
    """Read a statement; bad rows stand in ``rejects``. Raises BadInput for a file without any instants."""
    table = read_table(path, LEDGER, mapping)
    moments = ("at", "authorised_at", "captured_at", "cancelled_at", "refunded_at")
    if not any(name in table.headers for name in moments):
        names = [column.ja for column in LEDGER if column.key in moments]
        ja, en = f"次のいずれかの列: {', '.join(names)}", f"one of the columns {', '.join(names)}"
        raise BadInput([Problem(table.file, "-", ", ".join(table.headers.values()), ja, en, 1)])
    columns = {name: instants(table, name) for name in moments}
    timed = np.maximum.reduce([columns[name] for name in moments]) >= 0
    early, late = ("at", "authorised_at"), ("cancelled_at", "refunded_at")
    columns |= {name: in_turn(columns[name]) for name in early} | {
        name: at_end(columns[name]) for name in late
    }
    columns["captured_at"] = in_turn(columns["captured_at"], columns["authorised_at"])
    columns |= {name: amounts(table, name) for name in ("amount", "captured_amount", "refunded_amount")}
    orders = read_column(table, "order_id", values.identifier, "")
    transactions = read_column(table, "transaction", str, "")
    states = read_column(table, "state", lambda text: int(_KIND[_STATE(text)]), 0)
    for row in range(len(table.lines)):
        if not timed[row] and not isinstance(states[row], Bad):
            table.problem(row, "state", "", "日時のある行", "a row with an instant")
    kept = keep(table)
    kinds = np.array([0 if isinstance(state, Bad) else state for state in states], np.int64)
    return Ledger(
        table.file, table.headers, table.unknown, [str(orders[row]) for row in kept.tolist()],
        [str(transactions[row]) or str(orders[row]) for row in kept.tolist()], kinds[kept],
        {name: column[kept] for name, column in columns.items()}, tuple(table.problems), table.total,
    )  # fmt: skip


def write_ledger(
    ledger: Ledger, orders: dict[str, int], covers: NDArray[np.bool_], sheet: Sheet, extra: dict[str, Any]
) -> int:
    """The statement as provider rows of known orders; the number of its rows for orders that are not known.

    ``covers`` says by order whether the statement speaks for it; ``extra`` are columns by order (sub, method, line).
    """
    number = np.array([orders.get(order, -1) for order in ledger.orders], np.int64)
    codes: dict[str, int] = {}
    transaction = np.array([codes.setdefault(text, len(codes)) for text in ledger.transactions], np.int64)
    transaction += len(orders)  # beyond the numbers of transactions that the shop's own record stands for
    some = (number >= 0) & covers[number] if len(number) else np.empty(0, bool)
    if "at" in ledger.headers:
        _movements(ledger, some, number, transaction, sheet, extra)
    else:
        _transactions(ledger, some, number, transaction, sheet, extra)
    return int((number < 0).sum())


def _movements(
    ledger: Ledger,
    some: NDArray[Any],
    number: NDArray[Any],
    transaction: NDArray[Any],
    sheet: Sheet,
    extra: dict[str, Any],
) -> None:
    """A row a movement: each says what happened at its instant."""
    for kind in _STATES:
        mask = some & (ledger.kinds == kind) & (ledger.columns["at"] >= 0)
        _rows(sheet, kind, ledger.columns["at"], mask, number, transaction, ledger.columns["amount"], extra)


def _transactions(
    ledger: Ledger,
    some: NDArray[Any],
    number: NDArray[Any],
    transaction: NDArray[Any],
    sheet: Sheet,
    extra: dict[str, Any],
) -> None:
    """A row a transaction: its instants are its steps, its state is the last of them."""
    c = ledger.columns
    latest = np.maximum.reduce([c[name] for name in set(_WHEN.values())])
    refused = np.isin(ledger.kinds, (Kind.DECLINED, Kind.PENDING))
    asked = np.where(c["authorised_at"] >= 0, c["authorised_at"], _first(c))
    _rows(sheet, Kind.AUTHORISED, asked, some & ~refused, number, transaction, c["amount"], extra)
    for kind in (Kind.DECLINED, Kind.PENDING):
        _rows(sheet, kind, asked, some & (ledger.kinds == kind), number, transaction, c["amount"], extra)
    for kind in (Kind.CAPTURED, Kind.PAYMENT_CANCELLED, Kind.REFUNDED, Kind.EXPIRED):
        at = c[_WHEN[kind]] if kind in _WHEN else np.full(len(ledger), -1, np.int64)
        at = np.where((at < 0) & (ledger.kinds == kind), latest, at)
        amount = c.get(f"{kind.label}_amount", c["amount"])
        amount = np.where(amount >= 0, amount, c["amount"])
        _rows(sheet, kind, at, some & (at >= 0) & ~refused, number, transaction, amount, extra)


def _first(columns: dict[str, NDArray[Any]]) -> NDArray[Any]:
    known = np.stack([columns[name] for name in sorted(set(_WHEN.values()))])
    least: NDArray[Any] = np.where(known >= 0, known, np.iinfo(np.int64).max).min(axis=0)
    return least


def _rows(
    sheet: Sheet, kind: Kind, at: NDArray[Any], mask: NDArray[Any], number: NDArray[Any], transaction: NDArray[Any],
    amount: NDArray[Any], extra: dict[str, Any],
) -> None:  # fmt: skip
    order = number[mask]
    sheet.add(
        kind, at[mask], Side.PROVIDER, order=order, transaction=transaction[mask], amount=amount[mask],
        **{name: column[order] for name, column in extra.items()},
    )  # fmt: skip
