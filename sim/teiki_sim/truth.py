"""The truth table: every slip, written when it is made, with what became of it.

The outcome is read from the world's own tables, never from the log and never from monitor code: a row
*broke* its invariant, was *mended* before it was due, or is still *open* when the run ends.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import polars as pl

from teiki_sim.calendar import DAY
from teiki_sim.catalogue import invariants

Check = Callable[[], bool]

BROKE, MENDED, OPEN = "broke", "mended", "open"


@dataclass(slots=True)
class Slip:
    """One slip and one invariant that it can break. ``due`` -1: when its order ships."""

    id: int
    at: int
    source: str
    slip: str
    invariant: str
    sub: int
    order: int
    due: int
    outcome: str = OPEN


class Truth:
    """Slips of one run. The world calls `settle` at every instant asked for with `when`."""

    def __init__(self, when: Callable[[int, Callable[[], None]], None]) -> None:
        self.rows: list[Slip] = []
        self._when = when
        self._at_ship: dict[int, list[tuple[Slip, Check | None, int]]] = {}

    def broke(self, at: int, source: str, slip: str, invariant: str, sub: int, order: int) -> None:
        """A slip that breaks its invariant at once."""
        self._add(at, source, slip, invariant, sub, order, at).outcome = BROKE

    def due(
        self, at: int, source: str, slip: str, invariant: str, sub: int, order: int, due: int, broken: Check
    ) -> None:
        """A slip that breaks its invariant if ``broken()`` still holds at instant ``due``."""
        self._settle_at(self._add(at, source, slip, invariant, sub, order, due), broken)

    def _settle_at(self, row: Slip, broken: Check) -> None:
        def settle() -> None:
            row.outcome = BROKE if broken() else MENDED

        # A second later: what is mended at the due instant itself is mended in time.
        self._when(row.due + 1, settle)

    def open(self, at: int, source: str, slip: str, invariant: str, sub: int, order: int = -1) -> Slip:
        """A slip whose consequences are still to come; `judge` it once they are known."""
        return self._add(at, source, slip, invariant, sub, order, -1)

    def judge(self, row: Slip, due: int, broken: Check) -> None:
        """An open slip breaks its invariant if ``broken()`` holds at ``due``."""
        row.due = due
        self._settle_at(row, broken)

    def ships(
        self,
        at: int,
        source: str,
        slip: str,
        invariant: str,
        sub: int,
        order: int,
        broken: Check | None = None,
        after: int = 0,
    ) -> None:
        """A slip that breaks its invariant if the order ships, and ``broken()`` holds as it does.

        With ``after``, ``broken()`` is asked so many seconds after it left.
        """
        row = self._add(at, source, slip, invariant, sub, order, -1)
        self._at_ship.setdefault(order, []).append((row, broken, after))

    @property
    def watched(self) -> Iterable[int]:
        """Orders whose shipping settles something."""
        return self._at_ship.keys()

    def shipped(self, order: int, at: int) -> None:
        """An order left: settle what hung on it."""
        for row, broken, after in self._at_ship.pop(order, ()):
            row.due = at + after
            if after and broken is not None:
                self._settle_at(row, broken)
            else:
                row.outcome = BROKE if broken is None or broken() else MENDED

    def shipped_on_paper(self, order: int, at: int) -> None:
        """Set to shipped by hand: nothing leaves, but the money is captured as if it had at ``at``."""
        for row, broken, after in self._at_ship.pop(order, ()):
            if after and broken is not None:
                row.due = at + after
                self._settle_at(row, broken)
            else:
                row.outcome = MENDED

    def will_not_ship(self, order: int) -> None:
        """An order was cancelled or deleted in time: what hung on its shipping is mended."""
        for row, *_ in self._at_ship.pop(order, ()):
            row.outcome = MENDED

    def _add(self, at: int, source: str, slip: str, invariant: str, sub: int, order: int, due: int) -> Slip:
        row = Slip(len(self.rows), at, source, slip, invariant, sub, order, due)
        self.rows.append(row)
        return row

    def frame(self, subscription: Callable[[int], str], order: Callable[[int], str]) -> pl.DataFrame:
        """The table of truth.parquet."""
        rows = self.rows
        microseconds = pl.Datetime("us")
        return pl.DataFrame(
            {
                "id": [row.id for row in rows],
                "at": [row.at * 1_000_000 for row in rows],
                "source": [row.source for row in rows],
                "slip": [row.slip for row in rows],
                "invariant": [row.invariant for row in rows],
                "subscription": [subscription(row.sub) or None for row in rows],
                "order": [order(row.order) or None for row in rows],
                "key": [f"{row.slip}:{row.at // DAY}" for row in rows],
                "due": [row.due * 1_000_000 if row.due >= 0 else None for row in rows],
                "outcome": [row.outcome for row in rows],
            },
            schema={
                "id": pl.Int64, "at": microseconds, "source": pl.String, "slip": pl.String,
                "invariant": pl.String, "subscription": pl.String, "order": pl.String, "key": pl.String,
                "due": microseconds, "outcome": pl.String,
            },
        )  # fmt: skip


Key = tuple[str, int, int]
"""Invariant, subscription number, order number."""


def detection(slips: Iterable[Slip], found: Iterable[Key]) -> dict[str, dict[str, int]]:
    """How many *broke* rows the monitors found, by invariant.

    ``found`` are (invariant, subscription number, order number) of the violations. ``injected`` counts the broke
    rows, ``found`` those of them that a violation answers, ``false`` the violations that answer none.
    """
    injected, both, false = compared(slips, found)
    table: dict[str, dict[str, int]] = {}
    for counts, name in ((injected, "injected"), (both, "found"), (false, "false")):
        for (invariant, _, _), count in counts.items():
            row = table.setdefault(invariant, {"injected": 0, "found": 0, "false": 0})
            row[name] += count
    return dict(sorted(table.items()))


def compared(slips: Iterable[Slip], found: Iterable[Key]) -> tuple[Counter[Key], Counter[Key], Counter[Key]]:
    """`detection` by subscription and order: what was broken, what of it was found, what answers no slip."""
    entries = invariants()
    # Two slips that break an order's invariant at one instant are one breach.
    broke = {
        (row.invariant, row.sub, row.order, row.due if row.order >= 0 else row.id)
        for row in slips
        if row.outcome == BROKE and entries[row.invariant].severity == "violation"
    }
    injected = Counter(key[:3] for key in broke)
    seen = Counter(found)
    both = injected & seen
    injected_left, seen_left = injected - both, seen - both
    # A slip on a subscription whose orders come later: any of its orders answers.
    for (invariant, sub, order), count in list(injected_left.items()):
        for key in [key for key in seen_left if order < 0 and key[:2] == (invariant, sub)]:
            matched = min(count, seen_left[key])
            both[invariant, sub, order] += matched
            seen_left[key] -= matched
            count -= matched
    return injected, both, +seen_left
