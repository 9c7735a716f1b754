"""The values of the files that users bring: each reader takes a cell's text or raises `Wrong`."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import TypeVar

from teiki_sim.book_headers import plain
from teiki_sim.calendar import to_day
from teiki_sim.csvfile import Wrong
from teiki_sim.frequencies import Frequency, FrequencyRefused, parse

__all__ = ["date", "flag", "frequency", "identifier", "key", "narrow", "one_of", "optional", "whole", "yen"]

_T = TypeVar("_T")
_DATE = re.compile(
    r"(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{4})/(\d{1,2})/(\d{1,2})|(\d{4})(\d{2})(\d{2})|(\d{4})年(\d{1,2})月(\d{1,2})日)"
    r"(?: 0?0:00(?::00)?)?",
    re.ASCII,
)
_WHOLE = re.compile(r"[+-]?\d+(?:\.0+)?", re.ASCII)
_YES = {"1", "はい", "○", "◯", "〇", "true", "yes"}
_NO = {"", "0", "いいえ", "×", "false", "no"}


def narrow(text: str) -> str:
    """Full-width digits, letters and signs as the half-width ones."""
    return unicodedata.normalize("NFKC", text).strip()


def identifier(text: str) -> str:
    """An id: any text that is not empty; Excel's ="0012" is 0012."""
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1].strip()
    if not text:
        raise Wrong("空でない番号", "an id that is not empty")
    return text


def frequency(text: str) -> Frequency:
    """A frequency of the closed set (SS-FREQ-11)."""
    try:
        return parse(text)
    except FrequencyRefused as refused:
        raise Wrong(refused.ja, refused.en) from None


MOST_YEN = 99_999_999
"""The greatest amount of an order: eight digits, as payment providers take them."""


def whole(least: int, most: int = 9_999) -> Callable[[str], int]:
    """A reader of whole numbers from least to most; thousands may have commas."""

    def read(text: str) -> int:
        digits = narrow(text).replace(",", "")
        if (
            not _WHOLE.fullmatch(digits)
            or len(digits) > 18
            or not least <= (value := int(digits.partition(".")[0])) <= most
        ):
            raise Wrong(f"{least}以上 {most:,} 以下の整数", f"a whole number from {least} to {most:,}")
        return value

    return read


def yen(text: str) -> int:
    """An amount in yen, 0 or more: 2980, 2,980, ¥2,980, 2,980円."""
    digits = narrow(text).removeprefix("¥").removeprefix("\\").removesuffix("円").strip()
    try:
        return whole(0, MOST_YEN)(digits)
    except Wrong:
        ja, en = f"0以上 {MOST_YEN:,} 以下の円単位の金額", f"an amount in yen from 0 to {MOST_YEN:,}"
        raise Wrong(ja, en) from None


def date(text: str) -> int:
    """A date in one of the four forms, as days since 1970-01-01; the years 1970 to 2199."""
    expected = Wrong(
        "日付 2026-04-20, 2026/4/20, 20260420, 2026年4月20日",
        "a date as 2026-04-20, 2026/4/20, 20260420 or 2026年4月20日",
    )
    match = _DATE.fullmatch(narrow(text))
    if match is None:
        raise expected
    year, month, day = (int(part) for part in match.groups() if part is not None)
    if not 1970 <= year < 2200:
        raise expected
    try:
        return to_day(datetime.date(year, month, day))
    except ValueError:
        raise expected from None


def flag(text: str) -> bool:
    """A flag: 1, はい or ○ is set; 0, いいえ or empty is not."""
    plain_text = narrow(text).casefold()
    if plain_text in _YES:
        return True
    if plain_text in _NO:
        return False
    raise Wrong("0/1, はい/いいえ, ○ または空", "0/1, はい/いいえ, ○ or empty")


def one_of(names: Iterable[str], aliases: dict[str, str] | None = None) -> Callable[[str], str]:
    """A reader of names from a closed list; width, case and blanks do not matter."""
    names = list(names)
    known = {key(name): name for name in names} | {
        key(alias): name for alias, name in (aliases or {}).items()
    }

    def read(text: str) -> str:
        try:
            return known[key(text)]
        except KeyError:
            listed = ", ".join(names)
            raise Wrong(f"次のいずれか: {listed}", f"one of {listed}") from None

    return read


def key(name: str) -> str:
    """A name as it is compared, without blanks."""
    return plain(name).replace("_", "")


def optional(read: Callable[[str], _T]) -> Callable[[str], _T | None]:
    """The reader with an empty cell as None."""
    return lambda text: read(text) if text else None
