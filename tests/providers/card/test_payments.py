"""Trades from registration to the last follow-up, and the forms in which they are answered."""

from hashlib import md5

import pytest

from providers.card.counter import SHOP, SITE, START, VISA, Counter, pair
from teiki_providers.card.front import open_card
from teiki_providers.card.trades import stamp
from teiki_providers.card.wire import encode
from teiki_providers.exchange import Request
from teiki_providers.gmo import parse_answer
from teiki_providers.house import House
from teiki_providers.inprocess import answer
from teiki_providers.rakuten_pay.gmo_front import open_rakuten_gmo
from teiki_providers.scripts import Effect, Match, Script
from teiki_sim.calendar import DAY
from teiki_sim.messages import Operation

O = Operation


def test_answers_have_the_recorded_fields_in_their_order() -> None:
    counter = Counter()
    trade = counter.enter()
    assert list(trade) == ["AccessID", "AccessPass", "OrderID"]
    assert (
        len(trade["AccessID"]) == len(trade["AccessPass"]) == 32 and trade["AccessID"] != trade["AccessPass"]
    )
    told = counter.execute(trade)
    assert list(told) == [
        "ACS", "OrderID", "Forward", "Method", "PayTimes", "Approve", "TranID", "TranDate", "CheckString",
    ]  # fmt: skip
    assert (told["ACS"], told["Forward"], told["PayTimes"], len(told["TranID"])) == ("0", "2a99662", "", 28)
    assert told["TranID"] == "2602160900" + "1" * 12 + "000001" and told["TranDate"] == "20260216090000"
    assert len(told["Approve"]) == 7
    found = counter.search(trade)
    assert list(found) == [
        "OrderID", "Status", "ProcessDate", "JobCd", "AccessID", "AccessPass", "ItemCode", "Amount", "Tax", "SiteID",
        "MemberID", "CardNo", "Expire", "Method", "PayTimes", "Forward", "TranID", "Approve", "ClientField1",
        "ClientField2", "ClientField3",
    ]  # fmt: skip
    assert found["CardNo"] == "*" * 12 + "1111" and found["ItemCode"] == "0000990"
    altered = counter.alter(trade, "SALES", Amount="1000")
    assert list(altered) == ["AccessID", "AccessPass", "Forward", "Approve", "TranID", "TranDate"]


def test_before_it_is_executed_a_trade_is_blank() -> None:
    counter = Counter()
    found = counter.search(counter.enter("CAPTURE"))
    assert (found["Status"], found["JobCd"], found["Tax"]) == ("UNPROCESSED", "CAPTURE", "0")
    assert {found[name] for name in ("CardNo", "Expire", "Method", "TranID", "Approve", "Forward")} == {""}


def test_the_check_string_is_that_of_the_answer() -> None:
    counter = Counter()
    for method, times in (("1", "1"), ("2", "3"), ("5", "")):
        told = counter.execute(counter.enter(), Method=method, **({"PayTimes": times} if times else {}))
        assert told["PayTimes"] == ("3" if method == "2" else "")
        names = ("OrderID", "Forward", "Method", "PayTimes", "Approve", "TranID", "TranDate")
        text = "".join(told[name] for name in names) + SHOP["ShopPass"]
        assert told["CheckString"] == md5(text.encode(), usedforsecurity=False).hexdigest()


def test_client_fields_come_back_when_asked_for() -> None:
    counter = Counter()
    plain, flagged = counter.enter(), counter.enter()
    assert "ClientField1" not in counter.execute(plain, ClientField1="memo")
    told = counter.execute(flagged, ClientField1="memo", ClientField3="テスト", ClientFieldFlag="1")
    assert (told["ClientField1"], told["ClientField2"], told["ClientField3"]) == ("memo", "", "テスト")
    assert counter.search(plain)["ClientField1"] == "memo"


def test_an_order_is_registered_once_for_all() -> None:
    counter = Counter()
    trade = counter.enter()
    again = counter.call("EntryTran", **SHOP, OrderID=trade["OrderID"], JobCd="AUTH", Amount="1")
    assert again == {"ErrCode": "E01", "ErrInfo": "E01040010"}


