"""report.html: says what the files say, in one file that fetches nothing."""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import vl_convert

from teiki_reports import Lang, write_report
from teiki_reports.texts import KINDS_JA
from teiki_sim.log.kinds import Kind

Make = Callable[..., Any]
HOSTILE = "<script>alert(1)</script>\"'&</details>{{7*7}}"


@pytest.fixture
def page(make_run: Make, read_page: Make, tmp_path: Path) -> Make:
    """Write a run and its report, and read the report."""

    def show(run: Any, lang: Lang = "ja") -> Any:
        out = tmp_path / f"report-{lang}.html"
        write_report(run.write(), out, lang)
        return read_page(out.read_text(encoding="utf-8"))

    return show


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_page_is_whole_and_fetches_nothing(make_run: Make, page: Make, lang: Lang) -> None:
    shown = page(make_run(), lang)
    assert shown.fetched == []
    assert not [link for link in shown.links if not link.startswith("#")]
    assert "default-src 'none'" in shown.html
    assert "@import" not in shown.html and "url(http" not in shown.html
    assert list(shown.specs) == ["shipments", "outcomes", "holds", "failures", "violations"]
    assert f'<html lang="{lang}">' in shown.html
    assert "http" not in str(shown.specs)
    assert shown.html.count("window.vegaEmbed") == 1


def test_every_link_leads_somewhere(make_run: Make, page: Make) -> None:
    run = make_run(violations=40)
    shown = page(run)
    assert not {link[1:] for link in shown.links} - set(shown.ids)
    assert max(Counter(shown.ids).values()) == 1
    assert {f"#e-{v['id']}" for v in run.violations} <= set(shown.links)
    assert {f"v-{v['id']}" for v in run.violations} <= set(shown.ids)


def test_evidence_stands_beside_the_events_of_its_order(make_run: Make, page: Make) -> None:
    run = make_run(violations=9)
    shown = page(run, "en")
    tables = [t for t in shown.tables if t[0][:2] == ["", "Seq"]]
    assert len(tables) == 9
    by_proof = {tuple(row[1] for row in t if row[0] == "●"): {row[1] for row in t[1:]} for t in tables}
    for violation in run.violations:
        seqs = by_proof[tuple(violation["evidence"].split(";"))]
        if violation["order"]:
            same = {str(e["seq"]) for e in run.events if e.get("order") == violation["order"]}
            assert same <= seqs


def test_evidence_outlives_the_cap(make_run: Make, page: Make) -> None:
    run = make_run(violations=1)
    noisy = run.events[-1]["at"]
    for _ in range(200):
        run.event(noisy, "mail", order="O9")
    last = run.event(noisy, "shipped", order="O9")
    run.violations[0] |= {"order": "O9", "evidence": f"3;{last}"}
    shown = page(run, "en")
    (table,) = [t for t in shown.tables if t[0][:2] == ["", "Seq"]]
    assert len(table) == 31
    assert [row[1] for row in table if row[0] == "●"] == ["3", str(last)]
    assert "30 of 202 rows" in shown.text


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_counts_are_those_of_the_log(make_run: Make, page: Make, lang: Lang) -> None:
    run = make_run(orders=900)
    shown = page(run, lang)
    ja = lang == "ja"
    rows = shown.table("支払方法", "合計") if ja else shown.table("Method", "Total")
    assert {row["支払方法" if ja else "Method"] for row in rows} == {
        e["method"] for e in run.events if "method" in e
    }
    for row in rows:
        method = row["支払方法" if ja else "Method"]
        assert int(row["承認" if ja else "Accepted"]) == run.count(
            kind="authorised", side="store", method=method
        )
        assert int(row["応答なし" if ja else "No answer"]) == run.count(
            kind="no_answer", side="store", method=method
        )
    failed = shown.table("種別", "コード") if ja else shown.table("Kind", "Code")
    kinds = ("declined", "capture_failed", "generation_failed", "no_answer", "refused")
    total = sum(run.count(kind=kind, side="store") for kind in kinds)
    assert sum(int(row["件数" if ja else "Count"]) for row in failed) == total
    held = shown.table("種別", "理由コード") if ja else shown.table("Kind", "Reason code")
    starts = run.count(kind="held") + run.count(kind="flag_set")
    assert sum(int(row["件数" if ja else "Count"]) for row in held) == starts
    assert sum(int(row["解除" if ja else "Released"]) for row in held) == run.count(
        kind="released"
    ) + run.count(kind="flag_cleared")


