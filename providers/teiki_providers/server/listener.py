"""How connections are spoken with: uvicorn's protocol for the control API, and vendors' paths answered at once.

A vendor's request needs no task of its own: it is acted on when its last byte is there, and its answer leaves when the
journal's commit is through. Answers keep the order of their requests.
"""

import asyncio
import ssl
import time
from collections import deque
from functools import partial
from typing import Any
from urllib.parse import unquote

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from teiki_providers.exchange import Reply, Request
from teiki_providers.server.app import MOST_BODY, problems_of
from teiki_providers.server.control import Room
from teiki_providers.server.dispatch import TURN
from teiki_providers.server.guard import CONTROL
from teiki_providers.server.hosts import name_of
from teiki_providers.server.problems import Refusal
from teiki_providers.server.tunnel import ESTABLISHED, FORBIDDEN, relative, secured
from teiki_providers.server.wire import Answer, put

__all__ = ["Listener", "listener"]

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Listener(HttpToolsProtocol):
    """One connection. A request line may name the whole address, and CONNECT opens a tunnel to this very server."""

    room: Room
    tls: ssl.SSLContext

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._tunnel: str | None = None
        self._early: list[bytes] = []
        self._vendors: str | None = None  # the path of the vendor's request under way
        self._body: bytearray | bytes = b""
        self._answers: deque[Answer] = deque()
        self._turn: asyncio.Future[None] | None = None

    # ---- connection ------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The connection stands; what came before it did is read now."""
        super().connection_made(transport)
        early, self._early = self._early, []
        for data in early:
            self.data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is left to hear answers."""
        super().connection_lost(exc)
        self._leave()

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        if self.transport is None:  # inside a tunnel the first bytes can come with the handshake's last
            self._early.append(data)
        elif self._tunnel is None and self.parser is not None:
            super().data_received(data)

    def shutdown(self) -> None:
        """The sandbox ends: close as soon as nothing is to be answered."""
        if self._answers:
            self._answers[-1].keep_alive = False
        else:
            super().shutdown()

    # ---- requests --------------------------------------------------------------------------------

    def on_headers_complete(self) -> None:
        """A request line and its headers are there."""
        if self.parser.get_method() == b"CONNECT":
            self._tunnel = name_of(self.url.decode("latin-1"))
            return
        if not self.url.startswith(b"/"):
            self.url = relative(self.url, self.headers)
        path = self.url.partition(b"?")[0].decode("latin-1")
        if "%" in path:
            path = unquote(path)
        if not path.startswith(CONTROL) and self.room.sandbox.house.front_of(path) is not None:
            self._vendors, self._body = path, b""
            if self.expect_100_continue:
                self.transport.write(_CONTINUE)
            return
        if self._answers:
            self._turn = self.loop.create_future()
            self.scope[TURN] = self._turn  # type: ignore[literal-required]
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of the body; of one that is too large no more is kept than tells so."""
        if self._vendors is None:
            super().on_body(body)
        elif not self._body:
            self._body = body
        elif len(self._body) <= MOST_BODY:
            if isinstance(self._body, bytes):
                self._body = bytearray(self._body)
            self._body += body

    def on_message_complete(self) -> None:
        """The whole request is there."""
        if self._vendors is not None:
            path, self._vendors = self._vendors, None
            self._act(path)
        elif self._tunnel is None:
            super().on_message_complete()

    def _act(self, path: str) -> None:
        """Let the house act on a vendor's request."""
        method = self.parser.get_method().decode("ascii")
        keep_alive = self.parser.should_keep_alive() and not self.parser.should_upgrade()
        answer = Answer(keep_alive, method == "HEAD")
        self._answers.append(answer)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in self.headers}
        host = headers.get("host", "")
        room = self.room
        room.in_flight += 1
        if (refusal := room.guard.refuses(path, host, headers)) is not None:
            answer.reply = Reply(refusal[0], problems_of(Refusal(*refusal)), "application/json")
            self._ready(answer)
            return
        query = self.url.partition(b"?")[2].decode("latin-1")
        body, self._body = bytes(self._body), b""
        wall = time.time()  # noqa: TID251 - the listener, and only to judge stamps
        answer.reply = room.sandbox.answer(Request(method, path, query, headers, body, host, wall), MOST_BODY)
        room.sandbox.journal.then(partial(self._written, answer))

    # ---- answers ---------------------------------------------------------------------------------

    def _written(self, answer: Answer, written: bool) -> None:
        """The journal has it, or can't have it: then nobody is told anything."""
        assert answer.reply is not None
        self.room.clock.look()
        if not written:
            answer.reply = Reply(trouble="lost")
        if answer.reply.slow_ms:
            self.loop.call_later(answer.reply.slow_ms / 1000, self._ready, answer)
        else:
            self._ready(answer)

    def _ready(self, answer: Answer) -> None:
        answer.ready = True
        self._leave()

    def _leave(self) -> None:
        """Let every answer leave whose turn has come."""
        lost = self.parser is None
        while self._answers and self._answers[0].ready:
            if self.cycle is not None and not self.cycle.response_complete and not lost:
                return
            answer = self._answers.popleft()
            self.room.in_flight -= 1
            if not self.transport.is_closing():
                put(self.transport, answer)
        if not self._answers:
            self._rest()

    def _rest(self) -> None:
        """Nothing is to be answered: another request may come for a while, or one that waited goes on."""
        if self._turn is not None:
            if not self._turn.done():
                self._turn.set_result(None)
            self._turn = None
        elif self.parser is not None and not self.transport.is_closing():
            self._unset_keepalive_if_required()
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def on_response_complete(self) -> None:
        """An answer of the control API has left; a vendor's may have waited for it."""
        super().on_response_complete()
        self._leave()

    # ---- tunnels ---------------------------------------------------------------------------------

    def _unsupported_upgrade_warning(self) -> None:
        """The parser stopped at CONNECT, or at an upgrade that nobody here needs."""
        if self._tunnel is not None:
            self._open_tunnel(self._tunnel)

    def _open_tunnel(self, host: str) -> None:
        if host not in self.room.guard.vendor_hosts:
            self.transport.write(FORBIDDEN)
            self.transport.close()
            return
        self.transport.pause_reading()
        self.transport.write(ESTABLISHED)
        self.connections.discard(self)
        inner = type(self)(self.config, self.server_state, self.app_state, self.loop)
        task = self.loop.create_task(secured(self.loop, self.transport, inner, self.tls))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


def listener(room: Room, tls: ssl.SSLContext) -> type[Listener]:
    """The protocol of one sandbox."""
    return type("SandboxListener", (Listener,), {"room": room, "tls": tls})
