"""NP's dialect as a shop's client meets it: registration, edit, cancel, shipment, payment, re-registration."""

from typing import Any

import pytest
import requests

from providers.deferred.clients import BUYER, NP_BASE, NpClient, codes
from teiki_providers.inprocess import Sandbox

# ---- login and envelope --------------------------------------------------------------------------


def test_an_empty_find_tells_that_the_login_is_good(np_: NpClient) -> None:
    """The probe that a public client uses."""
    assert codes(np_.find()) == ["EPRO0101"]


@pytest.mark.parametrize(
    ("client", "status"),
    [
        (NpClient(secret="wrong"), 401),
        (NpClient(merchant="nobody"), 401),
        (NpClient(terminal="another"), 403),
        (NpClient(terminal="np-terminal-sold"), 403),
    ],
)
def test_a_wrong_login_is_turned_away(box: Sandbox, client: NpClient, status: int) -> None:
    got = client.find("26040100001")
    assert got.status_code == status
    assert got.json()["errors"][0]["codes"] == ["EPRO0103"]


def test_a_thousand_at_once_and_no_more(np_: NpClient) -> None:
    many = [np_.order(10, buyer={"tel": f"0901{n:07d}"}) for n in range(1_000)]
    results = np_.register(*many).json()["results"]
    assert [r["np_transaction_id"] for r in results[::999]] == ["26040100001", "26040101000"]
    assert {r["authori_result"] for r in results} == {"00"}
    assert codes(np_.register(*many, np_.order())) == ["EPRO0102"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "transactions", 405), ("POST", "transactions/cancel", 405), ("POST", "nothing", 404)],
)
def test_no_such_call(np_: NpClient, method: str, path: str, status: int) -> None:
    got = np_.send(method, path, [])
    assert got.status_code == status and got.json()["errors"][0]["codes"] == ["EPRO0104"]


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b'{"transactions": {}}', b'{"transactions": [1]}', b"\xff\xfe", b"[" * 100_000,
        b'{"transactions": [{"a": NaN}]}', b'{"transactions": [{"a": "\\ud800"}]}',
        b'{"transactions": [{"n": ' + b"9" * 5000 + b"}]}",
    ],
)  # fmt: skip
def test_what_is_no_list_of_transactions(np_: NpClient, body: bytes) -> None:
    got = requests.post(f"{NP_BASE}/transactions", data=body, auth=np_.auth, headers=np_.headers, timeout=5)
    assert codes(got) == ["EPRO0101"]


def test_too_large(np_: NpClient) -> None:
    got = np_.register(np_.order(goods=[{"goods_name": "x" * 5_000_000}]))
    assert got.status_code == 413


# ---- registration --------------------------------------------------------------------------------


def test_a_registration_is_answered_with_its_result(np_: NpClient) -> None:
    (result,) = np_.register(np_.order(shop="A-1")).json()["results"]
    assert result == {
        "shop_transaction_id": "A-1",
        "np_transaction_id": "26040100001",
        "authori_result": "00",
        "authori_required_date": "2026-04-01T09:00:00+09:00",
    }


def test_a_mixed_batch_does_the_good_and_names_the_bad(np_: NpClient) -> None:
    good, twice = np_.order(shop="A"), np_.order(shop="A")
    bad = np_.order(0, shop="B", buyer={"customer_name": "", "tel": "123", "zip_code": "1"})
    got = np_.register(good, bad, twice)
    assert got.status_code == 400
    told = got.json()
    assert [r["shop_transaction_id"] for r in told["results"]] == ["A"]
    assert told["errors"] == [
        {"codes": ["E0100047", "E0100048", "E0100136", "E0100065", "E0100089"], "id": "B"},
        {"codes": ["EPRO0106"], "id": "A"},
    ]


