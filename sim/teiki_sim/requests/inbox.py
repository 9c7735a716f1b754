"""The seller's inbox: every message about an order, with what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

__all__ = ["BUYER", "OTHER_REASON", "OWN", "Inbox", "Request", "Sort"]

BUYER = "Buyer Cancelled"
"""The reason under which a buyer's formal request is approved (AM-CAN-06)."""
OTHER_REASON = "No Inventory"
"""Another one, the seller's own (modelled name)."""
OWN = "Fulfilled by marketplace"
"""What stands in the log as the reason where the marketplace itself cancels an order that it ships (modelled)."""


class Sort(Enum):
    """What a message is, by its subject line; the value is its code in the log."""

    FORMAL = "cancel_request"
    INFORMAL = "cancel_wish"
    RETURN = "return_request"
    QUESTION = "question"

    @property
    def subject(self) -> str:
        """The subject line, without names (AM-CAN-04, -13)."""
        return _SUBJECTS[self]


_SUBJECTS = {
    Sort.FORMAL: "Order cancellation request from Amazon customer",
    Sort.INFORMAL: "Inquiry from Amazon customer",
    Sort.RETURN: "ReturnRequested for order",
    Sort.QUESTION: "Inquiry from Amazon customer",
}


@dataclass(slots=True, eq=False)
class Request:
    """One message. ``at`` is when it was sent, ``due`` until when it must be answered; -1: not answered.

    ``case`` is how the seller found it, ``policy`` what decided the answer, ``outcome`` what came of it;
    ``lost`` is yen that it cost the seller, ``charged`` whether its cancel counts as the seller's own.
    """

    order: int
    sub: int
    sort: Sort
    at: int
    due: int
    fba: bool
    arrives: int
    answered: int = -1
    case: str = ""
    policy: str = ""
    outcome: str = "open"
    charged: bool = False
    lost: int = 0
    late_told: bool = False  # the truth knows already that it may be late
    approval_told: bool = False  # that it may be approved too late
    crossing_told: bool = False  # and that its order may leave before it is answered

    @property
    def in_time(self) -> bool:
        """Whether it was answered within the marketplace's hours (AM-CAN-01)."""
        return 0 <= self.answered <= self.due


@dataclass(slots=True)
class Inbox:
    """All messages of a run, and what is under way because of them."""

    requests: list[Request] = field(default_factory=list)
    open: dict[int, list[Request]] = field(default_factory=dict)  # order -> messages without an answer
    formal: dict[int, Request] = field(default_factory=dict)  # order -> its formal request
    pending: dict[int, Request] = field(default_factory=dict)  # order -> what waits for the parcel to be back
    refusing: set[int] = field(default_factory=set)  # parcels that their buyers will refuse
    refunded: set[int] = field(default_factory=set)
    memos: dict[int, str] = field(default_factory=dict)  # for the seller's eyes (AM-CAN-09)

    def unanswered(self, order: int) -> Request | None:
        """The order's formal request, while it has no answer."""
        request = self.formal.get(order)
        return request if request is not None and request.answered < 0 else None
