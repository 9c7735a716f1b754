"""What is to happen at instants of its own: by day, and in order within the day at hand."""

from bisect import insort
from collections.abc import Callable, Iterator
from operator import itemgetter
from typing import Any

from teiki_sim.calendar import DAY

__all__ = ["Agenda"]

#: Instant, running number, what is called, and with what. The running numbers differ, so no more is compared.
_Happening = tuple[int, int, Callable[..., object], tuple[Any, ...]]
_INSTANT = itemgetter(0)


class Agenda:
    """Happenings by instant; of one instant, the one put first comes first."""

    def __init__(self) -> None:
        self.count = 0  # put so far
        self._day = -1
        self._days: dict[int, list[_Happening]] = {}
        self._today: list[_Happening] = []
        self._next = 0  # of today's

    def put(self, at: int, action: Callable[..., object], args: tuple[Any, ...]) -> None:
        """Let ``action(*args)`` happen at an instant, which has not passed."""
        self.count = count = self.count + 1
        day = at // DAY
        if day <= self._day:
            insort(self._today, (at, count, action, args), self._next)
        elif (there := self._days.get(day)) is not None:
            there.append((at, count, action, args))
        else:
            self._days[day] = [(at, count, action, args)]

    def open(self, day: int) -> None:
        """A day begins, the one before it over."""
        self._day, self._next = day, 0
        self._today = self._days.pop(day, [])
        self._today.sort(key=_INSTANT)  # each day's list is in order of the running numbers already

    def before(self, at: int, count: int) -> Iterator[_Happening]:
        """Take what comes before an instant today, and at it what was put before the count was reached."""
        end = (at, count)
        today = self._today
        while self._next < len(today):
            happening = today[self._next]
            if happening >= end:
                return
            self._next += 1
            yield happening
