"""Causes: a log of a few rows, and what each of them did to the schedules."""

from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from teiki_sim.book_columns import BookColumns
from teiki_sim.book_rows import Book, SubscriptionRow
from teiki_sim.calendar import to_day
from teiki_sim.config import load
from teiki_sim.forecast import planned_parcels, schedule_forecast
from teiki_sim.forecast_causes import CAUSES, causes
from teiki_sim.frequencies import parse

CONFIG = load(None, {"start": date(2026, 4, 1), "months": 3})
SCHEMA: dict[str, Any] = {
    "seq": pl.Int64, "at": pl.Datetime("us"), "subscription": pl.String, "order": pl.String, "cycle": pl.Int32,
    "kind": pl.String, "side": pl.String, "code": pl.String, "actor": pl.String, "rule": pl.String,
}  # fmt: skip
WEEKS = {"4/10": "2026-04-06", "5/10": "2026-05-04", "6/10": "2026-06-08"}


def book(count: int = 1) -> BookColumns:
    """Subscriptions that ship on the tenth of April, May and June, cycles 4 to 6."""
    ship = to_day(date(2026, 4, 10))
    rows = [
        SubscriptionRow(
            f"S{n}", f"C{n}", parse("1ヶ月ごと"), "", "TEA-30", 1, 1000, "代引き", True, None, "継続", 3, ship, ship + 3,
            None, None, False, False,
        )
        for n in range(count)
    ]  # fmt: skip
    return Book(tuple(rows)).columns(CONFIG)


