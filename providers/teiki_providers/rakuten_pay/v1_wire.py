"""Rakuten Pay version 1, direct: XML in base64, both ways (documented by a ticketing shop's client and dummy server).

A control call is ``rparam``; the step-in is ``checkout`` with ``sig``, the hex HMAC of the XML by the access
key; notices are ``confirmId``. Everything here is a pure function.
"""

import hmac
import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from teiki_providers.exchange import Reply
from teiki_providers.rakuten_pay.gmo_wire import stamp
from teiki_sim.calendar import DAY, to_date

__all__ = [
    "BadXml",
    "Cart",
    "Item",
    "Wanted",
    "answer",
    "control",
    "decode_cart",
    "decode_control",
    "encode_cart",
    "encode_control",
    "encode_step_in",
    "form",
    "notice",
    "signature",
]

#: Bytes of XML that a call may have.
_MOST = 1_000_000
_DIGITS = re.compile(r"[0-9]{1,12}")
_DIGESTS = {"1": "sha1", "2": "md5"}


class BadXml(Exception):
    """No XML, or not of the form; carries the apiErrorCode."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


class Item(NamedTuple):
    """One line of an order."""

    id: str
    number: int
    fee: int
    name: str = ""


class Wanted(NamedTuple):
    """One order of a control call. ``postage`` None: not said."""

    id: str
    items: tuple[Item, ...] = ()
    postage: int | None = None


class Cart(NamedTuple):
    """What a shop hands over at the step-in."""

    service: str
    cart: str
    total: int
    items: tuple[Item, ...]
    done: str
    failed: str
    method: str = "1"
    test: str = "0"


# ---- XML ---------------------------------------------------------------------------------------------


def tree(encoded: str) -> tuple[bytes, Element]:
    """The XML of a base64 field, as bytes and as a tree; a document type is not taken."""
    try:
        raw = b64decode(encoded.replace(" ", "+").replace("\n", ""), validate=True)
    except (NotBase64, ValueError) as error:
        raise BadXml("600", "not base64") from error
    if not raw or len(raw) > _MOST or b"\x00" in raw or b"<!DOCTYPE" in raw:
        raise BadXml("600", "no XML, or more than is taken")
    try:
        return raw, ElementTree.fromstring(raw)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise BadXml("600", "not XML") from error


def _text(parent: Element, name: str, needed: bool = True) -> str:
    found = (parent.findtext(name) or "").strip()
    if needed and not found:
        raise BadXml("300", f"{name} is missing")
    if len(found) > 1024:
        raise BadXml("300", f"{name} is too long")
    return found


def _number(parent: Element, name: str) -> int:
    text = _text(parent, name)
    if not _DIGITS.fullmatch(text):
        raise BadXml("300", f"{name} is not a number")
    return int(text)


def _items(parent: Element | None, names: Sequence[str]) -> tuple[Item, ...]:
    number, fee = names
    return tuple(
        Item(
            _text(one, "itemId"),
            _number(one, number),
            _number(one, fee),
            _text(one, "itemName", needed=False),
        )
        for one in (parent.findall("item") if parent is not None else ())
    )


_ITEM_NAMES = ("itemNumbers", "itemFee")


def _put(parent: Element, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        SubElement(parent, name).text = str(value)


def _put_items(parent: Element, items: Iterable[Item]) -> None:
    for item in items:
        one = SubElement(parent, "item")
        _put(one, {"itemId": item.id})
        if item.name:
            _put(one, {"itemName": item.name})
        _put(one, {"itemNumbers": item.number, "itemFee": item.fee})


def _bytes(root: Element) -> bytes:
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


# ---- control calls -----------------------------------------------------------------------------------


def decode_control(root: Element) -> tuple[dict[str, str], list[Wanted]]:
    """A control call's head (serviceId, accessKey, requestId) and its orders."""
    head = {name: _text(root, name) for name in ("serviceId", "accessKey", "requestId")}
    if len(head["requestId"]) > 16:
        raise BadXml("300", "requestId is too long")
    orders = [
        Wanted(
            _text(one, "orderControlId"),
            _items(one.find("items"), _ITEM_NAMES),
            _number(one, "orderShippingFee") if one.find("orderShippingFee") is not None else None,
        )
        for one in root.findall("orders/order")
    ]
    if not orders:
        raise BadXml("300", "no orders")
    return head, orders


