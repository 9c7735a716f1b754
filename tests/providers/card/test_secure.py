"""3-D Secure 2, and verdicts that come later, which look like it to the shop."""

import pytest

from providers.card.counter import Counter, Fields, pair
from teiki_providers.card.instruments import CARDS


def start(counter: Counter, card: str = "visa", job: str = "AUTH", **more: str) -> Fields:
    trade = counter.enter(job, TdFlag="2", **more)
    told = counter.execute(
        trade, CardNo=CARDS[card].number, Expire="4912", RetUrl="https://shop.example/back"
    )
    assert list(told)[:2] == ["ACS", "RedirectUrl"] and told["ACS"] == "2"
    assert told["RedirectUrl"].startswith("https://pt01.mul-pay.jp/api/v2/brw/callback?transId=")
    assert counter.search(trade)["Status"] == "AUTHENTICATED"
    return trade


def finish(counter: Counter, trade: Fields) -> Fields:
    return counter.call("SecureTran2", **pair(trade))


@pytest.mark.parametrize("job", ["AUTH", "CAPTURE", "CHECK"])
def test_the_consumer_consents_and_the_payment_goes_on(job: str) -> None:
    counter = Counter()
    trade = start(counter, job=job)
    assert counter.ledger(trade) == {}
    assert finish(counter, trade)["ErrInfo"] == "E01E50004"
    assert counter.execute(trade)["ErrInfo"] == "E01E50004"
    counter.front.buyer(trade["OrderID"], "consent", {})
    told = finish(counter, trade)
    assert told["ACS"] == "0" and counter.search(trade)["Status"] == job
    with pytest.raises(ValueError):
        counter.front.buyer(trade["OrderID"], "consent", {})
    with pytest.raises(KeyError):
        counter.front.buyer("nobody", "consent", {})


def test_a_consumer_who_fails_can_try_again() -> None:
    counter = Counter()
    trade = start(counter)
    counter.front.buyer(trade["AccessID"], "consent", {"result": "failed"})
    assert finish(counter, trade)["ErrInfo"] == "E21030007"
    assert counter.search(trade)["Status"] == "UNPROCESSED"
    assert counter.execute(trade)["ACS"] == "2"


@pytest.mark.parametrize(
    ("card", "tds2", "told"),
    [
        ("3ds-smooth", "2", ""),
        ("3ds-attempt", "2", ""),
        ("3ds-failed", "2", "E21030007"),
        ("3ds-rejected", "3", "E21030007"),
        ("3ds-none", "2", "E21030201"),
        ("3ds-none", "3", ""),
        ("3ds-challenge", "2", "E01E50004"),
    ],
)
def test_what_cards_make_of_it(card: str, tds2: str, told: str) -> None:
    counter = Counter()
    trade = start(counter, card, Tds2Type=tds2)
    assert finish(counter, trade).get("ErrInfo", "") == told


def test_a_decline_after_the_authentication() -> None:
    counter = Counter()
    trade = start(counter, "declined-30")
    counter.front.buyer(trade["AccessID"], "consent", {})
    assert finish(counter, trade)["ErrInfo"] == "42G300000"
    assert counter.search(trade)["Status"] == "UNPROCESSED"


def test_a_fault_befalls_the_call_that_charges() -> None:
    counter = Counter()
    fault = counter.fault("declined", {"nth_charge": 1, "order": "order-1"}, code="42G550000")
    trade = start(counter)
    counter.front.buyer(trade["AccessID"], "consent", {})
    assert fault.hits == 0
    # A guest has no consumer's name, so that charges are not counted: by the order it is found all the same.
    counter.house.mishaps.drop()
    counter.fault("declined", {"order": "order-1"}, code="42G550000")
    assert finish(counter, trade)["ErrInfo"] == "42G550000"


def test_version_1_has_ended() -> None:
    counter = Counter()
    assert counter.turned("EntryTran", ShopID="tshop00000001", ShopPass="shoppass01", OrderID="o", JobCd="AUTH", Amount="1", TdFlag="1") == "E01080010"  # fmt: skip


def test_without_3d_secure_there_is_nothing_to_finish() -> None:
    counter = Counter()
    assert finish(counter, counter.enter())["ErrInfo"] == "E01E50004"
    assert finish(counter, counter.pay())["ErrInfo"] == "E01050004|M01004014"


# ---- verdicts that come later ---------------------------------------------------------------------


@pytest.mark.parametrize("job", ["AUTH", "CAPTURE"])
@pytest.mark.parametrize("result", ["authorised", "declined"])
def test_a_verdict_comes_later(job: str, result: str) -> None:
    counter = Counter()
    counter.fault("pending", operation="authorise", after_s=7200, result=result, times=1)
    trade = counter.enter(job)
    assert counter.execute(trade)["ACS"] == "2"
    assert finish(counter, trade)["ErrInfo"] == "E01E50004"
    assert counter.alter(trade, "VOID")["ErrInfo"] == "E01E50004"
    assert counter.advance(seconds=7199) == []
    assert counter.advance(seconds=1) == [result]
    found = counter.search(trade)
    assert found["Status"] == (job if result == "authorised" else "UNPROCESSED")
    if result == "authorised":
        assert counter.ledger(trade)["state"] == ("CAPTURED" if job == "CAPTURE" else "AUTHORISED")
        assert found["TranID"] and "ErrInfo" not in counter.alter(trade, "VOID")
    else:
        assert counter.execute(trade)["ACS"] == "0"


def test_a_verdict_comes_with_an_inquiry() -> None:
    counter = Counter()
    counter.fault("pending", polls=2, times=1)
    trade = counter.enter("CAPTURE")
    assert counter.execute(trade)["ACS"] == "2"
    statuses = [counter.search(trade)["Status"] for _ in range(3)]
    assert statuses == ["AUTHENTICATED", "CAPTURE", "CAPTURE"]


def test_a_card_whose_verdict_comes_in_an_hour() -> None:
    counter = Counter()
    trade = counter.enter()
    assert counter.execute(trade, CardNo=CARDS["pending"].number, Expire="4912")["ACS"] == "2"
    assert counter.advance(seconds=3600) == ["authorised"]
    assert counter.search(trade)["Status"] == "AUTH"


def test_one_that_waits_dies_of_old_age_as_an_authorisation() -> None:
    counter = Counter()
    counter.fault("pending", times=1)
    trade = counter.enter()
    counter.execute(trade)
    assert counter.advance(days=61) == ["expired"]
    assert counter.search(trade)["Status"] == "AUTH"
    assert counter.alter(trade, "SALES", Amount="1000")["ErrInfo"] == "E01420010"
    assert "ErrInfo" not in counter.alter(trade, "RETURN")
