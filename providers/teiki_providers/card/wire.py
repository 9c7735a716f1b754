"""GMO-PG's card dialect on the wire: each call's fields, what is wrong with them, and how a call is written.

Faults are told all at once in the order of their items; those marked later are looked at only when the rest is
right (documented by recorded test traffic).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from teiki_providers.card.instruments import by_number, luhn
from teiki_providers.exchange import Request

__all__ = ["CALLS", "MEANT", "Call", "Rule", "decode", "encode", "faults", "masked"]

PREFIX, SUFFIX = "/payment/", ".idPass"
#: A header by which teiki's own store says which general operation it means, where the wire has one call for two.
MEANT = "teiki-operation"

Check = Callable[[str], tuple[str, ...]]
_OK: tuple[str, ...] = ()


class Rule(NamedTuple):
    """One field: its item in the codes, how it is checked, whether it must be there, whether it comes later."""

    field: str
    item: str
    check: Check
    needed: bool = False
    later: bool = False


# ---- checks: the reasons of what is wrong --------------------------------------------------------


def _number(value: str) -> bool:
    return value.isascii() and value.isdigit()


def _digits(longest: int) -> Check:
    def check(value: str) -> tuple[str, ...]:
        if not _number(value):
            return ("0006",)
        return ("0005",) if len(value) > longest else _OK

    return check


def _one_of(values: str, reason: str) -> Check:
    permitted = frozenset(values.split())

    def check(value: str) -> tuple[str, ...]:
        return _OK if value in permitted else (reason,)

    return check


def _alphanumeric(longest: int) -> Check:
    def check(value: str) -> tuple[str, ...]:
        return _OK if len(value) <= longest and value.isascii() and value.isalnum() else ("0008",)

    return check


def _access(value: str) -> tuple[str, ...]:
    return _OK if len(value) == 32 and value.isascii() and value.isalnum() else ("0008",)


_IN_ORDER_ID = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-")
_IN_MEMBER_ID = _IN_ORDER_ID | frozenset("_@.")
_NOT_IN_CLIENT_FIELDS = frozenset("^`{|}~&<>\"'")
_ENTRY_JOBS = frozenset({"CHECK", "AUTH", "SAUTH", "CAPTURE"})
_ALTER_JOBS = frozenset({"VOID", "RETURN", "RETURNX", "SALES", "AUTH", "CAPTURE"})
_CHANGE_JOBS = frozenset({"AUTH", "SAUTH", "CAPTURE"})
_JOBS = _ENTRY_JOBS | _ALTER_JOBS


def _order_id(value: str) -> tuple[str, ...]:
    too_long = ("0003",) if len(value) > 27 else _OK
    return too_long if _IN_ORDER_ID.issuperset(value) else (*too_long, "0013")


def _job(permitted: frozenset[str]) -> Check:
    """An undefined one, or one that this call can't execute (documented meanings of 0002 and 0004)."""

    def check(value: str) -> tuple[str, ...]:
        return _OK if value in permitted else ("0004",) if value in _JOBS else ("0002",)

    return check


def _td_flag(value: str) -> tuple[str, ...]:
    """Version 1 has ended: the contract differs (modelled)."""
    return _OK if value in ("0", "2") else ("0010",) if value == "1" else ("0007",)


def _card_number(value: str) -> tuple[str, ...]:
    wrong_length = _OK if 10 <= len(value) <= 16 else ("0011",)
    return wrong_length if _number(value) else (*wrong_length, "0006")


def _expire(value: str) -> tuple[str, ...]:
    if not _number(value):
        return ("0006",)
    if len(value) != 4:
        return ("0003",)
    return _OK if 1 <= int(value[2:]) <= 12 else ("0008",)


def _member_id(value: str) -> tuple[str, ...]:
    if len(value) > 60:
        return ("0005",)
    if _number(value) and (by_number(value) is not None or (13 <= len(value) <= 19 and luhn(value))):
        return ("0010",)
    return _OK if _IN_MEMBER_ID.issuperset(value) else ("0008",)


def _card_seq(value: str) -> tuple[str, ...]:
    return _OK if _number(value) and len(value) <= 4 else ("0006",)


def _bytes(longest: int) -> Check:
    def check(value: str) -> tuple[str, ...]:
        return ("0012",) if len(value.encode("cp932", "replace")) > longest else _OK

    return check


def _client_field(value: str) -> tuple[str, ...]:
    too_long = ("0012",) if len(value.encode("cp932", "replace")) > 100 else _OK
    return too_long if _NOT_IN_CLIENT_FIELDS.isdisjoint(value) else (*too_long, "0013")


