"""What a deferred provider files under each transaction besides the ledger's row."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from teiki_sim.messages import Method

__all__ = ["Case", "Cases", "Event"]

#: An instant, what happened, and its code.
Event = tuple[int, str, str]


@dataclass(slots=True)
class Case:
    """One transaction at a deferred provider.

    ``verdict`` is "ok", "ng", "hold", "review", or the vendor's own word where it is none of these;
    ``later`` are the results that the next inquiries tell; ``goods`` is the sum of the lines.
    """

    id: str
    shop: str
    method: Method
    number: int
    amount: int
    opened: int
    consumer: str = ""
    alias: str = ""
    contract: str = ""
    goods: int = 0
    verdict: str = "ok"
    reasons: tuple[str, ...] = ()
    refusal: str = ""
    later: list[str] = field(default_factory=list)
    slip: int = 0
    shipped: int = -1
    paid: int = -1
    returned: int = -1
    base: str = ""
    again: str = ""
    story: list[Event] = field(default_factory=list)

    def note(self, at: int, what: str, code: str = "") -> None:
        """Add to the timeline."""
        self.story.append((at, what, code))


class Cases:
    """All cases of one provider, by the vendor's id, the ledger's number and the shop's order number."""

    def __init__(self) -> None:
        self._by_id: dict[str, Case] = {}
        self._by_number: dict[int, Case] = {}
        self._by_shop: dict[str, Case] = {}

    def open(self, case: Case) -> None:
        """File a new one."""
        self._by_id[case.id] = self._by_number[case.number] = self._by_shop[case.shop] = case

    def rename(self, case: Case, identity: str = "", shop: str = "") -> None:
        """Give a case a new id or order number; control calls find it under the old ones too."""
        if identity:
            case.id = identity
            self._by_id[identity] = case
        if shop:
            case.shop = shop
            self._by_shop[shop] = case

    def find(self, identity: str) -> Case | None:
        """By the id that it has now."""
        case = self._by_id.get(identity)
        return case if case is not None and case.id == identity else None

    def latest(self, identity: str) -> Case | None:
        """By any id that it ever had."""
        return self._by_id.get(identity)

    def ever(self, identity: str) -> Case:
        """By any id that it ever had; raises KeyError."""
        return self._by_id[identity]

    def knows(self, identity: str) -> bool:
        """Whether an id was ever given."""
        return identity in self._by_id

    def of_number(self, number: int) -> Case | None:
        """By the ledger's number."""
        return self._by_number.get(number)

    def newest(self, shop: str) -> Case | None:
        """The newest of an order number."""
        return self._by_shop.get(shop)

    def __iter__(self) -> Iterator[Case]:
        return iter(self._by_number.values())
