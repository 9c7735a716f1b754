"""INV-52: the next parcel goes to the customer's present address, or an exception is noted.

A subscription whose customer's address has changed is marked until it and all its orders have caught up.
"""

from dataclasses import dataclass, field

from teiki_sim.calendar import DAY
from teiki_sim.log.kinds import Kind
from teiki_sim.monitors.scene import Scene, each
from teiki_sim.monitors.state import DEAD, MOVED, SHIPPED, State

_CHAIN = 8
"""How many children back one may still be under way."""


@dataclass(slots=True)
class Moved:
    """What is known of a subscription whose customer moved."""

    day: int
    seq: int
    stale: bool = True
    orders: set[int] = field(default_factory=set)
    told: bool = False


def changed(scene: Scene) -> None:
    """The customer's own address changed: the subscription and what is under way have the old one."""
    state, orders = scene.state, scene.state.orders
    for _, at, sub, _, seq in scene.told():
        before = state.moved.get(sub)
        moved = state.moved[sub] = Moved(at // DAY, seq)
        if before is not None:
            moved.orders |= before.orders
        state.moved_on[sub] = moved.day, seq
    state.subs.flags[scene.sub] |= MOVED
    child, moving = state.subs.last.take(scene.sub), scene.sub
    for _ in range(_CHAIN):
        there = (child >= 0).nonzero()[0]
        child, moving = child.take(there), moving.take(there)
        old = ((orders.flags.take(child) & SHIPPED) == 0) & ~DEAD.take(state.fold.orders.status.take(child))
        for number, order in zip(moving[old].tolist(), child[old].tolist(), strict=True):
            state.moved[number].orders.add(order)
        child = orders.previous.take(child)


def _under_way(state: State, order: int) -> bool:
    return not state.orders.flags[order] & SHIPPED and not DEAD[state.fold.orders.status[order]]


def carried(scene: Scene) -> None:
    """The subscription got the address (of marked ones)."""
    for i in each(scene.state.said(scene.code, "address")):
        moved = scene.state.moved.get(int(scene.sub[i]))
        if moved is not None:
            moved.stale = False
            _settle(scene.state, int(scene.sub[i]))


def told_or_edited(scene: Scene) -> None:
    """An order got the address, or its customer was told that it goes to the old one (of marked subscriptions)."""
    state = scene.state
    fine = state.said(scene.code, "address")
    if scene.kind == Kind.MAIL:
        fine = fine | state.said(scene.code, "old_address")
    for i in each(fine):
        moved = state.moved.get(int(scene.sub[i]))
        if moved is not None:
            moved.orders.discard(int(scene.order[i]))
            _settle(state, int(scene.sub[i]))


def put_back(scene: Scene) -> None:
    """An order's address was set back to the one before."""
    state = scene.state
    for i in each(state.said(scene.code, "old_address")):
        sub = int(scene.sub[i])
        if sub in state.moved_on:
            moved = state.moved.setdefault(sub, Moved(*state.moved_on[sub], stale=False))
            moved.orders.add(int(scene.order[i]))
            state.subs.flags[sub] |= MOVED


def generated(scene: Scene) -> None:
    """A new order takes its subscription's address (of marked ones)."""
    for sub, order in zip(scene.sub.tolist(), scene.order.tolist(), strict=True):
        moved = scene.state.moved.get(sub)
        if moved is not None and moved.stale:
            moved.orders.add(order)


def shipped(scene: Scene) -> None:
    """INV-52: a parcel for the old address, days after the change (of marked subscriptions)."""
    state = scene.state
    grace = state.terms.grace("address") // DAY
    for _, at, sub, order, seq in scene.told():
        moved = state.moved.get(sub)
        if moved is None or order not in moved.orders:
            continue
        moved.orders.discard(order)
        if at // DAY - moved.day >= grace and not moved.told:
            moved.told = True
            state.report("INV-52", at, sub, order, moved.seq, seq, date=moved.day)
        _settle(state, sub)


def _settle(state: State, sub: int) -> None:
    """Nothing is old any more."""
    moved = state.moved[sub]
    if not moved.stale and not any(_under_way(state, order) for order in moved.orders):
        del state.moved[sub]
        state.subs.flags[sub] &= ~MOVED & 0xFFFF
