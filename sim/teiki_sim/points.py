"""Points: granted with an order, used on an order, taken back and returned once when it is cancelled, expired.

Documented: granted points stay as they were when an order is edited, and are computed anew when goods are replaced
or the method is changed (SS-ORD-07); points are granted and expire by automatic processing (SS-ORD-08); a cancelled
payment revokes granted points and returns used ones, a forced one too (EC-PAY-02, EC-PAY-06).

Modelled: one point is one yen; points are granted when the order comes to be, on its amount with fees; a subscription
that collects uses all that it has or nothing, at the rate of `[points]`, before the charge; the oldest go first; what
was spent elsewhere is not revoked below zero; returned points live as long as new ones; an order that is
deleted is treated like a cancelled one. Single orders collect none.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from teiki_sim.calendar import DAY
from teiki_sim.draws import Purpose, bits53, bits53_many, threshold
from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.point_account import PER, Account, earned

if TYPE_CHECKING:
    from teiki_sim.config import Config
    from teiki_sim.shop import Shop
    from teiki_sim.tables import Rows

__all__ = ["Points", "expire", "fall_twice", "quote", "recalculate", "reverse", "reverse_again", "settle"]

#: The word of a slip, and the name under which it is drawn for.
NOT_RECALCULATED = "points_not_recalculated"


class Points:
    """The point side of one shop. ``on`` is false where nobody collects: then nothing here costs anything."""

    def __init__(self, config: Config) -> None:
        scheme = config.points
        self.rate = round(scheme.rate * PER)
        self.expiry_days = scheme.expiry_days
        share = scheme.share(config.platform)
        self.on = self.rate > 0 and share > 0
        self._collects, self.uses = threshold(share), threshold(scheme.use)
        self.granted: dict[int, int] = {}  # order -> points that it granted and that stand
        self.used: dict[int, int] = {}  # order -> points spent on it and not returned
        self.reversed: dict[int, tuple[int, int]] = {}  # order -> revoked, returned
        self.reversed_today: list[int] = []
        self.drawn_today: dict[int, list[tuple[int, int]]] = {}  # order -> lots spent on it this night
        self.quoted: dict[int, int] = {}  # order not settled yet -> points to spend on it
        self.wanted: dict[int, int] = {}  # order whose points were not computed anew -> what they should be
        self.left_as_was: set[int] = (
            set()
        )  # orders whose next change of goods or method leaves the points alone
        self.last_day: dict[int, int] = {}  # lot -> its last day
        self._accounts: dict[int, Account] = {}
        self._ending: dict[int, list[tuple[int, int]]] = {}  # day -> (subscription, lot)
        self._members = np.zeros(0, np.bool_)

    def members(self, seed: int, keys: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Which subscriptions collect; ``keys`` of all there are."""
        known = len(self._members)
        if len(keys) > known:
            new = bits53_many(seed, keys[known:], Purpose.POINTS) < self._collects
            self._members = np.concatenate([self._members, new])
        return self._members

    def account(self, sub: int) -> Account:
        """A subscription's account."""
        return self._accounts.setdefault(sub, Account())

    def balance(self, sub: int) -> int:
        """Points that a subscription has in hand."""
        return self._accounts[sub].balance if sub in self._accounts else 0

    def put(self, sub: int, order: int, points: int, today: int) -> None:
        """A lot comes in; it lives for the days of the scheme."""
        self.account(sub).put(order, points)
        self.last_day[order] = day = today + self.expiry_days
        self._ending.setdefault(day, []).append((sub, order))

    def ending(self, today: int) -> Iterable[tuple[int, int, int]]:
        """Subscription, lot and points of what has run out by today."""
        for day in [day for day in self._ending if day <= today]:
            for sub, order in self._ending.pop(day):
                if self.last_day.get(order) == day and (left := self.account(sub).lots.get(order, 0)):
                    yield sub, order, left


def quote(shop: Shop, orders: Rows, subs: Rows) -> None:
    """New children, before they are charged: some of those who collect pay with points."""
    points = shop.points
    members = points.members(shop.seed, shop.subs.key[: shop.subs.n])[subs]
    table = shop.orders
    for i in np.flatnonzero(members).tolist():
        order, sub = int(orders[i]), int(subs[i])
        amount = table.amount.item(order)
        spent = min(points.balance(sub), amount - 1)
        cycle = max(table.cycle.item(order), 0)
        if spent > 0 and bits53(shop.seed, shop.subs.key.item(sub), Purpose.POINTS, cycle, 1) < points.uses:
            table.amount[order] = amount - spent
            points.quoted[order] = spent


