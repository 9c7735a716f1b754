"""Refusals by NP on たまごリピート: the twelve cases, unknown results, and the switch to cash on delivery.

INV-46, INV-47.
"""

import numpy as np

from teiki_sim.log.kinds import Actor
from teiki_sim.log.statuses import OrderMeaning, PaymentMeaning
from teiki_sim.messages import Method
from teiki_sim.monitors.books import day_end
from teiki_sim.monitors.finding import Finding
from teiki_sim.monitors.scene import Scene, each
from teiki_sim.monitors.state import State

_BY_NP = np.zeros(len(Method) + 1, np.bool_)
_BY_NP[[Method.NP, Method.NP_WIZ, Method.NP_REALTIME]] = True
"""By method number, -1 (unknown) being the last."""
_HOLD_ALL, _COD_FIRST = 1, 3
_KNOWN_RESULTS = ("00", "10", "20", "40", "99")


def verdicts(scene: Scene) -> None:
    """INV-46: what follows a refusal that comes by itself (before the fold)."""
    state = scene.state
    if not state.terms.np_setting:
        return
    by_itself = (scene.rows.actor == int(Actor.SYSTEM)) | (scene.rows.actor == int(Actor.PROVIDER))
    waits = scene.meaning == int(OrderMeaning.WAITING)
    for _, at, sub, order, seq in scene.told(_BY_NP.take(scene.method) & by_itself & waits):
        found = state.finding("INV-46", at, sub, order, seq, case="outcome")
        state.agenda.open(order, found, broken=lambda finding: _differs(state, finding))


def _expected(state: State, sub: int, order: int) -> str:
    """By the setting, first or later, and whether cash on delivery is possible (TR-NP-08)."""
    terms, cycle = state.terms, state.fold.orders.cycle.item(order)
    carriers = state.holds.carrier
    carrier = carriers.get(order, carriers.get(~sub, terms.default_carrier))
    permitted = terms.cod_single if cycle < 0 else terms.cod_later or cycle <= 1
    cod = permitted and bool(terms.cod_carriers >> carrier & 1)
    held = terms.np_setting == _HOLD_ALL or not cod or (terms.np_setting == _COD_FIRST and cycle > 1)
    return "要対応" if held else "代引き"


def _differs(state: State, finding: Finding) -> bool:
    orders = state.fold.orders
    if orders.method[finding.order] == Method.COD:
        found = "代引き"
    else:
        found = "要対応" if orders.stopped[finding.order] else "-"
    expected = _expected(state, finding.sub, finding.order)
    finding.facts |= {"found": found, "wanted": expected}
    return found != expected


def unknown_results(scene: Scene) -> None:
    """INV-46: a result that nobody knows holds the order that day (before the fold; TR-NP-06)."""
    state = scene.state
    if not state.terms.np_setting:
        return
    for i in each(_BY_NP.take(scene.method)):
        word = state.words[scene.code.item(i)]
        if len(word) == 2 and word.isdigit() and word not in _KNOWN_RESULTS:
            at, sub, order, seq = scene.at_row(i)
            found = state.finding("INV-46", day_end(at), sub, order, seq, case="unknown", result=word)
            state.agenda.open(order, found, last=found.at - 1, broken=lambda f: _passed_over(state, f))


def _passed_over(state: State, finding: Finding) -> bool:
    waits = state.meaning(finding.order) == int(OrderMeaning.WAITING)
    return waits and not state.fold.orders.stopped[finding.order]


def switched(scene: Scene) -> None:
    """INV-47: an automatic switch to cash on delivery has its fee, and the customer is told that day (before the fold)."""
    state = scene.state
    if not state.terms.np_setting:
        return
    mask = (scene.rows.method == int(Method.COD)) & (scene.rows.actor == int(Actor.SYSTEM))
    mask &= scene.payment == int(PaymentMeaning.REFUSED)
    for i, at, sub, order, seq in scene.told(mask):
        fee, found = state.terms.fee(Method.COD), scene.rows.amount.item(i)
        expected = state.amount(order) + fee - state.terms.fee(scene.method.item(i))
        case = "fee" if found != expected and fee >= 0 else "untold"
        breach = state.finding("INV-47", day_end(at), sub, order, seq, case=case, opened=at)
        breach.facts |= {"expected": expected, "found": found}
        state.agenda.open(order, breach, last=breach.at - 1)


def told(scene: Scene) -> None:
    """INV-47: the customer was mailed about the switch (of watched orders)."""
    state = scene.state
    for i in each(state.said(scene.code, "cod_fallback")):
        state.agenda.close_all(scene.order.item(i), "INV-47", "untold")
