"""Faults of which the shop is told nothing: each can break what its note says, and the monitors find just that."""

import pytest

from teiki_providers.silent import FAULTS
from teiki_scenarios.bench_detection import run
from teiki_sim.config import Config, load, merge
from teiki_sim.slip_names import SLIPS
from teiki_sim.truth import BROKE, detection

#: At which rate a fault comes often enough in a run this small.
RATES = {"authorisation_lapses": 0.02, "capture_partial": 0.02, "number_unknown": 0.05}


def struck(fault: str, platform: str) -> Config:
    plain = load(None, {"platform": platform, "subscriptions": 3000, "months": 4, "seed": 5})
    faults = {fault: RATES.get(fault, 0.5)}
    return merge(plain, {"providers": {name: {"faults": faults} for name in plain.providers}})


@pytest.mark.parametrize("platform", ["subscstore", "ecforce"])
@pytest.mark.parametrize("fault", FAULTS)
def test_what_nobody_was_told_is_found(fault: str, platform: str) -> None:
    world, monitors = run(struck(fault, platform))
    rows = world.shop.truth.rows
    broke = {row.invariant for row in rows if row.slip == fault and row.outcome == BROKE}
    assert broke and broke <= set(SLIPS[fault].invariants)
    assert {row.source for row in rows} == {"provider"}
    found = detection(
        rows, ((v.invariant, v.sub, v.order) for v in monitors.violations if v.severity == "violation")
    )
    assert broke <= set(found)
    assert {name: row for name, row in found.items() if row["found"] != row["injected"] or row["false"]} == {}


def test_without_them_the_truth_table_asks_nobody() -> None:
    world, _ = run(load(None, {"subscriptions": 200, "months": 1}))
    assert not world.shop.aftermath.listens
