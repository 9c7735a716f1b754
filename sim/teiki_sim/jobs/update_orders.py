"""The part of a bulk update that concerns the orders themselves and their customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from teiki_sim import operations as ops
from teiki_sim import points
from teiki_sim.calendar import to_day
from teiki_sim.jobs.update_fields import Update
from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.log.statuses import CODE, ORDER_MEANING, PAYMENT_MEANING, OrderMeaning, PaymentMeaning
from teiki_sim.messages import METHOD_NAMES
from teiki_sim.tables import Rows

if TYPE_CHECKING:
    from teiki_sim.shop import Shop

__all__ = ["set_carrier", "set_method", "update_orders"]

_NOTED_DATES = ("shipped_on", "delivered_on", "paid_on")


def update_orders(shop: Shop, orders: Rows, fields: Update, actor: Actor) -> None:
    """Set and clear what is given on these orders. What people typed is kept and never logged."""
    if not len(orders):
        return
    if fields.method is not None:
        set_method(shop, orders, METHOD_NAMES.index(fields.method), actor)
    if fields.carrier is not None:
        set_carrier(shop, orders, shop.carriers.index(fields.carrier), actor)
    if fields.ship_date is not None or fields.delivery_date is not None:
        _set_planned(shop, orders, fields, actor)
    for name in _NOTED_DATES:
        date = getattr(fields, name)
        if date is not None or name in fields.clear:
            getattr(shop.notes, name).set(orders, -1 if date is None else to_day(date))
            _edited(shop, orders, name, actor)
    if fields.shipping_list is not None or "shipping_list_on" in fields.clear:
        _set_listed(shop, orders, fields, actor)
    _set_attention(shop, orders, fields, actor)
    _set_customers(shop, orders, fields, actor)
    _set_texts(shop, orders, fields, actor)
    if fields.status is not None:
        _set_status(shop, orders, fields.status, actor)


def _edited(shop: Shop, orders: Rows, what: str, actor: Actor, **columns: object) -> None:
    shop.rows(Kind.EDITED, orders, actor, "bulk_update", code=shop.log.code(what), **columns)


def set_method(shop: Shop, orders: Rows, method: int, actor: Actor) -> None:
    """Another payment method, with its fee (EC-UPD-05). No provider is told: 再オーソリ has to follow (EC-UPD-07)."""
    table, before = shop.orders, shop.notes.method_before
    orders = orders[table.method[orders] != method]
    if not len(orders):
        return
    old, product = table.method[orders], table.product[orders]
    for order, was, transaction in zip(
        orders.tolist(), old.tolist(), table.transaction[orders].tolist(), strict=True
    ):
        before.setdefault(order, (was, transaction))
    table.amount[orders] += shop.fees.payment(product, method) - shop.fees.payment(product, old)
    table.method[orders], table.transaction[orders] = method, -1
    if shop.uncovered[method]:
        table.payment[orders] = shop.policy.payment.not_needed
    else:
        free = PAYMENT_MEANING[table.payment[orders]] == PaymentMeaning.NOT_NEEDED
        table.payment[orders[free]] = 0  # nothing stands under the new method yet
    if shop.points.on:
        for order in orders.tolist():
            points.recalculate(shop, order, actor)
    _edited(shop, orders, "method", actor, method=np.int8(method), amount=table.amount[orders])


def set_carrier(shop: Shop, orders: Rows, carrier: int, actor: Actor) -> None:
    """Another carrier; the amount keeps the old fee until it is recalculated (EC-UPD-06, -08)."""
    old = shop.carriers_of(orders)
    changed = old != carrier
    orders, before = orders[changed], shop.notes.carrier_before
    for order, was in zip(orders.tolist(), old[changed].tolist(), strict=True):
        before.setdefault(order, was)
    shop.notes.carrier.set(orders, carrier)
    if len(orders):
        _edited(shop, orders, f"carrier:{shop.carriers[carrier]}", actor)


def _set_planned(shop: Shop, orders: Rows, fields: Update, actor: Actor) -> None:
    table = shop.orders
    if fields.ship_date is not None:
        table.ship[orders] = to_day(fields.ship_date)
    if fields.delivery_date is not None:
        table.delivery[orders] = to_day(fields.delivery_date)
    _edited(shop, orders, "dates", actor, ship=table.ship[orders], delivery=table.delivery[orders])


def _set_listed(shop: Shop, orders: Rows, fields: Update, actor: Actor) -> None:
    """The shipping-list flag by hand: 出力済 keeps an order from the next list whatever became of it (EC-UPD-13)."""
    if fields.shipping_list is not None:
        listed = fields.shipping_list == "出力済"
        shop.notes.listed.set(orders, int(listed))
        _edited(shop, orders, "listed_by_hand" if listed else "unlisted_by_hand", actor)
    if fields.shipping_list_on is not None:
        shop.notes.listed_on.set(orders, to_day(fields.shipping_list_on))
    elif "shipping_list_on" in fields.clear:
        shop.notes.listed_on.set(orders, -1)


def _set_attention(shop: Shop, orders: Rows, fields: Update, actor: Actor) -> None:
    if fields.attention is not None:
        shop.notes.attention.set(orders, int(fields.attention))
        _edited(shop, orders, "attention" if fields.attention else "attention_cleared", actor)
    _text(shop.notes.attention_reason, orders, fields.attention_reason, "attention_reason" in fields.clear)


def _set_customers(shop: Shop, orders: Rows, fields: Update, actor: Actor) -> None:
    notes, clear = shop.notes, fields.clear
    if (
        fields.blacklist is None
        and fields.customer_memo is None
        and not {"customer_memo", "blacklist_reason"} & {*clear}
    ):
        return
    customers = np.unique(shop.names.customers(shop.orders.sub[orders], orders))
    if fields.blacklist:
        for customer in customers.tolist():
            notes.blacklist[customer] = fields.blacklist_reason or ""
    elif fields.blacklist is False:
        for customer in customers.tolist():
            notes.blacklist.pop(customer, None)
    if fields.blacklist is not None:
        _edited(shop, orders, "blacklist" if fields.blacklist else "blacklist_cleared", actor)
    if "blacklist_reason" in clear:
        for customer in customers.tolist():
            if customer in notes.blacklist:
                notes.blacklist[customer] = ""
    _text(notes.customer_memo, customers, fields.customer_memo, "customer_memo" in clear)


def _set_texts(shop: Shop, orders: Rows, fields: Update, actor: Actor) -> None:
    notes, clear = shop.notes, fields.clear
    _text(notes.memo, orders, fields.memo, "memo" in clear)
    if fields.memo is not None or "memo" in clear:
        _edited(shop, orders, "memo", actor)
    on, off = frozenset(fields.labels), frozenset(fields.labels_off)
    if on or off or "labels" in clear:
        kept = not ("labels" in clear)
        for order in orders.tolist():
            notes.labels[order] = ((notes.labels.get(order, frozenset()) if kept else frozenset()) | on) - off
        _edited(shop, orders, "labels", actor)


def _text(texts: dict[int, str], numbers: Rows, text: str | None, clear: bool) -> None:
    if text is not None:
        texts.update(dict.fromkeys(numbers.tolist(), text))
    elif clear:
        for number in numbers.tolist():
            texts.pop(number, None)


def _set_status(shop: Shop, orders: Rows, word: str, actor: Actor) -> None:
    """対応状況; キャンセル and 返品 leave the payment alone (EC-CAN-01)."""
    code, table = CODE[word], shop.orders
    meaning = OrderMeaning(int(ORDER_MEANING[code]))
    for order in orders[table.status[orders] != code].tolist():
        if meaning == OrderMeaning.CANCELLED:
            ops.set_cancelled(shop, order, actor)
        elif meaning == OrderMeaning.RETURNED:
            shop.set_status(order, code, Kind.RETURNED, actor, "returned")
        else:
            shop.set_status(order, code, Kind.EDITED, actor, code=shop.log.code("status"))
