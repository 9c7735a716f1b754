"""Writing the log: rows go to typed column buffers, which full sinks (file, monitors) take as chunks."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from teiki_sim.log.kinds import Kind, Side
from teiki_sim.log.rows import COLUMNS, Chunk, Vocabulary

Value = int | NDArray[Any]


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
        self._details: dict[int, str] = {}
        self._used = 0
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
        return self._first + self._used

    def code(self, word: str) -> int:
        """The number of a word for the ``code`` column."""
        return self.vocabulary.codes.code(word)

    def rule(self, rule_id: str) -> int:
        """The number of a rule id for the ``rule`` column."""
        return self.vocabulary.rules.code(rule_id)

    def one(self, kind: Kind, at: int, side: Side = Side.STORE, detail: str | None = None, **columns: int) -> int:
        """Write one row; ``columns`` are those of `COLUMNS`, the others stay empty."""
        if self._used == self.chunk_rows:
            self.flush()
        i = self._used
        self._used = i + 1
        self._at[i] = at
        self._kind[i] = kind
        self._side[i] = side
        arrays = self._arrays
        for name, value in columns.items():
            arrays[name][i] = value
        if detail is not None:
            self._details[i] = detail
        return self._first + i

    def many(self, kind: Kind, at: Value, n: int, side: Side = Side.STORE, **columns: Value) -> int:
        """Write ``n`` rows of one kind; a column is an array of length n or one value for all."""
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

    def one(self, kind: Kind, at: int, side: Side = Side.STORE, detail: str | None = None, **columns: int) -> int:
        """Count a row."""
        self._count += 1
        return self._count - 1

    def many(self, kind: Kind, at: Value, n: int, side: Side = Side.STORE, **columns: Value) -> int:
        """Count ``n`` rows."""
        self._count += n
        return self._count - n