def test_identifiers_are_kept_by_a_sale_and_new_otherwise() -> None:
    counter = Counter()
    trade = counter.enter()
    first = counter.execute(trade)
    counter.advance(days=1)
    sold = counter.alter(trade, "SALES", Amount="1000")
    assert (sold["TranID"], sold["Approve"]) == (first["TranID"], first["Approve"])
    assert sold["TranDate"] > first["TranDate"]
    lowered = counter.change(trade, 600, "CAPTURE")
    returned = counter.alter(trade, "VOID")
    assert len({sold["TranID"], lowered["TranID"], returned["TranID"]}) == 3


def test_a_check_holds_no_money() -> None:
    counter = Counter()
    trade = counter.enter("CHECK")
    told = counter.call("ExecTran", **trade, **VISA)
    assert (told["Method"], told["PayTimes"], told["Approve"]) == ("", "", "0000000")
    assert counter.search(trade)["Status"] == "CHECK" and counter.ledger(trade) == {}
    bad = counter.enter("CHECK")
    refused = counter.execute(bad, CardNo="4999000000000012", Expire="4912")
    assert refused == {"ErrCode": "G12", "ErrInfo": "42G120000"}
    assert counter.search(bad)["Status"] == "UNPROCESSED"


def test_a_capture_is_a_charge_and_a_sale() -> None:
    counter = Counter()
    trade = counter.pay("CAPTURE")
    assert counter.search(trade)["Status"] == counter.search(trade)["JobCd"] == "CAPTURE"
    assert counter.ledger(trade)["captured"] == 1000


def test_amount_and_tax_are_compared_each_by_itself() -> None:
    counter = Counter()
    trade = counter.pay(amount=1000, Tax="80")
    assert counter.ledger(trade)["authorised"] == 1080
    assert counter.alter(trade, "SALES", Amount="1010", Tax="70")["ErrInfo"] == "E01060010"
    assert counter.alter(trade, "SALES", Amount="1001", Tax="80")["ErrInfo"] == "E01060010"
    assert counter.alter(trade, "SALES")["ErrInfo"] == "E01060001"
    assert "ErrInfo" not in counter.alter(trade, "SALES", Amount="1000")
    assert counter.ledger(trade)["captured"] == 1080


def test_a_sale_comes_too_late_after_sixty_days() -> None:
    counter = Counter()
    young, old = counter.pay(), counter.pay()
    counter.advance(days=60)
    assert "ErrInfo" not in counter.alter(young, "SALES", Amount="1000")
    counter.advance(days=1)
    assert counter.alter(old, "SALES", Amount="1000")["ErrInfo"] == "E01420010"
    assert counter.search(old)["Status"] == "AUTH"
    # A change is a new authorisation inside, which is possible for 180 days.
    assert "ErrInfo" not in counter.change(old, 1000)
    assert "ErrInfo" not in counter.alter(old, "SALES", Amount="1000")


def test_a_decline_leaves_the_trade_payable() -> None:
    counter = Counter()
    trade = counter.enter()
    assert counter.execute(trade, CardNo="4999000000000002", Expire="4912")["ErrCode"] == "G02"
    assert counter.search(trade)["Status"] == "UNPROCESSED" and counter.search(trade)["CardNo"] == ""
    assert counter.execute(trade)["ACS"] == "0"
    assert counter.search(trade)["Status"] == "AUTH"
    assert counter.ledger(trade)["number"] == 0


def test_executing_twice_is_what_gives_e01050004() -> None:
    counter = Counter()
    trade = counter.pay()
    again = counter.execute(trade)
    assert again == {"ErrCode": "E01|M01", "ErrInfo": "E01050004|M01004014"}


# ---- ChangeTran ----------------------------------------------------------------------------------


@pytest.mark.parametrize("job", ["AUTH", "SAUTH", "CAPTURE"])
@pytest.mark.parametrize("status", ["AUTH", "CAPTURE", "SALES"])
def test_a_change_leads_to_the_job_that_it_names(status: str, job: str) -> None:
    for amount in (600, 1000, 1400):
        counter = Counter()
        trade = counter.put(status)
        assert "ErrInfo" not in counter.change(trade, amount, job)
        found = counter.search(trade)
        assert (found["Status"], found["JobCd"], found["Amount"]) == (job, job, str(amount))
        ledger = counter.ledger(trade)
        taken = ledger["captured"] - ledger["refunded"]
        assert taken == (amount if job == "CAPTURE" else 0)
        if job != "CAPTURE":
            assert ledger["authorised"] == amount and ledger["state"] == "AUTHORISED"


