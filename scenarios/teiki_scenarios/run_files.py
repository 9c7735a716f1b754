"""What a run's directory keeps so that the same world can be built again: its configuration, and its opening."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from teiki_scenarios.language import refuse
from teiki_scenarios.replications import Task
from teiki_sim import config as configs
from teiki_sim.book_columns import BookColumns
from teiki_sim.book_rows import OpenOrder
from teiki_sim.forecast import dated
from teiki_sim.frequencies import parse
from teiki_sim.population import generate

__all__ = ["BOOK", "CONFIG", "ORDERS", "read_run", "read_summary", "write_run"]

CONFIG, BOOK, ORDERS = "run.toml", "book.parquet", "open_orders.parquet"
"""The files: the whole configuration; the subscriptions and open orders of the first day, without personal data."""

_LISTS = ("products", "methods", "carriers")


def write_run(directory: Path, task: Task, *, population: bool) -> None:
    """Keep what a task starts from; a population follows from its configuration and needs no book."""
    (directory / CONFIG).write_text(configs.print_config(task.config), encoding="utf-8", newline="\n")
    if not population:
        pq.write_table(_book(task.book), directory / BOOK)
    if task.open_orders:
        rows = [{name: getattr(row, name) for name in OpenOrder.__slots__} for row in task.open_orders]
        pq.write_table(pa.Table.from_pylist(rows), directory / ORDERS)


def _book(book: BookColumns) -> pa.Table:
    lists = {name: getattr(book, name) for name in _LISTS}
    lists["frequencies"] = [frequency.label() for frequency in book.frequencies]
    columns = {name: getattr(book, name) for name in BookColumns.__slots__ if name not in lists}
    return pa.table(columns).replace_schema_metadata({"lists": json.dumps(lists, ensure_ascii=False)})


def read_summary(directory: Path) -> dict[str, Any]:
    """The summary of a finished run; BadInput where the directory holds none."""
    path = directory / "summary.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = None
    if not isinstance(found, dict) or "config_digest" not in found:
        ja, en = "teiki simulate の出力ディレクトリ", "the output directory of teiki simulate"
        raise refuse(str(directory), "RUN_DIR", "summary.json", ja, en)
    return found


def read_run(directory: Path) -> Task:
    """The task of a run's directory; BadInput where it keeps none."""
    if not (directory / CONFIG).is_file():
        ja = f"{CONFIG} のある出力ディレクトリ(この版の teiki simulate で作り直してください)"
        raise refuse(
            str(directory), "RUN_DIR", f"{CONFIG} -", ja, f"a run that keeps its {CONFIG}: simulate it again"
        )
    config = configs.load(directory / CONFIG)
    if (directory / BOOK).is_file():
        book = _read_book(directory / BOOK)
    else:
        book = dated(config, generate(config))
    orders: tuple[OpenOrder, ...] = ()
    if (directory / ORDERS).is_file():
        orders = tuple(OpenOrder(**row) for row in pq.read_table(directory / ORDERS).to_pylist())
    return Task(config, book, orders)


def _read_book(path: Path) -> BookColumns:
    table = pq.read_table(path)
    lists: Mapping[str, Any] = json.loads(table.schema.metadata[b"lists"])
    columns: dict[str, Any] = {
        name: table[name].to_pylist() if name in ("ids", "customers") else table[name].to_numpy()
        for name in table.column_names
    }
    frequencies = [parse(label) for label in lists["frequencies"]]
    return BookColumns.of(**columns, **{name: lists[name] for name in _LISTS}, frequencies=frequencies)
