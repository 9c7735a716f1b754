"""Waves: the rows of a chunk in groups that can be worked on as arrays.

Think of a ladder whose rungs are in turn for rows about the ledger, about orders, and about subscriptions as
such. Every subscription (or single order) climbs it with its rows, in their order, each on the next rung that
is for such a row. The rows on one rung are a *wave*: they tell of one table, no subscription is there
twice, and wave after wave takes every subscription's rows in order. So code on a wave reads like
code for one row and runs on arrays, and there are few waves, since most subscriptions live alike.
"""

from collections.abc import Collection, Iterator
from enum import IntEnum
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from teiki_sim.log.kinds import Kind, Side
from teiki_sim.log.rows import Chunk

Part = slice | NDArray[np.intp]
"""Some rows of a wave."""


class On(IntEnum):
    """What a row tells of, in the order of the rungs."""

    LEDGER = 0  # a provider's row of an order
    ORDER = 1
    SUBSCRIPTION = 2  # of a subscription as such
    NOTHING = 3  # of neither order nor subscription: a bulk job, say


_BITS = 6  # of a sort that are its kind
SORTS = len(On) << _BITS
"""How many numbers `sort` gives."""
_ON = np.zeros(32, np.uint8)  # by side, whether of an order and whether of a subscription
for _side in Side:
    _by_side = [On.NOTHING, On.SUBSCRIPTION, On.ORDER, On.ORDER]
    if _side == Side.PROVIDER:
        _by_side = [On.NOTHING, On.NOTHING, On.LEDGER, On.LEDGER]
    _ON[_side * 4 : _side * 4 + 4] = np.array(_by_side, np.uint8) << _BITS
#: Columns that are indices of tables; arrays of another type than intp are several times slower as an index.
_NUMBERS = frozenset(("sub", "order", "transaction"))
#: How many rungs up: by the difference between what a row and the one before it tell of, plus 2.
_STEPS = np.array([1, 2, 3, 1, 2], np.int64)


def sort(on: On, kind: Kind) -> int:
    """What a row tells of and its kind, as one number."""
    return on << _BITS | kind


def _sorts(chunk: Chunk) -> NDArray[np.uint8]:
    columns = chunk.columns
    which = columns["side"] << 1
    which |= columns["order"] >= 0
    which <<= 1
    which |= columns["sub"] >= 0
    found: NDArray[np.uint8] = _ON.take(which)
    found |= columns["kind"]
    return found


class Rows:
    """Rows of one wave, sorted by kind. Each column is an array, read when it is first asked for.

    ``kinds`` are those that occur; the rows of ``kinds[i]`` begin at ``starts[i]``.
    """

    def __init__(
        self, on: On, chunk: Chunk, index: NDArray[np.intp], kinds: tuple[int, ...], starts: tuple[int, ...]
    ) -> None:
        self.on = on
        self.kinds = kinds
        self.starts = starts
        self._chunk = chunk
        self._index = index

    def __len__(self) -> int:
        return len(self._index)

    def __getattr__(self, name: str) -> NDArray[Any]:
        if name == "seq":
            value: NDArray[Any] = self._index + self._chunk.first_seq
        else:
            value = self._chunk.columns[name].take(self._index)
            if name in _NUMBERS:
                value = value.astype(np.intp)
        self.__dict__[name] = value
        return value

    def part(self, kinds: Collection[int]) -> Part:
        """Where the rows of these kinds are."""
        ends = (*self.starts[1:], len(self._index))
        found = [
            (start, end)
            for kind, start, end in zip(self.kinds, self.starts, ends, strict=True)
            if kind in kinds
        ]
        if not found:
            return slice(0, 0)
        if all(end == start for (_, end), (start, _) in pairwise(found)):
            return slice(found[0][0], found[-1][1])
        return np.concatenate([np.arange(start, end) for start, end in found])

    def some(self, part: Part) -> "Rows":
        """Some of the rows, whose kinds are left open."""
        return Rows(self.on, self._chunk, self._index[part], (), ())

    def of(self, *kinds: Kind) -> "Rows":
        """The rows of these kinds."""
        return self.some(self.part(kinds))

    def where(self, mask: NDArray[np.bool_]) -> "Rows":
        """The rows for which ``mask`` holds."""
        part = mask.nonzero()[0]
        starts = tuple(part.searchsorted(self.starts).tolist())
        return Rows(self.on, self._chunk, self._index[part], self.kinds, starts)


def waves(chunk: Chunk, heeded: NDArray[np.bool_]) -> Iterator[Rows]:
    """Cut the rows of a chunk into waves; ``heeded`` says, by `sort`, which rows matter."""
    sorts = _sorts(chunk)
    index = heeded.take(sorts).nonzero()[0]
    if not len(index):
        return
    by_entity, heads = _by_entity(chunk, index)
    index = index.take(by_entity)
    sorts = sorts.take(index)
    key = _rungs(sorts >> _BITS, heads)
    key <<= _BITS
    key |= sorts & ((1 << _BITS) - 1)
    if int(key.max()) < 2**16:
        key = key.astype(np.uint16)  # sorted by radix, far faster
    by_wave = key.argsort(kind="stable")
    index = index.take(by_wave)
    key = key.take(by_wave)
    cuts = (key[1:] != key[:-1]).nonzero()[0] + 1
    starts = [0, *cuts.tolist()]
    found: dict[int, list[tuple[int, int]]] = {}
    for start, code in zip(starts, key.take(starts).tolist(), strict=True):
        found.setdefault(code >> _BITS, []).append((code & ((1 << _BITS) - 1), start))
    firsts = [parts[0][1] for parts in found.values()]
    for (rung, parts), first, end in zip(found.items(), firsts, [*firsts[1:], len(index)], strict=True):
        kinds, begin = zip(*parts, strict=True)
        yield Rows(On(rung % 3), chunk, index[first:end], kinds, tuple(start - first for start in begin))


def _by_entity(chunk: Chunk, index: NDArray[np.intp]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The order that puts each subscription's (or single order's) rows together, and where each begins."""
    sub, order = chunk.columns["sub"].take(index), chunk.columns["order"].take(index)
    both = sub.astype(np.int64)
    if (single := sub < 0).any():
        both[single] = order[single] + np.int64(sub.max() + 1)
    # Number and position sort as one integer: a plain sort is many times faster than a stable argsort.
    bits = len(index).bit_length()
    both <<= bits
    both |= np.arange(len(index), dtype=np.int64)
    both.sort()
    position = both & ((1 << bits) - 1)
    both >>= bits
    heads = np.empty(len(both), np.bool_)
    heads[0] = True
    np.not_equal(both[1:], both[:-1], out=heads[1:])
    return position, heads


def _rungs(on: NDArray[Any], heads: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The rung of each row: the first for such a row above that of the row before."""
    step = np.empty(len(on), np.int64)
    step[1:] = _STEPS.take(on[1:] + np.uint8(2) - on[:-1])
    begins = heads.nonzero()[0]
    step[begins] = on.take(begins) + 1  # each starts below the first rung
    rung = step.cumsum()
    below = rung.take(begins) - step.take(begins)
    rung -= below.repeat(np.diff(begins, append=len(on)))
    rung -= 1
    return rung
