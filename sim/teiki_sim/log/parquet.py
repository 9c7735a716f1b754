"""Events as a Parquet file: chunks become row groups, coded columns become words again."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from teiki_sim.log.kinds import KIND_NUMBERS, Actor, Kind, Side
from teiki_sim.log.rows import SLIP_NUMBER_BASE, Chunk
from teiki_sim.log.statuses import NAMES as STATUS_NAMES

_WORD = pa.dictionary(pa.int32(), pa.string())
_FEW = pa.dictionary(pa.int16(), pa.string())

SCHEMA = pa.schema(
    [
        ("seq", pa.int64()),
        ("at", pa.timestamp("us")),
        ("subscription", _WORD),
        ("order", _WORD),
        ("customer", _WORD),
        ("cycle", pa.int32()),
        ("actor", _FEW),
        ("kind", _FEW),
        ("side", _FEW),
        ("method", _FEW),
        ("transaction", _WORD),
        ("product", _FEW),
        ("quantity", pa.int32()),
        ("amount", pa.int64()),
        ("ship_date", pa.date32()),
        ("delivery_date", pa.date32()),
        ("status_from", _FEW),
        ("status_to", _FEW),
        ("code", _WORD),
        ("rule", _FEW),
        ("cause", pa.int64()),
        ("detail", pa.string()),
    ]
)


#: Rows of a row group: what is encoded at once, and so held in memory twice.
_GROUP = 2**16
#: Rows after which freed memory is given back; more often would cost time.
_TIDY = 2**20
#: Columns whose differences are small.
_RISING = ("seq", "at", "cause")


class Names(Protocol):
    """Turns the running numbers of a log into the texts that files carry."""

    def subscriptions(self, numbers: NDArray[Any]) -> pa.Array:
        """Ids of these subscriptions."""

    def orders(self, numbers: NDArray[Any]) -> pa.Array:
        """Order numbers of these orders."""

    def customers(self, subs: NDArray[Any], orders: NDArray[Any]) -> NDArray[Any]:
        """Customer number of each row, -1 where there is none."""

    def customer_ids(self, numbers: NDArray[Any]) -> pa.Array:
        """Ids of these customers."""

    def transactions(self, numbers: NDArray[Any]) -> pa.Array:
        """Transaction ids as the provider shows them."""


#: So many digits at once -> the texts of all numbers that have them, each text one unsigned integer.
_GROUPS = {
    width: np.array([f"{number:0{width}}" for number in range(10**width)], f"S{width}").view(f"u{width}")
    for width in (4, 2, 1)
}


def digits(numbers: NDArray[Any], width: int, out: NDArray[np.uint8], column: int) -> None:
    """Write ``numbers`` as ``width`` decimal digits into a contiguous byte matrix, from ``column`` on.

    Four digits at a time are looked up and stored, which takes a tenth of the time of one by one.
    """
    rest, end = numbers.astype(np.int64), column + width
    while len(rest) and end > column:
        group = 4 if end - column >= 4 else 2 if end - column >= 2 else 1
        texts, above = _GROUPS[group], rest // 10**group
        end -= group
        place = np.ndarray(len(rest), texts.dtype, out, end, out.strides[:1])
        place[:] = texts[rest - above * 10**group]
        rest = above


def fixed_strings(matrix: NDArray[np.uint8]) -> pa.Array:
    """An Arrow string array from a matrix of ASCII bytes, one row a string."""
    n, width = matrix.shape
    offsets = np.arange(0, (n + 1) * width, width, dtype=np.int32)
    return pa.StringArray.from_buffers(n, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(matrix)))


def _masked(values: NDArray[Any], valid: NDArray[np.bool_], dtype: pa.DataType) -> pa.Array:
    """Numbers as an Arrow column, null where not valid; ten times faster than `pyarrow.array` with a mask."""
    bits = np.packbits(valid, bitorder="little")
    return pa.Array.from_buffers(dtype, len(values), [pa.py_buffer(bits), pa.py_buffer(values)])


def _coded(values: NDArray[Any], empty: int, texts: Callable[[NDArray[Any]], pa.Array]) -> pa.Array:
    """Numbers as a dictionary column; only the words used in this chunk go into its dictionary."""
    valid = values != empty
    given = values if valid.all() else values[valid]
    if not len(given):
        return pa.nulls(len(values), pa.string()).dictionary_encode().cast(_WORD)
    low = int(given.min())
    given = given - low
    used = np.zeros(int(given.max()) + 1, np.bool_)
    used[given] = True
    found = np.flatnonzero(used)
    place = np.empty(len(used), np.int32)
    place[found] = np.arange(len(found), dtype=np.int32)
    words = texts(found + low)
    if len(given) == len(values):
        return pa.DictionaryArray.from_arrays(pa.array(place[given]), words)
    index = np.zeros(len(values), np.int32)
    index[valid] = place[given]
    return pa.DictionaryArray.from_arrays(_masked(index, valid, pa.int32()), words)


def _few(values: NDArray[Any], empty: int | None, words: Sequence[str]) -> pa.Array:
    """Numbers of a short list of words; the whole list is the dictionary. ``empty`` None: all are given."""
    numbers = values.astype(np.int16)
    indices = pa.array(numbers) if empty is None else _masked(numbers, values != empty, pa.int16())
    return pa.DictionaryArray.from_arrays(indices, pa.array(words, pa.string()))


def _words(words: list[str]) -> Callable[[NDArray[Any]], pa.Array]:
    return lambda numbers: pa.array([words[int(i)] for i in numbers], pa.string())


def slip_texts(numbers: NDArray[Any]) -> pa.Array:
    """Slip numbers as twelve digits."""
    matrix = np.empty((len(numbers), 12), np.uint8)
    digits(numbers, 12, matrix, 0)
    return fixed_strings(matrix)


_ACTORS = tuple(a.name.lower() for a in Actor)
_LABELS = {int(kind): kind.label for kind in Kind}
_KINDS = tuple(_LABELS.get(number, "") for number in KIND_NUMBERS)
_SIDES = tuple(s.name.lower() for s in Side)


class ParquetSink:
    """Writes chunks to ``path``; the file is complete after `close`."""

    def __init__(self, path: Path, names: Names) -> None:
        self.path = path
        self.names = names
        self._writer = pq.ParquetWriter(
            path, SCHEMA, compression="zstd", compression_level=1, store_schema=False, write_statistics=False,
            use_dictionary=[f.name for f in SCHEMA if f.name not in _RISING],
            column_encoding=dict.fromkeys(_RISING, "DELTA_BINARY_PACKED"),
        )  # fmt: skip
        # One thread encodes a chunk while the next one fills; Arrow holds no lock meanwhile.
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._last: Future[None] | None = None
        # What it encodes; memory taken anew for each chunk would cost ten times the copying.
        self._kept: dict[str, NDArray[Any]] = {"at": np.empty(0, np.int64)}

    def take(self, chunk: Chunk) -> None:
        """Write the chunk's row groups."""
        self._wait()
        n = len(chunk)
        if len(self._kept["at"]) < n:
            self._kept = {name: np.empty_like(column) for name, column in chunk.columns.items()}
        columns = {name: self._kept[name][:n] for name in chunk.columns}
        for name, column in chunk.columns.items():
            columns[name][:] = column
        kept = Chunk(chunk.first_seq, columns, chunk.details, chunk.vocabulary)
        self._last = self._thread.submit(self._write, kept)

    def close(self) -> None:
        """Finish the file."""
        try:
            self._wait()
        finally:
            self._thread.shutdown()
            self._writer.close()

    def _wait(self) -> None:
        if self._last is not None:
            self._last.result()
            self._last = None

    def _write(self, chunk: Chunk) -> None:
        for start in range(0, len(chunk), _GROUP):
            part = {name: column[start : start + _GROUP] for name, column in chunk.columns.items()}
            details = {row - start: text for row, text in chunk.details.items() if 0 <= row - start < _GROUP}
            table = self._table(Chunk(chunk.first_seq + start, part, details, chunk.vocabulary))
            self._writer.write_table(table, row_group_size=_GROUP)
        if chunk.first_seq // _TIDY != (chunk.first_seq + len(chunk)) // _TIDY:
            pa.default_memory_pool().release_unused()  # with the system's allocator: everyone's

    def _table(self, chunk: Chunk) -> pa.Table:
        c, names, words = chunk.columns, self.names, chunk.vocabulary
        n = len(chunk)

        def number(name: str, dtype: pa.DataType) -> pa.Array:
            wide = np.int64 if dtype == pa.int64() else np.int32
            return _masked(c[name].astype(wide, copy=False), c[name] != -1, dtype)

        arrays = [
            pa.array(chunk.seq),
            pa.array(c["at"] * 1_000_000).cast(pa.timestamp("us")),
            _coded(c["sub"], -1, names.subscriptions),
            _coded(c["order"], -1, names.orders),
            _coded(names.customers(c["sub"], c["order"]), -1, names.customer_ids),
            number("cycle", pa.int32()),
            _few(c["actor"], None, _ACTORS),
            _few(c["kind"], None, _KINDS),
            _few(c["side"], None, _SIDES),
            _few(c["method"], -1, words.methods),
            _coded(c["transaction"], -1, names.transactions),
            _few(c["product"], -1, words.products),
            number("quantity", pa.int32()),
            number("amount", pa.int64()),
            number("ship", pa.date32()),
            number("delivery", pa.date32()),
            _few(c["status_from"], 0, STATUS_NAMES),
            _few(c["status_to"], 0, STATUS_NAMES),
            _code_column(c["code"], words.codes.list),
            _few(c["rule"], 0, words.rules.list),
            number("cause", pa.int64()),
            _details(n, chunk.details),
        ]
        return pa.Table.from_arrays(arrays, schema=SCHEMA)


def _code_column(codes: NDArray[Any], words: list[str]) -> pa.Array:
    """Words and slip numbers share the column; slip numbers stand for themselves."""
    given = codes != 0
    unique, places = np.unique(codes[given], return_inverse=True)
    inverse = np.zeros(len(codes), np.int32)
    inverse[given] = places
    slips = unique >= SLIP_NUMBER_BASE
    texts = pa.concat_arrays([_words(words)(unique[~slips]), slip_texts(unique[slips])])
    return pa.DictionaryArray.from_arrays(_masked(inverse, given, pa.int32()), texts)


def _details(rows: int, texts: dict[int, str]) -> pa.Array:
    """Free text, which few rows have, and most chunks not at all."""
    if not texts:
        return pa.nulls(rows, pa.string())
    column: list[str | None] = [None] * rows
    for row, text in texts.items():
        column[row] = text
    return pa.array(column, pa.string())
