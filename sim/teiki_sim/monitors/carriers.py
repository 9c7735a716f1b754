"""Dates and carriers: the gap that a carrier takes, the recalculation after another one, what is final.

INV-13, INV-23, INV-24.
"""

import numpy as np
from numpy.typing import NDArray

from teiki_sim.log.statuses import PaymentMeaning
from teiki_sim.monitors.finding import Finding
from teiki_sim.monitors.scene import Scene, each
from teiki_sim.monitors.state import DEAD, SHIPPED, State


def carrier_named(scene: Scene) -> None:
    """Which carrier a subscription has where it is not the usual one (rows of subscriptions)."""
    state = scene.state
    for i in each(state.said(scene.code, *state.terms.leads.words)):
        state.other_carriers = True
        state.subs.carrier[scene.sub[i]] = state.terms.leads.number(state.words[scene.code.item(i)])


def scheduled(scene: Scene) -> None:
    """INV-13: next dates lie as far apart as the carrier takes."""
    leads = scene.state.terms.leads
    if not leads:
        return
    ship, delivery = scene.rows.ship, scene.rows.delivery
    odd = (delivery - ship) != leads.usual_gap()
    if scene.state.other_carriers:
        odd |= scene.state.subs.carrier.take(scene.sub) >= 0
    odd &= (ship >= 0) & (delivery >= 0)
    if not odd.any():
        return
    some = odd.nonzero()[0]
    carriers = scene.state.subs.carrier.take(scene.sub.take(some))
    wrong = leads.misfits(carriers, ship.take(some), delivery.take(some))
    for i in some[wrong].tolist():
        at, sub, _, seq = scene.at_row(i)
        scene.state.report("INV-13", at, sub, -1, seq, case="next", ship=int(ship[i]), date=int(delivery[i]))


def edited(scene: Scene) -> None:
    """INV-13, INV-23, INV-24: an order's dates, carrier or method were edited (before the fold)."""
    state = scene.state
    words = state.terms.leads.words
    carrier = state.said(scene.code, *words) if words else np.zeros(len(scene), np.bool_)
    method = state.said(scene.code, "method")
    if state.terms.leads:
        _dates(scene, (scene.rows.ship >= 0) | (scene.rows.delivery >= 0))
    if not carrier.any() and not method.any():
        return
    _final(scene, carrier, method)
    for i in each(method):
        _method_changed(scene, i)
    for i in each(carrier):
        _carrier_changed(scene, i)


def _dates(scene: Scene, dated: NDArray[np.bool_]) -> None:
    """An edit that changes the days between an order's dates leaves those that its carrier takes."""
    if not dated.any():
        return
    state, orders = scene.state, scene.state.fold.orders
    old_ship, old_delivery = orders.ship.take(scene.order), orders.delivery.take(scene.order)
    ship = np.where(scene.rows.ship >= 0, scene.rows.ship, old_ship)
    delivery = np.where(scene.rows.delivery >= 0, scene.rows.delivery, old_delivery)
    moved = dated & (delivery - ship != old_delivery - old_ship) & (ship >= 0) & (delivery >= 0)
    for i, at, sub, order, seq in scene.told(moved):
        if not state.terms.leads.fits(_carrier_of(state, sub, order), int(ship[i]), int(delivery[i])):
            state.report(
                "INV-13", at, sub, order, seq, case="order", ship=int(ship[i]), date=int(delivery[i])
            )


def _carrier_of(state: State, sub: int, order: int) -> int:
    own = state.order_carrier.get(order)
    return own if own is not None else int(state.subs.carrier[sub]) if sub >= 0 else -1


def _final(scene: Scene, carrier: NDArray[np.bool_], method: NDArray[np.bool_]) -> None:
    """INV-24: 売上完了, so method and carrier stay."""
    if scene.state.terms.platform != "ecforce":
        return
    for i, at, sub, order, seq in scene.told(
        (carrier | method) & (scene.payment == int(PaymentMeaning.CAPTURED))
    ):
        scene.state.report("INV-24", at, sub, order, seq, case="carrier" if carrier[i] else "method")


def _method_changed(scene: Scene, i: int) -> None:
    state = scene.state
    at, _, order, _ = scene.at_row(i)
    state.method_edited[order] = at
    if state.agenda.close_all(order, "INV-23"):
        state.both_changed.add(order)


def _carrier_changed(scene: Scene, i: int) -> None:
    state = scene.state
    at, sub, order, seq = scene.at_row(i)
    state.order_carrier[order] = state.terms.leads.number(state.words[scene.code.item(i)])
    together = state.method_edited.get(order) == at or state.agenda.has(order, "INV-22", "method")
    if together:  # reauthorise, and do not recalculate (EC-UPD-09)
        state.both_changed.add(order)
    else:
        state.both_changed.discard(order)
        due = at + state.terms.grace("recalculate")
        found = state.finding("INV-23", due, sub, order, seq, case="recalculate", opened=at)
        state.agenda.open(order, found, broken=lambda finding: _stands(state, finding))
    due = at + state.terms.grace("recalculate")
    found = state.finding("INV-13", due, sub, order, seq, case="carrier", opened=at)
    state.agenda.open(order, found, broken=lambda finding: _dates_misfit(state, finding))


def _stands(state: State, finding: Finding) -> bool:
    return not DEAD[state.fold.orders.status[finding.order]]


def _dates_misfit(state: State, finding: Finding) -> bool:
    """The dates were set for another carrier, and nobody looked at them since."""
    orders, order = state.fold.orders, finding.order
    ship, delivery = orders.ship.item(order), orders.delivery.item(order)
    finding.facts |= {"ship": ship, "date": delivery}
    carrier = _carrier_of(state, finding.sub, order)
    fits = state.terms.leads.fits(carrier, ship, delivery)
    return not fits and _stands(state, finding) and not state.orders.flags[order] & SHIPPED


def recalculated(scene: Scene) -> None:
    """INV-23: the recalculation that a changed carrier asks for, or one too many."""
    state = scene.state
    for _, at, sub, order, seq in scene.told():
        if order in state.both_changed:
            state.both_changed.discard(order)
            state.report("INV-23", at, sub, order, seq, case="both")
        else:
            state.agenda.close_all(order, "INV-23")
