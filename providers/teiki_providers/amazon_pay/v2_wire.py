"""Version 2's dialect both ways: paths, headers and JSON as calls and answers, and calls as requests.

Documented by the clients' sources and their READMEs (Node SDK 2.3.4, PHP SDK): methods, paths, success codes, field
names. Amounts are whole yen.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from teiki_providers.amazon_pay.v2_codes import status_of
from teiki_providers.amazon_pay.v2_schema import (
    FLAG,
    ID,
    MONEY,
    OPAQUE,
    Kind,
    Wrong,
    each,
    one_of,
    record,
    text,
)
from teiki_providers.exchange import Reply

__all__ = [
    "IDEMPOTENCY",
    "ROUTES",
    "SIMULATION",
    "Call",
    "Route",
    "answer",
    "decode",
    "encode",
    "find",
    "problem",
    "read_answer",
    "read_stamp",
    "stamp",
]

IDEMPOTENCY = "x-amz-pay-idempotency-key"
SIMULATION = "x-amz-pay-simulation-code"
REQUEST_ID = "x-amz-pay-request-id"
_JAPAN = 9 * 3600
_KEY = re.compile(r"[A-Za-z0-9_-]{1,32}")
_UNIT = one_of("Year", "Month", "Week", "Day", "Variable")
_KINDS = one_of("OneTime", "Recurring", "PaymentMethodOnFile")

_METADATA = record(
    {
        "merchantReferenceId": text(256),
        "merchantStoreName": text(50),
        "noteToBuyer": text(255),
        "customInformation": text(4096),
    }
)
_RECURRING = record({"frequency": record({"unit": _UNIT, "value": text(3)}), "amount": MONEY})
_PROVIDER = record({"providerReferenceId": text(256)})
_PAYMENT = record(
    {
        "paymentIntent": one_of("Confirm", "Authorize", "AuthorizeWithCapture"),
        "canHandlePendingAuthorization": FLAG,
        "chargeAmount": MONEY,
        "totalOrderAmount": MONEY,
        "estimateOrderTotal": MONEY,
        "softDescriptor": text(16),
        "presentmentCurrency": one_of("JPY"),
        "allowOvercharge": FLAG,
        "extendExpiration": FLAG,
    }
)
_WEB = record(
    {
        "checkoutReviewReturnUrl": text(512),
        "checkoutResultReturnUrl": text(512),
        "checkoutCancelUrl": text(512),
        "checkoutErrorUrl": text(512),
        "checkoutMode": one_of("ProcessOrder"),
    }
)
#: An address is the buyer's own: it is read and let go of, since none of the answers here gives it back.
_PRIVATE = Kind(lambda value, name: None)

_SESSION: Mapping[str, Kind] = {
    "webCheckoutDetails": _WEB,
    "paymentDetails": _PAYMENT,
    "merchantMetadata": _METADATA,
    "recurringMetadata": _RECURRING,
    "supplementaryData": text(4096),
    "platformId": text(128),
    "providerMetadata": _PROVIDER,
}
_NEW_SESSION: Mapping[str, Kind] = {
    **_SESSION,
    "storeId": text(128),
    "chargePermissionType": _KINDS,
    "scopes": each(text(50)),
    "deliverySpecifications": OPAQUE,
    "productType": one_of("PayAndShip", "PayOnly", "SignIn"),
    "addressDetails": _PRIVATE,
    "cartDetails": OPAQUE,
}
_CHARGE: Mapping[str, Kind] = {
    "chargePermissionId": ID,
    "chargeAmount": MONEY,
    "captureNow": FLAG,
    "softDescriptor": text(16),
    "canHandlePendingAuthorization": FLAG,
    "merchantMetadata": _METADATA,
    "providerMetadata": _PROVIDER,
    "platformId": text(128),
    "chargeInitiator": one_of("CITU", "MITU", "CITR", "MITR"),
    "channel": one_of("Web", "App", "Phone", "PointOfSale"),
}


@dataclass(frozen=True, slots=True)
class Route:
    """One operation: where it is, what its body holds, whether it needs an idempotency key."""

    operation: str
    method: str
    path: tuple[str, ...]  # "" stands for an id
    body: Kind | None = None
    key: bool = False
    ok: int = 200


ROUTES: Mapping[str, Route] = {
    route.operation: route
    for route in (
        Route(
            "create_session",
            "POST",
            ("checkoutSessions",),
            record(_NEW_SESSION, ("webCheckoutDetails", "storeId")),
            True,
            201,
        ),
        Route("get_session", "GET", ("checkoutSessions", "")),
        Route("update_session", "PATCH", ("checkoutSessions", ""), record(_SESSION)),
        Route(
            "complete_session",
            "POST",
            ("checkoutSessions", "", "complete"),
            record({"chargeAmount": MONEY, "totalOrderAmount": MONEY}, ("chargeAmount",)),
        ),
        Route("get_permission", "GET", ("chargePermissions", "")),
        Route(
            "update_permission",
            "PATCH",
            ("chargePermissions", ""),
            record({"merchantMetadata": _METADATA, "recurringMetadata": _RECURRING}),
        ),
        Route(
            "close_permission",
            "DELETE",
            ("chargePermissions", "", "close"),
            record({"closureReason": text(255), "cancelPendingCharges": FLAG}, ("closureReason",)),
        ),
        Route(
            "create_charge",
            "POST",
            ("charges",),
            record(_CHARGE, ("chargePermissionId", "chargeAmount")),
            True,
            201,
        ),
        Route("get_charge", "GET", ("charges", "")),
        Route(
            "update_charge",
            "PATCH",
            ("charges", ""),
            record({"chargeAmount": MONEY, "statusDetails": OPAQUE}),
            True,
        ),
        Route(
            "capture_charge",
            "POST",
            ("charges", "", "capture"),
            record({"captureAmount": MONEY, "softDescriptor": text(16)}, ("captureAmount",)),
            True,
        ),
        Route(
            "cancel_charge",
            "DELETE",
            ("charges", "", "cancel"),
            record({"cancellationReason": text(255)}, ("cancellationReason",)),
        ),
        Route(
            "create_refund",
            "POST",
            ("refunds",),
            record(
                {"chargeId": ID, "refundAmount": MONEY, "softDescriptor": text(16)},
                ("chargeId", "refundAmount"),
            ),
            True,
            201,
        ),
        Route("get_refund", "GET", ("refunds", "")),
        Route("get_buyer", "GET", ("buyers", "")),
    )
}
_BY_PLACE = {(route.method, route.path): route for route in ROUTES.values()}
#: Resources that Amazon has and this sandbox doesn't.
_ELSEWHERE = frozenset(
    (
        "deliveryTrackers",
        "authorizationTokens",
        "reports",
        "report-documents",
        "report-schedules",
        "merchantAccounts",
        "disputes",
        "files",
        "in-store",
    )
)


@dataclass(frozen=True, slots=True)
class Call:
    """One understood request: money as yen, everything else as JSON has it."""

    operation: str
    identity: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    simulation: str = ""


# ---- requests ------------------------------------------------------------------------------------


def find(method: str, path: str) -> tuple[Route, str]:
    """The operation at a path below the version, and the id in it. Raises `Wrong`."""
    parts = tuple(path.strip("/").split("/"))
    identity = parts[1] if len(parts) > 1 else ""
    place = tuple("" if at == 1 else part for at, part in enumerate(parts))
    route = _BY_PLACE.get((method, place))
    if route is not None:
        return route, ID.read(identity, "the id in the path") if "" in route.path else ""
    if parts[0] in _ELSEWHERE or parts[-1] == "finalize" or any(place == known for _, known in _BY_PLACE):
        raise Wrong("UnsupportedOperation", f"{method} is not supported here")
    raise Wrong("ResourceNotFound", "there is nothing at this path")


def decode(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Call:
    """Understand a request; ``path`` is what follows the version. Raises `Wrong`."""
    route, identity = find(method, path)
    key = _key(route, headers)
    fields: Mapping[str, Any] = {}
    if route.body is not None:
        fields = route.body.read(_json(body), "body")
    return Call(route.operation, identity, fields, key, headers.get(SIMULATION, ""))


def _key(route: Route, headers: Mapping[str, str]) -> str:
    key = headers.get(IDEMPOTENCY)
    if not route.key:
        return ""
    if key is None:
        raise Wrong("MissingHeader", f"{IDEMPOTENCY} is missing")
    if not key:
        raise Wrong("MissingHeaderValue", f"{IDEMPOTENCY} is empty")
    if not _KEY.fullmatch(key):
        raise Wrong("InvalidHeaderValue", f"{IDEMPOTENCY} must be at most 32 letters, digits, - or _")
    return key


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8") or "{}", parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Wrong("InvalidRequestFormat", "the body is not JSON") from error


def encode(call: Call) -> tuple[str, str, dict[str, str], bytes]:
    """A call as method, path below the version, headers of its own and body."""
    route = ROUTES[call.operation]
    path = "/" + "/".join(part or call.identity for part in route.path)
    headers = {
        name: value for name, value in ((IDEMPOTENCY, call.key), (SIMULATION, call.simulation)) if value
    }
    body = b""
    if route.body is not None:
        body = json.dumps(route.body.write(call.fields), ensure_ascii=False).encode()
    return route.method, path, headers, body


# ---- answers -------------------------------------------------------------------------------------


def stamp(at: int) -> str:
    """An instant (JST) as Amazon prints it, in UTC."""
    return datetime.fromtimestamp(at - _JAPAN, UTC).strftime("%Y%m%dT%H%M%SZ")


def read_stamp(written: str) -> int:
    """Seconds since 1970 UTC of either of the forms that clients send. Raises ValueError."""
    form = "%Y-%m-%dT%H:%M:%SZ" if "-" in written else "%Y%m%dT%H%M%SZ"
    return int(datetime.strptime(written, form).replace(tzinfo=UTC).timestamp())


def answer(status: int, value: Mapping[str, Any], request_id: str, transaction: str = "") -> Reply:
    """An object as an answer."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Reply(status, body, "application/json", {REQUEST_ID: request_id}, transaction=transaction)


def problem(code: str, message: str, request_id: str, transaction: str = "") -> Reply:
    """An error as Amazon words it."""
    value = {"reasonCode": code, "message": message}
    return answer(status_of(code), value, request_id, transaction)


def read_answer(body: bytes) -> dict[str, Any]:
    """An answer as the shop reads it. Raises ValueError where it is damaged."""
    value = json.loads(body.decode("utf-8"))
    if isinstance(value, dict):
        return value
    raise ValueError("an answer is an object")
