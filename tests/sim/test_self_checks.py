"""teiki checks its own results: whoever breaks them is told so (INV-40, INV-50), and a sound run is left alone."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from teiki_scenarios import simulation
from teiki_scenarios.inputs import Given, gather
from teiki_scenarios.replications import Task, build
from teiki_sim import operations
from teiki_sim.calendar import DAY
from teiki_sim.forecast import Counts, Forecast, schedule_forecast
from teiki_sim.log.kinds import Actor
from teiki_sim.log.statuses import CODE
from teiki_sim.monitors import Monitors
from teiki_sim.monitors.violation import violations_of
from teiki_sim.self_checks import forecast_is_its_sum, state_hangs_on_rows
from teiki_sim.shop import Shop
from teiki_sim.world import World

PLATFORMS = ("subscstore", "ecforce", "tamago", "marketplace")


def ran(**given: Any) -> tuple[Task, World, Monitors]:
    inputs = gather(Given(**{"subscriptions": 120, "months": 1, "slips": "careless", **given}))
    task, monitors = Task(inputs.config, *inputs.opening()), Monitors()
    world = build(task, sinks=lambda _names: [monitors])
    world.run()
    world.close()
    monitors.close(world.end * DAY - 1, world.shop.names)
    return task, world, monitors


@pytest.fixture(scope="module")
def plain() -> tuple[Task, World, Monitors]:
    return ran()


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("slips", ["none", "careless"])
def test_a_sound_run_has_nothing_to_tell(platform: str, slips: str) -> None:
    task, world, monitors = ran(platform=platform, slips=slips)
    assert state_hangs_on_rows(world.shop, monitors.sums(), monitors.tables) == []
    forecast = schedule_forecast(task.config, task.book, task.open_orders)
    assert forecast_is_its_sum(forecast, task.config, task.book, task.open_orders, 3000) == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("status", CODE["キャンセル済み"]),
        ("ship", 5),
        ("delivery", 5),
        ("amount", 1),
        ("payment", CODE["返金済み"]),
    ],
)
def test_an_order_that_changes_without_a_row_is_named(
    plain: tuple[Task, World, Monitors], column: str, value: int
) -> None:
    _, world, monitors = plain
    shop = world.shop
    table = shop.orders.columns()
    order = int(np.flatnonzero((table["status"] == CODE["出荷済み"]) & (table["method"] == 0))[0])
    before = shop.orders.columns()[column][order].item()
    assert before != value
    shop.orders.columns()[column][order] = value
    try:
        found = state_hangs_on_rows(shop, monitors.sums(), monitors.tables)
        (violation,) = violations_of(found, shop.names)
        assert (violation.invariant, violation.severity, violation.order) == ("INV-50", "violation", order)
        assert violation.sub == shop.orders.sub[order]
        assert shop.names.order(order) in violation.message_en and column in violation.message_ja
        assert violation.money_at_risk == max(int(shop.orders.amount[order]), 0) and violation.advice_ja
        # Of a process apart only checksums come back: the table is named, not the order.
        (blind,) = state_hangs_on_rows(shop, monitors.sums(), None)
        assert (blind.order, blind.facts["column"]) == (-1, f"order.{column}")
    finally:
        shop.orders.columns()[column][order] = before
    assert state_hangs_on_rows(shop, monitors.sums(), monitors.tables) == []


def test_a_subscription_that_changes_without_a_row_is_named(plain: tuple[Task, World, Monitors]) -> None:
    _, world, monitors = plain
    shop = world.shop
    shop.subs.held[3] = not shop.subs.held[3]
    (found,) = state_hangs_on_rows(shop, monitors.sums(), monitors.tables)
    shop.subs.held[3] = not shop.subs.held[3]
    (violation,) = violations_of([found], shop.names)
    assert (violation.sub, violation.order) == (3, -1)
    assert shop.names.subscription(3) in violation.message_ja


def written(out: Path) -> pl.DataFrame:
    return pl.read_csv(out / "violations.csv")


def simulated(tmp_path: Path, **given: Any) -> pl.DataFrame:
    inputs = gather(Given(**given))
    book, orders = inputs.opening()
    simulation.simulate(inputs.config, book, orders, tmp_path / "out", lang="en")
    return written(tmp_path / "out")


def test_an_engine_that_moves_dates_in_silence_is_caught_in_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Skips that move the child and tell nobody."""

    def edit_dates(shop: Shop, order: int, ship: int, delivery: int, actor: Actor) -> None:
        shop.orders.ship[order], shop.orders.delivery[order] = ship, delivery

    monkeypatch.setattr(operations, "edit_dates", edit_dates)
    found = simulated(tmp_path, subscriptions=400, months=2).filter(pl.col("invariant") == "INV-50")
    assert found.height > 0 and set(found["severity"]) == {"violation"}
    assert found["order"].null_count() == 0 and (found["money_at_risk"] > 0).all()
    assert (tmp_path / "out" / "report.html").read_text(encoding="utf-8").count("INV-50") > 0


def broken_forecast(forecast: Forecast, how: str) -> Forecast:
    """A forecast with one thing wrong on the tenth day."""
    more = np.zeros_like(forecast.dashboard.parcels)
    more[9, 0] = 3
    if how == "dashboard":
        gaps = dict(forecast.gaps)
        name = next(iter(gaps))
        gaps[name] = gaps[name] - more.sum(axis=1)
        return replace(
            forecast, dashboard=Counts(forecast.dashboard.parcels + more, forecast.dashboard.units), gaps=gaps
        )
    if how == "gap":
        return replace(forecast, gaps={})
    if how == "exact":
        return replace(forecast, exact=forecast.exact + more.sum(axis=1))
    if how == "order_list":
        return replace(forecast, order_list=forecast.order_list + more.sum(axis=1))
    gaps = dict(forecast.gaps)
    name = next(iter(gaps))
    gaps[name] = gaps[name] + 1000 * more.sum(axis=1)
    net = Counts(forecast.net.parcels + 1000 * more, forecast.net.units)
    return replace(forecast, net=net, gaps=gaps)


@pytest.mark.parametrize("how", ["dashboard", "order_list", "exact", "gross", "gap"])
def test_a_forecast_that_is_not_its_sum_is_told(plain: tuple[Task, World, Monitors], how: str) -> None:
    task, world, _ = plain
    forecast = schedule_forecast(task.config, task.book, task.open_orders)
    wrong = broken_forecast(forecast, how)
    found = forecast_is_its_sum(wrong, task.config, task.book, task.open_orders, 3000)
    assert {finding.case for finding in found} == {how}
    if how != "gap":
        (finding,) = found
        assert finding.at == (forecast.first + 9) * DAY
        assert finding.money >= 3 * 3000
    for violation in violations_of(found, world.shop.names):
        assert how in violation.message_en and violation.advice_en and violation.invariant == "INV-40"


def test_a_wrong_forecast_is_in_the_files_of_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child counted beside its master, as a dashboard with a double count has it (SS-FC-01)."""

    def double(*arguments: Any) -> Forecast:
        return broken_forecast(schedule_forecast(*arguments), "dashboard")

    monkeypatch.setattr(simulation, "schedule_forecast", double)
    found = simulated(tmp_path, subscriptions=100, months=1).filter(pl.col("invariant") == "INV-40")
    assert found.height == 1
    assert found["money_at_risk"][0] > 0 and found["at"][0].startswith("2026-04-10")


def test_the_sample_shop_with_its_orders_is_sound(tmp_path: Path) -> None:
    found = simulated(tmp_path, months=1)
    assert not set(found["invariant"]) & {"INV-40", "INV-50"}
