"""What must hold when a parcel leaves, and that shipping and capture go together.

INV-02, INV-03, INV-04, INV-10, INV-18, INV-25, INV-37, INV-55.
"""

import numpy as np
from numpy.typing import NDArray

from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.log.rows import SLIP_NUMBER_BASE
from teiki_sim.log.statuses import PAYMENT_MEANING, OrderMeaning, PaymentMeaning
from teiki_sim.messages import Method
from teiki_sim.monitors.deadlines import Overdue
from teiki_sim.monitors.scene import Scene
from teiki_sim.monitors.state import (
    AUTHORISED_THERE,
    CANCELLED_THERE,
    CAPTURED,
    CAPTURED_THERE,
    EXPORTED,
    IS_UNCOVERED,
    LIVE_THERE,
    PRINTED,
    SEVERAL,
    SHIPPED,
    STOPS,
    State,
    overdue,
)

_COVER = AUTHORISED_THERE | CAPTURED_THERE
_OTHER: dict[int, int] = {Kind.SHIPPED: CAPTURED, Kind.CAPTURED: SHIPPED}
"""By kind: the flag of the other one of the two that go together."""
#: Kinds of edits that change what the warehouse has.
WAREHOUSE_EDITS = ("amount", "quantity", "goods", "address", "billing", "method", "dates")


#: What is to be said of a parcel by what is known of its order, as bits.
_BARE, _CANCELLED, _COMPARED, _INVOICED = 1, 2, 4, 8


def _standing(payment: int, ledger: int, method: int) -> int:
    """By the store's payment meaning, the ledger's bits and the method (15: none)."""
    bundled = _INVOICED if method == Method.NP_WIZ else 0
    if method < len(Method) and IS_UNCOVERED[method]:
        return bundled  # where the method was changed to one without a provider, there is nothing to cancel
    covered = ledger & _COVER
    cancelled = payment in (PaymentMeaning.CANCELLED, PaymentMeaning.REFUNDED)
    if payment != PaymentMeaning.REFUSED:  # a later try was refused: no cover, but nothing cancelled it
        cancelled |= bool(ledger & CANCELLED_THERE) and not ledger & LIVE_THERE
    compared = covered and method != Method.AMAZON_PAY
    return (
        bundled
        | (0 if covered else _BARE)
        | (_CANCELLED if cancelled else 0)
        | (_COMPARED if compared else 0)
    )


_STANDING = np.array(
    [
        [[_standing(payment, ledger, method) for method in range(16)] for ledger in range(16)]
        for payment in range(len(PaymentMeaning))
    ],
    np.uint8,
)[PAYMENT_MEANING].ravel()
"""By payment status, the ledger's bits and the method, four bits each of the last two."""


def shipped(scene: Scene) -> None:
    """INV-02, 03, 04, 10, 18, 25: at the first parcel of an order."""
    first = (scene.flags & SHIPPED) == 0
    key = scene.state.fold.orders.payment.take(scene.order).astype(np.intp) << 8
    key |= scene.ledger << 4
    key |= scene.method & 15
    standing = _STANDING.take(key)
    unfit = (standing & (_BARE | _CANCELLED)) != 0
    if np.count_nonzero(unfit):
        _uncovered(scene, standing, unfit & first)
    _other_amount(scene, first & ((standing & _COMPARED) != 0))
    _stopped(scene, first)
    for _, at, sub, order, seq in scene.told(
        ((standing & _INVOICED) != 0) & ((scene.flags & PRINTED) == 0) & first
    ):
        scene.state.report("INV-25", at, sub, order, seq, case="invoice")


def _uncovered(scene: Scene, standing: NDArray[np.uint8], unfit: NDArray[np.bool_]) -> None:
    for i, at, sub, order, seq in scene.told(unfit):
        status = int(scene.state.fold.orders.payment[order])
        if standing[i] & _CANCELLED:
            scene.state.report("INV-02", at, sub, order, seq, status=status)
        if standing[i] & _BARE:
            case = "released" if _was_covered(scene.state, order, status) else ""
            scene.state.report("INV-03", at, sub, order, seq, case=case, status=status)


