"""The card book: what GMO-PG permits in each state of a transaction."""

from dataclasses import replace

from teiki_providers.books import UNKNOWN, Book, Move, Refused, Row, Table, Terms, Until, table
from teiki_providers.card.codes import CODES, WORDS
from teiki_providers.states import State as S
from teiki_sim.messages import Method

_MATRIX = "GMO-PG: Status × JobCd, as its EC-CUBE module works it"
_CHANGE = "GMO-PG ChangeTran (up or down; the original stays if the new one is declined)"
_RETURN = "GMO-PG: VOID, RETURN, RETURNX within 180 days"
_OURS = "which code fits this cell is not documented"

NEW = Move(S.AUTHORISED, "shops register anew under OrderID-1, -2 …", opens=True, judged=True)
AGAIN = Move(S.AUTHORISED, _CHANGE, judged=True)
RETRIED = Move(S.AUTHORISED, "GMO-PG module: ExecTran again after a decline", judged=True)
RENEWED = Move(
    S.AUTHORISED, "past validity: cancel and authorise again, here in one step", False, judged=True
)
ALTERED = Move(S.AUTHORISED, "GMO-PG AlterTran from VOID, RETURN, RETURNX", opens=True, judged=True)
RESOLD = Move(S.CAPTURED, _CHANGE, judged=True)
SOLD = Move(S.CAPTURED, "GMO-PG SALES")
RETURNED = Move(S.CANCELLED, _RETURN)
LOWERED = Move(S.REFUNDED, "GMO-PG: ChangeTran to the smaller total is a partial refund")
HERE = Move(None, "GMO-PG SearchTrade")

NONE = Refused("E01110002", "GMO-PG error code list")
LOST = Refused(UNKNOWN, "SearchTrade finds nothing", False)
UNSETTLED = Refused("E11010002", _MATRIX)
FINISHED = Refused("E11010001", _OURS, False)
UNFIT = Refused("E11010003", _OURS, False)
SECURE = Refused("E01E50004", "3-D Secure under way", False)
LATE = Refused("E01420010", "GMO-PG: SALES past the validity")
NO_PRINT = Refused("E91099997", "cards have no invoices", False)


def card_table(reauthorise_after_cancel: bool) -> Table:
    """The grid; AlterTran after a cancel is GMO-PG's own, and no platform here offers it (EC-PAY-04)."""
    after = ALTERED if reauthorise_after_cancel else UNFIT
    grid: dict[S, Row] = {
        #              AUTHORISE REAUTHORISE CHANGE CAPTURE CANCEL REFUND INQUIRE PRINT_INVOICE
        S.NONE: (NEW, NONE, NONE, NONE, NONE, NONE, LOST, NO_PRINT),
        S.AUTHORISED: (NEW, AGAIN, AGAIN, SOLD, RETURNED, UNSETTLED, HERE, NO_PRINT),
        S.PENDING: (NEW, SECURE, SECURE, SECURE, SECURE, SECURE, HERE, NO_PRINT),
        S.DECLINED: (NEW, RETRIED, UNSETTLED, UNSETTLED, UNSETTLED, UNSETTLED, HERE, NO_PRINT),
        S.CAPTURED: (NEW, UNFIT, RESOLD, FINISHED, RETURNED, LOWERED, HERE, NO_PRINT),
        S.CANCELLED: (NEW, after, UNFIT, UNFIT, FINISHED, FINISHED, HERE, NO_PRINT),
        S.EXPIRED: (NEW, RENEWED, LATE, LATE, RETURNED, UNSETTLED, HERE, NO_PRINT),
        S.REFUNDED: (NEW, UNFIT, UNFIT, FINISHED, RETURNED, LOWERED, HERE, NO_PRINT),
        S.PAID: (NEW, UNFIT, UNFIT, UNFIT, UNFIT, UNFIT, HERE, NO_PRINT),
        S.CANCELLING: (NEW, UNFIT, UNFIT, UNFIT, UNFIT, UNFIT, HERE, NO_PRINT),
    }
    return table(grid)


#: Validity: 60 days by ecforce's table and newer integration notes; 90 in GMO-PG's own module (contract).
TERMS = Terms(
    validity_days=60,
    amount="exact",  # E01060010 otherwise (documented)
    release_first=False,  # documented: the original stays
    decrease_judged=False,  # documented for an increase only
    cancel_until=Until(days=180),  # documented: E11010010 after that
    refund_until=Until(days=180),
)

TABLE = card_table(TERMS.reauthorise_after_cancel)
BOOK = Book(Method.CARD, "card", TABLE, TERMS, WORDS, CODES)

#: What GMO-PG itself permits, whatever platform stands before it: AlterTran AUTH and CAPTURE after a cancel.
VENDOR_BOOK = replace(BOOK, table=card_table(True), terms=replace(TERMS, reauthorise_after_cancel=True))
