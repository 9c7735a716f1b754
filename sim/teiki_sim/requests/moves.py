"""What buyer, seller and marketplace can do about a message; each function does its one thing and logs it."""

from __future__ import annotations

import json
from functools import partial

from teiki_sim import operations as ops
from teiki_sim import shipping
from teiki_sim.calendar import DAY
from teiki_sim.draws import Purpose, bits53, spread, threshold
from teiki_sim.log.kinds import Actor, Kind, Side
from teiki_sim.log.statuses import OrderMeaning
from teiki_sim.requests.inbox import BUYER, OWN, Request, Sort
from teiki_sim.requests.table import Where
from teiki_sim.shop import Shop
from teiki_sim.standing import RefusedError, meaning, refuse
from teiki_sim.tables import DELIVERED, FORCED, HANDED_OVER, WAREHOUSE_STOPPED

__all__ = [
    "HOUR", "approve", "ask_marketplace", "back", "crossing", "dispatched", "handle", "is_fba", "is_over", "is_tracked",
    "label_if_possible", "may_be_late", "may_cross", "refund", "reply", "return_label", "send_back", "take_back",
    "where", "write",
]  # fmt: skip

HOUR = 3600


def _share(shop: Shop, order: int, stream: int, rate: float) -> bool:
    """Whether an order is among a share of all orders."""
    bits = bits53(shop.seed, shop.consumer(order), Purpose.FULFILMENT, 0, stream)
    return bits < threshold(rate)


def is_fba(shop: Shop, order: int) -> bool:
    """Whether the marketplace ships this order."""
    return _share(shop, order, 0, shop.config.marketplace.fba_share)


def is_tracked(shop: Shop, order: int) -> bool:
    """Whether the seller's parcel carries a tracking number (AM-CAN-10)."""
    return _share(shop, order, 1, shop.config.marketplace.tracked_share)


def where(shop: Shop, order: int) -> Where:
    """Where the order's parcel is."""
    if not shop.is_gone(order):
        return Where.WAITING
    arrived = shop.orders.flags.item(order) & DELIVERED and order not in shop.inbox.refusing
    return Where.DELIVERED if arrived else Where.LEFT


def is_over(shop: Shop, order: int) -> bool:
    """Cancelled or returned."""
    return meaning(shop, order) in (OrderMeaning.CANCELLED, OrderMeaning.RETURNED)


# ---- the buyer -------------------------------------------------------------------------------------


def write(
    shop: Shop, order: int, sort: Sort, actor: Actor = Actor.CUSTOMER, *, delay_hours: int = 0
) -> Request:
    """A buyer writes to the seller; the clock runs from now, and the message arrives ``delay_hours`` later."""
    sub, hours = shop.orders.sub.item(order), shop.config.marketplace.reply_hours
    due = shop.now + hours * HOUR
    arrives = shop.now + delay_hours * HOUR
    request = Request(order, sub, sort, shop.now, due, is_fba(shop, order), arrives)
    inbox = shop.inbox
    inbox.requests.append(request)
    inbox.open.setdefault(order, []).append(request)
    if sort is Sort.FORMAL:
        inbox.formal[order] = request
    shop.orders.last_seq[order] = shop.log.one(
        Kind.MESSAGE, shop.now, Side.CUSTOMER, json.dumps({"subject": sort.subject}), sub, order,
        shop.orders.cycle.item(order), actor, code=shop.log.code(sort.value), cause=shop.orders.last_seq.item(order),
    )  # fmt: skip
    shop.when(due + 1, _too_late, shop, request)
    if shop.policy.cancels_on_request and sort is Sort.FORMAL:
        approve(shop, order, Actor.SYSTEM)
    else:
        shop.when(arrives, partial(shop.on_trouble, "message", sub, order, request))
    return request


def _too_late(shop: Shop, request: Request) -> None:
    """Nobody slipped, the desk is behind: what is not answered now is late all the same (AM-CAN-14)."""
    if request.answered < 0 and not request.late_told:
        shop.truth.broke(request.due, "timing", "backlog", "INV-53", request.sub, request.order)


def dispatched(shop: Shop, order: int) -> None:
    """The parcel leaves with a formal request unanswered: soon after it was made they crossed (AM-CAN-12)."""
    request = shop.inbox.unanswered(order)
    if request is None or request.crossing_told or shop.now - request.at <= crossing(shop):
        return
    shop.truth.broke(shop.now, "timing", "dispatch_crosses", "INV-53", request.sub, order)


def may_be_late(shop: Shop, request: Request, source: str, slip: str) -> None:
    """Something keeps a message from being answered: the truth asks at its due instant, and as the parcel leaves."""
    if shop.now <= request.due:
        request.late_told = True
        shop.truth.due(
            shop.now, source, slip, "INV-53", request.sub, request.order, request.due,
            lambda: request.answered < 0,
        )  # fmt: skip
    may_cross(shop, request, source, slip)


def may_cross(shop: Shop, request: Request, source: str, slip: str) -> None:
    """The truth asks whether a formal request is unanswered as the parcel leaves, and not merely crossed it."""
    order = request.order
    if request.sort is not Sort.FORMAL or shop.is_gone(order) or is_over(shop, order):
        return
    request.crossing_told = True
    shop.truth.ships(
        shop.now, source, slip, "INV-53", request.sub, order,
        lambda: request.answered < 0 and shop.now - request.at > crossing(shop),
    )  # fmt: skip


