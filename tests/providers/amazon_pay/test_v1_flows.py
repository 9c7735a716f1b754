"""What happens over version 1's wire: constraints, declines, repeats, limits, and what comes later."""

from typing import Any

import pytest

from providers.amazon_pay.v1_stand import HOUR, LIVE, START, V1
from providers.stand import provider
from teiki_providers.amazon_pay.v1_wire import encode
from teiki_providers.credentials import Credential
from teiki_providers.mishaps import MishapMatch
from teiki_providers.scripts import Effect, Match, Script
from teiki_sim.calendar import DAY
from teiki_sim.messages import Operation


def declined(reason: str, **more: Any) -> dict[str, Any]:
    extra = "".join(f',"{name}":{value}' for name, value in more.items())
    return {"SellerAuthorizationNote": f'{{"SandboxSimulation":{{"State":"Declined","ReasonCode":"{reason}"{extra}}}}}'}  # fmt: skip


def constraints(box: V1, identity: str) -> list[str]:
    details = box.call("GetBillingAgreementDetails", {"AmazonBillingAgreementId": identity})
    found = details["BillingAgreementDetails"].get("Constraints", {"Constraint": []})["Constraint"]
    return [one["ConstraintID"] for one in (found if isinstance(found, list) else [found])]


# ---- the happy path ----------------------------------------------------------------------------------


def test_a_subscription_is_charged_captured_and_refunded() -> None:
    box = V1()
    agreement = box.agreement()
    charge = box.charge(agreement, 3000, SellerAuthorizationNote="4月分")
    assert charge["AuthorizationStatus"]["State"] == "Open" and charge["SellerAuthorizationNote"] == "4月分"
    assert charge["AuthorizationAmount"] == {"Amount": "3000.00", "CurrencyCode": "JPY"}
    assert charge["ExpirationTimestamp"][:10] == "2026-03-18" and charge["IdList"] is None
    capture = box.capture(charge["AmazonAuthorizationId"], 2500)
    assert capture["CaptureStatus"]["State"] == "Completed"
    assert capture["AmazonCaptureId"] == charge["AmazonAuthorizationId"].replace("-A", "-C")
    assert box.state(charge["AmazonAuthorizationId"]) == ("Closed", "MaxCapturesProcessed")
    refund = box.refund(capture["AmazonCaptureId"], 1000)
    assert refund["RefundStatus"]["State"] == "Pending" and refund["RefundType"] == "SellerInitiated"
    box.pass_time(31)
    assert box.state(refund["AmazonRefundId"]) == ("Completed", "")
    details = box.call("GetCaptureDetails", {"AmazonCaptureId": capture["AmazonCaptureId"]})["CaptureDetails"]
    assert box.money(details, "RefundedAmount") == 1000
    assert details["IdList"]["member"] == refund["AmazonRefundId"]
    told = box.front.transaction(charge["AmazonAuthorizationId"])
    assert told["ledger"]["captured"] == 2500 and told["ledger"]["refunded"] == 1000
    assert [line["what"] for line in told["timeline"]] == [
        "Open", "Closed MaxCapturesProcessed", "Completed", "Pending", "Completed"
    ]  # fmt: skip


def test_capture_now_answers_closed_with_the_captures_id() -> None:
    box = V1()
    charge = box.charge(box.agreement(), CaptureNow=True)
    assert charge["AuthorizationStatus"]["ReasonCode"] == "MaxCapturesProcessed"
    assert charge["IdList"]["member"] == charge["AmazonAuthorizationId"].replace("-A", "-C")
    assert box.money(charge, "CapturedAmount") == 3000
    assert box.state(charge["order"]) == ("Closed", "MaxAmountCharged")


def test_an_order_is_of_the_environment_that_its_id_names() -> None:
    box = V1()
    identity = box.front.new_billing_agreement(live=True)
    assert identity[:3] == "B03" and box.front.new_order_reference(live=True)[:3] == "P03"
    details = box.call("GetBillingAgreementDetails", {"AmazonBillingAgreementId": identity}, LIVE)
    assert details["BillingAgreementDetails"]["ReleaseEnvironment"] == "Live"
    box.front.buyer(identity, "consent", {})
    box.call("ConfirmBillingAgreement", {"AmazonBillingAgreementId": identity}, LIVE)
    charge = box.charge(identity)
    assert charge["AmazonAuthorizationId"][:3] == "P03"


def test_simulations_are_the_sandboxs_alone() -> None:
    box = V1()
    fields = {
        "AmazonBillingAgreementId": box.agreement(),
        "AuthorizationReferenceId": "r",
        "AuthorizationAmount": 1000,
        "TransactionTimeout": 0,
    }
    got = box.call("AuthorizeOnBillingAgreement", fields | declined("AmazonRejected"), LIVE)
    assert got["AuthorizationDetails"]["AuthorizationStatus"]["State"] == "Open"


# ---- drafts and constraints --------------------------------------------------------------------------


def test_a_draft_has_its_constraints_until_the_buyer_met_them() -> None:
    box = V1()
    identity = box.front.new_billing_agreement()
    named = {"AmazonBillingAgreementId": identity}
    box.front.buyer(identity, "remove_card", {})
    assert constraints(box, identity) == ["BuyerConsentNotSet", "PaymentPlanNotSet"]
    got = box.call("ConfirmBillingAgreement", named)
    assert (got["error"], got["status"]) == ("BillingAgreementConstraintsExist", 400)
    assert "PaymentPlanNotSet" in got["message"]
    box.front.buyer(identity, "consent", {})
    box.front.buyer(identity, "update_card", {"card": "PaymentMethodNotAllowed"})
    assert constraints(box, identity) == ["PaymentMethodNotAllowed"]
    box.front.buyer(identity, "update_card", {})
    assert constraints(box, identity) == [] and box.call("ConfirmBillingAgreement", named) == {}
    assert box.state(identity) == ("Open", "")


