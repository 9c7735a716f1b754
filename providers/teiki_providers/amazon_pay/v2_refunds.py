"""Refunds: always asynchronous, Refunded half a minute after they were asked for."""

from __future__ import annotations

from teiki_providers.amazon_pay import v2_views as views
from teiki_providers.amazon_pay.v2_office import UNHEARD, Asked, Denied, Office
from teiki_providers.amazon_pay.v2_records import SOON, Charge, Refund
from teiki_providers.amazon_pay.v2_states import ChargeState, RefundState
from teiki_providers.exchange import Reply
from teiki_sim.messages import Operation

__all__ = ["Refunds"]


class Refunds:
    """The room of refunds. No more goes back than was captured: the ledger holds to that (Amazon allows 15 % more)."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._records = office.records

    def create(self, asked: Asked) -> Reply:
        """Give captured money back."""
        office, amount = self._office, asked.fields["refundAmount"]
        charge = office.charge(asked.fields["chargeId"], asked.where)
        if asked.simulation is not None:
            return self._failing(charge, amount, asked)
        if office.move(charge, "refund", Operation.REFUND, amount, asked) is None:
            return UNHEARD
        return self._opened(charge, amount, asked, "refunded")

    def get(self, asked: Asked) -> Reply:
        """Look at one."""
        refund = self._records.refunds.get(asked.identity)
        if refund is None:
            raise Denied("ResourceNotFound", "There is no such refund.")
        self._office.charge(refund.charge, asked.where)
        return self._office.answer(200, views.refund(self._records, refund), refund.id)

    def _failing(self, charge: Charge, amount: int, asked: Asked) -> Reply:
        """The simulation of a refund that fails later: no money moves."""
        if charge.state != ChargeState.CAPTURED:
            raise Denied("InvalidChargeStatus", f"The charge {charge.id} is {charge.state}.")
        if not 0 < amount <= self._office.house.ledger.net(charge.number):
            raise Denied("TransactionAmountExceeded", "The amount is above what is left.")
        return self._opened(charge, amount, asked, f"refund_fails:{asked.code}")

    def _opened(self, charge: Charge, amount: int, asked: Asked, ends: str) -> Reply:
        now = self._office.house.now
        descriptor = asked.fields.get("softDescriptor", "")
        refund = Refund(self._records.part(charge.id, "R"), charge.id, amount, now, now, descriptor)
        self._records.refunds[refund.id] = refund
        charge.refunds.append(refund.id)
        charge.timeline.append((now, f"refund {refund.id} of {amount}"))
        self._office.later(SOON, ends, refund.id)
        return self._office.answer(201, views.refund(self._records, refund), refund.id)

    def done(self, identity: str) -> str:
        """The money is back."""
        self._records.returned(self._records.refunds[identity], RefundState.REFUNDED)
        return "Refunded"

    def failed(self, identity: str, reason: str) -> str:
        """The refund is declined."""
        self._records.returned(self._records.refunds[identity], RefundState.DECLINED, reason)
        return f"Declined {reason}"
