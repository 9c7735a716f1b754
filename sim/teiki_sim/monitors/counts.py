"""A subscription's count: lowered once an order and not too late, and the price and gifts that go by it. INV-33."""

from teiki_sim.log.statuses import ORDER_MEANING, OrderMeaning
from teiki_sim.monitors.finding import Finding
from teiki_sim.monitors.scene import Scene
from teiki_sim.monitors.state import RECOUNTED, State


def counted(scene: Scene) -> None:
    """A count was lowered for an order, or set (before the fold)."""
    state, counts = scene.state, scene.state.counts
    lowered = state.said(scene.code, "lowered")
    for i, at, sub, order, seq in scene.told():
        state.agenda.close(~sub, ("INV-33", "forgotten", str(state.fold.orders.cycle.item(order))))
        if not lowered[i]:
            _settle(state, sub)
            continue
        before = int(state.fold.subscriptions.cycle[sub])
        case = "twice" if order in counts.lowered else "below" if before <= 0 else ""
        case = case or ("after_next" if _followed(state, sub, order) else "")
        if case:
            state.report("INV-33", at, sub, order, seq, case=case, found=scene.rows.quantity.item(i))
        counts.lowered.add(order)
        counts.stale[sub] = counts.stale.get(sub, 0) + 1
        state.subs.flags[sub] |= RECOUNTED


def _followed(state: State, sub: int, order: int) -> bool:
    """Whether a later child was made already, with a count of its own, and stands."""
    return _made_since(state, sub, order) and state.survives(int(state.subs.last[sub]))


def _made_since(state: State, sub: int, order: int) -> bool:
    """Whether a later child was made by the count, whatever became of it."""
    last, cycles = int(state.subs.last[sub]), state.fold.orders.cycle
    return last >= 0 and last != order and bool(cycles[last] > cycles[order])


def _settle(state: State, sub: int) -> None:
    state.counts.stale.pop(sub, None)
    state.subs.flags[sub] &= ~RECOUNTED


def recalculated(scene: Scene) -> None:
    """The subscription's next price and gifts fit its count again."""
    for sub in scene.sub.tolist():
        _settle(scene.state, sub)


def generated(scene: Scene) -> None:
    """A child of a subscription whose count was lowered and that was not recalculated (marked ones)."""
    state = scene.state
    for i, at, sub, order, seq in scene.told():
        by, cycle = state.counts.stale.get(sub, 0), scene.rows.cycle.item(i)
        _settle(state, sub)
        if state.terms.tiers.differ(cycle, cycle + by):
            money = max(0, scene.rows.amount.item(i))
            state.report(
                "INV-33", at, sub, order, seq, case="tier", money=money, cycle=cycle, found=cycle + by
            )


def cancelled(scene: Scene) -> None:
    """Where cancelled deliveries do not count, the count is lowered in time."""
    state = scene.state
    if not state.terms.counts_surviving:
        return
    for _, at, sub, order, seq in scene.told(scene.sub >= 0):
        if not _followed(state, sub, order) and order not in state.counts.lowered:
            due = at + state.terms.grace("count")
            found = state.finding("INV-33", due, sub, order, seq, case="forgotten", opened=at)
            # On the subscription: its next child ends the wait, and is judged by what was before it.
            state.agenda.open(~sub, found, broken=lambda finding: _still_counts(state, finding))


def _still_counts(state: State, finding: Finding) -> bool:
    meaning = ORDER_MEANING.item(state.fold.orders.status.item(finding.order))
    return meaning == int(OrderMeaning.CANCELLED) and not _made_since(state, finding.sub, finding.order)