def test_the_buyer_is_told_after_the_confirm_or_with_a_token() -> None:
    box = V1()
    identity = box.draft()

    def buyer(**more: Any) -> bool:
        fields = {"AmazonBillingAgreementId": identity} | more
        details = box.call("GetBillingAgreementDetails", fields)["BillingAgreementDetails"]
        place = details["Destination"]["PhysicalDestination"]
        assert ("Buyer" in details) == ("AddressLine1" in place) and place["PostalCode"]
        return "Buyer" in details

    assert not buyer() and buyer(AddressConsentToken="Atza|x")
    box.call("ConfirmBillingAgreement", {"AmazonBillingAgreementId": identity})
    assert buyer()


def test_what_the_shop_sets_is_told_again() -> None:
    box = V1()
    fields = {
        "AmazonBillingAgreementId": box.draft(),
        "BillingAgreementAttributes.SellerNote": "定期便 & 記念品 <毎月>",
        "BillingAgreementAttributes.SellerBillingAgreementAttributes.SellerBillingAgreementId": "T-1",
    }
    details = box.call("SetBillingAgreementDetails", fields)["BillingAgreementDetails"]
    assert details["SellerNote"] == "定期便 & 記念品 <毎月>"
    assert details["SellerBillingAgreementAttributes"] == {"SellerBillingAgreementId": "T-1"}


def test_order_attributes_are_told_as_they_were_set() -> None:
    box = V1()
    fields = {
        "AmazonOrderReferenceId": box.order(),
        "OrderAttributes.SellerOrderAttributes.StoreName": "見本店",
        "OrderAttributes.SellerOrderAttributes.OrderItemCategories.OrderItemCategory": ["食品", "飲料"],
        "OrderAttributes.PaymentServiceProviderAttributes.PaymentServiceProviderId": "PSP",
        "OrderAttributes.RequestPaymentAuthorization": True,
    }
    details = box.call("SetOrderAttributes", fields)["OrderReferenceDetails"]
    assert details["SellerOrderAttributes"] == {
        "StoreName": "見本店",
        "OrderItemCategories": {"OrderItemCategory": ["食品", "飲料"]},
    }
    assert details["PaymentServiceProviderAttributes"] == {"PaymentServiceProviderId": "PSP"}
    assert details["RequestPaymentAuthorization"] == "true"


def test_the_sellers_reason_is_told_again() -> None:
    box = V1()
    agreement, order, draft = box.agreement(), box.order(), box.order()
    charge = box.charge(agreement)["AmazonAuthorizationId"]
    box.call("CloseAuthorization", {"AmazonAuthorizationId": charge, "ClosureReason": "変更"})
    box.call("CloseBillingAgreement", {"AmazonBillingAgreementId": agreement, "ClosureReason": "解約"})
    box.call("CloseOrderReference", {"AmazonOrderReferenceId": order, "ClosureReason": "完了"})
    box.call("CancelOrderReference", {"AmazonOrderReferenceId": draft, "CancelationReason": "欠品"})
    for action, name, identity, group, words in (
        ("GetAuthorizationDetails", "AmazonAuthorizationId", charge, "Authorization", "変更"),
        ("GetBillingAgreementDetails", "AmazonBillingAgreementId", agreement, "BillingAgreement", "解約"),
        ("GetOrderReferenceDetails", "AmazonOrderReferenceId", order, "OrderReference", "完了"),
        ("GetOrderReferenceDetails", "AmazonOrderReferenceId", draft, "OrderReference", "欠品"),
    ):
        details = box.call(action, {name: identity})[f"{group}Details"]
        assert details[f"{group}Status"]["ReasonDescription"] == words


def test_drafts_go_stale_after_three_hours() -> None:
    box = V1()
    agreement, order, confirmed = box.draft(), box.front.new_order_reference(), box.agreement()
    assert box.pass_time(3 * HOUR - 1) == []
    told = box.pass_time(1)
    assert told == [(one, "stale", "Canceled Stale") for one in (agreement, order)]
    assert box.state(agreement) == box.state(order) == ("Canceled", "Stale")
    assert box.state(confirmed) == ("Open", "")


def test_an_order_reference_of_a_draft_is_the_only_one() -> None:
    box = V1()
    fields = {"Id": box.draft(), "IdType": "BillingAgreement"}
    assert "error" not in box.call("CreateOrderReferenceForId", fields)
    assert box.call("CreateOrderReferenceForId", fields)["error"] == "OrderReferenceCountExceeded"


def test_an_order_reference_made_of_an_agreement_can_be_confirmed_at_once() -> None:
    box = V1()
    agreement = box.agreement()
    fields: dict[str, Any] = {"Id": agreement, "IdType": "BillingAgreement", "ConfirmNow": True}
    got = box.call("CreateOrderReferenceForId", fields)
    assert (got["error"], "AmountNotSet" in got["message"]) == ("ConstraintsExist", True)
    fields["OrderReferenceAttributes.OrderTotal"] = 3000
    details = box.call("CreateOrderReferenceForId", fields)["OrderReferenceDetails"]
    assert details["OrderReferenceStatus"]["State"] == "Open"
    assert details["ParentDetails"] == {"Type": "BillingAgreement", "Id": agreement}
    assert box.authorise(details["AmazonOrderReferenceId"])["AuthorizationStatus"]["State"] == "Open"


