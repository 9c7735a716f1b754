"""A state machine on money: whatever is asked in whatever order, the sums hold and the log tells them."""

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from providers.stand import COVERED, QUIET, SLIP, Stand
from teiki_providers.shelf import BOOKS
from teiki_providers.states import LIVE, State
from teiki_sim.config import Faults
from teiki_sim.messages import Method, Operation, Outcome

ORDERS = 6
amounts = st.integers(1, 6000)
orders = st.integers(0, ORDERS - 1)
methods = st.sampled_from(COVERED)
SINGLE = [op for op in Operation if op != Operation.AUTHORISE]


class Money(RuleBasedStateMachine):
    """Six orders, seven methods, everything that can be asked, and time."""

    faults = QUIET

    def __init__(self) -> None:
        super().__init__()
        self.stand = Stand(
            seed=7, decline_rate=0.2, hold_rate=0.2, codes={"A": 1.0}, hold_days=2, faults=self.faults
        )
        self.attempt = 0

    @rule(order=orders, method=methods, amount=amounts)
    def charge(self, order: int, method: Method, amount: int) -> None:
        self.attempt += 1
        answer = self.stand.ask(
            Operation.AUTHORISE, -1, method, order=order, amount=amount, attempt=self.attempt
        )
        if answer.outcome == Outcome.ACCEPTED:
            assert answer.amount == amount

    @rule(pick=st.integers(0, 10**6), operation=st.sampled_from(SINGLE), amount=amounts, slip=st.booleans())
    def ask(self, pick: int, operation: Operation, amount: int, slip: bool) -> None:
        ledger = self.stand.ledger
        if not ledger.size:
            return
        self.attempt += 1
        number = pick % ledger.size
        before, size = self.stand.gateway.state(number), ledger.size
        # Half of the captures are for the right amount, or little would ever be captured.
        if operation == Operation.CAPTURE and pick % 2:
            amount = int(ledger.authorised[number])
        answer = self.stand.ask(
            operation,
            number,
            Method(int(ledger.method[number])),
            order=int(ledger.order[number]),
            amount=amount,
            slip=SLIP if slip else 0,
            attempt=self.attempt,
        )
        judged = operation in (Operation.REAUTHORISE, Operation.CHANGE)
        if answer.outcome == Outcome.DECLINED and not judged:
            assert self.stand.gateway.state(number) == before and ledger.size == size
        if answer.outcome in (Outcome.ACCEPTED, Outcome.PENDING):
            assert answer.state == self._standing(answer.transaction)

    def _standing(self, number: int) -> str:
        return self.stand.desk.standing(number, self.stand.now // 86400).name

    @rule(days=st.integers(0, 40))
    def wait(self, days: int) -> None:
        told = self.stand.pass_days(days)
        assert all(self.stand.ledger.order[news.transaction] == news.order for news in told)
        assert list(self.stand.gateway.due(self.stand.now)) == []

    @rule(pick=st.integers(0, 10**6))
    def pay(self, pick: int) -> None:
        ledger = self.stand.ledger
        deferred = [n for n in range(ledger.size) if BOOKS[Method(int(ledger.method[n]))].terms.needs_slip]
        if deferred:
            number = deferred[pick % len(deferred)]
            before = self.stand.gateway.state(number)
            paid = self.stand.gateway.pay_invoices(self.stand.now, np.array([number], np.int32))
            assert paid.tolist() == [before in ("CAPTURED", "CANCELLING")]

    @rule(order=orders, method=methods)
    def repair(self, order: int, method: Method) -> None:
        self.stand.gateway.repair(self.stand.now, order, method)

    @invariant()
    def sums_hold(self) -> None:
        table = self.stand.gateway.table()
        assert (table["captured"] <= table["authorised"]).all()
        assert (table["refunded"] <= table["captured"]).all()
        captured = table["captured"] > 0
        taken = np.isin(table["state"], (State.CAPTURED, State.REFUNDED, State.CANCELLED))
        assert (taken | ~captured).all()
        assert (table["refunded"] > 0)[table["state"] == State.REFUNDED].all()

    @invariant()
    def one_live_np_transaction_an_order(self) -> None:
        ledger = self.stand.ledger
        seen: set[tuple[int, int]] = set()
        for number in range(ledger.size):
            method = Method(int(ledger.method[number]))
            if BOOKS[method].terms.one_live and State(int(ledger.state[number])) in LIVE:
                key = int(ledger.order[number]), int(method)
                if self._standing(number) != "EXPIRED":
                    assert key not in seen
                    seen.add(key)

    @invariant()
    def the_rows_tell_it(self) -> None:
        self.stand.agrees()


class MoneyWithFaults(Money):
    """The same where calls and replies get lost."""

    faults = Faults(no_answer=0.1, reply_lost=0.1, server_error=0.05, capture_failed=0.2)


limits = settings(
    max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestMoney = Money.TestCase
TestMoney.settings = limits
TestMoneyWithFaults = MoneyWithFaults.TestCase
TestMoneyWithFaults.settings = limits
