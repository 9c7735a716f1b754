"""A shop that speaks version 2 by hand: its own key pair, any call, any header."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from teiki_providers.amazon_pay.v2_front import AmazonV2, open_amazon_v2
from teiki_providers.amazon_pay.v2_keys import public_pem
from teiki_providers.amazon_pay.v2_signature import Authorization, canonical, sign
from teiki_providers.credentials import Credential
from teiki_providers.exchange import Reply, Request
from teiki_providers.house import House
from teiki_providers.inprocess import answer
from teiki_providers.said import Happened
from teiki_sim.calendar import DAY

START = 20_500 * DAY + 9 * 3600
KEY_ID = "SANDBOX-AHEXAMPLEKEY"
STORE = "amzn1.application-oa2-client.example"
YEN = "JPY"


@cache
def key() -> rsa.RSAPrivateKey:
    """One pair for all tests."""
    return rsa.generate_private_key(65537, 2048)


def private_pem() -> bytes:
    """The private half, as clients want it."""
    return key().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def credential(key_id: str = KEY_ID, **more: Any) -> Credential:
    """What the shop posts to the sandbox."""
    return Credential("amazon_v2", key_id, public_pem(key()), extra={"seller": "A1MERCHANT"}, **more)


def money(yen: int | str) -> dict[str, str]:
    """An amount."""
    return {"amount": str(yen), "currencyCode": YEN}


class Told:
    """An answer as a client sees it."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        self.status = reply.status
        self.body: dict[str, Any] = json.loads(reply.body) if not reply.trouble else {}
        self.code: str = self.body.get("reasonCode", "") if self.status >= 300 else ""

    def __getitem__(self, name: str) -> Any:
        return self.body[name]

    @property
    def state(self) -> tuple[str, str]:
        """State and reason."""
        status = self.body["statusDetails"]
        reasons = status.get("reasons") or [{}]
        return status["state"], status.get("reasonCode") or reasons[0].get("reasonCode") or ""


