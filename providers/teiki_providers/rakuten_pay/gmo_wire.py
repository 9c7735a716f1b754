"""Rakuten Pay in GMO-PG's protocol form: which fields a call has, what is wrong with them, and answers.

A call is read into its fields, named as on the wire, amounts as numbers, logins checked and left out; the
same tables write a call, so that reading what was written gives it back.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote_from_bytes

from teiki_providers.rakuten_pay.calls import V1, Call, Named, Verb
from teiki_sim.calendar import DAY, to_date

__all__ = ["AMOUNTS", "SECRET", "Field", "decode", "encode", "fields_of", "stamp"]

_ORDER = re.compile(r"[A-Za-z0-9-]+")
_HEX = re.compile(r"[0-9a-fA-F]{32}")
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_URL = re.compile(r"https?://[!-~]+")
_BARRED = re.compile(r"[\x00-\x1f^`{|}~&<>\"']")

#: Returns the reason in ErrInfo's last four digits, "" where the value is fine.
Check = Callable[[str], str]


def _digits(most: int) -> Check:
    def check(value: str) -> str:
        if not (value.isascii() and value.isdigit()):
            return "0006"
        return "" if len(value) <= most else "0005"

    return check


def _like(pattern: re.Pattern[str], reason: str, most: int = 10**6, longer: str = "0005") -> Check:
    def check(value: str) -> str:
        if len(value) > most:
            return longer
        return "" if pattern.fullmatch(value) else reason

    return check


def _free(value: str) -> str:
    if len(value.encode("cp932", "replace")) > 100:
        return "0012"
    return "0013" if _BARRED.search(value) else ""


def _one_of(*values: str) -> Check:
    return lambda value: "" if value in values else "0002"


class Field(NamedTuple):
    """One field: its name, the item in ErrInfo (``E0104``), what it may be, and whether it must be there."""

    name: str
    item: str
    check: Check
    needed: bool = True


SHOP_ID = Field("ShopID", "E0101", _like(_NAME, "0008", 13, "0008"))
SHOP_PASS = Field("ShopPass", "E0102", _like(_NAME, "0008", 10, "0008"))
_ORDER_ID = Field("OrderID", "E0104", _like(_ORDER, "0013", 27, "0003"))
_JOB = Field("JobCd", "E0105", _one_of("AUTH", "CAPTURE"))
# Nine digits are read and over seven refused as the book refuses them, so that the try is on record.
_AMOUNT = Field("Amount", "E0106", _digits(9))
_SOME = _AMOUNT._replace(needed=False)
_TAX = Field("Tax", "E0107", _digits(7), False)
_ACCESS = (
    Field("AccessID", "E0109", _like(_HEX, "0008", 32, "0008")),
    Field("AccessPass", "E0110", _like(_HEX, "0008", 32, "0008")),
)
_ITEM = Field("ItemId", "M01121", _like(_NAME, "008", 64, "005"))
_GOODS = (
    _ITEM,
    Field("ItemSubId", "M01122", _like(_NAME, "008", 64, "005"), False),
    Field("ItemName", "M01123", lambda value: "" if len(value) <= 255 else "005"),
    Field("RetURL", "M01124", _like(_URL, "005", 1024, "005")),
)
_ERROR_URL = Field("ErrorRcvURL", "M01125", _like(_URL, "005", 1024, "005"))
_OTHER = (
    Field("PaymentTermSec", "E0184", _digits(5), False),
    *(Field(f"ClientField{n}", f"E013{1 + n}", _free, False) for n in (1, 2, 3)),
    Field("SubscriptionType", "E0184", _one_of("", "1"), False),
    Field("SubscriptionName", "E0184", _free, False),
)
_CONSENT = Field("SettlementSubscriptionId", "E0184", _like(_NAME, "0008", 64, "0008"))
_TOKEN = Field("Token", "E0184", _like(_HEX, "0008", 32, "0008"))
_COUPON = Field("UseCoupon", "M01160", lambda value: "" if value in ("", "0", "1") else "008", False)

#: Fields that are checked and never kept.
SECRET = frozenset({"ShopPass", "AccessPass", "Token"})
#: Fields that are numbers.
AMOUNTS = frozenset({"Amount", "Tax", "CancelAmount", "CancelTax", "PaymentTermSec"})

_LOGIN = (SHOP_ID, SHOP_PASS)
_TRADE = (*_LOGIN, *_ACCESS, _ORDER_ID)
_BROWSER = (_ACCESS[0], _TOKEN)
_RESULT = Field("Result", "E0184", _one_of("approve", "refuse", "close"))
_PART = (_SOME._replace(name="CancelAmount"), _TAX._replace(name="CancelTax"))
_FIELDS: Mapping[Verb | Call, Sequence[Field]] = {
    Verb.ENTRY: (*_LOGIN, _ORDER_ID, _JOB, _AMOUNT, _TAX),
    Verb.START: _BROWSER,
    Verb.CONSENT: (*_BROWSER, _RESULT),
    Verb.SEARCH: (*_LOGIN, _ORDER_ID, Field("PayType", "M01051", _digits(2))),
    Call.SALES: (*_TRADE, _SOME, _TAX),
    Call.CHANGE: (*_TRADE, _AMOUNT, _TAX, _COUPON),
    Call.CANCEL: (*_TRADE, *_PART),
    Call.REAUTH: (*_TRADE, _SOME, _TAX),
    Call.PRINT: _TRADE,
}


def fields_of(named: Named, given: Mapping[str, str]) -> Sequence[Field]:
    """The fields of a call. A charge on a consent asks nothing of the consumer, so it needs no goods and no
    way back; version 1 sells and cancels whole trades only, and has a way back for failures."""
    family, does = named
    if does is Verb.EXEC:
        if given.get(_CONSENT.name):
            return (*_TRADE, *_OTHER, _CONSENT)
        goods = (*_GOODS, _ERROR_URL) if family is V1 else _GOODS
        return (*_TRADE, *goods, *_OTHER)
    if family is V1 and does in (Call.SALES, Call.CANCEL):
        return _TRADE
    return _FIELDS[does]


def decode(named: Named, given: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """The fields of a call without its secrets, and everything that is wrong with them, in field order."""
    found: dict[str, Any] = {}
    wrong: list[str] = []
    for field in fields_of(named, given):
        value = given.get(field.name, "")
        if not value:
            if field.needed:
                wrong.append(_info(field, "0001"))
            continue
        if reason := field.check(value):
            wrong.append(_info(field, reason))
        elif field.name not in SECRET:
            found[field.name] = int(value) if field.name in AMOUNTS else value
    return found, wrong


def _info(field: Field, reason: str) -> str:
    """ErrInfo: eight digits and a letter, or an M with as many."""
    return (field.item + reason[-3:]) if field.item.startswith("M") else field.item + reason


def encode(fields: Mapping[str, Any]) -> bytes:
    """A call's body, in Windows-31J as GMO-PG has it."""
    return "&".join(
        f"{name}={quote_from_bytes(str(value).encode('cp932', 'replace'), safe='')}"
        for name, value in fields.items()
    ).encode("ascii")


def stamp(at: int) -> str:
    """An instant as 14 digits, "" for none."""
    if not at:
        return ""
    seconds = at % DAY
    return f"{to_date(at // DAY):%Y%m%d}{seconds // 3600:02}{seconds // 60 % 60:02}{seconds % 60:02}"
