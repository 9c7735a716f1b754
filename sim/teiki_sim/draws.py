"""Keyed draws: a draw is a hash of seed, key, purpose, cycle and attempt, so order changes nothing.

A draw is an int of 53 bits. Rates and weights become integer thresholds once, when a world is
configured; from the draw to the event there are only integers, because numpy and math round
differently and two engines must agree to the last bit.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from enum import IntEnum
from functools import lru_cache
from hashlib import blake2b
from math import fsum
from typing import Any, overload

import numpy as np
import numpy.typing as npt

__all__ = [
    "BITS",
    "Bits",
    "Choice",
    "Keys",
    "Purpose",
    "bits53",
    "bits53_many",
    "hash64",
    "hash64_many",
    "spread",
    "threshold",
]

Keys = npt.NDArray[np.uint64]
"""A column of 64-bit keys, from `hash64_many`."""

Bits = npt.NDArray[np.int64]
"""A column of draws."""

BITS = 53
"""Bits in a draw: a draw is at least 0 and below 2**53."""

_TOP = 1 << BITS
_MASK = (1 << 64) - 1
_GAMMA = 0x9E3779B97F4A7C15
_MIX_1 = 0xBF58476D1CE4E5B9
_MIX_2 = 0x94D049BB133111EB
_MANY_MIX_1 = np.uint64(_MIX_1)
_MANY_MIX_2 = np.uint64(_MIX_2)
_MANY_GAMMA = np.uint64(_GAMMA)
_S11, _S27, _S30, _S31, _S32 = (np.uint64(n) for n in (11, 27, 30, 31, 32))


class Purpose(IntEnum):
    """What a draw decides. Numbers are never changed or used again: they are part of every result."""

    OUTCOME = 1
    CODE = 2
    HOLD_RESULT = 3
    HOLD_DELAY = 4
    FAULT = 5
    CUSTOMER_ACT = 6
    CUSTOMER_DAY = 7
    CUSTOMER_CHANNEL = 8
    RESUME = 9
    RESUME_DELAY = 10
    PAY_DELAY = 11
    REPAIR = 12
    REPAIR_DELAY = 13
    RETURN_PARCEL = 14
    SLIP = 15
    SLIP_CHOICE = 16
    SLIP_MEND = 17
    OPERATOR_TIME = 18
    COLLISION = 19
    INFLOW = 20
    POPULATION = 21
    CAPTURE_FAULT = 22
    REPLY_LOST = 23
    NEW_VALUE = 24
    WAREHOUSE_STOP = 25
    LATE_NEWS = 26
    INCIDENT = 27
    POINTS = 28
    REQUEST = 29
    FULFILMENT = 30
    HOLD_GROUND = 41
    FRAUD = 42
    PERSON = 50


def hash64(text: str) -> int:
    """The key of an id text: 64 bits, the same on every machine."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def hash64_many(texts: Sequence[str]) -> Keys:
    """`hash64` for many texts."""
    joined = b"".join([blake2b(text.encode(), digest_size=8).digest() for text in texts])
    return np.frombuffer(joined, dtype="<u8").astype(np.uint64)


def bits53(seed: int, key: int, purpose: int, cycle: int = 0, attempt: int = 0) -> int:
    """One draw, an int in [0, 2**53); seed counts modulo 2**64, cycle and attempt stay below 2**32."""
    # int(): numpy's integers, taken from a column, would wrap at 32 bits.
    z = _mix(int(key) ^ _stream(seed, purpose))
    return _mix((z + (int(cycle) + (int(attempt) << 32)) * _GAMMA) & _MASK) >> 11


