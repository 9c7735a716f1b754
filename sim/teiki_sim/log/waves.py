"""Waves: the rows of a chunk in groups that can be worked on as arrays.

Every subscription (or single order) stands with its next row in a queue for rows of that kind about that table: the
ledger, orders, or subscriptions as such. The longest queue goes next: its rows are a *wave*, and whoever was
in it queues up anew with the row that follows. So the rows of a wave are of one kind, no subscription is there
twice, and wave after wave takes every subscription's rows in order. Code on a wave reads like
code for one row and runs on arrays, and there are few waves, since most subscriptions live alike.
"""

from collections.abc import Iterator, Sequence
from enum import IntEnum
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from teiki_sim.log.kinds import Kind, Side
from teiki_sim.log.rows import Chunk

Part = slice | NDArray[np.intp]
"""Some rows of a wave."""


class On(IntEnum):
    """What a row tells of."""

    LEDGER = 0  # a provider's row of an order
    ORDER = 1
    SUBSCRIPTION = 2  # of a subscription as such
    NOTHING = 3  # of neither order nor subscription: a bulk job, say


_BITS = 6  # of a sort that are its kind
_KIND = (1 << _BITS) - 1
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


def sort(on: On, kind: Kind) -> int:
    """What a row tells of and its kind, as one number."""
    return on << _BITS | kind


def sorts_of(chunk: Chunk) -> NDArray[np.uint8]:
    """The `sort` of each row."""
    columns = chunk.columns
    which = columns["side"] << 1
    which |= columns["order"] >= 0
    which <<= 1
    which |= columns["sub"] >= 0
    found: NDArray[np.uint8] = _ON.take(which)
    found |= columns["kind"]
    return found


class Rows:
    """Rows of one wave, all of one kind. Each column is an array, read when it is first asked for."""

    def __init__(self, on: On, sole_kind: int, chunk: Chunk, index: NDArray[np.intp]) -> None:
        self.on = on
        self.sole_kind = sole_kind
        self._chunk = chunk
        self._index = index

    def __len__(self) -> int:
        return len(self._index)

    def __getattr__(self, name: str) -> NDArray[Any]:
        if name == "seq":
            value: NDArray[Any] = self._chunk.seqs(self._index)
        else:
            value = self._chunk.columns[name].take(self._index)
            if name in _NUMBERS:
                value = value.astype(np.intp)
        self.__dict__[name] = value
        return value

    def some(self, part: Part) -> "Rows":
        """Some of the rows."""
        return Rows(self.on, self.sole_kind, self._chunk, self._index[part])


def waves(
    chunk: Chunk,
    sorts: NDArray[np.uint8],
    index: NDArray[np.intp],
    least: int = 1,
    left: list[NDArray[np.intp]] | None = None,
    echo: tuple[int, int] | None = None,
    usual: Sequence[int] = (),
) -> Iterator[Rows]:
    """Cut the rows of a chunk that stand at ``index`` into waves; ``sorts`` are those of all rows.

    ``echo`` are two sorts: right after an order's row of the first, its row of the second says nothing new and is
    left out. ``usual`` are all sorts that occur, in the order in which they usually follow one another: then each is
    a wave, which is found faster than the longest queue; what is out of turn is left.

    A few busy subscriptions have far more rows than all others, which would make many waves of hardly any rows. With
    ``least`` those from the first wave on that has fewer rows are not given: ``left`` gets the places of their rows.
    """
    if not len(index):
        return
    by_entity, heads = _by_entity(chunk, index)
    index = index.take(by_entity)
    sorts = sorts.take(index)
    if echo is not None:
        new = _without(echo, sorts, chunk.columns["order"], index)
        index, sorts, heads = index.take(new), sorts.take(new), heads.take(new)
    if left is None:
        assert least == 1 and not usual, "rows that are not given would be lost"
        left = []
    if usual:
        stage = _stages(usual).take(sorts)
        back = stage[1:] <= stage[:-1]
        back &= ~heads[1:]
        out = back.nonzero()[0] + 1
        if len(out) * _SELDOM < len(stage):
            yield from _in_turn(chunk, index, stage, heads, out, least, left, usual)
            return
    yield from _by_queue(chunk, index, sorts, heads, least, left)


_SELDOM = 64
"""Where one row in so many is out of turn, there is no usual order."""


@cache
def _stages(usual: Sequence[int]) -> NDArray[np.uint8]:
    """By sort: its place in the usual order."""
    stages = np.zeros(SORTS, np.uint8)
    stages[list(usual)] = range(len(usual))
    return stages


