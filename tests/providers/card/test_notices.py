"""Result notices: what they say, when they leave, and when they come again."""

from urllib.parse import parse_qs

import pytest

from providers.card.counter import SHOP, Counter, Fields
from teiki_providers.credentials import Credential
from teiki_providers.notices import Notice

URL = "http://127.0.0.1:9/result"


def told() -> Counter:
    """A counter whose shop has a URL."""
    counter = Counter()
    counter.house.credentials.put(Credential("card_shop", SHOP["ShopID"], SHOP["ShopPass"], URL))
    return counter


def says(notice: Notice) -> Fields:
    return {
        name: values[0] for name, values in parse_qs(notice.body.decode(), True, encoding="cp932").items()
    }


def test_a_shop_without_a_url_is_not_told() -> None:
    counter = Counter()
    counter.pay()
    assert counter.house.outbox.notices == []


def test_every_change_is_told() -> None:
    counter = told()
    trade = counter.pay()
    counter.alter(trade, "SALES", Amount="1000")
    counter.change(trade, 500, "CAPTURE")
    counter.alter(trade, "VOID")
    notices = counter.house.outbox.notices
    assert [says(notice)["Status"] for notice in notices] == ["AUTH", "SALES", "CAPTURE", "VOID"]
    first = notices[0]
    assert (first.url, first.provider, first.transaction, first.accepts) == (
        URL,
        "card",
        trade["AccessID"],
        "0",
    )
    assert tuple(first.retries) == (3600,) * 5
    assert first.content_type == "application/x-www-form-urlencoded"
    fields = says(first)
    assert list(fields) == [
        "ShopID", "ShopPass", "AccessID", "AccessPass", "OrderID", "Status", "JobCd", "Amount", "Tax", "Currency", "Forward",
        "Method", "PayTimes", "TranID", "Approve", "TranDate", "ErrCode", "ErrInfo", "PayType",
    ]  # fmt: skip
    assert (fields["ShopPass"], fields["AccessPass"]) == ("*" * 10, "*" * 32)
    assert (fields["Currency"], fields["PayType"], fields["ErrCode"]) == ("JPN", "0", "")


def test_failures_carry_their_code() -> None:
    counter = told()
    counter.execute(counter.enter(), CardNo="4999000000000003", Expire="4912")
    fields = says(counter.house.outbox.notices[0])
    assert (fields["Status"], fields["ErrCode"], fields["ErrInfo"]) == ("UNPROCESSED", "G03", "42G030000")


def test_a_late_verdict_is_told_when_it_comes() -> None:
    counter = told()
    counter.fault("pending", after_s=60, times=1)
    trade = counter.enter()
    counter.execute(trade)
    counter.advance(seconds=60)
    assert [says(notice)["Status"] for notice in counter.house.outbox.notices] == ["AUTHENTICATED", "AUTH"]


def test_without_an_ok_it_comes_again_five_times() -> None:
    counter = told()
    counter.pay()
    outbox, (notice,) = counter.house.outbox, counter.house.outbox.notices
    tries = 0
    while notice.state == "waiting":
        for _ in counter.house.advance(notice.due):
            pass
        outbox.result(notice.id, counter.house.now, False, "1")
        tries += 1
    assert (tries, notice.state) == (6, "failed")
    assert [at - notice.tries[0][0] for at, _ in notice.tries] == [0, 3600, 7200, 10800, 14400, 18000]


@pytest.mark.parametrize(
    ("kind", "count", "late"),
    [
        ("notice_late", 1, 900),
        ("notice_twice", 2, 0),
        ("notice_reordered", 1, 1800),
        ("notice_badly_signed", 1, 0),
    ],
)
def test_faults_of_notices(kind: str, count: int, late: int) -> None:
    counter = told()
    counter.fault(kind, operation="ExecTran", after_s=900)
    counter.pay()
    notices = counter.house.outbox.notices
    assert len(notices) == count and {notice.due - counter.house.now for notice in notices} == {late}
