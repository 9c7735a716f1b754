"""The official client, amazon-pay 2.7.1 as published, against the sandbox: in this process and over HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol

import pytest

from teiki_providers.amazon_pay.sns import certificate
from teiki_providers.amazon_pay.v1_front import V1Front, open_amazon_v1
from teiki_providers.credentials import Credential
from teiki_providers.house import House
from teiki_providers.inprocess import Sandbox
from teiki_providers.instants import parse as instant
from teiki_providers.notices import Notice
from teiki_providers.server.aside import Aside

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

#: pyOpenSSL from 24.3.0 on lacks what the client verifies notices with.
WANTED = ("amazon-pay==2.7.1", "pyOpenSSL==24.2.1")
PATH = "/OffAmazonPayments_Sandbox/2013-01-01"
DECLINED = '{"SandboxSimulation":{"State":"Declined","ReasonCode":"%s"}}'


@pytest.fixture(scope="session")
def home(request: pytest.FixtureRequest) -> Path:
    """An environment of the client's own, made once."""
    home = request.config.cache.mkdir("amazon-pay-2.7.1") if request.config.cache else Path()
    if not (home / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
        subprocess.run([str(home / "bin" / "python"), "-m", "pip", "install", "-q", *WANTED], check=True)
        (home / "ready").touch()
    return home


@pytest.fixture
def make(home: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """The client's class; its own libraries come after those that are here."""
    (packages,) = (home / "lib").glob("python*/site-packages")
    monkeypatch.setattr(sys, "path", [*sys.path, str(packages)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pay = import_module("amazon_pay.client")

    def client(secret: str = "secret+/key", **more: Any) -> Any:
        given = {"mws_access_key": "AKIATEST", "mws_secret_key": secret, "merchant_id": "A1MERCHANT"}
        return pay.AmazonPayClient(
            **given, region="jp", currency_code="JPY", sandbox=True, handle_throttle=False, **more
        )

    return client


class Door(Protocol):
    """What a test does beside the client."""

    def point(self, client: Any) -> Any: ...
    def draft(self) -> str: ...
    def order(self) -> str: ...
    def buyer(self, identity: str, action: str) -> None: ...
    def advance(self, seconds: int) -> None: ...
    def fault(self, kind: str, code: str) -> None: ...


class Inside:
    """The sandbox in this process: the client is not even pointed anywhere."""

    def __init__(self, box: Sandbox) -> None:
        self.box = box
        front = box.front("amazon_v1")
        assert isinstance(front, V1Front)
        self.front = front

    def point(self, client: Any) -> Any:
        return client

    def draft(self) -> str:
        return self.front.new_billing_agreement()

    def order(self) -> str:
        return self.front.new_order_reference()

    def buyer(self, identity: str, action: str) -> None:
        self.front.buyer(identity, action, {})

    def advance(self, seconds: int) -> None:
        self.box.advance(seconds=seconds)

    def fault(self, kind: str, code: str) -> None:
        self.box.fault(kind, code=code, times=1)


class Server:
    """The sandbox as a server, to which the client's one address is pointed."""

    def __init__(self, server: Aside) -> None:
        self.server = server

    def point(self, client: Any) -> Any:
        client._mws_endpoint = f"{self.server.http}{PATH}"
        return client

    def draft(self) -> str:
        return str(self.server.control.post("amazon_pay/billing_agreements")["id"])

    def order(self) -> str:
        return str(self.server.control.post("amazon_pay/order_references")["id"])

    def buyer(self, identity: str, action: str) -> None:
        self.server.control.post(f"amazon_pay/buyer/{identity}/{action}")

    def advance(self, seconds: int) -> None:
        self.server.control.advance(seconds=seconds)

    def fault(self, kind: str, code: str) -> None:
        self.server.control.fault(kind, code=code, provider="amazon_pay", times=1)


class Behind(Server):
    """The server as a proxy: the client, wholly untouched, believes that it talks to Amazon."""

    def point(self, client: Any) -> Any:
        return client


@contextmanager
def inside(deliver: Callable[[Notice], bool] = lambda notice: True) -> Iterator[Inside]:
    house = House(instant("2026-04-01T09:00:00"), (open_amazon_v1,))
    house.credentials.put(
        Credential(
            "amazon_v1", "AKIATEST", "secret+/key", "http://shop.invalid/ipn", {"seller": "A1MERCHANT"}
        )
    )
    with Sandbox(house=house, deliver=deliver) as box:
        yield Inside(box)


@pytest.fixture(params=["inside", "server", "proxy"])
def door(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    if request.param == "inside":
        with inside() as one:
            yield one
        return
    server = request.getfixturevalue("sandbox_server")
    if request.param == "proxy":
        monkeypatch.setenv("HTTPS_PROXY", server.http)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", server.ca)
    yield Behind(server) if request.param == "proxy" else Server(server)


class Talk:
    """A client that counts its calls and reads answers the way a shop does."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.calls = 0

    def __call__(self, what: str, *given: Any, **named: Any) -> Any:
        """The result of an action as attributes, or its error code."""
        self.calls += 1
        answer = getattr(self.client, what)(*given, **named)
        assert answer.request_id
        told = json.loads(answer.to_json())
        ((root, content),) = told.items()
        assert answer.success == (root != "ErrorResponse")
        return (
            content["Error"]["Code"]
            if root == "ErrorResponse"
            else _attributes(content[root.replace("Response", "Result")])
        )


def _attributes(value: Any) -> Any:
    if isinstance(value, dict):
        return SimpleNamespace(**{name: _attributes(one) for name, one in value.items()})
    return [_attributes(one) for one in value] if isinstance(value, list) else value


def agreement(door: Door, talk: Talk) -> str:
    """Consented to and confirmed."""
    identity = door.draft()
    door.buyer(identity, "consent")
    assert talk("confirm_billing_agreement", identity) is None
    return identity


def charged(talk: Talk, identity: str, reference: str, amount: int = 3000, **more: Any) -> Any:
    return talk(
        "authorize_on_billing_agreement", identity, reference, amount, transaction_timeout=0, **more
    )  # fmt: skip


def test_success(door: Door, make: Callable[..., Any]) -> None:
    talk = Talk(door.point(make()))
    identity = door.draft()
    found = talk("get_billing_agreement_details", identity).BillingAgreementDetails
    assert found.BillingAgreementStatus.State == "Draft"
    assert found.Constraints.Constraint.ConstraintID == "BuyerConsentNotSet"
    assert talk("confirm_billing_agreement", identity) == "BillingAgreementConstraintsExist"
    door.buyer(identity, "consent")
    told = talk("set_billing_agreement_details", identity, seller_note="定期便 ~ * + 1", store_name="見本店")
    assert told.BillingAgreementDetails.SellerNote == "定期便 ~ * + 1"
    assert talk("confirm_billing_agreement", identity) is None
    assert talk("validate_billing_agreement", identity).ValidationResult == "Success"
    made = charged(talk, identity, "renewal-1", seller_authorization_note="4月分", seller_order_id="T-1")
    charge = made.AuthorizationDetails
    assert charge.AuthorizationStatus.State == "Open" and charge.SellerAuthorizationNote == "4月分"
    assert talk("get_authorization_details", charge.AmazonAuthorizationId).AuthorizationDetails.IdList is None
    capture = talk("capture", charge.AmazonAuthorizationId, "ship-1", 3000).CaptureDetails
    assert capture.CaptureStatus.State == "Completed" and capture.CaptureAmount.Amount == "3000.00"
    refund = talk("refund", capture.AmazonCaptureId, "back-1", 1000).RefundDetails
    assert refund.RefundStatus.State == "Pending"
    door.advance(31)
    found = talk("get_refund_details", refund.AmazonRefundId).RefundDetails
    assert found.RefundStatus.State == "Completed"
    assert (
        talk("get_capture_details", capture.AmazonCaptureId).CaptureDetails.RefundedAmount.Amount == "1000.00"
    )
    assert len(talk.client.get_payment_details(made.AmazonOrderReferenceId)) == 4
    listed = talk("list_order_reference", "T-1", "SellerOrderId").OrderReferenceList.OrderReference
    assert listed.AmazonOrderReferenceId == made.AmazonOrderReferenceId
    assert talk("close_billing_agreement", identity, "解約") is None
    assert talk("get_service_status").Status == "GREEN"
    assert talk("get_merchant_account_status").AccountStatus == "ACTIVE"
    assert talk.calls == 15  # beside the four of get_payment_details


def test_one_time_orders(door: Door, make: Callable[..., Any]) -> None:
    talk = Talk(door.point(make()))
    order = door.order()
    assert talk("confirm_order_reference", order) == "ConstraintsExist"
    details = talk("set_order_reference_details", order, 5000, seller_order_id="T-2").OrderReferenceDetails
    assert details.OrderTotal.Amount == "5000.00"
    assert talk("confirm_order_reference", order) is None
    assert talk("set_order_attributes", order, store_name="店").OrderReferenceDetails.SellerOrderAttributes.StoreName == "店"  # fmt: skip
    first = talk("authorize", order, "a-1", 2000, transaction_timeout=0).AuthorizationDetails
    assert talk("close_authorization", first.AmazonAuthorizationId, "変更") is None
    second = talk("authorize", order, "a-2", 5000, transaction_timeout=0).AuthorizationDetails
    found = talk("get_order_reference_details", order).OrderReferenceDetails
    assert found.IdList.member == [first.AmazonAuthorizationId, second.AmazonAuthorizationId]
    assert talk("close_order_reference", order) is None
    assert (
        talk("capture", second.AmazonAuthorizationId, "c-1", 5000).CaptureDetails.CaptureStatus.State
        == "Completed"
    )
    other = door.order()
    talk("set_order_reference_details", other, 100)
    assert talk("cancel_order_reference", other, "やめた") is None
    parent = agreement(door, talk)
    made = talk("create_order_reference_for_id", parent, "BillingAgreement", 700, confirm_now=True)
    assert made.OrderReferenceDetails.OrderReferenceStatus.State == "Open"
    assert made.OrderReferenceDetails.ParentDetails.Id == parent


def test_the_charge_helper(door: Door, make: Callable[..., Any]) -> None:
    """Set, confirm and authorise in one."""
    talk = Talk(door.point(make()))
    identity, order = door.draft(), door.order()
    door.buyer(identity, "consent")
    for one, reference in ((identity, "one"), (identity, "two"), (order, "three")):
        made = talk("charge", one, 3000, reference, "定期便")
        assert made.AuthorizationDetails.AuthorizationStatus.ReasonCode == "MaxCapturesProcessed"


def test_declines(door: Door, make: Callable[..., Any]) -> None:
    talk = Talk(door.point(make()))
    identity = agreement(door, talk)
    note = DECLINED % "AmazonRejected"
    told = charged(talk, identity, "a", seller_authorization_note=note).AuthorizationDetails
    assert (told.AuthorizationStatus.State, told.AuthorizationStatus.ReasonCode) == (
        "Declined",
        "AmazonRejected",
    )
    note = DECLINED % "InvalidPaymentMethod"
    told = charged(talk, identity, "b", seller_authorization_note=note).AuthorizationDetails
    assert told.AuthorizationStatus.ReasonCode == "InvalidPaymentMethod" and told.SoftDecline == "false"
    assert charged(talk, identity, "c") == "InvalidBillingAgreementStatus"
    door.buyer(identity, "update_card")
    assert charged(talk, identity, "d").AuthorizationDetails.AuthorizationStatus.State == "Open"
    door.buyer(identity, "remove_card")
    assert charged(talk, identity, "e") == "PaymentPlanNotSet"
    door.buyer(identity, "update_card")
    door.fault("declined", "TransactionTimedOut")
    told = charged(talk, identity, "f").AuthorizationDetails
    assert told.AuthorizationStatus.ReasonCode == "TransactionTimedOut"
    assert (
        charged(talk, identity, "g", seller_authorization_note=DECLINED % "X")
        == "InvalidSandboxSimulationSpecified"
    )
    door.buyer(identity, "revoke")
    assert talk("close_billing_agreement", identity) == "CannotCloseBillingAgreement"


def test_duplicates(door: Door, make: Callable[..., Any]) -> None:
    talk = Talk(door.point(make()))
    identity, other = agreement(door, talk), agreement(door, talk)
    first = charged(talk, identity, "same")
    assert charged(talk, identity, "same") == first
    assert charged(talk, identity, "same", 1) == "DuplicateRequest"
    assert charged(talk, other, "same") == "DuplicateReferenceId"
    charge = first.AuthorizationDetails.AmazonAuthorizationId
    taken = talk("capture", charge, "same", 3000)
    assert talk("capture", charge, "same", 3000) == taken
    assert talk("capture", charge, "same", 1) == "DuplicateRequest"


def test_wrong_states(door: Door, make: Callable[..., Any]) -> None:
    talk = Talk(door.point(make()))
    draft = door.draft()
    assert charged(talk, draft, "a") == "InvalidBillingAgreementStatus"
    assert talk("close_billing_agreement", draft) == "InvalidCloseAttempt"
    identity = agreement(door, talk)
    assert talk("set_billing_agreement_details", identity, seller_note="x") == "BillingAgreementNotModifiable"
    made = charged(talk, identity, "b", capture_now=True)
    charge = made.AuthorizationDetails
    assert talk("capture", charge.AmazonAuthorizationId, "c", 3000) == "InvalidAuthorizationStatus"
    assert talk("close_authorization", charge.AmazonAuthorizationId) == "InvalidAuthorizationStatus"
    assert talk("cancel_order_reference", made.AmazonOrderReferenceId) == "InvalidCancelAttempt"
    assert talk("refund", charge.IdList.member, "d", 3001) == "TransactionAmountExceeded"
    assert (
        talk("set_order_reference_details", made.AmazonOrderReferenceId, 1) == "OrderReferenceNotModifiable"
    )
    assert talk("get_capture_details", "S03-0000000-0000000-C000000") == "InvalidTransactionId"
    assert talk("get_billing_agreement_details", "C03-0000000-0000000") == "InvalidBillingAgreementId"
    assert charged(talk, identity, "e", 100_001) == "PeriodicAmountExceeded"


def test_expiry_and_what_comes_later(door: Door, make: Callable[..., Any]) -> None:
    talk = Talk(door.point(make()))
    identity, draft = agreement(door, talk), door.draft()
    charge = talk("authorize_on_billing_agreement", identity, "a", 3000).AuthorizationDetails
    assert charge.AuthorizationStatus.State == "Pending"
    assert talk("capture", charge.AmazonAuthorizationId, "c", 3000) == "InvalidAuthorizationStatus"
    door.advance(30)
    found = talk("get_authorization_details", charge.AmazonAuthorizationId).AuthorizationDetails
    assert found.AuthorizationStatus.State == "Open"
    door.advance(31 * 86400)
    found = talk("get_authorization_details", charge.AmazonAuthorizationId).AuthorizationDetails
    assert (found.AuthorizationStatus.State, found.AuthorizationStatus.ReasonCode) == (
        "Closed",
        "ExpiredUnused",
    )
    assert talk("capture", charge.AmazonAuthorizationId, "d", 3000) == "InvalidAuthorizationStatus"
    stale = talk("get_billing_agreement_details", draft).BillingAgreementDetails.BillingAgreementStatus
    assert (stale.State, stale.ReasonCode) == ("Canceled", "Stale")


def test_a_wrong_secret_is_refused(door: Door, make: Callable[..., Any]) -> None:
    talk = Talk(door.point(make(secret="secret+/kex")))
    assert talk("get_service_status") == "SignatureDoesNotMatch"
    assert charged(talk, door.draft(), "a") == "SignatureDoesNotMatch"


def test_a_throttled_call_tells_its_code(door: Door, make: Callable[..., Any]) -> None:
    talk = Talk(door.point(make()))
    identity = agreement(door, talk)
    door.fault("too_many", "")
    assert charged(talk, identity, "a") == "RequestThrottled"
    assert charged(talk, identity, "a").AuthorizationDetails.AuthorizationStatus.State == "Open"


_VERIFY = """
import io, json, sys
from urllib import request
given = json.load(sys.stdin)
request.urlopen = lambda url: io.BytesIO(given["pem"].encode())
from amazon_pay.ipn_handler import IpnHandler
for body, headers in given["notices"]:
    handler = IpnHandler(body.encode(), headers)
    try:
        handler.authenticate()
        print(list(json.loads(handler.to_json()))[0])
    except ValueError as error:
        print(error)
"""


def test_notices_are_verified_by_the_clients_own_handler(home: Path, make: Callable[..., Any]) -> None:
    taken: list[Notice] = []

    def deliver(notice: Notice) -> bool:
        taken.append(notice)
        return True

    with inside(deliver) as door:
        talk = Talk(make())
        identity = agreement(door, talk)
        charged(talk, identity, "a", capture_now=True)
        door.box.fault("notice_badly_signed", times=1)
        talk("close_billing_agreement", identity)
        door.advance(1)
    given = {
        "pem": certificate().decode(),
        "notices": [(notice.body.decode(), dict(notice.headers)) for notice in taken],
    }
    done = subprocess.run(
        [str(home / "bin" / "python"), "-W", "ignore", "-c", _VERIFY],
        input=json.dumps(given), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split("\n")[:-1] == [
        "BillingAgreementNotification",
        "OrderReferenceNotification",
        "AuthorizationNotification",
        "CaptureNotification",
        "AuthorizationNotification",
        "OrderReferenceNotification",
        "Invalid signature.",
    ]
