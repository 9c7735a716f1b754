"""Amazon Pay v2 from the first session to the last refund: states, reasons, limits and expiry."""

import pytest

from providers.amazon_pay.v2_talk import START, STORE, Talk, money
from teiki_providers.states import State
from teiki_sim.calendar import DAY

# ---- sessions ----------------------------------------------------------------------------------------


def test_a_session_says_what_it_lacks_and_then_where_the_buyer_goes() -> None:
    talk = Talk()
    opened = talk.call(
        "POST",
        "/checkoutSessions",
        {"webCheckoutDetails": {}, "storeId": STORE, "chargePermissionType": "Recurring"},
    )
    assert opened.status == 201 and opened.state == ("Open", "")
    assert [one["constraintId"] for one in opened["constraints"]] == [
        "BuyerNotAssociated",
        "ChargeAmountNotSet",
        "CheckoutResultReturnUrlNotSet",
        "PaymentIntentNotSet",
        "RecurringFrequencyNotSet",
    ]
    assert opened["webCheckoutDetails"]["amazonPayRedirectUrl"] is None
    session = opened["checkoutSessionId"]
    token = talk.buyer(session, "sign_in", name="試験 花子", email="hanako@example.com")["buyerToken"]
    with pytest.raises(ValueError, match="ChargeAmountNotSet"):
        talk.buyer(session, "pay")
    filled = talk.call(
        "PATCH",
        f"/checkoutSessions/{session}",
        {
            "webCheckoutDetails": {"checkoutResultReturnUrl": "https://localhost/done"},
            "paymentDetails": {"paymentIntent": "Confirm", "chargeAmount": money("3000.00")},
            "recurringMetadata": {"frequency": {"unit": "Month", "value": "1"}},
        },
    )
    assert filled["constraints"] == [] and filled["paymentDetails"]["chargeAmount"] == money(3000)
    assert filled["webCheckoutDetails"]["amazonPayRedirectUrl"].endswith(session)
    assert filled["buyer"]["email"] == "hanako@example.com"
    assert (
        filled["creationTimestamp"] == "20260216T000000Z"
        and filled["expirationTimestamp"] == "20260217T000000Z"
    )
    assert talk.get("buyers", token)["name"] == "試験 花子"
    talk.buyer(session, "consent", card="0005")
    assert talk.call("PATCH", f"/checkoutSessions/{session}", {}).code == "InvalidCheckoutSessionStatus"
    done = talk.complete(session)
    assert done.status == 200 and done.state == ("Completed", "") and done["buyer"] is None
    assert done["chargePermissionId"].startswith("C03-") and done["chargeId"] is None
    permission = talk.get("chargePermissions", done["chargePermissionId"])
    assert permission.state == ("Chargeable", "") and permission["limits"]["amountLimit"] == money(100_000)


@pytest.mark.parametrize(
    ("intent", "state"), [("Authorize", "Authorized"), ("AuthorizeWithCapture", "Captured")]
)
def test_completing_makes_what_the_intent_names(intent: str, state: str) -> None:
    talk = Talk()
    done = talk.complete(talk.paid(intent=intent))
    charge = talk.get("charges", done["chargeId"])
    assert charge.state == (state, "") and done["chargeId"].startswith(done["chargePermissionId"] + "-C")
    assert charge["captureAmount"] == (money(3000) if state == "Captured" else None)
    permission = talk.get("chargePermissions", done["chargePermissionId"])
    assert permission.state == (
        ("Closed", "") if state == "Captured" else ("NonChargeable", "ChargeInProgress")
    )


