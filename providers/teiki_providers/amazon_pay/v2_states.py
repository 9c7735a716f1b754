"""The lives of version 2's objects as tables: what each state permits, and the code that refuses the rest.

The ledger's book decides on money; these tables hold what the wire knows more finely.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from teiki_providers.books import Move, Refused
from teiki_providers.states import State

__all__ = [
    "CHARGE_TABLE",
    "LATER",
    "PERMISSION_TABLE",
    "SESSION_TABLE",
    "ChargeState",
    "PermissionState",
    "RefundState",
    "SessionState",
]

_CHARGE = "Amazon Pay API v2, Charge (operations by state)"
_PERMISSION = "Amazon Pay API v2, Charge Permission (states)"
_SESSION = "Amazon Pay API v2, Checkout Session (states)"
_EDIT = "Amazon Pay API v2, Update info post checkout"


class SessionState(StrEnum):
    """A checkout session's states, as the wire names them."""

    OPEN = "Open"
    COMPLETED = "Completed"
    CANCELED = "Canceled"


class PermissionState(StrEnum):
    """A charge permission's states."""

    CHARGEABLE = "Chargeable"
    NON_CHARGEABLE = "NonChargeable"
    CLOSED = "Closed"


class ChargeState(StrEnum):
    """A charge's states. The wire says "Canceled" for EXPIRED, with the reason ExpiredUnused."""

    INITIATED = "AuthorizationInitiated"
    AUTHORIZED = "Authorized"
    CAPTURE_INITIATED = "CaptureInitiated"
    CAPTURED = "Captured"
    CANCELED = "Canceled"
    EXPIRED = "ExpiredUnused"
    DECLINED = "Declined"


class RefundState(StrEnum):
    """A refund's states: it is always asynchronous."""

    INITIATED = "RefundInitiated"
    REFUNDED = "Refunded"
    DECLINED = "Declined"


Cell = Move | Refused
_S = TypeVar("_S", bound=StrEnum)


def _grid(operations: tuple[str, ...], rows: Mapping[_S, tuple[Cell, ...]]) -> Mapping[tuple[_S, str], Cell]:
    """A table from its lines."""
    return {
        (state, operation): cell
        for state, row in rows.items()
        for operation, cell in zip(operations, row, strict=True)
    }


YES = Move(None, _CHARGE)
NO = Refused("InvalidChargeStatus", _CHARGE)
#: EXPIRED: the book lets an order be cancelled whose authorisation died.
DEAD = Move(None, "an order whose authorisation died can still be cancelled", False)
FIXED = Refused("UnsupportedOperation", "Amazon Pay API v2: for payment service providers only (SS-AMZ-01)")

_C = ChargeState
CHARGE_TABLE = _grid(
    ("get", "capture", "cancel", "refund", "update"),
    {
        #                      get  capture cancel refund update
        _C.INITIATED: (YES, NO, YES, NO, FIXED),
        _C.AUTHORIZED: (YES, YES, YES, NO, FIXED),
        _C.CAPTURE_INITIATED: (YES, NO, NO, NO, FIXED),
        _C.CAPTURED: (YES, NO, NO, YES, FIXED),
        _C.CANCELED: (YES, NO, NO, NO, FIXED),
        _C.EXPIRED: (YES, NO, DEAD, NO, FIXED),
        _C.DECLINED: (YES, NO, NO, NO, FIXED),
    },
)

_P = PermissionState
HERE, DONE = Move(None, _PERMISSION), Move(None, _EDIT)
SHUT = Refused("InvalidChargePermissionStatus", "the name from Amazon's Magento extension", False)
SEALED = Refused("ChargePermissionNotModifiable", _EDIT)
PERMISSION_TABLE = _grid(
    ("get", "update", "close", "charge"),
    {
        #                 get update close charge; what a closed one-time permission may still get is in the room
        _P.CHARGEABLE: (HERE, DONE, HERE, HERE),
        _P.NON_CHARGEABLE: (HERE, DONE, HERE, SHUT),
        _P.CLOSED: (HERE, SEALED, SHUT, SHUT),
    },
)

_O = SessionState
OPENED = Move(None, _SESSION)
OVER = Refused("InvalidCheckoutSessionStatus", "third parties' error lists", False)
FAILED = Refused("CheckoutSessionCanceled", _SESSION)
SESSION_TABLE = _grid(
    ("get", "update", "complete"),
    {
        #             get update complete
        _O.OPEN: (OPENED, OPENED, OPENED),
        _O.COMPLETED: (OPENED, OVER, OVER),
        _O.CANCELED: (OPENED, OVER, FAILED),
    },
)

#: What became of a charge in the ledger since its state was noted: the new state and its reason.
LATER: Mapping[tuple[ChargeState, State], tuple[ChargeState, str]] = {
    (_C.INITIATED, State.AUTHORISED): (_C.AUTHORIZED, ""),
    (_C.INITIATED, State.DECLINED): (_C.DECLINED, "HardDeclined"),
    (_C.INITIATED, State.EXPIRED): (_C.EXPIRED, "ExpiredUnused"),
    (_C.INITIATED, State.CANCELLED): (_C.CANCELED, "AmazonCanceled"),
    (_C.AUTHORIZED, State.PENDING): (_C.INITIATED, ""),
    (_C.AUTHORIZED, State.DECLINED): (_C.DECLINED, "HardDeclined"),
    (_C.AUTHORIZED, State.EXPIRED): (_C.EXPIRED, "ExpiredUnused"),
    (_C.AUTHORIZED, State.CANCELLED): (_C.CANCELED, "AmazonCanceled"),
    (_C.AUTHORIZED, State.CAPTURED): (_C.CAPTURED, ""),
    (_C.AUTHORIZED, State.REFUNDED): (_C.CAPTURED, ""),
    (_C.EXPIRED, State.CANCELLED): (_C.CANCELED, "MerchantCanceled"),
}
