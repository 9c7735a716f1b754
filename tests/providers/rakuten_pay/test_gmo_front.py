"""Rakuten Pay through GMO-PG as a shop's own client meets it: `requests` against the vendor's host."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from providers.rakuten_pay.talk import GOODS, LOGIN, NOTICES, Talk
from providers.rakuten_pay.wire import caught

from teiki_providers.exchange import Reply, Request, Turned
from teiki_providers.house import House
from teiki_providers.inprocess import Sandbox
from teiki_providers.mishaps import MishapMatch
from teiki_providers.said import Said
from teiki_sim.calendar import DAY

BASE = "https://pt01.mul-pay.jp/payment/"


class Client:
    """A shop's client of GMO-PG: form fields out, one line of k=v in."""

    def __init__(self, session: requests.Session) -> None:
        self.session = session

    def __call__(self, call: str, **fields: object) -> dict[str, str]:
        got = self.session.post(f"{BASE}{call}.idPass", data=LOGIN | fields, timeout=5)
        assert got.status_code == 200 and got.headers["Content-Type"] == "text/plain;charset=Windows-31J"
        return dict(pair.partition("=")[::2] for pair in got.content.decode("cp932").split("&"))

    def browse(self, url: str, **fields: str) -> requests.Response:
        """The consumer's browser posts a form."""
        return self.session.post(url, data=fields, timeout=5, allow_redirects=False)

    def entered(self, order: str, job: str = "AUTH", amount: int = 3000) -> dict[str, str]:
        keys = self("EntryTranRakutenId", OrderID=order, JobCd=job, Amount=amount, Tax=0)
        return {"AccessID": keys["AccessID"], "AccessPass": keys["AccessPass"], "OrderID": order}

    def agreed(self, order: str, result: str = "approve", **entry: object) -> dict[str, str]:
        """Entered, started, and the consumer's word given in the browser."""
        keys = self.entered(order, **entry)  # type: ignore[arg-type]
        started = self("ExecTranRakutenId", **keys, **GOODS)
        token = {"AccessID": started["AccessID"], "Token": started["Token"]}
        page = self.browse(started["StartURL"], **token)
        assert page.status_code == 200 and "<form" in page.text
        self.browse(started["StartURL"].replace("Start.", "Consent."), **token, Result=result)
        return keys


@pytest.fixture
def talk() -> Talk:
    return Talk()


@pytest.fixture
def client(talk: Talk) -> Iterator[Client]:
    with caught(talk) as session:
        yield Client(session)


def test_a_day_at_a_shop_of_version_1(talk: Talk, client: Client) -> None:
    """Success, decline, duplicate, wrong state and expiry, as one client meets them: some thirty calls."""
    keys = client.agreed("A-1")
    found = client("SearchTradeMulti", OrderID="A-1", PayType="18")
    assert (found["Status"], found["Amount"], found["PayType"]) == ("AUTH", "3000", "18")
    assert found["AccessID"] == keys["AccessID"] and found["CompletionDate"] == ""
    assert client("EntryTranRakutenId", OrderID="A-1", JobCd="AUTH", Amount=1000)["ErrInfo"] == "E01040010"
    assert client("ExecTranRakutenId", **keys, **GOODS) == {"ErrCode": "RI1", "ErrInfo": "RI1000003"}

    # A follow-up is accepted, and another is turned away while it is under way.
    assert client("RakutenIdChange", **keys, Amount=2500, Tax=0)["Status"] == "REQCHANGE"
    assert client("RakutenIdSales", **keys)["ErrInfo"] == "E90010001"
    assert talk.seconds(60) == ["follow_up change: AUTH"]
    assert client("RakutenIdSales", **keys)["Status"] == "REQSALES"
    talk.seconds(60)
    found = client("SearchTradeMulti", OrderID="A-1", PayType="18")
    assert (found["Status"], found["Amount"]) == ("SALES", "2500") and found["CompletionDate"]
    assert client("RakutenIdSales", **keys)["ErrInfo"] == "E11010001"
    assert client("RakutenIdCancel", **keys)["Status"] == "REQCANCEL"
    talk.seconds(60)
    assert client("SearchTradeMulti", OrderID="A-1", PayType="18")["Status"] == "CANCEL"
    assert client("RakutenIdCancel", **keys)["ErrInfo"] == "E11010001"

    refused = client.agreed("A-2", "refuse")
    assert client("SearchTradeMulti", OrderID="A-2", PayType="18")["Status"] == "PAYFAIL"
    assert client("RakutenIdSales", **refused)["ErrInfo"] == "E11010002"
    started = client("ExecTranRakutenId", **client.entered("A-3"), **GOODS)
    assert len(started["StartLimitDate"]) == 14
    assert talk.seconds(120) == ["start_limit EXPIRED"]
    assert client("SearchTradeMulti", OrderID="A-3", PayType="18")["Status"] == "EXPIRED"
    page = client.browse(started["StartURL"], AccessID=started["AccessID"], Token=started["Token"])
    assert page.text == "ErrCode=RI1&ErrInfo=RI1000001"
    assert client("SearchTradeMulti", OrderID="A-9", PayType="18")["ErrInfo"] == "E01110002"
    assert client("SearchTradeMulti", OrderID="A-1", PayType="50")["ErrInfo"] == "E01110002"
    assert talk.calls >= 25
    talk.agrees()


