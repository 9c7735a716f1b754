"""What each call does to a card transaction in each Status, and until when: tables, and nothing else.

The ledger knows fewer states than the wire. Where its book refuses as well, the code is the same.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from teiki_providers.books import Described
from teiki_sim.calendar import DAY, month_of

__all__ = [
    "COLUMNS",
    "MATRIX",
    "STATUSES",
    "TOO_OLD",
    "WRONG_DAY",
    "Cell",
    "Refusal",
    "describe",
    "fitting",
    "timely",
]

#: What the Status decides on. AUTH and CAPTURE are AlterTran's: a new authorisation after a cancel.
COLUMNS = (
    "ExecTran",
    "SecureTran2",
    "SALES",
    "VOID",
    "RETURN",
    "RETURNX",
    "ChangeTran",
    "AUTH",
    "CAPTURE",
    "TradedCard",
)


class Cell(NamedTuple):
    """A cell that permits: what is done, and who says so."""

    does: str
    source: str
    documented: bool = True


class Refusal(NamedTuple):
    """A cell that refuses, with its codes."""

    codes: tuple[str, ...]
    source: str
    documented: bool = True


_MODULE = "GMO-PG: Status × JobCd, as its EC-CUBE module works it"
_OURS = "which code fits this cell is not documented"

_EXEC = Cell("execute", "GMO-PG: EntryTran, then ExecTran; after a decline ExecTran again")
_3DS = Cell("authenticate", "GMO-PG SecureTran2")
_SELL = Cell("sell", "GMO-PG SALES")
_UNDO = Cell("cancel", "GMO-PG: VOID, RETURN, RETURNX by date")
_EDIT = Cell("change", "GMO-PG ChangeTran")
_ANEW = Cell("renew", "GMO-PG AlterTran from VOID, RETURN, RETURNX")
_KEEP = Cell("store", "GMO-PG TradedCard: the card of a settled order")

_OPEN = Refusal(("E11010002",), _MODULE)
_TWICE = Refusal(("E01050004", "M01004014"), "recorded: ExecTran again on a settled order")
_3DS_ON = Refusal(
    ("E01E50004",), "GMO-PG error code list: the authentication's state does not permit it", False
)
_3DS_NO = Refusal(("E01E50004",), "no 3-D Secure is under way", False)
_OVER = Refusal(("E11010001",), _OURS, False)
_NEVER = Refusal(("E11010003",), _OURS, False)

_Row = tuple[Cell | Refusal, ...]
_GRID: Mapping[str, _Row] = {
    # ExecTran, SecureTran2, SALES, VOID, RETURN, RETURNX, ChangeTran, AUTH, CAPTURE, TradedCard
    "UNPROCESSED": (_EXEC, _3DS_NO, _OPEN, _OPEN, _OPEN, _OPEN, _OPEN, _OPEN, _OPEN, _OPEN),
    "AUTHENTICATED": (_3DS_ON, _3DS, _3DS_ON, _3DS_ON, _3DS_ON, _3DS_ON, _3DS_ON, _3DS_ON, _3DS_ON, _3DS_ON),
    "CHECK": (_TWICE, _TWICE, _NEVER, _NEVER, _NEVER, _NEVER, _NEVER, _NEVER, _NEVER, _KEEP),
    "AUTH": (_TWICE, _TWICE, _SELL, _UNDO, _UNDO, _UNDO, _EDIT, _NEVER, _NEVER, _KEEP),
    "SAUTH": (_TWICE, _TWICE, _NEVER, _UNDO, _UNDO, _UNDO, _NEVER, _NEVER, _NEVER, _KEEP),
    "CAPTURE": (_TWICE, _TWICE, _OVER, _UNDO, _UNDO, _UNDO, _EDIT, _NEVER, _NEVER, _KEEP),
    "SALES": (_TWICE, _TWICE, _OVER, _UNDO, _UNDO, _UNDO, _EDIT, _NEVER, _NEVER, _KEEP),
    "VOID": (_TWICE, _TWICE, _NEVER, _OVER, _OVER, _OVER, _NEVER, _ANEW, _ANEW, _KEEP),
    "RETURN": (_TWICE, _TWICE, _NEVER, _OVER, _OVER, _OVER, _NEVER, _ANEW, _ANEW, _KEEP),
    "RETURNX": (_TWICE, _TWICE, _NEVER, _OVER, _OVER, _OVER, _NEVER, _ANEW, _ANEW, _KEEP),
}
STATUSES = tuple(_GRID)
MATRIX: Mapping[tuple[str, str], Cell | Refusal] = {
    (status, column): cell for status, row in _GRID.items() for column, cell in zip(COLUMNS, row, strict=True)
}

#: Which cancel fits: on the same day, later in the month, in later months. RETURNX is for what was sold.
_HELD = ("VOID", "RETURN", "RETURN")
_SOLD = ("VOID", "RETURN", "RETURNX")
_FITS: Mapping[str, tuple[str, str, str]] = {"AUTH": _HELD, "SAUTH": _HELD, "CAPTURE": _SOLD, "SALES": _SOLD}
_LAST_DAY = 180
WRONG_DAY = Refusal(
    ("E11010003",), "the JobCd is not the one of this date; its code is not documented", False
)
TOO_OLD = Refusal(("E11010010",), "GMO-PG: cancels and changes within 180 days of the last processing")


def fitting(status: str, processed: int, now: int) -> str:
    """The JobCd that cancels something of this Status, processed at an instant, now."""
    day, today = processed // DAY, now // DAY
    age = 0 if day == today else 1 if month_of(day) == month_of(today) else 2
    return _FITS[status][age]


def timely(status: str, operation: str, processed: int, now: int, strict: bool) -> Refusal | None:
    """Why a cancel or a change comes at a wrong time, None where it doesn't.

    Not strict is the test environment, which was recorded to take a RETURN on the same day.
    """
    if now // DAY > processed // DAY + _LAST_DAY:
        return TOO_OLD
    if operation == "ChangeTran":
        return None
    fits = fitting(status, processed, now)
    return (
        None if operation == fits or (not strict and (fits, operation) == ("VOID", "RETURN")) else WRONG_DAY
    )


def describe() -> Iterator[Described]:
    """The matrix in words, for the documentation."""
    for (status, column), cell in MATRIX.items():
        result = cell.does if isinstance(cell, Cell) else "refused: " + "|".join(cell.codes)
        yield Described(status, column, result, cell.source, "documented" if cell.documented else "modelled")
