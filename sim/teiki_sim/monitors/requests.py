"""Messages of a marketplace's buyers, and the cancels that they ask for: INV-53."""

from teiki_sim.log.kinds import Kind
from teiki_sim.log.statuses import OrderMeaning
from teiki_sim.monitors.scene import Scene, each
from teiki_sim.monitors.state import SHIPPED, Asked, State

__all__ = ["answered", "came_back", "cancelled", "decided", "shipped", "written"]

HOUR = 3600
_NEVER = 100 * 366 * 24 * HOUR
FORMAL = "cancel_request"
_MESSAGES = (FORMAL, "cancel_wish", "return_request", "question")
_UNANSWERED = ("unread", *(f"late_{word}" for word in _MESSAGES))
_REPLIES = (
    "reply_contact_marketplace", "reply_cancel_in_history", "reply_cancelled", "reply_refuse_parcel",
    "reply_received", "reply_return", "reply_question",
)  # fmt: skip
_BUYER, _OWN = "Buyer Cancelled", "Fulfilled by marketplace"


def _elsewhere(state: State) -> bool:
    return state.terms.platform != "marketplace"


def written(scene: Scene) -> None:
    """A message must be answered within the marketplace's hours, whatever the day."""
    state = scene.state
    if _elsewhere(state):
        return
    hours = state.terms.value("marketplace.reply_hours")
    for i, at, sub, order, seq in scene.told(state.said(scene.code, *_MESSAGES)):
        word = state.words[int(scene.code[i])]
        asked = state.asked.setdefault(order, Asked())
        if word == FORMAL:
            asked.formal, asked.seq = at, seq
            # Stays open past its hours, so that the order is watched until there is an answer.
            unread = state.finding("INV-53", at + _NEVER, sub, order, seq, case="unread")
            state.agenda.open(order, unread, broken=lambda _finding: False)
        case = f"late_{word}"
        found = state.finding("INV-53", at + hours * HOUR, sub, order, seq, case=case, opened=at, hours=hours)
        state.agenda.open(order, found)


def answered(scene: Scene) -> None:
    """Any answer, or the cancel itself, stops the clock (of watched orders)."""
    state = scene.state
    if _elsewhere(state):
        return
    mail, cancel = scene.kind == Kind.MAIL, scene.kind == Kind.CANCELLED
    orders = scene.order[state.said(scene.code, *_REPLIES)] if mail else scene.order
    for order in orders.tolist():
        for case in _UNANSWERED if mail or cancel else ():
            state.agenda.close_all(order, "INV-53", case)
        if not mail:
            state.agenda.close_all(order, "INV-53", "unapproved")


def shipped(scene: Scene) -> None:
    """A parcel must not leave while a formal request lies unanswered, unless they merely crossed (watched orders)."""
    state = scene.state
    if _elsewhere(state):
        return
    crossing = state.terms.value("marketplace.crossing_hours") * HOUR
    for _, at, sub, order, seq in scene.told():
        asked = state.asked.get(order)
        if asked is not None and at - asked.formal > crossing and state.agenda.has(order, "INV-53", "unread"):
            state.report("INV-53", at, sub, order, asked.seq, seq, case="shipped", opened=asked.formal)


def decided(scene: Scene) -> None:
    """A recorded decision to approve early makes it a cost."""
    state = scene.state
    if _elsewhere(state):
        return
    for i in each(state.said(scene.code, "approve_early")):
        state.asked.setdefault(int(scene.order[i]), Asked()).chosen = True


def came_back(scene: Scene) -> None:
    """A refused parcel that is back is to be followed by the approval of its cancel."""
    state = scene.state
    if _elsewhere(state):
        return
    for _, at, sub, order, seq in scene.told():
        asked = state.asked.get(order)
        if asked is None:
            continue
        asked.back = True
        if asked.formal >= 0 and state.meaning(order) == int(OrderMeaning.SHIPPED):
            due = at + state.terms.grace("approval")
            found = state.finding("INV-53", due, sub, order, asked.seq, seq, case="unapproved", opened=at)
            state.agenda.open(order, found)


def cancelled(scene: Scene) -> None:
    """A buyer's cancel goes by the formal request, under its reason, and after dispatch once the parcel is back."""
    state = scene.state
    if _elsewhere(state):
        return
    buyer, own = state.said(scene.code, _BUYER), state.said(scene.code, _OWN)
    for i, at, sub, order, seq in scene.told(~own):
        asked = state.asked.get(order)
        if asked is None and not buyer[i]:
            continue  # the seller's own, and nobody had asked
        if asked is None or asked.formal < 0:
            state.report("INV-53", at, sub, order, seq, case="informal")
            continue
        if not buyer[i]:
            state.report("INV-53", at, sub, order, asked.seq, seq, case="reason")
        if scene.flags[i] & SHIPPED and not asked.back:
            case = "chosen" if asked.chosen or _by_policy(state, order) else "early"
            state.report("INV-53", at, sub, order, asked.seq, seq, case=case)


def _by_policy(state: State, order: int) -> bool:
    """Whether the shop's terms have this order approved before the parcel is back."""
    terms = state.terms
    below = terms.value("marketplace.approve_early_below")
    return bool(terms.value("marketplace.approve_at_once")) or state.amount(order) < below