def _security_code(value: str) -> tuple[str, ...]:
    return _OK if _number(value) and len(value) in (3, 4) else ("0008",)


def _holder(value: str) -> tuple[str, ...]:
    return ("0011",) if len(value) > 50 else _OK


def _date(value: str) -> tuple[str, ...]:
    if len(value) > 6:
        return ("0005",)
    return _OK if len(value) == 6 and _number(value) else ("0011",)


def _anything(value: str) -> tuple[str, ...]:
    return _OK


# ---- calls ---------------------------------------------------------------------------------------

_SHOP = (Rule("ShopID", "01", _alphanumeric(13), True), Rule("ShopPass", "02", _alphanumeric(10), True))
_SITE = (Rule("SiteID", "19", _alphanumeric(13), True), Rule("SitePass", "20", _alphanumeric(20), True))
_SITE_IF = tuple(rule._replace(needed=False) for rule in _SITE)
_ACCESS = (Rule("AccessID", "09", _access, True), Rule("AccessPass", "10", _access, True))
_ORDER = Rule("OrderID", "04", _order_id, True)
# One of GMO-PG's own forms permits 8 digits; what is above the range is refused when it is executed.
_AMOUNT = Rule("Amount", "06", _digits(8))
_TAX = Rule("Tax", "07", _digits(7))
_LATE_AMOUNT, _LATE_TAX = _AMOUNT._replace(later=True), _TAX._replace(later=True)
_MEMBER = Rule("MemberID", "22", _member_id, True)
_SEQ = Rule("CardSeq", "23", _card_seq)
_SEQ_MODE = Rule("SeqMode", "47", _one_of("0 1", "0008"))
_CODE = Rule("SecurityCode", "46", _security_code)
_HOLDER = Rule("HolderName", "48", _holder)
_CARD_NAME = Rule("CardName", "13", _bytes(10))
_DEFAULT = Rule("DefaultFlag", "44", _one_of("0 1", "0008"))
_CARD = (Rule("CardNo", "17", _card_number), Rule("Expire", "18", _expire))
_MASK = Rule("UseSiteMaskLevel", "86", _one_of("0 1", "0008"))
_DATE = Rule("DisplayDate", "51", _date, later=True)


@dataclass(frozen=True, slots=True)
class Call:
    """One call: its fields in the order of their items, what of them is kept, and whether it must name a shop, a
    site, a trade, and a card."""

    name: str
    rules: tuple[Rule, ...]
    kept: tuple[str, ...]
    shop: bool = False
    site: bool = False
    access: bool = False
    card: bool = False


def _kept(rules: tuple[Rule, ...]) -> tuple[str, ...]:
    """Everything but secrets and card numbers."""
    secret = {"ShopPass", "AccessPass", "SitePass", "CardNo", "Token", "SecurityCode", "CardPass", "PIN"}
    return tuple(rule.field for rule in rules if rule.field not in secret)


def _call(name: str, *rules: Rule, card: bool = False) -> Call:
    ordered = tuple(sorted(rules, key=lambda rule: rule.item))
    needed = {rule.field for rule in rules if rule.needed}
    pairs = ("ShopID" in needed, "SiteID" in needed, "AccessID" in needed)
    return Call(name, ordered, _kept(ordered), *pairs, card=card)


