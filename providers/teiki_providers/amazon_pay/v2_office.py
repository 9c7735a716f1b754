"""What every room of version 2 shares: an understood call, the answer to it, and what a decline does.

The legality of a move comes from the tables; what it does to money from the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from teiki_providers.amazon_pay.v2_codes import wire_code
from teiki_providers.amazon_pay.v2_instruments import SIMULATIONS, Simulation
from teiki_providers.amazon_pay.v2_records import FRONT, Charge, Permission, Records, Where
from teiki_providers.amazon_pay.v2_states import CHARGE_TABLE, Cell, PermissionState
from teiki_providers.amazon_pay.v2_wire import answer, problem
from teiki_providers.books import Move, Refused
from teiki_providers.exchange import Reply
from teiki_providers.reference import Reference
from teiki_providers.said import Said
from teiki_sim.messages import Answer, Method, Operation, Outcome

if TYPE_CHECKING:
    from teiki_providers.house import House

__all__ = ["UNHEARD", "Asked", "Denied", "Office"]

#: The call befell something on its way: the house answers in its place.
UNHEARD = Reply(trouble="lost")

#: What a decline does to the permission, by the ledger's word (documented for recurring ones, third parties' FAQ).
_BARRED: Mapping[str, tuple[PermissionState, str]] = {
    "InvalidPaymentMethod": (PermissionState.NON_CHARGEABLE, "PaymentMethodInvalid"),
    "InvalidBillingAgreementStatus": (PermissionState.NON_CHARGEABLE, "PaymentMethodInvalid"),
    "PaymentPlanNotSet": (PermissionState.NON_CHARGEABLE, "PaymentMethodNotSet"),
    "AmazonRejected": (PermissionState.CLOSED, "AmazonClosed"),
}


class Denied(Exception):
    """A call that its state, its limits or its object forbid: the wire's code and a message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Asked:
    """A call as the front understood it."""

    identity: str
    fields: Mapping[str, Any]
    key: str
    digest: str
    where: Where
    own: bool
    probe: bool
    simulation: Simulation | None
    code: str  # of the simulation
    reference: Reference | None

    @classmethod
    def of(cls, said: Said) -> Asked:
        """From the journal's form."""
        given = said.fields
        return cls(
            given["id"],
            given["fields"],
            given["key"],
            given["digest"],
            Where(given["merchant"], given["environment"]),
            given["own"],
            given["probe"],
            SIMULATIONS.get(said.operation, {}).get(given["simulation"]),
            given["simulation"],
            said.reference,
        )


class Office:
    """The records with their house."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.records = Records(house)

    def answer(self, status: int, value: Mapping[str, Any], transaction: str = "") -> Reply:
        """An object."""
        return answer(status, value, self.records.long("request"), transaction)

    def refuse(self, code: str, message: str, transaction: str = "") -> Reply:
        """An error."""
        return problem(code, message, self.records.long("request"), transaction)

    def later(self, seconds: int, what: str, key: str) -> None:
        """Let something of this front become due."""
        self.house.timer(self.house.now + seconds, FRONT, what, key)

    # ---- finding ---------------------------------------------------------------------------------

    def charge(self, identity: str, where: Where) -> Charge:
        """A charge of this merchant, caught up with the ledger. Raises `Denied`."""
        charge = self.records.charges.get(identity)
        if charge is None or self.records.permissions[charge.permission].where != where:
            raise Denied("ResourceNotFound", "There is no such charge.")
        self.records.catch_up(charge)
        return charge

    def permission(self, identity: str, where: Where) -> Permission:
        """A permission of this merchant. Raises `Denied`."""
        permission = self.records.permissions.get(identity)
        if permission is None or permission.where != where:
            raise Denied("ResourceNotFound", "There is no such charge permission.")
        return permission

    # ---- moving ----------------------------------------------------------------------------------

    def cell(self, charge: Charge, what: str) -> Cell:
        """What the wire's table says; of a drawn permission the ledger's book alone decides."""
        if self.records.permissions[charge.permission].drawn:
            return Move(None, "the ledger's book")
        return CHARGE_TABLE[charge.state, what]

    def move(
        self, charge: Charge, what: str, operation: Operation, amount: int, asked: Asked
    ) -> Answer | None:
        """Do an operation on a charge in the ledger; None where it is not heard. Raises `Denied`."""
        cell = self.cell(charge, what)
        if isinstance(cell, Refused) and not self._refused_too(charge, operation):
            raise Denied(cell.code, f"The charge {charge.id} is {charge.state}.")
        answer = self.house.follow(operation, charge.number, amount, reference=asked.reference)
        if answer.outcome == Outcome.NO_ANSWER:
            return None
        if (
            operation == Operation.INQUIRE
        ):  # a poll can have brought the verdict; other moves are noted by their rooms
            self.records.catch_up(charge)
        if isinstance(cell, Refused):
            raise Denied(cell.code, f"The charge {charge.id} is {charge.state}.")
        if answer.outcome == Outcome.DECLINED:
            raise Denied(wire_code(answer.code), f"The charge {charge.id} is {charge.state}.")
        return answer

    def _refused_too(self, charge: Charge, operation: Operation) -> bool:
        """Whether the ledger's book refuses as well, so that it can be asked without harm."""
        book = self.house.books[Method.AMAZON_PAY]
        return isinstance(book.cell(self.house.standing(charge.number), operation), Refused)

    def declined(self, permission: Permission, word: str) -> None:
        """What a decline does to its permission. A drawn one is judged anew each time, so it is never closed."""
        bar = _BARRED.get(word)
        if bar is not None and not (permission.drawn and bar[0] == PermissionState.CLOSED):
            self.records.barred(permission, *bar)

    def accepted(self, permission: Permission) -> None:
        """A charge passed: the plan found the means of payment in order."""
        if permission.drawn and permission.state != PermissionState.CHARGEABLE:
            self.records.barred(permission, PermissionState.CHARGEABLE)
