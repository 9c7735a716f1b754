"""The forecast: an example worked by hand, each cycle once, and the gaps that lead from one figure to the next."""

from collections import Counter
from datetime import date
from typing import Any

import numpy as np
import pytest

from teiki_sim import forecast
from teiki_sim.book_columns import BookColumns
from teiki_sim.book_rows import Book, OpenOrder, SubscriptionRow
from teiki_sim.calendar import to_date, to_day
from teiki_sim.config import Config, load
from teiki_sim.forecast import (
    Counts,
    Forecast,
    calm_opening,
    dated,
    planned_parcels,
    schedule_forecast,
)
from teiki_sim.frequencies import parse
from teiki_sim.population import generate

YEAR = 2026


def day(text: str) -> int:
    month, number = text.split("/")
    return to_day(date(YEAR, int(month), int(number)))


def row(name: str, ship: str | None, delivery: str | None, **more: Any) -> SubscriptionRow:
    """A subscription that goes on every month, unless more is said."""
    given: dict[str, Any] = {
        "frequency": "1ヶ月ごと", "product": "TEA-30", "quantity": 1, "method": "クレジットカード", "carrier": None,
        "status": "継続", "cycle": 3, "first_delivery": None, "end_count": None, "held": False,
        "generation_error": False,
    } | more  # fmt: skip
    given["frequency"] = parse(given["frequency"])
    dates = [None if text is None else day(text) for text in (ship, delivery)]
    return SubscriptionRow(
        id=name, customer=f"C{name}", course="", unit_price=1000, method_known=True,
        next_ship=dates[0], next_delivery=dates[1], **given,
    )  # fmt: skip


def order(name: str, subscription: str | None, cycle: int, ship: str, **more: Any) -> OpenOrder:
    given: dict[str, Any] = {
        "order_status": "出荷待ち", "payment_status": "与信完了", "amount": 1000, "product": "TEA-30",
        "quantity": 1, "method": "クレジットカード", "method_known": True, "planned_delivery": day(ship) + 3,
    } | more  # fmt: skip
    return OpenOrder(order_id=name, subscription=subscription, cycle=cycle, planned_ship=day(ship), **given)


def config(**more: Any) -> Config:
    return load(None, {"start": date(YEAR, 4, 1), "months": 2} | more)


def columns(*rows: SubscriptionRow, config_: Config | None = None) -> BookColumns:
    return Book(tuple(sorted(rows, key=lambda one: one.id))).columns(config_ or config())


def by_day(counts: Counts | Any, first: int) -> dict[str, int]:
    """The days on which there is something, as month/day."""
    daily = counts.daily if isinstance(counts, Counts) else counts
    found = {to_date(first + int(at)): int(daily[at]) for at in np.flatnonzero(daily)}
    return {f"{when.month}/{when.day}": n for when, n in found.items()}


ROWS = (
    row("A", "4/10", "4/13"),
    row("B", "4/10", "4/13", status="停止"),
    row("C", "4/20", "4/23", held=True),
    row("D", "4/11", "4/14", frequency="2週間ごと", generation_error=True),
    row("E", "5/2", "5/5", cycle=4),
    row("F", "4/3", "4/6", cycle=4),
    row("G", "4/15", "4/18", end_count=4),
    row("H", "3/30", "4/2"),
    row("I", "5/7", "5/10", cycle=0),
    row("J", None, None, status="キャンセル"),
)
ORDERS = (
    order("1", "E", 5, "4/2"),
    order("2", "F", 5, "4/3"),  # the master still has the date of this child: it counts once
    order("3", "I", 1, "4/7"),  # a first subscription order
    order("4", None, 0, "4/5"),
    order("5", None, 0, "4/5", method="NP後払い", payment_status="与信NG"),
)
DASHBOARD = {
    "4/2": 1,
    "4/3": 1,
    "4/5": 2,
    "4/7": 1,
    "4/10": 2,
    "4/11": 1,
    "4/15": 1,
    "4/20": 1,
    "5/2": 1,
    "5/7": 1,
}
NET = {"4/1": 1, "4/2": 1, "4/3": 1, "4/5": 1, "4/7": 1, "4/10": 1, "4/15": 1, "4/29": 1, "5/2": 1, "5/3": 1,
       "5/7": 1, "5/10": 1, "5/30": 1}  # fmt: skip