@pytest.mark.parametrize(
    ("buyer", "code"),
    [
        ({"customer_name": "あ" * 22}, "E0100050"),
        ({"customer_name": "a\tb"}, "E0100049"),
        ({"customer_name": 7}, "E0100049"),
        ({"customer_name_kana": "ア" * 26}, "E0100051"),
        ({"company_name": "あ" * 31}, "E0100053"),
        ({"department_name": "\x01"}, "E0100056"),
        ({"zip_code": ""}, "E0100057"),
        ({"zip_code": "abc"}, "E0100058"),
        ({"zip_code": "530-0001"}, "E0100059"),
        ({"address": ""}, "E0100060"),
        ({"address": "東京都 渋谷区1"}, "E0100061"),
        ({"address": "東京都1" + "あ" * 52}, "E0100062"),
        ({"email": ""}, "E0100068"),
        ({"email": "あ@example.jp"}, "E0100069"),
        ({"email": "a" * 100 + "@b.jp"}, "E0100070"),
        ({"email": "nobody"}, "E0100071"),
    ],
)
def test_fields_of_the_buyer(np_: NpClient, buyer: dict[str, str], code: str) -> None:
    assert codes(np_.register(np_.order(buyer=buyer))) == [code]


@pytest.mark.parametrize(
    ("tel", "code"),
    [
        ("", "E0100087"),
        ("03-abc", "E0100088"),
        ("123", "E0100089"),
        ("0901234567", "E0100090"),
        ("03123456", "E0100091"),
    ],
)
def test_telephone_of_the_recipient(np_: NpClient, tel: str, code: str) -> None:
    assert codes(np_.register(np_.order(dest={"tel": tel}))) == [code]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"shop": "x" * 41}, "E0100043"),
        ({"shop_order_date": "2026/04/01"}, "E0100045"),
        ({"shop_order_date": "2026-02-30"}, "E0100045"),
        ({"settlement_type": "99"}, "E0100046"),
        ({"billed_amount": "3000"}, "E0100047"),
        ({"goods": []}, "E0102001"),
        ({"goods": [{"goods_name": "a", "goods_price": "x", "quantity": 1}]}, "E0102002"),
        ({"goods": [{"goods_name": "a", "goods_price": 3000, "quantity": 0}]}, "E0102003"),
        ({"goods": [{"goods_name": "a", "goods_price": 6001, "quantity": 1}]}, "E0102004"),
    ],
)
def test_fields_of_the_order(np_: NpClient, more: dict[str, Any], code: str) -> None:
    assert codes(np_.register(np_.order(**more))) == [code]


def test_discounts_are_lines_and_a_difference_is_borne(np_: NpClient) -> None:
    lines = [
        {"goods_name": "青汁", "goods_price": 6_500, "quantity": 1},
        {"goods_name": "値引", "goods_price": -500, "quantity": 1},
    ]
    np_.new(3_000, goods=lines)


def test_a_live_order_number_is_not_registered_again(np_: NpClient) -> None:
    """EC-PAY-05."""
    first = np_.new(shop="A")
    assert codes(np_.register(np_.order(shop="A"))) == ["E0100124"]
    assert np_.cancel(first).json() == {"results": [{"np_transaction_id": first}]}
    assert np_.new(shop="A") != first


# ---- methods -------------------------------------------------------------------------------------


def test_wiz_prints_before_it_reports(np_: NpClient) -> None:
    """SS-NPW-01, INV-25."""
    (result,) = np_.register(np_.wiz()).json()["results"]
    identity = result["np_transaction_id"]
    assert codes(np_.ship(identity, bill_issued_date="2026-04-01")) == ["E0100126"]
    (told,) = np_.invoices(identity).json()["results"]
    assert told["invoice"]["billed_amount"] == "3000"
    assert told["invoice"]["payment_due_date"] == "2026年04月15日"
    assert np_.invoices(identity).json()["results"] == [told]
    assert codes(np_.ship(identity)) == ["E0100111"]
    assert np_.ship(identity, bill_issued_date="2026-04-01").status_code == 200
    assert np_.invoices(identity).status_code == 200


