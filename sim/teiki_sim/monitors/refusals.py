"""Refusals that come again: restarts with nothing repaired, and the same refusal cycle after cycle.

INV-21, INV-54.
"""

import numpy as np

from teiki_sim.calendar import DAY
from teiki_sim.log.kinds import Kind
from teiki_sim.monitors.scene import Scene, each

#: A second refusal of one cycle so much later is that of another attempt to deliver.
_ANEW = 14 * DAY


def declined(scene: Scene) -> None:
    """A charge was declined in the store's book: remember when, and count equal ones on cycles running."""
    state, subs = scene.state, scene.state.subs
    if len(single := (scene.sub < 0).nonzero()[0]):
        scene = scene.some(np.delete(np.arange(len(scene)), single))
    sub, at, code, cycle = scene.sub, scene.at, scene.code, scene.rows.cycle.astype(np.int64)
    subs.declined_at[sub] = at
    before = subs.refused_cycle.take(sub)
    equal = (subs.refused_code.take(sub) == code) & (cycle <= before + 1)
    again = equal & (cycle == before) & (at - subs.refused_at.take(sub) < _ANEW)
    times = np.where(equal, np.minimum(subs.refused_times.take(sub).astype(np.int64) + 1, 255), 1)
    new = (~again).nonzero()[0]
    sub, times = sub.take(new), times.take(new)
    subs.refused_code[sub], subs.refused_cycle[sub] = code.take(new), cycle.take(new)
    subs.refused_at[sub], subs.refused_times[sub] = at.take(new), times
    for i in new[times == state.terms.refusals].tolist():
        opened, number, order, seq = scene.at_row(i)
        due, count = opened + state.terms.grace("escalation"), state.terms.refusals
        found = state.finding("INV-54", due, number, order, seq, count=count, opened=opened)
        state.agenda.open(~number, found)


def escalated(scene: Scene) -> None:
    """INV-54: somebody decided what becomes of it."""
    for i in each(scene.state.said(scene.code, "escalated")):
        scene.state.agenda.close_all(~int(scene.sub[i]), "INV-54")


def over(scene: Scene) -> None:
    """INV-54: a subscription that has stopped is refused no more."""
    for sub in scene.sub.tolist():
        scene.state.agenda.close_all(~sub, "INV-54")


def flagged(scene: Scene) -> None:
    """The error flag was set: by a payment failure where a charge was declined at the same instant."""
    state = scene.state
    for _, _, sub, _, seq in scene.told(state.subs.declined_at.take(scene.sub) == scene.at):
        state.unrepaired[sub] = seq


def repaired(scene: Scene) -> None:
    """INV-21: the customer mended the means of payment, or another method was set."""
    if scene.state.unrepaired:
        edited = scene.kind == Kind.EDITED
        for sub in (scene.sub[scene.rows.method >= 0] if edited else scene.sub).tolist():
            scene.state.unrepaired.pop(sub, None)


def restarted(scene: Scene) -> None:
    """INV-21: restarted after a payment failure."""
    state = scene.state
    if not state.unrepaired:
        return
    for _, at, sub, _, seq in scene.told():
        since = state.unrepaired.pop(sub, None)
        if since is not None:
            state.report("INV-21", at, sub, -1, since, seq)
