"""Deadlines: what was opened and must be closed in time.

`Agenda` is for what is rare, in dictionaries; `ByNumber` and `BySubscription` are for what many orders
or subscriptions go through, in columns. A thing that is closed at its due instant is closed in time.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from teiki_sim.log.fold import Growing
from teiki_sim.monitors.finding import Finding

WATCHED = 1
"""Bit of a ``flags`` column: the agenda holds something for this order or subscription."""
_UNWATCHED = ~np.uint16(WATCHED)
WAITING = 2**14
"""Bit of a subscription's ``flags``: a skip waits for the end of the day."""
SOON = 2**15
"""Bit of a ``flags`` column: a deadline of this order or subscription may run out within the chunk."""

Slot = tuple[str, str, str]
"""Invariant, case and key: one thing of a slot can be open at a time."""


@dataclass(slots=True, eq=False)
class Pending:
    """One open thing. ``last`` is the last instant at which closing it is in time.

    ``broken`` is asked when the time is over, before anything later is folded; without it, being open
    is enough. It may add facts to the finding.
    """

    entity: int
    slot: Slot
    last: int
    finding: Finding
    broken: Callable[[Finding], bool] | None
    done: bool = False


class Agenda:
    """Rare deadlines by order (its number) and subscription (the complement of its number)."""

    def __init__(self, orders: Growing, subscriptions: Growing, report: Callable[[Finding], None]) -> None:
        self._orders = orders
        self._subscriptions = subscriptions
        self._report = report
        self._open: dict[int, dict[Slot, Pending]] = {}
        self._heap: list[tuple[int, int, Pending]] = []
        self._count = 0

    def open(
        self,
        entity: int,
        finding: Finding,
        last: int | None = None,
        broken: Callable[[Finding], bool] | None = None,
    ) -> None:
        """Watch for ``finding``, which comes true at its own instant unless closed before.

        ``last`` is given where closing at that very instant is already too late. An older one in the
        same slot is replaced.
        """
        slots = self._open.get(entity)
        if slots is None:
            slots = self._open[entity] = {}
            self._mark(entity, True)
        slot = finding.slot
        if slot in slots:
            slots[slot].done = True
        pending = Pending(entity, slot, finding.at if last is None else last, finding, broken)
        slots[slot] = pending
        self._count += 1
        heapq.heappush(self._heap, (pending.last, self._count, pending))

    def has(self, entity: int, invariant: str, case: str = "") -> bool:
        """Whether a case of an invariant is open."""
        return any(slot[:2] == (invariant, case) for slot in self._open.get(entity, ()))

    def close(self, entity: int, slot: Slot) -> Finding | None:
        """Close in time; gives what was open."""
        slots = self._open.get(entity)
        pending = slots.pop(slot, None) if slots else None
        if pending is None:
            return None
        pending.done = True
        if not slots:
            self._open.pop(entity)
            self._mark(entity, False)
        return pending.finding

    def close_all(self, entity: int, invariant: str, case: str | None = None) -> list[Finding]:
        """Close every case (or one) of an invariant."""
        slots = self._open.get(entity)
        if slots is None:
            return []
        mine = [slot for slot in slots if slot[0] == invariant and case in (None, slot[1])]
        return [finding for slot in mine if (finding := self.close(entity, slot)) is not None]

    def expire(self, entities: NDArray[Any], at: NDArray[Any]) -> bool:
        """Something happens to these entities at ``at``: what was to be closed before that is overdue.

        Says whether anything was.
        """
        fired = False
        for entity, instant in zip(entities.tolist(), at.tolist(), strict=True):
            for pending in list(self._open.get(entity, {}).values()):
                if pending.last < instant:
                    self._fire(pending)
                    fired = True
        return fired

    def sweep(self, horizon: int) -> None:
        """No row comes at or before ``horizon`` any more."""
        heap = self._heap
        while heap and heap[0][0] <= horizon:
            pending = heapq.heappop(heap)[2]
            if not pending.done:
                self._fire(pending)

    def _fire(self, pending: Pending) -> None:
        self.close(pending.entity, pending.slot)
        if pending.broken is None or pending.broken(pending.finding):
            self._report(pending.finding)

    def _mark(self, entity: int, watched: bool) -> None:
        table, number = (self._orders, entity) if entity >= 0 else (self._subscriptions, ~entity)
        if watched:
            table.flags[number] |= WATCHED
        else:
            table.flags[number] &= _UNWATCHED


Overdue = tuple[NDArray[Any], NDArray[Any], NDArray[Any]]
"""Numbers, due instants and seqs of the opening rows."""


