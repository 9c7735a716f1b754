"""Every (state, act) cell of version 1's tables, over the wire: done, or refused with the cell's code and status."""

from typing import Any

import pytest

from providers.amazon_pay.v1_stand import HOUR, V1
from teiki_providers.amazon_pay.v1_codes import STATUS
from teiki_providers.amazon_pay.v1_tables import AGREEMENT, AUTHORIZATION, CAPTURE, ORDER
from teiki_providers.house import House

DECLINE = '{"SandboxSimulation":{"State":"Declined","ReasonCode":"InvalidPaymentMethod"}}'
PENDING = '{"SandboxSimulation":{"State":"Pending"}}'
FAILS = '{"SandboxSimulation":{"State":"Declined","ReasonCode":"AmazonRejected"}}'


def judge(got: dict[str, Any], code: str) -> None:
    """The cell's code with its status, or no error."""
    if code:
        assert (got["error"], got["status"]) == (code, STATUS[code])
    else:
        assert "error" not in got


# ---- agreements --------------------------------------------------------------------------------------


def agreement_in(box: V1, state: str) -> str:
    if state == "Draft":
        return box.draft()
    if state == "Canceled":
        identity = box.draft()
        box.pass_time(3 * HOUR)
        return identity
    identity = box.agreement()
    if state == "Suspended":
        box.charge(identity, SellerAuthorizationNote=DECLINE)
    if state == "Closed":
        box.call("CloseBillingAgreement", {"AmazonBillingAgreementId": identity})
    return identity


def on_agreement(box: V1, identity: str, act: str) -> dict[str, Any]:
    named = {"AmazonBillingAgreementId": identity}
    match act:
        case "set":
            return box.call(
                "SetBillingAgreementDetails", named | {"BillingAgreementAttributes.SellerNote": "定期便"}
            )
        case "confirm":
            return box.call("ConfirmBillingAgreement", named)
        case "validate":
            return box.call("ValidateBillingAgreement", named)
        case "order":
            return box.call("CreateOrderReferenceForId", {"Id": identity, "IdType": "BillingAgreement"})
        case "authorise":
            return box.charge(identity)
        case _:
            return box.call("CloseBillingAgreement", named)


@pytest.mark.parametrize(("state", "act"), AGREEMENT, ids=lambda text: text)
def test_agreements(state: str, act: str) -> None:
    box = V1()
    identity = agreement_in(box, state)
    assert box.state(identity)[0] == state
    judge(on_agreement(box, identity, act), AGREEMENT[state, act])
    after = {("Draft", "confirm"): "Open", ("Open", "close"): "Closed", ("Suspended", "close"): "Closed"}
    assert box.state(identity)[0] == after.get((state, act), state)


# ---- order references --------------------------------------------------------------------------------


def order_in(box: V1, state: str) -> str:
    if state == "Draft":
        identity = box.front.new_order_reference()
        named = {"AmazonOrderReferenceId": identity}
        box.call("SetOrderReferenceDetails", named | {"OrderReferenceAttributes.OrderTotal": 5000})
        return identity
    identity = box.order()
    if state == "Suspended":
        box.authorise(identity, SellerAuthorizationNote=DECLINE)
    if state in ("Canceled", "Closed"):
        box.call(f"{state.removesuffix('ed').removesuffix('d')}{'e' if state == 'Closed' else ''}OrderReference", {"AmazonOrderReferenceId": identity})  # fmt: skip
    return identity


def on_order(box: V1, identity: str, act: str) -> dict[str, Any]:
    named = {"AmazonOrderReferenceId": identity}
    match act:
        case "set":
            return box.call("SetOrderReferenceDetails", named | {"OrderReferenceAttributes.OrderTotal": 6000})
        case "attributes":
            return box.call(
                "SetOrderAttributes", named | {"OrderAttributes.SellerOrderAttributes.StoreName": "店"}
            )
        case "confirm":
            return box.call("ConfirmOrderReference", named)
        case "authorise":
            return box.authorise(identity)
        case "cancel":
            return box.call("CancelOrderReference", named)
        case _:
            return box.call("CloseOrderReference", named)


