"""Amazon Pay, version 2: JSON under /v2/, signed with RSA, each call to the room of what it is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from teiki_providers.amazon_pay import v2_views as views
from teiki_providers.amazon_pay.v2_charges import REPLACES, Charges
from teiki_providers.amazon_pay.v2_codes import CODES, wire_code
from teiki_providers.amazon_pay.v2_instruments import instruments
from teiki_providers.amazon_pay.v2_keys import STORE_KEY_ID, public_pem, store_key
from teiki_providers.amazon_pay.v2_office import Asked, Denied, Office
from teiki_providers.amazon_pay.v2_permissions import Permissions
from teiki_providers.amazon_pay.v2_reading import PREFIXES, read
from teiki_providers.amazon_pay.v2_records import FRONT, Charge, Kept
from teiki_providers.amazon_pay.v2_refunds import Refunds
from teiki_providers.amazon_pay.v2_sessions import Sessions
from teiki_providers.amazon_pay.v2_wire import problem
from teiki_providers.credentials import Credential
from teiki_providers.exchange import Reply, Request
from teiki_providers.said import Instrument, Keys, Said
from teiki_sim.messages import Operation

if TYPE_CHECKING:
    from teiki_providers.house import House

__all__ = ["AmazonV2", "open_amazon_v2"]

O = Operation
#: The general operation of each call on money; the others only look, or edit what the shop noted.
_GENERAL: Mapping[str, Operation] = {
    "create_charge": O.AUTHORISE,
    "complete_session": O.AUTHORISE,
    "update_charge": O.CHANGE,
    "capture_charge": O.CAPTURE,
    "cancel_charge": O.CANCEL,
    "create_refund": O.REFUND,
    "get_charge": O.INQUIRE,
    "get_refund": O.INQUIRE,
    "get_permission": O.INQUIRE,
    "get_session": O.INQUIRE,
    "get_buyer": O.INQUIRE,
}
#: The consumer's deeds, each with the kind of id that it takes.
_ACTIONS: Mapping[str, str] = {
    "sign_in": "checkout session (v2)",
    "consent": "checkout session (v2)",
    "pay": "checkout session (v2)",
    "refuse": "checkout session (v2)",
    "revoke": "charge permission (v2)",
    "update_card": "charge permission (v2)",
    "remove_card": "charge permission (v2)",
}
_RESULTS: Mapping[str, str] = {"Authorized": "authorised", "Declined": "declined"}
#: Answers that a repeated key gives again.
_KEPT = frozenset({200, 201, 405, 409, 422})
_STILL = "AuthorizationInitiated"


def _why(denied: Denied) -> str:
    """Why a call was refused, and who says so."""
    known = CODES.get(denied.code)
    if known is None:
        return f"refused with {denied.code}: {denied}"
    basis = "documented" if known.code.documented else "modelled"
    return f"refused with {denied.code}: {denied} ({basis}: {known.code.source})"


class AmazonV2:
    """The dialect of version 2."""

    name = FRONT
    provider = "amazon_pay"
    prefixes = PREFIXES

    def __init__(self, house: House) -> None:
        self._house = house
        house.credentials.put(Credential(FRONT, STORE_KEY_ID, public_pem(store_key())))
        self._office = Office(house)
        self.records = self._office.records
        self._charges = charges = Charges(self._office)
        sessions, permissions = Sessions(self._office, charges), Permissions(self._office)
        refunds = Refunds(self._office)
        self._rooms: Mapping[str, Callable[[Asked], Reply]] = {
            "create_session": sessions.create,
            "get_session": sessions.get,
            "update_session": sessions.update,
            "complete_session": sessions.complete,
            "get_buyer": sessions.buyer,
            "get_permission": permissions.get,
            "update_permission": permissions.update,
            "close_permission": permissions.close,
            "create_charge": charges.create,
            "get_charge": charges.get,
            "update_charge": charges.update,
            "capture_charge": charges.capture,
            "cancel_charge": charges.cancel,
            "create_refund": refunds.create,
            "get_refund": refunds.get,
        }
        self._due: Mapping[str, Callable[[str], str]] = {
            "session_expires": sessions.expire,
            "permission_expires": permissions.expire,
            "charge_expires": charges.expire,
            "captured": charges.captured_at_last,
            "capture_rejected": charges.rejected_at_last,
            "refunded": refunds.done,
            "refund_fails:AmazonRejected": lambda key: refunds.failed(key, "AmazonRejected"),
            "refund_fails:ProcessingFailure": lambda key: refunds.failed(key, "ProcessingFailure"),
        }
        self._deeds: Mapping[str, Callable[[str, Mapping[str, Any]], dict[str, Any]]] = {
            "sign_in": sessions.sign_in,
            "consent": sessions.consent,
            "pay": sessions.pay,
            "refuse": sessions.refuse,
            "revoke": permissions.revoke,
            "update_card": permissions.update_card,
            "remove_card": permissions.remove_card,
        }

    # ---- calls -----------------------------------------------------------------------------------

    def read(self, request: Request) -> Said:
        """Understand a request; raises `Turned`."""
        return read(self._house, request)

    def keys(self, said: Said) -> Keys:
        """By permission, the merchant's reference, amount and simulation code."""
        fields: Mapping[str, Any] = said.fields["fields"]
        permission, order = self._whose(said)
        amount = next(
            (fields[n] for n in ("chargeAmount", "captureAmount", "refundAmount") if n in fields), 0
        )
        operation = _GENERAL.get(said.operation)
        if said.operation == "create_charge" and self._replaces(fields):
            operation = O.REAUTHORISE
        charges = said.operation in ("create_charge", "complete_session") and not self._repeats(said)
        return Keys(permission, order, amount, said.fields["simulation"], operation, charges)

    def _whose(self, said: Said) -> tuple[str, str]:
        """The permission (or session) and the order that a call is about."""
        fields = said.fields["fields"]
        charge = self.records.charges.get(fields.get("chargeId") or said.fields["id"])
        if charge is not None:
            return charge.permission, charge.order
        order = fields.get("merchantMetadata", {}).get("merchantReferenceId", "")
        return fields.get("chargePermissionId") or said.fields["id"], order

    @staticmethod
    def _replaces(fields: Mapping[str, Any]) -> bool:
        information: str = fields.get("merchantMetadata", {}).get("customInformation", "")
        return information.startswith(REPLACES)

    def _repeats(self, said: Said) -> bool:
        return bool(said.fields["key"]) and (said.fields["merchant"], said.fields["key"]) in self.records.kept

    def act(self, said: Said) -> Reply:
        """Answer from what the key stands for, or do it and keep the answer."""
        asked = Asked.of(said)
        kept = self.records.kept.get((asked.where.merchant, asked.key)) if asked.key else None
        if kept is not None:
            self._house.why.say("the idempotency key is known (documented: Amazon Pay API v2, Idempotency)")
            return self._again(kept, asked)
        try:
            reply = self._rooms[said.operation](asked)
        except Denied as denied:
            self._house.why.say(_why(denied))
            reply = self._office.refuse(denied.code, str(denied), self._about(asked))
        self._keep(said, asked, reply)
        return reply

    def _about(self, asked: Asked) -> str:
        """The id that a refused call was about, where there is such a thing."""
        identity: str = asked.fields.get("chargeId") or asked.identity
        return identity if identity in self.records.charges else ""

    def _again(self, kept: Kept, asked: Asked) -> Reply:
        if kept.digest != asked.digest:
            return self._office.refuse("DuplicateIdempotencyKey", "The key was used with another request.")
        if kept.reply is not None:
            return kept.reply
        charge = self.records.charges[kept.charge]
        return self._office.answer(201, views.charge(self.records, charge), charge.id)

    def _keep(self, said: Said, asked: Asked, reply: Reply) -> None:
        """Keys are kept without an end; so is every answer that a charge was made for, and no other error (modelled)."""
        made = said.operation == "create_charge" and reply.transaction
        if not asked.key or reply.trouble or asked.probe or not (made or reply.status in _KEPT):
            return
        permission = self.records.permissions.get(asked.fields.get("chargePermissionId", ""))
        drawn = made and permission is not None and permission.drawn
        kept = Kept(asked.digest, None, reply.transaction) if drawn else Kept(asked.digest, reply)
        self.records.kept[asked.where.merchant, asked.key] = kept

    def trouble(self, code: str, status: int) -> Reply:
        """A server's error, or too many requests."""
        usual = {429: "TooManyRequests", 503: "ServiceUnavailable"}.get(status, "InternalServerError")
        code = wire_code(code) or usual
        reply = problem(code, "The request could not be served.", self.records.long("request"))
        return reply if reply.status in (429, 500, 503) else replace(reply, status=status)

    # ---- later -----------------------------------------------------------------------------------

    def due(self, at: int, what: str, key: str) -> str:
        """An expiry or an asynchronous result."""
        return self._due[what](key)

    def resolved(self, transaction: int, what: str, code: str) -> None:
        """News of the ledger on a charge."""
        identity = self.records.numbers.get(transaction)
        if identity is not None:
            self._charges.resolved(self.records.charges[identity], code)

    def results(self, identity: str, results: list[str]) -> dict[str, Any]:
        """What the next inquiries tell of a pending charge, in Amazon's words for its states."""
        for word in results:
            if word != _STILL and word not in _RESULTS:
                raise ValueError(f"results are {_STILL}, Authorized and Declined, not {word!r}")
        number = self.number(identity)
        place = next((n for n, word in enumerate(results, 1) if word != _STILL), 0)
        what = _RESULTS[results[place - 1]] if place else ""
        self._house.expect(number, place, what, "InvalidPaymentMethod" if what == "declined" else "")
        return {"chargeId": identity, "results": results}

    def buyer(self, identity: str, action: str, details: Mapping[str, Any]) -> dict[str, Any]:
        """What the consumer does at Amazon; raises KeyError for an unknown id, ValueError for what can't be."""
        known = (
            self.records.sessions
            if _ACTIONS.get(action, "").startswith("checkout")
            else self.records.permissions
        )
        if identity not in known:
            raise KeyError(identity)
        if action not in self._deeds:
            raise ValueError(f"no such action: {action}")
        return self._deeds[action](identity, details)

    def actions(self) -> Mapping[str, str]:
        """The consumer's deeds."""
        return _ACTIONS

    # ---- looking ---------------------------------------------------------------------------------

    def transactions(self) -> list[dict[str, Any]]:
        """All charges, newest last."""
        return [self._plain(charge) for charge in self.records.charges.values()]

    def transaction(self, identity: str) -> dict[str, Any]:
        """One charge with its ledger."""
        return self._plain(self.records.charges[identity])

    def _plain(self, charge: Charge) -> dict[str, Any]:
        self.records.catch_up(charge)
        permission = self.records.permissions[charge.permission]
        return {
            "id": charge.id,
            "permission": charge.permission,
            "permission_state": permission.state,
            "order": charge.order,
            "amount": charge.amount,
            "state": charge.state,
            "reason": charge.reason,
            "refunds": list(charge.refunds),
            "events": [list(event) for event in charge.timeline],
            "ledger": self._house.ledger_of(charge.number),
        }

    def identity(self, transaction: int) -> str:
        """The charge of a number of the ledger, "" where the wire never named it."""
        return self.records.numbers.get(transaction, "")

    def number(self, identity: str) -> int:
        """The ledger's number of a charge or of a refund's charge."""
        refund = self.records.refunds.get(identity)
        return self.records.charges[refund.charge if refund is not None else identity].number

    def instruments(self) -> list[Instrument]:
        """Simulation codes and cards."""
        return list(instruments())


def open_amazon_v2(house: House) -> AmazonV2:
    """Version 2 in a house."""
    return AmazonV2(house)