def settle(shop: Shop, children: Rows) -> None:
    """Children that came to be: what was spent on them is gone, what they earn is granted."""
    points, table = shop.points, shop.orders
    subs = table.sub[children]
    members = children[points.members(shop.seed, shop.subs.key[: shop.subs.n])[subs]]
    for order in members.tolist():
        sub = table.sub.item(order)
        if (spent := points.quoted.pop(order, 0)) and (lots := points.account(sub).take(spent)):
            points.used[order] = used = sum(some for _, some in lots)
            points.drawn_today[order] = lots
            _row(shop, order, "used", used, Actor.CUSTOMER)
    earnings = [earned(amount, points.rate) for amount in table.amount[members].tolist()]
    given = [(order, some) for order, some in zip(members.tolist(), earnings, strict=True) if some]
    if not given:
        return
    for order, some in given:
        points.granted[order] = some
        points.put(table.sub.item(order), order, some, shop.today)
    orders, quantities = (np.array(column) for column in zip(*given, strict=True))
    code = shop.log.code("granted")
    shop.rows(Kind.POINTS, orders, Actor.SYSTEM, "points", quantity=quantities, code=code)


def expire(shop: Shop) -> None:
    """The night's automatic processing: lots whose last day is over are gone (SS-ORD-08)."""
    points = shop.points
    points.drawn_today.clear()
    points.reversed_today.clear()
    for sub, order, left in points.ending(shop.today - 1):
        points.account(sub).take_from(order, left)
        del points.last_day[order]
        _row(shop, order, "expired", left, Actor.SYSTEM)


def reverse(shop: Shop, order: int, actor: Actor) -> bool:
    """The order is over: granted points are revoked, used ones returned, each once (EC-PAY-02).

    Called again for the same order it does nothing. What was spent elsewhere meanwhile is written off (modelled).
    """
    points = shop.points
    granted, used = points.granted.pop(order, 0), points.used.pop(order, 0)
    if not granted and not used:
        return False
    sub = shop.orders.sub.item(order)
    revoked = points.account(sub).revoke(order, granted)
    points.reversed[order] = revoked, used
    points.reversed_today.append(order)
    if revoked:
        _row(shop, order, "revoked", revoked, actor)
    if used:
        points.put(sub, order, used, shop.today)
        _row(shop, order, "returned", used, actor)
    return True


def reverse_again(shop: Shop, order: int, actor: Actor) -> bool:
    """A second reversal by hand, which no rule stands in the way of (EC-PAY-08); False where there was nothing."""
    points, sub = shop.points, shop.orders.sub.item(order)
    revoked, returned = points.reversed.get(order, (0, 0))
    if revoked:
        points.account(sub).revoke(order, revoked)
        _row(shop, order, "revoked", revoked, actor)
    if returned:
        points.put(sub, order, returned, shop.today)
        _row(shop, order, "returned", returned, actor)
    return bool(revoked or returned)


def recalculate(shop: Shop, order: int, actor: Actor) -> None:
    """Goods were replaced or the method was changed: what the order grants is computed anew (SS-ORD-07)."""
    points = shop.points
    before = points.granted.get(order)
    if before is None:
        return
    after = earned(shop.orders.amount.item(order), points.rate)
    points.wanted[order] = after
    if after == before or _forgotten(shop, order):
        return
    _grant_anew(shop, order, after, actor)


def _grant_anew(shop: Shop, order: int, after: int, actor: Actor) -> None:
    points, account = shop.points, shop.points.account(shop.orders.sub.item(order))
    before, points.granted[order] = points.granted[order], after
    if after > before:
        account.put(order, after - before)
    else:
        account.revoke(order, before - after)
    _row(shop, order, "recalculated", after, actor)


def _forgotten(shop: Shop, order: int) -> bool:
    """Slip: the points stay as they were (SS-ORD-07)."""
    points, sub, actor = shop.points, shop.orders.sub.item(order), Actor.OPERATOR
    if order in points.left_as_was:
        points.left_as_was.discard(order)
    elif not shop.slips(NOT_RECALCULATED, sub, order):
        return False

    def unlike() -> bool:
        return order in points.granted and points.granted[order] != points.wanted[order]

    def mend() -> None:
        if unlike():
            _grant_anew(shop, order, points.wanted[order], actor)

    due = shop.now + shop.config.grace.points * DAY
    shop.truth.due(shop.now, "operator", NOT_RECALCULATED, "INV-32", sub, order, due, unlike)
    if shop.mends(sub, order):
        shop.when(shop.now + DAY // 2, mend)
    return True


def fall_twice(shop: Shop, order: int) -> int:
    """The points spent on an order expire as well: the batch had read them before they were spent.

    The lot's order, or -1 where nothing was spent on this one.
    """
    for lot, some in shop.points.drawn_today.get(order, ()):
        _row(shop, lot, "expired", some, Actor.SYSTEM)
        shop.points.account(shop.orders.sub.item(order)).take_from(lot, some)
        return lot
    return -1


def _row(shop: Shop, order: int, code: str, quantity: int, actor: Actor) -> Any:
    return shop.row(Kind.POINTS, order, actor, "points", quantity=quantity, code=shop.log.code(code))
