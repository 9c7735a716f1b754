"""The sections that a report and a forecast are made of: each a chart with the tables behind it."""

from collections.abc import Mapping

import polars as pl

from teiki_reports import charts, log
from teiki_reports.data import SERIES, banded, lines, present
from teiki_reports.pages import Section
from teiki_reports.tables import Table, table
from teiki_reports.texts import Texts

LINES = ("actual", "p50", "projected", "net", "dashboard")
SUMS = ("actual", "dashboard", "projected", "net", "mean")
MEANINGS = {
    "actual": "legend_actual",
    "dashboard": "legend_dashboard",
    "projected": "legend_projected",
    "net": "legend_net",
    "p50": "legend_p50",
}


def shipments(days: pl.DataFrame | None, products: pl.DataFrame | None, say: Texts) -> Section:
    """Parcels a day, what each line means, and the days and products behind it."""
    if days is None or not present(days):
        return _empty("shipments", "shipments", None if days is not None else "shipments.csv", say)
    shown = present(days)
    headings = {"date": say("date")} | {name: say(name) for name in SERIES if name in shown}
    tables = [table(say("by_day"), headings, days, say.lang, cap=800, file="shipments.csv")]
    if products is not None and products.height:
        tables.append(by_product(products, say))
    drawn, band = lines(days, LINES), banded(days)
    meanings = [(say(name), say(MEANINGS[name])) for name in drawn]
    if band:
        meanings.append((say("band"), say("legend_band")))
    return Section(
        "shipments",
        say("shipments"),
        note="" if band else say("no_band"),
        chart=charts.shipments(days, say, drawn, band),
        tables=tuple(tables),
        legend=tuple(meanings),
    )


def by_product(products: pl.DataFrame, say: Texts) -> Table:
    """What each product sums to over the period; quantiles don't sum, so they are not here."""
    summed = present(products, (*SUMS, "units"))
    totals = products.group_by("name").agg(pl.col(name).sum() for name in summed)
    by = summed[0] if summed else "name"
    totals = totals.sort(by, "name", descending=[bool(summed), False])
    headings = {"name": say("product")} | {name: say(name) for name in summed}
    return table(say("by_product"), headings, totals, say.lang, file="shipments_by_product.csv")


def outcomes(events: pl.LazyFrame | None, say: Texts) -> Section:
    """Payment results by method."""
    counts = None if events is None else log.outcomes(events)
    if counts is None or not counts.height:
        return _empty("outcomes", "outcomes", None if counts is not None else "events.parquet", say)
    wide = counts.group_by("method", maintain_order=True).agg(
        *(pl.col("n").filter(pl.col("kind") == kind).sum().alias(kind) for kind in log.OUTCOMES),
        total=pl.col("n").sum(),
    )
    wide = wide.sort("total", "method", descending=[True, False]).with_columns(
        *((pl.col(kind) / pl.col("total") * 100).round(1).alias(f"{kind}_share") for kind in log.OUTCOMES)
    )
    headings = {"method": say("method"), "total": say("total")}
    for kind in log.OUTCOMES:
        headings |= {kind: say(kind), f"{kind}_share": say("share")}
    named = _named(wide, "method", say)
    return Section(
        "outcomes",
        say("outcomes"),
        note=say("outcomes_note"),
        chart=charts.outcomes(counts, say),
        tables=(table(say("outcomes").partition(" ")[2], headings, named, say.lang),),
    )


def holds(events: pl.LazyFrame | None, say: Texts) -> Section:
    """How long holds and flags lasted."""
    rows = None if events is None else log.holds(events)
    if rows is None or not rows.height:
        return _empty("holds", "holds", None if rows is not None else "events.parquet", say)
    days = {ended: pl.col("days").filter(pl.col("ended") == ended) for ended in log.ENDED}
    stats = (
        rows.group_by("kind", "code")
        .agg(
            *(days[ended].len().cast(pl.Int64).alias(ended) for ended in log.ENDED),
            count=pl.len().cast(pl.Int64),
            median_days=days["released"].median().round(1),
            p90_days=days["released"].quantile(0.9).round(1),
            max_days=days["released"].max().round(1),
            oldest_open=days["open"].max().round(1),
        )
        .sort("count", "kind", "code", descending=[True, False, False])
    )
    names = ("count", *log.ENDED, "median_days", "p90_days", "max_days", "oldest_open")
    headings = {"kind": say("sort"), "code": say("reason")} | {name: say(name) for name in names}
    named = _named(stats, "code", say).with_columns(_words("kind", stats, say))
    return Section(
        "holds",
        say("holds"),
        note=say("holds_note"),
        chart=charts.holds(rows, say),
        tables=(table(say("holds").partition(" ")[2], headings, named, say.lang),),
    )


def failures(events: pl.LazyFrame | None, say: Texts) -> Section:
    """What failed, by code and method."""
    counts = None if events is None else log.failures(events)
    if counts is None or not counts.height:
        return _empty("failures", "failures", None if counts is not None else "events.parquet", say)
    headings = {"kind": say("kind"), "code": say("code"), "method": say("method"), "n": say("count")}
    named = _named(_named(counts, "code", say), "method", say).with_columns(_words("kind", counts, say))
    return Section(
        "failures",
        say("failures"),
        note=say("failures_note"),
        chart=charts.failures(counts, say),
        tables=(table(say("failures").partition(" ")[2], headings, named, say.lang, cap=500),),
    )


def findings(
    violations: pl.DataFrame | None, listing: Table | None, others: tuple[Table, ...], say: Texts
) -> Section:
    """Violations by invariant, their list, and how well the monitors found the slips."""
    if violations is None:
        return _empty("violations", "findings", "violations.csv", say, others)
    if not violations.height or listing is None:
        return Section("violations", say("findings"), empty=say("no_violations"), tables=others)
    counts = (
        violations.group_by("invariant", "severity")
        .agg(n=pl.len().cast(pl.Int64), money=pl.col("money_at_risk").sum())
        .sort("n", "invariant", "severity", descending=[True, False, False])
    )
    headings = {
        "invariant": say("invariant"),
        "severity": say("severity"),
        "n": say("count"),
        "money": say("money_at_risk"),
    }
    named = counts.with_columns(_words("severity", counts, say))
    by_invariant = table(say("by_invariant"), headings, named, say.lang)
    return Section(
        "violations",
        say("findings"),
        chart=charts.violations(counts, say),
        tables=(by_invariant, *others, listing),
    )


def _named(frame: pl.DataFrame, column: str, say: Texts) -> pl.DataFrame:
    """An empty word shown as such."""
    return frame.with_columns(
        pl.when(pl.col(column) == "").then(pl.lit(say("none"))).otherwise(column).alias(column)
    )


def _words(column: str, frame: pl.DataFrame, say: Texts) -> pl.Series:
    """A column of our own words in the page's language."""
    seen: Mapping[str, str] = {word: say.known(word) for word in frame[column].drop_nulls().unique()}
    return frame[column].replace(dict(seen))


def _empty(name: str, title: str, missing: str | None, say: Texts, others: tuple[Table, ...] = ()) -> Section:
    """A section that says why it is empty: no file, or no such rows."""
    why = say("missing", file=missing) if missing else say("nothing")
    return Section(name, say(title), empty=why, tables=others)
