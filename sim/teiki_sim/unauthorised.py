"""A reauthorisation that an edit asks for and nobody makes."""

from __future__ import annotations

from collections.abc import Callable

from teiki_sim import payments
from teiki_sim.desk import WHO, Desk
from teiki_sim.undone import tell

__all__ = ["leave_out"]


def leave_out(desk: Desk, order: int, slip: str, edit: Callable[[], object], *, money: bool) -> None:
    """Edit an order and leave out the reauthorisation (EC-REA-04). ``money``: the amount is another one then.

    Of several such edits of one order the first makes the breach.
    """
    shop = desk.shop
    tries = shop.tries.get(order, 0)
    edit()
    if order not in shop.unauthorised:
        tell(shop, order, slip, tries, money=money)
        sub = shop.orders.sub.item(order)
        desk.mend(sub, order, lambda: payments.reauthorise(shop, order, WHO), if_waiting=True)
