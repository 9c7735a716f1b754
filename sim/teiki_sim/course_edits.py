"""What the shop changes of a subscription itself: goods, quantity, price, time slot, the next delivery pulled into this."""

from __future__ import annotations

from teiki_sim import operations as ops
from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.shop import Shop
from teiki_sim.standing import refuse
from teiki_sim.tables import Rows

__all__ = ["TIME_SLOTS", "edit_course", "edit_time_slot", "hand_on_slots", "move_on", "pull_next"]

TIME_SLOTS = ("指定なし", "午前中", "14時-16時", "16時-18時", "18時-20時", "19時-21時")
"""When of the day a carrier is to deliver (modelled: those that the large carriers have in common)."""


def edit_course(
    shop: Shop, sub: int, actor: Actor, *, product: str = "", quantity: int = 0, unit_price: int | None = None
) -> None:
    """Other goods, quantity or price (yen) from the next order on; orders that exist stay as they are (EC-SUB-10)."""
    subs, number = shop.subs, -1
    if product:
        subs.product[sub] = number = shop.log.vocabulary.products.index(product)
        subs.unit_price[sub] = shop.config.goods[product].price
    if quantity:
        subs.quantity[sub] = quantity
    if unit_price is not None:
        subs.unit_price[sub] = unit_price
    what = "goods" if product else "quantity" if quantity else "price"
    shop.sub_row(
        Kind.EDITED, sub, actor, "pulled", product=number, quantity=quantity or -1, code=shop.log.code(what)
    )


def edit_time_slot(shop: Shop, sub: int, slot: str, actor: Actor) -> None:
    """Another of the `TIME_SLOTS` from the next order on; orders that exist keep theirs (EC-SUB-10)."""
    shop.notes.slot_of_subscription[sub] = slot
    number = TIME_SLOTS.index(slot)
    shop.sub_row(Kind.EDITED, sub, actor, "pulled", quantity=number, code=shop.log.code("time_slot"))


def hand_on_slots(shop: Shop, subs: Rows, children: Rows) -> None:
    """New orders have their subscriptions' time slots."""
    slots = shop.notes.slot_of_subscription
    for sub, order in zip(subs.tolist(), children.tolist(), strict=True) if slots else ():
        if sub in slots:
            shop.notes.slot[order] = slots[sub]


def pull_next(shop: Shop, sub: int, actor: Actor, *, moves_master: bool = True) -> None:
    """Put the goods of the next delivery into the order that waits, and the next delivery one cycle on (EC-SUB-10).

    Left where it is, the next order brings the same goods again (EC-SUB-12).
    """
    child = ops.waiting_child(shop, sub)
    if child < 0:
        raise refuse(shop, -1, sub, "pulled", "pull_next", actor)
    orders, subs = shop.orders, shop.subs
    more = subs.quantity.item(sub)
    orders.quantity[child] += more
    orders.amount[child] += subs.unit_price.item(sub) * more
    shop.row(
        Kind.EDITED, child, actor, "pulled", quantity=orders.quantity.item(child), amount=orders.amount.item(child),
        code=shop.log.code("pulled"),
    )  # fmt: skip
    ops.after_edit(shop, child, "quantity", True, actor)
    if moves_master:
        move_on(shop, sub, actor)


def move_on(shop: Shop, sub: int, actor: Actor) -> None:
    """The next delivery is skipped: it has come already, or comes with this one."""
    ship, delivery = shop.subs.ship.item(sub), shop.subs.delivery.item(sub)
    shop.sub_row(Kind.SKIPPED, sub, actor, "skip", ship=ship, delivery=delivery)
    after = shop.next_delivery(sub, delivery)
    shop.schedule(sub, shop.ship_date(sub, after), after, actor, "skip")
