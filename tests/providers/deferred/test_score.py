"""スコア's dialect as a shop's client meets it."""

import pytest
import requests

from providers.deferred.clients import SCORE_BASE, ScoreClient, errors
from teiki_providers.inprocess import Sandbox

# ---- login and document --------------------------------------------------------------------------


def test_a_wrong_login_is_turned_away(box: Sandbox) -> None:
    for client in (ScoreClient(password="wrong"), ScoreClient(shop="nobody")):
        assert errors(client.named("autogetauthor", "10000000001")) == ["SCOR0010"]


@pytest.mark.parametrize(
    "body",
    [
        "", "<request>", "<other/>", "<request></wrong>", b"\xff\xfe<request/>", "{}", "<request>" + "<a>" * 20,
        "<request>" + "<a>" * 9 + "</a>" * 9 + "</request>",
        '<!DOCTYPE request [<!ENTITY a "aaaa">]><request>&a;</request>',
        '<!DOCTYPE request [<!ENTITY a SYSTEM "file:///etc/passwd">]><request>&a;</request>',
        '<!DOCTYPE request SYSTEM "http://127.0.0.1/x.dtd"><request/>',
        "<request>&nowhere;</request>",
        "<request>" + "x" * 2**20 + "</request>",
    ],
)  # fmt: skip
def test_a_document_that_is_none_or_not_safe(score: ScoreClient, body: str | bytes) -> None:
    got = score.post("autotransaction", body)
    assert got.status_code == 200 and b"SCOR0011" in got.content


def test_a_document_in_shift_jis_is_read(score: ScoreClient) -> None:
    text = (
        '<?xml version="1.0" encoding="Shift_JIS"?><request><shopInfo><shopCode>score-shop</shopCode>'
        "<shopPassword>score-pass</shopPassword></shopInfo><buyer><fullName>山田</fullName></buyer></request>"
    )
    got = score.post("autotransaction", text.encode("cp932"))
    assert b"SCOR0101" in got.content and b"SCOR0103" not in got.content  # the name was read


def test_no_such_call(score: ScoreClient) -> None:
    assert score.post("autonothing", b"<request/>").status_code == 404
    assert requests.get(f"{SCORE_BASE}/autocancel.do", timeout=5).status_code == 405


# ---- registration --------------------------------------------------------------------------------


def test_a_registration_is_answered_with_its_result(score: ScoreClient) -> None:
    got = score.send("autotransaction", **score.order(shop="A-1"))
    told = {element.tag: element.text for element in got.find("transactionResult") or ()}
    assert got.findtext("result") == "OK"
    assert told == {
        "shopTransactionId": "A-1",
        "nissenTransactionId": "10000000001",
        "authorResult": "OK",
        "authoriDate": "2026/04/01",
    }


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"shopTransactionId": ""}, "SCOR0101"),
        ({"shopTransactionId": "x" * 101}, "SCOR0101"),
        ({"shopOrderDate": "1.4.2026"}, "SCOR0102"),
        ({"email": ""}, "SCOR0107"),
        ({"mobile": "0" * 18}, "SCOR0106"),
        ({"companyName": "あ" * 36}, "SCOR0113"),
        ({"paymentType": "9"}, "SCOR0115"),
        ({"paymentType": "3"}, "SCOR0008"),
        ({"billedAmount": ""}, "SCOR0006"),
        ({"billedAmount": "0"}, "SCOR0006"),
        ({"billedAmount": "-1"}, "SCOR0006"),
        ({"billedAmount": "３０００"}, "SCOR0006"),
    ],
)
def test_fields_of_the_buyer(score: ScoreClient, more: dict[str, str], code: str) -> None:
    assert errors(score.send("autotransaction", **score.order(**more))) == [code]


def test_all_errors_are_told_together(score: ScoreClient) -> None:
    order = score.order(fullName="", tel="1", zipCode="", address1="", address2="")
    assert errors(score.send("autotransaction", **order)) == [
        "SCOR0105", "SCOR0109", "SCOR0110", "SCOR0111", "SCOR0103", "SCOR0122", "SCOR0123", "SCOR0124", "SCOR0128",
        "SCOR0121",
    ]  # fmt: skip
    del order["deliveries"]
    assert "SCOR0120" in errors(score.send("autotransaction", **order))


