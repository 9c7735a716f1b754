"""Mapping files: how another layout's headers and values are called here.

TOML. Entries at the top, or in `[columns]`, give their header and ours ("" leaves a column aside);
`[values.COLUMN]`, by our name of the column or theirs, gives their values and ours; `[terms]` are a shop's terms for
`teiki audit`, passed on as they are.
"""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from teiki_sim.bad_input import BadInput, Problem
from teiki_sim.book_headers import BOOK, HISTORY, ORDERS, known_headers, plain
from teiki_sim.config import read_partial
from teiki_sim.config_parts import hint

__all__ = ["Mapping", "read_mapping"]


@dataclass(frozen=True, slots=True)
class Mapping:
    """Headers and values of another layout, in ours."""

    headers: dict[str, str] = field(default_factory=dict)
    """Their header in `plain` form, and ours."""
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    """By column (in `plain` form, our name or theirs): their value, and ours."""
    terms: dict[str, Any] = field(default_factory=dict)

    def values_for(
        self, headers: AnyMapping[str, str], known: AnyMapping[str, str] | None = None
    ) -> dict[str, dict[str, str]]:
        """The value maps by key of column, for columns that stand in a file under these headers.

        ``known`` are the names of the file's own columns (`known_headers`), before those of other layouts.
        """
        names = known_headers(BOOK) | known_headers(ORDERS) | known_headers(HISTORY) | dict(known or {})
        found: dict[str, dict[str, str]] = {}
        for column, values in self.values.items():
            for key, header in headers.items():
                if plain(header) == column or names.get(column) == key:
                    found.setdefault(key, {}).update(values)
        return found


def read_mapping(path: str | Path | None, others: AnyMapping[str, str] | None = None) -> Mapping:
    """Read a mapping file; None is the mapping that changes nothing.

    `others` are further headers (plain form) that may be named, for layouts not of this package. Raises
    BadInput for a target that is no column.
    """
    if path is None:
        return Mapping()
    content = read_partial(path)
    known = known_headers(BOOK) | known_headers(ORDERS) | known_headers(HISTORY) | dict(others or {})
    ours = [column.ja for column in (*BOOK, *ORDERS, *HISTORY)]
    problems: list[Problem] = []

    def wrong(place: str, found: object, ja: str, en: str) -> None:
        problems.append(Problem(str(path), place, str(found), ja, en))

    values, terms, columns = content.pop("values", {}), content.pop("terms", {}), content.pop("columns", {})
    for name, table in (("values", values), ("terms", terms), ("columns", columns)):
        if not isinstance(table, dict):
            wrong(name, table, "テーブル", "a table")
    if problems:
        raise BadInput(problems)
    headers: dict[str, str] = {}
    for theirs, target in (content | columns).items():
        if not isinstance(target, str):
            wrong(theirs, target, "本システムの列名(文字列)", "the name of our column, as text")
        elif target and plain(target) not in known:
            near = hint(target, [*known, *ours], "ja"), hint(target, [*known, *ours], "en")
            wrong(theirs, target, f"既知の列名{near[0]}", f"a known column{near[1]}")
        else:
            headers[plain(theirs)] = target
    maps: dict[str, dict[str, str]] = {}
    for column, table in values.items():
        if plain(column) not in known and plain(column) not in headers:
            near = hint(column, [*known, *ours], "ja"), hint(column, [*known, *ours], "en")
            wrong(f"values.{column}", column, f"既知の列名{near[0]}", f"a known column{near[1]}")
        elif not isinstance(table, dict):
            wrong(f"values.{column}", table, "値の対応表", "a table of values")
        else:
            maps[plain(column)] = {str(theirs).strip(): _text(value) for theirs, value in table.items()}
    if problems:
        raise BadInput(problems)
    return Mapping(headers, maps, terms)


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)
