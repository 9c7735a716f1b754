"""The listener as a proxy: whole addresses in request lines, and TLS within a tunnel."""

import asyncio
import ssl

import httptools

__all__ = ["ESTABLISHED", "FORBIDDEN", "relative", "secured"]

ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"
FORBIDDEN = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_HANDSHAKE_S = 10


def relative(url: bytes, headers: list[tuple[bytes, bytes]]) -> bytes:
    """``http://host/path?query`` as ``/path?query``, its host put into the headers."""
    address = httptools.parse_url(url)
    if address.host is None:
        return b"/"
    host = address.host + (b":%d" % address.port if address.port else b"")
    headers[:] = [(name, value) for name, value in headers if name != b"host"]
    headers.append((b"host", host))
    return (address.path or b"/") + (b"?" + address.query if address.query else b"")


async def secured(
    loop: asyncio.AbstractEventLoop,
    transport: asyncio.Transport,
    inner: asyncio.Protocol,
    tls: ssl.SSLContext,
) -> None:
    """Speak TLS on a connection from now on, and HTTP within."""
    try:
        made = await loop.start_tls(
            transport, inner, tls, server_side=True, ssl_handshake_timeout=_HANDSHAKE_S
        )
    except (OSError, ssl.SSLError):
        transport.abort()
        return
    if made is not None:
        inner.connection_made(made)
