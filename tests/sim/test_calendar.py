"""Days, months and leads, against the worked dates of the documents."""

import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from teiki_sim import calendar
from teiki_sim.calendar import DATELESS_CARRIERS, DATELESS_LEAD, DEFAULT_LEAD, SUNDAY, Lead

days = st.integers(calendar.to_day(datetime.date(1990, 1, 1)), calendar.to_day(datetime.date(2099, 12, 31)))


def day(text: str) -> int:
    return calendar.to_day(datetime.date.fromisoformat(text))


def test_days_count_from_1970() -> None:
    assert day("1970-01-01") == 0
    assert day("2019-01-15") == 17911
    assert calendar.iso(17911) == "2019-01-15"
    assert calendar.to_date(17911) == datetime.date(2019, 1, 15)


def test_weekday_of_a_day_and_of_a_column() -> None:
    assert calendar.weekday(day("2019-01-13")) == SUNDAY
    column = np.arange(day("2019-01-14"), day("2019-01-21"), dtype=np.int32)
    assert calendar.weekday(column).tolist() == [0, 1, 2, 3, 4, 5, 6]


def test_instant_is_seconds_of_japanese_time() -> None:
    assert calendar.instant(0, "00:01") == 60
    assert calendar.instant(np.array([17911], dtype=np.int32)[0], "23:59") == 17911 * calendar.DAY + 86340
    assert calendar.day_of(calendar.instant(17911, "23:59")) == 17911


@pytest.mark.parametrize("clock", ["24:00", "9:00", "12:60", "noon", ""])
def test_instant_refuses_other_clocks(clock: str) -> None:
    with pytest.raises(ValueError, match="HH:MM"):
        calendar.instant(0, clock)


@given(days)
def test_weekday_agrees_with_datetime(number: int) -> None:
    assert calendar.weekday(number) == calendar.to_date(number).weekday()


@given(days, st.integers(0, 24))
def test_months_later_is_one_rule_for_a_day_and_a_column(number: int, months: int) -> None:
    later = calendar.months_later(number, months)
    assert calendar.months_later_many(np.array([number], dtype=np.int32), months).tolist() == [later]
    assert calendar.month_of(later) == calendar.month_of(number) + months


@given(days, st.integers(1, 5), st.integers(0, 6))
def test_nth_weekday_lies_in_its_month(number: int, nth: int, on: int) -> None:
    month = calendar.month_of(number)
    found = calendar.nth_weekday(month, nth, on)
    assert calendar.month_of(found) == month and calendar.weekday(found) == on
    assert (calendar.to_date(found).day - 1) // 7 + 1 in {nth, 4}


def test_a_fifth_weekday_is_often_missing() -> None:
    months = range(12 * 48, 12 * 60)
    missing = sum(
        calendar.nth_weekday(m, 5, on) == calendar.nth_weekday(m, 4, on) for m in months for on in range(7)
    )
    assert (missing, 7 * len(months)) == (657, 1008)


@pytest.mark.parametrize(
    ("delivery", "ship"),
    [
        ("2019-02-01", "2019-01-28"),
        ("2019-03-01", "2019-02-25"),
        ("2019-04-01", "2019-03-26"),
        ("2019-05-01", "2019-04-25"),
        ("2019-06-01", "2019-05-28"),
        ("2019-07-01", "2019-06-25"),
        ("2019-08-01", "2019-07-26"),
        ("2019-09-01", "2019-08-27"),
        ("2019-10-01", "2019-09-25"),
    ],
)
def test_ss_freq_03_four_business_days_back(delivery: str, ship: str) -> None:
    assert calendar.iso(DATELESS_LEAD.ship_from_delivery(day(delivery))) == ship


def test_ss_freq_03_six_carriers_take_no_date() -> None:
    assert len(DATELESS_CARRIERS) == 6 and "ネコポス" in DATELESS_CARRIERS


@pytest.mark.parametrize(
    ("ship", "delivery"),
    [("2019-01-28", "2019-02-01"), ("2019-05-28", "2019-06-03"), ("2019-08-27", "2019-09-02")],
)
def test_ss_freq_12_forward_differs_from_backward_at_weekends(ship: str, delivery: str) -> None:
    assert calendar.iso(DATELESS_LEAD.delivery_from_ship(day(ship))) == delivery


@pytest.mark.parametrize(
    ("ship", "delivery"),
    [
        ("2021-03-20", "2021-03-23"),
        ("2021-04-20", "2021-04-23"),
        ("2021-05-20", "2021-05-23"),
        ("2021-06-20", "2021-06-23"),
    ],
)
def test_ss_freq_12_calendar_leads_run_over_weekends(ship: str, delivery: str) -> None:
    assert DEFAULT_LEAD.delivery_from_ship(day(ship)) == day(delivery)
    assert DEFAULT_LEAD.ship_from_delivery(day(delivery)) == day(ship)


def test_ss_freq_03_holidays_count_unless_switched_on() -> None:
    # Ten days of holidays and weekends, 2019-04-27 to 05-06.
    with_holidays = Lead(4, "business", holidays=True)
    assert calendar.iso(with_holidays.ship_from_delivery(day("2019-05-08"))) == "2019-04-24"
    assert calendar.iso(with_holidays.ship_from_delivery(day("2019-05-04"))) == "2019-04-23"
    assert calendar.iso(with_holidays.delivery_from_ship(day("2019-04-26"))) == "2019-05-10"
    assert calendar.iso(DATELESS_LEAD.ship_from_delivery(day("2019-05-08"))) == "2019-05-02"


def test_ss_freq_03_holidays_of_the_year_before_count_too() -> None:
    # 2018-12-24 and 2019-01-01 are holidays, the days between Christmas and New Year are not.
    assert (
        calendar.iso(Lead(12, "business", holidays=True).ship_from_delivery(day("2019-01-08")))
        == "2018-12-19"
    )


def test_holidays_are_the_legal_ones() -> None:
    assert calendar.is_holiday(day("2019-05-01")) and calendar.is_holiday(day("2020-07-24"))
    assert not calendar.is_holiday(day("2019-12-23")) and not calendar.is_holiday(day("2020-10-12"))


def counted(start: int, lead: Lead, step: int) -> int:
    """A lead walked day by day."""
    left = lead.days
    while left:
        start += step
        left -= calendar.weekday(start) < 5 and not (lead.holidays and calendar.is_holiday(start))
    return start


near = st.integers(day("2018-12-01"), day("2020-02-01"))


@given(st.lists(near, max_size=8), st.integers(0, 12), st.booleans())
def test_business_leads_equal_a_walk_day_by_day(many: list[int], count: int, holidays: bool) -> None:
    lead = Lead(count, "business", holidays)
    column = np.array(many, dtype=np.int32)
    ships, deliveries = lead.ship_from_delivery(column), lead.delivery_from_ship(column)
    assert ships.dtype == deliveries.dtype == np.int32
    assert (
        ships.tolist() == [lead.ship_from_delivery(d) for d in many] == [counted(d, lead, -1) for d in many]
    )
    assert (
        deliveries.tolist()
        == [lead.delivery_from_ship(d) for d in many]
        == [counted(d, lead, 1) for d in many]
    )


def test_a_lead_is_not_negative() -> None:
    with pytest.raises(ValueError, match="0日以上"):
        Lead(-1)
    with pytest.raises(ValueError, match="business"):
        Lead(1, "working")  # type: ignore[arg-type]
