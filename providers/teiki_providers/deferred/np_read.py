"""How NP's requests are read: login, envelope, items; persons are judged here and leave only hashes and names of magic values."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from teiki_providers.credentials import Credentials
from teiki_providers.deferred import np_checks, np_wire
from teiki_providers.deferred.instruments import NP_MAGIC, found
from teiki_providers.deferred.np_wire import Failure
from teiki_providers.deferred.persons import Person, tokens
from teiki_providers.exchange import Request, Turned
from teiki_providers.reference import ASKED, Reference
from teiki_providers.said import Said
from teiki_sim.draws import hash64

__all__ = ["CONTRACTS", "OPERATIONS", "read"]

#: A merchant's terminal tells the contract: its own id ordinary NP後払い (and wiz, by settlement type 03), with
#: these endings the other two (modelled: NP's contracts are not told apart on the public wire).
CONTRACTS = {"": "np", "-realtime": "realtime", "-connect": "connect"}
_MOST_BYTES = 4 * 2**20
_MOST_ITEMS = 1_000

#: Path below the prefix, by method.
OPERATIONS: Mapping[str, str] = {
    "transactions": "POST",
    "transactions/update": "PATCH",
    "transactions/cancel": "PATCH",
    "authorizations/find": "POST",
    "shipments": "POST",
    "transactions/payments/find": "POST",
    "transactions/reregister": "POST",
    "invoices/find": "POST",
}


def read(credentials: Credentials, seed: int, request: Request) -> Said:
    """Understand a request; raises `Turned`."""
    contract = _contract(credentials, request)
    operation = request.path.removeprefix("/v1/").rstrip("/")
    if OPERATIONS.get(operation) != request.method:
        raise _turned("EPRO0104", 405 if operation in OPERATIONS else 404)
    if len(request.body) > _MOST_BYTES:
        raise _turned("EPRO0102", 413)
    try:
        told = np_wire.parse_items(request.body)
    except ValueError as error:
        raise _turned("EPRO0101", 400) from error
    if not told or len(told) > _MOST_ITEMS:
        raise _turned("EPRO0102" if told else "EPRO0101", 400)
    items = _once([_READERS[operation](item, contract, seed) for item in told], operation)
    reference = Reference.parse(request.headers.get(ASKED, "")) if len(items) == 1 else None
    return Said("np", operation, {"items": items}, reference)


def _turned(code: str, status: int) -> Turned:
    return Turned(np_wire.answer([], [Failure((code,))], status), code)


def _contract(credentials: Credentials, request: Request) -> str:
    """Who speaks, under which contract; raises `Turned` (401) for a wrong login, (403) for a wrong terminal."""
    merchant, secret = _basic(request.headers.get("authorization", ""))
    if not credentials.check("np", merchant, secret):
        raise _turned("EPRO0103", 401)
    entry = credentials.find("np", merchant)
    own = entry.extra.get("terminal", "") if entry is not None else ""
    terminal = request.headers.get("x-np-terminal-id", "")
    ending = terminal.removeprefix(own) if terminal.startswith(own) else None
    if ending not in CONTRACTS:
        raise _turned("EPRO0103", 403)
    return CONTRACTS[ending]


def _basic(header: str) -> tuple[str, str]:
    scheme, _, code = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        name, _, secret = base64.b64decode(code.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return name, secret


def _once(items: Sequence[dict[str, Any]], operation: str) -> list[dict[str, Any]]:
    """An id that stands twice in a batch is refused from its second time on."""
    seen: set[str] = set()
    key = "shop" if operation in ("transactions", "transactions/reregister") else "id"
    for item in items:
        identity = item[key]
        if identity and identity in seen:
            item["errors"] = ["EPRO0106"]
        seen.add(identity)
    return list(items)


# ---- items ---------------------------------------------------------------------------------------


def _order(item: Mapping[str, Any], contract: str, seed: int, edits: bool) -> dict[str, Any]:
    order = np_wire.decode_order(item)
    buyer = order.buyer or Person()
    consumer, alias = tokens(seed, buyer)
    amount = order.amount or 0
    return {
        "id": _id(order.id),
        "shop": order.shop[:40].replace("\0", "?"),
        "type": "03" if order.type == "03" else "02" if order.type or not edits else "",
        "contract": contract,
        "amount": max(amount, 0),
        "goods": _sum(order),
        "consumer": consumer,
        "alias": alias,
        "magic": found(NP_MAGIC, buyer, order.dest or Person(), amount),
        "base": _id(order.base),
        "tells_amount": order.amount is not None,
        "whole": order.buyer is not None,
        "renamed": bool(order.shop or order.date) and not _tells(order),
        "errors": np_checks.order_errors(order, edits),
    }


def _tells(order: np_wire.Order) -> bool:
    """Whether an edit tells anything that is judged."""
    return any(part is not None for part in (order.amount, order.buyer, order.dest, order.goods)) or bool(
        order.type
    )


def _sum(order: np_wire.Order) -> int | None:
    if not order.goods:
        return None
    total = np_checks.sum_of(order.goods)
    return total if abs(total) < 2**31 else None


def _id(text: str) -> str:
    """An id as it is filed: what can't be one is cut."""
    return text[:20].replace("\0", "?")


def _registration(item: Mapping[str, Any], contract: str, seed: int) -> dict[str, Any]:
    return _order(item, contract, seed, edits=False)


def _edit(item: Mapping[str, Any], contract: str, seed: int) -> dict[str, Any]:
    read = _order(item, contract, seed, edits=True)
    return {**read, "id_errors": np_checks.id_errors(read["id"])}


def _again(item: Mapping[str, Any], contract: str, seed: int) -> dict[str, Any]:
    order = np_wire.decode_order(item)
    errors = [code for code in np_checks.order_errors(order, edits=True) if code != "E0100132"]
    if not order.shop or order.amount is None or order.amount < 1 or order.goods is None:
        errors += ["E0100041"] if not order.shop else ["E0100047"] if not order.amount else ["E0102001"]
    read = _order(item, contract, seed, edits=True)
    return {**read, "errors": errors, "id_errors": np_checks.id_errors(read["base"])}


def _report(item: Mapping[str, Any], contract: str, seed: int) -> dict[str, Any]:
    report = np_wire.decode_report(item)
    bundled, separate = (np_checks.report_errors(report, bundled) for bundled in (True, False))
    slip = report.slip if report.slip.isascii() and report.slip.isdigit() else ""
    return {
        "id": _id(report.id),
        "slip": int(slip[:18]) if slip else (hash64(report.slip) >> 2 if report.slip else 0),
        "amount": report.amount,
        "bundled_errors": bundled,
        "errors": separate,
        "id_errors": np_checks.id_errors(_id(report.id)),
    }


def _listed(item: Mapping[str, Any], contract: str, seed: int) -> dict[str, Any]:
    listed = np_wire.decode_listed(item)
    by_order = bool(listed.shop) and not listed.id
    return {
        "id": _id(listed.id),
        "shop": listed.shop[:40].replace("\0", "?") if by_order else "",
        "type": "03" if listed.type == "03" else "02",
        "contract": contract,
        "id_errors": [] if by_order else np_checks.id_errors(_id(listed.id)),
    }


_READERS: Mapping[str, Callable[[Mapping[str, Any], str, int], dict[str, Any]]] = {
    "transactions": _registration,
    "transactions/update": _edit,
    "transactions/cancel": _listed,
    "authorizations/find": _listed,
    "shipments": _report,
    "transactions/payments/find": _listed,
    "transactions/reregister": _again,
    "invoices/find": _listed,
}
