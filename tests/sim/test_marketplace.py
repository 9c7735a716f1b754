"""A seller on a marketplace: what buyers write, how the desk answers, and that what goes wrong is found."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from teiki_providers.doors import open_gateway
from teiki_providers.faults import FaultPlan
from teiki_sim.calendar import DAY
from teiki_sim.config import Config, calm, load, with_slips
from teiki_sim.log.writer import Sink
from teiki_sim.messages import Method
from teiki_sim.monitors import Monitors
from teiki_sim.names import ShopNames
from teiki_sim.population import generate
from teiki_sim.requests.inbox import Request
from teiki_sim.slip_names import SLIPS
from teiki_sim.truth import BROKE, detection
from teiki_sim.world import World


def seller(slips: str = "none", **market: Any) -> Config:
    given = {f"marketplace.{name}": value for name, value in market.items() if "." not in name}
    more = {name: value for name, value in market.items() if "." in name}
    config = load(
        None, {"platform": "marketplace", "subscriptions": 0, "months": 3, "seed": 5, **given, **more}
    )
    return with_slips(config, slips)


def run(config: Config) -> tuple[World, Monitors]:
    monitors = Monitors()

    def sinks(_names: ShopNames) -> Sequence[Sink]:
        return (monitors,)

    world = World.of(
        config,
        generate(config),
        (),
        lambda c, log: open_gateway("direct", FaultPlan(c.seed, c.providers), log, platform=c.platform),
        sinks,
    )
    world.run()
    world.close()
    monitors.close(world.end * DAY - 1, world.shop.names)
    return world, monitors


def score(world: World, monitors: Monitors) -> dict[str, int]:
    found = ((v.invariant, v.sub, v.order) for v in monitors.violations if v.severity == "violation")
    return detection(world.shop.truth.rows, found).get("INV-53", {"injected": 0, "found": 0, "false": 0})


def outcomes(world: World) -> Counter[str]:
    return Counter(request.outcome for request in world.shop.inbox.requests)


def late(requests: Sequence[Request], end: int) -> int:
    return sum(not request.in_time for request in requests if request.due < end)


@pytest.mark.parametrize(
    "market",
    [
        {},
        {"message_delayed": 0.05, "tracked_share": 0.5, "refund": "at_once"},
        {
            "fba_answer": "ask_marketplace",
            "approve_early_below": 4000,
            "hard_cases": 0.3,
            "return_address": False,
        },
        {"approve": "at_once", "reply_hours": 6, "cancel_rate": 0.2},
        {"operators.number": 1, "operators.workdays": "weekdays"},
        {"operators.number": 1, "operators.minutes_per_task": 75},
    ],
    ids=["usual", "late mail", "asks and approves", "at once", "weekdays", "overrun"],
)
def test_all_that_goes_wrong_with_messages_is_found_and_nothing_else(market: dict[str, Any]) -> None:
    world, monitors = run(seller("careless", orders_per_day=120.0, **market))
    counts = score(world, monitors)
    assert counts["injected"] > 80
    assert counts["found"] == counts["injected"] and counts["false"] == 0


def test_each_slip_happens() -> None:
    """Of people, of timing, and of the marketplace itself."""
    rows = []
    for workdays in ("everyday", "weekdays"):
        more: dict[str, Any] = {"message_delayed": 0.02, "cancel_rate": 0.1, "operators.workdays": workdays}
        world, _ = run(seller("careless", orders_per_day=150.0, **more))
        rows += world.shop.truth.rows
    broke = {row.slip for row in rows if row.outcome == BROKE}
    ours = {name for name, note in SLIPS.items() if note.invariants == ("INV-53",)}
    assert broke == ours
    assert {row.source for row in rows} == {"operator", "timing", "provider"}


def test_a_careful_desk_breaks_nothing() -> None:
    world, monitors = run(seller(message_delayed=0.0))
    assert world.shop.parcels > 1500
    assert {v.severity for v in monitors.violations} <= {"cost"}
    assert world.shop.truth.rows == []
    done = outcomes(world)
    for outcome in (
        "cancelled", "cancelled_parcel_back", "received_proven", "returned", "answered", "asked_for_formal",
        "left_to_marketplace",
    ):  # fmt: skip
        assert done[outcome], outcome


def test_calm_is_calm() -> None:
    world, monitors = run(calm(seller()))
    assert monitors.violations == [] and world.shop.inbox.requests == []
    book, found = run(calm(load(None, {"platform": "marketplace", "subscriptions": 300, "months": 2})))
    assert book.shop.parcels > 300 and found.violations == []


def test_the_marketplace_collects_the_money() -> None:
    """Nothing is authorised: orders come with 対象外 and go by transfer (modelled)."""
    config = load(None, {"platform": "marketplace", "subscriptions": 200, "months": 2})
    world, _ = run(config)
    orders = world.shop.orders
    assert set(orders.method[: orders.n].tolist()) == {int(Method.BANK)}
    assert (orders.transaction[: orders.n] == -1).all()


def test_waiting_for_the_parcel_costs_less_than_approving_at_once() -> None:
    """The policies on the same luck: goods and postage, or postage alone (AM-CAN-07, -08)."""
    lost = {}
    for approve in ("after_return", "at_once"):
        world, _ = run(seller(approve=approve, orders_per_day=60.0))
        formal = [r for r in world.shop.inbox.requests if r.sort.value == "cancel_request"]
        lost[approve] = sum(request.lost for request in formal)
    assert 0 < 2 * lost["after_return"] < lost["at_once"]


def test_goods_that_a_refund_let_go_of_are_lost() -> None:
    at_once, _ = run(seller(refund="at_once", keeps_goods=1.0, return_rate=0.05))
    waits, _ = run(seller(refund="after_return", keeps_goods=1.0, return_rate=0.05))
    assert outcomes(at_once)["refunded_goods_kept"] > 20
    assert outcomes(waits)["refunded_goods_kept"] == 0 and outcomes(waits)["returned"] > 20


def test_without_tracking_a_parcel_that_was_taken_in_is_not_proven() -> None:
    world, _ = run(seller(tracked_share=0.0, refuse_rate=0.0, orders_per_day=40.0))
    done = outcomes(world)
    assert done["received_unproven"] > 10
    assert len(world.shop.inbox.refunded) >= done["received_unproven"]


def test_a_memo_is_kept_for_the_seller_alone() -> None:
    from teiki_sim.log.kinds import Actor
    from teiki_sim.requests import moves

    world, _ = run(seller(cancel_rate=0.0))
    shop, order = world.shop, world.shop.orders.n - 1
    assert moves.approve(shop, order, Actor.OPERATOR, memo="3回目")
    assert shop.inbox.memos == {order: "3回目"}


def test_messages_are_answered_by_people_who_have_hours() -> None:
    """A desk that rests at weekends is late (AM-CAN-01 knows none), one that does not is in time."""
    daily, _ = run(seller(orders_per_day=40.0, message_delayed=0.0))
    weekdays, _ = run(seller(orders_per_day=40.0, message_delayed=0.0, **{"operators.workdays": "weekdays"}))
    end = daily.end * DAY
    assert late(daily.shop.inbox.requests, end) == 0
    assert late(weekdays.shop.inbox.requests, end) > 20
