"""What real clients are put through: one story for all of them, over success, decline, duplicate, wrong state, expiry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from providers.amazon_pay.v2_talk import STORE, money

__all__ = ["Answered", "Door", "Speak", "checkout", "named", "story"]

DAY = 86400


class Answered(NamedTuple):
    """What a client hands to its shop."""

    status: int
    body: dict[str, Any]

    @property
    def code(self) -> str:
        """The reason of an error."""
        return str(self.body.get("reasonCode", "")) if self.status >= 300 else ""

    @property
    def state(self) -> str:
        """The state of what came back."""
        return str(self.body["statusDetails"]["state"])


class Door(Protocol):
    """What a test does beside the client."""

    def buyer(self, identity: str, action: str, **details: Any) -> Any:
        """What the consumer does."""

    def advance(self, seconds: int) -> None:
        """Let time pass."""

    def fault(self, kind: str, **more: Any) -> None:
        """Post a fault that befalls one call."""


#: Calls the client's method of a name, as the Node SDK calls it, under an idempotency key.
Speak = Callable[..., Answered]


def _payload(kind: str, amount: int) -> dict[str, Any]:
    recurring = {"frequency": {"unit": "Month", "value": "1"}, "amount": money(amount)}
    return {
        "webCheckoutDetails": {
            "checkoutReviewReturnUrl": "https://localhost/review",
            "checkoutResultReturnUrl": "https://localhost/result",
        },
        "storeId": STORE,
        "chargePermissionType": kind,
        **({"recurringMetadata": recurring} if kind == "Recurring" else {}),
    }


def checkout(speak: Speak, door: Door, kind: str, intent: str, amount: int, key: str) -> Answered:
    """From the button to the completed session."""
    opened = speak("createCheckoutSession", _payload(kind, amount), key=key)
    assert (opened.status, opened.state) == (201, "Open"), opened
    session = opened.body["checkoutSessionId"]
    door.buyer(session, "sign_in")
    payment = {"paymentIntent": intent, "chargeAmount": money(amount)}
    filled = speak(
        "updateCheckoutSession",
        session,
        {"paymentDetails": payment, "merchantMetadata": {"merchantReferenceId": f"注文-{key}"}},
    )
    assert filled.status == 200 and filled.body["constraints"] == [], filled
    early = speak("completeCheckoutSession", session, {"chargeAmount": money(amount)})
    assert (early.status, early.code) == (422, "InvalidCheckoutSessionStatus")
    door.buyer(session, "pay")
    assert speak("getCheckoutSession", session).body["webCheckoutDetails"]["amazonPayRedirectUrl"]
    wrong = speak("completeCheckoutSession", session, {"chargeAmount": money(amount + 1)})
    assert (wrong.status, wrong.code) == (409, "AmountMismatch")
    done = speak("completeCheckoutSession", session, {"chargeAmount": money(amount)})
    assert (done.status, done.state) == (200, "Completed")
    return done


def story(speak: Speak, door: Door) -> int:
    """The whole of it; returns how many calls were made."""
    calls = 0

    def say(method: str, *args: Any, **more: Any) -> Answered:
        nonlocal calls
        calls += 1
        return speak(method, *args, **more)

    _single(say, door)
    permission = checkout(say, door, "Recurring", "Confirm", 3000, "r1").body["chargePermissionId"]
    _renewals(say, door, permission)
    _declines(say, door, permission)
    _ends(say, door, permission)
    return calls


def _single(say: Speak, door: Door) -> None:
    """A single order: authorised, captured, refunded."""
    done = checkout(say, door, "OneTime", "Authorize", 5000, "s1")
    charge = done.body["chargeId"]
    assert say("getChargePermission", done.body["chargePermissionId"]).state == "NonChargeable"
    taken = say("captureCharge", charge, {"captureAmount": money(4000)}, key="cap-1")
    assert (taken.status, taken.state, taken.body["captureAmount"]) == (200, "Captured", money(4000))
    assert (
        say("captureCharge", charge, {"captureAmount": money(4000)}, key="cap-2").code
        == "InvalidChargeStatus"
    )
    back = say("createRefund", {"chargeId": charge, "refundAmount": money(1000)}, key="ref-1")
    assert (back.status, back.state) == (201, "RefundInitiated")
    door.advance(30)
    assert say("getRefund", back.body["refundId"]).state == "Refunded"
    over = say("createRefund", {"chargeId": charge, "refundAmount": money(3001)}, key="ref-2")
    assert (over.status, over.code) == (400, "TransactionAmountExceeded")


def _renewals(say: Speak, door: Door, permission: str) -> None:
    """Renewals: the same call twice, another call under the same key, a cancel, an expiry."""
    payload = {"chargePermissionId": permission, "chargeAmount": money(3000)}
    first = say("createCharge", payload, key="renew-1")
    assert (first.status, first.state) == (201, "Authorized")
    assert say("createCharge", payload, key="renew-1").body == first.body
    other = say("createCharge", {**payload, "chargeAmount": money(3001)}, key="renew-1")
    assert (other.status, other.code) == (400, "DuplicateIdempotencyKey")
    charge = first.body["chargeId"]
    gone = say("cancelCharge", charge, {"cancellationReason": "在庫なし"})
    assert (gone.status, gone.state) == (200, "Canceled")
    assert say("cancelCharge", charge, {"cancellationReason": "二度目"}).code == "InvalidChargeStatus"
    old = say("createCharge", payload, key="renew-2").body["chargeId"]
    door.advance(2 * DAY)
    expired = say("getCharge", old)
    assert (expired.state, expired.body["statusDetails"]["reasonCode"]) == ("Canceled", "ExpiredUnused")
    assert (
        say("captureCharge", old, {"captureAmount": money(3000)}, key="cap-3").code == "InvalidChargeStatus"
    )
    assert say("getCharge", "S03-0000000-0000000-C000000").status == 404


def _declines(say: Speak, door: Door, permission: str) -> None:
    """A decline, the wrong state after it, the repair, and a server that is busy."""
    payload = {"chargePermissionId": permission, "chargeAmount": money(3000)}
    door.fault("declined")
    declined = say("createCharge", payload, key="renew-3")
    assert (declined.status, declined.code) == (422, "HardDeclined")
    barred = say("getChargePermission", permission)
    assert barred.body["statusDetails"]["reasons"][0]["reasonCode"] == "PaymentMethodInvalid"
    assert say("createCharge", payload, key="renew-4").code == "InvalidChargePermissionStatus"
    door.buyer(permission, "update_card")
    door.fault("too_many")
    busy = say("createCharge", payload, key="renew-5")
    assert (busy.status, busy.code) == (429, "TooManyRequests")
    door.fault("reply_lost")
    assert say("createCharge", payload, key="renew-5").status == 0
    found = say("createCharge", payload, key="renew-5")
    assert (found.status, found.state) == (201, "Authorized")


def _ends(say: Speak, door: Door, permission: str) -> None:
    """What the shop noted, and the end."""
    noted = say("updateChargePermission", permission, {"merchantMetadata": {"noteToBuyer": "毎月お届け"}})
    assert noted.body["merchantMetadata"]["noteToBuyer"] == "毎月お届け"
    closed = say("closeChargePermission", permission, {"closureReason": "解約", "cancelPendingCharges": True})
    assert (closed.status, closed.state) == (200, "Closed")
    again = say("closeChargePermission", permission, {"closureReason": "解約"})
    assert (again.status, again.code) == (422, "InvalidChargePermissionStatus")
    late = {"chargePermissionId": permission, "chargeAmount": money(1)}
    assert say("createCharge", late, key="renew-6").code == "InvalidChargePermissionStatus"


def named(method: str) -> str:
    """A method of the Node SDK in Python's spelling."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in method)
