"""What comes later in version 1: drafts go stale, order references grow old, what was pending is decided."""

from collections.abc import Callable, Mapping

from teiki_providers.amazon_pay import v1_authorizations as authorizations
from teiki_providers.amazon_pay import v1_captures as captures
from teiki_providers.amazon_pay.v1_buyer import repaired
from teiki_providers.amazon_pay.v1_office import Office

__all__ = ["LATER"]


def _stale(office: Office, key: str) -> str:
    """A draft that nobody confirmed within three hours."""
    one = office.records.agreements.get(key) or office.records.orders[key]
    if one.state != "Draft":
        return ""
    office.stand(one, "Canceled", "Stale")
    return "Canceled Stale"


def _aged(office: Office, key: str) -> str:
    """An order reference 180 days old."""
    one = office.records.orders[key]
    if one.state not in ("Open", "Suspended"):
        return ""
    office.stand(one, "Closed", "Expired")
    return "Closed Expired"


def _verdict(office: Office, key: str) -> str:
    one = office.records.authorizations[key]
    if one.state != "Pending" or one.polls:
        return ""
    authorizations.settle(office, one)
    return f"{one.state} {one.reason}".rstrip()


def _timeout(office: Office, key: str) -> str:
    """What is still held when its TransactionTimeout is over is declined."""
    one = office.records.authorizations[key]
    if one.state != "Pending":
        return ""
    office.house.settle(one.number, "declined", "TransactionTimedOut")
    authorizations.verdict(office, one, "Declined", "TransactionTimedOut")
    return "Declined TransactionTimedOut"


def _closes(office: Office, key: str) -> str:
    """A simulated end of an authorisation."""
    one = office.records.authorizations[key]
    if one.state != "Open":
        return ""
    reason = str(one.simulation["ReasonCode"])
    office.house.settle(one.number, "expired" if reason == "ExpiredUnused" else "cancelled")
    office.stand(one, "Closed", reason)
    return f"Closed {reason}"


def _repaired(office: Office, key: str) -> str:
    """The simulated buyer updated the card."""
    order = office.records.orders[key]
    repaired(office, office.records.agreements.get(order.agreement) or order)
    return "payment method updated"


def _captures(office: Office, key: str) -> str:
    captures.complete(office, office.records.captures[key])
    return office.records.captures[key].state


def _refunds(office: Office, key: str) -> str:
    captures.refunded(office, office.records.refunds[key])
    return office.records.refunds[key].state


LATER: Mapping[str, Callable[[Office, str], str]] = {
    "stale": _stale,
    "aged": _aged,
    "verdict": _verdict,
    "timeout": _timeout,
    "closes": _closes,
    "repaired": _repaired,
    "captures": _captures,
    "refunds": _refunds,
}
