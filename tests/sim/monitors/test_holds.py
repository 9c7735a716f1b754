"""要対応 and NP refusals as stories: INV-08, INV-19, INV-20, INV-46, INV-47 and INV-49 on たまごリピート."""

from typing import Any

import pytest

from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.messages import Method

PLATFORM = "tamago"
BY_HAND = {"actor": int(Actor.OPERATOR)}


def task(story: Any, order: int = -1) -> Any:
    """Put on the desk at the same moment."""
    about = {"sub": 0} if order < 0 else {"sub": 0, "order": order}
    return story.row(Kind.NOTICE, code="task", **about)


def held(story: Any) -> Any:
    """A child of day 0 that ships on day 4, held by the system on day 1."""
    return task(story(PLATFORM).course().child().on(1).store(Kind.HELD, code="island"), 0)


def egg(story: Any) -> Any:
    """Deliveries to come held by the system on day 1; the next ship date is day 34."""
    told = story(PLATFORM).course().child().on(1).row(Kind.HELD, sub=0, code="egg_payment_failed", cycle=1)
    return task(told)


def names(found: list[tuple[str, float]]) -> list[str]:
    return [invariant for invariant, _ in found]


def test_inv_19_nobody_looks(story: Any) -> None:
    assert held(story).found(20) == [("INV-19", 4.125)]
    assert held(story).on(3, 9).store(Kind.MAIL, code="asked", **BY_HAND).found(20) == []
    assert held(story).on(3, 9).store(Kind.RELEASED, **BY_HAND).found(7) == []


def test_inv_19_by_the_system_does_not_count(story: Any) -> None:
    assert held(story).on(2).store(Kind.MAIL, code="hold").found(20) == [("INV-19", 4.125)]


def test_inv_19_of_a_subscription(story: Any) -> None:
    assert names(egg(story).found(40)) == ["INV-19"]
    assert egg(story).on(9).row(Kind.MAIL, sub=0, code="payment_failed", **BY_HAND).found(40) == []
    assert egg(story).on(9).row(Kind.STOPPED, sub=0, status="停止", code="stop").found(40) == []


def test_inv_49_reason_and_owner(story: Any) -> None:
    plain = story(PLATFORM).course().child().on(1)
    assert ("INV-49", 1.125) in plain.store(Kind.HELD, code="island").found(3)
    nameless = story().course().child().on(1).store(Kind.HELD)
    assert names(nameless.found(3)) == ["INV-49"]
    by_hand = story(PLATFORM).course().child().on(1).store(Kind.HELD, code="customer", **BY_HAND)
    assert by_hand.found(3) == []


def whole(story: Any) -> Any:
    """Everything held by hand on day 1."""
    told = story(PLATFORM).course().child().on(1).store(Kind.HELD, code="customer", **BY_HAND)
    return told.row(Kind.HELD, sub=0, code="customer", quantity=1, **BY_HAND)


def test_inv_20_one_scope(story: Any) -> None:
    upper = whole(story).on(2).store(Kind.RELEASED, **BY_HAND)
    assert upper.found(20) == [("INV-20", 5.125)]
    lower = whole(story).on(2).row(Kind.RELEASED, sub=0, **BY_HAND)
    assert lower.found(20) == [("INV-20", 5.125)]


def test_inv_20_both_scopes(story: Any) -> None:
    both = whole(story).on(2).store(Kind.RELEASED, **BY_HAND).on(3).row(Kind.RELEASED, sub=0, **BY_HAND)
    assert both.found(20) == []


def test_inv_20_the_repair_did_not_last(story: Any) -> None:
    told = egg(story).on(2).row(Kind.RELEASED, sub=0, **BY_HAND)
    again = task(told.on(10).row(Kind.HELD, sub=0, code="egg_payment_failed", cycle=1))
    assert again.found(14) == [("INV-20", 13.125)]


def missed(story: Any) -> Any:
    """Held on day 20 before the next generation on day 30, and released on day 33 with later dates."""
    told = story(PLATFORM).course().child().on(20).row(Kind.HELD, sub=0, code="customer", cycle=1, **BY_HAND)
    return told.on(33).row(Kind.SCHEDULED, sub=0, ship=64, delivery=67, **BY_HAND)