def test_a_sale_at_once(talk: Talk, client: Client) -> None:
    client.agreed("A-1", job="CAPTURE")
    assert talk.status() == "CAPTURE"
    assert talk.house.ledger_of(talk.number())["captured"] == 3000
    talk.agrees()


def test_the_browser_comes_back_to_the_shop(client: Client) -> None:
    keys = client.entered("A-1")
    started = client("ExecTranRakutenId", **keys, **GOODS)
    token = {"AccessID": started["AccessID"], "Token": started["Token"]}
    url = started["StartURL"].replace("Start.", "Consent.")
    client.browse(started["StartURL"], **token)
    left = client.browse(url, **token, Result="close")
    assert left.headers["Location"].startswith(GOODS["ErrorRcvURL"])
    back = client.browse(url, **token, Result="approve")
    assert back.status_code == 302 and back.headers["Location"].startswith(GOODS["RetURL"])
    told = parse_qs(urlsplit(back.headers["Location"]).query)
    assert told["OrderID"] == ["A-1"] and told["Status"] == ["AUTH"] and len(told["CheckString"][0]) == 32
    assert client.browse(url, **token, Result="approve").text == "ErrCode=E01&ErrInfo=E01110002"
    assert client.browse(started["StartURL"], **token).text == "ErrCode=E01&ErrInfo=E01110002"


def test_the_consumer_has_the_time_that_the_shop_gave(talk: Talk, client: Client) -> None:
    started = client("ExecTranRakutenId", **client.entered("A-1"), **GOODS, PaymentTermSec=300)
    client.browse(started["StartURL"], AccessID=started["AccessID"], Token=started["Token"])
    assert talk.seconds(299) == [] and talk.status() == "REQSUCCESS"
    assert talk.seconds(1) == ["term EXPIRED"]
    with pytest.raises(ValueError, match="EXPIRED"):
        talk.front.buyer("A-1", "consent", {})


def test_the_sandbox_of_a_shops_own_tests_speaks_both_faces() -> None:
    with Sandbox() as box, requests.Session() as session:
        client = Client(session)
        client.agreed("A-1", job="CAPTURE")
        assert client("SearchTradeMulti", OrderID="A-1", PayType="18")["Status"] == "CAPTURE"
        got = session.post(
            "https://checkout.rakuten.co.jp/odrctla/cancelorder/1.0/", data="rparam=", timeout=5
        )
        assert b"<apiErrorCode>600</apiErrorCode>" in got.content
        assert box.front("rakuten_gmo").transaction("A-1")["ledger"]["captured"] == 3000


# ---- notices ---------------------------------------------------------------------------------------------


