"""A subscription's course: its next dates, skips, and the two halves of a recovery.

INV-08 (a due cycle), INV-11, INV-16, INV-20.
"""

import numpy as np
from numpy.typing import NDArray

from teiki_sim.calendar import DAY
from teiki_sim.log.kinds import Kind
from teiki_sim.monitors.books import day_end
from teiki_sim.monitors.deadlines import WATCHED, Overdue
from teiki_sim.monitors.finding import Finding
from teiki_sim.monitors.state import GOES_ON, LAPSED, OVER, STALE, Scene, State, each, overdue

_NONE_DUE = {Kind.FLAG_SET, Kind.HELD, Kind.STOPPED, Kind.ENDED}


def next_generation(scene: Scene) -> None:
    """INV-08: each due cycle is generated (after the fold; rows of subscriptions)."""
    state, sub = scene.state, scene.sub
    if scene.kind in _NONE_DUE:
        state.generation_watch.close(sub)
        return
    rows = sub >= 0
    if scene.kind == Kind.EDITED:
        rows &= (scene.rows.delivery >= 0) | (scene.rows.status_to > 0)
    elif scene.kind in (Kind.SCHEDULED, Kind.OPENED) and (scene.sub_flags & LAPSED).any():
        state.subs.flags[sub] &= ~np.uint16(LAPSED)
    delivery = state.fold.subscriptions.delivery[sub].astype(np.int64)
    grace = state.terms.grace("generation")
    due = np.maximum((delivery - state.terms.generate_days) * DAY, scene.at) + grace
    lapsed = (state.subs.flags[sub] & LAPSED) != 0
    due[~_goes_on(scene) | (delivery < 0) | lapsed] = 0
    if not rows.all():
        sub, due = sub[rows], due[rows]
    state.generation_watch.open(sub, due, scene.seq[rows])


def generation_done(scene: Scene) -> None:
    """INV-08: a child was generated."""
    child = scene.sub >= 0
    sub = scene.sub if child.all() else scene.sub[child]
    scene.state.generation_watch.close(sub)
    if (scene.sub_flags & LAPSED).any():
        scene.state.subs.flags[sub] &= ~np.uint16(LAPSED)


def lapsed(state: State, found: Overdue | None) -> None:
    """INV-08: report subscriptions whose cycle was not generated, once until they are scheduled again."""
    for sub, due, seq in overdue(found):
        state.subs.flags[sub] |= LAPSED
        date = int(state.fold.subscriptions.delivery[sub])
        state.report("INV-08", due, sub, -1, seq, case="lapsed", date=date)


def _goes_on(scene: Scene) -> NDArray[np.bool_]:
    table = scene.state.fold.subscriptions
    goes_on: NDArray[np.bool_] = GOES_ON[table.status[scene.sub]]
    goes_on &= ~table.flag[scene.sub] & ~table.held[scene.sub]
    return goes_on


def stale_dates(scene: Scene) -> None:
    """INV-11: the next delivery lies ahead (after the fold; rows of subscriptions).

    One act may write several rows at an instant, so a stale date counts only once that instant is over.
    """
    state = scene.state
    delivery = state.fold.subscriptions.delivery[scene.sub]
    behind = (delivery <= scene.day) & (delivery >= 0)
    noted = (scene.sub_flags & (STALE | WATCHED)) != 0
    if not behind.any() and not noted.any():
        return
    goes_on = _goes_on(scene)
    for i in each(noted | (behind & goes_on)):
        at, sub, _, seq = scene.at_row(i)
        if behind[i] and goes_on[i]:
            judged = scene.kind not in _NONE_DUE and (
                scene.kind != Kind.EDITED or scene.rows.delivery[i] >= 0
            )
            if judged and not state.subs.flags[sub] & STALE:
                state.subs.flags[sub] |= STALE
                found = state.finding("INV-11", at, sub, -1, seq, date=int(delivery[i]))
                state.agenda.open(~sub, found)
        elif state.agenda.close_all(~sub, "INV-11") or not behind[i]:
            state.subs.flags[sub] &= ~np.uint16(STALE)


def skipped(scene: Scene) -> None:
    """INV-16: by the end of the day master (and child) have moved by exactly one cycle."""
    state = scene.state
    watched = scene.sub_flags & WATCHED
    for i in each(scene.sub >= 0):
        at, sub, order, seq = scene.at_row(i)
        if watched[i]:
            state.agenda.close_all(~sub, "INV-16")
        old = int(state.fold.subscriptions.delivery[sub])
        if old < 0:
            continue
        expected = state.next_delivery(int(state.subs.frequency[sub]), old)
        midnight = day_end(at)
        found = state.finding("INV-16", midnight, sub, order, seq, child_expected=old, expected=expected)
        state.agenda.open(~sub, found, last=midnight - 1, broken=lambda finding: _moved_wrong(state, finding))


def _moved_wrong(state: State, finding: Finding) -> bool:
    master = int(state.fold.subscriptions.delivery[finding.sub])
    expected, child_expected = int(finding.facts["expected"]), int(finding.facts["child_expected"])
    child = int(state.fold.orders.delivery[finding.order]) if finding.order >= 0 else child_expected
    wrong_master = expected >= 0 and master != expected
    if not wrong_master:
        finding.facts["expected"] = child_expected
    finding.facts |= {"date": master if wrong_master else child, "who": "master" if wrong_master else "child"}
    return wrong_master or child != child_expected


def skip_settled(scene: Scene) -> None:
    """INV-16: a generation later that day moves the dates again, so a skip that is right is done with."""
    state = scene.state
    for i in each((scene.sub_flags & WATCHED) != 0):
        sub = int(scene.sub[i])
        for finding in state.agenda.close_all(~sub, "INV-16"):
            if _moved_wrong(state, finding):
                finding.at = int(scene.at[i])
                state.findings.append(finding)


def recovery(scene: Scene) -> None:
    """INV-20: clearing the flag and resuming go together (before the fold; rows of subscriptions)."""
    state, agenda = scene.state, scene.state.agenda
    flag = state.fold.subscriptions.flag[scene.sub]
    over = OVER[scene.status]
    watched = (scene.sub_flags & WATCHED) != 0
    if scene.kind in (Kind.RESUMED, Kind.FLAG_CLEARED):
        watched |= flag
    elif scene.kind != Kind.FLAG_SET:
        state.resumed_flagged.difference_update(scene.sub.tolist())
    for i in each(watched):
        at, sub, _, seq = scene.at_row(i)
        due = at + state.terms.grace("resume")
        if scene.kind == Kind.RESUMED:
            agenda.close_all(~sub, "INV-20")
            if flag[i]:
                state.resumed_flagged.add(sub)
                agenda.open(~sub, state.finding("INV-20", due, sub, -1, seq, case="flag_stays", opened=at))
        elif scene.kind == Kind.FLAG_CLEARED:
            agenda.close_all(~sub, "INV-20", "flag_stays")
            if flag[i] and not over[i] and sub not in state.resumed_flagged:
                agenda.open(~sub, state.finding("INV-20", due, sub, -1, seq, case="not_resumed", opened=at))
            state.resumed_flagged.discard(sub)
        elif scene.kind == Kind.FLAG_SET:
            agenda.close_all(~sub, "INV-20", "not_resumed")
        else:
            agenda.close_all(~sub, "INV-20")


def course_stopped(scene: Scene) -> None:
    """INV-16: a stopped subscription has no next delivery that a skip could move."""
    for i in each((scene.sub_flags & WATCHED) != 0):
        scene.state.agenda.close_all(~int(scene.sub[i]), "INV-16")
