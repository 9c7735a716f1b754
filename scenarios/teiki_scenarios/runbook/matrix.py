"""The cells of the matrix: each payment method × what is asked for × when it is asked for (EC-QA-01)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from teiki_sim.messages import DEFERRED, METHOD_NAMES, METHODS, UNCOVERED, Method

__all__ = ["COURSE", "OPERATIONS", "PHASES", "SITUATIONS", "Cell", "Words", "cells"]

Words = tuple[str, str]
"""Japanese and English."""

OPERATIONS: dict[str, Words] = {
    "cancel": ("注文のキャンセル", "Cancel the order"),
    "change_method": ("支払方法の変更", "Change the payment method"),
    "change_to_card": ("クレジットカードへの変更", "Change to credit card"),
    "change_goods": ("商品の追加・変更", "Add or change goods"),
    "billing_address": ("請求先住所の変更", "Change the billing address"),
    "delivery_address": ("お届け先住所の変更", "Change the delivery address"),
}
"""What can be asked for an order."""

PHASES: dict[str, Words] = {
    "before": ("出荷データを渡す前", "Before hand-over to the warehouse"),
    "handed_over": ("出荷データを渡した後・出荷前", "After hand-over, before shipping"),
    "shipped": ("出荷後", "After shipping"),
}
"""When it is asked."""

SITUATIONS: dict[str, Words] = {
    "": ("", ""),
    "unauthorised": ("与信が取れていない注文", "an order without an authorisation"),
    "unpaid": ("お客様の支払い前", "not yet paid by the customer"),
    "paid": ("お客様の支払い後", "paid by the customer"),
    "no_order": ("未発送の注文なし", "no unshipped order"),
    "open_order": ("未発送の注文あり", "an unshipped order is there"),
}
"""What makes a difference within a phase."""

COURSE: dict[str, Words] = {
    "stop": ("定期の停止", "Stop the subscription"),
    "cancel_subscription": ("定期の解約", "Cancel the subscription"),
    "resume": ("定期の再開", "Resume the subscription"),
    "next_date": ("次回お届け日の変更", "Change the next delivery date"),
    "method_next": ("次回からの支払方法の変更", "Another method from the next order on"),
    "pull_in": ("次回分の商品を今回にまとめる", "Send the next goods with this order"),
}
"""The subscription's own operations."""


_UNAUTHORISED = ("cancel", "change_method", "change_to_card")
"""What is asked for an order whose authorisation failed (EC-CAN-05)."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One thing that is asked for, at one time, with one method. ``phase`` is empty for the subscription's own."""

    operation: str
    phase: str
    situation: str
    method: Method

    @property
    def key(self) -> str:
        """A name for the cell, as files carry it."""
        parts = (self.operation, self.phase or "subscription", self.situation, METHOD_NAMES[self.method])
        return "/".join(part for part in parts if part)

    @property
    def title(self) -> Words:
        """What is asked for."""
        return (OPERATIONS | COURSE)[self.operation]


def cells(methods: Sequence[Method] = METHODS) -> list[Cell]:
    """Every cell for these methods."""
    found = []
    for method in methods:
        for operation in OPERATIONS:
            for phase in PHASES:
                parts: tuple[str, ...] = (
                    ("unpaid", "paid") if phase == "shipped" and method in DEFERRED else ("",)
                )
                if phase == "before" and operation in _UNAUTHORISED and method not in UNCOVERED:
                    parts = ("", "unauthorised")
                found += [Cell(operation, phase, situation, method) for situation in parts]
        for operation in COURSE:
            stops = operation in ("stop", "cancel_subscription")
            parts = ("no_order", "open_order") if stops else ("",)
            found += [Cell(operation, "", situation, method) for situation in parts]
    return found


def when(cell: Cell, phases: Mapping[str, Words] = PHASES) -> Words:
    """The phase and the situation of a cell, in words."""
    phase, situation = phases.get(cell.phase, ("定期", "Subscription")), SITUATIONS[cell.situation]
    if not situation[0]:
        return phase
    return f"{phase[0]}({situation[0]})", f"{phase[1]} ({situation[1]})"
