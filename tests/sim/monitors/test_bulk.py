"""INV-13, INV-23, INV-24, INV-33, INV-38, INV-39: what bulk jobs do to dates, carriers, counts, and their results."""

from typing import Any

import pytest

from teiki_sim.log.kinds import Kind
from teiki_sim.messages import Method

END = 20


def shop(story: Any, **terms: int) -> Any:
    """Two carriers of three days and one of four business days; a gift with the third delivery."""
    told = story("ecforce")
    for name, value in {"lead.A": 30, "lead.B": 30, "lead.C": 41, "carrier.default": 0, "gift.3": 1}.items():
        told.row(Kind.SETTING, code=name, quantity=value)
    for name, value in terms.items():
        told.row(Kind.SETTING, code=f"jobs.{name}", quantity=value)
    return told.course().child()


def only(told: Any, invariant: str, end: int = END) -> list[tuple[float, str, int]]:
    """Days, rules and money of one invariant's violations, however the log is cut."""
    days = told.days(invariant, end)
    found = [v for v in told.violations(end) if v.invariant == invariant]
    return [(day, v.rule, v.money_at_risk) for day, v in zip(days, found, strict=True)]


def edit(told: Any, code: str, **columns: Any) -> Any:
    return told.store(Kind.EDITED, code=code, **columns)


# ---- INV-13 ----


@pytest.mark.parametrize(("ship", "delivery", "right"), [(37, 40, True), (36, 40, False), (40, 40, False)])
def test_next_dates_fit_the_lead(story: Any, ship: int, delivery: int, right: bool) -> None:
    told = shop(story).on(1).row(Kind.SCHEDULED, sub=0, ship=ship, delivery=delivery)
    assert only(told, "INV-13") == ([] if right else [(1.125, "EC-UPD-12", 3000)])


def test_a_subscription_of_another_carrier(story: Any) -> None:
    """Four business days before a Thursday is the Friday of the week before."""
    told = shop(story).row(Kind.EDITED, sub=0, code="carrier:C")
    told.on(1).row(Kind.SCHEDULED, sub=0, ship=35, delivery=41)
    assert only(told, "INV-13") == []
    told.on(2).row(Kind.SCHEDULED, sub=0, ship=38, delivery=41)
    assert [day for day, *_ in only(told, "INV-13")] == [2.125]


def test_dates_of_an_order(story: Any) -> None:
    both = edit(shop(story).on(1), "dates", ship=5, delivery=8)
    assert only(both, "INV-13") == []
    one = edit(shop(story).on(1), "dates", ship=5)
    assert [day for day, *_ in only(one, "INV-13")] == [1.125]


def test_a_carrier_changed_after_the_dates(story: Any) -> None:
    told = edit(shop(story).on(1), "carrier:C").store(Kind.RECALCULATED, amount=3000)
    assert only(told, "INV-13", 3) == [(2.125, "EC-UPD-12", 3000)]
    mended = edit(shop(story).on(1), "carrier:C").store(Kind.RECALCULATED, amount=3000)
    edit(mended.on(1, 5), "dates", ship=3, delivery=7)
    assert only(mended, "INV-13", 3) == []


# ---- INV-23, INV-24 ----


def test_another_carrier_is_recalculated(story: Any) -> None:
    forgotten = edit(shop(story).on(1), "carrier:B")
    assert only(forgotten, "INV-23", 3) == [(2.125, "EC-UPD-08", 3000)]
    done = edit(shop(story).on(1), "carrier:B").on(1, 9).store(Kind.RECALCULATED, amount=3200)
    assert only(done, "INV-23", 3) == []
    cancelled = edit(shop(story).on(1), "carrier:B").on(1, 9).cancel().release_payment()
    assert only(cancelled, "INV-23", 3) == []


@pytest.mark.parametrize("first", ["method", "carrier:B"])
def test_both_changed_is_reauthorised_and_not_recalculated(story: Any, first: str) -> None:
    def changed() -> Any:
        second = "carrier:B" if first == "method" else "method"
        told = shop(story).on(1)
        for hour, code in ((3, first), (4, second)):
            edit(told.on(1, hour), code, **({"method": Method.NP} if code == "method" else {}))
        return told.on(1, 5).both(Kind.REAUTHORISED, 0, "仮売上完了", method=Method.NP, amount=3000)

    assert only(changed(), "INV-23", 4) == []
    twice = changed().on(1, 6).store(Kind.RECALCULATED, amount=3000)
    assert only(twice, "INV-23", 4) == [(1.25, "EC-UPD-09", 3000)]


