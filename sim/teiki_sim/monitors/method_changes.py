"""INV-20 on サブスクストア: a refused order that got another method goes back to 出荷待ち as well (SS-NP-02)."""

import numpy as np

from teiki_sim.log.statuses import PAYMENT_MEANING, OrderMeaning, PaymentMeaning
from teiki_sim.monitors.finding import Finding
from teiki_sim.monitors.scene import Scene
from teiki_sim.monitors.state import IS_UNCOVERED, State

_SLOT = "status_left"


def changed(scene: Scene) -> None:
    """Another method for an order whose status keeps it from shipping (after the fold)."""
    state = scene.state
    if state.terms.platform != "subscstore":
        return
    changed_now = state.said(scene.code, "method")
    if not np.count_nonzero(changed_now):
        return
    for _, at, sub, order, seq in scene.told(changed_now & (scene.meaning == int(OrderMeaning.BLOCKED))):
        due = at + state.terms.grace("method_switch")
        found = state.finding("INV-20", due, sub, order, seq, case=_SLOT, opened=at)
        state.agenda.open(order, found, broken=lambda finding: _stays(state, finding))


def _stays(state: State, finding: Finding) -> bool:
    """The new method is in order, and the status still says that the old one was not."""
    orders, order = state.fold.orders, finding.order
    paid = PAYMENT_MEANING.item(orders.payment.item(order)) == PaymentMeaning.AUTHORISED
    paid |= bool(IS_UNCOVERED[orders.method.item(order)])
    return paid and state.meaning(order) == OrderMeaning.BLOCKED
