"""Detection as it is measured: the table, the exit code, and what is told of misses."""

import pytest

from teiki_scenarios import bench_detection as bench
from teiki_scenarios.bench_detection import Detected
from teiki_sim.policies import POLICIES


def test_a_small_run_prints_its_table_and_ends_well(capsys: pytest.CaptureFixture[str]) -> None:
    size = ["--subscriptions", "300", "--months", "2"]
    code = bench.main([*size, "--platform", "ecforce", "--condition", "careless", "--condition", "calm"])
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "| | careless | calm |"
    assert printed[-1].startswith("| ecforce | ") and printed[-1].endswith("| 0, 0, 0 |")
    assert code == 0


def test_a_miss_or_a_false_alarm_ends_badly() -> None:
    fine = {"injected": 2, "found": 2, "false": 0}
    assert Detected("ecforce", "careless", 1, {"INV-01": fine}, ()).perfect
    for count in ({"found": 1}, {"false": 1}):
        assert not Detected("ecforce", "careless", 1, {"INV-01": fine | count}, ()).perfect


def test_the_table_adds_up_seeds() -> None:
    row = {"injected": 2, "found": 1, "false": 3}
    found = [Detected("ecforce", "careless", seed, {"INV-01": row}, ()) for seed in (1, 2)]
    assert bench.table(found).splitlines()[2:] == ["| ecforce INV-01 | 4, 2, 6 |", "| ecforce | 4, 2, 6 |"]


@pytest.mark.parametrize("platform", sorted(POLICIES))
@pytest.mark.parametrize("condition", [name for name in bench.CONDITIONS if name != "careless"])
def test_no_violation_without_a_slip_or_a_fault(platform: str, condition: str) -> None:
    found = bench.detect(platform, condition, 1, 3000, 3)
    assert found.perfect, found.details
    breaks = condition in ("outage", "silent faults") and platform != "marketplace"
    assert bool(found.counts) or not breaks, (
        "an outage of three days breaks something, and so do untold faults"
    )


@pytest.mark.slow
@pytest.mark.parametrize("platform", sorted(POLICIES))
@pytest.mark.parametrize("condition", ["careless", "outage"])
def test_recall_and_precision_are_one(platform: str, condition: str) -> None:
    found = bench.detect(platform, condition, 1, 20_000, 12)
    assert found.perfect, found.details


@pytest.mark.slow
@pytest.mark.parametrize("platform", sorted(POLICIES))
@pytest.mark.parametrize("seed", [3, 12, 14])
def test_other_luck_is_told_as_well(platform: str, seed: int) -> None:
    found = bench.detect(platform, "careless", seed, 5000, 6)
    assert found.perfect, found.details