def test_completing_needs_a_paid_session_and_its_amount() -> None:
    talk = Talk()
    session = talk.session()
    assert talk.complete(session).code == "InvalidCheckoutSessionStatus"
    talk.buyer(session, "sign_in")
    with pytest.raises(ValueError, match="consent"):
        talk.buyer(session, "consent")
    with pytest.raises(ValueError, match="1111"):
        talk.buyer(session, "pay", card="4242")
    talk.buyer(session, "pay")
    wrong = talk.complete(session, 2999)
    assert (wrong.status, wrong.code) == (409, "AmountMismatch")
    assert talk.complete(session).status == 200
    assert talk.complete(session).code == "InvalidCheckoutSessionStatus"


def test_a_buyer_who_leaves_and_a_day_that_passes_cancel_a_session() -> None:
    talk = Talk()
    left, old = talk.session(), talk.session()
    talk.buyer(left, "refuse")
    assert talk.complete(left).code == "CheckoutSessionCanceled"
    assert talk.advance(seconds=DAY - 1) == []
    (happened,) = talk.advance(seconds=1)
    assert (happened.transaction, happened.what, happened.detail) == (
        old,
        "session_expires",
        "Canceled Expired",
    )
    assert talk.get("checkoutSessions", old).state == ("Canceled", "Expired")
    assert talk.get("checkoutSessions", left).state == ("Canceled", "BuyerCanceled")
    for action in ("sign_in", "pay", "refuse"):
        with pytest.raises(ValueError, match="Canceled"):
            talk.buyer(old, action)


@pytest.mark.parametrize(("card", "reason"), [("3064", "BuyerCanceled"), ("3434", "Declined")])
def test_cards_that_cancel_a_session(card: str, reason: str) -> None:
    talk = Talk()
    session = talk.paid(card=card)
    assert talk.get("checkoutSessions", session).state == ("Canceled", reason)
    assert (talk.complete(session).status, talk.complete(session).code) == (422, "CheckoutSessionCanceled")


@pytest.mark.parametrize("sim", ["BuyerCanceled", "AmazonCanceled", "Declined"])
def test_simulations_that_cancel_a_session(sim: str) -> None:
    talk = Talk()
    session = talk.paid()
    assert talk.complete(session, sim=sim).code == "CheckoutSessionCanceled"
    assert talk.get("checkoutSessions", session).state == ("Canceled", sim)


@pytest.mark.parametrize(
    ("card", "later"), [("0701", ("Authorized", "")), ("4354", ("Declined", "HardDeclined"))]
)
def test_cards_whose_authorisation_takes_its_time(card: str, later: tuple[str, str]) -> None:
    talk = Talk()
    impatient = talk.paid(card=card)
    assert talk.complete(impatient).code == "InvalidSandboxSimulationSpecified"
    done = talk.complete(talk.paid(card=card, canHandlePendingAuthorization=True))
    assert done.status == 202
    assert talk.get("charges", done["chargeId"]).state == ("AuthorizationInitiated", "")
    talk.advance(seconds=30)
    assert talk.get("charges", done["chargeId"]).state == later


# ---- charges -----------------------------------------------------------------------------------------


def test_a_renewal_is_authorised_captured_and_refunded() -> None:
    talk = Talk()
    permission = talk.permission()
    made = talk.charge(
        permission, merchantMetadata={"merchantReferenceId": "定期-2", "noteToBuyer": "定期購入"}
    )
    assert made.status == 201 and made.state == ("Authorized", "")
    charge = made["chargeId"]
    assert charge.startswith("S03-") and made["chargePermissionId"] == permission
    taken = talk.capture(charge, 2500)
    assert taken.state == ("Captured", "") and taken["captureAmount"] == money(2500)
    assert taken["chargeAmount"] == money(3000) and taken["merchantMetadata"]["noteToBuyer"] == "定期購入"
    back = talk.refund(charge, 1000)
    assert back.status == 201 and back.state == ("RefundInitiated", "")
    assert [one.detail for one in talk.advance(seconds=30)] == ["Refunded"]
    assert talk.get("refunds", back["refundId"]).state == ("Refunded", "")
    assert talk.get("charges", charge)["refundedAmount"] == money(1000)
    assert talk.refund(charge, 1501).code == "TransactionAmountExceeded"
    assert talk.refund(charge, 1500).status == 201
    number = talk.front.number(charge)
    assert talk.front.number(back["refundId"]) == number and talk.front.identity(number) == charge
    plain = talk.front.transaction(charge)
    assert plain["ledger"]["refunded"] == 2500 and len(plain["refunds"]) == 2
    assert talk.front.transactions() == [plain]


