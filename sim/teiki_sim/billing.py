"""An order's billing address: deferred payment is judged by it, the parcel does not go by it."""

from __future__ import annotations

from teiki_sim import operations as ops
from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.shop import Shop

__all__ = ["edit_billing"]


def edit_billing(shop: Shop, order: int, actor: Actor, *, reauthorises: bool = True) -> None:
    """Another billing address on the order; deferred payment asks for a new verdict (EC-REA-02).

    Raises RefusedError where the platform fixes a shipped deferred order (EC-SHP-02).
    """
    ops.refuse_after_ship(shop, order, "billing", actor)
    shop.row(Kind.EDITED, order, actor, code=shop.log.code("billing"))
    if not shop.is_gone(order):
        ops.after_edit(shop, order, "billing", reauthorises, actor)
