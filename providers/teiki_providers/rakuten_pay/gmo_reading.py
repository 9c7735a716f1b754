"""What a call's name and fields mean together: which operation it is, where its pages are, which code it misses by."""

import re
from collections.abc import Mapping
from typing import Any

from teiki_providers.books import Refused
from teiki_providers.rakuten_pay.book import BOOK
from teiki_providers.rakuten_pay.calls import CALLS, GENERAL, V2, Call, Named, Verb
from teiki_providers.said import Said
from teiki_providers.states import State
from teiki_sim.messages import Operation

__all__ = ["base_of", "call_of", "general_of", "meant", "named_of", "unknown_code"]

#: GMO-PG's test environment, for a client that is led here by its host name.
_HOST = "https://pt01.mul-pay.jp"
_LOCAL = re.compile(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?|\[[0-9a-f:]+\](:[0-9]{1,5})?")
_SEARCHES = {named.family.pay_type: Named(named.family, Verb.SEARCH) for named in CALLS.values()}


def named_of(name: str, given: Mapping[str, str]) -> Named | None:
    """What a call's name means; SearchTradeMulti by its PayType."""
    return _SEARCHES.get(given.get("PayType", "")) if name == "SearchTradeMulti" else CALLS.get(name)


def base_of(host: str) -> str:
    """Where the consumer's pages are: on the host that was asked."""
    vendors = not host or host.partition(":")[0].endswith(".mul-pay.jp")
    return _HOST if vendors or not _LOCAL.fullmatch(host) else f"http://{host}"


def meant(said: Said) -> Named:
    """What a call that was read means."""
    named = named_of(said.operation, said.fields)
    assert named is not None
    return named


def call_of(does: Call, fields: Mapping[str, Any]) -> Call:
    """A cancel with an amount is one of a part."""
    return Call.REFUND if does is Call.CANCEL and "CancelAmount" in fields else does


def general_of(named: Named, fields: Mapping[str, Any]) -> Operation | None:
    """The general operation of a call, None where there is none."""
    if isinstance(named.does, Call):
        return GENERAL[call_of(named.does, fields)]
    return Operation.INQUIRE if named.does is Verb.SEARCH else None


def unknown_code(named: Named) -> str:
    """The code for a trade that there is none of: GMO-PG's, or for version 2's follow-ups the book's."""
    if named.family is V2 and isinstance(named.does, Call):
        cell = BOOK.cell(State.NONE, GENERAL[named.does])
        assert isinstance(cell, Refused)
        return cell.code
    return "E01110002"
