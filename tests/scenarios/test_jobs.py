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
    assert rows["cycle"].to_list() == [1, 1, 1, 2, 2, 2, 3, 3, 3]


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
