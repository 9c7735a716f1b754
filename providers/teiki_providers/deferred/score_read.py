"""How スコア's requests are read: XML, login, fields; persons are judged here and leave only hashes and names of magic values.

Lengths are those of VeriTrans's スコア module; the codes of single fields are modelled (SCOR01nn).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from teiki_providers.credentials import Credentials
from teiki_providers.deferred import score_wire
from teiki_providers.deferred.instruments import SCORE_MAGIC, found
from teiki_providers.deferred.persons import Person, tokens
from teiki_providers.deferred.score_codes import MESSAGES
from teiki_providers.deferred.score_wire import Failure, Tree, text
from teiki_providers.exchange import Request, Turned
from teiki_providers.reference import ASKED, Reference
from teiki_providers.said import Said
from teiki_sim.draws import hash64

__all__ = ["COMPANIES", "OPERATIONS", "read"]

OPERATIONS = frozenset(
    {
        "autotransaction",
        "autogetauthor",
        "automodifytransaction",
        "autopdrequest",
        "autocancel",
        "autoinvoice",
    }
)
#: Carriers of a shipment report (VeriTrans's スコア module).
COMPANIES = frozenset(
    ["11", "12", "13", "14", "15", "16", "17", "18", "20", "21", "23", "26", "27", "28", "29", "99"]
)
_MOST_DELIVERIES = 20


class _Field(NamedTuple):
    """One field: shortest 0 means that it may be left out."""

    name: str
    shortest: int
    longest: int
    code: str


_BUYER = (
    _Field("shopTransactionId", 1, 100, "SCOR0101"),
    _Field("fullKanaName", 0, 35, "SCOR0104"),
    _Field("tel", 8, 17, "SCOR0105"),
    _Field("mobile", 0, 17, "SCOR0106"),
    _Field("email", 1, 100, "SCOR0107"),
    _Field("mobileEmail", 0, 100, "SCOR0108"),
    _Field("zipCode", 7, 8, "SCOR0109"),
    _Field("address1", 1, 4, "SCOR0110"),
    _Field("address2", 2, 31, "SCOR0111"),
    _Field("address3", 0, 35, "SCOR0112"),
    _Field("companyName", 0, 35, "SCOR0113"),
    _Field("departmentName", 0, 35, "SCOR0114"),
)
_DELIVERY = (
    _Field("zipCode", 7, 8, "SCOR0122"),
    _Field("address1", 1, 4, "SCOR0123"),
    _Field("address2", 2, 31, "SCOR0124"),
    _Field("address3", 0, 35, "SCOR0125"),
    _Field("companyName", 0, 35, "SCOR0126"),
    _Field("departmentName", 0, 35, "SCOR0127"),
    _Field("tel", 8, 17, "SCOR0128"),
    _Field("email", 0, 100, "SCOR0129"),
)


def read(credentials: Credentials, seed: int, request: Request) -> Said:
    """Understand a request; raises `Turned`."""
    operation = request.path.removeprefix("/direct/").removesuffix(".do")
    if operation not in OPERATIONS or not request.path.endswith(".do"):
        raise _turned("SCOR0012", 404)
    if request.method != "POST":
        raise _turned("SCOR0012", 405)
    try:
        root, tree = score_wire.decode(request.body)
    except ValueError as error:
        raise _turned("SCOR0011") from error
    if root != "request":
        raise _turned("SCOR0011")
    login = tree.get("shopInfo")
    if not credentials.check("score", text(login, "shopCode"), text(login, "shopPassword")):
        raise _turned("SCOR0010")
    fields = _READERS[operation](tree, seed)
    return Said("score", operation, fields, Reference.parse(request.headers.get(ASKED, "")))


def _turned(code: str, status: int = 200) -> Turned:
    return Turned(score_wire.answer(None, [Failure(code, MESSAGES[code])], status=status), code)


# ---- orders --------------------------------------------------------------------------------------


def _order(tree: Tree, seed: int) -> dict[str, Any]:
    buyer, deliveries = tree.get("buyer"), _deliveries(tree)
    person = _person(buyer)
    first = deliveries[0].get("deliveryCustomer") if deliveries else None
    amount = _yen(text(buyer, "billedAmount"))
    consumer, alias = tokens(seed, person)
    return {
        "id": text(buyer, "nissenTransactionId")[:20],
        "shop": text(buyer, "shopTransactionId")[:100],
        "amount": amount or 0,
        "consumer": consumer,
        "alias": alias,
        "magic": found(SCORE_MAGIC, person, _person(first), amount or 0),
        "errors": [*_buyer_errors(buyer, person), *_delivery_errors(deliveries)],
        "amount_error": not amount,  # one above the API's 999,999 is the book's to refuse
        "bundled": text(buyer, "paymentType") == "3",
    }


def _deliveries(tree: Tree) -> list[Tree]:
    told = tree.get("deliveries")
    listed = told.get("delivery", []) if isinstance(told, dict) else []
    return [one if isinstance(one, dict) else {} for one in listed]


def _person(told: Any) -> Person:
    names = (text(told, "lastName") + text(told, "firstName"), text(told, "fullName"))
    address = "".join(text(told, f"address{n}") for n in (1, 2, 3))
    return Person(
        name=names[1] or names[0],
        zip=text(told, "zipCode"),
        address=address,
        tel=text(told, "tel") or text(told, "mobile"),
        email=text(told, "email"),
    )


def _yen(told: str) -> int | None:
    return int(told) if re.fullmatch(r"[0-9]{1,9}", told) else None


def _buyer_errors(buyer: Any, person: Person) -> Iterator[str]:
    yield from _field_errors(buyer, _BUYER)
    if not 2 <= len(person.name) <= 25:
        yield "SCOR0103"
    if not re.fullmatch(r"\d{4}[/-]\d\d[/-]\d\d", text(buyer, "shopOrderDate"), re.ASCII):
        yield "SCOR0102"
    if text(buyer, "paymentType") not in ("2", "3"):
        yield "SCOR0115"


def _field_errors(told: Any, fields: tuple[_Field, ...]) -> Iterator[str]:
    for field in fields:
        value = text(told, field.name)
        fits = field.shortest <= len(value) <= field.longest and value.isprintable()
        if not fits:
            yield field.code


def _delivery_errors(deliveries: list[Tree]) -> Iterator[str]:
    if not 1 <= len(deliveries) <= _MOST_DELIVERIES:
        yield "SCOR0120"
    for delivery in deliveries[:_MOST_DELIVERIES]:
        customer = delivery.get("deliveryCustomer")
        yield from _field_errors(customer, _DELIVERY)
        if not 2 <= len(_person(customer).name) <= 25:
            yield "SCOR0121"
        yield from _detail_errors(delivery.get("details"))


def _detail_errors(details: Any) -> Iterator[str]:
    lines = details.get("detail", []) if isinstance(details, dict) else []
    if not lines or not all(_is_line(line) for line in lines):
        yield "SCOR0130"


def _is_line(line: Any) -> bool:
    price, quantity = text(line, "detailPrice"), text(line, "detailQuantity")
    return bool(
        1 <= len(text(line, "detailName")) <= 150
        and re.fullmatch(r"-[0-9]{1,5}|[0-9]{1,6}", price)
        and re.fullmatch(r"[0-9]{1,4}", quantity)
    )


# ---- the others ----------------------------------------------------------------------------------


def _named(tree: Tree, seed: int) -> dict[str, Any]:
    told = tree.get("transaction")
    billed = text(told, "billedAmount")
    return {
        "id": text(told, "nissenTransactionId")[:20],
        "shop": text(told, "shopTransactionId")[:100],
        "billed": _yen(billed) if billed else None,
        "misbilled": bool(billed) and _yen(billed) is None,
    }


def _report(tree: Tree, seed: int) -> dict[str, Any]:
    told = tree.get("PdRequest")
    slip = text(told, "slipno")
    errors = [] if text(told, "pdcompanycode") in COMPANIES else ["SCOR0140"]
    if slip and not re.fullmatch(r"[0-9A-Za-z-]{1,20}", slip):
        errors.append("SCOR0141")
    number = int(slip[:18]) if re.fullmatch(r"[0-9]+", slip) else hash64(slip) >> 2 if slip else 0
    return {**_named(tree, seed), "slip": number, "errors": errors}


_READERS: Mapping[str, Any] = {
    "autotransaction": _order,
    "automodifytransaction": _order,
    "autogetauthor": _named,
    "autocancel": _named,
    "autopdrequest": _report,
    "autoinvoice": _named,
}
