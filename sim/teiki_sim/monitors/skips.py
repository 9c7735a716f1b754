"""Skips: by the end of the day, master (and child) have moved by exactly one cycle. INV-16.

A skip is common and nearly always right, so what it found is kept in columns, and judged for many at once.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from teiki_sim.calendar import DAY
from teiki_sim.log.waves import On
from teiki_sim.monitors.deadlines import WAITING
from teiki_sim.monitors.finding import Finding

if TYPE_CHECKING:
    from teiki_sim.monitors.scene import Scene
    from teiki_sim.monitors.state import State

_DONE = ~np.uint16(WAITING)
_Numbers = NDArray[np.intp]


class Skips:
    """Skips that are still to be judged: one a subscription, marked by `WAITING`.

    The subscription's columns hold the skip's row, its day, its child (-1: none) and the deliveries that it found
    and that must follow.
    """

    def __init__(self, state: "State") -> None:
        self._state = state
        self._opened: list[_Numbers] = []

    def open(
        self, sub: _Numbers, order: NDArray[Any], seq: NDArray[Any], day: NDArray[Any], delivery: NDArray[Any],
        expected: NDArray[Any],
    ) -> None:  # fmt: skip
        """Judge these when their day is over, in place of what was to be judged before."""
        subs = self._state.subs
        subs.skip_order[sub], subs.skip_seq[sub], subs.skip_day[sub] = order, seq, day
        subs.skip_found[sub], subs.skip_expected[sub] = delivery, expected
        subs.flags[sub] |= np.uint16(WAITING)
        self._opened.append(sub)

    def close(self, sub: _Numbers) -> None:
        """Judge these subscriptions' skips no more."""
        self._state.subs.flags[sub] &= _DONE

    def expire(self, sub: _Numbers, at: NDArray[Any]) -> bool:
        """Something happens to these at ``at``: judge what was skipped on an earlier day, if anything was."""
        late = at >= self._midnight(sub)
        if not np.count_nonzero(late):
            return False
        self.settle(sub[late])
        return True

    def sweep(self, horizon: int) -> None:
        """No row comes at or before ``horizon`` any more."""
        if not self._opened:
            return
        sub = np.concatenate(self._opened)
        sub = sub[(self._state.subs.flags[sub] & WAITING) != 0]
        over = self._midnight(sub) <= horizon + 1
        if np.count_nonzero(over):
            self.settle(np.unique(sub[over]))
        self._opened = [sub[~over]]

    def settle(self, sub: _Numbers, at: NDArray[Any] | None = None) -> None:
        """Judge skips by the dates as they are, and report them as of ``at`` or of their midnights."""
        self.close(sub)
        subs, fold = self._state.subs, self._state.fold
        found, expected, order = subs.skip_found[sub], subs.skip_expected[sub], subs.skip_order[sub]
        master = (expected >= 0) & (fold.subscriptions.delivery[sub] != expected)
        child = (order >= 0) & (fold.orders.delivery[order] != found)
        when = self._midnight(sub) if at is None else at
        for i in np.flatnonzero(master | child).tolist():
            self._report(int(sub[i]), int(order[i]), int(when[i]), bool(master[i]))

    def _report(self, sub: int, order: int, at: int, master: bool) -> None:
        state, fold = self._state, self._state.fold
        table, number, paid = (
            (fold.orders, order, order)
            if order >= 0
            else (fold.subscriptions, sub, state.subs.last.item(sub))
        )
        cycle = table.cycle.item(number)
        facts: dict[str, int | str] = {"cycle": cycle, "method": table.method.item(number)}
        if master:
            date, expected = fold.subscriptions.delivery.item(sub), state.subs.skip_expected.item(sub)
        else:
            date, expected = fold.orders.delivery.item(order), state.subs.skip_found.item(sub)
        facts |= {"who": "master" if master else "child", "date": date, "expected": expected}
        state.findings.append(
            Finding(
                "INV-16", "", at, sub, order, (state.subs.skip_seq.item(sub),), state.amount(paid),
                "" if cycle < 0 else str(cycle), state.terms.platform, facts,
            )
        )  # fmt: skip

    def _midnight(self, sub: _Numbers) -> NDArray[np.int64]:
        midnight: NDArray[np.int64] = (self._state.subs.skip_day[sub].astype(np.int64) + 1) * DAY
        return midnight


def skipped(scene: "Scene") -> None:
    """A skip takes the place of an earlier one (before the fold)."""
    state, fold = scene.state, scene.state.fold
    if scene.sub_marks & WAITING:
        state.skips.close(scene.sub[(scene.sub_flags & WAITING) != 0])
    delivery = fold.subscriptions.delivery[scene.sub]
    known = (scene.sub >= 0) & (delivery >= 0)
    if not known.all():
        scene, delivery = scene.some(known.nonzero()[0]), delivery[known]
    order = scene.order if scene.rows.on == On.ORDER else np.full(len(scene), -1)
    expected = state.following(state.subs.frequency[scene.sub], delivery)
    state.skips.open(scene.sub, order, scene.seq, scene.day, delivery, expected)


def settled(scene: "Scene") -> None:
    """A generation later that day moves the dates again, so the skip is judged before."""
    scene.state.skips.settle(scene.sub, scene.at)


def stopped(scene: "Scene") -> None:
    """A stopped subscription has no next delivery that a skip could move."""
    scene.state.skips.close(scene.sub)
