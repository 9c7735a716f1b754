"""Tasks about a customer's record: a new address carried on, an adjustment that nothing carries any more."""

from __future__ import annotations

from teiki_sim import adjusting, standing
from teiki_sim import operations as ops
from teiki_sim.addressing import carry_address, is_old, siblings, tell_old_address
from teiki_sim.desk import WHO, Desk

__all__ = ["Records"]


class Records(Desk):
    """What the desk does about addresses and adjustments."""

    def carry(self, sub: int, _order: int = -1, _more: str = "") -> None:
        """Carry the customer's new address into their subscriptions, and into orders made meanwhile (EC-SUB-10)."""
        for mine in siblings(self.shop, sub):
            carry_address(self.shop, mine, WHO)
            self.readdress(mine)

    def readdress(self, sub: int) -> None:
        """Orders under way with an old address get the new one, or their customer is told that it is too late."""
        shop = self.shop
        for order in ops.unshipped(shop, sub):
            if not is_old(shop, order):
                continue
            if not self._freed(order):
                tell_old_address(shop, order, WHO)
                continue
            try:
                ops.edit_address(shop, order, WHO)
            except standing.RefusedError:
                continue

    def settle_adjustment(self, sub: int, _order: int = -1, _more: str = "") -> None:
        """An adjustment that no order carries: entered again while the subscription goes on, else settled (EC-ADJ-03)."""
        shop, adjustments = self.shop, self.shop.adjustments
        active = shop.subs.status.item(sub) == shop.policy.subscription.active
        if sub in adjustments.left or not (
            sub in adjustments.lost or (sub in adjustments.pending and not active)
        ):
            return
        if active:
            adjusting.enter(shop, sub, sum(one.yen for one in adjustments.lost[sub]), WHO)
        else:
            adjusting.settle(shop, sub, WHO)
