"""GMO-PG's card dialect in a house: which call is done by what, and what the control side may ask."""

from collections.abc import Mapping
from typing import Any

from teiki_providers import gmo
from teiki_providers.card.cards import Wallet
from teiki_providers.card.codes import CODES, WORDS
from teiki_providers.card.filing import Filing
from teiki_providers.card.followups import GENERAL, FollowUps
from teiki_providers.card.instruments import CARDS, instruments
from teiki_providers.card.members import Members
from teiki_providers.card.notices import notify
from teiki_providers.card.payments import Payments
from teiki_providers.card.reading import Reader
from teiki_providers.card.standing import Standing
from teiki_providers.card.trades import Trade, Trades, mask
from teiki_providers.card.wire import PREFIX
from teiki_providers.exchange import Reply, Request
from teiki_providers.house import House
from teiki_providers.said import Instrument, Keys, Said
from teiki_sim.draws import hash64
from teiki_sim.messages import Method, Operation

__all__ = ["CardFront", "open_card"]

_KNOWN = frozenset(code.code for code in CODES)
_USUAL = {429: WORDS.rate_limit, 503: WORDS.maintenance}
#: Calls that look up, so that no fault befalls them unasked.
_INQUIRIES = frozenset({"SearchTrade", "SearchTradeMulti", "SearchMember", "SearchCard", "SearchCardDetail"})
_ACTIONS = {
    "consent": "an AccessID or OrderID of which 3-D Secure waits; {result: failed} for a consumer who fails it",
    "update_card": "a MemberID; {card, expire} replace the card that charges go to, and its next charge is judged anew",
}
#: SS-PAY-04: what the acquirer asks for, or tells.
_INQUIRY_KINDS = frozenset({"stop_delivery", "confirmed", "cleared"})


