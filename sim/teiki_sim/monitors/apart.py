"""The monitors in a process of their own, beside the simulation that writes the log.

They need nothing but the log's rows, so they can read them wherever they are: chunks are laid into memory that both
processes see, two at a time, and the findings come back at the end. What is found is the same as with
`Monitors`; a second core and memory for two chunks is what it takes.
"""

import gc
import mmap
import os
import pickle
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from time import process_time
from typing import Any, BinaryIO, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from teiki_sim.log.rows import COLUMNS, Chunk, Vocabulary
from teiki_sim.memory import peak
from teiki_sim.monitors.run import Monitors
from teiki_sim.monitors.violation import Names, Numbers, Violation, violations_of

__all__ = ["Cost", "MonitorsApart"]

#: What monitors may not look at is not even sent.
_SENT = {name: dtype for name, (dtype, _) in COLUMNS.items() if name not in ("rule", "cause")}
_SLOTS = 2
_ROW_BYTES = sum(np.dtype(dtype).itemsize for dtype in _SENT.values())
_CHILD = "from teiki_sim.monitors.apart import watch; watch()"


class Cost(NamedTuple):
    """What the watching took: seconds of processor time, and bytes held at most above the imports.

    The chunks that both processes see are not counted here: the one that writes them holds them.
    """

    seconds: float
    bytes: int


class Failed(NamedTuple):
    """The other process could not go on."""

    traceback: str


class MonitorsApart:
    """`Monitors` in another process: a log's sink of chunks of at most ``rows`` rows.

    Raises RuntimeError with the other side's traceback where it fails. Leave it by ``with``, or `close` it with an end.
    """

    def __init__(self, rows: int) -> None:
        self.violations: list[Violation] = []
        self.cost = Cost(0.0, 0)
        self._sums: dict[str, int] = {}
        self._rows = rows
        self._words = 0
        self._free = list(range(_SLOTS))
        fast = Path("/dev/shm")
        # Named, since the other process opens it; gone from the directory as soon as it has.
        self._file = tempfile.NamedTemporaryFile(dir=fast if fast.is_dir() else None)  # noqa: SIM115
        self._file.truncate(_SLOTS * rows * _ROW_BYTES)
        self._shared = mmap.mmap(self._file.fileno(), 0)
        self._slots = [_columns(self._shared, slot, rows) for slot in range(_SLOTS)]
        self._child = subprocess.Popen(
            [sys.executable, "-c", _CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment()
        )
        self._say((self._file.name, rows))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def take(self, chunk: Chunk) -> None:
        """Lay one chunk where the monitors see it; waits while they have two to look at."""
        n = len(chunk)
        if not n:
            return
        slot = self._free.pop() if self._free else self._heard()
        for name, column in self._slots[slot].items():
            column[:n] = chunk.columns[name]
        words = chunk.vocabulary.codes.list
        self._say((slot, n, chunk.first_seq, words[self._words :]))
        self._words = len(words)

    def close(self, end_at: int | None = None, names: Names | None = None) -> None:
        """With an end: what is due by then and open is a violation too, and nothing follows."""
        if end_at is None:
            return
        self._say(end_at)
        told: Any = 0
        while isinstance(told, int):  # slots that were still looked at
            told = self._heard()
        findings, self.cost, self._sums = told
        self.violations = violations_of(findings, names or Numbers())
        self._end()

    def sums(self) -> dict[str, int]:
        """Checksums of what the rows folded into over there."""
        return self._sums

    def _say(self, message: object) -> None:
        try:
            pickle.dump(message, _pipe(self._child.stdin))
            _pipe(self._child.stdin).flush()
        except BrokenPipeError:
            self._heard()

    def _heard(self) -> Any:
        """The next thing that the other side says; its failure is ours."""
        try:
            told = pickle.load(_pipe(self._child.stdout))
        except EOFError:
            raise RuntimeError(f"the monitors' process ended: {self._child.wait()}") from None
        if not isinstance(told, Failed):
            return told
        raise RuntimeError(told.traceback)

    def _end(self) -> None:
        """Let the other process and the shared memory go."""
        for pipe in (self._child.stdin, self._child.stdout):
            with suppress(BrokenPipeError):  # what was still to be said to a process that is gone
                _pipe(pipe).close()
        self._child.wait()
        self._slots = []
        self._file.close()


def _pipe(pipe: Any) -> Any:
    assert pipe is not None
    return pipe


def _environment() -> Mapping[str, str]:
    """The child finds the same packages as this process, however this one came to them."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def _columns(shared: mmap.mmap, slot: int, rows: int) -> dict[str, NDArray[Any]]:
    """The columns of a slot, as arrays over the shared memory."""
    start, columns = slot * rows * _ROW_BYTES, {}
    for name, dtype in sorted(_SENT.items(), key=lambda pair: -np.dtype(pair[1]).itemsize):
        columns[name] = np.frombuffer(shared, dtype, rows, start)
        start += rows * np.dtype(dtype).itemsize
    return columns


# ---- the other process ---------------------------------------------------------------------------


def watch() -> None:
    """Watch what comes in by standard input, and tell by standard output."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints goes elsewhere
    try:
        for told in _watched(sys.stdin.buffer):
            pickle.dump(told, out)
            out.flush()
    except (BrokenPipeError, KeyboardInterrupt):
        pass  # nobody listens any more
    except Exception:  # noqa: BLE001 - raised again where the chunks come from
        pickle.dump(Failed(traceback.format_exc()), out)
        out.flush()


def _watched(said: BinaryIO) -> Iterator[object]:
    """Slots as they become free, at the end the findings with their cost; nothing where the input just ends."""
    gc.disable()  # nothing here makes cycles
    imports = peak()
    name, rows = pickle.load(said)
    with open(name, "r+b") as file:
        shared = mmap.mmap(file.fileno(), 0)
    slots = [_columns(shared, slot, rows) for slot in range(_SLOTS)]
    monitors, vocabulary, began = Monitors(), Vocabulary(), process_time()
    while True:
        try:
            message = pickle.load(said)
        except EOFError:
            return
        if isinstance(message, int):
            monitors.finish(message)
            held = peak() - imports - _SLOTS * rows * _ROW_BYTES
            cost = Cost(process_time() - began, max(0, held))
            yield monitors.state.findings, cost, monitors.sums()
            return
        slot, n, first, words = message
        for word in words:
            vocabulary.codes.code(word)
        columns = {name: column[:n] for name, column in slots[slot].items()}
        monitors.take(Chunk(first, columns, {}, vocabulary))
        yield slot
