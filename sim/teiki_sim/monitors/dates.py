"""Dates that people set: each cycle keeps one delivery, and parcels do not follow on each other's heels.

INV-14, INV-15.
"""

import numpy as np

from teiki_sim.calendar import DAY
from teiki_sim.log.kinds import Actor
from teiki_sim.monitors.scene import Scene, each
from teiki_sim.monitors.state import DEAD, GOES_ON, State


def scheduled(scene: Scene) -> None:
    """INV-14: next dates follow the frequency, or were set so that every cycle has one delivery (before the fold)."""
    state = scene.state
    before = state.fold.subscriptions.delivery.take(scene.sub)
    after = scene.rows.delivery
    usual = state.following(state.subs.frequency.take(scene.sub), before)
    odd = (after != usual) & (after != before) & (usual >= 0)
    for i in each(odd):
        _set_by_hand(scene, i, int(before[i]), int(usual[i]))


def _set_by_hand(scene: Scene, i: int, before: int, usual: int) -> None:
    """Judged once the instant is over: where a subscription is just being resumed, its dates start anew."""
    state = scene.state
    at, sub, _, seq = scene.at_row(i)
    table = state.fold.subscriptions
    if not GOES_ON[table.status[sub]] or table.flag[sub] or table.held[sub]:
        return
    after = int(scene.rows.delivery[i])
    case = "none" if after > usual else "two" if _too_early(state, sub, after) else ""
    if case:
        found = state.finding("INV-14", at, sub, -1, seq, case=case, date=after, expected=before)
        state.agenda.open(~sub, found)


def _too_early(state: State, sub: int, delivery: int) -> bool:
    """Whether a delivery on this date lies within half a cycle of the last child's."""
    last = int(state.subs.last[sub])
    if last < 0 or DEAD[state.fold.orders.status[last]]:
        return False
    there = int(state.fold.orders.delivery[last])
    following = state.next_delivery(int(state.subs.frequency[sub]), there)
    return there >= 0 and following > there and (delivery - there) * 2 < following - there


def resumed(scene: Scene) -> None:
    """INV-14: the dates set at this instant were those of a new start."""
    for sub in scene.sub.tolist():
        scene.state.agenda.close_all(~sub, "INV-14")


def asked(scene: Scene) -> None:
    """INV-14: who writes after a skip of their own means another delivery (modelled)."""
    scene.state.subs.skipped_at[scene.sub] = 0


def skipped_twice(scene: Scene) -> None:
    """INV-14: customer and staff both skip, within days and one cycle: one delivery was meant (modelled)."""
    state, subs, sub = scene.state, scene.state.subs, scene.sub
    before = subs.skipped_at.take(sub).astype(np.int64)
    actor, cycle = scene.rows.actor, scene.rows.cycle
    twice = (before > 0) & (scene.at - before <= _CROSSED) & (subs.skipped_cycle.take(sub) == cycle)
    twice &= _WHO.take(actor) + _WHO.take(subs.skipped_by.take(sub)) == _BOTH
    for i, at, number, order, seq in scene.told(twice):
        since = subs.skipped_seq.item(number)
        state.report("INV-14", at, number, order, since, seq, case="twice", cycle=int(cycle[i]))
    subs.skipped_at[sub] = np.where(twice, 0, scene.at)
    subs.skipped_cycle[sub], subs.skipped_by[sub], subs.skipped_seq[sub] = cycle, actor, scene.seq


_WHO = np.zeros(len(Actor), np.uint8)
_WHO[[Actor.CUSTOMER, Actor.OPERATOR]] = 1, 2
_BOTH = 3
"""The two who cross; by actor and together."""
#: Seconds within which two skips are taken for one that crossed.
_CROSSED = 3 * DAY


def parcels(scene: Scene) -> None:
    """INV-15: two parcels of a subscription leave at least the carrier's lead apart (a warning)."""
    state = scene.state
    sub, day = scene.sub, scene.day
    before = state.subs.parcel_day.take(sub).astype(np.int64)
    close = (day - before < state.terms.lead_days) & (before > 0) & (sub >= 0)
    children = sub >= 0
    state.subs.parcel_day[sub[children]] = day[children]
    for i, at, number, order, seq in scene.told(close):
        state.report("INV-15", at, number, order, seq, days=int(day[i] - before[i]))
