"""`teiki audit`: a run's own log gives the run's violations; an export gives what its columns allow."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from teiki_scenarios import cli
from teiki_sim.catalogue import invariants
from teiki_sim.monitors import INVARIANTS

EXPORT = """受注番号,受注日時,定期受注番号,定期回数,対応状況,決済状況,支払方法,合計金額,発送予定日,配送予定日,出荷リスト出力日,発送完了日,売上日時,キャンセル日時,決済取消日時,氏名
A1,2026-04-01 10:00,S1,1,発送済み,売上完了,クレジットカード,2980,2026-04-05,2026-04-08,2026-04-05 09:00,2026-04-05,2026-04-05,,,内緒 太郎
A2,2026-04-01 10:00,S2,1,キャンセル,仮売上完了,クレジットカード,3980,2026-04-05,2026-04-08,,,,2026-04-03 12:00,,内緒 花子
A3,2026-04-01 10:00,S3,1,発送済み,取消完了,NP後払い,4980,2026-04-05,2026-04-08,2026-04-05 09:00,2026-04-05,,,2026-04-03 10:00,内緒 次郎
A4,2026-04-01 10:00,S4,1,発送済み,与信審査エラー,NP後払い,4980,2026-04-05,2026-04-08,2026-04-05 09:00,2026-04-05,,,,内緒
A5,2026-04-01 10:00,S5,1,発送済み,売上完了,クレジットカード,4980,2026-04-05,2026-04-08,2026-04-05 09:00,2026-04-05,2026-04-05,,,内緒
A6,2026-04-02 10:00,S6,1,未対応,仮売上完了,クレジットカード,4980,2026-05-05,2026-05-08,,,,,,内緒
A7,2026-04-03 10:00,S6,1,未対応,仮売上完了,クレジットカード,4980,2026-05-05,2026-05-08,,,,,,内緒
A8,2026-04-01 10:00,S8,1,キャンセル,取消完了,クレジットカード,4980,2026-05-05,2026-05-08,2026-04-10 09:00,,,2026-04-11 10:00,2026-04-11 10:05,内緒
A9,2026-05-30 10:00,,,未対応,,代引き,4980,2026-06-05,2026-06-08,,,,,,内緒
"""
LEDGER = """オーダーID,取引ID,ステータス,利用金額,仮売上日時,実売上日時,取消日時
A1,t1,CAPTURE,2980,2026-04-01 10:00:03,2026-04-05 19:00,
A2,t2,VOID,3980,2026-04-01 10:00:03,,2026-04-03 13:00
A5,t5,AUTH,4080,2026-04-01 10:00:03,,
A6,t6,AUTH,4980,2026-04-02 10:00:03,,
A7,t7,AUTH,4980,2026-04-03 10:00:03,,
A7,t7b,AUTH,4980,2026-04-03 10:00:04,,
A8,t8,VOID,4980,2026-04-01 10:00:03,,2026-04-11
ZZ,t9,AUTH,500,2026-04-02 10:00:03,,
"""


def teiki(*words: object) -> Any:
    return CliRunner().invoke(cli.app, [str(word) for word in words])


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_text(text, encoding=encoding)
    return path


def audited(file: Path, out: Path, *more: object) -> tuple[dict[str, Any], pl.DataFrame]:
    done = teiki("audit", file, "--out", out, "--json", *more)
    assert done.exit_code == 0, done.output
    told: dict[str, Any] = json.loads(done.stdout)
    assert told == json.loads((out / "audit.json").read_text("utf-8"))
    return told, pl.read_parquet(out / "violations.parquet")


def orders(found: pl.DataFrame) -> set[tuple[str, str]]:
    return set(found.select("invariant", "order").rows())


# ---- logs ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["subscstore", "ecforce", "tamago", "marketplace"])
def a_run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out: Path = tmp_path_factory.mktemp("run") / "out"
    done = teiki(
        "simulate", "--platform", request.param, "--subscriptions", 600, "--months", 3, "--slips", "careless",
        "--out", out, "--quiet",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    return out


def test_a_runs_own_log_gives_the_runs_violations(a_run: Path, tmp_path: Path) -> None:
    told, found = audited(a_run / "events.parquet", tmp_path / "audit")
    own = pl.read_parquet(a_run / "violations.parquet")
    assert own.height > 10 and found.equals(own)
    assert told["judged"] == list(INVARIANTS) and told["not_judged"] == []
    assert {row["id"] for row in told["invariants"]} == set(invariants())
    csv = (tmp_path / "audit" / "violations.csv").read_bytes()
    assert csv == (a_run / "violations.csv").read_bytes()


def test_the_same_log_as_a_csv_or_shuffled_or_without_its_free_texts(a_run: Path, tmp_path: Path) -> None:
    events = pl.read_parquet(a_run / "events.parquet")
    own = pl.read_parquet(a_run / "violations.parquet")
    blank = events.drop("rule", "cause", "detail", "customer").sample(fraction=1.0, shuffle=True, seed=1)
    blank.write_parquet(tmp_path / "shuffled.parquet")
    assert audited(tmp_path / "shuffled.parquet", tmp_path / "a")[1].equals(own)
    events.write_csv(tmp_path / "events.csv", datetime_format="%Y-%m-%dT%H:%M:%S")
    assert audited(tmp_path / "events.csv", tmp_path / "b")[1].equals(own)


def test_a_log_without_the_providers_rows_is_judged_by_what_is_left(a_run: Path, tmp_path: Path) -> None:
    events = pl.read_parquet(a_run / "events.parquet")
    if not events["side"].eq("provider").any():
        return  # a marketplace pays the seller: no provider is seen
    events.filter(pl.col("side") != "provider").write_parquet(tmp_path / "store.parquet")
    told, found = audited(tmp_path / "store.parquet", tmp_path / "a")
    lost = {"INV-01", "INV-02", "INV-03", "INV-04", "INV-05", "INV-06", "INV-30"}
    assert lost <= set(told["not_judged"])
    assert not lost & set(found["invariant"])
    own = pl.read_parquet(a_run / "violations.parquet")
    kept = own.filter(pl.col("invariant").is_in(told["judged"]) & (pl.col("invariant") != "INV-55"))
    assert set(kept["id"]) <= set(found["id"])


def test_a_log_without_a_column_says_so(a_run: Path, tmp_path: Path) -> None:
    pl.read_parquet(a_run / "events.parquet").drop("cycle").write_parquet(tmp_path / "no_cycle.parquet")
    told, _ = audited(tmp_path / "no_cycle.parquet", tmp_path / "a")
    wants = {row["id"]: row["want_en"] for row in told["invariants"]}
    assert wants["INV-07"] == "delivery counts"


def test_a_log_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    row = {"at": ["2026-04-01T10:00:00"], "kind": ["generated"], "order": ["A"]}
    for change, told in (
        ({"kind": ["generatd"]}, "[kind]: found 'generatd'"),
        ({"at": [None]}, "[at]: found"),
        ({"amount": ["dear"]}, "expected columns of the types that a log has"),
        ({"method": ["cash"]}, "[method]: found 'cash'"),
    ):
        pl.DataFrame(row | change).write_parquet(tmp_path / "events.parquet")
        done = teiki("audit", tmp_path / "events.parquet", "--out", tmp_path / "a", "--lang", "en")
        assert done.exit_code == 2 and told in done.stderr, done.output
    assert not (tmp_path / "a").exists()


# ---- exports -------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["cp932", "utf-8", "utf-8-sig"])
def test_an_export_is_judged_by_the_shops_own_record(encoding: str, tmp_path: Path) -> None:
    told, found = audited(written(tmp_path / "orders.csv", EXPORT, encoding), tmp_path / "a")
    assert (told["mapping"], told["encoding"], told["form"]) == ("ecforce", encoding, "export")
    assert orders(found) == {
        ("INV-01", "A2"), ("INV-02", "A3"), ("INV-03", "A3"), ("INV-03", "A4"), ("INV-07", "A7"), ("INV-12", "A7"),
        ("INV-37", "A8"), ("INV-55", "A3"), ("INV-55", "A4"),
    }  # fmt: skip
    by = {(row["invariant"], row["order"]): row for row in found.to_dicts()}
    cancelled = by["INV-01", "A2"]
    assert (cancelled["rule"], cancelled["money_at_risk"], cancelled["evidence"]) == ("EC-CAN-01", 3980, [3])
    assert told["judged"] == sorted({name for name, _ in orders(found)})
    assert told["money_at_risk"] == found["money_at_risk"].sum()


def test_a_statement_is_the_second_record(tmp_path: Path) -> None:
    file, ledger = written(tmp_path / "o.csv", EXPORT, "cp932"), written(tmp_path / "l.csv", LEDGER)
    told, found = audited(file, tmp_path / "a", "--ledger", ledger)
    assert {"INV-04", "INV-06", "INV-30"} <= set(told["judged"])
    got = orders(found)
    assert {("INV-04", "A5"), ("INV-06", "A5"), ("INV-06", "A2"), ("INV-30", "A7")} <= got
    assert ("INV-01", "A2") not in got, "the provider says that it was cancelled"
    assert ("INV-03", "A4") in got, "of a method that the statement does not speak for"
    assert told["ledger_rows_of_unknown_orders"] == 1


def test_what_a_column_would_allow_is_said(tmp_path: Path) -> None:
    told, _ = audited(written(tmp_path / "o.csv", EXPORT), tmp_path / "a")
    wants = {
        row["id"]: (row["want_ja"], row["want_en"])
        for row in told["invariants"]
        if row["state"] == "not_judged"
    }
    assert wants["INV-05"] == ("売上金額 [売上金額]", "captured amounts [captured_amount]")
    assert "--ledger" in wants["INV-06"][0]
    page = (tmp_path / "a" / "audit.html").read_text("utf-8")
    assert "売上金額 [売上金額]" in page or "captured amounts [captured_amount]" in page


def test_columns_more_allow_more(tmp_path: Path) -> None:
    rows = """注文番号,注文日,定期受注番号,定期回数,決済状況,支払方法,金額,出荷日,売上日,売上金額,定期ステータス,定期停止日時,次回お届け予定日,判断記録日時,注文ステータス
