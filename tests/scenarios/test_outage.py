"""A provider is away for three days: what piles up, how it is worked off, and that nobody pays twice."""

import datetime

import polars as pl
import pytest
from typer.testing import CliRunner

from teiki_scenarios.cli import app

AWAY = """
[[providers.card.windows]]
from = 2026-04-10T00:00:00
until = 2026-04-13T00:00:00
kind = "{kind}"
"""
FIRST, BACK = datetime.datetime(2026, 4, 10), datetime.datetime(2026, 4, 13)


@pytest.fixture(scope="module", params=["subscstore", "ecforce"])
def log(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """Two months around the outage."""
    folder = tmp_path_factory.mktemp("outage")
    (folder / "shop.toml").write_text(AWAY.format(kind="outage"))
    arguments = f"simulate {folder / 'shop.toml'} --platform {request.param} --start 2026-04-01 --quiet "
    arguments += f"--subscriptions 1500 --months 2 --slips none --out {folder / 'out'}"
    done = CliRunner().invoke(app, arguments.split())
    assert done.exit_code == 0, done.output
    return pl.read_parquet(folder / "out" / "events.parquet").filter(pl.col("method") == "クレジットカード")


def away() -> pl.Expr:
    return (pl.col("at") >= FIRST) & (pl.col("at") < BACK)


def test_the_provider_books_nothing_while_it_is_away(log: pl.DataFrame) -> None:
    assert log.filter(away() & (pl.col("side") == "provider")).is_empty()
    asked = log.filter(away() & (pl.col("kind") == "no_answer"))
    assert asked.height > 60  # three nights of authorisations and three evenings of captures


def test_what_piled_up_is_worked_off(log: pl.DataFrame) -> None:
    """Captures on the first evening; orders whose renewed charge fell into the outage within days."""
    waiting = log.filter(away() & (pl.col("kind") == "no_answer") & pl.col("status_from").is_not_null())
    # A capture whose reply was lost just before the outage stands already.
    captured = log.filter((pl.col("kind") == "captured") & (pl.col("side") == "provider"))
    done = waiting.join(captured, on="order", how="inner", suffix="_later")
    assert done.height == waiting.height > 50
    soon = done.filter(pl.col("at_later") < BACK + datetime.timedelta(days=2))
    assert soon.height > 0.95 * done.height


def test_nobody_is_charged_twice_for_a_cycle(log: pl.DataFrame) -> None:
    taken = log.filter((pl.col("side") == "provider") & (pl.col("kind") == "captured"))
    assert taken.height > 500
    assert taken["order"].is_duplicated().sum() == 0
    assert taken.filter(pl.col("cycle") > 0).select("subscription", "cycle").is_duplicated().sum() == 0


def test_after_the_outage_the_shop_asks_first_and_charges_then(log: pl.DataFrame) -> None:
    unsure = log.filter(away() & (pl.col("kind") == "no_answer") & pl.col("status_from").is_null())
    assert unsure.height > 30
    asked = log.filter(
        (pl.col("kind") == "inquired") & pl.col("order").is_in(unsure["order"].unique().to_list())
    )
    assert asked["order"].n_unique() > 0.9 * unsure["order"].n_unique()
