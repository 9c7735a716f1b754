"""Any sequence of calls, deeds and faults: money holds, the records agree with the ledger, a replay is the same."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from providers.amazon_pay.v1_stand import V1
from teiki_providers.amazon_pay.v1_details import MONTHLY
from teiki_providers.exchange import Reply
from teiki_providers.said import Said
from teiki_sim.calendar import DAY, month_of

AMOUNTS = st.sampled_from([1, 1000, 3000, 8000, 60_000])
REASONS = ("InvalidPaymentMethod", "AmazonRejected", "TransactionTimedOut")
NOTES = st.sampled_from(["", "", "", *(f'{{"SandboxSimulation":{{"State":"Declined","ReasonCode":"{r}"}}}}' for r in REASONS)])  # fmt: skip
#: How a state of the ledger looks on the wire.
SEEN = {
    "AUTHORISED": ("Open", "Pending"),
    "PENDING": ("Pending",),
    "DECLINED": ("Declined", "Pending"),
    "CAPTURED": ("Closed",),
    "REFUNDED": ("Closed",),
    "CANCELLED": ("Closed",),
    "EXPIRED": ("Closed",),
}


class Journal(V1):
    """Keeps everything that changed the house."""

    def __init__(self) -> None:
        super().__init__()
        self.listen()
        self.lines: list[tuple[str, Any]] = []
        self.replies: list[bytes] = []

    def reply(self, request: Any) -> Reply:
        said = self.front.read(request)
        self.lines.append(("said", json.loads(json.dumps(said.as_json()))))
        reply = self.house.act(said)
        self.replies.append(reply.body)
        return reply if not reply.trouble else Reply(200, _NOTHING)

    def pass_time(self, seconds: int) -> list[tuple[str, str, str]]:
        self.lines.append(("advance", self.house.now + seconds))
        return super().pass_time(seconds)

    def again(self) -> None:
        """A sandbox started anew from the journal is the same."""
        other = V1()
        other.listen()
        replies = []
        for kind, line in self.lines:
            match kind:
                case "said":
                    replies.append(other.house.act(Said.from_json(line)).body)
                case "advance":
                    list(other.house.advance(line))
                case "new":
                    assert other.front.new_billing_agreement() == line
                case "order":
                    assert other.front.new_order_reference() == line
                case "buyer":
                    other.front.buyer(*line)
                case _:
                    other.house.mishaps.post(line)
        assert replies == self.replies
        assert other.front.transactions() == self.front.transactions()
        assert [n.body for n in other.house.outbox.notices] == [n.body for n in self.house.outbox.notices]


_NOTHING = (
    b"<ErrorResponse><Error><Code>none</Code><Message/></Error><RequestId>x</RequestId></ErrorResponse>"
)


class Amazon(RuleBasedStateMachine):
    agreements = Bundle("agreements")
    orders = Bundle("orders")
    charges = Bundle("charges")
    captures = Bundle("captures")

    def __init__(self) -> None:
        super().__init__()
        self.box = Journal()
        self.extra = 0

    @rule(target=agreements)
    def start(self) -> str:
        identity = self.box.front.new_billing_agreement()
        self.box.lines.append(("new", identity))
        self.act(identity, "consent")
        self.box.call("ConfirmBillingAgreement", {"AmazonBillingAgreementId": identity})
        return identity

    @rule(target=orders, total=AMOUNTS)
    def order(self, total: int) -> str:
        identity = self.box.front.new_order_reference()
        self.box.lines.append(("order", identity))
        named = {"AmazonOrderReferenceId": identity}
        self.box.call("SetOrderReferenceDetails", named | {"OrderReferenceAttributes.OrderTotal": total})
        self.box.call("ConfirmOrderReference", named)
        return identity

    def act(self, identity: str, action: str) -> None:
        try:
            self.box.front.buyer(identity, action, {})
        except ValueError:
            return
        self.box.lines.append(("buyer", (identity, action, {})))

    @rule(
        identity=agreements, action=st.sampled_from(["revoke", "remove_card", "update_card", "update_card"])
    )
    def buyer(self, identity: str, action: str) -> None:
        self.act(identity, action)

    @rule(
        target=charges,
        of=agreements,
        amount=AMOUNTS,
        note=NOTES,
        now=st.booleans(),
        timeout=st.sampled_from([0, 0, 60]),
    )
    def charge(self, of: str, amount: int, note: str, now: bool, timeout: int) -> Any:
        got = self.box.charge(
            of, amount, SellerAuthorizationNote=note or "定期", CaptureNow=now, TransactionTimeout=timeout
        )
        return got["AmazonAuthorizationId"] if "error" not in got else multiple()

    @rule(target=charges, of=orders, amount=AMOUNTS, note=NOTES)
    def authorise(self, of: str, amount: int, note: str) -> Any:
        got = self.box.authorise(of, amount, SellerAuthorizationNote=note or "単品")
        return got["AmazonAuthorizationId"] if "error" not in got else multiple()

    @rule(target=captures, of=charges, amount=AMOUNTS, pending=st.booleans())
    def capture(self, of: str, amount: int, pending: bool) -> Any:
        note = '{"SandboxSimulation":{"State":"Pending"}}' if pending else "出荷"
        got = self.box.capture(of, amount, SellerCaptureNote=note)
        return got["AmazonCaptureId"] if "error" not in got else multiple()

    @rule(of=captures, amount=AMOUNTS)
    def refund(self, of: str, amount: int) -> None:
        self.box.refund(of, amount)

    @rule(of=consumes(charges))
    def close(self, of: str) -> None:
        self.box.call("CloseAuthorization", {"AmazonAuthorizationId": of})

    @rule(of=charges, action=st.sampled_from(["CancelOrderReference", "CloseOrderReference"]))
    def end(self, of: str, action: str) -> None:
        self.box.call(action, {"AmazonOrderReferenceId": of[:19]})

    @rule(of=charges)
    def inquire(self, of: str) -> None:
        self.box.call("GetAuthorizationDetails", {"AmazonAuthorizationId": of})

    @rule(
        kind=st.sampled_from(
            [
                "declined",
                "pending",
                "capture_failed",
                "no_answer",
                "reply_lost",
                "server_error",
                "notice_twice",
            ]
        ),
        after=st.sampled_from([0, 30, 7200]),
    )
    def fault(self, kind: str, after: int) -> None:
        self.extra += 1
        values = {"kind": kind, "times": 1, "after_s": after, "id": f"f{self.extra}"}
        self.box.house.mishaps.post(values)
        self.box.lines.append(("fault", values))

    @rule(seconds=st.sampled_from([1, 30, 3600, 3 * 3600, DAY, 31 * DAY, 181 * DAY]))
    def wait(self, seconds: int) -> None:
        self.box.pass_time(seconds)

    # ---- what holds ------------------------------------------------------------------------------

    @invariant()
    def money_holds(self) -> None:
        ledger = self.box.house.ledger
        for number in range(ledger.size):
            captured = int(ledger.captured[number])
            assert ledger.refunded.get(number, 0) <= captured <= int(ledger.authorised[number])

    @invariant()
    def the_records_agree_with_the_ledger(self) -> None:
        box, records = self.box, self.box.front.records
        assert len(records.authorizations) == box.house.ledger.size
        for one in records.authorizations.values():
            told = box.house.ledger_of(one.number)
            assert one.state in SEEN[told["state"]], (one, told)
            assert records.captured(one) == told["captured"]
            assert sum(records.refunded(records.captures[c]) for c in one.captures) == told["refunded"]

    @invariant()
    def no_month_is_overdrawn(self) -> None:
        records, month = self.box.front.records, month_of(self.box.house.now // DAY)
        for agreement in records.agreements.values():
            assert records.spent(agreement, month) <= MONTHLY

    def teardown(self) -> None:
        self.box.again()


TestAmazon = Amazon.TestCase
TestAmazon.settings = settings(
    max_examples=30, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
