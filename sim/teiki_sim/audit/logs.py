"""Logs to audit: events.parquet or events.csv in the contract's columns, of teiki or of another tool."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from teiki_sim import book_values as values
from teiki_sim.audit.columns import EVENTS
from teiki_sim.audit.instants import instant
from teiki_sim.audit.judging import Source
from teiki_sim.audit.shops import heads
from teiki_sim.bad_input import BadInput, Problem
from teiki_sim.book_headers import known_headers, plain
from teiki_sim.csvfile import Table, read_column, read_table
from teiki_sim.log.kinds import Actor, Kind, Side
from teiki_sim.log.parquet import SCHEMA
from teiki_sim.log.reader import FileNames, read_chunks
from teiki_sim.log.rows import SLIP_NUMBER_BASE, Chunk
from teiki_sim.log.statuses import NAMES
from teiki_sim.mapping import Mapping
from teiki_sim.messages import METHOD_NAMES
from teiki_sim.monitors.terms import PLATFORMS

__all__ = ["read_log"]

_K = Kind
#: Facts by the kinds of rows (not the provider's) that tell them.
_BY_KIND: dict[str, tuple[Kind, ...]] = {
    "generated": (_K.GENERATED,), "opened": (_K.OPENED,), "cancelled": (_K.CANCELLED,), "returned": (_K.RETURNED,),
    "returned_at": (_K.RETURNED,), "deleted": (_K.DELETED,), "shipped": (_K.SHIPPED,), "captured": (_K.CAPTURED,),
    "captured_at": (_K.CAPTURED,), "exported": (_K.EXPORTED, _K.HANDED_OVER), "edited": (_K.EDITED,),
    "changed": (_K.EDITED, _K.CANCELLED), "decision": (_K.DECISION,), "stopped": (_K.STOPPED,),
    "suspended": (_K.STOPPED, _K.ENDED, _K.FLAG_SET, _K.HELD), "skipped": (_K.SKIPPED,), "held": (_K.HELD,),
    "repair": (_K.FLAG_CLEARED, _K.RESUMED, _K.RELEASED), "reauthorisation": (_K.AUTHORISED, _K.REAUTHORISED),
    "declined": (_K.DECLINED,), "invoice_printed": (_K.INVOICE_PRINTED,), "released_payment": (_K.PAYMENT_CANCELLED,),
    "history": (_K.EXPORTED, _K.COMPLETED), "every_export": (_K.EXPORTED,), "points": (_K.POINTS,),
    "mail": (_K.MAIL,), "scheduled": (_K.SCHEDULED,), "subscription_status": (_K.OPENED, _K.SCHEDULED),
}  # fmt: skip
_BY_COLUMN = {
    "order": "order", "subscription": "sub", "cycle": "cycle", "method": "method", "amount": "amount",
    "transaction": "transaction", "delivery_date": "delivery",
    "ship_date": "ship", "status_to": "status_to",
}  # fmt: skip
_PAYMENTS = (
    _K.AUTHORISED,
    _K.REAUTHORISED,
    _K.CAPTURED,
    _K.PAYMENT_CANCELLED,
    _K.DECLINED,
    _K.PENDING,
    _K.REFUNDED,
)
#: What a log of teiki holds; without one of these a log is not complete, whoever wrote it.
_WHOLE = frozenset(SCHEMA.names) - {"seq", "customer", "rule", "cause", "detail"}
_PARQUET = b"PAR1"
_JST = 9 * 3600 * 1_000_000


def read_log(path: Path, mapping: Mapping, terms: AnyMapping[str, int]) -> Source | None:
    """A log as a source; None where the file is a CSV whose columns are not those of a log.

    Raises BadInput for a file that cannot be read.
    """
    if _starts(path) == _PARQUET:
        return _source(str(path), *_parquet(path), {"encoding": "parquet"}, terms)
    known = known_headers(EVENTS)
    named = {known.get(plain(mapping.headers.get(head, head))) for head in heads(path)}
    if not {"at", "kind"} <= named:
        return None
    table = read_table(path, EVENTS, mapping)
    batch = _batch(table)
    notes = {"encoding": table.encoding, "unknown_columns": list(table.unknown), "rows_in_file": table.total}
    source = _source(str(path), batch, table.headers.keys(), notes, terms)
    source.rejects = tuple(table.problems)
    return source


def _starts(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(4)
    except OSError as error:
        raise _bad(str(path), "-", str(error.strerror), "読めるファイル", "a file that can be read") from None


def _source(
    file: str, rows: Path | pa.Table, columns: Any, notes: dict[str, Any], terms: AnyMapping[str, int]
) -> Source:
    known = Known(frozenset(columns))
    names = FileNames(file)
    evidence: NDArray[Any] | None = None
    if isinstance(rows, pa.Table):
        rows, evidence = _in_order(rows)

    def chunks() -> Iterator[Chunk]:
        for chunk in _chunks(rows, names):
            known.see(chunk)
            yield chunk

    return Source(
        file, "events", chunks, names, known.facts, evidence=lambda: evidence, notes=notes, terms=terms
    )


def _chunks(rows: Path | pa.Table, names: FileNames) -> Iterator[Chunk]:
    try:
        if isinstance(rows, Path):
            yield from read_chunks(rows, names=names)
            return
        first = 0
        for batch in rows.to_batches(max_chunksize=2**18):
            if batch.num_rows:
                yield names.chunk(batch, first)
                first += batch.num_rows
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError) as error:
        found = str(error).splitlines()[0]
        ja, en = "契約どおりの型の列", "columns of the types that a log has"
        raise _bad(names.file, "-", found, ja, en) from None


def _parquet(path: Path) -> tuple[Path | pa.Table, list[str]]:
    """The file itself where it can be read as it stands, else its rows as a table."""
    try:
        schema = pq.read_schema(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise _bad(str(path), "-", str(error).splitlines()[0], "Parquet ファイル", "a Parquet file") from None
    _check_columns(str(path), schema.names)
    _check_given(path)
    at = schema.field("at").type
    plain_time = pa.types.is_timestamp(at) and at.tz is None
    if "seq" in schema.names and plain_time and _consecutive(path):
        return path, schema.names
    table = pq.read_table(path, columns=[name for name in schema.names if name in SCHEMA.names])
    if not plain_time:
        column = table["at"]
        try:
            moved = column.cast(pa.timestamp("us")).cast(pa.int64())
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            found = str(error).splitlines()[0]
            raise _bad(str(path), "at", found, "日時(JST)", "instants (JST)") from None
        if pa.types.is_timestamp(at) and at.tz is not None:
            moved = pc.add(moved, _JST)
        table = table.set_column(table.schema.get_field_index("at"), "at", moved.cast(pa.timestamp("us")))
    return table, schema.names


def _check_columns(file: str, names: list[str]) -> None:
    missing = [name for name in ("at", "kind") if name not in names]
    if not {"order", "subscription"} & set(names):
        missing.append("order")
    if missing:
        wanted = ", ".join(missing)
        raise _bad(file, wanted, ", ".join(names) or "-", f"列 {wanted}", f"columns {wanted}")


def _check_given(path: Path) -> None:
    """Every row says when and what."""
    for batch in pq.ParquetFile(path).iter_batches(batch_size=2**18, columns=["at", "kind"]):
        for name in ("at", "kind"):
            if missing := batch.column(name).null_count:
                ja, en = "すべての行に値のある列", "a column with a value in every row"
                raise _bad(str(path), name, f"空 {missing} 行 / {missing} empty", ja, en)


def _consecutive(path: Path) -> bool:
    """Whether each row's seq is one more than the one before, so that rows can be told by counting."""
    expected: int | None = None
    for batch in pq.ParquetFile(path).iter_batches(batch_size=2**20, columns=["seq"]):
        seq = batch.column(0)
        if seq.null_count or not pa.types.is_integer(seq.type):
            return False
        numbers = seq.to_numpy()
        if len(numbers):
            start = int(numbers[0]) if expected is None else expected
            if not np.array_equal(numbers, np.arange(start, start + len(numbers))):
                return False
            expected = start + len(numbers)
    return True


