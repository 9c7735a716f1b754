"""How many calls Amazon takes: a quota for each action that fills up again, as documented for the sandbox.

Off unless the setting is on: a sandbox's clock stands still, so quotas would fill up only with an advance.
"""

from teiki_providers.house import House

__all__ = ["SETTING", "Quotas"]

#: Asked of `House.settings`: 1 turns it on.
SETTING = "amazon_pay.v1_throttle"
#: Calls at once, and seconds for one more (documented).
_WRITES, _READS, _STATUS = (2, 2), (5, 1), (2, 300)


class Quotas:
    """What is left of each action's quota."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._on = bool(house.settings.get(SETTING))
        self._used: dict[str, tuple[int, int]] = {}  # action -> (calls, since when)

    def passes(self, action: str) -> bool:
        """Whether a call is taken; counts it."""
        if not self._on:
            return True
        most, seconds = _STATUS if action == "GetServiceStatus" else _READS if _reads(action) else _WRITES
        used, since = self._used.get(action, (0, self._house.now))
        restored = (self._house.now - since) // seconds
        used, since = max(0, used - restored), since + restored * seconds
        if used >= most:
            return False
        self._used[action] = (used + 1, since if used else self._house.now)
        return True


def _reads(action: str) -> bool:
    return action.startswith(("Get", "List"))
