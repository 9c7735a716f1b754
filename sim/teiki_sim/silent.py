"""The truth of faults of which the shop was told nothing: what was confirmed and did not happen, or did not last."""

from __future__ import annotations

from functools import partial

from teiki_sim.shop import Shop
from teiki_sim.slip_names import SLIPS

__all__ = ["hear"]


def hear(shop: Shop) -> None:
    """Write down what the providers did without a word since this was last asked (the truth table's, not the shop's).

    Nothing is asked where no such fault is configured.
    """
    if not shop.aftermath.listens:
        return
    for fault, order in shop.gateway.mishaps():
        shop.aftermath.follow(order, fault)
        named = SLIPS[fault].invariants
        if "INV-26" in named:
            shop.aftermath.cancelling(order, fault)
        if shop.is_gone(order):
            continue
        sub = shop.orders.sub.item(order)
        for invariant, broken in (
            ("INV-02", shop.aftermath.is_cancelled),
            ("INV-03", shop.aftermath.is_bare),
        ):
            if invariant in named:
                shop.truth.ships(shop.now, "provider", fault, invariant, sub, order, partial(broken, order))
