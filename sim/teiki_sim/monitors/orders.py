"""The life of one order: its statuses, its edits, a return that is waited for, a release.

INV-17, INV-20 (ship date of a released order), INV-22, INV-26, INV-28.
"""

import numpy as np
from numpy.typing import NDArray

from teiki_sim.log.kinds import KIND_NUMBERS, Kind
from teiki_sim.log.statuses import ORDER_MEANING, OrderMeaning, PaymentMeaning
from teiki_sim.messages import Method
from teiki_sim.monitors.books import day_end
from teiki_sim.monitors.finding import Finding
from teiki_sim.monitors.scene import Scene
from teiki_sim.monitors.state import IS_DEFERRED, IS_UNCOVERED, SHIPPED, State

_M = OrderMeaning
#: Moves by any row, whatever the platform and the method.
_MOVES = (
    (_M.WAITING, (_M.CANCELLED, _M.DELETED, _M.BLOCKED)),
    (_M.BLOCKED, (_M.WAITING, _M.CANCELLED, _M.DELETED)),
    (_M.WORKING, (_M.CANCELLED, _M.WAITING)),
    (_M.RETURN_PENDING, (_M.RETURNED,)),
    (_M.CANCELLED, (_M.DELETED,)),
    (_M.RETURNED, (_M.DELETED,)),
)
#: Moves that only one kind of row may make.
_MOVES_BY_KIND = (
    (Kind.GENERATED, _M.NONE, (_M.WAITING, _M.BLOCKED)),
    (Kind.EXPORTED, _M.WAITING, (_M.WORKING,)),
    (Kind.COMPLETED, _M.WORKING, (_M.SHIPPED,)),
)
#: Platforms on which a shipped order can still be cancelled (EC-SHP-04, AM-CAN-07).
_CANCELLED_AFTER_SHIPPING = ("ecforce", "tamago", "marketplace")
_EDITS_AFTER_SHIPPING = ("amount", "quantity", "goods", "address", "billing")
#: Edits that are looked at, beside those that give an amount: not those of dates, which are most.
_TOLD = (*_EDITS_AFTER_SHIPPING, "method")


def _allowed(kind: int, ecforce: bool) -> NDArray[np.bool_]:
    """By deferred or not, from, to."""
    table = np.zeros((2, len(_M), len(_M)), np.bool_)
    table[:, range(len(_M)), range(len(_M))] = True
    table[:, :, _M.NONE] = True  # the row names no order status
    for source, targets in _MOVES:
        table[:, source, targets] = True
    for only, source, targets in _MOVES_BY_KIND:
        if kind == only:
            table[:, source, targets] = True
    table[1, _M.SHIPPED, _M.RETURN_PENDING] = True
    table[0, _M.SHIPPED, _M.RETURNED] = True
    if ecforce:
        table[:, _M.SHIPPED, [_M.CANCELLED, _M.RETURNED]] = True
    return table


_TABLES = [
    np.array([_allowed(kind, ecforce) for kind in KIND_NUMBERS])[:, :, ORDER_MEANING][
        ..., ORDER_MEANING
    ].ravel()
    for ecforce in (False, True)
]
"""By platform: by kind, deferred or not, status before and after, as one number."""


def status_moves(scene: Scene) -> None:
    """INV-17: order statuses move along the documented graph only."""
    given = scene.rows.status_to
    key = scene.deferred.astype(np.intp)
    key |= scene.kind << 1
    key *= len(ORDER_MEANING)
    key += scene.state.fold.orders.status.take(scene.order)
    key *= len(ORDER_MEANING)
    key += given
    fine = _TABLES[scene.state.terms.platform in _CANCELLED_AFTER_SHIPPING].take(key)
    if np.count_nonzero(fine) == len(fine):
        return
    for i, at, sub, order, seq in scene.told(~fine):
        now = int(scene.state.fold.orders.status[order])
        scene.state.report("INV-17", at, sub, order, seq, status=now, status_to=int(given[i]))


def returns(scene: Scene) -> None:
    """INV-28: 返品待ち comes to an end (after the fold)."""
    state = scene.state
    waits = scene.meaning == int(_M.RETURN_PENDING)
    if state.returning:
        for order in state.returning.intersection(scene.order[~waits].tolist()):
            state.agenda.close_all(order, "INV-28")
            state.returning.discard(order)
    if not np.count_nonzero(waits):
        return
    for _, at, sub, order, seq in scene.told(waits):
        if order not in state.returning:  # told once, however long it goes on
            state.returning.add(order)
            due = at + state.terms.grace("return_resolved")
            state.agenda.open(order, state.finding("INV-28", due, sub, order, seq, opened=at))


