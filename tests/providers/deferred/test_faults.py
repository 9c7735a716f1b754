"""What befalls calls on the deferred wires, results set by hand, and what a journal keeps."""

import json
from typing import Any

import pytest
import requests

from providers.deferred.clients import BUYER, NpClient, ScoreClient, codes
from teiki_providers.deferred.instruments import NP_MAGIC, SCORE_MAGIC
from teiki_providers.exchange import Request
from teiki_providers.inprocess import Sandbox
from teiki_providers.said import Delayed, KeepsConsumers, Said


@pytest.mark.parametrize("named", ["090-1234-5678", "09012345678", "+81 90 1234 5678", "TARO@example.jp"])
def test_a_fault_finds_the_consumer_by_telephone_or_mail(box: Sandbox, np_: NpClient, named: str) -> None:
    """Whose renewal N fails with a chosen code is one line."""
    mishap = box.fault(
        "declined", provider="deferred", code="NG999", match={"consumer": named, "nth_charge": 2}
    )
    assert named not in str(mishap)
    results = [np_.register(np_.order(100)).json()["results"][0]["authori_result"] for _ in range(3)]
    assert results == ["00", "20", "00"] and mishap.hits == 1


def test_a_fault_judges_single_items_of_a_batch(box: Sandbox, np_: NpClient) -> None:
    box.fault("declined", provider="deferred", code="NG001", match={"order": "B"})
    items = [np_.order(100, shop=shop) for shop in "ABC"]
    assert [r["authori_result"] for r in np_.register(*items).json()["results"]] == ["00", "20", "00"]


def test_a_fault_goes_before_a_magic_value(box: Sandbox, np_: NpClient) -> None:
    box.fault("declined", provider="deferred", code="NG001", match={"instrument": "NG999テスト"})
    (told,) = np_.register(np_.order(buyer={"customer_name": "NG999テスト"})).json()["results"]
    assert told["authori_ng"] == "NG001"


def test_a_code_that_is_no_refusal_of_credit_is_an_error(box: Sandbox, np_: NpClient) -> None:
    box.fault("declined", provider="deferred", code="E0109002", times=1)
    assert codes(np_.register(np_.order())) == ["E0109002"]


def test_a_failed_report_is_sent_again(box: Sandbox, np_: NpClient, score: ScoreClient) -> None:
    box.fault("capture_failed", provider="deferred", times=2)
    np_id, score_id = np_.new(), score.new()
    assert codes(np_.ship(np_id)) == ["E0109002"]
    assert score.ship(score_id).findtext("errors/error/errorCode") == "SCOR9999"
    assert np_.ship(np_id).status_code == 200 and score.ship(score_id).findtext("result") == "OK"


@pytest.mark.parametrize(
    ("kind", "status", "code"), [("server_error", 500, "E0109002"), ("too_many", 429, "E0109003")]
)
def test_np_cannot_serve(box: Sandbox, np_: NpClient, kind: Any, status: int, code: str) -> None:
    box.fault(kind, provider="deferred", times=1)
    got = np_.register(np_.order(shop="A"))
    assert got.status_code == status and got.json()["errors"][0]["codes"] == [code]
    np_.new(shop="A")  # nothing was done


def test_score_cannot_serve(box: Sandbox, score: ScoreClient) -> None:
    box.fault("server_error", provider="deferred", times=1)
    got = score.post("autotransaction", _document(score))
    assert got.status_code == 500 and b"SCOR9999" in got.content


def _document(score: ScoreClient) -> bytes:
    from teiki_providers.deferred.score_wire import encode

    order = score.order()
    order["deliveries"]["delivery"] = [order["deliveries"]["delivery"]]
    details = order["deliveries"]["delivery"][0]["details"]
    details["detail"] = [details["detail"]]
    return encode("request", {"shopInfo": score.login, **order})


@pytest.mark.parametrize("kind", ["no_answer", "reply_lost", "reset", "truncated"])
def test_no_answer_comes(box: Sandbox, np_: NpClient, kind: Any) -> None:
    box.fault(kind, provider="deferred", times=1)
    with pytest.raises(requests.ConnectionError):
        np_.register(np_.order(shop="A"))
    executed = kind in ("reply_lost", "truncated")
    assert len(box.front("np").transactions()) == executed
    if executed:
        assert codes(np_.register(np_.order(shop="A"))) == ["E0100124"]  # a second charge is refused


