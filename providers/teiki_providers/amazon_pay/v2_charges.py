"""Charges: authorised on a permission, captured, cancelled, looked at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from teiki_providers.amazon_pay import v2_views as views
from teiki_providers.amazon_pay.v2_codes import wire_code
from teiki_providers.amazon_pay.v2_office import UNHEARD, Asked, Denied, Office
from teiki_providers.amazon_pay.v2_records import (
    DAY,
    LIVE_LIFE,
    LONG_LIFE,
    SANDBOX_LIFE,
    SOON,
    Charge,
    Permission,
)
from teiki_providers.amazon_pay.v2_states import ChargeState, PermissionState
from teiki_providers.exchange import Reply
from teiki_providers.reference import Reference
from teiki_providers.scripts import Effect
from teiki_sim.messages import Answer, Method, Operation, Outcome

__all__ = ["REPLACES", "Charges", "Wanted"]

#: Amazon has no call that puts one authorisation in another's place; a shop says so in words of its own, and cancels
#: nothing itself (modelled).
REPLACES = "replaces "
_REPLACES = re.compile(rf"{REPLACES}([A-Z0-9-]{{1,40}})")
#: Charges of one one-time permission (third parties' account).
_MOST_CHARGES = 25
#: From this age of an authorisation on a capture takes its time (documented).
_LATE = 7 * DAY
_STATES: Mapping[Outcome, ChargeState] = {
    Outcome.ACCEPTED: ChargeState.AUTHORIZED,
    Outcome.PENDING: ChargeState.INITIATED,
    Outcome.DECLINED: ChargeState.DECLINED,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A charge to be made."""

    amount: int
    order: str
    given: Mapping[str, Any]
    reference: Reference | None = None
    forced: Effect | None = None


