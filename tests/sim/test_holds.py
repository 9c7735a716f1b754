"""Every slip about 要対応 happens on たまごリピート, breaks what it says, and is found; and what a release leaves behind."""

import pytest

from teiki_scenarios.bench_detection import run
from teiki_sim.config import Faults, load
from teiki_sim.slip_names import SLIPS
from teiki_sim.truth import BROKE, detection

NAMES = (
    "hold_unseen", "ground_on_ship_day", "ng_unseen", "repair_trusted", "hold_during_charge", "released_one_scope",
    "released_past_date", "cycles_undecided", "egg_cancels_current", "np_setting_changed", "carrier_before_verdict",
    "np_unknown_result", "cod_after_packing", "wrong_np_ng", "mismatch_left",
)  # fmt: skip


@pytest.mark.parametrize("seed", [3])
def test_each_slip_happens_and_is_found(seed: int) -> None:
    """At high rates, with verdicts that come late often enough; INV-19 is a warning, compared by itself."""
    late = {"np": {"hold_rate": 0.1, "hold_ok": 0.4, "hold_ng": 0.5}, "card": {"decline_rate": 0.06}}
    rates = dict.fromkeys(NAMES, 0.5)
    config = load(
        None,
        {
            "platform": "tamago", "seed": seed, "subscriptions": 5000, "months": 6, "providers": late,
            "slips": {"rates": rates},
        },
    )  # fmt: skip
    still = Faults(no_answer=0, reply_lost=0, server_error=0, capture_failed=0)
    quiet = {name: p.model_copy(update={"faults": still}) for name, p in config.providers.items()}
    world, monitors = run(config.model_copy(update={"providers": quiet}))
    rows = [row for row in world.shop.truth.rows if row.outcome == BROKE]
    assert set(NAMES) <= {row.slip for row in rows}
    assert {row.invariant for row in rows if row.slip in NAMES} <= {
        i for n in NAMES for i in SLIPS[n].invariants
    }
    told = ((v.invariant, v.sub, v.order) for v in monitors.violations if v.severity == "violation")
    found = detection(world.shop.truth.rows, told)
    assert {name: row for name, row in found.items() if row["found"] != row["injected"] or row["false"]} == {}
    warned = {(v.sub, v.order) for v in monitors.violations if v.invariant == "INV-19"}
    assert warned == {(row.sub, row.order) for row in rows if row.invariant == "INV-19"}


def test_careful_people_leave_no_hold_unseen() -> None:
    """Without slips no hold ages unseen, although there are many."""
    world, monitors = run(load(None, {"platform": "tamago", "seed": 4, "subscriptions": 3000, "months": 5}))
    assert world.shop.subs.held.any()
    assert [v for v in monitors.violations if v.invariant in ("INV-19", "INV-20", "INV-49")] == []
