"""Magic values of version 1: a JSON text in a note field, and the starred cards of the sandbox's wallet.

Those of authorisations are documented; for captures and refunds only the envelope is, the combinations are modelled.
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from teiki_providers.amazon_pay.v1_codes import Problem
from teiki_providers.said import Instrument

__all__ = ["CARDS", "INSTRUMENTS", "simulation"]

_KEY = "SandboxSimulation"
_MOST_MINUTES = 1440
_DOC = "Amazon Pay: sandbox simulations (version 1)"


class _Combination(NamedTuple):
    note: str
    state: str
    reason: str
    minutes: str
    does_ja: str
    does_en: str
    documented: bool


_AUTHORIZATION, _CAPTURE, _REFUND = "SellerAuthorizationNote", "SellerCaptureNote", "SellerRefundNote"
_COMBINATIONS: tuple[_Combination, ...] = (
    _Combination(
        _AUTHORIZATION, "Declined", "InvalidPaymentMethod", "PaymentMethodUpdateTimeInMins",
        "拒否(支払方法)。指定分後に購入者が直す", "declined: card; the buyer repairs it after so many minutes", True,
    ),
    _Combination(_AUTHORIZATION, "Declined", "AmazonRejected", "", "拒否(Amazon)", "declined: by Amazon", True),
    _Combination(_AUTHORIZATION, "Declined", "TransactionTimedOut", "", "時間切れ", "declined: timed out", True),
    _Combination(
        _AUTHORIZATION, "Closed", "ExpiredUnused", "ExpirationTimeInMins",
        "指定分後に未使用のまま失効", "expires unused after so many minutes", True,
    ),
    _Combination(_AUTHORIZATION, "Closed", "AmazonClosed", "", "Amazonが終了", "closed by Amazon", True),
    _Combination(_CAPTURE, "Pending", "", "", "売上請求が30秒保留", "the capture is pending for 30 s", False),
    _Combination(_CAPTURE, "Declined", "AmazonRejected", "", "売上請求を拒否", "the capture is declined", False),
    _Combination(_CAPTURE, "Declined", "ProcessingFailure", "", "売上請求が失敗", "the capture fails", False),
    _Combination(_REFUND, "Declined", "AmazonRejected", "", "返金を拒否", "the refund is declined", False),
    _Combination(_REFUND, "Declined", "ProcessingFailure", "", "返金が失敗", "the refund fails", False),
)  # fmt: skip

#: What the wallet's starred cards bring (documented); they are chosen with ``update_card``.
CARDS: tuple[str, ...] = (
    "PaymentMethodNotAllowed",
    "InvalidPaymentMethod",
    "AmazonRejected",
    "TransactionTimedOut",
)


def _example(one: _Combination) -> str:
    asked: dict[str, Any] = {"State": one.state}
    if one.reason:
        asked["ReasonCode"] = one.reason
    if one.minutes:
        asked[one.minutes] = 1
    return json.dumps({_KEY: asked}, separators=(",", ":"))


INSTRUMENTS: tuple[Instrument, ...] = (
    *(
        Instrument("amazon_pay", one.note, _example(one), one.does_ja, one.does_en, _DOC, one.documented)
        for one in _COMBINATIONS
    ),
    *(
        Instrument("amazon_pay", "card", card, f"星印のカード: {card}", f"starred card: {card}", _DOC, True)
        for card in CARDS
    ),
)


def _refused(what: str) -> Problem:
    return Problem("InvalidSandboxSimulationSpecified", f"The sandbox simulation is not supported: {what}.")


def _asked(note: str) -> Mapping[str, Any]:
    try:
        asked = json.loads(note)[_KEY]
    except (ValueError, LookupError, TypeError, RecursionError) as problem:
        raise _refused("no JSON object") from problem
    if not isinstance(asked, Mapping):
        raise _refused("no JSON object")
    return asked


def _minutes(name: str, value: Any) -> int:
    text = str(value)
    if isinstance(value, bool) or not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise _refused(f"{name} is no number")
    if not 1 <= int(text) <= _MOST_MINUTES:
        raise _refused(f"{name} is not between 1 and {_MOST_MINUTES}")
    return int(text)


def simulation(field: str, note: str) -> dict[str, Any] | None:
    """What a note asks to be simulated, None where it is an ordinary note. Raises `Problem`."""
    if _KEY not in note:
        return None
    asked = _asked(note)
    state, reason = asked.get("State"), asked.get("ReasonCode", "")
    one = next((c for c in _COMBINATIONS if (c.note, c.state, c.reason) == (field, state, reason)), None)
    if one is None:
        raise _refused(f"{state} with {reason}"[:80])
    found: dict[str, Any] = {"State": one.state, "ReasonCode": one.reason}
    if one.minutes and one.minutes in asked:
        found[one.minutes] = _minutes(one.minutes, asked[one.minutes])
    if one.reason == "InvalidPaymentMethod" and "SoftDecline" in asked:
        found["SoftDecline"] = str(asked["SoftDecline"]).lower()
    return found
