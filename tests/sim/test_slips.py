"""Every way in which an invariant is broken in practice can be made to happen, is told as the truth, and is found."""

from collections import Counter

import pytest

from teiki_scenarios.bench_detection import run
from teiki_sim.catalogue import invariants
from teiki_sim.config import load, without_faults
from teiki_sim.monitors import Monitors
from teiki_sim.slip_names import SLIPS
from teiki_sim.truth import BROKE, compared
from teiki_sim.world import World

#: By invariant that the log shows: who breaks it in practice (operators, timing, providers), as the catalogue has it.
MAKERS = {
    "INV-01": "otp", "INV-02": "otp", "INV-03": "otp", "INV-04": "otp", "INV-05": "otp", "INV-06": "otp",
    "INV-07": "otp", "INV-08": "otp", "INV-09": "ot", "INV-10": "otp", "INV-11": "otp", "INV-12": "ot",
    "INV-13": "ot", "INV-14": "ot", "INV-15": "otp", "INV-16": "ot", "INV-17": "otp", "INV-18": "ot",
    "INV-19": "otp", "INV-20": "otp", "INV-21": "otp", "INV-22": "otp", "INV-23": "ot", "INV-25": "otp",
    "INV-26": "otp", "INV-27": "ot", "INV-28": "tp", "INV-29": "otp", "INV-30": "otp", "INV-31": "otp",
    "INV-32": "ot", "INV-33": "ot", "INV-34": "otp", "INV-35": "ot", "INV-36": "otp", "INV-37": "ot",
    "INV-38": "otp", "INV-42": "ot", "INV-43": "ot", "INV-45": "otp", "INV-46": "otp", "INV-47": "tp",
    "INV-48": "otp", "INV-51": "ot", "INV-52": "otp", "INV-53": "otp", "INV-54": "op", "INV-55": "otp",
}  # fmt: skip
_SOURCE = {"o": "operator", "t": "timing", "p": "provider"}
#: What a shop must be like for a slip to happen at all, or within half a year.
SETTINGS: dict[str, dict[str, object]] = {
    "backlog": {"platform": "marketplace", "operators": {"number": 1, "minutes_per_task": 240}},
    "count_not_lowered": {"jobs": {"count_surviving": True}},
    "hold_during_charge": {"grace": {"capture": 1}},
}
#: Breaches of these are warnings: what is legitimate warns as well, so it is only asked that slips warn.
_WARNS = {name for name, entry in invariants().items() if entry.severity != "violation"}


@pytest.mark.parametrize("invariant", MAKERS)
def test_every_way_to_break_it_has_a_slip(invariant: str) -> None:
    there = {note.source for note in SLIPS.values() if invariant in note.invariants}
    assert {_SOURCE[maker] for maker in MAKERS[invariant]} <= there


def test_the_table_has_what_the_log_shows() -> None:
    shown = {name for name, entry in invariants().items() if "log" in entry.seen_by}
    assert set(MAKERS) == shown - {"INV-49"}  # whose slips are silent by design
    assert all(set(note.invariants) <= set(invariants()) for note in SLIPS.values())


def _only(slip: str, platform: str) -> tuple[World, Monitors]:
    """A shop whose people make one slip at every opportunity, and whose providers never fail."""
    more: dict[str, object] = {
        "platform": platform,
        "subscriptions": 2500,
        "months": 6,
        "slips": {"rates": {slip: 1.0}, "mend": 0.1},
        **SETTINGS.get(slip, {}),
    }
    return run(without_faults(load(None, more)))


@pytest.mark.slow
@pytest.mark.parametrize("slip", [name for name, note in SLIPS.items() if note.source != "provider"])
def test_each_slip_breaks_what_it_says_and_is_found(slip: str) -> None:
    """On whichever platform it can happen: all its invariants broken at least once, each breach found."""
    to_break = set(SLIPS[slip].invariants)
    broken: Counter[str] = Counter()
    for platform in ("subscstore", "ecforce", "tamago", "marketplace"):
        world, monitors = _only(slip, platform)
        rows = [row for row in world.shop.truth.rows if row.slip == slip]
        broken.update(row.invariant for row in rows if row.outcome == BROKE)
        seen = [(v.invariant, v.sub, v.order) for v in monitors.violations if v.severity == "violation"]
        injected, found, false = compared(world.shop.truth.rows, seen)
        assert (platform, injected - found, false) == (platform, Counter(), Counter())
        warned = {(v.invariant, v.sub) for v in monitors.violations if v.severity == "warning"}
        for row in rows:
            assert row.invariant not in _WARNS or row.outcome != BROKE or (row.invariant, row.sub) in warned
        if to_break <= set(broken):
            return
    assert to_break <= set(broken)
