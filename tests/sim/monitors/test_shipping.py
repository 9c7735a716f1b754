"""INV-02, 03, 04, 10, 18, 25, 37, 55: what must hold as a parcel leaves."""

from typing import Any

import pytest

from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.messages import Method

END = 30
LEFT = 4.625  # day 4, 15:00


def shipping(told: Any, **columns: Any) -> Any:
    """Export and ship on day 4, capture at 17:00."""
    return told.on(4, 9).export().on(4, 15).leave(**columns).on(4, 17).capture()


def test_inv_02_payment_cancelled_and_shipped(story: Any) -> None:
    told = story("ecforce").course().child().on(1).release_payment().on(4, 9).export().on(4, 15).leave()
    assert told.found(5) == [("INV-02", LEFT), ("INV-03", LEFT)]
    assert [v.rule for v in told.violations(5)] == ["EC-CAN-08", "EC-CAN-07"]


def test_inv_02_cancelled_and_authorised_again(story: Any) -> None:
    told = story().course().child().on(1).release_payment()
    told.on(2).both(Kind.AUTHORISED, status="与信完了", transaction=5, amount=3000)
    assert shipping(told).days("INV-02", END) == []


def test_inv_03_shipped_on_hold(story: Any) -> None:
    told = story().course(method=Method.SCORE).child(paid=False, method=Method.SCORE)
    told.both(Kind.PENDING, status="与信保留", amount=3000).on(4, 9).export().on(4, 15).leave()
    assert told.days("INV-03", END) == [LEFT]
    assert told.violations(END)[0].rule == "SS-SCORE-02"


def test_inv_03_verdict_in_time(story: Any) -> None:
    told = story().course(method=Method.SCORE).child(paid=False, method=Method.SCORE)
    told.both(Kind.PENDING, status="与信保留", amount=3000).on(2).both(
        Kind.AUTHORISED, status="与信完了", amount=3000
    )
    assert shipping(told).found(END) == []


@pytest.mark.parametrize("method", [Method.COD, Method.BANK])
def test_inv_03_nobody_authorises(story: Any, method: Method) -> None:
    told = story().course(method=method).child(paid=False, method=method).on(4, 9).export().on(4, 15).leave()
    assert told.found(END) == []


def test_inv_03_counts_the_first_parcel_only(story: Any) -> None:
    told = (
        story().course().child(paid=False).on(4, 9).export().on(4, 15).leave().on(5).leave(slip=10**11 + 77)
    )
    assert told.days("INV-03", END) == [LEFT]


def test_inv_04_another_amount(story: Any) -> None:
    told = story("ecforce").course().child().on(1).store(Kind.EDITED, amount=3500, code="amount").on(4, 9)
    told.export().on(4, 15).leave()
    assert told.days("INV-04", END) == [LEFT]
    [violation] = [v for v in told.violations(END) if v.invariant == "INV-04"]
    assert (violation.rule, violation.money_at_risk) == ("EC-REA-04", 500)
    assert "3,500円" in violation.message_ja and "3,500 yen" in violation.message_en


def test_inv_04_reauthorised(story: Any) -> None:
    told = story().course().child().on(1).store(Kind.EDITED, amount=3500, code="amount")
    told.both(Kind.REAUTHORISED, status="与信完了", amount=3500).on(4, 9).export().on(4, 15).leave()
    assert told.on(4, 17).capture(amount=3500).found(END) == []


def test_inv_04_the_later_transaction_counts(story: Any) -> None:
    told = story().course().child().on(1).store(Kind.EDITED, amount=3500, code="amount").release_payment()
    told.both(Kind.AUTHORISED, status="与信完了", transaction=9, amount=3500)
    assert shipping(told).days("INV-04", END) == []


def test_inv_04_amazon_shows_it_later(story: Any) -> None:
    told = story().course(method=Method.AMAZON_PAY).child(method=Method.AMAZON_PAY)
    told.on(1).store(Kind.EDITED, amount=3500, code="amount").on(4, 9).export().on(4, 15).leave()
    assert told.on(4, 17).capture(amount=3500).found(END) == []


def stopping(story: Any) -> Any:
    return story("ecforce").course().child().on(1).row(Kind.STOPPED, sub=0, status="停止")


def test_inv_10_stopped_and_shipped(story: Any) -> None:
    told = shipping(stopping(story))
    assert told.found(END) == [("INV-10", LEFT)]
    [violation] = told.violations(END)
    assert violation.rule == "EC-SUB-07" and len(violation.evidence) == 2


def test_inv_10_decided(story: Any) -> None:
    assert shipping(stopping(story).on(2).store(Kind.DECISION, code="ship")).found(END) == []


def test_inv_10_decided_before_it_was_stopped_again(story: Any) -> None:
    told = story("ecforce").course().child().on(1).store(Kind.DECISION, code="ship")
    assert shipping(told.row(Kind.STOPPED, sub=0, status="停止")).days("INV-10", END) == [LEFT]


