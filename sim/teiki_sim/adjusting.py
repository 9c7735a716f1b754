"""調整金額: an amount entered on a subscription, which its next order takes over, once (EC-ADJ-01 to EC-ADJ-03)."""

from __future__ import annotations

from teiki_sim.customer_record import Adjustment
from teiki_sim.log.kinds import Actor, Kind, Side
from teiki_sim.money import with_tax
from teiki_sim.shop import Shop
from teiki_sim.tables import Rows

__all__ = [
    "adopt",
    "apply",
    "enter",
    "give_back",
    "lose",
    "note_applied",
    "open_amount",
    "settle",
    "withdraw",
]


def enter(shop: Shop, sub: int, yen: int, actor: Actor, agreed: int | None = None) -> None:
    """Enter an amount (yen, below 0 in the customer's favour) for the subscription's next order only.

    ``agreed`` is what was told to the customer, tax included. What an order lost is entered again by this.
    """
    if agreed is not None:
        _row(shop, sub, "agreed", agreed, actor)
    shop.adjustments.lost.pop(sub, None)
    shop.adjustments.pending.setdefault(sub, []).append(Adjustment(yen, agreed))
    _row(shop, sub, "entered", yen, actor)


def withdraw(shop: Shop, sub: int, actor: Actor) -> None:
    """Take back what was entered last and waits."""
    pending = shop.adjustments.pending.get(sub)
    if not pending:
        return
    _row(shop, sub, "withdrawn", pending.pop().yen, actor)
    if not pending:
        del shop.adjustments.pending[sub]


def settle(shop: Shop, sub: int, actor: Actor) -> None:
    """Settle all that is open another way, such as by bank transfer (EC-SHP-03)."""
    yen = open_amount(shop, sub)
    shop.adjustments.pending.pop(sub, None)
    shop.adjustments.lost.pop(sub, None)
    _row(shop, sub, "settled", yen, actor)


def open_amount(shop: Shop, sub: int) -> int:
    """What waits for the next order, or was lost with one (yen as entered)."""
    adjustments = shop.adjustments
    return sum(one.yen for one in (*adjustments.pending.get(sub, ()), *adjustments.lost.get(sub, ())))


def apply(shop: Shop, subs: Rows, orders: Rows) -> None:
    """New orders take over what waits; taxed where the tax setting says before tax (EC-ADJ-02).

    An order does not fall below 1 yen by it (modelled).
    """
    adjustments, table = shop.adjustments, shop.orders
    for sub, order in zip(subs.tolist(), orders.tolist(), strict=True):
        entries = adjustments.pending.pop(sub, None)
        if entries is None:
            continue
        adjustments.carried[order] = entries
        table.amount[order] = max(1, table.amount.item(order) + _taxed(shop, order, entries))


def _taxed(shop: Shop, order: int, entries: list[Adjustment]) -> int:
    tax, yen = shop.config.tax, sum(one.yen for one in entries)
    if tax.adjustment == "after_tax":
        return yen
    goods = shop.config.goods.get(shop.log.vocabulary.products[shop.orders.product.item(order)])
    return with_tax(yen, goods.tax_rate if goods else 10, tax.rounding)


def note_applied(shop: Shop, orders: Rows) -> None:
    """Log what the orders that came to be have taken over."""
    for order in orders.tolist():
        entries = shop.adjustments.carried.get(order)
        if entries is not None:
            for entry in entries:
                entry.order = order
            yen = _taxed(shop, order, entries)
            shop.row(
                Kind.ADJUSTED,
                order,
                rule="adjust",
                amount=abs(yen),
                code=shop.log.code(f"applied_{_sign(yen)}"),
            )


def give_back(shop: Shop, orders: Rows) -> None:
    """Orders that did not come to be: what they would have carried waits on."""
    for order in orders.tolist():
        entries = shop.adjustments.carried.pop(order, None)
        if entries is not None:
            shop.adjustments.pending[shop.orders.sub.item(order)] = entries
            shop.adjustments.unborn[order] = entries


def adopt(shop: Shop, order: int) -> None:
    """An order came to be after all: it carries what it had been given."""
    entries = shop.adjustments.unborn.pop(order, None)
    if entries is not None:
        shop.adjustments.pending.pop(shop.orders.sub.item(order), None)
        shop.adjustments.carried[order] = entries


def lose(shop: Shop, order: int) -> None:
    """An order that carried an adjustment is cancelled or deleted: somebody has to enter it again or settle it.

    Once it has left, the adjustment was settled with it (modelled).
    """
    entries = shop.adjustments.carried.pop(order, None)
    if entries is not None and not shop.is_gone(order):
        sub = shop.orders.sub.item(order)
        shop.adjustments.lost.setdefault(sub, []).extend(entries)
        shop.on_trouble("adjustment", sub, order, "")


def _sign(yen: int) -> str:
    return "credit" if yen < 0 else "charge"


def _row(shop: Shop, sub: int, what: str, yen: int, actor: Actor) -> None:
    code = shop.log.code(what if what == "settled" else f"{what}_{_sign(yen)}")
    shop.log.one(
        Kind.ADJUSTED, shop.now, Side.STORE, None, sub, -1, shop.subs.cycle.item(sub), actor, amount=abs(yen),
        code=code, rule=shop.rules["adjust"],
    )  # fmt: skip
