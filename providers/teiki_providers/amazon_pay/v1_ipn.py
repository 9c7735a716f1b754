"""Instant payment notifications of version 1: what changed, as XML in JSON in an SNS envelope.

Documented are the envelope, the types and the namespace; that every change of state is told is modelled.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from teiki_providers.amazon_pay import v1_details as details
from teiki_providers.amazon_pay.sns import envelope, topic
from teiki_providers.amazon_pay.v1_records import (
    Agreement,
    Authorization,
    Capture,
    Order,
    Records,
    Refund,
    Thing,
)
from teiki_providers.amazon_pay.v1_wire import Tree, element, moment
from teiki_providers.credentials import Credential
from teiki_providers.house import House
from teiki_providers.mishaps import Mishap
from teiki_sim.draws import hash64

__all__ = ["notify", "uuid"]

_NAMESPACE = "https://mws.amazonservices.com/ipn/OffAmazonPayments/2013-01-01"
#: Tried again every hour for 14 days (the client's own words).
_RETRIES = (3600,) * (14 * 24)
#: How much later a notice leaves that others are to overtake.
_OVERTAKEN_S = 60
_MARKET = "A1VC38T7YXB528"  # Japan's


def uuid(*parts: object) -> str:
    """An id in the form of a UUID, from what it is the id of."""
    text = ":".join(map(str, parts))
    return str(UUID(int=hash64(text) << 64 | hash64(f"{text}:low")))


def _listed(tree: Tree) -> Tree:
    """Notices list ids as Id, where answers say member."""
    ids = tree.get("IdList")
    return {**tree, "IdList": {"Id": ids["member"]}} if ids else tree


def _content(thing: Thing, records: Records, now: int) -> tuple[str, str, Tree]:
    """The type, the root element and what stands in it."""
    tree: Tree
    match thing:
        case Agreement():
            # Notices spell the instant's name in the status like everybody else's.
            tree = {
                **details.agreement(thing, records, now, False),
                "BillingAgreementStatus": details.status(thing),
            }
            return "BillingAgreementNotification", "BillingAgreementNotification", {"BillingAgreement": tree}
        case Order():
            tree = _listed(details.order(thing))
            return "OrderReferenceNotification", "OrderReferenceNotification", {"OrderReference": tree}
        case Authorization():
            tree = _listed(details.authorization(thing, records))
            return "PaymentAuthorize", "AuthorizationNotification", {"AuthorizationDetails": tree}
        case Capture():
            tree = _listed(details.capture(thing, records))
            return "PaymentCapture", "CaptureNotification", {"CaptureDetails": tree}
        case Refund():
            return "PaymentRefund", "RefundNotification", {"RefundDetails": details.refund(thing)}
        case _:
            raise TypeError(thing)


def _instants(now: int, mishap: Mishap | None) -> Iterator[int]:
    """When it leaves: once and at once, unless a fault befalls it."""
    kind = mishap.kind if mishap is not None else ""
    late = mishap.after_s if mishap is not None and kind == "notice_late" else 0
    yield now + (_OVERTAKEN_S if kind == "notice_reordered" else late)
    if kind == "notice_twice":
        yield now


def _message(house: House, thing: Thing, records: Records, seller: str, identity: str) -> dict[str, Any]:
    kind, root, tree = _content(thing, records, house.now)
    xml = f'<?xml version="1.0" encoding="UTF-8"?>\n{element(root, tree, _NAMESPACE)}'
    return {
        "ReleaseEnvironment": "Live" if thing.live else "Sandbox",
        "MarketplaceID": _MARKET,
        "Version": "2013-01-01",
        "NotificationType": kind,
        "SellerId": seller,
        "NotificationReferenceId": identity,
        "IsSample": False,
        "Timestamp": moment(house.now),
        "NotificationData": xml,
    }


def _send(house: House, to: Credential, thing: Thing, records: Records, mishap: Mishap | None) -> None:
    seller = to.extra.get("seller", "")
    identity = uuid(house.seed, "ipn", to.name, len(house.outbox.notices))
    message = _message(house, thing, records, seller, identity)
    bad = mishap is not None and mishap.kind == "notice_badly_signed"
    body = envelope(message, uuid(identity, "sns"), seller, moment(house.now), bad)
    headers = {
        "x-amz-sns-message-type": "Notification",
        "x-amz-sns-message-id": uuid(identity, "sns"),
        "X-Amz-Sns-Topic-Arn": topic(seller),
    }
    for due in _instants(house.now, mishap):
        house.outbox.put(
            "amazon_pay", to.notify_url, body, "text/plain; charset=UTF-8", thing.id, due, headers, _RETRIES
        )


def notify(house: House, thing: Thing, records: Records, mishap: Mishap | None) -> None:
    """Tell every shop that listens how a thing stands now."""
    for credential in house.credentials.of("amazon_v1"):
        if credential.notify_url:
            _send(house, credential, thing, records, mishap)
