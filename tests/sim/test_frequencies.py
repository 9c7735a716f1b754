"""Every worked date of SS-FREQ-01 to SS-FREQ-12, and the closed set."""

import datetime
import pickle
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from teiki_sim.calendar import DATELESS_LEAD, DEFAULT_LEAD, MONDAY, SUNDAY, iso, to_day, weekday
from teiki_sim.frequencies import Frequency, FrequencyRefused, closed_set, parse


def day(text: str) -> int:
    return to_day(datetime.date.fromisoformat(text))


def deliveries(frequency: Frequency, first: int, count: int, week_start: int = SUNDAY) -> list[int]:
    """The first delivery and those that follow it, by the scalar and the column rule alike."""
    dates = [first]
    while len(dates) < count:
        dates.append(frequency.next_delivery(dates[-1], first, week_start))
        column = frequency.next_delivery_many(
            np.array([dates[-2]], dtype=np.int32), np.array([first], dtype=np.int32), week_start
        )
        assert column.dtype == np.int32 and column.tolist() == dates[-1:]
    return dates


@pytest.mark.parametrize(
    ("rule", "text", "expected"),
    [
        # Erratum: the document calls 2019-01-15 a Monday; it is a Tuesday, and the date stands (SS-FREQ-09).
        ("SS-FREQ-01", "1ヶ月ごと", "2018-11-15 2018-12-15 2019-01-15"),
        ("SS-FREQ-02", "1ヶ月ごと", "2019-01-31 2019-02-28 2019-03-28"),
        ("SS-FREQ-02", "1ヶ月ごと", "2020-01-31 2020-02-29 2020-03-29 2020-04-29"),
        ("SS-FREQ-02", "12ヶ月ごと", "2020-02-29 2021-02-28 2022-02-28 2023-02-28 2024-02-28"),
        ("SS-FREQ-04", "1ヶ月ごと第2週", "2019-02-02 2019-03-09 2019-04-13"),
        ("SS-FREQ-04", "1ヶ月ごと第2週", "2019-02-16 2019-03-09 2019-04-13"),
        ("SS-FREQ-04", "1ヶ月ごと第5週", "2019-02-02 2019-03-30 2019-04-27 2019-05-25 2019-06-29"),
        # Erratum: the document prints 2019-01-13 and calls it a Saturday; it is a Sunday, 01-12 is right.
        ("SS-FREQ-05", "1ヶ月ごと第2週土曜日", "2018-11-15 2018-12-08 2019-01-12"),
        ("SS-FREQ-05", "1ヶ月ごと第1週金曜日", "2019-01-31 2019-02-01 2019-03-01"),
        ("SS-FREQ-05", "1ヶ月ごと第2週月曜日", "2019-02-20 2019-03-11 2019-04-08"),
        ("SS-FREQ-06", "2週間ごと", "2018-11-15 2018-11-29 2018-12-13"),
        ("SS-FREQ-06", "毎週", "2018-11-15 2018-11-22"),
        ("SS-FREQ-06", "3週間ごと", "2018-11-15 2018-12-06"),
        ("SS-FREQ-06", "4週間ごと", "2018-11-15 2018-12-13"),
        ("SS-FREQ-07", "2週間ごと火曜日", "2019-01-10 2019-01-22 2019-02-05"),
        ("SS-FREQ-07", "2週間ごと金曜日", "2019-01-10 2019-01-25 2019-02-08"),
        ("SS-FREQ-07", "2週間ごと土曜日", "2019-01-10 2019-01-26 2019-02-09"),
        ("SS-FREQ-07", "2週間ごと日曜日", "2019-01-10 2019-01-20 2019-02-03"),
        ("SS-FREQ-08", "15日ごと", "2019-01-10 2019-01-25 2019-02-09"),
        ("SS-FREQ-08", "20日ごと", "2019-01-10 2019-01-30 2019-02-19"),
        ("SS-FREQ-08", "40日ごと", "2019-01-10 2019-02-19 2019-03-31"),
        ("SS-FREQ-12", "1ヶ月ごと", "2019-08-31 2019-09-30 2019-10-30 2019-11-30 2019-12-30 2020-01-30"),
        ("SS-FREQ-12", "2ヶ月ごと", "2018-12-31 2019-02-28 2019-04-28 2019-06-28"),
    ],
)
def test_worked_deliveries(rule: str, text: str, expected: str) -> None:
    dates = expected.split()
    assert [iso(d) for d in deliveries(parse(text), day(dates[0]), len(dates))] == dates