BACK = {"4/5": 1, "4/11": 1, "4/20": 1, "4/25": 1, "5/9": 1, "5/20": 1, "5/23": 1}


@pytest.fixture
def worked() -> Forecast:
    return schedule_forecast(config(), columns(*ROWS), ORDERS)


def test_the_dashboard_by_hand(worked: Forecast) -> None:
    assert by_day(worked.dashboard, worked.first) == DASHBOARD


def test_projected_and_net_by_hand(worked: Forecast) -> None:
    assert by_day(worked.net, worked.first) == NET
    assert by_day(worked.projected, worked.first) == dict(Counter(NET) + Counter(BACK)) | {}


def test_the_order_list_undercounts_and_the_masters_know(worked: Forecast) -> None:
    assert by_day(worked.order_list, worked.first) == {"4/2": 1, "4/3": 1, "4/5": 2, "4/7": 1}
    assert (worked.order_list <= worked.dashboard.daily).all()
    assert by_day(worked.exact, worked.first) == {
        "4/3": 1, "4/10": 1, "4/11": 1, "4/15": 1, "4/20": 1, "5/2": 1, "5/7": 1,
    }  # fmt: skip


def test_the_gaps_lead_from_the_dashboard_to_net(worked: Forecast) -> None:
    assert (worked.dashboard.daily + sum(worked.gaps.values()) == worked.net.daily).all()
    named = {name: by_day(gap, worked.first) for name, gap in worked.gaps.items()}
    assert named == {
        "inactive": {"4/10": -1},
        "ended": {},
        "held": {"4/20": -1},
        "flagged": {"4/11": -1},
        "stopped_order": {"4/5": -1},
        "overdue": {"4/1": 1},
        "moved": {},
        "later_cycles": {"4/29": 1, "5/3": 1, "5/10": 1, "5/30": 1},
    }


def test_each_cycle_of_a_subscription_counts_once() -> None:
    parcels = planned_parcels(config(months=12), columns(*ROWS), ORDERS)
    children = parcels.sub >= 0
    seen = Counter(zip(parcels.sub[children].tolist(), parcels.cycle[children].tolist(), strict=True))
    assert set(seen.values()) == {1}


@pytest.mark.parametrize("moved_on", [True, False])
def test_a_generated_child_changes_nothing(moved_on: bool) -> None:
    """Whether the next child is an order already or only the master's next date."""
    settings = config(subscriptions=300, months=6)
    book = generate(settings)
    plain = schedule_forecast(settings, book, [])
    near = np.flatnonzero((book.next_delivery >= 0) & (book.next_delivery < plain.first + 7))
    orders = [
        OpenOrder(
            f"O{at}", book.ids[at], int(book.cycle[at]) + 1, "出荷待ち", "与信完了", int(book.next_ship[at]),
            int(book.next_delivery[at]), None, book.products[book.product[at]], int(book.quantity[at]),
            book.methods[book.method[at]], True,
        )
        for at in near.tolist()
    ]  # fmt: skip
    assert orders
    if moved_on:
        after = [
            book.frequencies[book.frequency[at]].next_delivery(
                int(book.next_delivery[at]), int(book.next_delivery[at])
            )
            for at in near.tolist()
        ]
        anchor = np.where(book.first_delivery >= 0, book.first_delivery, book.next_delivery)
        book.first_delivery[:] = anchor
        book.next_delivery[near] = after
        book.next_ship[near] = -1
    with_orders = schedule_forecast(settings, book, orders)
    assert (with_orders.projected.parcels == plain.projected.parcels).all()
    assert (with_orders.projected.units == plain.projected.units).all()


def test_a_clipped_date_stays_clipped() -> None:
    forecast = schedule_forecast(
        config(start=date(YEAR, 1, 1), months=4), columns(row("A", "1/28", "1/31")), []
    )
    assert by_day(forecast.projected, forecast.first) == {"1/28": 1, "2/25": 1, "3/25": 1, "4/25": 1}


