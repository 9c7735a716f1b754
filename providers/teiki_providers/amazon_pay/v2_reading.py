"""Reading a request of version 2: signature, stamp, headers and JSON, each turned away in Amazon's words.

Which code answers which flaw of authentication is known from third parties' lists only, and so modelled.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from teiki_providers.amazon_pay.v2_instruments import SIMULATIONS
from teiki_providers.amazon_pay.v2_keys import STORE_KEY_ID
from teiki_providers.amazon_pay.v2_records import FRONT
from teiki_providers.amazon_pay.v2_schema import Wrong
from teiki_providers.amazon_pay.v2_signature import Authorization, fits, public_key
from teiki_providers.amazon_pay.v2_wire import (
    IDEMPOTENCY,
    SIMULATION,
    Call,
    decode,
    find,
    problem,
    read_stamp,
)
from teiki_providers.credentials import Credential
from teiki_providers.exchange import Request, Turned
from teiki_providers.reference import ASKED, Reference
from teiki_providers.said import Said

if TYPE_CHECKING:
    from teiki_providers.house import House

__all__ = ["PREFIXES", "read"]

PREFIXES = ("/v2/", "/sandbox/v2/", "/live/v2/")
_PATH = re.compile(r"/(?:(sandbox|live)/)?v2(/.*)")
#: More than any request has.
_MOST_BYTES = 256 * 1024
#: By how much a client's stamp may be off (as in version 1).
_TOLERANCE = 15 * 60
_STAMP = "x-amz-pay-date"
_NEEDED = (_STAMP, "x-amz-pay-region")


def read(house: House, request: Request) -> Said:
    """Understand a request. Raises `Turned`."""
    try:
        return _read(house, request)
    except Wrong as wrong:
        digest = sha256(request.path.encode("utf-8", "replace") + request.body).hexdigest()
        request_id = "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32]))
        raise Turned(problem(wrong.code, str(wrong), request_id), str(wrong)) from wrong


def _read(house: House, request: Request) -> Said:
    if len(request.body) > _MOST_BYTES:
        raise Wrong("InvalidRequest", "the request is too large")
    found = _PATH.fullmatch(request.path)
    if found is None:
        raise Wrong("InvalidAPIVersion", "the path has no version")
    said, shop = _authenticated(house, request)
    environment = _environment(found[1], said.key)
    own = said.key == STORE_KEY_ID
    if not own:
        _judge_stamp(request)
    reference = Reference.parse(request.headers.get(ASKED, ""))
    call, probe = _understood(request, found[2], own and reference is not None)
    _check(call, environment, own, shop)
    fields: dict[str, Any] = {
        "id": call.identity,
        "fields": dict(call.fields),
        "key": call.key,
        "digest": sha256(f"{request.method} {found[2]} ".encode() + request.body).hexdigest(),
        "simulation": call.simulation,
        "merchant": shop.extra.get("seller") or shop.name,
        "environment": environment,
        "own": own,
        "probe": probe,
    }
    return Said(FRONT, call.operation, fields, reference)


def _authenticated(house: House, request: Request) -> tuple[Authorization, Credential]:
    header = request.headers.get("authorization")
    if not header:
        raise Wrong("UnauthorizedAccess", "the authorization header is missing")
    said = Authorization.parse(header)
    if said is None:
        raise Wrong("InvalidRequestSignature", "the authorization header is not of a known form")
    for name in _NEEDED:
        if name not in request.headers:
            raise Wrong("MissingHeader", f"{name} is missing")
    shop = house.credentials.find(FRONT, said.key)
    key = public_key(shop.secret) if shop is not None else None
    if shop is None or key is None:
        raise Wrong("InvalidAuthentication", "the public key id is not known")
    if _STAMP not in said.headers or not fits(request, said, key):
        raise Wrong("InvalidRequestSignature", "the signature does not match the request")
    return said, shop


def _environment(named: str | None, key: str) -> str:
    """The environment is in the path, or else in the key's name."""
    if named is not None:
        return "Sandbox" if named == "sandbox" else "Live"
    return "Live" if key.upper().startswith("LIVE") else "Sandbox"


def _judge_stamp(request: Request) -> None:
    try:
        at = read_stamp(request.headers[_STAMP])
    except (ValueError, OverflowError) as error:
        raise Wrong("InvalidHeaderValue", f"{_STAMP} is not an instant") from error
    if request.wall is not None and abs(request.wall - at) > _TOLERANCE:
        raise Wrong("InvalidHeaderValue", f"{_STAMP} is more than 15 minutes off")


def _understood(request: Request, path: str, may_probe: bool) -> tuple[Call, bool]:
    """The call, and whether it is an empty one by which teiki's own store finds out if a key is known."""
    try:
        return decode(request.method, path, request.headers, request.body), False
    except Wrong as wrong:
        route, _ = find(request.method, path)
        if not (may_probe and route.operation == "create_charge" and wrong.code == "MissingParameterValue"):
            raise
    fields = (
        {} if request.body == b"{}" else {"captureNow": False}
    )  # a charge to replace is asked after itself
    return Call("create_charge", "", fields, request.headers.get(IDEMPOTENCY, "")), True


def _check(call: Call, environment: str, own: bool, shop: Credential) -> None:
    """What goes beyond single fields."""
    simulations = SIMULATIONS.get(call.operation, {}) if environment == "Sandbox" else {}
    if call.simulation and call.simulation not in simulations:
        raise Wrong("InvalidSandboxSimulationSpecified", f"{SIMULATION} has no such code for this call")
    store = shop.extra.get("store")
    if call.operation == "create_session" and store and call.fields.get("storeId") != store:
        raise Wrong("InvalidParameterValue", "storeId is not one of this merchant's")
    for name in ("chargeAmount", "captureAmount", "refundAmount"):
        if call.fields.get(name) == 0 and not own:
            raise Wrong("InvalidParameterValue", f"{name}.amount must be above 0")
