"""A state machine on the wire: whatever shops, consumers and faults do in whatever order, money holds.

Every dialect that is registered is spoken, by teiki's own store (every general operation) and, where it is listed
here, by a foreign shop with calls of the vendor's own. After each step no transaction has more captured than
authorised or more refunded than captured, and the provider's rows, folded, are the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from providers.rakuten_pay.talk import GOODS, LOGIN, Talk
from providers.stand import SLIP, provider
from teiki_providers import gmo
from teiki_providers.exchange import Reply, Request, Unheard
from teiki_providers.mishaps import EFFECTS
from teiki_providers.rakuten_pay import v1_wire
from teiki_providers.rakuten_pay.v1_wire import Item, Wanted
from teiki_providers.relay import Shop
from teiki_providers.shelf import BOOKS
from teiki_providers.shops import shops
from teiki_sim.calendar import DAY
from teiki_sim.config import Faults
from teiki_sim.draws import hash64
from teiki_sim.messages import Answer, Ask, Method, Operation

#: The store's orders stand apart from those that foreign shops name.
FIRST_ORDER = 1000
AMOUNTS = st.sampled_from([100, 1500, 3000, 3001, 9000, 60_000, 10_000_000])
PICK = st.integers(0, 10**6)
RATES = provider(
    decline_rate=0.15, hold_rate=0.15, hold_days=2, codes={"RI1009999": 1.0},
    faults=Faults(no_answer=0.05, reply_lost=0.05, server_error=0.05, capture_failed=0.1),
)  # fmt: skip
#: Follow-ups of Rakuten's foreign shops, by family, with what they carry.
FOLLOW_UPS: Mapping[str, Mapping[str, str]] = {
    "RakutenId": {"Sales": "", "Change": "Amount", "Cancel": ""},
    "Rakutenpay": {"Sales": "Amount", "Change": "Amount", "Cancel": "CancelAmount", "Reauth": "Amount"},
}
CONTROL = ("fixationorder", "cancelorder", "changepayment")


class Wire(RuleBasedStateMachine):
    """Shops at all providers of one sandbox."""

    steps: ClassVar[int] = 0

    @initialize(rates=st.booleans(), quick=st.booleans(), seed=st.integers(0, 9))
    def open(self, rates: bool, quick: bool, seed: int) -> None:
        names = {book.provider for book in BOOKS.values()}
        delays = {"rakuten_pay.v1_follow_up_s": 0} if quick else {"rakuten_pay.follow_up_s": 30}
        self.talk = Talk(delays, seed=seed, providers=dict.fromkeys(names, RATES if rates else provider()))
        self.house = self.talk.house
        self.shops: Mapping[Method, Shop] = shops(self._send)
        self.numbers: dict[int, tuple[Method, int]] = {}  # transaction -> method, order
        self.trades: list[tuple[str, dict[str, str]]] = []
        self.carts = 0
        self.asked = 0

    def _send(self, request: Request) -> Reply:
        reply = self.talk.send(request)
        if reply.trouble:
            raise Unheard(reply.trouble)
        return reply

    # ---- teiki's own store, at every provider ----------------------------------------------------

    def _ask(self, operation: Operation, method: Method, transaction: int, order: int, amount: int) -> Answer:
        self.asked += 1
        answer = self.shops[method].ask(
            Ask(
                self.house.now, operation, transaction, order, order, hash64(f"C{order % 3}"), 1, method, amount,
                self.asked, SLIP if operation == Operation.CAPTURE else 0,
            )
        )  # fmt: skip
        if answer.transaction >= 0:
            self.numbers[answer.transaction] = method, order
        return answer

    @rule(pick=PICK, amounts=st.lists(AMOUNTS, min_size=1, max_size=4), sold=st.booleans())
    def charge(self, pick: int, amounts: list[int], sold: bool) -> None:
        methods = sorted(self.shops)
        for nth, amount in enumerate(amounts, pick):
            method, order = methods[nth % len(methods)], FIRST_ORDER + nth % 40
            number = self._ask(Operation.AUTHORISE, method, -1, order, amount).transaction
            if sold and number >= 0:
                for operation in (Operation.PRINT_INVOICE, Operation.CAPTURE):
                    self._ask(operation, method, number, order, amount)

    @rule(pick=PICK, operation=st.sampled_from(list(Operation)[1:]), amount=AMOUNTS, whole=st.booleans())
    def follow(self, pick: int, operation: Operation, amount: int, whole: bool) -> None:
        if self.numbers:
            number = sorted(self.numbers)[pick % len(self.numbers)]
            amount = int(self.house.ledger.authorised[number]) if whole else amount
            self._ask(operation, *self._standing(number, amount))

    @rule(operations=st.lists(st.sampled_from(list(Operation)[1:]), min_size=1, max_size=4))
    def follow_newest(self, operations: list[Operation]) -> None:
        """Several things with one transaction."""
        for operation in operations:
            if self.numbers:
                number = max(self.numbers)
                part = 2 if operation == Operation.REFUND else 1
                amount = int(self.house.ledger.authorised[number]) // part
                self._ask(operation, *self._standing(number, amount))

    def _standing(self, number: int, amount: int) -> tuple[Method, int, int, int]:
        method, order = self.numbers[number]
        return method, number, order, amount

    # ---- a foreign shop at Rakuten ---------------------------------------------------------------

    def _call(self, call: str, fields: Mapping[str, Any]) -> dict[str, str]:
        """A call through GMO-PG; nothing where no whole answer came."""
        reply = self.talk.raw(call, LOGIN | dict(fields))
        return {} if reply.trouble else gmo.parse_answer(reply.body)

    @rule(
        family=st.sampled_from(sorted(FOLLOW_UPS)),
        job=st.sampled_from(["AUTH", "CAPTURE"]),
        amount=AMOUNTS,
        consent=st.sampled_from(["", "", "TEST-LIMIT", "TEST-HELD", "TEST-HELD-NG"]),
    )
    def enter(self, family: str, job: str, amount: int, consent: str) -> None:
        order = f"F-{len(self.trades)}"
        keys = self._call(f"EntryTran{family}", {"OrderID": order, "JobCd": job, "Amount": amount})
        if "AccessPass" in keys:
            keys = {**keys, "OrderID": order}
            asked = {"SettlementSubscriptionId": consent} if consent else GOODS | {"SubscriptionType": "1"}
            self._call(f"ExecTran{family}", keys | asked)
            self.trades.append((family, keys))
            if amount != 3001:
                self._agree("rakuten_gmo", order)

    @rule(pick=PICK, amount=AMOUNTS, given=st.booleans())
    def follow_up(self, pick: int, amount: int, given: bool) -> None:
        if self.trades:
            family, keys = self.trades[pick % len(self.trades)]
            names = FOLLOW_UPS[family]
            name = sorted(names)[pick % len(names)]
            field = names[name]
            extra = {field: amount} if field and (given or name == "Change") else {}
            self._call(f"{family}{name}", {**keys, **extra})
            pay_type = {"RakutenId": 18, "Rakutenpay": 50}[family]
            self._call("SearchTradeMulti", {"OrderID": keys["OrderID"], "PayType": pay_type})

    @rule(number=st.integers(1, 5))
    def step_in(self, number: int) -> None:
        self.carts += 1
        items = (Item("a", number, 1000), Item("b", 1, 500))
        total = sum(item.number * item.fee for item in items)
        cart = v1_wire.Cart("1000000001", f"cart-{self.carts}", total, items, "http://a/b", "http://c/d")
        body = v1_wire.encode_step_in(cart, "rakuten-key")
        self.talk.send(Request("POST", "/myc/cdodl/1.0/stepin", body=body))
        if number > 1:
            self._agree("rakuten_v1", cart.cart)

    def _agree(self, front: str, identity: str) -> None:
        """The consumer pays at once, where there is something to pay."""
        try:
            self.house.fronts[front].buyer(identity, "consent", {})
        except (KeyError, ValueError):
            pass  # charged on a consent already, or the call was lost

    @rule(pick=PICK, what=st.sampled_from(CONTROL), number=st.integers(0, 9))
    def control(self, pick: int, what: str, number: int) -> None:
        orders = [one["control_id"] for one in self.house.fronts["rakuten_v1"].transactions()]
        if orders:
            self.asked += 1
            head = {"serviceId": "1000000001", "accessKey": "rakuten-key", "requestId": str(self.asked)}
            wanted = Wanted(orders[pick % len(orders)] or "dc", (Item("a", number, 900),), 100)
            body = v1_wire.encode_control(head, [wanted])
            self.talk.send(Request("POST", f"/odrctla/{what}/1.0/", body=body))

    # ---- everybody else --------------------------------------------------------------------------

    @rule(pick=PICK)
    def consents(self, pick: int) -> None:
        """A consumer at Rakuten pays for the newest that still waits, mostly."""
        fronts = [self.house.fronts[name] for name in ("rakuten_gmo", "rakuten_v1")]
        waiting = [
            (front, one["id"])
            for front in fronts
            for one in front.transactions()
            if one["status"] == "REQSUCCESS" and one["ledger"] == {}
        ]
        if waiting:
            front, identity = waiting[pick % len(waiting)]
            front.buyer(identity, "refuse" if pick % 7 == 6 else "consent", {})

    @rule(pick=PICK)
    def deed(self, pick: int) -> None:
        """Any consumer's deed on any transaction of any dialect; what can't be is refused in words."""
        fronts = sorted(self.house.fronts.values(), key=lambda front: front.name)
        front = fronts[pick % len(fronts)]
        known, actions = front.transactions(), sorted(front.actions())
        if known and actions:
            identity = str(known[pick % len(known)].get("id", ""))
            try:
                front.buyer(identity, actions[pick % len(actions)], {})
            except (KeyError, ValueError):
                pass

    @rule(span=st.sampled_from([1, 30, 60, 120, 3600, DAY, 2 * DAY, 10 * DAY, 31 * DAY]))
    def wait(self, span: int) -> None:
        for _ in self.house.advance(self.house.now + span):
            pass

    @rule(kind=st.sampled_from(["", *sorted(EFFECTS)]), after_s=st.sampled_from([0, 50, DAY]))
    def fault(self, kind: str, after_s: int) -> None:
        """One more fault for one call, or none any more."""
        if kind:
            self.house.post_fault({"kind": kind, "times": 1, "after_s": after_s})
        else:
            self.house.mishaps.drop()

    # ---- what always holds -----------------------------------------------------------------------

    @invariant()
    def money_holds(self) -> None:
        type(self).steps += 1
        self.talk.agrees()

    def teardown(self) -> None:
        """Long afterwards nothing is under way, and the sums still hold."""
        if hasattr(self, "house"):
            self.wait(400 * DAY)
            self.talk.agrees()


LIMITS = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.filter_too_much],
}
TestWire = Wire.TestCase
TestWire.settings = settings(max_examples=20, stateful_step_count=40, **LIMITS)  # type: ignore[arg-type]


@pytest.mark.slow
def test_ten_thousand_steps() -> None:
    Wire.steps = 0
    run_state_machine_as_test(
        Wire,
        settings=settings(max_examples=260, stateful_step_count=60, **LIMITS),  # type: ignore[arg-type]
    )
    assert Wire.steps >= 10_000
