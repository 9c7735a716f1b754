"""The journal: one SQLite row for everything that changed the sandbox, written before anybody is told.

Rows of one turn of the event loop share a commit, and answers wait for it. WAL with synchronous NORMAL: what is
committed outlives the process whatever ends it.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["Entry", "InUse", "Journal", "NotWritten"]

_LOG = logging.getLogger("teiki.sandbox")
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
        self._rows: list[tuple[str | int, ...]] = []
        self._waiting: list[Callable[[bool], None]] = []
        self._seq: int = self._db.execute("SELECT coalesce(max(seq), 0) FROM journal").fetchone()[0]

    # ---- writing ---------------------------------------------------------------------------------

    def add(
        self, at: int, kind: str, front: str, operation: str, said: str,
        status: int = 0, answer: str = "", transaction: str = "", why: str = "",
    ) -> int:  # fmt: skip
        """Enter a row, to be committed at the end of this turn of the loop; its number."""
        seq = self._seq = self._seq + 1
        self._rows.append((seq, at, kind, front, operation, said, status, answer, transaction, why))
        return seq

    def then(self, told: Callable[[bool], None]) -> None:
        """Call back once every row entered so far is committed, with False where it can't be."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._commit)
        self._waiting.append(told)

    async def settled(self) -> None:
        """Wait until every row entered so far is committed; raises `NotWritten`."""
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.then(lambda written: None if done.done() else done.set_result(written))
        if not await done:
            raise NotWritten("the journal can't be written")

    def _commit(self) -> None:
        waiting, self._waiting = self._waiting, []
        written = True
        try:
            self.flush()
        except sqlite3.Error as error:
            # The house is ahead of its journal: nobody may be told anything any more.
            written = False
            self._failed(error)
        for told in waiting:
            try:
                told(written)
            except Exception as bug:  # noqa: BLE001 - one connection's trouble is not the next one's
                _LOG.error("an answer could not leave: %s", type(bug).__name__)

    def flush(self) -> None:
        """Commit what is entered, now."""
        if not self._rows:
            return
        rows, self._rows = self._rows, []
        execute = self._db.execute
        execute("BEGIN")
        try:
            self._db.executemany(_INSERT, rows)
        except UnicodeEncodeError:
            execute("ROLLBACK")
            execute("BEGIN")
            self._db.executemany(_INSERT, [tuple(map(_storable, row)) for row in rows])
        execute("COMMIT")

    def clear(self) -> None:
        """Drop all rows: a new world begins."""
        self._rows = []
        self._db.execute("DELETE FROM journal")
        self._seq = 0

    @property
    def rows(self) -> int:
        """The number of the last row."""
        return self._seq

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


def _storable(part: str | int) -> str | int:
    """Lone surrogates, which a hostile body can carry, have no place in UTF-8."""
    return part.encode("utf-8", "replace").decode() if isinstance(part, str) else part
