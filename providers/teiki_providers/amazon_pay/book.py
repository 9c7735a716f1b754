"""The Amazon Pay book (version 1): each charge is an order reference and its one authorisation."""

from teiki_providers.amazon_pay.codes import CODES, WORDS
from teiki_providers.books import NOT_OFFERED, UNKNOWN, Book, Move, Refused, Terms, Until, table
from teiki_providers.states import State as S
from teiki_sim.messages import Method

_AUTH = "Amazon Pay: authorisation states (capture or close only while Open)"
_CANCEL = "Amazon Pay: CancelOrderReference only if nothing is captured"

NEW = Move(S.AUTHORISED, "AuthorizeOnBillingAgreement", opens=True, judged=True)
#: Not one call at Amazon: authorise anew on the agreement, then close the old order reference.
REPLACED = Move(S.AUTHORISED, "a new authorisation, then the old one closed", False, opens=True, judged=True)
SOLD = Move(S.CAPTURED, "Capture, once for each authorisation")
CLOSED = Move(S.CANCELLED, _CANCEL)
REFUNDED = Move(S.REFUNDED, "Refund")
HERE = Move(None, "GetAuthorizationDetails")

NONE = Refused("InvalidTransactionId", "name from Amazon's SDK")
LOST = Refused(UNKNOWN, "no such reference id", False)
NOT_OPEN = Refused("InvalidAuthorizationStatus", _AUTH)
FIXED = Refused("OrderReferenceNotModifiable", "Set after Confirm (SS-AMZ-01: the old amount stays)")
ENDED = Refused("InvalidOrderReferenceStatus", "EC-PAY-04; the name is from Amazon's SDK", False)
TAKEN = Refused("InvalidCancelAttempt", _CANCEL)
NO_REFUND = Refused("CaptureNotRefundable", "Refund of a capture in a wrong state")
NO_PRINT = Refused(NOT_OFFERED, "no invoices", False)

TABLE = table(
    {
        #              AUTHORISE REAUTHORISE CHANGE CAPTURE CANCEL REFUND INQUIRE PRINT_INVOICE
        S.NONE: (NEW, NONE, NONE, NONE, NONE, NONE, LOST, NO_PRINT),
        S.AUTHORISED: (NEW, REPLACED, FIXED, SOLD, CLOSED, NO_REFUND, HERE, NO_PRINT),
        S.PENDING: (NEW, NOT_OPEN, FIXED, NOT_OPEN, CLOSED, NO_REFUND, HERE, NO_PRINT),
        S.DECLINED: (NEW, REPLACED, FIXED, NOT_OPEN, NOT_OPEN, NO_REFUND, HERE, NO_PRINT),
        S.CAPTURED: (NEW, NOT_OPEN, FIXED, NOT_OPEN, TAKEN, REFUNDED, HERE, NO_PRINT),
        S.CANCELLED: (NEW, ENDED, FIXED, NOT_OPEN, TAKEN, NO_REFUND, HERE, NO_PRINT),
        S.EXPIRED: (NEW, REPLACED, FIXED, NOT_OPEN, CLOSED, NO_REFUND, HERE, NO_PRINT),
        S.REFUNDED: (NEW, NOT_OPEN, FIXED, NOT_OPEN, TAKEN, REFUNDED, HERE, NO_PRINT),
        S.PAID: (NEW, NOT_OPEN, FIXED, NOT_OPEN, TAKEN, NO_REFUND, HERE, NO_PRINT),
        S.CANCELLING: (NEW, NOT_OPEN, FIXED, NOT_OPEN, TAKEN, NO_REFUND, HERE, NO_PRINT),
    }
)

#: 30 days live, no limit of time for a refund, at most 10,000,000 yen a call: Amazon Pay documents.
TERMS = Terms(
    validity_days=30,
    amount="lower_ok",
    release_first=False,
    decrease_judged=True,
    cancel_until=Until(),
    refund_until=Until(),
    cap=10_000_000,
)

BOOK = Book(Method.AMAZON_PAY, "amazon_pay", TABLE, TERMS, WORDS, CODES)
