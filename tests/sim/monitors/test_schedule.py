"""INV-08 (due cycles), 11, 16, 20: a subscription's dates, skips and recoveries."""

from typing import Any

import pytest

from teiki_sim.log.kinds import Actor, Kind, Side
from teiki_sim.messages import Method


def test_inv_08_a_cycle_lapses(story: Any) -> None:
    told = story().course().life()
    assert told.found(32) == []
    assert told.found(60) == [("INV-08", 33.0)]  # delivery 37, generated 7 days before, 3 days of grace
    [violation] = told.violations(60)
    assert violation.order == -1 and violation.order_id == ""


def test_inv_08_amazon_never_resumed(story: Any) -> None:
    told = story().course(method=Method.AMAZON_PAY).life(method=Method.AMAZON_PAY)
    assert told.violations(60)[0].rule == "SS-AMZ-07"


def test_inv_08_generated_late(story: Any) -> None:
    told = story().course().life().on(33, 1).child(1, cycle=2, delivery=37, following=67)
    assert told.days("INV-08", 40) == [33.0]
    told = story().course().life().on(33, 0).child(1, cycle=2, delivery=37, following=67)
    assert told.days("INV-08", 40) == []


@pytest.mark.parametrize(
    ("kind", "columns"),
    [
        (Kind.FLAG_SET, {}),
        (Kind.HELD, {"code": "amount_limit"}),
        (Kind.STOPPED, {"status": "停止"}),
        (Kind.ENDED, {"status": "終了"}),
    ],
)
def test_inv_08_suspended(story: Any, kind: Kind, columns: dict[str, Any]) -> None:
    assert story().course().life().on(29).row(kind, sub=0, **columns).found(60) == []


def test_inv_08_starts_again_with_grace(story: Any) -> None:
    told = story().course().life().on(29).row(Kind.FLAG_SET, sub=0)
    told.on(40).row(Kind.FLAG_CLEARED, sub=0).row(Kind.RESUMED, sub=0)
    assert told.days("INV-08", 60) == [43.125]
    told.on(50).row(Kind.RESUMED, sub=0)
    assert told.days("INV-08", 60) == [43.125]  # once for each lapse


def test_inv_08_moved_by_edit(story: Any) -> None:
    told = story().course().life().on(20).row(Kind.EDITED, sub=0, code="dates", ship=54, delivery=57)
    assert told.days("INV-08", 60) == [53.0]


def test_inv_11_stale_after_resume(story: Any) -> None:
    told = story().course(status="停止").on(20).row(Kind.RESUMED, sub=0, status="継続")
    assert told.days("INV-11", 21) == [20.125]


def test_inv_11_mended_at_the_same_instant(story: Any) -> None:
    told = story().course(status="停止").on(20).row(Kind.RESUMED, sub=0, status="継続")
    told.row(Kind.SCHEDULED, sub=0, ship=34, delivery=37)
    assert told.found(21) == []
    first = story().course(status="停止").on(20).row(Kind.EDITED, sub=0, code="dates", ship=34, delivery=37)
    assert first.row(Kind.RESUMED, sub=0, status="継続").found(21) == []


def test_inv_11_once_an_episode(story: Any) -> None:
    told = story().course().life().on(20).row(Kind.EDITED, sub=0, code="dates", ship=7, delivery=10)
    told.on(21).row(Kind.EDITED, sub=0, code="dates", ship=8, delivery=11)
    assert told.days("INV-11", 22) == [20.125]
    told.on(22).row(Kind.EDITED, sub=0, code="dates", ship=48, delivery=51)
    told.on(23).row(Kind.EDITED, sub=0, code="dates", ship=8, delivery=11)
    assert told.days("INV-11", 25) == [20.125, 23.125]


def test_inv_11_today_is_too_early(story: Any) -> None:
    told = story().course().life().on(20).row(Kind.SCHEDULED, sub=0, ship=17, delivery=20)
    assert told.days("INV-11", 22) == [20.125]
    told = story().course().life().on(20).row(Kind.SCHEDULED, sub=0, ship=18, delivery=21)
    assert told.days("INV-11", 22) == []


def test_inv_11_of_stopped_ones_nobody_minds(story: Any) -> None:
    told = story().course(status="停止").on(20).row(Kind.EDITED, sub=0, code="dates", ship=7, delivery=10)
    assert told.found(22) == []


def skipping(story: Any, child: bool = True) -> Any:
    told = story().course(delivery=7).on(0).child()
    if not child:
        return told.on(4, 9).export().on(4, 15).leave().capture().on(10, 10).row(Kind.SKIPPED, sub=0)
    return told.on(1, 10).store(Kind.SKIPPED)


def moved(told: Any, child: int | None = None, master: int | None = None) -> Any:
    if child is not None:
        told.store(Kind.EDITED, code="dates", ship=child - 3, delivery=child)
    if master is not None:
        told.row(Kind.SCHEDULED, sub=0, ship=master - 3, delivery=master)
    return told


