"""INV-01, INV-05, INV-06, INV-30: payments of cancelled orders, amounts, ledgers, live transactions."""

from typing import Any

import pytest

from teiki_sim.log.kinds import Kind
from teiki_sim.messages import Method

END = 30


@pytest.mark.parametrize("method", list(Method))
@pytest.mark.parametrize("platform", ["subscstore", "ecforce"])
def test_ordinary_lives_break_nothing(story: Any, method: Method, platform: str) -> None:
    paid = method not in (Method.COD, Method.BANK)
    told = story(platform).course(method=method).course(1, method, delivery=10)
    told.life(method=method, paid=paid).life(1, sub=1, day=3, method=method, paid=paid)
    told.life(2, day=30, cycle=2, method=method, paid=paid).life(
        3, sub=1, day=33, cycle=2, method=method, paid=paid
    )
    assert told.found(60) == []


def test_inv_01_cancelled_and_still_charged(story: Any) -> None:
    told = story("ecforce").course().child().on(1, 12).cancel()
    assert told.found(END) == [("INV-01", 4.5)]
    [violation] = told.violations(END)
    assert (violation.rule, violation.money_at_risk, violation.key) == ("EC-CAN-01", 3000, "1")


def test_inv_01_closed_at_its_last_instant(story: Any) -> None:
    assert story().course().child().on(1, 12).cancel().on(4, 12).release_payment().found(END) == []


def test_inv_01_closed_too_late(story: Any) -> None:
    assert story().course().child().on(1, 12).cancel().on(4, 12.1).release_payment().days("INV-01", END) == [
        4.5
    ]


def test_inv_01_charged_while_cancelled(story: Any) -> None:
    told = story().course().child().on(1).release_payment().cancel()
    told.on(2).ledger(Kind.AUTHORISED, transaction=5, amount=3000)
    assert told.days("INV-01", END) == [5.125]


def test_inv_01_status_set_back(story: Any) -> None:
    told = story().course().child().on(1).cancel().on(2).store(Kind.EDITED, status="出荷待ち", code="status")
    assert told.days("INV-01", END) == []


def test_inv_01_never_authorised(story: Any) -> None:
    assert (
        story().course(method=Method.COD).child(method=Method.COD, paid=False).on(1).cancel().found(END) == []
    )


def test_inv_01_not_due_yet(story: Any) -> None:
    assert story().course().child().on(1).cancel().found(3) == []


def test_inv_05_captured_another_amount(story: Any) -> None:
    told = story("ecforce").course().child()
    told.on(4).export().leave().capture(amount=2000)
    assert told.found(END) == [("INV-05", 7.125)]
    assert told.violations(END)[0].money_at_risk == 1000


def test_inv_05_refunded_in_time(story: Any) -> None:
    told = story().course().child(amount=3000).on(4).export().leave().capture()
    told.on(5).store(Kind.EDITED, amount=2500, code="amount")
    assert told.days("INV-05", END) == [8.125]
    assert told.on(6).ledger(Kind.REFUNDED, amount=500).days("INV-05", END) == []


def test_inv_05_cancelled_by_then(story: Any) -> None:
    told = story("ecforce").course().child().on(4).export().leave().capture(amount=2000)
    assert told.on(6).cancel().release_payment().days("INV-05", END) == []


def test_inv_05_captured_by_hand_only(story: Any) -> None:
    told = story().course(method=Method.AMAZON_PAY).child(method=Method.AMAZON_PAY).on(4).export().leave()
    told.store(Kind.CAPTURED, status="キャプチャ済み", amount=3000)
    assert told.found(END) == [("INV-05", 7.125), ("INV-06", 7.125)]
    assert {v.rule for v in told.violations(END)} == {"SS-AMZ-06"}


def test_inv_06_no_answer(story: Any) -> None:
    told = story().course().child(paid=False).ledger(Kind.AUTHORISED, amount=3000)
    told.store(Kind.NO_ANSWER, status="未確認")
    assert told.found(END) == [("INV-06", 3.0)]


def test_inv_06_found_out_in_time(story: Any) -> None:
    told = story().course().child(paid=False).ledger(Kind.AUTHORISED, amount=3000)
    told.store(Kind.NO_ANSWER, status="未確認").on(1).store(Kind.INQUIRED, status="与信完了")
    assert told.found(END) == []


def test_inv_06_reported_once_while_it_goes_on(story: Any) -> None:
    told = story().course().child().on(1).ledger(Kind.PAYMENT_CANCELLED)
    told.on(9).ledger(Kind.DECLINED, amount=3000).on(20).ledger(Kind.DECLINED, amount=3000)
    assert told.days("INV-06", END) == [4.125]
    told.on(21).ledger(Kind.AUTHORISED, amount=3000).on(22).ledger(Kind.PAYMENT_CANCELLED)
    assert told.days("INV-06", END) == [4.125, 25.125]


def test_inv_06_explained(story: Any) -> None:
    told = story().course().child().on(1).ledger(Kind.PAYMENT_CANCELLED)
    told.on(2).store(Kind.DECISION, code="divergence").on(3).ledger(Kind.DECLINED, amount=3000)
    assert told.days("INV-06", END) == []
    told.on(5).ledger(Kind.AUTHORISED, amount=3000).on(6).ledger(Kind.PAYMENT_CANCELLED)
    assert told.days("INV-06", END) == [9.125]  # a new divergence needs a decision of its own


def test_inv_06_only_what_exists(story: Any) -> None:
    told = story().course().ledger(Kind.AUTHORISED, 7, amount=3000)  # failed before its child was made
    told.child().on(1).ledger(Kind.PAYMENT_CANCELLED).store(Kind.DELETED, status="削除済み")
    assert told.days("INV-06", END) == []


def test_inv_30_two_live_transactions(story: Any) -> None:
    told = story("ecforce").course(method=Method.NP).child(method=Method.NP)
    told.on(1).both(
        Kind.AUTHORISED, status="仮売上完了", transaction=9, amount=3000, method=int(Method.NP_WIZ)
    )
    assert told.found(END) == [("INV-30", 3.125)]
    assert told.violations(END)[0].rule == "EC-UPD-03"
    assert told.on(3).ledger(Kind.PAYMENT_CANCELLED, transaction=0).found(END) == []


def test_inv_30_reauthorised_in_place(story: Any) -> None:
    told = (
        story().course().child().on(1).both(Kind.REAUTHORISED, status="与信完了", transaction=0, amount=3000)
    )
    assert told.found(END) == []


def test_terms_of_the_shop_change_in_mid_run(story: Any) -> None:
    told = story().course().course(1).row(Kind.SETTING, code="grace.payment_cancel", quantity=1)
    told.child().child(1, sub=1).on(1).cancel()
    told.on(1).row(Kind.SETTING, code="grace.payment_cancel", quantity=10).on(1).cancel(1, 1)
    assert told.days("INV-01", END) == [2.125, 11.125]
