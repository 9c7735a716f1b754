"""An incident: at an hour of the day, among some orders or subscriptions, one of them is treated wrongly."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

import numpy as np

from teiki_sim.draws import Purpose, bits53_many, hash64
from teiki_sim.operators import Operators
from teiki_sim.shop import Shop
from teiki_sim.slip_names import SLIPS
from teiki_sim.standing import RefusedError
from teiki_sim.tables import Rows

__all__ = ["ALL", "STORES", "Hour", "Incident", "Incidents"]

ALL = frozenset({"subscstore", "ecforce", "tamago", "marketplace"})
STORES = ALL - {"marketplace"}
"""Platforms whose shop takes its own orders and payments."""


class Hour(IntEnum):
    """When of the day, by what has happened until then."""

    DAWN = 0  # before the nightly batch
    MORNING = 1  # before the export
    LISTED = 2  # exported, and not handed over yet
    HANDED = 3  # the warehouse has the list
    AFTERNOON = 4
    SHIPPED = 5  # the carriers have been, the shop has not heard yet
    IMPORTED = 6  # before the captures
    EVENING = 7  # after them


@dataclass(frozen=True, slots=True)
class Incident:
    """One way to slip.

    ``candidates(shop)`` gives the numbers of orders (or subscriptions) that it can befall now; each is drawn for
    with the slip's rate times ``share``, which says how often people touch such a thing by hand.
    ``happen(desk, number)`` does it and writes the truth; `RefusedError` means that the platform stood in the way.
    """

    slip: str
    hour: Hour
    candidates: Callable[[Shop], Rows]
    happen: Callable[[Operators, int], None]
    about: Literal["order", "subscription"] = "order"
    share: float = 0.02
    platforms: frozenset[str] = ALL


class Incidents:
    """The incidents that can happen in one shop, by hour."""

    def __init__(self, desk: Operators, incidents: Iterable[Incident]) -> None:
        self.desk = desk
        self._by_hour: dict[Hour, list[tuple[Incident, int, int]]] = {}
        shop = desk.shop
        for incident in incidents:
            if shop.policy.name not in incident.platforms:
                continue
            assert incident.slip in SLIPS, incident.slip
            chance = int(shop.slip_chance(incident.slip) * incident.share)
            if chance:
                entry = incident, chance, hash64(incident.slip) & 0x3FFFFFFF
                self._by_hour.setdefault(incident.hour, []).append(entry)

    @property
    def hours(self) -> list[Hour]:
        """The hours at which anything can happen."""
        return sorted(self._by_hour)

    def happen(self, hour: Hour) -> None:
        """Draw for everything that may happen at this hour, and let it."""
        shop = self.desk.shop
        for incident, chance, number in self._by_hour[hour]:
            some = incident.candidates(shop)
            if not len(some):
                continue
            keys = shop.consumers(some) if incident.about == "order" else shop.subs.key[some]
            drawn = bits53_many(shop.seed, keys, Purpose.INCIDENT, number, shop.today) < chance
            for one in some[np.flatnonzero(drawn)].tolist():
                sub = shop.orders.sub.item(one) if incident.about == "order" else one
                if not shop.may_slip(sub, one):
                    continue
                try:
                    incident.happen(self.desk, one)
                except RefusedError:
                    continue
