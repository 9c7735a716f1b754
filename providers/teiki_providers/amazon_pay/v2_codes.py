"""Codes that Amazon Pay answers in version 2, with their HTTP status, and what the ledger's words are in them.

Only the codes of 400 and 401 are documented with their status; those of other statuses are known from third
parties' lists, and so are modelled here.
"""

from collections.abc import Mapping
from typing import NamedTuple

from teiki_providers.books import Code

__all__ = ["CODES", "LEDGER_WORDS", "WIRE_CODES", "Known", "ledger_word", "status_of", "wire_code"]

_ERRORS = "Amazon Pay API v2, Manage errors"
_SEEN = "third parties' error lists"
_CHARGE = "Amazon Pay API v2, Charge (states and reason codes)"


class Known(NamedTuple):
    """A code and the HTTP status that it comes with."""

    status: int
    code: Code


def _known(
    status: int,
    code: str,
    ja: str,
    en: str,
    source: str = _SEEN,
    documented: bool = False,
    retry: bool = False,
) -> Known:
    return Known(status, Code(code, ja, en, retry, source, documented))


def _documented(status: int, code: str, ja: str, en: str) -> Known:
    return _known(status, code, ja, en, _ERRORS, True)


_ALL = (
    _documented(400, "InvalidHeaderValue", "ヘッダーの値が不正", "a header's value is wrong"),
    _documented(400, "InvalidRequest", "リクエストが不正", "the request is wrong"),
    _documented(400, "InvalidParameterValue", "項目の値が不正", "a field's value is wrong"),
    _documented(400, "InvalidRequestFormat", "JSONではない", "the body is not JSON"),
    _documented(400, "MissingHeader", "必須ヘッダーがない", "a required header is missing"),
    _documented(400, "MissingHeaderValue", "必須ヘッダーが空", "a required header is empty"),
    _documented(400, "MissingParameterValue", "必須項目がない", "a required field is missing"),
    _documented(400, "UnrecognizedField", "未知の項目", "an unknown field"),
    _documented(
        400,
        "InvalidSandboxSimulationSpecified",
        "使えないシミュレーション",
        "a simulation that the call doesn't have",
    ),
    _documented(
        400, "DuplicateIdempotencyKey", "同じキーで違う内容", "the key was used with another request"
    ),
    _documented(400, "InvalidParameterCombination", "項目の組合せが不正", "fields that don't go together"),
    _documented(400, "CurrencyMismatch", "通貨が違う", "another currency"),
    _documented(400, "InvalidAPIVersion", "APIの版が不正", "no such version"),
    _known(400, "TransactionAmountExceeded", "金額の上限超過", "above the permitted amount"),
    _known(400, "PeriodicAmountExceeded", "月額の上限超過", "above the month's limit"),
    _documented(401, "UnauthorizedAccess", "認証されていない", "not authenticated"),
    _known(403, "InvalidAuthentication", "公開鍵IDが不明", "an unknown public key id"),
    _known(403, "InvalidRequestSignature", "署名が不正", "the signature is wrong"),
    _known(404, "ResourceNotFound", "対象がない", "no such thing"),
    _known(405, "UnsupportedOperation", "対応していない操作", "an operation that is not supported"),
    _known(409, "AmountMismatch", "金額の不一致", "the amounts differ"),
    _known(422, "InvalidChargeStatus", "チャージの状態が不正", "the charge's state forbids it"),
    _known(422, "InvalidChargePermissionStatus", "支払許可の状態が不正", "the permission's state forbids it"),
    _known(422, "ChargePermissionNotModifiable", "支払許可は変更不可", "the permission can't be changed"),
    _known(422, "InvalidCheckoutSessionStatus", "セッションの状態が不正", "the session's state forbids it"),
    _known(422, "CheckoutSessionCanceled", "セッションは取消済み", "the session was cancelled"),
    _known(422, "TransactionCountExceeded", "回数の上限超過", "too many charges on the permission"),
    _known(422, "SoftDeclined", "一時的な拒否", "declined; a later try may pass", _CHARGE, True, True),
    _known(422, "HardDeclined", "支払方法の問題で拒否", "declined; the buyer must repair", _CHARGE, True),
    _known(422, "AmazonRejected", "Amazonが拒否", "rejected by Amazon", _CHARGE, True),
    _known(422, "TransactionTimedOut", "時間内に処理できない", "not processed in time", _CHARGE, True, True),
    _known(429, "TooManyRequests", "流量制限", "too many requests", retry=True),
    _known(500, "ProcessingFailure", "処理エラー", "internal failure; try again", _CHARGE, True, True),
    _known(500, "InternalServerError", "サーバーエラー", "internal error", retry=True),
    _known(503, "ServiceUnavailable", "利用できない", "unavailable", retry=True),
)

CODES: Mapping[str, Known] = {known.code.code: known for known in _ALL}

#: The ledger speaks version 1's words (one book serves both generations); these are the others in version 2.
WIRE_CODES: Mapping[str, str] = {
    "InvalidPaymentMethod": "HardDeclined",
    "RequestThrottled": "TooManyRequests",
    "PaymentPlanNotSet": "InvalidChargePermissionStatus",
    "InvalidBillingAgreementStatus": "InvalidChargePermissionStatus",
    "InvalidAuthorizationStatus": "InvalidChargeStatus",
    "InvalidOrderReferenceStatus": "InvalidChargeStatus",
    "InvalidCancelAttempt": "InvalidChargeStatus",
    "CaptureNotRefundable": "InvalidChargeStatus",
    "OrderReferenceNotModifiable": "UnsupportedOperation",
    "InvalidTransactionId": "ResourceNotFound",
    "unknown": "ResourceNotFound",
}
#: And back, where one word answers to one code.
LEDGER_WORDS: Mapping[str, str] = {
    "HardDeclined": "InvalidPaymentMethod",
    "TooManyRequests": "RequestThrottled",
}


def wire_code(word: str) -> str:
    """A word of the ledger as version 2's; one that it has no name for is said as it is."""
    return WIRE_CODES.get(word, word)


def ledger_word(code: str) -> str:
    """A code of version 2 as the ledger's word."""
    return LEDGER_WORDS.get(code, code)


def status_of(code: str) -> int:
    """The HTTP status of a code; a code that no list has is a decline."""
    known = CODES.get(code)
    return known.status if known is not None else 422
