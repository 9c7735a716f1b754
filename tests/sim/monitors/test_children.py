"""INV-07, 08 (deleted), 09, 12, 31: the children of a subscription."""

from typing import Any

import pytest

from teiki_sim.log.kinds import Kind
from teiki_sim.messages import Method

END = 30


def test_inv_07_two_children_of_one_cycle(story: Any) -> None:
    told = story("ecforce").course().child().on(2).child(1, cycle=1)
    assert told.days("INV-07", END) == [3.125]
    [violation] = [v for v in told.violations(END) if v.invariant == "INV-07"]
    assert (violation.order, violation.key, violation.rule) == (1, "1", "EC-SUB-06")
    assert "注文 0" in violation.message_ja and "注文 1" in violation.message_ja


@pytest.mark.parametrize("gone", [0, 1])
def test_inv_07_one_of_them_goes(story: Any, gone: int) -> None:
    told = story().course().child().on(2).child(1, cycle=1).on(3).cancel(gone).release_payment(gone)
    assert told.days("INV-07", END) == []


def test_inv_07_an_older_child_still_stands(story: Any) -> None:
    told = story().course().child().on(2).child(1, cycle=1).on(2, 6).store(Kind.DELETED, 1, status="削除済み")
    told.on(4).child(2, cycle=1).on(4, 5).store(Kind.DELETED, 2, status="削除済み")
    assert told.days("INV-07", END) == []
    assert told.on(6).child(3, cycle=1).days("INV-07", END) == [7.125]


def test_inv_07_generated_again_after_it_was_deleted(story: Any) -> None:
    told = story().course().child().on(2).store(Kind.DELETED, status="削除済み").release_payment()
    told.child(1, cycle=1)
    assert told.days("INV-07", END) == [] and told.days("INV-08", END) == []


def test_inv_08_deleted_and_never_generated_again(story: Any) -> None:
    told = story().course().child().on(2).release_payment().store(Kind.DELETED, status="削除済み")
    assert told.days("INV-08", 20) == [9.125]
    assert told.violations(20)[0].rule == "SS-RACE-04"
    told.on(8).store(Kind.DECISION, code="drop")
    assert told.days("INV-08", 20) == []


def test_inv_08_deleted_where_nothing_is_missing(story: Any) -> None:
    twin = story().course().child().child(1, cycle=1).on(0, 5).store(Kind.DELETED, 1, status="削除済み")
    assert twin.days("INV-08", 20) == []
    old = (
        story().course().child().on(1).cancel().release_payment().on(2).store(Kind.DELETED, status="削除済み")
    )
    assert old.days("INV-08", 20) == []
    over = story().course().child().on(1).release_payment().store(Kind.DELETED, status="削除済み")
    assert over.on(2).row(Kind.STOPPED, sub=0, status="停止").days("INV-08", 20) == []


@pytest.mark.parametrize(
    ("kind", "columns", "case"),
    [
        (Kind.STOPPED, {"status": "停止"}, "「停止」"),
        (Kind.ENDED, {"status": "終了"}, "「終了」"),
        (Kind.FLAG_SET, {}, "生成エラー中"),
        (Kind.HELD, {}, "保留中"),
    ],
)
def test_inv_09_no_child_now(story: Any, kind: Kind, columns: dict[str, Any], case: str) -> None:
    told = story().course().on(0, 1).row(kind, sub=0, **columns).on(1).child()
    assert told.days("INV-09", 3) == [1.125]
    [violation] = [v for v in told.violations(3) if v.invariant == "INV-09"]
    assert case in violation.message_ja and violation.money_at_risk == 3000


def test_inv_09_first_child_then_ended(story: Any) -> None:
    assert story().course().child().row(Kind.ENDED, sub=0, status="終了").days("INV-09", END) == []
    cleared = story().course().row(Kind.FLAG_SET, sub=0).on(1).row(Kind.FLAG_CLEARED, sub=0)
    assert cleared.row(Kind.RESUMED, sub=0).child().days("INV-09", END) == []


