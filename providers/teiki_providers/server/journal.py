"""The journal: one SQLite row for everything that changed the sandbox, written before anybody is told.

Rows of one turn of the event loop share a commit, and answers wait for it. WAL with synchronous NORMAL: what is
committed outlives the process whatever ends it.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["Entry", "InUse", "Journal", "NotWritten"]

_TABLES = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS journal (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    front TEXT NOT NULL,
    operation TEXT NOT NULL,
    said TEXT NOT NULL,
    status INTEGER NOT NULL,
    answer TEXT NOT NULL,
    "transaction" TEXT NOT NULL,
    why TEXT NOT NULL
);
"""
_INSERT = "INSERT INTO journal VALUES (?,?,?,?,?,?,?,?,?,?)"


class InUse(OSError):
    """Another process has the database open, or it is none of ours."""


class NotWritten(OSError):
    """The journal can't be written any more, so nothing may be acknowledged."""


class Entry(NamedTuple):
    """One row. ``kind``: call, turned, clock, news, notice or deed; all but turned and news are played again."""

    seq: int
    at: int
    kind: str
    front: str
    operation: str
    said: str
    status: int = 0
    answer: str = ""
    transaction: str = ""
    why: str = ""


class Journal:
    """A database opened by this process alone; ``file`` None keeps it in memory."""

    def __init__(self, file: Path | None, failed: Callable[[Exception], None] = lambda _: None) -> None:
        try:
            self._db = sqlite3.connect(file or ":memory:", isolation_level=None, timeout=0.5)
            self._db.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.executescript(_TABLES)
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            raise InUse(str(error)) from error
        self._failed = failed
        self._rows: list[Entry] = []
        self._settled: asyncio.Future[None] | None = None
        self._seq: int = self._db.execute("SELECT coalesce(max(seq), 0) FROM journal").fetchone()[0]

    # ---- writing ---------------------------------------------------------------------------------

    def add(
        self, at: int, kind: str, front: str, operation: str, said: str,
        status: int = 0, answer: str = "", transaction: str = "", why: str = "",
    ) -> int:  # fmt: skip
        """Enter a row, to be committed at the end of this turn of the loop; its number."""
        seq = self._seq = self._seq + 1
        row = Entry(seq, at, kind, front, operation, said, status, answer, transaction, why)
        if not (answer.isascii() and transaction.isascii() and why.isascii() and operation.isascii()):
            row = Entry(*(_storable(part) if isinstance(part, str) else part for part in row))  # type: ignore[arg-type]
        self._rows.append(row)
        return seq

    def settled(self) -> "asyncio.Future[None]":
        """Done once every row entered so far is committed."""
        if self._settled is None:
            loop = asyncio.get_running_loop()
            self._settled = loop.create_future()
            loop.call_soon(self._commit)
        return self._settled

    def _commit(self) -> None:
        waiting, self._settled = self._settled, None
        try:
            self.flush()
        except sqlite3.Error as error:
            # The house is ahead of its journal: nobody may be told anything any more.
            self._failed(error)
            if waiting is not None:
                waiting.set_exception(NotWritten(str(error)))
            return
        if waiting is not None:
            waiting.set_result(None)

    def flush(self) -> None:
        """Commit what is entered, now."""
        if not self._rows:
            return
        rows, self._rows = self._rows, []
        execute = self._db.execute
        execute("BEGIN")
        if len(rows) == 1:
            execute(_INSERT, rows[0])
        else:
            self._db.executemany(_INSERT, rows)
        execute("COMMIT")

    def clear(self) -> None:
        """Drop all rows: a new world begins."""
        self._rows = []
        self._db.execute("DELETE FROM journal")
        self._seq = 0

    # ---- reading ---------------------------------------------------------------------------------

    def entries(
        self, since: int = 0, limit: int = -1, about: Sequence[str] = (), played: bool = False
    ) -> Iterator[Entry]:
        """Committed rows after a number, in order; ``about`` names transactions."""
        where, values = "seq > ?", [since, *about]
        if about:
            where += f' AND "transaction" IN ({", ".join("?" * len(about))})'
        if played:
            where += " AND kind NOT IN ('turned', 'news')"
        found = self._db.execute(
            f"SELECT * FROM journal WHERE {where} ORDER BY seq LIMIT ?", [*values, limit]
        )
        return (Entry(*row) for row in found)

    def meta(self) -> dict[str, str]:
        """What was kept about the world: its start, its seed, its configuration."""
        return dict(self._db.execute("SELECT name, value FROM meta").fetchall())

    def keep(self, **values: Any) -> None:
        """Keep facts about the world."""
        self._db.executemany("INSERT OR REPLACE INTO meta VALUES (?,?)", list(values.items()))

    def close(self) -> None:
        """Commit what is left and close."""
        try:
            self.flush()
        finally:
            self._db.close()


def _storable(text: str) -> str:
    """Lone surrogates, which a hostile body can carry, have no place in UTF-8."""
    return text.encode("utf-8", "replace").decode()
