"""The ASGI application: the control API behind its guard, and a plain word on paths that are nobody's."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from teiki_providers.server.app import refused
from teiki_providers.server.control import Room
from teiki_providers.server.guard import CONTROL
from teiki_providers.server.problems import Refusal

__all__ = ["TURN", "Dispatch"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

#: Where the listener leaves what a request has to wait for, if anything: earlier answers on its connection.
TURN = "teiki.turn"


class Dispatch:
    """Vendors' paths never come here: the listener answers them."""

    def __init__(self, room: Room, control: App) -> None:
        self._room = room
        self._control = control

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if (turn := scope.get(TURN)) is not None:
            await turn
        path: str = scope["path"]
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        refusal = self._room.guard.refuses(path, headers.get("host", ""), headers)
        if refusal is not None:
            await refused(Refusal(*refusal))(scope, receive, send)
        elif path.startswith(CONTROL):
            await self._control(scope, receive, send)
        else:
            fronts = self._room.sandbox.house.fronts.values()
            known = ", ".join(sorted({prefix for front in fronts for prefix in front.prefixes}))
            ja, en = f"次で始まるパス: {known}", f"a path below one of {known}, or {CONTROL}/"
            await refused(Refusal(404, ja, en, "path", path))(scope, receive, send)
