"""The fault plan: by rate, by script, by window, and what a repair changes."""

import datetime
from typing import Any

import numpy as np
import pytest

from providers.stand import COVERED, QUIET, START, Stand, provider
from teiki_providers.desk import take_captures
from teiki_providers.faults import FaultPlan
from teiki_providers.rates import REPAIRED_PASSES
from teiki_providers.scripts import Effect, Match, Script
from teiki_sim.calendar import DAY
from teiki_sim.config import Config, Faults, Window
from teiki_sim.draws import Purpose, bits53_many, hash64, threshold
from teiki_sim.messages import Method, Operation, Outcome

O = Operation
MANY = 20_000


def outcomes(stand: Stand, method: Method = Method.CARD, n: int = MANY, **more: int) -> np.ndarray:
    charges = stand.charges([method] * n, **more)
    return np.bincount(stand.gateway.authorise(charges).outcome, minlength=4)


def close(count: int, rate: float, n: int = MANY) -> bool:
    return bool(abs(count - n * rate) < 5 * (n * rate * (1 - rate)) ** 0.5)


# ---- by rate -------------------------------------------------------------------------------------


def test_declines_and_holds_come_at_their_rates() -> None:
    stand = Stand(decline_rate=0.1, hold_rate=0.05, codes={"A": 0.75, "B": 0.25})
    counts = outcomes(stand, Method.NP)
    assert close(counts[Outcome.DECLINED], 0.1) and close(counts[Outcome.PENDING], 0.05)
    stand.log.flush()
    codes = [code for kind, _, _, code in stand.rows.seen if kind == "declined"]
    assert close(codes.count(stand.log.code("A")), 0.75, len(codes))
    assert close(codes.count(stand.log.code("B")), 0.25, len(codes))


def test_the_verdict_is_the_keyed_draw_itself() -> None:
    """Another engine can come to the same verdicts with the draws alone."""
    stand = Stand(decline_rate=0.1, codes={"A": 1.0})
    charges = stand.charges([Method.CARD] * 500)
    bits = bits53_many(1, charges.consumer, Purpose.OUTCOME, charges.cycle, 0)
    declined = stand.gateway.authorise(charges).outcome == Outcome.DECLINED
    assert (declined == (bits < threshold(0.1))).all()


@pytest.mark.parametrize("method", [Method.NP_REALTIME, Method.CARD, Method.AMAZON_PAY])
def test_who_answers_at_once_never_holds(method: Method) -> None:
    assert outcomes(Stand(hold_rate=1.0), method, 50)[Outcome.PENDING] == 0


def test_a_provider_without_codes_uses_its_usual_one() -> None:
    stand = Stand([Script(Effect("declined"))])
    assert stand.ask(O.AUTHORISE, -1, Method.NP, amount=3000).code == "NG999"


def test_holds_end_as_configured_after_their_days() -> None:
    stand = Stand(hold_rate=1.0, hold_days=2, hold_ok=0.6, hold_ng=0.3, codes={"NG": 1.0})
    n = 3000
    stand.gateway.authorise(stand.charges([Method.SCORE] * n))
    assert stand.pass_days(1) == []
    news = stand.pass_days(1)
    whats = [entry.what for entry in news]
    assert close(whats.count("authorised"), 0.6, n) and close(whats.count("declined"), 0.3, n)
    assert close(whats.count("still_pending"), 0.1, n)
    assert {entry.code for entry in news} == {"", "NG", "保留"}
    assert stand.pass_days(1) == []  # told once
    stand.agrees()
    # One that is held for ever dies of old age like any other.
    still = [entry.transaction for entry in news if entry.what == "still_pending"]
    dead = stand.pass_days(60)
    assert set(still) <= {entry.transaction for entry in dead}
    stand.agrees()


def test_a_hold_that_ended_badly_is_refused_again() -> None:
    stand = Stand(hold_rate=1.0, hold_ok=0.0, hold_ng=1.0, codes={"NG": 1.0})
    stand.gateway.authorise(stand.charges([Method.NP]))
    (news,) = stand.pass_days(1)
    assert (news.what, news.code) == ("declined", "NG")
    answers = stand.gateway.authorise(stand.charges([Method.NP], attempt=1))
    assert answers.outcome[0] == Outcome.DECLINED and stand.word(answers) == "NG"


