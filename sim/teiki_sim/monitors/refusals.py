"""Refusals that come again: restarts with nothing repaired, and the same refusal cycle after cycle.

INV-21, INV-54.
"""

from teiki_sim.calendar import DAY
from teiki_sim.log.kinds import Kind
from teiki_sim.monitors.scene import Scene, each

#: A second refusal of one cycle so much later is that of another attempt to deliver.
_ANEW = 14 * DAY


def declined(scene: Scene) -> None:
    """A charge was declined in the store's book: remember when, and count equal ones on cycles running."""
    state, subs = scene.state, scene.state.subs
    for i in each(scene.sub >= 0):
        at, sub, order, seq = scene.at_row(i)
        subs.declined_at[sub] = at
        code, cycle, n = int(scene.code[i]), int(scene.rows.cycle[i]), 1
        before = subs.refused_cycle.item(sub)
        if subs.refused_code.item(sub) == code and cycle <= before + 1:
            if cycle == before and at - subs.refused_at.item(sub) < _ANEW:
                continue
            n = min(subs.refused_times.item(sub) + 1, 255)
        subs.refused_code[sub], subs.refused_cycle[sub] = code, cycle
        subs.refused_at[sub], subs.refused_times[sub] = at, n
        if n == state.terms.refusals:
            due = at + state.terms.grace("escalation")
            state.agenda.open(~sub, state.finding("INV-54", due, sub, order, seq, count=n, opened=at))


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
    for i in range(len(scene)):
        at, sub, _, seq = scene.at_row(i)
        if state.subs.declined_at.item(sub) == at:
            state.unrepaired[sub] = seq


def repaired(scene: Scene) -> None:
    """INV-21: the customer mended the means of payment, or another method was set."""
    if scene.state.unrepaired:
        edited = scene.kind == int(Kind.EDITED)
        for i in each(~edited | (scene.rows.method >= 0)):
            scene.state.unrepaired.pop(int(scene.sub[i]), None)


def restarted(scene: Scene) -> None:
    """INV-21: restarted after a payment failure."""
    state = scene.state
    if not state.unrepaired:
        return
    for i in range(len(scene)):
        at, sub, _, seq = scene.at_row(i)
        since = state.unrepaired.pop(sub, None)
        if since is not None:
            state.report("INV-21", at, sub, -1, since, seq)
