"""Everything that the vendors' sides go by, in words: tables and codes, each with basis, source and the day it was read."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from teiki_providers.amazon_pay import v1_codes, v2_codes, v2_states
from teiki_providers.books import READ, Code, Described, in_words
from teiki_providers.card import matrix
from teiki_providers.shelf import BOOKS

__all__ = ["VendorRule", "vendor_rules"]


class VendorRule(NamedTuple):
    """A cell of a table (``state``, ``operation``) or a code; ``basis`` is documented or modelled."""

    provider: str
    state: str
    operation: str
    code: str
    result: str
    basis: str
    source: str
    read: str


def vendor_rules() -> Iterator[VendorRule]:
    """The ledger's tables, the wires' own finer ones, then the codes."""
    for book in BOOKS.values():
        yield from _cells(book.provider, book.describe())
    yield from _cells("card, Status × JobCd", matrix.describe())
    for name, table in (
        ("charge", v2_states.CHARGE_TABLE),
        ("charge permission", v2_states.PERMISSION_TABLE),
        ("checkout session", v2_states.SESSION_TABLE),
    ):
        cells = in_words((state, operation, cell) for (state, operation), cell in table.items())
        yield from _cells(f"amazon_pay v2, {name}", cells)
    for book in BOOKS.values():
        yield from _codes(book.provider, book.codes)
    yield from _codes("amazon_pay v1", v1_codes.WIRE_CODES)
    yield from _codes("amazon_pay v2", (known.code for known in v2_codes.CODES.values()))


def _cells(provider: str, cells: Iterable[Described]) -> Iterator[VendorRule]:
    for cell in cells:
        yield VendorRule(
            provider, cell.state, cell.operation, "", cell.result, cell.basis, cell.source, cell.read
        )


def _codes(provider: str, codes: Iterable[Code]) -> Iterator[VendorRule]:
    for code in codes:
        basis = "documented" if code.documented else "modelled"
        yield VendorRule(provider, "", "", code.code, f"{code.ja} / {code.en}", basis, code.source, READ)
