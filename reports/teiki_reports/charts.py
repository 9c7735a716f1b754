"""The charts, as Vega-Lite specifications that carry their own data.

Colours are Okabe and Ito's, told apart by colour-blind readers, and a thing keeps its colour on
every page. Every chart is as wide as its page lets it be.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import altair as alt
import polars as pl

from teiki_reports.data import SEVERITIES, present
from teiki_reports.log import ENDED, OUTCOMES
from teiki_reports.texts import Texts

Spec = dict[str, Any]
Rows = list[dict[str, Any]]

FONTS = '"Hiragino Sans", "Noto Sans JP", "Noto Sans CJK JP", "Yu Gothic", Meiryo, sans-serif'
BLUE, VERMILION, ORANGE, SKY = "#0072B2", "#D55E00", "#E69F00", "#56B4E9"
GREEN, PINK, GREY, BLACK = "#009E73", "#CC79A7", "#8A8A8A", "#1A1A1A"

# Colour and dash, so that a line is also told apart on a black and white print.
LINES: Mapping[str, tuple[str, list[int]]] = {
    "actual": (BLACK, [1, 0]),
    "p50": (BLUE, [1, 0]),
    "projected": (GREEN, [6, 3]),
    "net": (PINK, [2, 2]),
    "dashboard": (VERMILION, [8, 3, 2, 3]),
}
OUTCOME_COLOURS = dict(zip(OUTCOMES, (BLUE, VERMILION, ORANGE, GREY), strict=True))
FAILURE_COLOURS = {
    "declined": VERMILION,
    "capture_failed": PINK,
    "generation_failed": GREEN,
    "no_answer": GREY,
    "refused": SKY,
}
SEVERITY_COLOURS = dict(zip(SEVERITIES, (VERMILION, ORANGE, SKY), strict=True))
STACK = (BLUE, ORANGE, GREEN, PINK, SKY, VERMILION, BLACK, GREY)
BINS = ((1, "0"), (2, "1"), (3, "2"), (4, "3"), (8, "4–7"), (15, "8–14"), (31, "15–30"))


def shipments(days: pl.DataFrame, say: Texts, drawn: Sequence[str], banded: bool) -> Spec:
    """Parcels by day: the band of the replications, and a line for each of the columns to be drawn."""
    wide: Rows = [
        {name: row[name] for name in (*drawn, *(("p10", "p90") if banded else ()))}
        | {"date": local(row["date"])}
        for row in days.iter_rows(named=True)
    ]
    long: Rows = [
        {"date": row["date"], "series": say(name), "value": row[name]}
        for name in drawn
        for row in wide
        if row[name] is not None
    ]
    x = alt.X("date:T", title=None, axis=alt.Axis(format="%m/%d", labelOverlap=True, grid=False))
    y = alt.Y("value:Q", title=say("parcels"), scale=alt.Scale(zero=True))
    names, styles = [say(name) for name in drawn], [LINES[name] for name in drawn]
    if banded:
        names, styles = [*names, say("band")], [*styles, (SKY, [1, 0])]
    colour, dash = _strokes(names, styles)
    layers: list[alt.Chart] = []
    if banded:
        layers.append(
            chart([row | {"series": say("band")} for row in wide])
            .mark_area(opacity=0.35)
            .encode(x=x, y=alt.Y("p10:Q", title=say("parcels")), y2="p90:Q", color=colour)
        )
    layers.append(
        chart(long)
        .mark_line(strokeWidth=1.8, interpolate="linear")
        .encode(
            x=x,
            y=y,
            color=colour,
            strokeDash=dash,
        )
    )
    hover = alt.selection_point(
        name="hover", fields=["date"], nearest=True, on="pointerover", clear="pointerout", empty=False
    )
    shown = [alt.Tooltip("date:T", title=say("date"), format="%Y-%m-%d (%a)")]
    shown += [
        alt.Tooltip(f"{name}:Q", title=say(name), format=",.10~g")
        for name in (*drawn, *(("p10", "p90") if banded else ()))
    ]
    layers.append(
        chart(wide)
        .mark_rule(color=GREY)
        .encode(x=x, tooltip=shown, opacity=alt.condition(hover, alt.value(0.7), alt.value(0)))
        .add_params(hover)
    )
    return spec(alt.layer(*layers).properties(width="container", height=320), "shipments")


def outcomes(counts: pl.DataFrame, say: Texts) -> Spec:
    """Each method's payment results as shares of one bar, with their numbers in it."""
    rows: Rows = []
    for (method,), part in counts.group_by("method", maintain_order=True):
        total = part["n"].sum()
        start = 0.0
        found = dict(zip(part["kind"], part["n"], strict=True))
        for i, kind in enumerate(OUTCOMES):
            n = found.get(kind, 0)
            share = n / total
            # Placed here and not by a stack transform: the number sits in the middle of its piece.
            rows.append(
                {
                    "method": f"{method or say('none')}  ({total:,})",
                    "outcome": say(kind),
                    "i": i,
                    "n": n,
                    "start": start,
                    "end": start + share,
                    "middle": start + share / 2,
                    "label": f"{n:,}" if share >= 0.05 else "",
                    "total": total,
                }
            )
            start += share
    methods = list(dict.fromkeys(row["method"] for row in sorted(rows, key=lambda r: -r["total"])))
    y = alt.Y("method:N", title=None, sort=methods, axis=alt.Axis(labelLimit=220))
    colour = alt.Scale(domain=[say(k) for k in OUTCOMES], range=list(OUTCOME_COLOURS.values()))
    bars = (
        chart(rows)
        .mark_bar()
        .encode(
            x=alt.X(
                "start:Q",
                title=say("share"),
                axis=alt.Axis(format="%", tickCount=5),
                scale=alt.Scale(domain=[0, 1]),
            ),
            x2="end:Q",
            y=y,
            color=alt.Color("outcome:N", scale=colour, title=None, legend=legend()),
            tooltip=tips(say, ("method:N", "method"), ("outcome:N", "outcome"), ("n:Q", "count")),
        )
    )
    labels = (
        chart(rows)
        .mark_text(fontSize=11)
        .encode(
            x="middle:Q",
            y=y,
            text="label:N",
            color=alt.condition(
                f"datum.outcome === {quoted(say('pending'))}", alt.value(BLACK), alt.value("white")
            ),
        )
    )
    return spec(alt.layer(bars, labels).properties(width="container", height=alt.Step(30)), "outcomes")


