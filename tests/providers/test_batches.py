"""A batch of n is n batches of one: same answers, same ledger, same rows."""

from collections.abc import Callable

import numpy as np
import pytest

from providers.stand import COVERED, SLIP, Stand
from teiki_providers.desk import take_captures, take_charges
from teiki_providers.ledger import Ledger, Repeated
from teiki_providers.scripts import Effect, Match, Script
from teiki_providers.states import State
from teiki_sim.config import Faults
from teiki_sim.draws import hash64
from teiki_sim.messages import Answers, Captures, Charges, Method, Outcome

N = 240
FAULTS = Faults(no_answer=0.05, server_error=0.05, reply_lost=0.05, capture_failed=0.1)
SCRIPTS = [
    Script(Effect("declined", "X"), Match(nth_charge=2), times=9),
    Script(Effect("pending", after_s=60), Match(method=Method.CARD, nth_call=5)),
    Script(Effect("no_answer"), Match(nth_call=50)),
    Script(Effect("reply_lost"), Match(order=77)),
]


def merged(parts: list[Answers]) -> list[np.ndarray]:
    return [
        np.concatenate([getattr(part, name) for part in parts]) for name in ("outcome", "transaction", "code")
    ]


def pair(**more: object) -> tuple[Stand, Stand]:
    def make() -> Stand:
        stand = Stand(
            SCRIPTS, decline_rate=0.2, hold_rate=0.1, codes={"A": 0.5, "B": 0.5}, faults=FAULTS, hold_days=1
        )
        for i in range(0, N, 7):
            stand.gateway.repair(stand.now, hash64(f"C{i}"), COVERED[i % len(COVERED)])
        return stand

    return make(), make()


def words(stand: Stand, codes: np.ndarray) -> list[str]:
    return [stand.log.vocabulary.codes.list[code] for code in codes.tolist()]


def same(one: Stand, other: Stand, first: list[np.ndarray], second: list[np.ndarray]) -> None:
    assert (first[0] == second[0]).all() and (first[1] == second[1]).all()
    assert words(one, first[2]) == words(other, second[2])
    ours, theirs = one.gateway.table(), other.gateway.table()
    assert all((ours[name] == theirs[name]).all() for name in ours)
    for stand in (one, other):
        stand.agrees()

    def rows(stand: Stand) -> list[tuple[str, int, int, str]]:
        said = stand.log.vocabulary.codes.list
        return sorted((k, t, a, said[c] if c < len(said) else str(c)) for k, t, a, c in stand.rows.seen)

    assert rows(one) == rows(other)


def test_charges_and_captures_in_batches_or_one_by_one() -> None:
    together, apart = pair()
    for attempt in range(3):
        methods = [COVERED[i % len(COVERED)] for i in range(N)]
        charges = together.charges(methods, attempt=attempt)
        if attempt == 2:  # orders that stand twice
            charges.order[::5] = charges.order[1::5]
        batch = together.gateway.authorise(charges)
        singles = [apart.gateway.authorise(take_charges(charges, slice(i, i + 1))) for i in range(N)]
        same(together, apart, merged([batch]), merged(singles))
        captures = _captures(together, charges, batch)
        done = together.gateway.capture(captures)
        each = [
            apart.gateway.capture(take_captures(captures, slice(i, i + 1))) for i in range(len(captures.slip))
        ]
        same(together, apart, merged([done]), merged(each))
        for stand in (together, apart):
            stand.now += 86400
        assert together.gateway.due(together.now) == apart.gateway.due(apart.now)


def _captures(stand: Stand, charges: Charges, answers: Answers) -> Captures:
    """Most of them right, some with a wrong amount, no slip number, an unknown transaction, or twice."""
    captures = stand.captures(charges, answers.transaction.copy())
    captures.amount[3::10] -= 1
    captures.slip[4::10] = 0
    captures.transaction[5::40] = 10**6
    captures.transaction[6::40] = captures.transaction[7::40]
    return captures


def test_an_ordinary_batch_is_one_group_of_rows() -> None:
    stand = Stand()
    charges = stand.charges([Method.CARD] * 5)
    answers = stand.gateway.authorise(charges)
    stand.gateway.capture(stand.captures(charges, answers.transaction))
    assert stand.kinds() == ["authorised"] * 5 + ["captured"] * 5
    stand.log.flush()
    assert [row[1] for row in stand.rows.seen] == [0, 1, 2, 3, 4] * 2


@pytest.mark.parametrize("call", ["authorise", "capture", "take_over"])
def test_nothing_to_do(call: str) -> None:
    stand = Stand()
    charges = stand.charges([])
    calls: dict[str, Callable[[], object]] = {
        "authorise": lambda: stand.gateway.authorise(charges).outcome,
        "capture": lambda: stand.gateway.capture(stand.captures(charges, np.empty(0, np.int32))).outcome,
        "take_over": lambda: stand.gateway.take_over(charges),
    }
    assert len(calls[call]()) == 0  # type: ignore[arg-type]
    assert stand.gateway.due(stand.now) == []
    assert stand.kinds() == []


def test_a_capture_twice_in_one_batch_is_taken_once() -> None:
    stand = Stand()
    number = stand.authorise(Method.CARD)
    charges = stand.charges([Method.CARD] * 2)
    answers = stand.gateway.capture(stand.captures(charges, np.array([number, number], np.int32)))
    assert answers.outcome.tolist() == [Outcome.ACCEPTED, Outcome.DECLINED]
    assert stand.word(answers, 1) == "E11010001"
    stand.agrees()


def test_the_ledger_grows_and_stays_small() -> None:
    ledger = Ledger()
    n, step = 200_000, 1000
    ones = np.ones(step, np.int32)
    for first in range(0, n, step):
        orders = np.arange(first, first + step, dtype=np.int32)
        ledger.open(
            orders, orders, ones.astype(np.int16), ones.astype(np.int8), State.AUTHORISED, ones, 20_000
        )
    assert ledger.nbytes / n < 27 * 1.25
    assert (ledger.order[:n] == np.arange(n)).all() and not ledger.captured.any()
    assert list(ledger.of_order(n - 1)) == [n - 1] and list(ledger.of_order(n + 10**6)) == []


def test_an_order_keeps_all_its_transactions() -> None:
    ledger, one = Ledger(), np.array([5], np.int32)
    for _ in range(3):
        ledger.open(one, one, one.astype(np.int16), one.astype(np.int8), State.DECLINED, 0, 20_000)
    assert list(ledger.of_order(5)) == [2, 1, 0]
    twice = np.array([5, 5], np.int32)
    with pytest.raises(Repeated):
        ledger.open(twice, twice, twice.astype(np.int16), twice.astype(np.int8), State.DECLINED, 0, 20_000)
    assert list(ledger.of_order(5)) == [2, 1, 0] and ledger.size == 3


def test_slips_of_others_are_not_written() -> None:
    stand = Stand()
    charges = stand.charges([Method.CARD, Method.SCORE])
    answers = stand.gateway.authorise(charges)
    stand.gateway.capture(stand.captures(charges, answers.transaction))
    stand.log.flush()
    assert [row[3] for row in stand.rows.seen if row[0] == "captured"] == [0, SLIP]