class Written:
    """A log as a run would leave it."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def row(
        self, when: str, kind: str, cycle: int | None = None, order: str | None = None, **more: Any
    ) -> None:
        month, number = when.split("/")
        at = datetime(2026, int(month), int(number), 10) + timedelta(seconds=len(self.rows))
        base = {"subscription": "S0", "side": "store", "actor": "system", "rule": "SS-ORD-01"}
        self.rows.append(
            base | {"seq": len(self.rows), "at": at, "kind": kind, "cycle": cycle, "order": order} | more
        )

    def shipped(self, when: str, cycle: int | None, order: str = "", **more: Any) -> None:
        order = order or f"O{cycle}-{when}"
        self.row(when, "handed_over", cycle, order, side="warehouse", **more)
        self.row(when, "shipped", cycle, order, side="warehouse", **more)

    def explained(self, since: int | None = None) -> dict[tuple[str, str], int]:
        """(week, cause) → parcels, after a look whether they sum to the whole error."""
        events = pl.DataFrame(self.rows, schema=SCHEMA)
        columns = book()
        forecast = schedule_forecast(CONFIG, columns, [])
        found = causes(
            events.lazy(),
            planned_parcels(CONFIG, columns, []),
            columns,
            [],
            forecast.first,
            forecast.days,
            since,
        )
        gone = events.filter(pl.col("kind") == "shipped").height
        if since is None:
            assert found["parcels"].sum() == gone - forecast.projected.daily.sum()
        assert set(found["cause"]) <= set(CAUSES)
        return {(str(week), cause): n for week, cause, n in found.iter_rows()}


@pytest.fixture
def log() -> Written:
    return Written()


def test_on_schedule_there_is_nothing_to_explain(log: Written) -> None:
    for cycle, when in zip((4, 5, 6), WEEKS, strict=True):
        log.shipped(when, cycle)
    assert log.explained() == {}


def test_a_move_within_the_week_makes_no_difference(log: Written) -> None:
    log.shipped("4/11", 4)
    log.shipped("5/10", 5)
    log.shipped("6/10", 6)
    assert log.explained() == {}


@pytest.mark.proves("SS-FC-05")
def test_a_skip_moves_all_later_cycles(log: Written) -> None:
    log.row("4/5", "skipped", 4, "O4")
    log.shipped("5/10", 4)
    log.shipped("6/10", 5)
    # May gets cycle 4 and loses cycle 5, so only April's parcel is gone in the end.
    assert log.explained() == {("2026-04-06", "skip"): -1}


@pytest.mark.parametrize(("code", "cause"), [("stop", "stop"), ("cancel", "cancel")])
def test_a_stop_and_a_cancellation(log: Written, code: str, cause: str) -> None:
    log.shipped("4/10", 4)
    log.row("4/20", "stopped", 4, code=code)
    assert log.explained() == {("2026-05-04", cause): -1, ("2026-06-08", cause): -1}


def test_a_decline_is_the_cause_and_not_the_stop_and_cancel_that_follow_it(log: Written) -> None:
    log.row("4/6", "declined", 4, "O4", code="NG001")
    log.row("4/6", "held", 4, "O4", code="payment_error")
    log.row("4/18", "cancelled", 4, "O4")
    log.shipped("5/10", 5)
    log.shipped("6/10", 6)
    assert log.explained() == {("2026-04-06", "decline"): -1}


@pytest.mark.parametrize(("code", "cause"), [("E01050004", "decline"), ("collision", "flag")])
def test_a_standing_flag_holds_back_every_cycle(log: Written, code: str, cause: str) -> None:
    log.row("4/3", "generation_failed", 4, code=code)
    log.row("4/3", "flag_set", 3, code=code)
    assert log.explained() == {(week, cause): -1 for week in WEEKS.values()}


def test_a_flag_that_was_resumed_no_longer_counts(log: Written) -> None:
    log.row("4/2", "skipped", 3)
    log.row("5/3", "flag_set", 4, code="collision")
    log.row("5/4", "flag_cleared", 4)
    log.row("5/4", "resumed", 4)
    log.shipped("5/10", 4)
    log.row("5/20", "stopped", 4, code="stop")
    assert log.explained() == {("2026-04-06", "skip"): -1, ("2026-06-08", "stop"): -1}


def test_a_past_date_pours_out(log: Written) -> None:
    log.shipped("4/10", 4)
    log.row("4/20", "scheduled", 4, actor="operator", rule=None)
    log.shipped("4/21", 5)
    log.shipped("4/22", 6)
    log.shipped("4/23", 7)
    assert log.explained() == {
        ("2026-04-20", "burst"): 2,
        ("2026-04-20", "moved_date"): 1,
        ("2026-05-04", "moved_date"): -1,
        ("2026-06-08", "burst"): -1,
    }


def test_a_cycle_shipped_twice_is_a_burst(log: Written) -> None:
    for cycle, when in zip((4, 5, 6), WEEKS, strict=True):
        log.shipped(when, cycle)
    log.shipped("6/20", 6, "again")
    assert log.explained() == {("2026-06-15", "burst"): 1}


def test_no_room_in_the_warehouse(log: Written) -> None:
    log.row("4/10", "handed_over", 4, "O4", side="warehouse")
    log.row("4/14", "shipped", 4, "O4", side="warehouse")
    log.shipped("5/10", 5)
    log.shipped("6/10", 6)
    assert log.explained() == {("2026-04-06", "capacity"): -1, ("2026-04-13", "capacity"): 1}


def test_newcomers_and_single_orders_are_inflow(log: Written) -> None:
    for cycle, when in zip((4, 5, 6), WEEKS, strict=True):
        log.shipped(when, cycle)
    log.shipped("4/14", 1, subscription="NEW-1")
    log.shipped("4/14", None, "ON-1", subscription=None)
    assert log.explained() == {("2026-04-13", "inflow"): 2}


def test_what_no_row_explains_is_other(log: Written) -> None:
    log.shipped("4/10", 4)
    log.shipped("6/10", 6)
    assert log.explained() == {("2026-05-04", "other"): -1}


def test_days_before_the_first_shown_are_left_out(log: Written) -> None:
    log.row("4/5", "skipped", 4, "O4")
    log.shipped("5/10", 4)
    log.shipped("6/10", 5)
    assert log.explained(to_day(date(2026, 5, 1))) == {}
    assert log.explained(to_day(date(2026, 4, 10))) == {("2026-04-06", "skip"): -1}
