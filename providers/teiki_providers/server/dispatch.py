"""The first look at every request: a vendor's path goes straight to its dialect, the rest to the control API."""

import asyncio
import socket
import struct
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from teiki_providers.exchange import Reply, Request
from teiki_providers.said import Front
from teiki_providers.server.app import MOST_BODY, refused
from teiki_providers.server.control import Room
from teiki_providers.server.guard import CONTROL
from teiki_providers.server.journal import NotWritten
from teiki_providers.server.problems import Refusal

__all__ = ["TRANSPORT", "Dispatch"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

#: Where the listener leaves the connection in a scope.
TRANSPORT = "teiki.transport"
#: Of a body that is too large so much is still read, so that its sender can hear the answer.
_MOST_DRAINED = 8 * MOST_BODY
_NO_LINGER = struct.pack("ii", 1, 0)


class Gone(Exception):
    """The client hung up in the middle of its request."""


class Dispatch:
    """The ASGI application of a sandbox."""

    def __init__(self, room: Room, control: App) -> None:
        self._room = room
        self._control = control

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        try:
            await self._answer(scope, receive, send)
        except NotWritten:
            await _troubled(Reply(trouble="lost"), scope[TRANSPORT], receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        room = self._room
        path: str = scope["path"]
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get("host", "")
        if (refusal := room.guard.refuses(path, host, headers)) is not None:
            await refused(Refusal(*refusal))(scope, receive, send)
            return
        if path.startswith(CONTROL):
            await self._control(scope, receive, send)
            return
        front = room.sandbox.house.front_of(path)
        if front is None:
            known = sorted({prefix for f in room.sandbox.house.fronts.values() for prefix in f.prefixes})
            ja, en = (
                f"次で始まるパス: {', '.join(known)}",
                f"a path below one of {', '.join(known)}, or {CONTROL}/",
            )
            await refused(Refusal(404, ja, en, "path", path))(scope, receive, send)
            return
        room.in_flight += 1
        try:
            await self._vendor(front, scope, headers, receive, send)
        except Gone:
            pass
        finally:
            room.in_flight -= 1

    async def _vendor(
        self, front: Front, scope: Scope, headers: Mapping[str, str], receive: Receive, send: Send
    ) -> None:
        room = self._room
        body = await _read(receive)
        request = Request(
            scope["method"],
            scope["path"],
            scope["query_string"].decode("latin-1"),
            headers,
            body or b"",
            headers.get("host", ""),
            time.time(),  # noqa: TID251 - the listener, and only to judge stamps
        )
        if body is None:
            reply = room.sandbox.turn(front, request, 413, f"more than {MOST_BODY} bytes")
        else:
            reply = room.sandbox.hear(front, request)
        await room.sandbox.journal.settled()
        room.clock.look()
        if reply.slow_ms:
            await asyncio.sleep(reply.slow_ms / 1000)
        if reply.trouble:
            await _troubled(reply, scope[TRANSPORT], receive, send)
        else:
            await send(_head(reply, len(reply.body)))
            await send({"type": "http.response.body", "body": reply.body})


async def _read(receive: Receive) -> bytes | None:
    """The whole body; None where it is too large."""
    message = await receive()
    if message["type"] == "http.disconnect":
        raise Gone
    if not message.get("more_body"):
        body: bytes = message.get("body", b"")
        return body if len(body) <= MOST_BODY else None
    taken, size = bytearray(message.get("body", b"")), 0
    while message.get("more_body") and size <= _MOST_DRAINED:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        size += len(message.get("body", b""))
        if len(taken) <= MOST_BODY:
            taken += message.get("body", b"")
    return bytes(taken) if len(taken) <= MOST_BODY else None


def _head(reply: Reply, length: int) -> dict[str, Any]:
    headers = [(b"content-type", reply.content_type.encode("latin-1")), (b"content-length", b"%d" % length)]
    headers += [(name.encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers.items()]
    return {"type": "http.response.start", "status": reply.status, "headers": headers}


async def _troubled(reply: Reply, transport: asyncio.Transport, receive: Receive, send: Send) -> None:
    """What befell the answer on its way; ends when the connection is gone."""
    if reply.trouble == "malformed":
        await send(_head(reply, len(reply.body)))
        await send({"type": "http.response.body", "body": reply.body})
        return
    if reply.trouble == "truncated":  # the body is half of what was meant to come
        await send(_head(reply, max(2 * len(reply.body), len(reply.body) + 1)))
        await send({"type": "http.response.body", "body": reply.body, "more_body": True})
        transport.close()
    elif reply.trouble == "reset":
        _reset(transport)
    else:
        transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass


def _reset(transport: asyncio.Transport) -> None:
    """Close with RST instead of FIN."""
    sock: socket.socket = transport.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    transport.abort()
