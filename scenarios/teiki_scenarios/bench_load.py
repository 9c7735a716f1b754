"""The load of the server's benchmark: some connections, each sending its next request when the last is answered.

A client of its own, since on two cores a full HTTP client would be the slower half of the measurement.
"""

import asyncio
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import cast

from teiki_providers.server.serve import new_loop

__all__ = ["Unit", "charges", "pairs", "rate", "request"]

#: One unit of work: given the last answer (at first none) it tells the next request, None when it is done.
Unit = Callable[[bytes], bytes | None]
_END = b"\r\n\r\n"


def request(path: str, body: bytes, extra: str = "") -> bytes:
    """A POST of form fields."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"{extra}Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class _Connection(asyncio.Protocol):
    """Runs one unit of work after the other until time is up."""

    def __init__(self, units: Iterator[Unit], over: Callable[[], bool]) -> None:
        self._units, self._over = units, over
        self._buffer = b""
        self.done = 0
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast(asyncio.Transport, transport)
        self._begin()

    def _begin(self) -> None:
        if self._over():
            self._transport.close()
            return
        self._unit = next(self._units)
        first = self._unit(b"")
        assert first is not None
        self._transport.write(first)

    def data_received(self, data: bytes) -> None:
        """An answer, or part of one."""
        self._buffer += data
        head, end, rest = self._buffer.partition(_END)
        if not end:
            return
        place = head.lower().index(b"content-length:") + 15
        length = int(head[place:].split(b"\r\n", 1)[0])
        if len(rest) < length:
            return
        body, self._buffer = rest[:length], rest[length:]
        if not head.startswith(b"HTTP/1.1 200"):
            self.closed.set_exception(RuntimeError(f"{head!r} {body!r}"))
            self._transport.close()
            return
        following = self._unit(body)
        if following is None:
            self.done += 1
            self._begin()
        else:
            self._transport.write(following)

    def connection_lost(self, error: Exception | None) -> None:
        """The end."""
        if not self.closed.done():
            self.closed.set_result(None)


def rate(
    port: int,
    units: Iterator[Unit],
    connections: int,
    seconds: float = 0,
    count: int = 0,
) -> float:
    """Units of work a second, for some seconds or for so many units."""
    loop = new_loop()
    try:
        return loop.run_until_complete(_load(port, units, connections, seconds, count))
    finally:
        loop.close()


async def _load(port: int, units: Iterator[Unit], connections: int, seconds: float, count: int) -> float:
    loop = asyncio.get_running_loop()
    begun = perf_counter()
    made: list[_Connection] = []

    def over() -> bool:
        if count:
            return sum(one.done for one in made) >= count
        return perf_counter() - begun >= seconds

    async def connect() -> None:
        _, one = await loop.create_connection(lambda: _Connection(units, over), "127.0.0.1", port)
        made.append(one)
        await one.closed

    await asyncio.gather(*(connect() for _ in range(connections)))
    return sum(one.done for one in made) / (perf_counter() - begun)


# ---- units of work -------------------------------------------------------------------------------


def pairs(prefix: str) -> Iterator[Unit]:
    """EntryTran and ExecTran of a new order each, the second with what the first answered."""
    number = 0
    while True:
        number += 1
        yield _Pair(f"{prefix}-{number}")


class _Pair:
    """Two calls of the card protocol."""

    def __init__(self, order: str) -> None:
        self._order = order
        self._step = 0

    def __call__(self, answer: bytes) -> bytes | None:
        """The next request; None when both are answered."""
        self._step += 1
        if self._step == 1:
            body = f"ShopID=tshop00000001&ShopPass=shoppass01&OrderID={self._order}&JobCd=AUTH&Amount=3000"
            return request("/payment/EntryTran.idPass", body.encode())
        if self._step == 2:
            body = f"&OrderID={self._order}&Method=1&CardNo=4111111111111111&Expire=3012&SecurityCode=123"
            return request("/payment/ExecTran.idPass", answer + body.encode())
        if b"ErrInfo" in answer:
            raise RuntimeError(answer.decode("cp932", "replace"))
        return None


def charges(customer: str) -> Iterator[Unit]:
    """One charge each in the protocol of Stripe."""
    body = f"amount=3000&currency=jpy&customer={customer}".encode()
    wire = request("/v1/charges", body, "Authorization: Basic c2tfdGVzdF8xMjM0NTo=\r\n")
    while True:
        yield lambda answer: None if answer else wire
