"""Version 2's objects as the wire shows them, made from the records and the ledger.

Field names are documented (the .NET SDK's types); what a field holds in which state is recorded from the Japanese
sandbox, by third parties.
"""

from collections.abc import Mapping
from typing import Any

from teiki_providers.amazon_pay.v2_records import Charge, Permission, Records, Refund, Session
from teiki_providers.amazon_pay.v2_schema import MONEY
from teiki_providers.amazon_pay.v2_states import ChargeState, PermissionState, SessionState
from teiki_providers.amazon_pay.v2_wire import ROUTES, stamp
from teiki_sim.calendar import month_of

__all__ = ["balance", "buyer", "charge", "constraints", "permission", "refund", "session", "standing"]

_REDIRECT = "https://payments.amazon.co.jp/checkout/processing?amazonCheckoutSessionId="
_DAY = 86400
_DEAD = (ChargeState.DECLINED, ChargeState.CANCELED, ChargeState.EXPIRED)
_TAKEN = (ChargeState.CAPTURED, ChargeState.CAPTURE_INITIATED)
_CONSTRAINTS: Mapping[str, str] = {
    "BuyerNotAssociated": "There is no buyer associated with the Checkout Session.",
    "ChargeAmountNotSet": "chargeAmount is not set.",
    "CheckoutResultReturnUrlNotSet": "checkoutResultReturnUrl is not set.",
    "PaymentIntentNotSet": "paymentIntent is not set.",
    "RecurringFrequencyNotSet": "recurringMetadata.frequency is not set.",
}


def _money(yen: int | None) -> dict[str, str] | None:
    return None if yen is None else MONEY.write(yen)


def _status(state: str, reason: str, changed: int, description: str | None = None) -> dict[str, Any]:
    return {
        "state": state,
        "reasonCode": reason or None,
        "reasonDescription": description,
        "lastUpdatedTimestamp": stamp(changed),
    }


