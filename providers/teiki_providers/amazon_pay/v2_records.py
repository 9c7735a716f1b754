"""What Amazon keeps in version 2: checkout sessions, charge permissions, charges, refunds, and answers by key.

Money lies in the ledger; a record has the vendor's ids, the finer state and what later answers give back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from teiki_providers.amazon_pay.v2_notices import Notices, uuid
from teiki_providers.amazon_pay.v2_states import (
    LATER,
    ChargeState,
    PermissionState,
    RefundState,
    SessionState,
)
from teiki_providers.exchange import Reply
from teiki_sim.draws import hash64

if TYPE_CHECKING:
    from teiki_providers.house import House

__all__ = ["FRONT", "Charge", "Kept", "Permission", "Records", "Refund", "Session", "Where"]

FRONT = "amazon_v2"
DAY = 86400
#: A session lives for a day; a one-time permission for 180 days, 13 months where it was extended (documented).
SESSION_LIFE, ONE_TIME_LIFE, LONG_LIFE = DAY, 180 * DAY, 396 * DAY
#: Authorised charges: 30 days live, which are the book's terms too; two days in the sandbox (documented).
LIVE_LIFE, SANDBOX_LIFE = 30 * DAY, 2 * DAY
#: The sandbox's asynchronous results come half a minute later (recorded for refunds; modelled for the rest).
SOON = 30


@dataclass(frozen=True, slots=True)
class Where:
    """In whose name and in which environment something is."""

    merchant: str
    environment: str  # Sandbox or Live


@dataclass(slots=True)
class Session:
    """A checkout session; ``given`` is what the shop sent, merged over its updates."""

    id: str
    where: Where
    created: int
    expires: int
    changed: int
    given: dict[str, Any]
    state: SessionState = SessionState.OPEN
    reason: str = ""
    token: str = ""  # of the buyer, once signed in
    card: str = ""
    paid: bool = False
    permission: str = ""
    charge: str = ""


@dataclass(slots=True)
class Permission:
    """A charge permission. ``limit`` 0 is none; ``drawn`` marks one of teiki's own store, whose consumers nobody signs
    in for: the plan alone judges its charges."""

    id: str
    where: Where
    kind: str
    created: int
    expires: int
    changed: int
    limit: int = 0
    state: PermissionState = PermissionState.CHARGEABLE
    reason: str = ""
    why: str = ""  # the merchant's closure reason
    given: dict[str, Any] = field(default_factory=dict)
    token: str = ""
    charges: list[str] = field(default_factory=list)
    drawn: bool = False


@dataclass(slots=True)
class Charge:
    """A charge: its ``number`` in the ledger (-1: none), and how Amazon puts its state."""

    id: str
    permission: str
    order: str
    amount: int
    number: int
    created: int
    expires: int
    changed: int
    state: ChargeState = ChargeState.AUTHORIZED
    reason: str = ""
    given: dict[str, Any] = field(default_factory=dict)
    refunds: list[str] = field(default_factory=list)
    timeline: list[tuple[int, str]] = field(default_factory=list)


@dataclass(slots=True)
class Refund:
    """A refund of a charge."""

    id: str
    charge: str
    amount: int
    created: int
    changed: int
    descriptor: str = ""
    state: RefundState = RefundState.INITIATED
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """What an idempotency key stands for: the request's digest and its answer, or the charge that it made."""

    digest: str
    reply: Reply | None
    charge: str = ""


class Records:
    """All records of one house, their ids, and the news of their changes."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.sessions: dict[str, Session] = {}
        self.permissions: dict[str, Permission] = {}
        self.charges: dict[str, Charge] = {}
        self.refunds: dict[str, Refund] = {}
        self.numbers: dict[int, str] = {}  # transaction of the ledger -> charge
        self.buyers: dict[str, dict[str, Any]] = {}  # by token
        self.kept: dict[tuple[str, str], Kept] = {}
        self.notices = Notices(house)
        self._serial = 0

    # ---- ids -------------------------------------------------------------------------------------

    def _draw(self, what: str) -> int:
        self._serial += 1
        return hash64(f"{FRONT}:{self.house.seed}:{what}:{self._serial}")

    def reference(self, prefix: str) -> str:
        """A new id of the form S03-1234567-1234567."""
        while True:
            draw = self._draw(prefix)
            found = f"{prefix}-{draw % 10**7:07d}-{draw // 10**7 % 10**7:07d}"
            if found not in self.permissions:
                return found

    def part(self, of: str, letter: str) -> str:
        """A new id of a charge (C) or refund (R) under an order's id."""
        order = "-".join(of.split("-")[:3])
        while True:
            found = f"{order}-{letter}{self._draw(letter) % 10**6:06d}"
            if found not in self.charges and found not in self.refunds:
                return found

    def long(self, what: str) -> str:
        """A new id of the form of a UUID."""
        return uuid(self._draw(what), self._draw(what))

    # ---- news ------------------------------------------------------------------------------------

    def turned(self, charge: Charge, state: ChargeState, reason: str = "") -> None:
        """A charge has a new state; its shop is told."""
        charge.state, charge.reason, charge.changed = state, reason, self.house.now
        charge.timeline.append((self.house.now, f"{state} {reason}".rstrip()))
        permission = self.permissions[charge.permission]
        self.notices.tell(permission.where.merchant, "CHARGE", charge.id, permission.id)

    def barred(self, permission: Permission, state: PermissionState, reason: str = "", why: str = "") -> None:
        """A permission has a new state; its shop is told."""
        if (permission.state, permission.reason) == (state, reason):
            return
        permission.state, permission.reason, permission.why = state, reason, why
        permission.changed = self.house.now
        self.notices.tell(permission.where.merchant, "CHARGE_PERMISSION", permission.id, permission.id)

    def returned(self, refund: Refund, state: RefundState, reason: str = "") -> None:
        """A refund has a new state; its shop is told."""
        refund.state, refund.reason, refund.changed = state, reason, self.house.now
        permission = self.permissions[self.charges[refund.charge].permission]
        self.notices.tell(permission.where.merchant, "REFUND", refund.id, permission.id)

    def catch_up(self, charge: Charge, code: str = "") -> None:
        """Take over what became of a charge in the ledger; ``code`` is the reason of a decline, where it is known."""
        later = LATER.get((charge.state, self.house.standing(charge.number)))
        if later is None:
            return
        state, reason = later
        self.turned(charge, state, (code or reason) if state == ChargeState.DECLINED else reason)

    def live(self, permission: Permission) -> Iterator[Charge]:
        """The charges of a permission under which money is being reserved or taken."""
        for name in permission.charges:
            charge = self.charges[name]
            self.catch_up(charge)
            if charge.state in (ChargeState.INITIATED, ChargeState.AUTHORIZED, ChargeState.CAPTURE_INITIATED):
                yield charge
