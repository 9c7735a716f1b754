"""What a reauthorisation that was asked for and not made leaves behind, for the truth table."""

from __future__ import annotations

from teiki_sim import standing
from teiki_sim.calendar import DAY
from teiki_sim.log.statuses import OrderMeaning
from teiki_sim.shop import Shop
from teiki_sim.slip_names import SLIPS
from teiki_sim.tables import GONE, HANDED_OVER

__all__ = ["shipping_instant", "tell"]


def tell(shop: Shop, order: int, slip: str, tries: int, *, money: bool, asked: bool = True) -> None:
    """The truth of a reauthorisation that was not made, when ``tries`` had been made before.

    ``money``: the order comes to another amount than is authorised. ``asked``: an edit asked for it (INV-22).
    """
    truth, now, source, sub = shop.truth, shop.now, SLIPS[slip].source, shop.orders.sub.item(order)
    shop.unauthorised.add(order)
    undone = _Undone(shop, order, tries)
    if asked:
        due = min(now + shop.config.grace.reauth * DAY, shipping_instant(shop, order))
        truth.due(now, source, slip, "INV-22", sub, order, due, undone.reauthorisation)
    if money:
        truth.ships(now, source, slip, "INV-04", sub, order, undone.amount)
        shop.aftermath.follow(order, slip, "INV-05")  # from the capture on, whenever that succeeds


def shipping_instant(shop: Shop, order: int) -> int:
    """When the order leaves if nothing more happens: on its ship date, or on the next day it can."""
    day = max(int(shop.orders.ship[order]), shop.today)
    if (
        not shop.orders.flags[order] & (HANDED_OVER | GONE)
        and day == shop.today
        and shop.now % DAY >= shop.export_second
    ):
        day += 1
    return day * DAY + shop.ship_second


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
