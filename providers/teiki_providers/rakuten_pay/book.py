"""The Rakuten Pay book, version 2: follow-ups answer at once, and a change keeps the old authorisation if it fails."""

from teiki_providers.books import UNKNOWN, Book, Move, Refused, Terms, Until, table
from teiki_providers.rakuten_pay.codes import CODES, WORDS
from teiki_providers.states import State as S
from teiki_sim.messages import Method

_V2 = "VeriTrans guide of Rakuten Pay V2"
_CODE = "V2 publishes no codes"

NEW = Move(S.AUTHORISED, "a new charge", opens=True, judged=True)
#: SS-RAK-01: it is サブスクストア that cannot reauthorise a failed one; Rakuten can charge anew.
AFTER_FAIL = Move(S.AUTHORISED, "PAYFAIL is an end: a new charge", False, opens=True, judged=True)
EXTENDED = Move(S.AUTHORISED, f"{_V2}: update or extend; that the old one stands is modelled", judged=True)
SOLD = Move(S.CAPTURED, _V2)
CANCELLED = Move(S.CANCELLED, f"{_V2}: cancel")
LOWERED = Move(S.REFUNDED, f"{_V2}: cancel of a part after capture")
HERE = Move(None, "SearchTradeMulti")

NONE = Refused("RI1000006", _CODE, False)
LOST = Refused(UNKNOWN, "nothing under this number", False)
UNSETTLED = Refused("E11010002", _CODE, False)
FINISHED = Refused("E11010001", _CODE, False)
UNFIT = Refused("RI1000001", _CODE, False)
LATE = Refused("E01420010", _CODE, False)
LAPSED = Refused("RI1000002", "extension after the date is refused", False)
NO_PRINT = Refused("E91099997", "no invoices", False)

TABLE = table(
    {
        #              AUTHORISE REAUTHORISE CHANGE CAPTURE CANCEL REFUND INQUIRE PRINT_INVOICE
        S.NONE: (NEW, NONE, NONE, NONE, NONE, NONE, LOST, NO_PRINT),
        S.AUTHORISED: (NEW, EXTENDED, EXTENDED, SOLD, CANCELLED, UNSETTLED, HERE, NO_PRINT),
        S.PENDING: (NEW, UNSETTLED, UNSETTLED, UNSETTLED, UNSETTLED, UNSETTLED, HERE, NO_PRINT),
        S.DECLINED: (NEW, AFTER_FAIL, UNSETTLED, UNSETTLED, UNSETTLED, UNSETTLED, HERE, NO_PRINT),
        S.CAPTURED: (NEW, UNFIT, LOWERED, FINISHED, CANCELLED, LOWERED, HERE, NO_PRINT),
        S.CANCELLED: (NEW, UNFIT, UNFIT, UNFIT, FINISHED, FINISHED, HERE, NO_PRINT),
        S.EXPIRED: (NEW, LAPSED, LATE, LATE, LATE, UNSETTLED, HERE, NO_PRINT),
        S.REFUNDED: (NEW, UNFIT, LOWERED, FINISHED, CANCELLED, LOWERED, HERE, NO_PRINT),
        S.PAID: (NEW, UNFIT, UNFIT, UNFIT, UNFIT, UNFIT, HERE, NO_PRINT),
        S.CANCELLING: (NEW, UNFIT, UNFIT, UNFIT, UNFIT, UNFIT, HERE, NO_PRINT),
    }
)

#: About 30 days: ecforce's table. Cancel until the end of the month after capture: modelled for V2 from V1.
TERMS = Terms(
    validity_days=30,
    amount="lower_ok",  # modelled: change down, then capture
    release_first=False,
    decrease_judged=False,  # modelled: a decrease always succeeds
    cancel_until=Until(month_ends=1),
    refund_until=Until(month_ends=1),
    decrease_only=frozenset({S.CAPTURED, S.REFUNDED}),
    cap=9_999_999,  # VeriTrans V2
)

BOOK = Book(Method.RAKUTEN_PAY, "rakuten_pay", TABLE, TERMS, WORDS, CODES)
