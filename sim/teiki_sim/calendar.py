"""Days, instants, months and carriers' leads; a day is an int, days since 1970-01-01.

Columns of days are int32 arrays. An instant is an int, seconds since 1970-01-01T00:00 in Japan
with no zone: the simulated world knows Japanese time only.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal, overload

import numpy as np
import numpy.typing as npt

__all__ = [
    "DATELESS_CARRIERS",
    "DATELESS_LEAD",
    "DAY",
    "DEFAULT_LEAD",
    "MONDAY",
    "SUNDAY",
    "Days",
    "Lead",
    "day_of",
    "instant",
    "is_holiday",
    "iso",
    "month_of",
    "month_start",
    "months_later",
    "months_later_many",
    "nth_weekday",
    "nth_weekday_many",
    "to_date",
    "to_day",
    "weekday",
]

Days = npt.NDArray[np.int32]
"""A column of days, days since 1970-01-01."""

DAY = 86400
"""Seconds in a day."""

MONDAY = 0
"""The weekday number of Monday; Sunday is 6."""

SUNDAY = 6
"""The weekday number of Sunday."""

_EPOCH = datetime.date(1970, 1, 1).toordinal()
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


def to_day(date: datetime.date) -> int:
    """The day number of a date."""
    return date.toordinal() - _EPOCH


def to_date(day: int) -> datetime.date:
    """The date of a day number."""
    return datetime.date.fromordinal(int(day) + _EPOCH)


def iso(day: int) -> str:
    """A day as YYYY-MM-DD."""
    return to_date(day).isoformat()


@overload
def weekday(day: int) -> int: ...
@overload
def weekday(day: Days) -> Days: ...
def weekday(day: int | Days) -> int | Days:
    """The weekday of a day or of a column of days, 0 = Monday to 6 = Sunday."""
    return (day + 3) % 7


def instant(day: int, clock: str = "00:00") -> int:
    """The instant of a wall-clock time HH:MM on a day, in seconds."""
    match = _CLOCK.fullmatch(clock)
    if match is None:
        raise ValueError(f"時刻「{clock}」は HH:MM ではありません / time {clock!r} is not HH:MM")
    return int(day) * DAY + int(match[1]) * 3600 + int(match[2]) * 60


def day_of(at: int) -> int:
    """The day on which an instant falls."""
    return at // DAY


def month_of(day: int) -> int:
    """The month of a day, months since 1970-01."""
    date = datetime.date.fromordinal(day + _EPOCH)
    return (date.year - 1970) * 12 + date.month - 1


@lru_cache(maxsize=4096)
def month_start(month: int) -> int:
    """The first day of a month given in months since 1970-01."""
    return to_day(datetime.date(1970 + month // 12, month % 12 + 1, 1))


def months_later(day: int, months: int) -> int:
    """The same day of the month, months on; the last day where the month is too short (SS-FREQ-01, -02)."""
    here = month_of(day)
    there = here + months
    return min(month_start(there) + day - month_start(here), month_start(there + 1) - 1)


def months_later_many(days: Days, months: int) -> Days:
    """`months_later` for a column."""
    here = _dates(days).astype("M8[M]")
    start = _month_starts(here + months)
    same_day = start + (days - _month_starts(here))
    return np.minimum(same_day, _month_starts(here + (months + 1)) - 1).astype(np.int32)


def nth_weekday(month: int, nth: int, on: int) -> int:
    """The nth such weekday of a month, the last one where there is no fifth (SS-FREQ-04, -05)."""
    start = month_start(month)
    day = start + (on - weekday(start)) % 7 + 7 * (nth - 1)
    return day if day < month_start(month + 1) else day - 7


def nth_weekday_many(days: Days, months: int, nth: int, on: int | Days) -> Days:
    """`nth_weekday` of the month that lies `months` after the one of each day; `on` may be a column."""
    there = _dates(days).astype("M8[M]") + months
    start = _month_starts(there)
    day = start + (on - weekday(start)) % 7 + 7 * (nth - 1)
    return np.where(day < _month_starts(there + 1), day, day - 7).astype(np.int32)


def is_holiday(day: int) -> bool:
    """Whether a day is a Japanese public holiday."""
    return day in _holidays(to_date(day).year)


@dataclass(frozen=True, slots=True)
class Lead:
    """The days between ship date and delivery date of a carrier (SS-FREQ-03, SS-FREQ-12).

    `calendar` counts every day; `business` counts Monday to Friday, and with `holidays` leaves public
    holidays out too. The delivery date is the anchor: the two directions differ around weekends, so
    a date that is already planned is never computed anew from the other.
    """

    days: int
    mode: Literal["calendar", "business"] = "calendar"
    holidays: bool = False

    def __post_init__(self) -> None:
        if self.days < 0:
            raise ValueError(
                f"リードタイムは0日以上です: {self.days} / lead must be 0 days or more: {self.days}"
            )
        if self.mode not in ("calendar", "business"):
            raise ValueError(f"lead mode is calendar or business, not {self.mode!r} / 日数の数え方が不正です")

    @overload
    def ship_from_delivery(self, delivery: int) -> int: ...
    @overload
    def ship_from_delivery(self, delivery: Days) -> Days: ...
    def ship_from_delivery(self, delivery: int | Days) -> int | Days:
        """The ship date for a delivery date, which need not be a business day itself."""
        return self._move(delivery, -self.days)

    @overload
    def delivery_from_ship(self, ship: int) -> int: ...
    @overload
    def delivery_from_ship(self, ship: Days) -> Days: ...
    def delivery_from_ship(self, ship: int | Days) -> int | Days:
        """The delivery date that a ship date reaches; for first dates, never for planned ones."""
        return self._move(ship, self.days)

    def _move(self, day: int | Days, by: int) -> int | Days:
        if self.mode == "calendar" or by == 0:
            return day + by
        if isinstance(day, np.ndarray):
            return self._count(day, by)
        return int(self._count(np.array([day], dtype=np.int32), by)[0])

    def _count(self, days: Days, by: int) -> Days:
        if days.size == 0:
            return days
        # A closed day stands for the nearest open one on its far side, so that it is not counted itself.
        roll: Literal["forward", "backward"] = "forward" if by < 0 else "backward"
        moved = np.busday_offset(_dates(days), by, roll=roll, busdaycal=self._open_days(days))
        return moved.astype(np.int64).astype(np.int32)

    def _open_days(self, days: Days) -> np.busdaycalendar:
        if not self.holidays:
            return _open_days(0, 0)
        reach = 30 + 3 * self.days
        return _open_days(to_date(int(days.min()) - reach).year, to_date(int(days.max()) + reach).year + 1)


DEFAULT_LEAD = Lead(3)
"""The lead of an ordinary carrier, three calendar days (SS-FREQ-12)."""

DATELESS_LEAD = Lead(4, "business")
"""The lead of the carriers that take no delivery date (SS-FREQ-03)."""

DATELESS_CARRIERS = frozenset(
    ("クロネコDM便", "ネコポス", "ゆうメール", "レターパック", "スマートレター", "ゆうパケット")
)
"""The carriers that take no delivery date (SS-FREQ-03)."""


def _dates(days: Days) -> npt.NDArray[np.datetime64]:
    return days.astype("M8[D]")


def _month_starts(months: npt.NDArray[np.datetime64]) -> Days:
    return months.astype("M8[D]").astype(np.int64).astype(np.int32)


@cache
def _holidays(year: int) -> frozenset[int]:
    import jpholiday  # here, for it takes 40 ms to import and most shops count no holidays

    return frozenset(to_day(date) for date, _name in jpholiday.year_holidays(year))


@lru_cache(maxsize=64)
def _open_days(first_year: int, end_year: int) -> np.busdaycalendar:
    """Monday to Friday, less the holidays of the years from first to before end."""
    closed = sorted(day for year in range(first_year, end_year) for day in _holidays(year))
    return np.busdaycalendar(holidays=np.array(closed, dtype=np.int64).astype("M8[D]"))
