"""Notices that providers send to a shop: queued, sent, tried again on the sandbox's clock.

The house decides when a notice leaves; whoever holds the wire (server, in-process door) sends it and tells the
result back with `Outbox.result`, which the journal keeps, so that a restart doesn't send again.
"""

from bisect import bisect_left, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["Notice", "Outbox"]

State = Literal["waiting", "sent", "failed"]


@dataclass(slots=True)
class Notice:
    """One notice: where it goes, what it says, and how its tries went ((instant, what came back) each)."""

    id: int
    provider: str
    url: str
    body: bytes
    content_type: str
    headers: Mapping[str, str]
    transaction: str
    due: int
    retries: Sequence[int]
    accepts: str = ""  # what the answer's body must start with, "" for any 2xx
    state: State = "waiting"
    tries: list[tuple[int, str]] = field(default_factory=list)


class Outbox:
    """All notices, and which are due."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []
        self._waiting: list[tuple[int, int]] = []  # (due, id), in order

    def put(
        self,
        provider: str,
        url: str,
        body: bytes,
        content_type: str,
        transaction: str,
        due: int,
        headers: Mapping[str, str] | None = None,
        retries: Sequence[int] = (),
        accepts: str = "",
    ) -> Notice:
        """Queue a notice for an instant. ``retries`` are the seconds between failed tries."""
        notice = Notice(
            len(self.notices) + 1,
            provider,
            url,
            body,
            content_type,
            headers or {},
            transaction,
            due,
            retries,
            accepts,
        )
        self.notices.append(notice)
        insort(self._waiting, (due, notice.id))
        return notice

    def due(self, now: int) -> list[Notice]:
        """What is to be sent by ``now``, in order of its instant."""
        end = bisect_left(self._waiting, (now + 1, 0))
        return [self.notices[identity - 1] for _, identity in self._waiting[:end]]

    def next(self, now: int) -> int | None:
        """The earliest instant after now at which something is to be sent."""
        place = bisect_left(self._waiting, (now + 1, 0))
        return self._waiting[place][0] if place < len(self._waiting) else None

    @property
    def pending(self) -> int:
        """How many wait to be sent or tried again."""
        return len(self._waiting)

    def result(self, identity: int, now: int, ok: bool, told: str) -> None:
        """A try is over: done, to be tried again, or given up."""
        notice = self.notices[identity - 1]
        self._forget(notice)
        notice.tries.append((now, told))
        nth = len(notice.tries) - 1
        if ok:
            notice.state = "sent"
        elif nth < len(notice.retries):
            notice.due = now + notice.retries[nth]
            insort(self._waiting, (notice.due, identity))
        else:
            notice.state = "failed"

    def resend(self, identity: int, now: int) -> Notice:
        """Send again now. Raises KeyError where there is no such notice."""
        if not 0 < identity <= len(self.notices):
            raise KeyError(identity)
        notice = self.notices[identity - 1]
        self._forget(notice)
        notice.state, notice.due = "waiting", now
        insort(self._waiting, (now, identity))
        return notice

    def _forget(self, notice: Notice) -> None:
        """It waits no more, if it did."""
        place = bisect_left(self._waiting, (notice.due, notice.id))
        if self._waiting[place : place + 1] == [(notice.due, notice.id)]:
            del self._waiting[place]
