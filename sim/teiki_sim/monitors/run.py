"""The monitors as a log's sink: one pass over the rows, one fold for all of them."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from teiki_sim.calendar import DAY
from teiki_sim.log.kinds import Kind
from teiki_sim.log.rows import Chunk
from teiki_sim.log.sums import ORDER_STATE, SUBSCRIPTION_STATE, order_columns, sums
from teiki_sim.log.waves import On, Rows, sorts_of, waves
from teiki_sim.monitors import books, money, numbering, purchases, schedule, shipping
from teiki_sim.monitors.aside import USUAL, Aside
from teiki_sim.monitors.deadlines import SOON, WAITING, WATCHED
from teiki_sim.monitors.scene import Scene
from teiki_sim.monitors.state import State
from teiki_sim.monitors.table import ECHO, GLANCES, Glance, heeded
from teiki_sim.monitors.violation import Names, Numbers, Violation, violations_of

_SLACK = 2 * DAY
"""How far behind the last row deadlines are swept: rows of different subscriptions may be a little out of order."""
_OPEN = WATCHED | SOON
_MANY, _THIN = 2**12, 2**7
"""Of a chunk of many rows, thin waves are set aside."""
_ENOUGH = 2**16
"""Rows set aside that are watched at once."""
_PATIENCE = 60 * DAY
"""How far behind the last row such rows may come."""
_QUIET = (
    Kind.AUTHORISED, Kind.INVOICE_PRINTED, Kind.EXPORTED, Kind.HANDED_OVER, Kind.SHIPPED, Kind.COMPLETED,
    Kind.CAPTURED,
)  # fmt: skip
"""Kinds of an order's rows that change nothing a subscription's deadlines hang on: its next own row is early enough."""


class Monitors:
    """Watches a log and finds violations in its rows alone.

    `take` the chunks in order, then `close`; ``violations`` holds what was found. An instance is for one
    log. Nothing depends on how the log was cut into chunks.
    """

    def __init__(self) -> None:
        self.state = State()
        self.violations: list[Violation] = []
        self._last = 0
        self._aside = Aside(self.state.orders, self.state.subs)

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
        self._sweep(min(int(at[-1]) - _SLACK, self._aside.oldest - 1))

    def _watch_most(self, chunk: Chunk) -> None:
        """Watch a large chunk but for what is set aside; that too, when it is much or old."""
        sorts, left = sorts_of(chunk), list[NDArray[np.intp]]()
        index = self._aside.sift(chunk, sorts)
        for rows in waves(chunk, sorts, index, _THIN, left, ECHO, USUAL):
            self._look(rows)
        for rest in left:
            self._aside.put(chunk, rest)
        if self._aside.oldest < int(chunk.columns["at"][-1]) - _PATIENCE:
            self._catch_up()
        elif len(self._aside) >= _ENOUGH:
            self._watch(self._aside.give(), _THIN)

    def _watch(self, chunk: Chunk, least: int = 1) -> None:
        """Watch a chunk; waves of fewer rows are set aside."""
        sorts, left = sorts_of(chunk), list[NDArray[np.intp]]()
        for rows in waves(chunk, sorts, heeded(chunk, sorts), least, left, ECHO):
            self._look(rows)
        for rest in left:
            self._aside.put(chunk, rest)

    def _catch_up(self) -> None:
        """Watch all that was set aside."""
        if len(self._aside):
            self._watch(self._aside.give())

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
        numbering.judge(self.state)

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
        before, after = GLANCES[rows.on, rows.sole_kind]
        _show(scene, before)
        if rows.on == On.ORDER and rows.sole_kind in books.MARKING:
            books.mark(scene)
        self.state.fold.apply(rows)
        if after:
            _show(scene.anew(), after)

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
        if scene.rows.on == On.ORDER and scene.rows.sole_kind in _QUIET:
            return any_late
        if scene.sub_marks & WAITING:
            some = (scene.sub_flags & WAITING).nonzero()[0]
            any_late |= state.skips.expire(scene.sub[some], scene.at[some])
        if scene.sub_marks & _OPEN:
            some = (scene.sub_flags & _OPEN).nonzero()[0]
            sub, at = scene.sub[some], scene.at[some]
            missing, half = state.generation_watch.expire(sub, at), state.resume_watch.expire(sub, at)
            schedule.lapsed(state, missing)
            schedule.not_resumed(state, half)
            watched = (scene.sub_flags[some] & WATCHED) != 0
            late = state.agenda.expire(~sub[watched], at[watched])
            any_late |= late or missing is not None or half is not None
        return any_late

    def _sweep(self, horizon: int) -> None:
        state = self.state
        state.agenda.sweep(horizon)
        state.skips.sweep(horizon)
        money.diverged(state, state.ledger_watch.sweep(horizon))
        shipping.not_both(state, state.capture_watch.sweep(horizon))
        schedule.lapsed(state, state.generation_watch.sweep(horizon))
        schedule.not_resumed(state, state.resume_watch.sweep(horizon))


def _show(scene: Scene, glances: Sequence[Glance]) -> None:
    """Let each monitor see those of the rows that it asked for, with flags as they are now for all of them."""
    among = scene.marks
    for look, marks, sub_marks in glances:
        if (marks and not among & marks) or (sub_marks and not scene.sub_marks & sub_marks):
            continue
        part = scene
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


def _part(chunk: Chunk, start: int, stop: int) -> Chunk:
    columns = {name: column[start:stop] for name, column in chunk.columns.items()}
    return Chunk(chunk.first_seq + start, columns, {}, chunk.vocabulary)