def _was_covered(state: State, order: int, status: int) -> bool:
    """A refused order that once was authorised: a reauthorisation took its cover away (EC-REA-05)."""
    refused = PAYMENT_MEANING[status] == int(PaymentMeaning.REFUSED)
    return bool(refused) and any(state.fold.ledger.authorised[t] > 0 for t in state.of_order(order))


def _other_amount(scene: Scene, compared: NDArray[np.bool_]) -> None:
    """INV-04: Amazon Pay shows an edited amount only when the charge is finalised (SS-AMZ-01)."""
    state = scene.state
    differs = state.fold.ledger.authorised.take(scene.transaction) != scene.amount
    if scene.marks & SEVERAL:
        differs |= (scene.flags & SEVERAL) != 0
    for _, at, sub, order, seq in scene.told(compared & differs):
        covering = [t for t in state.live(order) if state.ledger_state(t) & _COVER]
        found, expected = int(state.fold.ledger.authorised[covering[-1]]), state.amount(order)
        if found != expected:
            money = abs(found - expected)
            state.report("INV-04", at, sub, order, seq, money=money, found=found, expected=expected)


def _stopped(scene: Scene, first: NDArray[np.bool_]) -> None:
    """INV-10: its subscription was stopped and nobody decided; INV-18: the order itself is held."""
    state = scene.state
    for _, at, sub, order, seq in scene.told(state.fold.orders.stopped[scene.order] & first):
        state.report("INV-18", at, sub, order, seq, case="shipped")
    for _, at, sub, order, seq in scene.told(STOPS.take(scene.status) & (scene.sub >= 0) & first):
        stop = int(state.subs.stopped[sub])
        if stop > max(state.born_stopped.get(order, -1), state.decided.get(order, -1)):
            state.report("INV-10", at, sub, order, stop, seq)


def captured(scene: Scene) -> None:
    """INV-18: no automatic capture while held; INV-25: the slip number reported is the parcel's."""
    state = scene.state
    held = state.fold.orders.stopped[scene.order]
    if np.count_nonzero(held):
        for _, at, sub, order, seq in scene.told(
            held & ((scene.flags & SHIPPED) == 0) & (scene.rows.actor == int(Actor.SYSTEM))
        ):
            state.report("INV-18", at, sub, order, seq, case="captured")
    slip = state.orders.slip.take(scene.order)
    differs = (slip != 0) & (slip != scene.code)
    if not np.count_nonzero(differs):
        return
    for i, at, sub, order, seq in scene.told(differs & scene.deferred & (scene.code >= SLIP_NUMBER_BASE)):
        code = int(scene.code[i])
        if code not in state.more_slips.get(order, ()):
            state.report("INV-25", at, sub, order, seq, case="slip", found=code, expected=int(slip[i]))


def changed_at_warehouse(scene: Scene) -> None:
    """INV-37: what the warehouse has is changed only after it confirmed a stop."""
    mask = (scene.flags & EXPORTED) != 0
    cancelled = scene.kind == Kind.CANCELLED
    if np.count_nonzero(mask):
        left = (scene.flags & SHIPPED) != 0
        # A cancel counts until the shop has heard that it left; where requests decide, not after that (AM-CAN-07).
        if cancelled and scene.state.terms.platform != "marketplace":
            left &= scene.meaning != int(OrderMeaning.WORKING)
        mask &= ~left
    if not cancelled and np.count_nonzero(mask):
        mask &= scene.state.said(scene.code, *WAREHOUSE_EDITS)
    case = "cancelled" if cancelled else "edited"
    for _, at, sub, order, seq in scene.told(mask):
        scene.state.report("INV-37", at, sub, order, seq, case=case)


def ship_and_capture(scene: Scene) -> None:
    """INV-55: on SHIPPED wait for the capture, on a store's CAPTURED for the parcel, or end the wait."""
    state, order = scene.state, scene.order
    done = (scene.flags & _OTHER[scene.kind]).nonzero()[0]
    if len(done):
        state.capture_watch.close(order.take(done))
    opens = (scene.flags & (SHIPPED | CAPTURED)) == 0
    opens &= ~scene.uncovered
    if np.count_nonzero(opens):
        if scene.kind != Kind.SHIPPED:
            opens &= ~_given_up(scene)
        some = opens.nonzero()[0]
        due = scene.at.take(some) + state.terms.grace("capture")
        state.capture_watch.open(order.take(some), due, scene.seq.take(some))


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
