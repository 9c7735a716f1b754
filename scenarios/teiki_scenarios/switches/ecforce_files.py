"""Switches of points, exports, forms and mails."""

from __future__ import annotations

from teiki_scenarios.switches.switch import Swap, Switch
from teiki_sim import points

__all__ = ["SWITCHES"]


def _points_stay(swap: Swap) -> None:
    swap.put(points, "reverse", lambda *_: False)


def _never_recalculated(swap: Swap) -> None:
    swap.put(points, "recalculate", lambda *_: None)


SWITCHES: dict[str, Switch] = {
    "EC-PAY-02": _points_stay,
    "SS-ORD-07": _never_recalculated,
}
