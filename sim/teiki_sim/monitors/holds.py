"""要対応 on たまごリピート: seen to in time, with a reason and somebody in charge, and released as a whole.

INV-08 (deliveries missed while held, and the wrong order cancelled), INV-19, INV-20 (both scopes, and a repair that
did not last), INV-49.
"""

from teiki_sim.calendar import DAY
from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.log.statuses import OrderMeaning, PaymentMeaning
from teiki_sim.monitors.books import day_end
from teiki_sim.monitors.finding import Finding
from teiki_sim.monitors.hold_notes import Hold
from teiki_sim.monitors.scene import Scene, each
from teiki_sim.monitors.state import GOES_ON, SHIPPED, State

AGAIN = 65 * DAY
"""A hold this soon after a release says that what was repaired was not (modelled)."""
_MAILED = ("np_refused", "np_refused_later", "np_refused_first", "np_refused_no_cod")
_ENDS_ORDER = (Kind.RELEASED, Kind.CANCELLED, Kind.DELETED, Kind.SHIPPED)
_ENDS_SUB = (Kind.RELEASED, Kind.STOPPED, Kind.ENDED)
_PAID = (PaymentMeaning.AUTHORISED, PaymentMeaning.CAPTURED)


def _here(scene: Scene) -> bool:
    return scene.state.terms.platform == "tamago"


def order_held(scene: Scene) -> None:
    """INV-19: an order held by itself is seen to by its ship date; INV-49: reason and owner (before the fold)."""
    state = scene.state
    _reasons(scene)
    if not _here(scene):
        return
    state.holds.order_at.update(zip(scene.order.tolist(), scene.at.tolist(), strict=True))
    ship = state.fold.orders.ship.take(scene.order)
    settled = ((scene.flags & SHIPPED) != 0) | (scene.meaning >= int(OrderMeaning.SHIPPED))
    for i, at, sub, order, seq in scene.told((scene.rows.actor == int(Actor.SYSTEM)) & ~settled):
        _unseen(state, order, sub, order, at, seq, ship.item(i), scene.code.item(i))


def _unseen(state: State, entity: int, sub: int, order: int, at: int, seq: int, ship: int, code: int) -> None:
    due = max(ship * DAY, at + state.terms.grace("hold"))
    word = state.words[code] if 0 <= code < len(state.words) else ""
    case = "" if word in _MAILED else "silent"
    found = state.finding("INV-19", due, sub, order, seq, case=case, opened=at, date=ship, reason=word or "-")
    if not state.agenda.has(entity, "INV-19"):
        state.agenda.open(entity, found)
    owner = state.finding("INV-49", at, sub, order, seq, case="owner", reason=word or "-")
    state.agenda.open(entity, owner)


def _reasons(scene: Scene) -> None:
    """INV-49: what is stopped automatically says why."""
    for _, at, sub, order, seq in scene.told((scene.rows.actor == int(Actor.SYSTEM)) & (scene.code == 0)):
        scene.state.report("INV-49", at, sub, order, seq, case="reason")


def subscription_held(scene: Scene) -> None:
    """The same of a subscription; INV-20: held again soon after a release (before the fold)."""
    state, notes = scene.state, scene.state.holds
    _reasons(scene)
    if not _here(scene):
        return
    table = state.fold.subscriptions
    automatic = scene.rows.actor == int(Actor.SYSTEM)
    goes_on = GOES_ON.take(scene.status)
    for i, at, sub, _, seq in scene.told():
        by_itself, whole = bool(automatic[i]), scene.rows.quantity.item(i) >= 0
        notes.held[sub] = Hold(at, seq, table.delivery.item(sub), table.cycle.item(sub), whole, by_itself)
        if not (by_itself and goes_on[i]):
            continue
        _unseen(state, ~sub, sub, -1, at, seq, table.ship.item(sub), scene.code.item(i))
        before = notes.released.get(sub, -AGAIN - 1)
        if at - before <= AGAIN:
            due = at + state.terms.grace("resume")
            found = state.finding(
                "INV-20", due, sub, -1, seq, case="again", opened=at, released=before // DAY
            )
            state.agenda.open(~sub, found)


def given_to_somebody(scene: Scene) -> None:
    """INV-49: the task was put on the desk."""
    state = scene.state
    entity = scene.order if scene.order.max(initial=-1) >= 0 else ~scene.sub
    for i in each(state.said(scene.code, "task")):
        state.agenda.close_all(int(entity[i]), "INV-49", "owner")
    for i in each(state.said(scene.code, "carrier")):
        state.holds.carrier[int(entity[i])] = scene.rows.quantity.item(i)


def order_seen_to(scene: Scene) -> None:
    """INV-19: an operator did something about the order, or the hold is over (of watched orders)."""
    state = scene.state
    ends = scene.kind in _ENDS_ORDER
    orders = scene.order if ends else scene.order[scene.rows.actor == int(Actor.OPERATOR)]
    for order in orders.tolist():
        state.agenda.close_all(order, "INV-19")
        if ends:
            state.agenda.close_all(order, "INV-20", "order_scope")


