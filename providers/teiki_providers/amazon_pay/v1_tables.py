"""Which action each object of version 1 permits in which state: tables, "" for permitted, else the code refused with.

Documented are the states and which of them permit what; the codes for agreements, order references and closing
are names seen in the field, and refusing a second close is modelled.
"""

from collections.abc import Mapping

from teiki_providers.amazon_pay.v1_codes import Problem

__all__ = [
    "AGREEMENT",
    "AUTHORIZATION",
    "CAPTURE",
    "CONSEQUENCES",
    "ORDER",
    "Table",
    "permit",
]

Table = Mapping[tuple[str, str], str]


def _grid(acts: str, rows: Mapping[str, str]) -> Table:
    """The cells of a grid; "+" is permitted."""
    return {
        (state, act): "" if cell == "+" else cell
        for state, row in rows.items()
        for act, cell in zip(acts.split(), row.split(), strict=True)
    }


_AGREEMENT_STATUS = "InvalidBillingAgreementStatus"
_FIXED = "BillingAgreementNotModifiable"
_ENDED = f"{_FIXED} {_AGREEMENT_STATUS} {_AGREEMENT_STATUS} {_AGREEMENT_STATUS} {_AGREEMENT_STATUS}"

AGREEMENT = _grid(
    "set confirm validate order authorise close",
    {
        "Draft": f"+ + {_AGREEMENT_STATUS} + {_AGREEMENT_STATUS} InvalidCloseAttempt",
        "Open": f"{_FIXED} + + + + +",
        "Suspended": f"{_ENDED} +",
        "Canceled": f"{_ENDED} InvalidCloseAttempt",
        "Closed": f"{_ENDED} InvalidCloseAttempt",
    },
)

_ORDER_STATUS = "InvalidOrderReferenceStatus"
_SET = "OrderReferenceNotModifiable"

ORDER = _grid(
    "set attributes confirm authorise cancel close",
    {
        "Draft": f"+ + + {_ORDER_STATUS} + InvalidCloseAttempt",
        "Open": f"{_SET} + + + + +",
        "Suspended": f"{_SET} + {_ORDER_STATUS} {_ORDER_STATUS} + +",
        "Canceled": f"{_SET} {_ORDER_STATUS} {_ORDER_STATUS} {_ORDER_STATUS} InvalidCancelAttempt InvalidCloseAttempt",
        "Closed": f"{_SET} {_ORDER_STATUS} {_ORDER_STATUS} {_ORDER_STATUS} InvalidCancelAttempt InvalidCloseAttempt",
    },
)

_NOT_OPEN = "InvalidAuthorizationStatus"

AUTHORIZATION = _grid(
    "capture close",
    {
        "Pending": f"{_NOT_OPEN} {_NOT_OPEN}",
        "Open": "+ +",
        "Declined": f"{_NOT_OPEN} {_NOT_OPEN}",
        "Closed": f"{_NOT_OPEN} {_NOT_OPEN}",
    },
)

#: A capture whose amount is used up is left to the ledger, which says that the amount is too high.
CAPTURE = _grid(
    "refund",
    {
        "Pending": "CaptureNotRefundable",
        "Completed": "+",
        "Declined": "CaptureNotRefundable",
        "Closed": "+",
    },
)

#: What a decline does to the order reference and to the agreement: the state and its reason, "" for nothing.
CONSEQUENCES: Mapping[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "InvalidPaymentMethod": (("Suspended", "InvalidPaymentMethod"), ("Suspended", "InvalidPaymentMethod")),
    "AmazonRejected": (("Closed", "AmazonClosed"), ("", "")),
    # Not verdicts but errors of the call, which tell how the agreement stands (SS-AMZ-04).
    "InvalidBillingAgreementStatus": (("", ""), ("Suspended", "InvalidPaymentMethod")),
}

_SAYS = {
    "set": "can't be modified",
    "close": "can't be closed",
    "cancel": "can't be canceled",
}


def permit(table: Table, identity: str, state: str, act: str) -> None:
    """Raises `Problem` where the table forbids an act in a state."""
    code = table[state, act]
    if code:
        does = _SAYS.get(act, f"doesn't permit {act}")
        raise Problem(code, f"{identity} is in state {state} and {does}.")
