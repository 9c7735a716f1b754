"""The head of a page: what was run, and what came out in a few numbers."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from teiki_reports.tables import Table, day, number, table
from teiki_reports.texts import Texts


def facts(
    summary: Mapping[str, Any], days: pl.DataFrame | None, findings: pl.DataFrame | None, say: Texts
) -> tuple[tuple[str, str], ...]:
    """Names and values of the head; what the files don't say is left out."""
    made: list[tuple[str, str]] = []
    if days is not None and days.height:
        first, last = days["date"][0], days["date"][-1]
        length = say("days", n=f"{summary.get('days', days.height):,}")
        made.append((say("period"), f"{day(first, say.lang)} – {day(last, say.lang)} · {length}"))
        if "as_of" in days.columns and days["as_of"][0]:
            made.append((say("as_of"), str(days["as_of"][0])))
    elif "days" in summary:
        made.append((say("period"), say("days", n=f"{summary['days']:,}")))
    for key, name in (("subscriptions", "subscriptions"), ("shipments", "parcels"), ("events", "events")):
        if isinstance(summary.get(key), int | float):
            made.append((say(name), number(summary[key])))
    if findings is not None:
        made.append((say("violations"), number(findings.height)))
        made.append((say("money_at_risk"), number(int(findings["money_at_risk"].sum()))))
    for key in ("seed", "config_digest"):
        if summary.get(key) is not None:
            made.append((say(key), str(summary[key])))
    if summary.get("wall_seconds") is not None:
        values = [summary.get(key) for key in ("wall_seconds", "events_per_second", "peak_rss_mb")]
        seconds, rate, memory = (
            number(round(v) if v >= 100 else round(v, 1)) if isinstance(v, int | float) else "–"
            for v in values
        )
        made.append((say("engine"), say("engine_is", seconds=seconds, rate=rate, memory=memory)))
    return tuple(made)


def tables(summary: Mapping[str, Any], say: Texts) -> tuple[Table, ...]:
    """Orders by status, detection and versions; what the summary doesn't have is left out."""
    made: list[Table] = []
    orders: Mapping[str, int] = summary.get("orders") or {}
    if orders:
        rows: list[Mapping[str, object]] = [{"status": s, "count": n} for s, n in orders.items()]
        rows.append({"status": say("total"), "count": sum(orders.values())})
        made.append(table(say("orders"), {"status": say("status"), "count": say("count")}, rows, say.lang))
    told: Sequence[Mapping[str, str]] = summary.get("warnings") or ()
    if told:
        rows = [{"rule": one["rule"], "warning": one[say.lang]} for one in told]
        made.append(table(say("settings"), {"rule": say("rule"), "warning": say("warning")}, rows, say.lang))
    if found := detection(summary, say):
        made.append(found)
    versions: Mapping[str, object] = summary.get("versions") or {}
    if versions:
        rows = [{"name": name, "version": str(version)} for name, version in versions.items()]
        headings = {"name": say("component"), "version": say("version")}
        made.append(table(say("versions"), headings, rows, say.lang))
    return tuple(made)


def detection(summary: Mapping[str, Any], say: Texts) -> Table | None:
    """Injected, found and false for each invariant."""
    counts: Mapping[str, Mapping[str, int]] = summary.get("detection") or {}
    if not counts:
        return None
    parts = ("injected", "found", "false")
    rows: list[Mapping[str, object]] = [
        {"invariant": name, **{part: found.get(part) for part in parts}} for name, found in counts.items()
    ]
    rows.append(
        {
            "invariant": say("total"),
            **{part: sum(found.get(part) or 0 for found in counts.values()) for part in parts},
        }
    )
    headings = {"invariant": say("invariant"), **{part: say(part) for part in parts}}
    return table(say("detection"), headings, rows, say.lang, note=say("detection_note"))


def truth(slips: pl.DataFrame, say: Texts) -> Table:
    """How the slips made on purpose ended."""
    wide = (
        slips.group_by("source", "slip", "invariant", maintain_order=True)
        .agg(
            *(
                pl.col("n").filter(pl.col("outcome") == outcome).sum().cast(pl.Int64).alias(outcome)
                for outcome in ("broke", "mended", "open")
            )
        )
        .sort("source", "slip", "invariant")
    )
    headings = {
        "source": say("source"),
        "slip": say("slip"),
        "invariant": say("invariant"),
        "broke": say("broke"),
        "mended": say("mended"),
        "open": say("open_slip"),
    }
    return table(say("truth"), headings, wide, say.lang, file="truth.parquet")