def test_a_confirm_needs_an_amount_and_a_card() -> None:
    box = V1()
    identity = box.front.new_order_reference()
    named = {"AmazonOrderReferenceId": identity}
    box.front.buyer(identity, "remove_card", {})
    got = box.call("ConfirmOrderReference", named)
    assert got["error"] == "ConstraintsExist"
    assert "AmountNotSet" in got["message"] and "PaymentPlanNotSet" in got["message"]


# ---- declines ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "order", "agreement"),
    [
        (
            "InvalidPaymentMethod",
            ("Suspended", "InvalidPaymentMethod"),
            ("Suspended", "InvalidPaymentMethod"),
        ),
        ("AmazonRejected", ("Closed", "AmazonClosed"), ("Open", "")),
        ("TransactionTimedOut", ("Open", ""), ("Open", "")),
    ],
)
def test_what_a_decline_does(reason: str, order: tuple[str, str], agreement: tuple[str, str]) -> None:
    box = V1()
    identity = box.agreement()
    charge = box.charge(identity, **declined(reason))
    assert charge["AuthorizationStatus"]["State"] == "Declined"
    assert charge["AuthorizationStatus"]["ReasonCode"] == reason and charge["SoftDecline"] == "false"
    assert box.state(charge["order"]) == order and box.state(identity) == agreement
    again = box.charge(identity)
    assert again.get("error") == ("InvalidBillingAgreementStatus" if agreement[0] == "Suspended" else None)
    assert box.house.ledger_of(0)["state"] == "DECLINED"


def test_what_was_authorised_before_a_suspension_is_captured_all_the_same() -> None:
    box = V1()
    identity = box.agreement()
    charge = box.charge(identity)
    box.charge(identity, **declined("InvalidPaymentMethod"))
    assert box.capture(charge["AmazonAuthorizationId"])["CaptureStatus"]["State"] == "Completed"


def test_the_buyer_repairs_the_card_and_the_shop_charges_again() -> None:
    """SS-AMZ-04."""
    box = V1()
    identity = box.agreement()
    charge = box.charge(identity, **declined("InvalidPaymentMethod", SoftDecline='"true"'))
    assert charge["SoftDecline"] == "true"
    assert box.charge(identity)["error"] == "InvalidBillingAgreementStatus"
    assert box.front.buyer(identity, "update_card", {})["state"] == "Open"
    assert box.state(charge["order"]) == ("Open", "")
    assert box.charge(identity)["AuthorizationStatus"]["State"] == "Open"


def test_the_simulated_buyer_repairs_the_card_after_some_minutes() -> None:
    box = V1()
    identity = box.agreement()
    box.charge(identity, **declined("InvalidPaymentMethod", PaymentMethodUpdateTimeInMins=5))
    box.pass_time(299)
    assert box.state(identity)[0] == "Suspended"
    box.pass_time(1)
    assert box.state(identity)[0] == "Open"


def test_without_a_payment_method_a_charge_fails_until_there_is_one() -> None:
    """SS-AMZ-02."""
    box = V1()
    identity = box.agreement()
    box.front.buyer(identity, "remove_card", {})
    assert box.charge(identity)["error"] == "PaymentPlanNotSet"
    got = box.call("ValidateBillingAgreement", {"AmazonBillingAgreementId": identity})
    assert (got["ValidationResult"], got["FailureReasonCode"]) == ("Failure", "PaymentPlanNotSet")
    box.front.buyer(identity, "update_card", {})
    assert box.charge(identity)["AuthorizationStatus"]["State"] == "Open"
    got = box.call("ValidateBillingAgreement", {"AmazonBillingAgreementId": identity})
    assert got["ValidationResult"] == "Success" and got["BillingAgreementStatus"]["State"] == "Open"


def test_a_revoked_agreement_cannot_be_closed() -> None:
    """SS-AMZ-03."""
    box = V1()
    identity = box.agreement()
    charge = box.charge(identity)
    box.front.buyer(identity, "revoke", {})
    got = box.call("CloseBillingAgreement", {"AmazonBillingAgreementId": identity})
    assert (got["error"], got["status"]) == ("CannotCloseBillingAgreement", 405)
    assert box.charge(identity)["error"] == "InvalidBillingAgreementStatus"
    assert box.capture(charge["AmazonAuthorizationId"])["CaptureStatus"]["State"] == "Completed"


def test_a_second_close_is_refused_unless_repeats_pass() -> None:
    for settings, error in (({}, "InvalidCloseAttempt"), ({"amazon_pay.v1_repeat_close": 1}, None)):
        box = V1(settings=settings)
        named = {"AmazonBillingAgreementId": box.agreement()}
        assert box.call("CloseBillingAgreement", named) == {}
        assert box.call("CloseBillingAgreement", named).get("error") == error


@pytest.mark.parametrize("card", ["InvalidPaymentMethod", "AmazonRejected", "TransactionTimedOut"])
def test_a_starred_card_is_declined(card: str) -> None:
    box = V1()
    identity = box.agreement()
    box.front.buyer(identity, "update_card", {"card": card})
    assert box.charge(identity)["AuthorizationStatus"]["ReasonCode"] == card


