"""The closed set of delivery frequencies (SS-FREQ-01 to SS-FREQ-11) and the dates they give."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np

from teiki_sim.calendar import (
    SUNDAY,
    Days,
    month_of,
    months_later,
    months_later_many,
    nth_weekday,
    nth_weekday_many,
    weekday,
)

__all__ = ["Frequency", "FrequencyRefused", "Kind", "closed_set", "parse"]

Kind = Literal["month", "month-week", "month-week-weekday", "week", "week-weekday", "days"]
"""What a frequency counts: see `Frequency`."""

_RANGES: dict[Kind, tuple[int, ...]] = {
    "month": tuple(range(1, 13)),
    "month-week": tuple(range(1, 13)),
    "month-week-weekday": tuple(range(1, 13)),
    "week": (1, 2, 3, 4),
    "week-weekday": (1, 2, 3, 4),
    "days": (15, 20, 40),
}
_JA_DAYS = "月火水木金土日"
_EN_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_EN_LONG = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY_NUMBERS = (
    {name: number for number, name in enumerate(_JA_DAYS)}
    | {name: number for number, name in enumerate(_EN_DAYS)}
    | {name: number for number, name in enumerate(_EN_LONG)}
    | {"tues": 1, "thur": 3, "thurs": 3}
)
_JA = re.compile(
    r"(?:(?:(?P<month>[0-9]{1,3})[かカヵケヶ]月(?:ごと|毎)|(?P<every_month>毎月))"
    rf"(?:第(?P<nth>[0-9])(?:週?(?P<month_day>[{_JA_DAYS}])曜日?|週))?"
    rf"|(?:(?P<week>[0-9]{{1,3}})週間?(?:ごと|毎)|(?P<every_week>毎週))(?:(?P<week_day>[{_JA_DAYS}])曜日?)?"
    r"|(?P<days>[0-9]{1,3})日(?:ごと|毎))"
)
_EN = re.compile(
    r"(?:every )?(?P<n>[0-9]{1,3}) ?(?P<unit>month|week|day)s?"
    r"(?: week ?(?P<nth>[0-9]))?(?: (?P<on>[a-z]+))?"
)
_EXPECTED_JA = "1〜12ヶ月ごと(第1〜5週、曜日も可)、毎週、2〜4週間ごと(曜日も可)、15・20・40日ごと"
_EXPECTED_EN = (
    "1-12 months (also with week 1-5, and weekday), 1-4 weeks (also with weekday), 15, 20 or 40 days"
)


class FrequencyRefused(ValueError):
    """A frequency outside the closed set (SS-FREQ-11), with the message in both languages."""

    rule = "SS-FREQ-11"

    def __init__(self, ja: str, en: str) -> None:
        super().__init__(ja, en)
        self.ja = ja
        self.en = en

    def __str__(self) -> str:
        return f"{self.ja} / {self.en}"


@dataclass(frozen=True, slots=True)
class Frequency:
    """How often a course is delivered; only members of the closed set can be made (SS-FREQ-11).

    month: every n months (SS-FREQ-01, -02) · month-week: week x of the n-th month on, on the weekday of
    the first delivery (SS-FREQ-04) · month-week-weekday: on a weekday of its own (SS-FREQ-05) ·
    week: every n weeks (SS-FREQ-06) · week-weekday: a weekday of the n-th week on (SS-FREQ-07) ·
    days: every n days (SS-FREQ-08).
    """

    kind: Kind
    n: int
    nth: int | None = None
    """Week x of the month, 1 to 5; 5 is the last where there is no fifth (SS-FREQ-04)."""
    on: int | None = None
    """Weekday, 0 = Monday."""

    def __post_init__(self) -> None:
        if not _in_set(self.kind, self.n, self.nth, self.on):
            raise _refused(f"{self.kind} n={self.n} nth={self.nth} on={self.on}")

    def label(self, lang: Literal["ja", "en"] = "ja") -> str:
        """The canonical text, in Japanese or English; `parse` gives the frequency back."""
        if lang == "en":
            unit = self.kind.partition("-")[0].removesuffix("s") + ("s" if self.n > 1 else "")
            nth = "" if self.nth is None else f" week {self.nth}"
            return f"{self.n} {unit}{nth}" + ("" if self.on is None else f" {_EN_DAYS[self.on]}")
        on = "" if self.on is None else f"{_JA_DAYS[self.on]}曜日"
        if self.kind == "days":
            return f"{self.n}日ごと"
        if self.kind.startswith("week"):
            return ("毎週" if self.n == 1 else f"{self.n}週間ごと") + on
        return f"{self.n}ヶ月ごと" + ("" if self.nth is None else f"第{self.nth}週") + on

    @property
    def period_days(self) -> int:
        """The nominal length in days: a month counts 30, a week 7."""
        return self.n * {"m": 30, "w": 7, "d": 1}[self.kind[0]]

    def next_delivery(self, previous: int, anchor: int, week_start: int = SUNDAY) -> int:
        """The delivery date after `previous`; `anchor` is the first delivery's date.

        Months and weeks are counted from the previous delivery's (SS-FREQ-10). `week_start` is the
        weekday on which weeks start, Sunday or Monday (SS-FREQ-07).
        """
        if self.kind == "month":
            return months_later(previous, self.n)
        if self.nth is not None:
            on = weekday(anchor) if self.on is None else self.on
            return nth_weekday(month_of(previous) + self.n, self.nth, on)
        if self.on is not None:
            here = (weekday(previous) - week_start) % 7
            return previous + 7 * self.n - here + (self.on - week_start) % 7
        return previous + self.period_days

    def next_delivery_many(self, previous: Days, anchor: Days, week_start: int = SUNDAY) -> Days:
        """`next_delivery` for columns of previous deliveries and of first deliveries."""
        if self.kind == "month":
            return months_later_many(previous, self.n)
        if self.nth is not None:
            on = weekday(anchor) if self.on is None else self.on
            return nth_weekday_many(previous, self.n, self.nth, on)
        if self.on is not None:
            here = (weekday(previous) - week_start) % 7
            return (previous + 7 * self.n - here + (self.on - week_start) % 7).astype(np.int32)
        return previous + self.period_days

    def gap(self, previous: int, anchor: int, week_start: int = SUNDAY) -> int:
        """The days from a delivery to the next one."""
        return self.next_delivery(previous, anchor, week_start) - previous


def parse(text: str) -> Frequency:
    """Read a frequency in Japanese or English; refuse anything outside the closed set (SS-FREQ-11)."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace(",", " ")
    read = _japanese("".join(plain.split())) or _english(" ".join(plain.split()))
    if read is None or not _in_set(*read):
        raise _refused(text)
    return Frequency(*read)