def holds(rows: pl.DataFrame, say: Texts, top: int = 14) -> Spec:
    """How many holds and flags of each reason lasted how long: a grid of counts."""
    reason = pl.col("kind").replace_strict({"held": say("held"), "flag_set": say("flag_set")})
    code = pl.when(pl.col("code") == "").then(pl.lit(say("none"))).otherwise("code")
    binned = rows.select(
        reason=pl.concat_str(reason, pl.lit(": "), code), bin=_bin(say), n=pl.lit(1, dtype=pl.Int64)
    )
    totals = binned.group_by("reason").agg(n=pl.col("n").sum()).sort("n", "reason", descending=[True, False])
    order = totals["reason"].head(top).to_list()
    if totals.height > top:
        order.append(say("others"))
    grid = (
        binned.with_columns(
            reason=pl.when(pl.col("reason").is_in(order)).then("reason").otherwise(pl.lit(say("others")))
        )
        .group_by("reason", "bin")
        .agg(n=pl.col("n").sum())
        .sort("reason", "bin")
    )
    bins = [name for _, name in BINS] + ["31+", say("cancelled"), say("open")]
    values: Rows = [
        {**row, "label": f"{row['n']:,}", "dark": row["n"] > 0.45 * grid["n"].max()}  # type: ignore[operator]
        for row in grid.to_dicts()
    ]
    x = alt.X(
        "bin:N",
        title=say("length"),
        sort=bins,
        scale=alt.Scale(domain=bins),
        axis=alt.Axis(orient="top", labelAngle=-35, domain=False, ticks=False, labelOverlap=False),
    )
    y = alt.Y("reason:N", title=None, sort=order, axis=alt.Axis(labelLimit=220, domain=False, ticks=False))
    cells = (
        chart(values)
        .mark_rect(stroke="white")
        .encode(
            x=x,
            y=y,
            color=alt.Color("n:Q", scale=alt.Scale(scheme="blues", domainMin=0, type="sqrt"), legend=None),
            tooltip=tips(say, ("reason:N", "reason"), ("bin:N", "length"), ("n:Q", "count")),
        )
    )
    labels = (
        chart(values)
        .mark_text(fontSize=11)
        .encode(
            x=x, y=y, text="label:N", color=alt.condition("datum.dark", alt.value("white"), alt.value(BLACK))
        )
    )
    return spec(alt.layer(cells, labels).properties(width="container", height=alt.Step(26)), "holds")