def test_what_changes_later_is_notified(talk: Talk) -> None:
    keys = talk.agreed()
    talk.call("RakutenIdSales", **keys)
    talk.seconds(60)
    told = talk.notices()
    assert [one["Status"] for one in told] == ["AUTH", "SALES"]
    assert told[0]["OrderID"] == "A-1" and told[0]["ShopPass"] == "*" * 10 and told[0]["PayType"] == "18"
    assert told[0]["RakutenChargeID"].startswith("ch_") and told[1]["ErrInfo"] == ""
    notice = talk.house.outbox.notices[0]
    assert (notice.url, notice.accepts, len(notice.retries)) == (NOTICES, "0", 5)


def test_a_failed_follow_up_leaves_the_trade_as_it_was(talk: Talk) -> None:
    keys = talk.agreed()
    talk.house.post_fault({"kind": "declined", "operation": "change", "code": "RI1000007", "times": 1})
    assert talk.call("RakutenIdChange", **keys, Amount=9000)["Status"] == "REQCHANGE"
    assert talk.seconds(60) == ["follow_up change: AUTH RI1000007"]
    last = talk.notices()[-1]
    assert (last["Status"], last["Amount"], last["ErrCode"], last["ErrInfo"]) == (
        "AUTH", "3000", "RI1", "RI1000007",
    )  # fmt: skip
    assert talk.call("RakutenIdChange", **keys, Amount=9000)["Status"] == "REQCHANGE"
    talk.seconds(60)
    assert talk.notices()[-1]["Amount"] == "9000"
    talk.house.post_fault({"kind": "capture_failed", "times": 1})
    talk.call("RakutenIdSales", **keys)
    assert talk.seconds(60) == ["follow_up sales: AUTH E91029999"]
    assert talk.call("RakutenIdSales", **keys)["Status"] == "REQSALES"
    assert talk.seconds(60) == ["follow_up sales: SALES"]
    talk.agrees()


@pytest.mark.parametrize(
    ("kind", "copies", "later", "password"),
    [
        ("notice_late", 1, 500, "*" * 10),
        ("notice_twice", 2, 0, "*" * 10),
        ("notice_reordered", 1, 60, "*" * 10),
        ("notice_badly_signed", 1, 0, "wrongpass0"),
    ],
)
def test_notices_have_their_mishaps(talk: Talk, kind: str, copies: int, later: int, password: str) -> None:
    talk.ask(talk.enter())
    talk.house.post_fault({"kind": kind, "after_s": 500})
    talk.front.buyer("A-1", "consent", {})
    sent = talk.house.outbox.notices
    assert [notice.due - talk.house.now for notice in sent] == [later] * copies
    assert {one["ShopPass"] for one in talk.notices()} == {password}


# ---- windows ---------------------------------------------------------------------------------------------


def test_version_1_authorises_anew_what_has_lapsed(talk: Talk) -> None:
    """Rakuten renews the authorisation by itself and sells; a provisional order lives to the fifth month's end."""
    keys = talk.agreed()
    assert talk.days(31)[0].startswith("expired") and talk.status() == "AUTH"
    first = talk.number()
    talk.call("RakutenIdSales", **keys)
    talk.seconds(60)
    assert talk.status() == "SALES" and talk.number() > first
    talk.agrees()
    other = talk.agreed("A-2")
    talk.days(31)
    talk.house.post_fault({"kind": "declined", "code": "RI1009999", "operation": "capture", "times": 1})
    talk.call("RakutenIdSales", **other)
    talk.seconds(60)
    assert talk.status("A-2") == "AUTH"
    talk.days(160)
    assert talk.call("RakutenIdSales", **other)["ErrInfo"] == "M01126011"
    talk.agrees()


def test_version_2_extends_before_it_is_too_late(talk: Talk) -> None:
    keys = talk.agreed(family="Rakutenpay")
    found = talk.call("SearchTradeMulti", OrderID="A-1", PayType=50)
    limit = found["SalesLimitDate"]
    assert found["ReauthLimitDate"] == found["ChangeLimitDate"] == found["CancelLimitDate"] == limit
    talk.days(20)
    extended = talk.call("RakutenpayReauth", **keys)
    assert extended["Status"] == "AUTH" and extended["SalesLimitDate"] > limit
    talk.days(30)
    assert talk.status(family="Rakutenpay") == "AUTH"
    talk.days(1)
    assert talk.status(family="Rakutenpay") == "EXPIRED"
    assert talk.call("RakutenpayReauth", **keys)["ErrInfo"] == "RI1000002"
    assert talk.call("RakutenpaySales", **keys)["ErrInfo"] == "E01420010"
    assert [one["Status"] for one in talk.notices()] == ["AUTH", "EXPIRED"]
    talk.agrees()