B1,2026-04-01,S1,1,キャプチャ済み,クレジットカード,3000,2026-04-04,2026-04-04,2500,継続,,2026-05-08,,出荷済み
B2,2026-04-01,S2,1,与信完了,クレジットカード,3000,2026-04-06,,,停止,2026-04-03 10:00,,,出荷済み
B3,2026-04-20,S2,2,与信完了,クレジットカード,3000,,,,停止,2026-04-03 10:00,,,出荷待ち
B4,2026-05-20,,,与信完了,クレジットカード,3000,,,,,,,,出荷待ち
"""
    told, found = audited(written(tmp_path / "o.csv", rows), tmp_path / "a")
    assert {
        ("INV-05", "B1"),
        ("INV-10", "B2"),
        ("INV-09", "B3"),
        ("INV-08", None),
        ("INV-11", None),
    } <= orders(found)
    assert told["platform"] is None and set(found["rule"]) == {""}


def test_a_day_that_went_as_days_go_is_held_against_nobody(tmp_path: Path) -> None:
    rows = """注文番号,注文日時,決済状況,注文ステータス,支払方法,金額,与信日時,出荷指示日時,出荷日,売上日,決済取消日,キャンセル日
C1,2026-04-01 10:00,キャプチャ済み,出荷済み,クレジットカード,3000,2026-04-01 10:01,2026-04-01 11:00,2026-04-01,2026-04-01,,
C2,2026-04-01 10:00,取消済み,キャンセル済み,クレジットカード,3000,2026-04-01 10:01,2026-04-01 11:00,2026-04-01,,2026-04-01,2026-04-01
C3,2026-05-01 10:00,,出荷待ち,代引き,3000,,,,,,
"""
    _, found = audited(written(tmp_path / "o.csv", rows), tmp_path / "a")
    assert found.height == 0


def test_rows_of_items_count_as_one_order(tmp_path: Path) -> None:
    line = EXPORT.splitlines()[1]
    told, _ = audited(written(tmp_path / "o.csv", EXPORT + line + "\n"), tmp_path / "a")
    assert (told["orders"], told["item_rows"]) == (9, 1)
    other = EXPORT + line.replace("発送済み", "未対応") + "\n"
    done = teiki("audit", written(tmp_path / "p.csv", other), "--out", tmp_path / "b", "--lang", "en")
    assert done.exit_code == 2 and "line 11 [受注番号]: found 'A1'" in done.stderr
    assert not (tmp_path / "b").exists()


def test_personal_data_reach_no_output(tmp_path: Path) -> None:
    spoiled = EXPORT.replace("2026-04-02 10:00", "内緒 三郎")
    file = written(tmp_path / "o.csv", spoiled, "cp932")
    told, _ = audited(file, tmp_path / "a", "--skip-bad-rows")
    assert told["rejected_rows"] == 1
    for path in (tmp_path / "a").iterdir():
        assert "内緒".encode() not in path.read_bytes(), path
    assert "受注日時" in (tmp_path / "a" / "rejects.csv").read_text("utf-8")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("発送済み,売上完了", "発送スミ,売上完了"), "line 2 [対応状況]: found '発送スミ'"),
        (("2026-04-02 10:00", "2026/13/45"), "line 7 [受注日時]: found '2026/13/45'"),
        (("受注日時", "いつか"), "a column 注文日時 (ordered_at)"),
        ((",3980,", ",三千円,"), "line 3 [合計金額]: found '三千円'"),
    ],
)
def test_bad_exports_are_named(change: tuple[str, str], told: str, tmp_path: Path) -> None:
    file = written(tmp_path / "o.csv", EXPORT.replace(*change))
    done = teiki("audit", file, "--mapping", "ecforce", "--out", tmp_path / "a", "--lang", "en")
    assert done.exit_code == 2 and told in done.stderr
    assert not (tmp_path / "a").exists()


def test_terms_are_the_shops_own(tmp_path: Path) -> None:
    file = written(
        tmp_path / "o.csv",
        "no,day,state,paid,by,gone\nX,2026-04-01,done,sold,card,2026-04-03\nY,2026-04-14,done,sold,card,2026-04-14\n",
    )
    text = """no = "注文番号"