def test_separate_invoices_are_not_printed(np_: NpClient) -> None:
    identity = np_.new()
    assert codes(np_.invoices(identity)) == ["E0100132"]
    assert codes(np_.ship(identity, bill_issued_date="2026-04-01")) == ["E0100143"]


def test_a_bundled_invoice_goes_to_the_buyer_alone(np_: NpClient) -> None:
    elsewhere = {"zip_code": "530-0001", "address": "大阪府大阪市北区梅田1-1"}
    assert codes(np_.register(np_.wiz(dest=elsewhere))) == ["E0100132"]
    np_.new(settlement_type="03")


def test_realtime_answers_ok_or_ng_only(box: Sandbox) -> None:
    client = NpClient(terminal="np-terminal-realtime")
    results = [
        client.register(client.order(buyer={"customer_name": name})).json()["results"][0]
        for name in ("山田", "RE009テスト", "審査中テスト")
    ]
    assert [r["authori_result"] for r in results] == ["00", "20", "20"]
    assert results[1]["authori_ng"] == "NG999"
    held = client.update(results[0]["np_transaction_id"], customer={**BUYER, "customer_name": "RE009テスト"})
    assert held.json()["results"][0]["authori_result"] == "10"  # an edit may be held
    state = box.front("np").transaction(results[0]["np_transaction_id"])
    assert state["method"] == "NPリアルタイム後払い"


def test_connect_pro_compares_the_amount_at_the_report(box: Sandbox) -> None:
    """TR-NP-07: refused with both amounts; authorise again, then report again."""
    client = NpClient(terminal="np-terminal-connect")
    identity = client.new(3_000)
    got = client.ship(identity, billed_amount=2_500)
    assert codes(got) == ["E0100108"]
    assert got.json()["errors"][0]["registered_amount"] == 3_000
    assert got.json()["errors"][0]["reported_amount"] == 2_500
    goods = [{"goods_name": "青汁", "goods_price": 2_500, "quantity": 1}]
    assert client.update(identity, billed_amount=2_500, goods=goods).status_code == 200
    assert client.ship(identity, billed_amount=2_500).status_code == 200


# ---- results -------------------------------------------------------------------------------------


def test_ng_and_holds_have_their_reasons(np_: NpClient) -> None:
    ng, hold = (
        np_.register(np_.order(buyer={"customer_name": name})).json()["results"][0]
        for name in ("NG999テスト", "RE014テスト")
    )
    assert (ng["authori_result"], ng["authori_ng"]) == ("20", "NG999")
    assert (hold["authori_result"], hold["authori_hold"]) == ("10", ["RE014"])
    assert np_.result(ng["np_transaction_id"]) == "20"


def test_a_review_ends_with_the_second_inquiry(np_: NpClient) -> None:
    for name, last in (("審査中テスト", "00"), ("審査NGテスト", "20"), ("審査保留テスト", "10")):
        (result,) = np_.register(np_.order(buyer={"customer_name": name})).json()["results"]
        assert result["authori_result"] == "40"
        identity = result["np_transaction_id"]
        assert [np_.result(identity) for _ in range(3)] == ["40", last, last]
        np_.cancel(identity)


def test_a_result_that_nobody_knows(np_: NpClient) -> None:
    """TR-NP-06."""
    (result,) = np_.register(np_.order(buyer={"customer_name": "不明結果テスト"})).json()["results"]
    assert result["authori_result"] == "77" == np_.result(result["np_transaction_id"])


def test_a_hold_is_corrected_by_an_edit(np_: NpClient) -> None:
    (held,) = np_.register(np_.order(buyer={"address": "東京都渋谷区渋谷"})).json()["results"]
    assert held["authori_hold"] == ["RE009"]
    identity = held["np_transaction_id"]
    assert codes(np_.ship(identity)) == ["E0100105"]
    (result,) = np_.update(identity, customer=BUYER).json()["results"]
    assert (result["np_transaction_id"], result["authori_result"]) == (identity, "00")
    assert np_.ship(identity).status_code == 200


