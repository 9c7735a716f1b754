"""Which subscriptions were refused by their provider, and how often running for the same reason."""

from __future__ import annotations

from teiki_sim.calendar import DAY
from teiki_sim.tables import Table

__all__ = ["Refusals"]

#: A second refusal of one cycle so many seconds later is that of another attempt to deliver.
_ANEW = 14 * DAY


class Refusals:
    """Refusals by subscription: the last one's code, cycle, instant, and how many came running, in its columns."""

    def __init__(self, subs: Table) -> None:
        self._subs = subs
        self._failed: set[int] = set()

    def note(self, sub: int, code: int, cycle: int, at: int) -> int:
        """A charge was refused: how many equal ones ran up to this, 0 where it is one more try of the same cycle."""
        subs, count = self._subs, 1
        before = subs.refused_cycle.item(sub)
        if subs.refused_code.item(sub) == code and cycle <= before + 1:
            if cycle == before and at - subs.refused_at.item(sub) < _ANEW:
                return 0
            count = min(subs.refused_times.item(sub) + 1, 255)
        subs.refused_code[sub], subs.refused_cycle[sub] = code, cycle
        subs.refused_at[sub], subs.refused_times[sub] = at, count
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
