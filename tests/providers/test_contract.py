"""One contract for all nine methods: what a store can rely on whoever the provider is."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from providers.stand import COVERED, SLIP, Stand
from teiki_providers.books import Refused
from teiki_providers.scripts import Effect, Match, Script
from teiki_providers.shelf import BOOKS
from teiki_providers.states import State
from teiki_sim.calendar import month_of, month_start
from teiki_sim.messages import DEFERRED, UNCOVERED, Method, Operation, Outcome

O = Operation
covered = pytest.mark.parametrize("method", COVERED, ids=lambda m: m.name)
deferred = pytest.mark.parametrize("method", sorted(DEFERRED), ids=lambda m: m.name)


@pytest.fixture(autouse=True, params=["direct", "tiny", "spoken", "inprocess", "server"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Through every door."""
    monkeypatch.setattr(Stand, "way", request.param)
    stands: list[Stand] = []
    made = Stand.__init__

    def noted(stand: Stand, *args: Any, **more: Any) -> None:
        made(stand, *args, **more)
        stands.append(stand)

    monkeypatch.setattr(Stand, "__init__", noted)
    yield request.param
    for stand in reversed(stands):  # each puts back the `requests` that it found
        stand.close()


@covered
def test_an_authorisation_is_captured_once(method: Method) -> None:
    stand = Stand()
    number = stand.authorise(method)
    assert stand.gateway.state(number) == "AUTHORISED"
    answer = stand.capture(number, method)
    assert (answer.outcome, answer.state, answer.amount) == (Outcome.ACCEPTED, "CAPTURED", 3000)
    again = stand.capture(number, method)
    assert again.outcome == Outcome.DECLINED and again.code
    assert stand.gateway.table()["captured"].tolist() == [3000]
    stand.agrees()


@covered
def test_an_authorisation_is_cancelled_once(method: Method) -> None:
    stand = Stand()
    number = stand.authorise(method)
    assert stand.ask(O.CANCEL, number, method).outcome == Outcome.ACCEPTED
    assert stand.ask(O.CANCEL, number, method).outcome == Outcome.DECLINED
    assert stand.capture(number, method).outcome == Outcome.DECLINED
    assert stand.gateway.state(number) == "CANCELLED"
    stand.agrees()


@covered
def test_captured_money_goes_back(method: Method) -> None:
    stand = Stand()
    number = stand.authorise(method)
    stand.capture(number, method)
    if method == Method.AMAZON_PAY:
        assert stand.ask(O.CANCEL, number, method).code == "InvalidCancelAttempt"
        assert stand.ask(O.REFUND, number, method, amount=1000).amount == 1000
        assert stand.ask(O.REFUND, number, method).amount == 3000
        assert stand.ask(O.REFUND, number, method, amount=1).outcome == Outcome.DECLINED
    else:
        assert stand.ask(O.CANCEL, number, method).outcome == Outcome.ACCEPTED
        stand.pass_days(3)
        assert stand.gateway.state(number) == "CANCELLED"
    stand.agrees()


@covered
def test_an_authorisation_dies_of_old_age(method: Method) -> None:
    validity = BOOKS[method].terms.validity_days
    stand = Stand()
    young, old = stand.authorise(method, order=0), stand.authorise(method, order=1)
    assert stand.pass_days(validity) == []
    assert stand.capture(young, method, order=0).outcome == Outcome.ACCEPTED
    (news,) = stand.pass_days(1)
    assert (news.what, news.transaction, news.order, news.amount) == ("expired", old, 1, 3000)
    assert stand.capture(old, method, order=1).code == BOOKS[method].words.expired
    assert stand.pass_days(200) == []
    stand.agrees()


