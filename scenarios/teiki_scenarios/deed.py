"""One operation that a step of a scenario can do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from teiki_sim.config_parts import Part
from teiki_sim.log.kinds import Actor

if TYPE_CHECKING:
    from teiki_scenarios.stage import Stage

__all__ = ["Deed", "Who"]

Who = Literal["customer", "operator", "warehouse", "carrier", "provider", "acquirer", "system"]


@dataclass(frozen=True, slots=True)
class Deed:
    """One operation. ``do`` returns what it came to: nothing, whether it was done, or an outcome."""

    args: type[Part]
    who: tuple[Who, ...]
    do: Callable[[Stage, Actor, Any], Any]
    ja: str
    en: str