def test_goods_must_make_sense(score: ScoreClient) -> None:
    order = score.order()
    order["deliveries"]["delivery"]["details"] = {
        "detail": {"detailName": "a", "detailPrice": "x", "detailQuantity": "1"}
    }
    assert errors(score.send("autotransaction", **order)) == ["SCOR0130"]


def test_a_name_in_two_parts(score: ScoreClient) -> None:
    order = score.order(fullName="", lastName="山田", firstName="太郎")
    order["deliveries"]["delivery"]["deliveryCustomer"]["fullName"] = "山田太郎"
    assert score.send("autotransaction", **order).findtext("result") == "OK"


def test_an_order_number_can_stand_twice(score: ScoreClient) -> None:
    assert score.new(shop="A") != score.new(shop="A")


# ---- results -------------------------------------------------------------------------------------


def test_ng_and_hold(score: ScoreClient) -> None:
    ng, held = (
        score.send("autotransaction", **score.order(fullName=name)) for name in ("NGテスト", "保留テスト")
    )
    assert (ng.findtext("result"), ng.findtext("transactionResult/authorResult")) == ("OK", "NG")
    assert held.findtext("transactionResult/authorResult") == "保留"
    assert held.findtext("transactionResult/holdReason/reasonCode") == "H001"


@pytest.mark.parametrize(
    ("name", "results"),
    [
        ("審査中テスト", ["審査中", "OK", "OK"]),
        ("審査NGテスト", ["審査中", "NG", "NG"]),
        ("審査保留テスト", ["審査中", "保留", "保留"]),
    ],
)
def test_results_come_late(score: ScoreClient, name: str, results: list[str]) -> None:
    """SS-SCORE-01."""
    got = score.send("autotransaction", **score.order(fullName=name))
    identity = str(got.findtext("transactionResult/nissenTransactionId"))
    assert got.findtext("transactionResult/authorResult") == "審査中"
    assert [score.result(identity) for _ in results] == results


def test_a_verdict_comes_with_time(box: Sandbox, score: ScoreClient) -> None:
    box.fault("pending", provider="deferred", after_s=7200, result="declined", times=1)
    got = score.send("autotransaction", **score.order())
    identity = str(got.findtext("transactionResult/nissenTransactionId"))
    assert score.result(identity) == "保留"
    (told,) = box.advance(seconds=7200)
    assert (told.provider, told.transaction, told.what) == ("deferred", identity, "declined")
    assert score.result(identity) == "NG"


# ---- edit, cancel, ship --------------------------------------------------------------------------


def test_an_edit_is_judged_anew_and_gets_a_new_id(score: ScoreClient, box: Sandbox) -> None:
    old = score.new()
    got = score.send("automodifytransaction", **score.order(4_000, shop="A", nissenTransactionId=old))
    new = str(got.findtext("transactionResult/nissenTransactionId"))
    assert new != old and got.findtext("transactionResult/authorResult") == "OK"
    assert errors(score.ship(old)) == ["SCOR0001"]
    assert score.named("autogetauthor", old).findtext("transactionResult/nissenTransactionId") == new
    assert score.ship(new, amount="4000").findtext("result") == "OK"
    assert box.front("score").transaction(old)["id"] == new


def test_a_hold_is_corrected_by_an_edit(score: ScoreClient) -> None:
    got = score.send("autotransaction", **score.order(address2="渋谷区渋谷"))
    held = str(got.findtext("transactionResult/nissenTransactionId"))
    assert errors(score.ship(held)) == ["SCOR0002"]
    assert errors(score.send("automodifytransaction", **score.order(tel="1", nissenTransactionId=held)))
    got = score.send("automodifytransaction", **score.order(nissenTransactionId=held))
    assert got.findtext("transactionResult/authorResult") == "OK"


