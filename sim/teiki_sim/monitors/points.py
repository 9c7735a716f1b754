"""Points are conserved: revoked once, returned once, never below zero, computed anew where they must be.

INV-32.
"""

from collections.abc import Callable

import numpy as np

from teiki_sim.log.statuses import OrderMeaning, PaymentMeaning
from teiki_sim.monitors.finding import Finding
from teiki_sim.monitors.scene import Scene
from teiki_sim.monitors.state import POINTED, State
from teiki_sim.point_account import earned

_OVER = (OrderMeaning.CANCELLED, OrderMeaning.RETURNED, OrderMeaning.DELETED)
_UNPAID = (PaymentMeaning.CANCELLED, PaymentMeaning.REFUNDED, PaymentMeaning.NOT_NEEDED)


def moved(scene: Scene) -> None:
    """Each row of points, one by one: they are rare."""
    state, words = scene.state, scene.state.words
    for i, (code, quantity) in enumerate(zip(scene.code.tolist(), scene.rows.quantity.tolist(), strict=True)):
        at, sub, order, seq = scene.at_row(i)
        move = _MOVES.get(words[code] if code < len(words) else "")
        if move is None or quantity < 0:
            continue
        case, wrong = move(state, sub, order, quantity)
        if wrong and state.points.told.get(order) != at:
            state.points.told[order] = at
            state.report("INV-32", at, sub, order, seq, case=case, money=wrong, found=quantity, points=wrong)
    # What has points standing is seen when it is edited or ends.
    state.orders.flags[scene.order] |= np.uint16(POINTED)


def _granted(state: State, sub: int, order: int, points: int) -> tuple[str, int]:
    state.points.granted[order] = points
    state.points.account(sub).put(order, points)
    return "", 0


def _recalculated(state: State, sub: int, order: int, points: int) -> tuple[str, int]:
    """``points`` are what the order grants from now on."""
    books, before = state.points, state.points.granted.get(order, 0)
    books.granted[order] = points
    state.agenda.close_all(order, "INV-32", "not_recalculated")
    if points >= before:
        books.account(sub).put(order, points - before)
    else:
        books.account(sub).revoke(order, before - points)
    return "", 0


def _used(state: State, sub: int, order: int, points: int) -> tuple[str, int]:
    taken = sum(some for _, some in state.points.account(sub).take(points))
    state.points.used[order] = points
    return "below_zero", points - taken


def _revoked(state: State, sub: int, order: int, points: int) -> tuple[str, int]:
    """More than stood: reversed twice; more than was in hand: below zero."""
    books = state.points
    stood = books.granted.pop(order, 0)
    taken = books.account(sub).revoke(order, points)
    state.agenda.close_all(order, "INV-32", "not_reversed")
    if points > stood:
        return "twice", points - stood
    return "below_zero", points - taken


def _returned(state: State, sub: int, order: int, points: int) -> tuple[str, int]:
    stood = state.points.used.pop(order, 0)
    state.points.account(sub).put(order, points)
    state.agenda.close_all(order, "INV-32", "not_reversed")
    return "twice", max(0, points - stood)


def _expired(state: State, sub: int, order: int, points: int) -> tuple[str, int]:
    """Of the lot that came with ``order``: points that were spent or revoked before cannot expire as well."""
    return "expired", points - state.points.account(sub).take_from(order, points)


_MOVES = {
    "granted": _granted,
    "recalculated": _recalculated,
    "used": _used,
    "revoked": _revoked,
    "returned": _returned,
    "expired": _expired,
}


def edited(scene: Scene) -> None:
    """Goods replaced or method changed: what the order grants must fit its amount in time (after the fold)."""
    state = scene.state
    for _, at, sub, order, seq in scene.told(state.said(scene.code, "method", "goods")):
        before = state.points.granted.get(order)
        if before is None:
            continue
        state.agenda.close_all(order, "INV-32", "not_recalculated")
        expected = earned(state.amount(order), state.terms.point_rate)
        if expected == before:
            continue
        due = at + state.terms.grace("points")
        found = state.finding(
            "INV-32", due, sub, order, seq, case="not_recalculated", money=abs(expected - before),
            opened=at, found=before, expected=expected,
        )  # fmt: skip
        state.agenda.open(order, found, broken=_still(state, order, before))


def _still(state: State, order: int, points: int) -> Callable[[Finding], bool]:
    return lambda _finding: state.points.granted.get(order) == points


def over(scene: Scene) -> None:
    """An order that is over, its payment too: its points must be reversed in time (after the fold)."""
    state, books = scene.state, scene.state.points
    ended = np.isin(scene.meaning, _OVER) & (np.isin(scene.payment, _UNPAID) | scene.uncovered)
    for _, at, sub, order, seq in scene.told(ended):
        if state.agenda.has(order, "INV-32", "not_reversed"):
            continue
        stands = min(books.granted.get(order, 0), books.account(sub).balance) + books.used.get(order, 0)
        if stands:
            due = at + state.terms.grace("points")
            found = state.finding(
                "INV-32", due, sub, order, seq, case="not_reversed", money=stands, opened=at, found=stands
            )
            state.agenda.open(order, found)
