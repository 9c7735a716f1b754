"""NP's dialect both ways: JSON objects with ``transactions`` in, ``results`` and ``errors`` out.

Field names are those of public NP clients (deferred payment facts). Three things stand for what no public client
shows, and are modelled: a find by order number, a registration that names in ``base_np_transaction_id`` the dead one
whose place it takes (EC-PAY-05), and an amount in コネクトプロ's shipment report (TR-NP-07).
"""

import datetime
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from teiki_providers.deferred.persons import Person
from teiki_providers.exchange import Reply

__all__ = [
    "BAD_NUMBER",
    "Failure",
    "Goods",
    "Listed",
    "Order",
    "Report",
    "Result",
    "answer",
    "decode_listed",
    "decode_order",
    "decode_report",
    "encode_listed",
    "encode_order",
    "encode_report",
    "parse_answer",
    "parse_items",
    "request_body",
    "stamp",
]

#: What a field holds that was sent as another type, so that its check fails.
BAD_TEXT = "\0"
BAD_NUMBER = -(2**62)
_MOST = 2**31 - 1
_JST_EPOCH = datetime.datetime(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Goods:
    """One line; fees are ordinary lines and discounts have negative prices."""

    name: str
    price: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Order:
    """A registration, an edit or a re-registration; what is not sent is empty or None."""

    id: str = ""
    shop: str = ""
    date: str = ""
    type: str = ""
    amount: int | None = None
    buyer: Person | None = None
    dest: Person | None = None
    goods: tuple[Goods, ...] | None = None
    base: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A shipment."""

    id: str
    company: str = ""
    slip: str = ""
    issued: str = ""
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """An item of a find or a cancel: NP's id, or (modelled) the shop's order number and the settlement type."""

    id: str = ""
    shop: str = ""
    type: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """One item of an answer's ``results``; empty fields are not sent."""

    id: str = ""
    shop: str = ""
    result: str = ""
    at: str = ""
    ng: str = ""
    holds: tuple[str, ...] = ()
    base: str = ""
    status: str = ""
    paid_on: str = ""
    invoice: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failure:
    """One item of an answer's ``errors``; the two amounts come with コネクトプロ's mismatch (modelled)."""

    codes: tuple[str, ...]
    id: str = ""
    registered: int | None = None
    reported: int | None = None


def stamp(at: int) -> str:
    """An instant as NP writes it."""
    return (_JST_EPOCH + datetime.timedelta(seconds=at)).isoformat() + "+09:00"


# ---- the envelope --------------------------------------------------------------------------------


def parse_items(body: bytes) -> list[Mapping[str, Any]]:
    """The objects of ``transactions``; raises ValueError for anything that is no such list."""
    try:
        told = json.loads(body.decode("utf-8-sig"), parse_constant=_no_constant)
        json.dumps(told, ensure_ascii=False).encode()  # lone surrogates can't be answered or filed
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    items = told.get("transactions") if isinstance(told, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ValueError("no list of transactions")
    return items


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def request_body(items: Sequence[Mapping[str, Any]]) -> bytes:
    """A request with these items."""
    return json.dumps({"transactions": list(items)}, ensure_ascii=False).encode()


# ---- items ---------------------------------------------------------------------------------------

_PERSON = {
    "name": "customer_name",
    "kana": "customer_name_kana",
    "company": "company_name",
    "department": "department_name",
    "zip": "zip_code",
    "address": "address",
    "tel": "tel",
    "email": "email",
}
_ORDER = {
    "id": "np_transaction_id",
    "shop": "shop_transaction_id",
    "date": "shop_order_date",
    "type": "settlement_type",
    "base": "base_np_transaction_id",
}
_REPORT = {
    "id": "np_transaction_id",
    "company": "pd_company_code",
    "slip": "slip_no",
    "issued": "bill_issued_date",
}
_LISTED = {"id": "np_transaction_id", "shop": "shop_transaction_id", "type": "settlement_type"}
_RESULT = {
    "id": "np_transaction_id",
    "shop": "shop_transaction_id",
    "result": "authori_result",
    "at": "authori_required_date",
    "ng": "authori_ng",
    "holds": "authori_hold",
    "base": "base_np_transaction_id",
    "status": "payment_status",
    "paid_on": "customer_payment_date",
    "invoice": "invoice",
}


def _sent(thing: Any, names: Mapping[str, str]) -> dict[str, Any]:
    pairs = ((wire, getattr(thing, name)) for name, wire in names.items())
    return {wire: list(value) if isinstance(value, tuple) else value for wire, value in pairs if value}


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else BAD_TEXT


def _whole(value: Any) -> int | None:
    if value is None:
        return None
    fits = isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _MOST
    return value if fits else BAD_NUMBER


def _texts(item: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    return {name: _text(item.get(wire)) for name, wire in names.items()}


def _decode_person(value: Any) -> Person | None:
    if value is None:
        return None
    return Person(**_texts(value, _PERSON)) if isinstance(value, dict) else Person(BAD_TEXT)


def _decode_goods(value: Any) -> tuple[Goods, ...] | None:
    if value is None:
        return None
    lines = value if isinstance(value, list) else [None]
    return tuple(_decode_line(line if isinstance(line, dict) else {}) for line in lines)


def _decode_line(line: Mapping[str, Any]) -> Goods:
    numbers = (_whole(line.get(name)) for name in ("goods_price", "quantity"))
    price, quantity = (BAD_NUMBER if number is None else number for number in numbers)
    return Goods(_text(line.get("goods_name")), price, quantity)


def encode_order(order: Order) -> dict[str, Any]:
    """As an item of a request."""
    item = _sent(order, _ORDER)
    if order.amount is not None:
        item["billed_amount"] = order.amount
    if order.buyer is not None:
        item["customer"] = _sent(order.buyer, _PERSON)
    if order.dest is not None:
        item["dest_customer"] = _sent(order.dest, _PERSON)
    if order.goods is not None:
        item["goods"] = [
            {"goods_name": line.name, "goods_price": line.price, "quantity": line.quantity}
            for line in order.goods
        ]
    return item


def decode_order(item: Mapping[str, Any]) -> Order:
    """From an item of a request; what has the wrong type fails its check later."""
    return Order(
        **_texts(item, _ORDER),
        amount=_whole(item.get("billed_amount")),
        buyer=_decode_person(item.get("customer")),
        dest=_decode_person(item.get("dest_customer")),
        goods=_decode_goods(item.get("goods")),
    )


def encode_report(report: Report) -> dict[str, Any]:
    """As an item of a request."""
    item = _sent(report, _REPORT)
    return item if report.amount is None else {**item, "billed_amount": report.amount}


def decode_report(item: Mapping[str, Any]) -> Report:
    """From an item of a request."""
    return Report(**_texts(item, _REPORT), amount=_whole(item.get("billed_amount")))


def encode_listed(listed: Listed) -> dict[str, Any]:
    """As an item of a request."""
    return _sent(listed, _LISTED)


def decode_listed(item: Mapping[str, Any]) -> Listed:
    """From an item of a request."""
    return Listed(**_texts(item, _LISTED))


# ---- answers -------------------------------------------------------------------------------------


def answer(results: Sequence[Result], failures: Sequence[Failure], status: int = 0) -> Reply:
    """An answer: 200, or 400 as soon as one item failed (that the others are done is modelled)."""
    told: dict[str, Any] = {}
    if results:
        told["results"] = [_sent(result, _RESULT) for result in results]
    if failures:
        told["errors"] = [_encode_failure(failure) for failure in failures]
    body = json.dumps(told, ensure_ascii=False).encode()
    first = results[0].id if results else failures[0].id if failures else ""
    return Reply(status or (400 if failures else 200), body, "application/json", transaction=first)


def _encode_failure(failure: Failure) -> dict[str, Any]:
    told: dict[str, Any] = {"codes": list(failure.codes), "id": failure.id}
    if failure.registered is not None:
        told |= {"registered_amount": failure.registered, "reported_amount": failure.reported}
    return told


def parse_answer(body: bytes) -> tuple[list[Result], list[Failure]]:
    """Read an answer as a shop does; raises ValueError where it can't be read."""
    told = json.loads(body)
    return (
        [_decode_result(result) for result in told.get("results", [])],
        [
            Failure(
                tuple(error["codes"]),
                error["id"],
                error.get("registered_amount"),
                error.get("reported_amount"),
            )
            for error in told.get("errors", [])
        ],
    )


def _decode_result(item: Mapping[str, Any]) -> Result:
    given = {name: item[wire] for name, wire in _RESULT.items() if wire in item}
    if "holds" in given:
        given["holds"] = tuple(given["holds"])
    return Result(**given)
