"""The subscription book and the open orders that a shop brings, read from CSV.

`read_book` and `read_orders` report every bad row at once (`BadInput`), or with `skip_bad_rows`
return the good rows and the rejects. Days are ints since 1970-01-01, money is yen with tax. Names,
addresses, telephones and e-mails are not kept: only keyed hashes, for finding duplicate customers.
"""

from __future__ import annotations

import csv
import hashlib
import io
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar

from teiki_sim import book_values as values
from teiki_sim.bad_input import BadInput, Problem
from teiki_sim.book_columns import STATUSES
from teiki_sim.book_headers import BOOK, ORDERS
from teiki_sim.book_rows import Book, Contact, OpenOrder, Orders, SubscriptionRow
from teiki_sim.calendar import to_date
from teiki_sim.config import METHODS, Config
from teiki_sim.csvfile import Bad, Table, Wrong, read_column, read_table
from teiki_sim.log import statuses
from teiki_sim.mapping import Mapping, read_mapping

__all__ = [
    "BadInput",
    "Book",
    "Contact",
    "OpenOrder",
    "Orders",
    "Problem",
    "SubscriptionRow",
    "read_book",
    "read_orders",
    "rejects_csv",
]

_T = TypeVar("_T")
_STATUS = values.one_of(
    STATUSES,
    {
        "有効": "継続",
        "active": "継続",
        "stopped": "停止",
        "paused": "停止",
        "cancelled": "キャンセル",
        "canceled": "キャンセル",
        "ended": "終了",
    },
)
_ORDER_STATUS = values.one_of(
    [n for n, m in zip(statuses.NAMES, statuses.ORDER_MEANING, strict=True) if m], {"未出荷": "出荷待ち"}
)
_PAYMENT_STATUS = values.one_of(
    [n for n, m in zip(statuses.NAMES, statuses.PAYMENT_MEANING, strict=True) if m],
    {"与信済み": "与信完了", "与信OK": "与信完了"},
)
_METHODS = values.one_of(METHODS)


# ---- reading -------------------------------------------------------------------------------------


def read_book(
    path: str | Path,
    config: Config,
    *,
    mapping: Mapping | str | Path | None = None,
    skip_bad_rows: bool = False,
    unknown_methods: Literal["error", "warn"] = "error",
    hash_key: bytes = b"teiki",
) -> Book:
    """Read a subscription book.

    Raises BadInput with every problem, unless `skip_bad_rows`; what spoils the whole file (empty, no
    rows, a required column missing) raises always. `unknown_methods` says whether a payment method
    that is not known is a bad row. `hash_key` keys the hashes of contacts, at most 64 bytes.
    """
    table = read_table(path, BOOK, mapping if isinstance(mapping, Mapping) else read_mapping(mapping))
    if not table.total:
        raise BadInput(
            [Problem(table.file, "-", "0行 / 0 rows", "1行以上の定期", "at least one subscription")]
        )
    if "next_ship_date" not in table.headers and "next_delivery_date" not in table.headers:
        ja, en = (
            "列「次回出荷予定日」または「次回お届け予定日」",
            "a column next_ship_date or next_delivery_date",
        )
        raise BadInput([Problem(table.file, "次回お届け予定日", "-", ja, en, 1)])
    ids = _unique(table, "subscription_id")
    columns: list[list[Any]] = [
        ids,
        read_column(table, "customer_id", values.identifier, ""),
        read_column(table, "frequency", values.frequency, None),
        read_column(table, "course", str, ""),
        read_column(table, "product_code", _code, ""),
        read_column(table, "quantity", _or_empty(values.whole(1), 1), 1),
        read_column(table, "unit_price", values.optional(values.yen), None),
        *_methods(table, unknown_methods),
        read_column(table, "carrier", values.optional(values.one_of(config.carriers)), None),
        read_column(table, "status", _STATUS, ""),
        read_column(table, "cycle", _or_empty(values.whole(0), 0), 0),
        read_column(table, "next_ship_date", values.optional(values.date), None),
        read_column(table, "next_delivery_date", values.optional(values.date), None),
        read_column(table, "first_delivery_date", values.optional(values.date), None),
        read_column(table, "end_count", _or_empty(lambda text: values.whole(0)(text) or None, None), None),
        read_column(table, "held", values.flag, False),
        read_column(table, "generation_error", values.flag, False),
    ]
    contacts = _contacts(table, hash_key)
    good: list[tuple[SubscriptionRow, int]] = []
    # Rows that broke before (field count, encoding) are in no column; the others are checked as a whole.
    broken = {problem.line for problem in table.problems}
    for at, cells in enumerate(zip(*columns, strict=True)):
        if table.lines[at] not in broken:
            row = SubscriptionRow(*cells)
            if _agrees(row, table, at, config):
                good.append((row, at))
    _report(table, skip_bad_rows)
    good.sort(key=lambda pair: pair[0].id)
    rows = tuple(row for row, _at in good)
    return Book(
        rows=rows,
        contacts=tuple(contacts[at] for _row, at in good) if contacts else (),
        encoding=table.encoding,
        unknown_columns=table.unknown,
        total=table.total,
        rejects=tuple(table.problems),
        unknown_methods=_unknown_methods(rows),
    )