class Charges:
    """The room of charges."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._house, self._records = office.house, office.records

    # ---- calls -----------------------------------------------------------------------------------

    def create(self, asked: Asked) -> Reply:
        """Authorise, and capture at once where that is asked for."""
        if asked.probe:
            return self._probed(asked)
        fields = asked.fields
        permission = self._chargeable(asked)
        metadata = fields.get("merchantMetadata", {})
        replaced = self._replaced(metadata.get("customInformation", ""), asked)
        self._permit(permission, fields)
        own_order: str = permission.given.get("merchantMetadata", {}).get("merchantReferenceId", "")
        forced = asked.simulation.effect if asked.simulation is not None else None
        order = metadata.get("merchantReferenceId") or own_order
        wanted = Wanted(fields["chargeAmount"], order, fields, asked.reference, forced)
        charge, answer = self.authorise(permission, wanted, replaced)
        if answer.outcome == Outcome.NO_ANSWER:
            return UNHEARD
        if answer.outcome == Outcome.DECLINED:
            return self._declined(permission, charge, answer.code)
        if answer.outcome == Outcome.PENDING and not self._patient(permission, fields):
            return self._given_up(permission, charge)
        if fields.get("captureNow", False) and answer.outcome == Outcome.ACCEPTED:
            return self._captured_at_once(charge, asked)
        return self._office.answer(201, views.charge(self._records, charge), charge.id)

    def _captured_at_once(self, charge: Charge, asked: Asked) -> Reply:
        try:
            if not self.take(charge, charge.amount, asked.code == "CaptureInitiated"):
                return UNHEARD
        except Denied as denied:
            return self._office.refuse(denied.code, str(denied), charge.id)
        return self._office.answer(201, views.charge(self._records, charge), charge.id)

    def get(self, asked: Asked) -> Reply:
        """Look; with each look a pending one can be decided."""
        charge = self._office.charge(asked.identity, asked.where)
        answer = self._office.move(charge, "get", Operation.INQUIRE, 0, asked)
        return UNHEARD if answer is None else self._shown(charge)

    def update(self, asked: Asked) -> Reply:
        """Refused: Amazon keeps the old amount until the charge is captured (SS-AMZ-01)."""
        charge = self._office.charge(asked.identity, asked.where)
        amount = asked.fields.get("chargeAmount", charge.amount)
        answer = self._office.move(charge, "update", Operation.CHANGE, amount, asked)
        return UNHEARD if answer is None else self._shown(charge)

    def capture(self, asked: Asked) -> Reply:
        """Take the money, or less of it; the rest is let go."""
        charge = self._office.charge(asked.identity, asked.where)
        amount: int = asked.fields["captureAmount"]
        if asked.code == "AmazonRejected":
            return self._to_be_rejected(charge, amount)
        age = self._house.now - charge.created
        answer = self._office.move(charge, "capture", Operation.CAPTURE, amount, asked)
        if answer is None:
            return UNHEARD
        permission = self._records.permissions[charge.permission]
        late = age > _LATE and not permission.drawn
        self._taken(charge, late or asked.code == "CaptureInitiated")
        return self._shown(charge)

    def cancel(self, asked: Asked) -> Reply:
        """Let the authorisation go."""
        charge = self._office.charge(asked.identity, asked.where)
        answer = self._office.move(charge, "cancel", Operation.CANCEL, 0, asked)
        if answer is None:
            return UNHEARD
        self._records.turned(charge, ChargeState.CANCELED, "MerchantCanceled")
        return self._shown(charge)

    def _shown(self, charge: Charge) -> Reply:
        return self._office.answer(200, views.charge(self._records, charge), charge.id)

    # ---- authorising -----------------------------------------------------------------------------

    def _probed(self, asked: Asked) -> Reply:
        """An empty request of teiki's own store, under a key that is not known: its call never arrived."""
        if asked.reference is not None and not asked.fields:
            found = self._house.seek(Method.AMAZON_PAY, asked.reference)
            if found.outcome == Outcome.NO_ANSWER:
                return UNHEARD
        return self._office.refuse("MissingParameterValue", "chargePermissionId is missing")

    def _chargeable(self, asked: Asked) -> Permission:
        """The permission to charge; one of teiki's own store's consumers is there when it is first named."""
        identity: str = asked.fields["chargePermissionId"]
        if asked.own and identity not in self._records.permissions:
            now = self._house.now
            drawn = Permission(identity, asked.where, "Recurring", now, now + LONG_LIFE, now, drawn=True)
            self._records.permissions[identity] = drawn
        return self._office.permission(identity, asked.where)

    def _replaced(self, information: str, asked: Asked) -> Charge | None:
        found = _REPLACES.fullmatch(information)
        return None if found is None else self._office.charge(found[1], asked.where)

    def _permit(self, permission: Permission, fields: Mapping[str, Any]) -> None:
        """Raises `Denied` where state, count or limit forbid a charge. A drawn permission has none of these."""
        if permission.drawn:
            return
        state, reason = views.standing(self._records, permission)
        if state != PermissionState.CHARGEABLE:
            raise Denied("InvalidChargePermissionStatus", f"{permission.id} is {state} ({reason}).")
        if fields.get("softDescriptor") and not fields.get("captureNow"):
            raise Denied("InvalidParameterCombination", "softDescriptor goes with captureNow only.")
        one_time = permission.kind == "OneTime"
        if one_time and len(permission.charges) >= _MOST_CHARGES:
            raise Denied("TransactionCountExceeded", f"{permission.id} has {_MOST_CHARGES} charges.")
        if permission.limit and fields["chargeAmount"] > views.balance(self._records, permission):
            code = "TransactionAmountExceeded" if one_time else "PeriodicAmountExceeded"
            raise Denied(code, f"The amount is above what {permission.id} has left.")

    def authorise(
        self, permission: Permission, wanted: Wanted, replaced: Charge | None = None
    ) -> tuple[Charge, Answer]:
        """Ask the ledger for a charge, and keep it. The charge is ``replaced`` where nothing came in its place."""
        house, records = self._house, self._records
        order = (
            permission.id
            if permission.kind == "OneTime"
            else records.reference(permission.id[:3].translate(_ORDER))
        )
        identity = records.part(order, "C")
        if replaced is None:
            answer = house.charge(
                Method.AMAZON_PAY,
                wanted.order or identity,
                permission.id,
                wanted.amount,
                wanted.reference,
                wanted.forced,
            )
        else:
            answer = house.follow(
                Operation.REAUTHORISE,
                replaced.number,
                wanted.amount,
                reference=wanted.reference,
                forced=wanted.forced,
            )
            if answer.transaction == replaced.number:
                return replaced, answer
        charge = self._kept(identity, permission, wanted, answer)
        if replaced is not None and answer.outcome != Outcome.NO_ANSWER:
            records.catch_up(replaced)
        return charge, answer

    def _kept(self, identity: str, permission: Permission, wanted: Wanted, answer: Answer) -> Charge:
        now, records = self._house.now, self._records
        life = SANDBOX_LIFE if permission.where.environment == "Sandbox" else LIVE_LIFE
        charge = Charge(
            identity,
            permission.id,
            wanted.order,
            wanted.amount,
            answer.transaction,
            now,
            now + LIVE_LIFE,  # also in the sandbox, where it dies earlier than it says (recorded)
            now,
            given=dict(wanted.given),
        )
        if answer.outcome == Outcome.NO_ANSWER:
            return charge
        records.charges[identity] = charge
        records.numbers[answer.transaction] = identity
        permission.charges.append(identity)
        # A shop that waits is told no reason, unless the plan gives one of its own.
        held = self._house.books[Method.AMAZON_PAY].words.held
        reason = "" if answer.code == held else wire_code(answer.code)
        records.turned(charge, _STATES[answer.outcome], reason)
        if permission.where.environment == "Sandbox" and answer.outcome != Outcome.DECLINED:
            self._office.later(life, "charge_expires", identity)
        if answer.outcome != Outcome.DECLINED:
            self._office.accepted(permission)
            if permission.kind != "OneTime":
                permission.expires = now + LONG_LIFE
        return charge

    def _patient(self, permission: Permission, fields: Mapping[str, Any]) -> bool:
        return permission.drawn or fields.get("canHandlePendingAuthorization", False)

    def _declined(self, permission: Permission, charge: Charge, word: str) -> Reply:
        """A decline is the answer; its message names the charge, which stays to be looked at (modelled)."""
        self._office.declined(permission, word)
        code, reason = wire_code(word), permission.reason or "declined"
        return self._office.refuse(code, f"The charge {charge.id} was declined ({reason}).", charge.id)

    def _given_up(self, permission: Permission, charge: Charge) -> Reply:
        """A shop that can't wait for a verdict gets none (modelled)."""
        self._house.settle(charge.number, "declined", "TransactionTimedOut")
        self._records.turned(charge, ChargeState.DECLINED, "TransactionTimedOut")
        return self._declined(permission, charge, "TransactionTimedOut")

    # ---- capturing -------------------------------------------------------------------------------

    def take(self, charge: Charge, amount: int, slowly: bool = False) -> bool:
        """Capture a fresh authorisation; whether the call was heard. Raises `Denied` where it is refused."""
        answer = self._house.follow(Operation.CAPTURE, charge.number, amount)
        if answer.outcome == Outcome.NO_ANSWER:
            return False
        if answer.outcome == Outcome.DECLINED:
            raise Denied(
                wire_code(answer.code), f"The charge {charge.id} is authorized and was not captured."
            )
        self._taken(charge, slowly)
        return True

    def _taken(self, charge: Charge, slowly: bool) -> None:
        if slowly:
            self._records.turned(charge, ChargeState.CAPTURE_INITIATED)
            self._office.later(SOON, "captured", charge.id)
        else:
            self._captured(charge)

    def _captured(self, charge: Charge) -> None:
        self._records.turned(charge, ChargeState.CAPTURED)
        permission = self._records.permissions[charge.permission]
        if permission.kind == "OneTime" and not views.balance(self._records, permission):
            self._records.barred(permission, PermissionState.CLOSED)

    def _to_be_rejected(self, charge: Charge, amount: int) -> Reply:
        """The simulation of a capture that Amazon rejects half a minute later."""
        if charge.state != ChargeState.AUTHORIZED:
            raise Denied("InvalidChargeStatus", f"The charge {charge.id} is {charge.state}.")
        if not 0 < amount <= charge.amount:
            raise Denied("TransactionAmountExceeded", "The amount is above the authorized one.")
        self._records.turned(charge, ChargeState.CAPTURE_INITIATED)
        self._office.later(SOON, "capture_rejected", charge.id)
        return self._shown(charge)

    # ---- later -----------------------------------------------------------------------------------

    def captured_at_last(self, identity: str) -> str:
        """The capture that took its time is done."""
        self._captured(self._records.charges[identity])
        return "Captured"

    def rejected_at_last(self, identity: str) -> str:
        """The capture is rejected; nothing is left of the charge."""
        charge = self._records.charges[identity]
        self._house.settle(charge.number, "declined", "AmazonRejected")
        self._records.turned(charge, ChargeState.DECLINED, "AmazonRejected")
        return "Declined AmazonRejected"

    def expire(self, identity: str) -> str:
        """An authorisation of the sandbox dies after two days."""
        charge = self._records.charges[identity]
        self._records.catch_up(charge)
        if charge.state not in (ChargeState.AUTHORIZED, ChargeState.INITIATED):
            return ""
        self._house.settle(charge.number, "expired")
        self._records.turned(charge, ChargeState.EXPIRED, "ExpiredUnused")
        return "Canceled ExpiredUnused"

    def resolved(self, charge: Charge, code: str) -> None:
        """The ledger has news of a charge: a verdict, an expiry."""
        was = charge.state
        self._records.catch_up(charge, wire_code(code))
        permission = self._records.permissions[charge.permission]
        if was == ChargeState.INITIATED and charge.state == ChargeState.DECLINED:
            self._office.declined(permission, code)
        authorized = was == ChargeState.INITIATED and charge.state == ChargeState.AUTHORIZED
        if authorized and charge.given.get("captureNow"):
            answer = self._house.follow(Operation.CAPTURE, charge.number, charge.amount)
            if answer.outcome == Outcome.ACCEPTED:
                self._captured(charge)


#: Charges on a recurring permission stand under an order of their own: C03 -> S03, B03 -> P03.
_ORDER = str.maketrans("CB", "SP")