def released(scene: Scene) -> None:
    """INV-20: a released order whose ship date is past gets a new one that day (after the fold)."""
    state = scene.state
    ship = state.fold.orders.ship[scene.order]
    for i, at, sub, order, seq in scene.told((ship >= 0) & (ship < scene.day) & ~_settled(scene)):
        midnight = day_end(at)
        found = state.finding("INV-20", midnight, sub, order, seq, case="ship_date", date=int(ship[i]))
        found.facts["today"] = int(scene.day[i])
        state.agenda.open(order, found, last=midnight - 1, broken=lambda finding: _ships_late(state, finding))


def _ships_late(state: State, finding: Finding) -> bool:
    order = finding.order
    unsent = not state.orders.flags[order] & SHIPPED and state.meaning(order) < int(_M.SHIPPED)
    return unsent and bool(state.fold.orders.ship[order] < finding.facts["today"])


def _settled(scene: Scene) -> NDArray[np.bool_]:
    """Shipped, cancelled, returned or deleted."""
    found: NDArray[np.bool_] = ((scene.flags & SHIPPED) != 0) | (scene.meaning >= int(_M.SHIPPED))
    return found


def edited(scene: Scene) -> None:
    """INV-22: an edit that needs a new authorisation; INV-26: a deferred order edited after shipping."""
    state = scene.state
    some = (state.said(scene.code, *_TOLD) | (scene.rows.amount >= 0)).nonzero()[0]
    if not len(some):
        return
    if len(some) < len(scene):
        scene = scene.some(some)
    given = scene.rows.method
    method = np.where(given >= 0, given, scene.method)
    settled = _settled(scene)
    if not settled.all():
        causes = _causes(scene, method)
        for i, at, sub, order, seq in scene.told((causes > 0) & ~settled):
            if not any(state.agenda.has(order, "INV-22", case) for case in _CASES):
                due = at + state.terms.grace("reauth")
                case = _CASES[int(causes[i]) - 1]
                found = state.finding(
                    "INV-22", due, sub, order, seq, case=case, opened=at, method=int(method[i])
                )
                state.agenda.open(order, found)
    late = scene.deferred & ((scene.flags & SHIPPED) != 0)
    for i, at, sub, order, seq in scene.told(late & state.said(scene.code, *_EDITS_AFTER_SHIPPING)):
        state.report("INV-26", at, sub, order, seq, what=state.words[int(scene.code[i])])


def noticed(scene: Scene) -> None:
    """INV-26: a cancel of a deferred order that had left was refused, because the customer paid.

    INV-25: a slip number that was reported is one that the provider does not know.
    """
    for _, at, sub, order, seq in scene.told(scene.state.said(scene.code, "number_unknown")):
        scene.state.report("INV-25", at, sub, order, seq, case="unknown")
    mask = scene.state.said(scene.code, "cancel_refused")
    if mask.any():
        for _, at, sub, order, seq in scene.told(mask & scene.deferred & ((scene.flags & SHIPPED) != 0)):
            scene.state.report("INV-26", at, sub, order, seq, case="paid")


_CASES = ("amount", "address", "goods", "method")


def _causes(scene: Scene, method: NDArray[np.int8]) -> NDArray[np.int8]:
    """Which trigger of a new authorisation an edit is: 1 + its place in `_CASES`, 0 for none."""
    deferred, said, code = IS_DEFERRED.take(method), scene.state.said, scene.code
    amount = scene.rows.amount
    cause = np.zeros(len(scene), np.int8)
    if scene.state.terms.platform != "ecforce":
        cause[deferred & said(code, "goods")] = 3
    cause[deferred & said(code, "address", "billing")] = 2
    stands = (scene.payment == int(PaymentMeaning.AUTHORISED)) | (
        scene.payment == int(PaymentMeaning.PENDING)
    )
    cause[~stands] = 0  # nothing stands that the edit could outdate
    by_amount = deferred | (method == int(Method.CARD)) | (method == int(Method.RAKUTEN_PAY))
    cause[stands & by_amount & (amount >= 0) & (amount != scene.amount)] = 1
    cause[said(code, "method") & (method >= 0) & ~IS_UNCOVERED.take(method)] = 4
    return cause


def reauthorised(scene: Scene) -> None:
    """INV-22: a verdict, or the end of the order, ends the wait (of watched orders)."""
    for order in scene.order.tolist():
        scene.state.agenda.close_all(order, "INV-22")


def shipped_before_reauthorised(scene: Scene) -> None:
    """INV-22: shipped while the new authorisation is still missing (of watched orders)."""
    for _, at, _, order, seq in scene.told():
        for finding in scene.state.agenda.close_all(order, "INV-22"):
            finding.at, finding.evidence = at, (*finding.evidence, seq)
            scene.state.findings.append(finding)