def test_a_batch_that_is_lost_half_way(box: Sandbox, np_: NpClient) -> None:
    """The plan's own faults can befall any item: what comes after it was not done either."""
    from teiki_providers.scripts import Effect, Match, Script

    box.house.plan.playbook.add(Script(Effect("no_answer"), Match(nth_call=2)))
    with pytest.raises(requests.ConnectionError):
        np_.register(*(np_.order(100, shop=shop) for shop in "ABC"))
    assert [case["order"] for case in box.front("np").transactions()] == ["A"]


# ---- results set by hand -------------------------------------------------------------------------


def test_np_results_by_poll(box: Sandbox, np_: NpClient) -> None:
    """TR-NP-06 and TR-NP-08 want every result on demand."""
    front = box.front("np")
    assert isinstance(front, Delayed) and isinstance(front, KeepsConsumers)
    box.fault("pending", provider="deferred", code="40")
    for given, told in (
        (["40", "40", "00"], ["40", "40", "00", "00"]),
        (["10", "20:NG001"], ["10", "20", "20"]),
        (["99", "40"], ["99", "40", "40"]),
        (["pending", "declined:NG001"], ["10", "20"]),
        (["00"], ["00"]),
    ):
        (result,) = np_.register(np_.order(100)).json()["results"]
        identity = result["np_transaction_id"]
        assert result["authori_result"] == "40"
        assert len(front.results(identity, given)["results"]) == len(given)
        assert [np_.result(identity) for _ in told] == told
    with pytest.raises(ValueError, match="nothing is pending"):
        front.results(identity, ["20"])
    with pytest.raises(ValueError, match="no result"):
        front.results(identity, ["NG"])
    with pytest.raises(KeyError):
        front.results("1", ["00"])


def test_a_refusal_set_by_hand_has_its_code(box: Sandbox, np_: NpClient) -> None:
    front = box.front("np")
    assert isinstance(front, Delayed)
    (held,) = np_.register(np_.order(buyer={"customer_name": "RE009テスト"})).json()["results"]
    front.results(held["np_transaction_id"], ["20:NG001"])
    (told,) = np_.find(held["np_transaction_id"]).json()["results"]
    assert (told["authori_result"], told["authori_ng"]) == ("20", "NG001")


def test_score_results_by_poll(box: Sandbox, score: ScoreClient) -> None:
    front = box.front("score")
    assert isinstance(front, Delayed)
    box.fault("pending", provider="deferred", code="審査中")
    for given in (["審査中", "HD", "OK"], ["HR", "NG"], ["保留"]):
        got = score.send("autotransaction", **score.order(100))
        identity = str(got.findtext("transactionResult/nissenTransactionId"))
        front.results(identity, given)
        words = {"HD": "審査中", "HR": "保留"}
        assert [score.result(identity) for _ in given] == [words.get(word, word) for word in given]


# ---- what is kept --------------------------------------------------------------------------------


