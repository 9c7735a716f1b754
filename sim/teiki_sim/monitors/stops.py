"""INV-19 on サブスクストア: an order under shipping stop is seen to before its ship date is over (SS-STOP-04)."""

from teiki_sim.calendar import DAY
from teiki_sim.log.kinds import Actor
from teiki_sim.log.statuses import OrderMeaning
from teiki_sim.monitors.scene import Scene
from teiki_sim.monitors.state import SHIPPED

_SILENT = ("amount_limit",)
"""Stops that raise no notice (SS-STOP-02)."""


def stopped(scene: Scene) -> None:
    """A stop that the platform set: what an operator does about the order, or its end, ends the wait."""
    state = scene.state
    if state.terms.platform != "subscstore":
        return
    ship = state.fold.orders.ship.take(scene.order)
    settled = ((scene.flags & SHIPPED) != 0) | (scene.meaning >= int(OrderMeaning.SHIPPED))
    silent = state.said(scene.code, *_SILENT)
    for i, at, sub, order, seq in scene.told(
        (scene.rows.actor == int(Actor.SYSTEM)) & ~settled & (ship >= 0)
    ):
        due = max((ship.item(i) + 1) * DAY, at + state.terms.grace("hold"))
        case = "stopped_silently" if silent[i] else "stopped"
        reason = state.words[scene.code.item(i)] or "-"
        found = state.finding(
            "INV-19", due, sub, order, seq, case=case, opened=at, date=ship.item(i), reason=reason
        )
        if not state.agenda.has(order, "INV-19", case):
            state.agenda.open(order, found)
