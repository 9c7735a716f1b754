"""The records of version 1: agreements, order references, authorisations, captures, refunds, and their ids.

What they say of money is what was asked and answered; amounts captured and refunded are sums over them, and the
ledger's own sums stand beside them.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from teiki_providers.amazon_pay.v1_codes import Problem
from teiki_providers.mishaps import Mishap
from teiki_sim.calendar import DAY, month_of
from teiki_sim.draws import hash64

__all__ = ["Agreement", "Authorization", "Capture", "Order", "Records", "Refund", "Thing"]


@dataclass(slots=True)
class Thing:
    """What all objects have: an id, a state with its reason, and when it came to that."""

    id: str
    state: str
    at: int
    reason: str = ""
    updated: int = 0
    #: The seller's own words for the reason.
    words: str = ""
    #: What befalls the notices of the call that made it.
    mishap: Mishap | None = None
    timeline: list[tuple[int, str]] = field(default_factory=list)

    def stand(self, now: int, state: str, reason: str = "", words: str = "") -> None:
        """Come to a state."""
        self.state, self.reason, self.words, self.updated = state, reason, words, now
        self.timeline.append((now, f"{state} {reason}".rstrip()))

    @property
    def live(self) -> bool:
        """Whether it belongs to the live environment, as its id tells."""
        return self.id[0] in "BP"


@dataclass(slots=True)
class Agreement(Thing):
    """A billing agreement. ``card`` is "ok", "" for none, or the constraint or decline that a starred card
    of the sandbox's wallet brings."""

    consent: bool = False
    card: str = "ok"
    confirmed: bool = False
    attributes: dict[str, Any] = field(default_factory=dict)
    orders: list[str] = field(default_factory=list)
    payer: int = 0

    @property
    def constraints(self) -> list[str]:
        """What stands in the way of a confirm."""
        return [*([] if self.consent else ["BuyerConsentNotSet"]), *_card_constraints(self.card)]


@dataclass(slots=True)
class Order(Thing):
    """An order reference; ``agreement`` is "" for a one-time one, whose buyer's card it then holds itself."""

    agreement: str = ""
    total: int | None = None
    card: str = "ok"
    confirmed: bool = False
    attributes: dict[str, Any] = field(default_factory=dict)
    authorizations: list[str] = field(default_factory=list)
    payer: int = 0

    @property
    def constraints(self) -> list[str]:
        """What stands in the way of a confirm."""
        return [*([] if self.total else ["AmountNotSet"]), *_card_constraints(self.card)]

    @property
    def seller_order(self) -> str:
        """The shop's own order number, "" where it gave none."""
        return str(self.attributes.get("SellerOrderAttributes.SellerOrderId", ""))


@dataclass(slots=True)
class Authorization(Thing):
    """An authorisation: one transaction of the ledger. ``verdict`` is what an asynchronous one comes to."""

    order: str = ""
    number: int = -1
    reference: str = ""
    amount: int = 0
    note: str = ""
    descriptor: str = ""
    capture_now: bool = False
    soft: bool = False
    verdict: tuple[str, str] | None = None
    polls: int = 0
    captures: list[str] = field(default_factory=list)
    simulation: Mapping[str, Any] = field(default_factory=dict)
    #: Asked by teiki's own store, which brings its luck: what a decline does to the agreement is in its draws.
    referred: bool = False


@dataclass(slots=True)
class Capture(Thing):
    """A capture of an authorisation."""

    authorization: str = ""
    reference: str = ""
    amount: int = 0
    note: str = ""
    descriptor: str = ""
    refunds: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Refund(Thing):
    """A refund of a capture; ``ends`` is what it comes to."""

    capture: str = ""
    reference: str = ""
    amount: int = 0
    note: str = ""
    descriptor: str = ""
    ends: tuple[str, str] = ("Completed", "")


def _card_constraints(card: str) -> list[str]:
    if card == "":
        return ["PaymentPlanNotSet"]
    return ["PaymentMethodNotAllowed"] if card == "PaymentMethodNotAllowed" else []


