"""Requests both ways, their faults, and requests that make no sense."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.card.counter import SHOP, SITE, Counter
from teiki_providers import gmo
from teiki_providers.card.wire import CALLS, decode, encode, masked
from teiki_providers.exchange import Request
from teiki_providers.said import Said

NULLS = {"AccessID": "null", "AccessPass": "null"}


@given(
    st.sampled_from(sorted(CALLS)),
    st.dictionaries(
        st.text("ABCxyz123", min_size=1), st.text("aZ09 -_@.|%&=+*ポ倒掛山", min_size=1), max_size=5
    ),
)
def test_a_call_is_read_as_it_was_written(name: str, values: dict[str, str]) -> None:
    assert decode(encode(name, values)) == (name, values)


@given(
    st.dictionaries(
        st.text("ABCxyz123", min_size=1), st.text("aZ09 -_@.|%+*=ポ倒掛山"), min_size=1, max_size=5
    )
)
def test_an_answer_is_read_as_it_was_written(values: dict[str, str]) -> None:
    assert gmo.parse_answer(gmo.answer(values).body) == values


def test_faults_are_told_together_as_recorded() -> None:
    counter = Counter()
    everything = {"OrderID": "null", "Method": "null", "CardNo": "null", "Expire": "null", "PayTimes": "null"}
    assert counter.turned("ExecTran", **NULLS, **everything) == (
        "E01090008|E01100008|E01110002|E01170011|E01170006|E01180006"
    )
    assert (
        counter.turned("EntryTran", **SHOP, OrderID="null", JobCd="null", Amount="null")
        == "E01050002|E01060006"
    )
    assert (
        counter.turned("AlterTran", **SHOP, **NULLS, JobCd="SALES", Amount="null")
        == "E01090008|E01100008|E01110002"
    )


@pytest.mark.parametrize(
    ("name", "fields", "codes"),
    [
        ("EntryTran", {"X": "1"}, "E01010001|E01020001|E01040001|E01050001"),
        ("EntryTran", {**SHOP, "OrderID": "o", "JobCd": "AUTH"}, "E01060001"),
        ("EntryTran", {**SHOP, "OrderID": "o" * 28 + "_", "JobCd": "CHECK"}, "E01040003|E01040013"),
        ("EntryTran", {**SHOP, "OrderID": "o", "JobCd": "SALES", "Amount": "1"}, "E01050004"),
        ("EntryTran", {**SHOP, "OrderID": "o", "JobCd": "AUTH", "Amount": "123456789"}, "E01060005"),
        ("EntryTran", {**SHOP, "OrderID": "o", "JobCd": "AUTH", "Amount": "-1"}, "E01060006"),
        ("EntryTran", {**SHOP, "OrderID": "o", "JobCd": "AUTH", "Amount": "١"}, "E01060006"),
        (
            "EntryTran",
            {**SHOP, "OrderID": "o", "JobCd": "AUTH", "Amount": "1", "Tax": "12345678"},
            "E01070005",
        ),
        ("EntryTran", {**SHOP, "OrderID": "o", "JobCd": "AUTH", "Amount": "1", "TdFlag": "9"}, "E01080007"),
        ("EntryTran", {**SHOP, "ShopPass": "wrong", "OrderID": "o", "JobCd": "CHECK"}, "E01030002"),
        (
            "EntryTran",
            {**SHOP, "ShopID": "ショップ", "OrderID": "o", "JobCd": "CHECK"},
            "E01010008|E01030002",
        ),
        ("AlterTran", {**SHOP, "JobCd": "SAUTH"}, "E01050004|E01090001|E01100001"),
        ("ChangeTran", {**SHOP, "JobCd": "VOID"}, "E01050004|E01090001|E01100001"),
        ("SearchTrade", {**SHOP}, "E01040001"),
        ("SaveMember", {**SITE, "MemberID": "m" * 61}, "E01220005"),
        ("SaveMember", {**SITE, "MemberID": "m m"}, "E01220008"),
        ("SaveMember", {**SITE, "MemberID": "m", "MemberName": "山" * 128}, "E01430012"),
        ("SearchCard", {**SITE, "MemberID": "m", "CardSeq": "x", "SeqMode": "2"}, "E01230006|E01470008"),
        ("SaveCard", {**SITE, "MemberID": "m", "CardNo": "4111111111111111", "Expire": "4913"}, "E01180008"),
        ("SaveCard", {**SITE, "MemberID": "m", "CardNo": "4111111111111111", "Expire": "491"}, "E01180003"),
        ("SearchCardDetail", {**SHOP, **SITE, "SitePass": "x", "MemberID": "m"}, "E01210002"),
    ],
)
def test_each_fault_has_its_code(name: str, fields: dict[str, str], codes: str) -> None:
    assert Counter().turned(name, **fields) == codes


def test_what_is_looked_at_later() -> None:
    counter = Counter()
    trade = counter.enter()
    for more, code in (
        ({"Method": ""}, "E01260001"),
        ({"Method": "7"}, "E01260002"),
        ({"Method": "2"}, "E01270001"),
        ({"Method": "2", "PayTimes": "x"}, "E01270006"),
        ({"ClientField1": "<b>"}, "E01320013"),
        ({"ClientField2": "山" * 51}, "E01330012"),
        ({"ClientFieldFlag": "2"}, "E01400007"),
    ):
        assert counter.execute(trade, **more)["ErrInfo"] == code
    assert counter.execute(trade, HolderName="x" * 51)["ErrInfo"] == "E01480011"
    assert counter.execute(trade, SecurityCode="12")["ErrInfo"] == "E01460008"
    assert counter.execute(trade)["ACS"] == "0"
    for date, code in (("2602160", "E01510005"), ("26021x", "E01510011"), ("260216", "")):
        told = counter.alter(trade, "SALES", Amount="1000", DisplayDate=date)
        assert told.get("ErrInfo", "") == code


def test_every_body_that_clients_send_is_understood() -> None:
    """Windows-31J, UTF-8, not escaped at all, and multipart (documented by tests with the clients)."""
    name = "山田 太郎"
    fields = {**SITE, "MemberID": "m", "MemberName": name, "User": "x", "Version": "1"}
    form = {"content-type": "application/x-www-form-urlencoded"}
    raw = "&".join(f"{key}={value}" for key, value in fields.items()).encode()
    parts = "".join(
        f'--B\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
        for key, value in fields.items()
    )
    from urllib.parse import urlencode

    bodies = (
        (form, urlencode(fields, encoding="cp932").encode()),
        (form, urlencode(fields).encode()),
        (form, raw),
        ({"content-type": "multipart/form-data; boundary=B"}, f"{parts}--B--\r\n".encode()),
    )
    for headers, body in bodies:
        counter = Counter()
        told = counter.send(Request("POST", "/payment/SaveMember.idPass", "", headers, body))
        assert told.body == b"MemberID=m"
        assert counter.call("SearchMember", **SITE, MemberID="m")["MemberName"] == name


def test_free_text_has_no_card_number() -> None:
    assert masked("card 4539578763621486, please") == "card ****************, please"
    assert masked("order 4539578763621487") == "order 4539578763621487"
    assert masked("4111111111111111") == "*" * 16
    assert masked("山田 12345") == "山田 12345"


VALUES = st.one_of(
    st.sampled_from(
        ["", "0", "1", "-1", "null", "AUTH", "4111111111111111", "9" * 400, "\x00", "１２", "%zz", "a&b=c"]
    ),
    st.text(max_size=40),
)
FIELDS = sorted({rule.field for call in CALLS.values() for rule in call.rules} | {"PayType", "Token", "X"})


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from([*sorted(CALLS), "Nothing"]),
    st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=12),
    st.data(),
)
def test_no_form_brings_it_down(name: str, fields: dict[str, str], data: st.DataObject) -> None:
    counter = Counter()
    trade = counter.enter()
    right = {**SHOP, **SITE, **trade, "MemberID": "m", "JobCd": "AUTH", "Method": "1"}
    kept = data.draw(st.sets(st.sampled_from(sorted(right))))
    reply = counter.send(encode(name, {**fields, **{key: right[key] for key in kept}}))
    told = gmo.parse_answer(reply.body)
    assert reply.status == 200 and told
    assert ("ErrCode" in told) == ("ErrInfo" in told)
    if "ErrInfo" in told:
        assert len(told["ErrCode"].split("|")) == len(told["ErrInfo"].split("|"))


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["POST", "GET", "PUT"]),
    st.sampled_from([*(f"/payment/{name}.idPass" for name in sorted(CALLS)), "/payment/x", "/payment/"]),
    st.sampled_from(
        [
            "",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "multipart/form-data; boundary=B",
            "x\ny",
        ]
    ),
    st.one_of(
        st.binary(max_size=200), st.just(b"&" * 1000), st.just(b"--B\r\n\r\n--B--"), st.just(b"a=%F0%9F")
    ),
)
def test_no_bytes_bring_it_down(method: str, path: str, content_type: str, body: bytes) -> None:
    reply = Counter().send(Request(method, path, "", {"content-type": content_type}, body))
    assert reply.status == 200 and b"ErrInfo=" in reply.body


def test_a_replayed_journal_gives_the_same_house() -> None:
    """Everything that was said, as JSON and back, into a fresh house: the same answers, byte by byte."""
    heard, first = [], Counter()
    act = first.house.act

    def noted(said: Said) -> object:
        reply = act(said)
        heard.append((json.loads(json.dumps(said.as_json())), reply))
        return reply

    first.house.act = noted  # type: ignore[method-assign, assignment]
    card = first.member("m")
    trade = first.pay("CAPTURE", Tax="80")
    first.execute(first.enter(), **card, ClientField1="memo", ClientFieldFlag="1")
    first.execute(first.enter(), Token="tok_visa:1")
    first.execute(first.enter(), Token="tok_visa:1")
    first.change(trade, 500, "AUTH")
    first.alter(trade, "VOID")
    first.search(trade)
    again = Counter()
    for value, reply in heard:
        assert again.house.act(Said.from_json(value)) == reply
    assert again.front.transactions() == first.front.transactions()
    assert len(heard) > 8