class Talk:
    """A house with version 2 alone, and the shop's side of it."""

    def __init__(self, key_id: str = KEY_ID, **more: Any) -> None:
        notify = more.pop("notify_url", "")
        self.house = House(START, (open_amazon_v2,), **more)
        self.front = self.house.fronts["amazon_v2"]
        assert isinstance(self.front, AmazonV2)
        self.key_id = key_id
        self.house.credentials.put(credential(key_id, notify_url=notify))
        self._serial = 0

    # ---- the wire --------------------------------------------------------------------------------

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        algorithm: str = "AMZN-PAY-RSASSA-PSS",
        wall: float | None = None,
    ) -> Request:
        """A signed request; a POST gets a new key unless one is given."""
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        all_headers = {
            "accept": "application/json",
            "content-type": "application/json",
            "x-amz-pay-date": "2026-11-22T00:55:55Z",
            "x-amz-pay-host": "pay-api.amazon.jp",
            "x-amz-pay-region": "jp",
        }
        if method == "POST":
            self._serial += 1
            all_headers["x-amz-pay-idempotency-key"] = f"key-{self._serial}"
        all_headers |= headers or {}
        all_headers = {name: value for name, value in all_headers.items() if value != "none"}
        full = path if path.startswith(("/v2", "/sandbox", "/live")) else f"/v2{path}"
        signed = tuple(sorted(all_headers))
        signature = sign(key(), algorithm, canonical(method, full, "", all_headers, signed, raw))
        all_headers["authorization"] = Authorization(algorithm, self.key_id, signed, signature).text()
        return Request(method, full, "", all_headers, raw, "pay-api.amazon.jp", wall)

    def call(
        self, method: str, path: str, body: Any = None, *, sim: str = "", key: str = "", **more: Any
    ) -> Told:
        """Send it."""
        headers = dict(more.pop("headers", {}))
        if sim:
            headers["x-amz-pay-simulation-code"] = sim
        if key:
            headers["x-amz-pay-idempotency-key"] = key
        return Told(answer(self.house, self.request(method, path, body, headers, **more)))

    def hear(self, request: Request) -> Told:
        """Send a request as it is."""
        return Told(answer(self.house, request))

    # ---- steps -----------------------------------------------------------------------------------

    def session(
        self, kind: str = "OneTime", intent: str = "Authorize", amount: int = 3000, **payment: Any
    ) -> str:
        """A session that lacks nothing but its buyer."""
        given: dict[str, Any] = {
            "webCheckoutDetails": {"checkoutResultReturnUrl": "https://localhost/done"},
            "storeId": STORE,
            "chargePermissionType": kind,
            "paymentDetails": {"paymentIntent": intent, "chargeAmount": money(amount), **payment},
            "merchantMetadata": {"merchantReferenceId": "order-1"},
        }
        if kind == "Recurring":
            given["recurringMetadata"] = {
                "frequency": {"unit": "Month", "value": "1"},
                "amount": money(amount),
            }
        identity: str = self.call("POST", "/checkoutSessions", given)["checkoutSessionId"]
        return identity

    def paid(self, kind: str = "OneTime", intent: str = "Authorize", amount: int = 3000, **more: Any) -> str:
        """A session whose buyer has paid."""
        card = more.pop("card", "1111")
        session = self.session(kind, intent, amount, **more)
        self.buyer(session, "sign_in")
        self.buyer(session, "pay", card=card)
        return session

    def complete(self, session: str, amount: int = 3000, **more: Any) -> Told:
        """Complete it."""
        return self.call(
            "POST", f"/checkoutSessions/{session}/complete", {"chargeAmount": money(amount)}, **more
        )

    def permission(self, kind: str = "Recurring", intent: str = "Confirm", amount: int = 3000) -> str:
        """A permission from checkout to completion."""
        identity: str = self.complete(self.paid(kind, intent, amount), amount)["chargePermissionId"]
        return identity

    def charge(self, permission: str, amount: int = 3000, **more: Any) -> Told:
        """A charge; what is not the call's own goes into the body."""
        extra = {name: more.pop(name) for name in ("sim", "key") if name in more}
        return self.call(
            "POST",
            "/charges",
            {"chargePermissionId": permission, "chargeAmount": money(amount), **more},
            **extra,
        )

    def capture(self, charge: str, amount: int = 3000, **more: Any) -> Told:
        """Capture it."""
        return self.call("POST", f"/charges/{charge}/capture", {"captureAmount": money(amount)}, **more)

    def cancel(self, charge: str) -> Told:
        """Cancel it."""
        return self.call("DELETE", f"/charges/{charge}/cancel", {"cancellationReason": "out of stock"})

    def refund(self, charge: str, amount: int = 3000, **more: Any) -> Told:
        """Refund it."""
        return self.call("POST", "/refunds", {"chargeId": charge, "refundAmount": money(amount)}, **more)

    def close(self, permission: str, **more: Any) -> Told:
        """Close a permission."""
        extra = {name: more.pop(name) for name in ("sim",) if name in more}
        return self.call(
            "DELETE", f"/chargePermissions/{permission}/close", {"closureReason": "end", **more}, **extra
        )

    def get(self, kind: str, identity: str) -> Told:
        """Look at something."""
        return self.call("GET", f"/{kind}/{identity}")

    def buyer(self, identity: str, action: str, **details: Any) -> dict[str, Any]:
        """What the consumer does."""
        return self.front.buyer(identity, action, details)

    def advance(self, seconds: int = 0, days: int = 0) -> list[Happened]:
        """Let time pass."""
        to = self.house.now + seconds + days * DAY
        return [one for _, happened in self.house.advance(to) for one in happened]

    def fault(self, kind: str, **more: Any) -> None:
        """Post a fault."""
        self.house.mishaps.post({"kind": kind, **more})