#: The master's delivery is day 37 (2024-11-10); a month on is day 67 (2024-12-10).
def test_inv_16_child_and_master_move(story: Any) -> None:
    assert moved(skipping(story), 37, 67).days("INV-16", 20) == []


def test_inv_16_before_there_is_any_order(story: Any) -> None:
    told = story().course(delivery=37).on(1, 10).row(Kind.SKIPPED, sub=0)
    assert told.days("INV-16", 20) == [2.0]
    assert moved(told, master=67).days("INV-16", 20) == []


def test_inv_16_only_the_child_moves(story: Any) -> None:
    told = moved(skipping(story), 37)
    assert told.days("INV-16", 20) == [2.0]
    [violation] = [v for v in told.violations(20) if v.invariant == "INV-16"]
    assert violation.rule == "SS-SKIP-04" and "2024-12-10" in violation.message_ja


def test_inv_16_only_the_master_moves(story: Any) -> None:
    told = moved(skipping(story), None, 67)
    [violation] = [v for v in told.violations(20) if v.invariant == "INV-16"]
    assert "注文 0のお届け予定日が2024-10-11" in violation.message_ja


def test_inv_16_master_moves_twice(story: Any) -> None:
    assert moved(skipping(story), 37, 98).days("INV-16", 20) == [2.0]
    assert moved(moved(skipping(story), 37, 67), None, 98).days("INV-16", 20) == [2.0]


def test_inv_16_mended_before_midnight(story: Any) -> None:
    told = moved(skipping(story), 37).on(1, 23.5)
    assert moved(told, None, 67).days("INV-16", 20) == []
    late = moved(skipping(story), 37).on(2, 0)
    assert moved(late, None, 67).days("INV-16", 20) == [2.0]


def test_inv_16_no_child_waits(story: Any) -> None:
    assert moved(skipping(story, child=False), None, 67).days("INV-16", 20) == []
    assert skipping(story, child=False).days("INV-16", 20) == [11.0]


def test_inv_16_skipped_twice_a_day(story: Any) -> None:
    told = moved(moved(skipping(story), 37, 67).store(Kind.SKIPPED), 67, 98)
    assert told.days("INV-16", 20) == []  # day 98 is 2025-01-10


def skipped_by_both(story: Any, *, asks: bool) -> Any:
    told = story().course().life().on(10, 10)
    told = moved(told.row(Kind.SKIPPED, sub=0, cycle=1, actor=Actor.CUSTOMER), None, 67).on(11, 9)
    if asks:
        told.row(Kind.MESSAGE, Side.CUSTOMER, sub=0, cycle=1, actor=Actor.CUSTOMER, code="skip")
    return moved(told.row(Kind.SKIPPED, sub=0, cycle=1, actor=Actor.OPERATOR), None, 98)


def test_inv_14_skipped_by_customer_and_staff(story: Any) -> None:
    assert skipped_by_both(story, asks=False).days("INV-14", 20) == [11.375]


def test_inv_14_another_delivery_was_meant(story: Any) -> None:
    assert skipped_by_both(story, asks=True).days("INV-14", 20) == []


def test_inv_16_stopped_the_same_day(story: Any) -> None:
    assert skipping(story).row(Kind.STOPPED, sub=0, status="停止").days("INV-16", 20) == []


def recovering(story: Any, *kinds: Kind, day: int = 12) -> Any:
    told = story().course().life().on(10).row(Kind.FLAG_SET, sub=0).on(day)
    for kind in kinds:
        told.row(kind, sub=0)
    return told


@pytest.mark.parametrize("half", [Kind.FLAG_CLEARED, Kind.RESUMED])
def test_inv_20_half_a_recovery(story: Any, half: Kind) -> None:
    told = recovering(story, half)
    assert told.found(20) == [("INV-20", 15.125)]
    assert told.violations(20)[0].rule == "SS-RACE-04"


@pytest.mark.parametrize("first", [Kind.FLAG_CLEARED, Kind.RESUMED])
def test_inv_20_the_other_half_in_time(story: Any, first: Kind) -> None:
    other = Kind.RESUMED if first == Kind.FLAG_CLEARED else Kind.FLAG_CLEARED
    assert recovering(story, first, other).found(20) == []
    assert recovering(story, first).on(15).row(other, sub=0).found(20) == []
    assert recovering(story, first).on(16).row(other, sub=0).found(28) == [("INV-20", 15.125)]


def test_inv_20_dropped(story: Any) -> None:
    assert recovering(story, Kind.FLAG_CLEARED).on(13).row(Kind.FLAG_SET, sub=0).found(20) == []
    assert recovering(story, Kind.FLAG_CLEARED).on(13).row(Kind.STOPPED, sub=0, status="停止").found(20) == []
    assert recovering(story, Kind.RESUMED).on(13).row(Kind.STOPPED, sub=0, status="停止").found(20) == []


def test_inv_20_ordinary_resume(story: Any) -> None:
    told = story().course().life().on(10).row(Kind.STOPPED, sub=0, status="停止")
    assert told.on(12).row(Kind.RESUMED, sub=0, status="継続").found(20) == []