# ---- edit, cancel, ship --------------------------------------------------------------------------


def test_an_edit_that_fails_leaves_nothing(np_: NpClient, box: Sandbox) -> None:
    identity = np_.new()
    (result,) = np_.update(identity, **{**np_.order(44_999), "shop_transaction_id": "A"}).json()["results"]
    assert (result["authori_result"], result["authori_ng"]) == ("20", "NG999")
    assert box.front("np").transaction(identity)["state"] == "DECLINED"
    assert codes(np_.ship(identity)) == ["E0100105"]
    assert codes(np_.update(identity, customer=BUYER)) == ["E0100105"]
    # SS-NP-01: registered anew in its place.
    (again,) = np_.register(np_.order(base_np_transaction_id=identity)).json()["results"]
    assert again["np_transaction_id"] != identity and again["authori_result"] == "00"


def test_an_order_number_alone_is_changed_without_a_judgement(np_: NpClient, box: Sandbox) -> None:
    identity = np_.new()
    (result,) = np_.update(identity, shop_transaction_id="renamed").json()["results"]
    assert (result["shop_transaction_id"], result["authori_result"]) == ("renamed", "00")
    assert box.front("np").transaction(identity)["order"] == "renamed"


def test_partial_edits_fit_what_stands(np_: NpClient) -> None:
    identity = np_.new(3_000)
    assert codes(np_.update(identity, billed_amount=9_000)) == ["E0102004"]
    assert codes(np_.update(identity, settlement_type="03")) == ["E0100132"]
    assert codes(np_.update(identity, billed_amount=0, goods=np_.order(1)["goods"])) == ["E0100108"]
    goods = [{"goods_name": "青汁", "goods_price": 9_000, "quantity": 1}]
    assert np_.update(identity, billed_amount=9_000, goods=goods).status_code == 200
    assert np_.update(identity, dest_customer={**BUYER, "address": "東京都渋谷区ホテル1"}).json()["results"][
        0
    ]["authori_hold"] == ["RE026"]


def test_a_shipment_is_reported_once(np_: NpClient) -> None:
    identity = np_.new()
    assert codes(np_.ship(identity, slip="")) == ["E0100106"]
    assert codes(np_.ship(identity, slip="1" * 21)) == ["E0100107"]
    assert codes(np_.ship(identity, company="")) == ["E0100109"]
    assert codes(np_.ship(identity, company="1")) == ["E0100110"]
    assert np_.ship(identity).json() == {"results": [{"np_transaction_id": identity}]}
    assert codes(np_.ship(identity)) == ["E0100115"]
    assert codes(np_.update(identity, billed_amount=2_000)) == ["E0100115"]


@pytest.mark.parametrize(
    ("identity", "code"),
    [("", "EPRO0105"), ("ＡＢＣ", "E0100002"), ("123", "E0100003"), ("99999999999", "E0100113")],
)
def test_ids_that_are_none(np_: NpClient, identity: str, code: str) -> None:
    for got in (
        np_.find(identity),
        np_.cancel(identity),
        np_.ship(identity),
        np_.update(identity, billed_amount=1),
    ):
        assert codes(got) == [code]


def test_the_same_id_twice_is_done_once(np_: NpClient) -> None:
    identity = np_.new()
    got = np_.cancel(identity, identity)
    assert got.json()["results"] == [{"np_transaction_id": identity}]
    assert codes(got) == ["EPRO0106"]


def test_past_its_validity_it_is_as_good_as_cancelled(np_: NpClient, box: Sandbox) -> None:
    identity = np_.new()
    box.advance(days=90)
    assert np_.result(identity) == "00"
    told = box.advance(days=1)
    assert [(h.what, h.transaction) for h in told] == [("expired", identity)]
    assert codes(np_.ship(identity)) == ["E0100114"] == codes(np_.cancel(identity))
    assert np_.result(identity) == "99"


# ---- after the shipment --------------------------------------------------------------------------


