"""Version 1's dialect: both ways, and every malformed request an error in its own words."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.amazon_pay.v1_stand import LIVE, SANDBOX, V1, told
from teiki_providers.amazon_pay.v1_actions import ACTIONS, Field
from teiki_providers.amazon_pay.v1_codes import Problem
from teiki_providers.amazon_pay.v1_signature import signature
from teiki_providers.amazon_pay.v1_wire import answer, decode, encode, error, form, parameters, parse
from teiki_providers.exchange import Request, Turned
from teiki_providers.reference import ASKED
from teiki_providers.said import Said

WORDS = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="￾￿"), min_size=1, max_size=12
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": WORDS,
    "id": WORDS,
    "name": st.from_regex(r"[A-Za-z0-9_-]{1,32}", fullmatch=True),
    "money": st.integers(0, 999_999_999),
    "flag": st.booleans(),
    "timeout": st.integers(0, 288).map(lambda n: 5 * n),
    "instant": st.integers(10**9, 2 * 10**9),
    "count": st.integers(1, 100),
    "words": st.lists(WORDS, min_size=1, max_size=4),
    "secret": st.just(True),
}


def value(field: Field) -> st.SearchStrategy[Any]:
    return st.sampled_from(field.among) if field.among else VALUES[field.kind]


@st.composite
def messages(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """An action with its required fields and some of the others."""
    action = draw(st.sampled_from(sorted(ACTIONS)))
    wanted = [f for f in ACTIONS[action].fields if f.required or draw(st.booleans())]
    return action, {f.name: draw(value(f)) for f in wanted}


@given(messages())
@settings(max_examples=300, deadline=None)
def test_what_is_encoded_is_decoded(message: tuple[str, dict[str, Any]]) -> None:
    action, fields = message
    assert decode(action, parameters(form(encode(action, fields))) if fields else {}) == fields
    json.dumps(fields)


TREES = st.recursive(
    WORDS.map(lambda text: text.strip() or "x"),
    lambda inner: st.dictionaries(st.from_regex(r"[A-Z][a-z]{1,6}", fullmatch=True), inner, min_size=1, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(["Amount", "IdList", "Note"]), TREES, max_size=3))
@settings(max_examples=200, deadline=None)
def test_an_answer_is_read_as_it_was_meant(tree: dict[str, Any]) -> None:
    root, content = parse(answer("Capture", tree, "id").body)
    assert root == "CaptureResponse"
    assert (content["CaptureResult"] or {}) == tree and content["ResponseMetadata"] == {"RequestId": "id"}


def test_repeated_elements_are_a_list_and_one_is_itself() -> None:
    for ids, read in ((["a", "b"], ["a", "b"]), (["a"], "a")):
        _, content = parse(answer("Capture", {"IdList": {"member": ids}}, "id").body)
        assert content["CaptureResult"]["IdList"]["member"] == read


def test_errors_of_the_gateway_spell_the_id_in_capitals() -> None:
    reply = error("InvalidParameterValue", "m", "id")
    assert reply.status == 400 and b"<Type>Sender</Type>" in reply.body and b"<RequestId>id<" in reply.body
    reply = error("RequestThrottled", "m", "id", 429)
    assert reply.status == 503 and b"<Type/>" in reply.body and b"<RequestID>id<" in reply.body


# ---- signatures --------------------------------------------------------------------------------------


def test_the_string_to_sign_is_as_recorded() -> None:
    """Space as %20, * as %2A, ~ as it is, and parameters in byte order."""
    both = {"b": "a ~*+あ", "A": "1"}
    assert signature("k", "h:1", "/p", both) == signature("k", "h:1", "/p", dict(reversed(both.items())))
    import hmac
    from base64 import b64encode

    text = f"POST\nh:1\n/p\nA=1&b=a%20~%2A%2B{quote('あ')}"
    assert signature("k", "h:1", "/p", both) == b64encode(hmac.digest(b"k", text.encode(), "sha256")).decode()


@pytest.mark.parametrize(
    ("change", "code", "status"),
    [
        ({"Signature": "AAAA"}, "SignatureDoesNotMatch", 403),
        ({"Signature": "日本"}, "SignatureDoesNotMatch", 403),
        ({"AmazonBillingAgreementId": "C03-1"}, "SignatureDoesNotMatch", 403),
        ({"AWSAccessKeyId": "AKIANOBODY"}, "InvalidAccessKeyId", 403),
        ({"SignatureMethod": "HmacSHA1"}, "InvalidParameterValue", 400),
        ({"SignatureVersion": "1"}, "InvalidParameterValue", 400),
        ({"Version": "2012-01-01"}, "InvalidParameterValue", 400),
        ({"Timestamp": ""}, "InvalidParameterValue", 400),
        ({"Signature": ""}, "InvalidParameterValue", 400),
    ],
)
def test_what_is_signed_wrongly_is_turned_away(change: dict[str, str], code: str, status: int) -> None:
    box = V1()
    sent = box.parameters("GetServiceStatus") | change
    got = told("GetServiceStatus", box.reply(box.request(sent)))
    assert (got["error"], got["status"]) == (code, status)


def test_a_wrong_secret_is_turned_away_and_another_seller_too() -> None:
    box = V1()
    got = told("x", box.reply(box.request(box.parameters("GetServiceStatus", secret="wrong"))))
    assert (got["error"], got["status"]) == ("SignatureDoesNotMatch", 403)
    got = told("x", box.reply(box.request(box.parameters("GetServiceStatus", SellerId="A2OTHER"))))
    assert (got["error"], got["status"]) == ("AccessDenied", 401)


@pytest.mark.parametrize(("off", "ok"), [(0, True), (900, True), (-900, True), (901, False), (-901, False)])
def test_stamps_are_judged_by_the_listeners_clock(off: int, ok: bool) -> None:
    box = V1()
    stamp = 1_771_200_000.0  # 2026-02-16T00:00:00Z
    reply = box.reply(box.request(box.parameters("GetServiceStatus"), wall=stamp + off))
    assert (reply.status == 200) == ok
    assert ok or told("x", reply)["error"] == "InvalidParameterValue"


def test_the_stores_own_stamps_are_not_judged() -> None:
    """It lives on the sandbox's clock."""
    box = V1()
    request = box.request(box.parameters("GetServiceStatus"), wall=0.0)
    headers = {**request.headers, ASKED: "1.1.1.0.00ff"}
    assert box.reply(Request("POST", SANDBOX, "", headers, request.body, request.host)).status == 200