def test_version_2_sells_less_and_gives_back_parts_until_the_month_after(talk: Talk) -> None:
    keys = talk.agreed(family="Rakutenpay")
    assert talk.call("RakutenpaySales", **keys, Amount=3001)["ErrInfo"] == "E01060010"
    sold = talk.call("RakutenpaySales", **keys, Amount=2800)
    assert (sold["Status"], sold["Amount"]) == ("SALES", "2800")
    part = talk.call("RakutenpayCancel", **keys, CancelAmount=800)
    assert (part["Status"], part["Amount"]) == ("SALES", "2000")
    assert talk.call("RakutenpayChangeAmount", **keys, Amount=1500)["Amount"] == "1500"
    assert talk.call("RakutenpayChange", **keys, Amount=1600)["ErrInfo"] == "E01060010"
    assert talk.call("RakutenpayCancel", **keys, CancelAmount=1501)["ErrInfo"] == "E01060010"
    limit = talk.call("SearchTradeMulti", OrderID="A-1", PayType=50)["CancelLimitDate"]
    assert limit.endswith("235959")
    talk.days(70)
    assert talk.call("RakutenpayCancel", **keys)["ErrInfo"] == "M01127011"
    talk.agrees()


def test_all_parts_given_back_is_a_cancel(talk: Talk) -> None:
    keys = talk.agreed(family="Rakutenpay")
    talk.call("RakutenpaySales", **keys)
    assert talk.call("RakutenpayCancel", **keys, CancelAmount=3000)["Status"] == "CANCEL"
    talk.agrees()


def test_a_setting_makes_version_2_slow_and_version_1_quick() -> None:
    talk = Talk({"rakuten_pay.follow_up_s": 5, "rakuten_pay.v1_follow_up_s": 0})
    slow = talk.agreed("A-1", family="Rakutenpay")
    assert talk.call("RakutenpaySales", **slow)["Status"] == "REQSALES"
    quick = talk.agreed("A-2")
    assert talk.call("RakutenIdSales", **quick)["Status"] == "SALES"
    talk.seconds(5)
    assert talk.status("A-1", "Rakutenpay") == "SALES"
    talk.agrees()


# ---- consents --------------------------------------------------------------------------------------------


def subscribed(talk: Talk) -> str:
    """A first charge with a consent to regular ones; its SettlementSubscriptionId."""
    keys = talk.enter("S-1")
    talk.ask(keys, SubscriptionType="1", SubscriptionName="定期便")
    talk.front.buyer("S-1", "consent", {})
    return talk.call("SearchTradeMulti", OrderID="S-1", PayType=18)["SettlementSubscriptionId"]


def charged(talk: Talk, order: str, consent: str) -> dict[str, str]:
    keys = talk.enter(order)
    return talk.call("ExecTranRakutenId", **keys, SettlementSubscriptionId=consent)


def test_a_consent_is_charged_without_asking(talk: Talk) -> None:
    consent = subscribed(talk)
    assert len(consent) == 15
    done = charged(talk, "S-2", consent)
    assert done["Status"] == "AUTH" and len(done["CheckString"]) == 32 and "Token" not in done
    assert talk.notices()[0]["RakutenSubscriptionCurrentStatus"] == "ACTIVE"
    assert charged(talk, "S-3", "nobody")["ErrInfo"] == "RI1000004"
    talk.agrees()


