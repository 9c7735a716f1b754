"""Caps on one purchase and on all unpaid ones, and no credit on arrears."""

from typing import Any

import pytest

from providers.deferred.clients import NpClient, ScoreClient, errors
from teiki_providers.deferred.np_front import open_np
from teiki_providers.deferred.score_front import open_score
from teiki_providers.house import House
from teiki_providers.inprocess import Sandbox
from teiki_providers.instants import START
from teiki_providers.instants import parse as instant


def result(client: NpClient, amount: int, **more: Any) -> tuple[str, str]:
    """What a registration comes to."""
    (told,) = client.register(client.order(amount, **more)).json()["results"]
    return told["authori_result"], told.get("authori_ng", "")


def test_one_purchase_is_capped(np_: NpClient) -> None:
    assert result(np_, 55_000) == ("00", "")
    assert result(np_, 55_001, buyer={"tel": "0312345678"}) == ("20", "NG001")


def test_all_unpaid_ones_together_are_capped(np_: NpClient, box: Sandbox) -> None:
    first = np_.new(30_000)
    assert result(np_, 25_001) == ("20", "NG001")
    assert result(np_, 25_001, buyer={"tel": "080-0000-1111", "email": "b@example.jp"}) == ("00", "")
    # The telephone number is one number however it is written.
    assert result(np_, 25_001, buyer={"tel": "09012345678"}) == ("20", "NG001")
    np_.ship(first)
    assert result(np_, 25_001) == ("20", "NG001")
    box.front("np").buyer(first, "pay_invoice", {})
    assert result(np_, 25_001) == ("00", "")


@pytest.mark.parametrize("end", ["cancel", "expire", "edit"])
def test_reserved_credit_is_released(np_: NpClient, box: Sandbox, end: str) -> None:
    first = np_.new(50_000)
    assert result(np_, 10_000) == ("20", "NG001")
    if end == "cancel":
        np_.cancel(first)
    elif end == "expire":
        box.advance(days=91)
    else:
        goods = [{"goods_name": "青汁", "goods_price": 45_000, "quantity": 1}]
        assert np_.update(first, billed_amount=45_000, goods=goods).status_code == 200
    assert result(np_, 10_000) == ("00", "")


def test_an_edit_does_not_stand_in_its_own_way(np_: NpClient) -> None:
    first = np_.new(30_000)
    goods = [{"goods_name": "青汁", "goods_price": 50_000, "quantity": 1}]
    told = np_.update(first, billed_amount=50_000, goods=goods).json()["results"][0]
    assert told["authori_result"] == "00"
    goods[0]["goods_price"] = 55_001
    told = np_.update(first, billed_amount=55_001, goods=goods).json()["results"][0]
    assert (told["authori_result"], told["authori_ng"]) == ("20", "NG001")


def test_no_more_credit_on_arrears(np_: NpClient, box: Sandbox) -> None:
    """SS-NP-01: NG999 until the consumer has settled with NP."""
    first = np_.new(1_000)
    np_.ship(first)
    box.advance(days=14)
    np_.cancel(np_.new(1_000))
    box.advance(days=1)
    assert result(np_, 1_000) == ("20", "NG999")
    box.front("np").buyer(first, "pay_invoice", {})
    assert result(np_, 1_000) == ("00", "")


def test_the_providers_do_not_know_each_others_customers(np_: NpClient, score: ScoreClient) -> None:
    np_.new(50_000, buyer={"tel": "0312345678"})
    score.new(50_000)
    got = score.send("autotransaction", **score.order(5_001))
    assert got.findtext("transactionResult/authorResult") == "NG"


def test_caps_are_settings() -> None:
    settings = {"deferred.np_one": 100, "deferred.score_one": 10**7, "deferred.score_running": 10**7}
    house = House(instant(START), (open_np, open_score), settings=settings)
    with Sandbox(house=house, openings=()):
        np_client, score_client = NpClient(), ScoreClient()
        assert result(np_client, 101) == ("20", "NG001")
        score_client.new(999_999)
        # The API's own range.
        assert errors(score_client.send("autotransaction", **score_client.order(1_000_000))) == ["SCOR0006"]
