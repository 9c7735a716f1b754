"""Who wants no mails, and which orders were dunned: kept in memory, never in the log."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

__all__ = ["Dunning", "Letters"]


class Dunning(NamedTuple):
    """One entry of an order's dunning history; days since 1970-01-01, ``due`` -1: none (EC-DUN-01)."""

    day: int
    due: int
    memo: str


@dataclass(slots=True)
class Letters:
    """By customer id what was chosen, over the share that the configuration draws; by order its dunnings."""

    mails: dict[str, bool] = field(default_factory=dict)
    dunnings: dict[int, list[Dunning]] = field(default_factory=dict)