@pytest.mark.parametrize(("state", "act"), ORDER, ids=lambda text: text)
def test_order_references(state: str, act: str) -> None:
    box = V1()
    identity = order_in(box, state)
    assert box.state(identity)[0] == state
    judge(on_order(box, identity, act), ORDER[state, act])
    done = {"confirm": "Open", "cancel": "Canceled", "close": "Closed"}
    assert box.state(identity)[0] == (state if ORDER[state, act] else done.get(act, state))


# ---- authorisations and captures ---------------------------------------------------------------------


def authorization_in(box: V1, state: str) -> str:
    agreement = box.agreement()
    asks: dict[str, dict[str, Any]] = {
        "Pending": {"TransactionTimeout": 60},
        "Declined": {"SellerAuthorizationNote": DECLINE},
    }
    identity = str(box.charge(agreement, **asks.get(state, {}))["AmazonAuthorizationId"])
    if state == "Closed":
        box.call("CloseAuthorization", {"AmazonAuthorizationId": identity})
    return identity


@pytest.mark.parametrize(("state", "act"), AUTHORIZATION, ids=lambda text: text)
def test_authorizations(state: str, act: str) -> None:
    box = V1()
    identity = authorization_in(box, state)
    assert box.state(identity)[0] == state
    if act == "capture":
        got = box.capture(identity)
    else:
        got = box.call("CloseAuthorization", {"AmazonAuthorizationId": identity})
    judge(got, AUTHORIZATION[state, act])
    assert box.state(identity)[0] == ("Closed" if state == "Open" else state)


def capture_in(box: V1, state: str) -> str:
    notes = {"Pending": PENDING, "Declined": FAILS}
    authorization = authorization_in(box, "Open")
    got = box.capture(authorization, SellerCaptureNote=notes.get(state, "出荷"))
    identity = str(got["AmazonCaptureId"])
    if state == "Closed":
        box.refund(identity, 3000)
    return identity


@pytest.mark.parametrize(("state", "act"), CAPTURE, ids=lambda text: text)
def test_captures(state: str, act: str) -> None:
    box = V1()
    identity = capture_in(box, state)
    assert box.state(identity)[0] == state
    got = box.refund(identity)
    # What is used up is not refused by the state but by the amount.
    judge(got, "TransactionAmountExceeded" if state == "Closed" else CAPTURE[state, act])


@pytest.mark.parametrize(
    ("action", "name", "code"),
    [
        ("GetBillingAgreementDetails", "AmazonBillingAgreementId", "InvalidBillingAgreementId"),
        ("ConfirmBillingAgreement", "AmazonBillingAgreementId", "InvalidBillingAgreementId"),
        ("GetOrderReferenceDetails", "AmazonOrderReferenceId", "InvalidOrderReferenceId"),
        ("CancelOrderReference", "AmazonOrderReferenceId", "InvalidOrderReferenceId"),
        ("GetAuthorizationDetails", "AmazonAuthorizationId", "InvalidTransactionId"),
        ("CloseAuthorization", "AmazonAuthorizationId", "InvalidTransactionId"),
        ("GetCaptureDetails", "AmazonCaptureId", "InvalidTransactionId"),
        ("GetRefundDetails", "AmazonRefundId", "InvalidTransactionId"),
    ],
)
def test_unknown_ids(action: str, name: str, code: str) -> None:
    got = V1().call(action, {name: "C03-0000000-0000000"})
    assert (got["error"], got["status"]) == (code, 404)


def test_every_code_of_a_table_has_a_status() -> None:
    for table in (AGREEMENT, ORDER, AUTHORIZATION, CAPTURE):
        assert set(table.values()) - {""} <= set(STATUS)


def test_every_code_on_the_wire_is_described() -> None:
    box: House = V1().house
    described = {code.code for book in box.books.values() for code in book.codes}
    assert set(STATUS) <= described