def subscription_seen_to(scene: Scene) -> None:
    """INV-19, INV-20: the same of a subscription (of watched ones)."""
    state, kind = scene.state, scene.kind
    ends = kind in _ENDS_SUB
    for sub in (scene.sub if ends else scene.sub[scene.rows.actor == int(Actor.OPERATOR)]).tolist():
        state.agenda.close_all(~sub, "INV-19")
        state.agenda.close_all(~sub, "INV-20", "again")
        if ends:
            state.agenda.close_all(~sub, "INV-20", "one_scope")
        if kind == Kind.DECISION or kind in (Kind.STOPPED, Kind.ENDED):
            state.agenda.close_all(~sub, "INV-08", "undecided")


def decided(scene: Scene) -> None:
    """When something was last decided on a subscription's missed deliveries, and not on its refusals (INV-54)."""
    for i in each(~scene.state.said(scene.code, "escalated")):
        scene.state.holds.decided[scene.sub.item(i)] = scene.at.item(i)


def skipped(scene: Scene) -> None:
    """A skip while held moves what is due: that delivery is not missed."""
    state = scene.state
    for sub in scene.sub.tolist() if state.holds.held else ():
        hold = state.holds.held.get(sub)
        if hold is not None:
            after = state.next_delivery(state.subs.frequency.item(sub), hold.delivery)
            hold.delivery = max(after, hold.delivery)


def order_released(scene: Scene) -> None:
    """INV-20: with the present order, the subscription that is held with it is released too (before the fold)."""
    state = scene.state
    for i in range(len(scene)) if state.holds.held else ():
        at, sub, order, seq = scene.at_row(i)
        hold = state.holds.held.get(sub)
        if hold is None or not hold.whole or state.agenda.has(~sub, "INV-20", "one_scope"):
            continue
        if state.holds.order_at.get(order) != hold.at:
            continue  # a hold of its own, from before or after
        if not GOES_ON[state.fold.subscriptions.status[sub]]:
            continue  # stopped meanwhile: nothing is left that could go on
        due = at + state.terms.grace("resume")
        money = state.amount(order)
        found = state.finding("INV-20", due, sub, -1, hold.seq, seq, case="one_scope", opened=at, money=money)
        state.agenda.open(~sub, found)


def subscription_released(scene: Scene) -> None:
    """INV-20: the present order has a field of its own; INV-08: missed deliveries are decided on (after the fold)."""
    state, notes = scene.state, scene.state.holds
    if not _here(scene):
        return
    for i, at, sub, _, seq in scene.told():
        notes.released[sub] = at
        hold = notes.held.pop(sub, None)
        if hold is None:
            continue
        if hold.whole:
            _order_scope(state, sub, at, seq)
        gone_by = 0 <= hold.delivery < at // DAY + state.terms.generate_days
        if gone_by and GOES_ON[scene.status[i]] and notes.decided.get(sub, -1) < hold.at:
            found = state.finding("INV-08", day_end(at), sub, -1, hold.seq, seq, case="undecided")
            found.facts |= {"date": hold.delivery, "made": hold.cycle}
            state.agenda.open(~sub, found, last=found.at - 1, broken=lambda f: _lost(state, f))


def _order_scope(state: State, sub: int, at: int, seq: int) -> None:
    for order in (state.subs.last.item(sub), state.subs.before.item(sub)):
        if order < 0 or not state.fold.orders.stopped[order] or state.orders.flags[order] & SHIPPED:
            continue
        if state.meaning(order) < int(OrderMeaning.WORKING):
            due = at + state.terms.grace("resume")
            state.agenda.open(
                order, state.finding("INV-20", due, sub, order, seq, case="order_scope", opened=at)
            )


def _lost(state: State, finding: Finding) -> bool:
    """No child of the cycle was made, and the next delivery has moved past it."""
    table = state.fold.subscriptions
    same = table.cycle[finding.sub] == finding.facts["made"]
    return bool(same and table.delivery[finding.sub] > finding.facts["date"])


def cancelled(scene: Scene) -> None:
    """INV-08: the present order, paid, is cancelled while the hold is on the deliveries to come (TR-HOLD-12)."""
    state, held = scene.state, scene.state.holds.held
    if not held:
        return
    goes_on = GOES_ON.take(scene.status)
    for i, at, sub, order, seq in scene.told(
        (scene.rows.actor == int(Actor.OPERATOR)) & (scene.sub >= 0) & goes_on
    ):
        hold = held.get(sub)
        if hold is None or hold.whole or not hold.automatic or scene.payment[i] not in _PAID:
            continue
        if state.subs.last[sub] == order and state.decided.get(order, -1) < hold.seq:
            state.report("INV-08", at, sub, order, hold.seq, seq, case="wrong_order")
