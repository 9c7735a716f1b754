"""teiki's own store over version 1's wire: the same answers and the same rows as the direct door gives."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.stand import Stand, provider
from teiki_providers.amazon_pay.v1_front import open_amazon_v1
from teiki_providers.amazon_pay.v1_shop import Shop
from teiki_providers.door_calls import RowKeeper
from teiki_providers.exchange import Reply, Request, Unheard
from teiki_providers.house import House
from teiki_providers.lines import HouseLine
from teiki_providers.relay import RelayGateway
from teiki_providers.scripts import Effect, Match, Script
from teiki_providers.states import State
from teiki_sim.calendar import DAY
from teiki_sim.config import Faults
from teiki_sim.draws import hash64
from teiki_sim.messages import Answer, Ask, Method, Operation, Outcome

AMAZON = Method.AMAZON_PAY
CODES = {"InvalidPaymentMethod": 0.4, "InvalidBillingAgreementStatus": 0.4, "TransactionTimedOut": 0.2}
AMOUNTS = {Operation.CHANGE: 1500, Operation.REFUND: 500}


class Spoken(Stand):
    """A stand that speaks version 1."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        keeper = RowKeeper()
        house = House(self.now, (open_amazon_v1,), sinks=(keeper,), plan=self.plan)
        line = HouseLine(house, keeper)
        self.gateway = RelayGateway(line, self.log, {AMAZON: Shop(line.send)})
        self.ledger, self.desk = house.ledger, house.gateway.desk
        self.house = house


def rows(stand: Stand) -> list[tuple[str, int, int, str]]:
    """All rows, codes as words."""
    stand.log.flush()
    words = stand.log.vocabulary.codes.list
    return [(kind, number, amount, words[code]) for kind, number, amount, code in stand.rows.seen]


def both(do: Callable[[Stand], Any], **more: Any) -> Any:
    """The same done directly and spoken; the result, and equal rows."""
    results = []
    for make in (Stand, Spoken):
        stand = make(**more)
        results.append((do(stand), stand))
    (direct, one), (spoken, other) = results
    assert spoken == direct
    assert rows(other) == rows(one)
    assert other.gateway.table()["state"].tolist() == one.gateway.table()["state"].tolist()
    return direct


@pytest.mark.parametrize("operation", Operation, ids=lambda o: o.name)
@pytest.mark.parametrize("state", State, ids=lambda s: s.name)
def test_every_cell_is_answered_as_the_direct_door_answers(state: State, operation: Operation) -> None:
    def do(stand: Stand) -> Answer:
        number = stand.put(AMAZON, state)
        answer = stand.ask(operation, number, AMAZON, amount=AMOUNTS.get(operation, 3000), attempt=1)
        # Amazon has no such call, so what is told of the charge beside the refusal is what the store knew.
        return Answer(answer.outcome, code=answer.code) if operation == Operation.PRINT_INVOICE else answer

    both(do)


@pytest.mark.parametrize(
    "operation", [o for o in Operation if o != Operation.PRINT_INVOICE], ids=lambda o: o.name
)
@pytest.mark.parametrize("kind", ["no_answer", "server_error", "reply_lost", "declined", "pending"])
def test_every_fault_is_met_alike(operation: Operation, kind: Any) -> None:
    def do(stand: Stand) -> list[Answer]:
        number = stand.authorise(AMAZON)
        first = stand.ask(operation, number, AMAZON, amount=AMOUNTS.get(operation, 3000), attempt=1)
        found = stand.ask(Operation.INQUIRE, number, AMAZON)
        return [first, found]

    script = Script(Effect(kind), Match(operation=operation, nth_call=2 if not operation else 1), times=1)
    answers = both(do, scripts=[script])
    lost = kind in ("no_answer", "server_error", "reply_lost")
    assert (answers[0].outcome == Outcome.NO_ANSWER) == lost


def test_what_is_left_is_refunded_and_then_nothing_is() -> None:
    def do(stand: Stand) -> list[Answer]:
        number = stand.authorise(AMAZON)
        stand.capture(number, AMAZON)
        return [stand.ask(Operation.REFUND, number, AMAZON, amount=amount) for amount in (1000, 0, 0)]

    answers = both(do)
    assert [(a.outcome, a.amount, a.code) for a in answers] == [
        (Outcome.ACCEPTED, 1000, ""),
        (Outcome.ACCEPTED, 3000, ""),
        (Outcome.DECLINED, 3000, "TransactionAmountExceeded"),
    ]