def test_an_edited_amount_shows_only_when_the_charge_is_captured() -> None:
    """SS-AMZ-01."""
    talk = Talk()
    charge = talk.charge(talk.permission())["chargeId"]
    edit = talk.call(
        "PATCH",
        f"/charges/{charge}",
        {"chargeAmount": money(2000)},
        headers={"x-amz-pay-idempotency-key": "e"},
    )
    assert (edit.status, edit.code) == (405, "UnsupportedOperation")
    assert talk.get("charges", charge)["chargeAmount"] == money(3000)
    assert talk.capture(charge, 2000)["captureAmount"] == money(2000)


@pytest.mark.parametrize(
    ("sim", "status", "standing"),
    [
        ("SoftDeclined", 422, ("Chargeable", "")),
        ("HardDeclined", 422, ("NonChargeable", "PaymentMethodInvalid")),
        ("AmazonRejected", 422, ("Closed", "AmazonClosed")),
        ("TransactionTimedOut", 422, ("Chargeable", "")),
    ],
)
def test_declines_and_what_they_do_to_the_permission(
    sim: str, status: int, standing: tuple[str, str]
) -> None:
    talk = Talk()
    permission = talk.permission()
    declined = talk.charge(permission, sim=sim)
    assert (declined.status, declined.code) == (status, sim)
    assert talk.get("chargePermissions", permission).state == standing
    charge = declined.reply.transaction
    assert charge in declined["message"] and talk.get("charges", charge).state == ("Declined", sim)
    again = talk.charge(permission)
    assert again.code == ("" if standing[0] == "Chargeable" else "InvalidChargePermissionStatus")


def test_a_repaired_card_charges_again_and_a_removed_one_does_not() -> None:
    """SS-AMZ-02 and SS-AMZ-04."""
    talk = Talk()
    permission = talk.permission()
    talk.charge(permission, sim="HardDeclined")
    assert talk.charge(permission).code == "InvalidChargePermissionStatus"
    assert talk.buyer(permission, "update_card")["state"] == "Chargeable"
    assert talk.charge(permission).status == 201
    talk.buyer(permission, "remove_card")
    assert talk.get("chargePermissions", permission).state == ("NonChargeable", "PaymentMethodDeleted")
    assert talk.charge(permission).code == "InvalidChargePermissionStatus"


def test_a_permission_that_the_buyer_revoked_can_not_be_closed() -> None:
    """SS-AMZ-03."""
    talk = Talk()
    permission = talk.permission()
    standing = talk.charge(permission)["chargeId"]
    talk.buyer(permission, "revoke")
    assert talk.get("chargePermissions", permission).state == ("Closed", "BuyerCanceled")
    assert talk.close(permission).code == "InvalidChargePermissionStatus"
    assert talk.charge(permission).code == "InvalidChargePermissionStatus"
    assert talk.capture(standing).status == 200
    with pytest.raises(ValueError, match="Closed"):
        talk.buyer(permission, "update_card")