def back(shop: Shop, order: int) -> None:
    """A refused parcel is back: unless something else was to blame, a desk too far behind approves too late."""
    request = shop.inbox.formal.get(order)
    if request is None or meaning(shop, order) != OrderMeaning.SHIPPED:
        return
    due = shop.now + shop.config.grace.approval * DAY

    def unapproved() -> None:
        if meaning(shop, order) == OrderMeaning.SHIPPED and not request.approval_told:
            shop.truth.broke(due, "timing", "backlog", "INV-53", request.sub, order)

    shop.when(due + 1, unapproved)


def crossing(shop: Shop) -> int:
    """Seconds before dispatch in which a request and the parcel merely cross."""
    return shop.config.marketplace.crossing_hours * HOUR


# ---- the seller ------------------------------------------------------------------------------------


def reply(shop: Shop, order: int, answer: str, actor: Actor = Actor.OPERATOR, rule: str = "") -> None:
    """Answer whatever the buyer wrote: any answer stops the clock (modelled)."""
    shop.row(Kind.MAIL, order, actor, rule, code=shop.log.code(answer))
    _answered(shop, order)


def _answered(shop: Shop, order: int) -> None:
    for request in shop.inbox.open.pop(order, ()):
        request.answered = shop.now


def approve(shop: Shop, order: int, actor: Actor, *, reason: str = BUYER, memo: str = "") -> bool:
    """Cancel Order, with a reason and perhaps a memo; False where the warehouse cannot stop the parcel any more."""
    inbox, orders = shop.inbox, shop.orders
    gone = shop.is_gone(order)
    working = meaning(shop, order) == OrderMeaning.WORKING
    if working and not gone and not ops.stop_at_warehouse(shop, order, actor):
        return False
    rule = "approve" if not gone else "refuse_parcel"
    code = shop.log.code(reason)
    shop.set_status(order, shop.policy.order.cancelled, Kind.CANCELLED, actor, rule, code=code)
    flags = orders.flags.item(order)
    if not gone and (not flags & HANDED_OVER or flags & WAREHOUSE_STOPPED):
        shop.truth.will_not_ship(order)
        orders.flags[order] = flags & ~FORCED
    if memo:
        inbox.memos[order] = memo
        shop.row(Kind.EDITED, order, actor, "memo", code=shop.log.code("seller_memo"))
        if shop.policy.shows_memo:
            shop.row(Kind.MAIL, order, actor, code=shop.log.code("seller_memo"))
    formal = inbox.formal.get(order)
    for request in [*inbox.open.get(order, ()), *([formal] if formal else ())]:
        request.charged = reason != OWN and (formal is None or reason != BUYER)
    _answered(shop, order)
    inbox.pending.pop(order, None)
    return True


def ask_marketplace(shop: Shop, order: int, actor: Actor) -> bool:
    """Ask the marketplace to contact the buyer: it answers that the buyer has to contact it (AM-CAN-03)."""
    shop.row(Kind.NOTICE, order, Actor.PROVIDER, "contact", code=shop.log.code("customer_must_contact"))
    return False


def return_label(shop: Shop, order: int, actor: Actor) -> None:
    """Have the marketplace issue a return label; refused without a return address in its country (AM-CAN-13)."""
    if not shop.config.marketplace.return_address:
        raise refuse(shop, order, -1, "return", "return_label", actor)
    shop.row(Kind.NOTICE, order, Actor.PROVIDER, "return", code=shop.log.code("return_label"))


def label_if_possible(shop: Shop, order: int, actor: Actor) -> bool:
    """Whether a return label could be had; without one the buyer posts the goods as he can."""
    try:
        return_label(shop, order, actor)
    except RefusedError:
        return False
    return True


def refund(shop: Shop, order: int, actor: Actor, *, why: str = "return") -> bool:
    """Give the buyer's money back through the marketplace; False where that is done already."""
    if order in shop.inbox.refunded:
        return False
    shop.inbox.refunded.add(order)
    shop.set_payment(order, shop.policy.payment.refunded, Kind.REFUNDED, actor, code=shop.log.code(why))
    return True


def take_back(shop: Shop, order: int, actor: Actor) -> None:
    """The goods of a returned order are back: refunded if they were not yet, and the order is closed."""
    refund(shop, order, actor)
    shop.set_status(order, shop.policy.order.returned, Kind.RETURNED, actor, "return")


# ---- the marketplace -------------------------------------------------------------------------------


def handle(shop: Shop, order: int) -> None:
    """The buyer of an order that the marketplace ships has contacted it: it sees to all of it (AM-CAN-03)."""
    if is_over(shop, order):
        return
    here = where(shop, order)
    if here is Where.WAITING:
        approve(shop, order, Actor.PROVIDER, reason=OWN)
    elif here is Where.LEFT:
        shop.inbox.refusing.add(order)
    else:
        send_back(shop, order)


def send_back(shop: Shop, order: int) -> None:
    """The buyer sends goods back that had been delivered; they arrive some days later."""
    first, last = shop.config.customers.return_days
    bits = bits53(shop.seed, shop.consumer(order), Purpose.REQUEST, 0, 9)
    days = first + spread(bits, last - first + 1)
    shop.when(shop.later(days, 14 * HOUR), shipping.come_back, shop, order)
