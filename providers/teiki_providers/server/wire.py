"""Answers as bytes, and what can befall them on a connection."""

import asyncio
import re
import socket
import struct
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus

from teiki_providers.exchange import Reply

__all__ = ["Answer", "put"]

_NO_LINGER = struct.pack("ii", 1, 0)
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


@dataclass(slots=True)
class Answer:
    """The place of one request among those of its connection, and its answer when it is there."""

    keep_alive: bool
    bodiless: bool
    reply: Reply | None = None
    ready: bool = False


@lru_cache(256)
def _begin(status: int, content_type: str) -> bytes:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    return f"HTTP/1.1 {status} {phrase}\r\ncontent-type: {_clean(content_type)}\r\n".encode(
        "latin-1", "replace"
    )


def _clean(value: str) -> str:
    return _CONTROL.sub("", value)


def _head(reply: Reply, length: int, keep_alive: bool) -> bytes:
    head = _begin(reply.status, reply.content_type)
    if reply.headers:
        lines = "".join(f"{_clean(name)}: {_clean(value)}\r\n" for name, value in reply.headers.items())
        head += lines.encode("latin-1", "replace")
    return head + b"content-length: %d\r\n%b\r\n" % (length, b"" if keep_alive else b"connection: close\r\n")


def put(transport: asyncio.Transport, answer: Answer) -> None:
    """Let an answer leave, or what is left of it."""
    reply = answer.reply
    assert reply is not None
    if reply.trouble in ("", "malformed"):
        body = b"" if answer.bodiless else reply.body
        transport.write(_head(reply, len(reply.body), answer.keep_alive) + body)
        if not answer.keep_alive:
            transport.close()
    elif reply.trouble == "truncated":  # the body is half of what was meant to come
        length = max(2 * len(reply.body), len(reply.body) + 1)
        transport.write(_head(reply, length, answer.keep_alive) + reply.body)
        transport.close()
    else:
        if reply.trouble == "reset":  # RST instead of FIN
            sock: socket.socket = transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        transport.abort()