def test_late_news_come_that_much_later() -> None:
    late = Faults(no_answer=0, reply_lost=0, server_error=0, capture_failed=0, late_days=3)
    stand = Stand(hold_rate=1.0, hold_ok=1.0, hold_ng=0.0, faults=late)
    stand.gateway.authorise(stand.charges([Method.NP]))
    assert stand.pass_days(3) == []
    assert [entry.what for entry in stand.pass_days(1)] == ["authorised"]


def test_technical_faults_come_at_their_rates() -> None:
    faults = Faults(no_answer=0.02, server_error=0.01, reply_lost=0.03, capture_failed=0.04)
    stand = Stand(faults=faults)
    charges = stand.charges([Method.CARD] * MANY)
    answers = stand.gateway.authorise(charges)
    assert close((answers.outcome == Outcome.NO_ANSWER).sum(), 0.06)
    assert close(MANY - stand.ledger.size, 0.03)  # never arrived
    assert close((answers.code == stand.log.code("E91099996")).sum(), 0.01)
    told = np.flatnonzero(answers.outcome == Outcome.ACCEPTED)
    captures = stand.captures(stand.charges([Method.CARD] * MANY), answers.transaction)
    captures = take_captures(captures, told)
    first = stand.gateway.capture(captures)
    assert close((first.outcome == Outcome.NO_ANSWER).sum(), 0.06, len(told))
    assert close((first.outcome == Outcome.DECLINED).sum(), 0.04, len(told))
    assert close(stand.kinds().count("capture_failed"), 0.04, len(told))
    # The same fault doesn't befall the same call twice: tried again, all go through or were done.
    again = stand.gateway.capture(captures)
    assert set(again.outcome.tolist()) <= {Outcome.ACCEPTED, Outcome.DECLINED}
    assert {stand.gateway.state(int(t)) for t in captures.transaction} == {"CAPTURED"}
    stand.agrees()


def test_single_operations_have_faults_too_but_inquiries_get_through() -> None:
    faults = Faults(no_answer=0.5, server_error=0, reply_lost=0, capture_failed=0)
    stand = Stand(faults=faults)
    numbers = stand.gateway.take_over(stand.charges([Method.CARD] * 200)).tolist()
    asked = [stand.ask(O.CANCEL, t, Method.CARD, order=t).outcome for t in numbers]
    assert 60 < asked.count(Outcome.NO_ANSWER) < 140
    assert {stand.ask(O.INQUIRE, t, Method.CARD, order=t).outcome for t in numbers} == {Outcome.ACCEPTED}
    assert {stand.ask(O.CANCEL, t, Method.CARD, order=t).outcome for t in numbers} <= {
        Outcome.ACCEPTED,
        Outcome.DECLINED,
    }
    assert {stand.gateway.state(t) for t in numbers} == {"CANCELLED"}


def test_the_sample_configuration_makes_a_plan() -> None:
    config = Config()
    stand = Stand(providers=config.providers, seed=config.seed)
    charges = stand.charges(list(COVERED) * 300)
    answers = stand.gateway.authorise(charges)
    assert (answers.outcome == Outcome.ACCEPTED).mean() > 0.9
    stand.agrees()


def test_a_provider_that_is_not_configured_accepts() -> None:
    stand = Stand(providers={})
    assert outcomes(stand, n=500)[Outcome.ACCEPTED] == 500


# ---- repair --------------------------------------------------------------------------------------


