"""Instants as sandboxes write them: Japanese time without a zone, 2026-04-01T09:00:00."""

import datetime

__all__ = ["LATEST", "START", "parse", "text"]

_EPOCH = datetime.datetime(1970, 1, 1)
#: Where a fresh sandbox's clock stands when nobody says otherwise: a fixed instant, never today.
START = "2026-04-01T09:00:00"
#: The ledger counts days in 16 bits.
LATEST = int((datetime.datetime(2099, 12, 31) - _EPOCH).total_seconds())


def text(at: int) -> str:
    """An instant as text."""
    return (_EPOCH + datetime.timedelta(seconds=at)).isoformat()


def parse(written: str) -> int:
    """An instant from text, a date alone being its midnight; raises ValueError."""
    moment = datetime.datetime.fromisoformat(written)
    if moment.tzinfo is not None:
        raise ValueError("instants are Japanese time and carry no zone")
    at = int((moment - _EPOCH).total_seconds())
    if not 0 <= at <= LATEST:
        raise ValueError("an instant from 1970 to 2099 is expected")
    return at
