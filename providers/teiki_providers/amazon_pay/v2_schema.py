"""How the fields of version 2's JSON are read and written: money, texts, flags, records of them.

A field that is wrong is a `Wrong` with Amazon's code; money is yen as an int inside, an object on the wire.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["FLAG", "ID", "MONEY", "OPAQUE", "Kind", "Wrong", "each", "one_of", "record", "text"]

_YEN = re.compile(r"(\d{1,12})(\.0{1,2})?")
_IDENTITY = re.compile(r"[A-Za-z0-9-]{1,64}")
#: What JSON lets through and no text has: halves of letters, and the null character.
_BROKEN = re.compile("[\ud800-\udfff\0]")
#: The ledger counts in 32 bits; nothing that Amazon takes comes near.
_MOST = 2_000_000_000
#: Deeper than any request of Amazon's goes.
_DEEPEST = 8


class Wrong(Exception):
    """A field that Amazon refuses: the code and what is the matter."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of field: how it is read (raises `Wrong`) and written."""

    read: Callable[[Any, str], Any]
    write: Callable[[Any], Any] = lambda value: value


def _money(value: Any, name: str) -> int:
    if not isinstance(value, dict):
        raise Wrong("InvalidParameterValue", f"{name} is not an amount with its currency")
    for part in ("amount", "currencyCode"):
        if value.get(part) in (None, ""):
            raise Wrong("MissingParameterValue", f"{name}.{part} is missing")
    if strange := set(value) - {"amount", "currencyCode"}:
        raise Wrong("UnrecognizedField", f"{name}.{min(strange)} is not known")
    if value["currencyCode"] != "JPY":
        raise Wrong("CurrencyMismatch", f"{name} must be in JPY")
    found = _YEN.fullmatch(str(value["amount"]))
    if found is None:
        raise Wrong("InvalidParameterValue", f"{name}.amount is not a whole number of yen")
    if int(found[1]) > _MOST:
        raise Wrong("TransactionAmountExceeded", f"{name}.amount is above every limit")
    return int(found[1])


def _flag(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return value
    raise Wrong("InvalidParameterValue", f"{name} must be true or false")


def _identity(value: Any, name: str) -> str:
    if isinstance(value, str) and _IDENTITY.fullmatch(value):
        return value
    raise Wrong("InvalidParameterValue", f"{name} is not an id")


def _opaque(value: Any, name: str, depth: int = 0) -> Any:
    """JSON that is given back as it came, if it is not absurdly deep."""
    if depth > _DEEPEST:
        raise Wrong("InvalidParameterValue", f"{name} is too deep")
    if isinstance(value, str):
        return text(4096).read(value, name)
    if isinstance(value, dict):
        return {text(256).read(key, name): _opaque(one, name, depth + 1) for key, one in value.items()}
    if isinstance(value, list):
        return [_opaque(one, name, depth + 1) for one in value]
    return value


MONEY = Kind(_money, lambda yen: {"amount": str(yen), "currencyCode": "JPY"})
FLAG = Kind(_flag)
ID = Kind(_identity)
OPAQUE = Kind(_opaque)


def text(most: int) -> Kind:
    """A text of so many characters at most."""

    def read(value: Any, name: str) -> str:
        if isinstance(value, str) and len(value) <= most and not _BROKEN.search(value):
            return value
        raise Wrong("InvalidParameterValue", f"{name} must be a text of at most {most} characters")

    return Kind(read)


def one_of(*values: str) -> Kind:
    """One of these texts."""

    def read(value: Any, name: str) -> str:
        if isinstance(value, str) and value in values:
            return value
        raise Wrong("InvalidParameterValue", f"{name} must be one of {', '.join(values)}")

    return Kind(read)


def each(kind: Kind, most: int = 50) -> Kind:
    """A list of these."""

    def read(value: Any, name: str) -> list[Any]:
        if not isinstance(value, list) or len(value) > most:
            raise Wrong("InvalidParameterValue", f"{name} must be a list of at most {most}")
        return [kind.read(one, name) for one in value]

    return Kind(read, lambda values: [kind.write(one) for one in values])


def record(fields: Mapping[str, Kind], required: tuple[str, ...] = ()) -> Kind:
    """An object of named fields; a field that is null is one that is absent."""

    def read(value: Any, name: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Wrong("InvalidParameterValue", f"{name} must be an object")
        if strange := set(value) - set(fields):
            raise Wrong("UnrecognizedField", f"{name}.{min(strange)[:80]} is not known")
        given = {key: one for key, one in value.items() if one is not None}
        for key in required:
            if given.get(key) in (None, ""):
                raise Wrong("MissingParameterValue", f"{name}.{key} is missing")
        return {key: fields[key].read(one, f"{name}.{key}") for key, one in given.items()}

    return Kind(read, lambda values: {key: fields[key].write(one) for key, one in values.items()})
