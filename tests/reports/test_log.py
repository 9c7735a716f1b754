"""What the pages ask of a log, on logs small enough to count by hand."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from teiki_reports import log
from teiki_reports.data import Run

Make = Callable[..., Any]
NOON = datetime(2026, 4, 1, 12)


def days(n: float) -> datetime:
    """So many days after the start."""
    return NOON + timedelta(days=n)


def empty(make_run: Make) -> Any:
    """A run with no rows."""
    run = make_run(orders=2, violations=0)
    run.events.clear()
    return run


def scan(run: Any) -> pl.LazyFrame:
    """The log of a run."""
    events = Run(run.write()).events()
    assert events is not None
    return events


def test_holds_of_orders_and_subscriptions_do_not_mix(make_run: Make) -> None:
    run = empty(make_run)
    run.event(days(0), "held", subscription="S1", order="O1", code="a")
    run.event(days(1), "held", subscription="S1", code="b")
    run.event(days(2), "released", subscription="S1", order="O1")
    run.event(days(6), "stopped", subscription="S1")
    run.event(days(7), "held", subscription="S2", order="O2", code="c")
    run.event(days(9), "mail", subscription="S3")
    found = log.holds(scan(run)).sort("code").to_dicts()
    assert [(r["code"], r["ended"], r["days"]) for r in found] == [
        ("a", "released", 2.0),
        ("b", "cancelled", 5.0),
        ("c", "open", 2.0),
    ]


def test_a_second_hold_has_its_own_release(make_run: Make) -> None:
    run = empty(make_run)
    for start, end in ((0, 1), (4, 8)):
        run.event(days(start), "held", order="O1", code="a")
        run.event(days(end), "released", order="O1")
    run.event(days(9), "cancelled", order="O1")
    found = log.holds(scan(run)).to_dicts()
    assert [(r["ended"], r["days"]) for r in found] == [("released", 1.0), ("released", 4.0)]


def test_flags_are_cleared_and_not_released(make_run: Make) -> None:
    run = empty(make_run)
    run.event(days(0), "flag_set", subscription="S1", code="card")
    run.event(days(1), "released", subscription="S1")
    run.event(days(3), "flag_cleared", subscription="S1", code="by_hand")
    (found,) = log.holds(scan(run)).to_dicts()
    assert (found["kind"], found["ended"], found["days"]) == ("flag_set", "released", 3.0)


def test_only_the_shop_s_side_counts(make_run: Make) -> None:
    run = empty(make_run)
    run.event(days(0), "declined", side="provider", method="代引き", code="X")
    run.event(days(0), "declined", method="代引き", code="X")
    run.event(days(0), "refused", rule="SS-LIFE-07")
    assert log.outcomes(scan(run)).rows() == [("代引き", "declined", 1)]
    assert log.failures(scan(run)).rows() == [
        ("declined", "X", "代引き", 1),
        ("refused", "SS-LIFE-07", "", 1),
    ]


def test_a_log_without_holds(make_run: Make) -> None:
    run = empty(make_run)
    assert log.holds(scan(run)).height == 0
    run.event(days(0), "mail", subscription="S1")
    assert log.holds(scan(run)).height == 0


def test_around_gives_orders_whole(make_run: Make) -> None:
    run = make_run(orders=50)
    order = run.events[40]["order"]
    found = log.around(scan(run), [3], [order], [])
    wanted = {3} | {row["seq"] for row in run.events if row.get("order") == order}
    assert found["seq"].to_list() == sorted(wanted)