day = "注文日時"
state = "注文ステータス"
paid = "売上日時"
by = "支払方法"
gone = "出荷日時"
[values."注文ステータス"]
done = "出荷済み"
[values."支払方法"]
card = "クレジットカード"
[values."売上日時"]
sold = ""
[terms]
grace.capture = %d
"""
    for days, found in ((5, {("INV-55", "X")}), (30, set())):
        mapping = written(tmp_path / "m.toml", text % days)
        assert orders(audited(file, tmp_path / "a", "--mapping", mapping)[1]) == found
    wrong = written(tmp_path / "m.toml", text.replace("capture", "captur") % 1)
    done = teiki("audit", file, "--mapping", wrong, "--out", tmp_path / "b", "--lang", "en")
    assert done.exit_code == 2 and "grace.capture" in done.stderr


def test_it_can_fail_on_violations(tmp_path: Path) -> None:
    file = written(tmp_path / "o.csv", EXPORT)
    assert teiki("audit", file, "--out", tmp_path / "a", "--quiet", "--fail-on-violation").exit_code == 1


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_the_screen_tells_what_was_judged(lang: str, tmp_path: Path) -> None:
    done = teiki("audit", written(tmp_path / "o.csv", EXPORT), "--out", tmp_path / "a", "--lang", lang)
    assert done.exit_code == 0
    assert {"ja": "判定できない", "en": "Not judged"}[lang] in done.stdout
    assert {"ja": "[売上金額]", "en": "[captured_amount]"}[lang] in done.stdout


def test_a_scenarios_log_is_judged_as_the_scenario_was(tmp_path: Path) -> None:
    assert teiki("run", "--out", tmp_path / "run", "--quiet").exit_code == 0
    played = json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))
    by_file = {row["file"].removesuffix(".teiki.yaml"): row["violations"] for row in played}
    broken = [name for name, found in by_file.items() if found][::8]
    assert len(broken) > 3
    for name in broken:
        _, found = audited(tmp_path / "run" / name / "events.parquet", tmp_path / "a")
        rows = found.select("invariant", "rule").rows()
        assert sorted(f"{row[0]} {row[1]}".strip() for row in rows) == sorted(by_file[name]), name