def bits53_many(
    seed: int,
    keys: Keys,
    purpose: int,
    cycle: int | npt.NDArray[np.integer[Any]] = 0,
    attempt: int | npt.NDArray[np.integer[Any]] = 0,
) -> Bits:
    """`bits53` for a column of keys: the very same numbers. Cycle and attempt may be columns too."""
    if len(keys) == 1:  # a call by itself costs numpy ten times what it costs Python
        one_cycle, one_attempt = (int(n[0]) if isinstance(n, np.ndarray) else n for n in (cycle, attempt))
        return np.array([bits53(seed, int(keys[0]), purpose, one_cycle, one_attempt)], np.int64)
    z = np.bitwise_xor(keys, np.uint64(_stream(seed, purpose)))
    spare = np.empty_like(z)
    _mix_many(z, spare)
    if isinstance(cycle, np.ndarray) or isinstance(attempt, np.ndarray):
        # At least 1-d: numpy warns of overflow in its scalars, and wraps silently in arrays.
        count = np.atleast_1d(attempt).astype(np.uint64) << _S32
        count = count + np.atleast_1d(cycle).astype(np.uint64)
        z += count * _MANY_GAMMA
    else:
        z += np.uint64((int(cycle) + (int(attempt) << 32)) * _GAMMA & _MASK)
    _mix_many(z, spare)
    z >>= _S11
    return z.view(np.int64)


def threshold(rate: float) -> int:
    """The integer below which a draw falls with this probability: `bits < threshold(rate)`."""
    if not 0 <= rate <= 1:
        raise ValueError(f"確率は0以上1以下です: {rate} / a rate must be between 0 and 1: {rate}")
    return int(rate * _TOP)


class Choice:
    """Weighted outcomes as a table of integer thresholds, in the order given.

    Weights are probabilities. Where they sum to less than 1, the remainder is "none": an index equal
    to the number of weights.
    """

    __slots__ = ("_many", "_table", "names")

    names: tuple[str, ...]
    """The outcomes' names, from a mapping's keys; for a sequence their positions."""

    def __init__(self, weights: Mapping[str, float] | Sequence[float]) -> None:
        if isinstance(weights, Mapping):
            self.names = tuple(weights)
            values = [float(weight) for weight in weights.values()]
        else:
            self.names = tuple(str(position) for position in range(len(weights)))
            values = [float(weight) for weight in weights]
        total = fsum(values)
        if not all(0 <= value <= 1 for value in values) or total > 1 + 1e-9:
            raise ValueError(
                f"重みは0以上で合計1以下です / weights must be 0 or more and sum to 1 at most: {values}"
            )
        # Decimal weights such as 0.7 + 0.2 + 0.1 must leave no sliver for "none".
        whole = total > 1 - 1e-9
        self._table = tuple(
            _TOP if whole and not any(values[end:]) else min(int(fsum(values[:end]) * _TOP), _TOP)
            for end in range(1, len(values) + 1)
        )
        self._many = np.array(self._table, dtype=np.int64)

    def pick(self, bits: int) -> int:
        """The index of the outcome that a draw falls on; `len(names)` is none."""
        return bisect_right(self._table, bits)

    def pick_many(self, bits: Bits) -> Bits:
        """`pick` for a column of draws."""
        return np.searchsorted(self._many, bits, side="right")


@overload
def spread(bits: int, n: int) -> int: ...
@overload
def spread(bits: Bits, n: int) -> Bits: ...
def spread(bits: int | Bits, n: int) -> int | Bits:
    """An even choice of 0 to n - 1 from a draw or a column of draws; n is at most 2**31."""
    if not 0 < n <= 1 << 31:
        raise ValueError(f"spread needs 0 < n <= 2**31, not {n} / 範囲外です: {n}")
    # The top 31 bits times n still fit in a signed 64-bit integer.
    return ((bits >> 22) * n) >> 31


def _mix(z: int) -> int:
    """The finaliser of splitmix64."""
    z = ((z ^ (z >> 30)) * _MIX_1) & _MASK
    z = ((z ^ (z >> 27)) * _MIX_2) & _MASK
    return z ^ (z >> 31)


def _mix_many(z: Keys, spare: Keys) -> None:
    """`_mix` in place; `spare` is scratch of the same shape."""
    np.right_shift(z, _S30, out=spare)
    z ^= spare
    z *= _MANY_MIX_1
    np.right_shift(z, _S27, out=spare)
    z ^= spare
    z *= _MANY_MIX_2
    np.right_shift(z, _S31, out=spare)
    z ^= spare


@lru_cache(maxsize=4096)
def _stream(seed: int, purpose: int) -> int:
    return _mix((_mix((int(seed) + _GAMMA) & _MASK) + int(purpose) * _GAMMA) & _MASK)
