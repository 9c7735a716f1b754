"""A subscription's course: its next dates, and the two halves of a recovery.

INV-08 (a due cycle), INV-11, INV-20.
"""

import numpy as np
from numpy.typing import NDArray

from teiki_sim.calendar import DAY
from teiki_sim.log.kinds import Kind
from teiki_sim.monitors.deadlines import WATCHED, Overdue
from teiki_sim.monitors.scene import Scene
from teiki_sim.monitors.state import GOES_ON, LAPSED, OVER, STALE, State, overdue

_NONE_DUE = (Kind.FLAG_SET, Kind.HELD, Kind.STOPPED, Kind.ENDED)
"""Nothing is due from here on."""
_ENDS = (Kind.STOPPED, Kind.ENDED)


def next_generation(scene: Scene) -> None:
    """INV-08: each due cycle is generated (after the fold; rows of subscriptions)."""
    state, rows, kind = scene.state, scene.rows, scene.kind
    if scene.sub_marks & LAPSED and kind in (Kind.SCHEDULED, Kind.OPENED):
        state.subs.flags[scene.sub] &= ~np.uint16(LAPSED)
    judged = scene.sub >= 0
    if kind == Kind.EDITED:
        judged &= (rows.delivery >= 0) | (rows.status_to > 0)
    if not judged.all():
        scene = scene.some(judged.nonzero()[0])
    sub = scene.sub
    delivery = state.fold.subscriptions.delivery.take(sub).astype(np.int64)
    due = np.maximum((delivery - state.terms.generate_days) * DAY, scene.at)
    due += state.terms.grace("generation")
    none = (delivery < 0) | ~_goes_on(scene)
    if scene.sub_marks & LAPSED:
        none |= (state.subs.flags.take(sub) & LAPSED) != 0
    due[none | (kind in _NONE_DUE)] = 0
    state.generation_watch.open(sub, due, scene.seq)


def generation_done(scene: Scene) -> None:
    """INV-08: a child was generated."""
    child = scene.sub >= 0
    sub = scene.sub if child.all() else scene.sub[child]
    scene.state.generation_watch.close(sub)
    if scene.sub_marks & LAPSED:
        scene.state.subs.flags[sub] &= ~np.uint16(LAPSED)


def lapsed(state: State, found: Overdue | None) -> None:
    """INV-08: report subscriptions whose cycle was not generated, once until they are scheduled again."""
    for sub, due, seq in overdue(found):
        state.subs.flags[sub] |= LAPSED
        date = int(state.fold.subscriptions.delivery[sub])
        state.report("INV-08", due, sub, -1, seq, case="lapsed", date=date)


def _goes_on(scene: Scene) -> NDArray[np.bool_]:
    table = scene.state.fold.subscriptions
    goes_on: NDArray[np.bool_] = GOES_ON.take(table.status.take(scene.sub))
    goes_on &= ~table.flag[scene.sub] & ~table.held[scene.sub]
    return goes_on


def stale_dates(scene: Scene) -> None:
    """INV-11: the next delivery lies ahead (after the fold; rows of subscriptions).

    One act may write several rows at an instant, so a stale date counts only once that instant is over.
    """
    state = scene.state
    delivery = state.fold.subscriptions.delivery[scene.sub]
    behind = (delivery <= scene.day) & (delivery >= 0)
    noted = (scene.sub_flags & STALE) != 0
    if not behind.any() and not noted.any():
        return
    goes_on = _goes_on(scene)
    for i, at, sub, _, seq in scene.told(noted | (behind & goes_on)):
        if behind[i] and goes_on[i]:
            judged = scene.kind != Kind.EDITED or scene.rows.delivery[i] >= 0
            if judged and scene.kind not in _NONE_DUE and not state.subs.flags[sub] & STALE:
                state.subs.flags[sub] |= STALE
                found = state.finding("INV-11", at, sub, -1, seq, date=int(delivery[i]))
                state.agenda.open(~sub, found)
        elif state.agenda.close_all(~sub, "INV-11") or not behind[i]:
            state.subs.flags[sub] &= ~np.uint16(STALE)


def recovery(scene: Scene) -> None:
    """INV-20: clearing the flag and resuming go together (before the fold; rows of subscriptions)."""
    state, agenda, sub = scene.state, scene.state.agenda, scene.sub
    watched = sub[(scene.sub_flags & WATCHED) != 0].tolist() if scene.sub_marks & WATCHED else []
    if scene.kind == Kind.FLAG_CLEARED:
        for number in watched:
            agenda.close_all(~number, "INV-20", "flag_stays")
        _half(scene)
        return
    state.resume_watch.close(sub)
    for number in watched if scene.kind != Kind.FLAG_SET else ():
        agenda.close_all(~number, "INV-20")
    if scene.kind in _ENDS:
        state.resumed_flagged.difference_update(sub.tolist() if state.resumed_flagged else ())
    elif scene.kind == Kind.RESUMED:
        for _, at, number, _, seq in scene.told(state.fold.subscriptions.flag.take(sub)):
            state.resumed_flagged.add(number)
            due = at + state.terms.grace("resume")
            found = state.finding("INV-20", due, number, -1, seq, case="flag_stays", opened=at)
            agenda.open(~number, found)


def _half(scene: Scene) -> None:
    """The flag was cleared: of a subscription that is not over, and was not resumed first, the other half follows."""
    state, sub = scene.state, scene.sub
    halves = state.fold.subscriptions.flag.take(sub) & ~OVER.take(scene.status)
    if state.resumed_flagged:
        halves &= ~np.isin(sub, list(state.resumed_flagged))
        state.resumed_flagged.difference_update(sub.tolist())
    some = halves.nonzero()[0]
    if len(some):
        due = scene.at.take(some) + state.terms.grace("resume")
        state.resume_watch.open(sub.take(some), due, scene.seq.take(some))


def not_resumed(state: State, found: Overdue | None) -> None:
    """INV-20: report subscriptions whose flag was cleared and that nobody resumed in time."""
    for sub, due, seq in overdue(found):
        opened = due - state.terms.grace("resume")
        state.report("INV-20", due, sub, -1, seq, case="not_resumed", opened=opened)