def test_ss_freq_09_printed_misprints() -> None:
    assert weekday(day("2019-01-15")) == 1  # printed as Monday
    assert weekday(day("2019-01-13")) == SUNDAY  # printed as Saturday


def test_ss_freq_07_weeks_may_start_on_monday() -> None:
    first = day("2019-01-10")
    sundays = deliveries(parse("2週間ごと日曜日"), first, 2, week_start=MONDAY)
    tuesdays = deliveries(parse("2週間ごと火曜日"), first, 3, week_start=MONDAY)
    assert iso(sundays[1]) == "2019-01-27"
    assert [iso(d) for d in tuesdays] == ["2019-01-10", "2019-01-22", "2019-02-05"]


def test_ss_freq_03_dates_are_kept_and_shipped_four_business_days_before() -> None:
    planned = deliveries(parse("1ヶ月ごと"), day("2019-02-01"), 3)
    assert [(iso(DATELESS_LEAD.ship_from_delivery(d)), iso(d)) for d in planned] == [
        ("2019-01-28", "2019-02-01"),
        ("2019-02-25", "2019-03-01"),
        ("2019-03-26", "2019-04-01"),
    ]


def test_ss_freq_12_skip_example_keeps_three_calendar_days() -> None:
    # Erratum: the document prints delivery 2021-05-20 for a parcel shipped that day (SS-SKIP-03).
    planned = deliveries(parse("1ヶ月ごと"), day("2021-04-23"), 3)
    assert [(iso(DEFAULT_LEAD.ship_from_delivery(d)), iso(d)) for d in planned] == [
        ("2021-04-20", "2021-04-23"),
        ("2021-05-20", "2021-05-23"),
        ("2021-06-20", "2021-06-23"),
    ]


first_days = np.arange(day("2018-01-01"), day("2030-01-01"), dtype=np.int32)


def first_gaps(frequency: Frequency) -> tuple[int, int]:
    gaps = frequency.next_delivery_many(first_days, first_days) - first_days
    return int(gaps.min()), int(gaps.max())


@pytest.mark.parametrize(
    ("nth", "own", "inherited"),
    [(1, (1, 37), (7, 35)), (2, (8, 44), (14, 42)), (3, (15, 51), (21, 49)), (4, (22, 58), (28, 56))],
)
def test_ss_freq_10_first_gaps(nth: int, own: tuple[int, int], inherited: tuple[int, int]) -> None:
    gaps = [first_gaps(Frequency("month-week-weekday", 1, nth, on)) for on in range(7)]
    assert (min(low for low, _ in gaps), max(high for _, high in gaps)) == own
    assert first_gaps(Frequency("month-week", 1, nth)) == inherited


def test_ss_freq_10_first_gap_reaches_61_days_with_week_5() -> None:
    assert max(first_gaps(Frequency("month-week-weekday", 1, 5, on))[1] for on in range(7)) == 61


def test_ss_freq_07_first_gap_is_8_to_20_days() -> None:
    gaps = [first_gaps(Frequency("week-weekday", 2, on=on)) for on in range(7)]
    assert (min(low for low, _ in gaps), max(high for _, high in gaps)) == (8, 20)


def test_ss_freq_10_a_short_gap_is_generated() -> None:
    frequency, first = parse("1ヶ月ごと第1週金曜日"), day("2019-01-31")
    assert frequency.gap(first, first) == 1


def test_ss_freq_11_the_set_is_closed() -> None:
    assert len(closed_set()) == len(set(closed_set())) == 12 + 12 * 5 + 12 * 5 * 7 + 4 + 4 * 7 + 3


