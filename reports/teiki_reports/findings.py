"""The list of violations, and for each of them the events by which to follow what happened."""

import json
import re
from collections.abc import Iterable
from typing import Any

import polars as pl

from teiki_reports import log
from teiki_reports.data import SEVERITIES
from teiki_reports.pages import Finding
from teiki_reports.tables import Cell, Table, cell, instant, table
from teiki_reports.texts import Texts

LISTED, FOLLOWED, EVENTS_EACH = 1000, 300, 30
_PLAIN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def chosen(violations: pl.DataFrame, cap: int) -> pl.DataFrame:
    """Up to `cap` of them: each invariant's first, then each one's second, so that none is crowded out."""
    rank = {name: i for i, name in enumerate(SEVERITIES)}
    severity = pl.col("severity").replace_strict(rank, default=len(rank), return_dtype=pl.Int64)
    whole = violations.with_row_index("_line").with_columns(_severity=severity)
    turn = pl.int_range(pl.len()).over("invariant", order_by=["_severity", "at", "_line"])
    some = whole.with_columns(_turn=turn).sort("_turn", "_severity", "invariant", "_line").head(cap)
    return some.sort("_severity", "invariant", "at", "_line")


def listing(violations: pl.DataFrame, anchors: dict[str, str], say: Texts) -> Table:
    """The table of violations; the id of one with a part of its own links to it."""
    headings = {
        name: say(key)
        for name, key in {
            "id": "id",
            "severity": "severity",
            "invariant": "invariant",
            "rule": "rule",
            "at": "at",
            "subscription": "subscription",
            "order": "order",
            "money_at_risk": "money_at_risk",
            "message": "message",
            "advice": "advice",
        }.items()
    }
    words = [pl.col(f"{name}_{say.lang}").alias(name) for name in ("message", "advice")]
    rows = chosen(violations, LISTED).with_columns(words).to_dicts()
    made = table(
        say("list"),
        headings,
        [row | {"severity": say.known(row["severity"] or "none")} for row in rows],
        say.lang,
        cap=LISTED,
        file="violations.csv",
    )
    columns = list(headings)
    body = []
    for row, cells in zip(rows, made.rows, strict=True):
        changed = list(cells)
        at = columns.index("at")
        changed[at] = Cell(instant(row["at"] or "", say.lang), row["at"])
        if row["id"] in anchors:
            changed[0] = cells[0]._replace(href=f"#e-{anchors[row['id']]}")
        body.append(tuple(changed))
    return Table(made.title, made.headings, tuple(body), violations.height, made.file)


def anchors(violations: pl.DataFrame) -> dict[str, str]:
    """The anchor names of the violations that get a part of their own, by id, in order."""
    ids = chosen(violations, FOLLOWED)["id"].to_list()
    return {name: name if _PLAIN_ID.fullmatch(name or "") else f"n{i}" for i, name in enumerate(ids)}


def followed(violations: pl.DataFrame, events: pl.LazyFrame | None, say: Texts) -> tuple[Finding, ...]:
    """A part for each of the chosen violations, with its events."""
    names = anchors(violations)
    rows = chosen(violations, FOLLOWED).to_dicts()
    found = _Events(rows, events)
    return tuple(_finding(row, names[row["id"]], found, say) for row in rows)


class _Events:
    """The events of some violations, fetched in one pass over the log."""

    def __init__(self, violations: Iterable[dict[str, Any]], events: pl.LazyFrame | None) -> None:
        rows = list(violations)
        self._rows: list[dict[str, Any]] = []
        self._by_seq: dict[int, int] = {}
        self._by_name: dict[tuple[str, str], list[int]] = {}
        if events is None or not rows:
            return
        seqs = sorted({seq for row in rows for seq in evidence(row)})
        orders = sorted({row["order"] for row in rows if row["order"]})
        alone = sorted({row["subscription"] for row in rows if row["subscription"] and not row["order"]})
        self._rows = log.around(events, seqs, orders, alone).to_dicts()
        for i, row in enumerate(self._rows):
            self._by_seq[row["seq"]] = i
            for part in ("order", "subscription"):
                if row[part]:
                    self._by_name.setdefault((part, row[part]), []).append(i)

    def of(self, violation: dict[str, Any]) -> tuple[list[dict[str, Any]], set[int]]:
        """All events of a violation in order, and the seqs of those that are its evidence."""
        proof = {seq for seq in evidence(violation) if seq in self._by_seq}
        part = "order" if violation["order"] else "subscription"
        same = self._by_name.get((part, violation[part] or ""), [])
        lines = sorted({self._by_seq[seq] for seq in proof} | set(same))
        return [self._rows[i] for i in lines], proof


