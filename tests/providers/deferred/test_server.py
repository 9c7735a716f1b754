"""The deferred dialects on the server: the same clients over HTTP, the control side, and a restart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import requests

from providers.deferred.clients import NpClient, ScoreClient, codes, errors
from teiki_providers.server.aside import Aside
from teiki_providers.server.serve import Settings


def clients(box: Aside) -> tuple[NpClient, ScoreClient]:
    """Both, on a sandbox."""
    return NpClient(base=f"{box.http}/v1"), ScoreClient(base=f"{box.http}/direct")


def test_a_life_of_each_over_http(sandbox_server: Aside) -> None:
    np_client, score_client = clients(sandbox_server)
    control = sandbox_server.control
    assert codes(np_client.find()) == ["EPRO0101"]
    np_id, score_id = np_client.new(), score_client.new()
    assert np_client.ship(np_id).status_code == 200
    assert score_client.ship(score_id, amount="3000").findtext("result") == "OK"
    for identity in (np_id, score_id):
        control.post(f"deferred/buyer/{identity}/pay_invoice")
    assert np_client.payments(np_id).json()["results"][0]["payment_status"] == "20"
    assert codes(np_client.cancel(np_id)) == ["E0100118"]
    assert errors(score_client.named("autocancel", score_id)) == ["MULT0015"]
    assert {one["state"] for one in control.get("deferred/transactions")} == {"PAID"}
    old = np_client.new(100)
    control.advance(days=91)
    assert codes(np_client.ship(old)) == ["E0100114"]


def test_results_come_as_they_were_set(sandbox_server: Aside) -> None:
    """TR-NP-06, TR-NP-08."""
    np_client, score_client = clients(sandbox_server)
    control = sandbox_server.control
    control.fault("pending", provider="deferred")
    (held,) = np_client.register(np_client.order(100)).json()["results"]
    control.post(
        f"deferred/transactions/{held['np_transaction_id']}/results", {"results": ["40", "77", "20"]}
    )
    assert [np_client.result(held["np_transaction_id"]) for _ in range(3)] == ["40", "77", "20"]
    got = score_client.send("autotransaction", **score_client.order(100))
    identity = str(got.findtext("transactionResult/nissenTransactionId"))
    control.post(f"deferred/transactions/{identity}/results", {"results": ["保留", "OK"]})
    assert [score_client.result(identity) for _ in range(2)] == ["保留", "OK"]


def test_a_restart_keeps_everything_but_personal_data(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "sandbox.db")
    with Aside(settings) as box:
        np_client, score_client = clients(box)
        box.control.fault(
            "declined",
            provider="deferred",
            code="NG999",
            match={"consumer": "taro@example.jp", "nth_charge": 2},
        )
        box.control.fault("reply_lost", provider="deferred", operation="shipments", times=1)
        first = np_client.new(100)
        with pytest.raises(requests.ConnectionError):
            np_client.ship(first)
        score_id = score_client.new()
        before = box.control.get("deferred/transactions")
        journal = json.dumps(box.control.get("journal"), ensure_ascii=False)
    with Aside(settings) as box:
        np_client, score_client = clients(box)
        assert box.control.get("deferred/transactions") == before
        assert codes(np_client.ship(first)) == ["E0100115"]
        (told,) = np_client.register(np_client.order(100, shop="second")).json()["results"]
        assert (told["authori_result"], told["authori_ng"]) == ("20", "NG999")
        assert score_client.result(score_id) == "OK"
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    for datum in ("taro", "hanako", "山田", "1234-5678", "0312345678", "渋谷", "score-pass"):
        assert datum.encode() not in kept and datum not in journal
