"""teiki's own store through Rakuten Pay's wire: the same contract, answers and rows as through the direct door."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from providers import test_doors
from providers.rakuten_pay.talk import Talk
from providers.side_by_side import FAULTY, Both, contract, questions, wire

from teiki_providers.door_calls import RowKeeper
from teiki_providers.exchange import Reply
from teiki_providers.faults import FaultPlan
from teiki_providers.fronts import FRONTS
from teiki_providers.house import House
from teiki_providers.lines import HouseLine
from teiki_providers.rakuten_pay.gmo_shop import Shop
from teiki_providers.relay import RelayGateway
from teiki_providers.scripts import Effect, Match, Script
from teiki_sim.config import Config, load
from teiki_sim.log.writer import Log
from teiki_sim.messages import METHOD_NAMES, Answer, Ask, Gateway, Method, Operation, Outcome

ONLY = Method.RAKUTEN_PAY


@pytest.fixture(autouse=True)
def wired(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    wire(monkeypatch, ONLY, FRONTS, Shop)
    yield


@pytest.mark.parametrize("test", contract(ONLY), ids=lambda test: test.__name__)
def test_the_contract_holds_over_the_wire(test: Callable[..., None]) -> None:
    test(method=ONLY)


# ---- side by side ------------------------------------------------------------------------------------


STEPS = questions()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS, st.integers(0, 3))
def test_any_questions_are_answered_alike(
    monkeypatch: pytest.MonkeyPatch, steps: list[Any], seed: int
) -> None:
    both = Both(
        monkeypatch, ONLY, seed=seed, decline_rate=0.3, hold_rate=0.2, hold_days=2, hold_ok=0.5, hold_ng=0.3,
        codes={"RI1009999": 1.0, "カード不可": 1.0}, faults=FAULTY,
    )  # fmt: skip
    newest: dict[int, int] = {}
    for attempt, (operation, pick, order, amount) in enumerate(steps):
        if operation == "days":
            both.pass_days((1, 1, 3, 20, 31, 60)[pick])
            continue
        if operation == Operation.AUTHORISE and amount < 2:
            amount = 3000  # the wire takes no less than two yen
        transaction = -1 if operation == Operation.AUTHORISE else newest.get(order, -1)
        if transaction < 0 and operation not in (Operation.AUTHORISE, Operation.INQUIRE):
            continue  # a fault befalls no call about nothing: such a one is turned away before
        answer = both.ask(operation, transaction, order, amount, attempt)
        if answer.transaction >= 0:
            newest[order] = answer.transaction
    both.same_rows()


# ---- months of a shop whose customers all pay by Rakuten Pay ----------------------------------------


def over_the_wire(config: Config, log: Log) -> Gateway:
    """A gateway that speaks the vendor's form."""
    keeper = RowKeeper()
    house = House(0, FRONTS, sinks=(keeper,), plan=FaultPlan(config.seed, config.providers))
    line = HouseLine(house, keeper)
    return RelayGateway(line, log, {ONLY: Shop(line.send)})


@pytest.mark.parametrize("platform", ["subscstore", "ecforce"])
def test_months_of_a_troubled_provider_are_the_same_over_the_wire(platform: str) -> None:
    outage = {"from": "2026-05-10T00:00:00", "until": "2026-05-12T12:00:00", "kind": "maintenance"}
    troubled = {
        "decline_rate": 0.1, "hold_rate": 0.1, "windows": [outage],
        "faults": {"no_answer": 0.03, "reply_lost": 0.03, "server_error": 0.03, "capture_failed": 0.03},
    }  # fmt: skip
    shares = {name: {"share": float(name == METHOD_NAMES[ONLY])} for name in METHOD_NAMES}
    config = load(
        None,
        {
            "platform": platform, "seed": 9, "subscriptions": 300, "months": 4, "payments": shares,
            "customers": {"payment": [0.0]}, "providers": {"rakuten_pay": troubled},
        },
    )  # fmt: skip
    test_doors.same(test_doors.months(config, test_doors.direct), test_doors.months(config, over_the_wire))


# ---- what a store makes of answers --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "effect"),
    [
        (Operation.AUTHORISE, Effect("pending", code="E99999999", after_s=60)),
        (Operation.CHANGE, Effect("pending", polls=1)),
        (Operation.INQUIRE, Effect("declined", code="RI1000005")),
        (Operation.CAPTURE, Effect("capture_failed")),
        (Operation.CANCEL, Effect("server_error", code="E92000001")),
        (Operation.REFUND, Effect("declined", code="RI1000009")),
        (Operation.REAUTHORISE, Effect("reply_lost")),
    ],
    ids=lambda value: getattr(value, "name", getattr(value, "kind", "")),
)
def test_a_script_is_met_alike(monkeypatch: pytest.MonkeyPatch, operation: Operation, effect: Effect) -> None:
    both = Both(monkeypatch, ONLY, scripts=[Script(effect, Match(operation=operation), times=1)])
    steps = [Operation.AUTHORISE, Operation.CHANGE, Operation.INQUIRE, Operation.REAUTHORISE]
    steps += [Operation.CAPTURE, Operation.CAPTURE, Operation.REFUND, Operation.CANCEL, Operation.CANCEL]
    number = -1
    for attempt, step in enumerate(steps):
        amount = {Operation.CHANGE: 2000, Operation.REFUND: 0, Operation.INQUIRE: 0}.get(step, 3000)
        answer = both.ask(step, number, 0, amount, attempt)
        number = max(number, answer.transaction)
    both.pass_days(1)
    both.same_rows()


class Scene:
    """A store on a line that damages its answers."""

    def __init__(self) -> None:
        self.talk = Talk()
        self.damage: Callable[[Reply], Reply] = lambda reply: reply
        self.shop = Shop(lambda request: self.damage(self.talk.send(request)))

    def ask(self, operation: Operation, transaction: int = -1, amount: int = 3000) -> Answer:
        """One operation on order 7."""
        return self.shop.ask(Ask(self.talk.house.now, operation, transaction, 7, 7, 99, 1, ONLY, amount))


def halved(reply: Reply) -> Reply:
    return replace(reply, body=reply.body[: len(reply.body) // 2])


@pytest.mark.parametrize(
    "damage",
    [halved, lambda reply: replace(reply, status=502), lambda reply: replace(reply, body=b"\x00\xff<x")],
    ids=["halved", "bad gateway", "garbled"],
)
def test_a_damaged_answer_is_none_and_asking_again_finds_it(damage: Callable[[Reply], Reply]) -> None:
    scene = Scene()
    number = scene.ask(Operation.AUTHORISE).transaction
    scene.damage = damage
    for operation in (Operation.AUTHORISE, Operation.CAPTURE, Operation.INQUIRE):
        assert scene.ask(operation, number).outcome == Outcome.NO_ANSWER
    scene.damage = lambda reply: reply
    found = scene.ask(Operation.INQUIRE, number)
    assert (found.outcome, found.state) == (Outcome.ACCEPTED, "CAPTURED")
    assert scene.ask(Operation.REFUND, number, 0).outcome == Outcome.ACCEPTED
    assert scene.talk.house.ledger.net(number) == 0
    assert scene.talk.house.ledger.size == 1


def test_a_vendor_in_trouble_has_not_answered() -> None:
    scene = Scene()
    number = scene.ask(Operation.AUTHORISE).transaction
    scene.talk.house.post_fault({"kind": "too_many", "operation": "SearchTradeMulti"})
    answer = scene.ask(Operation.INQUIRE, number)
    assert (answer.outcome, answer.code) == (Outcome.NO_ANSWER, "E92000001")
