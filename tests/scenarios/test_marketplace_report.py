"""What a marketplace seller's run reports: requests by policy and case, and late answers against the load."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from teiki_scenarios.simulation import simulate
from teiki_sim.config import load, with_slips
from teiki_sim.population import generate


def ran(out: Path, slips: str = "none", lang: Any = "en", **options: Any) -> dict[str, Any]:
    """The part of summary.json on requests, as it was written."""
    given = {"platform": "marketplace", "subscriptions": 0, "months": 2, "seed": 4}
    config = with_slips(load(None, given | options), slips)
    simulate(config, generate(config), (), out, lang=lang)
    found: dict[str, Any] = json.loads((out / "summary.json").read_text(encoding="utf-8"))["requests"]
    return found


@pytest.mark.proves("AM-CAN-11")
def test_requests_by_policy_and_case(tmp_path: Path) -> None:
    """Counts, answers in time, cancels charged to the seller with their rate, and money lost, all by hand."""
    found = ran(tmp_path / "run", "careless")
    rows = pl.read_csv(tmp_path / "run" / "requests.csv")
    wrong = rows.filter((pl.col("outcome") == "cancelled") & (pl.col("policy") == "slip"))
    assert wrong.height > 3
    assert found["charged"] == rows["charged_to_seller"].sum() == wrong.height
    assert found["charged_rate"] == round(wrong.height / found["orders"], 6)
    assert found["messages"] == rows.height == sum(row["requests"] for row in found["by_case"])
    assert found["late"] == rows.filter(~pl.col("in_time")).height > 10
    assert found["answered_in_time"] == rows.filter(pl.col("in_time")).height
    assert (
        found["money_lost"] == rows["money_lost"].sum() == sum(row["money_lost"] for row in found["by_case"])
    )
    by_case = {(row["sort"], row["case"], row["policy"]): row for row in found["by_case"]}
    assert by_case["cancel_request", "before_dispatch", "buyer_cancelled"]["money_lost"] == 0
    assert by_case["cancel_request", "before_dispatch", "slip"]["charged"] > 0
    back = rows.filter(pl.col("outcome") == "cancelled_parcel_back")
    assert set(back["money_lost"]) == {1200}  # the postage alone
    kept = rows.filter(pl.col("outcome") == "cancelled_parcel_kept")
    assert min(kept["money_lost"].to_list()) > 1200


@pytest.mark.proves("AM-CAN-14")
def test_a_team_that_does_not_grow_is_late_as_orders_grow(tmp_path: Path) -> None:
    """The same buyers' habits and one person: the more orders, the more answers come after their 24 hours."""
    rates = []
    for orders in (50.0, 300.0, 600.0):
        team: dict[str, Any] = {
            "operators.number": 1,
            "operators.minutes_per_task": 15,
            "marketplace.orders_per_day": orders,
        }
        found = ran(tmp_path / str(orders), **team)
        weeks = pl.read_csv(tmp_path / str(orders) / "requests_load.csv")
        assert weeks.height == 9 and weeks["messages"].sum() == found["messages"]
        busy = weeks.filter(pl.col("messages") > 0)
        for row in busy.to_dicts():  # 36 tasks in nine hours
            assert row["load"] == pytest.approx(row["per_person_day"] / 36, abs=0.001)
        rates.append(found["late_rate"])
    assert rates[0] < 0.01 < rates[1] < rates[2]
    assert rates[2] > 0.5


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_the_page_tells_of_it(tmp_path: Path, lang: str) -> None:
    ran(tmp_path / "run", lang=lang)
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    wanted = {
        "ja": (
            "マーケットプレイスの連絡と依頼",
            "正式なキャンセル依頼",
            "荷物が戻ってから承認",
            "アカウントヘルス",
        ),
        "en": ("Messages and requests on the marketplace", "Formal cancel request", "Account health"),
    }
    for text in wanted[lang]:
        assert text in page


def test_other_platforms_have_none_of_it(tmp_path: Path) -> None:
    config = load(None, {"subscriptions": 50, "months": 1})
    summary = simulate(config, generate(config), (), tmp_path / "run", lang="en")
    assert "requests" not in summary
    assert not (tmp_path / "run" / "requests.csv").exists()
