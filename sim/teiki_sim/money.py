"""Whole yen: totals, and the consumption tax contained in them, by integer arithmetic only.

Prices are tax-included. The tax is worked out once per rate and order, never per line. A negative
amount (a discount, a refund) rounds as its mirror image, so that a refund undoes its sale exactly.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple, get_args

__all__ = [
    "RATES",
    "Rounding",
    "TaxShare",
    "order_total",
    "tax_included_breakdown",
    "tax_within",
    "with_tax",
    "yen",
]

Rounding = Literal["down", "half_up", "up"]
"""What becomes of a fraction of a yen of tax; shops choose, the law leaves it open."""

RATES = (8, 10)
"""The consumption tax rates in percent: reduced and standard."""


class TaxShare(NamedTuple):
    """What one tax rate contributes to an order's total."""

    rate: int
    """Percent."""
    total: int
    """Yen, tax included."""
    tax: int
    """Yen of tax contained in the total."""


def tax_within(total: int, rate: int, rounding: Rounding = "down") -> int:
    """The tax, in yen, contained in a tax-included total."""
    _check(rate, rounding)
    return _divide(total * rate, 100 + rate, rounding)


def with_tax(amount_before_tax: int, rate: int, rounding: Rounding = "down") -> int:
    """A before-tax amount with its tax added, in yen (EC-ADJ-02)."""
    _check(rate, rounding)
    return amount_before_tax + _divide(amount_before_tax * rate, 100, rounding)


def tax_included_breakdown(
    lines: Iterable[tuple[int, int]], rounding: Rounding = "down"
) -> tuple[TaxShare, ...]:
    """The total and contained tax of each rate, lowest rate first, from (yen with tax, rate) lines."""
    totals: dict[int, int] = {}
    for amount, rate in lines:
        totals[rate] = totals.get(rate, 0) + amount
    return tuple(
        TaxShare(rate, totals[rate], tax_within(totals[rate], rate, rounding)) for rate in sorted(totals)
    )


def order_total(lines: Iterable[tuple[int, int]]) -> int:
    """What the customer pays, in yen: the sum of (yen with tax, rate) lines."""
    return sum(amount for amount, _rate in lines)


def yen(amount: int) -> str:
    """An amount as people write it: 1,234円."""
    return f"{amount:,}円"


def _check(rate: int, rounding: str) -> None:
    if rate not in RATES:
        raise ValueError(f"税率は8%か10%です: {rate} / tax rate must be 8 or 10: {rate}")
    if rounding not in get_args(Rounding):
        raise ValueError(f"端数処理が不正です: {rounding} / rounding must be down, half_up or up: {rounding}")


def _divide(numerator: int, denominator: int, rounding: Rounding) -> int:
    sign = -1 if numerator < 0 else 1
    whole, rest = divmod(abs(numerator), denominator)
    up = {"down": False, "half_up": 2 * rest >= denominator, "up": rest > 0}[rounding]
    return sign * (whole + up)
