"""The change history that the platform shows of an order, worked out from the rows of a log (SS-ORD-08).

It is no audit trail: a save that changed nothing, a new password, points granted or expired by themselves and edits of
a custom form leave an entry with nothing in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

__all__ = ["EMPTY", "Entry", "entries"]

EMPTY = frozenset({"unchanged", "password", "custom_form", "granted", "expired"})
"""Codes of edits and points after which the history has an empty entry."""
_SHOWN = ("method", "product", "quantity", "amount", "ship_date", "delivery_date", "status_to")
_KINDS = frozenset({"edited", "points"})


class Entry(NamedTuple):
    """One entry: when, and the new values by column; empty where the platform shows nothing."""

    at: int
    changes: Mapping[str, Any]


def entries(rows: Iterable[tuple[int, str, Mapping[str, Any]]]) -> list[Entry]:
    """The history of one order from its rows: instant, kind and values of each."""
    found = []
    for at, kind, values in rows:
        if kind in _KINDS:
            empty = values.get("code") in EMPTY
            changes = {} if empty else {name: values[name] for name in _SHOWN if name in values}
            found.append(Entry(at, changes))
    return found
