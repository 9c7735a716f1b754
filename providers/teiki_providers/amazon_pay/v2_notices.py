"""Instant payment notifications of version 2: an SNS envelope whose message names an object, and no state.

Documented ("Set up Instant Payment Notifications"): the receiver has to get the object. The signature is that of SNS,
version 1; its certificate can't be served from Amazon's host, so `certificate` is given to whoever wants to verify.
"""

from __future__ import annotations

import base64
import datetime
import json
from functools import cache
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.x509.oid import NameOID

from teiki_providers.amazon_pay.v2_keys import notice_key
from teiki_providers.credentials import Credential
from teiki_sim.draws import hash64

if TYPE_CHECKING:
    from teiki_providers.house import House

__all__ = ["SIGNED", "Notices", "certificate", "envelope"]

#: The parts of an envelope that are signed, in their order; there is no subject.
SIGNED = ("Message", "MessageId", "Timestamp", "TopicArn", "Type")
_TOPIC = "arn:aws:sns:ap-northeast-1:000000000000:teiki"
_CERTIFICATE = "https://sns.ap-northeast-1.amazonaws.com/SimpleNotificationService-teiki.pem"
#: After 5xx or none: hourly for three hours (third parties' account).
RETRIES = (3600, 3600, 3600)
_JAPAN = 9 * 3600
#: By how much a notice is held back that is to arrive after the next ones.
_BEHIND = 60


@cache
def certificate() -> bytes:
    """The certificate of the key that signs, as PEM: the same everywhere."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com (teiki)")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(notice_key().public_key())
        .serial_number(1)
        .not_valid_before(datetime.datetime(2020, 1, 1))
        .not_valid_after(datetime.datetime(2100, 1, 1))
        .sign(notice_key(), hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


def envelope(message: dict[str, Any], identity: str, at: int, badly: bool = False) -> dict[str, str]:
    """A message as SNS wraps and signs it."""
    instant = datetime.datetime.fromtimestamp(at - _JAPAN, datetime.UTC)
    parts = {
        "Type": "Notification",
        "MessageId": identity,
        "TopicArn": _TOPIC,
        "Message": json.dumps(message),
        "Timestamp": instant.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "SignatureVersion": "1",
        "SigningCertURL": _CERTIFICATE,
        "UnsubscribeURL": "https://sns.ap-northeast-1.amazonaws.com/?Action=Unsubscribe",
    }
    text = "".join(f"{name}\n{parts[name]}\n" for name in SIGNED)
    signature = notice_key().sign(text.encode(), padding.PKCS1v15(), hashes.SHA1())
    if badly:
        signature = signature[::-1]
    return {**parts, "Signature": base64.b64encode(signature).decode()}


class Notices:
    """Queues notices for the shops that gave an address."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._serial = 0

    def _shops(self, merchant: str) -> list[Credential]:
        known = self._house.credentials.of("amazon_v2")
        return [c for c in known if c.notify_url and merchant in (c.extra.get("seller"), c.name)]

    def tell(self, merchant: str, kind: str, identity: str, permission: str) -> None:
        """Something changed its state."""
        house, mishap = self._house, self._house.notice_mishap()
        for shop in self._shops(merchant):
            message = {
                "MerchantID": shop.extra.get("seller", ""),
                "ObjectType": kind,
                "ObjectId": identity,
                "ChargePermissionId": permission,
                "NotificationType": "STATE_CHANGE",
                "NotificationId": self._identity(),
                "NotificationVersion": "V2",
            }
            befalls = mishap.kind if mishap is not None else ""
            signed = envelope(message, self._identity(), house.now, befalls == "notice_badly_signed")
            delay = {"notice_late": mishap.after_s if mishap else 0, "notice_reordered": _BEHIND}.get(
                befalls, 0
            )
            for _ in range(2 if befalls == "notice_twice" else 1):
                house.outbox.put(
                    "amazon_pay",
                    shop.notify_url,
                    json.dumps(signed).encode(),
                    "text/plain; charset=UTF-8",
                    identity,
                    house.now + delay,
                    {"x-amz-sns-message-type": "Notification", "x-amz-sns-topic-arn": _TOPIC},
                    RETRIES,
                )

    def _identity(self) -> str:
        self._serial += 1
        digits = "".join(f"{hash64(f'notice:{self._house.seed}:{self._serial}:{n}'):016x}" for n in (0, 1))
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
