"""Children of a subscription: one for each cycle, none where none may be, none missing.

INV-07, INV-08 (a deleted child), INV-09, INV-12, INV-31.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from teiki_sim.calendar import DAY
from teiki_sim.log.statuses import OrderMeaning
from teiki_sim.messages import Method
from teiki_sim.monitors.finding import Finding
from teiki_sim.monitors.scene import Scene, each
from teiki_sim.monitors.state import (
    BURST,
    DEAD,
    KNOWN,
    OVER,
    RAKUTEN,
    RAKUTEN_FAILED,
    State,
)

_ALREADY_OUT = (
    OrderMeaning.NONE, OrderMeaning.SHIPPED, OrderMeaning.CANCELLED, OrderMeaning.RETURN_PENDING,
    OrderMeaning.RETURNED, OrderMeaning.DELETED,
)  # fmt: skip


def generated(scene: Scene) -> None:
    """INV-07, 09, 12, 31: on each generated child, before it counts as one."""
    children = (scene.sub >= 0).nonzero()[0]
    if len(children) < len(scene):
        scene = scene.some(children)
    orders, subs = scene.state.fold.orders, scene.state.subs
    last, before, cycle = subs.last.take(scene.sub), subs.before.take(scene.sub), scene.rows.cycle
    again = (orders.cycle.take(last) >= cycle) & (last >= 0)
    again |= (orders.cycle.take(before) >= cycle) & (before >= 0)
    if np.count_nonzero(again):
        for i in each(again & (cycle >= 0)):
            _twice(scene, i, int(cycle[i]))
    _forbidden(scene)
    if len(close := _maybe_close(scene, last).nonzero()[0]):
        _burst(scene.some(close))
    if scene.sub_marks & RAKUTEN:
        for i in each((scene.sub_flags & RAKUTEN) != 0):
            _regenerated(scene, i, int(cycle[i]))


def _twice(scene: Scene, i: int, cycle: int) -> None:
    """INV-07 and INV-12 for a cycle made twice, and the end of waiting for a deleted child (INV-08, INV-31)."""
    state = scene.state
    at, sub, order, seq = scene.at_row(i)
    for invariant in ("INV-08", "INV-31"):
        state.agenda.close(~sub, (invariant, "missing", str(cycle)))
    other = state.sibling(sub, cycle, order)
    if other < 0:
        return
    due = at + state.terms.grace("duplicate")
    found = state.finding(
        "INV-07", due, sub, order, seq, money=max(0, int(scene.rows.amount[i])), cycle=cycle, other=other
    )
    found.key = str(cycle)
    state.agenda.open(~sub, found, broken=_both_survive(state, order, other))
    twice = state.finding("INV-12", due, sub, order, seq, money=found.money, cycle=cycle, other=other)
    twice.facts |= {"days": max(0, at // DAY - int(state.subs.last_day[sub]))}
    twice.key = str(cycle)
    state.agenda.open(~sub, twice, broken=_both_survive(state, order, other))


def _forbidden(scene: Scene) -> None:
    """INV-09: the subscription is over, held or flagged."""
    table = scene.state.fold.subscriptions
    over, flag, held = OVER.take(scene.status), table.flag.take(scene.sub), table.held.take(scene.sub)
    for i, at, sub, order, seq in scene.told(over | flag | held):
        case = "over" if over[i] else "flag" if flag[i] else "held"
        cycle, money = int(scene.rows.cycle[i]), max(0, int(scene.rows.amount[i]))
        scene.state.report(
            "INV-09", at, sub, order, seq, case=case, money=money, cycle=cycle, status=int(scene.status[i])
        )


def _maybe_close(scene: Scene, last: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Those few children that `_burst` has to look at: near the one before, or that one is dead, or in a burst."""
    orders, subs = scene.state.fold.orders, scene.state.subs
    between = scene.day - subs.last_day.take(scene.sub)
    found: NDArray[np.bool_] = between * 2 < scene.rows.delivery - orders.delivery.take(last)
    found |= between == 0
    found |= DEAD.take(orders.status.take(last))
    found &= last >= 0
    if scene.sub_marks & BURST:
        found |= (scene.sub_flags & BURST) != 0
    return found


