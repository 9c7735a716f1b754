"""`teiki forecast`: a calm shop ships what the schedules give, and the files agree with each other."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from teiki_scenarios.cli import app
from teiki_scenarios.forecast_tables import WAREHOUSE
from teiki_scenarios.forecasting import check_engine, evening, forecast
from teiki_scenarios.inputs import Given, gather
from teiki_scenarios.replications import Task, build, replicate
from teiki_scenarios.sample import BOOK, CONFIG, ORDERS
from teiki_scenarios.simulation import Origin
from teiki_scenarios.summary import MEASURED
from teiki_sim.bad_input import BadInput
from teiki_sim.book import read_book, read_orders
from teiki_sim.book_columns import BookColumns
from teiki_sim.book_rows import OpenOrder
from teiki_sim.calendar import to_day
from teiki_sim.config import Config, calm, load
from teiki_sim.forecast import calm_opening, dated, schedule_forecast
from teiki_sim.population import generate

FILES = {
    "summary.json",
    "shipments.csv",
    "shipments_by_product.csv",
    "shipments_by_carrier.csv",
    "shipments_by_warehouse.csv",
    "dashboard.csv",
    "causes.csv",
    "forecast.html",
}
COLUMNS = ["date", "as_of", "dashboard", "projected", "net", "p10", "p50", "p90", "mean", "actual"]


# ---- calm ----------------------------------------------------------------------------------------


def assert_calm_is_projected(config: Config, book: BookColumns, orders: tuple[OpenOrder, ...] = ()) -> int:
    """A calm run ships what is projected, by day and product; the parcels."""
    opening, free = calm_opening(dated(config, book), orders)
    world = build(Task(calm(config), opening, tuple(free)))
    world.run()
    schedule = schedule_forecast(config, book, orders)
    parcels, units = np.zeros_like(schedule.projected.parcels), np.zeros_like(schedule.projected.units)
    for (day, product), (count, pieces) in world.shop.shipped.items():
        parcels[day - schedule.first, product] += count
        units[day - schedule.first, product] += pieces
    assert (parcels == schedule.projected.parcels).all()
    assert (units == schedule.projected.units).all()
    return int(parcels.sum())


@pytest.mark.parametrize("platform", ["subscstore", "ecforce"])
def test_a_calm_population_ships_what_is_projected(platform: str) -> None:
    config = load(None, {"platform": platform, "subscriptions": 1500, "months": 7})
    assert assert_calm_is_projected(config, generate(config)) > 5000


@pytest.mark.parametrize("platform", ["subscstore", "ecforce"])
def test_the_calm_sample_ships_what_is_projected(platform: str) -> None:
    config = load(CONFIG, {"platform": platform})
    book = read_book(BOOK, config)
    orders = read_orders(ORDERS, config, book=book).rows
    assert any(row.held or row.generation_error for row in book.rows)
    assert any(order.payment_status == "与信保留" for order in orders)
    assert assert_calm_is_projected(config, book.columns(config), orders) > 10000


@pytest.mark.parametrize(
    "options",
    [
        {"schedule.nightly_batch": "11:00"},
        {"schedule.export_time": "16:30"},
        {"schedule.generate_days_before_delivery": 1},
        {"schedule.generate_days_before_delivery": 25},
        {"week_start": "monday", "start": date(2027, 12, 15)},
        {"carriers": {"ヤマト運輸": {"lead_days": 9, "lead_mode": "business", "lead_holidays": True}}},
    ],
    ids=str,
)
def test_other_hours_and_leads(options: dict[str, Any]) -> None:
    config = load(CONFIG, {"subscriptions": 400, "months": 5} | options)
    assert_calm_is_projected(config, generate(config))


@pytest.mark.parametrize("platform", ["subscstore", "ecforce"])
def test_dates_before_the_start_ship_as_the_platform_has_it(platform: str) -> None:
    """A book read three months late: the masters pour out, one child a night."""
    config = load(CONFIG, {"platform": platform, "start": date(2026, 7, 3), "months": 2})
    book = read_book(BOOK, config)
    orders = read_orders(ORDERS, config, book=book).rows
    assert_calm_is_projected(config, book.columns(config), orders)


def test_open_orders_whose_masters_have_not_moved_on() -> None:
    """Books of some shops still show the date of the child that is already made."""
    config = load(CONFIG, {"months": 3})
    book = read_book(BOOK, config)
    columns = book.columns(config)
    orders = read_orders(ORDERS, config, book=book).rows
    at = {name: number for number, name in enumerate(columns.ids)}
    for order in orders:
        if order.subscription is not None and order.planned_delivery is not None:
            row = at[order.subscription]
            if columns.first_delivery[row] < 0:
                columns.first_delivery[row] = columns.next_delivery[row]
            columns.next_ship[row], columns.next_delivery[row] = order.planned_ship, order.planned_delivery
    assert_calm_is_projected(config, columns, orders)


# ---- files ---------------------------------------------------------------------------------------


Run = Callable[..., Path]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs `forecast` on what was given; the directory."""

    def run(given: dict[str, Any], **options: Any) -> Path:
        inputs = gather(Given(unknown_methods="warn", **given))
        out = tmp_path_factory.mktemp("forecast") / "out"
        book, orders = inputs.opening()
        origin = Origin(inputs.digest, inputs.facts, inputs.rejects)
        forecast(inputs.config, book, orders, out, origin=origin, **options)
        return out

    return run


