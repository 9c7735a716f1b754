"""Charge permissions: looked at, edited, closed, and what the consumer does to them at Amazon."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from teiki_providers.amazon_pay import v2_views as views
from teiki_providers.amazon_pay.v2_office import Asked, Denied, Office
from teiki_providers.amazon_pay.v2_records import Permission
from teiki_providers.amazon_pay.v2_states import PERMISSION_TABLE, ChargeState, PermissionState
from teiki_providers.books import Refused
from teiki_providers.exchange import Reply
from teiki_sim.messages import Method

__all__ = ["Permissions"]


class Permissions:
    """The room of charge permissions."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._house, self._records = office.house, office.records

    # ---- calls -----------------------------------------------------------------------------------

    def get(self, asked: Asked) -> Reply:
        """Look at one."""
        return self._shown(self._office.permission(asked.identity, asked.where))

    def update(self, asked: Asked) -> Reply:
        """Edit what the shop noted; a closed one takes only what was empty, and only if it is one-time (documented)."""
        permission = self._office.permission(asked.identity, asked.where)
        cell = PERMISSION_TABLE[permission.state, "update"]
        if isinstance(cell, Refused) and not self._may_fill(permission, asked.fields):
            raise Denied(cell.code, f"{permission.id} is {permission.state}.")
        for block, values in asked.fields.items():
            permission.given[block] = {**permission.given.get(block, {}), **values}
        return self._shown(permission)

    def _may_fill(self, permission: Permission, fields: Mapping[str, Any]) -> bool:
        noted = permission.given.get("merchantMetadata", {})
        empty = not any(noted.get(name) for name in fields.get("merchantMetadata", {}))
        return permission.kind == "OneTime" and set(fields) <= {"merchantMetadata"} and empty

    def close(self, asked: Asked) -> Reply:
        """No more charges; pending ones are cancelled if the shop says so. Open authorisations stay capturable."""
        permission = self._office.permission(asked.identity, asked.where)
        cell = PERMISSION_TABLE[permission.state, "close"]
        if isinstance(cell, Refused):
            raise Denied(cell.code, f"{permission.id} is {permission.state} ({permission.reason}).")
        if asked.fields.get("cancelPendingCharges"):
            self._cancel_pending(permission)
        if asked.code == "AmazonClosed":
            self._records.barred(permission, PermissionState.CLOSED, "AmazonClosed")
        else:
            why = asked.fields["closureReason"]
            self._records.barred(permission, PermissionState.CLOSED, "MerchantClosed", why)
        return self._shown(permission)

    def _cancel_pending(self, permission: Permission) -> None:
        for charge in list(self._records.live(permission)):
            if charge.state == ChargeState.INITIATED:
                self._house.settle(charge.number, "cancelled")
                self._records.turned(charge, ChargeState.CANCELED, "ChargePermissionCanceled")

    def _shown(self, permission: Permission) -> Reply:
        return self._office.answer(200, views.permission(self._records, permission), permission.id)

    # ---- later -----------------------------------------------------------------------------------

    def expire(self, identity: str) -> str:
        """Its time is over, unless a charge has lengthened it."""
        permission = self._records.permissions[identity]
        if permission.state == PermissionState.CLOSED:
            return ""
        if permission.expires > self._house.now:
            self._office.later(permission.expires - self._house.now, "permission_expires", identity)
            return ""
        self._records.barred(permission, PermissionState.CLOSED, "Expired")
        return "Closed Expired"

    # ---- the consumer ----------------------------------------------------------------------------

    def revoke(self, identity: str, details: Mapping[str, Any]) -> dict[str, Any]:
        """The consumer ends the agreement at Amazon: the shop can neither charge nor close it (SS-AMZ-03)."""
        permission = self._living(identity)
        self._records.barred(permission, PermissionState.CLOSED, "BuyerCanceled")
        return self._told(permission)

    def update_card(self, identity: str, details: Mapping[str, Any]) -> dict[str, Any]:
        """The consumer repairs the means of payment: charges are judged anew (SS-AMZ-02, SS-AMZ-04)."""
        permission = self._living(identity)
        self._records.barred(permission, PermissionState.CHARGEABLE)
        if permission.charges:
            number = self._records.charges[permission.charges[-1]].number
            self._house.repair(self._house.consumer_key(number), Method.AMAZON_PAY)
        return self._told(permission)

    def remove_card(self, identity: str, details: Mapping[str, Any]) -> dict[str, Any]:
        """The consumer takes the means of payment away."""
        permission = self._living(identity)
        self._records.barred(permission, PermissionState.NON_CHARGEABLE, "PaymentMethodDeleted")
        return self._told(permission)

    def _living(self, identity: str) -> Permission:
        permission = self._records.permissions[identity]
        if permission.state == PermissionState.CLOSED:
            raise ValueError(f"{identity} is Closed ({permission.reason})")
        return permission

    def _told(self, permission: Permission) -> dict[str, Any]:
        return {"chargePermissionId": permission.id, "state": permission.state, "reason": permission.reason}
