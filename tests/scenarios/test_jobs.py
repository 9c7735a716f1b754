"""`teiki jobs`: bulk jobs on the shop of a finished run, and what they write."""

import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from teiki_scenarios.cli import app
from teiki_scenarios.summary import MEASURED

PLAN = """
[[job]]
name = "更新"
kind = "update"
select = { how = "all", search = { status = ["未対応"], kind = "subscription" } }
with = { method = "NP後払い", carrier = "佐川急便" }

[[job]]
kind = "reauthorise"
select = { search = { status = ["未対応"] } }

[[job]]
kind = "cancel"
at = "15:00"
select = { how = "page" }
with = { lower_count = true, recalculate = true, subscription = "stop", reason = "x" }
"""


def teiki(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(word) for word in words])
    return done.exit_code, done.output


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("jobs") / "run"
    words = ("simulate", "--platform", "ecforce", "--months", 1, "--slips", "careless", "--quiet")
    assert teiki(*words, "--out", out)[0] == 0
    return out


@pytest.fixture(scope="module")
def plan(run: Path) -> Path:
    file = run.parent / "jobs.toml"
    file.write_text(PLAN, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def done(run: Path, plan: Path) -> Path:
    out = run.parent / "done"
    code, output = teiki("jobs", run, plan, "--out", out, "--quiet")
    assert (code, output) == (0, "")
    return out


def test_each_job_leaves_a_line_and_a_result_file(done: Path) -> None:
    names = {
        "01_更新.csv",
        "02_reauthorise.csv",
        "03_cancel.csv",
        "jobs.csv",
        "summary.json",
        "events.parquet",
    }
    assert {path.name for path in done.iterdir()} == names | {"violations.csv", "violations.parquet"}
    jobs = pl.read_csv(done / "jobs.csv")
    assert jobs["kind"].to_list() == ["update", "reauthorise", "cancel"]
    assert jobs["state"].to_list() == ["completed"] * 3
    assert jobs["registered_at"].to_list() == ["2026-05-01 10:00", "2026-05-01 10:06", "2026-05-01 15:00"]
    assert jobs["targets"][2] == 100 < jobs["hits"][2]
    for row in jobs.iter_rows(named=True):
        result = pl.read_csv(done / row["files"])
        assert result.columns == ["order", "result", "code", "message_ja", "message_en"]
        assert len(result) == row["targets"] == row["done"] + row["failed"] + row["skipped"]
        assert result["result"].to_list().count("failed") == row["failed"]


def test_the_log_goes_on_where_the_run_ended(run: Path, done: Path) -> None:
    summary = json.loads((done / "summary.json").read_text("utf-8"))
    before, after = (pl.read_parquet(path / "events.parquet") for path in (run, done))
    first = summary["first_event_of_jobs"]
    assert first == len(before) and after.head(first).equals(before)
    rows = after.slice(first).filter(pl.col("kind") == "job", pl.col("code") != "edited_again")
    assert rows["code"].to_list() == ["searched", "registered", "completed"] * 3
    numbers = [job["job"] for job in summary["jobs"]]
    assert rows["cycle"].to_list() == [number for number in numbers for _ in range(3)]


def test_the_same_again_is_the_same(run: Path, plan: Path, done: Path) -> None:
    again = run.parent / "again"
    assert teiki("jobs", run, plan, "--out", again, "--quiet")[0] == 0
    for path in done.iterdir():
        if path.name == "summary.json":
            one, other = (json.loads((out / path.name).read_text("utf-8")) for out in (done, again))
            assert {k: v for k, v in one.items() if k not in MEASURED} == {
                k: v for k, v in other.items() if k not in MEASURED
            }
        else:
            assert path.read_bytes() == (again / path.name).read_bytes(), path.name


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[job]]\nkind = "updat"', "[job[1].kind]: found 'updat', expected one of (did you mean 'update'?)"),
        (
            '[[job]]\nkind = "update"\nwith = { metod = "x" }',
            "[job[1].with.metod]: found 'metod', expected a known key (did you mean 'method'?)",
        ),
        (
            '[[job]]\nkind = "capture"\nselect = { how = "picked", picked = ["EC1"] }',
            "[job[1].select.picked]: found 'EC1', expected the number of an order",
        ),
        ("job = 1 2", "expected well-formed TOML"),
    ],
)
def test_mistakes_are_told_and_nothing_is_written(run: Path, text: str, said: str) -> None:
    file, out = run.parent / "bad.toml", run.parent / "never"
    file.write_text(text, encoding="utf-8")
    code, output = teiki("jobs", run, file, "--out", out, "--lang", "en")
    assert code == 2 and said in output, output
    assert not out.exists()


def test_a_directory_that_is_no_run_is_refused(tmp_path: Path, plan: Path) -> None:
    code, output = teiki("jobs", tmp_path, plan, "--out", tmp_path / "out", "--lang", "en")
    assert code == 2 and "[RUN_DIR]" in output


def test_a_run_that_was_changed_is_refused(run: Path, plan: Path, tmp_path: Path) -> None:
    """Its digest of what happened no longer agrees with its configuration."""
    for path in run.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    changed = (tmp_path / "run.toml").read_text("utf-8").replace("seed = 1\n", "seed = 2\n")
    (tmp_path / "run.toml").write_text(changed, "utf-8")
    code, output = teiki("jobs", tmp_path, plan, "--out", tmp_path / "out", "--lang", "en")
    assert code == 2 and "summary.json" in output


FILES = """
[[job]]
name = "一覧"
kind = "csv"
select = { search = { status = ["未対応"], kind = "subscription" } }
with = { format = "出荷リスト", encoding = "UTF-8" }

[[job]]
kind = "pdf"
select = { how = "page" }
with = { form = "請求書", issued = 2026-05-10 }
"""


@pytest.mark.parametrize("given", [False, True])
def test_names_in_files_come_from_the_book_or_are_made_up(run: Path, tmp_path: Path, given: bool) -> None:
    plan, book, out = tmp_path / "files.toml", tmp_path / "book.csv", tmp_path / "out"
    plan.write_text(FILES, encoding="utf-8")
    customers = pl.read_parquet(run / "events.parquet")["customer"].drop_nulls().unique().sort().to_list()
    rows = [
        f"S{i},{customer},実在 花子,見本町{i},1ヶ月ごと,TEA,代引き,継続"
        for i, customer in enumerate(customers)
    ]
    book.write_text(
        "\n".join(["定期受注番号,顧客番号,氏名,住所,頻度,商品コード,支払方法,ステータス", *rows]),
        encoding="utf-8",
    )
    code, output = teiki("jobs", run, plan, "--out", out, "--quiet", *(("--book", book) if given else ()))
    assert (code, output) == (0, "")
    [listed], [form] = out.glob("01_一覧_csv-*.csv"), out.glob("02_pdf_請求書-*.pdf")
    assert form.stat().st_size > 0
    names = pl.read_csv(listed)["お届け先氏名"].unique().to_list()
    assert (names == ["実在 花子"]) == given
    assert given or len(names) > 50
    for path in out.glob("*.parquet"):
        assert "実在" not in str(pl.read_parquet(path).to_dict(as_series=False))
