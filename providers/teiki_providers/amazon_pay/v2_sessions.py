"""Checkout sessions: opened by the shop, paid by the buyer at Amazon, completed by the shop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from teiki_providers.amazon_pay import v2_views as views
from teiki_providers.amazon_pay.v2_charges import Charges, Wanted
from teiki_providers.amazon_pay.v2_instruments import CARDS
from teiki_providers.amazon_pay.v2_office import UNHEARD, Asked, Denied, Office
from teiki_providers.amazon_pay.v2_records import (
    LONG_LIFE,
    ONE_TIME_LIFE,
    SESSION_LIFE,
    Charge,
    Permission,
    Session,
)
from teiki_providers.amazon_pay.v2_states import SESSION_TABLE, ChargeState, PermissionState, SessionState
from teiki_providers.amazon_pay.v2_wire import ROUTES
from teiki_providers.books import Refused
from teiki_providers.exchange import Reply
from teiki_providers.scripts import Effect
from teiki_sim.messages import Outcome

__all__ = ["LIMITS", "Sessions"]

#: What a permission may be charged: a recurring one in a calendar month (documented), one on file in all (third
#: parties; the period is not known).
LIMITS: Mapping[str, int] = {"Recurring": 100_000, "PaymentMethodOnFile": 2_000_000}
_AGREED = ("Recurring", "PaymentMethodOnFile")
_PREFIXES = {
    ("Sandbox", True): "S03",
    ("Sandbox", False): "C03",
    ("Live", True): "P03",
    ("Live", False): "B03",
}
#: What goes on from a session to its permission.
_KEPT = ("merchantMetadata", "recurringMetadata", "platformId", "providerMetadata")


class Sessions:
    """The room of checkout sessions."""

    def __init__(self, office: Office, charges: Charges) -> None:
        self._office = office
        self._charges = charges
        self._house, self._records = office.house, office.records

    # ---- calls -----------------------------------------------------------------------------------

    def create(self, asked: Asked) -> Reply:
        """Open one."""
        now = self._house.now
        identity = self._records.long("session")
        session = Session(identity, asked.where, now, now + SESSION_LIFE, now, dict(asked.fields))
        self._records.sessions[identity] = session
        self._office.later(SESSION_LIFE, "session_expires", identity)
        return self._shown(session, 201)

    def get(self, asked: Asked) -> Reply:
        """Look at one."""
        return self._shown(self._of(asked, "get"))

    def update(self, asked: Asked) -> Reply:
        """Fill in more, until the buyer is sent to pay."""
        session = self._of(asked, "update")
        if session.paid:
            raise Denied("InvalidCheckoutSessionStatus", "The buyer has been sent to pay already.")
        for block, values in asked.fields.items():
            old = session.given.get(block)
            session.given[block] = {**old, **values} if isinstance(old, dict) else values
        session.changed = self._house.now
        return self._shown(session)

    def complete(self, asked: Asked) -> Reply:
        """Make the permission, and the charge that the payment intent names."""
        session = self._of(asked, "complete")
        payment = session.given.get("paymentDetails", {})
        if not session.paid:
            raise Denied("InvalidCheckoutSessionStatus", "The buyer has not paid yet.")
        if asked.fields["chargeAmount"] != payment["chargeAmount"]:
            raise Denied("AmountMismatch", "chargeAmount is not that of the checkout session.")
        if asked.code in ("BuyerCanceled", "AmazonCanceled"):
            return self._failed(session, asked.code)
        permission = self._new_permission(session, payment)
        if payment["paymentIntent"] == "Confirm":
            return self._completed(session, permission, None)
        return self._charged(session, permission, payment, self._effect(session, payment, asked), asked)

    def _of(self, asked: Asked, what: str) -> Session:
        """The session asked about, where its state permits it. Raises `Denied`."""
        session = self._records.sessions.get(asked.identity)
        if session is None or session.where != asked.where:
            raise Denied("ResourceNotFound", "There is no such checkout session.")
        cell = SESSION_TABLE[session.state, what]
        if isinstance(cell, Refused):
            raise Denied(cell.code, f"The checkout session is {session.state} ({session.reason}).")
        return session

    def _shown(self, session: Session, status: int = 200) -> Reply:
        return self._office.answer(status, views.session(self._records, session), session.id)

    # ---- completing ------------------------------------------------------------------------------

    def _effect(self, session: Session, payment: Mapping[str, Any], asked: Asked) -> Effect | None:
        """What a simulation, or else the card, does to the authorisation."""
        effect = CARDS[session.card].effect if session.card else None
        if asked.simulation is not None:
            effect = asked.simulation.effect
        can_wait = payment.get("canHandlePendingAuthorization") and payment["paymentIntent"] == "Authorize"
        if effect is not None and effect.kind == "pending" and not can_wait:
            raise Denied("InvalidSandboxSimulationSpecified", "A pending authorization can't be handled.")
        return effect

    def _new_permission(self, session: Session, payment: Mapping[str, Any]) -> Permission:
        kind = session.given.get("chargePermissionType", "OneTime")
        one_time, now = kind == "OneTime", self._house.now
        amount: int = payment["chargeAmount"]
        limit = LIMITS.get(kind, payment.get("totalOrderAmount", amount))
        if amount > limit:
            code = "TransactionAmountExceeded" if one_time else "PeriodicAmountExceeded"
            raise Denied(code, f"The amount is above {limit} yen.")
        life = ONE_TIME_LIFE if one_time and not payment.get("extendExpiration") else LONG_LIFE
        identity = self._records.reference(_PREFIXES[session.where.environment, one_time])
        given = {name: session.given[name] for name in _KEPT if name in session.given}
        return Permission(
            identity, session.where, kind, now, now + life, now, limit, given=given, token=session.token
        )

    def _charged(
        self,
        session: Session,
        permission: Permission,
        payment: Mapping[str, Any],
        effect: Effect | None,
        asked: Asked,
    ) -> Reply:
        self._records.permissions[permission.id] = permission
        captures = payment["paymentIntent"] == "AuthorizeWithCapture"
        metadata = session.given.get("merchantMetadata", {})
        given = {
            name: payment[name]
            for name in ("softDescriptor", "canHandlePendingAuthorization")
            if name in payment
        }
        order = metadata.get("merchantReferenceId", "")
        wanted = Wanted(
            payment["chargeAmount"], order, given | {"captureNow": captures}, asked.reference, effect
        )
        charge, answer = self._charges.authorise(permission, wanted)
        if answer.outcome == Outcome.NO_ANSWER:
            del self._records.permissions[permission.id]
            return UNHEARD
        patient = payment.get("canHandlePendingAuthorization", False)
        if answer.outcome == Outcome.PENDING and not patient:
            self._house.settle(charge.number, "declined", "TransactionTimedOut")
            self._records.turned(charge, ChargeState.DECLINED, "TransactionTimedOut")
        if charge.state == ChargeState.DECLINED:
            self._records.barred(permission, PermissionState.CLOSED, "AmazonCanceled")
            return self._failed(session, "Declined")
        reply = self._completed(session, permission, charge)
        if captures and not self._captured(charge):
            return UNHEARD
        return reply

    def _captured(self, charge: Charge) -> bool:
        """Whether the capture was heard; one that fails leaves the authorisation (modelled)."""
        try:
            return self._charges.take(charge, charge.amount)
        except Denied:
            return True

    def _completed(self, session: Session, permission: Permission, charge: Charge | None) -> Reply:
        records = self._records
        records.permissions[permission.id] = permission
        self._office.later(permission.expires - self._house.now, "permission_expires", permission.id)
        records.notices.tell(session.where.merchant, "CHARGE_PERMISSION", permission.id, permission.id)
        session.permission, session.charge = permission.id, charge.id if charge is not None else ""
        self._ended(session, SessionState.COMPLETED)
        pending = charge is not None and charge.state == ChargeState.INITIATED
        return self._shown(session, 202 if pending else ROUTES["complete_session"].ok)

    def _failed(self, session: Session, reason: str) -> Reply:
        self._ended(session, SessionState.CANCELED, reason)
        return self._office.refuse(
            "CheckoutSessionCanceled", f"The checkout session was canceled ({reason}).", session.id
        )

    def _ended(self, session: Session, state: SessionState, reason: str = "") -> None:
        session.state, session.reason, session.changed = state, reason, self._house.now

    # ---- later -----------------------------------------------------------------------------------

    def expire(self, identity: str) -> str:
        """A day is over."""
        session = self._records.sessions[identity]
        if session.state != SessionState.OPEN:
            return ""
        self._ended(session, SessionState.CANCELED, "Expired")
        return "Canceled Expired"

    # ---- the consumer ----------------------------------------------------------------------------

    def sign_in(self, identity: str, details: Mapping[str, Any]) -> dict[str, Any]:
        """The buyer signs in, with an address and a means of payment; a test persona where no name is given."""
        session = self._open(identity)
        token = session.token or self._records.long("buyer")
        session.token = token
        self._records.buyers[token] = {
            "buyerId": f"amzn1.account.{token.replace('-', '').upper()[:28]}",
            "name": str(details.get("name") or "テスト 太郎")[:50],
            "email": str(details.get("email") or "buyer@example.com")[:254],
            "phoneNumber": str(details.get("phoneNumber") or "0300000000")[:20],
            "primeMembershipTypes": None,
        }
        return {"checkoutSessionId": identity, "buyerToken": token}

    def consent(self, identity: str, details: Mapping[str, Any]) -> dict[str, Any]:
        """The buyer agrees to charges to come, which is how such a session is paid."""
        if self._open(identity).given.get("chargePermissionType") not in _AGREED:
            raise ValueError("only a Recurring or PaymentMethodOnFile session asks for consent")
        return self.pay(identity, details)

    def pay(self, identity: str, details: Mapping[str, Any]) -> dict[str, Any]:
        """The buyer pays on Amazon's page, with one of the simulated cards (``card``: its last four digits)."""
        session, card = self._open(identity), str(details.get("card", ""))
        missing = views.constraints(session)
        if missing:
            raise ValueError(f"constraints are left: {', '.join(missing)}")
        if card and card not in CARDS:
            raise ValueError(f"the simulated cards end in {', '.join(CARDS)}")
        session.card, session.paid = card, True
        if card and CARDS[card].canceled:
            self._ended(session, SessionState.CANCELED, CARDS[card].canceled)
        return {"checkoutSessionId": identity, "state": session.state, "reason": session.reason}

    def refuse(self, identity: str, details: Mapping[str, Any]) -> dict[str, Any]:
        """The buyer leaves."""
        session = self._open(identity)
        self._ended(session, SessionState.CANCELED, "BuyerCanceled")
        return {"checkoutSessionId": identity, "state": session.state, "reason": session.reason}

    def _open(self, identity: str) -> Session:
        session = self._records.sessions[identity]
        if session.state != SessionState.OPEN:
            raise ValueError(f"the session is {session.state} ({session.reason})")
        return session

    def buyer(self, asked: Asked) -> Reply:
        """Who signed in, by the token that the shop was given."""
        buyer = self._records.buyers.get(asked.identity)
        if buyer is None:
            raise Denied("ResourceNotFound", "There is no such buyer.")
        return self._office.answer(200, {**buyer, "postalCode": "153-0064", "countryCode": "JP"})
