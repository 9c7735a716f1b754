"""Each week's shipments are the schedules' plus what the log's causes explain (INV-41); each cycle counts once (INV-40)."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from teiki_scenarios import simulation
from teiki_scenarios.inputs import Given, gather
from teiki_scenarios.replications import Task, build
from teiki_sim import forecast_causes, parcel_trace
from teiki_sim.calendar import to_date, to_day
from teiki_sim.config import Config, load, merge
from teiki_sim.forecast import Parcels, planned_parcels, schedule_forecast
from teiki_sim.forecast_causes import causes
from teiki_sim.log.parquet import ParquetSink
from teiki_sim.monitors.finding import Finding
from teiki_sim.monitors.violation import violations_of
from teiki_sim.parcel_trace import ParcelTrace
from teiki_sim.population import generate
from teiki_sim.self_checks import cycles_count_once, forecast_is_explained
from teiki_sim.tally import Tally
from teiki_sim.world import World

PLATFORMS = ("subscstore", "ecforce", "tamago", "marketplace")
STRICT = {"self_checks": {"unexplained_share": 0.0, "unexplained_parcels": 0}}


def judged(task: Task, sinks: Any = None) -> tuple[World, pl.DataFrame, list[Finding]]:
    trace = ParcelTrace(to_day(task.config.start))
    world = build(task, sinks=lambda names: [trace, *(sinks(names) if sinks else ())])
    world.run()
    world.close()
    days = world.end - world.start
    parcels = planned_parcels(task.config, task.book, task.open_orders, days)
    assert cycles_count_once(parcels, task.config, 3000) == []
    told = trace.causes(parcels, days, len(task.book), len(task.open_orders))
    forecast = schedule_forecast(task.config, task.book, task.open_orders, days)
    return world, told, forecast_is_explained(forecast, world.shop.shipped, told, task.config, 3000)


def task_of(config: Config) -> Task:
    return Task(config, generate(config), ())


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("luck", ["calm", "none", "careless"])
def test_a_sound_run_is_explained(platform: str, luck: str) -> None:
    given: dict[str, Any] = {"calm": True} if luck == "calm" else {"slips": luck}
    inputs = gather(Given(platform=platform, subscriptions=1000, months=3, **given))
    config = inputs.config if luck == "careless" else merge(inputs.config, STRICT)
    world, told, found = judged(Task(config, *inputs.opening()))
    assert found == [] and world.shop.parcels > 2000
    assert told.is_empty() == (luck == "calm")


def test_the_sample_shop_with_its_orders_is_explained() -> None:
    inputs = gather(Given(months=2))
    assert judged(Task(inputs.config, *inputs.opening()))[2] == []


def test_dates_moved_in_bulk_collisions_and_an_outage_are_causes(tmp_path: Path) -> None:
    """The typical errors of a forecast; and what is kept as rows pass says the same as the whole log."""
    away = [{"from": "2026-04-10 00:00:00", "until": "2026-04-14 23:00:00"}]
    providers = {name: {"windows": away} for name in load().providers}
    rates = {"bulk_past_date": 0.3, "collision_flag_lost": 1.0}
    task = task_of(
        load(None, {"subscriptions": 2500, "months": 3, "slips": {"rates": rates}, "providers": providers,
                    "warehouse": {"capacity": 65}, "inflow": {"subscriptions_per_day": 2.0, "singles_per_day": 1.0}})
    )  # fmt: skip
    log = tmp_path / "events.parquet"
    world, told, found = judged(task, lambda names: [ParquetSink(log, names)])
    assert found == []
    assert {"moved_date", "flag", "no_answer", "capacity", "inflow", "cancel"} <= set(told["cause"])
    first, days = world.start, world.end - world.start
    parcels = planned_parcels(task.config, task.book, (), days)
    assert told.equals(causes(pl.scan_parquet(log), parcels, task.book, (), first, days))


def test_blocks_of_subscriptions_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    task = task_of(load(None, {"subscriptions": 300, "months": 2}))
    whole = judged(task)[1]
    monkeypatch.setattr(parcel_trace, "_BLOCK", 64)
    assert judged(task)[1].equals(whole) and not whole.is_empty()


def simulated(tmp_path: Path, **more: Any) -> pl.DataFrame:
    config = load(None, {"subscriptions": 1500, "months": 3, **more})
    simulation.simulate(config, generate(config), (), tmp_path / "out", lang="en")
    return pl.read_csv(tmp_path / "out" / "violations.csv").filter(pl.col("invariant") == "INV-41")


@pytest.mark.parametrize("capacity", [None, 30])
def test_a_week_that_is_not_counted_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capacity: int | None
) -> None:
    """The parcels of one week leave and are not in the tally."""
    right, week = Tally.ship, to_day(load().start) + 12  # a Monday

    def forgetful(self: Tally, day: int, *more: Any) -> None:
        if not week <= day < week + 7:
            right(self, day, *more)

    monkeypatch.setattr(Tally, "ship", forgetful)
    more = {} if capacity is None else {"warehouse": {"capacity": capacity}}
    (row,) = simulated(tmp_path, **more).rows(named=True)
    assert (row["severity"], row["key"]) == ("violation", "week:12")
    assert row["at"].startswith(to_date(week).isoformat()) and row["money_at_risk"] > 100 * 1000
    assert "0 parcels left" in row["message_en"] and "説明できません" in row["message_ja"]
    assert row["advice_ja"] and row["advice_en"]
    assert "INV-41" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_a_week_that_is_counted_twice_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right, monday = Tally.ship, to_day(load().start) + 12

    def twice(self: Tally, day: int, *more: Any) -> None:
        right(self, day, *more)
        if day == monday:
            right(self, day, *more)

    monkeypatch.setattr(Tally, "ship", twice)
    assert simulated(tmp_path)["key"].to_list() == ["week:12"]


def without_changes(moved: pl.DataFrame, _rows: pl.DataFrame) -> pl.DataFrame:
    return moved.with_columns(of_subscription=pl.lit(None, pl.String))


def test_a_cause_that_is_left_out_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is put down to a change of the subscription: cancelled parcels are then missing for no reason."""
    monkeypatch.setattr(forecast_causes, "_of_subscription", without_changes)
    assert simulated(tmp_path).height > 5


