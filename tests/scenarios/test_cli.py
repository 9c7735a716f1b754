"""The command line: what it prints, what it refuses and how it ends."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from teiki_scenarios import cli, simulation
from teiki_scenarios.language import by_locale
from teiki_sim.catalogue import rules
from teiki_sim.config import Config, load
from teiki_sim.log.kinds import Kind

HEADER = "定期受注番号,顧客番号,頻度,商品コード,支払方法,ステータス,次回お届け予定日"
ROW = "S1,C1,1ヶ月ごと,TEA-30,代引き,継続,2026-05-20"


def teiki(*words: object) -> Any:
    return CliRunner().invoke(cli.app, [str(word) for word in words])


def csv_file(directory: Path, *rows: str, header: str = HEADER) -> Path:
    path = directory / "book.csv"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


# ---- the shape of it -----------------------------------------------------------------------------


def test_help_answers_without_importing_what_runs() -> None:
    heavy = "{'numpy', 'polars', 'pydantic', 'pyarrow', 'simpy', 'altair'} & set(sys.modules)"
    code = f"import sys, teiki_scenarios.cli; sys.exit(bool({heavy}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_python_m_is_teiki() -> None:
    command = [sys.executable, "-m", "teiki_scenarios", "rules", "--events", "--format", "json"]
    done = subprocess.run(command, check=True, capture_output=True, encoding="utf-8")
    assert {row["kind"] for row in json.loads(done.stdout)} == {kind.label for kind in Kind}


def test_the_language_is_the_locales() -> None:
    assert by_locale({"LC_ALL": "ja_JP.UTF-8", "LANG": "en_US.UTF-8"}) == "ja"
    assert by_locale({"LANG": "ja_JP.UTF-8"}) == "ja"
    assert by_locale({"LC_ALL": "C", "LANG": "ja_JP.UTF-8"}) == "en"
    assert by_locale({"LC_ALL": "", "LANG": "de_DE"}) == "en"


def test_version() -> None:
    done = teiki("--version")
    assert done.exit_code == 0
    assert done.stdout[0].isdigit()


# ---- rules ---------------------------------------------------------------------------------------


def test_rules_as_json_have_the_keys_that_others_read() -> None:
    rows = json.loads(teiki("rules", "--format", "json").stdout)
    assert [row["id"] for row in rows] == list(rules())
    keys = "id kinds platform statement_ja statement_en source basis monitors tests scenarios"
    assert {tuple(row) for row in rows} == {tuple(keys.split())}
    monitors = {row["id"]: row["monitors"] for row in rows}
    assert monitors["SS-STOP-03"] == ["INV-18"]
    assert monitors["SS-AMZ-06"] == ["INV-05", "INV-06"]


def test_rules_of_one_platform() -> None:
    rows = json.loads(teiki("rules", "--platform", "ecforce", "--json").stdout)
    assert {row["platform"] for row in rows} == {"ecforce"}


@pytest.mark.parametrize(("lang", "word"), [("ja", "規則"), ("en", "Rule")])
def test_rules_as_markdown(lang: str, word: str) -> None:
    lines = teiki("rules", "--format", "md", "--lang", lang).stdout.splitlines()
    assert word in lines[0]
    assert len(lines) == len(rules()) + 2
    assert all(line.startswith("| ") for line in lines)


def test_rules_as_a_table() -> None:
    assert "SS-ORD-05" in teiki("rules", "--lang", "en").stdout
    assert "shipped" in teiki("rules", "--events", "--lang", "en").stdout


# ---- configuration -------------------------------------------------------------------------------


def test_the_printed_configuration_loads_back(tmp_path: Path) -> None:
    rates, slips, printed = tmp_path / "rates.toml", tmp_path / "slips.toml", tmp_path / "printed.toml"
    rates.write_text("[customers]\nskip = [0.5]\n", encoding="utf-8")
    slips.write_text("manual_status = 0.25\n", encoding="utf-8")
    options = ("--rates", rates, "--slips", slips, "--months", 2, "--seed", 9, "--start", "2026/6/1")
    done = teiki("simulate", "--print-config", "--subscriptions", 7, "--platform", "ecforce", *options)
    printed.write_text(done.stdout, encoding="utf-8")
    config = load(printed)
    assert (config.seed, config.months, config.subscriptions, config.platform) == (9, 2, 7, "ecforce")
    assert config.start.isoformat() == "2026-06-01"
    assert config.customers.skip == [0.5]
    assert config.slips.rate("manual_status") == 0.25
    assert teiki("simulate", printed, "--print-config").stdout == done.stdout


def test_a_book_alone_starts_on_the_first_of_its_month(tmp_path: Path) -> None:
    book = csv_file(tmp_path, ROW, "S2,C2,1ヶ月ごと,TEA-30,代引き,停止,2026-01-20")
    done = teiki("simulate", "--book", book, "--print-config")
    assert "start = 2026-05-01" in done.stdout
    done = teiki("simulate", "--book", book, "--start", "2026-05-11", "--print-config")
    assert "start = 2026-05-11" in done.stdout
    config = tmp_path / "config.toml"
    config.write_text("start = 2026-04-02\n", encoding="utf-8")
    assert "start = 2026-04-02" in teiki("simulate", config, "--book", book, "--print-config").stdout


# ---- bad input -----------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    made = {name: tmp_path / name for name in ("junk", "bad.toml", "key.toml", "full", "file")}
    made["junk"].write_bytes(bytes(range(256)))
    made["bad.toml"].write_text("months = = 3\n", encoding="utf-8")
    made["key.toml"].write_text("mnths = 3\n", encoding="utf-8")
    made["full"].mkdir()
    (made["full"] / "thesis.txt").write_text("mine", encoding="utf-8")
    made["file"].write_text("mine", encoding="utf-8")
    made["none"] = tmp_path / "none"
    made["dir"] = tmp_path
    made["bad.csv"] = csv_file(tmp_path, ROW.replace("1ヶ月ごと", "たまに"))
    return made


BAD = {
    "no such configuration": ("{none}",),
    "a directory as configuration": ("{dir}",),
    "bytes as configuration": ("{junk}",),
    "no TOML": ("{bad.toml}",),
    "unknown key": ("{key.toml}",),
    "no such book": ("--book", "{none}"),
    "a directory as book": ("--book", "{dir}"),
    "bytes as book": ("--book", "{junk}"),
    "bad row": ("--book", "{bad.csv}"),
    "unknown key in rates": ("--rates", "{key.toml}"),
    "unknown slips": ("--slips", "sloppy"),
    "slips that are no TOML": ("--slips", "{junk}"),
    "no date": ("--start", "soon"),
    "no such day": ("--start", "2026-02-30"),
    "no month": ("--months", "0"),
    "fewer than no months": ("--months=-3",),
    "seed too large": ("--seed", str(2**64)),
    "book and population": ("--book", "{bad.csv}", "--subscriptions", "3"),
    "orders of no book": ("--orders", "{bad.csv}"),
    "no workers": ("--workers", "0"),
    "no number": ("--months", "many"),
    "unknown option": ("--moths", "3"),
    "unknown platform": ("--platform", "shop"),
    "a bad one to compare with": ("--compare", "{key.toml}"),
    "somebody's directory": ("--out", "{full}"),
    "a file for output": ("--out", "{file}"),
    "below a file": ("--out", "{file}/out"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_message_and_exit_2(
    case: str, files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "earlier"
    out.mkdir()
    (out / "summary.json").write_text('{"config_digest": "x"}', encoding="utf-8")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    monkeypatch.chdir(tmp_path)
    words = [word.format_map(_Names(files)) for word in BAD[case]]
    where = [] if "--out" in words else ["--out", str(out)]
    done = teiki("simulate", "--lang", "en", *where, *words)
    assert done.exit_code == 2, done.output
    assert isinstance(done.exception, SystemExit)
    assert "Traceback" not in done.output
    assert done.stdout == ""
    assert done.stderr.strip()
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


class _Names(dict[str, Path]):
    """File names may hold a dot, which a format string takes for an attribute."""

    def __missing__(self, key: str) -> Any:
        return _Dotted(key, self)


class _Dotted:
    def __init__(self, stem: str, files: dict[str, Path]) -> None:
        self._stem, self._files = stem, files

    def __getattr__(self, suffix: str) -> Path:
        return self._files[f"{self._stem}.{suffix}"]


@pytest.mark.parametrize(
    ("lang", "words"), [("ja", "値「-3」、正しい値: 1 以上"), ("en", "expected at least 1")]
)
def test_messages_are_in_the_language(lang: str, words: str) -> None:
    assert words in teiki("simulate", "--months=-3", "--lang", lang).stderr


def test_messages_name_file_line_and_field(tmp_path: Path) -> None:
    book = csv_file(tmp_path, ROW, ROW.replace("S1", "S2").replace("TEA-30", "WATER"))
    message = teiki("simulate", "--book", book, "--lang", "en").stderr
    assert f"{book} line 3 [商品コード]: found 'WATER'" in message


def test_ctrl_c_ends_in_130_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(simulation, "write_report", interrupted)
    done = teiki("simulate", "--subscriptions", 5, "--months", 1, "--out", tmp_path / "out")
    assert done.exit_code == 130
    assert list(tmp_path.iterdir()) == []


def test_a_terminated_run_leaves_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "teiki_scenarios", "simulate", "--subscriptions", "100000"]
    run = subprocess.Popen([*command, "--out", str(tmp_path / "out"), "--quiet"], stderr=subprocess.PIPE)
    for _ in range(600):
        if run.poll() is not None or list(tmp_path.iterdir()):
            break
        time.sleep(0.1)
    assert [path.suffix for path in tmp_path.iterdir()] == [".part"]
    run.terminate()
    _, said = run.communicate()
    assert run.returncode == 143
    assert said == b""
    assert list(tmp_path.iterdir()) == []


# ---- what a book brings --------------------------------------------------------------------------


def test_remarks_name_what_a_book_leaves_open(tmp_path: Path) -> None:
    book = csv_file(
        tmp_path, ROW + ",青", "S2,C2,1ヶ月ごと,TEA-30,代引き,継続,2026-05-02,赤", header=HEADER + ",好きな色"
    )
    run = ("simulate", "--book", book, "--start", "2026-05-10", "--months", 1, "--out", tmp_path / "out")
    said = teiki(*run, "--lang", "en").stderr
    assert "Columns not used: 好きな色" in said
    assert "1 active row(s) have a next date before the start" in said
    assert "2026-05-10" in said
    assert teiki(*run, "--quiet").output == ""
    summary = json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))
    assert summary["input"]["unknown_columns"] == ["好きな色"]
    assert summary["input"]["dated_before_start"] == 1


def test_bad_rows_can_be_left_out(tmp_path: Path) -> None:
    book = csv_file(tmp_path, ROW, ROW.replace("S1", "S2").replace("1ヶ月ごと", "たまに"))
    out = tmp_path / "out"
    done = teiki("simulate", "--book", book, "--skip-bad-rows", "--months", 1, "--out", out, "--json")
    assert json.loads(done.stdout)["subscriptions"] == 1
    assert "たまに" in (out / "rejects.csv").read_text("utf-8")


def test_the_sample_book_runs_without_a_word_but_its_summary(tmp_path: Path) -> None:
    done = teiki("simulate", "--months", 1, "--out", tmp_path / "out", "--lang", "ja")
    assert done.exit_code == 0
    assert done.stderr == ""
    for word in ("2,000", "出荷済み", "検出", str(tmp_path / "out" / "report.html")):
        assert word in done.stdout


def test_fail_on_violation(tmp_path: Path) -> None:
    run = ("simulate", "--subscriptions", 300, "--months", 4, "--out", tmp_path / "out", "--quiet")
    assert teiki(*run, "--slips", "careless").exit_code == 0
    assert teiki(*run, "--slips", "careless", "--fail-on-violation").exit_code == 1
    assert teiki(*run, "--calm", "--fail-on-violation").exit_code == 0


def test_a_generated_population_is_named_by_its_configuration(tmp_path: Path) -> None:
    from teiki_sim.config import digest, merge

    config = tmp_path / "c.toml"
    config.write_text("subscriptions = 5\nmonths = 1\n", encoding="utf-8")
    done = teiki("simulate", config, "--json", "--out", tmp_path / "out")
    expected = digest(merge(Config(), {"subscriptions": 5, "months": 1}))
    assert json.loads(done.stdout)["config_digest"] == expected


# ---- the other commands --------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["simulate", "forecast", "run", "rules"])
def test_every_command_has_help(command: str) -> None:
    done = teiki(command, "--help")
    assert done.exit_code == 0
    assert "--lang" in done.output


def test_run_prints_the_schema() -> None:
    assert "$defs" in json.loads(teiki("run", "--schema").stdout)


def test_run_refuses_a_file_that_is_not_there(tmp_path: Path) -> None:
    done = teiki("run", tmp_path / "none.teiki.yaml", "--lang", "en")
    assert done.exit_code == 2
    assert "Traceback" not in done.output


def test_forecast_refuses_what_comes_later(tmp_path: Path) -> None:
    for words in (("--ageing",), ("--executor", "ray"), ("--as-of", "someday")):
        done = teiki("forecast", *words, "--out", tmp_path / "out", "--lang", "en")
        assert done.exit_code == 2, words
        assert words[0] in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_slips_are_listed() -> None:
    told = json.loads(teiki("rules", "--slips", "--json").stdout)
    forgotten = next(row for row in told if row["slip"] == "forgot_payment_cancel")
    assert forgotten["source"] == "operator" and forgotten["invariants"] == ["INV-01"]
    assert "forgot_payment_cancel" in teiki("rules", "--slips", "--lang", "en", "--format", "md").stdout


def test_what_the_providers_go_by_has_its_basis_source_and_day() -> None:
    told = teiki("rules", "--vendors", "--json")
    rows = json.loads(told.stdout)
    assert len(rows) > 1000
    assert all(row["source"] and row["read"] >= "2026-11-22" for row in rows)
    assert {row["basis"] for row in rows} == {"documented", "modelled"}
    (cell,) = [
        r for r in rows if (r["provider"], r["state"], r["operation"]) == ("card", "EXPIRED", "capture")
    ]
    assert (cell["result"], cell["basis"]) == ("refused: E01420010", "documented")
    assert "E01050004" in teiki("rules", "--vendors", "--lang", "ja", "--format", "md").stdout
