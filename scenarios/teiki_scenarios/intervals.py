"""95 % intervals of a mean and of a mean difference, by Student's t."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from statistics import fmean, stdev

__all__ = ["LEVEL", "interval", "quantile"]

LEVEL = 0.95


def interval(values: Sequence[float], others: Sequence[float] | None = None) -> tuple[float, float] | None:
    """The interval of the mean of ``values``; with ``others``, of the difference of two means (unpaired).

    None where there are not enough values for one. The two samples are of one length.
    """
    n = len(values)
    if n < 2:
        return None
    if others is None:
        middle, spread, degrees = fmean(values), stdev(values), n - 1
    else:
        middle = fmean(values) - fmean(others)
        spread, degrees = math.hypot(stdev(values), stdev(others)), 2 * n - 2
    reach = quantile(degrees) * spread / math.sqrt(n)
    return middle - reach, middle + reach


@lru_cache
def quantile(degrees: int) -> float:
    """Where Student's t of so many degrees of freedom leaves 5 % outside on both sides together."""
    low, high = 0.0, 100.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if _inside(middle, degrees) < LEVEL else (low, middle)
    return (low + high) / 2


def _inside(t: float, degrees: int) -> float:
    """P(-t < T < t): the finite sums for whole degrees of freedom (Abramowitz and Stegun, 26.7.3 and 26.7.4)."""
    angle = math.atan2(t, math.sqrt(degrees))
    sine, square = math.sin(angle), math.cos(angle) ** 2
    if degrees % 2:
        term, total = math.cos(angle), 0.0
        for k in range(3, degrees + 1, 2):
            total += term
            term *= square * (k - 1) / k
        return 2 / math.pi * (angle + sine * total)
    term, total = 1.0, 0.0
    for k in range(2, degrees + 1, 2):
        total += term
        term *= square * (k - 1) / k
    return sine * total
