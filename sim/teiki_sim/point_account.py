"""The arithmetic of points: lots by the order that they came with, the oldest used first.

Shop and monitors count alike, each in accounts of their own. One account is one subscription's (modelled: a
customer's subscriptions are not pooled).
"""

from __future__ import annotations

__all__ = ["PER", "Account", "earned"]

PER = 10_000
"""Rates are given as whole points per so many yen."""


def earned(amount: int, rate: int) -> int:
    """Points that an order of ``amount`` yen earns, at ``rate`` points per 10,000 yen; fractions are dropped."""
    return max(amount, 0) * rate // PER


class Account:
    """Points in hand, by lot; a lot is named by the order that it came with. Nothing falls below zero."""

    def __init__(self) -> None:
        self.lots: dict[int, int] = {}

    @property
    def balance(self) -> int:
        """All points in hand."""
        return sum(self.lots.values())

    def put(self, order: int, points: int) -> None:
        """Points come with an order."""
        self.lots[order] = self.lots.get(order, 0) + points

    def take(self, points: int) -> list[tuple[int, int]]:
        """Points go, from the oldest lot on; which lots they came from. What is not there is not taken."""
        taken = []
        for order, held in list(self.lots.items()):
            some = min(held, points)
            if some:
                taken.append((order, some))
                points -= some
                self._less(order, some)
        return taken

    def take_from(self, order: int, points: int) -> int:
        """Points of one lot go; how many were there to go."""
        some = min(self.lots.get(order, 0), points)
        self._less(order, some)
        return some

    def revoke(self, order: int, points: int) -> int:
        """Granted points are taken back: from the order's own lot, then from the others; how many were there."""
        own = self.take_from(order, points)
        return own + sum(some for _, some in self.take(points - own))

    def _less(self, order: int, points: int) -> None:
        left = self.lots.get(order, 0) - points
        if left > 0:
            self.lots[order] = left
        else:
            self.lots.pop(order, None)
