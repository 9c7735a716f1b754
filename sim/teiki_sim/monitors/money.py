"""Money: payments of cancelled orders, captured amounts, the two ledgers, live transactions.

INV-01, INV-05, INV-06, INV-30.
"""

import numpy as np
from numpy.typing import NDArray

from teiki_sim.log.fold import Live
from teiki_sim.log.statuses import ORDER_MEANING, PAYMENT_MEANING, OrderMeaning, PaymentMeaning
from teiki_sim.monitors.deadlines import Overdue
from teiki_sim.monitors.finding import Finding
from teiki_sim.monitors.scene import Scene
from teiki_sim.monitors.state import (
    AUTHORISED_THERE,
    CAPTURED,
    CAPTURED_THERE,
    CHARGED,
    CLOSED,
    DIVERGED,
    KNOWN,
    LIVE_THERE,
    ODD,
    PENDING_THERE,
    SEVERAL,
    State,
    overdue,
)

_CANCELLED_OR_RETURNED = (int(OrderMeaning.CANCELLED), int(OrderMeaning.RETURNED))
_IS_OVER = np.isin(ORDER_MEANING, _CANCELLED_OR_RETURNED)
"""By order status: cancelled or returned."""
#: Words for `Live` states, as messages show them.
LEDGER_WORDS = ("-", "authorised", "pending", "declined", "captured", "cancelled", "expired", "refunded")
_CLOSED_NOW = (*_CANCELLED_OR_RETURNED, OrderMeaning.RETURN_PENDING, OrderMeaning.DELETED)


def payments_of_cancelled(scene: Scene) -> None:
    """INV-01: a cancelled or returned order has no live transaction after the grace (after the fold)."""
    mask = _IS_OVER.take(scene.state.fold.orders.status.take(scene.order))
    if scene.marks & CHARGED:
        mask |= (scene.flags & CHARGED) != 0
    for _, at, sub, order, seq in scene.told(mask):
        scene.state.orders.flags[order] |= CLOSED  # from here on the provider's rows are looked at as well
        _judge_cancelled(scene.state, at, sub, order, seq)


def payments_of_edited(scene: Scene) -> None:
    """INV-01: a status typed by hand may be cancelled or returned as well."""
    typed = (scene.rows.status_to > 0).nonzero()[0]
    if len(typed):
        payments_of_cancelled(scene.some(typed))


def payments_of_reopened(scene: Scene) -> None:
    """INV-01, on kinds that only ever lead away from cancelled (of charged orders)."""
    for _, at, sub, order, seq in scene.told():
        _judge_cancelled(scene.state, at, sub, order, seq)


def _judge_cancelled(state: State, at: int, sub: int, order: int, seq: int) -> None:
    flags = state.orders.flags.item(order)
    live = state.live(order) if state.meaning(order) in _CANCELLED_OR_RETURNED else []
    if not live:
        if flags & CHARGED:
            state.agenda.close_all(order, "INV-01")
            state.orders.flags[order] &= ~np.uint16(CHARGED)
    elif not flags & CHARGED:
        state.orders.flags[order] |= CHARGED
        due = at + state.terms.grace("payment_cancel")
        money = int(state.fold.ledger.authorised[live].sum())
        state.agenda.open(order, state.finding("INV-01", due, sub, order, seq, money=money, opened=at))


def captured_amount(scene: Scene) -> None:
    """INV-05: what was captured less refunds is the order's amount (after the fold).

    On a capture or an edited amount; only a mismatch becomes a deadline, judged again when it is due.
    """
    state = scene.state
    t, ledger = scene.transaction, state.fold.ledger
    plain = (t >= 0) & (ledger.state.take(t) == Live.CAPTURED) & (ledger.authorised.take(t) == scene.amount)
    plain &= (scene.flags & (SEVERAL | ODD)) == 0
    if np.count_nonzero(plain) == len(plain):
        return
    for _, at, sub, order, seq in scene.told(~plain & ~scene.uncovered & ((scene.flags & CAPTURED) != 0)):
        if state.net(order) != state.amount(order):
            due = at + state.terms.grace("ledger")
            found = state.finding("INV-05", due, sub, order, seq, opened=at)
            state.agenda.open(order, found, broken=lambda finding: _still_differs(state, finding))


