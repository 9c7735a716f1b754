"""Waves give each row once, of one kind at a time, and each subscription's rows in the order of the log."""

from collections import defaultdict

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from teiki_sim.log.kinds import Kind, Side
from teiki_sim.log.rows import COLUMNS, Chunk, Vocabulary
from teiki_sim.log.waves import On, sort, sorts_of, waves

_USUAL = tuple(
    sort(On.ORDER, kind) for kind in (Kind.GENERATED, Kind.AUTHORISED, Kind.EXPORTED, Kind.HANDED_OVER)
)
_ECHO = sort(On.ORDER, Kind.EXPORTED), sort(On.ORDER, Kind.HANDED_OVER)
_KINDS = (Kind.GENERATED, Kind.AUTHORISED, Kind.EXPORTED, Kind.HANDED_OVER)
#: Subscription (-1: a single order), which of its orders, kind.
_ROW = st.tuples(st.integers(-1, 3), st.integers(0, 1), st.sampled_from(_KINDS))
#: Lives as planned, of which one in a hundred or so is not: then the usual order is gone by.
_PLANNED = st.integers(80, 120).map(lambda n: [(sub, 0, kind) for kind in _KINDS for sub in range(n)])


def _chunk(rows: list[tuple[int, int, Kind]]) -> Chunk:
    columns = {name: np.full(len(rows), empty, dtype) for name, (dtype, empty) in COLUMNS.items()}
    columns["sub"][:] = [sub for sub, _, _ in rows]
    columns["order"][:] = [(sub + 1) * 2 + which for sub, which, _ in rows]
    columns["kind"][:] = [kind for _, _, kind in rows]
    columns["side"][:] = Side.STORE
    columns["at"][:] = range(len(rows))
    return Chunk(100, columns, {}, Vocabulary())


def _entities(chunk: Chunk, index: NDArray[np.intp]) -> dict[tuple[int, int], list[int]]:
    """The rows of each subscription or single order."""
    found: dict[tuple[int, int], list[int]] = defaultdict(list)
    for i in index.tolist():
        sub, order = chunk.columns["sub"].item(i), chunk.columns["order"].item(i)
        found[sub, order if sub < 0 else -1].append(i)
    return found


def _without_echoes(chunk: Chunk, rows: list[int]) -> list[int]:
    """A hand-over right after the export of its order says nothing new."""
    kind, order = chunk.columns["kind"], chunk.columns["order"]
    pairs = zip([-1, *rows], rows, strict=False)
    return [
        i
        for before, i in pairs
        if before < 0 or (kind[before], kind[i], order[before]) != (Kind.EXPORTED, Kind.HANDED_OVER, order[i])
    ]


def _judge(rows: list[tuple[int, int, Kind]], least: int, usual: tuple[int, ...]) -> int:
    chunk = _chunk(rows)
    left: list[NDArray[np.intp]] = []
    given_rows: list[int] = []
    count = 0
    for wave in waves(chunk, sorts_of(chunk), np.arange(len(chunk)), least, left, _ECHO, usual):
        count += 1
        mine = (wave.seq - chunk.first_seq).tolist()
        assert set(chunk.columns["kind"][mine]) == {wave.sole_kind}
        assert all(len(rows) == 1 for rows in _entities(chunk, np.array(mine)).values())
        given_rows += mine
    later = np.concatenate([*left, np.empty(0, np.intp)]).astype(np.intp)
    first, rest = _entities(chunk, np.array(given_rows, np.intp)), _entities(chunk, later)
    for entity, mine in _entities(chunk, np.arange(len(chunk))).items():
        assert first[entity] + rest[entity] == _without_echoes(chunk, mine)
    return count


@given(st.lists(_ROW, max_size=40), st.integers(1, 4), st.booleans())
def test_any_rows(rows: list[tuple[int, int, Kind]], least: int, usual: bool) -> None:
    _judge(rows, least, _USUAL if usual else ())


@given(_PLANNED, st.lists(_ROW, max_size=4), st.integers(0, 1000), st.integers(1, 4))
def test_lives_as_planned_but_for_a_few(
    planned: list[tuple[int, int, Kind]], odd: list[tuple[int, int, Kind]], place: int, least: int
) -> None:
    at = place % len(planned)
    assert _judge([*planned[:at], *odd, *planned[at:]], least, _USUAL) <= 3 + 2 * len(odd)
