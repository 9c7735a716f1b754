"""The acquirer's inquiries about card orders (SS-PAY-04), and what the store does about a delivery-stop request."""

from __future__ import annotations

from teiki_sim import operations as ops
from teiki_sim import standing
from teiki_sim.calendar import DAY
from teiki_sim.desk import WHO, Desk
from teiki_sim.draws import Purpose, bits53, threshold
from teiki_sim.log.kinds import Actor, Kind, Side
from teiki_sim.log.statuses import OrderMeaning, PaymentMeaning
from teiki_sim.messages import Method
from teiki_sim.shop import Shop

__all__ = ["CLEARED", "CONFIRMED", "INQUIRY", "STOP", "cleared", "heed", "inquire", "suspend", "tell"]

INQUIRY, STOP, CONFIRMED, CLEARED = "fraud_inquiry", "delivery_stop", "fraud_confirmed", "fraud_cleared"
"""利用調査; 配送停止依頼; 不正確定: misuse by a third party is established, and how is not told; nothing was wrong."""

_HALTING = (STOP, CONFIRMED)


def inquire(shop: Shop) -> None:
    """The acquirer looks at today's new card orders and asks about some, well before they ship (modelled)."""
    terms, orders = shop.config.fraud, shop.orders
    live = shop.live
    new = (orders.created[live] // DAY == shop.today) & (orders.method[live] == Method.CARD)
    new &= orders.ship[live] >= shop.today + 4
    for order in live[new].tolist():
        drawn = [bits53(shop.seed, shop.consumer(order), Purpose.FRAUD, order, i) for i in range(4)]
        if drawn[0] >= threshold(terms.inquiry_rate):
            continue
        word = INQUIRY
        if drawn[1] < threshold(terms.stop_share):
            word = CONFIRMED if drawn[2] < threshold(terms.confirmed_share) else STOP
        if word in _HALTING and drawn[3] < threshold(terms.late_rate):
            _tell_late(shop, order, word)
        else:
            hear(shop, order, word)


def _tell_late(shop: Shop, order: int, word: str) -> None:
    """The acquirer has decided, and its word takes days to reach the store."""
    orders = shop.orders
    shop.row(Kind.NOTICE, order, Actor.ACQUIRER, "fraud", Side.PROVIDER, code=shop.log.code(word))
    shop.truth.ships(shop.now, "provider", "late_stop_notice", "INV-48", orders.sub.item(order), order)
    shop.when(shop.later(shop.config.fraud.late_days, shop.now % DAY), hear, shop, order, word)


def hear(shop: Shop, order: int, word: str) -> None:
    """A notice of the acquirer reaches the store, and its operators."""
    tell(shop, order, word)
    shop.on_trouble("acquirer", shop.orders.sub.item(order), order, word)


def tell(shop: Shop, order: int, word: str) -> None:
    """Note the acquirer's word, which gives no details (SS-PAY-04)."""
    shop.row(Kind.NOTICE, order, Actor.ACQUIRER, "fraud", code=shop.log.code(word))


def cleared(shop: Shop, order: int) -> None:
    """The acquirer withdraws its request."""
    tell(shop, order, CLEARED)


def heed(desk: Desk, sub: int, order: int, word: str) -> None:
    """Halt the parcel and suspend later cycles; whether the customer is told is the shop's choice (SS-PAY-04)."""
    shop = desk.shop
    if shop.config.fraud.tells_customer:
        shop.row(Kind.MAIL, order, WHO, code=shop.log.code(word))
    if word not in _HALTING:
        return
    _halt(shop, order)
    suspend(desk, sub)


def _halt(shop: Shop, order: int) -> None:
    """Stop a parcel that is still here, and end its order where the shop's way is to cancel."""
    if shop.is_gone(order) or standing.meaning(shop, order) not in (
        OrderMeaning.WAITING,
        OrderMeaning.BLOCKED,
        OrderMeaning.WORKING,
    ):
        return
    sub = shop.orders.sub.item(order)
    if standing.meaning(shop, order) == OrderMeaning.WORKING and not ops.stop_at_warehouse(shop, order, WHO):
        shop.truth.ships(shop.now, "timing", "notice_after_export", "INV-48", sub, order)
        return
    if shop.config.fraud.action == "wait":
        ops.hold(shop, order, STOP, WHO)
        return
    if sub >= 0:
        ops.decide(shop, order, "cancel", WHO)
    ops.cancel_order(shop, order, WHO)


def suspend(desk: Desk, sub: int) -> None:
    """No later cycle on that card: the subscription stops, and what else is unshipped is halted too."""
    shop = desk.shop
    if sub < 0 or shop.subs.status.item(sub) != shop.policy.subscription.active:
        return
    ops.stop(shop, sub, WHO)
    for child in ops.unshipped(shop, sub):
        live = standing.payment_meaning(shop, child) == PaymentMeaning.AUTHORISED
        if live and standing.meaning(shop, child) != OrderMeaning.WORKING:
            _halt(shop, child)
        else:
            ops.decide(shop, child, "ship", WHO)
