"""What the sections of a configuration are made of: the base model, types of values, bilingual refusals."""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Iterable
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

__all__ = [
    "Clock",
    "Count",
    "Days",
    "Limit",
    "Part",
    "Rate",
    "Rates",
    "Shares",
    "Spans",
    "Weight",
    "Yen",
    "hint",
    "minutes",
    "one_of",
    "wrong",
]


def wrong(ja: str, en: str, place: str = "", found: str = "-") -> PydanticCustomError:
    """What to raise in a validator: the expectation in both languages.

    `place` is the key below the section being checked, `found` what stands there.
    """
    return PydanticCustomError("teiki", "{en}", {"ja": ja, "en": en, "place": place, "found": found})


def hint(name: str, known: Iterable[str], lang: str) -> str:
    """The nearest known name as a remark in brackets, or nothing."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    if not near:
        return ""
    return f"(「{near[0]}」のことですか)" if lang == "ja" else f" (did you mean {near[0]!r}?)"


def one_of(place: str, name: str, known: Iterable[str]) -> None:
    """Refuse a name that is not known, offering the nearest."""
    known = list(known)
    if name not in known:
        names = ", ".join(known)
        ja, en = hint(name, known, "ja"), hint(name, known, "en")
        raise wrong(f"次のいずれか{ja}: {names}", f"one of{en}: {names}", place, name)


def _clock(value: Any) -> Any:
    """TOML's own local time is taken too."""
    return value.strftime("%H:%M") if isinstance(value, datetime.time) else value


def minutes(clock: str) -> int:
    """Minutes since midnight of a time of day written "HH:MM"."""
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


Clock = Annotated[str, BeforeValidator(_clock), StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Rate = Annotated[float, Field(ge=0, le=1)]
Rates = Annotated[list[Rate], Field(min_length=1)]
Weight = Annotated[float, Field(ge=0)]
Shares = dict[str, Weight]
Yen = Annotated[int, Field(ge=0)]
Count = Annotated[int, Field(ge=0)]
Limit = Annotated[int, Field(ge=1)] | None


Days = Annotated[tuple[int, int], Field(min_length=2, max_length=2)]


class Part(BaseModel):
    """A section: unknown keys are refused, nothing changes once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Spans(Part):
    """A section with spans of days (or hours, where it says so): each is checked to run forwards."""

    @model_validator(mode="after")
    def _spans(self) -> Self:
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, tuple) and not 0 <= value[0] <= value[1]:
                raise wrong("[最短日数, 最長日数]", "[fewest days, most days]", name, str(list(value)))
        return self
