"""What the monitors keep of subscriptions' counts, and of the counts at which price or gifts change."""


class Counts:
    """What is rare: orders for which a count was lowered, and subscriptions not recalculated since."""

    def __init__(self) -> None:
        self.lowered: set[int] = set()
        self.stale: dict[int, int] = {}


class Tiers:
    """At which delivery counts another price holds or a gift is enclosed, as settings say."""

    def __init__(self) -> None:
        self._gifts: set[int] = set()
        self._prices: set[int] = set()

    def set(self, name: str, _value: int) -> None:
        """A setting: ``gift.<count>``, or ``price.<count>`` from which on it holds."""
        what, _, count = name.partition(".")
        if count.isdigit():
            {"gift": self._gifts, "price": self._prices}.get(what, set()).add(int(count))

    def differ(self, one: int, other: int) -> bool:
        """Whether price or gifts differ between two counts."""
        if (one in self._gifts) != (other in self._gifts):
            return True
        low, high = sorted((one, other))
        return any(low < first <= high for first in self._prices)