class CardFront:
    """A `teiki_providers.said.Front`."""

    name = "card"
    provider = "card"
    prefixes = (PREFIX,)

    def __init__(self, house: House) -> None:
        self._house = house
        self._trades, self._members = Trades(house.seed), Members()
        wallet = Wallet(house, self._members)
        self._reader = Reader(house, self._trades)
        self._standing = standing = Standing(house, self._trades)
        payments, after = Payments(standing, wallet), FollowUps(standing, wallet)
        filing = Filing(standing, self._members, wallet)
        self._calls = {
            "EntryTran": payments.entry,
            "ExecTran": payments.execute,
            "SecureTran2": payments.authenticate,
            "AlterTran": after.alter,
            "ChangeTran": after.change,
            "SearchTrade": payments.search,
            "SearchTradeMulti": payments.search_multi,
            "SaveMember": filing.save_member,
            "UpdateMember": filing.update_member,
            "DeleteMember": filing.delete_member,
            "SearchMember": filing.search_member,
            "SaveCard": filing.save_card,
            "TradedCard": filing.traded_card,
            "SearchCard": filing.search_card,
            "DeleteCard": filing.delete_card,
            "SearchCardDetail": filing.card_detail,
        }

    # ---- calls -----------------------------------------------------------------------------------

    def read(self, request: Request) -> Said:
        """Understand a request; raises `Turned` with the vendor's own answer."""
        return self._reader.read(request)

    def act(self, said: Said) -> Reply:
        """Do it and answer."""
        return self._calls[said.operation](said)

    def keys(self, said: Said) -> Keys:
        """By what a posted fault finds this call. With 3-D Secure, SecureTran2 is the charge."""
        fields, call = said.fields, said.operation
        trade = self._trades.by_access.get(fields.get("AccessID", ""))
        if trade is None:
            general = Operation.INQUIRE if call in _INQUIRIES else None
            amount = int(fields.get("Amount", 0)) + int(fields.get("Tax", 0))
            return Keys(
                fields.get("MemberID", ""), fields.get("OrderID", ""), amount, fields.get("card", ""), general
            )
        if call == "ExecTran":
            consumer, card = fields.get("MemberID", ""), fields.get("card") or self._on_file(fields)
            general = None if trade.tds else Operation.AUTHORISE
            return Keys(consumer, trade.order, trade.total, card, general, not trade.tds)
        return self._keys_of(trade, call, fields)

    def _keys_of(self, trade: Trade, call: str, fields: Mapping[str, Any]) -> Keys:
        use = trade.use
        consumer, card = (use.member, use.card.name) if use is not None else ("", "")
        if call == "SecureTran2":
            ready = trade.secure not in ("", "waiting") and trade.number < 0
            return Keys(
                consumer, trade.order, trade.total, card, Operation.AUTHORISE if ready else None, ready
            )
        amount = int(fields.get("Amount", trade.amount)) + int(fields.get("Tax", 0))
        general = GENERAL.get(fields.get("JobCd", "") if call == "AlterTran" else call)
        return Keys(consumer, trade.order, amount, card, general)

    def _on_file(self, fields: Mapping[str, Any]) -> str:
        """The name of the card on file that a charge goes to."""
        member = self._members.find(fields)
        card = member.find(fields.get("CardSeq", ""), fields.get("SeqMode", "0")) if member else None
        return card.card.name if card is not None else ""

    def trouble(self, code: str, status: int) -> Reply:
        """GMO-PG answers its own errors with status 200; a code that is none of its own comes with the status."""
        code = code or _USUAL.get(status, WORDS.server_error)
        reply = gmo.error(code)
        return reply if code in _KNOWN else Reply(status, reply.body, reply.content_type)

    # ---- later -----------------------------------------------------------------------------------

    def due(self, at: int, what: str, key: str) -> str:
        """No timers are set here."""
        return ""

    def resolved(self, transaction: int, what: str, code: str) -> None:
        """News of the ledger: a verdict ends the waiting; an authorisation that died keeps its Status (modelled)."""
        trade = self._trades.of_number(transaction)
        if trade is None or trade.number != transaction:
            return
        trade.note(self._house.now, f"{what} {code}".rstrip())
        if what in ("authorised", "declined"):
            self._standing.catch_up(trade)
            notify(self._house, trade, code if what == "declined" else "")

    def buyer(self, identity: str, action: str, details: Mapping[str, Any]) -> dict[str, Any]:
        """What the consumer does elsewhere; raises KeyError for an unknown id, ValueError for what can't be."""
        if action == "consent":
            return self._consent(self._trades.named(identity), details)
        if action == "update_card":
            return self._update_card(identity, details)
        raise ValueError(f"no action {action!r}: {', '.join(_ACTIONS)}")

    def _consent(self, trade: Trade, details: Mapping[str, Any]) -> dict[str, Any]:
        if trade.secure != "waiting" or trade.status != "AUTHENTICATED":
            raise ValueError(f"3-D Secure does not wait on {trade.order}")
        trade.secure = "failed" if details.get("result") == "failed" else "passed"
        trade.note(self._house.now, f"consumer: 3-D Secure {trade.secure}")
        return self.transaction(trade.access)

    def _update_card(self, identity: str, details: Mapping[str, Any]) -> dict[str, Any]:
        member = self._members.named(identity)
        live = member.live()
        if not live:
            raise ValueError(f"{identity} has no card on file")
        card = next((one for one in live if one.default), live[0])
        name = str(details.get("card", card.card.name))
        if name not in CARDS:
            raise ValueError(f"no test card {name!r}")
        card.card, card.expire = CARDS[name], str(details.get("expire", card.expire))
        self._house.gateway.repair(self._house.now, hash64(identity), Method.CARD)
        return {"member": identity, "card": name, "expire": card.expire}

    def fraud_notice(self, identity: str, details: Mapping[str, Any]) -> dict[str, Any]:
        """SS-PAY-04: the acquirer asks to stop a delivery, or tells that misuse is confirmed (不正確定) or cleared.

        It is a letter, not a call of the protocol: the trade only keeps it. Raises KeyError, ValueError.
        """
        trade = self._trades.named(identity)
        kind = str(details.get("kind", "stop_delivery"))
        if kind not in _INQUIRY_KINDS:
            raise ValueError(f"no kind of inquiry {kind!r}: {', '.join(sorted(_INQUIRY_KINDS))}")
        trade.inquiries.append({"at": self._house.now, "kind": kind})
        trade.note(self._house.now, f"acquirer: {kind}")
        return self.transaction(trade.access)

    # ---- looking ---------------------------------------------------------------------------------

    def actions(self) -> Mapping[str, str]:
        """The consumer's actions, each with the kind of id that it takes."""
        return _ACTIONS

    def transactions(self) -> list[dict[str, Any]]:
        """All trades, in the order of their registration."""
        return [self._shown(trade) for trade in self._trades]

    def transaction(self, identity: str) -> dict[str, Any]:
        """One trade by AccessID or OrderID, with its ledger; raises KeyError."""
        return self._shown(self._trades.named(identity))

    def _shown(self, trade: Trade) -> dict[str, Any]:
        use = trade.use
        return {
            "id": trade.access,
            "order": trade.order,
            "shop": trade.shop,
            "status": trade.status,
            "job": trade.done or trade.job,
            "amount": trade.amount,
            "tax": trade.tax,
            "card": use.card.name if use else "",
            "card_number": mask(use.card.number, 4) if use else "",
            "member": use.member if use else "",
            "tran_id": trade.tran,
            "timeline": [{"at": at, "what": what} for at, what in trade.timeline],
            "inquiries": list(trade.inquiries),
            "ledger": self._house.ledger_of(trade.number),
        }

    def identity(self, transaction: int) -> str:
        """The AccessID of a transaction of the ledger, "" where it is none of a trade's."""
        trade = self._trades.of_number(transaction)
        return trade.access if trade is not None else ""

    def number(self, identity: str) -> int:
        """The ledger's number of an AccessID or OrderID, -1 before it is executed; raises KeyError."""
        return self._trades.named(identity).number

    def instruments(self) -> list[Instrument]:
        """The magic values."""
        return list(instruments())


def open_card(house: House) -> CardFront:
    """The card dialect in a house."""
    return CardFront(house)
