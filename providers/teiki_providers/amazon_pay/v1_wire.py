"""The dialect of version 1 both ways: form parameters in, XML out.

``decode`` and ``encode`` turn parameters into the fields of an action and back; ``answer``, ``error`` and
``parse`` do the same for the XML. Nothing here knows a house.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from teiki_providers.amazon_pay.v1_actions import ACTIONS, Field
from teiki_providers.amazon_pay.v1_codes import STATUS, Problem
from teiki_providers.exchange import Reply

__all__ = [
    "NAMESPACE",
    "Tree",
    "answer",
    "decode",
    "element",
    "encode",
    "error",
    "form",
    "moment",
    "money",
    "parameters",
    "parse",
]

NAMESPACE = "http://mws.amazonservices.com/schema/OffAmazonPayments/2013-01-01"
#: Children by name: a text, more children, None for an empty element, or a list for one repeated.
Tree = Mapping[str, Any]

_JST = 9 * 3600
_MOST_BYTES = 64 * 1024
_MOST_PARAMETERS = 200
_NAME = re.compile(r"[A-Za-z0-9_-]{1,32}")
_YEN = re.compile(r"([0-9]{1,9})(?:\.0{1,2})?")
_UNCLEAN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_DIGITS = re.compile(r"(?<!\d)\d{13,19}(?!\d)", re.ASCII)
#: The currencies of Amazon Pay's other regions: known, but not those of a Japanese order.
_ELSEWHERE = ("USD", "EUR", "GBP")


# ---- requests ------------------------------------------------------------------------------------


def _bad(name: str, what: str) -> Problem:
    return Problem("InvalidParameterValue", f"Parameter {name} {what}.")


def parameters(body: bytes) -> dict[str, str]:
    """The form parameters of a body. Raises `Problem` where it is none."""
    if len(body) > _MOST_BYTES:
        raise _bad("(body)", f"is longer than {_MOST_BYTES} bytes")
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict",
            max_num_fields=_MOST_PARAMETERS,
        )  # fmt: skip
    except ValueError as problem:
        raise _bad("(body)", "is not a form") from problem
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _bad("(body)", "stands twice")
    for name, value in pairs:
        if _UNCLEAN.search(name + value):
            raise _bad("(body)", "holds control characters")
    return found


def form(values: Mapping[str, str]) -> bytes:
    """Parameters as a body: sorted, the signature last."""
    ordered = sorted(values.items(), key=lambda pair: (pair[0] == "Signature", pair[0]))
    return urlencode(ordered).encode()


def _passes(run: str) -> bool:
    """Whether a run of digits has the check digit of a card number."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in run[-2::-2])
    return (sum(int(digit) for digit in run[-1::-2]) + sum(doubled)) % 10 == 0


def _masked(text: str) -> str:
    """A text without card numbers: nobody should write one into a note, and nothing of it is kept."""
    return _DIGITS.sub(lambda run: "*" * len(run[0]) if _passes(run[0]) else run[0], text)


def _text(field: Field, value: str) -> str:
    if len(value) > field.most:
        raise _bad(field.name, f"is longer than {field.most} characters")
    if field.among and value not in field.among:
        raise _bad(field.name, f"is none of {', '.join(field.among)}")
    return _masked(value)


def _name(field: Field, value: str) -> str:
    if not _NAME.fullmatch(value):
        raise _bad(field.name, "must be 1 to 32 letters, digits, - or _")
    return value


def _flag(field: Field, value: str) -> bool:
    if value.lower() not in ("true", "false"):
        raise _bad(field.name, "is neither true nor false")
    return value.lower() == "true"


def _whole(field: Field, value: str, least: int, most: int) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", value) or not least <= int(value) <= most:
        raise _bad(field.name, f"is not between {least} and {most}")
    return int(value)


def _count(field: Field, value: str) -> int:
    return _whole(field, value, 1, 100)


def _present(field: Field, value: str) -> bool:
    """Of a secret only that it is there."""
    return True


def _timeout(field: Field, value: str) -> int:
    minutes = _whole(field, value, 0, 1440)
    if minutes % 5:
        raise _bad(field.name, "is not a multiple of 5")
    return minutes


def _instant(field: Field, value: str) -> int:
    """Seconds of the sandbox's clock, which counts in JST."""
    try:
        when = datetime.fromisoformat(value)
        aware = when if when.tzinfo else when.replace(tzinfo=UTC)
        return int(aware.timestamp()) + _JST
    except (ValueError, OverflowError) as problem:
        raise _bad(field.name, "is not an ISO 8601 instant") from problem


