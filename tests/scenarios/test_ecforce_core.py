"""Rules of ecforce that show in a run of a whole shop rather than in a scenario."""

import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from teiki_providers.shelf import BOOKS
from teiki_scenarios.cli import app
from teiki_sim.config import Config
from teiki_sim.messages import METHOD_NAMES


def simulated(out: Path, *more: str, config: str = "") -> str:
    """A small ecforce run; what it printed."""
    words = ["simulate", "--platform", "ecforce", "--quiet", "--out", str(out), *more]
    if config:
        (out.parent / "shop.toml").write_text(config, encoding="utf-8")
        words.insert(1, str(out.parent / "shop.toml"))
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.proves("EC-MY-04")
def test_settings_that_cannot_be_undone_are_told(tmp_path: Path) -> None:
    """The resulting and the resumable status differ: said on the screen, in the summary and in the report."""
    config = '[account_page]\nsetting = 1\nresume_from = "停止"\n'
    small = ("--subscriptions", "20", "--months", "1")
    simulated(tmp_path / "odd", *small, config=config)
    summary = json.loads((tmp_path / "odd" / "summary.json").read_text(encoding="utf-8"))
    assert [one["rule"] for one in summary["warnings"]] == ["EC-MY-04"]
    assert "キャンセル" in summary["warnings"][0]["ja"] and "停止" in summary["warnings"][0]["en"]
    assert "EC-MY-04" in (tmp_path / "odd" / "report.html").read_text(encoding="utf-8")
    simulated(tmp_path / "even", *small, config="[account_page]\nsetting = 2\n")
    assert json.loads((tmp_path / "even" / "summary.json").read_text(encoding="utf-8"))["warnings"] == []


@pytest.mark.proves("EC-SUB-08")
def test_what_is_not_to_ship_is_cancelled_with_the_subscription(tmp_path: Path) -> None:
    """Where the customer does not want the order under way, it is cancelled, and its payment too."""
    out = tmp_path / "out"
    customers = "[customers]\ncancel = [0.5]\nskip = [0.0]\nphone_share = 1.0\n"
    simulated(out, "--subscriptions", "400", "--months", "3", config=customers)
    events = pl.read_parquet(out / "events.parquet")
    refused = events.filter((pl.col("kind") == "decision") & (pl.col("code") == "cancel")).select(
        "order", "at"
    )
    exported = events.filter(pl.col("kind") == "exported").select("order", listed="at")
    known = refused.join(exported, on="order", how="left")
    early = known.filter(pl.col("listed").is_null() | (pl.col("listed") > pl.col("at")))["order"]
    assert len(early) > 15
    done = events.filter(pl.col("order").is_in(early.implode())).group_by("kind").len()
    counts = dict(done.iter_rows())
    assert counts.get("cancelled", 0) == len(early)
    assert "shipped" not in counts and "captured" not in counts


def test_periods_are_those_of_the_providers() -> None:
    """What the shop's terms say of changes after the capture is what the providers' books say."""
    payments = Config().payments
    for method, book in BOOKS.items():
        terms = payments[METHOD_NAMES[method]]
        until = book.terms.cancel_until
        assert (terms.change_days, terms.change_month_ends) == (until.days, until.month_ends), method


@pytest.mark.parametrize(("setting", "becomes"), [(1, {"キャンセル"}), (2, {"停止"}), (3, set())])
def test_page_settings_hold_in_a_whole_shop(tmp_path: Path, setting: int, becomes: set[str]) -> None:
    """What customers do on the page by themselves ends in the status that the settings name, or is not done."""
    out = tmp_path / "out"
    simulated(out, "--subscriptions", "600", "--months", "3", config=f"[account_page]\nsetting = {setting}\n")
    events = pl.read_parquet(out / "events.parquet")
    stopped = events.filter((pl.col("kind") == "stopped") & (pl.col("actor") == "customer"))
    assert set(stopped["status_to"]) == becomes
    violations = pl.read_parquet(out / "violations.parquet")
    assert "INV-44" not in set(violations["invariant"])
