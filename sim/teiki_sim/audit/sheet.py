"""Rows in the making: columns of rows of one kind at a time, put in the order of time at the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from teiki_sim.log.kinds import Actor, Kind, Side
from teiki_sim.log.rows import COLUMNS, Chunk, Vocabulary

__all__ = ["Sheet"]

_ACTORS = {Side.PROVIDER: Actor.PROVIDER, Side.WAREHOUSE: Actor.WAREHOUSE, Side.CARRIER: Actor.CARRIER}


class Sheet:
    """Collects rows in any order and gives them as chunks in the order of time.

    Rows of one instant come in the order in which they were added. ``lines`` says for each row, by its seq, on which line of
    the file it stands (0: on none).
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.lines: NDArray[np.int64] = np.empty(0, np.int64)
        self._parts: list[tuple[Kind, Side, NDArray[np.int64], dict[str, Any]]] = []

    def add(self, kind: Kind, at: NDArray[Any], side: Side = Side.STORE, **columns: Any) -> None:
        """Rows of one kind; columns are arrays of the same length, or one value for all. ``line`` is where they stand."""
        if len(at):
            self._parts.append((kind, side, at.astype(np.int64), columns))

    def chunks(self, rows: int = 2**18) -> Iterator[Chunk]:
        """All rows in the order of time."""
        at = np.concatenate([part[2] for part in self._parts] or [np.empty(0, np.int64)])
        by_time = np.argsort(at, kind="stable")
        self.lines = self._column("line", np.int64, 0)[by_time]
        columns = {
            name: self._column(name, dtype, empty)[by_time] for name, (dtype, empty) in COLUMNS.items()
        }
        columns["at"] = at[by_time]
        for start in range(0, len(at), rows):
            part = {name: column[start : start + rows] for name, column in columns.items()}
            yield Chunk(start, part, {}, self.vocabulary)

    def _column(self, name: str, dtype: type[np.generic], empty: int) -> NDArray[Any]:
        made = []
        for kind, side, at, columns in self._parts:
            fixed = {"kind": int(kind), "side": int(side), "actor": int(_ACTORS.get(side, Actor.SYSTEM))}
            value = columns.get(name, fixed.get(name, empty))
            made.append(np.broadcast_to(np.asarray(value, dtype), at.shape))
        return np.concatenate(made) if made else np.empty(0, dtype)
