"""The door for teiki's own store: what it asks of a server besides the vendors' wires."""

from typing import Any

from teiki_providers.door_calls import CALLS
from teiki_providers.scripts import from_json
from teiki_providers.server.control import Given, Room
from teiki_providers.server.problems import Refusal
from teiki_providers.server.world import providers_of

__all__ = ["call", "clock", "open_door", "rows"]

#: These change nothing, so no journal needs them.
_LOOKS = frozenset({"state", "table"})


async def open_door(room: Room, given: Given) -> Any:
    """A run begins in an empty house of its own seed."""
    try:
        providers_of(given.body.providers)
        from_json(given.body.scripts)
    except ValueError as error:
        raise Refusal(
            422, "各社の設定と台本", "settings of providers, scripts", "providers", str(error)
        ) from error
    async with room.clock.turn:
        room.sandbox.do("open_door", given.body.model_dump())
    return {"ok": True}


async def call(room: Room, given: Given) -> Any:
    """One of `teiki_providers.door_calls.CALLS`."""
    return _called(room, given.body.what, given.body.given)


async def clock(room: Room, given: Given) -> Any:
    """Set the clock without visiting what is due."""
    return _called(room, "clock", {"to": given.body.to})


def _called(room: Room, what: str, given: dict[str, Any]) -> Any:
    if what not in CALLS:
        raise Refusal(404, f"次のいずれか: {', '.join(CALLS)}", f"one of {', '.join(CALLS)}", "what", what)
    values = {"what": what, "given": given}
    try:
        if what in _LOOKS:
            return {"told": CALLS[what](room.sandbox.house, given)}
        return {"told": room.sandbox.do("door_call", values)}
    except (KeyError, ValueError, TypeError, IndexError, OverflowError) as error:
        raise Refusal(422, "この呼び出しの引数", "what this call takes", "given", str(error)) from error


async def rows(room: Room, _given: Given) -> Any:
    """The provider's rows since the last time."""
    if room.sandbox.keeper is None:
        raise Refusal(409, "先に door/open を呼んでください", "call door/open first")
    room.sandbox.house.log.flush()
    return room.sandbox.keeper.fetch()
