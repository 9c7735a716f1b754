"""The score of the rules counts what notices a missing rule by an assertion, and nothing else."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from teiki_scenarios.mutants import PROOFS
from teiki_scenarios.switches import SWITCHES, without
from teiki_sim import catalogue
from teiki_sim.monitors import wording

TESTS = """
import pytest
from teiki_sim.monitors import wording

def reported():
    return {row[-1] for row in wording.RULES}

@pytest.mark.proves("EC-CAN-01")
def test_that_notices():
    assert "EC-CAN-01" in reported()

@pytest.mark.proves("EC-CAN-07")
def test_that_looks_away():
    assert reported()

@pytest.mark.proves("EC-CAN-08")
def test_that_breaks():
    if "EC-CAN-08" not in reported():
        raise KeyError("EC-CAN-08")

@pytest.mark.proves("EC-REA-04")
def test_that_fails_anyway():
    assert False
"""


def score(tests: Path, *rules: str) -> dict[str, str]:
    command = [sys.executable, "-m", "teiki_scenarios.mutants", "--json", "--tests", str(tests), *rules]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1, done.stderr
    return {rule: how for rule, how, _ in json.loads(done.stdout)}


def test_only_an_assertion_kills(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = proves: what it proves\n")
    (tmp_path / "test_some.py").write_text(TESTS)
    found = score(tmp_path, "EC-CAN-01", "EC-CAN-07", "EC-CAN-08", "EC-REA-04", "EC-WH-01")
    assert found == {
        "EC-CAN-01": "killed",
        "EC-CAN-07": "survived",
        "EC-CAN-08": "broken",
        "EC-REA-04": "failing",
        "EC-WH-01": "no test",
    }


def test_what_is_switched_off_comes_back() -> None:
    before = wording.RULES
    with without("EC-CAN-01"):
        assert len(wording.RULES) == len(before) - 1
    assert wording.RULES is before


def test_switches_are_of_rules_that_there_are() -> None:
    assert SWITCHES.keys() <= catalogue.rules().keys()
    with pytest.raises(KeyError), without("EC-CAN-99"):
        pass


def test_proofs_name_rules_that_there_are() -> None:
    assert json.loads(PROOFS.read_text("utf-8")).keys() <= catalogue.rules().keys()
