"""What a provider or the acquirer says too late is told as the truth, and found."""

from collections import Counter
from collections.abc import Sequence

from teiki_providers.doors import open_gateway
from teiki_providers.faults import FaultPlan
from teiki_sim.calendar import DAY
from teiki_sim.config import Config, load
from teiki_sim.log.writer import Sink
from teiki_sim.monitors import Monitors
from teiki_sim.names import ShopNames
from teiki_sim.population import generate
from teiki_sim.truth import BROKE, compared
from teiki_sim.world import World


def played(config: Config) -> tuple[World, Monitors]:
    monitors = Monitors()

    def sinks(_names: ShopNames) -> Sequence[Sink]:
        return (monitors,)

    world = World.of(
        config, generate(config), (), lambda c, log: open_gateway("direct", FaultPlan(c.seed, c.providers), log), sinks
    )  # fmt: skip
    world.run()
    world.close()
    monitors.close(world.end * DAY - 1, world.shop.names)
    return world, monitors


def broken(world: World, monitors: Monitors) -> Counter[str]:
    """How often each slip broke something; all of it is found, and nothing else is."""
    rows = world.shop.truth.rows
    seen = [(v.invariant, v.sub, v.order) for v in monitors.violations if v.severity == "violation"]
    injected, found, false = compared(rows, seen)
    assert (injected - found, false) == (Counter(), Counter())
    return Counter(row.slip for row in rows if row.outcome == BROKE)


def test_a_deferred_cancel_whose_outcome_comes_late() -> None:
    late = {
        "faults": {"late_days": 9, "no_answer": 0, "reply_lost": 0, "server_error": 0, "capture_failed": 0}
    }
    config = load(
        None,
        {
            "subscriptions": 1500, "months": 3, "customers": {"return_rate": 0.2},
            "providers": {name: late for name in ("np", "np_wiz", "np_realtime", "score")},
        },
    )  # fmt: skip
    assert broken(*played(config))["late_cancel_outcome"] > 3


def test_the_acquirers_word_in_time_and_late() -> None:
    fraud = {"inquiry_rate": 0.2, "stop_share": 1.0}
    in_time = load(None, {"subscriptions": 600, "months": 3, "fraud": fraud})
    assert not broken(*played(in_time))
    late = load(None, {"subscriptions": 600, "months": 3, "fraud": fraud | {"late_rate": 0.5}})
    assert broken(*played(late)).keys() == {"late_stop_notice"}
