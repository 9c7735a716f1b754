"""The card companies' side: which card a call means, and what they decide on it."""

from collections.abc import Mapping
from typing import Any

from teiki_providers.card.codes import WORDS
from teiki_providers.card.instruments import CARDS
from teiki_providers.card.members import NO_CARD, NO_MEMBER, Members
from teiki_providers.card.trades import Use, stamp
from teiki_providers.house import House
from teiki_providers.scripts import Effect
from teiki_sim.calendar import DAY

__all__ = ["Wallet"]

_SPENT = "EX1000302"
_EXPIRED, _WRONG_CODE = Effect("declined", "42G830000"), Effect("declined", "42G440000")


class Wallet:
    """Test cards, spent tokens, and the verdicts that hang on them."""

    def __init__(self, house: House, members: Members) -> None:
        self._house = house
        self._members = members
        self._spent: set[str] = set()
        self._month = (-1, "")

    def use(self, fields: Mapping[str, Any]) -> Use | str:
        """How a card is used: given by itself or on file; the code that refuses it where there is none.

        A token is good for one use, whatever comes of it.
        """
        name = fields.get("card")
        wrong_code = "wrong_code" in fields
        terms = fields.get("Method", ""), fields.get("PayTimes", "")
        if name is not None:
            if (token := fields.get("token")) is not None:
                if token in self._spent:
                    return _SPENT
                self._spent.add(token)
            return Use(CARDS[name], fields.get("Expire", ""), "", "", wrong_code, *terms)
        member = self._members.find(fields)
        if member is None:
            return NO_MEMBER
        card = member.find(fields.get("CardSeq", ""), fields.get("SeqMode", "0"))
        if card is None:
            return NO_CARD
        return Use(card.card, card.expire, fields["SiteID"], member.identity, wrong_code, *terms)

    def effect(self, use: Use, amount: int) -> Effect | None:
        """What a charge of this amount meets by the card itself, before anything else is decided."""
        card = use.card
        if use.expire < self._this_month():
            return _EXPIRED
        if use.wrong_code:
            return _WRONG_CODE
        if (card.renewals and not use.member) or (card.over and amount <= card.over):
            return None
        return card.effect

    def verdict(self, forced: Effect | None) -> str:
        """The code that a validity check is refused with, "" where the card is good; a posted fault goes first."""
        effect = self._house.judgement() or forced
        if effect is None or effect.kind not in ("declined", "server_error"):
            return ""
        return effect.code or WORDS.declined

    def _this_month(self) -> str:
        """As Expire says it: YYMM."""
        day = self._house.now // DAY
        if self._month[0] != day:
            self._month = day, stamp(self._house.now)[2:6]
        return self._month[1]
