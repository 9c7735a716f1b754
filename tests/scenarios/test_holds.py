"""要対応 on たまごリピート by cases: the twelve of an NP refusal, and the eight of a discount candidate."""

from itertools import product
from typing import Any

import pytest

from teiki_scenarios.playing import Played, play
from teiki_scenarios.scenario_file import from_tables

_FEES = {"NP後払い": {"fee": 200}, "代引き": {"fee": 330}}
_SETTINGS = ("hold_all", "cod_all", "cod_first")
#: By setting, first order or later, cash on delivery possible: the method after it, and the rule that says so.
TWELVE = {
    ("hold_all", True, True): ("与信NG", "TR-NP-05"),
    ("hold_all", True, False): ("与信NG", "TR-NP-05"),
    ("hold_all", False, True): ("与信NG", "TR-NP-05"),
    ("hold_all", False, False): ("与信NG", "TR-NP-05"),
    ("cod_all", True, True): ("代引き", "TR-NP-01"),
    ("cod_all", True, False): ("与信NG", "TR-NP-04"),
    ("cod_all", False, True): ("代引き", "TR-NP-01"),
    ("cod_all", False, False): ("与信NG", "TR-NP-04"),
    ("cod_first", True, True): ("代引き", "TR-NP-01"),
    ("cod_first", True, False): ("与信NG", "TR-NP-02"),
    ("cod_first", False, True): ("与信NG", "TR-NP-03"),
    ("cod_first", False, False): ("与信NG", "TR-NP-03"),
}
_GROUNDS = {
    "TR-NP-05": "np_refused",
    "TR-NP-04": "np_refused_no_cod",
    "TR-NP-02": "np_refused_first",
    "TR-NP-03": "np_refused_later",
}


def played(tables: dict[str, Any]) -> Played:
    base = {"name": "x", "platform": "tamago", "start": "2026-04-10", "until": "2026-04-17"}
    return play(from_tables(base | tables))


def case(setting: str, first: bool, cod: bool) -> Any:
    outcome, rule = TWELVE[setting, first, cod]
    return pytest.param(setting, first, cod, outcome, rule, marks=pytest.mark.proves(rule))


@pytest.mark.parametrize(
    ("setting", "first", "cod", "outcome", "rule"),
    [case(*each) for each in product(_SETTINGS, (True, False), (True, False))],
)
def test_an_np_refusal_in_each_of_twelve_cases(
    setting: str, first: bool, cod: bool, outcome: str, rule: str
) -> None:
    """TR-NP-08: the order's method, status, amount and mails, and that the monitors find nothing to say."""
    carrier = "ヤマト運輸" if cod else "レターパック"
    terms = {"product": "TEA", "method": "NP後払い", "carrier": carrier, "cycle": 0 if first else 3}
    order = "S#1" if first else "S#4"
    to_cod = outcome == "代引き"
    standing = (
        {"method": "代引き", "amount": 3330, "payment": "対象外", "status": "出荷準備", "stopped": False}
        if to_cod
        else {"method": "NP後払い", "amount": 3200, "payment": "与信NG", "status": "与信NG", "stopped": True}
    )
    mail = {"kind": "mail", "order": order, "actor": "system"}
    events: list[dict[str, Any]] = [mail | {"code": "cod_fallback" if to_cod else "hold", "count": 1}]
    if not to_cod:
        events.append({"kind": "held", "order": order, "code": _GROUNDS[rule], "rule": rule, "count": 1})
    came = played(
        {
            "given": {
                "goods": {"TEA": 3000},
                "subscriptions": {"S": terms | {"next_delivery_date": "2026-04-23"}},
                "settings": {"holds": {"np_refused": setting}, "payments": _FEES},
            },
            "faults": [{"effect": {"kind": "declined", "code": "NG999"}}],
            "expect": {"events": events, "statuses": {order: standing}},
        }
    )
    assert not came.misses, "\n".join(miss.text("en") for miss in came.misses)


@pytest.mark.proves("TR-HOLD-15", "TR-HOLD-16")
@pytest.mark.parametrize("phone", [True, False])
@pytest.mark.parametrize("postcode", [True, False])
@pytest.mark.parametrize("name", [True, False])
def test_a_discount_candidate_in_each_of_eight_cases(phone: bool, postcode: bool, name: bool) -> None:
    """Two at least of telephone number, postcode and name: four of the eight are held until it is decided."""
    equal = {"phone": phone, "postcode": postcode, "name": name}
    candidate = {field: "same" if same else "other" for field, same in equal.items()}
    people = {"S": candidate, "会員": dict.fromkeys(equal, "same") | {"member": True}}
    held = sum(equal.values()) >= 2
    came = played(
        {
            "given": {
                "goods": {"TEA": 3000},
                "subscriptions": {"S": {"product": "TEA", "next_delivery_date": "2026-04-23"}},
                "settings": {"holds": {"member_discount": True, "people": people}},
            },
            "expect": {
                "events": [{"kind": "held", "code": "discount_candidate", "count": int(held)}],
                "statuses": {"S#1": {"stopped": held}},
            },
        }
    )
    assert not came.misses, "\n".join(miss.text("en") for miss in came.misses)


def test_a_coupon_used_before_is_refused_where_the_cart_guards_against_it() -> None:
    """TR-MAIL-04: the registration setting prevents it."""
    again = {"who": "customer", "does": "order_again", "with": {"subscription": "S", "coupon": "SPRING"}}
    came = played(
        {
            "given": {
                "goods": {"TEA": 3000},
                "subscriptions": {"S": {"product": "TEA", "next_delivery_date": "2026-04-30"}},
                "settings": {"holds": {"coupon_guard": True}},
            },
            "steps": [
                again | {"at": "2026-04-14 10:00"},
                again | {"at": "2026-04-14 11:00", "expect": {"refused": "TR-MAIL-04"}},
            ],
            "expect": {"events": [{"kind": "held", "count": 0}]},
        }
    )
    assert not came.misses
