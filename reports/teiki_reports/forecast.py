"""forecast.html: how many parcels leave on which day."""

from pathlib import Path

import polars as pl

from teiki_reports import Lang, charts, comparison, overview, sections
from teiki_reports.data import SERIES, Run, present
from teiki_reports.pages import Page, Section, fill
from teiki_reports.tables import table
from teiki_reports.texts import Texts

TOP = 7
# What a forecast is read by, best first: the mean of the replications, else the schedules.
BASES = ("mean", "p50", "net", "projected", "dashboard")


def render(run_dir: Path, lang: Lang) -> str:
    """The page as HTML."""
    run, say = Run(run_dir), Texts(lang)
    summary, days, products = run.summary(), run.shipments(), run.shipments_by("product")
    found = (
        _daily(days, products, say),
        _weekly(days, say),
        _products(products, say),
        _causes(run.causes(), say),
    )
    page = Page(
        title=say("forecast_title"),
        facts=overview.facts(summary, days, None, say),
        overview=overview.tables(summary, say),
        sections=(*(section for section in found if section), *comparison.section(run_dir, say)),
    )
    return fill("forecast.html.j2", page, lang)


def _daily(days: pl.DataFrame | None, products: pl.DataFrame | None, say: Texts) -> Section:
    section = sections.shipments(days, products, say)
    basis = None if days is None else _basis(days)
    if days is None or basis is None:
        return section
    by = "p90" if "p90" in present(days) else basis
    shown = [name for name in SERIES if name in present(days)]
    headings = {"date": say("date")} | {name: say(name) for name in shown}
    busiest = days.sort(by, "date", descending=[True, False], nulls_last=True).head(10)
    top = table(say("busiest"), headings, busiest, say.lang)
    return Section(
        section.name,
        section.title,
        section.note,
        section.chart,
        (top, *section.tables),
        legend=section.legend,
    )


def _weekly(days: pl.DataFrame | None, say: Texts) -> Section | None:
    """Sums by week from Monday; the first and last weeks may be partial."""
    summed = [] if days is None else present(days, sections.SUMS)
    if days is None or not summed:
        return None
    weeks = days.group_by(week=pl.col("date").dt.truncate("1w")).agg(
        *(pl.col(name).sum().round(1) for name in summed), days=pl.len().cast(pl.Int64)
    )
    weeks = weeks.sort("week")
    headings = {"week": say("week_of"), "days": say("day_count")} | {name: say(name) for name in summed}
    lines = [name for name in ("actual", "mean", "projected", "net", "dashboard") if name in summed]
    return Section(
        "weekly",
        say("weekly"),
        note=say("weekly_note"),
        chart=charts.weekly(weeks, say, lines),
        tables=(table(say("by_week"), headings, weeks, say.lang),),
    )


def _products(products: pl.DataFrame | None, say: Texts) -> Section:
    """Weekly columns by product."""
    basis = None if products is None else _basis(products)
    if products is None or basis is None:
        why = say("missing", file="shipments_by_product.csv") if products is None else say("nothing")
        return Section("products", say("products"), empty=why)
    weeks = products.group_by("name", week=pl.col("date").dt.truncate("1w")).agg(value=pl.col(basis).sum())
    totals = weeks.group_by("name").agg(n=pl.col("value").sum()).sort("n", "name", descending=[True, False])
    totals = totals.filter(pl.col("n") > 0)  # what rides in other goods' parcels has none of its own
    order = totals["name"].head(TOP).to_list()
    if totals.height > TOP:
        order.append(say("others"))
    few = (
        weeks.join(totals, on="name", how="semi")
        .with_columns(
            name=pl.when(pl.col("name").is_in(order)).then("name").otherwise(pl.lit(say("others"))),
            week=pl.col("week").dt.to_string("%Y-%m-%d"),
        )
        .group_by("week", "name")
        .agg(value=pl.col("value").sum().round(1))
        .sort("week", "name")
    )
    headings = {"week": say("week_of"), "name": say("product"), "value": say(basis)}
    whole = weeks.sort("week", "name").with_columns(pl.col("value").round(1))
    return Section(
        "products",
        say("products"),
        note=say("products_note", basis=say(basis)),
        chart=charts.stacked(few, "name", say, "products", order),
        tables=(
            table(
                say("by_product_week"), headings, whole, say.lang, cap=1500, file="shipments_by_product.csv"
            ),
        ),
    )


def _causes(causes: pl.DataFrame | None, say: Texts) -> Section | None:
    """What moves parcels away from the schedules; no section where the run didn't ask."""
    if causes is None:
        return None
    if not causes.height:
        return Section("causes", say("causes"), empty=say("nothing"))
    words = {name: say.cause(name) for name in causes["cause"].unique().drop_nulls()}
    causes = causes.with_columns(pl.col("cause").replace(words))
    order = causes.group_by("cause").agg(n=pl.col("parcels").abs().sum())
    names = order.sort("n", "cause", descending=[True, False])["cause"].to_list()
    rows = causes.select("week", "cause", value=pl.col("parcels"))
    headings = {"week": say("week_of"), "cause": say("cause_name"), "value": say("parcels")}
    return Section(
        "causes",
        say("causes"),
        note=say("causes_note"),
        chart=charts.stacked(rows, "cause", say, "causes", names),
        tables=(table(say("causes").partition(" ")[2], headings, rows, say.lang, file="causes.csv"),),
    )


def _basis(frame: pl.DataFrame) -> str | None:
    return next((name for name in BASES if name in present(frame, BASES)), None)
