"""Keyed draws: the same numbers by either way, and numbers that look like chance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from teiki_sim.draws import Choice, Purpose, bits53, bits53_many, hash64, hash64_many, spread, threshold

u64 = st.integers(0, 2**64 - 1)
counts = st.integers(0, 2**31 - 1)
draws = st.integers(0, 2**53 - 1)
purposes = st.sampled_from(list(Purpose))
keys_100k = np.arange(100_000, dtype=np.uint64)


def test_purposes_keep_their_numbers() -> None:
    numbers = [p.value for p in Purpose]
    assert numbers[:26] == list(range(1, 27)) and len(set(numbers)) == len(numbers)
    assert (Purpose.OUTCOME, Purpose.SLIP, Purpose.LATE_NEWS) == (1, 15, 26)


def test_draws_keep_their_values() -> None:
    # Golden: a change here changes every result that users have kept.
    assert hash64("S000001") == 13625799480483952998
    assert bits53(1, hash64("S000001"), Purpose.OUTCOME, 1, 0) == 7151528289259248
    assert bits53(2026, hash64("定期1"), Purpose.FAULT, 12, 3) == 1466590321873974


@given(st.lists(st.text()))
def test_hashes_are_the_same_one_by_one(texts: list[str]) -> None:
    many = hash64_many(texts)
    assert many.dtype == np.uint64 and many.tolist() == [hash64(text) for text in texts]


@given(st.integers(-(2**63), 2**64), st.lists(st.tuples(u64, counts, counts), max_size=20), purposes)
def test_a_column_draws_the_same_numbers(
    seed: int, rows: list[tuple[int, int, int]], purpose: Purpose
) -> None:
    keys = np.array([key for key, _, _ in rows], dtype=np.uint64)
    cycles = np.array([cycle for _, cycle, _ in rows], dtype=np.int32)
    attempts = np.array([attempt for _, _, attempt in rows], dtype=np.int64)
    many = bits53_many(seed, keys, purpose, cycles, attempts)
    assert many.dtype == np.int64
    assert many.tolist() == [bits53(seed, key, purpose, cycle, attempt) for key, cycle, attempt in rows]
    assert bits53_many(seed, keys, purpose, cycles, 2).tolist() == [
        bits53(seed, k, purpose, c, 2) for k, c, _ in rows
    ]
    assert bits53_many(seed, keys, purpose, 3, attempts).tolist() == [
        bits53(seed, k, purpose, 3, a) for k, _, a in rows
    ]
    assert bits53_many(seed, keys, purpose, 3, 2).tolist() == [
        bits53(seed, k, purpose, 3, 2) for k, _, _ in rows
    ]
    assert keys.tolist() == [key for key, _, _ in rows]


def test_numbers_taken_from_columns_draw_the_same() -> None:
    expected = bits53(7, 2**63 + 5, Purpose.CODE, 3, 2)
    two, three = np.array([2, 3], dtype=np.int32)
    assert bits53(np.int64(7), np.uint64(2**63 + 5), two, three, two) == expected  # type: ignore[arg-type]
    key = np.array([2**63 + 5], dtype=np.uint64)
    assert bits53_many(7, key, 2, three, two).tolist() == [expected]


@given(u64, u64, purposes, counts, counts)
def test_a_draw_has_53_bits(seed: int, key: int, purpose: Purpose, cycle: int, attempt: int) -> None:
    assert 0 <= bits53(seed, key, purpose, cycle, attempt) < 2**53


def columns() -> dict[str, np.ndarray]:
    """Draws along each of the five coordinates, the others standing still."""
    one = np.zeros(100_000, dtype=np.uint64)
    count = np.arange(100_000, dtype=np.int32)
    return {
        "key": bits53_many(1, keys_100k, Purpose.OUTCOME),
        "cycle": bits53_many(1, one, Purpose.OUTCOME, count),
        "attempt": bits53_many(1, one, Purpose.OUTCOME, 0, count),
        "seed": np.array([bits53(seed, 0, Purpose.OUTCOME) for seed in range(100_000)]),
        "purpose": np.array([bits53(1, 0, purpose) for purpose in range(100_000)]),
    }


@pytest.mark.parametrize(("along", "bits"), columns().items(), ids=columns())
def test_draws_look_like_chance(along: str, bits: np.ndarray) -> None:
    for shift in (0, 22, 45):  # lowest, middle and highest bits
        cells = np.bincount((bits >> shift) & 255, minlength=256)
        chi2 = float(((cells - bits.size / 256) ** 2).sum() / (bits.size / 256))
        assert 150 < chi2 < 380  # 255 degrees of freedom, five sigma
    u = bits / 2**53 - 0.5
    assert abs(float(u.mean())) < 0.005
    for lag in (1, 2, 16):
        assert abs(float((u[lag:] * u[:-lag]).mean()) * 12) < 0.016
    assert np.unique(bits).size == bits.size


@pytest.mark.parametrize("which", range(5), ids=["seed", "key", "purpose", "cycle", "attempt"])
def test_one_bit_changed_changes_half_the_draw(which: int) -> None:
    widths = (64, 64, 5, 31, 31)
    flips = []
    for n in range(2000):
        start = [n, 1000003 * n, n % 32, n % 7, n % 3]
        other = list(start)
        other[which] ^= 1 << (n % widths[which])
        flips.append((bits53(*start) ^ bits53(*other)).bit_count())
    assert 26 < sum(flips) / len(flips) < 27
    assert min(flips) > 8


def test_streams_of_two_purposes_are_unrelated() -> None:
    a, b = (bits53_many(1, keys_100k, purpose) / 2**53 - 0.5 for purpose in (Purpose.OUTCOME, Purpose.CODE))
    assert abs(float((a * b).mean()) * 12) < 0.016


def test_threshold_is_the_rate() -> None:
    assert [threshold(rate) for rate in (0, 0.25, 1)] == [0, 2**51, 2**53]
    share = float((bits53_many(3, keys_100k, Purpose.FAULT) < threshold(0.03)).mean())
    assert abs(share - 0.03) < 0.003


@pytest.mark.parametrize("rate", [-0.1, 1.1, float("nan"), float("inf")])
def test_threshold_refuses_what_is_no_rate(rate: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        threshold(rate)


def test_choice_at_its_edges() -> None:
    choice = Choice({"a": 0.25, "b": 0, "c": 0.25})
    edges = [0, 2**51 - 1, 2**51, 2**52 - 1, 2**52, 2**53 - 1]
    assert [choice.pick(bits) for bits in edges] == [0, 0, 2, 2, 3, 3]
    assert choice.pick_many(np.array(edges)).tolist() == [0, 0, 2, 2, 3, 3]
    assert choice.names == ("a", "b", "c")


@pytest.mark.parametrize("weights", [[0.01, 0.01, 0.29, 0.69], [0.1] * 10, [1 / 49] * 49, [0.9, 0.1, 0.0]])
def test_whole_choice_leaves_no_sliver(weights: list[float]) -> None:
    last = max(index for index, weight in enumerate(weights) if weight)
    assert Choice(weights).pick(2**53 - 1) == last


@pytest.mark.parametrize("weights", [[0.6, 0.5], [-0.1], [float("nan")], {"a": 2}])
def test_choice_refuses_what_are_no_weights(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="sum to 1"):
        Choice(weights)


@given(st.lists(st.floats(0, 1), max_size=8), st.lists(draws))
def test_choice_picks_alike_in_columns(raw: list[float], bits: list[int]) -> None:
    choice = Choice([weight / max(1.0, sum(raw)) for weight in raw])
    picked = choice.pick_many(np.array(bits, dtype=np.int64)).tolist()
    assert picked == [choice.pick(draw) for draw in bits]
    assert all(0 <= index <= len(raw) for index in picked)


def test_no_weights_always_pick_none() -> None:
    assert Choice({}).pick(0) == 0 and Choice(()).pick_many(np.array([0, 5])).tolist() == [0, 0]


@given(st.lists(draws), st.integers(1, 2**31))
def test_spread_stays_in_range_and_alike(bits: list[int], n: int) -> None:
    many = spread(np.array(bits, dtype=np.int64), n).tolist()
    assert many == [spread(draw, n) for draw in bits]
    assert all(0 <= value < n for value in many)


def test_spread_is_even_and_reaches_both_ends() -> None:
    assert (spread(0, 28), spread(2**53 - 1, 28)) == (0, 27)
    cells = np.bincount(spread(bits53_many(5, keys_100k, Purpose.CUSTOMER_DAY), 28), minlength=28)
    assert cells.size == 28 and abs(cells - 100_000 / 28).max() < 5 * (100_000 / 28) ** 0.5


@pytest.mark.parametrize("n", [0, -1, 2**31 + 1])
def test_spread_refuses_other_sizes(n: int) -> None:
    with pytest.raises(ValueError, match="spread"):
        spread(1, n)
