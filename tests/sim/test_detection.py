"""What the monitors find, against what the world knows it broke."""

import numpy as np
import pytest

from teiki_scenarios.bench_detection import run
from teiki_sim.config import Config, calm, load, with_slips, without_faults
from teiki_sim.monitors import INVARIANTS, Monitors
from teiki_sim.truth import BROKE, Slip, detection
from teiki_sim.world import World

PLATFORMS = ("subscstore", "ecforce", "tamago")


def small(platform: str, seed: int, **more: object) -> Config:
    return load(None, {"platform": platform, "seed": seed, "subscriptions": 4000, "months": 5, **more})


def table(world: World, monitors: Monitors) -> dict[str, dict[str, int]]:
    found = ((v.invariant, v.sub, v.order) for v in monitors.violations if v.severity == "violation")
    return detection(world.shop.truth.rows, found)


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("seed", [11, 12])
def test_every_breach_is_found_and_nothing_else(platform: str, seed: int) -> None:
    world, monitors = run(without_faults(with_slips(small(platform, seed), "careless")))
    found = table(world, monitors)
    assert len(found) > 12, "too few invariants were broken for this to mean anything"
    assert {name: row for name, row in found.items() if row["found"] != row["injected"] or row["false"]} == {}
    assert set(found) <= set(INVARIANTS)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_careful_people_break_nothing_even_when_providers_fail(platform: str) -> None:
    world, monitors = run(small(platform, 13))
    assert world.shop.parcels > 5000
    assert [v for v in monitors.violations if v.severity == "violation"] == []
    rows = world.shop.truth.rows
    assert rows and {row.source for row in rows} == {"provider"}
    assert BROKE not in {row.outcome for row in rows}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_calm_is_calm(platform: str) -> None:
    world, monitors = run(calm(small(platform, 14)))
    assert monitors.violations == []
    orders = world.shop.orders.columns()
    gone = orders["flags"] & 4 > 0
    due = orders["ship"] < world.end
    assert np.array_equal(gone, due)


def test_detection_counts_a_miss_and_a_false_alarm() -> None:
    slips = [
        Slip(0, 0, "operator", "x", "INV-01", 1, 10, 5, BROKE),
        Slip(1, 0, "operator", "x", "INV-01", 2, 20, 5, BROKE),
        Slip(2, 0, "operator", "x", "INV-12", 3, -1, 5, BROKE),
    ]
    found = [("INV-01", 1, 10), ("INV-01", 9, 90), ("INV-12", 3, 33)]
    assert detection(slips, found) == {
        "INV-01": {"injected": 2, "found": 1, "false": 1},
        "INV-12": {"injected": 1, "found": 1, "false": 0},
    }