def test_a_declined_change_leaves_the_original() -> None:
    counter = Counter()
    for status, job in (("AUTH", "AUTH"), ("SALES", "CAPTURE"), ("SALES", "AUTH")):
        trade = counter.put(status)
        before = counter.search(trade)
        counter.fault("declined", {"amount": 2000}, operation="ChangeTran", code="42G030000", times=1)
        assert counter.change(trade, 2000, job)["ErrInfo"] == "42G030000"
        assert counter.search(trade) == before
    assert "ErrInfo" not in counter.alter(trade, "VOID")


def test_a_pending_change_back_to_held_keeps_the_sale_until_the_verdict() -> None:
    for result, status in (("authorised", "AUTH"), ("declined", "SALES")):
        counter = Counter()
        trade = counter.put("SALES")
        counter.fault("pending", operation="ChangeTran", after_s=60, result=result)
        assert counter.change(trade, 900, "AUTH")["ACS"] == "2"
        assert counter.search(trade)["Status"] == "AUTHENTICATED"
        counter.advance(seconds=60)
        found = counter.search(trade)
        assert (found["Status"], found["Amount"]) == (status, "900" if status == "AUTH" else "1000")
        ledger = counter.house.ledger
        taken = sum(ledger.net(n) for n in range(ledger.size) if ledger.state[n] != 5)
        assert taken == (0 if status == "AUTH" else 1000)


def test_a_change_to_nothing_is_refused() -> None:
    counter = Counter()
    assert counter.change(counter.pay(), 0)["ErrInfo"] == "E01060010"
    assert counter.change(counter.pay("CAPTURE"), 0, "CAPTURE")["ErrInfo"] == "E01060010"


def test_a_cancel_can_be_followed_by_a_new_authorisation() -> None:
    counter = Counter()
    trade = counter.put("RETURN")
    told = counter.alter(trade, "CAPTURE", Amount="700", Method="2", PayTimes="3")
    assert "ErrInfo" not in told
    found = counter.search(trade)
    assert (found["Status"], found["Amount"], found["Method"], found["PayTimes"]) == (
        "CAPTURE",
        "700",
        "2",
        "3",
    )
    assert counter.ledger(trade)["captured"] == 700
    counter.alter(trade, "VOID")
    counter.fault("declined", operation="AlterTran", times=1)
    assert counter.alter(trade, "AUTH", Amount="700")["ErrCode"] == "G12"
    assert counter.search(trade)["Status"] == "VOID"
    assert "ErrInfo" not in counter.alter(trade, "AUTH", Amount="700")


# ---- SearchTradeMulti, SearchCardDetail -----------------------------------------------------------


def test_search_among_all_methods() -> None:
    counter = Counter()
    trade = counter.pay()
    told = counter.call("SearchTradeMulti", **SHOP, OrderID=trade["OrderID"], PayType="0")
    assert [*told][:2] == ["Status", "ProcessDate"] and [*told][-1] == "Currency"
    assert (told["PayType"], told["Currency"], told["CvsCode"]) == ("0", "JPN", "")
    null = counter.call("SearchTradeMulti", **SHOP, OrderID="null", PayType="null")
    assert null == {"ErrCode": "M01|M01|M01", "ErrInfo": "M01051005|M01051011|M01004002"}  # as recorded
    assert counter.call("SearchTradeMulti", **SHOP, OrderID="x")["ErrInfo"] == "M01051001|M01004002"
    assert counter.call("SearchTradeMulti", **SHOP, PayType="0")["ErrInfo"] == "M01004001"
    assert (
        counter.call("SearchTradeMulti", **SHOP, OrderID=trade["OrderID"], PayType="99")["ErrInfo"]
        == "M01051011"
    )


def test_an_unknown_order_is_not_found() -> None:
    counter = Counter()
    assert counter.call("SearchTrade", **SHOP, OrderID="none")["ErrInfo"] == "E01110002"