def failures(counts: pl.DataFrame, say: Texts, top: int = 20) -> Spec:
    """The most frequent failure codes, coloured by what failed."""
    by_code = counts.group_by("kind", "code").agg(n=pl.col("n").sum())
    by_code = by_code.sort("n", "kind", "code", descending=[True, False, False])
    rows: Rows = [
        {
            "code": f"{say.known(r['kind'])}: {r['code'] or say('none')}",
            "kind": say.known(r["kind"]),
            "n": r["n"],
        }
        for r in by_code.head(top).to_dicts()
    ]
    return _bars(rows, "code", "kind", {say(k): c for k, c in FAILURE_COLOURS.items()}, say, "failures")


def violations(counts: pl.DataFrame, say: Texts, top: int = 30) -> Spec:
    """Findings by invariant, coloured by severity."""
    order = counts.group_by("invariant").agg(n=pl.col("n").sum())
    order = order.sort("n", "invariant", descending=[True, False]).head(top)
    rows: Rows = [
        {
            "invariant": r["invariant"] or say("none"),
            "severity": say.known(r["severity"] or "none"),
            "n": r["n"],
        }
        for r in order.select("invariant").join(counts, on="invariant", maintain_order="left").to_dicts()
    ]
    colours = {say(k): c for k, c in SEVERITY_COLOURS.items()}
    return _bars(rows, "invariant", "severity", colours, say, "violations")


def weekly(rows: pl.DataFrame, say: Texts, lines: Sequence[str]) -> Spec:
    """Parcels by week, a line for each way of counting."""
    drawn = [name for name in lines if name in present(rows, tuple(lines))]
    styles = {**LINES, "mean": LINES["p50"]}
    long: Rows = [
        {"week": row["week"].isoformat(), "series": say(name), "value": row[name]}
        for name in drawn
        for row in rows.iter_rows(named=True)
        if row[name] is not None
    ]
    colour, dash = _strokes([say(name) for name in drawn], [styles[name] for name in drawn])
    drawing = (
        chart(long)
        .mark_line(point=True, strokeWidth=1.8)
        .encode(
            x=alt.X("week:O", title=say("week_of"), axis=alt.Axis(labelAngle=-45, labelOverlap=True)),
            y=alt.Y("value:Q", title=say("parcels"), scale=alt.Scale(zero=True)),
            color=colour,
            strokeDash=dash,
            tooltip=[
                alt.Tooltip("week:O", title=say("week_of")),
                alt.Tooltip("series:N", title=" "),
                alt.Tooltip("value:Q", title=say("parcels"), format=",.10~g"),
            ],
        )
    )
    return spec(drawing.properties(width="container", height=260), "weekly")


def _strokes(names: list[str], styles: list[tuple[str, list[int]]]) -> tuple[alt.Color, alt.StrokeDash]:
    """Colour and dash of lines, in one legend."""
    colours, dashes = [colour for colour, _ in styles], [dash for _, dash in styles]
    key = legend("stroke")
    return (
        alt.Color("series:N", title=None, legend=key, scale=alt.Scale(domain=names, range=colours)),
        alt.StrokeDash("series:N", title=None, legend=key, scale=alt.Scale(domain=names, range=dashes)),
    )


def stacked(rows: pl.DataFrame, part: str, say: Texts, name: str, order: Sequence[str]) -> Spec:
    """Weekly columns stacked by a part (product, cause): week as text, part, value."""
    shown = [p or say("none") for p in order]
    values: Rows = [
        {"week": r["week"], "part": r[part] or say("none"), "value": r["value"], "i": order.index(r[part])}
        for r in rows.to_dicts()
    ]
    drawing = (
        chart(values)
        .mark_bar()
        .encode(
            x=alt.X("week:O", title=say("week_of"), axis=alt.Axis(labelAngle=-45, labelOverlap=True)),
            y=alt.Y("value:Q", title=say("parcels")),
            color=alt.Color(
                "part:N",
                title=None,
                legend=legend(),
                scale=alt.Scale(domain=shown, range=[STACK[i % len(STACK)] for i in range(len(shown))]),
            ),
            order="i:Q",
            tooltip=[
                alt.Tooltip("week:O", title=say("week_of")),
                alt.Tooltip("part:N", title=say("product" if part == "name" else "cause_name")),
                alt.Tooltip("value:Q", title=say("parcels"), format=",.10~g"),
            ],
        )
    )
    return spec(drawing.properties(width="container", height=260), name)


