"""Tables of a page: what a cell shows, and what it gives when copied as CSV."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

import polars as pl

from teiki_reports import Lang

WEEKDAYS = {"ja": "月火水木金土日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}


class Cell(NamedTuple):
    """A cell: the text shown, the bare value where that differs, a number or not, where it links to."""

    text: str
    bare: str | None = None
    number: bool = False
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Headings and rows; `total` counts the rows before any were left out, `file` holds them all."""

    title: str
    headings: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: int
    file: str | None = None
    note: str = ""


def day(value: date, lang: Lang) -> str:
    """A date with its weekday."""
    name = WEEKDAYS[lang][value.weekday()]
    return f"{value:%Y-%m-%d}（{name}）" if lang == "ja" else f"{value:%Y-%m-%d} ({name})"


def number(value: float) -> str:
    """A number with thousands separators; one decimal unless it is whole."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def instant(value: datetime | str, lang: Lang) -> str:
    """An instant with its weekday; text that isn't one stays as it is."""
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return str(value)
    return f"{day(at, lang)} {at:%H:%M:%S}"


def cell(value: object, lang: Lang) -> Cell:
    """A value of a file as a cell."""
    match value:
        case None:
            return Cell("")
        case bool():
            return Cell(str(value).lower())
        case int() | float():
            bare = f"{value:.10g}" if isinstance(value, float) else str(value)
            return Cell(number(value), bare, number=True)
        case datetime():
            return Cell(instant(value, lang), value.isoformat(" "))
        case date():
            return Cell(day(value, lang), value.isoformat())
        case _:
            return Cell(str(value))


def table(
    title: str,
    headings: Mapping[str, str],
    rows: pl.DataFrame | Sequence[Mapping[str, object]],
    lang: Lang,
    cap: int = 1000,
    file: str | None = None,
    note: str = "",
) -> Table:
    """A table of the named columns; a column of numbers is aligned as one, also where it is empty."""
    total = rows.height if isinstance(rows, pl.DataFrame) else len(rows)
    shown: Iterable[Mapping[str, object]]
    shown = rows.head(cap).iter_rows(named=True) if isinstance(rows, pl.DataFrame) else rows[:cap]
    body = tuple(tuple(cell(row.get(name), lang) for name in headings) for row in shown)
    numeric = [any(row[i].number for row in body) for i in range(len(headings))]
    heads = tuple(Cell(text, number=numeric[i]) for i, text in enumerate(headings.values()))
    body = tuple(tuple(c._replace(number=numeric[i]) for i, c in enumerate(row)) for row in body)
    return Table(title, heads, body, total, file, note)
