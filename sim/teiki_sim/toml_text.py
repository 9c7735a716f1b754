"""Configurations written as TOML, each key under its comment."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

__all__ = ["dump", "dump_model", "key_text", "value_text"]

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def key_text(key: object) -> str:
    """A key as TOML writes it, quoted where it must be."""
    text = str(key)
    return text if _BARE.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def value_text(value: object) -> str:
    """A value as TOML writes it; TypeError for what TOML does not have."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case datetime.datetime() | datetime.date():
            return value.isoformat()
        case list() | tuple():
            return "[" + ", ".join(value_text(item) for item in value) + "]"
        case Mapping():
            inside = ", ".join(f"{key_text(k)} = {value_text(v)}" for k, v in value.items() if v is not None)
            return "{ " + inside + " }" if inside else "{}"
    raise TypeError(f"TOML has no value for {value!r}")


def dump(table: Mapping[str, Any], at: tuple[str, ...] = ()) -> str:
    """A nested table as TOML without comments; keys that are None are left out."""
    plain = {k: v for k, v in table.items() if not isinstance(v, Mapping) and v is not None}
    lines = [f"{key_text(k)} = {value_text(v)}" for k, v in plain.items()]
    text = "\n".join(lines) + "\n" if lines else ""
    for key, inner in table.items():
        if isinstance(inner, Mapping):
            place = (*at, key)
            heading = f"[{'.'.join(key_text(k) for k in place)}]\n"
            text += ("\n" if text else "") + heading + dump(inner, place)
    return text


def dump_model(model: BaseModel) -> str:
    """A model as TOML, every key under its description; a key that is None stays a comment."""
    return "".join(_section(model, (), set())).lstrip("\n")


def _heading(place: tuple[str, ...]) -> str:
    return f"\n[{'.'.join(key_text(k) for k in place)}]\n"


def _is_table(value: object) -> bool:
    """Whether a value needs a heading of its own: models, and mappings of models."""
    return isinstance(value, BaseModel) or (
        isinstance(value, dict) and bool(value) and all(isinstance(v, BaseModel) for v in value.values())
    )


def _section(model: BaseModel, place: tuple[str, ...], told: set[type]) -> list[str]:
    """The lines of one model; the comments of a kind of section stand at its first appearance only."""
    first = type(model) not in told
    told.add(type(model))
    lines: list[str] = []
    tables: list[tuple[str, Any, str | None]] = []
    for name, field in type(model).model_fields.items():
        key, value = field.alias or name, getattr(model, name)
        if _is_table(value):
            tables.append((key, value, field.description))
            continue
        if first and field.description:
            lines.append(f"# {field.description}\n")
        if value is None:
            if first:
                lines.append(f"# {key_text(key)} =\n")
            continue
        lines.append(f"{key_text(key)} = {value_text(_plain(value))}\n")
    for key, value, description in tables:
        at = (*place, key)
        if description and first:
            lines.append(f"\n# {description}")
        if isinstance(value, BaseModel):
            lines += [_heading(at), *_section(value, at, told)]
        else:
            for inner, part in value.items():
                lines += [_heading((*at, str(inner))), *_section(part, (*at, str(inner)), told)]
    return lines


def _plain(value: object) -> object:
    """Models within lists as inline tables."""
    if isinstance(value, BaseModel):
        return {k: v for k, v in value.model_dump(by_alias=True).items() if v is not None}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
