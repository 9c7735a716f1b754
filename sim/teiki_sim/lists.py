"""Shipping lists beside the daily one: exported without the box, exported again, flagged and never exported.

Documented: with the box ticked, exported orders turn from 未出力 to 出力済, and only a search for 未出力 leaves them out
of the next list. Modelled: the warehouse packs an order number that it was given twice once; an order flagged 出力済
that never reached the warehouse is set back to 未出力 a week after its ship date, when the customer asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from teiki_sim.calendar import DAY
from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.log.statuses import OrderMeaning
from teiki_sim.standing import meaning
from teiki_sim.tables import GONE, HANDED_OVER

if TYPE_CHECKING:
    from teiki_sim.shop import Shop
    from teiki_sim.tables import Rows

__all__ = [
    "export_again",
    "flag_listed",
    "never_exported",
    "never_exported_by",
    "put_on_list",
    "unflag",
    "waits_in_vain",
]

#: Days after its ship date on which an order that was forgotten by a flag is looked for (modelled).
ASKED_AFTER = 7


def put_on_list(shop: Shop, orders: Rows, actor: Actor) -> None:
    """A list with the box ticked: waiting orders go to work, and all are 出力済 from now on (EC-CSV-02).

    Orders that are out of the warehouse's hands already, or were listed before, go out once more all the same.
    """
    table, words = shop.orders, shop.policy.order
    waiting = orders[table.status[orders] == words.waiting]
    others = orders[table.status[orders] != words.waiting]
    table.status[waiting] = words.working
    shop.notes.listed.set(orders, 1)
    shop.notes.listed_on.set(orders, shop.today)
    if len(waiting):
        shop.rows(
            Kind.EXPORTED, waiting, actor, "exported", status_from=words.waiting, status_to=words.working
        )
    export_again(shop, others, actor)


def export_again(shop: Shop, orders: Rows, actor: Actor) -> None:
    """Orders go out on a list, and nothing else changes: no box, or they were on one before (EC-CSV-03)."""
    if len(orders):
        status = shop.orders.status[orders]
        shop.rows(Kind.EXPORTED, orders, actor, "exported", status_from=status, status_to=status)


def flag_listed(shop: Shop, orders: Rows, actor: Actor, code: str) -> None:
    """出力済 without an export: ``listed_by_hand``, or ``listed`` by a job that made no list (EC-UPD-13)."""
    shop.notes.listed.set(orders, 1)
    shop.notes.listed_on.set(orders, shop.today)
    if len(orders):
        shop.rows(Kind.EDITED, orders, actor, "exported", code=shop.log.code(code))


def unflag(shop: Shop, order: int, actor: Actor) -> None:
    """Back to 未出力, so that the next list takes it."""
    shop.notes.listed.set(np.array([order]), 0)
    shop.row(Kind.EDITED, order, actor, code=shop.log.code("unlisted_by_hand"))


def waits_in_vain(shop: Shop, order: int) -> bool:
    """Whether an order waits, on no list, although its flag says that it was on one."""
    flags = shop.orders.flags.item(order)
    waits = meaning(shop, order) == OrderMeaning.WAITING and not flags & (HANDED_OVER | GONE)
    return waits and shop.notes.listed.get(order) == 1


def never_exported(shop: Shop, order: int) -> bool:
    """Whether it still does now that its ship date has come."""
    return waits_in_vain(shop, order) and shop.orders.ship.item(order) <= shop.today


def never_exported_by(shop: Shop, order: int) -> int:
    """The instant by which a flagged order must have been exported."""
    ship: int = max(shop.orders.ship.item(order), shop.today)
    return (ship + shop.config.grace.export + 1) * DAY