def test_a_starred_card_that_is_not_allowed_is_a_constraint() -> None:
    box = V1()
    identity = box.agreement()
    box.front.buyer(identity, "update_card", {"card": "PaymentMethodNotAllowed"})
    assert box.charge(identity)["error"] == "BillingAgreementConstraintsExist"
    with pytest.raises(ValueError, match="none of"):
        box.front.buyer(identity, "update_card", {"card": "gold"})


def test_a_failed_capture_leaves_the_authorisation_open() -> None:
    box = V1()
    charge = box.charge(box.agreement())["AmazonAuthorizationId"]
    note = '{"SandboxSimulation":{"State":"Declined","ReasonCode":"ProcessingFailure"}}'
    failed = box.capture(charge, SellerCaptureNote=note)
    assert failed["CaptureStatus"]["ReasonCode"] == "ProcessingFailure"
    assert box.capture(charge)["AmazonCaptureId"] == charge.replace("-A", "-C") != failed["AmazonCaptureId"]


def test_a_pending_capture_is_completed_later() -> None:
    box = V1()
    charge = box.charge(box.agreement())
    note = '{"SandboxSimulation":{"State":"Pending"}}'
    capture = box.capture(charge["AmazonAuthorizationId"], SellerCaptureNote=note)
    assert capture["CaptureStatus"]["State"] == "Pending" and box.house.ledger.captured[0] == 0
    assert box.capture(charge["AmazonAuthorizationId"])["error"] == "InvalidAuthorizationStatus"
    got = box.call("CancelOrderReference", {"AmazonOrderReferenceId": charge["order"]})
    assert got["error"] == "InvalidCancelAttempt"
    box.pass_time(30)
    assert box.state(capture["AmazonCaptureId"]) == ("Completed", "") and box.house.ledger.captured[0] == 3000


def test_a_pending_capture_fails_where_its_authorisation_has_ended() -> None:
    box = V1()
    charge = box.charge(box.agreement())["AmazonAuthorizationId"]
    capture = box.capture(charge, SellerCaptureNote='{"SandboxSimulation":{"State":"Pending"}}')
    box.call("CloseAuthorization", {"AmazonAuthorizationId": charge})
    box.pass_time(30)
    assert box.state(capture["AmazonCaptureId"]) == ("Declined", "ProcessingFailure")


def test_a_pending_capture_that_gets_no_answer_is_tried_again() -> None:
    box = V1(scripts=[Script(Effect("no_answer"), Match(operation=Operation.CAPTURE), times=1)])
    charge = box.charge(box.agreement())["AmazonAuthorizationId"]
    note = '{"SandboxSimulation":{"State":"Pending"}}'
    assert box.capture(charge, 3001, SellerCaptureNote=note)["error"] == "TransactionAmountExceeded"
    capture = box.capture(charge, SellerCaptureNote=note)["AmazonCaptureId"]
    box.pass_time(30)
    assert box.state(capture) == ("Pending", "")
    box.pass_time(30)
    assert box.state(capture) == ("Completed", "")


@pytest.mark.parametrize("operation", ["AUTHORISE", "CAPTURE", "CANCEL", "REFUND", "INQUIRE", "CHANGE"])
def test_what_the_plan_loses_changes_nothing(operation: str) -> None:
    box = V1()
    order = box.order(9000)
    charge = box.authorise(order, 3000)
    capture = box.authorise(order, 3000, CaptureNow=True)["IdList"]["member"]
    before = box.front.transactions()
    box.house.plan.playbook.add(Script(Effect("no_answer"), Match(operation=Operation[operation]), times=1))
    named: dict[str, tuple[str, dict[str, Any]]] = {
        "AUTHORISE": ("Authorize", {"AmazonOrderReferenceId": order, "AuthorizationReferenceId": "x", "AuthorizationAmount": 1000}),
        "CAPTURE": ("Capture", {"AmazonAuthorizationId": charge["AmazonAuthorizationId"], "CaptureReferenceId": "x", "CaptureAmount": 3000}),
        "CANCEL": ("CloseAuthorization", {"AmazonAuthorizationId": charge["AmazonAuthorizationId"]}),
        "REFUND": ("Refund", {"AmazonCaptureId": capture, "RefundReferenceId": "x", "RefundAmount": 1000}),
        "INQUIRE": ("GetAuthorizationDetails", {"AmazonAuthorizationId": charge["AmazonAuthorizationId"]}),
        "CHANGE": ("SetOrderReferenceDetails", {"AmazonOrderReferenceId": order, "OrderReferenceAttributes.OrderTotal": 1}),
    }  # fmt: skip
    action, fields = named[operation]
    sent = box.parameters(action, **encode(action, fields))
    assert box.reply(box.request(sent)).trouble == "lost"
    assert box.front.transactions() == before


def test_a_declined_refund_gives_nothing_back() -> None:
    box = V1()
    charge = box.charge(box.agreement(), CaptureNow=True)
    note = '{"SandboxSimulation":{"State":"Declined","ReasonCode":"AmazonRejected"}}'
    refund = box.refund(charge["IdList"]["member"], SellerRefundNote=note)
    box.pass_time(30)
    assert box.state(refund["AmazonRefundId"]) == ("Declined", "AmazonRejected")
    assert box.house.ledger.refunded == {}


# ---- repeats and limits ------------------------------------------------------------------------------


