"""Columns that grow, and that need not all stay in memory.

Few rows are plain arrays. Many lie in a temporary file, column behind column, mapped into memory. There,
growing copies nothing, and what has been touched is let go of with every step of growth: the system
keeps it among its file pages or on the disk, and brings it back where it is asked for. A simulation
works on its recent orders, so the others cost no memory.
"""

import mmap
import os
import tempfile
import weakref
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Columns", "Types"]

#: Name -> type and value of a row that is still empty.
Types = Mapping[str, tuple[type[np.generic], int]]

LARGE = 2**16
"""So many rows and more go into a file."""
STEP = 2**14
"""Rows by which columns in a file grow."""
_ROOM = 64
"""How many times its present rows a file has room for; an unused part takes no space."""
_LET_GO: int | None = getattr(mmap, "MADV_DONTNEED", None)


class Columns:
    """Columns of one length, ``arrays`` by name. `reach` replaces the arrays; rows that it adds are empty."""

    def __init__(self, types: Types, rows: int = 0) -> None:
        self.types = types
        self.rows = 0
        self.arrays: dict[str, NDArray[Any]] = {
            name: np.empty(0, dtype) for name, (dtype, _) in types.items()
        }
        self._file: _File | None = None
        self._pages = _LET_GO is not None
        self.reach(rows)

    @property
    def nbytes(self) -> int:
        """Bytes of all columns, wherever they lie."""
        return sum(array.nbytes for array in self.arrays.values())

    def reach(self, rows: int) -> bool:
        """Make room for so many rows; whether that took new arrays."""
        if rows <= self.rows:
            return False
        if self._pages and rows >= LARGE:
            try:
                self._grow_in_file(rows)
            except OSError:  # no space left for it, or no such file there
                self._pages = False
        if self.rows < rows:
            self._grow(max(rows, self.rows + self.rows // 8 + 64))
        return True

    def _grow(self, rows: int) -> None:
        for name, (dtype, empty) in self.types.items():
            grown = np.full(rows, empty, dtype)
            grown[: self.rows] = self.arrays[name]
            self.arrays[name] = grown
        self.rows, self._file = rows, None

    def _grow_in_file(self, rows: int) -> None:
        before, rows = self.rows, -(-rows // STEP) * STEP
        file, moves = self._file, self._file is None or rows > self._file.room
        if file is None or moves:
            file = _File(self.types, rows * _ROOM)
        grown = {name: file.column(name, 0 if moves else before, rows) for name in self.types}
        if moves:
            for name, column in grown.items():
                column[:before] = self.arrays[name]
        self.arrays, self.rows, self._file = grown, rows, file
        file.let_go()


class _File:
    """Room for columns in a temporary file, which is gone with the last array in it."""

    def __init__(self, types: Types, room: int) -> None:
        self.room = room
        self._types = types
        self._starts: dict[str, int] = {}
        end = 0
        for name, (dtype, _) in types.items():
            self._starts[name] = end
            end += -(-room * np.dtype(dtype).itemsize // mmap.PAGESIZE) * mmap.PAGESIZE
        file = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the arrays are
        weakref.finalize(self, file.close)
        file.truncate(end)
        self._descriptor = file.fileno()
        self._map = mmap.mmap(self._descriptor, end)

    def column(self, name: str, had: int, rows: int) -> NDArray[Any]:
        """A column's first rows, of which the file had some already; the others are empty.

        They are written, not set in memory. So a full disk is an error here, where it would be a crash later;
        and the system keeps in one piece what was written at once, and brings it back at once.
        """
        start, (kind, empty) = self._starts[name], self._types[name]
        dtype = np.dtype(kind)
        rest = np.full(rows - had, empty, dtype).data.cast("B")
        place = start + had * dtype.itemsize
        while rest:
            written = os.pwrite(self._descriptor, rest, place)
            rest, place = rest[written:], place + written
        return np.frombuffer(self._map, dtype, rows, start)

    def let_go(self) -> None:
        """What is not in use leaves memory; the file has it."""
        if _LET_GO is not None:
            self._map.madvise(_LET_GO)
