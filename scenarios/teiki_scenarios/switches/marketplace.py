"""Switches of the marketplace's rules (AM-CAN): the seller takes one message for another, or the platform lets go."""

from __future__ import annotations

from typing import Any

from teiki_scenarios.switches.switch import Swap, Switch
from teiki_sim.operators import Operators
from teiki_sim.requests import figures, moves, table
from teiki_sim.requests.inbox import Sort
from teiki_sim.requests.table import Move, Where

__all__ = ["SWITCHES"]


def _read_as(sort: Sort, fba: bool, where: Where, move: Move) -> Switch:
    """A message of this kind gets another answer."""
    return lambda swap: swap.put(table.MOVES, (sort, fba, where), move)


def _platform(**changes: object) -> Switch:
    return lambda swap: swap.policy("marketplace", **changes)


def _untracked(swap: Swap) -> None:
    swap.put(moves, "is_tracked", lambda _shop, _order: False)


def _nothing_charged(swap: Swap) -> None:
    swap.put(figures, "is_charged", lambda _request: False)


def _answers_itself(swap: Swap) -> None:
    """Messages are answered by a machine, whatever people there are."""
    ordinary = Operators.trouble

    def trouble(desk: Operators, what: str, sub: int, order: int, more: Any = "") -> None:
        if what == "message":
            desk._message(sub, order, more)
        else:
            ordinary(desk, what, sub, order, more)

    swap.put(Operators, "trouble", trouble)


SWITCHES: dict[str, Switch] = {
    "AM-CAN-02": _platform(cancels_on_request=True),
    "AM-CAN-03": _read_as(Sort.INFORMAL, True, Where.WAITING, Move.APPROVE),
    "AM-CAN-04": _read_as(Sort.INFORMAL, False, Where.WAITING, Move.ANSWER),
    "AM-CAN-06": _read_as(Sort.FORMAL, False, Where.WAITING, Move.REFUSE_PARCEL),
    "AM-CAN-07": _read_as(Sort.FORMAL, False, Where.LEFT, Move.APPROVE),
    "AM-CAN-09": _platform(shows_memo=True),
    "AM-CAN-10": _untracked,
    "AM-CAN-11": _nothing_charged,
    "AM-CAN-14": _answers_itself,
    "AM-CAN-13": _read_as(Sort.RETURN, False, Where.DELIVERED, Move.APPROVE),
}