def flood(told: Any, first: int, day: int, cycle: int = 1, until: int = 4) -> Any:
    """A past delivery date: one child a day, each a month further on (EC-SUB-05)."""
    for i in range(until):
        due = day - 90 + 30 * i
        told.on(day + i).child(first + i, cycle=cycle + i, delivery=due, following=due + 30)
    return told


def test_inv_12_a_flood(story: Any) -> None:
    told = flood(story("ecforce").course(delivery=110), 0, 200)
    assert told.days("INV-12", 230) == [202.125]  # once for the whole flood
    [violation] = [v for v in told.violations(230) if v.invariant == "INV-12"]
    assert violation.rule == "EC-SUB-06"


def test_inv_12_a_second_flood(story: Any) -> None:
    told = flood(story("ecforce").course(delivery=110), 0, 200)
    told.on(228).child(4, cycle=5, delivery=235, following=265)
    assert flood(told, 5, 350, 6).days("INV-12", 360) == [202.125, 352.125]


def test_inv_12_undone_in_time(story: Any) -> None:
    told = flood(story().course(delivery=110), 0, 200, until=2)
    assert told.days("INV-12", 230) == [202.125]
    assert told.on(202).cancel(1).release_payment(1).days("INV-12", 230) == []


def test_inv_12_late_recovery_is_no_burst(story: Any) -> None:
    told = story().course().child().on(16).child(1, cycle=2, delivery=37, following=67)
    assert told.days("INV-12", END) == []


def test_inv_12_dead_children_do_not_count(story: Any) -> None:
    told = story().course().child().on(1).cancel().release_payment().on(1, 5).child(1, cycle=2, delivery=37)
    assert told.days("INV-12", END) == []
    told = (
        story()
        .course()
        .child()
        .on(30)
        .child(1, cycle=2, delivery=37, following=67)
        .cancel(1)
        .release_payment(1)
    )
    assert told.child(2, cycle=2, delivery=37, following=67).days("INV-12", 40) == []


def failed(story: Any) -> Any:
    told = story().course(method=Method.RAKUTEN_PAY).child(paid=False, method=Method.RAKUTEN_PAY)
    return told.both(Kind.DECLINED, status="与信失敗", amount=3000, method=int(Method.RAKUTEN_PAY))


def test_inv_31_recovered_as_documented(story: Any) -> None:
    told = failed(story).on(2).store(Kind.DELETED, status="削除済み", code="keep_payment")
    told.on(2, 4).child(1, cycle=1, method=Method.RAKUTEN_PAY)
    assert told.found(20) == []


def test_inv_31_generated_beside_the_failed_one(story: Any) -> None:
    told = failed(story).on(2).child(1, cycle=1, method=Method.RAKUTEN_PAY)
    assert told.days("INV-31", 20) == [2.125]
    [violation] = [v for v in told.violations(20) if v.invariant == "INV-31"]
    assert (violation.order, violation.rule) == (1, "SS-RAK-03")


def test_inv_31_deleted_with_the_payment(story: Any) -> None:
    told = failed(story).on(2).store(Kind.DELETED, status="削除済み", code="cancel_payment")
    assert told.child(1, cycle=1, method=Method.RAKUTEN_PAY).days("INV-31", 20) == [2.125]


def test_inv_31_deleted_and_forgotten(story: Any) -> None:
    told = failed(story).on(2).store(Kind.DELETED, status="削除済み", code="keep_payment")
    assert told.found(20) == [("INV-08", 9.125), ("INV-31", 9.125)]
    assert {v.rule for v in told.violations(20)} == {"SS-RAK-03"}
    assert told.on(5).row(Kind.STOPPED, sub=0, status="停止").found(20) == []


def test_inv_31_repaired_another_way(story: Any) -> None:
    told = failed(story).on(1).store(Kind.EDITED, code="method", method=int(Method.CARD))
    told.both(Kind.AUTHORISED, status="与信完了", amount=3000, transaction=4)
    told.on(2).store(Kind.DELETED, status="削除済み", code="cancel_payment").release_payment(transaction=4)
    assert told.days("INV-31", 20) == []
