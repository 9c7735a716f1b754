"""Members and cards on file: the calls of a site."""

from teiki_providers import gmo
from teiki_providers.card.cards import Wallet
from teiki_providers.card.matrix import MATRIX, Refusal
from teiki_providers.card.members import KNOWN_MEMBER, NO_CARD, NO_MEMBER, TOO_MANY, Members, OnFile
from teiki_providers.card.standing import Standing
from teiki_providers.card.trades import FORWARD, Use, mask
from teiki_providers.exchange import Reply
from teiki_providers.said import Said

__all__ = ["CARDS_PER_MEMBER", "Filing"]

#: A setting of the house: how many live cards a member can have (5 or 10 by contract).
CARDS_PER_MEMBER = "card.cards_per_member"
_NO_TRADE, _NOT_SETTLED = "E01110002", "E11010002"


class Filing:
    """The calls about members and their cards."""

    def __init__(self, standing: Standing, members: Members, wallet: Wallet) -> None:
        self._standing = standing
        self._house, self._trades = standing.house, standing.trades
        self._members = members
        self._wallet = wallet

    # ---- members ---------------------------------------------------------------------------------

    def save_member(self, said: Said) -> Reply:
        """SaveMember."""
        member = self._members.save(said.fields)
        return gmo.error(KNOWN_MEMBER) if member is None else gmo.answer({"MemberID": member.identity})

    def update_member(self, said: Said) -> Reply:
        """UpdateMember."""
        member = self._members.find(said.fields)
        if member is None:
            return gmo.error(NO_MEMBER)
        member.name = said.fields.get("MemberName", "")
        return gmo.answer({"MemberID": member.identity})

    def delete_member(self, said: Said) -> Reply:
        """DeleteMember: the cards go with the member."""
        if not self._members.drop(said.fields):
            return gmo.error(NO_MEMBER)
        return gmo.answer({"MemberID": said.fields["MemberID"]})

    def search_member(self, said: Said) -> Reply:
        """SearchMember."""
        member = self._members.find(said.fields)
        if member is None:
            return gmo.error(NO_MEMBER)
        return gmo.answer({"MemberID": member.identity, "MemberName": member.name, "DeleteFlag": "0"})

    # ---- cards -----------------------------------------------------------------------------------

    def save_card(self, said: Said) -> Reply:
        """SaveCard: the card company is asked whether the card is good."""
        use = self._wallet.use(said.fields)
        if isinstance(use, str):
            return gmo.error(use)
        if code := self._wallet.verdict(self._wallet.effect(use, 0)):
            return gmo.error(code)
        return self._keep(said, use, shown=3)

    def traded_card(self, said: Said) -> Reply:
        """TradedCard: the card of a settled order goes on file."""
        trade = self._trades.of_order(said.fields["ShopID"], said.fields["OrderID"])
        if trade is None:
            return gmo.error(_NO_TRADE)
        self._standing.catch_up(trade)
        cell = MATRIX[trade.status, "TradedCard"]
        if isinstance(cell, Refusal) or trade.use is None:
            codes = cell.codes if isinstance(cell, Refusal) else (_NOT_SETTLED,)
            return gmo.error(*codes, transaction=trade.access)
        return self._keep(said, trade.use, shown=4)

    def _keep(self, said: Said, use: Use, shown: int) -> Reply:
        fields = said.fields
        member = self._members.find(fields)
        if member is None:
            return gmo.error(NO_MEMBER)
        mode, seq = fields.get("SeqMode", "0"), fields.get("CardSeq", "")
        instead = member.find(seq, mode) if seq else None
        if seq and instead is None:
            return gmo.error(NO_CARD)
        if instead is None and len(member.live()) >= self._house.settings.get(CARDS_PER_MEMBER, 5):
            return gmo.error(TOO_MANY)
        card = OnFile(
            use.card,
            use.expire,
            fields.get("CardName", ""),
            fields.get("HolderName", ""),
            fields.get("DefaultFlag") == "1",
        )
        member.keep(card, instead)
        return gmo.answer(
            {"CardSeq": member.seq(card, mode), "CardNo": mask(card.card.number, shown), "Forward": FORWARD}
        )

    def search_card(self, said: Said) -> Reply:
        """SearchCard: each column a list."""
        member = self._members.find(said.fields)
        if member is None:
            return gmo.error(NO_MEMBER)
        shown = member.shown(said.fields.get("CardSeq", ""), said.fields.get("SeqMode", "0"))
        return gmo.answer(shown) if shown else gmo.error(NO_CARD)

    def delete_card(self, said: Said) -> Reply:
        """DeleteCard: logical numbers close up, physical ones stay."""
        member = self._members.find(said.fields)
        if member is None:
            return gmo.error(NO_MEMBER)
        seq = said.fields["CardSeq"]
        card = member.find(seq, said.fields.get("SeqMode", "0"))
        if card is None:
            return gmo.error(NO_CARD)
        card.deleted, card.default = True, False
        return gmo.answer({"CardSeq": seq})

    # ---- what a card is --------------------------------------------------------------------------

    def card_detail(self, said: Said) -> Reply:
        """SearchCardDetail: brand and issuer (the issuer's own fields are those recorded)."""
        found = self._detailed(said)
        if isinstance(found, str):
            return gmo.error(found)
        return gmo.answer(
            {
                "CardNo": mask(found.card.number, 3),
                "Brand": found.card.brand,
                "DomesticFlag": "1",
                "IssuerCode": "1",
                "DebitPrepaidFlag": "0",
                "DebitPrepaidIssuerName": "dummy",
                "ForwardFinal": "dummy",
            }
        )

    def _detailed(self, said: Said) -> Use | str:
        """The card of an order, given by itself, or on file, where the first one is meant if none is named."""
        fields = said.fields
        if "card" not in fields and (order := fields.get("OrderID")):
            trade = self._trades.of_order(fields["ShopID"], order)
            if trade is None:
                return _NO_TRADE
            return trade.use if trade.settled and trade.use is not None else _NOT_SETTLED
        return self._wallet.use({"CardSeq": "0", **fields})
