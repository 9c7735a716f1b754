"""The wire of version 2: both ways, signatures, and everything that is turned away."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.amazon_pay.v2_talk import KEY_ID, STORE, Talk, key, money
from teiki_providers.amazon_pay.v2_codes import CODES
from teiki_providers.amazon_pay.v2_keys import public_pem
from teiki_providers.amazon_pay.v2_schema import Wrong
from teiki_providers.amazon_pay.v2_signature import ALGORITHMS, Authorization, canonical, fits, sign
from teiki_providers.amazon_pay.v2_wire import (
    ROUTES,
    Call,
    answer,
    decode,
    encode,
    problem,
    read_answer,
    read_stamp,
    stamp,
)
from teiki_providers.credentials import Credential
from teiki_providers.exchange import Request

# ---- both ways ---------------------------------------------------------------------------------------

IDS = st.from_regex(r"[A-Za-z0-9-]{1,40}", fullmatch=True)
KEYS = st.from_regex(r"[A-Za-z0-9_-]{1,32}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=50)
YEN = st.integers(0, 2_000_000_000)
METADATA = st.fixed_dictionaries({}, optional={"merchantReferenceId": TEXTS, "noteToBuyer": TEXTS})
FIELDS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "create_session": st.fixed_dictionaries(
        {"webCheckoutDetails": st.fixed_dictionaries({"checkoutResultReturnUrl": TEXTS}), "storeId": TEXTS},
        optional={
            "chargePermissionType": st.sampled_from(["OneTime", "Recurring"]),
            "paymentDetails": st.fixed_dictionaries(
                {"chargeAmount": YEN}, optional={"allowOvercharge": st.booleans()}
            ),
            "merchantMetadata": METADATA,
            "scopes": st.lists(TEXTS, max_size=3),
            "deliverySpecifications": st.dictionaries(TEXTS, st.lists(TEXTS, max_size=2), max_size=2),
        },
    ),
    "update_session": st.fixed_dictionaries({"recurringMetadata": st.fixed_dictionaries({"amount": YEN})}),
    "complete_session": st.fixed_dictionaries({"chargeAmount": YEN}),
    "update_permission": st.fixed_dictionaries({"merchantMetadata": METADATA}),
    "close_permission": st.fixed_dictionaries(
        {"closureReason": TEXTS, "cancelPendingCharges": st.booleans()}
    ),
    "create_charge": st.fixed_dictionaries(
        {"chargePermissionId": IDS, "chargeAmount": YEN},
        optional={"captureNow": st.booleans(), "merchantMetadata": METADATA},
    ),
    "update_charge": st.fixed_dictionaries({"chargeAmount": YEN}),
    "capture_charge": st.fixed_dictionaries({"captureAmount": YEN}),
    "cancel_charge": st.fixed_dictionaries({"cancellationReason": TEXTS}),
    "create_refund": st.fixed_dictionaries({"chargeId": IDS, "refundAmount": YEN}),
}


@st.composite
def calls(draw: st.DrawFn) -> Call:
    route = ROUTES[draw(st.sampled_from(sorted(ROUTES)))]
    return Call(
        route.operation,
        draw(IDS) if "" in route.path else "",
        draw(FIELDS.get(route.operation, st.just({}))),
        draw(KEYS) if route.key else "",
        draw(st.sampled_from(["", "SoftDeclined"])),
    )


@given(calls())
def test_a_call_is_read_as_it_was_written(call: Call) -> None:
    method, path, headers, body = encode(call)
    assert decode(method, path, headers, body) == call
    assert decode(method, path + "/", headers, body) == call  # some clients add a slash


@given(st.integers(0, 4_000_000_000))
def test_instants_and_answers_are_read_as_they_were_written(at: int) -> None:
    assert read_stamp(stamp(at)) == at - 9 * 3600
    value = {"at": at, "名": "値"}
    assert read_answer(answer(200, value, "id").body) == value
    for code in CODES:
        reply = problem(code, "why", "id")
        assert read_answer(reply.body) == {"reasonCode": code, "message": "why"}
        assert reply.status == CODES[code].status and reply.headers["x-amz-pay-request-id"] == "id"
    with pytest.raises(ValueError, match="object"):
        read_answer(b"[]")


# ---- signatures --------------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("path", ["/v2/charges", "/sandbox/v2/charges/", "/live/v2/charges"])
def test_each_algorithm_and_path_is_verified(algorithm: str, path: str) -> None:
    talk = Talk()
    told = talk.hear(talk.request("POST", path, {}, algorithm=algorithm))
    assert (told.status, told.code) == (400, "MissingParameterValue")


@pytest.mark.parametrize("damage", ["body", "path", "method", "query", "header", "salt"])
def test_a_signature_covers_everything(damage: str) -> None:
    talk = Talk()
    good = talk.request("POST", "/charges", {"a": 1}, wall=None)
    headers = dict(good.headers)
    if damage == "header":
        headers["x-amz-pay-region"] = "na"
    if damage == "salt":
        headers["authorization"] = headers["authorization"].replace("PSS ", "PSS-V2 ")
    bad = Request(
        "PATCH" if damage == "method" else "POST",
        "/v2/refunds" if damage == "path" else good.path,
        "a=b" if damage == "query" else "",
        headers,
        b'{"a": 2}' if damage == "body" else good.body,
    )
    assert (talk.hear(bad).status, talk.hear(bad).code) == (403, "InvalidRequestSignature")


def test_names_that_stand_twice_in_the_signed_headers_count_once() -> None:
    said = Authorization.parse(
        "AMZN-PAY-RSASSA-PSS PublicKeyId=a,SignedHeaders=Accept;accept;b, Signature=YQ=="
    )
    assert said is not None and said.headers == ("accept", "b") and said.signature == b"a"
    assert Authorization.parse(said.text()) == said
    for text in (
        "",
        "Basic YTpi",
        "AMZN-PAY-RSASSA-PSS PublicKeyId=a, SignedHeaders=b, Signature=Y",
        said.text()[5:],
    ):
        assert Authorization.parse(text) is None


def test_a_path_is_verified_decoded_or_as_it_was_sent() -> None:
    for sent in ("/v2/charges/é", "/v2/charges/%C3%A9"):
        text = canonical("GET", sent, "", {"accept": "x"}, ("accept",), b"")
        said = Authorization(
            "AMZN-PAY-RSASSA-PSS", "a", ("accept",), sign(key(), "AMZN-PAY-RSASSA-PSS", text)
        )
        request = Request("GET", unquote(sent), "", {"accept": "x"})
        assert fits(request, said, key().public_key())


# ---- turned away -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"authorization": ""}, 401, "UnauthorizedAccess"),
        ({"authorization": "Basic YTpi"}, 403, "InvalidRequestSignature"),
        ({"x-amz-pay-date": "none"}, 400, "MissingHeader"),
        ({"x-amz-pay-region": "none"}, 400, "MissingHeader"),
        ({"x-amz-pay-date": "yesterday"}, 400, "InvalidHeaderValue"),
        ({"x-amz-pay-date": "2026-13-22T00:00:00Z"}, 400, "InvalidHeaderValue"),
        ({"x-amz-pay-idempotency-key": "none"}, 400, "MissingHeader"),
        ({"x-amz-pay-idempotency-key": ""}, 400, "MissingHeaderValue"),
        ({"x-amz-pay-idempotency-key": "x" * 33}, 400, "InvalidHeaderValue"),
        ({"x-amz-pay-idempotency-key": "日本"}, 400, "InvalidHeaderValue"),
        ({"x-amz-pay-simulation-code": "AmazonClosed"}, 400, "InvalidSandboxSimulationSpecified"),
    ],
)
def test_headers_that_are_turned_away(headers: dict[str, str], status: int, code: str) -> None:
    talk = Talk()
    good = {"chargePermissionId": "C03-0000000-0000000", "chargeAmount": money(1)}
    request = talk.request(
        "POST", "/charges", good, {k: v for k, v in headers.items() if k != "authorization"}
    )
    if "authorization" in headers:
        request = Request("POST", request.path, "", {**request.headers, **headers}, request.body)
    told = talk.hear(request)
    assert (told.status, told.code) == (status, code)


def test_a_stamp_is_judged_by_the_listeners_clock_only() -> None:
    talk = Talk()
    stamped = read_stamp("2026-11-22T00:55:55Z")
    for off, code in (
        (0, "ResourceNotFound"),
        (900, "ResourceNotFound"),
        (901, "InvalidHeaderValue"),
        (-901, "InvalidHeaderValue"),
    ):
        told = talk.hear(talk.request("GET", "/charges/x", wall=stamped + off))
        assert told.code == code


def test_keys_that_are_not_known_or_no_keys_at_all() -> None:
    talk = Talk()
    request = talk.request("GET", "/charges/x")
    for secret in ("no key", public_pem(rsa.generate_private_key(65537, 2048))):
        talk.house.credentials.put(Credential("amazon_v2", KEY_ID, secret))
        told = talk.hear(request)
        assert told.code == ("InvalidAuthentication" if secret == "no key" else "InvalidRequestSignature")
    talk.key_id = "SANDBOX-NOBODY"
    told = talk.hear(talk.request("GET", "/charges/x"))
    assert (told.status, told.code) == (403, "InvalidAuthentication")


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/nothing", "ResourceNotFound"),
        ("GET", "/", "ResourceNotFound"),
        ("GET", "/charges/x/y/z", "ResourceNotFound"),
        ("PUT", "/charges/x", "UnsupportedOperation"),
        ("GET", "/charges", "UnsupportedOperation"),
        ("POST", "/deliveryTrackers", "UnsupportedOperation"),
        ("POST", "/checkoutSessions/x/finalize", "UnsupportedOperation"),
        ("GET", "/charges/日本", "InvalidParameterValue"),
        ("GET", "/charges/x", "ResourceNotFound"),
        ("GET", "/refunds/x", "ResourceNotFound"),
        ("GET", "/chargePermissions/x", "ResourceNotFound"),
        ("GET", "/checkoutSessions/x", "ResourceNotFound"),
        ("GET", "/buyers/x", "ResourceNotFound"),
    ],
)
def test_paths_that_lead_nowhere(method: str, path: str, code: str) -> None:
    assert Talk().call(method, path, {} if method != "GET" else None).code == code


CHARGE = {"chargePermissionId": "C03-0000000-0000000", "chargeAmount": money(1)}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "MissingParameterValue"),
        (b"{", "InvalidRequestFormat"),
        (b"\xff\xfe", "InvalidRequestFormat"),
        (b'{"chargeAmount": NaN}', "InvalidRequestFormat"),
        (b"[" * 50_000, "InvalidRequestFormat"),
        (b"[]", "InvalidParameterValue"),
        (b"null", "InvalidParameterValue"),
        (b"x" * 300_000, "InvalidRequest"),
        ({**CHARGE, "colour": "red"}, "UnrecognizedField"),
        ({**CHARGE, "chargeAmount": 100}, "InvalidParameterValue"),
        ({**CHARGE, "chargeAmount": money("")}, "MissingParameterValue"),
        ({**CHARGE, "chargeAmount": money("-1")}, "InvalidParameterValue"),
        ({**CHARGE, "chargeAmount": money("1.5")}, "InvalidParameterValue"),
        ({**CHARGE, "chargeAmount": money(0)}, "InvalidParameterValue"),
        ({**CHARGE, "chargeAmount": money("9999999999")}, "TransactionAmountExceeded"),
        ({**CHARGE, "chargeAmount": {"amount": "1", "currencyCode": "USD"}}, "CurrencyMismatch"),
        ({**CHARGE, "chargeAmount": {**money(1), "tax": 1}}, "UnrecognizedField"),
        ({**CHARGE, "captureNow": "yes"}, "InvalidParameterValue"),
        ({**CHARGE, "softDescriptor": "x" * 17}, "InvalidParameterValue"),
        ({**CHARGE, "merchantMetadata": {"noteToBuyer": "\ud800"}}, "InvalidParameterValue"),
        ({**CHARGE, "merchantMetadata": "note"}, "InvalidParameterValue"),
        ({**CHARGE, "channel": "Pigeon"}, "InvalidParameterValue"),
        ({**CHARGE, "chargePermissionId": "../etc"}, "InvalidParameterValue"),
        ({"chargeAmount": money(1)}, "MissingParameterValue"),
        (CHARGE, "ResourceNotFound"),
    ],
)
def test_bodies_that_are_turned_away(body: Any, code: str) -> None:
    assert Talk().call("POST", "/charges", body).code == code


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"scopes": ["x"] * 51}, "InvalidParameterValue"),
        (
            {"deliverySpecifications": {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": {"i": {}}}}}}}}}}},
            "InvalidParameterValue",
        ),
        ({"storeId": None}, "MissingParameterValue"),
        ({"chargePermissionType": "Never"}, "InvalidParameterValue"),
    ],
)
def test_sessions_that_are_turned_away(more: dict[str, Any], code: str) -> None:
    given = {"webCheckoutDetails": {}, "storeId": STORE} | more
    assert Talk().call("POST", "/checkoutSessions", given).code == code


def test_a_store_of_another_merchant_is_turned_away() -> None:
    talk = Talk()
    extra = {"seller": "A1MERCHANT", "store": "mine"}
    talk.house.credentials.put(Credential("amazon_v2", KEY_ID, public_pem(key()), extra=extra))
    given = {"webCheckoutDetails": {}, "storeId": "yours"}
    assert talk.call("POST", "/checkoutSessions", given).code == "InvalidParameterValue"
    assert talk.call("POST", "/checkoutSessions", {**given, "storeId": "mine"}).status == 201


def test_simulations_are_for_the_sandbox_only() -> None:
    talk = Talk("LIVE-AHEXAMPLE")
    assert talk.charge("B03-0000000-0000000", sim="HardDeclined").code == "InvalidSandboxSimulationSpecified"


def test_merchants_and_environments_do_not_see_each_other() -> None:
    talk = Talk()
    permission = talk.permission()
    talk.house.credentials.put(
        Credential("amazon_v2", "SANDBOX-OTHER", public_pem(key()), extra={"seller": "A2"})
    )
    assert talk.call("GET", f"/live/v2/chargePermissions/{permission}").code == "ResourceNotFound"
    talk.key_id = "SANDBOX-OTHER"
    assert talk.get("chargePermissions", permission).code == "ResourceNotFound"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)
NAMES = st.sampled_from(
    [
        "chargePermissionId",
        "chargeAmount",
        "captureNow",
        "merchantMetadata",
        "storeId",
        "webCheckoutDetails",
        "x",
    ]
)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["GET", "POST", "PATCH", "DELETE", "PUT"]),
    st.sampled_from(
        [*("/".join(part or "x" for part in route.path) for route in ROUTES.values()), "a/b", ""]
    ),
    st.dictionaries(NAMES, JSON, max_size=4).map(lambda value: json.dumps(value).encode())
    | st.binary(max_size=60),
    st.dictionaries(
        st.sampled_from(
            ["x-amz-pay-idempotency-key", "x-amz-pay-simulation-code", "x-amz-pay-date", "teiki-reference"]
        ),
        st.text(st.characters(codec="latin-1"), max_size=12),
        max_size=2,
    ),
)
def test_no_request_breaks_it(method: str, path: str, body: bytes, headers: dict[str, str]) -> None:
    """Whatever is sent, signed rightly, gets an answer of Amazon's shape and no server error."""
    talk = Talk()
    told = talk.hear(talk.request(method, f"/{path}", body, headers))
    assert told.status < 500
    if told.status >= 300:
        assert set(told.body) == {"reasonCode", "message"} and told.code in CODES


@given(st.text(max_size=200), st.text(max_size=50))
def test_no_authorization_breaks_it(authorization: str, path: str) -> None:
    talk = Talk()
    stamp_headers = {"x-amz-pay-date": "x", "x-amz-pay-region": "jp", "authorization": authorization}
    told = talk.hear(Request("GET", f"/v2/{path}", path, stamp_headers))
    assert told.status in (400, 401, 403, 404)


def test_a_wrong_field_carries_its_code() -> None:
    with pytest.raises(Wrong) as wrong:
        decode("POST", "/charges", {"x-amz-pay-idempotency-key": "k"}, b"{}")
    assert wrong.value.code == "MissingParameterValue"
