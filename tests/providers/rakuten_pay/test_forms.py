"""Calls written and read back, and calls that make no sense: always the vendor's own error, never an exception."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from providers.rakuten_pay.talk import LOGIN, Talk

from teiki_providers import gmo
from teiki_providers.exchange import Request
from teiki_providers.rakuten_pay import v1_wire
from teiki_providers.rakuten_pay.calls import CALLS, V1, Named, Verb
from teiki_providers.rakuten_pay.gmo_wire import AMOUNTS, SECRET, decode, encode, fields_of
from teiki_providers.rakuten_pay.v1_wire import Cart, Item, Wanted

ALNUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-"
HEX = st.text("0123456789abcdef", min_size=32, max_size=32)
NAME = st.text(ALNUM, min_size=1, max_size=10)
JAPANESE = st.text("定期便コーヒー豆 A1ポ倒掛", min_size=1, max_size=20)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "OrderID": st.text(ALNUM, min_size=1, max_size=27),
    "JobCd": st.sampled_from(["AUTH", "CAPTURE"]),
    "AccessID": HEX,
    "AccessPass": HEX,
    "Token": HEX,
    "ItemName": JAPANESE,
    "RetURL": st.just("https://shop.example/back?a=1&b=2"),
    "ErrorRcvURL": st.just("http://shop.example/失敗".replace("失敗", "failed")),
    "Result": st.sampled_from(["approve", "refuse", "close"]),
    "SubscriptionType": st.just("1"),
    "UseCoupon": st.sampled_from(["0", "1"]),
    "PayType": st.just("18"),
    **{f"ClientField{n}": JAPANESE for n in (1, 2, 3)},
}


@st.composite
def messages(draw: st.DrawFn) -> tuple[Named, dict[str, Any]]:
    """A call with fields that are all right."""
    named = draw(st.sampled_from([*CALLS.values(), Named(V1, Verb.SEARCH)]))
    consent = {"SettlementSubscriptionId": "x"} if draw(st.booleans()) else {}
    found: dict[str, Any] = {}
    for field in fields_of(named, consent):
        if field.needed or draw(st.booleans()):
            kind = st.integers(0, 9_999_999 if field.name != "PaymentTermSec" else 99_999)
            found[field.name] = draw(VALUES.get(field.name, kind if field.name in AMOUNTS else NAME))
    return named, found


@given(messages())
def test_what_is_written_is_read_back(message: tuple[Named, dict[str, Any]]) -> None:
    named, found = message
    read = gmo.fields(Request("POST", "/", body=encode(found)))
    back, wrong = decode(named, read)
    assert not wrong
    assert back == {name: value for name, value in found.items() if name not in SECRET}


ITEMS = st.lists(
    st.builds(Item, NAME, st.integers(0, 99), st.integers(0, 10**6), st.just("") | JAPANESE.map(str.strip)),
    min_size=1,
    max_size=5,
).map(tuple)
ORDERS = st.lists(
    st.builds(Wanted, NAME, ITEMS | st.just(()), st.none() | st.integers(0, 5000)), min_size=1, max_size=4
)
HEAD = {"serviceId": "1000000001", "accessKey": "rakuten-key", "requestId": "0123456789abcdef"}


@given(ORDERS)
def test_control_calls_are_read_back(orders: list[Wanted]) -> None:
    found = gmo.fields(Request("POST", "/", body=v1_wire.encode_control(HEAD, orders)))
    _, root = v1_wire.tree(found["rparam"])
    assert v1_wire.decode_control(root) == (HEAD, orders)


CARTS = st.builds(
    Cart, NAME, NAME, st.integers(0, 10**9), ITEMS, st.just("https://a/b"), st.just("http://c/d"),
    st.sampled_from("12"), st.sampled_from("01"),
)  # fmt: skip


@given(CARTS)
def test_carts_are_read_back(cart: Cart) -> None:
    encoded = b64encode(v1_wire.encode_cart(cart)).decode()
    raw, root = v1_wire.tree(encoded)
    assert v1_wire.decode_cart(root) == cart
    assert len(v1_wire.signature(raw, "key")) == 40 and len(v1_wire.signature(raw, "key", "2")) == 32


# ---- nonsense ------------------------------------------------------------------------------------------

TEXT = st.text(max_size=40) | st.sampled_from(
    ["", "0", "-1", "１２３", "9" * 40, "\x00", "a&b", "<x>", "A-1"]
)
NAMES = st.sampled_from(
    [*LOGIN, "OrderID", "AccessID", "AccessPass", "Token", "Amount", "Tax", "JobCd", "RetURL", "ItemName"]
) | st.text(max_size=8)
PATHS = st.sampled_from(
    [f"/payment/{name}.idPass" for name in (*CALLS, "SearchTradeMulti", "RakutenIdNothing")]
    + ["/payment/RakutenId", "/odrctla/fixationorder/1.0/", "/odrctla/cancelorder/1.0", "/odrctla/", "/myc/cdodl/1.0/stepin"]
)  # fmt: skip


def is_vendors(reply_body: bytes, path: str, status: int) -> bool:
    """Whether an answer has the vendor's form."""
    if path.startswith("/payment/"):
        found = gmo.parse_answer(reply_body)
        return status == 200 and {"ErrCode", "ErrInfo"} <= set(found)
    if path.startswith("/odrctla/"):
        return status == 200 and b"<statusCode>1</statusCode>" in reply_body
    return status == 400


TALK = Talk()


def checked(request: Request) -> None:
    reply = TALK.send(request)
    assert is_vendors(reply.body, request.path, reply.status), (request, reply.body)


@settings(max_examples=300, deadline=None)
@given(PATHS, st.dictionaries(NAMES, TEXT, max_size=8), st.booleans())
def test_nonsense_fields_get_the_vendors_error(path: str, fields: Mapping[str, str], known: bool) -> None:
    body = encode(
        {name: value for name, value in (LOGIN | dict(fields) if known else fields).items() if name.isascii()}
    )
    checked(Request("POST", path, body=body))


@settings(max_examples=300, deadline=None)
@given(PATHS, st.binary(max_size=200), st.sampled_from(["", "multipart/form-data; boundary=x", "text/xml"]))
def test_nonsense_bodies_get_the_vendors_error(path: str, body: bytes, content_type: str) -> None:
    checked(Request("POST", path, headers={"content-type": content_type}, body=body))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_damaged_calls_get_the_vendors_error_or_an_answer(data: st.DataObject) -> None:
    good = v1_wire.encode_control(HEAD, [Wanted("dc-1", (Item("a", 1, 100),), 0)])
    place = data.draw(st.integers(8, len(good) - 1))
    bad = good[:place] + data.draw(st.binary(max_size=4)) + good[place + data.draw(st.integers(0, 4)) :]
    reply = TALK.send(Request("POST", "/odrctla/changepayment/1.0/", body=bad))
    assert reply.status == 200 and b"<statusCode>1</statusCode>" in reply.body


def test_dangerous_xml_is_not_taken() -> None:
    for xml in (
        b'<!DOCTYPE a [<!ENTITY b "c">]><root>&b;</root>',
        "<root><serviceId>1</serviceId></root>".encode("utf-16"),
        b"<root>" + b"x" * 1_000_001 + b"</root>",
        b"<root/>" * 2,
    ):
        body = v1_wire.form({"rparam": b64encode(xml).decode()})
        reply = TALK.send(Request("POST", "/odrctla/cancelorder/1.0/", body=body))
        assert b"<apiErrorCode>600</apiErrorCode>" in reply.body
