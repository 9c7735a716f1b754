"""Notices of version 1: what they say, how they are signed, when they leave."""

import json
import re
from base64 import b64decode
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.x509 import load_pem_x509_certificate

from providers.amazon_pay.v1_stand import HOUR, START, V1
from teiki_providers.amazon_pay.sns import CERTIFICATE_URL, certificate
from teiki_providers.amazon_pay.v1_wire import parse
from teiki_providers.exchange import Request
from teiki_providers.hosts import VENDOR_HOSTS
from teiki_providers.notices import Notice

#: What the official client demands of the certificate's address.
URL = re.compile(r"https://sns\.[a-zA-Z0-9\-]{3,}\.amazonaws\.com(\.cn)?/(.*)\.pem")


def listening() -> V1:
    box = V1()
    box.listen()
    return box


def message(notice: Notice) -> tuple[str, Any]:
    """The type and the content of a notice."""
    told = json.loads(json.loads(notice.body)["Message"])
    return told["NotificationType"], parse(told["NotificationData"].encode())[1]


def verify(notice: Notice) -> None:
    """As a client does it. Raises InvalidSignature."""
    body = json.loads(notice.body)
    names = ("Message", "MessageId", "Timestamp", "TopicArn", "Type")
    text = "".join(f"{name}\n{body[name]}\n" for name in names)
    key = load_pem_x509_certificate(certificate()).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(b64decode(body["Signature"]), text.encode(), padding.PKCS1v15(), SHA1())


def test_nobody_listens_nothing_is_sent() -> None:
    box = V1()
    box.charge(box.agreement(), CaptureNow=True)
    assert box.house.outbox.notices == []


def test_every_change_of_state_is_told() -> None:
    box = listening()
    agreement = box.agreement()
    charge = box.charge(agreement)
    capture = box.capture(charge["AmazonAuthorizationId"])
    box.refund(capture["AmazonCaptureId"], 3000)
    box.pass_time(31)
    box.call("CloseBillingAgreement", {"AmazonBillingAgreementId": agreement})
    kinds = [message(notice)[0] for notice in box.house.outbox.notices]
    assert kinds == [
        "BillingAgreementNotification",  # Open
        "OrderReferenceNotification",  # Open
        "PaymentAuthorize",  # Open
        "PaymentCapture",  # Completed
        "PaymentAuthorize",  # Closed
        "OrderReferenceNotification",  # Closed
        "PaymentRefund",  # Pending
        "PaymentCapture",  # Closed
        "PaymentRefund",  # Completed
        "BillingAgreementNotification",  # Closed
    ]
    _, authorization = message(box.house.outbox.notices[4])
    details = authorization["AuthorizationDetails"]
    assert details["AuthorizationStatus"]["State"] == "Closed"
    assert details["IdList"] == {"Id": capture["AmazonCaptureId"]}


def test_the_envelope_is_as_amazons() -> None:
    box = listening()
    box.agreement()
    (notice,) = box.house.outbox.notices
    body = json.loads(notice.body)
    assert notice.content_type.startswith("text/plain") and notice.provider == "amazon_pay"
    assert notice.headers["X-Amz-Sns-Topic-Arn"] == body["TopicArn"]
    assert (body["Type"], body["SignatureVersion"]) == ("Notification", "1") and "Subject" not in body
    assert URL.fullmatch(body["SigningCertURL"]) and body["SigningCertURL"] == CERTIFICATE_URL
    told = json.loads(body["Message"])
    assert (told["SellerId"], told["ReleaseEnvironment"]) == ("A1MERCHANT", "Sandbox")
    assert told["Version"] == "2013-01-01" and told["Timestamp"] == "2026-02-16T00:00:00.000Z"
    verify(notice)


def test_the_key_is_the_same_in_every_sandbox() -> None:
    one, other = listening(), listening()
    one.agreement(), other.agreement()
    assert [n.body for n in one.house.outbox.notices] == [n.body for n in other.house.outbox.notices]
    key = load_pem_x509_certificate(certificate()).public_key()
    assert isinstance(key, rsa.RSAPublicKey) and key.key_size == 2048


def test_a_notice_is_tried_again_every_hour_for_fourteen_days() -> None:
    box = listening()
    box.agreement()
    (notice,) = box.house.outbox.notices
    tries = 0
    while box.house.outbox.pending:
        for now, _ in box.house.advance(box.house.outbox.next(box.house.now) or box.house.now):
            for due in box.house.outbox.due(now):
                box.house.outbox.result(due.id, now, False, "500")
                tries += 1
    assert notice.state == "failed" and tries == 14 * 24 + 1
    assert notice.tries[-1][0] == START + 14 * 24 * HOUR


def post(box: V1, kind: str, **more: Any) -> list[Notice]:
    """The notices of an asynchronous charge on which a fault of notices is."""
    agreement = box.agreement()
    before = len(box.house.outbox.notices)
    box.house.mishaps.post({"kind": kind, "operation": "authorise", "times": 1} | more)
    box.charge(agreement, TransactionTimeout=60)
    box.pass_time(30)
    return [n for n in box.house.outbox.notices[before:] if message(n)[0] == "PaymentAuthorize"]


def test_notices_come_late_twice_out_of_order_and_badly_signed() -> None:
    late = post(listening(), "notice_late", after_s=600)
    assert [n.due for n in late] == [START + 600, START + 630]
    twice = post(listening(), "notice_twice")
    assert len(twice) == 4 and twice[0].body == twice[1].body
    first, *_ = post(listening(), "notice_reordered")
    assert first.due > START + 30  # after the next ones
    for bad in post(listening(), "notice_badly_signed"):
        with pytest.raises(InvalidSignature):
            verify(bad)


def test_other_notices_are_left_alone() -> None:
    box = listening()
    post(box, "notice_badly_signed")
    before = len(box.house.outbox.notices)
    box.charge(box.agreement())
    for notice in box.house.outbox.notices[before:]:
        verify(notice)


def test_the_certificate_is_served_where_notices_say() -> None:
    box = V1()
    reply = box.reply(Request("GET", urlsplit(CERTIFICATE_URL).path, host=urlsplit(CERTIFICATE_URL).netloc))
    assert reply.status == 200 and reply.body == certificate()
    assert urlsplit(CERTIFICATE_URL).netloc in VENDOR_HOSTS["amazon_pay"]
    box.house.mishaps.post({"kind": "no_answer"})
    assert box.reply(Request("GET", urlsplit(CERTIFICATE_URL).path)).trouble == ""
    assert box.reply(Request("POST", urlsplit(CERTIFICATE_URL).path)).status == 400
