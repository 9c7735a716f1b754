"""Switches of what is rehearsed before a shop opens."""

from __future__ import annotations

from teiki_scenarios.runbook import matrix
from teiki_scenarios.switches.switch import Swap, Switch

__all__ = ["SWITCHES"]


def _only_the_easy_phase(swap: Swap) -> None:
    """As shops do that test a purchase and its cancel on a fresh order, and call it a day."""
    swap.put(matrix, "PHASES", {"before": matrix.PHASES["before"]})


SWITCHES: dict[str, Switch] = {"EC-QA-01": _only_the_easy_phase}
