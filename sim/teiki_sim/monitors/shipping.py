"""What must hold when a parcel leaves, and that shipping and capture go together.

INV-02, INV-03, INV-04, INV-10, INV-18, INV-25, INV-37, INV-55.
"""

import numpy as np
from numpy.typing import NDArray

from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.log.rows import SLIP_NUMBER_BASE
from teiki_sim.log.statuses import OrderMeaning, PaymentMeaning
from teiki_sim.messages import Method
from teiki_sim.monitors.deadlines import Overdue
from teiki_sim.monitors.scene import Scene, each
from teiki_sim.monitors.state import (
    AUTHORISED_THERE,
    CANCELLED_THERE,
    CAPTURED,
    CAPTURED_THERE,
    EXPORTED,
    LIVE_THERE,
    PRINTED,
    SEVERAL,
    SHIPPED,
    STOPS,
    State,
    overdue,
)

_COVER = AUTHORISED_THERE | CAPTURED_THERE
#: Kinds of edits that change what the warehouse has.
WAREHOUSE_EDITS = ("amount", "quantity", "goods", "address", "billing", "method", "dates")


def shipped(scene: Scene) -> None:
    """INV-02, 03, 04, 10, 18, 25: at the first parcel of an order."""
    first = (scene.flags & SHIPPED) == 0
    _uncovered(scene, first)
    _other_amount(scene, first)
    _stopped(scene, first)
    _no_invoice(scene, first)


def _uncovered(scene: Scene, first: NDArray[np.bool_]) -> None:
    ledger, payment = scene.ledger, scene.payment
    covered = ((ledger & _COVER) != 0) | scene.uncovered
    cancelled = (payment == int(PaymentMeaning.CANCELLED)) | (payment == int(PaymentMeaning.REFUNDED))
    cancelled |= ((ledger & CANCELLED_THERE) != 0) & ((ledger & LIVE_THERE) == 0)
    # Where the method was changed to one without a provider, there is nothing to cancel any more.
    cancelled &= ~scene.uncovered
    for i in each((~covered | cancelled) & first):
        at, sub, order, seq = scene.at_row(i)
        status = int(scene.state.fold.orders.payment[order])
        if cancelled[i]:
            scene.state.report("INV-02", at, sub, order, seq, status=status)
        if not covered[i]:
            scene.state.report("INV-03", at, sub, order, seq, status=status)


def _other_amount(scene: Scene, first: NDArray[np.bool_]) -> None:
    """INV-04: Amazon Pay shows an edited amount only when the charge is finalised (SS-AMZ-01)."""
    state = scene.state
    authorised = state.fold.ledger.authorised.take(scene.transaction)
    covered = ((scene.ledger & _COVER) != 0) & (scene.method != int(Method.AMAZON_PAY)) & ~scene.uncovered
    differs = (authorised != scene.amount) | ((scene.flags & SEVERAL) != 0)
    for i in each(covered & differs & first):
        at, sub, order, seq = scene.at_row(i)
        covering = [t for t in state.live(order) if state.ledger_state(t) & _COVER]
        found, expected = int(state.fold.ledger.authorised[covering[-1]]), state.amount(order)
        if found != expected:
            money = abs(found - expected)
            state.report("INV-04", at, sub, order, seq, money=money, found=found, expected=expected)


def _stopped(scene: Scene, first: NDArray[np.bool_]) -> None:
    """INV-10: its subscription was stopped and nobody decided; INV-18: the order itself is held."""
    state = scene.state
    for i in each(state.fold.orders.stopped[scene.order] & first):
        at, sub, order, seq = scene.at_row(i)
        state.report("INV-18", at, sub, order, seq, case="shipped")
    for i in each(STOPS.take(scene.status) & (scene.sub >= 0) & first):
        at, sub, order, seq = scene.at_row(i)
        stop = int(state.subs.stopped[sub])
        if stop > max(state.born_stopped.get(order, -1), state.decided.get(order, -1)):
            state.report("INV-10", at, sub, order, stop, seq)


def _no_invoice(scene: Scene, first: NDArray[np.bool_]) -> None:
    mask = (scene.method == int(Method.NP_WIZ)) & ((scene.flags & PRINTED) == 0)
    for i in each(mask & first):
        at, sub, order, seq = scene.at_row(i)
        scene.state.report("INV-25", at, sub, order, seq, case="invoice")


def captured(scene: Scene) -> None:
    """INV-18: no automatic capture while held; INV-25: the slip number reported is the parcel's."""
    state = scene.state
    held = state.fold.orders.stopped[scene.order]
    if held.any():
        for i in each(held & ((scene.flags & SHIPPED) == 0) & (scene.rows.actor == int(Actor.SYSTEM))):
            at, sub, order, seq = scene.at_row(i)
            state.report("INV-18", at, sub, order, seq, case="captured")
    slip = state.orders.slip[scene.order]
    differs = (slip != 0) & (slip != scene.code)
    for i in each(differs & scene.deferred & (scene.code >= SLIP_NUMBER_BASE)):
        at, sub, order, seq = scene.at_row(i)
        code = int(scene.code[i])
        if code not in state.more_slips.get(order, ()):
            state.report("INV-25", at, sub, order, seq, case="slip", found=code, expected=int(slip[i]))


def changed_at_warehouse(scene: Scene) -> None:
    """INV-37: what the warehouse has is changed only after it confirmed a stop."""
    mask = ((scene.flags & EXPORTED) != 0) & ((scene.flags & SHIPPED) == 0)
    cancelled = scene.kind == int(Kind.CANCELLED)
    if mask.any():
        mask &= cancelled | scene.state.said(scene.code, *WAREHOUSE_EDITS)
    for i in each(mask):
        case = "cancelled" if cancelled[i] else "edited"
        at, sub, order, seq = scene.at_row(i)
        scene.state.report("INV-37", at, sub, order, seq, case=case)


def ship_and_capture(scene: Scene) -> None:
    """INV-55: on SHIPPED wait for the capture, on a store's CAPTURED for the parcel, or end the wait."""
    state, order = scene.state, scene.order
    shipped, captured = (scene.flags & SHIPPED) != 0, (scene.flags & CAPTURED) != 0
    parcel = scene.kind == int(Kind.SHIPPED)
    done = np.where(parcel, captured, shipped)
    if done.any():
        state.capture_watch.close(order[done])
    opens = ~shipped & ~captured & ~scene.uncovered
    if opens.any():
        opens &= parcel | ~_given_up(scene)
        due = scene.at[opens] + state.terms.grace("capture")
        state.capture_watch.open(order[opens], due, scene.seq[opens])


def given_up(scene: Scene) -> None:
    """INV-55: neither is waited for once the order or its payment is cancelled (after the fold)."""
    over = _given_up(scene)
    if over.any():
        scene.state.capture_watch.close(scene.order[over])


def _given_up(scene: Scene) -> NDArray[np.bool_]:
    payment, meaning = scene.payment, scene.meaning
    over: NDArray[np.bool_] = (payment == int(PaymentMeaning.CANCELLED)) | (
        payment == int(PaymentMeaning.REFUNDED)
    )
    return over | (meaning >= int(OrderMeaning.CANCELLED))


def not_both(state: State, found: Overdue | None) -> None:
    """INV-55: report orders shipped and not captured in time, or the reverse."""
    for order, due, seq in overdue(found):
        case = "captured" if state.orders.flags[order] & CAPTURED else "shipped"
        state.report("INV-55", due, state.sub_of(order), order, seq, case=case)