@covered
def test_past_its_validity_an_authorisation_is_dead_even_before_it_is_swept(method: Method) -> None:
    stand = Stand()
    number = stand.authorise(method)
    stand.now += (BOOKS[method].terms.validity_days + 1) * 86400
    answer = stand.capture(number, method)
    assert (answer.outcome, answer.code) == (Outcome.DECLINED, BOOKS[method].words.expired)
    assert stand.ask(O.INQUIRE, number, method).state == "EXPIRED"


@covered
@pytest.mark.parametrize("result", ["authorised", "declined"])
def test_a_pending_one_is_decided_later(method: Method, result: str) -> None:
    effect = Effect("pending", after_s=7200, result="authorised" if result == "authorised" else "declined")
    stand = Stand([Script(effect, Match(nth_charge=1))])
    answer = stand.ask(O.AUTHORISE, -1, method, amount=3000)
    assert (answer.outcome, answer.state) == (Outcome.PENDING, "PENDING")
    assert stand.capture(answer.transaction, method).outcome == Outcome.DECLINED
    assert list(stand.gateway.due(stand.now + 7199)) == []
    stand.now += 7200
    (news,) = stand.gateway.due(stand.now)
    assert (news.what, news.transaction) == (result, answer.transaction)
    assert list(stand.gateway.due(stand.now)) == []
    assert stand.gateway.state(answer.transaction) == result.upper()
    stand.agrees()


@covered
def test_a_pending_one_is_decided_by_polls(method: Method) -> None:
    stand = Stand([Script(Effect("pending", polls=3))])
    number = stand.authorise(method)
    states = [stand.ask(O.INQUIRE, number, method).state for _ in range(4)]
    assert states == ["PENDING", "PENDING", "AUTHORISED", "AUTHORISED"]
    stand.agrees()


@covered
def test_a_lost_reply_is_found_by_inquiry(method: Method) -> None:
    stand = Stand([Script(Effect("reply_lost"), times=1)])
    lost = stand.ask(O.AUTHORISE, -1, method, amount=3000)
    assert (lost.outcome, lost.transaction) == (Outcome.NO_ANSWER, -1)
    first, second = (stand.ask(O.INQUIRE, -1, method) for _ in range(2))
    assert (first.outcome, first.state, first.amount) == (Outcome.ACCEPTED, "AUTHORISED", 3000)
    assert first == second  # asking changes nothing
    assert stand.capture(first.transaction, method).outcome == Outcome.ACCEPTED
    stand.agrees()


@covered
@pytest.mark.parametrize("kind", ["no_answer", "server_error"])
def test_a_call_that_never_arrived_is_unknown(method: Method, kind: str) -> None:
    effect = (
        Effect("no_answer")
        if kind == "no_answer"
        else Effect("server_error", BOOKS[method].words.server_error)
    )
    stand = Stand([Script(effect, times=1)])
    assert stand.ask(O.AUTHORISE, -1, method, amount=3000).outcome == Outcome.NO_ANSWER
    answer = stand.ask(O.INQUIRE, -1, method)
    assert (answer.outcome, answer.code, answer.state) == (Outcome.DECLINED, "unknown", "")
    assert stand.ledger.size == 0 and stand.kinds() == []
    # An order that was charged before: the old transaction is no answer to the new call.
    old = stand.authorise(method)
    stand.ask(O.CANCEL, old, method)
    stand.plan.playbook.add(Script(effect, times=1))
    stand.authorise(method)
    assert stand.ask(O.INQUIRE, -1, method).code == "unknown"


@covered
def test_a_cancel_whose_reply_is_lost_was_done_all_the_same(method: Method) -> None:
    stand = Stand([Script(Effect("reply_lost"), Match(operation=O.CANCEL), times=1)])
    number = stand.authorise(method)
    assert stand.ask(O.CANCEL, number, method).outcome == Outcome.NO_ANSWER
    assert stand.ask(O.INQUIRE, number, method).state == "CANCELLED"
    stand.agrees()


