"""What is wrong with a scenario file, said once and clearly, with its line and the nearest known name."""

from __future__ import annotations

from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from teiki_sim.bad_input import Problem
from teiki_sim.config_parts import hint

__all__ = ["Lines", "Place", "details", "dotted", "line", "problem"]

Place = tuple[str | int, ...]
"""Where something stands: keys, and numbers from 0 in lists."""

Lines = dict[Place, int]
"""The lines of a file by place."""

_EXPECTED: dict[str, tuple[str, str]] = {
    "missing": ("この項目は必須", "this key to be present"),
    "int_type": ("整数", "a whole number"),
    "int_parsing": ("整数", "a whole number"),
    "bool_type": ("true または false", "true or false"),
    "bool_parsing": ("true または false", "true or false"),
    "string_type": ("文字列", "text"),
    "string_too_short": ("1文字以上の文字列", "text that is not empty"),
    "list_type": ("リスト", "a list"),
    "dict_type": ("キーと値の組", "keys with values"),
    "model_type": ("キーと値の組", "keys with values"),
    "greater_than_equal": ("より大きい値", "a greater value"),
    "string_pattern_mismatch": (
        "日時 2026-04-20, 2026-04-20 10:00, +3d 10:00(期間は 1d, 1d 6h)",
        "a moment as 2026-04-20, 2026-04-20 10:00 or +3d 10:00 (a span as 1d or 1d 6h)",
    ),
}


def details(error: ValidationError) -> list[dict[str, Any]]:
    """What pydantic found, one after another."""
    return [dict(detail) for detail in error.errors(include_url=False)]


def dotted(place: Place) -> str:
    """A place as a reader counts: steps[1].with.order."""
    return (
        "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".") or "-"
    )


def problem(
    detail: dict[str, Any], model: type[BaseModel], before: Place, file: str, lines: Lines
) -> Problem:
    """One thing that pydantic found, in the words of the trade; ``before`` is where the model stands."""
    loc: Place = tuple(part for part in detail["loc"] if part != "[key]")
    kind, context, place = detail["type"], detail.get("ctx", {}), (*before, *loc)
    found = "-" if kind == "missing" else str(detail["input"])
    if kind == "extra_forbidden":
        known, key = _keys_at(model, loc[:-1]), str(loc[-1])
        names, found = ", ".join(known), key
        ja, en = (hint(key, known, lang) for lang in ("ja", "en"))
        ja, en = f"既知のキー{ja}: {names}", f"a known key{en}: {names}"
    elif kind == "teiki":
        place = (
            *place,
            *(int(part) if part.isdigit() else part for part in context["place"].split(".") if part),
        )
        ja, en = context["ja"], context["en"]
        found = found if context["found"] == "-" else context["found"]
    elif kind == "literal_error":
        choices = context["expected"].replace("'", "").replace(" or ", ", ")
        near_ja, near_en = (hint(found, choices.split(", "), lang) for lang in ("ja", "en"))
        ja, en = f"次のいずれか{near_ja}: {choices}", f"one of{near_en}: {choices}"
    elif kind.startswith("date"):
        ja, en = "日付 2026-04-20", "a date as 2026-04-20"
    else:
        ja, en = _EXPECTED.get(kind, (detail["msg"], detail["msg"]))
    return Problem(file, dotted(place), found, ja, en, line(lines, place))


def _keys_at(model: Any, loc: Place) -> list[str]:
    """The keys known at a place of the language."""
    for part in loc:
        if isinstance(model, type) and issubclass(model, BaseModel):
            model = next(f.annotation for n, f in model.model_fields.items() if part in (n, f.alias))
        else:
            model = get_args(model)[-1]
        model = _bare(model)
    return [field.alias or name for name, field in model.model_fields.items()]


def _bare(kind: Any) -> Any:
    """A type without Annotated and without None."""
    while not isinstance(kind, type) and get_args(kind) and hasattr(kind, "__metadata__"):
        kind = get_args(kind)[0]
    some = [arg for arg in get_args(kind) if arg is not type(None)]
    if type(None) in get_args(kind) and len(some) == 1:
        return _bare(some[0])
    return kind


def line(lines: Lines, place: Place) -> int | None:
    """The line of a place, or of the nearest one that stands in the file."""
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place)
