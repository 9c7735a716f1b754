"""The carriers as the settings name them: how long each takes from ship date to delivery date."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from teiki_sim.calendar import Lead

_MODE = 10
"""A setting holds the days times this, plus 0 for calendar days, 1 for business days, 2 without holidays too."""


class Leads:
    """Carriers by number, in the order in which settings name them."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._leads: list[Lead] = []
        self.default = 0
        self._by_word: dict[str, int] = {}
        self.words: tuple[str, ...] = ()
        """What the code of an edit says where it changes the carrier."""

    def __bool__(self) -> bool:
        return bool(self._leads)

    def set(self, name: str, value: int) -> None:
        """A setting: ``lead.<carrier>``, or ``carrier.default`` with its number."""
        if name == "carrier.default":
            self.default = value
        elif name.startswith("lead."):
            carrier = name.removeprefix("lead.")
            days, mode = divmod(value, _MODE)
            lead = Lead(days, "business" if mode else "calendar", mode == 2)
            if carrier in self.names:
                self._leads[self.names.index(carrier)] = lead
            else:
                self.names.append(carrier)
                self._leads.append(lead)
            self._by_word = {f"carrier:{known}": i for i, known in enumerate(self.names)}
            self.words = tuple(self._by_word)

    def number(self, word: str) -> int:
        """The carrier that an edit's code names, -1 where it names none."""
        return self._by_word.get(word, -1)

    def usual_gap(self) -> int:
        """Days between the dates of nearly all, -1 where they are counted in business days."""
        lead = self._leads[self.default]
        return lead.days if lead.mode == "calendar" else -1

    def fits(self, carrier: int, ship: int, delivery: int) -> bool:
        """Whether two dates lie as far apart as the carrier takes, the delivery after the shipping."""
        lead = self._leads[self.default if carrier < 0 else carrier]
        return ship < delivery and lead.ship_from_delivery(delivery) == ship

    def misfits(
        self, carriers: NDArray[Any], ship: NDArray[Any], delivery: NDArray[Any]
    ) -> NDArray[np.bool_]:
        """Where the ship date is not the one that the delivery date asks for."""
        found = delivery <= ship
        for carrier in np.unique(carriers).tolist():
            mine = carriers == carrier
            lead = self._leads[self.default if carrier < 0 else carrier]
            found[mine] |= lead.ship_from_delivery(delivery[mine].astype(np.int32)) != ship[mine]
        return found
