"""Which subscriptions were refused by their provider, and how often running for the same reason."""

from __future__ import annotations

from teiki_sim.calendar import DAY

__all__ = ["Refusals"]

#: A second refusal of one cycle so many seconds later is that of another attempt to deliver.
_ANEW = 14 * DAY


class Refusals:
    """Refusals by subscription: the last one's code, cycle, instant, and how many came running."""

    def __init__(self) -> None:
        self._last: dict[int, tuple[int, int, int, int]] = {}
        self._failed: set[int] = set()

    def note(self, sub: int, code: int, cycle: int, at: int) -> int:
        """A charge was refused: how many equal ones ran up to this, 0 where it is one more try of the same cycle."""
        before = self._last.get(sub)
        count = 1
        if before is not None and before[0] == code and cycle <= before[1] + 1:
            if cycle == before[1] and at - before[2] < _ANEW:
                return 0
            count = before[3] + 1
        self._last[sub] = code, cycle, at, count
        return count

    def flagged(self, sub: int, *, refused: bool) -> None:
        """The error flag was set, by a refusal or by something else: a collision, or no answer."""
        (self._failed.add if refused else self._failed.discard)(sub)

    def mended(self, sub: int) -> None:
        """The means of payment was mended or changed: the flag still stands, but its cause is gone."""
        self._failed.discard(sub)

    def failed(self, sub: int) -> bool:
        """Whether it was a refusal that last set a subscription's flag, and nothing was mended since."""
        return sub in self._failed
