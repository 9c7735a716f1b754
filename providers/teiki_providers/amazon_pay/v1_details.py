"""Records of version 1 as the trees that answers and notices carry.

The buyer and the address are made up: the sandbox has no real ones.
"""

from typing import Any

from teiki_providers.amazon_pay.v1_records import (
    Agreement,
    Authorization,
    Capture,
    Order,
    Records,
    Refund,
    Thing,
)
from teiki_providers.amazon_pay.v1_wire import Tree, moment, money
from teiki_sim.calendar import DAY, month_of, month_start

__all__ = [
    "LIFE",
    "MONTHLY",
    "VALIDITY",
    "agreement",
    "authorization",
    "capture",
    "order",
    "refund",
    "status",
]

#: Yen that an agreement may be charged in a calendar month (documented).
MONTHLY = 100_000
#: Days that an authorisation (documented; sandbox objects print as many) and an order reference live.
VALIDITY, LIFE = 30, 180

_WHY = {
    "BuyerConsentNotSet": "The buyer has not given consent for this billing agreement.",
    "PaymentPlanNotSet": "The buyer has not selected a payment method.",
    "PaymentMethodNotAllowed": "The selected payment method is not allowed here.",
    "AmountNotSet": "The order total has not been set.",
}
_BUYER = {"Name": "天城 花子", "Email": "buyer@example.com"}
_PLACE = {"City": "目黒区", "StateOrRegion": "東京都", "PostalCode": "153-0064", "CountryCode": "JP"}
_ADDRESS = {"Name": "天城 花子", "AddressLine1": "下目黒1-8-1", "AddressLine2": "見本", **_PLACE, "Phone": "0300000000"}  # fmt: skip


def status(thing: Thing, updated: str = "LastUpdateTimestamp") -> Tree:
    """The state with its reason. Agreements spell the instant's name in their own way."""
    told: dict[str, Any] = {"State": thing.state, updated: moment(thing.updated)}
    if thing.reason:
        told["ReasonCode"] = thing.reason
    if thing.words:
        told["ReasonDescription"] = thing.words
    return told


def _constraints(ids: list[str]) -> dict[str, Any]:
    named = [{"ConstraintID": one, "Description": _WHY.get(one, one)} for one in ids]
    return {"Constraints": {"Constraint": named}} if named else {}


def _buyer(seen: bool) -> dict[str, Any]:
    """Before a confirm only the place is told, unless the buyer's token comes along."""
    place = {"DestinationType": "Physical", "PhysicalDestination": _ADDRESS if seen else _PLACE}
    return {**({"Buyer": _BUYER} if seen else {}), "Destination": place}


def _attributes(given: dict[str, Any], seller: str) -> dict[str, Any]:
    """Dotted names as a tree; the seller's own group is always there."""
    tree: dict[str, Any] = {seller: {}}
    for name, value in given.items():
        *groups, last = name.split(".")
        into = tree
        for group in groups:
            into = into.setdefault(group, {})
        into[last] = str(value).lower() if isinstance(value, bool) else value
    return tree


def _environment(thing: Thing) -> dict[str, Any]:
    return {
        "ReleaseEnvironment": "Live" if thing.live else "Sandbox",
        "CreationTimestamp": moment(thing.at),
    }


def agreement(one: Agreement, records: Records, now: int, seen: bool) -> Tree:
    """A billing agreement. ``seen``: whether buyer and address are told."""
    month = month_of(now // DAY)
    limits = {
        "AmountLimitPerTimePeriod": money(MONTHLY),
        "TimePeriodStartDate": moment(month_start(month) * DAY),
        "TimePeriodEndDate": moment(month_start(month + 1) * DAY),
        "CurrentRemainingBalance": money(max(0, MONTHLY - records.spent(one, month))),
    }
    return {
        "AmazonBillingAgreementId": one.id,
        "BillingAgreementStatus": status(one, "LastUpdatedTimestamp"),
        "BillingAgreementLimits": limits,
        "BillingAgreementConsent": str(one.consent).lower(),
        **(_constraints(one.constraints) if one.state == "Draft" else {}),
        **_attributes(one.attributes, "SellerBillingAgreementAttributes"),
        **_buyer(seen or one.confirmed),
        **_environment(one),
        "OrderLanguage": "ja-JP",
    }


def order(one: Order, seen: bool = False) -> Tree:
    """An order reference. Its total is what it was authorised with, whatever the shop edited since (SS-AMZ-01)."""
    parent = {"ParentDetails": {"Type": "BillingAgreement", "Id": one.agreement}} if one.agreement else {}
    return {
        "AmazonOrderReferenceId": one.id,
        "OrderReferenceStatus": status(one),
        **({"OrderTotal": money(one.total)} if one.total is not None else {}),
        **(_constraints(one.constraints) if one.state == "Draft" else {}),
        **_attributes(one.attributes, "SellerOrderAttributes"),
        **_buyer(seen or one.confirmed),
        **_environment(one),
        "ExpirationTimestamp": moment(one.at + LIFE * DAY),
        "IdList": {"member": one.authorizations} if one.authorizations else None,
        **parent,
        "OrderLanguage": "ja-JP",
    }


def _ids(ids: list[str]) -> Tree | None:
    return {"member": ids} if ids else None


def authorization(one: Authorization, records: Records) -> Tree:
    """An authorisation."""
    captured = records.captured(one)
    soft = {"SoftDecline": str(one.soft).lower()} if one.state == "Declined" else {}
    return {
        "AmazonAuthorizationId": one.id,
        "AuthorizationReferenceId": one.reference,
        "AuthorizationAmount": money(one.amount),
        # Before a capture a bare 0, as recorded.
        "CapturedAmount": money(captured) if captured else {"Amount": "0", "CurrencyCode": "JPY"},
        "AuthorizationFee": money(0),
        "IdList": _ids(one.captures),
        "CreationTimestamp": moment(one.at),
        "ExpirationTimestamp": moment(one.at + VALIDITY * DAY),
        "AuthorizationStatus": status(one),
        **soft,
        "CaptureNow": str(one.capture_now).lower(),
        "SoftDescriptor": f"AMZ*{one.descriptor or 'teiki'}",
        "SellerAuthorizationNote": one.note,
    }


def capture(one: Capture, records: Records) -> Tree:
    """A capture."""
    return {
        "AmazonCaptureId": one.id,
        "CaptureReferenceId": one.reference,
        "CaptureAmount": money(one.amount),
        "RefundedAmount": money(records.refunded(one)),
        "CaptureFee": money(0),
        "IdList": _ids(one.refunds),
        "CreationTimestamp": moment(one.at),
        "CaptureStatus": status(one),
        "SoftDescriptor": f"AMZ*{one.descriptor or 'teiki'}",
        "SellerCaptureNote": one.note,
    }


def refund(one: Refund) -> Tree:
    """A refund."""
    return {
        "AmazonRefundId": one.id,
        "RefundReferenceId": one.reference,
        "RefundType": "SellerInitiated",
        "RefundAmount": money(one.amount),
        "FeeRefunded": money(0),
        "CreationTimestamp": moment(one.at),
        "RefundStatus": status(one),
        "SoftDescriptor": f"AMZ*{one.descriptor or 'teiki'}",
        "SellerRefundNote": one.note,
    }