def test_a_card_in_detail() -> None:
    counter = Counter()
    trade, open_one = counter.pay(), counter.enter()
    card = counter.member(CardNo="5555555555554444", Expire="4912")
    ways = (
        ({"OrderID": trade["OrderID"]}, "VISA"),
        ({"CardNo": "378282246310005"}, "AMEX"),
        ({"Token": "tok_jcb:1"}, "JCB"),
        (card, "MASTER"),
        ({name: card[name] for name in ("SiteID", "SitePass", "MemberID")}, "MASTER"),
    )
    for fields, brand in ways:
        told = counter.call("SearchCardDetail", **SHOP, **fields)
        assert told["Brand"] == brand, told
        assert list(told) == [
            "CardNo", "Brand", "DomesticFlag", "IssuerCode", "DebitPrepaidFlag", "DebitPrepaidIssuerName", "ForwardFinal",
        ]  # fmt: skip
    assert counter.call("SearchCardDetail", **SHOP)["ErrInfo"] == "E01840010"
    assert counter.call("SearchCardDetail", **SHOP, OrderID="none")["ErrInfo"] == "E01110002"
    assert counter.call("SearchCardDetail", **SHOP, OrderID=open_one["OrderID"])["ErrInfo"] == "E11010002"
    nobody = counter.call("SearchCardDetail", **SHOP, **SITE, MemberID="nobody")
    assert nobody["ErrInfo"] == "E01390002"


def test_another_methods_trade_is_found_by_its_own_dialect() -> None:
    house = House(START, (open_card, open_rakuten_gmo))
    (pay_type, *_) = sorted(getattr(house.fronts["rakuten_gmo"], "pay_types", ()))
    entered = answer(
        house, encode("EntryTranRakutenId", {**SHOP, "OrderID": "r-1", "JobCd": "AUTH", "Amount": "500"})
    )
    assert b"AccessID=" in entered.body
    asked = encode("SearchTradeMulti", {**SHOP, "OrderID": "r-1", "PayType": pay_type})
    assert house.fronts["card"].read(asked).front == "rakuten_gmo"
    assert parse_answer(answer(house, asked).body)["PayType"] == pay_type


# ---- what goes wrong on the way ---------------------------------------------------------------------


def test_a_sale_that_fails_leaves_an_authorisation() -> None:
    counter = Counter(scripts=[Script(Effect("capture_failed"), times=1)])
    trade = counter.enter("CAPTURE")
    assert counter.execute(trade)["ErrInfo"] == "E91029999"
    assert counter.search(trade)["Status"] == "AUTH" and counter.ledger(trade)["captured"] == 0
    assert "ErrInfo" not in counter.alter(trade, "SALES", Amount="1000")


def test_a_card_whose_reply_is_lost_was_charged() -> None:
    counter = Counter()
    trade = counter.enter()
    lost = counter.send(
        encode("ExecTran", {**trade, "Method": "1", "CardNo": "4999000000008001", "Expire": "4912"})
    )
    assert lost.trouble == "reply_lost"
    assert counter.search(trade)["Status"] == "AUTH"
    assert counter.execute(trade)["ErrInfo"] == "E01050004|M01004014"


@pytest.mark.parametrize(
    ("kind", "trouble", "done"),
    [
        ("no_answer", "lost", False),
        ("reset", "reset", False),
        ("reply_lost", "reply_lost", True),
        ("truncated", "truncated", True),
        ("malformed", "malformed", True),
        ("server_error", "", False),
        ("too_many", "", False),
    ],
)
def test_faults_of_the_wire(kind: str, trouble: str, done: bool) -> None:
    for name in ("ExecTran", "AlterTran"):
        counter = Counter()
        trade = counter.enter() if name == "ExecTran" else counter.pay()
        counter.fault(kind, operation=name, times=1)
        fields = (
            {**trade, "Method": "1", **VISA}
            if name == "ExecTran"
            else {**SHOP, **pair(trade), "JobCd": "VOID"}
        )
        reply = counter.send(encode(name, fields))
        assert reply.trouble == trouble
        if not trouble:
            assert parse_answer(reply.body)["ErrInfo"] in ("E91099996", "E92000001")
        before, after = ("UNPROCESSED", "AUTH") if name == "ExecTran" else ("AUTH", "VOID")
        assert counter.search(trade)["Status"] == (after if done else before)


