"""Consents to regular charges (随時決済): a consumer agrees once, then a shop charges without asking."""

from dataclasses import dataclass

from teiki_providers.scripts import Effect
from teiki_sim.calendar import DAY

__all__ = ["Consent", "Consents"]

#: A consent lapses a year after its last charge (documented by the VeriTrans guide).
YEAR = 365 * DAY


@dataclass(slots=True)
class Consent:
    """One consumer's consent. ``key`` is what the draws of its payer hang on, 0 before the first charge."""

    id: str
    shop: str
    since: int
    last: int
    ended: bool = False
    card: bool = True
    key: int = 0

    def state(self, now: int) -> str:
        """ACTIVE, ENDED_BY_CONSUMER or LAPSED (names modelled)."""
        if self.ended:
            return "ENDED_BY_CONSUMER"
        return "LAPSED" if now > self.last + YEAR else "ACTIVE"

    def verdict(self, now: int) -> Effect | None:
        """What becomes of a charge now; the codes are modelled, none is public."""
        code = _REFUSALS.get(self.state(now)) or ("" if self.card else "RI1009999")
        return Effect("declined", code) if code else None


_REFUSALS = {"ENDED_BY_CONSUMER": "RI1000008", "LAPSED": "RI1000002"}


class Consents:
    """All consents, by id."""

    def __init__(self) -> None:
        self._all: dict[str, Consent] = {}

    def find(self, identity: str) -> Consent | None:
        """The consent of an id."""
        return self._all.get(identity)

    def __getitem__(self, identity: str) -> Consent:
        return self._all[identity]

    def give(self, identity: str, shop: str, now: int) -> Consent:
        """A consumer agrees; an id that is there stays as it is."""
        return self._all.setdefault(identity, Consent(identity, shop, now, now))