def test_a_refusal_stays_the_same_until_it_is_repaired() -> None:
    stand = Stand(decline_rate=0.2, codes={"A": 0.5, "B": 0.5})
    n = 2000
    first = stand.gateway.authorise(stand.charges([Method.CARD] * n))
    declined = first.outcome == Outcome.DECLINED
    again = stand.gateway.authorise(stand.charges([Method.CARD] * n, attempt=1))
    assert (again.outcome[declined] == Outcome.DECLINED).all()
    assert (again.code[declined] == first.code[declined]).all()
    # Who was not declined is judged anew.
    assert close((again.outcome[~declined] == Outcome.DECLINED).sum(), 0.2, int((~declined).sum()))
    for i in np.flatnonzero(declined).tolist():
        stand.gateway.repair(stand.now, hash64(f"C{i}"), Method.CARD)
    repaired = stand.gateway.authorise(stand.charges([Method.CARD] * n, attempt=2))
    passed = (repaired.outcome[declined] == Outcome.ACCEPTED).sum()
    assert close(passed, REPAIRED_PASSES, int(declined.sum()))
    kept = declined & (repaired.outcome == Outcome.DECLINED)
    assert (repaired.code[kept] == first.code[kept]).all()
    # One repair is good for one authorisation; the next one counts anew.
    for i in np.flatnonzero(kept).tolist():
        stand.gateway.repair(stand.now, hash64(f"C{i}"), Method.CARD)
    second = stand.gateway.authorise(stand.charges([Method.CARD] * n, attempt=3))
    assert (second.outcome[kept] == Outcome.ACCEPTED).mean() > 0.6


def test_another_method_is_judged_by_itself() -> None:
    stand = Stand(decline_rate=0.1, codes={"A": 1.0})
    n = 5000
    declined = stand.gateway.authorise(stand.charges([Method.CARD] * n)).outcome == Outcome.DECLINED
    other = stand.gateway.authorise(stand.charges([Method.NP] * n, attempt=1)).outcome == Outcome.DECLINED
    assert close(other[declined].sum(), 0.1, int(declined.sum()))
    stand.gateway.repair(stand.now, hash64("C0"), Method.CARD)


# ---- by script -----------------------------------------------------------------------------------


def scripted(match: Match, effect: Effect | None = None, **more: Any) -> Stand:
    return Stand([Script(effect or Effect("declined", "42G030000"), match, **more)])


def test_a_script_finds_its_consumer() -> None:
    stand = scripted(Match(consumer=hash64("C3")))
    answers = stand.gateway.authorise(stand.charges([Method.CARD] * 6))
    assert np.flatnonzero(answers.outcome).tolist() == [3] and stand.word(answers, 3) == "42G030000"
    assert stand.plan.playbook.hits == [1]


@pytest.mark.parametrize(
    ("match", "rows"),
    [
        (Match(order=2), [2]),
        (Match(method=Method.NP), [1, 3]),
        (Match(amount=3000), [0, 1, 2, 3]),
        (Match(amount=1), []),
        (Match(nth_call=3), [2]),
        (Match(method=Method.NP, nth_call=2), [3]),
        (Match(nth_charge=2), []),
        (Match(operation=O.CAPTURE), []),
    ],
)
def test_a_script_matches_all_that_is_given(match: Match, rows: list[int]) -> None:
    stand = scripted(match)
    answers = stand.gateway.authorise(stand.charges([Method.CARD, Method.NP, Method.CARD, Method.NP]))
    assert np.flatnonzero(answers.outcome).tolist() == rows


def test_the_nth_charge_is_counted_for_each_consumer() -> None:
    stand = scripted(Match(nth_charge=2))
    results = [
        stand.gateway.authorise(stand.charges([Method.CARD] * n, cycle=c)).outcome.tolist()
        for c, n in enumerate((2, 3, 3))
    ]
    assert results == [[0, 0], [1, 1, 0], [0, 0, 1]]


def test_a_script_plays_its_times_and_within_its_span() -> None:
    stand = scripted(Match(), times=2)
    assert outcomes(stand, n=5)[Outcome.DECLINED] == 2
    stand = scripted(Match(), since=START + DAY, until=START + 2 * DAY)
    seen = []
    for _ in range(3):
        seen.append(int(outcomes(stand, n=1)[Outcome.DECLINED]))
        stand.pass_days(1)
    assert seen == [0, 1, 0]