def test_an_identical_repeat_gives_the_first_result_and_charges_nothing() -> None:
    box = V1()
    agreement = box.agreement()
    first = box.charge(agreement, AuthorizationReferenceId="one")
    assert box.charge(agreement, AuthorizationReferenceId="one") == first
    charge = first["AmazonAuthorizationId"]
    taken = box.capture(charge, CaptureReferenceId="one")
    assert box.capture(charge, CaptureReferenceId="one") == taken
    back = box.refund(taken["AmazonCaptureId"], RefundReferenceId="one")
    assert box.refund(taken["AmazonCaptureId"], RefundReferenceId="one") == back
    assert box.house.ledger.size == 1 and box.house.ledger.refunded == {0: 1000}


def test_a_reference_id_used_for_something_else_is_refused() -> None:
    box = V1()
    agreement, other = box.agreement(), box.agreement()
    charge = box.charge(agreement, AuthorizationReferenceId="one")["AmazonAuthorizationId"]
    assert box.charge(agreement, 1, AuthorizationReferenceId="one")["error"] == "DuplicateRequest"
    assert box.charge(other, AuthorizationReferenceId="one")["error"] == "DuplicateReferenceId"
    assert box.authorise(box.order(), AuthorizationReferenceId="one")["error"] == "DuplicateReferenceId"
    capture = box.capture(charge, CaptureReferenceId="one")["AmazonCaptureId"]
    assert box.capture(charge, 1, CaptureReferenceId="one")["error"] == "DuplicateRequest"
    box.refund(capture, RefundReferenceId="one")
    assert box.refund(capture, 1, RefundReferenceId="one")["error"] == "DuplicateRequest"


def test_amounts_have_their_limits() -> None:
    box = V1()
    agreement, order = box.agreement(), box.order(5000)
    charge = box.charge(agreement, 3000)["AmazonAuthorizationId"]
    assert box.capture(charge, 3001)["error"] == "TransactionAmountExceeded"
    assert box.capture(charge, 0)["error"] == "InvalidParameterValue"
    capture = box.capture(charge, 3000)["AmazonCaptureId"]
    assert box.refund(capture, 3001)["error"] == "TransactionAmountExceeded"
    assert box.refund(capture, 0)["error"] == "InvalidParameterValue"
    assert box.authorise(order, 5001)["error"] == "TransactionAmountExceeded"
    first = box.authorise(order, 3000, AuthorizationReferenceId="a")
    assert first["AuthorizationStatus"]["State"] == "Open"
    assert box.authorise(order, 3000, AuthorizationReferenceId="a") == first
    assert box.authorise(order, 2001)["error"] == "TransactionAmountExceeded"
    assert box.charge(agreement, 0)["error"] == "InvalidParameterValue"
    big = box.order(20_000_000)
    assert box.authorise(big, 10_000_001)["error"] == "TransactionAmountExceeded"


def test_an_agreement_is_charged_so_much_in_a_calendar_month() -> None:
    box = V1()  # 2026-02-16
    agreement = box.agreement()

    def left() -> int:
        got = box.call("GetBillingAgreementDetails", {"AmazonBillingAgreementId": agreement})
        limits = got["BillingAgreementDetails"]["BillingAgreementLimits"]
        return box.money(limits, "CurrentRemainingBalance")

    charge = box.charge(agreement, 60_000)
    assert left() == 40_000
    assert box.charge(agreement, 40_001)["error"] == "PeriodicAmountExceeded"
    box.call("CloseAuthorization", {"AmazonAuthorizationId": charge["AmazonAuthorizationId"]})
    assert left() == 100_000
    assert "error" not in box.charge(agreement, 100_000)
    assert box.charge(agreement, 1)["error"] == "PeriodicAmountExceeded"
    box.pass_time(13 * DAY)  # 2026-03-01
    assert left() == 100_000 and "error" not in box.charge(agreement, 100_000)


def test_an_order_reference_has_ten_charges() -> None:
    box = V1()
    order = box.order(20_000)
    for _ in range(10):
        charge = box.authorise(order, 1000)["AmazonAuthorizationId"]
        box.capture(charge, 1000)
    assert box.state(order) == ("Closed", "MaxAuthorizationsCaptured")
    order = box.order(20_000)
    for _ in range(10):
        box.authorise(order, 1000)
    assert box.authorise(order, 1000)["error"] == "TransactionCountExceeded"


def test_a_capture_has_ten_refunds() -> None:
    box = V1()
    capture = box.charge(box.agreement(), CaptureNow=True)["IdList"]["member"]
    for _ in range(10):
        assert "error" not in box.refund(capture, 10)
    assert box.state(capture) == ("Closed", "MaxRefundsProcessed")
    assert box.refund(capture, 10)["error"] == "CaptureNotRefundable"


def test_what_is_not_captured_cannot_be_refunded() -> None:
    box = V1()
    charge = box.charge(box.agreement())["AmazonAuthorizationId"]
    got = box.refund(charge.replace("-A", "-C"))
    assert (got["error"], got["status"]) == ("CaptureNotRefundable", 405)


def test_an_edited_amount_never_reaches_amazon_before_the_capture() -> None:
    """SS-AMZ-01."""
    box = V1()
    charge = box.charge(box.agreement(), 3000)
    named = {"AmazonOrderReferenceId": charge["order"]}
    got = box.call("SetOrderReferenceDetails", named | {"OrderReferenceAttributes.OrderTotal": 2000})
    assert (got["error"], got["status"]) == ("OrderReferenceNotModifiable", 405)
    got = box.call("SetOrderAttributes", named | {"OrderAttributes.OrderTotal": 2000})
    assert got["error"] == "OrderReferenceNotModifiable"
    details = box.call("GetOrderReferenceDetails", named)["OrderReferenceDetails"]
    assert box.money(details, "OrderTotal") == 3000
    assert box.money(box.capture(charge["AmazonAuthorizationId"], 2000), "CaptureAmount") == 2000


