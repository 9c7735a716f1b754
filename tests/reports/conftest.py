"""A made-up run directory, as small or as large as a test wants it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import blake2b
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import pytest

EVENTS: dict[str, Any] = {
    "seq": pl.Int64,
    "at": pl.Datetime("us"),
    "subscription": pl.String,
    "order": pl.String,
    "customer": pl.String,
    "cycle": pl.Int32,
    "actor": pl.String,
    "kind": pl.String,
    "side": pl.String,
    "method": pl.Categorical,
    "transaction": pl.String,
    "product": pl.String,
    "quantity": pl.Int32,
    "amount": pl.Int64,
    "ship_date": pl.Date,
    "delivery_date": pl.Date,
    "status_from": pl.String,
    "status_to": pl.String,
    "code": pl.String,
    "rule": pl.String,
    "cause": pl.Int64,
    "detail": pl.String,
}
VIOLATIONS = [
    "id",
    "severity",
    "invariant",
    "rule",
    "at",
    "subscription",
    "order",
    "key",
    "money_at_risk",
    "message_ja",
    "message_en",
    "advice_ja",
    "advice_en",
    "evidence",
]
SHIPMENTS = ("date", "as_of", "dashboard", "projected", "net", "p10", "p50", "p90", "mean", "actual")
METHODS = ("クレジットカード", "NP後払い", "Amazon Pay", "楽天ペイ", "代引き")
START = date(2026, 4, 1)


@dataclass
class Made:
    """The directory, and the rows that were put into its files."""

    directory: Path
    events: list[dict[str, Any]] = field(default_factory=list)
    violations: list[dict[str, Any]] = field(default_factory=list)
    days: list[dict[str, Any]] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)

    def event(self, at: datetime, kind: str, **columns: Any) -> int:
        """Add a row of the log."""
        seq = len(self.events)
        row = {"seq": seq, "at": at, "kind": kind, "side": "store", "actor": "system", **columns}
        self.events.append(row)
        return seq

    def count(self, **wanted: str | None) -> int:
        """How many rows of the log have these values."""
        return sum(all(row.get(k) == v for k, v in wanted.items()) for row in self.events)

    def write(self) -> Path:
        """Write all files."""
        here = self.directory
        here.mkdir(parents=True, exist_ok=True)
        pl.DataFrame(self.events, schema=EVENTS).write_parquet(here / "events.parquet")
        csv = pl.DataFrame(self.violations, schema=dict.fromkeys(VIOLATIONS, pl.String))
        csv.write_csv(here / "violations.csv")
        numbers = dict.fromkeys(SHIPMENTS[2:], pl.Float64)
        schema: dict[str, Any] = {"date": pl.Date, "as_of": pl.Date, **numbers}
        pl.DataFrame(self.days, schema=schema).write_csv(here / "shipments.csv")
        parts = [
            {**day, "name": name, "units": 1.0 + i}
            for day in self.days
            for i, name in enumerate(("P-100", "P-200", "P-300"))
        ]
        by_product = pl.DataFrame(parts, schema={**schema, "name": pl.String, "units": pl.Float64})
        by_product.write_csv(here / "shipments_by_product.csv")
        (here / "summary.json").write_text(json.dumps(self.summary, ensure_ascii=False), encoding="utf-8")
        return here


def luck(*parts: int) -> float:
    """A number in [0, 1) that depends on its arguments only."""
    return int.from_bytes(blake2b(repr(parts).encode(), digest_size=8).digest()) / 2**64


def _orders(run: Made, orders: int, days: int) -> None:
    for i in range(orders):
        day = START + timedelta(days=i * days // orders)
        at = datetime(day.year, day.month, day.day, 2, 0, i % 60)
        method = METHODS[int(luck(i, 1) ** 1.7 * len(METHODS))]
        who = {"subscription": f"S{i % 997:05}", "order": f"O{i:07}", "method": method, "cycle": 1 + i // 997}
        dates = {"ship_date": day + timedelta(days=5), "delivery_date": day + timedelta(days=8)}
        new = run.event(at, "generated", amount=3980, status_to="受注", **who, **dates)
        x = luck(i, 2)
        kind, code = "authorised", None
        if x < 0.06:
            kind, code = "declined", ("42G030000", "42G050000", "RE009", "NG001")[int(luck(i, 3) ** 2 * 4)]
        elif x < 0.1:
            kind = "pending"
        elif x < 0.11:
            kind, code = "no_answer", "timeout"
        run.event(at, kind, side="provider", actor="provider", amount=3980, code=code, **who)
        asked = run.event(
            at, kind, amount=3980, code=code, cause=new, status_to="与信NG" if code else "与信OK", **who
        )
        if kind != "authorised":
            run.event(at, "held", code=f"payment_{kind}", cause=asked, **who)
            y = luck(i, 4)
            later = at + timedelta(days=40 * luck(i, 5) ** 3, hours=1)
            if y < 0.7:
                run.event(later, "released", actor="operator", **who)
            elif y < 0.85:
                run.event(
                    later, "cancelled", actor="operator", status_from="受注", status_to="キャンセル", **who
                )
        else:
            sent = at + timedelta(days=5)
            run.event(sent, "exported", status_from="受注", status_to="出荷作業中", **who)
            run.event(sent, "handed_over", side="warehouse", actor="warehouse", **who)
            gone = run.event(
                sent, "shipped", side="warehouse", actor="warehouse", quantity=1, code=f"{10**11 + i}", **who
            )
            took = "capture_failed" if luck(i, 6) < 0.01 else "captured"
            run.event(
                sent, took, amount=3980, cause=gone, code="E61" if took == "capture_failed" else None, **who
            )
        if luck(i, 7) < 0.01:
            flag = {"subscription": who["subscription"], "cycle": who["cycle"]}
            run.event(at, "generation_failed", code="card_expired", rule="SS-GEN-02", **flag)
            run.event(at, "flag_set", code="card_expired", **flag)
            if luck(i, 8) < 0.6:
                run.event(at + timedelta(days=9 * luck(i, 9)), "flag_cleared", actor="operator", **flag)
        if luck(i, 10) < 0.005:
            run.event(at, "refused", actor="operator", rule="SS-LIFE-07", **who)


def _violations(run: Made, count: int) -> None:
    ordered = [row for row in run.events if row["kind"] in ("declined", "shipped")]
    for i in range(count):
        row = ordered[i * len(ordered) // count]
        invariant = ("INV-SHIPPED-UNPAID", "INV-CHARGED-TWICE", "INV-LATE-STOP")[int(luck(i, 20) ** 2 * 3)]
        run.violations.append(
            {
                "id": f"V-{i:06x}",
                "severity": ("violation", "violation", "warning", "cost")[i % 4],
                "invariant": invariant,
                "rule": "SS-PAY-05",
                "at": row["at"].isoformat(),
                "subscription": row["subscription"],
                "order": row["order"] if i % 5 else None,
                "key": row["order"],
                "money_at_risk": str(3980 * (i % 3)),
                "message_ja": "与信が取れていない注文が出荷されました。",
                "message_en": "An order was shipped without an authorisation.",
                "advice_ja": "決済状況を確認し、再与信するか代金を請求してください。",
                "advice_en": "Check the payment; reauthorise or invoice.",
                "evidence": f"{row['seq'] - 1};{row['seq']}",
            }
        )


def _days(run: Made, days: int, orders: int, replications: int) -> None:
    for i in range(days):
        level = (
            orders
            / days
            * (1 + 0.5 * (luck(i // 3, 30) - 0.5))
            * (1.4 if (START + timedelta(days=i)).day < 6 else 1)
        )
        band = {
            "p10": round(level * 0.82),
            "p50": round(level * 0.9),
            "p90": round(level * 0.98),
            "mean": level * 0.9,
        }
        actual = round(level * (0.86 + 0.08 * luck(i, 31)))
        alone = {"p10": actual, "p50": actual, "p90": actual, "mean": float(actual)}
        run.days.append(
            {
                "date": START + timedelta(days=i),
                "as_of": START - timedelta(days=1),
                "dashboard": round(level * max(0.0, 1 - i / 31)),
                "projected": round(level),
                "net": round(level * 0.97),
                "actual": actual,
                **(band if replications > 1 else alone),
            }
        )


class Page(HTMLParser):
    """What a test asks of a page: ids, links, tables as rows of cell texts, its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.ids: list[str] = []
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.tags: list[str] = []
        self.tables: list[list[list[str]]] = []
        self.texts: list[str] = []
        self.specs: dict[str, Any] = {}
        self._in = ""
        self._bare: str | None = None
        self.feed(html)
        self.text = " ".join(self.texts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self._in = found.get("id") or tag if tag in ("script", "style") else ""
        self.tags.append(tag)
        if found.get("id"):
            self.ids.append(found["id"] or "")
        if tag == "a":
            self.links.append(found.get("href") or "")
        self.fetched += [v or "" for k, v in attrs if k in ("src", "srcset", "data", "action")]
        self.fetched += [found.get("href") or ""] if tag == "link" else []
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self._bare = found.get("data-v")
            self.tables[-1][-1].append(self._bare or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._bare = "closed"
        self._in = ""

    def handle_data(self, data: str) -> None:
        if self._in == "drawing":
            self.specs = json.loads(data)["specs"]
        if self._in or not data.strip():
            return
        self.texts.append(data.strip())
        if self.tables and self.tables[-1] and self.tables[-1][-1] and self._bare is None:
            self.tables[-1][-1][-1] += data.strip()

    def table(self, *headings: str) -> list[dict[str, str]]:
        """The rows of the one table whose headings begin so; bare values, as they would be copied."""
        found = [t for t in self.tables if t[0][: len(headings)] == list(headings)]
        assert len(found) == 1, [t[0] for t in self.tables]
        head, *rows = found[0]
        return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.fixture
def read_page() -> Callable[[str], Page]:
    """Parse a page."""
    return Page


@pytest.fixture
def make_run(tmp_path: Path) -> Iterator[Callable[..., Made]]:
    """Make a run: `make_run(orders=…, days=…, violations=…, replications=…)`; `.write()` it when it is ready."""

    def make(orders: int = 300, days: int = 60, violations: int = 12, replications: int = 20) -> Made:
        return build(tmp_path / "run", orders, days, violations, replications)

    yield make


def build(directory: Path, orders: int, days: int, violations: int, replications: int) -> Made:
    """The run behind the fixture."""
    run = Made(directory)
    _orders(run, orders, days)
    run.events.sort(key=lambda row: (row["at"], row["seq"]))
    places = {row["seq"]: i for i, row in enumerate(run.events)}
    for i, row in enumerate(run.events):
        row["seq"] = i
        if row.get("cause") is not None:
            row["cause"] = places[row["cause"]]
    _violations(run, violations)
    _days(run, days, orders, replications)
    run.summary = {
        "seed": 7,
        "config_digest": "3f9a1c",
        "subscriptions": 997,
        "days": days,
        "events": len(run.events),
        "orders": {
            "出荷完了": run.count(kind="shipped"),
            "キャンセル": run.count(kind="cancelled"),
            "受注": 12,
        },
        "shipments": run.count(kind="shipped"),
        "violations": {"by_invariant": {}, "by_rule": {}},
        "detection": {
            "INV-SHIPPED-UNPAID": {"injected": 1204, "found": 1203, "false": 0},
            "INV-LATE-STOP": {"injected": 18, "found": 18, "false": 1},
        }
        if violations
        else {},
        "versions": {"teiki": "0.1.0", "python": "3.11.9", "polars": "1.30.0"},
        "wall_seconds": 3.21,
        "events_per_second": 155763.2,
        "peak_rss_mb": 311.4,
    }
    return run