def test_the_customer_pays_the_invoice(np_: NpClient, box: Sandbox) -> None:
    identity = np_.new()
    front = box.front("np")
    with pytest.raises(ValueError, match="no invoice"):
        front.buyer(identity, "pay_invoice", {})
    np_.ship(identity)
    assert np_.payments(identity).json()["results"][0]["payment_status"] == "10"
    box.advance(days=5)
    assert front.buyer(identity, "pay_invoice", {}) == {"id": identity, "paid": True, "orphan": False}
    (paid,) = np_.payments(identity).json()["results"]
    assert (paid["payment_status"], paid["customer_payment_date"]) == ("20", "2026-04-06")
    assert codes(np_.cancel(identity)) == ["E0100118"]
    with pytest.raises(ValueError, match="paid already"):
        front.buyer(identity, "pay_invoice", {})


def test_a_payment_after_the_cancel_is_an_orphan(np_: NpClient, box: Sandbox) -> None:
    """EC-SHP-07."""
    identity = np_.new()
    np_.ship(identity)
    box.front("np").buyer(identity, "refuse_parcel", {})
    assert np_.cancel(identity).status_code == 200
    assert [h.what for h in box.advance(days=3)] == ["cancelled"]
    assert box.front("np").buyer(identity, "pay_invoice", {})["orphan"] is True
    assert np_.payments(identity).json()["results"][0]["payment_status"] == "20"
    assert [e["what"] for e in box.front("np").transaction(identity)["history"]] == [
        "ok", "shipped", "returned", "cancel accepted", "cancelled", "paid",
    ]  # fmt: skip


def test_what_is_left_of_a_sale_is_registered_again(np_: NpClient, box: Sandbox) -> None:
    base = np_.new(5_000)
    assert codes(np_.again(base, 2_000)) == ["E0131005"]
    np_.ship(base)
    np_.cancel(base)
    assert codes(np_.again(base, 2_000)) == ["E0131007"]
    box.advance(days=1)
    assert codes(np_.again(base, 6_000)) == ["E0131010"]
    (result,) = np_.again(base, 2_000).json()["results"]
    assert (result["base_np_transaction_id"], result["authori_result"]) == (base, "00")
    new = result["np_transaction_id"]
    assert codes(np_.again(base, 1_000)) == ["E0131006"]
    assert codes(np_.ship(new)) == ["E0100115"]  # it counts as shipped
    assert box.front("np").buyer(new, "pay_invoice", {})["paid"] is True


def test_a_sale_is_registered_again_so_often_and_no_more(np_: NpClient, box: Sandbox) -> None:
    base = np_.new(5_000)
    np_.ship(base)
    for _ in range(5):
        np_.cancel(base)
        box.advance(days=4)
        base = np_.again(base, 5_000).json()["results"][0]["np_transaction_id"]
    np_.cancel(base)
    box.advance(days=4)
    assert codes(np_.again(base, 5_000)) == ["E0131011"]


def test_wiz_is_not_registered_again(np_: NpClient, box: Sandbox) -> None:
    base = np_.register(np_.wiz()).json()["results"][0]["np_transaction_id"]
    np_.invoices(base)
    np_.ship(base, bill_issued_date="2026-04-01")
    np_.cancel(base)
    box.advance(days=4)
    assert codes(np_.again(base, 1_000)) == ["E0100132"]


def test_an_order_is_found_by_its_number(np_: NpClient, box: Sandbox) -> None:
    """For a shop whose reply was lost (modelled)."""
    box.fault("reply_lost", provider="deferred", operation="authorise", times=1)
    with pytest.raises(requests.ConnectionError):
        np_.register(np_.order(shop="lost"))
    (found,) = np_.send("POST", "authorizations/find", [{"shop_transaction_id": "lost"}]).json()["results"]
    assert found["authori_result"] == "00"
    assert codes(np_.send("POST", "authorizations/find", [{"shop_transaction_id": "never"}])) == ["E0100113"]
