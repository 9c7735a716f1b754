"""What dialects set the clock for: the end of a session, a verdict to tell, a token that lapses."""

from heapq import heappop, heappush
from typing import NamedTuple

__all__ = ["Timer", "Timers"]


class Timer(NamedTuple):
    """At an instant, ``front`` is told of ``what`` about ``key``; the serial number keeps one instant in order."""

    at: int
    serial: int
    front: str
    what: str
    key: str


class Timers:
    """All timers of a house, the earliest first."""

    def __init__(self) -> None:
        self._heap: list[Timer] = []
        self._serial = 0

    def put(self, at: int, front: str, what: str, key: str) -> None:
        """Set one."""
        self._serial += 1
        heappush(self._heap, Timer(at, self._serial, front, what, key))

    def next(self) -> int | None:
        """The earliest instant."""
        return self._heap[0].at if self._heap else None

    def take(self, now: int) -> Timer | None:
        """The earliest one that is due by now."""
        return heappop(self._heap) if self._heap and self._heap[0].at <= now else None