def evidence(violation: dict[str, Any]) -> list[int]:
    """The seqs that a violation names."""
    return [int(part) for part in (violation["evidence"] or "").split(";") if part.strip().isdigit()]


def nearest(rows: list[dict[str, Any]], proof: set[int], cap: int = EVENTS_EACH) -> list[dict[str, Any]]:
    """Up to `cap` rows: the evidence before all others, then what lies closest to it."""
    if len(rows) <= cap:
        return rows
    at = [i for i, row in enumerate(rows) if row["seq"] in proof] or [len(rows) - 1]
    distance = [min(abs(i - j) for j in at) for i in range(len(rows))]
    kept = sorted(sorted(range(len(rows)), key=lambda i: (distance[i], i))[:cap])
    return [rows[i] for i in kept]


def _finding(violation: dict[str, Any], name: str, found: _Events, say: Texts) -> Finding:
    events, proof = found.of(violation)
    shown = nearest(events, proof)
    seqs = {row["seq"] for row in shown}
    headings = (
        Cell(""),
        Cell(say("seq"), number=True),
        Cell(say("at")),
        Cell(say("kind")),
        Cell(say("side")),
        Cell(say("actor")),
        Cell(say("order")),
        Cell(say("transition")),
        Cell(say("code")),
        Cell(say("rule")),
        Cell(say("method")),
        Cell(say("amount"), number=True),
        Cell(say("ship_date")),
        Cell(say("delivery_date")),
        Cell(say("cause"), number=True),
        Cell(say("detail")),
    )
    about = violation["order"] or violation["subscription"] or ""
    title = f"{violation['id']} · {violation['invariant'] or ''} · {about}"
    return Finding(
        anchor=f"e-{name}",
        row=f"v-{name}",
        title=title,
        message=violation[f"message_{say.lang}"] or "",
        headings=headings,
        rows=tuple(
            (row["seq"] in proof, f"e-{name}-{row['seq']}", _event(row, row["seq"] in proof, name, seqs, say))
            for row in shown
        ),
        total=len(events),
    )


def _event(row: dict[str, Any], proof: bool, name: str, seqs: set[int], say: Texts) -> tuple[Cell, ...]:
    before, after = row["status_from"] or "", row["status_to"] or ""
    cause = row["cause"]
    return (
        Cell("●" if proof else ""),
        Cell(str(row["seq"]), number=True),
        cell(row["at"], say.lang),
        Cell(say.kind(row["kind"] or ""), row["kind"]),
        Cell(say.side(row["side"] or ""), row["side"]),
        Cell(say.actor(row["actor"] or ""), row["actor"]),
        Cell(row["order"] or ""),
        Cell(f"{before} → {after}" if before and after else after or before),
        Cell(row["code"] or ""),
        Cell(row["rule"] or ""),
        Cell(row["method"] or ""),
        cell(row["amount"], say.lang)._replace(number=True),
        cell(row["ship_date"], say.lang),
        cell(row["delivery_date"], say.lang),
        Cell(
            "" if cause is None else str(cause),
            number=True,
            href=f"#e-{name}-{cause}" if cause in seqs else None,
        ),
        Cell(_brief(row["detail"])),
    )


def _brief(detail: str | None) -> str:
    """The JSON of `detail` as `key: value` pairs, cut where it gets long."""
    if not detail:
        return ""
    try:
        parsed = json.loads(detail)
    except ValueError:
        parsed = detail
    text = ", ".join(f"{k}: {v}" for k, v in parsed.items()) if isinstance(parsed, dict) else str(parsed)
    return text if len(text) <= 200 else text[:199] + "…"