@pytest.mark.parametrize("stamp", ["2026-02-16", "2026-13-01T00:00:00Z", "now", "2026-02-16T00:00:00+09:00"])
def test_stamps_that_are_none(stamp: str) -> None:
    box = V1()
    assert box.reply(box.request(box.parameters("GetServiceStatus", Timestamp=stamp))).status == 400


def test_stamps_with_a_fraction_are_taken() -> None:
    box = V1()
    sent = box.parameters("GetServiceStatus", Timestamp="2026-02-16T00:00:00.000Z")
    assert box.reply(box.request(sent)).status == 200


# ---- malformed ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/OffAmazonPayments_Sandbox/2012-01-01", "/OffAmazonPaymentsX", "/OffAmazonPayments"])  # fmt: skip
def test_a_wrong_section_or_version_is_an_invalid_address(path: str) -> None:
    box = V1()
    got = told("x", box.reply(box.request(box.parameters("GetServiceStatus", path=path), path)))
    assert (got["error"], got["status"]) == ("InvalidAddress", 400)


CHARGE = {
    "AmazonBillingAgreementId": "C03-0000000-0000000",
    "AuthorizationReferenceId": "r",
    "AuthorizationAmount.Amount": "1500",
    "AuthorizationAmount.CurrencyCode": "JPY",
}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"AuthorizationAmount.CurrencyCode": "USD"}, "CurrencyMismatch"),
        ({"AuthorizationAmount.CurrencyCode": "XXX"}, "CurrencyUnsupported"),
        ({"AuthorizationAmount.CurrencyCode": ""}, "InvalidParameterValue"),
        ({"AuthorizationAmount.Amount": "15.50"}, "InvalidParameterValue"),
        ({"AuthorizationAmount.Amount": "-1"}, "InvalidParameterValue"),
        ({"AuthorizationAmount.Amount": "1e3"}, "InvalidParameterValue"),
        ({"AuthorizationAmount.Amount": "9999999999"}, "InvalidParameterValue"),
        ({"AuthorizationAmount.Amount": "\u0661\u0662"}, "InvalidParameterValue"),
        ({"AuthorizationReferenceId": "a" * 33}, "InvalidParameterValue"),
        ({"AuthorizationReferenceId": "a b"}, "InvalidParameterValue"),
        ({"AuthorizationReferenceId": ""}, "InvalidParameterValue"),
        ({"TransactionTimeout": "7"}, "InvalidParameterValue"),
        ({"TransactionTimeout": "1445"}, "InvalidParameterValue"),
        ({"TransactionTimeout": "x"}, "InvalidParameterValue"),
        ({"CaptureNow": "yes"}, "InvalidParameterValue"),
        ({"SoftDescriptor": "a" * 17}, "InvalidParameterValue"),
        ({"SellerAuthorizationNote": "a" * 256}, "InvalidParameterValue"),
        ({"SellerAuthorizationNote": "bell\x07"}, "InvalidParameterValue"),
        ({"SellerAuthorizationNote": "SandboxSimulation"}, "InvalidSandboxSimulationSpecified"),
        ({"SellerAuthorizationNote": '{"SandboxSimulation":[]}'}, "InvalidSandboxSimulationSpecified"),
        (
            {"SellerAuthorizationNote": '{"SandboxSimulation":{"State":"Open"}}'},
            "InvalidSandboxSimulationSpecified",
        ),
        (
            {
                "SellerAuthorizationNote": '{"SandboxSimulation":{"State":"Closed","ReasonCode":"ExpiredUnused",'
                '"ExpirationTimeInMins":0}}'
            },
            "InvalidSandboxSimulationSpecified",
        ),
    ],
)
def test_values_that_make_no_sense(change: dict[str, str], code: str) -> None:
    box = V1()
    sent = box.parameters("AuthorizeOnBillingAgreement", **(CHARGE | change))
    got = told("x", box.reply(box.request(sent)))
    assert (got["error"], got["status"]) == (code, 400)
    assert box.house.ledger.size == 0


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_each_required_parameter_is_asked_for(action: str) -> None:
    box = V1()
    needed = [field for field in ACTIONS[action].fields if field.required]
    got = told(action, box.reply(box.request(box.parameters(action))))
    assert got.get("error") == ("InvalidParameterValue" if needed else None)