@covered
def test_a_failed_capture_leaves_the_authorisation(method: Method) -> None:
    stand = Stand([Script(Effect("capture_failed"), times=1)])
    number = stand.authorise(method)
    failed = stand.capture(number, method)
    assert (failed.outcome, failed.code) == (Outcome.DECLINED, BOOKS[method].words.capture_failed)
    assert "capture_failed" in stand.kinds()
    assert stand.capture(number, method).outcome == Outcome.ACCEPTED
    stand.agrees()


@covered
def test_a_capture_whose_reply_is_lost_was_done_all_the_same(method: Method) -> None:
    stand = Stand([Script(Effect("reply_lost"), Match(operation=O.CAPTURE), times=1)])
    number = stand.authorise(method)
    answer = stand.capture(number, method)
    assert (answer.outcome, answer.transaction) == (Outcome.NO_ANSWER, -1)
    assert stand.ask(O.INQUIRE, number, method).state == "CAPTURED"
    stand.agrees()


@covered
def test_the_amount_captured_follows_the_terms(method: Method) -> None:
    rule = BOOKS[method].terms.amount
    for amount in (2999, 3001):
        stand = Stand()
        number = stand.authorise(method)
        answer = stand.capture(number, method, amount=amount)
        taken = rule == "any" or (rule == "lower_ok" and amount < 3000)
        assert answer.outcome == (Outcome.ACCEPTED if taken else Outcome.DECLINED)
        assert stand.ledger.captured[number] == (0 if not taken else 3000 if rule == "any" else amount)
        stand.agrees()


@deferred
def test_a_report_without_a_slip_number_is_refused(method: Method) -> None:
    stand = Stand()
    number = stand.authorise(method)
    answer = stand.capture(number, method, slip=0)
    assert (answer.outcome, answer.code) == (Outcome.DECLINED, BOOKS[method].words.slip)
    stand.capture(number, method)
    stand.log.flush()
    assert stand.rows.seen[-1] == ("captured", number, 3000, SLIP)


def test_a_bundled_invoice_must_be_printed_first() -> None:
    stand = Stand()
    number = stand.authorise(Method.NP_WIZ)
    answer = stand.ask(O.CAPTURE, number, Method.NP_WIZ)
    assert answer.code == "請求書印字データがダウンロードされていません"
    assert stand.capture(number, Method.NP_WIZ).outcome == Outcome.ACCEPTED


@deferred
def test_a_paid_invoice_cannot_be_cancelled(method: Method) -> None:
    stand = Stand()
    number = stand.authorise(method)
    stand.capture(number, method)
    assert stand.gateway.pay_invoices(stand.now, np.array([number], np.int32)).tolist() == [True]
    assert stand.gateway.state(number) == "PAID"
    answer = stand.ask(O.CANCEL, number, method)
    assert (answer.outcome, answer.code) == (Outcome.DECLINED, BOOKS[method].words.finished)
    stand.agrees()


@deferred
def test_a_cancel_after_the_report_takes_days(method: Method) -> None:
    stand = Stand()
    number = stand.authorise(method)
    stand.capture(number, method)
    answer = stand.ask(O.CANCEL, number, method)
    assert (answer.outcome, answer.state) == (Outcome.ACCEPTED, "CANCELLING")
    assert stand.pass_days(2) == []
    (news,) = stand.pass_days(1)
    assert (news.what, news.transaction, news.amount) == ("cancelled", number, 3000)
    # A payment that arrives after the cancel is an orphan (EC-SHP-07).
    assert stand.gateway.pay_invoices(stand.now, np.array([number], np.int32)).tolist() == [False]
    stand.log.flush()
    assert stand.rows.seen[-1] == ("invoice_paid", number, 3000, stand.log.code("orphan"))
    stand.agrees()


