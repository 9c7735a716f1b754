"""Yen and the tax contained in them."""

from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teiki_sim.money import Rounding, TaxShare, order_total, tax_included_breakdown, tax_within, with_tax, yen

amounts = st.integers(0, 10**9)
rates = st.sampled_from([8, 10])


@pytest.mark.parametrize(
    ("total", "rate", "rounding", "tax"),
    [
        (1100, 10, "down", 100),
        (1080, 8, "down", 80),
        (1000, 10, "down", 90),
        (1000, 10, "half_up", 91),
        (1000, 10, "up", 91),
        (1000, 8, "half_up", 74),
        (995, 10, "half_up", 90),
        (-1000, 10, "down", -90),
        (-1000, 10, "up", -91),
        (0, 8, "up", 0),
    ],
)
def test_tax_within(total: int, rate: int, rounding: Rounding, tax: int) -> None:
    assert tax_within(total, rate, rounding) == tax


def test_tax_is_rounded_once_per_rate() -> None:
    lines = [(105, 10), (105, 10), (105, 8), (-10, 8)]
    assert tax_included_breakdown(lines) == (TaxShare(8, 95, 7), TaxShare(10, 210, 19))
    assert 2 * tax_within(105, 10) == 18
    assert order_total(lines) == 305
    assert tax_included_breakdown([]) == ()


def test_with_tax() -> None:
    assert [with_tax(999, 8, rounding) for rounding in ("down", "half_up", "up")] == [1078, 1079, 1079]
    assert with_tax(-999, 8) == -1078


def test_half_a_yen_rounds_up() -> None:
    assert with_tax(5, 10, "half_up") == 6
    assert with_tax(5, 10, "down") == 5


@given(amounts, rates)
def test_rounding_is_exact(total: int, rate: int) -> None:
    exact = Fraction(total * rate, 100 + rate)
    assert tax_within(total, rate, "down") == floor(exact)
    assert tax_within(total, rate, "half_up") == floor(exact + Fraction(1, 2))
    assert tax_within(total, rate, "up") == ceil(exact)


@given(amounts, rates, st.sampled_from(["down", "half_up", "up"]))
def test_a_refund_mirrors_its_sale(amount: int, rate: int, rounding: Rounding) -> None:
    assert tax_within(-amount, rate, rounding) == -tax_within(amount, rate, rounding)
    assert with_tax(-amount, rate, rounding) == -with_tax(amount, rate, rounding)


@given(amounts, rates)
def test_tax_added_is_found_again(amount: int, rate: int) -> None:
    total = with_tax(amount, rate, "half_up")
    assert total - tax_within(total, rate, "half_up") == amount


def test_other_rates_and_roundings_are_refused() -> None:
    with pytest.raises(ValueError, match="8 or 10: 5"):
        tax_within(100, 5)
    with pytest.raises(ValueError, match="rounding"):
        with_tax(100, 8, "nearest")  # type: ignore[arg-type]


def test_yen() -> None:
    assert [yen(1234), yen(0), yen(-1234567)] == ["1,234円", "0円", "-1,234,567円"]