def test_a_charge_refused_by_an_error_is_found_where_it_is_asked_about() -> None:
    def do(stand: Stand) -> list[Answer]:
        number = stand.authorise(AMAZON)
        return [
            stand.ask(Operation.INQUIRE, number, AMAZON),
            stand.ask(Operation.CANCEL, number, AMAZON),
            stand.ask(Operation.REAUTHORISE, number, AMAZON, amount=3000, attempt=1),
        ]

    for code in ("InvalidBillingAgreementStatus", "PaymentPlanNotSet", "AmazonRejected"):
        answers = both(do, scripts=[Script(Effect("declined", code), times=1)])
        assert [a.state for a in answers] == ["DECLINED", "DECLINED", "AUTHORISED"]


STEP = st.tuples(
    st.sampled_from([op for op in Operation if op not in (Operation.PRINT_INVOICE, Operation.AUTHORISE)]),
    st.sampled_from([0, 1, 500, 3000, 3001]),
    st.sampled_from([0, 0, 0, 1, 31]),
)


@given(st.lists(STEP, max_size=8), st.integers(1, 40))
@settings(max_examples=150, deadline=None)
def test_any_history_is_the_same_spoken(steps: list[tuple[Operation, int, int]], seed: int) -> None:
    """With declines, holds and every technical fault at once, each found again by an inquiry."""

    def do(stand: Stand) -> list[Answer]:
        answers = [stand.ask(Operation.AUTHORISE, -1, AMAZON, amount=3000)]
        number, attempt = answers[0].transaction, 0
        for operation, amount, days in steps:
            stand.pass_days(days)
            if answers[-1].outcome == Outcome.NO_ANSWER:
                answers.append(stand.ask(Operation.INQUIRE, number, AMAZON))
                number = max(number, answers[-1].transaction)
            if number < 0:
                attempt += 1
                answers.append(stand.ask(Operation.AUTHORISE, -1, AMAZON, amount=3000, attempt=attempt))
            else:
                attempt += 1
                amount = amount or (3000 if operation in (Operation.CAPTURE, Operation.REAUTHORISE) else 0)
                answers.append(stand.ask(operation, number, AMAZON, amount=amount, attempt=attempt))
            number = max(number, answers[-1].transaction)
        return answers

    faults = Faults(no_answer=0.1, reply_lost=0.1, server_error=0.05, capture_failed=0.1)
    both(
        do,
        seed=seed,
        providers={"amazon_pay": provider(decline_rate=0.2, hold_rate=0.1, codes=CODES, faults=faults)},
    )


def ask(operation: Operation, transaction: int = -1, amount: int = 3000) -> Ask:
    return Ask(20_500 * DAY, operation, transaction, 7, 7, hash64("C7"), 1, AMAZON, amount)


@pytest.mark.parametrize(
    "body", [b"", b"\x00\xff<", b"<a/>", b"<a>", b"<ErrorResponse/>", b"<A><B>1</B></A>"]
)
@pytest.mark.parametrize("status", [200, 500])
def test_an_answer_that_says_nothing_is_no_answer(body: bytes, status: int) -> None:
    shop = Shop(lambda request: Reply(status, body))
    for operation in (Operation.AUTHORISE, Operation.CAPTURE, Operation.CANCEL, Operation.REFUND):
        answer = shop.ask(ask(operation))
        if body != b"<ErrorResponse/>" or status == 500:
            assert answer == Answer(Outcome.NO_ANSWER)


def test_silence_is_no_answer_and_the_next_inquiry_looks_for_the_charge() -> None:
    sent: list[bytes] = []

    def silent(request: Request) -> Reply:
        sent.append(request.body)
        raise Unheard

    shop = Shop(silent)
    assert shop.ask(ask(Operation.AUTHORISE)).outcome == Outcome.NO_ANSWER
    assert shop.ask(ask(Operation.INQUIRE)).outcome == Outcome.NO_ANSWER
    assert b"Action=AuthorizeOnBillingAgreement" in sent[0] and b"Action=ListOrderReference" in sent[1]
    assert len(sent) == 2
