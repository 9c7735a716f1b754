"""Bookkeeping beside the fold that several monitors lean on; it judges nothing."""

import numpy as np

from teiki_sim.calendar import DAY
from teiki_sim.frequencies import FrequencyRefused, parse
from teiki_sim.log.fold import Live
from teiki_sim.log.kinds import Kind
from teiki_sim.log.rows import SLIP_NUMBER_BASE
from teiki_sim.monitors.scene import Scene, each
from teiki_sim.monitors.state import (
    CAPTURED,
    EXPORTED,
    KNOWN,
    ODD,
    PRINTED,
    SEVERAL,
    SHIPPED,
    STOPS,
    State,
)

#: Flags that rows of an order set, and those that they clear.
_SET: dict[int, int] = {
    Kind.OPENED: KNOWN,
    Kind.GENERATED: KNOWN,
    Kind.EXPORTED: EXPORTED,
    Kind.HANDED_OVER: EXPORTED,
    Kind.SHIPPED: SHIPPED,
    Kind.CAPTURED: CAPTURED,
    Kind.INVOICE_PRINTED: PRINTED,
}
_CLEARED: dict[int, int] = {Kind.WAREHOUSE_STOPPED: EXPORTED, Kind.DELETED: KNOWN}
MARKING = tuple(Kind(number) for number in (*_SET, *_CLEARED))
"""The kinds that set or clear flags."""


def note_transactions(scene: Scene) -> None:
    """Which transactions belong to an order; provider rows, before they are folded."""
    state, t, order = scene.state, scene.rows.transaction, scene.order
    first = scene.transaction
    for i in each((first >= 0) & (first != t) & (t >= 0)):
        several = state.transactions.setdefault(int(order[i]), [int(first[i])])
        if int(t[i]) not in several:
            several.append(int(t[i]))
        state.orders.flags[order[i]] |= SEVERAL
    new = first < 0
    if new.any():
        state.orders.transaction[order[new]] = t[new]


def note_money(scene: Scene) -> None:
    """Captures of another amount than was authorised, what raises one, and refunds; before they are folded."""
    state, t, amount = scene.state, scene.rows.transaction, scene.rows.amount
    ledger = state.fold.ledger
    state_of, authorised = ledger.state.take(t), ledger.authorised.take(t)
    if scene.kind == Kind.REAUTHORISED:
        for i in each((t >= 0) & (state_of == Live.CAPTURED)):
            state.captured.setdefault(int(t[i]), int(authorised[i]))
        return
    captured = scene.kind == Kind.CAPTURED
    odd = t >= 0
    if captured:
        odd &= (authorised != amount) | (state_of != Live.AUTHORISED)
    for i in each(odd):
        transaction, yen = int(t[i]), max(0, int(amount[i]))
        before = state.captured.get(transaction)
        if before is None:
            before = int(authorised[i]) if state_of[i] == Live.CAPTURED else 0
        state.captured[transaction] = before + yen * captured
        if not captured:
            state.refunded[transaction] = state.refunded.get(transaction, 0) + yen
        state.orders.flags[scene.order[i]] |= ODD


def note_child(scene: Scene) -> None:
    """The last two children of a subscription are kept."""
    state, subs = scene.state, scene.state.subs
    child = scene.sub >= 0
    every = bool(child.all())
    sub = scene.sub if every else scene.sub[child]
    order = scene.order if every else scene.order[child]
    state.orders.previous[order] = subs.before[sub] = subs.last[sub]
    subs.before_day[sub] = subs.last_day[sub]
    subs.last[sub] = order
    generated = scene.kind == Kind.GENERATED
    subs.last_day[sub] = (scene.day if every else scene.day[child]) if generated else 0
    for i in each(STOPS.take(scene.status) & child) if generated else ():
        state.born_stopped[int(scene.order[i])] = int(scene.seq[i])


def note_frequency(scene: Scene) -> None:
    """The frequency of an opened subscription, from its label."""
    state = scene.state
    for code in np.unique(scene.code).tolist():
        if code not in state.frequency_of_code:
            state.frequency_of_code[code] = _frequency(state, code)
    known = state.frequency_of_code
    state.subs.frequency[scene.sub] = [known[code] for code in scene.code.tolist()]


def _frequency(state: State, code: int) -> int:
    if not 0 < code < len(state.words):
        return 0
    try:
        state.frequencies.append(parse(state.words[code]))
    except FrequencyRefused:
        return 0
    return len(state.frequencies) - 1


def note_shipped(scene: Scene) -> None:
    """Slip numbers of deferred orders are kept until they are reported."""
    state = scene.state
    wanted = scene.deferred & (scene.code >= SLIP_NUMBER_BASE) & ((scene.flags & CAPTURED) == 0)
    if not wanted.any():
        return
    order, code = scene.order[wanted], scene.code[wanted]
    second = (scene.flags[wanted] & SHIPPED) != 0
    for i in each(second):
        slips = state.more_slips.setdefault(int(order[i]), set())
        slips |= {int(code[i]), int(state.orders.slip[order[i]] or code[i])}
    state.orders.slip[order] = code


def note_captured(scene: Scene) -> None:
    """A slip number that has been reported is kept no longer."""
    state = scene.state
    state.orders.slip[scene.order[scene.deferred]] = 0


def mark(scene: Scene) -> None:
    """What rows of some kinds say of an order once and for all, as a flag."""
    flags, order, kind = scene.state.orders.flags, scene.order, scene.rows.sole_kind
    if kind in _SET:
        flags[order] |= np.uint16(_SET[kind])
    else:
        flags[order] &= np.uint16(~_CLEARED[kind] & 0xFFFF)


def note_stopped(scene: Scene) -> None:
    """When a subscription was last stopped."""
    scene.state.subs.stopped[scene.sub] = scene.seq


def note_decision(scene: Scene) -> None:
    """When something was last decided about an order."""
    scene.state.decided.update(zip(scene.order.tolist(), scene.seq.tolist(), strict=True))


def day_end(at: int) -> int:
    """The midnight that ends the day of an instant."""
    return (at // DAY + 1) * DAY