def control(head: Mapping[str, str], orders: Iterable[Wanted]) -> bytes:
    """A control call as a shop writes it."""
    root = Element("root")
    _put(root, head)
    listed = SubElement(root, "orders")
    for order in orders:
        one = SubElement(listed, "order")
        _put(one, {"orderControlId": order.id})
        if order.items:
            _put_items(SubElement(one, "items"), order.items)
        if order.postage is not None:
            _put(one, {"orderShippingFee": order.postage})
    return _bytes(root)


def encode_control(head: Mapping[str, str], orders: Iterable[Wanted]) -> bytes:
    """A control call's body."""
    return form({"rparam": b64encode(control(head, orders)).decode("ascii")})


def answer(failures: Sequence[tuple[str, str]], error: str = "", transaction: str = "") -> Reply:
    """The answer: each order with its orderErrorCode, "" for none, and the apiErrorCode of the whole."""
    failed = sum(bool(code) for _, code in failures)
    if failures and failed == len(failures):
        error = error or "700"
    root = Element("root")
    _put(
        root,
        {
            "statusCode": int(bool(error or failed)),
            "acceptNumber": len(failures),
            "successNumber": len(failures) - failed,
            "failedNumber": failed,
        },
    )
    orders = SubElement(root, "orders")
    for identity, code in failures:
        one = SubElement(orders, "order")
        _put(one, {"orderControlId": identity} | ({"orderErrorCode": code} if code else {}))
    if error:
        _put(root, {"apiErrorCode": error})
    return Reply(200, _bytes(root), "text/xml; charset=utf-8", transaction=transaction)


# ---- step-in and notices -----------------------------------------------------------------------------


def decode_cart(root: Element) -> Cart:
    """What was handed over at the step-in."""
    method = _text(root, "authMethod", needed=False) or "1"
    if method not in _DIGESTS:
        raise BadXml("300", "authMethod is unknown")
    return Cart(
        _text(root, "serviceId"),
        _text(root, "orderCartId"),
        _number(root, "orderTotalFee"),
        _items(root.find("itemsInfo"), _ITEM_NAMES),
        _url(root, "orderCompleteUrl"),
        _url(root, "orderFailedUrl"),
        method,
        _text(root, "isTMode", needed=False) or "0",
    )


def _url(root: Element, name: str) -> str:
    found = _text(root, name)
    if not re.fullmatch(r"https?://[!-~]+", found):
        raise BadXml("300", f"{name} is no address")
    return found


def encode_cart(cart: Cart) -> bytes:
    """The XML that a shop hands over."""
    root = Element("orderItemsInfo")
    head = {"serviceId": cart.service, "authMethod": cart.method, "isTMode": cart.test}
    _put(root, head | {"orderCompleteUrl": cart.done, "orderFailedUrl": cart.failed})
    _put(root, {"orderCartId": cart.cart, "orderTotalFee": cart.total})
    _put_items(SubElement(root, "itemsInfo"), cart.items)
    return _bytes(root)


def signature(xml: bytes, key: str, method: str = "1") -> str:
    """``sig``: the hex HMAC of the XML by the access key, SHA-1 or MD5 by authMethod."""
    return hmac.new(key.encode(), xml, _DIGESTS[method]).hexdigest()


def encode_step_in(cart: Cart, key: str) -> bytes:
    """The step-in's body, signed."""
    xml = encode_cart(cart)
    return form({"checkout": b64encode(xml).decode("ascii"), "sig": signature(xml, key, cart.method)})


def form(fields: Mapping[str, str]) -> bytes:
    """A form's body."""
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in fields.items()).encode("ascii")


def when(at: int) -> str:
    """An instant as YYYY-MM-DD HH:MM:SS."""
    text = stamp(at)
    return f"{to_date(at // DAY).isoformat()} {text[8:10]}:{text[10:12]}:{text[12:]}"


def notice(cart: Cart, values: Mapping[str, Any]) -> bytes:
    """The completion notice's body."""
    root = Element("orderCompleteRequest")
    _put(root, values)
    _put_items(SubElement(root, "items"), cart.items)
    return form({"confirmId": b64encode(_bytes(root)).decode("ascii")})
