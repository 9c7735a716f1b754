"""Playing scenarios: how misses explain themselves, what files are written, what the exit code says."""

import io
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import polars as pl
import pytest
from rich.console import Console

from teiki_scenarios.playing import play
from teiki_scenarios.runner import play_file, run_scenarios
from teiki_scenarios.scenario_file import LIBRARY, find, from_tables

FAILING = """\
name: 外れる期待 / an expectation that fails
rules: [SS-SKIP-02]
start: 2026-04-10
until: 2026-05-25
given:
  goods: {TEA: 3000}
  subscriptions:
    S1: {product: TEA, next_delivery_date: 2026-04-23}
steps:
  - {at: 2026-04-17, does: skip, with: {subscription: S1}}
expect:
  events:
    - {kind: generated, order: S1#1, amount: 3500}
  statuses:
    S1#1: {ship_date: 2026-04-20}
  violations: [INV-16]
  shipments: {2026-04-20: 1}
"""


@pytest.fixture
def failing(tmp_path: Path) -> Path:
    """A file whose expectations are wrong."""
    path = tmp_path / "failing.teiki.yaml"
    path.write_text(FAILING, encoding="utf-8")
    return path


def run(*paths: Path, **options: Any) -> tuple[int, str]:
    """The exit code and what was printed."""
    console = Console(file=io.StringIO(), width=200, highlight=False)
    code = run_scenarios(paths, lang=options.pop("lang", "ja"), console=console, **options)
    assert isinstance(console.file, io.StringIO)
    return code, console.file.getvalue()


def test_a_miss_explains_itself(failing: Path) -> None:
    """Expected, found, the nearest event and what happened, in both languages."""
    misses = {miss.place: miss for miss in play_file((str(failing), "direct", None)).played.misses}
    assert set(misses) == {
        "expect.events[1]", "expect.statuses.S1#1.ship_date", "expect.violations",
        "expect.shipments.2026-04-20", "expect.shipments.2026-05-20",
    }  # fmt: skip
    event = misses["expect.events[1]"]
    assert "最も近いのは 2026-04-16 02:00: amount 3000" in event.ja
    assert "expected at least 1, found 0; the nearest is of 2026-04-16 02:00: amount 3000" in event.en
    moved = misses["expect.statuses.S1#1.ship_date"]
    assert moved.en == "expected 2026-04-20, found 2026-05-20"
    assert any("2026-04-17 11:00" in line and "skipped" in line for line in moved.timeline)
    assert "INV-16" in misses["expect.violations"].ja


