"""What a shop knows of its customers beside subscriptions and orders: addresses, means of payment, adjustments.

All of it is rare, so it lies in dictionaries. Addresses are revisions, numbered from 0: nothing personal is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from teiki_sim.messages import Method

__all__ = ["Addresses", "Adjustment", "Adjustments", "Instruments"]


@dataclass(slots=True)
class Addresses:
    """Whose address changed when, and which subscriptions and orders have which one."""

    current: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Customer -> (revision, instant of the change)."""
    carried: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    """Subscription -> (instant, revision) of each time an address was carried into it, oldest first."""
    edited: dict[int, int] = field(default_factory=dict)
    """Order -> revision that it was given by itself."""
    excepted: set[int] = field(default_factory=set)
    """Orders of which the customer was told that they go to the old address."""

    def revision(self, customer: int) -> int:
        """The customer's present address."""
        return self.current.get(customer, (0, 0))[0]

    def of_subscription(self, sub: int, at: int) -> int:
        """The address that a subscription had at an instant."""
        known = [revision for since, revision in self.carried.get(sub, ()) if since <= at]
        return known[-1] if known else 0


@dataclass(slots=True)
class Instruments:
    """Customers whose means of payment is gone: a deleted card, a dissolved agreement."""

    gone: dict[int, set[Method]] = field(default_factory=dict)

    def lacks(self, customer: int, method: Method) -> bool:
        """Whether nothing is left to charge by this method."""
        return method in self.gone.get(customer, ())


@dataclass(slots=True)
class Adjustment:
    """An amount to be settled with the next order: yen, below 0 in the customer's favour."""

    yen: int
    agreed: int | None = None
    order: int = -1
    """The order that took it over."""


@dataclass(slots=True)
class Adjustments:
    """調整金額: what waits for a subscription's next order, and which orders carry some (EC-ADJ-01)."""

    pending: dict[int, list[Adjustment]] = field(default_factory=dict)
    """By subscription."""
    carried: dict[int, list[Adjustment]] = field(default_factory=dict)
    """By order."""
    lost: dict[int, list[Adjustment]] = field(default_factory=dict)
    """By subscription: of orders that were cancelled."""
    unborn: dict[int, list[Adjustment]] = field(default_factory=dict)
    """By order that did not come to be: what it would have carried."""
    left: set[int] = field(default_factory=set)
    """Subscriptions whose open adjustment nobody thinks of."""
