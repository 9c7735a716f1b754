"""INV-17, 20 (released orders), 22, 26, 28: the life of one order."""

from typing import Any

import pytest

from teiki_sim.log.kinds import Kind
from teiki_sim.messages import Method

END = 30


def test_inv_17_shipped_without_working(story: Any) -> None:
    told = story().course().child().on(4, 15).leave().capture()
    assert told.found(END) == [("INV-17", 4.625)]
    [violation] = told.violations(END)
    assert violation.rule == "SS-ORD-11"
    assert "「出荷待ち」から「出荷済み」" in violation.message_ja


def test_inv_17_only_deleted_after_cancelled(story: Any) -> None:
    told = story().course().child().on(1).cancel().release_payment()
    assert told.on(2).store(Kind.DELETED, status="削除済み").found(END) == []
    told = story().course().child().on(1).cancel().release_payment()
    assert told.on(2).store(Kind.EDITED, status="出荷待ち", code="status").days("INV-17", END) == [2.125]


@pytest.mark.parametrize(
    ("platform", "method", "status", "fine"),
    [
        ("subscstore", Method.NP, "返品待ち", True),
        ("subscstore", Method.CARD, "返品待ち", False),
        ("subscstore", Method.NP, "返品済み", False),
        ("subscstore", Method.CARD, "返品済み", True),
        ("subscstore", Method.CARD, "キャンセル済み", False),
        ("ecforce", Method.NP, "返品", True),
        ("ecforce", Method.CARD, "キャンセル", True),
    ],
)
def test_inv_17_after_shipping(story: Any, platform: str, method: Method, status: str, fine: bool) -> None:
    told = story(platform).course(method=method).life(method=method).on(8).store(Kind.RETURNED, status=status)
    assert (told.days("INV-17", 9) == []) is fine


def test_inv_17_blocked_and_freed(story: Any) -> None:
    told = story().course().child(paid=False, status="与信NG").on(1)
    told.both(Kind.AUTHORISED, status="与信完了", amount=3000).store(
        Kind.EDITED, status="出荷待ち", code="status"
    )
    assert told.on(4, 9).export().on(4, 15).leave().capture().days("INV-17", END) == []


def test_inv_20_released_after_its_ship_date(story: Any) -> None:
    told = story().course().child().on(1).store(Kind.HELD, code="amount").on(6, 10).store(Kind.RELEASED)
    assert told.days("INV-20", END) == [7.0]
    assert told.on(6, 18).store(Kind.EDITED, code="dates", ship=8, delivery=11).days("INV-20", END) == []


def test_inv_20_too_late_at_midnight(story: Any) -> None:
    told = story().course().child().on(1).store(Kind.HELD, code="amount").on(6, 10).store(Kind.RELEASED)
    assert told.on(7, 0).store(Kind.EDITED, code="dates", ship=8, delivery=11).days("INV-20", END) == [7.0]


def test_inv_20_released_in_time_or_shipped_that_day(story: Any) -> None:
    held = story().course().child().on(1).store(Kind.HELD, code="amount")
    assert held.on(4, 8).store(Kind.RELEASED).days("INV-20", END) == []
    late = story().course().child().on(1).store(Kind.HELD, code="amount").on(6, 8).store(Kind.RELEASED)
    assert late.on(6, 9).export().on(6, 15).leave().capture().days("INV-20", END) == []


@pytest.mark.parametrize(
    ("platform", "method", "columns", "expected"),
    [
        ("subscstore", Method.CARD, {"code": "amount", "amount": 3500}, True),
        ("subscstore", Method.CARD, {"code": "amount", "amount": 3000}, False),
        ("subscstore", Method.AMAZON_PAY, {"code": "amount", "amount": 3500}, False),
        ("subscstore", Method.RAKUTEN_PAY, {"code": "amount", "amount": 3500}, True),
        ("subscstore", Method.NP, {"code": "goods"}, True),
        ("ecforce", Method.NP, {"code": "goods"}, False),
        ("ecforce", Method.NP, {"code": "address"}, True),
        ("ecforce", Method.SCORE, {"code": "billing"}, True),
        ("subscstore", Method.CARD, {"code": "address"}, False),
        ("subscstore", Method.NP, {"code": "method", "method": 0}, True),
        ("subscstore", Method.NP, {"code": "method", "method": 7}, False),
        ("subscstore", Method.CARD, {"code": "memo"}, False),
    ],
)
def test_inv_22_triggers(
    story: Any, platform: str, method: Method, columns: dict[str, Any], expected: bool
) -> None:
    told = story(platform).course(method=method).child(method=method).on(1, 12).store(Kind.EDITED, **columns)
    assert told.days("INV-22", END) == ([2.5] if expected else [])


@pytest.mark.parametrize(
    "kind", [Kind.REAUTHORISED, Kind.AUTHORISED, Kind.DECLINED, Kind.PENDING, Kind.NO_ANSWER]
)
def test_inv_22_any_verdict_closes_it(story: Any, kind: Kind) -> None:
    told = story().course().child().on(1, 12).store(Kind.EDITED, code="amount", amount=3500)
    assert told.on(2, 12).ledger(kind, amount=3500).days("INV-22", END) == []


def test_inv_22_cancelled_or_shipped_first(story: Any) -> None:
    told = story().course().child().on(1, 12).store(Kind.EDITED, code="amount", amount=3500)
    assert told.on(1, 20).cancel().release_payment().days("INV-22", END) == []
    told = story().course().child().on(4, 9).store(Kind.EDITED, code="amount", amount=3500)
    told.export().on(4, 15).leave()
    assert told.days("INV-22", END) == [4.625]  # it left: no use waiting any longer
    assert len(next(v for v in told.violations(END) if v.invariant == "INV-22").evidence) == 2


def test_inv_22_method_never_authorised(story: Any) -> None:
    told = story("ecforce").course().child().on(1).store(Kind.EDITED, code="method", method=int(Method.NP))
    [violation] = [v for v in told.violations(END) if v.invariant == "INV-22"]
    assert violation.rule == "EC-UPD-07" and "NP後払い" in violation.message_ja


def test_inv_26_deferred_edited_after_shipping(story: Any) -> None:
    told = story().course(method=Method.NP).life(method=Method.NP).on(8).store(Kind.EDITED, code="address")
    assert told.found(20) == [("INV-26", 8.125)]


def test_inv_26_card_or_memo_or_before(story: Any) -> None:
    assert story().course().life().on(8).store(Kind.EDITED, code="address").found(20) == []
    np = story().course(method=Method.NP).life(method=Method.NP)
    assert np.on(8).store(Kind.EDITED, code="memo").found(20) == []


def test_inv_28_return_that_never_ends(story: Any) -> None:
    told = (
        story().course(method=Method.NP).life(method=Method.NP).on(8).store(Kind.RETURNED, status="返品待ち")
    )
    assert told.days("INV-28", END) == [22.125]
    assert [v.rule for v in told.violations(END) if v.invariant == "INV-28"] == ["SS-ORD-13"]
    told.on(20).release_payment().store(Kind.RETURNED, status="返品済み")
    assert told.days("INV-28", END) == []