def test_exit_codes_and_what_is_printed(
    failing: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """0 all well, 1 one failed, 2 bad files, of which nothing is played."""
    good = LIBRARY / "ss-freq-01.teiki.yaml"
    code, printed = run(good)
    assert (code, "1件中 1件が期待どおり" in printed) == (0, True)
    code, printed = run(good, failing, lang="en")
    assert code == 1
    assert "1 of 2 as expected" in printed
    assert "expected 2026-04-20, found 2026-05-20" in printed
    bad = tmp_path / "bad.teiki.yaml"
    bad.write_text("nam: x\n", encoding="utf-8")
    code, printed = run(good, bad, tmp_path / "none.teiki.yaml")
    assert (code, printed) == (2, "")
    told = capsys.readouterr().err
    assert "name" in told and "none.teiki.yaml" in told
    assert run(good, door="nowhere")[0] == 2


def test_json_and_quiet(failing: Path) -> None:
    """A program reads the results; nothing else is printed."""
    code, printed = run(failing, as_json=True)
    found = json.loads(printed)[0]
    assert (code, found["passed"], found["name"]) == (1, False, "外れる期待 / an expectation that fails")
    assert {miss["place"] for miss in found["misses"]} >= {"expect.violations"}
    assert run(failing, quiet=True) == (1, "")


def test_junit(failing: Path, tmp_path: Path) -> None:
    """One case a scenario; failures carry the explanation and its timeline."""
    junit = tmp_path / "results" / "junit.xml"
    run(LIBRARY / "ss-freq-01.teiki.yaml", failing, junit=junit)
    suite = ET.parse(junit).getroot()[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "1", "0")
    good, bad = suite.findall("testcase")
    assert good.find("failure") is None
    assert [rule.get("value") for rule in bad.iter("property")] == ["SS-SKIP-02"]
    texts = [failure.text or "" for failure in bad.findall("failure")]
    assert any("2026-04-17 11:00" in text for text in texts)


def test_workers_change_nothing(tmp_path: Path, failing: Path) -> None:
    """Side by side or one after another: the same results in the same order."""
    files = [*find([LIBRARY])[:5], failing]
    alone, together = tmp_path / "alone", tmp_path / "together"
    assert run(*files, out=alone)[0] == run(*files, out=together, workers=3)[0] == 1
    assert (alone / "run.json").read_text(encoding="utf-8") == (together / "run.json").read_text(
        encoding="utf-8"
    )
    assert len(json.loads((alone / "run.json").read_text(encoding="utf-8"))) == 6


def test_out_holds_each_scenarios_log(tmp_path: Path, failing: Path) -> None:
    """The log of every scenario can be looked at afterwards, and a second run replaces the first."""
    out = tmp_path / "out"
    for _ in range(2):
        run(failing, out=out)
    events = pl.read_parquet(out / "failing" / "events.parquet")
    assert events.filter(pl.col("kind") == "skipped").height == 1
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("", encoding="utf-8")
    assert run(failing, out=tmp_path / "mine")[0] == 2


def test_a_broken_engine_is_a_result(failing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others go on, and the traceback is shown."""

    def broken(*_: Any) -> None:
        raise ZeroDivisionError("engine")

    monkeypatch.setattr("teiki_scenarios.runner.play", broken)
    code, printed = run(failing, LIBRARY / "ss-freq-01.teiki.yaml")
    assert (code, "ZeroDivisionError: engine" in printed, "2件中 0件" in printed) == (1, True, True)


BASE: dict[str, Any] = {
    "name": "手順",
    "start": "2026-04-10",
    "until": "2026-04-25",
    "given": {
        "goods": {"TEA": 3000},
        "subscriptions": {"S1": {"product": "TEA", "next_delivery_date": "2026-04-23"}},
    },
}


def misses(**more: Any) -> list[str]:
    """The places that a scenario misses."""
    return [miss.place for miss in play(from_tables(BASE | more)).misses]


def test_a_step_that_names_no_order_is_missed_not_broken() -> None:
    """The order is there only after its generation."""
    step = {"at": "2026-04-12", "does": "reauthorise", "with": {"order": "S1#1"}}
    assert misses(steps=[step]) == ["steps[1]"]


def test_a_step_after_the_last_day_is_missed() -> None:
    """It would otherwise pass without having been tried."""
    assert misses(steps=[{"at": "2026-05-12", "does": "skip", "with": {"subscription": "S1"}}]) == [
        "steps[1]"
    ]


@pytest.mark.parametrize(
    ("expect", "met"),
    [
        ({"code": "E01050004"}, True),
        ({"outcome": "declined"}, True),
        ({"code": "E01050004", "outcome": "declined", "result": "not_done"}, True),
        ("not_done", True),
        ("done", False),
        ({"code": "42G120000"}, False),
        ({"refused": "SS-RAK-01"}, False),
        ({"outcome": "pending"}, False),
    ],
)
def test_what_a_step_comes_to(expect: Any, met: bool) -> None:
    """The provider's code and the outcome are looked at where they are given."""
    fault = {"subscription": "S1", "nth_charge": 2, "effect": {"kind": "declined", "code": "E01050004"}}
    step = {"at": "2026-04-17", "does": "reauthorise", "with": {"order": "S1#1"}, "expect": expect}
    assert ("steps[1]" not in misses(steps=[step], faults=[fault])) is met


def test_nobody_acts_unless_told() -> None:
    """A flagged subscription stays flagged, until operators act by themselves."""
    sub = {"product": "TEA", "next_delivery_date": "2026-04-23", "generation_error": True}
    given = BASE["given"] | {"subscriptions": {"S1": sub}, "settings": {"customers": {"repair_rate": 1.0}}}
    expect = {"statuses": {"S1": {"generation_error": True}}}
    assert misses(given=given, expect=expect) == []
    assert misses(given=given | {"operators_act": True}, expect=expect) == [
        "expect.statuses.S1.generation_error"
    ]


def test_an_order_is_named_by_its_cycle_and_its_turn() -> None:
    """S1#1 is the newest of the cycle, S1#1/1 the first; one that never came to be is なし."""
    steps = [
        {"at": "2026-04-17", "does": "delete_order", "with": {"order": "S1#1"}},
        {"at": "2026-04-17", "does": "create_child", "with": {"subscription": "S1"}},
    ]
    statuses = {"S1#1/1": "削除済み", "S1#1/2": "出荷済み", "S1#1": "出荷済み", "S1#2": "なし"}
    ledgers = {"S1#1": "captured", "S1#1/1": "authorised"}
    assert misses(steps=steps, expect={"statuses": statuses, "ledgers": ledgers}) == []