def test_a_consent_ends_by_the_consumer_or_lapses_in_a_year(talk: Talk) -> None:
    consent = subscribed(talk)
    assert talk.front.buyer(consent, "remove_card", {})["card"] is False
    assert charged(talk, "S-2", consent)["ErrInfo"] == "RI1009999"
    assert talk.front.buyer(consent, "update_card", {})["card"] is True
    assert charged(talk, "S-3", consent)["Status"] == "AUTH"
    talk.house.now += 366 * DAY
    assert charged(talk, "S-4", consent)["ErrInfo"] == "RI1000002"
    assert talk.status("S-4") == "PAYFAIL"
    again = subscribed(Talk())
    assert talk.front.buyer(consent, "revoke", {})["state"] == "ENDED_BY_CONSUMER"
    assert charged(talk, "S-5", consent)["ErrInfo"] == "RI1000008"
    assert again == consent  # drawn from the seed alone
    with pytest.raises(KeyError):
        talk.front.buyer("none", "revoke", {})
    with pytest.raises(ValueError, match="dance"):
        talk.front.buyer(consent, "dance", {})
    talk.agrees()


def test_magic_consents_do_what_they_say(talk: Talk) -> None:
    for instrument in talk.front.instruments():
        value = instrument.value.removesuffix("…")
        answer = charged(talk, f"M-{value}", f"{value}.customer-7")
        assert ("ErrInfo" in answer) == ("HELD" not in value), value
    assert talk.status("M-TEST-HELD") == talk.status("M-TEST-HELD-NG") == "REQSUCCESS"
    talk.seconds(3600)
    assert talk.status("M-TEST-HELD") == "AUTH" and talk.status("M-TEST-HELD-NG") == "PAYFAIL"
    assert [one["Status"] for one in talk.notices()] == ["AUTH", "PAYFAIL"]
    talk.agrees()


def test_a_posted_fault_finds_the_nth_charge_of_a_consent(talk: Talk) -> None:
    consent = subscribed(talk)
    match = MishapMatch(consumer=consent, nth_charge=2)
    talk.house.post_fault({"kind": "declined", "code": "RI1000007", "match": match})
    answers = [charged(talk, f"S-{n}", consent) for n in (2, 3, 4)]
    assert [one.get("ErrInfo", "ok") for one in answers] == ["ok", "RI1000007", "ok"]


# ---- faults and malformed calls --------------------------------------------------------------------------


def test_a_reply_is_lost_and_found_by_asking(talk: Talk, client: Client) -> None:
    consent = subscribed(talk)
    talk.house.post_fault({"kind": "reply_lost", "operation": "authorise", "times": 1})
    keys = client.entered("S-2")
    with pytest.raises(requests.ConnectionError):
        client("ExecTranRakutenId", **keys, SettlementSubscriptionId=consent)
    assert client("SearchTradeMulti", OrderID="S-2", PayType="18")["Status"] == "AUTH"
    talk.house.post_fault({"kind": "server_error", "operation": "RakutenIdSales", "times": 1})
    assert client("RakutenIdSales", **keys)["ErrInfo"] == "RI2000100"
    talk.house.post_fault({"kind": "too_many", "operation": "RakutenIdSales", "times": 1})
    assert client("RakutenIdSales", **keys) == {"ErrCode": "E92", "ErrInfo": "E92000001"}
    assert client("RakutenIdSales", **keys)["Status"] == "REQSALES"


