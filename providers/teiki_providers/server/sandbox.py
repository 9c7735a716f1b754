"""The living house and its journal: every change is entered, and played again after a restart."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from teiki_providers.door_calls import RowKeeper
from teiki_providers.exchange import Reply, Request, Turned
from teiki_providers.house import House
from teiki_providers.reference import Reference
from teiki_providers.said import Front, Happened, Opening, Said
from teiki_providers.scripts import Script
from teiki_providers.server.deeds import DEEDS, SECRET
from teiki_providers.server.journal import Entry, Journal
from teiki_providers.server.masking import mask, mask_answer, names_private
from teiki_providers.server.requests_seen import outline
from teiki_providers.server.seal import Seal
from teiki_providers.server.world import World
from teiki_providers.shelf import BOOKS
from teiki_sim.log.writer import Sink
from teiki_sim.messages import Answer, Ask

__all__ = ["Sandbox", "Watch"]

#: Hears what the ledger was asked, and what it answered.
Watch = Callable[[Ask, Answer], None]

_LOG = logging.getLogger("teiki.sandbox")
_MOST_ANSWER = 20_000
#: So many take seconds to play again, which is worth a word.
_MANY_ROWS = 20_000
_UNHEARD = ("lost", "reply_lost", "reset")


class Sandbox:
    """A house whose every change stands in a journal."""

    def __init__(
        self,
        world: World,
        openings: Sequence[Opening],
        journal: Journal,
        seal: Seal,
        watch: Watch | None = None,
    ) -> None:
        self._watch = watch
        self.world = world
        self.openings = openings
        self.journal = journal
        self.seal = seal
        self.keeper: RowKeeper | None = None
        self._move_into(world.house(openings))
        self.played = self._replay()

    # ---- calls of vendors' clients ---------------------------------------------------------------

    def answer(self, request: Request, most: int) -> Reply:
        """`hear` for a request to a vendor's path, with at most so many bytes."""
        front = self.house.front_of(request.path)
        if front is None:  # the house is another one since the request began
            return Reply(404, b"no such path")
        if len(request.body) > most:
            return self.turn(front, replace(request, body=b""), 413, f"more than {most} bytes")
        return self.hear(front, request)

    def hear(self, front: Front, request: Request) -> Reply:
        """Understand a request, act on it and enter both; the answer may leave once the journal is settled."""
        try:
            said = front.read(request)
            text = self._written(said)
        except Turned as turned:
            return self._turned(front, request, turned.reply, turned.why)
        except Exception as bug:  # noqa: BLE001 - whatever a request holds, its sender gets the vendor's answer
            _LOG.error("%s: reading failed: %s", front.name, _where(bug))
            reply = front.trouble("", 400)
            if reply.status >= 500:
                reply = replace(reply, status=400)
            return self._turned(front, request, reply, f"not understood: {type(bug).__name__}")
        at = self.house.now
        reply = self.act(said)
        self.journal.add(
            at,
            "call",
            said.front,
            said.operation,
            text,
            0 if reply.trouble in _UNHEARD else reply.status,
            _answer_text(reply),
            mask(reply.transaction),
            _masked("\n".join(self.house.why.lines)),
        )
        return reply

    def turn(self, front: Front, request: Request, status: int, why: str) -> Reply:
        """Turn a request away before it is read, in the vendor's own shape."""
        reply = front.trouble("", status)
        return self._turned(
            front, request, reply if reply.status < 500 else replace(reply, status=status), why
        )

    def act(self, said: Said) -> Reply:
        """Let the house act. What fails there fails again when it is played again."""
        try:
            return self.house.act(said)
        except Exception as bug:  # noqa: BLE001 - a dialect's bug ends no sandbox
            _LOG.error("%s %s: acting failed: %s", said.front, said.operation, _where(bug))
            self.house.plan.force(None)
            self.house.why.lines[:] = [f"the sandbox failed: {type(bug).__name__}"]
            return self.house.fronts[said.front].trouble("", 500)

    def _written(self, said: Said) -> str:
        reference = said.reference.text() if said.reference else None
        return self.seal.write([said.fields, reference], names_private(said.fields))

    def _turned(self, front: Front, request: Request, reply: Reply, why: str) -> Reply:
        said = self.seal.write(outline(request))
        path = mask(request.path[:200])
        self.journal.add(
            self.house.now, "turned", front.name, path, said, reply.status, _answer_text(reply), "", mask(why)
        )
        return reply

    # ---- everything else that changes the house --------------------------------------------------

    def do(self, deed: str, values: Mapping[str, Any]) -> Any:
        """A deed of the control side; raises KeyError or ValueError with nothing changed."""
        at = self.house.now
        result = DEEDS[deed](self, values)
        transaction = values.get("transaction", "")
        self.journal.add(
            at,
            "deed",
            str(values.get("provider", "")),
            deed,
            self.seal.write(values, deed in SECRET),
            200,
            transaction=mask(str(transaction)),
        )
        return result

    def moved(self, stop: int, happened: Sequence[Happened]) -> None:
        """The clock came to a stop."""
        self.journal.add(stop, "clock", "", "advance", f'{{"to":{stop}}}')
        for one in happened:
            self.journal.add(
                one.at, "news", one.provider, one.what, "{}",
                transaction=mask(one.transaction), why=mask(one.detail),
            )  # fmt: skip

    def notified(self, identity: int, ok: bool, told: str) -> None:
        """A try to send a notice is over."""
        at, notice = self.house.now, self.house.outbox.notices[identity - 1]
        told = mask(told)
        self.house.outbox.result(identity, at, ok, told)
        said = self.seal.write({"id": identity, "ok": ok, "told": told})
        self.journal.add(
            at, "notice", notice.provider, "notice", said, transaction=mask(notice.transaction), why=told
        )

    def begin_anew(self) -> None:
        """An empty world at the start."""
        self.journal.clear()
        self.keeper = None
        self._move_into(self.world.house(self.openings))

    def open_door(self, world: World, scripts: Sequence[Script]) -> None:
        """An empty house of another seed for a run of teiki's own store, its rows kept."""
        self.keeper = RowKeeper()
        sinks: tuple[Sink, ...] = (self.keeper,)
        self._move_into(world.house(self.openings, sinks, scripts, BOOKS))

    def _move_into(self, house: House) -> None:
        self.house = house
        if (watch := self._watch) is not None:
            answered = house.gateway.ask

            def ask(asked: Ask) -> Answer:
                answer = answered(asked)
                watch(asked, answer)
                return answer

            house.gateway.ask = ask  # type: ignore[method-assign, assignment]

    def shadow(self, watch: Watch) -> "Sandbox":
        """The same history once more, beside this one: ``watch`` hears what the ledger was asked and answered."""
        return Sandbox(self.world, self.openings, self.journal, self.seal, watch)

    # ---- after a restart -------------------------------------------------------------------------

    def _replay(self) -> int:
        count = 0
        if (rows := self.journal.rows) > _MANY_ROWS:
            _LOG.warning("playing %d calls and deeds again", rows)
        for entry in self.journal.entries(played=True):
            _PLAY[entry.kind](self, entry)
            count += 1
        return count

    def _play_call(self, entry: Entry) -> None:
        fields, reference = self.seal.read(entry.said)
        parsed = Reference.parse(reference) if reference else None
        self.act(Said(entry.front, entry.operation, fields, parsed))

    def _play_clock(self, entry: Entry) -> None:
        for _ in self.house.advance(entry.at):
            pass

    def _play_notice(self, entry: Entry) -> None:
        said = self.seal.read(entry.said)
        self.house.outbox.result(said["id"], entry.at, said["ok"], said["told"])

    def _play_deed(self, entry: Entry) -> None:
        DEEDS[entry.operation](self, self.seal.read(entry.said))


_PLAY = {
    "call": Sandbox._play_call,
    "clock": Sandbox._play_clock,
    "notice": Sandbox._play_notice,
    "deed": Sandbox._play_deed,
}


#: Why a call was answered so is told in few different ways.
_masked = lru_cache(1024)(mask)


def _answer_text(reply: Reply) -> str:
    body = reply.body if len(reply.body) <= _MOST_ANSWER else reply.body[:_MOST_ANSWER]
    charset = "cp932" if reply.content_type.endswith("31J") else "utf-8"
    return mask_answer(body.decode(charset, "replace"))


def _where(bug: Exception) -> str:
    """Type and place of a failure: its text could hold what a request held."""
    trace = bug.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    return f"{type(bug).__name__} at {place}"