def test_an_edit_that_is_refused_leaves_nothing(score: ScoreClient) -> None:
    old = score.new()
    got = score.send("automodifytransaction", **score.order(fullName="NGテスト", nissenTransactionId=old))
    new = str(got.findtext("transactionResult/nissenTransactionId"))
    assert got.findtext("transactionResult/authorResult") == "NG"
    assert errors(score.ship(new)) == ["SCOR0002"]
    assert errors(score.send("automodifytransaction", **score.order(nissenTransactionId=new))) == ["SCOR0002"]
    again = score.send("autotransaction", **score.order(nissenTransactionId=new))
    assert again.findtext("transactionResult/authorResult") == "OK"


def test_a_shipment_is_reported_once(score: ScoreClient) -> None:
    identity = score.new()
    assert errors(score.ship(identity, slip="")) == ["SCOR0005"]
    assert errors(score.ship(identity, slip="?")) == ["SCOR0141"]
    assert errors(score.ship(identity, company="59010")) == ["SCOR0140"]
    assert errors(score.ship(identity, amount="2999")) == ["SCOR0006"]
    assert errors(score.ship(identity, amount="x")) == ["SCOR0006"]
    assert score.ship(identity, amount="3000").findtext("result") == "OK"
    assert errors(score.ship(identity)) == ["SCOR0004"]


def test_both_ids_and_the_amount_must_agree(score: ScoreClient) -> None:
    identity = score.new(shop="A")
    assert errors(score.named("autocancel", identity, "2999")) == ["SCOR0006"]
    assert errors(score.named("autogetauthor", identity, "x")) == ["SCOR0006"]
    transaction = {"nissenTransactionId": identity, "shopTransactionId": "B", "billedAmount": "3000"}
    assert errors(score.send("autocancel", transaction=transaction)) == ["SCOR0006"]
    transaction["shopTransactionId"] = "A"
    assert score.send("autocancel", transaction=transaction).findtext("result") == "OK"
    assert errors(score.named("autocancel", identity)) == ["SCOR0003"]


def test_a_paid_one_is_not_cancelled(score: ScoreClient, box: Sandbox) -> None:
    """MULT0015, of スコア's codes the one that a public client knows."""
    identity = score.new()
    score.ship(identity)
    box.front("score").buyer(identity, "pay_invoice", {})
    assert errors(score.named("autocancel", identity)) == ["MULT0015"]


def test_a_payment_after_the_cancel_is_an_orphan(score: ScoreClient, box: Sandbox) -> None:
    identity = score.new()
    score.ship(identity)
    score.named("autocancel", identity)
    box.advance(days=3)
    assert box.front("score").buyer(identity, "pay_invoice", {})["orphan"] is True


def test_it_lapses_after_sixty_days(score: ScoreClient, box: Sandbox) -> None:
    identity = score.new()
    box.advance(days=60)
    assert score.result(identity) == "OK"
    (told,) = box.advance(days=1)
    assert (told.what, told.transaction) == ("expired", identity)
    assert errors(score.ship(identity)) == ["SCOR0007"]
    assert errors(score.send("automodifytransaction", **score.order(nissenTransactionId=identity))) == [
        "SCOR0007"
    ]


def test_invoices_are_not_bundled_here(score: ScoreClient) -> None:
    assert errors(score.named("autoinvoice", score.new())) == ["SCOR0008"]


def test_an_unknown_id(score: ScoreClient) -> None:
    for action in ("autogetauthor", "autocancel", "autopdrequest", "autoinvoice"):
        assert errors(score.named(action, "99999999999")) == ["SCOR0001"]
    for action in ("automodifytransaction", "autotransaction"):
        assert errors(score.send(action, **score.order(nissenTransactionId="99999999999"))) == ["SCOR0001"]


def test_an_order_is_found_by_its_number(score: ScoreClient, box: Sandbox) -> None:
    """For a shop whose reply was lost (modelled)."""
    box.fault("reply_lost", provider="deferred", operation="authorise", times=1)
    with pytest.raises(requests.ConnectionError):
        score.send("autotransaction", **score.order(shop="lost"))
    transaction = {"nissenTransactionId": "", "shopTransactionId": "lost", "billedAmount": ""}
    found = score.send("autogetauthor", transaction=transaction)
    assert found.findtext("transactionResult/authorResult") == "OK"
