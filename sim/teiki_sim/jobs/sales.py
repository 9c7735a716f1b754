"""Sales totals as the shop counts them: by its own payment statuses, whatever the provider holds (EC-PAY-06)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from teiki_sim.log.statuses import PAYMENT_MEANING, PaymentMeaning

if TYPE_CHECKING:
    from teiki_sim.shop import Shop

__all__ = ["sales"]


def sales(shop: Shop) -> dict[str, dict[str, int]]:
    """Orders and yen by what the shop's payment statuses say: captured, cancelled, and authorised to come."""
    orders, n = shop.orders, shop.orders.n
    meaning = PAYMENT_MEANING[orders.payment[:n]]
    there = orders.status[:n] > 0
    found = {}
    for name, meanings in (
        ("captured", (PaymentMeaning.CAPTURED,)),
        ("cancelled", (PaymentMeaning.CANCELLED, PaymentMeaning.REFUNDED)),
        ("authorised", (PaymentMeaning.AUTHORISED,)),
    ):
        mine = there & np.isin(meaning, meanings)
        found[name] = {"orders": int(mine.sum()), "yen": int(orders.amount[:n][mine].astype(np.int64).sum())}
    return found