WRONG: list[tuple[str, dict[str, object], str]] = [
    ("EntryTranRakutenId", {}, "E01040001|E01050001|E01060001"),
    ("EntryTranRakutenId", {"OrderID": "x" * 28, "JobCd": "SALES", "Amount": "1e3"}, "E01040003|E01050002|E01060006"),
    ("EntryTranRakutenId", {"OrderID": "a_b", "JobCd": "AUTH", "Amount": 99}, "E01040013|E01060011"),
    ("EntryTranRakutenId", {"OrderID": "A", "JobCd": "AUTH", "Amount": "1" * 10}, "E01060005"),
    ("EntryTranRakutenId", {"OrderID": "A", "JobCd": "AUTH", "Amount": 10_000_000}, "E01060005"),
    ("EntryTranRakutenpay", {"OrderID": "A", "JobCd": "AUTH", "Amount": 1}, "E01060011"),
    ("EntryTranRakutenId", {"ShopPass": "wrongpass"}, "E01040001|E01050001|E01060001|E01030002"),
    ("ExecTranRakutenId", {}, "E01090001|E01100001|E01040001|M01121001|M01123001|M01124001|M01125001"),
    ("ExecTranRakutenpay", {}, "E01090001|E01100001|E01040001|M01121001|M01123001|M01124001"),
    ("RakutenIdSales", {"AccessID": "zz", "AccessPass": "0" * 32, "OrderID": "A"}, "E01090008"),
    ("RakutenIdSales", {"AccessID": "0" * 32, "AccessPass": "0" * 32, "OrderID": "A"}, "E01110002"),
    ("RakutenpaySales", {"AccessID": "0" * 32, "AccessPass": "0" * 32, "OrderID": "A"}, "RI1000006"),
    ("RakutenIdRefund", {}, "E91099997"),
    ("SearchTradeMulti", {"PayType": "18"}, "E01040001"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "fields", "infos"), WRONG)
def test_what_is_wrong_is_said_in_field_order(
    talk: Talk, call: str, fields: dict[str, object], infos: str
) -> None:
    answer = talk.call(call, **fields)
    assert answer["ErrInfo"] == infos
    assert answer["ErrCode"].count("|") == infos.count("|")


def test_keys_of_another_trade_open_nothing(talk: Talk) -> None:
    mine, other = talk.agreed("A-1"), talk.agreed("A-2")
    mixed = {**mine, "AccessPass": other["AccessPass"]}
    assert talk.call("RakutenIdSales", **mixed)["ErrInfo"] == "E01110002"
    assert talk.call("RakutenIdSales", **{**mine, "OrderID": "A-2"})["ErrInfo"] == "E01110002"
    assert talk.call("RakutenpaySales", **mine)["ErrInfo"] == "RI1000006"


def test_get_and_empty_bodies_are_turned_away(talk: Talk) -> None:
    for request, info in (
        (Request("GET", "/payment/RakutenIdSales.idPass"), "E31500014"),
        (Request("POST", "/payment/RakutenIdSales.idPass"), "E00000010"),
        (Request("POST", "/payment/RakutenIdSales", body=b"a=b"), "E91099997"),
    ):
        with pytest.raises(Turned) as turned:
            talk.house.hear(request)
        assert info.encode() in turned.value.reply.body


# ---- what is kept ----------------------------------------------------------------------------------------


def overheard(talk: Talk, do: Callable[[], object]) -> list[Said]:
    """What was said to a house while something was done."""
    kept: list[Said] = []
    act = talk.house.act

    def listen(said: Said) -> Reply:
        kept.append(said)
        return act(said)

    talk.house.act = listen  # type: ignore[method-assign]
    do()
    return kept


def test_no_secret_is_kept_and_the_same_words_give_the_same_house(talk: Talk) -> None:
    def day() -> None:
        keys = talk.agreed(job="CAPTURE")
        talk.call("RakutenIdCancel", **keys)
        charged(talk, "S-2", subscribed(talk))

    kept = overheard(talk, day)
    text = json.dumps([said.as_json() for said in kept])
    secrets = [LOGIN["ShopPass"], *(trade.password for trade in talk.front.trading.trades.values())]
    assert not any(secret in text for secret in secrets)
    again = Talk()
    for said in kept:
        again.house.act(Said.from_json(json.loads(json.dumps(said.as_json()))))
    assert again.front.transactions() == talk.front.transactions()
    assert isinstance(again.house, House)


def test_a_transaction_is_found_by_any_of_its_names(talk: Talk) -> None:
    keys = talk.agreed()
    number = talk.number()
    assert talk.front.identity(number) == "A-1" and talk.front.number(keys["AccessID"]) == number
    plain = talk.front.transaction("A-1")
    assert plain["status"] == "AUTH" and plain["ledger"]["authorised"] == 3000
    assert plain == talk.front.transactions()[0] and set(talk.front.actions()) >= {"consent", "revoke"}
    with pytest.raises(KeyError):
        talk.front.transaction("none")