@pytest.mark.parametrize("frequency", closed_set(), ids=lambda f: f.label("en"))
def test_ss_freq_11_labels_read_back(frequency: Frequency) -> None:
    assert parse(frequency.label()) == parse(frequency.label("en")) == frequency


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1か月ごと", "1ヶ月ごと"),
        ("1カ月ごと", "1ヶ月ごと"),
        ("1ヵ月ごと", "1ヶ月ごと"),
        ("1ケ月ごと", "1ヶ月ごと"),
        ("1ｹ月ごと", "1ヶ月ごと"),
        ("１２ヶ月ごと", "12ヶ月ごと"),
        ("毎月", "1ヶ月ごと"),
        ("1ヶ月毎", "1ヶ月ごと"),
        (" １ か月ごと 第２週 土曜日 ", "1ヶ月ごと第2週土曜日"),
        ("毎月第2土曜日", "1ヶ月ごと第2週土曜日"),
        ("1週間ごと", "毎週"),
        ("毎週火曜", "毎週火曜日"),
        ("２週間ごと火曜日", "2週間ごと火曜日"),
        ("１５日ごと", "15日ごと"),
        ("1 month", "1ヶ月ごと"),
        ("12 Months", "12ヶ月ごと"),
        ("1 month week 2", "1ヶ月ごと第2週"),
        ("1 month week 2 sat", "1ヶ月ごと第2週土曜日"),
        ("3 MONTHS, WEEK 5, Sunday", "3ヶ月ごと第5週日曜日"),
        ("1 week", "毎週"),
        ("2 weeks", "2週間ごと"),
        ("every 2 weeks", "2週間ごと"),
        ("2  weeks tue", "2週間ごと火曜日"),
        ("15 days", "15日ごと"),
        ("40 day", "40日ごと"),
    ],
)
def test_ss_freq_11_other_spellings(text: str, expected: str) -> None:
    assert parse(text).label() == expected


@pytest.mark.parametrize(
    "text",
    [
        "0ヶ月ごと",
        "13ヶ月ごと",
        "5週間ごと",
        "0週間ごと",
        "10日ごと",
        "30日ごと",
        "1ヶ月ごと第6週",
        "1ヶ月ごと第0週",
        "1ヶ月ごと第2",
        "1ヶ月ごと土曜日",
        "15日ごと火曜日",
        "2週間ごと第2週",
        "隔週",
        "毎日",
        "1月",
        "15日",
        "月",
        "1.5ヶ月ごと",
        "-1ヶ月ごと",
        "",
        "1 year",
        "13 months",
        "2 months sat",
        "15 days tue",
        "2 weeks week 2",
        "2 weeks foo",
        "week 2",
        "fri",
    ],
)
def test_ss_freq_11_anything_else_is_refused(text: str) -> None:
    with pytest.raises(FrequencyRefused, match="SS-FREQ-11") as refusal:
        parse(text)
    assert f"「{text}」" in refusal.value.ja and "15・20・40日ごと" in refusal.value.ja
    assert f"'{text}'" in refusal.value.en and "15, 20 or 40 days" in refusal.value.en


@pytest.mark.proves("SS-FREQ-11")
@pytest.mark.parametrize(
    ("kind", "n", "nth", "on"),
    [
        ("month", 13, None, None),
        ("month", 1, 2, None),
        ("month-week", 1, None, None),
        ("days", 30, None, None),
    ]
    + [
        ("month-week-weekday", 1, 2, 7),
        ("week-weekday", 2, None, None),
        ("week", 1, None, 3),
        ("year", 1, None, None),
    ],
)
def test_ss_freq_11_none_can_be_made_outside_the_set(
    kind: str, n: int, nth: int | None, on: int | None
) -> None:
    with pytest.raises(ValueError, match=re.escape(f"{kind} n={n}")):
        Frequency(kind, n, nth, on)  # type: ignore[arg-type]


def test_a_refusal_survives_the_way_between_processes() -> None:
    refusal = FrequencyRefused("日本語", "English")
    assert str(pickle.loads(pickle.dumps(refusal))) == str(refusal) == "日本語 / English"


def test_period_is_nominal() -> None:
    assert [parse(t).period_days for t in ("2ヶ月ごと", "1ヶ月ごと第2週", "3週間ごと", "40日ごと")] == [
        60,
        30,
        21,
        40,
    ]


days = st.integers(day("1995-01-01"), day("2060-12-31"))


@given(
    st.sampled_from(closed_set()),
    st.lists(st.tuples(days, days), min_size=1, max_size=20),
    st.sampled_from([SUNDAY, MONDAY]),
)
def test_column_and_scalar_are_one_rule(
    frequency: Frequency, pairs: list[tuple[int, int]], week_start: int
) -> None:
    previous, anchor = (np.array(side, dtype=np.int32) for side in zip(*pairs, strict=True))
    many = frequency.next_delivery_many(previous, anchor, week_start)
    assert many.dtype == np.int32
    assert many.tolist() == [frequency.next_delivery(p, a, week_start) for p, a in pairs]
    assert (many > previous).all()
