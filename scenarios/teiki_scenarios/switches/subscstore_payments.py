"""Switches of payments on サブスクストア: what reauthorises, what a refusal does, and the ways out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from teiki_providers.till import Till
from teiki_scenarios.switches.switch import Swap, Switch
from teiki_sim import fraud, nightly, operations, payments, shipping
from teiki_sim.log.kinds import Actor
from teiki_sim.messages import DEFERRED, Method
from teiki_sim.policies import SUBSCSTORE
from teiki_sim.shop import Shop

__all__ = ["SWITCHES"]

_Triggers = Mapping[Method, frozenset[str]]


def _reauthorises(changes: _Triggers) -> Switch:
    def switch(swap: Swap) -> None:
        swap.policy("subscstore", reauthorise_on={**SUBSCSTORE.reauthorise_on, **changes})

    return switch


def _made_all_the_same(swap: Swap) -> None:
    swap.policy("subscstore", charge_first=frozenset())


def _unheeded(swap: Swap) -> None:
    for name in ("_halt", "suspend"):
        swap.put(fraud, name, lambda *_: None)


def _no_flag_for_score(swap: Swap) -> None:
    raise_flag = nightly.raise_flag

    def raised(shop: Shop, sub: int, code: int, rule: str) -> None:
        if rule != "score_ng":
            raise_flag(shop, sub, code, rule)

    swap.put(nightly, "raise_flag", raised)


def _never_blocked(swap: Swap) -> None:
    swap.put(nightly, "block", lambda *_: None)


def _no_capture_by_hand(swap: Swap) -> None:
    swap.put(shipping, "force_capture", lambda *_: None)


def _reports_unprinted(swap: Swap) -> None:
    """NP takes the report of a parcel whose invoice was never printed."""
    takes = Till._ready

    def without_print(self: Till, captures: Any) -> Any:
        self._desk.printed.update(captures.transaction.tolist())
        return takes(self, captures)

    swap.put(Till, "_ready", without_print)


def _reauthorises_rakuten(swap: Swap) -> None:
    swap.policy("subscstore", reauthorises_refused={})


def _cancels_with_the_order(swap: Swap) -> None:
    delete = operations.delete_order

    def deleted(shop: Shop, order: int, actor: Actor, **_: Any) -> None:
        delete(shop, order, actor, cancel_the_payment=True)

    swap.put(operations, "delete_order", deleted)


def _unnamed(swap: Swap) -> None:
    """A cancel that fails for want of an agreement is told as one that comes too late."""
    swap.put(payments, "_REFUSED_BY", {})


_AMOUNT = frozenset({"amount", "quantity", "method"})

SWITCHES: dict[str, Switch] = {
    "SS-PAY-01": _reauthorises({Method.CARD: frozenset()}),
    "SS-PAY-02": _reauthorises({method: frozenset() for method in DEFERRED}),
    "SS-PAY-03": _made_all_the_same,
    "SS-PAY-04": _unheeded,
    "SS-SCORE-01": _no_flag_for_score,
    "SS-NP-01": _never_blocked,
    "SS-AMZ-01": _reauthorises({Method.AMAZON_PAY: _AMOUNT}),
    "SS-AMZ-02": _made_all_the_same,
    "SS-AMZ-03": _unnamed,
    "SS-AMZ-04": _made_all_the_same,
    "SS-AMZ-05": _no_capture_by_hand,
    "SS-NPW-01": _reports_unprinted,
    "SS-RAK-01": _reauthorises_rakuten,
    "SS-RAK-02": _cancels_with_the_order,
}
