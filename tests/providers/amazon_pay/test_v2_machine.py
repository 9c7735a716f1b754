"""Any sequence of version 2's calls, deeds and faults: money holds, and the records agree with the ledger."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule

from providers.amazon_pay.v2_talk import Talk, Told
from teiki_providers.amazon_pay.v2_codes import CODES
from teiki_providers.amazon_pay.v2_front import AmazonV2
from teiki_providers.amazon_pay.v2_states import RefundState

AMOUNTS = st.sampled_from([1, 1000, 3000, 8000, 60_000])
DECLINES = st.sampled_from(
    ["", "", "", "SoftDeclined", "HardDeclined", "TransactionTimedOut", "AmazonRejected"]
)
FAULTS = st.sampled_from(["no_answer", "reply_lost", "declined", "capture_failed", "server_error", "pending"])
#: How a state of the ledger looks on the wire.
SEEN = {
    "AUTHORISED": ("Authorized", "CaptureInitiated"),
    "PENDING": ("AuthorizationInitiated",),
    "DECLINED": ("Declined",),
    "CAPTURED": ("Captured", "CaptureInitiated"),
    "REFUNDED": ("Captured",),
    "CANCELLED": ("Canceled",),
    "EXPIRED": ("ExpiredUnused", "Canceled"),
}


class Money(RuleBasedStateMachine):
    """A shop with permissions of both kinds, and a wire that fails."""

    permissions: Bundle[str] = Bundle("permissions")
    charges: Bundle[str] = Bundle("charges")

    def __init__(self) -> None:
        super().__init__()
        self.talk = Talk()
        assert isinstance(self.talk.front, AmazonV2)
        self.front = self.talk.front

    def heard(self, told: Told) -> Told:
        """Every answer is one of Amazon's."""
        assert told.reply.trouble or told.status in (200, 201, 202) or told.code in CODES
        return told

    @rule(target=permissions, kind=st.sampled_from(["OneTime", "Recurring"]), amount=AMOUNTS)
    def agree(self, kind: str, amount: int) -> Any:
        done = self.heard(self.talk.complete(self.talk.paid(kind, "Confirm", amount), amount))
        return done["chargePermissionId"] if done.body and done.status == 200 else multiple()

    @rule(
        target=charges,
        permission=permissions,
        amount=AMOUNTS,
        sim=DECLINES,
        now=st.booleans(),
        waits=st.booleans(),
    )
    def charge(self, permission: str, amount: int, sim: str, now: bool, waits: bool) -> Any:
        more = {"captureNow": now, "canHandlePendingAuthorization": waits}
        told = self.heard(self.talk.charge(permission, amount, sim=sim, **more))
        return told.reply.transaction or multiple()

    @rule(target=charges, permission=permissions)
    def charge_pending(self, permission: str) -> Any:
        more = {"captureNow": True, "canHandlePendingAuthorization": True}
        told = self.heard(self.talk.charge(permission, 1000, sim="AuthorizationInitiated", **more))
        return told.reply.transaction or multiple()

    @rule(charge=charges, amount=AMOUNTS, sim=st.sampled_from(["", "", "CaptureInitiated", "AmazonRejected"]))
    def capture(self, charge: str, amount: int, sim: str) -> None:
        self.heard(self.talk.capture(charge, amount, sim=sim))

    @rule(charge=charges)
    def cancel(self, charge: str) -> None:
        self.heard(self.talk.cancel(charge))

    @rule(charge=charges, amount=AMOUNTS, sim=st.sampled_from(["", "", "ProcessingFailure"]))
    def refund(self, charge: str, amount: int, sim: str) -> None:
        self.heard(self.talk.refund(charge, amount, sim=sim))

    @rule(charge=charges)
    def look(self, charge: str) -> None:
        self.heard(self.talk.get("charges", charge))

    @rule(permission=permissions, pending=st.booleans())
    def close(self, permission: str, pending: bool) -> None:
        self.heard(self.talk.close(permission, cancelPendingCharges=pending))

    @rule(permission=permissions, action=st.sampled_from(["revoke", "update_card", "remove_card"]))
    def consumer(self, permission: str, action: str) -> None:
        try:
            self.talk.buyer(permission, action)
        except ValueError as error:
            assert "Closed" in str(error)

    @rule(kind=FAULTS, operation=st.sampled_from(["create_charge", "capture_charge", "create_refund"]))
    def fault(self, kind: str, operation: str) -> None:
        self.talk.fault(kind, times=1, after_s=40, operation=operation)

    @rule(seconds=st.sampled_from([1, 30, 3600, 86400, 3 * 86400, 40 * 86400]))
    def time_passes(self, seconds: int) -> None:
        self.talk.advance(seconds=seconds)

    @invariant()
    def money_holds(self) -> None:
        """Captured ≤ authorised, refunded ≤ captured and no more than the refunds that did not fail."""
        records = self.front.records
        for charge in records.charges.values():
            ledger = self.talk.house.ledger_of(charge.number)
            assert ledger["refunded"] <= ledger["captured"] <= charge.amount
            asked = sum(records.refunds[name].amount for name in charge.refunds)
            failed = sum(
                records.refunds[name].amount
                for name in charge.refunds
                if records.refunds[name].state == RefundState.DECLINED
            )
            assert ledger["refunded"] <= asked - failed

    @invariant()
    def records_agree(self) -> None:
        """Each charge is in a state that its ledger's state looks like."""
        for charge in self.front.transactions():
            assert charge["state"] in SEEN[charge["ledger"]["state"]], charge
        assert set(self.front.records.numbers) == set(range(self.talk.house.ledger.size))


TestMoney = Money.TestCase
TestMoney.settings = settings(
    max_examples=60,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
