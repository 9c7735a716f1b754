"""Both dialects read what they write, and answer anything at all in their own way."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.deferred.clients import NpClient, ScoreClient
from teiki_providers.deferred import np_wire, score_wire
from teiki_providers.deferred.np_front import open_np
from teiki_providers.deferred.np_read import OPERATIONS as NP_OPERATIONS
from teiki_providers.deferred.np_wire import Failure, Goods, Listed, Order, Report, Result
from teiki_providers.deferred.persons import Person
from teiki_providers.deferred.score_front import open_score
from teiki_providers.deferred.score_read import OPERATIONS as SCORE_OPERATIONS
from teiki_providers.exchange import Reply, Request, Turned
from teiki_providers.house import House
from teiki_providers.instants import START
from teiki_providers.instants import parse as instant

letters = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=12)
# Leading and trailing blanks are no part of an element's text.
xml_letters = st.text(
    st.characters(min_codepoint=33, max_codepoint=0xD7FF, exclude_categories=("Cc", "Cs")), max_size=12
).map(str.strip)
whole = st.integers(-(2**31) + 1, 2**31 - 1)
persons = st.builds(Person, *[letters] * 8)
goods = st.tuples() | st.lists(st.builds(Goods, letters, whole, whole), max_size=3).map(tuple)
orders = st.builds(
    Order, letters, letters, letters, letters, st.none() | whole, st.none() | persons, st.none() | persons,
    st.none() | goods, letters,
)  # fmt: skip
reports = st.builds(Report, letters, letters, letters, letters, st.none() | whole)
listed = st.builds(Listed, letters, letters, letters)
results = st.builds(
    Result, letters, letters, letters, letters, letters, st.lists(letters, max_size=2).map(tuple), letters, letters,
    letters, st.dictionaries(letters, letters, max_size=2),
)  # fmt: skip
failures = st.builds(Failure, st.lists(letters, min_size=1, max_size=3).map(tuple), letters) | st.builds(
    Failure, st.tuples(letters), letters, whole, whole
)


@given(orders)
def test_an_order_is_read_as_written(order: Order) -> None:
    assert np_wire.decode_order(json.loads(json.dumps(np_wire.encode_order(order)))) == order


@given(reports, listed)
def test_other_items_are_read_as_written(report: Report, named: Listed) -> None:
    items = np_wire.parse_items(
        np_wire.request_body([np_wire.encode_report(report), np_wire.encode_listed(named)])
    )
    assert np_wire.decode_report(items[0]) == report
    assert np_wire.decode_listed(items[1]) == named


@given(st.lists(results, max_size=3), st.lists(failures, max_size=3))
def test_an_answer_of_np_is_read_as_written(some: list[Result], failed: list[Failure]) -> None:
    reply = np_wire.answer(some, failed)
    assert reply.status == (400 if failed else 200)
    assert np_wire.parse_answer(reply.body) == (some, failed)


trees = st.recursive(
    xml_letters,
    lambda inner: st.dictionaries(st.sampled_from(["a", "b", "c"]), inner, min_size=1, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["a", "b"]), trees, min_size=1), st.lists(xml_letters, max_size=3))
def test_a_document_is_read_as_written(tree: dict[str, Any], details: list[str]) -> None:
    tree = {**tree, **({"details": {"detail": details}} if details else {})}
    assert score_wire.decode(score_wire.encode("request", tree)) == ("request", tree)


@given(
    st.builds(
        score_wire.Result, xml_letters, xml_letters, xml_letters, xml_letters,
        st.lists(st.tuples(xml_letters, xml_letters), max_size=2).map(tuple),
    ),
    st.lists(st.builds(score_wire.Failure, xml_letters, xml_letters), max_size=2),
)  # fmt: skip
def test_an_answer_of_score_is_read_as_written(
    result: score_wire.Result, failed: list[score_wire.Failure]
) -> None:
    assert score_wire.parse_answer(score_wire.answer(result, failed).body) == (result, failed)
    with pytest.raises(ValueError, match="no response"):
        score_wire.parse_answer(b"<request/>")


# ---- anything at all -----------------------------------------------------------------------------

HOUSE = House(instant(START), (open_np, open_score))
LOGIN = {
    "authorization": "Basic " + base64.b64encode(b"np-merchant:np-sp").decode(),
    "x-np-terminal-id": "np-terminal",
}
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)
_SAMPLE = NpClient().order(100, shop="fuzz")


@st.composite
def items(draw: st.DrawFn) -> dict[str, Any]:
    """An order with some of its fields replaced by anything."""
    item = {**_SAMPLE, "np_transaction_id": "26040100001", "slip_no": "1", "pd_company_code": "59010"}
    for name in draw(st.lists(st.sampled_from(sorted(item)), max_size=3)):
        item[name] = draw(values)
    part = draw(st.sampled_from(["customer", "dest_customer"]))
    if isinstance(item[part], dict):
        item[part] = {**item[part], draw(st.sampled_from(sorted(_SAMPLE["customer"]))): draw(values)}
    return item


def heard(request: Request) -> Reply:
    """An answer, whatever was sent."""
    try:
        return HOUSE.hear(request)
    except Turned as turned:
        return turned.reply


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(NP_OPERATIONS)), st.lists(items(), max_size=3))
def test_np_answers_any_items(operation: str, some: list[dict[str, Any]]) -> None:
    body = json.dumps({"transactions": some}).encode()
    reply = heard(Request(NP_OPERATIONS[operation], f"/v1/{operation}", "", LOGIN, body))
    assert reply.status in (200, 400)
    told, failed = np_wire.parse_answer(reply.body)
    assert told or all(failure.codes for failure in failed)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(NP_OPERATIONS)),
    st.binary(max_size=200),
    st.sampled_from(["", *LOGIN.values(), "Basic !"]),
)
def test_np_answers_any_bytes(operation: str, body: bytes, login: str) -> None:
    headers = {**LOGIN, "authorization": login}
    reply = heard(Request(NP_OPERATIONS[operation], f"/v1/{operation}", "", headers, body))
    assert reply.status in (400, 401)
    assert np_wire.parse_answer(reply.body)[1]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(SCORE_OPERATIONS)), st.data())
def test_score_answers_any_document(operation: str, data: st.DataObject) -> None:
    client = ScoreClient()
    order = client.order(
        100, shop="fuzz", nissenTransactionId=data.draw(st.sampled_from(["", "10000000001"]))
    )
    parts: dict[str, Any] = {
        "shopInfo": client.login,
        **order,
        "transaction": {"nissenTransactionId": "10000000001"},
    }
    for name in data.draw(st.lists(st.sampled_from(sorted(parts)), max_size=2)):
        parts[name] = data.draw(trees)
    if isinstance(parts["buyer"], dict):
        parts["buyer"] = {
            **parts["buyer"],
            data.draw(st.sampled_from(sorted(order["buyer"]))): data.draw(trees),
        }
    document = score_wire.encode("request", _listed(parts))
    reply = heard(Request("POST", f"/direct/{operation}.do", "", {}, document))
    assert reply.status == 200
    score_wire.parse_answer(reply.body)


def _listed(parts: dict[str, Any]) -> dict[str, Any]:
    many = ("delivery", "detail")
    return {
        name: [_listed(value) if isinstance(value, dict) else value] if name in many
        else _listed(value) if isinstance(value, dict) else value
        for name, value in parts.items()
    }  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(SCORE_OPERATIONS)), st.binary(max_size=200), st.booleans())
def test_score_answers_any_bytes(operation: str, body: bytes, tagged: bool) -> None:
    body = b"<request>" + body if tagged else body
    reply = heard(Request("POST", f"/direct/{operation}.do", "", {}, body))
    assert reply.status == 200
    assert score_wire.parse_answer(reply.body)[1]