def test_days_are_those_of_the_file(make_run: Make, page: Make) -> None:
    run = make_run(days=45)
    shown = page(run, "en")
    rows = shown.table("Date", "Actual")
    assert [(r["Date"], float(r["Actual"]), float(r["p90"])) for r in rows] == [
        (str(d["date"]), d["actual"], d["p90"]) for d in run.days
    ]
    assert "2026-04-01 (Wed)" in shown.text
    products = shown.table("Product", "Actual")
    assert {float(p["Actual"]) for p in products} == {float(sum(d["actual"] for d in run.days))}


def test_head_tells_the_summary(make_run: Make, page: Make) -> None:
    run = make_run()
    shown = page(run, "en")
    for value in (run.summary["events"], run.summary["subscriptions"], run.summary["shipments"]):
        assert f"{value:,}" in shown.texts
    orders = {row["Order status"]: row["Count"] for row in shown.table("Order status")}
    assert orders["キャンセル"] == str(run.summary["orders"]["キャンセル"])
    detected = {row["Invariant"]: row for row in shown.table("Invariant", "Injected")}
    assert detected["INV-LATE-STOP"] == {
        "Invariant": "INV-LATE-STOP",
        "Injected": "18",
        "Found": "18",
        "False": "1",
    }
    assert detected["Total"]["Injected"] == "1222"


def test_violations_by_invariant(make_run: Make, page: Make) -> None:
    run = make_run(violations=50)
    shown = page(run, "en")
    found = Counter((v["invariant"], v["severity"].capitalize()) for v in run.violations)
    rows = shown.table("Invariant", "Severity")
    assert {(r["Invariant"], r["Severity"]): int(r["Count"]) for r in rows} == found
    assert sum(int(r["Yen at risk"]) for r in rows) == sum(int(v["money_at_risk"]) for v in run.violations)


def test_rare_invariant_is_not_crowded_out(make_run: Make, page: Make) -> None:
    run = make_run(violations=1200)
    for violation in run.violations:
        violation["invariant"] = "COMMON"
    run.violations[-1] |= {"invariant": "RARE", "severity": "cost"}
    shown = page(run, "en")
    listed = shown.table("Id", "Severity")
    assert len(listed) == 1000
    assert "1,000 of 1,200 rows" in shown.text and "300 of 1,200 are shown" in shown.text
    assert [row["Id"] for row in listed if row["Invariant"] == "RARE"] == [run.violations[-1]["id"]]
    assert f"#e-{run.violations[-1]['id']}" in shown.links
    assert not {link[1:] for link in shown.links} - set(shown.ids)


@pytest.mark.parametrize(("lang", "words"), [("ja", "違反はありません"), ("en", "No violations")])
def test_no_violations(make_run: Make, page: Make, lang: Lang, words: str) -> None:
    shown = page(make_run(violations=0), lang)
    assert words in shown.text
    assert "violations" not in shown.specs and "evidence" not in shown.ids


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_empty_run_still_makes_a_page(make_run: Make, page: Make, lang: Lang) -> None:
    run = make_run(violations=0)
    run.events.clear()
    run.days.clear()
    shown = page(run, lang)
    assert shown.specs == {}
    assert (
        shown.text.count("該当するデータはありません。" if lang == "ja" else "There is nothing to show.") == 4
    )


