"""Switches of たまごリピート's rules (TR): holds that are not set, stop less, say less, or follow another table."""

from __future__ import annotations

from teiki_scenarios.switches.switch import Swap, Switch
from teiki_sim.config_holds import Person
from teiki_sim.holds import checks, keeping, refusals
from teiki_sim.holds.table import CASES, MAILED, Cases, Refusal
from teiki_sim.log.kinds import Actor
from teiki_sim.shop import Shop

__all__ = ["SWITCHES"]

_COD, _HOLD = Refusal("cod", "", "TR-NP-01"), Refusal("hold", "np_refused", "TR-NP-05")


def _platform(**changes: object) -> Switch:
    return lambda swap: swap.policy("tamago", **changes)


def _never(name: str) -> Switch:
    """A check of new orders that never finds anything."""
    return lambda swap: swap.put(checks, name, lambda *_: False)


def _without(rule: str) -> Switch:
    """The cases of one rule come out the other way."""
    other: Cases = {
        case: (_HOLD if refusal.outcome == "cod" else _COD) if refusal.rule == rule else refusal
        for case, refusal in CASES.items()
    }
    return _platform(np_refusals=other)


def _mailed(*grounds: str) -> Switch:
    return _platform(mailed_grounds=MAILED | set(grounds))


def _nothing_by_itself(swap: Swap) -> None:
    swap.put(refusals, "hold_order", lambda *_, **__: None)


def _later_cycles_alone(shop: Shop, sub: int, ground: str, actor: Actor, **_: int) -> int:
    keeping.hold_cycles(shop, sub, ground, actor)
    return 0


def _one_scope(swap: Swap) -> None:
    swap.put(keeping, "hold_whole", _later_cycles_alone)


def _one_field_is_enough(swap: Swap) -> None:
    def matches(person: Person, member: Person) -> bool:
        return any(checks.fields_equal(person, member, field) for field in ("phone", "postcode", "name"))

    swap.put(checks, "is_discount_candidate", matches)


def _any_cod(swap: Swap) -> None:
    swap.put(refusals, "permits_cod", lambda _shop, _order: True)


def _every_result_is_known(swap: Swap) -> None:
    swap.put(refusals, "unknown", lambda _code: False)


SWITCHES: dict[str, Switch] = {
    "TR-HOLD-01": _nothing_by_itself,
    "TR-HOLD-05": _platform(page_when_held=None),
    "TR-HOLD-06": _one_scope,
    "TR-HOLD-08": _platform(dates_holds=False),
    "TR-HOLD-10": _never("is_candidate"),
    "TR-HOLD-11": _platform(failed_generation="flag"),
    "TR-HOLD-13": _never("is_blacklisted"),
    "TR-HOLD-14": _never("is_island"),
    "TR-HOLD-15": _never("is_discount_candidate"),
    "TR-HOLD-16": _one_field_is_enough,
    "TR-HOLD-19": _platform(captures_held=False),
    "TR-MAIL-01": _platform(mailed_grounds=frozenset()),
    "TR-MAIL-02": _mailed("blacklisted", "island"),
    "TR-MAIL-03": _any_cod,
    "TR-MAIL-04": _mailed("purchase_limit", "coupon_twice"),
    "TR-NP-01": _without("TR-NP-01"),
    "TR-NP-02": _without("TR-NP-02"),
    "TR-NP-03": _without("TR-NP-03"),
    "TR-NP-04": _without("TR-NP-04"),
    "TR-NP-05": _without("TR-NP-05"),
    "TR-NP-06": _every_result_is_known,
}