def test_the_tolerance_is_a_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forecast_causes, "_of_subscription", without_changes)
    assert simulated(tmp_path / "a", self_checks={"unexplained_share": 1.0}).is_empty()
    assert simulated(tmp_path / "b", self_checks={"unexplained_parcels": 5000}).is_empty()


def test_a_cycle_that_counts_twice_is_named() -> None:
    """A child that is on file and projected again."""
    inputs = gather(Given(subscriptions=50, months=2))
    book, orders = inputs.opening()
    parcels = planned_parcels(inputs.config, book, orders)
    assert cycles_count_once(parcels, inputs.config, 3000) == []
    names = Parcels.__dataclass_fields__
    again = {name: np.append(getattr(parcels, name), getattr(parcels, name)[7]) for name in names}
    (found,) = cycles_count_once(Parcels(**again), inputs.config, 3000)
    on_file = Parcels(**again | {"order": again["order"].copy()})
    on_file.order[7] = 0
    assert cycles_count_once(on_file, inputs.config, 3000) == [found]
    two_orders = replace(on_file, order=on_file.order.copy())
    two_orders.order[-1] = 1
    assert cycles_count_once(two_orders, inputs.config, 3000) == []
    world = build(Task(inputs.config, book, orders))
    (violation,) = violations_of([found], world.shop.names)
    assert (violation.invariant, violation.sub, violation.money_at_risk) == ("INV-40", parcels.sub[7], 3000)
    assert f"delivery {parcels.cycle[7]} is counted 2 times" in violation.message_en
