"""CSV files as shops export them: encoding found, headers known by name, bad rows named by line.

Reading goes on past a bad row, so that all of them are reported at once. What makes the whole file
unreadable (empty, a required column missing, one column twice) raises `BadInput` at once.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TypeVar

from teiki_sim.bad_input import BadInput, Problem
from teiki_sim.book_headers import Column, known_headers, plain
from teiki_sim.mapping import Mapping

__all__ = ["BAD", "Bad", "Table", "Wrong", "decoded", "read_column", "read_table"]

_T = TypeVar("_T")
# Python reads four bytes that CP932 does not have as private-use characters, and 0x80 as itself.
_BAD_BYTES = re.compile("[\udc80-\udcff\uf8f0-\uf8f3\x80]")
_RESTARTS = 100


class Wrong(ValueError):
    """A value that cannot be read: what was expected, in both languages."""

    def __init__(self, ja: str, en: str) -> None:
        super().__init__(ja, en)
        self.ja = ja
        self.en = en


class Bad:
    """Stands in a column for a value that could not be read."""

    __slots__ = ()


BAD = Bad()
"""The one value of `Bad`."""


@dataclass(slots=True)
class Table:
    """A file in columns, without the rows that are no rows: cells are text, stripped and mapped."""

    file: str
    encoding: str
    lines: list[int]
    """The line, from 1, on which each row starts."""
    cells: dict[str, list[str]]
    """Each known column by its key."""
    headers: dict[str, str]
    """The header by which each column stood in the file."""
    unknown: tuple[str, ...]
    """Headers that are not known; their columns are left aside."""
    problems: list[Problem] = field(default_factory=list)
    total: int = 0
    """Rows in the file, good and bad, blank ones not counted."""

    def problem(self, row: int, key: str, found: str, ja: str, en: str) -> None:
        """Note a problem of a row (its position, from 0)."""
        self.problems.append(Problem(self.file, self.headers.get(key, key), found, ja, en, self.lines[row]))


def decoded(data: bytes) -> tuple[str, str]:
    """The text of a file and its encoding: utf-8-sig, utf-8 or cp932.

    Bytes that fit neither become lone surrogates (surrogateescape), in the encoding with fewer of them.
    """
    if data.startswith(b"\xef\xbb\xbf"):
        return data[3:].decode("utf-8", "surrogateescape"), "utf-8-sig"
    try:
        return data.decode(), "utf-8"
    except UnicodeDecodeError:
        texts = [(data.decode(name, "surrogateescape"), name) for name in ("cp932", "utf-8")]
        return min(texts, key=lambda pair: len(_BAD_BYTES.findall(pair[0])))


def read_table(path: str | Path, columns: tuple[Column, ...], mapping: Mapping | None = None) -> Table:
    """Read a CSV file with these columns; problems of single rows are collected in the result."""
    name, mapping = str(path), mapping or Mapping()
    text, encoding = _text(Path(path), name)
    rows, problems = _rows(text, name)
    start = next(rows, None)
    if start is None:
        raise _whole(
            name, "-", "見出し行のある CSV", "a CSV with a line of headers", "空のファイル / empty file"
        )
    keys, headers, unknown = _keys(name, start[1], columns, mapping)
    lines: list[int] = []
    good: list[list[str]] = []
    total = 0
    for line, row in rows:
        if not any(row):
            continue
        total += 1
        if len(row) != len(keys):
            found = f"{len(row)}列 / {len(row)} fields"
            problems.append(
                Problem(
                    name,
                    "-",
                    found,
                    f"見出しと同じ{len(keys)}列",
                    f"{len(keys)} fields as in the header",
                    line,
                )
            )
        elif _BAD_BYTES.search("".join(row)):
            ja, en = f"{encoding} として読める文字", f"characters that can be read as {encoding}"
            problems.append(Problem(name, "-", "文字化け / undecodable bytes", ja, en, line))
        else:
            lines.append(line)
            good.append(row)
    total += sum(problem.field == "CSV" for problem in problems)
    cells = {key: [row[at].strip() for row in good] for at, key in enumerate(keys) if key}
    for key, values in mapping.values_for(headers, known_headers(columns)).items():
        cells[key] = [values.get(cell, cell) for cell in cells[key]]
    return Table(name, encoding, lines, cells, headers, unknown, problems, total)


def read_column(table: Table, key: str, read: Callable[[str], _T], default: _T) -> list[_T | Bad]:
    """A column with every cell read; cells that `read` refuses (`Wrong`) are `BAD` and noted.

    Each different text is read once. An absent column is the default all the way down.
    """
    cells = table.cells.get(key)
    if cells is None:
        return [default] * len(table.lines)
    values: dict[str, _T | Bad] = {}
    wrong: dict[str, Wrong] = {}
    for cell in set(cells):
        try:
            values[cell] = read(cell)
        except Wrong as error:
            values[cell], wrong[cell] = BAD, error
    if wrong:
        for row, cell in enumerate(cells):
            if cell in wrong:
                table.problem(row, key, cell, wrong[cell].ja, wrong[cell].en)
    return [values[cell] for cell in cells]


def _whole(name: str, column: str, ja: str, en: str, found: str) -> BadInput:
    return BadInput([Problem(name, column, found, ja, en)])


def _text(path: Path, name: str) -> tuple[str, str]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _whole(name, "-", "読めるファイル", "a file that can be read", str(error.strerror)) from None
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise _whole(
            name, "-", "CSV 形式で保存したファイル", "a file saved as CSV", "Excel ブック / workbook"
        )
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _whole(name, "-", "CP932 または UTF-8", "CP932 or UTF-8", "UTF-16")
    return decoded(data)


def _rows(text: str, name: str) -> tuple[Iterator[tuple[int, list[str]]], list[Problem]]:
    """The records with the lines they start on, and a list that fills with broken ones as one reads."""
    lines = list(io.StringIO(text, newline=""))
    problems: list[Problem] = []

    def records() -> Iterator[tuple[int, list[str]]]:
        done = restarts = 0
        while done < len(lines) and restarts <= _RESTARTS:
            reader = csv.reader(islice(lines, done, None), strict=True)
            base = done
            try:
                for row in reader:
                    first, done = done + 1, base + reader.line_num
                    if row:
                        yield first, row
            except csv.Error as error:
                # The quote may have swallowed good lines: take up again on the line after it.
                expected = ("引用符を正しく閉じた行", "a line whose quotes are closed properly")
                problems.append(Problem(name, "CSV", str(error), *expected, done + 1))
                done, restarts = done + 1, restarts + 1
        if done < len(lines):
            expected = ("正しい CSV", "well-formed CSV")
            problems.append(Problem(name, "CSV", f"{len(lines) - done}行 / lines", *expected, done + 1))

    return records(), problems


def _keys(
    name: str, heads: Sequence[str], columns: tuple[Column, ...], mapping: Mapping
) -> tuple[list[str], dict[str, str], tuple[str, ...]]:
    """The key of each column of the file ("" for unknown ones), their headers, and the unknown headers."""
    known, keys = known_headers(columns), []
    headers: dict[str, str] = {}
    unknown: list[str] = []
    for at, head in enumerate(heads, start=1):
        shown = head.strip() or f"(列{at})"
        ours = mapping.headers.get(plain(head), head)
        key = known.get(plain(ours), "")
        if key and key in headers:
            raise _whole(
                name, shown, "同じ項目の列は1つだけ", "only one column of a kind", f"{headers[key]}, {shown}"
            )
        if key:
            headers[key] = shown
        else:
            unknown.append(shown)
        keys.append(key)
    missing = [column for column in columns if column.required and column.key not in headers]
    if missing:
        found = ", ".join(head.strip() for head in heads)
        raise BadInput(
            [
                Problem(
                    name,
                    column.ja,
                    found,
                    f"列「{column.ja}」({column.key})",
                    f"a column {column.ja} ({column.key})",
                    1,
                )
                for column in missing
            ]
        )
    return keys, headers, tuple(unknown)