def test_inv_10_resumed_or_ended(story: Any) -> None:
    assert shipping(stopping(story).on(2).row(Kind.RESUMED, sub=0, status="有効")).found(END) == []
    assert shipping(story().course().child().row(Kind.ENDED, sub=0, status="終了")).found(END) == []


def test_inv_10_made_after_the_stop(story: Any) -> None:
    told = story().course().row(Kind.STOPPED, sub=0, status="停止").on(1).child()
    assert shipping(told).days("INV-10", END) == []


def test_inv_18_held_and_shipped(story: Any) -> None:
    told = shipping(story().course().child().on(1).store(Kind.HELD, code="duplicate"))
    assert told.found(END) == [("INV-18", LEFT)]
    assert told.violations(END)[0].rule == "SS-STOP-03"


def test_inv_18_released(story: Any) -> None:
    told = story().course().child().on(1).store(Kind.HELD, code="duplicate").on(2).store(Kind.RELEASED)
    assert shipping(told).found(END) == []


def test_inv_18_captured_while_held(story: Any) -> None:
    held = story().course().child().on(1).store(Kind.HELD, code="duplicate")
    assert held.on(2).capture().days("INV-18", END) == [2.125]
    by_hand = story().course().child().on(1).store(Kind.HELD, code="duplicate").on(2)
    by_hand.ledger(Kind.CAPTURED, amount=3000).store(
        Kind.CAPTURED, status="キャプチャ済み", amount=3000, actor=int(Actor.OPERATOR)
    )
    assert by_hand.days("INV-18", END) == []


def test_inv_18_captured_after_it_left(story: Any) -> None:
    told = story().course().child().on(4, 9).export().on(4, 15).leave().store(Kind.HELD, code="late")
    assert told.on(4, 17).capture().found(END) == []


def test_inv_25_another_slip_number(story: Any) -> None:
    told = story().course(method=Method.NP).child(method=Method.NP).on(4, 9).export().on(4, 15)
    told.leave().on(4, 17).capture(slip=10**11 + 5)
    assert told.found(END) == [("INV-25", 4.708)]


def test_inv_25_either_of_two_parcels(story: Any) -> None:
    told = story().course(method=Method.NP).child(method=Method.NP).on(4, 9).export().on(4, 15).leave()
    told.leave(slip=10**11 + 5).on(4, 17).capture()
    assert told.days("INV-25", END) == []


def test_inv_25_card_reports_no_slip(story: Any) -> None:
    told = story().course().child().on(4, 9).export().on(4, 15).leave().on(4, 17).capture(slip=10**11 + 5)
    assert told.found(END) == []


def test_inv_25_no_invoice(story: Any) -> None:
    told = story().course(method=Method.NP_WIZ).child(method=Method.NP_WIZ)
    assert shipping(told).found(END) == [("INV-25", LEFT)]
    assert told.violations(END)[0].rule == "SS-NPW-02"


def test_inv_37_cancelled_at_the_warehouse(story: Any) -> None:
    told = story("ecforce").course().child().on(3).export().on(3, 12).cancel().release_payment()
    assert told.found(END) == [("INV-37", 3.5)]
    assert told.violations(END)[0].rule == "EC-WH-01"


def test_inv_37_stopped_first(story: Any) -> None:
    told = story().course().child().on(3).export().on(3, 11).store(Kind.WAREHOUSE_STOPPED)
    assert told.on(3, 12).cancel().release_payment().found(END) == []


def test_inv_37_what_counts_as_a_change(story: Any) -> None:
    told = story().course().child().on(3).export().on(3, 11).store(Kind.EDITED, code="memo")
    assert told.days("INV-37", END) == []
    assert told.store(Kind.EDITED, code="dates", ship=6, delivery=9).days("INV-37", END) == [3.458]
    assert story().course().child().on(1).store(Kind.EDITED, code="dates", ship=6).days("INV-37", END) == []


def test_inv_55_never_captured(story: Any) -> None:
    told = story("ecforce").course().child().on(4, 9).export().on(4, 15).leave()
    assert told.found(END) == [("INV-55", 9.625)]
    assert told.violations(END)[0].rule == "EC-SHP-08"
    assert told.found(9) == []


@pytest.mark.parametrize(("hour", "expected"), [(15, []), (15.1, [9.625])])
def test_inv_55_captured_in_time_or_not(story: Any, hour: float, expected: list[float]) -> None:
    told = story().course().child().on(4, 9).export().on(4, 15).leave().on(9, hour).capture()
    assert told.days("INV-55", END) == expected


def test_inv_55_captured_and_never_shipped(story: Any) -> None:
    told = story().course().child().on(2).capture()
    assert told.found(END) == [("INV-55", 7.125)]
    assert told.on(5).both(Kind.REFUNDED, status="返金済み", amount=3000).days("INV-55", END) == []


def test_inv_55_returned_before_it_was_captured(story: Any) -> None:
    told = story("ecforce").course().child().on(4, 9).export().on(4, 15).leave()
    assert told.on(6).cancel().release_payment().days("INV-55", END) == []