def _money(field: Field, given: Mapping[str, str]) -> int | None:
    amount, currency = given.get(f"{field.name}.Amount"), given.get(f"{field.name}.CurrencyCode")
    if not amount and not currency:
        return None
    if not amount or not currency:
        raise _bad(field.name, "needs both Amount and CurrencyCode")
    if currency != "JPY":
        code = "CurrencyMismatch" if currency in _ELSEWHERE else "CurrencyUnsupported"
        raise Problem(code, f"The currency {currency[:8]} of {field.name} is not the order's JPY.")
    if not (yen := _YEN.fullmatch(amount)):
        raise _bad(f"{field.name}.Amount", "is not an amount of whole yen")
    return int(yen[1])


def _words(field: Field, given: Mapping[str, str]) -> list[str] | None:
    numbered = (f"{field.name}.{n}" for n in range(1, _MOST_PARAMETERS))
    words = [_text(field, given[name]) for name in numbered if name in given]
    return words or None


_SINGLE: Mapping[str, Callable[[Field, str], Any]] = {
    "text": _text,
    "id": _text,
    "name": _name,
    "flag": _flag,
    "timeout": _timeout,
    "instant": _instant,
    "secret": _present,
    "count": _count,
}


def _value(field: Field, given: Mapping[str, str]) -> Any:
    if field.kind == "money":
        return _money(field, given)
    if field.kind == "words":
        return _words(field, given)
    value = given.get(field.name)
    return _SINGLE[field.kind](field, value) if value else None


def decode(action: str, given: Mapping[str, str]) -> dict[str, Any]:
    """The fields of an action, as JSON values; of a secret only that it is there. Raises `Problem`."""
    fields: dict[str, Any] = {}
    for field in ACTIONS[action].fields:
        value = _value(field, given)
        if value is not None:
            fields[field.name] = value
        elif field.required:
            raise _bad(field.name, "is required")
    return fields


def encode(action: str, fields: Mapping[str, Any]) -> dict[str, str]:
    """The parameters of an action, as a client sends them."""
    sent: dict[str, str] = {}
    for field in ACTIONS[action].fields:
        value = fields.get(field.name)
        if value is None:
            continue
        if field.kind == "money":
            sent |= {f"{field.name}.Amount": str(value), f"{field.name}.CurrencyCode": "JPY"}
        elif field.kind == "words":
            sent |= {f"{field.name}.{n}": word for n, word in enumerate(value, 1)}
        elif field.kind == "instant":
            sent[field.name] = moment(value)
        else:
            sent[field.name] = str(value).lower() if value is True or value is False else str(value)
    return sent


# ---- answers -------------------------------------------------------------------------------------


def moment(at: int) -> str:
    """An instant of the sandbox's clock in UTC, with milliseconds."""
    when = datetime.fromtimestamp(at - _JST, UTC)
    return f"{when:%Y-%m-%dT%H:%M:%S}.000Z"


def money(amount: int) -> Tree:
    """Yen, with two decimals as recorded answers have them."""
    return {"Amount": f"{amount}.00", "CurrencyCode": "JPY"}


def element(name: str, content: Any, namespace: str = "") -> str:
    """One element as XML."""
    start = f'<{name} xmlns="{namespace}"' if namespace else f"<{name}"
    if isinstance(content, Mapping):
        inner = "".join(
            element(child, one)
            for child, value in content.items()
            for one in (value if isinstance(value, list) else [value])
        )
    else:
        inner = escape(content) if content else ""
    return f"{start}>{inner}</{name}>" if inner else f"{start}/>"


def _xml(name: str, content: Tree, status: int, transaction: str = "") -> Reply:
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n{element(name, content, NAMESPACE)}\n'
    return Reply(status, text.encode(), "text/xml", transaction=transaction)


def answer(action: str, result: Tree | None, request_id: str, transaction: str = "") -> Reply:
    """A successful answer."""
    content = {f"{action}Result": result, "ResponseMetadata": {"RequestId": request_id}}
    return _xml(f"{action}Response", content, 200, transaction)


def error(code: str, message: str, request_id: str, status: int = 400, transaction: str = "") -> Reply:
    """An error. Those of the gateway before Amazon Pay have an empty type and spell the id in capitals."""
    status = STATUS.get(code, status)
    gateway = status >= 500
    details = {"Type": None if gateway else "Sender", "Code": code, "Message": message}
    spelled = "RequestID" if gateway else "RequestId"
    return _xml("ErrorResponse", {"Error": details, spelled: request_id}, status, transaction)


def _tree(node: ElementTree.Element) -> Any:
    if not len(node):
        return node.text or None
    found: dict[str, Any] = {}
    for child in node:
        name, value = child.tag.rpartition("}")[2], _tree(child)
        if name in found:
            found[name] = [*(found[name] if isinstance(found[name], list) else [found[name]]), value]
        else:
            found[name] = value
    return found


def parse(body: bytes) -> tuple[str, Any]:
    """An answer's root name and content, as a store reads it. Raises ValueError where it is no XML."""
    try:
        root = ElementTree.fromstring(body)
    except (ElementTree.ParseError, ValueError, LookupError) as problem:
        raise ValueError(f"no XML: {problem}") from problem
    return root.tag.rpartition("}")[2], _tree(root)