# ---- cancel and close --------------------------------------------------------------------------------


def test_a_cancel_closes_the_open_authorisations() -> None:
    box = V1()
    order = box.order(5000)
    first, second = (box.authorise(order, amount)["AmazonAuthorizationId"] for amount in (2000, 3000))
    assert box.call("CancelOrderReference", {"AmazonOrderReferenceId": order}) == {}
    assert box.state(first) == box.state(second) == ("Closed", "OrderReferenceCanceled")
    assert [box.house.ledger_of(n)["state"] for n in (0, 1)] == ["CANCELLED", "CANCELLED"]


def test_what_is_captured_is_not_cancelled() -> None:
    box = V1()
    order = box.order(5000)
    box.capture(box.authorise(order, 2000)["AmazonAuthorizationId"], 2000)
    assert (
        box.call("CancelOrderReference", {"AmazonOrderReferenceId": order})["error"] == "InvalidCancelAttempt"
    )


def test_an_order_with_a_declined_charge_can_be_cancelled() -> None:
    box = V1()
    order = box.order()
    box.authorise(order, **declined("InvalidPaymentMethod"))
    assert box.call("CancelOrderReference", {"AmazonOrderReferenceId": order}) == {}


def test_a_closed_order_keeps_what_is_authorised() -> None:
    box = V1()
    order = box.order()
    charge = box.authorise(order)["AmazonAuthorizationId"]
    box.call("CloseOrderReference", {"AmazonOrderReferenceId": order})
    assert box.authorise(order)["error"] == "InvalidOrderReferenceStatus"
    assert box.capture(charge)["CaptureStatus"]["State"] == "Completed"


# ---- later -------------------------------------------------------------------------------------------


def test_an_asynchronous_authorisation_is_pending_at_first() -> None:
    box = V1()
    charge = box.charge(box.agreement(), TransactionTimeout=60)["AmazonAuthorizationId"]
    assert box.state(charge) == ("Pending", "")
    assert box.pass_time(29) == []
    assert box.pass_time(1) == [(charge, "verdict", "Open")]
    assert box.capture(charge)["CaptureStatus"]["State"] == "Completed"


def test_asynchronous_is_the_default() -> None:
    box = V1()
    fields = {
        "AmazonBillingAgreementId": box.agreement(),
        "AuthorizationReferenceId": "r",
        "AuthorizationAmount": 100,
    }
    got = box.call("AuthorizeOnBillingAgreement", fields)
    assert got["AuthorizationDetails"]["AuthorizationStatus"]["State"] == "Pending"


def test_an_asynchronous_decline_suspends_later() -> None:
    box = V1()
    agreement = box.agreement()
    charge = box.charge(agreement, TransactionTimeout=60, **declined("InvalidPaymentMethod"))
    assert charge["AuthorizationStatus"]["State"] == "Pending" and box.state(agreement)[0] == "Open"
    box.pass_time(30)
    assert box.state(charge["AmazonAuthorizationId"]) == ("Declined", "InvalidPaymentMethod")
    assert box.state(agreement)[0] == "Suspended"


def test_an_asynchronous_capture_now_is_captured_with_the_verdict() -> None:
    box = V1()
    charge = box.charge(box.agreement(), TransactionTimeout=5, CaptureNow=True)["AmazonAuthorizationId"]
    assert box.house.ledger.captured[0] == 0
    box.pass_time(30)
    assert box.state(charge) == ("Closed", "MaxCapturesProcessed") and box.house.ledger.captured[0] == 3000


def test_what_is_held_too_long_times_out() -> None:
    box = V1()
    box.house.mishaps.post({"kind": "pending", "after_s": 2 * HOUR})
    charge = box.charge(box.agreement(), TransactionTimeout=60)["AmazonAuthorizationId"]
    box.pass_time(HOUR - 1)
    assert box.state(charge)[0] == "Pending"
    assert box.pass_time(1) == [(charge, "timeout", "Declined TransactionTimedOut")]
    assert box.state(charge) == ("Declined", "TransactionTimedOut")
    assert box.pass_time(2 * HOUR) == [] and box.house.ledger_of(0)["state"] == "DECLINED"


@pytest.mark.parametrize("result", ["authorised", "declined"])
def test_a_held_one_is_decided_by_its_verdict_or_by_inquiries(result: str) -> None:
    state = "Open" if result == "authorised" else "Declined"
    box = V1()
    box.house.mishaps.post({"kind": "pending", "after_s": 600, "result": result, "times": 1})
    box.house.mishaps.post({"kind": "pending", "polls": 2, "result": result})
    agreement = box.agreement()
    first, second = (box.charge(agreement)["AmazonAuthorizationId"] for _ in range(2))
    assert [box.state(second)[0] for _ in range(3)] == ["Pending", state, state]
    box.pass_time(600)
    assert box.state(first)[0] == state


