"""The deferred books: NP後払い, its wiz and リアルタイム kinds, and スコア後払い."""

from dataclasses import replace

from teiki_providers.books import (
    NOT_OFFERED,
    UNKNOWN,
    Book,
    Cell,
    Move,
    Refused,
    Row,
    Table,
    Terms,
    Until,
    table,
)
from teiki_providers.deferred.codes import NP_CODES, NP_WORDS, SCORE_CODES, SCORE_WORDS, TWICE
from teiki_providers.states import State as S
from teiki_sim.messages import Method

_CLIENTS = "public NP clients"
_LIFE = "canonical deferred life (modelled from NP, スコア and GMO後払い)"

NEW = Move(S.AUTHORISED, "POST transactions", opens=True, judged=True)
ANEW = Move(S.AUTHORISED, "EC-PAY-05: registered anew under the same order number", opens=True, judged=True)
AFTER_NG = Move(
    S.AUTHORISED, "SS-NP-01: settle with NP, then authorise; NG itself is final", opens=True, judged=True
)
EDITED = Move(S.AUTHORISED, "every edit is a new authorisation; the old one is not restored", judged=True)
REPORTED = Move(S.CAPTURED, "shipment report")
DROPPED = Move(S.CANCELLED, "cancel before shipping")
DROPPED_LATER = Move(S.CANCELLING, "cancel of an unpaid invoice; its delay is modelled (SS-ORD-02)")
HERE = Move(None, "authorizations/find, payments/find")
PRINTED = Move(None, "invoice print data; no public call", False)

LOST = Refused(UNKNOWN, "nothing under this number", False)
NO_REFUND = Refused(NOT_OFFERED, "deferred providers publish no refund call (EC-SHP-03)", False)
SAME_ORDER = Refused(TWICE, "EC-PAY-05: a live transaction under the order number")


def np_table(prints: bool, after_cancel: bool) -> Table:
    """NP's grid. ``prints``: bundled invoice (wiz); ``after_cancel``: EC-PAY-04, NP後払い alone."""
    none = Refused("E0100113", _CLIENTS)
    gone = Refused("E0100114", _CLIENTS)
    shipped = Refused("E0100115", _CLIENTS)
    paid = Refused("E0100118", _CLIENTS)
    unfit = Refused("E0100105", "must be 00; which code is not documented", False)
    # Not E0100114 as at NP: with nothing authorised there is nothing to cancel (EC-CAN-06).
    nothing = Refused("E0100113", "EC-CAN-06: nothing to cancel at the provider", False)
    separate = Refused("E0100132", "print data of a separate invoice", False)
    again = ANEW if after_cancel else Refused("E0100114", "EC-PAY-04: not リアルタイム, nor wiz", False)
    data: Cell = PRINTED if prints else separate
    not_ok: Cell = unfit if prints else separate
    lapsed = replace(ANEW, source="a public client registers a lapsed order anew")
    grid: dict[S, Row] = {
        #              AUTHORISE REAUTHORISE CHANGE CAPTURE CANCEL REFUND INQUIRE PRINT_INVOICE
        S.NONE: (NEW, none, none, none, none, NO_REFUND, LOST, none),
        S.AUTHORISED: (SAME_ORDER, EDITED, EDITED, REPORTED, DROPPED, NO_REFUND, HERE, data),
        S.PENDING: (SAME_ORDER, EDITED, EDITED, unfit, DROPPED, NO_REFUND, HERE, not_ok),
        S.DECLINED: (NEW, AFTER_NG, unfit, unfit, nothing, NO_REFUND, HERE, not_ok),
        S.CAPTURED: (SAME_ORDER, shipped, shipped, shipped, DROPPED_LATER, NO_REFUND, HERE, data),
        S.CANCELLED: (NEW, again, gone, gone, gone, NO_REFUND, HERE, not_ok),
        S.EXPIRED: (NEW, lapsed, gone, gone, gone, NO_REFUND, HERE, not_ok),
        S.REFUNDED: (NEW, gone, gone, gone, gone, NO_REFUND, HERE, not_ok),
        S.PAID: (SAME_ORDER, paid, paid, paid, paid, NO_REFUND, HERE, not_ok),
        S.CANCELLING: (SAME_ORDER, shipped, shipped, shipped, gone, NO_REFUND, HERE, not_ok),
    }
    return table(grid)