class Records:
    """All objects by id, and the reference ids that were used."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._serial = 0
        self.agreements: dict[str, Agreement] = {}
        self.orders: dict[str, Order] = {}
        self.authorizations: dict[str, Authorization] = {}
        self.captures: dict[str, Capture] = {}
        self.refunds: dict[str, Refund] = {}
        self.of_number: dict[int, str] = {}
        self.of_seller_order: defaultdict[str, list[str]] = defaultdict(list)
        self._used: dict[tuple[str, str], tuple[str, Mapping[str, Any], str]] = {}

    # ---- ids -------------------------------------------------------------------------------------

    def fresh(self, prefix: str) -> str:
        """A new id of an agreement (C03, live B03) or an order reference (S03, live P03)."""
        taken: Mapping[str, Thing] = self.agreements if prefix[0] in "BC" else self.orders
        while True:
            self._serial += 1
            left, right = divmod(hash64(f"amazon_v1:{self._seed}:{self._serial}") % 10**14, 10**7)
            identity = f"{prefix}-{left:07d}-{right:07d}"
            if identity not in taken:
                return identity

    def below(self, parent: str, letter: str, taken: Mapping[str, Thing], like: str = "") -> str:
        """A new id below an order reference, with the six digits of ``like`` where they are free."""
        digits, nth = like[-6:], 0
        while not digits or f"{parent}-{letter}{digits}" in taken:
            nth += 1
            digits = f"{hash64(f'{self._seed}:{parent}:{letter}:{len(taken)}:{nth}') % 10**6:06d}"
        return f"{parent}-{letter}{digits}"

    # ---- reference ids ---------------------------------------------------------------------------

    def used(self, kind: str, reference: str, parent: str, fields: Mapping[str, Any]) -> str:
        """The object that an identical earlier call made, "" where the reference id is new.

        Raises `Problem` where it was used for something else.
        """
        before = self._used.get((kind, reference))
        if before is None:
            return ""
        if before[0] != parent:
            raise Problem("DuplicateReferenceId", f"The reference id {reference} belongs to {before[0]}.")
        if dict(before[1]) != dict(fields):
            raise Problem("DuplicateRequest", f"The reference id {reference} was used with other parameters.")
        return before[2]

    def knows(self, kind: str, reference: str) -> bool:
        """Whether a reference id was used."""
        return (kind, reference) in self._used

    def use(self, kind: str, reference: str, parent: str, fields: Mapping[str, Any], made: str) -> None:
        """Remember what a call with this reference id made."""
        self._used[kind, reference] = (parent, fields, made)

    # ---- finding ---------------------------------------------------------------------------------

    def agreement(self, identity: str) -> Agreement:
        """Raises `Problem` for an unknown one."""
        if identity not in self.agreements:
            raise Problem("InvalidBillingAgreementId", f"The billing agreement id {identity} is invalid.")
        return self.agreements[identity]

    def order(self, identity: str) -> Order:
        """Raises `Problem` for an unknown one."""
        if identity not in self.orders:
            raise Problem("InvalidOrderReferenceId", f"The order reference id {identity} is invalid.")
        return self.orders[identity]

    def authorization(self, identity: str) -> Authorization:
        """Raises `Problem` for an unknown one."""
        if identity not in self.authorizations:
            raise Problem("InvalidTransactionId", f"The authorization id {identity} is invalid.")
        return self.authorizations[identity]

    def capture(self, identity: str) -> Capture:
        """Raises `Problem` for an unknown one."""
        if identity not in self.captures:
            raise Problem("InvalidTransactionId", f"The capture id {identity} is invalid.")
        return self.captures[identity]

    def refund(self, identity: str) -> Refund:
        """Raises `Problem` for an unknown one."""
        if identity not in self.refunds:
            raise Problem("InvalidTransactionId", f"The refund id {identity} is invalid.")
        return self.refunds[identity]

    # ---- sums ------------------------------------------------------------------------------------

    def captured(self, authorization: Authorization) -> int:
        """What was captured of an authorisation."""
        captures = (self.captures[identity] for identity in authorization.captures)
        return sum(capture.amount for capture in captures if capture.state in ("Completed", "Closed"))

    def refunded(self, capture: Capture) -> int:
        """What was given back of a capture, or is on its way."""
        refunds = (self.refunds[identity] for identity in capture.refunds)
        return sum(refund.amount for refund in refunds if refund.ends[0] == "Completed")

    def spent(self, agreement: Agreement, month: int) -> int:
        """What a calendar month's charges on an agreement come to: captured, or still to be."""
        charges = (one for identity in agreement.orders for one in self.of_order(self.orders[identity]))
        mine = [one for one in charges if month_of(one.at // DAY) == month]
        return sum(one.amount if one.state in ("Open", "Pending") else self.captured(one) for one in mine)

    def of_order(self, order: Order) -> list[Authorization]:
        """The authorisations of an order reference, oldest first."""
        return [self.authorizations[identity] for identity in order.authorizations]