def test_a_call_lost_by_rate_changes_nothing() -> None:
    for operation, job in ((O.CANCEL, "VOID"), (O.CAPTURE, "SALES"), (O.REAUTHORISE, "AUTH")):
        counter = Counter(scripts=[Script(Effect("no_answer"), Match(operation=operation), times=1)])
        trade = counter.put("VOID" if job == "AUTH" else "AUTH")
        if job == "VOID" and operation == O.CANCEL:
            trade = counter.pay()
        before = counter.search(trade)
        sent = encode("AlterTran", {**SHOP, **pair(trade), "JobCd": job, "Amount": "1000"})
        assert counter.send(sent).trouble == "lost"
        assert counter.search(trade) == before
        assert "ErrInfo" not in counter.alter(trade, job, Amount="1000")


# ---- the front as the control side sees it --------------------------------------------------------


def test_trades_are_listed_with_their_ledger_and_the_reason_of_the_last_answer() -> None:
    counter = Counter()
    trade = counter.pay()
    counter.alter(trade, "SALES", Amount="1000")
    assert any("SALES in AUTH" in line and "documented" in line for line in counter.house.why.lines)
    (shown,) = counter.front.transactions()
    assert shown == counter.front.transaction(trade["OrderID"])
    assert (shown["id"], shown["status"], shown["card"]) == (trade["AccessID"], "SALES", "visa")
    assert [line["what"] for line in shown["timeline"]] == ["ExecTran AUTH", "SALES SALES"]
    assert counter.front.identity(counter.front.number(trade["AccessID"])) == trade["AccessID"]
    assert counter.front.number(counter.enter()["AccessID"]) == -1
    assert counter.front.identity(99) == ""
    with pytest.raises(KeyError):
        counter.front.transaction("nobody")


def test_the_acquirer_can_ask_to_stop_a_delivery() -> None:
    """SS-PAY-04."""
    counter = Counter()
    trade = counter.pay()
    told = counter.front.fraud_notice(trade["OrderID"], {})
    assert told["inquiries"] == [{"at": counter.house.now, "kind": "stop_delivery"}]
    told = counter.front.fraud_notice(trade["AccessID"], {"kind": "confirmed"})
    assert [one["kind"] for one in told["inquiries"]] == ["stop_delivery", "confirmed"]
    assert told["timeline"][-1]["what"] == "acquirer: confirmed"
    with pytest.raises(ValueError, match="stop_delivery"):
        counter.front.fraud_notice(trade["OrderID"], {"kind": "rumour"})
    with pytest.raises(KeyError):
        counter.front.fraud_notice("nobody", {})


def test_trouble_is_told_in_the_vendors_words() -> None:
    counter = Counter()
    for code, status, answered, told in (
        ("", 429, 200, "E92000001"),
        ("", 500, 200, "E91099996"),
        ("E92000002", 503, 200, "E92000002"),
        ("500", 503, 503, "500"),
    ):
        reply = counter.front.trouble(code, status)
        assert reply.status == answered and reply.body.endswith(f"ErrInfo={told}".encode())


def test_the_clock_is_in_japan_time() -> None:
    assert stamp(20_500 * DAY) == "20260216000000"


def test_other_pairs_do_not_open_a_trade() -> None:
    counter = Counter()
    trade, other = counter.enter(), counter.enter()
    mixed = {**pair(trade), "AccessPass": other["AccessPass"]}
    assert (
        counter.call("ExecTran", **mixed, OrderID=trade["OrderID"], Method="1", **VISA)["ErrInfo"]
        == "E01110002"
    )
    assert counter.execute({**trade, "OrderID": other["OrderID"]})["ErrInfo"] == "E01110002"
    assert (
        counter.call("AlterTran", **{**SHOP, "ShopPass": "x"}, **pair(trade), JobCd="VOID")["ErrInfo"]
        == "E01030002"
    )


def test_get_and_unknown_names_are_turned_away() -> None:
    counter = Counter()
    assert counter.send(Request("GET", "/payment/EntryTran.idPass")).body == b"ErrCode=E31&ErrInfo=E31500014"
    for path in ("/payment/Nothing.idPass", "/payment/EntryTran.json", "/payment/", "/payment/.idPass"):
        assert counter.send(Request("POST", path, body=b"a=b")).body == b"ErrCode=E91&ErrInfo=E91099997"
    assert counter.send(Request("POST", "/payment/EntryTran.idPass")).body == b"ErrCode=E00&ErrInfo=E00000010"