def test_a_stale_date_pours_out_one_a_night() -> None:
    book = columns(row("A", "1/7", "1/10", frequency="毎週"))
    forecast = schedule_forecast(config(months=1), book, [])
    found = by_day(forecast.projected, forecast.first)
    # 1/10 to 4/4 are thirteen deliveries: one a night until the dates have caught up, while a new one falls due.
    assert list(found)[:13] == [f"4/{n}" for n in range(1, 14)]
    assert (
        by_day(schedule_forecast(config(), columns(row("A", "1/7", "1/10", status="停止")), []).projected, 0)
        == {}
    )


def test_a_lead_longer_than_the_batch_looks_ahead_ships_on_the_night_it_is_made() -> None:
    settings = config(carriers={"ヤマト運輸": {"lead_days": 10}})
    book = columns(row("A", "4/10", "4/20"), config_=settings)
    forecast = schedule_forecast(settings, book, [])
    assert by_day(forecast.projected, forecast.first) == {"4/13": 1, "5/13": 1}
    assert by_day(forecast.gaps["moved"], forecast.first) == {"4/10": -1, "4/13": 1}


def test_an_end_count_that_is_reached_gives_nothing_more() -> None:
    forecast = schedule_forecast(config(), columns(row("A", "4/10", "4/13", cycle=4, end_count=4)), [])
    assert by_day(forecast.dashboard, forecast.first) == {"4/10": 1}
    assert by_day(forecast.projected, forecast.first) == {}
    assert by_day(forecast.gaps["ended"], forecast.first) == {"4/10": -1}


def test_a_method_without_a_provider_needs_no_payment() -> None:
    waiting = order("1", None, 0, "4/5", method="代引き", payment_status="与信保留")
    forecast = schedule_forecast(config(), columns(row("A", "4/10", "4/13")), [waiting])
    assert by_day(forecast.net, forecast.first)["4/5"] == 1


def test_units_and_products() -> None:
    book = columns(row("A", "4/10", "4/13", quantity=3), row("B", "4/10", "4/13", product="LOTION-120"))
    single = order("1", None, 0, "4/10", product="BOX", quantity=2)
    forecast = schedule_forecast(config(), book, [single])
    at = day("4/10") - forecast.first
    units = dict(zip(forecast.products, forecast.projected.units[at].tolist(), strict=True))
    assert {name: n for name, n in units.items() if n} == {"TEA-30": 3, "LOTION-120": 1, "BOX": 2}
    assert forecast.projected.daily[at] == 3


def test_a_missing_date_follows_from_the_other() -> None:
    book = columns(row("A", "4/10", None), row("B", None, "4/13"), row("C", None, None, status="停止"))
    full = dated(config(), book)
    assert full.next_ship.tolist() == [day("4/10"), day("4/10"), -1]
    assert full.next_delivery.tolist() == [day("4/13"), day("4/13"), -1]
    assert book.next_ship[1] == -1
    forecast = schedule_forecast(config(), book, [])
    assert by_day(forecast.projected, forecast.first) == {"4/10": 2, "5/10": 2}


def test_a_calm_opening_holds_nothing_back() -> None:
    book, orders = calm_opening(columns(*ROWS), ORDERS)
    forecast = schedule_forecast(config(), book, orders)
    assert (forecast.net.parcels == forecast.projected.parcels).all()
    assert {one.payment_status for one in orders} == {""}


@pytest.mark.proves("SS-FC-03")
def test_bias_is_the_dashboard_less_the_median(worked: Forecast) -> None:
    found = forecast.bias(worked, [1.0] * worked.days)
    assert found[day("4/5") - worked.first] == 1
    assert found[0] == -1


def test_nothing_gives_nothing() -> None:
    forecast = schedule_forecast(config(subscriptions=0), generate(config(subscriptions=0)), [], days=3)
    assert forecast.projected.parcels.shape[0] == 3
    assert forecast.projected.daily.tolist() == [0, 0, 0]


@pytest.mark.slow
def test_a_hundred_thousand_subscriptions_for_a_year() -> None:
    import timeit

    settings = config(subscriptions=100_000, months=12)
    book = generate(settings)
    assert min(timeit.repeat(lambda: schedule_forecast(settings, book, []), number=1, repeat=3)) < 2