def _blocks(operation: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """What a shop gave, in the wire's form: with its amounts as objects."""
    body = ROUTES[operation].body
    return {} if body is None else body.write(given)


# ---- sessions ------------------------------------------------------------------------------------


def constraints(session: Session) -> list[str]:
    """What still keeps the buyer from paying."""
    payment: Mapping[str, Any] = session.given.get("paymentDetails", {})
    missing = {
        "BuyerNotAssociated": session.token,
        "ChargeAmountNotSet": payment.get("chargeAmount"),
        "CheckoutResultReturnUrlNotSet": session.given["webCheckoutDetails"].get("checkoutResultReturnUrl"),
        "PaymentIntentNotSet": payment.get("paymentIntent"),
    }
    if session.given.get("chargePermissionType") == "Recurring":
        missing["RecurringFrequencyNotSet"] = session.given.get("recurringMetadata", {}).get("frequency")
    return [name for name, value in missing.items() if not value]


def _constraint(name: str) -> dict[str, str]:
    return {"constraintId": name, "description": _CONSTRAINTS[name]}


def session(records: Records, session: Session) -> dict[str, Any]:
    """A checkout session; once completed, little but its ids is left."""
    is_open = session.state == SessionState.OPEN
    given = _blocks("create_session", session.given)
    missing = constraints(session) if is_open else []
    web = dict.fromkeys(
        ("checkoutReviewReturnUrl", "checkoutResultReturnUrl", "checkoutCancelUrl", "checkoutMode")
    )
    ready = is_open and not missing
    signed_in = is_open and bool(session.token)
    return {
        "checkoutSessionId": session.id,
        "webCheckoutDetails": {
            **web,
            **given["webCheckoutDetails"],
            "amazonPayRedirectUrl": f"{_REDIRECT}{session.id}" if ready else None,
        }
        if is_open
        else None,
        "productType": given.get("productType", "PayAndShip"),
        "chargePermissionType": given.get("chargePermissionType", "OneTime"),
        "recurringMetadata": given.get("recurringMetadata"),
        "paymentDetails": given.get("paymentDetails") if is_open else None,
        "merchantMetadata": given.get("merchantMetadata") if is_open else None,
        "supplementaryData": given.get("supplementaryData"),
        "buyer": buyer(records, session.token) if signed_in else None,
        "billingAddress": _address() if signed_in else None,
        "shippingAddress": _address() if signed_in else None,
        "paymentPreferences": _preferences(session.card) if signed_in else [None],
        "statusDetails": _status(session.state, session.reason, session.changed),
        "constraints": [_constraint(name) for name in missing],
        "chargePermissionId": session.permission or None,
        "chargeId": session.charge or None,
        "storeId": given.get("storeId"),
        "deliverySpecifications": given.get("deliverySpecifications"),
        "providerMetadata": given.get("providerMetadata", {"providerReferenceId": None}),
        "platformId": given.get("platformId"),
        "creationTimestamp": stamp(session.created),
        "expirationTimestamp": stamp(session.expires),
        "releaseEnvironment": session.where.environment,
    }


def buyer(records: Records, token: str) -> dict[str, Any] | None:
    """The buyer of a token: a test persona, unless the control side named one."""
    return records.buyers.get(token)


def _address() -> dict[str, Any]:
    """The test persona's address: no real one comes in."""
    return {
        "name": "テスト 太郎",
        "addressLine1": "下目黒1-8-1",
        "addressLine2": "テストビル",
        "addressLine3": None,
        "city": None,
        "county": None,
        "district": None,
        "stateOrRegion": "東京都",
        "postalCode": "153-0064",
        "countryCode": "JP",
        "phoneNumber": "0300000000",
    }


def _preferences(card: str) -> list[dict[str, Any]]:
    return [{"paymentDescriptor": f"Visa ****{card} (Amazon Pay)" if card else None}]


# ---- permissions ---------------------------------------------------------------------------------


def _used(records: Records, permission: Permission) -> int:
    """What of the limit is used: by living charges, for a recurring one those of this month."""
    month = month_of(records.house.now // _DAY)
    used = 0
    for name in permission.charges:
        charge = records.charges[name]
        this_month = month_of(charge.created // _DAY) == month
        if charge.state not in _DEAD and (permission.kind == "OneTime" or this_month):
            used += captured(records, charge) or charge.amount
    return used


def balance(records: Records, permission: Permission) -> int:
    """What may still be charged."""
    return max(0, permission.limit - _used(records, permission))


def standing(records: Records, permission: Permission) -> tuple[PermissionState, str]:
    """A permission's state and reason now: an open authorisation bars a one-time one."""
    barred = permission.state == PermissionState.CHARGEABLE and permission.kind == "OneTime"
    if barred and any(records.live(permission)):
        return PermissionState.NON_CHARGEABLE, "ChargeInProgress"
    return permission.state, permission.reason


def permission(records: Records, permission: Permission) -> dict[str, Any]:
    """A charge permission."""
    state, reason = standing(records, permission)
    given = _blocks("create_session", permission.given)
    reasons = [{"reasonCode": reason, "reasonDescription": permission.why or None}] if reason else None
    alive = state != PermissionState.CLOSED
    return {
        "chargePermissionId": permission.id,
        "chargePermissionReferenceId": None,
        "chargePermissionType": permission.kind,
        "recurringMetadata": given.get("recurringMetadata"),
        "platformId": given.get("platformId"),
        "buyer": buyer(records, permission.token),
        "shippingAddress": _address() if alive and permission.token else None,
        "billingAddress": _address() if alive and permission.token else None,
        "paymentPreferences": _preferences(""),
        "statusDetails": {
            "state": state,
            "reasons": reasons,
            "lastUpdatedTimestamp": stamp(permission.changed),
        },
        "limits": {
            "amountLimit": _money(permission.limit),
            "amountBalance": _money(balance(records, permission)),
        }
        if permission.limit
        else None,
        "presentmentCurrency": "JPY",
        "merchantMetadata": given.get("merchantMetadata"),
        "creationTimestamp": stamp(permission.created),
        "expirationTimestamp": stamp(permission.expires),
        "releaseEnvironment": permission.where.environment,
    }


# ---- charges and refunds -------------------------------------------------------------------------


def captured(records: Records, charge: Charge) -> int:
    """What the ledger has captured of a charge."""
    ledger = records.house.ledger
    return int(ledger.captured[charge.number]) if ledger.knows(charge.number) else 0


def charge(records: Records, charge: Charge) -> dict[str, Any]:
    """A charge; its amount stays what it was, whatever the shop edits, and the captured amount tells what was taken."""
    is_taken = charge.state in _TAKEN
    expired = charge.state == ChargeState.EXPIRED
    given = _blocks("create_charge", charge.given)
    back = records.house.ledger.refunded.get(charge.number, 0)
    descriptor = given.get("softDescriptor")
    return {
        "chargeId": charge.id,
        "chargePermissionId": charge.permission,
        "chargeAmount": _money(charge.amount),
        "captureAmount": _money(captured(records, charge)) if is_taken else None,
        "refundedAmount": _money(back) if is_taken else None,
        "softDescriptor": f"AMZ*{descriptor}"[:16] if descriptor else None,
        "captureNow": given.get("captureNow", False),
        "canHandlePendingAuthorization": given.get("canHandlePendingAuthorization", False),
        "merchantMetadata": given.get("merchantMetadata"),
        "providerMetadata": given.get("providerMetadata", {"providerReferenceId": None}),
        "platformId": given.get("platformId"),
        "convertedAmount": None,
        "conversionRate": None,
        "channel": given.get("channel", "Web"),
        "chargeInitiator": given.get("chargeInitiator"),
        "statusDetails": _status(
            ChargeState.CANCELED if expired else charge.state, charge.reason, charge.changed
        ),
        "creationTimestamp": stamp(charge.created),
        "expirationTimestamp": stamp(charge.expires),
        "releaseEnvironment": records.permissions[charge.permission].where.environment,
    }


def refund(records: Records, refund: Refund) -> dict[str, Any]:
    """A refund."""
    permission = records.permissions[records.charges[refund.charge].permission]
    return {
        "refundId": refund.id,
        "chargeId": refund.charge,
        "refundAmount": _money(refund.amount),
        "softDescriptor": f"AMZ*{refund.descriptor}"[:16] if refund.descriptor else None,
        "statusDetails": _status(refund.state, refund.reason, refund.changed),
        "creationTimestamp": stamp(refund.created),
        "releaseEnvironment": permission.where.environment,
    }
