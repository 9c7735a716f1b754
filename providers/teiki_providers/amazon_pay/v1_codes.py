"""Errors that version 1 answers as XML: HTTP status, meaning, and whether a document says so.

Codes that a charge itself can end with stand in `codes`; here are those of the wire. A status that no document
gives follows the like of it (the facts propose 405 for a wrong state, 404 for an unknown id, 400 for a limit).
"""

from collections.abc import Mapping

from teiki_providers.books import Code

__all__ = ["DECLINES", "STATUS", "WIRE_CODES", "Problem"]

_REF = "Amazon Pay API reference (version 1), error codes"
_MWS = "Amazon MWS developer guide, handling errors"
_SIM = "Amazon Pay: sandbox simulations (version 1)"
_SEEN = "name seen in the field; status by analogy"

#: code, status, Japanese, English, a later try can do better, source, documented
_ROWS: tuple[tuple[str, int, str, str, bool, str, bool], ...] = (
    ("BillingAgreementConstraintsExist", 400, "支払契約に未解決の条件がある", "the agreement has constraints", False, _REF, True),
    ("BillingAgreementNotModifiable", 405, "確定後の支払契約は変更できない", "no change after confirm", False, _REF, True),
    ("ConstraintsExist", 400, "注文に未解決の条件がある", "the order reference has constraints", False, _REF, True),
    ("CurrencyMismatch", 400, "通貨が一致しない", "another currency than the order's", False, _REF, True),
    ("CurrencyUnsupported", 400, "扱わない通貨", "no such currency", False, _REF, True),
    ("DuplicateReferenceId", 400, "参照IDが別の対象で使用済み", "the reference id belongs to another object", False, _REF, True),
    ("DuplicateRequest", 400, "同じ参照IDで内容が異なる", "same reference id, other parameters", False, _REF, True),
    ("InvalidAddress", 400, "パスの区分か版が不正", "wrong section or version in the path", False, _REF, True),
    ("InvalidBillingAgreementId", 404, "支払契約が存在しない", "no such agreement", False, _SEEN, False),
    ("InvalidOrderReferenceId", 404, "注文が存在しない", "no such order reference", False, _SEEN, False),
    ("InvalidCloseAttempt", 405, "終了できない状態", "nothing to close in this state", False, _SEEN, False),
    ("PeriodicAmountExceeded", 400, "月間の上限超過", "the agreement's monthly limit is passed", False, _SEEN, False),
    ("TransactionCountExceeded", 400, "回数の上限超過", "too many for one object", False, _SEEN, False),
    ("OrderReferenceCountExceeded", 400, "注文数の上限超過", "one order of a draft agreement", False, _SEEN, False),
    ("InvalidParameterValue", 400, "パラメーター不正", "bad or missing value, or a request too old", False, _MWS, True),
    ("InvalidSandboxSimulationSpecified", 400, "模擬の指定が不正", "unsupported simulation", False, _SIM, False),
    ("AccessDenied", 401, "権限がない", "the key may not act for this seller", False, _MWS, True),
    ("InvalidAccessKeyId", 403, "アクセスキー不正", "unknown access key", False, _MWS, True),
    ("SignatureDoesNotMatch", 403, "署名不一致", "the signature is wrong", False, _MWS, True),
    ("QuotaExceeded", 503, "割当超過", "quota exceeded", True, _MWS, True),
    ("InputStreamDisconnected", 400, "本文が途切れた", "the body broke off", True, _MWS, True),
)  # fmt: skip

WIRE_CODES: tuple[Code, ...] = tuple(
    Code(code, ja, en, retry, source, documented) for code, _, ja, en, retry, source, documented in _ROWS
)

STATUS: Mapping[str, int] = {
    **{code: status for code, status, *_ in _ROWS},
    "CannotCloseBillingAgreement": 405,
    "CaptureNotRefundable": 405,
    "InternalServerError": 500,
    "InvalidAuthorizationStatus": 405,
    "InvalidBillingAgreementStatus": 405,
    "InvalidCancelAttempt": 405,
    "InvalidOrderReferenceStatus": 405,
    "InvalidTransactionId": 404,
    "OrderReferenceNotModifiable": 405,
    "PaymentPlanNotSet": 400,
    "RequestThrottled": 503,
    "ServiceUnavailable": 503,
    "TransactionAmountExceeded": 400,
}

#: Refusals that are states of an authorisation, capture or refund, not errors of the call.
DECLINES: frozenset[str] = frozenset(
    {"InvalidPaymentMethod", "AmazonRejected", "ProcessingFailure", "TransactionTimedOut"}
)


class Problem(Exception):
    """What a call runs into: the error that the wire answers."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
