"""Writing the log: rows go to typed column buffers, which full sinks (file, monitors) take as chunks.

Single rows are packed one behind the other and spread over the columns together, when the next batch comes.
"""

import struct
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from teiki_sim.log.kinds import Kind, Side
from teiki_sim.log.rows import COLUMNS, Chunk, Vocabulary

Value = int | NDArray[Any]

_ROW = np.dtype([(name, dtype) for name, (dtype, _) in COLUMNS.items()])
_SIZE = _ROW.itemsize
_LETTERS = {np.int64: "q", np.int32: "i", np.int16: "h", np.int8: "b", np.uint8: "B"}
_PACK = struct.Struct("=" + "".join(_LETTERS[dtype] for dtype, _ in COLUMNS.values())).pack_into
#: As many single rows wait together at most.
_WAITING = 512


def _first(value: Value) -> int:
    return int(value[0]) if isinstance(value, np.ndarray) else value


class Sink(Protocol):
    """Takes the chunks of a log in order."""

    def take(self, chunk: Chunk) -> None:
        """Use one chunk; its arrays are only valid during the call."""

    def close(self) -> None:
        """No chunk follows."""


class Log:
    """One run's event log.

    ``many`` writes a batch of rows of one kind (at most one row a subscription in each batch), ``one``
    a single row. Both return the sequence number of the (first) row.
    """

    def __init__(self, vocabulary: Vocabulary, sinks: Sequence[Sink], chunk_rows: int = 2**18) -> None:
        self.vocabulary = vocabulary
        self.sinks = sinks
        self.chunk_rows = chunk_rows
        self._arrays = {name: np.empty(chunk_rows, dtype) for name, (dtype, _) in COLUMNS.items()}
        self._empty = {name: empty for name, (_, empty) in COLUMNS.items()}
        self._at, self._kind, self._side = (self._arrays[n] for n in ("at", "kind", "side"))
        self._places = [item for item in self._empty.items() if item[0] not in ("at", "kind", "side")]
        self._details: dict[int, str] = {}
        self._packed = bytearray(_WAITING * _SIZE)
        rows = np.frombuffer(self._packed, _ROW)
        self._spreads = [(self._arrays[name], rows[name]) for name in COLUMNS]
        self._used = 0
        self._waiting = 0  # packed rows behind the used ones
        self._room = 0  # how many may wait
        self._first = 0
        self._clear()

    def _clear(self) -> None:
        for name, array in self._arrays.items():
            array.fill(self._empty[name])
        self._details.clear()
        self._used = 0

    @property
    def rows(self) -> int:
        """Rows written so far."""
        return self._first + self._used + self._waiting

    def code(self, word: str) -> int:
        """The number of a word for the ``code`` column."""
        return self.vocabulary.codes.code(word)

    def rule(self, rule_id: str) -> int:
        """The number of a rule id for the ``rule`` column."""
        return self.vocabulary.rules.code(rule_id)

    def one(
        self, kind: Kind, at: int, side: Side = Side.STORE, detail: str | None = None,
        sub: int = -1, order: int = -1, cycle: int = -1, actor: int = 0, method: int = -1, transaction: int = -1,
        product: int = -1, quantity: int = -1, amount: int = -1, ship: int = -1, delivery: int = -1,
        status_from: int = 0, status_to: int = 0, code: int = 0, rule: int = 0, cause: int = -1,
    ) -> int:  # fmt: skip
        """Write one row; the columns are those of `COLUMNS`, in whose order the other ones may be given by place."""
        if self._waiting == self._room:
            self._make_room()
        i = self._waiting
        self._waiting = i + 1
        _PACK(
            self._packed, i * _SIZE, at, sub, order, cycle, actor, kind, side, method, transaction, product,
            quantity, amount, ship, delivery, status_from, status_to, code, rule, cause,
        )  # fmt: skip
        i += self._used
        if detail is not None:
            self._details[i] = detail
        return self._first + i

    def _spread(self) -> None:
        """Put the rows that wait into the columns."""
        here = slice(self._used, self._used + self._waiting)
        for column, packed in self._spreads:
            column[here] = packed[: self._waiting]
        self._used += self._waiting
        self._waiting = self._room = 0

    def _make_room(self) -> None:
        self._spread()
        if self._used == self.chunk_rows:
            self.flush()
        self._room = min(_WAITING, self.chunk_rows - self._used)

    def many(self, kind: Kind, at: Value, n: int, side: Side = Side.STORE, **columns: Value) -> int:
        """Write ``n`` rows of one kind; a column is an array of length n or one value for all."""
        if n == 1:
            places = [_first(columns.get(name, empty)) for name, empty in self._places]
            return self.one(kind, _first(at), side, None, *places)
        if self._waiting:
            self._spread()
        self._room = 0
        start = self.rows
        done = 0
        while done < n:
            room = self.chunk_rows - self._used
            if room == 0:
                self.flush()
                room = self.chunk_rows
            take = min(room, n - done)
            here = slice(self._used, self._used + take)
            there = slice(done, done + take)
            self._at[here] = at[there] if isinstance(at, np.ndarray) else at
            self._kind[here] = kind
            self._side[here] = side
            for name, value in columns.items():
                self._arrays[name][here] = value[there] if isinstance(value, np.ndarray) else value
            self._used += take
            done += take
        return start

    def flush(self) -> None:
        """Hand the buffered rows to the sinks."""
        if self._waiting:
            self._spread()
        if not self._used:
            return
        chunk = Chunk(
            self._first,
            {name: array[: self._used] for name, array in self._arrays.items()},
            dict(self._details),
            self.vocabulary,
        )
        for sink in self.sinks:
            sink.take(chunk)
        self._first += self._used
        self._clear()

    def close(self) -> None:
        """Flush what is left and close the sinks."""
        self.flush()
        for sink in self.sinks:
            sink.close()


class NullLog(Log):
    """A log that nobody reads: counts rows and keeps none (forecast replications)."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__(vocabulary, (), chunk_rows=1)
        self._count = 0

    @property
    def rows(self) -> int:
        """Rows counted so far."""
        return self._count if hasattr(self, "_count") else 0

    def one(
        self,
        kind: Kind,
        at: int,
        side: Side = Side.STORE,
        detail: str | None = None,
        *places: int,
        **columns: int,
    ) -> int:
        """Count a row."""
        self._count += 1
        return self._count - 1

    def many(self, kind: Kind, at: Value, n: int, side: Side = Side.STORE, **columns: Value) -> int:
        """Count ``n`` rows."""
        self._count += n
        return self._count - n
