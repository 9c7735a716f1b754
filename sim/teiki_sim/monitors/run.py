"""The monitors as a log's sink: one pass over the rows, one fold for all of them."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from teiki_sim.calendar import DAY
from teiki_sim.log.kinds import Kind
from teiki_sim.log.rows import Chunk
from teiki_sim.log.sums import ORDER_STATE, SUBSCRIPTION_STATE, order_columns, sums
from teiki_sim.log.waves import On, Rows, waves
from teiki_sim.monitors import books, money, purchases, schedule, shipping
from teiki_sim.monitors.deadlines import SOON, WAITING, WATCHED
from teiki_sim.monitors.scene import Scene
from teiki_sim.monitors.state import State
from teiki_sim.monitors.table import AFTER, BEFORE, HEEDED, Glances
from teiki_sim.monitors.violation import Names, Numbers, Violation, violations_of

_SLACK = 2 * DAY
"""How far behind the last row deadlines are swept: rows of different subscriptions may be a little out of order."""
_OPEN = WATCHED | SOON
_MANY, _THIN = 2**12, 2**9
"""Of a chunk of many rows, those of its last thin waves are watched with the next chunk."""
_PATIENCE = 60 * DAY
"""How far behind the last row such rows may come."""


class Monitors:
    """Watches a log and finds violations in its rows alone.

    `take` the chunks in order, then `close`; ``violations`` holds what was found. An instance is for one
    log. Nothing depends on how the log was cut into chunks.
    """

    def __init__(self) -> None:
        self.state = State()
        self.violations: list[Violation] = []
        self._last = 0
        self._behind: Chunk | None = None  # rows of thin waves, still to be watched

    def take(self, chunk: Chunk) -> None:
        """Watch one chunk."""
        if not len(chunk):
            return
        state, at = self.state, chunk.columns["at"]
        last = int(at.max())
        state.reach(chunk)
        state.first_day = state.first_day or int(at[0]) // DAY
        state.expect(last)
        if len(chunk) < _MANY or (chunk.columns["kind"] == int(Kind.SETTING)).any():
            self._catch_up()
            for part in _between_settings(chunk, state):
                self._watch(part)
        else:
            self._watch_most(chunk)
        self._last = max(self._last, last)
        self._sweep(min(int(at[-1]) - _SLACK, self._oldest() - 1))

    def _watch(self, chunk: Chunk) -> None:
        for rows in waves(chunk, HEEDED):
            self._look(rows)

    def _watch_most(self, fresh: Chunk) -> None:
        """Watch a large chunk but for the thin waves at its end, whose rows are kept for the next one."""
        chunk = fresh
        if self._behind is not None:
            if self._oldest() < int(chunk.columns["at"][-1]) - _PATIENCE:
                self._catch_up()
            else:
                chunk = _joined(self._behind, chunk)
        names = list(fresh.columns)
        left: list[NDArray[np.intp]] = []
        for rows in waves(chunk, HEEDED, _THIN, left):
            self._look(rows)
        self._behind = _part_of(chunk, names, left[0]) if left else None

    def _catch_up(self) -> None:
        """Watch what was kept."""
        behind, self._behind = self._behind, None
        if behind is not None:
            self._watch(behind)

    def _oldest(self) -> int:
        """The instant of the oldest row that was kept."""
        return 2**62 if self._behind is None else int(self._behind.columns["at"].min())

    def close(self, end_at: int | None = None, names: Names | None = None) -> None:
        """No chunk follows; what is due by ``end_at`` (else by the last row) and open is a violation.

        May be called again with names, or a later end.
        """
        self.finish(end_at)
        self.violations = violations_of(self.state.findings, names or Numbers())

    def finish(self, end_at: int | None = None) -> None:
        """Judge what is due by an instant and still open."""
        self._catch_up()
        self._sweep(self._last if end_at is None else end_at)
        purchases.judge(self.state)

    def tables(self) -> tuple[dict[str, NDArray[Any]], dict[str, NDArray[Any]]]:
        """The state that the rows fold into: of the orders that came to be, and of the subscriptions."""
        orders, subscriptions = self._state()
        return order_columns(orders), subscriptions

    def sums(self) -> dict[str, int]:
        """Checksums of that state, by table and column."""
        return sums(*self._state())

    def _state(self) -> tuple[dict[str, NDArray[Any]], dict[str, NDArray[Any]]]:
        fold, known = self.state.fold, self.state.subscriptions
        orders = {name: getattr(fold.orders, name) for name in ORDER_STATE}
        return orders, {name: getattr(fold.subscriptions, name)[:known] for name in SUBSCRIPTION_STATE}

    def memory(self) -> dict[str, int]:
        """Bytes of the columns held for orders (with their transactions) and for subscriptions."""
        state, fold = self.state, self.state.fold
        return {
            "orders": fold.orders.nbytes + fold.ledger.nbytes + state.orders.nbytes,
            "subscriptions": fold.subscriptions.nbytes + state.subs.nbytes,
        }

    def _look(self, rows: Rows) -> None:
        """Judge what ran out before these rows, look at them, fold them, and look again."""
        scene = Scene(self.state, rows)
        if self._expire(scene):
            scene = scene.anew()
        _show(scene, BEFORE[rows.on])
        if rows.on == On.ORDER:
            books.mark(scene)
        self.state.fold.apply(rows)
        _show(scene.anew(), AFTER[rows.on])

    def _expire(self, scene: Scene) -> bool:
        """Deadlines that ran out before these rows, judged before anything of them is known; whether there were any."""
        state, any_late = self.state, False
        if scene.marks & _OPEN:
            some = (scene.flags & _OPEN).nonzero()[0]
            order, at = scene.order[some], scene.at[some]
            differs, half = state.ledger_watch.expire(order, at), state.capture_watch.expire(order, at)
            money.diverged(state, differs)
            shipping.not_both(state, half)
            watched = (scene.flags[some] & WATCHED) != 0
            late = state.agenda.expire(order[watched], at[watched])
            any_late = late or differs is not None or half is not None
        if scene.sub_marks & WAITING:
            some = (scene.sub_flags & WAITING).nonzero()[0]
            any_late |= state.skips.expire(scene.sub[some], scene.at[some])
        if scene.sub_marks & _OPEN:
            some = (scene.sub_flags & _OPEN).nonzero()[0]
            sub, at = scene.sub[some], scene.at[some]
            missing = state.generation_watch.expire(sub, at)
            schedule.lapsed(state, missing)
            watched = (scene.sub_flags[some] & WATCHED) != 0
            late = state.agenda.expire(~sub[watched], at[watched])
            any_late |= late or missing is not None
        return any_late

    def _sweep(self, horizon: int) -> None:
        state = self.state
        state.agenda.sweep(horizon)
        state.skips.sweep(horizon)
        money.diverged(state, state.ledger_watch.sweep(horizon))
        shipping.not_both(state, state.capture_watch.sweep(horizon))
        schedule.lapsed(state, state.generation_watch.sweep(horizon))


def _show(scene: Scene, glances: Glances) -> None:
    """Let each monitor see those of the rows that it asked for, with flags as they are now for all of them."""
    rows, among = scene.rows, scene.marks
    parts = {rows.kinds: scene}
    for look, kinds, marks, sub_marks in glances[rows.kinds]:
        if (marks and not among & marks) or (sub_marks and not scene.sub_marks & sub_marks):
            continue
        part = parts.get(kinds)
        if part is None:
            part = parts[kinds] = scene.some(rows.part(kinds))
        if marks:
            part = part.some((part.flags & marks).nonzero()[0])
        if sub_marks:
            part = part.some((part.sub_flags & sub_marks).nonzero()[0])
        if len(part):
            look(part)


def _between_settings(chunk: Chunk, state: State) -> Iterator[Chunk]:
    """The rows between settings, which hold for all that follow them."""
    start = 0
    for row in np.flatnonzero(chunk.columns["kind"] == int(Kind.SETTING)).tolist():
        if row > start:
            yield _part(chunk, start, row)
        start = row + 1
        code = int(chunk.columns["code"][row])
        value, product = int(chunk.columns["quantity"][row]), int(chunk.columns["product"][row])
        state.terms.set(chunk.vocabulary.codes.list[code], value, product)
    if start < len(chunk):
        yield _part(chunk, start, len(chunk)) if start else chunk


class _Columns(dict[str, "NDArray[Any]"]):
    """Columns of two chunks behind one another, each put together when it is first asked for."""

    def __init__(self, first: Chunk, second: Chunk) -> None:
        super().__init__()
        self._both = first, second

    def __missing__(self, name: str) -> "NDArray[Any]":
        found = self[name] = np.concatenate([chunk.columns[name] for chunk in self._both])
        return found


def _joined(behind: Chunk, chunk: Chunk) -> Chunk:
    """A chunk with the rows before it that were kept."""
    return Chunk(chunk.first_seq, _Columns(behind, chunk), {}, chunk.vocabulary, behind.seq)


def _part_of(chunk: Chunk, names: Sequence[str], index: NDArray[np.intp]) -> Chunk:
    """Some rows of a chunk, as a chunk of their own."""
    columns = {name: chunk.columns[name].take(index) for name in names}
    return Chunk(0, columns, {}, chunk.vocabulary, chunk.seqs(index))


def _part(chunk: Chunk, start: int, stop: int) -> Chunk:
    columns = {name: column[start:stop] for name, column in chunk.columns.items()}
    return Chunk(chunk.first_seq + start, columns, {}, chunk.vocabulary)
