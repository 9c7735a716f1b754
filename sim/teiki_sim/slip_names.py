"""Everything that people, timing and providers can get wrong in a simulation, by name.

A slip happens at the rate of its name in `[slips]` of the configuration, at an opportunity for it; those of a
provider happen by the faults of `[providers]` instead and stand here for the list alone.
"""

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

__all__ = ["SLIPS", "SLIP_NAMES", "SlipNote", "Source"]

Source = Literal["operator", "timing", "provider"]
"""Whose slip it is: of the people at the desk, of two things that cross, or of a company that takes payments."""


@dataclass(frozen=True, slots=True)
class SlipNote:
    """Whose slip it is, what it can break, and what happens, in two languages."""

    source: Source
    invariants: tuple[str, ...]
    ja: str
    en: str


def _read() -> dict[str, SlipNote]:
    text = (files("teiki_sim") / "catalogue" / "slips.toml").read_text("utf-8")
    return {
        name: SlipNote(row["source"], tuple(row["invariants"]), row["ja"], row["en"])
        for name, row in tomllib.loads(text)["slip"].items()
    }


SLIPS: dict[str, SlipNote] = _read()
"""All of them by name."""

SLIP_NAMES = frozenset(SLIPS)