def _burst(scene: Scene) -> None:
    """INV-12: children come much faster than their deliveries lie apart, or two on a day.

    Half the gap is tolerated, since a late recovery shortens the time between two children, and a child
    that comes when it is due is no burst, however late the one before it was.
    """
    state = scene.state
    orders, subs = state.fold.orders, state.subs
    previous, made = subs.last[scene.sub], subs.last_day[scene.sub].astype(np.int64)
    dead = DEAD.take(orders.status.take(previous)) & (previous >= 0)
    if dead.any():
        previous[dead], made[dead] = subs.before[scene.sub[dead]], subs.before_day[scene.sub[dead]]
        previous[dead & DEAD.take(orders.status.take(previous))] = -1
    there, delivery = orders.delivery[previous], scene.rows.delivery
    between = scene.day - made
    overdue = delivery - state.terms.generate_days < scene.day
    close = (between == 0) | ((between * 2 < delivery - there) & overdue & (delivery >= 0) & (there >= 0))
    close &= orders.cycle[previous] < scene.rows.cycle  # a cycle made again is judged by itself
    # What the log's first day generates was due before: a late start is no burst.
    close &= (previous >= 0) & (made > state.first_day)
    before = (scene.sub_flags & BURST) != 0
    ends = before & ~close
    if ends.any():
        subs.flags[scene.sub[ends]] &= ~np.uint16(BURST)
    for i, at, sub, order, seq in scene.told(close & ~before):
        other = int(previous[i])
        subs.flags[sub] |= BURST
        due, cycle = at + state.terms.grace("duplicate"), int(scene.rows.cycle[i])
        money = max(0, int(scene.rows.amount[i]))
        found = state.finding("INV-12", due, sub, order, seq, money=money, cycle=cycle, other=other)
        found.facts |= {"days": int(between[i])}
        found.key = str(cycle)
        state.agenda.open(~sub, found, broken=_both_survive(state, order, other))


def _both_survive(state: State, order: int, other: int) -> Callable[[Finding], bool]:
    return lambda finding: state.survives(order) and state.survives(other)


def deleted(scene: Scene) -> None:
    """INV-08 and INV-31: a deleted child's cycle is generated again, or something is decided."""
    state = scene.state
    cancels = state.said(scene.code, "cancel_payment")
    for i, at, sub, order, seq in scene.told():
        if sub < 0:
            continue
        cycle = int(state.fold.orders.cycle[order])
        failed = bool(scene.flags[i] & RAKUTEN_FAILED)
        if failed:
            _unmark(state, sub, cycle, order)
            if cancels[i]:
                state.report("INV-31", at, sub, order, seq, case="cancelled_payment")
        over = bool(OVER[state.fold.subscriptions.status[sub]])
        if over or scene.meaning[i] in _ALREADY_OUT or state.sibling(sub, cycle, order) >= 0:
            continue
        due = at + state.terms.grace("rakuten")
        for invariant in ("INV-08", "INV-31") if failed else ("INV-08",):
            found = state.finding(invariant, due, sub, order, seq, case="missing", opened=at)
            state.agenda.open(~sub, found)


def failed_by_rakuten(scene: Scene) -> None:
    """INV-31: a Rakuten Pay order was declined; this platform can't authorise it again."""
    state = scene.state
    method = np.where(scene.rows.method >= 0, scene.rows.method, scene.method)
    for i, _, sub, order, seq in scene.told((method == int(Method.RAKUTEN_PAY)) & (scene.sub >= 0)):
        cycle = int(scene.rows.cycle[i])
        cycle = int(state.fold.orders.cycle[order]) if cycle < 0 else cycle
        state.rakuten.setdefault((sub, cycle), {})[order] = seq
        state.orders.flags[order] |= RAKUTEN_FAILED
        state.subs.flags[sub] |= RAKUTEN


def repaired(scene: Scene) -> None:
    """INV-31: a failed order was authorised after all, or cancelled: the failure is dealt with."""
    state = scene.state
    for _, _, sub, order, _ in scene.told():
        _unmark(state, sub, int(state.fold.orders.cycle[order]), order)


def _unmark(state: State, sub: int, cycle: int, order: int) -> None:
    state.orders.flags[order] &= ~np.uint16(RAKUTEN_FAILED)
    failed = state.rakuten.get((sub, cycle), {})
    failed.pop(order, None)
    if not failed:
        state.rakuten.pop((sub, cycle), None)


def _regenerated(scene: Scene, i: int, cycle: int) -> None:
    """INV-31: generated anew while the failed order still stands."""
    state = scene.state
    at, sub, order, seq = scene.at_row(i)
    for failed, since in state.rakuten.get((sub, cycle), {}).items():
        if failed != order and state.orders.flags[failed] & KNOWN:
            money = max(0, int(scene.rows.amount[i]))
            state.report(
                "INV-31", at, sub, order, since, seq, case="twice", money=money, cycle=cycle, other=failed
            )


def given_up(scene: Scene) -> None:
    """INV-08, INV-31: a subscription that is over needs no missing child."""
    for sub in scene.sub.tolist():
        _close_missing(scene.state, sub)


def decided(scene: Scene) -> None:
    """INV-08, INV-31: a decision on the subscription or the deleted order ends the wait."""
    for i in range(len(scene)):
        order = int(scene.order[i])
        cycle = str(int(scene.state.fold.orders.cycle[order])) if order >= 0 else None
        _close_missing(scene.state, int(scene.sub[i]), cycle)


def _close_missing(state: State, sub: int, cycle: str | None = None) -> list[Finding]:
    agenda = state.agenda
    if cycle is None:
        return agenda.close_all(~sub, "INV-08", "missing") + agenda.close_all(~sub, "INV-31", "missing")
    closed = [agenda.close(~sub, (invariant, "missing", cycle)) for invariant in ("INV-08", "INV-31")]
    return [finding for finding in closed if finding is not None]
