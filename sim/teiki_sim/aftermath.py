"""What slips and faults leave behind in an order's money, followed until it is put right.

The world's own account for the truth table: it reads the shop's tables and what the providers hold, never the
log or the monitors. Only orders that something happened to are followed, so a quiet shop pays nothing for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from teiki_sim.calendar import DAY
from teiki_sim.log.statuses import ORDER_MEANING, PAYMENT_MEANING, OrderMeaning, PaymentMeaning
from teiki_sim.slip_names import SLIPS
from teiki_sim.tables import LOOKED_AFTER, Rows
from teiki_sim.truth import BROKE, MENDED, OPEN, Slip

if TYPE_CHECKING:
    from teiki_sim.shop import Shop

__all__ = ["FOLLOWED", "Aftermath"]

#: Rates of faults of which the shop is told nothing.
_UNTOLD = ("cancel_lost", "cancel_late", "authorisation_lapses", "capture_partial", "paid_late")
#: What the providers hold under an order number: state and yen taken less refunded, of each transaction.
Holdings = tuple[tuple[str, int], ...]

_TAKEN = frozenset({"CAPTURED", "PAID", "CANCELLING"})
_LIVE = _TAKEN | {"AUTHORISED", "PENDING"}
_OVER = (OrderMeaning.CANCELLED, OrderMeaning.RETURNED)
_CLOSED = (*_OVER, OrderMeaning.RETURN_PENDING, OrderMeaning.DELETED)
_SAYS_DEAD = (
    PaymentMeaning.NONE,
    PaymentMeaning.REFUSED,
    PaymentMeaning.CANCELLED,
    PaymentMeaning.REFUNDED,
)


@dataclass(frozen=True, slots=True)
class _Standing:
    """An order as the shop has it and as the providers have it."""

    meaning: OrderMeaning
    payment: PaymentMeaning
    gone: bool
    amount: int
    held: Holdings

    @property
    def states(self) -> frozenset[str]:
        return frozenset(state for state, _ in self.held)


def _charged(order: _Standing) -> bool:
    """INV-01: over, and somebody still holds its money."""
    return order.meaning in _OVER and bool(order.states & _LIVE)


def _other_amount(order: _Standing) -> bool:
    """INV-05: captured in the shop's book, and the providers took another amount."""
    taken = sum(yen for state, yen in order.held if state in _TAKEN or state == "REFUNDED")
    return order.payment == PaymentMeaning.CAPTURED and taken != order.amount and order.meaning not in _CLOSED


def _apart(order: _Standing) -> bool:
    """INV-06: shop and provider say different things."""
    if order.meaning in (OrderMeaning.NONE, OrderMeaning.DELETED):
        return False
    match order.payment:
        case PaymentMeaning.UNKNOWN:
            return True
        case PaymentMeaning.AUTHORISED | PaymentMeaning.CAPTURE_FAILED:
            return "AUTHORISED" not in order.states
        case PaymentMeaning.PENDING:
            return "PENDING" not in order.states
        case PaymentMeaning.CAPTURED:
            return not order.states & _TAKEN
        case _:
            return bool(order.states & _LIVE)


def _unreturned(order: _Standing) -> bool:
    """INV-28: the return waits for the provider."""
    return order.meaning == OrderMeaning.RETURN_PENDING


def _several(order: _Standing) -> bool:
    """INV-30: more than one live transaction."""
    return sum(state in _LIVE for state, _ in order.held) > 1


def _uncaptured(order: _Standing) -> bool:
    """INV-55: the parcel left, and its money was not taken."""
    settled = (
        PaymentMeaning.CAPTURED,
        PaymentMeaning.NOT_NEEDED,
        PaymentMeaning.CANCELLED,
        PaymentMeaning.REFUNDED,
    )
    return order.gone and order.payment not in settled and order.meaning < OrderMeaning.CANCELLED


#: By invariant: what is wrong, and the grace after which it is a breach.
_CHECKS: dict[str, tuple[Callable[[_Standing], bool], str]] = {
    "INV-01": (_charged, "payment_cancel"),
    "INV-05": (_other_amount, "ledger"),
    "INV-06": (_apart, "ledger"),
    "INV-28": (_unreturned, "return_resolved"),
    "INV-30": (_several, "method_switch"),
    "INV-55": (_uncaptured, "capture"),
}
FOLLOWED = frozenset(_CHECKS)
"""The invariants that an order is followed for."""
LEFT_ALIVE = ("INV-30", "INV-06", "INV-01")
"""What a payment breaks that is left alive beside another: as it is, when the other dies, when the order is over."""


@dataclass(slots=True)
class _Followed:
    """The slips that can be blamed by invariant, since when something is wrong, and the rows that say so."""

    causes: dict[str, dict[str, None]] = field(default_factory=dict)
    since: dict[str, int] = field(default_factory=dict)
    rows: dict[str, list[Slip]] = field(default_factory=dict)


