"""What the control API says of a request that it can't take: each problem once, in both languages."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from teiki_providers.server.masking import mask

__all__ = ["Refusal", "of_validation"]

_SHOWN = 20
_EXPECTED = {
    "missing": ("この項目が必要", "a value"),
    "json_invalid": ("正しい JSON", "well-formed JSON"),
    "bool_type": ("true または false", "true or false"),
    "bool_parsing": ("true または false", "true or false"),
    "finite_number": ("有限の数", "a finite number"),
    "string_pattern_mismatch": ("半角英数字と _ . - で80字まで", "up to 80 letters, digits, _ . and -"),
    "string_unicode": ("正しい UTF-8", "well-formed UTF-8"),
    "model_type": ("オブジェクト", "an object"),
    "model_attributes_type": ("オブジェクト", "an object"),
    "dict_type": ("オブジェクト", "an object"),
    "list_type": ("配列", "an array"),
    "string_type": ("文字列", "a text"),
    "int_type": ("整数", "a whole number"),
    "int_parsing": ("整数", "a whole number"),
    "int_from_float": ("整数", "a whole number"),
    "float_type": ("数", "a number"),
    "float_parsing": ("数", "a number"),
}
#: Bounds, with the name under which the model's error tells them.
_BOUNDS = {
    "greater_than_equal": ("ge", "{}以上", "{} or more"),
    "less_than_equal": ("le", "{}以下", "{} or less"),
    "less_than": ("lt", "{}未満", "less than {}"),
    "string_too_short": ("min_length", "{}字以上", "{} or more characters"),
    "string_too_long": ("max_length", "{}字以下", "{} characters at most"),
    "too_short": ("min_length", "{}件以上", "{} or more of them"),
    "too_long": ("max_length", "{}件以下", "{} of them at most"),
}


class Refusal(Exception):
    """Ends a control call with a status and its problems."""

    def __init__(self, status: int, ja: str, en: str, field: str = "", found: str = "") -> None:
        super().__init__(en)
        self.status = status
        self.problems = [_problem(field, found, ja, en)]


def _problem(field: str, found: str, ja: str, en: str) -> dict[str, str]:
    found = found.encode("utf-8", "replace").decode()
    return {"field": mask(field), "found": mask(found[:80]), "ja": ja, "en": en}


def of_validation(error: ValidationError, model: type[BaseModel]) -> Refusal:
    """A refusal that names every wrong field (the first ones) and what was expected there."""
    refusal = Refusal(422, "", "")
    details = error.errors(include_url=False, include_context=True)
    refusal.problems = [_of(dict(detail), model) for detail in details[:_SHOWN]]
    return refusal


def _of(detail: dict[str, Any], model: type[BaseModel]) -> dict[str, str]:
    place, kind = detail["loc"], detail["type"]
    field = ".".join(str(part) for part in place)
    if kind == "extra_forbidden":
        return _unknown(field, str(place[-1]), keys_at(model, place[:-1]))
    found = "" if kind == "missing" or isinstance(detail["input"], dict | list) else _text(detail["input"])
    if kind == "literal_error":
        choices = detail["ctx"]["expected"].replace("'", "").replace(" or ", ", ")
        near = _near(found, choices.split(", "))
        return _problem(field, found, f"次のいずれか: {choices}{near[0]}", f"one of {choices}{near[1]}")
    if kind == "teiki":
        return _problem(field, found, detail["ctx"]["ja"], detail["ctx"]["en"])
    if kind in _BOUNDS:
        name, *words = _BOUNDS[kind]
        ja, en = (word.format(detail["ctx"][name]) for word in words)
        return _problem(field, found, ja, en)
    ja, en = _EXPECTED.get(kind, ("別の形の値", detail["msg"]))
    return _problem(field, found, ja, en)


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _unknown(field: str, key: str, known: Sequence[str]) -> dict[str, str]:
    near, names = _near(key, known), ", ".join(known)
    return _problem(field, key, f"既知のキー: {names}{near[0]}", f"a known key: {names}{near[1]}")


def _near(word: str, known: Sequence[str]) -> tuple[str, str]:
    found = get_close_matches(word, known, 1, 0.5)
    return (f"(「{found[0]}」のことですか)", f" (did you mean {found[0]!r}?)") if found else ("", "")


def keys_at(model: Any, place: Sequence[Any]) -> list[str]:
    """The keys that a model knows at a place."""
    for part in place:
        if isinstance(model, type) and issubclass(model, BaseModel):
            fields = model.model_fields.items()
            model = next((f.annotation for name, f in fields if part in (name, f.alias)), None)
        elif get_args(model):
            model = get_args(model)[0]
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return []
    return [field.alias or name for name, field in model.model_fields.items()]