def _in_order(table: pa.Table) -> tuple[pa.Table, NDArray[Any] | None]:
    """The rows by seq, else by time; and what stands for each as evidence: its seq, else its number from 0."""
    if "seq" in table.schema.names and not table["seq"].null_count:
        order = pc.sort_indices(table["seq"])
        seq = table["seq"].cast(pa.int64()).take(order)
        return table.drop_columns(["seq"]).take(order), seq.to_numpy()
    order = np.argsort(table["at"].cast(pa.int64()).to_numpy(), kind="stable")
    rest = [name for name in table.schema.names if name != "seq"]
    return table.select(rest).take(pa.array(order)), order


def _batch(table: Table) -> pa.Table:
    """A CSV's good rows with typed columns."""
    readers: dict[str, Any] = {
        "at": instant,
        "kind": values.one_of([kind.label for kind in Kind]),
        "side": values.optional(values.one_of([side.name.lower() for side in Side])),
        "actor": values.optional(values.one_of([actor.name.lower() for actor in Actor])),
        "method": values.optional(values.one_of(METHOD_NAMES)),
        "status_from": values.optional(values.one_of([name for name in NAMES if name])),
        "status_to": values.optional(values.one_of([name for name in NAMES if name])),
        "seq": values.optional(values.whole(0, 2**62)), "cause": values.optional(values.whole(-1, 2**31 - 1)),
        "cycle": values.optional(values.whole(0, 2**15 - 1)), "quantity": values.optional(values.whole(0, 2**31 - 1)),
        "amount": values.optional(values.yen),
        "ship_date": values.optional(values.date), "delivery_date": values.optional(values.date),
    }  # fmt: skip
    columns = {
        name: read_column(table, name, readers.get(name, str), None)
        for name in table.headers
        if name != "customer"
    }
    if not {"order", "subscription"} & set(table.headers):
        _check_columns(table.file, list(table.headers))
    bad = {problem.line for problem in table.problems}
    kept = np.array([row for row, line in enumerate(table.lines) if line not in bad], np.intp)
    made: dict[str, pa.Array] = {}
    for name, column in columns.items():
        some: list[Any] = [column[row] for row in kept.tolist()]
        if name == "at":
            made[name] = pa.array([value // 2 * 1_000_000 for value in some], pa.timestamp("us"))
        elif name in ("ship_date", "delivery_date"):
            made[name] = pa.array(some, pa.int32()).cast(pa.date32())
        elif name in ("seq", "cause", "cycle", "quantity", "amount"):
            made[name] = pa.array(some, pa.int64())
        else:
            made[name] = pa.array([value or None for value in some], pa.string())
    return pa.table(made)


class Known:
    """What a log's rows tell, gathered as they pass."""

    def __init__(self, columns: frozenset[str]) -> None:
        self._columns = columns
        self._facts: set[str] = set()
        self._platform = ""
        self._leads = False

    def see(self, chunk: Chunk) -> None:
        """Note what is in a chunk."""
        c = chunk.columns
        theirs = c["side"] == int(Side.PROVIDER)
        ours = {Kind(int(kind)) for kind in np.unique(c["kind"][~theirs])}
        there = {Kind(int(kind)) for kind in np.unique(c["kind"][theirs])}
        facts = {name for name, kinds in _BY_KIND.items() if ours & set(kinds)}
        facts |= {f"row:{kind.label}" for kind in ours} | {f"provider:{kind.label}" for kind in there}
        facts |= {
            name
            for name, column in _BY_COLUMN.items()
            if (c[column] > (0 if column == "status_to" else -1)).any()
        }
        if there:
            facts.add("ledger")
        facts |= {"paid_here"} if ours & set(_PAYMENTS) else set()
        facts |= {"invoice_paid"} if Kind.INVOICE_PAID in there | ours else set()
        facts |= {"released_payment"} if Kind.PAYMENT_CANCELLED in there else set()
        asked = theirs & np.isin(c["kind"], (Kind.AUTHORISED, Kind.REAUTHORISED)) & (c["amount"] >= 0)
        taken = theirs & (c["kind"] == int(Kind.CAPTURED)) & (c["amount"] >= 0)
        slips = ~theirs & (c["code"] >= SLIP_NUMBER_BASE)
        for name, mask in (
            ("ledger_amount", asked), ("taken_amount", taken), ("slip", slips & (c["kind"] == int(Kind.SHIPPED))),
            ("reported_slip", slips & (c["kind"] == int(Kind.CAPTURED))),
            ("code", (c["kind"] == int(Kind.EDITED)) & (c["code"] > 0)),
        ):  # fmt: skip
            if mask.any():
                facts.add(name)
        self._facts |= facts
        for row in np.flatnonzero(c["kind"] == int(Kind.SETTING)).tolist():
            name, value = chunk.vocabulary.codes.list[int(c["code"][row])], int(c["quantity"][row])
            self._leads |= name.startswith("lead.")
            if name == "platform" and 0 <= value < len(PLATFORMS):
                self._platform = PLATFORMS[value]

    def facts(self) -> set[str]:
        """All that is known."""
        found = set(self._facts)
        if "actor" in self._columns:
            found.add("actor")
        if {"ledger", "paid_here"} <= found:
            found.add("two_records")
        # A log with its own terms in it is teiki's: where it is silent, nothing happened. A marketplace pays the seller,
        # and no provider is seen.
        if self._leads:
            found.add("lead")
        seen = "ledger" in found or "paid_here" not in found or self._platform == "marketplace"
        if self._platform and _WHOLE <= self._columns and seen:
            found.add("complete")
        return found


def _bad(file: str, field: str, found: str, ja: str, en: str) -> BadInput:
    return BadInput([Problem(file, field, found, ja, en)])
