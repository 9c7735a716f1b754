"""スコア's dialect both ways: one XML document in and one out.

Element names are those of public clients (deferred payment facts). Documents are read without DTD, entities or
anything outside them, within a size and a depth. Modelled, since no public client shows it: ``autoinvoice.do``, a registration
that names in ``nissenTransactionId`` the dead one whose place it takes, and an inquiry by ``shopTransactionId`` alone.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape

from teiki_providers.exchange import Reply

__all__ = ["Failure", "Result", "Tree", "answer", "decode", "encode", "parse_answer", "text"]

#: An element with children: by name, in order; a repeated one is a list.
Tree = dict[str, Any]
#: Elements that are lists even when they stand alone.
_MANY = frozenset({"delivery", "detail", "error", "holdReason"})
_MOST_BYTES = 2**20
_MOST_DEEP = 8
_DECLARED = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_JAPANESE = frozenset({"shift_jis", "shift-jis", "sjis", "windows-31j", "cp932", "ms932"})


@dataclass(frozen=True, slots=True)
class Failure:
    """One ``error`` of an answer."""

    code: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """``transactionResult``; a hold has its reason's code (modelled: スコア's are not public) and text."""

    shop: str = ""
    id: str = ""
    result: str = ""
    date: str = ""
    holds: tuple[tuple[str, str], ...] = ()


# ---- documents -----------------------------------------------------------------------------------


class _Builder:
    """Builds a tree while expat reads."""

    def __init__(self) -> None:
        self.root = ""
        self.top: Tree = {}
        self._open: list[tuple[str, Tree, list[str]]] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if len(self._open) >= _MOST_DEEP:
            raise ValueError("nested too deeply")
        self.root = self.root or name
        self._open.append((name, {}, []))

    def end(self, name: str) -> None:
        _, children, texts = self._open.pop()
        value: Any = children or "".join(texts).strip()
        if not self._open:
            self.top = children
            return
        parent = self._open[-1][1]
        if name in _MANY:
            parent.setdefault(name, []).append(value)
        else:
            parent[name] = value

    def words(self, data: str) -> None:
        self._open[-1][2].append(data)


def _forbidden(*_: Any) -> int:
    raise ValueError("no DTD and no entities")


def decode(body: bytes) -> tuple[str, Tree]:
    """The root's name and its children; raises ValueError for what is no such document, or not a safe one."""
    if len(body) > _MOST_BYTES:
        raise ValueError("too large")
    declared = _DECLARED.match(body.lstrip()[:200])
    japanese = declared is not None and declared[1].decode().lower() in _JAPANESE
    told = body.decode("cp932" if japanese else "utf-8-sig")
    builder = _Builder()
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.words
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _forbidden
    parser.ExternalEntityRefHandler = parser.SkippedEntityHandler = _forbidden
    try:
        parser.Parse(told.encode(), True)
    except expat.ExpatError as error:
        raise ValueError(str(error)) from error
    return builder.root, builder.top


def encode(root: str, tree: Tree) -> bytes:
    """A document in UTF-8."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}>{_inside(tree)}</{root}>'.encode()


def _inside(value: Any) -> str:
    if not isinstance(value, dict):
        return escape(str(value))
    parts = ((name, one) for name, child in value.items() for one in (child if name in _MANY else (child,)))
    return "".join(f"<{name}>{_inside(one)}</{name}>" for name, one in parts)


def text(tree: Any, *path: str) -> str:
    """The text at a path, "" where there is none."""
    for name in path:
        tree = tree.get(name, "") if isinstance(tree, dict) else ""
    return tree if isinstance(tree, str) else ""


# ---- answers -------------------------------------------------------------------------------------


def answer(
    result: Result | None, failures: Sequence[Failure] = (), invoice: Tree | None = None, status: int = 200
) -> Reply:
    """An answer: OK with a result, or NG with errors. HTTP 200 either way."""
    tree: Tree = {"result": "NG" if failures else "OK"}
    if failures:
        errors = [{"errorCode": failure.code, "errorMessage": failure.message} for failure in failures]
        tree["errors"] = {"error": errors}
    if result is not None:
        tree["transactionResult"] = _encode_result(result)
    if invoice is not None:
        tree["invoiceDataResult"] = invoice
    identity = result.id if result is not None else ""
    return Reply(status, encode("response", tree), "application/xml; charset=UTF-8", transaction=identity)


def _encode_result(result: Result) -> Tree:
    tree: Tree = {
        "shopTransactionId": result.shop,
        "nissenTransactionId": result.id,
        "authorResult": result.result,
        "authoriDate": result.date,
    }
    if result.holds:
        tree["holdReason"] = [{"reasonCode": code, "reason": reason} for code, reason in result.holds]
    return tree


def parse_answer(body: bytes) -> tuple[Result | None, list[Failure]]:
    """Read an answer as a shop does; raises ValueError where it can't be read."""
    root, tree = decode(body)
    if root != "response":
        raise ValueError("no response")
    told = tree.get("transactionResult")
    errors = tree.get("errors")
    failures = [
        Failure(text(error, "errorCode"), text(error, "errorMessage"))
        for error in (errors.get("error", []) if isinstance(errors, dict) else [])
    ]
    return (_decode_result(told) if isinstance(told, dict) else None), failures


def _decode_result(told: Tree) -> Result:
    holds = tuple((text(hold, "reasonCode"), text(hold, "reason")) for hold in told.get("holdReason", []))
    names = ("shopTransactionId", "nissenTransactionId", "authorResult", "authoriDate")
    shop, identity, word, date = (text(told, name) for name in names)
    return Result(shop, identity, word, date, holds)
