"""Skips: by the end of the day, master (and child) have moved by exactly one cycle. INV-16.

A skip is common and nearly always right, so what a finding would say is kept as plain numbers until then.
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from teiki_sim.calendar import DAY
from teiki_sim.log.waves import On
from teiki_sim.monitors.deadlines import WAITING
from teiki_sim.monitors.finding import Finding

if TYPE_CHECKING:
    from teiki_sim.monitors.scene import Scene
    from teiki_sim.monitors.state import State


_DONE = ~np.uint16(WAITING)


class Skip(NamedTuple):
    """One skip: its row, the dates that it found and that must follow, and the order's facts at the time."""

    sub: int
    order: int
    seq: int
    midnight: int
    delivery: int
    expected: int
    cycle: int
    method: int
    money: int


class Skips:
    """Skips that are still to be judged: one a subscription, marked by `WAITING`."""

    def __init__(self, state: "State") -> None:
        self._state = state
        self._open: dict[int, Skip] = {}

    def open(self, skips: list[Skip]) -> None:
        """Judge these when their day is over."""
        self._open.update((skip.sub, skip) for skip in skips)
        if skips:
            self._state.subs.flags[[skip.sub for skip in skips]] |= WAITING

    def close(self, sub: int) -> Skip | None:
        """Judge a subscription's skip no more."""
        self._state.subs.flags[sub] &= _DONE
        return self._open.pop(sub, None)

    def expire(self, subs: list[int], at: list[int]) -> bool:
        """Something happens to these at ``at``: judge what was skipped on an earlier day, if anything was."""
        late = [sub for sub, then in zip(subs, at, strict=True) if self._open[sub].midnight <= then]
        for sub in late:
            self.settle(sub)
        return bool(late)

    def sweep(self, horizon: int) -> None:
        """No row comes at or before ``horizon`` any more."""
        last = horizon + 1
        over = [skip for skip in self._open.values() if skip.midnight <= last]
        if over:
            self._state.subs.flags[[skip.sub for skip in over]] &= _DONE
        for skip in over:
            del self._open[skip.sub]
            self._judge(skip, skip.midnight)

    def settle(self, sub: int, at: int | None = None) -> None:
        """Judge a skip by the dates as they are, and report it as of ``at`` or of its midnight."""
        skip = self.close(sub)
        if skip is not None:
            self._judge(skip, skip.midnight if at is None else at)

    def _judge(self, skip: Skip, at: int) -> None:
        fold, sub = self._state.fold, skip.sub
        master, child = fold.subscriptions.delivery.item(sub), skip.delivery
        if skip.order >= 0:
            child = fold.orders.delivery.item(skip.order)
        master_wrong = skip.expected >= 0 and master != skip.expected
        if not master_wrong and child == skip.delivery:
            return
        facts: dict[str, int | str] = {"cycle": skip.cycle, "method": skip.method}
        if master_wrong:
            facts |= {"who": "master", "date": master, "expected": skip.expected}
        else:
            facts |= {"who": "child", "date": child, "expected": skip.delivery}
        self._state.findings.append(
            Finding(
                "INV-16", "", at, sub, skip.order, (skip.seq,), skip.money,
                "" if skip.cycle < 0 else str(skip.cycle), self._state.terms.platform, facts,
            )
        )  # fmt: skip


def skipped(scene: "Scene") -> None:
    """A skip takes the place of an earlier one (before the fold)."""
    state, fold = scene.state, scene.state.fold
    if scene.sub_marks & WAITING:
        for sub in scene.sub[(scene.sub_flags & WAITING) != 0].tolist():
            state.skips.close(sub)
    delivery = fold.subscriptions.delivery[scene.sub]
    scene = scene.some(((scene.sub >= 0) & (delivery >= 0)).nonzero()[0])
    sub, order = scene.sub, scene.order
    delivery = fold.subscriptions.delivery[sub]
    if scene.rows.on == On.ORDER:
        table, number, paid = fold.orders, order, order
    else:
        table, number, paid = fold.subscriptions, sub, state.subs.last[sub]
    cycle, method = table.cycle[number], table.method[number]
    money = fold.orders.amount[paid].clip(0) * (paid >= 0)
    due = zip(state.subs.frequency[sub].tolist(), delivery.tolist(), strict=True)
    expected = [state.next_delivery(frequency, date) for frequency, date in due]
    midnight = (scene.day + 1) * DAY
    columns = (sub, order, scene.seq, midnight, delivery, np.array(expected), cycle, method, money)
    state.skips.open(list(map(Skip._make, zip(*(column.tolist() for column in columns), strict=True))))


def settled(scene: "Scene") -> None:
    """A generation later that day moves the dates again, so the skip is judged before."""
    for sub, at in zip(scene.sub.tolist(), scene.at.tolist(), strict=True):
        scene.state.skips.settle(sub, at)


def stopped(scene: "Scene") -> None:
    """A stopped subscription has no next delivery that a skip could move."""
    for sub in scene.sub.tolist():
        scene.state.skips.close(sub)
