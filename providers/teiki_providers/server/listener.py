"""How connections are spoken with: uvicorn's protocol, which here is a proxy too and can be cut in mid-answer."""

import asyncio
import ssl
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from teiki_providers.server.dispatch import TRANSPORT
from teiki_providers.server.guard import Guard
from teiki_providers.server.hosts import name_of

__all__ = ["Listener", "listener"]

_ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"
_FORBIDDEN = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_HANDSHAKE_S = 10


class Listener(HttpToolsProtocol):
    """One connection. A request line may name the whole address, and CONNECT opens a tunnel to this very server."""

    guard: Guard
    tls: ssl.SSLContext

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._tunnel: str | None = None
        self._early: list[bytes] = []

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The connection stands; what came before it did is read now."""
        super().connection_made(transport)
        early, self._early = self._early, []
        for data in early:
            self.data_received(data)

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        if self.transport is None:  # inside a tunnel the first bytes can come with the handshake's last
            self._early.append(data)
        elif self._tunnel is None and self.parser is not None:
            super().data_received(data)

    def on_headers_complete(self) -> None:
        """A request line and its headers are there."""
        if self.parser.get_method() == b"CONNECT":
            self._tunnel = name_of(self.url.decode("latin-1"))
            return
        if not self.url.startswith(b"/"):
            self._relative()
        self.scope[TRANSPORT] = self.transport  # type: ignore[literal-required]
        super().on_headers_complete()

    def _relative(self) -> None:
        """Turn ``http://host/path?query`` into ``/path?query`` for that host."""
        address = httptools.parse_url(self.url)
        if address.host is None:
            self.url = b"/"
            return
        host = address.host + (b":%d" % address.port if address.port else b"")
        self.headers[:] = [(name, value) for name, value in self.headers if name != b"host"]
        self.headers.append((b"host", host))
        self.url = (address.path or b"/") + (b"?" + address.query if address.query else b"")

    def on_message_complete(self) -> None:
        """The whole request is there."""
        if self._tunnel is None:
            super().on_message_complete()

    def _unsupported_upgrade_warning(self) -> None:
        """The parser stopped at CONNECT, or at an upgrade that nobody here needs."""
        if self._tunnel is not None:
            self._open_tunnel(self._tunnel)

    def _open_tunnel(self, host: str) -> None:
        if host not in self.guard.vendor_hosts:
            self.transport.write(_FORBIDDEN)
            self.transport.close()
            return
        self.transport.pause_reading()
        self.transport.write(_ESTABLISHED)
        task = self.loop.create_task(self._secure())
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _secure(self) -> None:
        """Speak TLS on the same connection, and HTTP within."""
        inner = type(self)(self.config, self.server_state, self.app_state, self.loop)
        self.connections.discard(self)
        try:
            secured = await self.loop.start_tls(
                self.transport, inner, self.tls, server_side=True, ssl_handshake_timeout=_HANDSHAKE_S
            )
        except (OSError, ssl.SSLError):
            self.transport.abort()
            return
        if secured is not None:
            inner.connection_made(secured)


def listener(guard: Guard, tls: ssl.SSLContext) -> type[Listener]:
    """The protocol of one sandbox."""
    return type("SandboxListener", (Listener,), {"guard": guard, "tls": tls})
