"""A reauthorisation that an edit asks for and nobody made: what it leaves behind, for the truth table."""

from __future__ import annotations

from collections.abc import Callable

from teiki_sim import payments, standing
from teiki_sim.calendar import DAY
from teiki_sim.desk import WHO, Desk, shipping_instant
from teiki_sim.log.statuses import OrderMeaning, PaymentMeaning
from teiki_sim.shop import Shop
from teiki_sim.slip_names import SLIPS

__all__ = ["leave_out"]


def leave_out(desk: Desk, order: int, slip: str, edit: Callable[[], object], *, money: bool) -> None:
    """Edit an order and leave out the reauthorisation (EC-REA-04). ``money``: the amount is another one then.

    Of several such edits of one order the first makes the breach.
    """
    tries = desk.shop.tries.get(order, 0)
    edit()
    if order not in desk.unauthorised:
        tell(desk, order, slip, tries, money=money)
        shop = desk.shop
        sub = shop.orders.sub.item(order)
        desk.mend(sub, order, lambda: payments.reauthorise(shop, order, WHO), if_waiting=True)


def tell(desk: Desk, order: int, slip: str, tries: int, *, money: bool) -> None:
    """The truth of a reauthorisation left out, when ``tries`` had been made before the edit."""
    shop = desk.shop
    truth, now, source, sub = shop.truth, shop.now, SLIPS[slip].source, shop.orders.sub.item(order)
    desk.unauthorised.add(order)
    undone = _Undone(shop, order, tries)
    due = min(now + shop.config.grace.reauth * DAY, shipping_instant(shop, order))
    truth.due(now, source, slip, "INV-22", sub, order, due, undone.reauthorisation)
    if money:
        truth.ships(now, source, slip, "INV-04", sub, order, undone.amount)
        captured = shop.capture_second - shop.ship_second + shop.config.grace.ledger * DAY
        truth.ships(now, source, slip, "INV-05", sub, order, undone.captured, captured)


class _Undone:
    """What a left-out reauthorisation leaves behind, read from the shop's tables."""

    def __init__(self, shop: Shop, order: int, tries: int) -> None:
        self.shop, self.order, self.tries = shop, order, tries

    def _stands(self) -> bool:
        return standing.meaning(self.shop, self.order) not in (OrderMeaning.CANCELLED, OrderMeaning.DELETED)

    def reauthorisation(self) -> bool:
        """No new verdict was asked for, and the order stands."""
        return self._stands() and self.shop.tries.get(self.order, 0) == self.tries

    def amount(self) -> bool:
        """The covered amount is not the order's."""
        orders, order = self.shop.orders, self.order
        differs = orders.covered.item(order) != orders.amount.item(order)
        return differs and not self.shop.aftermath.is_bare(order)

    def captured(self) -> bool:
        """Captured, and not the order's amount."""
        captured = standing.payment_meaning(self.shop, self.order) == PaymentMeaning.CAPTURED
        return captured and self.amount() and standing.meaning(self.shop, self.order) == OrderMeaning.SHIPPED
