"""INV-35: nobody buys more pieces of limited goods than the shop allows, by the monitors' own count.

Cancelled and returned orders count; a deleted one counts too, for its quota was used, and the finding says so
(SS-LIM-04). Orders of one buyer come in rows of different orders, which waves do not keep in turn: they are
counted when the log is closed, row by row.
"""

from teiki_sim.monitors.sales import Purchase
from teiki_sim.monitors.scene import Scene
from teiki_sim.monitors.state import State


def bought(scene: Scene) -> None:
    """Whose an order of limited goods is, or now is."""
    product, quantity = scene.rows.product, scene.rows.quantity
    for i, at, sub, order, seq in scene.told():
        pieces = max(0, quantity.item(i))
        scene.state.sales.purchases.append(
            Purchase(seq, at, sub, order, scene.code.item(i), product.item(i), pieces)
        )


def deleted(scene: Scene) -> None:
    """A deleted order frees its quota on the platform, not here."""
    sales = scene.state.sales
    for i in range(len(scene)) if sales.purchases or sales.owners else ():
        sales.deleted.setdefault(scene.order.item(i), scene.seq.item(i))


def judge(state: State) -> None:
    """Count what was bought since this was last asked."""
    sales = state.sales
    for purchase in sorted(sales.purchases):
        limit = state.terms.limit(purchase.product)
        before = sales.owners.get(purchase.order)
        if before is not None:
            sales.bought[before.buyer, before.product].remove(before)
        sales.owners[purchase.order] = purchase
        mine = sales.bought.setdefault((purchase.buyer, purchase.product), [])
        mine.append(purchase)
        if limit is not None:
            _judge(state, purchase, mine, limit)
    sales.purchases.clear()


def _judge(state: State, last: Purchase, mine: list[Purchase], limit: int) -> None:
    deleted = state.sales.deleted
    total = sum(one.pieces for one in mine)
    standing = sum(one.pieces for one in mine if deleted.get(one.order, last.seq) >= last.seq)
    if total > limit:
        case = "over" if standing > limit else "regained"
        state.report(
            "INV-35", last.at, last.sub, last.order, last.seq, case=case, found=total, expected=limit
        )  # fmt: skip
