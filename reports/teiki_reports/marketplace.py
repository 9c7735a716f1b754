"""The section on what a marketplace's buyers wrote: by policy and case, and late answers against the load."""

from collections.abc import Mapping
from typing import Any

import altair as alt
import polars as pl

from teiki_reports.charts import BLUE, Rows, Spec, chart, spec, tips
from teiki_reports.pages import Section
from teiki_reports.tables import table
from teiki_reports.texts import Texts

__all__ = ["section"]

_COUNTS = {
    "requests": "requests_n", "answered_in_time": "in_time", "late": "late", "charged": "charged",
    "money_lost": "money_lost",
}  # fmt: skip


def section(summary: Mapping[str, Any], say: Texts) -> tuple[Section, ...]:
    """One section, or none where the run was not a marketplace seller's."""
    found: Mapping[str, Any] | None = summary.get("requests")
    if found is None:
        return ()
    cases = [
        row | {name: say.known(row[name]) for name in ("sort", "case", "policy")} for row in found["by_case"]
    ]
    if not cases:
        return (Section("requests", say("requests"), empty=say("nothing")),)
    weeks = [
        row | {"load": round(100 * row["load"], 1), "breach_rate": round(100 * row["breach_rate"], 1)}
        for row in found["by_week"]
    ]
    health = [
        {"measure": say("late_percent"), "value": round(100 * found["late_rate"], 2)},
        {"measure": say("charged_percent"), "value": round(100 * found["charged_rate"], 3)},
        {"measure": say("money_lost"), "value": found["money_lost"]},
    ]
    by_case = {"sort": say("sort_of_message"), "case": say("case"), "policy": say("policy")}
    by_week = {
        "week": say("week"), "messages": say("requests_n"), "per_person_day": say("per_person_day"),
        "load": say("load_percent"), "late": say("late"), "breach_rate": say("breach_percent"),
    }  # fmt: skip
    tables = (
        table(say("requests_health"), {"measure": say("measure"), "value": say("value")}, health, say.lang),
        table(
            say("requests_by_case"),
            by_case | {name: say(key) for name, key in _COUNTS.items()},
            cases,
            say.lang,
            file="requests.csv",
        ),
        table(say("requests_by_week"), by_week, weeks, say.lang, file="requests_load.csv"),
    )
    return (
        Section(
            "requests", say("requests"), note=say("requests_note"), chart=_load(weeks, say), tables=tables
        ),
    )


def _load(weeks: Rows, say: Texts) -> Spec:
    """A point a week: how busy the team was, and how many answers came too late."""
    rows = pl.DataFrame(weeks).select("week", "load", "breach_rate").to_dicts()
    points = (
        chart(rows)
        .mark_circle(size=90, color=BLUE, opacity=0.7)
        .encode(
            x=alt.X("load:Q", title=say("load_percent")),
            y=alt.Y("breach_rate:Q", title=say("breach_percent")),
            tooltip=tips(
                say, ("week:N", "week"), ("load:Q", "load_percent"), ("breach_rate:Q", "breach_percent")
            ),
        )
    )
    return spec(points, "requests")