def read_orders(
    path: str | Path,
    config: Config,
    *,
    book: Book | None = None,
    mapping: Mapping | str | Path | None = None,
    skip_bad_rows: bool = False,
    unknown_methods: Literal["error", "warn"] = "error",
) -> Orders:
    """Read open orders; a file without rows is no open orders.

    With a book, what a child's row leaves empty (count, product, quantity, method) is its
    subscription's, and a subscription that is not in the book is a bad row. An empty order status is
    出荷待ち. Raises BadInput as `read_book` does.
    """
    table = read_table(path, ORDERS, mapping if isinstance(mapping, Mapping) else read_mapping(mapping))
    method, known = _methods(table, unknown_methods, empty=True)
    columns: list[list[Any]] = [
        _unique(table, "order_id"),
        read_column(table, "subscription_id", values.optional(values.identifier), None),
        read_column(table, "cycle", values.optional(values.whole(0)), None),
        read_column(table, "order_status", _or_empty(_ORDER_STATUS, "出荷待ち"), "出荷待ち"),
        read_column(table, "payment_status", _or_empty(_PAYMENT_STATUS, ""), ""),
        read_column(table, "planned_ship_date", values.date, 0),
        read_column(table, "planned_delivery_date", values.optional(values.date), None),
        read_column(table, "amount", values.optional(values.yen), None),
        read_column(table, "product_code", values.optional(_code), None),
        read_column(table, "quantity", values.optional(values.whole(1)), None),
        method,
        known,
    ]
    broken = {problem.line for problem in table.problems}
    good: list[OpenOrder] = []
    for at, cells in enumerate(zip(*columns, strict=True)):
        if table.lines[at] not in broken:
            order = _completed(cells, table, at, book, config)
            if order is not None:
                good.append(order)
    _report(table, skip_bad_rows)
    rows = tuple(sorted(good, key=lambda order: order.order_id))
    return Orders(
        rows=rows,
        encoding=table.encoding,
        unknown_columns=table.unknown,
        total=table.total,
        rejects=tuple(table.problems),
        unknown_methods=_unknown_methods(rows),
    )