@deferred
def test_a_payment_overtakes_a_cancel(method: Method) -> None:
    stand = Stand()
    number = stand.authorise(method)
    stand.capture(number, method)
    stand.ask(O.CANCEL, number, method)
    assert stand.gateway.pay_invoices(stand.now, np.array([number], np.int32)).tolist() == [True]
    (news,) = stand.pass_days(3)
    assert (news.what, news.code) == ("cancel_refused", BOOKS[method].words.finished)
    assert stand.gateway.state(number) == "PAID"
    stand.agrees()


@covered
def test_a_refused_reauthorisation_leaves_what_the_terms_say(method: Method) -> None:
    stand = Stand([Script(Effect("declined"), Match(operation=O.REAUTHORISE))])
    number = stand.authorise(method)
    answer = stand.ask(O.REAUTHORISE, number, method, amount=5000, attempt=1)
    assert answer.outcome == Outcome.DECLINED and answer.transaction == number
    kept = not BOOKS[method].terms.release_first
    assert answer.state == stand.gateway.state(number) == ("AUTHORISED" if kept else "DECLINED")
    assert stand.kinds().count("declined") == 1
    stand.agrees()


@covered
def test_a_reauthorisation_replaces_the_old_one(method: Method) -> None:
    stand = Stand()
    number = stand.authorise(method)
    stand.pass_days(20)
    answer = stand.ask(O.REAUTHORISE, number, method, amount=5000, attempt=1)
    assert (answer.outcome, answer.state, answer.amount) == (Outcome.ACCEPTED, "AUTHORISED", 5000)
    live = stand.gateway.table()["state"] == State.AUTHORISED
    assert live.sum() == 1 and live[answer.transaction]
    # Its age counts from the new verdict.
    validity = BOOKS[method].terms.validity_days
    assert stand.pass_days(validity) == []
    assert [news.what for news in stand.pass_days(1)] == ["expired"]
    stand.agrees()


@covered
def test_after_a_cancel_only_np_is_reauthorised(method: Method) -> None:
    stand = Stand()
    number = stand.authorise(method)
    stand.ask(O.CANCEL, number, method)
    answer = stand.ask(O.REAUTHORISE, number, method, amount=3000, attempt=1)
    assert (answer.outcome == Outcome.ACCEPTED) == (method == Method.NP)
    if method == Method.NP:
        assert answer.transaction != number
    stand.agrees()


@pytest.mark.parametrize("method", [Method.NP, Method.NP_WIZ, Method.NP_REALTIME])
def test_np_takes_one_live_transaction_an_order(method: Method) -> None:
    stand = Stand()
    first = stand.authorise(method)
    charges = stand.charges([method])
    answers = stand.gateway.authorise(charges)
    assert answers.outcome[0] == Outcome.DECLINED and stand.word(answers) == "取引登録失敗"
    stand.ask(O.CANCEL, first, method)
    assert stand.gateway.authorise(stand.charges([method])).outcome[0] == Outcome.ACCEPTED
    stand.agrees()


def test_np_and_wiz_do_not_see_each_other() -> None:
    """EC-UPD-03: switching without cancelling leaves two live ones; switching back meets the first."""
    stand = Stand()
    methods = [Method.NP, Method.NP_WIZ, Method.NP]
    outcomes = [stand.gateway.authorise(stand.charges([m])).outcome[0] for m in methods]
    assert outcomes == [Outcome.ACCEPTED, Outcome.ACCEPTED, Outcome.DECLINED]


def test_np_is_not_reauthorised_beside_a_live_one() -> None:
    """EC-PAY-05."""
    stand = Stand()
    old = stand.authorise(Method.NP)
    stand.ask(O.CANCEL, old, Method.NP)
    stand.authorise(Method.NP)
    assert stand.ask(O.REAUTHORISE, old, Method.NP, amount=3000, attempt=1).code == "取引登録失敗"


def test_a_card_can_be_cancelled_for_180_days_after_the_sale() -> None:
    for days, outcome in ((180, Outcome.ACCEPTED), (181, Outcome.DECLINED)):
        stand = Stand()
        number = stand.authorise(Method.CARD)
        stand.capture(number, Method.CARD)
        stand.pass_days(days)
        answer = stand.ask(O.CANCEL, number, Method.CARD)
        assert answer.outcome == outcome
        assert answer.code == ("" if outcome == Outcome.ACCEPTED else "E11010010")