def test_a_scripted_refusal_does_not_stick() -> None:
    stand = scripted(Match(), times=1)
    assert outcomes(stand, n=1)[Outcome.DECLINED] == 1
    assert outcomes(stand, n=1, attempt=1)[Outcome.ACCEPTED] == 1


def test_the_first_script_that_fits_wins() -> None:
    scripts = [Script(Effect("declined", "A"), times=1), Script(Effect("declined", "B"))]
    stand = Stand(scripts)
    answers = stand.gateway.authorise(stand.charges([Method.CARD] * 2))
    assert [stand.word(answers, row) for row in (0, 1)] == ["A", "B"]


def test_a_pending_one_without_an_end_stays_pending() -> None:
    stand = scripted(Match(), Effect("pending"))
    number = stand.authorise(Method.CARD)
    stand.pass_days(60)
    assert stand.gateway.state(number) == "PENDING"
    stand.pass_days(1)
    assert stand.gateway.state(number) == "EXPIRED"


def test_a_scripted_refusal_of_a_cancel() -> None:
    stand = scripted(Match(operation=O.CANCEL), Effect("declined", "E11010003"))
    number = stand.authorise(Method.CARD)
    answer = stand.ask(O.CANCEL, number, Method.CARD)
    assert (answer.outcome, answer.code) == (Outcome.DECLINED, "E11010003")
    assert stand.gateway.state(number) == "AUTHORISED"


def test_a_reauthorisation_can_be_held_by_script() -> None:
    stand = scripted(Match(operation=O.REAUTHORISE), Effect("pending", after_s=DAY))
    number = stand.authorise(Method.NP)
    answer = stand.ask(O.REAUTHORISE, number, Method.NP, amount=4000, attempt=1)
    assert (answer.outcome, answer.state, answer.code) == (Outcome.PENDING, "PENDING", "RE009")
    assert [entry.what for entry in stand.pass_days(1)] == ["authorised"]
    assert stand.ask(O.INQUIRE, number, Method.NP).amount == 4000
    stand.agrees()


# ---- by window -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "code"), [("outage", ""), ("maintenance", "E92000002"), ("rate_limit", "E92000001")]
)
def test_a_window_keeps_everyone_out_of_one_provider(kind: str, code: str) -> None:
    morning = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=START)
    window = Window.model_validate(
        {"from": morning, "until": morning + datetime.timedelta(hours=1), "kind": kind}
    )
    stand = Stand(providers={"card": provider(windows=[window]), "np": provider()})
    stand.now -= 1
    standing = stand.authorise(Method.CARD, order=9)
    stand.now += 1
    answers = stand.gateway.authorise(stand.charges([Method.CARD, Method.NP]))
    assert answers.outcome.tolist() == [Outcome.NO_ANSWER, Outcome.ACCEPTED]
    assert stand.word(answers) == code
    for operation in (O.INQUIRE, O.CANCEL, O.CAPTURE):
        assert stand.ask(operation, standing, Method.CARD, order=9).outcome == Outcome.NO_ANSWER
    stand.now += 3600
    assert stand.ask(O.INQUIRE, standing, Method.CARD, order=9).state == "AUTHORISED"
    assert outcomes(stand, n=1)[Outcome.ACCEPTED] == 1
    stand.agrees()


def test_a_window_comes_before_a_script() -> None:
    morning = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=START)
    window = Window.model_validate({"from": morning, "until": morning + datetime.timedelta(hours=1)})
    stand = Stand([Script(Effect("declined"))], providers={"card": provider(windows=[window])})
    assert outcomes(stand, n=1)[Outcome.NO_ANSWER] == 1


def test_a_plan_is_its_seed() -> None:
    def result(seed: int) -> list[int]:
        stand = Stand(seed=seed, decline_rate=0.5, codes={"A": 1.0}, faults=QUIET)
        answers = stand.gateway.authorise(stand.charges([Method.CARD] * 64))
        return list(answers.outcome.tolist())

    assert result(1) == result(1) != result(2)
    assert FaultPlan(1, {}).late_days(Method.CARD) == 0