def test_the_next_results_can_be_set_by_hand() -> None:
    box = V1()
    agreement = box.agreement()
    charge = box.charge(agreement, TransactionTimeout=60)["AmazonAuthorizationId"]
    box.front.results(charge, ["Pending", "Declined"])
    box.pass_time(60)
    assert [box.state(charge) for _ in range(2)] == [("Pending", ""), ("Declined", "InvalidPaymentMethod")]
    assert box.house.ledger_of(0)["state"] == "DECLINED" and box.state(agreement)[0] == "Suspended"
    with pytest.raises(ValueError, match="nothing is pending"):
        box.front.results(charge, ["Open"])
    with pytest.raises(ValueError, match="none of"):
        box.front.results(charge, ["Paid"])
    box.house.mishaps.post({"kind": "pending"})
    held = box.charge(box.agreement())["AmazonAuthorizationId"]
    box.front.results(held, ["Open"])
    assert box.state(held) == ("Open", "")


def test_an_authorisation_dies_of_old_age_and_its_order_too() -> None:
    box = V1()
    charge = box.charge(box.agreement())
    identity = charge["AmazonAuthorizationId"]
    box.pass_time(30 * DAY)
    assert box.state(identity) == ("Open", "")
    box.pass_time(DAY)
    assert box.state(identity) == ("Closed", "ExpiredUnused")
    assert box.capture(identity)["error"] == "InvalidAuthorizationStatus"
    box.pass_time(149 * DAY)
    assert box.state(charge["order"]) == ("Closed", "Expired")


@pytest.mark.parametrize(
    ("simulated", "after", "reason", "ledger"),
    [
        ('"ExpiredUnused","ExpirationTimeInMins":2', 120, "ExpiredUnused", "EXPIRED"),
        ('"AmazonClosed"', 30, "AmazonClosed", "CANCELLED"),
    ],
)
def test_a_simulated_end(simulated: str, after: int, reason: str, ledger: str) -> None:
    box = V1()
    note = f'{{"SandboxSimulation":{{"State":"Closed","ReasonCode":{simulated}}}}}'
    charge = box.charge(box.agreement(), SellerAuthorizationNote=note)["AmazonAuthorizationId"]
    assert box.state(charge) == ("Open", "")
    box.pass_time(after)
    assert box.state(charge) == ("Closed", reason) and box.house.ledger_of(0)["state"] == ledger


# ---- finding -----------------------------------------------------------------------------------------


def test_orders_are_found_by_the_shops_own_number() -> None:
    box = V1()
    agreement = box.agreement()
    name = "SellerOrderAttributes.SellerOrderId"
    made = [box.charge(agreement, 100, **{name: "T-1"})["order"] for _ in range(5)]
    box.charge(agreement, 100, **{name: "T-2"})
    query: dict[str, Any] = {"QueryId": "T-1", "QueryIdType": "SellerOrderId", "PaymentDomain": "FE_JPY", "PageSize": 2}  # fmt: skip

    def ids(got: dict[str, Any]) -> list[str]:
        found = (got["OrderReferenceList"] or {"OrderReference": []})["OrderReference"]
        listed = found if isinstance(found, list) else [found]
        return [one["AmazonOrderReferenceId"] for one in listed]

    page = box.call("ListOrderReference", query)
    found = ids(page)
    while "NextPageToken" in page:
        page = box.call("ListOrderReferenceByNextToken", {"NextPageToken": page["NextPageToken"]})
        found += ids(page)
    assert found == made
    assert ids(box.call("ListOrderReference", query | {"SortOrder": "Descending"})) == made[:2:-1]
    assert ids(box.call("ListOrderReference", query | {"QueryId": "T-3"})) == []
    states = {"OrderReferenceStatusListFilter.OrderReferenceStatus": ["Closed", "Canceled"]}
    assert ids(box.call("ListOrderReference", query | states)) == []
    assert ids(box.call("ListOrderReference", query | {"CreatedTimeRange.StartTime": START + 1})) == []
    assert ids(box.call("ListOrderReference", query | {"CreatedTimeRange.EndTime": START})) == made[:2]
    for token in ("x", "WzEsIHt9XQ==", "bm90"):
        got = box.call("ListOrderReferenceByNextToken", {"NextPageToken": token})
        assert got["error"] == "InvalidParameterValue"


# ---- faults ------------------------------------------------------------------------------------------


def test_renewal_n_of_a_healthy_subscription_fails_with_a_chosen_code() -> None:
    for code, told in (("InvalidBillingAgreementStatus", "error"), ("AmazonRejected", "reason")):
        box = V1()
        agreement = box.agreement()
        match = MishapMatch(consumer=agreement, nth_charge=2)
        box.house.mishaps.post({"kind": "declined", "code": code, "match": match})
        assert "error" not in box.charge(agreement, AuthorizationReferenceId="a")
        assert "error" not in box.charge(agreement, AuthorizationReferenceId="a")  # a repeat is no charge
        second = box.charge(agreement)
        if told == "error":
            assert (second["error"], second["status"]) == (code, 405)
            assert box.state(agreement) == ("Suspended", "InvalidPaymentMethod")
            box.front.buyer(agreement, "update_card", {})
        else:
            assert second["AuthorizationStatus"]["ReasonCode"] == code
        assert "error" not in box.charge(agreement)
        assert box.front.number(box.front.identity(1)) == 1


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [("server_error", 500, "InternalServerError"), ("too_many", 503, "RequestThrottled")],
)
def test_when_amazon_cannot_serve(kind: str, status: int, code: str) -> None:
    box = V1()
    agreement = box.agreement()
    box.house.mishaps.post({"kind": kind, "operation": "AuthorizeOnBillingAgreement"})
    got = box.charge(agreement)
    assert (got["error"], got["status"]) == (code, status) and box.house.ledger.size == 0