SMALL: dict[str, Any] = {"config": CONFIG, "subscriptions": 300, "months": 3}


@pytest.fixture(scope="module")
def small(run: Run) -> Path:
    return run(SMALL, replications=5)


def table(directory: Path, name: str) -> pl.DataFrame:
    return pl.read_csv(directory / name, try_parse_dates=True)


def summary(directory: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((directory / "summary.json").read_text(encoding="utf-8"))
    return found


def test_the_files(small: Path) -> None:
    assert {path.name for path in small.iterdir()} == FILES
    days = table(small, "shipments.csv")
    assert days.columns == COLUMNS
    assert days.height == summary(small)["days"] == 91
    assert days["actual"].null_count() == 91
    assert days["date"].to_list() == sorted(set(days["date"].to_list()))
    assert set(days["as_of"]) == {date(2026, 3, 31)}


def test_a_range_holds_its_middle(small: Path) -> None:
    days = table(small, "shipments.csv")
    assert ((days["p10"] <= days["p50"]) & (days["p50"] <= days["p90"])).all()
    assert ((days["p10"] <= days["mean"]) & (days["mean"] <= days["p90"])).all()


@pytest.mark.parametrize("part", ["product", "carrier", "warehouse"])
def test_the_parts_make_the_whole(small: Path, part: str) -> None:
    whole, parts = table(small, "shipments.csv"), table(small, f"shipments_by_{part}.csv")
    assert parts.columns == [*COLUMNS[:2], "name", *COLUMNS[2:], "units"]
    for name in ("dashboard", "projected", "net", "mean"):
        sums = parts.group_by("date", maintain_order=True).agg(pl.col(name).sum())[name]
        # Means are written with four digits.
        assert np.allclose(sums.to_numpy(), whole[name].to_numpy(), atol=1e-3)
    assert (parts["units"] >= parts["mean"] - 1e-9).all()
    if part == "warehouse":
        assert set(parts["name"]) == {WAREHOUSE}


def test_causes_explain_the_first_replication(small: Path) -> None:
    inputs = gather(Given(**SMALL))
    book, orders = inputs.opening()
    shipped = replicate(Task(inputs.config, book, orders), 0)
    start = to_day(inputs.config.start)
    actual = np.zeros(91, np.int64)
    for (day, _product), (count, _units) in shipped.items():
        actual[day - start] += count
    days = table(small, "shipments.csv")
    error = days.select(week=pl.col("date").dt.truncate("1w"), error=pl.Series(actual) - days["projected"])
    expected = error.group_by("week").agg(pl.col("error").sum())
    found = table(small, "causes.csv").group_by("week").agg(pl.col("parcels").sum())
    both = expected.join(found, on="week", how="left").fill_null(0)
    assert (both["error"] == both["parcels"]).all()
    assert "skip" in set(table(small, "causes.csv")["cause"])


def test_the_dashboard_is_explained_day_by_day(small: Path) -> None:
    days = table(small, "dashboard.csv")
    reasons = days.columns[days.columns.index("bias") + 1 : days.columns.index("net")]
    assert {"inactive", "held", "flagged", "stopped_order", "later_cycles"} <= set(reasons)
    assert (days["dashboard"] + days.select(pl.sum_horizontal(reasons)).to_series() == days["net"]).all()
    assert (days["bias"] == days["dashboard"] - days["p50"]).all()
    assert (days["order_list"] <= days["dashboard"]).all()


def test_workers_change_nothing(run: Run, small: Path) -> None:
    other = run(SMALL, replications=5, workers=2)
    for name in sorted(FILES - {"summary.json", "forecast.html"}):
        assert (small / name).read_bytes() == (other / name).read_bytes(), name
    first, second = summary(small), summary(other)
    for name in MEASURED:
        del first[name], second[name]
    assert first == second


def test_calm_is_the_schedule_and_net_still_knows(run: Run) -> None:
    out = run({"months": 2}, replications=2, calm=True)
    days = table(out, "shipments.csv")
    for name in ("p10", "p50", "p90", "mean"):
        assert (days[name] == days["projected"]).all()
    assert days["net"].sum() < days["projected"].sum()
    assert table(out, "causes.csv").height == 0


def test_capacity_is_never_exceeded(run: Run) -> None:
    out = run(SMALL, replications=2, capacity=8)
    days = table(out, "shipments.csv")
    assert days["p90"].max() == 8
    assert "capacity" in set(table(out, "causes.csv")["cause"])


def test_seen_from_an_earlier_evening(run: Run, small: Path) -> None:
    out = run(SMALL | {"start": "2026-04-11"}, replications=2, as_of=date(2026, 3, 31))
    days = table(out, "shipments.csv")
    assert days["date"][0] == date(2026, 4, 11)
    assert set(days["as_of"]) == {date(2026, 3, 31)}
    assert table(out, "shipments_by_product.csv")["date"].min() == date(2026, 4, 11)
    assert table(out, "causes.csv")["week"].min() == date(2026, 4, 6)
    assert summary(out)["days"] == days.height == 91
    # The population is drawn from its own start, so the two share their terms only, not their days.
    assert summary(out)["config_digest"] != summary(small)["config_digest"]


def test_a_method_that_is_not_known_counts_as_paid(run: Run, tmp_path: Path) -> None:
    book = tmp_path / "book.csv"
    book.write_text(
        "定期受注番号,顧客番号,頻度,商品コード,単価,支払方法,ステータス,次回お届け予定日\n"
        "A,1,1ヶ月ごと,X,1000,謎ペイ,継続,2026-04-13\n",
        encoding="utf-8",
    )
    rates = tmp_path / "rates.toml"
    names = ("skip", "stop", "cancel", "resume", "address", "payment", "quantity")
    rates.write_text("[customers]\n" + "".join(f"{name} = [0.0]\n" for name in names), encoding="utf-8")
    out = run({"book": book, "rates": rates, "months": 3}, replications=2)
    days = table(out, "shipments.csv").filter(pl.col("projected") > 0)
    assert days["date"].to_list() == [date(2026, 4, 10), date(2026, 5, 10), date(2026, 6, 10)]
    assert (days["p10"] == 1).all()
    assert summary(out)["input"]["unknown_methods"] == {"謎ペイ": 1}


# ---- the command ---------------------------------------------------------------------------------


def test_what_comes_later_is_refused() -> None:
    for engine, executor in (("columns", "local"), ("events", "dask"), ("events", "ray")):
        with pytest.raises(BadInput) as refused:
            check_engine(engine, executor)
        assert "今後の版" in refused.value.render("ja")
        assert "later version" in refused.value.render("en")


def test_the_evening_sets_the_start() -> None:
    assert evening("2026/4/30", None) == (date(2026, 4, 30), "2026-05-01")
    assert evening("2026-04-30", "2026-06-01") == (date(2026, 4, 30), "2026-06-01")
    assert evening(None, "2026-06-01") == (None, "2026-06-01")
    with pytest.raises(BadInput):
        evening("yesterday", None)


def command(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["forecast", "--lang", "en", *arguments])
    return result.exit_code, result.output


def test_the_command(tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, printed = command(
        "--subscriptions", "50", "--months", "1", "--replications", "2", "--out", str(out)
    )
    assert code == 0, printed
    assert {path.name for path in out.iterdir()} == FILES
    assert "Shipment forecast" in printed


@pytest.mark.parametrize(
    "arguments",
    [
        ("--engine", "columns"),
        ("--executor", "ray"),
        ("--compare", "other.toml"),
        ("--ageing",),
        ("--as-of", "soon"),
        ("--as-of", "2026-04-05", "--start", "2026-04-05"),
        ("--book", "nowhere.csv"),
    ],
)
def test_bad_options_leave_nothing_behind(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    code, printed = command(*arguments, "--out", str(tmp_path / "out"))
    assert code == 2
    assert "Traceback" not in printed
    assert list(tmp_path.iterdir()) == []


def test_a_directory_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("mine")
    code, _printed = command("--subscriptions", "5", "--out", str(tmp_path))
    assert code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]
