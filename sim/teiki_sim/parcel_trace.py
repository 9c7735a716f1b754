"""What a run keeps of its log to explain its shipments: which parcels left, and what moved or lost the others.

The rows of few kinds, as numbers; so the forecast's error can be attributed at the end without reading a log of millions.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from teiki_sim.calendar import DAY, to_date
from teiki_sim.forecast import Parcels
from teiki_sim.forecast_causes import KINDS, attributed
from teiki_sim.log.fold import Growing
from teiki_sim.log.kinds import Kind, Side
from teiki_sim.log.rows import Chunk

__all__ = ["ParcelTrace"]

#: Subscriptions looked at together: what they need in memory is a few hundred bytes each.
_BLOCK = 2**17
_LABELS = [""] * 256
for _kind in Kind:
    _LABELS[_kind] = _kind.label
_WANTED = np.array([label in KINDS and label not in ("shipped", "handed_over") for label in _LABELS])
_SIDES = np.array([side in (Side.STORE, Side.WAREHOUSE) for side in range(256)])
#: Codes that tell what moved a parcel; the others say nothing here.
_CODES = ("", "cancel", "collision", "book", "payment_error", "dates")

Ints = NDArray[Any]


class ParcelTrace:
    """A sink: the parcels of a log, and the rows that hold back, stop or move one."""

    def __init__(self, first: int) -> None:
        self._first = first
        # By order, days from the first plus one: 0 is never.
        self._handed = Growing(day=(np.uint16, 0))
        self._parcels: list[tuple[Ints, ...]] = []
        self._rows: list[tuple[Ints, ...]] = []

    def take(self, chunk: Chunk) -> None:
        """Keep what matters of one chunk."""
        columns = chunk.columns
        kinds, sides = columns["kind"], columns["side"]
        at_warehouse = sides == Side.WAREHOUSE
        handed = np.flatnonzero((kinds == Kind.HANDED_OVER) & at_warehouse)
        shipped = np.flatnonzero((kinds == Kind.SHIPPED) & at_warehouse)
        if len(handed):
            orders = columns["order"][handed]
            self._handed.reach(int(orders.max()) + 1)
            self._handed.day[orders] = self._day(columns, handed)
        if len(shipped):
            orders = columns["order"][shipped]
            self._handed.reach(int(orders.max()) + 1)
            key, cycle = _key(columns, shipped), columns["cycle"][shipped]
            self._parcels.append((key, cycle, self._day(columns, shipped), self._handed.day[orders]))
        rows = np.flatnonzero(_WANTED[kinds])
        if len(rows):
            self._rows.append(self._telling(chunk, rows))

    def close(self) -> None:
        """Nothing is left to keep."""

    def causes(self, parcels: Parcels, days: int, subscriptions: int, orders: int) -> pl.DataFrame:
        """Parcels gained or lost against the schedules, as `forecast_causes.causes` has them.

        ``subscriptions`` and ``orders`` are how many the run began with; the others are an inflow.
        """
        inside = (parcels.day >= self._first) & (parcels.day < self._first + days)
        key = np.where(parcels.sub >= 0, parcels.sub, -1 - parcels.order)[inside]
        cycle = np.where(parcels.sub >= 0, parcels.cycle, 0)[inside]
        planned = (key, cycle, parcels.day[inside])
        left, rows = _joined(self._parcels, 4), _joined(self._rows, 6)
        new = (pl.col("key") >= subscriptions) | (pl.col("key") < -orders)
        found = [
            attributed(*self._moved(part, gone), _frame(told), to_date(self._first), new)
            for part, gone, told in _blocks(planned, left, rows)
        ]
        if not found:
            return pl.DataFrame(schema={"week": pl.Date, "cause": pl.String, "parcels": pl.Int64})
        told = pl.concat(found).group_by("week", "cause").agg(pl.col("parcels").sum())
        return told.filter(pl.col("parcels") != 0).sort("week", "cause")

    def _day(self, columns: dict[str, Ints], rows: Ints) -> NDArray[np.uint16]:
        return (columns["at"][rows] // DAY - (self._first - 1)).astype(np.uint16)

    def _telling(self, chunk: Chunk, rows: Ints) -> tuple[Ints, ...]:
        """The rows that tell something, each with its key, cycle, whether it is of an order, kind, code and day."""
        columns, index = chunk.columns, chunk.vocabulary.codes.index
        kinds, codes = columns["kind"][rows], columns["code"][rows]
        use = _SIDES[columns["side"][rows]]
        use &= (kinds != Kind.SCHEDULED) | (columns["rule"][rows] == 0)
        use &= (kinds != Kind.EDITED) | (codes == index.get("dates", -1))
        rows, codes = rows[use], codes[use]
        code = np.zeros(len(rows), np.uint8)
        for number, word in enumerate(_CODES):
            if number:
                code[codes == index.get(word, -1)] = number
        day = (columns["at"][rows] // DAY).astype(np.int32)
        return (
            _key(columns, rows), columns["cycle"][rows].copy(), columns["order"][rows] >= 0, kinds[use], code, day,
        )  # fmt: skip

    def _moved(self, part: tuple[Ints, ...], gone: tuple[Ints, ...]) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Parcels of the schedules and parcels that left, without those that left in their week."""
        before = self._first - 1
        key, cycle, due = part
        their_key, their_cycle, day, handed = gone
        planned, shipped = (
            _packed(key, cycle, due - before),
            _packed(their_key, np.maximum(their_cycle, 0), day),
        )
        nth, their_nth = _runs(planned, 16)[0], _runs(shipped, 16)[0]
        gap = _runs(_packed(their_key, 0, day), 31)[1]
        ours, theirs = np.flatnonzero(nth == 0), np.flatnonzero(their_nth == 0)
        _, a, b = np.intersect1d(
            _by_week(planned[ours], before), _by_week(shipped[theirs], before), True, return_indices=True
        )
        here, there = np.ones(len(key), np.bool_), np.ones(len(their_key), np.bool_)
        here[ours[a]], there[theirs[b]] = False, False
        handed, gap = handed[there], gap[there]
        return (
            _parcels(planned[here], nth[here]).with_columns(_dates("planned", due[here])),
            _parcels(shipped[there], their_nth[there]).with_columns(
                _dates("shipped", day[there].astype(np.int32) + before),
                _dates("handed", handed.astype(np.int32) + before).set(pl.Series(handed == 0), None),
                pl.Series("gap", gap).set(pl.Series(gap < 0), None),
            ),
        )


