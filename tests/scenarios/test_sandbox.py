"""`teiki sandbox`: the command, and what it adds to the server."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from typer.testing import CliRunner

from teiki_providers.amazon_pay.v1_agreements import REPEAT_CLOSE
from teiki_providers.amazon_pay.v1_quota import SETTING
from teiki_providers.card.filing import CARDS_PER_MEMBER
from teiki_providers.card.reading import RAW_NUMBERS
from teiki_providers.card.standing import STRICT_DATES
from teiki_providers.deferred.credit import Limits
from teiki_providers.front_settings import SETTINGS
from teiki_providers.rakuten_pay.calls import V1, V2
from teiki_providers.server.aside import Aside
from teiki_providers.server.journal import Journal
from teiki_providers.server.serve import Settings, serve
from teiki_providers.server.world import World
from teiki_scenarios import cli
from teiki_scenarios.playing import play
from teiki_scenarios.recorded import routes
from teiki_scenarios.runner import run_scenarios
from teiki_scenarios.sandbox import Asked, settings_of
from teiki_scenarios.scenario_file import from_tables
from teiki_sim.bad_input import BadInput


def teiki(*words: object) -> Any:
    return CliRunner().invoke(cli.app, [str(word) for word in words])


def command(db: Path, *more: str) -> list[str]:
    ports = ["--port", "0", "--tls-port", "0", "--db", str(db)]
    return [sys.executable, "-m", "teiki_scenarios", "sandbox", *ports, *more]


def test_the_first_line_says_where_and_a_signal_ends_it(tmp_path: Path) -> None:
    run = command(tmp_path / "a.db", "--start", "2026-05-01T10:00:00", "--lang", "en")
    with subprocess.Popen(run, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stderr is not None
        line = json.loads(process.stdout.readline())
        assert {"http", "https", "ca", "start"} <= set(line)
        assert line["start"] == "2026-05-01T10:00:00"
        assert requests.get(f"{line['https']}/__sandbox/clock", verify=line["ca"], timeout=10).json() == {
            "now": "2026-05-01T10:00:00"
        }
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert "Listening" in process.stderr.read()


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        ("--start", "tomorrow", "--start"),
        ("--set", "delay=1", "PROVIDER.name"),
        ("--seed", "-1", "--seed"),
        ("--db", "/nowhere/x.db", "--db"),
        ("--config", "/nowhere/x.toml", "x.toml"),
        ("--host", "203.0.113.1", "--host"),
    ],
)
def test_bad_options_are_told_and_end_with_2(tmp_path: Path, option: str, value: str, expected: str) -> None:
    words = ["--db", tmp_path / "x.db", "--port", 0, "--tls-port", 0, "--lang", "en", option, value]
    done = teiki("sandbox", *words)
    assert done.exit_code == 2
    assert expected in done.stderr and "Traceback" not in done.stderr


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with Aside() as other:
        port = other.http.rpartition(":")[2]
        done = teiki("sandbox", "--db", tmp_path / "x.db", "--port", port, "--tls-port", 0, "--lang", "ja")
    assert done.exit_code == 2 and f":{port}" in done.stderr


def test_a_configuration_gives_rates_and_seed(tmp_path: Path) -> None:
    file = tmp_path / "shop.toml"
    file.write_text("seed = 9\n[providers.card]\ndecline_rate = 0.5\n", encoding="utf-8")
    settings = settings_of(Asked(db=tmp_path / "x.db", config=file, set=["card.raw_numbers=0"]))
    assert settings.world.seed == 9
    assert settings.world.providers["card"].decline_rate == 0.5
    assert settings.world.settings == {"card.raw_numbers": 0}
    with pytest.raises(BadInput):
        settings_of(Asked(db=tmp_path / "x.db", set=["card.raw_numbers=x"]))


def test_a_recording_of_another_day_and_of_sales_at_once_holds(tmp_path: Path) -> None:
    with Aside(Settings(tmp_path / "a.db", extra_routes=routes())) as box:
        box.control.advance(days=61)  # an authorisation's age counts from the first recorded day
        card = {"Method": "1", "CardNo": "4111111111111111", "Expire": "3012"}
        for order in ("S-1", "S-2"):
            access = call(box, "EntryTran", OrderID=order, JobCd="CAPTURE", Amount=3000)
            assert "ErrInfo" not in call(box, "ExecTran", OrderID=order, **access, **card)
        box.control.advance(days=3)
        told = yaml.safe_load(box.control.ask("GET", "journal.scenario").text)
    assert str(told["start"]) == "2026-06-01"
    played = play(from_tables(told))
    assert played.misses == ()
    assert len(played.broken) == len(told["expect"]["violations"]) > 0


def test_instruments_are_printed() -> None:
    rows = json.loads(teiki("sandbox", "--instruments", "--json").stdout)
    assert {"card", "deferred", "amazon_pay"} <= {row["provider"] for row in rows}
    assert any(row["value"] == "4111111111111111" for row in rows)
    shown = teiki("sandbox", "--instruments", "--lang", "en").stdout
    assert "4111111111111111" in shown and 'InMins":1}}' in shown


def call(box: Aside, name: str, **fields: object) -> dict[str, str]:
    """One call of the card protocol, as a client makes it."""
    shop = {"ShopID": "tshop00000001", "ShopPass": "shoppass01"}
    answer = requests.post(f"{box.http}/payment/{name}.idPass", data={**shop, **fields}, timeout=10)
    return dict(part.split("=", 1) for part in answer.text.split("&"))


def charged(box: Aside, order: str, amount: int) -> dict[str, str]:
    access = call(box, "EntryTran", OrderID=order, JobCd="AUTH", Amount=amount)
    card = {"Method": "1", "CardNo": "4111111111111111", "Expire": "3012"}
    assert "ErrInfo" not in call(box, "ExecTran", OrderID=order, **access, **card)
    return access


def test_what_was_recorded_is_a_scenario_that_holds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Aside(Settings(tmp_path / "a.db", extra_routes=routes())) as box:
        first, second = charged(box, "A-1", 3000), charged(box, "A-2", 5000)
        call(box, "AlterTran", **second, JobCd="VOID")
        box.control.advance(days=2)
        call(box, "AlterTran", **first, JobCd="SALES", Amount=3000)
        assert "ErrInfo" in call(box, "AlterTran", **first, JobCd="SALES", Amount=3000)
        exported = box.control.ask("GET", "journal.scenario")
        assert exported.headers["content-type"].startswith("application/yaml")
        assert "/__sandbox/journal.scenario" in box.control.get("openapi.json")["paths"]
        told = box.control.get("card/transactions/A-1")
        assert [note["at"] for note in told["notes"]][-1] == "2026-04-03T09:00:00"
        assert [line["operation"] for line in told["timeline"]] == [
            "EntryTran",
            "ExecTran",
            "AlterTran",
            "AlterTran",
        ]
    told = yaml.safe_load(exported.text)
    assert list(told["given"]["orders"]) == ["A-1", "A-2"]
    assert [step["call"]["operation"] for step in told["steps"]] == ["cancel", "capture", "capture"]
    assert told["expect"]["ledgers"] == {"A-1": {"state": "captured"}, "A-2": {"state": "cancelled"}}
    file = tmp_path / "recorded.teiki.yaml"
    file.write_text(exported.text, encoding="utf-8")
    assert run_scenarios([file], "direct", 1, None, None, "en", as_json=False, quiet=False) == 0
    assert "OK" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("pair", "told"),
    [
        ("card.strict_date=1", "card.strict_dates"),
        ("nope.x=1", "card.raw_numbers"),
        ("card.strict_dates=77", "0 to 1"),
        ("rakuten_pay.follow_up_s=-1", "0 to 86400"),
    ],
)
def test_a_setting_that_no_dialect_has_is_refused(tmp_path: Path, pair: str, told: str) -> None:
    with pytest.raises(BadInput) as refused:
        settings_of(Asked(db=tmp_path / "x.db", set=[pair]))
    assert told in str(refused.value.problems[0].expected_en)


def test_every_setting_of_a_dialect_is_in_the_table() -> None:
    used = {CARDS_PER_MEMBER, RAW_NUMBERS, STRICT_DATES, SETTING, REPEAT_CLOSE, V1.delay, V2.delay}
    limits = {f"deferred.{front}_{name}" for front in ("np", "score") for name in Limits._fields}
    assert set(SETTINGS) == used | limits
    assert [SETTINGS[f"deferred.np_{name}"].default for name in Limits._fields] == list(Limits())
    assert (SETTINGS[V1.delay].default, SETTINGS[V2.delay].default) == (V1.usual, V2.usual)


def test_a_start_that_fails_founds_no_world(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=str(port)):
            asyncio.run(serve(Settings(tmp_path / "x.db", port=port, tls_port=0, world=World(seed=5))))
    journal = Journal(tmp_path / "x.db", lambda _error: None)
    assert journal.meta() == {}
    journal.close()
