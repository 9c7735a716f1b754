"""Rows of a subscription book and of open orders, and the book and the orders that hold them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from operator import attrgetter
from typing import Literal, NamedTuple

from teiki_sim.bad_input import Problem
from teiki_sim.book_columns import STATUSES, BookColumns, Indexer
from teiki_sim.calendar import to_date, to_day
from teiki_sim.config import METHODS, Config
from teiki_sim.frequencies import Frequency

__all__ = ["Book", "Contact", "OpenOrder", "Orders", "Status", "SubscriptionRow"]

Status = Literal["継続", "停止", "キャンセル", "終了"]
"""Whether a subscription goes on; 有効 is the same as 継続."""


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    """One subscription. Dates are days since 1970-01-01, None where the book has none."""

    id: str
    customer: str
    frequency: Frequency
    course: str
    product: str
    quantity: int
    unit_price: int | None
    """Yen with tax; None: the price of the configuration's goods."""
    method: str
    """The method's Japanese name, or the text of the book where it is not known."""
    method_known: bool
    carrier: str | None
    """A carrier of the configuration; None: its default."""
    status: Status
    cycle: int
    """Deliveries so far."""
    next_ship: int | None
    next_delivery: int | None
    first_delivery: int | None
    end_count: int | None
    held: bool
    generation_error: bool

    @property
    def next_date(self) -> int | None:
        """The next date that the row names: the ship date, else the delivery date."""
        return self.next_ship if self.next_ship is not None else self.next_delivery


class Contact(NamedTuple):
    """Keyed hashes by which duplicate customers are suspected (SS-LIM-03); 0 where there is nothing."""

    email: int
    phone: int
    postcode: int
    name: int


@dataclass(frozen=True)
class Book:
    """A subscription book, its rows sorted by id."""

    rows: tuple[SubscriptionRow, ...]
    contacts: tuple[Contact, ...] = ()
    """Row by row the customer's contact hashes; empty where the book has no such columns."""
    encoding: str = "utf-8"
    unknown_columns: tuple[str, ...] = ()
    total: int = 0
    """Rows in the file, rejected ones included."""
    rejects: tuple[Problem, ...] = ()
    unknown_methods: tuple[tuple[str, int], ...] = ()
    """Payment methods that are not known, with their number of rows."""

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def rejected(self) -> int:
        """The number of rows left out."""
        return self.total - len(self.rows)

    def counts(self) -> dict[str, int]:
        """The number of rows by status."""
        found: Counter[str] = Counter(row.status for row in self.rows)
        return {status: found[status] for status in STATUSES if found[status]}

    def earliest(self) -> int | None:
        """The earliest next date of an active row, as a day; None without any."""
        return min(
            (row.next_date for row in self.rows if row.status == "継続" and row.next_date is not None),
            default=None,
        )

    def default_start(self) -> int | None:
        """The first of the month of `earliest`: where a run starts that names no start."""
        first = self.earliest()
        return None if first is None else to_day(to_date(first).replace(day=1))

    def dated_before(self, start: int) -> int:
        """The number of active rows whose next date is before a day."""
        return sum(
            row.status == "継続" and row.next_date is not None and row.next_date < start for row in self.rows
        )

    @cached_property
    def by_id(self) -> dict[str, SubscriptionRow]:
        """The rows by their id."""
        return {row.id: row for row in self.rows}

    def digest(self) -> str:
        """SHA-256 (hex) of the rows sorted by id; the file's order, encoding and other columns don't count."""
        return _digest(self.rows)

    def columns(self, config: Config) -> BookColumns:
        """The rows as columns, prices and carriers filled in from the configuration."""
        rows = self.rows
        frequencies, products = Indexer[Frequency](), Indexer[str]()
        methods, carriers = Indexer[str](METHODS), Indexer[str](config.carriers)
        return BookColumns.of(
            ids=[row.id for row in rows],
            customers=[row.customer for row in rows],
            frequency=frequencies.many(row.frequency for row in rows),
            frequencies=frequencies.items,
            product=products.many(row.product for row in rows),
            products=products.items,
            quantity=[row.quantity for row in rows],
            unit_price=[_price(row, config) for row in rows],
            method=methods.many(row.method for row in rows),
            methods=methods.items,
            carrier=carriers.many(row.carrier or config.default_carrier for row in rows),
            carriers=carriers.items,
            status=[STATUSES.index(row.status) for row in rows],
            cycle=[row.cycle for row in rows],
            next_ship=[_or(row.next_ship, -1) for row in rows],
            next_delivery=[_or(row.next_delivery, -1) for row in rows],
            first_delivery=[_or(row.first_delivery, -1) for row in rows],
            end_count=[_or(row.end_count, 0) for row in rows],
            held=[row.held for row in rows],
            generation_error=[row.generation_error for row in rows],
        )


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An order generated and not yet shipped; a single order has no subscription."""

    order_id: str
    subscription: str | None
    cycle: int
    """The delivery count that the order is; 0 for a single order."""
    order_status: str
    payment_status: str
    """Empty where the file says nothing."""
    planned_ship: int
    planned_delivery: int | None
    amount: int | None
    product: str
    quantity: int
    method: str
    method_known: bool


@dataclass(frozen=True)
class Orders:
    """Open orders, sorted by order id."""

    rows: tuple[OpenOrder, ...]
    encoding: str = "utf-8"
    unknown_columns: tuple[str, ...] = ()
    total: int = 0
    rejects: tuple[Problem, ...] = ()
    unknown_methods: tuple[tuple[str, int], ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def rejected(self) -> int:
        """The number of rows left out."""
        return self.total - len(self.rows)

    def counts(self) -> dict[str, int]:
        """The number of rows by order status."""
        return dict(sorted(Counter(row.order_status for row in self.rows).items()))

    def digest(self) -> str:
        """SHA-256 (hex) of the rows sorted by id."""
        return _digest(self.rows)


def _or(value: int | None, other: int) -> int:
    return other if value is None else value


def _price(row: SubscriptionRow, config: Config) -> int:
    return row.unit_price if row.unit_price is not None else config.goods[row.product].price


def _digest(rows: Sequence[SubscriptionRow] | Sequence[OpenOrder]) -> str:
    digest = hashlib.sha256()
    if rows:
        cells = attrgetter(*(cell.name for cell in fields(rows[0])))
        for row in rows:
            digest.update(repr(cells(row)).encode())
    return digest.hexdigest()
