"""再計算 on an order's goods page: the amount takes in a changed carrier's fee (EC-UPD-06, -08, -09)."""

from __future__ import annotations

from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.log.statuses import PaymentMeaning
from teiki_sim.messages import METHODS
from teiki_sim.payments import carrier_difference, reauthorise
from teiki_sim.shop import Shop
from teiki_sim.standing import payment_meaning

__all__ = ["recalculate"]


def recalculate(shop: Shop, order: int, actor: Actor) -> None:
    """Recalculate an order; where that changes what it comes to, a standing authorisation is asked for anew.

    After a reauthorisation that took a changed carrier's fee in already, it is taken in twice (modelled): that is the
    mistake that EC-UPD-09 speaks of.
    """
    orders, notes = shop.orders, shop.notes
    twice = notes.reauthorised_with_carrier.pop(order, None)
    fee = carrier_difference(shop, order)
    orders.amount[order] += fee or twice or 0
    shop.row(Kind.RECALCULATED, order, actor, "recalculate", amount=orders.amount.item(order))
    stands = payment_meaning(shop, order) in (PaymentMeaning.AUTHORISED, PaymentMeaning.PENDING)
    pending = order in notes.method_before
    method = METHODS[orders.method.item(order)]
    if fee and stands and not pending and shop.policy.needs_reauthorisation(method, "amount"):
        reauthorise(shop, order, actor)