def score_table() -> Table:
    """スコア's grid; of its codes only the one for a paid order is public."""
    none, unfit, gone, shipped, lapsed, separate = (
        Refused(f"SCOR000{n}", _LIFE, False) for n in (1, 2, 3, 4, 7, 8)
    )
    paid = Refused("MULT0015", "a public client of スコア後払い")
    new = replace(NEW, source="autotransaction.do")
    anew = replace(ANEW, source="NG and a lapse are final: registered anew", documented=False)
    edited = replace(EDITED, source="automodifytransaction.do; the old one is not restored", documented=False)
    reported = replace(REPORTED, source="autopdrequest.do")
    dropped = replace(DROPPED, source="autocancel.do")
    later = replace(DROPPED_LATER, source="autocancel.do after the report: until paid, delay modelled")
    here = replace(HERE, source="autogetauthor.do")
    grid: dict[S, Row] = {
        #              AUTHORISE REAUTHORISE CHANGE CAPTURE CANCEL REFUND INQUIRE PRINT_INVOICE
        S.NONE: (new, none, none, none, none, NO_REFUND, LOST, none),
        S.AUTHORISED: (new, edited, edited, reported, dropped, NO_REFUND, here, separate),
        S.PENDING: (new, edited, edited, unfit, dropped, NO_REFUND, here, separate),
        S.DECLINED: (new, anew, unfit, unfit, none, NO_REFUND, here, separate),
        S.CAPTURED: (new, shipped, shipped, shipped, later, NO_REFUND, here, separate),
        S.CANCELLED: (new, gone, gone, gone, gone, NO_REFUND, here, separate),
        S.EXPIRED: (new, anew, lapsed, lapsed, lapsed, NO_REFUND, here, separate),
        S.REFUNDED: (new, gone, gone, gone, gone, NO_REFUND, here, separate),
        S.PAID: (new, paid, paid, paid, paid, NO_REFUND, here, separate),
        S.CANCELLING: (new, shipped, shipped, shipped, gone, NO_REFUND, here, separate),
    }
    return table(grid)


#: Validity 90 days: ecforce's table. No amount in the shipment report: public NP clients.
NP_TERMS = Terms(
    validity_days=90,
    amount="any",
    release_first=True,  # an edit that fails leaves nothing (modelled)
    decrease_judged=True,  # documented: every edit re-authorises
    cancel_until=Until(),  # until paid
    refund_until=Until(),
    cancel_delay_days=3,  # modelled
    needs_slip=True,
    holds=True,
    reauthorise_after_cancel=True,
    one_live=frozenset({Method.NP}),
    cap=999_999,  # modelled; credit limits are per customer and not public
)
#: wiz and リアルタイム: as NP (unconfirmed); リアルタイム answers OK or NG only while ordering (modelled).
WIZ_TERMS = replace(
    NP_TERMS, needs_print=True, reauthorise_after_cancel=False, one_live=frozenset({Method.NP_WIZ})
)
REALTIME_TERMS = replace(
    NP_TERMS, holds=False, reauthorise_after_cancel=False, one_live=frozenset({Method.NP_REALTIME})
)
#: Validity 60 days: ecforce's table; billedAmount must agree; API range 1-999,999: VeriTrans.
SCORE_TERMS = replace(
    NP_TERMS, validity_days=60, amount="exact", reauthorise_after_cancel=False, one_live=frozenset()
)

NP_TABLE = np_table(prints=False, after_cancel=NP_TERMS.reauthorise_after_cancel)
WIZ_TABLE = np_table(prints=True, after_cancel=WIZ_TERMS.reauthorise_after_cancel)
REALTIME_TABLE = np_table(prints=False, after_cancel=REALTIME_TERMS.reauthorise_after_cancel)
SCORE_TABLE = score_table()

NP_BOOK = Book(Method.NP, "np", NP_TABLE, NP_TERMS, NP_WORDS, NP_CODES)
WIZ_BOOK = Book(Method.NP_WIZ, "np_wiz", WIZ_TABLE, WIZ_TERMS, NP_WORDS, NP_CODES)
REALTIME_BOOK = Book(Method.NP_REALTIME, "np_realtime", REALTIME_TABLE, REALTIME_TERMS, NP_WORDS, NP_CODES)
SCORE_BOOK = Book(Method.SCORE, "score", SCORE_TABLE, SCORE_TERMS, SCORE_WORDS, SCORE_CODES)
