"""INV-27: a deferred payment cancelled after its invoice went out: the customer is told, and does not pay later."""

from teiki_sim.log.fold import Live
from teiki_sim.monitors.books import day_end
from teiki_sim.monitors.scene import Scene, each
from teiki_sim.monitors.state import IS_DEFERRED


def cancelled(scene: Scene) -> None:
    """The provider cancelled a payment whose shipment had been reported: its invoice is on its way or there."""
    state = scene.state
    t = scene.rows.transaction
    out = (state.fold.ledger.state.take(t) == Live.CAPTURED) & IS_DEFERRED.take(scene.method) & (t >= 0)
    for _, at, sub, order, seq in scene.told(out):
        if order in state.told_to_discard:
            continue
        due = day_end(at) + state.terms.grace("discard")
        state.agenda.open(order, state.finding("INV-27", due, sub, order, seq, case="notice", opened=at))


def told(scene: Scene) -> None:
    """The customer is told to destroy the invoice."""
    state = scene.state
    for i in each(state.said(scene.code, "discard_invoice")):
        order = int(scene.order[i])
        state.told_to_discard.add(order)
        state.agenda.close_all(order, "INV-27", "notice")


def orphan(scene: Scene) -> None:
    """A payment for an invoice that was cancelled."""
    state = scene.state
    for _, at, sub, order, seq in scene.told(state.said(scene.code, "orphan")):
        state.report("INV-27", at, sub, order, seq, case="orphan")