def _bars(rows: Rows, what: str, part: str, colours: Mapping[str, str], say: Texts, name: str) -> Spec:
    """Horizontal bars in the order of the rows, each with its total at its end."""
    order = list(dict.fromkeys(row[what] for row in rows))
    totals: Rows = [{what: w, "n": sum(row["n"] for row in rows if row[what] == w)} for w in order]
    # A word of the file that isn't one of ours still gets a colour.
    used = list(dict.fromkeys(row[part] for row in rows))
    shown = [word for word in colours if word in used] + [word for word in used if word not in colours]
    y = alt.Y(f"{what}:N", title=None, sort=order, axis=alt.Axis(labelLimit=260))
    bars = (
        chart(rows)
        .mark_bar()
        .encode(
            x=alt.X(
                "n:Q",
                title=say("count"),
                axis=alt.Axis(tickMinStep=1, tickCount=6, format=",d"),
                # Room for the number at the end of the longest bar.
                scale=alt.Scale(domainMax=1.15 * max(row["n"] for row in totals), nice=False),
            ),
            y=y,
            color=alt.Color(
                f"{part}:N",
                title=None,
                legend=legend(),
                scale=alt.Scale(domain=shown, range=[colours.get(word, BLACK) for word in shown]),
            ),
            tooltip=tips(say, (f"{what}:N", what), (f"{part}:N", part), ("n:Q", "count")),
        )
    )
    labels = (
        chart(totals)
        .mark_text(align="left", dx=4, fontSize=11)
        .encode(x="n:Q", y=y, text=alt.Text("n:Q", format=","))
    )
    return spec(alt.layer(bars, labels).properties(width="container", height=alt.Step(22)), name)


def _bin(say: Texts) -> pl.Expr:
    """The column of the grid that a hold belongs to."""
    named = pl.lit("31+")
    for below, name in reversed(BINS):
        named = pl.when(pl.col("days") < below).then(pl.lit(name)).otherwise(named)
    for ended in ENDED[1:]:
        named = pl.when(pl.col("ended") == ended).then(pl.lit(say(ended))).otherwise(named)
    return named


def chart(rows: Rows) -> alt.Chart:
    """A chart over plain rows, carried inside its specification."""
    return alt.Chart(alt.InlineData(values=rows))


def legend(symbol: str = "square") -> alt.Legend:
    """Above the chart; the page's script folds it into two columns on a phone."""
    return alt.Legend(
        orient="top",
        labelLimit=200,
        symbolType=symbol,
        symbolOpacity=1,
        symbolStrokeWidth=2.5,
    )


def tips(say: Texts, *fields: tuple[str, str]) -> list[alt.Tooltip]:
    """Tooltip lines: field and text key; numbers with separators."""
    return [
        alt.Tooltip(field, title=say(key), format=",")
        if field.endswith(":Q")
        else alt.Tooltip(field, title=say(key))
        for field, key in fields
    ]


def local(value: date) -> str:
    """Midnight without a zone: a bare date would be read as UTC and shown a day early in America."""
    return f"{value.isoformat()}T00:00:00"


def quoted(text: str) -> str:
    """A text as a literal of Vega's expressions; only our own words come here."""
    return f"'{text}'"


def spec(drawing: alt.Chart | alt.LayerChart | alt.FacetChart, name: str) -> Spec:
    """The specification as plain data, with the pages' look."""
    styled = (
        drawing.properties(name=name)
        .configure(font=FONTS)
        .configure_axis(labelFontSize=12, titleFontSize=12, titleFontWeight="normal", gridColor="#e5e5e5")
        .configure_legend(labelFontSize=12)
        .configure_view(stroke=None)
    )
    plain: Spec = styled.to_dict()
    # The schema's address would be the only outside one in the page; vega-embed is told the mode.
    plain.pop("$schema", None)
    return plain