def test_rakuten_can_be_cancelled_until_the_end_of_the_next_month() -> None:
    for late, outcome in ((0, Outcome.ACCEPTED), (1, Outcome.DECLINED)):
        stand = Stand()
        number = stand.authorise(Method.RAKUTEN_PAY)
        stand.capture(number, Method.RAKUTEN_PAY)
        today = stand.now // 86400
        last = month_start(month_of(today) + 2) - 1
        stand.pass_days(last - today + late)
        for operation in (O.REFUND, O.CANCEL):
            assert stand.ask(operation, number, Method.RAKUTEN_PAY, amount=1).outcome == outcome


def test_amounts_change_as_the_provider_permits() -> None:
    """EC-REA-03: Amazon permits no change; Rakuten, once captured, a decrease only; a card both."""
    for method, captured, amount, state, code in (
        (Method.AMAZON_PAY, False, 2000, "AUTHORISED", "OrderReferenceNotModifiable"),
        (Method.RAKUTEN_PAY, False, 5000, "AUTHORISED", ""),
        (Method.RAKUTEN_PAY, True, 5000, "CAPTURED", "E01060010"),
        (Method.RAKUTEN_PAY, True, 2000, "REFUNDED", ""),
        (Method.CARD, True, 2000, "REFUNDED", ""),
        (Method.CARD, True, 5000, "CAPTURED", ""),
        (Method.NP, False, 5000, "AUTHORISED", ""),
        (Method.NP, True, 2000, "CAPTURED", "E0100115"),
    ):
        stand = Stand()
        number = stand.authorise(method)
        if captured:
            stand.capture(number, method)
        answer = stand.ask(O.CHANGE, number, method, amount=amount, attempt=1)
        assert (answer.code, answer.state) == (code, state), (method, captured, amount)
        if not code and captured:
            assert stand.ledger.net(number) == amount
        stand.agrees()


@pytest.mark.parametrize("method", sorted(UNCOVERED))
def test_plain_methods_are_accepted_with_no_transaction(method: Method) -> None:
    stand = Stand()
    charges = stand.charges([method, Method.CARD])
    answers = stand.gateway.authorise(charges)
    assert answers.outcome.tolist() == [0, 0] and answers.transaction.tolist() == [-1, 0]
    captured = stand.gateway.capture(stand.captures(charges, answers.transaction))
    assert captured.outcome.tolist() == [0, 0] and captured.transaction.tolist() == [-1, 0]
    assert stand.ask(O.CANCEL, -1, method).outcome == Outcome.ACCEPTED
    assert stand.ask(O.INQUIRE, -1, method).outcome == Outcome.DECLINED
    assert stand.kinds() == ["authorised", "captured"]
    assert stand.gateway.take_over(charges).tolist() == [-1, 1]


def test_standing_authorisations_are_taken_over_as_they_are() -> None:
    stand = Stand(decline_rate=1.0, codes={"X": 1.0})
    numbers = stand.gateway.take_over(stand.charges(COVERED))
    assert numbers.tolist() == list(range(len(COVERED)))
    assert {stand.gateway.state(n) for n in numbers} == {"AUTHORISED"}
    stand.agrees()


@covered
def test_an_unknown_transaction_is_refused(method: Method) -> None:
    stand = Stand()
    for operation in (O.CANCEL, O.REFUND, O.CAPTURE, O.CHANGE, O.REAUTHORISE):
        cell = BOOKS[method].cell(State.NONE, operation)
        answer = stand.ask(operation, 99, method, amount=3000)
        assert isinstance(cell, Refused)
        assert (answer.outcome, answer.code, answer.transaction) == (
            Outcome.DECLINED,
            cell.code,
            answer.transaction,
        )
    assert stand.gateway.state(99) == "NONE"