def rejects_csv(rejects: Iterable[Problem]) -> str:
    """The rejected rows as CSV: line, column, value and what was expected, one line a problem."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["file", "line", "column", "value", "expected_ja", "expected_en"])
    for problem in rejects:
        line = "" if problem.line is None else problem.line
        file = Path(problem.file).name
        writer.writerow([file, line, problem.field, problem.found, problem.expected_ja, problem.expected_en])
    return out.getvalue()


def _report(table: Table, skip_bad_rows: bool) -> None:
    table.problems.sort(key=lambda problem: problem.line or 0)
    if table.problems and not skip_bad_rows:
        raise BadInput(table.problems)


def _or_empty(read: Callable[[str], _T], empty: _T) -> Callable[[str], _T]:
    return lambda text: read(text) if text else empty


def _code(text: str) -> str:
    if not text:
        raise Wrong("商品コード", "a product code")
    return values.identifier(text)


def _unique(table: Table, key: str) -> list[str | Bad]:
    """A column of ids; one that came before is a problem of the later row."""
    ids = read_column(table, key, values.identifier, "")
    first: dict[str, int] = {}
    for at, value in enumerate(ids):
        if isinstance(value, str) and first.setdefault(value, at) != at:
            line = table.lines[first[value]]
            table.problem(
                at,
                key,
                value,
                f"重複しない番号({line}行目に同じ番号)",
                f"an id of its own (line {line} has it)",
            )
    return ids


def _methods(
    table: Table, unknown: Literal["error", "warn"], empty: bool = False
) -> tuple[list[Any], list[bool]]:
    """The payment methods, canonical where known, and whether they are."""

    def read(text: str) -> str:
        if not text:
            if empty:
                return ""
            raise Wrong("支払方法", "a payment method")
        try:
            return _METHODS(text)
        except Wrong as wrong:
            if unknown == "warn":
                return text
            ja = f'{wrong.ja}(マッピングファイルの [values."支払方法"] で対応付けできます)'
            raise Wrong(ja, f"{wrong.en} (or map it under [values.payment_method])") from None

    names = read_column(table, "payment_method", read, "")
    return names, [name in METHODS for name in names]


def _unknown_methods(rows: Sequence[SubscriptionRow] | Sequence[OpenOrder]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(row.method for row in rows if not row.method_known).items()))


def _agrees(row: SubscriptionRow, table: Table, at: int, config: Config) -> bool:
    """Whether the cells of a row go together; what does not is noted."""
    before = len(table.problems)
    if row.unit_price is None and row.product not in config.goods:
        ja = "単価、または設定にある商品コード"
        table.problem(
            at, "product_code", row.product, ja, "a unit price, or a product code of the configuration"
        )
    price = row.unit_price if row.unit_price is not None else _price_of(row.product, config)
    if price * row.quantity > values.MOST_YEN:
        ja, en = (
            f"単価×数量が {values.MOST_YEN:,} 円以下",
            f"price times quantity of {values.MOST_YEN:,} yen or less",
        )
        table.problem(at, "quantity", f"{row.quantity} × {price:,}", ja, en)
    if row.status == "継続" and row.next_date is None:
        ja = "継続には次回出荷予定日か次回お届け予定日"
        table.problem(at, "next_delivery_date", "", ja, "a next ship date or delivery date for 継続")
    if row.next_ship is not None and row.next_delivery is not None and row.next_ship > row.next_delivery:
        ship, delivery = to_date(row.next_ship), to_date(row.next_delivery)
        ja, en = f"次回出荷予定日 {ship} 以降の日付", f"a date not before the next ship date {ship}"
        table.problem(at, "next_delivery_date", str(delivery), ja, en)
    return len(table.problems) == before


def _price_of(product: str, config: Config) -> int:
    return config.goods[product].price if product in config.goods else 0


def _completed(
    cells: tuple[Any, ...], table: Table, at: int, book: Book | None, config: Config
) -> OpenOrder | None:
    """An order with what its subscription knows filled in, or None with the problem noted."""
    order_id, subscription, cycle, status, paid, ship, delivery, amount, product, quantity, method, known = (
        cells
    )
    row = book.by_id.get(subscription) if book is not None and subscription is not None else None
    before = len(table.problems)
    if book is not None and subscription is not None and row is None:
        ja, en = "定期台帳にある番号、単品なら空", "an id of the book, or empty for a single order"
        table.problem(at, "subscription_id", subscription, ja, en)
        return None
    if row is not None:
        cycle = row.cycle + 1 if cycle is None else cycle
        product, quantity = product or row.product, quantity or row.quantity
        if not method:
            method, known = row.method, row.method_known
    if subscription is None or book is not None:
        if not product:
            table.problem(at, "product_code", "", "商品コード", "a product code")
        if not method:
            table.problem(at, "payment_method", "", "支払方法", "a payment method")
    if product and amount is None and row is None and subscription is None and product not in config.goods:
        ja = "金額、または設定にある商品コード"
        table.problem(at, "product_code", product, ja, "an amount, or a product code of the configuration")
    due = _price_of(product or "", config) * (quantity or 1) if amount is None and row is None else 0
    if due > values.MOST_YEN:
        ja, en = f"金額が {values.MOST_YEN:,} 円以下", f"an amount of {values.MOST_YEN:,} yen or less"
        table.problem(at, "quantity", str(quantity), ja, en)
    if delivery is not None and ship > delivery:
        ja, en = f"出荷予定日 {to_date(ship)} 以降の日付", f"a date not before the ship date {to_date(ship)}"
        table.problem(at, "planned_delivery_date", str(to_date(delivery)), ja, en)
    if len(table.problems) > before:
        return None
    product, method = product or "", method or ""
    return OpenOrder(
        order_id,
        subscription,
        cycle or 0,
        status,
        paid,
        ship,
        delivery,
        amount,
        product,
        quantity or 1,
        method,
        known,
    )


# ---- contacts ------------------------------------------------------------------------------------


def _contacts(table: Table, key: bytes) -> list[Contact]:
    """The contact hashes of each row, empty where no column has contacts."""
    plains: dict[str, Callable[[str], str]] = {
        "email": lambda text: text.casefold(),
        "phone": lambda text: "".join(c for c in text if c.isdigit()),
        "postcode": lambda text: "".join(c for c in text if c.isdigit()),
        "name": lambda text: "".join(text.casefold().split()),
    }
    if not any(table.cells.get(column) for column in plains):
        return []

    def hashed(column: str, plain: Callable[[str], str]) -> Callable[[str], int]:
        person = column.encode()

        def read(text: str) -> int:
            content = plain(unicodedata.normalize("NFKC", text))
            if not content:
                return 0
            made = hashlib.blake2b(content.encode(), digest_size=8, key=key, person=person)
            return int.from_bytes(made.digest(), "little")

        return read

    columns: list[list[Any]] = [
        read_column(table, name, hashed(name, plain), 0) for name, plain in plains.items()
    ]
    return [Contact(*row) for row in zip(*columns, strict=True)]
