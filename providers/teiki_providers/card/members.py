"""Members of a site and their cards on file, with both ways to count them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from teiki_providers.card.instruments import TestCard
from teiki_providers.card.trades import mask

__all__ = ["KNOWN_MEMBER", "NO_CARD", "NO_MEMBER", "TOO_MANY", "Member", "Members", "OnFile"]

NO_MEMBER, KNOWN_MEMBER = "E01390002", "E01390010"
NO_CARD, TOO_MANY = "E01240002", "E01230009"


@dataclass(slots=True)
class OnFile:
    """One card on file; a deleted one keeps its place."""

    card: TestCard
    expire: str
    name: str = ""
    holder: str = ""
    default: bool = False
    deleted: bool = False


@dataclass(slots=True)
class Member:
    """One member; the place of a card in the list is its physical number."""

    identity: str
    name: str = ""
    cards: list[OnFile] = field(default_factory=list)

    def live(self) -> list[OnFile]:
        """The cards that are not deleted, in their logical order."""
        return [card for card in self.cards if not card.deleted]

    def find(self, seq: str, mode: str) -> OnFile | None:
        """The live card of a CardSeq, logical (mode 0) or physical; the one to go on with where none is given."""
        cards = self.cards if mode == "1" else self.live()
        if not seq:
            return next((card for card in cards if card.default and not card.deleted), None)
        place = int(seq)
        return cards[place] if place < len(cards) and not cards[place].deleted else None

    def seq(self, card: OnFile, mode: str) -> str:
        """The number of a card."""
        among = self.cards if mode == "1" else self.live()
        return str(next(place for place, one in enumerate(among) if one is card))

    def keep(self, card: OnFile, instead: OnFile | None = None) -> None:
        """Put a card on file; a new default takes the flag from the others (modelled)."""
        if card.default:
            for other in self.cards:
                other.default = False
        if instead is None:
            self.cards.append(card)
        else:
            self.cards[self.cards.index(instead)] = card

    def shown(self, seq: str, mode: str) -> dict[str, str]:
        """The answer to SearchCard, {} where there is no such card; deleted ones are shown by physical number only."""
        if seq:
            found = self.find(seq, mode)
            cards = [] if found is None else [found]
        elif not self.live():
            cards = []
        else:
            cards = self.cards if mode == "1" else self.live()
        return dict(self._columns(cards, mode)) if cards else {}

    def _columns(self, cards: list[OnFile], mode: str) -> Iterator[tuple[str, str]]:
        yield "CardSeq", "|".join(self.seq(card, mode) for card in cards)
        yield "DefaultFlag", "|".join("1" if card.default else "0" for card in cards)
        yield "CardName", "|".join(card.name for card in cards)
        yield "CardNo", "|".join(mask(card.card.number, 3) for card in cards)
        yield "Expire", "|".join(card.expire for card in cards)
        yield "HolderName", "|".join(card.holder for card in cards)
        yield "DeleteFlag", "|".join("1" if card.deleted else "0" for card in cards)


class Members:
    """The members of all sites."""

    def __init__(self) -> None:
        self._members: dict[tuple[str, str], Member] = {}

    def find(self, fields: Mapping[str, str]) -> Member | None:
        """The member that a call names."""
        return self._members.get((fields["SiteID"], fields["MemberID"]))

    def named(self, identity: str) -> Member:
        """The member of an id, whatever the site. Raises KeyError."""
        for member in self._members.values():
            if member.identity == identity:
                return member
        raise KeyError(identity)

    def save(self, fields: Mapping[str, str]) -> Member | None:
        """A new member; None where it exists."""
        key = fields["SiteID"], fields["MemberID"]
        if key in self._members:
            return None
        member = self._members[key] = Member(fields["MemberID"], fields.get("MemberName", ""))
        return member

    def drop(self, fields: Mapping[str, str]) -> bool:
        """A member and all cards are gone; False where there was none."""
        return self._members.pop((fields["SiteID"], fields["MemberID"]), None) is not None
