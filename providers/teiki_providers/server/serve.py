"""Opens a sandbox: journal, house, certificates and both listeners."""

import asyncio
import contextlib
import gc
import logging
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from starlette.routing import BaseRoute
from uvicorn.server import ServerState

from teiki_providers import instants
from teiki_providers.fronts import FRONTS
from teiki_providers.said import Opening
from teiki_providers.server import tls
from teiki_providers.server.app import control_app
from teiki_providers.server.clock import Clock
from teiki_providers.server.control import Room
from teiki_providers.server.dispatch import Dispatch
from teiki_providers.server.guard import Guard
from teiki_providers.server.journal import Journal
from teiki_providers.server.listener import Listener, listener
from teiki_providers.server.sandbox import Sandbox
from teiki_providers.server.seal import Seal
from teiki_providers.server.world import World

__all__ = ["OtherWorld", "Served", "Settings", "new_loop", "serve"]

_LOG = logging.getLogger("teiki.sandbox")
_KEEP_ALIVE_S = 75
_LAST_WORDS_S = 3


class OtherWorld(ValueError):
    """The database began with another start, seed or configuration than asked for."""

    def __init__(self, name: str, kept: str, asked: str) -> None:
        super().__init__(f"{name}: {kept} is kept, {asked} was asked")
        self.name, self.kept, self.asked = name, kept, asked


@dataclass(frozen=True)
class Settings:
    """How a sandbox is served. What is None of the world is taken from the database, or by default."""

    db: Path
    host: str = "127.0.0.1"
    port: int = 8640
    tls_port: int = 8643
    world: World = field(default_factory=World)
    asked: frozenset[str] = frozenset()
    """Which of the world's facts were asked for: these must agree with the database."""
    allow_hosts: tuple[str, ...] = ()
    token: str | None = None
    openings: Sequence[Opening] = FRONTS
    extra_routes: Sequence[BaseRoute] = ()


@dataclass
class Served:
    """A sandbox that listens."""

    room: Room
    line: dict[str, Any]
    stop: asyncio.Event
    _close: Callable[[], Any]

    async def until_stopped(self) -> None:
        """Serve until ``stop`` is set, then end what is under way and close."""
        await self.stop.wait()
        await self._close()


def new_loop() -> asyncio.AbstractEventLoop:
    """The fastest event loop there is."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def keys_beside(db: Path) -> Path:
    """The directory of keys and certificates that belongs to a database."""
    directory = db.with_name(db.name + ".keys")
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    return directory


def begun(journal: Journal, settings: Settings) -> World:
    """The world of a database, which a first start fixes. Raises `OtherWorld`."""
    asked, kept = settings.world.meta(), journal.meta()
    if not kept:
        journal.keep(**asked)
        return settings.world
    for name in sorted(settings.asked):
        if asked[name] != kept[name]:
            raise OtherWorld(name, kept[name], asked[name])
    return World.from_meta(kept)


async def serve(settings: Settings) -> Served:
    """Open everything; raises OSError where a port or the database can't be had."""
    stop = asyncio.Event()
    keys = keys_beside(settings.db)

    def failed(error: Exception) -> None:
        _LOG.critical("the journal can't be written, the sandbox ends: %s", error)
        stop.set()

    journal, bound = Journal(settings.db, failed), list[socket.socket]()
    try:
        _spare_the_collector()
        # Before the database is founded: a start that fails is to leave it as it was.
        for port in (settings.port, settings.tls_port):
            bound.append(_bound(settings.host, port))
        sandbox = Sandbox(begun(journal, settings), settings.openings, journal, Seal.beside(keys))
        guard = Guard(settings.host, settings.allow_hosts, settings.token)
        ca = tls.certificates(keys, tuple(host for host in (settings.host, *settings.allow_hosts) if host))
        room = Room(sandbox, Clock(sandbox, guard), guard, ca.read_bytes())
        secure = tls.context(keys)
        protocol, state = listener(room, secure), ServerState()
        config = _config(room, settings, protocol)
    except BaseException:
        for sock in bound:
            sock.close()
        journal.close()
        raise
    plain_socket, tls_socket = bound
    loop = asyncio.get_running_loop()

    def connection() -> asyncio.Protocol:
        made: asyncio.Protocol = protocol(config, state, {}, loop)
        return made

    servers = [
        await loop.create_server(connection, sock=plain_socket),
        await loop.create_server(connection, sock=tls_socket, ssl=secure),
    ]

    async def close() -> None:
        for server in servers:
            server.close()
        await room.clock.stop()
        for open_connection in list(state.connections):
            open_connection.shutdown()
        if state.tasks:
            await asyncio.wait(list(state.tasks), timeout=_LAST_WORDS_S)
        for task in list(state.tasks):
            task.cancel()
        for open_connection in list(state.connections):
            open_connection.transport.abort()
        await asyncio.sleep(0)
        with contextlib.suppress(Exception):
            journal.close()

    ports = [sock.getsockname()[1] for sock in (plain_socket, tls_socket)]
    line = _first_line(settings, guard, ports, ca, sandbox)
    room.clock.look()
    return Served(room, line, stop, close)


def _spare_the_collector() -> None:
    """Records live as long as the sandbox: looking through them for garbage is for nothing."""
    gc.set_threshold(50_000, 20, 100)


def _config(room: Room, settings: Settings, protocol: type[Listener]) -> uvicorn.Config:
    app = Dispatch(room, control_app(room, settings.extra_routes))
    config = uvicorn.Config(
        app,
        http=protocol,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
    )
    config.load()
    return config


def _bound(host: str, port: int) -> socket.socket:
    """A listening socket; with the address in the error where it can't be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        raise OSError(error.errno, f"{host}:{port}: {error.strerror}") from error
    return sock


def _first_line(
    settings: Settings, guard: Guard, ports: Sequence[int], ca: Path, sandbox: Sandbox
) -> dict[str, Any]:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)
    name = f"[{host}]" if ":" in host else host
    line: dict[str, Any] = {
        "http": f"http://{name}:{ports[0]}",
        "https": f"https://{name}:{ports[1]}",
        "ca": str(ca.resolve()),
        "start": instants.text(sandbox.world.start),
        "now": instants.text(sandbox.house.now),
    }
    return line | ({"token": guard.token} if guard.token else {})