def test_pending_charges_are_decided_by_time_by_polls_or_not_at_all() -> None:
    talk = Talk()
    permission = talk.permission()
    hasty = talk.charge(permission, sim="AuthorizationInitiated")
    assert (hasty.status, hasty.code) == (422, "TransactionTimedOut")
    charge = talk.charge(permission, sim="AuthorizationInitiated", canHandlePendingAuthorization=True)[
        "chargeId"
    ]
    assert talk.capture(charge).code == "InvalidChargeStatus"
    assert talk.front.results(charge, ["AuthorizationInitiated", "Declined"])  # type: ignore[attr-defined]
    assert [talk.get("charges", charge).state[0] for _ in range(2)] == ["AuthorizationInitiated", "Declined"]
    with pytest.raises(ValueError, match="nothing is pending"):
        talk.front.results(charge, ["Authorized"])  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="results are"):
        talk.front.results(charge, ["gone"])  # type: ignore[attr-defined]
    late = talk.charge(
        permission, sim="AuthorizationInitiated", canHandlePendingAuthorization=True, captureNow=True
    )
    assert late.state == ("AuthorizationInitiated", "")
    talk.advance(seconds=30)
    assert talk.get("charges", late["chargeId"]).state == ("Captured", "")
    gone = talk.charge(permission, sim="AuthorizationInitiated", canHandlePendingAuthorization=True)[
        "chargeId"
    ]
    assert talk.close(permission, cancelPendingCharges=True).state == ("Closed", "MerchantClosed")
    assert talk.get("charges", gone).state == ("Canceled", "ChargePermissionCanceled")


def test_captures_that_take_their_time() -> None:
    talk = Talk()
    permission = talk.permission()
    slow, bad = (talk.charge(permission)["chargeId"] for _ in range(2))
    assert talk.capture(slow, sim="CaptureInitiated").state == ("CaptureInitiated", "")
    assert talk.capture(bad, 3001, sim="AmazonRejected").code == "TransactionAmountExceeded"
    assert talk.capture(bad, sim="AmazonRejected").state == ("CaptureInitiated", "")
    assert talk.refund(slow).code == talk.cancel(slow).code == "InvalidChargeStatus"
    at_once = talk.charge(permission, sim="CaptureInitiated", captureNow=True)["chargeId"]
    talk.advance(seconds=30)
    assert talk.get("charges", slow).state == talk.get("charges", at_once).state == ("Captured", "")
    assert talk.get("charges", bad).state == ("Declined", "AmazonRejected")
    assert talk.house.standing(talk.front.number(bad)) == State.DECLINED
    assert talk.capture(bad, sim="AmazonRejected").code == "InvalidChargeStatus"


def test_a_live_capture_after_a_week_takes_its_time() -> None:
    talk = Talk("LIVE-AHEXAMPLE")
    charge = talk.charge(talk.permission())["chargeId"]
    talk.advance(days=8)
    assert talk.capture(charge).state == ("CaptureInitiated", "")


@pytest.mark.parametrize("sim", ["AmazonRejected", "ProcessingFailure"])
def test_refunds_that_fail_move_no_money(sim: str) -> None:
    talk = Talk()
    charge = talk.charge(talk.permission())["chargeId"]
    assert talk.refund(charge, sim=sim).code == "InvalidChargeStatus"
    talk.capture(charge)
    assert talk.refund(charge, 3001, sim=sim).code == "TransactionAmountExceeded"
    back = talk.refund(charge, sim=sim)
    talk.advance(seconds=30)
    assert talk.get("refunds", back["refundId"]).state == ("Declined", sim)
    assert talk.get("charges", charge)["refundedAmount"] == money(0)


# ---- limits and ages ---------------------------------------------------------------------------------


def test_a_recurring_permission_has_a_limit_a_month() -> None:
    talk = Talk()
    permission = talk.permission()
    charge = talk.charge(permission, 90_000)["chargeId"]
    assert talk.get("chargePermissions", permission)["limits"]["amountBalance"] == money(10_000)
    over = talk.charge(permission, 10_001)
    assert (over.status, over.code) == (400, "PeriodicAmountExceeded")
    talk.cancel(charge)
    assert talk.charge(permission, 100_000).status == 201
    talk.advance(days=31)
    assert talk.charge(permission, 100_000).status == 201


