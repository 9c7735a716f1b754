"""A sandbox of version 1 to try calls on: signed as a client signs, answers as dicts."""

from __future__ import annotations

from typing import Any

from teiki_providers.amazon_pay.v1_front import V1Front, open_amazon_v1
from teiki_providers.amazon_pay.v1_signature import signature
from teiki_providers.amazon_pay.v1_wire import encode, form, parse
from teiki_providers.credentials import Credential
from teiki_providers.exchange import Reply, Request, Turned
from teiki_providers.house import House
from teiki_sim.calendar import DAY

START = 20_500 * DAY + 9 * 3600
HOST = "mws.amazonservices.jp"
SANDBOX, LIVE = "/OffAmazonPayments_Sandbox/2013-01-01", "/OffAmazonPayments/2013-01-01"
HOUR = 3600


class V1:
    """One house with version 1 alone."""

    def __init__(self, **more: Any) -> None:
        self.house = House(START, (open_amazon_v1,), **more)
        front = self.house.fronts["amazon_v1"]
        assert isinstance(front, V1Front)
        self.front = front
        self.serial = 0

    # ---- calls -----------------------------------------------------------------------------------

    def parameters(
        self, action: str, secret: str = "secret+/key", path: str = SANDBOX, **raw: str
    ) -> dict[str, str]:
        """Common parameters and these, signed."""
        sent = {
            "AWSAccessKeyId": "AKIATEST",
            "Action": action,
            "SellerId": "A1MERCHANT",
            "SignatureMethod": "HmacSHA256",
            "SignatureVersion": "2",
            "Timestamp": "2026-02-16T00:00:00Z",
            "Version": "2013-01-01",
            **raw,
        }
        return {**sent, "Signature": signature(secret, HOST, path, sent)}

    def request(self, parameters: dict[str, str], path: str = SANDBOX, **more: Any) -> Request:
        """They as a request."""
        return Request("POST", path, "", {"host": HOST}, form(parameters), HOST, **more)

    def reply(self, request: Request) -> Reply:
        """What is answered, turned away or not."""
        try:
            return self.house.hear(request)
        except Turned as turned:
            return turned.reply

    def call(self, action: str, fields: dict[str, Any] | None = None, path: str = SANDBOX) -> dict[str, Any]:
        """One call: the result with its action's root taken off, or {"error": code, "status": …}."""
        sent = self.parameters(action, path=path, **encode(action, fields or {}))
        reply = self.reply(self.request(sent, path))
        return told(action, reply)

    # ---- shorter ---------------------------------------------------------------------------------

    def draft(self) -> str:
        """A draft agreement with consent."""
        identity = self.front.new_billing_agreement()
        self.front.buyer(identity, "consent", {})
        return identity

    def agreement(self) -> str:
        """An open agreement."""
        identity = self.draft()
        assert self.call("ConfirmBillingAgreement", {"AmazonBillingAgreementId": identity}) == {}
        return identity

    def order(self, total: int = 5000) -> str:
        """An open one-time order reference."""
        identity = self.front.new_order_reference()
        self.call("SetOrderReferenceDetails", {"AmazonOrderReferenceId": identity, "OrderReferenceAttributes.OrderTotal": total})  # fmt: skip
        assert self.call("ConfirmOrderReference", {"AmazonOrderReferenceId": identity}) == {}
        return identity

    def charge(self, agreement: str, amount: int = 3000, **more: Any) -> dict[str, Any]:
        """A synchronous authorisation on an agreement: its details, or the error."""
        self.serial += 1
        fields = {
            "AmazonBillingAgreementId": agreement,
            "AuthorizationReferenceId": f"ref-{self.serial}",
            "AuthorizationAmount": amount,
            "TransactionTimeout": 0,
        }
        got = self.call("AuthorizeOnBillingAgreement", fields | more)
        return (
            {**got["AuthorizationDetails"], "order": got["AmazonOrderReferenceId"]}
            if "error" not in got
            else got
        )

    def authorise(self, order: str, amount: int = 3000, **more: Any) -> dict[str, Any]:
        """A synchronous authorisation on an order reference."""
        self.serial += 1
        fields = {
            "AmazonOrderReferenceId": order,
            "AuthorizationReferenceId": f"ref-{self.serial}",
            "AuthorizationAmount": amount,
            "TransactionTimeout": 0,
        }
        got = self.call("Authorize", fields | more)
        return got if "error" in got else dict(got["AuthorizationDetails"])

    def capture(self, authorization: str, amount: int = 3000, **more: Any) -> dict[str, Any]:
        """A capture: its details, or the error."""
        self.serial += 1
        fields = {
            "AmazonAuthorizationId": authorization,
            "CaptureReferenceId": f"ref-{self.serial}",
            "CaptureAmount": amount,
        }
        got = self.call("Capture", fields | more)
        return got if "error" in got else dict(got["CaptureDetails"])

    def refund(self, capture: str, amount: int = 1000, **more: Any) -> dict[str, Any]:
        """A refund: its details, or the error."""
        self.serial += 1
        fields = {
            "AmazonCaptureId": capture,
            "RefundReferenceId": f"ref-{self.serial}",
            "RefundAmount": amount,
        }
        got = self.call("Refund", fields | more)
        return got if "error" in got else dict(got["RefundDetails"])

    def state(self, identity: str) -> tuple[str, str]:
        """State and reason of anything, as the wire tells them."""
        if len(identity) > 19:
            action, name, details = _MONEY[identity[20]]
        else:
            action, name, details = _AGREEMENT if identity[0] in "BC" else _ORDER
        got = self.call(action, {name: identity})[details]
        status = next(value for key, value in got.items() if key.endswith("Status"))
        return status["State"], status.get("ReasonCode", "")

    def money(self, details: dict[str, Any], name: str) -> int:
        """An amount of an answer in yen."""
        return int(float(details[name]["Amount"]))

    def pass_time(self, seconds: int) -> list[tuple[str, str, str]]:
        """Let time pass: (id, what, detail) of all that happened."""
        stops = self.house.advance(self.house.now + seconds)
        return [(one.transaction, one.what, one.detail) for _, happened in stops for one in happened]

    def listen(self, url: str = "http://127.0.0.1:1/ipn") -> None:
        """A shop that takes notices."""
        self.house.credentials.put(
            Credential("amazon_v1", "AKIATEST", "secret+/key", url, {"seller": "A1MERCHANT"})
        )


_AGREEMENT = ("GetBillingAgreementDetails", "AmazonBillingAgreementId", "BillingAgreementDetails")
_ORDER = ("GetOrderReferenceDetails", "AmazonOrderReferenceId", "OrderReferenceDetails")
#: By the letter of the id.
_MONEY = {
    "A": ("GetAuthorizationDetails", "AmazonAuthorizationId", "AuthorizationDetails"),
    "R": ("GetRefundDetails", "AmazonRefundId", "RefundDetails"),
    "C": ("GetCaptureDetails", "AmazonCaptureId", "CaptureDetails"),
}


def told(action: str, reply: Reply) -> dict[str, Any]:
    """An answer as a dict."""
    root, content = parse(reply.body)
    if root == "ErrorResponse":
        assert content.get("RequestId") or content.get("RequestID")
        return {
            "error": content["Error"]["Code"],
            "status": reply.status,
            "message": content["Error"]["Message"],
        }
    assert root == f"{action}Response" and content["ResponseMetadata"]["RequestId"] and reply.status == 200
    return dict(content[f"{action}Result"] or {})
