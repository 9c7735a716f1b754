"""Moves the sandbox's clock through everything that is due, and lets notices leave on the way."""

import asyncio
from typing import Any

from teiki_providers.instants import text
from teiki_providers.server.guard import Guard
from teiki_providers.server.sandbox import Sandbox
from teiki_providers.server.sender import send
from teiki_sim.calendar import DAY

__all__ = ["Clock"]

#: An empty span is walked in pieces, so that calls get their turn.
_PIECE = 30 * DAY

Told = dict[str, Any]


class Clock:
    """The one place where time passes and notices are sent; one advance at a time."""

    def __init__(self, sandbox: Sandbox, guard: Guard) -> None:
        self._sandbox = sandbox
        self._guard = guard
        self.turn = asyncio.Lock()
        self._seen = 0
        self._pumps: set[asyncio.Task[None]] = set()

    async def advance(self, *, by: int = 0, to: int | None = None) -> dict[str, Any]:
        """Move to an instant, stop by stop; raises ValueError for one in the past."""
        async with self.turn:
            house, start = self._sandbox.house, self._sandbox.house.now
            target = start + by if to is None else to
            told: list[Told] = []
            await self._deliver(told)
            while True:
                piece = min(target, house.now + _PIECE)
                for stop, happened in house.advance(piece):
                    self._sandbox.moved(stop, happened)
                    told += [{**one._asdict(), "at": text(one.at)} for one in happened]
                    await self._deliver(told)
                if piece == target:
                    break
                await asyncio.sleep(0)
            return {"from": text(start), "now": text(house.now), "happened": told}

    async def _deliver(self, told: list[Told]) -> None:
        """Send what is due at this instant, also what shops' reactions add to it."""
        house = self._sandbox.house
        while due := house.outbox.due(house.now):
            for notice in due:
                ok, said = await send(notice, self._guard.may_call)
                self._sandbox.notified(notice.id, ok, said)
                await self._sandbox.journal.settled()
                one = {
                    "at": text(house.now),
                    "provider": notice.provider,
                    "transaction": notice.transaction,
                    "what": "notice_sent" if ok else "notice_failed",
                    "detail": said,
                }
                told.append(one)

    def look(self) -> None:
        """After a call: notices that it set off and that are due at once leave without an advance."""
        outbox = self._sandbox.house.outbox
        new = len(outbox.notices)
        if new == self._seen:
            return
        fresh, self._seen = outbox.notices[self._seen :], new
        if any(notice.due <= self._sandbox.house.now for notice in fresh):
            self.pump()

    def pump(self) -> None:
        """Send in the background what is due now."""
        if len(self._pumps) < 2:  # one that may be past its look, one that will look again
            task = asyncio.get_running_loop().create_task(self._pump())
            self._pumps.add(task)
            task.add_done_callback(self._pumps.discard)

    async def _pump(self) -> None:
        async with self.turn:
            await self._deliver([])

    async def begin_anew(self) -> None:
        """An empty world, once nothing is under way."""
        async with self.turn:
            self._sandbox.begin_anew()

    @property
    def busy(self) -> bool:
        """Whether the clock moves or notices leave."""
        return self.turn.locked() or bool(self._pumps)

    async def stop(self) -> None:
        """Send nothing more."""
        for task in list(self._pumps):
            task.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)