def test_an_executed_charge_whose_reply_is_lost_is_found_by_its_reference() -> None:
    box = V1()
    agreement = box.agreement()
    box.house.mishaps.post({"kind": "reply_lost", "times": 1})
    fields = {
        "AmazonBillingAgreementId": agreement,
        "AuthorizationReferenceId": "once",
        "AuthorizationAmount": 100,
    }
    reply = box.reply(box.request(box.parameters("AuthorizeOnBillingAgreement", **encode("AuthorizeOnBillingAgreement", fields))))  # fmt: skip
    assert reply.trouble == "reply_lost" and box.house.ledger.size == 1
    assert "error" not in box.call("AuthorizeOnBillingAgreement", fields)
    assert box.house.ledger.size == 1


def test_a_call_that_never_arrived_leaves_no_record() -> None:
    box = V1(providers={"amazon_pay": provider(faults={"no_answer": 1.0, "reply_lost": 0, "server_error": 0, "capture_failed": 0})})  # fmt: skip
    agreement = box.agreement()
    fields = {
        "AmazonBillingAgreementId": agreement,
        "AuthorizationReferenceId": "once",
        "AuthorizationAmount": 100,
    }
    sent = box.parameters("AuthorizeOnBillingAgreement", **encode("AuthorizeOnBillingAgreement", fields))
    assert box.reply(box.request(sent)).trouble == "lost"
    assert box.front.transactions() == [] and box.house.ledger.size == 0


def test_quotas_are_filled_up_with_time_where_they_are_on() -> None:
    box = V1(settings={"amazon_pay.v1_throttle": 1})

    def taken(action: str, calls: int) -> int:
        named = {"AmazonOrderReferenceId": "S03-0000000-0000000"}
        return sum(box.call(action, named)["error"] != "RequestThrottled" for _ in range(calls))

    assert taken("CloseOrderReference", 5) == 2 and taken("GetOrderReferenceDetails", 9) == 5
    box.pass_time(1)
    assert taken("CloseOrderReference", 5) == 0 and taken("GetOrderReferenceDetails", 5) == 1
    box.pass_time(1)
    assert taken("CloseOrderReference", 5) == 1
    box.pass_time(HOUR)
    assert taken("CloseOrderReference", 5) == 2
    got = box.call("CancelOrderReference", {"AmazonOrderReferenceId": "S03-0000000-0000000"})
    assert got["error"] == "InvalidOrderReferenceId"  # each action has its own


# ---- looking -----------------------------------------------------------------------------------------


def test_ids_of_every_kind_are_known() -> None:
    box = V1()
    agreement, order = box.agreement(), box.front.new_order_reference()
    charge = box.charge(agreement, CaptureNow=True)
    front = box.front
    assert front.number(agreement) == front.number(order) == -1
    for identity in (charge["AmazonAuthorizationId"], charge["order"], charge["IdList"]["member"]):
        assert front.number(identity) == 0 and front.transaction(identity)["state"] == "Closed"
    assert front.identity(0) == charge["AmazonAuthorizationId"] and front.identity(9) == ""
    for ask in (front.number, front.transaction):
        with pytest.raises(KeyError):
            ask("S03-0000000-0000000")
    with pytest.raises(KeyError):
        front.buyer("C03-0000000-0000000", "consent", {})


def test_why_a_call_was_refused() -> None:
    box = V1()
    box.charge(box.draft())
    (line,) = box.house.why.lines
    assert line.startswith("InvalidBillingAgreementStatus: C03-") and line.endswith(
        "is in state Draft and doesn't permit authorise. "
        "(documented: Amazon's SDK and field reports; HTTP status unconfirmed)"
    )
    box.house.mishaps.post({"kind": "declined", "code": "MyOwn"})
    assert box.charge(box.agreement())["error"] == "MyOwn"
    assert box.house.why.lines[-1] == "MyOwn: The authorization was refused: MyOwn. (asked for)"


def test_what_a_buyer_cannot_do() -> None:
    box = V1()
    agreement, order = box.agreement(), box.front.new_order_reference()
    box.front.buyer(agreement, "revoke", {})
    for identity, action in (
        (agreement, "consent"),
        (agreement, "revoke"),
        (order, "revoke"),
        (order, "pay"),
    ):
        with pytest.raises(ValueError):
            box.front.buyer(identity, action, {})
    assert set(box.front.actions()) == {"consent", "sign_in", "revoke", "update_card", "remove_card"}
    assert box.front.buyer(order, "sign_in", {})["state"] == "Draft"


def test_magic_values_are_listed_and_work() -> None:
    values = V1().front.instruments()
    assert len(values) == 14 and all(v.does_ja and v.does_en and v.source for v in values)
    for value in values:
        if value.kind == "SellerAuthorizationNote":
            box = V1()
            assert "error" not in box.charge(box.agreement(), SellerAuthorizationNote=value.value)


def test_another_shop_signs_with_its_own_key() -> None:
    box = V1()
    box.house.credentials.put(Credential("amazon_v1", "AKIATEST", "other", extra={"seller": "A1MERCHANT"}))
    assert box.call("GetServiceStatus")["error"] == "SignatureDoesNotMatch"


def test_services_are_up() -> None:
    box = V1()
    assert box.call("GetServiceStatus") == {"Status": "GREEN", "Timestamp": "2026-02-16T00:00:00.000Z"}
    assert box.call("GetMerchantAccountStatus") == {"AccountStatus": "ACTIVE"}
