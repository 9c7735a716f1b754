"""Codes that Amazon Pay (version 1) answers."""

from teiki_providers.amazon_pay.v1_codes import WIRE_CODES
from teiki_providers.books import SHARED_CODES, Code, Words

_REF = "Amazon Pay API reference, version 1"
_STATES = "Amazon Pay: authorisation states and reason codes"
_SEEN = "Amazon's SDK and field reports; HTTP status unconfirmed"

CODES: tuple[Code, ...] = (
    Code("InvalidPaymentMethod", "支払方法に問題がある", "the buyer's card was refused", False, _STATES),
    Code("AmazonRejected", "Amazonが拒否", "rejected by Amazon", False, _STATES),
    Code("ProcessingFailure", "処理エラー", "internal failure; try again", True, _STATES),
    Code("TransactionTimedOut", "時間内に処理できない", "not processed in time; try again", True, _STATES),
    Code("Pending", "審査中", "being processed (a state)", False, _STATES),
    Code(
        "PaymentPlanNotSet", "支払方法が未設定", "the buyer's account has no payment method", False, _STATES
    ),
    Code("InvalidBillingAgreementStatus", "支払契約の状態が不正", "the agreement is not open", False, _SEEN),
    Code(
        "CannotCloseBillingAgreement", "支払契約を終了できない", "the agreement can't be closed", False, _SEEN
    ),
    Code("InvalidAuthorizationStatus", "オーソリの状態が不正", "the authorisation is not open", False, _REF),
    Code("InvalidCancelAttempt", "取り消せない状態", "the order reference can't be cancelled", False, _SEEN),
    Code("InvalidOrderReferenceStatus", "注文の状態が不正", "the order reference is not open", False, _SEEN),
    Code("OrderReferenceNotModifiable", "確定後は変更できない", "not modifiable after confirm", False, _SEEN),
    Code("CaptureNotRefundable", "返金できない状態", "the capture can't be refunded", False, _REF),
    Code("InvalidTransactionId", "取引が存在しない", "no such transaction", False, _SEEN),
    Code("TransactionAmountExceeded", "金額の上限超過", "above the permitted amount", False, _SEEN),
    Code("InternalServerError", "サーバーエラー", "internal error", True, _REF),
    Code("ServiceUnavailable", "利用できない", "unavailable", True, _REF),
    Code("RequestThrottled", "流量制限", "too many requests", True, _REF),
    *WIRE_CODES,
    *SHARED_CODES,
)

WORDS = Words(
    declined="InvalidPaymentMethod",
    held="Pending",
    expired="InvalidAuthorizationStatus",
    amount="TransactionAmountExceeded",
    cap="TransactionAmountExceeded",
    past_cancel="InvalidCancelAttempt",
    past_refund="CaptureNotRefundable",
    refund_amount="TransactionAmountExceeded",
    increase="OrderReferenceNotModifiable",
    finished="InvalidAuthorizationStatus",
    capture_failed="ProcessingFailure",
    maintenance="ServiceUnavailable",
    rate_limit="RequestThrottled",
    server_error="InternalServerError",
)