def test_a_one_time_permission_is_used_up_by_parts() -> None:
    talk = Talk()
    done = talk.complete(talk.paid(amount=1000, totalOrderAmount=money(3000)), 1000)
    permission = done["chargePermissionId"]
    assert talk.charge(permission, 1000).code == "InvalidChargePermissionStatus"
    talk.capture(done["chargeId"], 1000)
    assert talk.charge(permission, 2001).code == "TransactionAmountExceeded"
    talk.cancel(talk.charge(permission, 2000)["chargeId"])
    for _ in range(23):
        talk.cancel(talk.charge(permission, 1)["chargeId"])
    assert talk.charge(permission, 1).code == "TransactionCountExceeded"


def test_a_descriptor_goes_with_capture_now_only() -> None:
    talk = Talk()
    permission = talk.permission()
    assert talk.charge(permission, softDescriptor="TEIKI").code == "InvalidParameterCombination"
    assert talk.charge(permission, softDescriptor="TEIKI", captureNow=True)["softDescriptor"] == "AMZ*TEIKI"


def test_authorisations_die_after_two_days_in_the_sandbox() -> None:
    talk = Talk()
    permission = talk.permission()
    dead, taken = (talk.charge(permission)["chargeId"] for _ in range(2))
    talk.capture(taken)
    assert talk.advance(seconds=2 * DAY - 1) == []
    (happened,) = talk.advance(seconds=1)
    assert (happened.transaction, happened.detail) == (dead, "Canceled ExpiredUnused")
    assert talk.get("charges", dead).state == ("Canceled", "ExpiredUnused")
    assert talk.capture(dead).code == "InvalidChargeStatus"
    assert talk.house.standing(talk.front.number(dead)) == State.EXPIRED


def test_live_authorisations_die_after_thirty_days() -> None:
    talk = Talk("LIVE-AHEXAMPLE")
    charge = talk.charge(talk.permission())["chargeId"]
    assert charge.startswith("P03-")
    talk.advance(days=30)
    assert talk.get("charges", charge).state == ("Authorized", "")
    talk.advance(days=1)
    assert talk.get("charges", charge).state == ("Canceled", "ExpiredUnused")
    assert talk.get("charges", charge)["releaseEnvironment"] == "Live"


def test_permissions_expire() -> None:
    talk = Talk()
    one_time, recurring = talk.permission("OneTime"), talk.permission()
    on_file = talk.permission("PaymentMethodOnFile")
    talk.advance(days=180)
    assert talk.get("chargePermissions", one_time).state == ("Closed", "Expired")
    assert talk.charge(recurring).status == 201  # thirteen months count from here
    talk.advance(days=216)
    assert talk.get("chargePermissions", recurring).state == ("Chargeable", "")
    assert talk.get("chargePermissions", on_file).state == ("Closed", "Expired")
    talk.advance(days=180)
    assert talk.get("chargePermissions", recurring).state == ("Closed", "Expired")


def test_closed_permissions_take_only_what_was_empty() -> None:
    talk = Talk()
    for kind, allowed in (("OneTime", True), ("Recurring", False)):
        permission = talk.permission(kind)
        path = f"/chargePermissions/{permission}"
        metadata = {"merchantMetadata": {"noteToBuyer": "ありがとうございます"}}
        assert talk.call("PATCH", path, {"merchantMetadata": {"merchantStoreName": "店"}}).status == 200
        assert talk.close(permission).state == ("Closed", "MerchantClosed")
        assert talk.close(permission).code == "InvalidChargePermissionStatus"
        assert talk.call("PATCH", path, metadata).code == ("" if allowed else "ChargePermissionNotModifiable")
        assert talk.call("PATCH", path, {"merchantMetadata": {"merchantStoreName": "別"}}).status == 422
    assert talk.close(talk.permission(), sim="AmazonClosed").state == ("Closed", "AmazonClosed")


def test_the_clock_of_a_fresh_house() -> None:
    assert Talk().house.now == START