class Soon:
    """Marks with `SOON` what may run out before the rows at hand end, so that nothing else need be looked at."""

    def __init__(self, table: Growing) -> None:
        self._table = table
        self.until = 0
        self._marked: list[NDArray[Any]] = []

    def start(self, until: int) -> None:
        """Rows up to ``until`` come now; what is open has to be noted again."""
        for number in self._marked:
            self._table.flags[number] &= ~np.uint16(SOON)
        self._marked = []
        self.until = until

    def note(self, number: NDArray[Any], due: NDArray[Any]) -> None:
        """These are open; a due of 0 is not."""
        soon = ((due < self.until) & (due != 0)).nonzero()[0]
        if len(soon):
            marked = number.take(soon)
            self._table.flags[marked] |= SOON
            self._marked.append(marked)


class ByNumber:
    """Deadlines that many orders or subscriptions have for a short time: a due instant a row, 0 where none is open."""

    def __init__(self, table: Growing, due: str, soon: Soon) -> None:
        self._table = table
        self._due = due
        self._soon = soon
        self._opened: list[Overdue] = []

    def open(self, number: NDArray[Any], due: NDArray[Any], seq: NDArray[Any]) -> None:
        """Open, in place of what was open there; the arrays are kept."""
        getattr(self._table, self._due)[number] = due
        self._opened.append((number, due.astype(np.uint32), seq))
        self._soon.note(number, due)

    def note_soon(self) -> None:
        """Mark what runs out soon."""
        for number, due, _ in self._opened:
            self._soon.note(number, due)

    def is_open(self, number: NDArray[Any]) -> NDArray[np.bool_]:
        """Where something is open."""
        found: NDArray[np.bool_] = getattr(self._table, self._due).take(number) != 0
        return found

    def close(self, number: NDArray[Any]) -> None:
        """Close in time: what is overdue has been given by `expire`."""
        getattr(self._table, self._due)[number] = 0

    def expire(self, number: NDArray[Any], at: NDArray[Any]) -> Overdue | None:
        """Something happens to these at ``at``: give and close what was due before that."""
        column = getattr(self._table, self._due)
        due = column.take(number)
        late = (due != 0) & (due < at)
        if not np.count_nonzero(late):
            return None
        number, due = number[late], due[late]
        column[number] = 0
        return number, due, self._seqs(number, due)

    def sweep(self, horizon: int) -> Overdue | None:
        """Give and close those due at or before ``horizon``, after which every later row comes."""
        if not self._opened:
            return None
        column = getattr(self._table, self._due)
        number, due, seq = (np.concatenate(parts) for parts in zip(*self._opened, strict=True))
        still = (column.take(number) == due).nonzero()[0]
        number, due, seq = number.take(still), due.take(still), seq.take(still)
        over = due <= horizon
        if not over.any():
            self._opened = [(number, due, seq)]
            return None
        self._opened = [(number[~over], due[~over], seq[~over])]
        # Closed and opened again within one instant: the last row that opened it counts.
        last = {int(n): i for i, n in enumerate(number[over].tolist())}
        some = np.fromiter(last.values(), np.intp, len(last))
        column[number[over]] = 0
        return number[over][some], due[over][some], seq[over][some]

    def _seqs(self, number: NDArray[Any], due: NDArray[Any]) -> NDArray[Any]:
        found = np.full(len(number), -1, np.int64)
        for opened, opened_due, seq in self._opened:
            for i, (n, d) in enumerate(zip(number.tolist(), due.tolist(), strict=True)):
                hit = np.flatnonzero((opened == n) & (opened_due == d))
                if len(hit):
                    found[i] = seq[hit[-1]]
        return found


class BySubscription:
    """A deadline that every subscription has nearly always: due instant and seq in columns."""

    def __init__(self, table: Growing, soon: Soon) -> None:
        self._table = table
        self._soon = soon

    def open(self, number: NDArray[Any], due: NDArray[Any], seq: NDArray[Any]) -> None:
        """Open, in place of what was open there; a due of 0 opens nothing."""
        self._table.due[number] = due
        self._table.due_seq[number] = seq
        self._soon.note(number, due)

    def note_soon(self) -> None:
        """Mark what runs out soon."""
        due = self._table.due
        number = ((due < self._soon.until) & (due != 0)).nonzero()[0]
        self._soon.note(number, due[number])

    def close(self, number: NDArray[Any]) -> None:
        """Close in time."""
        self._table.due[number] = 0

    def expire(self, number: NDArray[Any], at: NDArray[Any]) -> Overdue | None:
        """Something happens to these at ``at``: give and close what was due before that."""
        due = self._table.due.take(number)
        late = (due != 0) & (due < at)
        if not np.count_nonzero(late):
            return None
        number = number[late]
        self._table.due[number] = 0
        return number, due[late], self._table.due_seq[number]

    def sweep(self, horizon: int) -> Overdue | None:
        """Give and close those due at or before ``horizon``."""
        due = self._table.due
        number = np.flatnonzero((due != 0) & (due <= horizon))
        if not len(number):
            return None
        found = number, due[number], self._table.due_seq[number]
        due[number] = 0
        return found