@cache
def closed_set() -> tuple[Frequency, ...]:
    """Every frequency there is (SS-FREQ-11)."""
    return tuple(
        Frequency(kind, n, nth, on)
        for kind, numbers in _RANGES.items()
        for n in numbers
        for nth in (range(1, 6) if kind.startswith("month-") else (None,))
        for on in (range(7) if kind.endswith("weekday") else (None,))
    )


_Read = tuple[Kind, int, int | None, int | None]


def _japanese(text: str) -> _Read | None:
    match = _JA.fullmatch(text)
    if match is None:
        return None
    if match["days"]:
        return "days", int(match["days"]), None, None
    if match["month"] or match["every_month"]:
        return _read("month", match["month"] or "1", match["nth"], match["month_day"])
    return _read("week", match["week"] or "1", None, match["week_day"])


def _english(text: str) -> _Read | None:
    match = _EN.fullmatch(text)
    if match is None or (match["on"] and match["on"] not in _DAY_NUMBERS):
        return None
    return _read(match["unit"], match["n"], match["nth"], match["on"])


def _read(unit: str, n: str, nth: str | None, on: str | None) -> _Read | None:
    day = _DAY_NUMBERS[on] if on else None
    week = int(nth) if nth else None
    if unit == "month" and week is not None:
        return "month-week" if day is None else "month-week-weekday", int(n), week, day
    if unit == "week" and week is None:
        return "week" if day is None else "week-weekday", int(n), None, day
    if week is None and day is None:
        return "month" if unit == "month" else "days", int(n), None, None
    return None


def _in_set(kind: Kind, n: int, nth: int | None, on: int | None) -> bool:
    nth_fits = nth in range(1, 6) if kind.startswith("month-") else nth is None
    on_fits = on in range(7) if kind.endswith("-weekday") else on is None
    return n in _RANGES.get(kind, ()) and nth_fits and on_fits


def _refused(found: str) -> FrequencyRefused:
    return FrequencyRefused(
        f"SS-FREQ-11: 頻度「{found}」は使えません。使えるのは {_EXPECTED_JA}",
        f"SS-FREQ-11: frequency '{found}' is not allowed; expected {_EXPECTED_EN}",
    )
