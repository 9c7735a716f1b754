"""teiki's own store through Amazon Pay v2's wire: the same contract, answers and rows as through the direct door."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from providers.side_by_side import FAULTY, Both, contract, questions, wire
from teiki_providers.amazon_pay.v2_front import open_amazon_v2
from teiki_providers.amazon_pay.v2_shop import Shop
from teiki_sim.messages import Method, Operation

ONLY = Method.AMAZON_PAY


@pytest.fixture(autouse=True)
def wired(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    wire(monkeypatch, ONLY, (open_amazon_v2,), Shop)
    yield


@pytest.mark.parametrize("test", contract(ONLY), ids=lambda test: test.__name__)
def test_the_contract_holds_over_the_wire(test: Callable[..., None]) -> None:
    test(method=ONLY)


# ---- side by side ------------------------------------------------------------------------------------


# Amazon has no invoices, so nothing is sent and nothing befalls that one.
STEPS = questions(one for one in Operation if one != Operation.PRINT_INVOICE)
CODES = {
    "InvalidPaymentMethod": 1.0,
    "InvalidBillingAgreementStatus": 1.0,
    "PaymentPlanNotSet": 1.0,
    "AmazonRejected": 1.0,
    "TransactionTimedOut": 1.0,
    "ProcessingFailure": 1.0,
}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS, st.integers(0, 3))
def test_any_questions_are_answered_alike(
    monkeypatch: pytest.MonkeyPatch, steps: list[Any], seed: int
) -> None:
    both = Both(
        monkeypatch, ONLY, seed=seed, decline_rate=0.3, hold_rate=0.2, hold_days=2, hold_ok=0.5, hold_ng=0.3,
        codes=CODES, faults=FAULTY,
    )  # fmt: skip
    newest: dict[int, int] = {}
    for attempt, (operation, pick, order, amount) in enumerate(steps):
        if operation == "days":
            both.pass_days((1, 1, 3, 20, 31, 60)[pick])
            continue
        transaction = -1 if operation == Operation.AUTHORISE else newest.get(order, -1)
        if transaction < 0 and operation not in (Operation.AUTHORISE, Operation.INQUIRE):
            continue  # a fault befalls no call about nothing: such a one is turned away before
        answer = both.ask(operation, transaction, order, amount, attempt)
        if answer.transaction >= 0:
            newest[order] = answer.transaction
    both.same_rows()