def test_print_data_of_many_follow_the_table() -> None:
    stand = Stand()
    methods = [Method.NP_WIZ, Method.NP_WIZ, Method.NP, Method.CARD]
    charges = stand.charges(methods)
    numbers = stand.gateway.authorise(charges).transaction
    stand.ask(O.CANCEL, int(numbers[1]), Method.NP_WIZ, order=1)
    asked = np.append(numbers, np.array([-1, 99], np.int32))
    stand.gateway.print_invoices(stand.now, asked)
    stand.gateway.print_invoices(stand.now, asked)
    assert stand.kinds().count("invoice_printed") == 2
    assert stand.ask(O.CAPTURE, 0, Method.NP_WIZ).outcome == Outcome.ACCEPTED


def test_an_invoice_that_nobody_issued_is_not_paid() -> None:
    stand = Stand()
    number = stand.authorise(Method.NP)
    asked = np.array([number, -1, 99], np.int32)
    assert stand.gateway.pay_invoices(stand.now, asked).tolist() == [False, False, False]
    assert stand.kinds() == ["authorised"]


@covered
def test_an_amount_above_the_cap_is_declined(method: Method) -> None:
    stand = Stand()
    book = BOOKS[method]
    over = stand.ask(O.AUTHORISE, -1, method, amount=book.terms.cap + 1)
    assert (over.outcome, over.code, over.state) == (Outcome.DECLINED, book.words.cap, "DECLINED")
    number = stand.authorise(method, order=1)
    again = stand.ask(O.REAUTHORISE, number, method, order=1, amount=book.terms.cap + 1)
    assert (again.outcome, again.code, again.state) == (Outcome.DECLINED, book.words.cap, "AUTHORISED")


def test_amounts_that_make_no_sense_are_refused() -> None:
    stand = Stand()
    number = stand.authorise(Method.CARD)
    assert stand.ask(O.CHANGE, number, Method.CARD, amount=0).code == "E01060010"
    stand.capture(number, Method.CARD)
    assert stand.ask(O.REFUND, number, Method.CARD, amount=3001).code == "E01060010"
    assert stand.ask(O.CHANGE, number, Method.CARD, amount=3000).state == "CAPTURED"
    stand.ask(O.REFUND, number, Method.CARD)
    assert stand.ask(O.CANCEL, number, Method.CARD).code == "E11010001"
    stand.pass_days(181)
    assert stand.ask(O.REFUND, number, Method.CARD, amount=1).code == "E11010010"


def test_a_change_of_a_sold_card_charge_has_its_time() -> None:
    stand = Stand()
    number = stand.authorise(Method.CARD)
    stand.capture(number, Method.CARD)
    stand.pass_days(181)
    assert stand.ask(O.CHANGE, number, Method.CARD, amount=1000).code == "E11010010"


def test_a_replaced_one_whose_reply_is_lost_is_found_by_its_order() -> None:
    stand = Stand([Script(Effect("reply_lost"), Match(operation=O.REAUTHORISE))])
    old = stand.authorise(Method.AMAZON_PAY)
    assert stand.ask(O.REAUTHORISE, old, Method.AMAZON_PAY, amount=4000).outcome == Outcome.NO_ANSWER
    found = stand.ask(O.INQUIRE, old, Method.AMAZON_PAY)
    assert (found.transaction, found.state, found.amount) == (1, "AUTHORISED", 4000)
    assert stand.gateway.state(old) == "CANCELLED"


def test_taking_over_an_order_twice_gives_two_transactions() -> None:
    stand = Stand()
    charges = stand.charges([Method.CARD, Method.CARD])
    charges.order[:] = 0
    assert stand.gateway.take_over(charges).tolist() == [0, 1]
    assert list(stand.ledger.of_order(0)) == [1, 0]