def _packed(key: Ints, cycle: Ints | int, day: Ints) -> NDArray[np.int64]:
    """Key, cycle (15 bits) and day of the run (16 bits) as one number, which sorts as they do."""
    packed: NDArray[np.int64] = (
        (key.astype(np.int64) << 31) | (np.asarray(cycle, np.int64) << 16) | day.astype(np.int64)
    )
    return packed


def _runs(packed: NDArray[np.int64], bits: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of each number: how many before it are the same above ``bits``, and how far the last of them is (-1: none)."""
    order = np.argsort(packed, kind="stable")
    high, here = packed[order] >> bits, np.arange(len(packed))
    begins = np.ones(len(packed), np.bool_)
    begins[1:] = high[1:] != high[:-1]
    nth, gap = np.empty(len(packed), np.int64), np.empty(len(packed), np.int64)
    nth[order] = here - np.maximum.accumulate(np.where(begins, here, 0))
    gap[order] = np.where(begins, -1, np.diff(packed[order], prepend=0))
    return nth, gap


def _by_week(packed: NDArray[np.int64], before: int) -> NDArray[np.int64]:
    """The same with the week of the day, from Monday on, in place of the day."""
    return (packed & ~0xFFFF) | (((packed & 0xFFFF) + (before + 3) % 7) // 7)


def _parcels(packed: NDArray[np.int64], nth: NDArray[np.int64]) -> pl.DataFrame:
    cycle = ((packed >> 16) & 0x7FFF).astype(np.int32)
    return pl.DataFrame({"key": packed >> 31, "cycle": cycle, "nth": nth})


def _key(columns: dict[str, Ints], rows: Ints) -> NDArray[np.int32]:
    """The subscription of each row, or the single order below zero."""
    sub, order = columns["sub"][rows], columns["order"][rows]
    return np.where(sub >= 0, sub, -1 - order).astype(np.int32)


def _dates(name: str, days: Ints) -> pl.Series:
    return pl.Series(name, days.astype(np.int32)).cast(pl.Date)


def _frame(told: tuple[Ints, ...]) -> pl.DataFrame:
    """Rows as `attributed` reads them."""
    key, cycle, of_order, kind, code, day = told
    cycles = pl.Series("cycle", cycle.astype(np.int32))
    return pl.DataFrame(
        {
            "key": key.astype(np.int64),
            "kind": pl.Series(_LABELS, dtype=pl.String).gather(kind),
            "code": pl.Series(_CODES, dtype=pl.String).gather(code),
            "seq": np.arange(len(key), dtype=np.int64),
            "single": key < 0,
            "of_order": of_order,
            "by_hand": kind == Kind.SCHEDULED,
        }
    ).with_columns(_dates("day", day), cycles.set(cycles < 0, None))


def _joined(parts: list[tuple[Ints, ...]], width: int) -> tuple[Ints, ...]:
    if not parts:
        return tuple(np.empty(0, np.int32) for _ in range(width))
    return tuple(np.concatenate(columns) for columns in zip(*parts, strict=True))


def _blocks(*tables: tuple[Ints, ...]) -> Iterator[list[tuple[Ints, ...]]]:
    """The tables cut alike, by blocks of their keys; all rows of a key are in one block, in their order."""
    numbers = [table[0] // _BLOCK for table in tables]
    for block in np.unique(np.concatenate([np.unique(number) for number in numbers])).tolist():
        some = [np.flatnonzero(number == block) for number in numbers]
        yield [tuple(column[at] for column in table) for table, at in zip(tables, some, strict=True)]