def test_an_action_that_there_is_none_of() -> None:
    box = V1()
    assert told("x", box.reply(box.request(box.parameters("Pay"))))["error"] == "InvalidParameterValue"


@pytest.mark.parametrize(
    "body",
    [b"", b"&", b"x", b"\xff=1", "Action=あ".encode(), b"Action=%FF", b"a=1&a=2", b"a=" + b"x" * 70_000, b"a=1&" * 300],
)  # fmt: skip
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_bodies_that_are_no_form(body: bytes, method: str) -> None:
    box = V1()
    reply = box.reply(Request(method, SANDBOX, "", {}, body, "h"))
    assert told("x", reply)["error"] == "InvalidParameterValue"


@given(st.binary(max_size=200), st.sampled_from([SANDBOX, LIVE, "/OffAmazonPayments/x"]))
@settings(max_examples=400, deadline=None)
def test_no_bytes_bring_it_down(body: bytes, path: str) -> None:
    reply = FUZZED.reply(Request("POST", path, "", {}, body, "h"))
    assert 400 <= reply.status < 500 and told("x", reply)["error"]


@given(messages(), st.data())
@settings(max_examples=500, deadline=None)
def test_no_signed_call_brings_it_down(message: tuple[str, dict[str, Any]], data: st.DataObject) -> None:
    """Known ids, unknown ones, damaged values, truncated and doubled bodies: an answer in the vendor's words."""
    action, fields = message
    sent = encode(action, fields)
    for name in sent:
        if data.draw(st.booleans()):
            sent[name] = data.draw(st.sampled_from([*KNOWN_IDS, "0", "-1", "\u0661", "x" * 5000, "{}", '{"SandboxSimulation":1}']) | WORDS)  # fmt: skip
    body = form(FUZZED.parameters(action, **sent))
    cut = data.draw(st.integers(0, 3))
    reply = FUZZED.reply(
        Request("POST", SANDBOX, "", {}, body if cut else body[:-7], "mws.amazonservices.jp")
    )
    assert reply.status < 500
    told(action, reply)


FUZZED = V1()
_AGREEMENT = FUZZED.agreement()
_CHARGE = FUZZED.charge(_AGREEMENT)
_CAPTURE = FUZZED.capture(_CHARGE["AmazonAuthorizationId"])
KNOWN_IDS = [
    _AGREEMENT,
    FUZZED.draft(),
    FUZZED.order(),
    _CHARGE["order"],
    _CHARGE["AmazonAuthorizationId"],
    _CAPTURE["AmazonCaptureId"],
    FUZZED.refund(_CAPTURE["AmazonCaptureId"])["AmazonRefundId"],
    "ref-1",
]


# ---- what is kept ------------------------------------------------------------------------------------


def test_nothing_secret_is_kept() -> None:
    box = V1()
    sent = box.parameters(
        "AuthorizeOnBillingAgreement",
        **CHARGE,
        MWSAuthToken="amzn.mws.secret",
        SellerAuthorizationNote="card 4111111111111111, order 20260216000001",
    )
    said = box.front.read(box.request(sent))
    kept = json.dumps(said.as_json())
    for secret in ("amzn.mws.secret", "AKIATEST", sent["Signature"], "secret+/key", "4111111111111111"):
        assert secret not in kept
    assert "20260216000001" in kept
    again = Said.from_json(json.loads(kept))
    assert (again.operation, again.fields) == (said.operation, said.fields)
    read = {"AmazonBillingAgreementId": "C03-1", "AddressConsentToken": "Atza|token"}
    said = box.front.read(box.request(box.parameters("GetBillingAgreementDetails", **read)))
    assert said.fields["AddressConsentToken"] is True


def test_reading_changes_nothing_and_says_why() -> None:
    box = V1()
    with pytest.raises(Turned, match="signature") as turned:
        box.front.read(box.request(box.parameters("GetServiceStatus", secret="wrong")))
    assert turned.value.reply.status == 403
    with pytest.raises(Problem):
        parameters(b"x")