def _still_differs(state: State, finding: Finding) -> bool:
    net, amount = state.net(finding.order), state.amount(finding.order)
    finding.facts |= {"found": net, "expected": amount}
    finding.money = abs(net - amount)
    return net != amount and state.meaning(finding.order) not in _CLOSED_NOW


def _agreement() -> NDArray[np.bool_]:
    """By the store's payment status and the ledger's bits: whether they say the same."""
    table = np.zeros((len(PaymentMeaning), 16), np.bool_)
    for bits in range(16):
        dead = not bits & LIVE_THERE
        table[:, bits] = [
            {
                PaymentMeaning.AUTHORISED: bool(bits & AUTHORISED_THERE),
                PaymentMeaning.CAPTURED: bool(bits & CAPTURED_THERE),
                PaymentMeaning.PENDING: bool(bits & PENDING_THERE),
                PaymentMeaning.CAPTURE_FAILED: bool(bits & AUTHORISED_THERE),
                PaymentMeaning.UNKNOWN: False,
                PaymentMeaning.NOT_NEEDED: True,
            }.get(meaning, dead)
            for meaning in PaymentMeaning
        ]
    return table[PAYMENT_MEANING]


_AGREES = _agreement()


def ledgers(scene: Scene) -> None:
    """INV-06: the store's payment status and the provider's ledger agree (after the fold)."""
    state, order, at = scene.state, scene.order, scene.at
    watch = state.ledger_watch
    agrees = _AGREES.take(state.fold.orders.payment.take(order).astype(np.intp) << 4 | scene.ledger)
    was_open = watch.is_open(order)
    turns = was_open == agrees  # what was open ends, or something is to be opened
    ends = (turns & agrees).nonzero()[0]
    if len(ends):
        watch.close(order.take(ends))
    opens = turns & ~agrees
    if np.count_nonzero(opens):
        opens &= (scene.flags & KNOWN) != 0
    if scene.marks & DIVERGED:
        diverged = (scene.flags & DIVERGED) != 0
        opens &= ~diverged
        state.orders.flags[order[diverged & agrees]] &= ~np.uint16(DIVERGED)
    if state.explained:
        explained = np.isin(order, list(state.explained))
        opens &= ~explained
        state.explained -= set(order[explained & agrees].tolist())
    if len(some := opens.nonzero()[0]):
        watch.open(order.take(some), at.take(some) + state.terms.grace("ledger"), scene.seq.take(some))


def divergence_explained(scene: Scene) -> None:
    """INV-06: a decision recorded under "divergence" explains it for as long as it goes on."""
    state = scene.state
    mask = state.said(scene.code, "divergence")
    if mask.any():
        state.ledger_watch.close(scene.order[mask])
        state.explained |= set(scene.order[mask].tolist())


def unwatch(scene: Scene) -> None:
    """INV-06: a deleted order is not watched any more."""
    scene.state.ledger_watch.close(scene.order)
    scene.state.explained -= set(scene.order.tolist())


def diverged(state: State, found: Overdue | None) -> None:
    """INV-06: report divergences that nothing ended in time, once each."""
    for order, due, seq in overdue(found):
        state.orders.flags[order] |= DIVERGED
        status = int(state.fold.orders.payment[order])
        case = "captured" if PAYMENT_MEANING[status] == int(PaymentMeaning.CAPTURED) else ""
        there = ",".join(LEDGER_WORDS[int(state.fold.ledger.state[t])] for t in state.of_order(order))
        state.report("INV-06", due, state.sub_of(order), order, seq, case=case, status=status, ledger=there)


def live_transactions(scene: Scene) -> None:
    """INV-30: at most one live transaction an order, after the grace (after the fold; orders with several)."""
    state = scene.state
    for _, at, sub, order, seq in scene.told():
        live = state.live(order)
        if len(live) < 2:
            if order in state.several:
                state.agenda.close_all(order, "INV-30")
                state.several.discard(order)
        elif order not in state.several:
            state.several.add(order)
            due = at + state.terms.grace("method_switch")
            money = int(state.fold.ledger.authorised[live[:-1]].sum())
            found = state.finding("INV-30", due, sub, order, seq, money=money, found=len(live), opened=at)
            state.agenda.open(order, found)
