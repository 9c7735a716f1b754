"""forecast.html: days, weeks, products and causes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import vl_convert

from teiki_reports import Lang, write_forecast
from teiki_reports.texts import CAUSES_JA
from teiki_sim.forecast_causes import CAUSES

Make = Callable[..., Any]


def forecast(run: Any, read_page: Make, lang: Lang = "en") -> Any:
    """The page of a run as a forecast leaves it: no actual, no log, no violations."""
    for day in run.days:
        day["actual"] = None
    directory: Path = run.write()
    for name in ("events.parquet", "violations.csv"):
        (directory / name).unlink()
    causes = [
        ("2026-03-30", "skipped", -4.5),
        ("2026-04-06", "stopped", -2.0),
        ("2026-04-06", "resumed", 1.0),
    ]
    frame = pl.DataFrame(causes, schema=["week", "cause", "parcels"], orient="row")
    frame.write_csv(directory / "causes.csv")
    write_forecast(directory, directory, lang)
    return read_page((directory / "forecast.html").read_text(encoding="utf-8"))


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("replications", [1, 50])
def test_page_is_whole(make_run: Make, read_page: Make, lang: Lang, replications: int) -> None:
    shown = forecast(make_run(replications=replications), read_page, lang)
    assert shown.fetched == []
    assert not {link[1:] for link in shown.links} - set(shown.ids)
    assert list(shown.specs) == ["shipments", "weekly", "products", "causes"]
    for spec in shown.specs.values():
        assert "NaN" not in vl_convert.vegalite_to_svg(spec)


def test_days_without_actual(make_run: Make, read_page: Make) -> None:
    run = make_run()
    shown = forecast(run, read_page)
    headings = [t[0] for t in shown.tables if t[0][0] == "Date"]
    assert headings and all("Actual" not in row for row in headings)
    assert "Actual" not in str(shown.specs["shipments"])


def test_weeks_start_on_monday_and_add_up(make_run: Make, read_page: Make) -> None:
    run = make_run(days=20)
    rows = forecast(run, read_page).table("Week (from Monday)", "Days")
    assert [row["Week (from Monday)"] for row in rows] == [
        "2026-03-30",
        "2026-04-06",
        "2026-04-13",
        "2026-04-20",
    ]
    assert [row["Days"] for row in rows] == ["5", "7", "7", "1"]
    assert sum(float(row["Projected"]) for row in rows) == sum(day["projected"] for day in run.days)
    assert float(rows[0]["Net"]) == sum(day["net"] for day in run.days[:5])


def test_busiest_days(make_run: Make, read_page: Make) -> None:
    run = make_run()
    tables = [t for t in forecast(run, read_page).tables if t[0][0] == "Date"]
    busiest = next(t for t in tables if len(t) == 11)
    highest = sorted((day["p90"] for day in run.days), reverse=True)[:10]
    assert [float(row[busiest[0].index("p90")]) for row in busiest[1:]] == highest


def test_causes_keep_their_sign(make_run: Make, read_page: Make) -> None:
    rows = forecast(make_run(), read_page).table("Week (from Monday)", "Cause")
    assert [row["Parcels"] for row in rows] == ["-4.5", "-2", "1"]


@pytest.mark.parametrize(
    ("lang", "heading", "names"),
    [
        ("ja", ("週(月曜始まり)", "原因"), ["スキップ", "新規", "スキップ"]),
        ("en", ("Week (from Monday)", "Cause"), ["skip", "inflow", "skip"]),
    ],
)
def test_causes_are_named_in_the_language_of_the_page(
    make_run: Make, read_page: Make, lang: Lang, heading: tuple[str, str], names: list[str]
) -> None:
    directory = make_run().write()
    rows = [("2026-03-30", "skip", -4.0), ("2026-03-30", "inflow", 3.0), ("2026-04-06", "skip", -1.0)]
    frame = pl.DataFrame(rows, schema=["week", "cause", "parcels"], orient="row")
    frame.write_csv(directory / "causes.csv")
    write_forecast(directory, directory, lang)
    shown = read_page((directory / "forecast.html").read_text(encoding="utf-8"))
    assert [row[heading[1]] for row in shown.table(*heading)] == names
    (values,) = shown.specs["causes"]["datasets"].values()
    assert {row["part"] for row in values} == set(names)


def test_every_cause_has_a_japanese_name() -> None:
    assert set(CAUSES_JA) == set(CAUSES)


def test_replications_that_are_all_alike_have_no_band(make_run: Make, read_page: Make) -> None:
    run = make_run()
    for day in run.days:
        day["p10"] = day["p50"] = day["p90"] = day["mean"] = day["projected"]
    shown = forecast(run, read_page)
    assert "No p10–p90 band" in shown.text and "p10–p90" not in str(shown.specs["shipments"])
    assert "p50" in str(shown.specs["shipments"])  # nothing else shows what left


def test_many_products_fold_into_others(make_run: Make, read_page: Make) -> None:
    run = make_run(days=7)
    directory = run.write()
    whole = pl.read_csv(directory / "shipments_by_product.csv")
    parts = [whole.filter(pl.col("name") == "P-100").with_columns(name=pl.lit(f"N-{i}")) for i in range(12)]
    pl.concat(parts).write_csv(directory / "shipments_by_product.csv")
    write_forecast(directory, directory, "en")
    shown = read_page((directory / "forecast.html").read_text(encoding="utf-8"))
    (values,) = shown.specs["products"]["datasets"].values()
    assert {row["part"] for row in values} == {*(f"N-{i}" for i in (0, 1, 10, 11, 2, 3, 4)), "Others"}


def test_goods_without_parcels_of_their_own_have_no_columns(make_run: Make, read_page: Make) -> None:
    directory = make_run(days=7).write()
    whole = pl.read_csv(directory / "shipments_by_product.csv")
    gift = pl.when(pl.col("name") == "P-300").then(0)
    whole.with_columns(mean=gift.otherwise("mean")).write_csv(directory / "shipments_by_product.csv")
    write_forecast(directory, directory, "en")
    shown = read_page((directory / "forecast.html").read_text(encoding="utf-8"))
    (values,) = shown.specs["products"]["datasets"].values()
    assert {row["part"] for row in values} == {"P-100", "P-200"}


def test_no_causes_no_section(make_run: Make, read_page: Make) -> None:
    run = make_run()
    directory = run.write()
    write_forecast(directory, directory, "en")
    shown = read_page((directory / "forecast.html").read_text(encoding="utf-8"))
    assert "causes" not in shown.ids