def test_inv_08_missed_deliveries_are_decided_on(story: Any) -> None:
    assert missed(story).row(Kind.RELEASED, sub=0, **BY_HAND).found(40) == [("INV-08", 34)]
    decided = missed(story).row(Kind.DECISION, sub=0, code="shift", **BY_HAND)
    assert decided.row(Kind.RELEASED, sub=0, **BY_HAND).found(40) == []
    later = missed(story).row(Kind.RELEASED, sub=0, **BY_HAND)
    assert later.on(33, 20).row(Kind.DECISION, sub=0, code="drop", **BY_HAND).found(40) == []


def test_inv_08_the_wrong_order_cancelled(story: Any) -> None:
    told = egg(story).on(2).row(Kind.MAIL, sub=0, code="payment_failed", **BY_HAND)
    wrong = told.store(Kind.CANCELLED, status="キャンセル済み", **BY_HAND).release_payment()
    assert wrong.found(4) == [("INV-08", 2.125)]


def settings(story: Any, setting: int, fee: int = 0) -> Any:
    told = story(PLATFORM)
    terms = {"holds.np_refused": setting, "carriers.cod": 1, "carriers.default": 0, "fee.7": fee}
    for name, value in terms.items():
        told.row(Kind.SETTING, code=name, quantity=value)
    return told


def refused(story: Any, setting: int, cycle: int, fee: int = 0, carrier: int = 0) -> Any:
    """An order that NP refuses by itself on day 1."""
    told = settings(story, setting, fee).course(method=Method.NP).on(1)
    if carrier:
        told.row(Kind.NOTICE, sub=0, code="carrier", quantity=carrier)
    told.child(method=Method.NP, paid=False, cycle=cycle)
    told.ledger(Kind.DECLINED, method=Method.NP, amount=3000)
    return told.store(Kind.DECLINED, status="与信NG", method=Method.NP, amount=3000, code="NG999")


def to_cod(told: Any, amount: int = 3000) -> Any:
    told.store(Kind.EDITED, method=Method.COD, amount=amount, code="method")
    return told.store(Kind.MAIL, code="cod_fallback")


def to_hold(told: Any) -> Any:
    return task(told.store(Kind.HELD, code="np_refused"), 0)


@pytest.mark.parametrize("carrier", [0, 1])
@pytest.mark.parametrize("cycle", [1, 2])
@pytest.mark.parametrize("setting", [1, 2, 3])
def test_inv_46_each_of_the_twelve_cases(story: Any, setting: int, cycle: int, carrier: int) -> None:
    """Carrier 0 can collect cash on delivery, carrier 1 cannot; what is right of the one is wrong of the other."""
    cod = carrier == 0 and (setting == 2 or (setting == 3 and cycle == 1))
    switched = to_cod(refused(story, setting, cycle, carrier=carrier)).found(2)
    kept = to_hold(refused(story, setting, cycle, carrier=carrier)).found(2)
    assert (switched, kept) == (([], [("INV-46", 1.125)]) if cod else ([("INV-46", 1.125)], []))


def test_inv_46_an_unknown_result_is_held(story: Any) -> None:
    told = settings(story, 1).course(method=Method.NP).on(1).child(method=Method.NP, paid=False)
    told.both(Kind.PENDING, status="与信保留", method=Method.NP, amount=3000, code="77")
    assert told.found(3) == [("INV-46", 2)]
    known = settings(story, 1).course(method=Method.NP).on(1).child(method=Method.NP, paid=False)
    known.both(Kind.PENDING, status="与信保留", method=Method.NP, amount=3000, code="RE009")
    assert known.found(3) == []


def test_inv_47_fee_and_mail(story: Any) -> None:
    assert to_cod(refused(story, 2, 1, fee=330), 3330).found(3) == []
    assert to_cod(refused(story, 2, 1, fee=330), 3000).found(3) == [("INV-47", 2)]
    untold = refused(story, 2, 1).store(Kind.EDITED, method=Method.COD, amount=3000, code="method")
    assert untold.found(3) == [("INV-47", 2)]
