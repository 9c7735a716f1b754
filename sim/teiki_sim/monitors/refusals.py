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
    state = scene.state
    for i in each(scene.sub >= 0):
        at, sub, order, seq = scene.at_row(i)
        state.declined_at[sub] = at
        code, cycle = int(scene.code[i]), int(scene.rows.cycle[i])
        before = state.refusals.get(sub)
        if before is None or before[0] != code or cycle > before[1] + 1:
            n = 1
        elif cycle == before[1] and at - before[2] < _ANEW:
            continue
        else:
            n = before[3] + 1
        state.refusals[sub] = code, cycle, at, n
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
        if state.declined_at.get(sub) == at:
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
