"""Instants as files have them: a date, or a date with a clock."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from teiki_sim.book_values import date, narrow
from teiki_sim.calendar import DAY
from teiki_sim.csvfile import Wrong

__all__ = ["at_end", "in_turn", "instant"]

_CLOCK = re.compile(
    r"(.*?\d日?)[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?:\+09:00)?", re.ASCII | re.DOTALL
)

_WHOLE_DAY = 1
"""Added to twice an instant that is a date alone: its hour is not known."""


def instant(text: str) -> int:
    """An instant in JST, doubled, so that the lowest bit can say that only the date is known.

    Raises `Wrong` for anything else. Seconds since 1970-01-01 (JST as if it were UTC), times two.
    """
    text = narrow(text)
    match = _CLOCK.fullmatch(text)
    try:
        if match is None:
            return date(text) * DAY * 2 + _WHOLE_DAY
        hour, minute, second = (int(part or 0) for part in match.groups()[1:])
        if hour > 23 or minute > 59 or second > 59:
            raise Wrong("", "")
        return (date(match[1]) * DAY + hour * 3600 + minute * 60 + second) * 2
    except Wrong:
        ja = "日付または日時 2026-04-20, 2026/4/20 15:04, 2026-04-20T15:04:05"
        en = "a date or an instant as 2026-04-20, 2026/4/20 15:04 or 2026-04-20T15:04:05"
        raise Wrong(ja, en) from None


def in_turn(value: NDArray[Any], *before: NDArray[Any]) -> NDArray[np.int64]:
    """Instants in seconds, -1 where there is none: where only the date is known, as early on that day as may be.

    That is its midnight, or the latest of what comes ``before`` on the same day (in seconds): what the usual order of
    work explains is not held against anyone.
    """
    at = np.where(value < 0, -1, value >> 1)
    dated = (value >= 0) & ((value & _WHOLE_DAY) == 1)
    for other in before:
        same = dated & (other // DAY == at // DAY) & (other > at)
        at = np.where(same, other, at)
    return at.astype(np.int64)


def at_end(value: NDArray[Any]) -> NDArray[np.int64]:
    """Instants in seconds, -1 where there is none: where only the date is known, the end of that day."""
    dated = (value >= 0) & ((value & _WHOLE_DAY) == 1)
    return np.where(value < 0, -1, (value >> 1) + dated * (DAY - 1)).astype(np.int64)
