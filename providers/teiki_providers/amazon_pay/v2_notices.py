"""Instant payment notifications of version 2: an SNS envelope whose message names an object, and no state.

Documented ("Set up Instant Payment Notifications"): the receiver has to get the object.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from teiki_providers.amazon_pay import sns
from teiki_providers.credentials import Credential
from teiki_sim.draws import hash64

if TYPE_CHECKING:
    from teiki_providers.house import House

__all__ = ["RETRIES", "Notices", "uuid"]

#: After 5xx or none: hourly for three hours (third parties' account).
RETRIES = (3600, 3600, 3600)
_JAPAN = 9 * 3600
#: By how much a notice is held back that is to arrive after the next ones.
_BEHIND = 60


def uuid(first: int, second: int) -> str:
    """Two draws in the form of a UUID."""
    digits = f"{first:016x}{second:016x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


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
        for shop in self._shops(merchant):
            self._queue(shop, kind, identity, permission)

    def _queue(self, shop: Credential, kind: str, identity: str, permission: str) -> None:
        house, mishap = self._house, self._house.notice_mishap()
        befalls = mishap.kind if mishap is not None else ""
        seller = shop.extra.get("seller", "")
        message = {
            "MerchantID": seller,
            "ObjectType": kind,
            "ObjectId": identity,
            "ChargePermissionId": permission,
            "NotificationType": "STATE_CHANGE",
            "NotificationId": self._identity(),
            "NotificationVersion": "V2",
        }
        instant = datetime.fromtimestamp(house.now - _JAPAN, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        body = sns.envelope(message, self._identity(), seller, instant, befalls == "notice_badly_signed")
        late = mishap.after_s if mishap is not None else 0
        delay = {"notice_late": late, "notice_reordered": _BEHIND}.get(befalls, 0)
        headers = {"x-amz-sns-message-type": "Notification", "x-amz-sns-topic-arn": sns.topic(seller)}
        for _ in range(2 if befalls == "notice_twice" else 1):
            house.outbox.put(
                "amazon_pay",
                shop.notify_url,
                body,
                "text/plain; charset=UTF-8",
                identity,
                house.now + delay,
                headers,
                RETRIES,
            )

    def _identity(self) -> str:
        self._serial += 1
        first, second = (hash64(f"notice:{self._house.seed}:{self._serial}:{n}") for n in (0, 1))
        return uuid(first, second)
