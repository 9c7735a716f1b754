"""Incidents about 調整金額 on ecforce: entered twice or wrongly, or never settled (EC-ADJ-03)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from teiki_sim import adjusting
from teiki_sim import operations as ops
from teiki_sim.calendar import DAY
from teiki_sim.desk import WHO
from teiki_sim.incidents.incident import Hour, Incident
from teiki_sim.nightly import due_tonight
from teiki_sim.operators import Operators
from teiki_sim.shop import Shop
from teiki_sim.tables import Rows
from teiki_sim.truth import Slip

__all__ = ["INCIDENTS"]

_YEN = 500
_PLATFORMS = frozenset({"ecforce"})
#: Days before its order in which an adjustment is entered.
_AHEAD = 4


def _soon(shop: Shop) -> Rows:
    """Subscriptions whose next order is made in a few days, with nothing to settle yet."""
    subs, n = shop.subs, shop.subs.n
    fit = subs.delivery[:n] == shop.today + shop.ahead + _AHEAD
    fit &= (subs.status[:n] == shop.policy.subscription.active) & ~(
        subs.flag[:n] | subs.held[:n] | subs.paused[:n]
    )
    return _free(shop, np.flatnonzero(fit))


def _tonight(shop: Shop) -> Rows:
    return _free(shop, due_tonight(shop))


def _free(shop: Shop, subs: Rows) -> Rows:
    taken = [*shop.adjustments.pending, *shop.adjustments.lost]
    free: Rows = subs[~np.isin(subs, taken)] if taken else subs
    return free


def _twice(desk: Operators, sub: int) -> None:
    """The same amount is entered a second time; some notice and take it back."""
    shop = desk.shop
    for _ in range(2):
        adjusting.enter(shop, sub, _YEN, WHO)
    row = shop.truth.open(shop.now, "operator", "adjustment_twice", "INV-34", sub)
    entries = shop.adjustments.pending[sub]
    _follow(desk, sub, row, lambda: len(entries) > 1)
    if shop.mends(sub, shop.subs.cycle.item(sub)):
        desk.later(1, partial(_withdraw, shop, sub))


def _withdraw(shop: Shop, sub: int) -> None:
    if len(shop.adjustments.pending.get(sub, ())) > 1:
        adjusting.withdraw(shop, sub, WHO)


def _tax_ignored(desk: Operators, sub: int) -> None:
    """The figure typed is with tax where the setting adds it, or without where it does not (EC-ADJ-02)."""
    shop = desk.shop
    before_tax, with_tax = 5 * _YEN, 5 * _YEN + 5 * _YEN // 10
    adds = shop.config.tax.adjustment == "before_tax"
    adjusting.enter(shop, sub, with_tax if adds else before_tax, WHO, agreed=with_tax)
    row = shop.truth.open(shop.now, "operator", "adjustment_tax_ignored", "INV-34", sub)
    _follow(desk, sub, row, lambda: True)


def _follow(desk: Operators, sub: int, row: Slip, broken: Callable[[], bool]) -> None:
    """Each evening until an order has taken over what was entered, or it is settled otherwise."""
    shop, entries = desk.shop, desk.shop.adjustments.pending[sub]

    def evening() -> None:
        if entries[0].order >= 0:
            shop.truth.judge(row, shop.now, broken)
        elif shop.adjustments.pending.get(sub) is entries:
            shop.when(shop.later(1, DAY - 30), evening)
        else:
            shop.truth.judge(row, shop.now, lambda: False)

    shop.when(shop.later(0, DAY - 30), evening)


def _stopped(desk: Operators, sub: int) -> None:
    """Timing: the customer stops before the order that would have settled it, and nobody thinks of it."""
    adjusting.enter(desk.shop, sub, -_YEN, WHO)
    desk.later(1, partial(_stop, desk, sub))


def _stop(desk: Operators, sub: int) -> None:
    shop, adjustments = desk.shop, desk.shop.adjustments
    active = shop.policy.subscription.active
    entries = adjustments.pending.get(sub)
    if entries is None or shop.subs.status.item(sub) != active:
        return
    adjustments.left.add(sub)
    ops.stop(shop, sub, WHO)
    for child in ops.unshipped(shop, sub):
        ops.decide(shop, child, "ship", WHO)
    due = (shop.today + 1 + shop.config.grace.adjustment) * DAY
    shop.truth.due(
        shop.now, "timing", "adjustment_before_stop", "INV-34", sub, -1, due,
        lambda: adjustments.pending.get(sub) is entries and shop.subs.status.item(sub) != active,
    )  # fmt: skip
    shop.when(due + 60, adjustments.left.discard, sub)
    if shop.mends(sub, shop.subs.cycle.item(sub)):
        desk.later(2, partial(_settle, desk, sub))


def _settle(desk: Operators, sub: int) -> None:
    shop = desk.shop
    shop.adjustments.left.discard(sub)
    desk.settle_adjustment(sub)


def _declined(desk: Operators, sub: int) -> None:
    """Provider: tonight's order carries it; where it is refused and given up, nobody enters the amount again."""
    shop, adjustments = desk.shop, desk.shop.adjustments
    adjusting.enter(shop, sub, _YEN, WHO)
    entries = adjustments.pending[sub]
    adjustments.left.add(sub)

    def evening() -> None:
        lost = adjustments.lost.get(sub)
        stopped = shop.subs.status.item(sub) != shop.policy.subscription.active
        if lost is not None or (adjustments.pending.get(sub) is entries and stopped):
            _judge_lost(desk, sub)
            return
        last = shop.subs.last_order.item(sub)
        waits = adjustments.pending.get(sub) is entries
        carries = adjustments.carried.get(last) is entries and not shop.is_gone(last)
        if waits or carries:
            shop.when(shop.later(1, DAY - 30), evening)
        else:
            adjustments.left.discard(sub)

    shop.when(shop.later(0, DAY - 30), evening)


def _judge_lost(desk: Operators, sub: int) -> None:
    shop, adjustments = desk.shop, desk.shop.adjustments
    due = (shop.today + 1 + shop.config.grace.adjustment) * DAY
    shop.truth.due(
        shop.now, "provider", "adjustment_declined", "INV-34", sub, -1, due,
        lambda: sub in adjustments.lost
        or (sub in adjustments.pending and shop.subs.status.item(sub) != shop.policy.subscription.active),
    )  # fmt: skip
    shop.when(due + 60, adjustments.left.discard, sub)
    if shop.mends(sub, shop.subs.cycle.item(sub)):
        desk.later(2, partial(_settle, desk, sub))


INCIDENTS: tuple[Incident, ...] = (
    Incident("adjustment_twice", Hour.AFTERNOON, _soon, _twice, "subscription", 0.004, _PLATFORMS),
    Incident(
        "adjustment_tax_ignored", Hour.AFTERNOON, _soon, _tax_ignored, "subscription", 0.003, _PLATFORMS
    ),
    Incident("adjustment_before_stop", Hour.AFTERNOON, _soon, _stopped, "subscription", 0.004, _PLATFORMS),
    Incident("adjustment_declined", Hour.DAWN, _tonight, _declined, "subscription", 0.2, _PLATFORMS),
)