@pytest.mark.parametrize("code", ["method", "carrier:B"])
def test_method_and_carrier_of_what_is_captured(story: Any, code: str) -> None:
    told = edit(shop(story).on(1), code).on(2).export().leave().capture()
    assert only(told, "INV-24", 3) == []
    edit(told.on(3), code)
    assert [day for day, *_ in only(told, "INV-24", 4)] == [3.125]


# ---- INV-33 ----


def lowered(told: Any, to: int, order: int = 0) -> Any:
    return told.store(Kind.COUNTED, order, code="lowered", quantity=to)


def test_lowered_once_an_order(story: Any) -> None:
    once = lowered(shop(story).on(1).cancel().release_payment(), 0).row(Kind.RECALCULATED, sub=0)
    assert only(once, "INV-33") == []
    assert only(lowered(once.on(2), 0), "INV-33") == [(2.125, "EC-PAY-08", 3000)]


def test_lowered_below_zero(story: Any) -> None:
    told = lowered(shop(story).on(1).store(Kind.COUNTED, code="set", quantity=0), 0)
    assert only(told, "INV-33") == [(1.125, "EC-PAY-08", 3000)]


def test_lowered_after_the_next_was_made(story: Any) -> None:
    told = shop(story).on(30).child(1, 0, 2, delivery=37)
    assert only(lowered(told.on(31), 1), "INV-33", 32) == [(31.125, "EC-PAY-08", 3000)]


@pytest.mark.parametrize(("recalculated", "found"), [(True, []), (False, [(62.125, "EC-PAY-08", 3000)])])
def test_price_and_gift_fit_the_count(story: Any, recalculated: bool, found: Any) -> None:
    """Lowered from 3 to 2, so that the next one is the third again, with its gift; not so if it is not recalculated."""
    told = shop(story).on(30).child(1, 0, 2, delivery=37).on(31).child(2, 0, 3, delivery=38)
    lowered(told.on(32).cancel(2).release_payment(2), 2, order=2)
    if recalculated:
        told.row(Kind.RECALCULATED, sub=0)
    told.on(62).child(3, 0, 3, delivery=69)
    assert only(told, "INV-33", 63) == found


def test_lowered_where_cancelled_ones_do_not_count(story: Any) -> None:
    told = shop(story, count_surviving=1).on(1).cancel().release_payment()
    assert only(told, "INV-33", 10) == [(6.125, "EC-PAY-08", 3000)]
    assert only(lowered(told.on(3), 0), "INV-33", 10) == []
    assert only(shop(story).on(1).cancel().release_payment(), "INV-33", 10) == []


# ---- INV-38, INV-39 ----


def job(told: Any, code: str, number: int = 1, **columns: Any) -> Any:
    return told.store(Kind.JOB, code=code, cycle=number, **columns)


def test_failed_rows_are_read_and_run_again(story: Any) -> None:
    def ended(failed: int) -> Any:
        return job(
            job(shop(story).on(1), "registered", quantity=5), "completed", quantity=failed, amount=7000
        )

    assert only(ended(0), "INV-38") == []
    assert only(ended(2), "INV-38") == [(3.125, "EC-JOB-03", 7000)]
    read = job(ended(2).on(2), "reviewed")
    assert only(read, "INV-38") == [(3.125, "EC-JOB-03", 7000)]
    assert only(job(read, "settled"), "INV-38") == []
    assert only(job(job(ended(2).on(2), "reviewed"), "settled", 2), "INV-38") == [(3.125, "EC-JOB-03", 7000)]


@pytest.mark.parametrize(
    ("seen", "targets", "rule"), [(100, 100, None), (250, 100, "EC-JOB-05"), (250, 99, None), (99, 100, "")]
)
def test_one_page_where_all_was_meant(story: Any, seen: int, targets: int, rule: str | None) -> None:
    told = job(job(shop(story).on(1), "searched", quantity=seen), "registered", quantity=targets)
    assert [found for _, found, _ in only(told, "INV-39")] == ([] if rule is None else [rule])


def test_a_subscription_edited_twice_by_one_job(story: Any) -> None:
    told = shop(story).on(1).row(Kind.JOB, sub=0, cycle=1, code="edited_again", quantity=2)
    assert [rule for _, rule, _ in only(told, "INV-39")] == ["EC-UPD-11"]
    assert told.violations(END)[-1].severity == "warning"
