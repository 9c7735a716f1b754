"""The calls of Rakuten Pay through GMO-PG, in one table: names of version 1 are documented, those of 2 are ours.

No public client shows version 2's names (Rakuten Pay facts), so they stand here alone and can be renamed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from teiki_sim.messages import Operation

__all__ = ["CALLS", "GENERAL", "V1", "V2", "Call", "Family", "Named", "Verb"]


class Verb(Enum):
    """What a call does before there is anything to follow up, or beside it."""

    ENTRY = "entry"
    EXEC = "exec"
    START = "start"
    CONSENT = "consent"
    SEARCH = "search"


class Call(Enum):
    """What can be asked of a trade, by whatever name; columns of the table of statuses."""

    EXEC = "exec"
    CONSENT = "consent"
    SALES = "sales"
    CHANGE = "change"
    CANCEL = "cancel"
    REFUND = "refund"
    REAUTH = "reauth"
    PRINT = "print"


#: The general operation that a follow-up is.
GENERAL: Mapping[Call, Operation] = {
    Call.SALES: Operation.CAPTURE,
    Call.CHANGE: Operation.CHANGE,
    Call.CANCEL: Operation.CANCEL,
    Call.REFUND: Operation.REFUND,
    Call.REAUTH: Operation.REAUTHORISE,
    Call.PRINT: Operation.PRINT_INVOICE,
}


@dataclass(frozen=True, slots=True)
class Family:
    """One version of the product. ``lapses``: a provisional order outlives its card authorisation, which
    Rakuten renews by itself when it is sold (documented for version 1). ``delay`` names the house's setting
    for the seconds that a follow-up takes, ``usual`` is its default: 0 answers at once."""

    name: str
    pay_type: str
    smallest: int
    lapses: bool
    delay: str
    usual: int


#: ¥100 at the least: merchants' FAQ. Follow-ups come later: documented; how much later is modelled.
V1 = Family("RakutenId", "18", 100, True, "rakuten_pay.v1_follow_up_s", 60)
#: ¥2 at the least and follow-ups at once: as at VeriTrans, modelled for GMO-PG.
V2 = Family("Rakutenpay", "50", 2, False, "rakuten_pay.follow_up_s", 0)


class Named(NamedTuple):
    """What a call's name means."""

    family: Family
    does: Verb | Call


def _named(family: Family, follow_ups: Mapping[str, Call]) -> dict[str, Named]:
    name = family.name
    verbs: dict[str, Verb | Call] = {
        f"EntryTran{name}": Verb.ENTRY,
        f"ExecTran{name}": Verb.EXEC,
        f"{name}Start": Verb.START,
        f"{name}Consent": Verb.CONSENT,  # ours: stands for Rakuten's own pages
    }
    calls = {f"{name}{suffix}": call for suffix, call in follow_ups.items()}
    return {call: Named(family, does) for call, does in (verbs | calls).items()}


CALLS: Mapping[str, Named] = {
    **_named(V1, {"Sales": Call.SALES, "Change": Call.CHANGE, "Cancel": Call.CANCEL}),
    **_named(
        V2,
        {
            "Sales": Call.SALES,
            "Change": Call.CHANGE,
            "ChangeAmount": Call.CHANGE,
            "Cancel": Call.CANCEL,
            "Reauth": Call.REAUTH,
            "PrintInvoice": Call.PRINT,  # what a store that asks for an invoice gets: no such call
        },
    ),
}