def _in_turn(
    chunk: Chunk, index: NDArray[np.intp], stage: NDArray[np.uint8], heads: NDArray[np.bool_], out: NDArray[np.intp],
    least: int, left: list[NDArray[np.intp]], usual: Sequence[int],
) -> Iterator[Rows]:  # fmt: skip
    """A wave for each stage; what comes ``out`` of turn is left, with all of its subscription that follows."""
    sizes = np.bincount(stage, minlength=len(usual))
    thin = sizes < least
    if sizes[thin].any():
        out = np.append(out, thin.take(stage).nonzero()[0])
    if len(out):
        begins = heads.nonzero()[0]
        ends = np.append(begins[1:], len(stage))
        ends = ends.take(begins.searchsorted(out, side="right") - 1)
        rest = np.zeros(len(stage) + 1, np.int64)
        np.add.at(rest, out, 1)
        np.subtract.at(rest, ends, 1)
        gone = np.cumsum(rest[:-1]) > 0
        left.append(np.sort(index[gone]))
        given = (~gone).nonzero()[0]
        index, stage = index.take(given), stage.take(given)
        sizes = np.bincount(stage, minlength=len(usual))
    index = index.take(stage.argsort(kind="stable"))
    start = 0
    for code, size in zip(usual, sizes.tolist(), strict=True):
        if size:
            rows = index[start : start + size]
            yield Rows(On(code >> _BITS), code & _KIND, chunk, rows)
            start += size


def _by_queue(
    chunk: Chunk, index: NDArray[np.intp], sorts: NDArray[np.uint8], heads: NDArray[np.bool_], least: int,
    left: list[NDArray[np.intp]],
) -> Iterator[Rows]:  # fmt: skip
    """A wave for each time that the longest queue is the next."""
    wave, queues = _wave_of(sorts, heads, least)
    rest = (wave < 0).nonzero()[0]
    if len(rest):
        left.append(np.sort(index.take(rest)))
        given = (wave >= 0).nonzero()[0]
        wave, index = wave.take(given), index.take(given)
    sizes = np.bincount(wave, minlength=len(queues))
    if len(queues) < 2**16:
        wave = wave.astype(np.uint16)  # sorted by radix, far faster
    index = index.take(wave.argsort(kind="stable"))
    start = 0
    for code, size in zip(queues, sizes.tolist(), strict=True):
        yield Rows(On(code >> _BITS), code & _KIND, chunk, index[start : start + size])
        start += size


def _without(
    echo: tuple[int, int], sorts: NDArray[np.uint8], orders: NDArray[np.int32], index: NDArray[np.intp]
) -> NDArray[np.intp]:
    """The places of rows, sorted by entity, that are no echo of the row before them."""
    first, second = echo
    new = np.ones(len(sorts), np.bool_)
    np.logical_and(sorts[1:] == second, sorts[:-1] == first, out=new[1:])
    again = new[1:].nonzero()[0] + 1
    new[1:] = True
    new[again[orders.take(index.take(again)) == orders.take(index.take(again - 1))]] = False
    return new.nonzero()[0]


def _by_entity(chunk: Chunk, index: NDArray[np.intp]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The order that puts each subscription's (or single order's) rows together, and where each begins."""
    sub = chunk.columns["sub"].take(index)
    both = sub.astype(np.int64)
    if len(single := (sub < 0).nonzero()[0]):
        both[single] = chunk.columns["order"].take(index.take(single)) + np.int64(sub.max() + 1)
    # Number and position sort as one integer: a plain sort is many times faster than a stable argsort.
    width = len(index).bit_length()
    both <<= width
    both |= np.arange(len(index), dtype=np.int64)
    both.sort()
    position = both & ((1 << width) - 1)
    both >>= width
    heads = np.empty(len(both), np.bool_)
    heads[0] = True
    np.not_equal(both[1:], both[:-1], out=heads[1:])
    return position, heads


def _wave_of(
    sorts: NDArray[np.uint8], heads: NDArray[np.bool_], least: int
) -> tuple[NDArray[np.int64], list[int]]:
    """The wave of each row, -1 for those left out, and the sorts of the waves."""
    wave = np.full(len(sorts), -1, np.int64)
    queues: list[int] = []
    place = heads.nonzero()[0]  # of each subscription's next row
    end = np.append(place[1:], len(sorts))
    while len(place):
        following = sorts.take(place)
        most = np.bincount(following)
        best = int(most.argmax())
        if most[best] < least:
            break
        if most[best] == len(place):
            wave[place] = len(queues)
            place = place + 1
        else:
            chosen = (following == best).nonzero()[0]
            wave[place.take(chosen)] = len(queues)
            place[chosen] += 1
        queues.append(best)
        going = (place < end).nonzero()[0]
        if len(going) < len(place):
            place, end = place.take(going), end.take(going)
    return wave, queues
