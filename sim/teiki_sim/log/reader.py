"""Reading events.parquet back into chunks, so that sinks work on a file as they do in the run.

Texts become running numbers in the order in which they turn up, the same in every chunk; memory holds
one chunk and the names.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from teiki_sim.bad_input import BadInput, Problem
from teiki_sim.log.kinds import Actor, Kind, Side
from teiki_sim.log.rows import COLUMNS, Chunk, Vocabulary, Words
from teiki_sim.log.statuses import CODE
from teiki_sim.log.twins import Twins
from teiki_sim.messages import METHOD_NAMES

__all__ = ["FileNames", "read_chunks"]

_FIXED: dict[str, tuple[str, dict[str, int]]] = {
    "actor": ("actor", {actor.name.lower(): actor for actor in Actor}),
    "kind": ("kind", {kind.label: kind for kind in Kind}),
    "side": ("side", {side.name.lower(): side for side in Side}),
    "method": ("method", {name: number for number, name in enumerate(METHOD_NAMES)}),
    "status_from": ("status_from", CODE),
    "status_to": ("status_to", CODE),
}
_NUMBERS = {"cycle": "cycle", "quantity": "quantity", "amount": "amount", "cause": "cause"}
_DATES = {"ship_date": "ship", "delivery_date": "delivery"}
_TEXTS = (*_FIXED, "subscription", "order", "transaction", "product", "code", "rule")
_SLIP_DIGITS = 12
#: Between an order's number and which one of those that have it.
_NTH = "\x1f"


class FileNames:
    """The texts behind a file's running numbers; it fills as chunks are read."""

    def __init__(self, file: str = "events.parquet") -> None:
        self.file = file
        self.subscriptions: dict[str, int] = {}
        self.orders: dict[str, int] = {}
        self.transactions: dict[str, int] = {}
        self.vocabulary = Vocabulary(methods=list(METHOD_NAMES))
        self._products: dict[str, int] = {}
        self._subscription_of = np.empty(0, np.int32)
        self._twins = Twins()
        self._texts: dict[str, list[str]] = {}

    def subscription(self, number: int) -> str:
        """Id of a subscription."""
        return self._text("subscriptions", self.subscriptions, number)

    def order(self, number: int) -> str:
        """Number of an order as the file has it."""
        return self._text("orders", self.orders, number).partition(_NTH)[0]

    def _text(self, name: str, numbers: dict[str, int], number: int) -> str:
        texts = self._texts.get(name, [])
        if len(texts) < len(numbers):
            texts = self._texts[name] = list(numbers)
        return texts[number]

    def chunk(self, batch: pa.RecordBatch, first_seq: int) -> Chunk:
        """One batch of the file as a chunk."""
        n = batch.num_rows
        columns: dict[str, NDArray[Any]] = {
            name: np.full(n, empty, dtype) for name, (dtype, empty) in COLUMNS.items()
        }
        details: dict[int, str] = {}
        for name in batch.schema.names:
            column = batch.column(name)
            if name in _TEXTS:
                self._coded(name, column, columns)
            elif name in _NUMBERS:
                target = columns[_NUMBERS[name]]
                target[:] = _filled(column, pa.int64(), -1)
            elif name in _DATES:
                columns[_DATES[name]][:] = _filled(column.cast(pa.date32()).cast(pa.int32()), pa.int32(), -1)
            elif name == "at":
                columns["at"][:] = (
                    _filled(column.cast(pa.timestamp("us")).cast(pa.int64()), pa.int64(), 0) // 1_000_000
                )
            elif name == "detail" and column.null_count < n:
                given = np.flatnonzero(column.is_valid().to_numpy(zero_copy_only=False))
                texts = column.drop_null().to_pylist()
                details = {i: str(text) for i, text in zip(given.tolist(), texts, strict=True)}
        self._twins.part(columns, self._twin)
        self._complete(columns)
        return Chunk(first_seq, columns, details, self.vocabulary)

    def _coded(self, name: str, column: Any, columns: dict[str, NDArray[Any]]) -> None:
        encoded = (
            column if pa.types.is_dictionary(column.type) else column.cast(pa.string()).dictionary_encode()
        )
        words = encoded.dictionary.cast(pa.string()).to_pylist()
        target = {"subscription": "sub"}.get(name, name)
        dtype, empty = COLUMNS[target]
        index = _filled(encoded.indices, pa.int64(), -1)
        # A dictionary may hold words of other rows; only those used here get a number.
        used = np.zeros(len(words) + 1, np.bool_)
        used[index] = True
        numbers = np.full(len(words) + 1, empty, np.int64)
        for i in np.flatnonzero(used[:-1]).tolist():
            if words[i]:
                numbers[i] = self._number(name, words[i])
        columns[target][:] = numbers[index].astype(dtype)

    def _twin(self, first: int, nth: int) -> int:
        """The running number of a further order that has another one's number."""
        return self.orders.setdefault(f"{self.order(first)}{_NTH}{nth}", len(self.orders))

    def _number(self, name: str, word: str) -> int:
        if name in _FIXED:
            known = _FIXED[name][1]
            if word not in known:
                some = ", ".join([text for text in known if text][:8]) + (", …" if len(known) > 8 else "")
                raise BadInput([Problem(self.file, name, word, some, some)])
            return known[word]
        if name == "code" and len(word) == _SLIP_DIGITS and word.isascii() and word.isdigit():
            return int(word)
        if name in ("code", "rule"):
            words: Words = self.vocabulary.codes if name == "code" else self.vocabulary.rules
            return words.code(word)
        if name == "product":
            if word not in self._products:
                self.vocabulary.products.append(word)
            return self._products.setdefault(word, len(self._products))
        numbers = getattr(self, f"{name}s")
        number: int = numbers.setdefault(word, len(numbers))
        return number

    def _complete(self, columns: dict[str, NDArray[Any]]) -> None:
        """Rows of a subscription's order that leave the subscription out belong to it all the same."""
        sub, order = columns["sub"], columns["order"]
        if len(self._subscription_of) < len(self.orders):
            grown = np.full(len(self.orders) * 5 // 4 + 64, -1, np.int32)
            grown[: len(self._subscription_of)] = self._subscription_of
            self._subscription_of = grown
        both = (sub >= 0) & (order >= 0)
        self._subscription_of[order[both]] = sub[both]
        lone = (sub < 0) & (order >= 0)
        if lone.any():
            sub[lone] = self._subscription_of[order[lone]]


def read_chunks(path: Path | str, rows: int = 2**18, names: FileNames | None = None) -> Iterator[Chunk]:
    """The rows of an events.parquet as chunks of at most ``rows``; ``names`` learns what the numbers mean."""
    names = names or FileNames(str(path))
    schema = pq.read_schema(path)
    texts = [name for name in _TEXTS if name in schema.names]
    file = pq.ParquetFile(path, read_dictionary=texts)
    first = 0
    wanted = [name for name in schema.names if name not in ("customer",)]
    for batch in file.iter_batches(batch_size=rows, columns=wanted):
        if not batch.num_rows:
            continue
        if "seq" in batch.schema.names:
            first = int(batch.column("seq")[0].as_py())
        yield names.chunk(batch, first)
        first += batch.num_rows


def _filled(column: Any, dtype: pa.DataType, empty: int) -> NDArray[Any]:
    filled: NDArray[Any] = pc.fill_null(column.cast(dtype), empty).to_numpy(zero_copy_only=False)
    return filled