def _journal(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> list[Said]:
    kept: list[Said] = []
    act = box.house.act

    def noted(said: Said) -> Any:
        kept.append(Said.from_json(json.loads(json.dumps(said.as_json()))))
        return act(said)

    monkeypatch.setattr(box.house, "act", noted)
    return kept


def test_a_journal_keeps_no_personal_data_and_no_secret(
    box: Sandbox, np_: NpClient, score: ScoreClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = _journal(box, monkeypatch)
    identity = np_.new(company_name="株式会社サンプル")
    np_.update(identity, customer=BUYER)
    np_.register(np_.order(buyer={"customer_name": "NG999テスト"}))
    np_.ship(identity)
    old = score.new()
    score.send("automodifytransaction", **score.order(nissenTransactionId=old))
    text = json.dumps([said.as_json() for said in kept], ensure_ascii=False)
    for datum in (
        "山田", "ヤマダ", "150-0002", "1500002", "渋谷", "1234-5678", "12345678\"", "0312345678", "taro", "hanako",
        "example.jp", "np-sp", "score-pass", "サンプル",
    ):  # fmt: skip
        assert datum not in text
    assert "NG999テスト" in text  # a magic value, by its name
    assert {said.front for said in kept} == {"np", "score"}


def test_a_journal_played_again_gives_the_same_house(
    box: Sandbox, np_: NpClient, score: ScoreClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = _journal(box, monkeypatch)
    identity = np_.new()
    np_.register(np_.order(100, buyer={"customer_name": "審査中テスト"}), np_.order(0), np_.order(200))
    np_.ship(identity)
    score.send("automodifytransaction", **score.order(nissenTransactionId=score.new()))
    with Sandbox(openings=(type(box.front("np")), type(box.front("score")))) as other:
        for said in kept:
            other.house.act(said)
        for name in ("np", "score"):
            assert other.front(name).transactions() == box.front(name).transactions()


def test_magic_values_are_listed(box: Sandbox) -> None:
    listed = [i.value for name in ("np", "score") for i in box.front(name).instruments()]
    assert listed == [magic.value for table in (NP_MAGIC, SCORE_MAGIC) for magic in table.values()]
    assert set(box.front("np").actions()) == {"pay_invoice", "refuse_parcel"}


@pytest.mark.parametrize("key", [key for key in NP_MAGIC if key.startswith(("name", "amount"))])
def test_every_magic_value_works_at_np(box: Sandbox, np_: NpClient, key: str) -> None:
    magic = NP_MAGIC[key]
    if magic.kind == "name":
        item = np_.order(buyer={"customer_name": magic.value})
    else:
        item = np_.order(int(magic.value))
    (told,) = np_.register(item).json()["results"]
    if magic.effect.kind == "declined":
        assert (told["authori_result"], told["authori_ng"]) == ("20", magic.effect.code)
    elif magic.effect.code.startswith("RE"):
        assert (told["authori_result"], told["authori_hold"]) == ("10", [magic.effect.code])
    else:
        assert told["authori_result"] == magic.effect.code


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"buyer": {"address": "東京都渋谷区渋谷"}}, "RE009"),
        ({"dest": {"address": "東京都渋谷区渋谷"}}, "RE015"),
        ({"dest": {"address": "東京都渋谷区渋谷1郵便局留"}}, "RE026"),
        ({"buyer": {"tel": "0000000000"}, "dest": {"tel": "0312345678"}}, "RE021"),
        ({"dest": {"tel": "0000000000"}}, "RE023"),
    ],
)
def test_doubtful_data_are_held(np_: NpClient, more: dict[str, Any], code: str) -> None:
    (told,) = np_.register(np_.order(**more)).json()["results"]
    assert (told["authori_result"], told["authori_hold"]) == ("10", [code])


@pytest.mark.parametrize("amount", [44_999, 44_010, 44_040])
def test_magic_amounts_at_score(score: ScoreClient, amount: int) -> None:
    got = score.send("autotransaction", **score.order(amount))
    word = {44_999: "NG", 44_010: "保留", 44_040: "審査中"}[amount]
    assert got.findtext("transactionResult/authorResult") == word


def test_control_calls_know_what_is_none(box: Sandbox, np_: NpClient) -> None:
    front = box.front("np")
    identity = np_.new()
    for call in (front.transaction, front.number):
        with pytest.raises(KeyError):
            call("1")
    with pytest.raises(KeyError):
        front.buyer("1", "pay_invoice", {})
    with pytest.raises(ValueError, match="no such action"):
        front.buyer(identity, "dance", {})
    with pytest.raises(ValueError, match="no parcel"):
        front.buyer(identity, "refuse_parcel", {})
    assert front.identity(front.number(identity)) == identity and front.identity(99) == ""
    assert front.due(0, "nothing", "") == ""


def test_why_an_answer(box: Sandbox, np_: NpClient) -> None:
    np_.new(50_000)
    np_.register(np_.order(50_000))
    assert any("50000 yen unpaid" in line for line in box.house.why.lines)


def test_a_request_without_a_store_of_ours_is_no_less_served(box: Sandbox) -> None:
    reply = box.house.hear(
        Request("POST", "/v1/transactions/payments/find/", headers=_login(), body=b'{"transactions": [{}]}')
    )
    assert reply.status == 400 and b"EPRO0105" in reply.body


def _login() -> dict[str, str]:
    return {"authorization": "basic bnAtbWVyY2hhbnQ6bnAtc3A=", "x-np-terminal-id": "np-terminal"}
