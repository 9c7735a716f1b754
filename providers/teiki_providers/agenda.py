"""What comes later at the providers: verdicts of held ones, cancels that take time, and old age."""

from bisect import bisect_left
from collections import defaultdict
from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from teiki_providers.ledger import Ledger
from teiki_providers.states import State


class Due(NamedTuple):
    """Something that becomes due at an instant; the serial number keeps entries of one instant in order."""

    at: int
    serial: int
    transaction: int
    what: str
    code: str
    consumer: int


class Agenda:
    """Verdicts and cancels to come. A transaction has at most one; a newer entry replaces the old."""

    def __init__(self) -> None:
        self._heap: list[Due] = []
        self._serial = 0
        self._current: dict[int, int] = {}
        self._polls: dict[int, tuple[int, str, str]] = {}

    def put(self, at: int, transaction: int, what: str, code: str = "", consumer: int = 0) -> None:
        """Let something become due; ``consumer`` is who was judged."""
        self._serial += 1
        self._current[transaction] = self._serial
        heappush(self._heap, Due(at, self._serial, transaction, what, code, consumer))

    def put_polls(self, polls: int, transaction: int, what: str, code: str = "") -> None:
        """Let a verdict be given with the ``polls``-th inquiry."""
        self._polls[transaction] = (polls, what, code)

    def drop(self, transaction: int) -> None:
        """Nothing comes any more for this one."""
        self._current.pop(transaction, None)
        self._polls.pop(transaction, None)

    def poll(self, transaction: int) -> tuple[str, str] | None:
        """Count one inquiry; the verdict and its code where this was the last one needed."""
        if (waiting := self._polls.get(transaction)) is None:
            return None
        left, what, code = waiting
        if left > 1:
            self._polls[transaction] = (left - 1, what, code)
            return None
        self.drop(transaction)
        return what, code

    def next(self) -> int | None:
        """The earliest instant at which something is due."""
        while self._heap and self._current.get(self._heap[0].transaction) != self._heap[0].serial:
            heappop(self._heap)
        return self._heap[0].at if self._heap else None

    def due(self, now: int) -> list[Due]:
        """Take what is due by ``now``, oldest first."""
        taken = []
        while self._heap and self._heap[0].at <= now:
            entry = heappop(self._heap)
            if self._current.get(entry.transaction) == entry.serial:
                del self._current[entry.transaction]
                taken.append(entry)
        return taken


class Ageing:
    """Finds authorisations that have outlived their validity; each row of the ledger is looked at once a term.

    Rows are added in order of time, so one moving mark for each term is enough. Those authorised anew
    later are kept by day.
    """

    def __init__(self, ledger: Ledger, validity_days: NDArray[np.int32]) -> None:
        self._ledger = ledger
        self._validity = validity_days
        self._days: list[int] = []
        self._starts: list[int] = []
        self._marks = {int(days): 0 for days in np.unique(validity_days)}
        self._renewed: defaultdict[int, list[int]] = defaultdict(list)
        self._swept = -1

    def opened(self, day: int, first: int) -> None:
        """Transactions from number ``first`` were added on ``day``."""
        if not self._days or self._days[-1] < day:
            self._days.append(day)
            self._starts.append(first)

    def renewed(self, day: int, transaction: int) -> None:
        """A transaction got a new authorisation on ``day``."""
        self._renewed[day + int(self._validity[self._ledger.method[transaction]]) + 1].append(transaction)

    def sweep(self, day: int) -> NDArray[np.int32]:
        """The transactions that have died by the start of ``day``, in order of their last day."""
        if day <= self._swept:
            return np.empty(0, np.int32)
        self._swept = day
        ledger, found = self._ledger, []
        for validity, mark in self._marks.items():
            place = bisect_left(self._days, day - validity)
            end = self._starts[place] if place < len(self._starts) else ledger.size
            if end > mark:
                self._marks[validity] = end
                rows = np.arange(mark, end, dtype=np.int32)
                found.append(rows[self._validity[ledger.method[mark:end]] == validity])
        again = [t for due in sorted(self._renewed) if due <= day for t in self._renewed.pop(due)]
        found.append(np.array(again, np.int32))
        rows = np.concatenate(found)
        state = ledger.state[rows]
        rows = np.unique(rows[(state == State.AUTHORISED) | (state == State.PENDING)])
        last_day = ledger.day[rows] + self._validity[ledger.method[rows]]
        dead = last_day < day
        rows, last_day = rows[dead], last_day[dead]
        dying: NDArray[np.int32] = rows[np.argsort(last_day, kind="stable")]
        return dying
