"""Random asks of teiki's own store: on the wire they are answered as through the direct door, and write the same rows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.stand import SLIP, START, Stand
from teiki_providers.deferred.np_front import open_np
from teiki_providers.deferred.np_shop import NpShop
from teiki_providers.house import House
from teiki_sim.config import Faults
from teiki_sim.messages import DEFERRED, Answer, Ask, Method, Operation, Outcome

O = Operation
_FAULTS = Faults(no_answer=0.03, reply_lost=0.05, server_error=0.03, capture_failed=0.05)
_AMOUNTS = frozenset({O.AUTHORISE, O.REAUTHORISE, O.CHANGE})


class Both:
    """One store at two stands: the direct door, and the vendors' wire."""

    def __init__(self, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.stands = []
        for way in ("direct", "spoken"):
            monkeypatch.setattr(Stand, "way", way)
            self.stands.append(
                Stand(seed=seed, faults=_FAULTS, decline_rate=0.1, codes={"NG999": 1.0}, hold_rate=0.15)
            )
        self.known: dict[int, int] = {}
        self._tries: dict[tuple[int, Operation], int] = {}

    def ask(self, operation: Operation, method: Method, order: int, amount: int) -> None:
        """The same ask at both; after a lost reply the same inquiry."""
        transaction = -1 if operation == O.AUTHORISE else self.known.get(order, -1)
        if transaction < 0 and operation not in (O.AUTHORISE, O.INQUIRE):
            return  # a store does nothing with what it doesn't know
        attempt = self._tries[order, operation] = self._tries.get((order, operation), -1) + 1
        if operation == O.CAPTURE:
            amount = int(self.stands[0].ledger.authorised[transaction]) if transaction >= 0 else 0
        elif operation not in _AMOUNTS:
            amount = 0
        more = {"order": order, "amount": amount, "attempt": attempt}
        answer = self._same(operation, transaction, method, more)
        if answer.outcome == Outcome.NO_ANSWER:
            answer = self._same(O.INQUIRE, transaction, method, {"order": order})
        if answer.transaction >= 0:
            self.known[order] = answer.transaction

    def _same(self, operation: Operation, transaction: int, method: Method, more: dict[str, int]) -> Answer:
        direct, wire = (stand.ask(operation, transaction, method, **more) for stand in self.stands)
        assert direct == wire, (operation, transaction, method, more)
        return direct

    def pass_days(self, days: int) -> None:
        """The same news."""
        direct, wire = (stand.pass_days(days) for stand in self.stands)
        assert direct == wire

    def pay(self, transaction: int) -> None:
        """The same invoice is paid."""
        paid = [
            s.gateway.pay_invoices(s.now, np.array([transaction], np.int32)).tolist() for s in self.stands
        ]
        assert paid[0] == paid[1]

    def agree(self) -> None:
        """The same rows, and ledgers that they fold to."""
        for stand in self.stands:
            stand.agrees()
        direct, wire = (
            [(kind, number, amount) for kind, number, amount, _ in stand.rows.seen] for stand in self.stands
        )
        assert direct == wire


steps = st.lists(
    st.tuples(
        st.sampled_from([*(o for o in Operation if o != O.REFUND), None]),
        st.sampled_from(sorted(DEFERRED)),
        st.integers(0, 2),
        st.sampled_from([2_000, 3_000, 4_000]),
    ),
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 1_000), steps=steps)
def test_wire_and_direct_agree(seed: int, steps: list[tuple[Operation | None, Method, int, int]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        both = Both(seed, patch)
        for operation, method, order, amount in steps:
            order += 10 * int(method)
            if operation is not None:
                both.ask(operation, method, order, amount)
            elif order in both.known and amount == 2_000:
                both.pay(both.known[order])
            else:
                both.pass_days(amount // 1_000 - 2 or 30)
        both.agree()


def test_connect_pro_tells_the_amount_that_was_shipped() -> None:
    """TR-NP-07, as the store sends it."""
    house = House(START, (open_np,))
    shop = NpShop(house.hear, connect=True)

    def ask(operation: Operation, transaction: int, amount: int, slip: int = 0) -> Answer:
        return shop.ask(Ask(START, operation, transaction, 0, 0, 7, 1, Method.NP, amount, 0, slip))

    number = ask(O.AUTHORISE, -1, 3_000).transaction
    assert ask(O.CAPTURE, number, 2_500, SLIP).code == "E0100108"
    assert ask(O.REAUTHORISE, number, 2_500).outcome == Outcome.ACCEPTED
    assert ask(O.CAPTURE, number, 2_500, SLIP).state == "CAPTURED"


def test_refunds_are_not_offered() -> None:
    with pytest.MonkeyPatch.context() as patch:
        both = Both(1, patch)
        for method in sorted(DEFERRED):
            both.ask(O.AUTHORISE, method, int(method), 3_000)
            both.ask(O.REFUND, method, int(method), 0)
        both.agree()