_CALLS = (
    _call(
        "EntryTran", *_SHOP, _ORDER, Rule("JobCd", "05", _job(_ENTRY_JOBS), True), _AMOUNT, _TAX,
        Rule("TdFlag", "08", _td_flag), *_SITE_IF, Rule("TdTenantName", "37", _bytes(25)),
        Rule("ItemCode", "45", _alphanumeric(7)), Rule("Tds2Type", "95", _one_of("1 2 3", "0007")),
    ),
    _call(
        "ExecTran", *_ACCESS, _ORDER, *_CARD, *_SITE_IF, _MEMBER._replace(needed=False), _SEQ,
        Rule("Method", "26", _one_of("1 2 3 4 5", "0002"), later=True),
        Rule("PayTimes", "27", _digits(2), later=True),
        *(Rule(f"ClientField{n}", f"3{n + 1}", _client_field, later=True) for n in (1, 2, 3)),
        Rule("ClientFieldFlag", "40", _one_of("0 1", "0007"), later=True),
        _CODE, _SEQ_MODE, _HOLDER, Rule("CallbackType", "95", _one_of("1 2 3", "0007")), card=True,
    ),
    _call("SecureTran2", *_ACCESS),
    _call(
        "AlterTran", *_SHOP, Rule("JobCd", "05", _job(_ALTER_JOBS), True), _LATE_AMOUNT, _LATE_TAX, *_ACCESS,
        Rule("Method", "26", _one_of("1 2 3 4 5", "0002"), later=True),
        Rule("PayTimes", "27", _digits(2), later=True), _DATE,
    ),
    _call(
        "ChangeTran", *_SHOP, Rule("JobCd", "05", _job(_CHANGE_JOBS), True),
        _LATE_AMOUNT._replace(needed=True), _LATE_TAX, *_ACCESS, _DATE,
    ),
    _call("SearchTrade", *_SHOP, _ORDER, _MASK),
    _call("SaveMember", *_SITE, _MEMBER, Rule("MemberName", "43", _bytes(255))),
    _call("UpdateMember", *_SITE, _MEMBER, Rule("MemberName", "43", _bytes(255))),
    _call("DeleteMember", *_SITE, _MEMBER),
    _call("SearchMember", *_SITE, _MEMBER),
    _call("SaveCard", *_SITE, _MEMBER, *_CARD, _SEQ, _CARD_NAME, _DEFAULT, _CODE, _SEQ_MODE, _HOLDER, card=True),
    _call("TradedCard", *_SHOP, _ORDER, *_SITE, _MEMBER, _CARD_NAME, _DEFAULT, _SEQ_MODE, _HOLDER),
    _call("SearchCard", *_SITE, _MEMBER, _SEQ, _SEQ_MODE, _MASK),
    _call("DeleteCard", *_SITE, _MEMBER, _SEQ._replace(needed=True), _SEQ_MODE),
    _call(
        "SearchCardDetail", *_SHOP, _ORDER._replace(needed=False), _CARD[0], *_SITE_IF,
        _MEMBER._replace(needed=False), _SEQ, _SEQ_MODE, Rule("SearchType", "95", _anything), card=True,
    ),
)  # fmt: skip
#: SearchTradeMulti has codes of its own: see `multi_faults`.
_MULTI = Call("SearchTradeMulti", _SHOP, ("ShopID", "OrderID", "PayType"), shop=True)
CALLS: Mapping[str, Call] = {call.name: call for call in (*_CALLS, _MULTI)}


def faults(call: Call, form: Mapping[str, str], later: bool = False) -> list[str]:
    """What is wrong with the fields of a call, field by field; ``later`` looks at the second half."""
    found: list[str] = []
    for field, item, check, needed, late in call.rules:
        if late is not later:
            continue
        value = form.get(field)
        if not value:
            if needed:
                found.append(f"E01{item}0001")
        elif reasons := check(value):
            found += [f"E01{item}{reason}" for reason in reasons]
    return found


def multi_faults(form: Mapping[str, str]) -> list[str]:
    """What is wrong with the PayType and the OrderID of SearchTradeMulti."""
    pay_type, found = form.get("PayType", ""), []
    if not pay_type:
        found.append("M01051001")
    else:
        found += ["M01051005"] if len(pay_type) > 2 else []
        found += [] if _number(pay_type) else ["M01051011"]
    return found if form.get("OrderID") else [*found, "M01004001"]


def masked(text: str) -> str:
    """Free text with every run of digits that could be a card number masked."""
    if sum(map(str.isdigit, text)) < 13:
        return text
    out, run = [], ""
    for letter in f"{text}\0":
        if letter.isascii() and letter.isdigit():
            run += letter
            continue
        out.append("*" * len(run) if 13 <= len(run) <= 19 and luhn(run) else run)
        out.append(letter)
        run = ""
    return "".join(out)[:-1]


# ---- the other way -------------------------------------------------------------------------------


def encode(name: str, values: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Request:
    """A call as a store sends it, in Windows-31J."""
    form = {"content-type": "application/x-www-form-urlencoded", **(headers or {})}
    body = urlencode(values, encoding="cp932", errors="replace").encode("ascii")
    return Request("POST", f"{PREFIX}{name}{SUFFIX}", "", form, body)


def decode(request: Request) -> tuple[str, dict[str, str]]:
    """The name and the fields of a call written by `encode`."""
    name = request.path.removeprefix(PREFIX).removesuffix(SUFFIX)
    return name, dict(parse_qsl(request.body.decode("ascii"), keep_blank_values=True, encoding="cp932"))
