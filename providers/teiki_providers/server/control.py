"""The shape of the control API: a table of calls that drives both the routing and the OpenAPI document."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel

from teiki_providers.server.clock import Clock
from teiki_providers.server.guard import Guard
from teiki_providers.server.models import Nothing
from teiki_providers.server.sandbox import Sandbox

__all__ = ["PROVIDERS", "Call", "Given", "Instruction", "Room", "Text"]

PROVIDERS = ("card", "deferred", "amazon_pay", "rakuten_pay")


@dataclass
class Room:
    """What the control API can reach."""

    sandbox: Sandbox
    clock: Clock
    guard: Guard
    ca: bytes = b""
    in_flight: int = 0

    async def settled(self) -> None:
        """Nothing that was done is told before it is written."""
        await self.sandbox.journal.settled()


class Given(NamedTuple):
    """What came with a call, checked: parts of the path, query and body."""

    path: Mapping[str, str]
    query: Any
    body: Any


class Text(NamedTuple):
    """An answer that is no JSON."""

    body: bytes
    content_type: str


Instruction = Callable[[Room, Given], Awaitable[Any]]


@dataclass(frozen=True)
class Call:
    """One row of the table. ``path`` is below ``/__sandbox/``; ``fails`` lists statuses besides 200."""

    method: Literal["GET", "POST", "DELETE"]
    path: str
    does: Instruction
    ja: str
    en: str
    body: type[BaseModel] | None = None
    query: type[BaseModel] = Nothing
    fails: Sequence[int] = ()
    answers: str = "application/json"
    parts: Mapping[str, Sequence[str]] | None = None
    """Parts of the path that are one of a few words."""