class Aftermath:
    """Orders that something happened to, each judged whenever a row is written about it."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self.orders: dict[int, _Followed] = {}
        self.listens = any(
            getattr(provider.faults, fault)
            for provider in shop.config.providers.values()
            for fault in _UNTOLD
        )
        self._cancelling: dict[int, list[Slip]] = {}

    def follow(self, order: int, slip: str, *invariants: str) -> None:
        """A slip (or a provider's fault) just befell the order and can break these; none: all that its note names."""
        followed = self.orders.setdefault(order, _Followed())
        self._shop.orders.flags[order] |= LOOKED_AFTER
        for invariant in invariants or SLIPS[slip].invariants:
            if invariant in _CHECKS and slip not in followed.causes.setdefault(invariant, {}):
                followed.causes[invariant][slip] = None
                self._blame(order, followed, invariant, slip)
        self.look(order)

    def look_at(self, orders: Rows) -> None:
        """`look` at those of many orders that are followed."""
        for order in orders[self._shop.orders.flags[orders] & LOOKED_AFTER > 0].tolist():
            self.look(order)

    def look(self, order: int) -> None:
        """Something about the order changed: judge it."""
        followed = self.orders.get(order)
        if followed is None:
            return
        standing = self._standing(order)
        for invariant, causes in followed.causes.items():
            check, grace = _CHECKS[invariant]
            if not check(standing):
                self._put_right(followed, invariant)
            elif invariant not in followed.since:
                shop = self._shop
                began = followed.since[invariant] = self._began(invariant)
                told = {row.slip for row in followed.rows.get(invariant, ())}
                for slip in causes:
                    if slip not in told:
                        self._blame(order, followed, invariant, slip)
                due = began + getattr(shop.config.grace, grace) * DAY
                shop.when(due + 1, partial(self._settle, followed, invariant, began, due))

    def is_bare(self, order: int) -> bool:
        """Whether the providers hold nothing that covers the order."""
        return not any(state in _TAKEN or state == "AUTHORISED" for state, _ in self._holdings(order))

    def is_cancelled(self, order: int) -> bool:
        """Whether its payment was cancelled or given back, by the shop's book or the providers'."""
        states = {state for state, _ in self._holdings(order)}
        return self._standing(order).payment in (PaymentMeaning.CANCELLED, PaymentMeaning.REFUNDED) or (
            bool(states & {"CANCELLED", "REFUNDED"}) and not states & _LIVE
        )

    # -- cancels that take time ------------------------------------------------------------------------

    def cancelling(self, order: int, slip: str) -> None:
        """A cancel of a deferred order that has left is under way, and a payment with it (INV-26)."""
        shop = self._shop
        sub = shop.orders.sub.item(order)
        row = shop.truth.open(shop.now, SLIPS[slip].source, slip, "INV-26", sub, order)
        self._cancelling.setdefault(order, []).append(row)

    def cancel_ended(self, order: int, *, refused: bool) -> None:
        """The provider carried the cancel out, or refused it because the customer had paid."""
        for row in self._cancelling.pop(order, ()):
            row.due, row.outcome = self._shop.now, BROKE if refused else MENDED

    def _blame(self, order: int, followed: _Followed, invariant: str, slip: str) -> None:
        shop = self._shop
        sub = shop.orders.sub.item(order)
        row = shop.truth.open(shop.now, SLIPS[slip].source, slip, invariant, sub, order)
        followed.rows.setdefault(invariant, []).append(row)

    def _put_right(self, followed: _Followed, invariant: str) -> None:
        followed.since.pop(invariant, None)
        for row in followed.rows.pop(invariant, ()):
            if row.outcome == OPEN:
                row.due, row.outcome = self._shop.now, MENDED

    def _settle(self, followed: _Followed, invariant: str, began: int, due: int) -> None:
        """The grace is over, and nothing was put right in between: all who can be blamed are."""
        if followed.since.get(invariant) == began:
            for row in followed.rows[invariant]:
                row.due, row.outcome = due, BROKE

    def _began(self, invariant: str) -> int:
        """Since when: now, and for what was not captured since the parcel left."""
        shop = self._shop
        if invariant != "INV-55" or shop.now % DAY < shop.ship_second:
            return shop.now
        return shop.today * DAY + shop.ship_second

    def _standing(self, order: int) -> _Standing:
        shop = self._shop
        orders = shop.orders
        return _Standing(
            OrderMeaning(ORDER_MEANING.item(orders.status.item(order))),
            PaymentMeaning(PAYMENT_MEANING.item(orders.payment.item(order))),
            shop.is_gone(order),
            orders.amount.item(order),
            self._holdings(order),
        )

    def _holdings(self, order: int) -> Holdings:
        return tuple(self._shop.gateway.holdings(order))