def test_missing_files_are_named(make_run: Make, read_page: Make, tmp_path: Path) -> None:
    directory = make_run().write()
    for name in ("shipments.csv", "shipments_by_product.csv", "events.parquet", "violations.csv"):
        (directory / name).unlink()
    write_report(directory, tmp_path, "en")
    text = read_page((tmp_path / "report.html").read_text(encoding="utf-8")).text
    for name in ("shipments.csv", "events.parquet", "violations.csv"):
        assert f"Not shown: the run has no {name}." in text
    assert "No violations" not in text


def test_hostile_strings_are_text(make_run: Make, page: Make) -> None:
    plain = page(make_run(violations=3), "en").tags
    run = make_run(violations=3)
    at = datetime(2026, 4, 2)
    bad = run.event(
        at, "declined", code=HOSTILE, method=HOSTILE, order=HOSTILE, detail=HOSTILE, status_to=HOSTILE
    )
    run.event(at, "held", code=HOSTILE, order=HOSTILE)
    for name in ("id", "invariant", "severity", "rule", "order", "message_en", "advice_en", "at"):
        run.violations[0][name] = HOSTILE
    run.violations[0]["evidence"] = f"{bad};x;"
    run.summary["orders"][HOSTILE] = 1
    run.summary["versions"][HOSTILE] = HOSTILE
    shown = page(run, "en")
    assert "alert(1)</script>" not in shown.html
    assert Counter(shown.tags)["script"] == Counter(plain)["script"]
    assert HOSTILE in shown.table("Id", "Severity")[-1].values()
    assert not {link[1:] for link in shown.links} - set(shown.ids)
    for spec in shown.specs.values():
        vl_convert.vegalite_to_svg(spec)


@pytest.mark.parametrize("replications", [1, 20])
def test_every_chart_draws(make_run: Make, page: Make, replications: int) -> None:
    shown = page(make_run(replications=replications))
    assert ("p10–p90" in str(shown.specs["shipments"])) is (replications > 1)
    assert ("p10–p90 の幅はありません" in shown.text) is (replications == 1)
    # A median that is the run itself would lie on it and hide it.
    assert ("試行の中央値" in shown.text) is (replications > 1)
    for spec in shown.specs.values():
        svg = vl_convert.vegalite_to_svg(spec)
        assert "NaN" not in svg and "undefined" not in svg


def test_same_files_same_page(make_run: Make, page: Make) -> None:
    assert page(make_run()).html == page(make_run()).html


def test_truth_is_counted(make_run: Make, page: Make) -> None:
    run = make_run()
    run.write()
    slips = [("operator", "forget_release", "INV-A", o) for o in ("broke", "broke", "mended", "open")]
    frame = pl.DataFrame(slips, schema=["source", "slip", "invariant", "outcome"], orient="row")
    frame.write_parquet(run.directory / "truth.parquet")
    (row,) = page(run, "en").table("Source", "Slip")
    assert (row["Broke"], row["Mended in time"], row["Open"]) == ("2", "1", "1")


def test_every_kind_has_a_japanese_name() -> None:
    assert {kind.label for kind in Kind} == set(KINDS_JA)


def test_importing_costs_nothing() -> None:
    code = "import sys, teiki_reports; print(sorted({'altair', 'polars', 'jinja2', 'teiki_sim'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.slow
def test_half_a_million_events_make_a_page_in_a_process_of_its_own(make_run: Make, tmp_path: Path) -> None:
    run = make_run(orders=75_000, days=120, violations=2000)
    assert len(run.events) > 500_000
    directory = run.write()
    code = (
        "from pathlib import Path; from teiki_reports import write_report\n"
        f"write_report(Path({str(directory)!r}), Path({str(tmp_path)!r}), 'ja')\n"
    )
    subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert re.search(r"全 2,000 件", (tmp_path / "report.html").read_text(encoding="utf-8"))
