"""Rakuten Pay through GMO-PG: the calls of both versions, on the ledger.

Version 1 (RakutenId) takes follow-ups and carries them out later, with a result notice; version 2 answers at
once. The consumer's part is a page of ours and the same deeds over the control side.
"""

from collections.abc import Callable, Mapping
from typing import Any

from teiki_providers import gmo
from teiki_providers.books import Refused
from teiki_providers.exchange import Reply, Request, Turned
from teiki_providers.house import House
from teiki_providers.rakuten_pay import gmo_answers, gmo_wire, pages
from teiki_providers.rakuten_pay.book import BOOK
from teiki_providers.rakuten_pay.calls import CALLS, Call, Named, Verb
from teiki_providers.rakuten_pay.consents import Consents
from teiki_providers.rakuten_pay.gmo_reading import (
    base_of,
    call_of,
    general_of,
    meant,
    named_of,
    unknown_code,
)
from teiki_providers.rakuten_pay.gmo_trade import START_LIMIT_S, TERM_S, GmoTrade
from teiki_providers.rakuten_pay.instruments import INSTRUMENTS, forced_by
from teiki_providers.rakuten_pay.trades import TABLE, Own, Status, Wish, described
from teiki_providers.rakuten_pay.trading import FOLLOW_UP, Trading, key_of
from teiki_providers.reference import ASKED, Reference
from teiki_providers.said import Instrument, Keys, Said
from teiki_providers.states import State
from teiki_sim.draws import hash64
from teiki_sim.messages import Answer, Method, Operation, Outcome

__all__ = ["RakutenGmo", "open_rakuten_gmo"]

#: Timers: the consumer has not come, or has come and not paid.
_START_LIMIT, _TERM = "start_limit", "term"
_SUFFIX = ".idPass"


class RakutenGmo:
    """A `teiki_providers.said.Front`."""

    name = "rakuten_gmo"
    provider = "rakuten_pay"
    prefixes = ("/payment/EntryTranRakuten", "/payment/ExecTranRakuten", "/payment/Rakuten")
    #: The card's dialect lets this one read SearchTradeMulti of these (`gmo.searcher`).
    pay_types = frozenset(named.family.pay_type for named in CALLS.values())

    def __init__(self, house: House) -> None:
        self.house = house
        self.consents = Consents()
        self.trading: Trading[GmoTrade] = Trading(house, self.name, self._changed)
        self._by_access: dict[str, GmoTrade] = {}
        self._newest: dict[str, GmoTrade] = {}  # by OrderID alone
        self._acts: Mapping[Verb, Callable[[Said, Named], Reply]] = {
            Verb.ENTRY: self._entry,
            Verb.EXEC: self._exec,
            Verb.START: self._start,
            Verb.CONSENT: self._consent,
            Verb.SEARCH: self._search,
        }

    # ---- reading ---------------------------------------------------------------------------------

    def read(self, request: Request) -> Said:
        """Understand a call; raises `Turned` with ErrCode and ErrInfo."""
        given = gmo.fields(request)
        name = request.path.removeprefix("/payment/").removesuffix(_SUFFIX)
        named = named_of(name, given)
        if named is None or not request.path.endswith(_SUFFIX):
            raise Turned(gmo.error("E91099997"), f"no call {name!r}")
        fields, wrong = gmo_wire.decode(named, given)
        wrong += self._wrong_pairs(named, given, fields)
        if wrong:
            raise Turned(gmo.error(*wrong), f"{name}: {', '.join(wrong)}")
        if named.does is Verb.EXEC:
            fields["Base"] = base_of(request.host)
        return Said(self.name, name, fields, Reference.parse(request.headers.get(ASKED, "")))

    def _wrong_pairs(self, named: Named, given: Mapping[str, str], fields: Mapping[str, Any]) -> list[str]:
        """Faults of fields that must fit each other: shop and password, trade and its keys, the smallest amount."""
        wrong = []
        if "ShopID" in fields and not self.house.credentials.check(
            "card_shop", fields["ShopID"], given.get("ShopPass", "")
        ):
            wrong.append("E01030002")
        if named.does in (Verb.ENTRY, Call.CHANGE) and "Amount" in fields:
            total = fields["Amount"] + fields.get("Tax", 0)
            if 0 < total < named.family.smallest or (named.does is Verb.ENTRY and not total):
                wrong.append("E01060011")
        if "AccessID" in fields and not wrong and not self._fits(named, given):
            wrong.append(unknown_code(named))
        return wrong

    def _fits(self, named: Named, given: Mapping[str, str]) -> bool:
        trade = self._by_access.get(given["AccessID"])
        if trade is None or trade.family is not named.family:
            return False
        if named.does in (Verb.START, Verb.CONSENT):
            return bool(trade.token) and given.get("Token", "") == trade.token
        theirs = (given.get("AccessPass"), given.get("OrderID"), given.get("ShopID"))
        return theirs == (trade.password, trade.name, trade.shop)

    def keys(self, said: Said) -> Keys:
        """By what a posted fault finds this call."""
        fields, named = said.fields, meant(said)
        trade = self._by_access.get(fields.get("AccessID", ""))
        order = fields.get("OrderID") or (trade.name if trade else "")
        consumer = fields.get("SettlementSubscriptionId") or (trade.consumer if trade else "")
        amount = fields.get("Amount") or fields.get("CancelAmount") or (trade.amount if trade else 0)
        charges = named.does is Verb.CONSENT and fields["Result"] == "approve"
        charges = charges or bool(named.does is Verb.EXEC and fields.get("SettlementSubscriptionId"))
        operation = Operation.AUTHORISE if charges else general_of(named, fields)
        return Keys(consumer, order, amount, consumer, operation, charges)

    # ---- acting ----------------------------------------------------------------------------------

    def act(self, said: Said) -> Reply:
        """Do it and answer."""
        named = meant(said)
        if isinstance(named.does, Verb):
            return self._acts[named.does](said, named)
        return self._follow_up(said, call_of(named.does, said.fields))

    def _entry(self, said: Said, named: Named) -> Reply:
        house, fields = self.house, said.fields
        key = f"{fields['ShopID']}:{fields['OrderID']}"
        if key in self.trading.trades:
            return gmo.error("E01040010", transaction=fields["OrderID"])
        serial = len(self.trading.trades)
        tax = fields.get("Tax", 0)
        trade = GmoTrade(
            name=fields["OrderID"],
            shop=fields["ShopID"],
            family=named.family,
            job=fields["JobCd"],
            amount=fields["Amount"] + tax,
            tax=tax,
            consumer=fields["OrderID"],
            at=house.now,
            touched=house.now,
            access=key_of(house.seed, "id", serial),
            password=key_of(house.seed, "pass", serial),
        )
        self.trading.add(key, trade)
        self._by_access[trade.access] = self._newest[trade.name] = trade
        if trade.amount > BOOK.terms.cap and not house.plan.quiet:
            answer = self.trading.charge(trade, said.reference)  # refused by the book, and on record
            return gmo.error(answer.code, transaction=trade.name)
        return gmo.answer({"AccessID": trade.access, "AccessPass": trade.password}, trade.name)

    def _exec(self, said: Said, named: Named) -> Reply:
        trade, fields = self._by_access[said.fields["AccessID"]], said.fields
        cell = TABLE[self.trading.status(trade), Call.EXEC]
        if isinstance(cell, Refused):
            return gmo.error(cell.code, transaction=trade.name)
        trade.take(fields)
        if consent := fields.get("SettlementSubscriptionId"):
            return self._charge_on(trade, consent, said.reference)
        trade.stage = Status.REQSUCCESS
        trade.token = key_of(self.house.seed, "token", trade.access)
        trade.start_by = self.house.now + START_LIMIT_S
        self.house.timer(trade.start_by, self.name, _START_LIMIT, trade.access)
        start = f"{fields['Base']}/payment/{trade.family.name}Start{_SUFFIX}"
        return gmo.answer(gmo_answers.started(trade, start), trade.name)

    def _charge_on(self, trade: GmoTrade, identity: str, reference: Reference | None) -> Reply:
        """A charge on a consent: answered at once, the consumer isn't asked."""
        consent = self.consents.find(identity)
        if consent is None and (reference is not None or forced_by(identity)):
            # teiki's own store brings customers who agreed before the sandbox was opened (modelled).
            consent = self.consents.give(identity, trade.shop, self.house.now)
        if consent is None or consent.shop != trade.shop:
            return gmo.error("RI1000004", transaction=trade.name)
        trade.consumer = trade.consent = identity
        forced = forced_by(identity) or consent.verdict(self.house.now)
        answer = self.trading.charge(trade, reference, forced)
        if answer.outcome != Outcome.DECLINED:
            consent.last = self.house.now
        consent.key = self.house.consumer_key(answer.transaction) or hash64(identity)
        return self._told(trade, answer, gmo_answers.executed(self._view(trade), self._secret(trade)))

    def _told(self, trade: GmoTrade, answer: Answer, values: Mapping[str, str]) -> Reply:
        """The answer to a charge or a follow-up: values, errors, or both where a verdict is to come."""
        if answer.outcome == Outcome.DECLINED:
            return gmo.error(answer.code, transaction=trade.name)
        if answer.outcome == Outcome.PENDING and answer.code != BOOK.words.held:
            values = {"ErrCode": answer.code[:3], "ErrInfo": answer.code, **values}
        return gmo.answer(values, trade.name)

    def _follow_up(self, said: Said, call: Call) -> Reply:
        trade, fields = self._by_access[said.fields["AccessID"]], said.fields
        tax = fields.get("CancelTax" if call is Call.REFUND else "Tax", 0)
        amount = fields.get("CancelAmount" if call is Call.REFUND else "Amount")
        amount = None if amount is None else amount + tax
        wish = Wish(call, amount, tax, said.reference, self.house.judgement())
        if self.trading.postpone(trade.access, trade, wish):
            return gmo.answer(gmo_answers.followed(self._view(trade), call), trade.name)
        result = self.trading.follow(trade, call, amount, said.reference)
        if isinstance(result, Refused):
            return gmo.error(result.code, transaction=trade.name)
        if call is Call.CHANGE and result.outcome == Outcome.ACCEPTED:
            trade.tax = tax
        return self._told(trade, result, gmo_answers.followed(self._view(trade), call))

    def _search(self, said: Said, named: Named) -> Reply:
        house, fields = self.house, said.fields
        trade = self.trading.trades.get(f"{fields['ShopID']}:{fields['OrderID']}")
        if trade is None or trade.family is not named.family:
            return gmo.error("E01110002", transaction=fields["OrderID"])
        answer = None
        if trade.number >= 0:
            answer = house.follow(Operation.INQUIRE, trade.number, reference=said.reference)
        elif said.reference is not None:
            house.seek(Method.RAKUTEN_PAY, said.reference)
        if answer is not None and answer.outcome == Outcome.DECLINED:
            return gmo.error(answer.code, transaction=trade.name)
        return gmo.answer(gmo_answers.found(self._view(trade)), trade.name)

    # ---- the consumer ----------------------------------------------------------------------------

    def _start(self, said: Said, named: Named) -> Reply:
        trade = self._by_access[said.fields["AccessID"]]
        if trade.started or TABLE[self.trading.status(trade), Call.CONSENT] is not Own.GO:
            return gmo.error("RI1000001", transaction=trade.name)
        trade.started = True
        self.house.timer(self.house.now + (trade.term_s or TERM_S), self.name, _TERM, trade.access)
        page = pages.consent(f"/payment/{trade.family.name}Consent{_SUFFIX}", trade)
        return Reply(200, page.encode(), "text/html; charset=UTF-8", transaction=trade.name)

    def _consent(self, said: Said, named: Named) -> Reply:
        trade, result = self._by_access[said.fields["AccessID"]], said.fields["Result"]
        cell = TABLE[self.trading.status(trade), Call.CONSENT]
        if isinstance(cell, Refused):
            return gmo.error(cell.code, transaction=trade.name)
        if result == "approve":
            self._approve(trade, said.reference)
        elif result == "refuse":
            trade.stage, trade.failure = Status.REFUSED, "RI1009999"
            trade.touched = self.house.now
        if result != "close":
            trade.token = ""
            self._changed(trade)
        way = trade.back if self.trading.status(trade) not in _FAILED else trade.back_failed or trade.back
        headers = {"Location": pages.back(way, gmo_answers.returned(self._view(trade), self._secret(trade)))}
        return Reply(302, b"", headers=headers, transaction=trade.name)

    def _approve(self, trade: GmoTrade, reference: Reference | None) -> None:
        if trade.subscribes and not trade.consent:
            trade.consent = trade.consumer = key_of(self.house.seed, "consent", trade.access)[:15]
        answer = self.trading.charge(trade, reference)
        if answer.outcome == Outcome.NO_ANSWER:
            return
        if trade.subscribes and answer.outcome != Outcome.DECLINED:
            consent = self.consents.give(trade.consent, trade.shop, self.house.now)
            consent.key = self.house.consumer_key(answer.transaction)

    def buyer(self, identity: str, action: str, details: Mapping[str, Any]) -> dict[str, Any]:
        """What the consumer does at Rakuten."""
        if action in _DEEDS:
            trade = self._find(identity)
            if TABLE[self.trading.status(trade), Call.CONSENT] is not Own.GO:
                raise ValueError(f"{identity} waits for no consumer: {self.trading.status(trade).shown}")
            name = f"{trade.family.name}Consent"
            self.house.act(Said(self.name, name, {"AccessID": trade.access, "Result": _DEEDS[action]}))
            return self.transaction(identity)
        if action not in self.actions():
            raise ValueError(f"no action {action!r}")
        consent = self.consents[identity]
        if action == "revoke":
            consent.ended = True
        else:
            consent.card = action == "update_card"
            if consent.card:
                self.house.gateway.repair(self.house.now, consent.key, Method.RAKUTEN_PAY)
        return {"id": consent.id, "state": consent.state(self.house.now), "card": consent.card}

    def actions(self) -> Mapping[str, str]:
        """What a consumer can do, and with which id."""
        consent = "SettlementSubscriptionId"
        return {
            **dict.fromkeys(_DEEDS, "OrderID or AccessID"),
            "revoke": consent,
            "remove_card": consent,
            "update_card": consent,
        }

    # ---- later -----------------------------------------------------------------------------------

    def due(self, at: int, what: str, key: str) -> str:
        """A follow-up is carried out, or the consumer's time is over."""
        trade = self._by_access[key]
        if what == FOLLOW_UP:
            wish, _ = self.trading.carry_out(trade)
            self._changed(trade)
            return f"{wish.call.value}: {self.trading.status(trade).shown} {trade.failure}".rstrip()
        waits = self.trading.status(trade) is Status.REQSUCCESS
        if not waits or (trade.started and what == _START_LIMIT):
            return ""
        trade.stage, trade.touched = Status.NOT_STARTED, at
        self._changed(trade)
        return "EXPIRED"

    def resolved(self, transaction: int, what: str, code: str) -> None:
        """A verdict, or the end of an authorisation."""
        self.trading.resolved(transaction, what, code)

    def _changed(self, trade: GmoTrade) -> None:
        login = self.house.credentials.find("card_shop", trade.shop)
        if login is not None:
            gmo_answers.notify(self.house, login.notify_url, self._view(trade))

    # ---- looking ---------------------------------------------------------------------------------

    def _view(self, trade: GmoTrade) -> gmo_answers.View:
        house = self.house
        state = house.standing(trade.number)
        consent = self.consents.find(trade.consent) if trade.consent else None
        return gmo_answers.View(
            trade,
            self.trading.status(trade),
            self.trading.amount(trade),
            int(house.ledger.day[trade.number]) if trade.number >= 0 else trade.day,
            state in (State.CAPTURED, State.REFUNDED),
            consent,
            house.now,
        )

    def _secret(self, trade: GmoTrade) -> str:
        login = self.house.credentials.find("card_shop", trade.shop)
        return login.secret if login else ""

    def _find(self, identity: str) -> GmoTrade:
        return self._by_access.get(identity) or self._newest[identity]

    def trouble(self, code: str, status: int) -> Reply:
        """An error like any other: GMO-PG answers HTTP 200 whatever it says."""
        words = BOOK.words
        return gmo.error(code or (words.rate_limit if status == 429 else words.server_error))

    def transactions(self) -> list[dict[str, Any]]:
        """All trades, newest last."""
        return [self._plain(trade) for trade in self.trading.trades.values()]

    def transaction(self, identity: str) -> dict[str, Any]:
        """One trade, by OrderID or AccessID."""
        return self._plain(self._find(identity))

    def _plain(self, trade: GmoTrade) -> dict[str, Any]:
        ledger = self.house.ledger_of(trade.number)
        return described(trade, self.trading.status(trade), ledger) | {
            "access_id": trade.access,
            "subscription": trade.consent,
        }

    def identity(self, transaction: int) -> str:
        """The OrderID of a transaction of the ledger."""
        return self.trading.of_number(transaction).name

    def number(self, identity: str) -> int:
        """The ledger's number of a trade."""
        return self._find(identity).number

    def instruments(self) -> list[Instrument]:
        """Magic consents."""
        return list(INSTRUMENTS)


_DEEDS = {"consent": "approve", "refuse": "refuse", "close": "close"}
_FAILED = frozenset({Status.REFUSED, Status.NOT_STARTED, Status.PAYFAIL, Status.REQSUCCESS})


def open_rakuten_gmo(house: House) -> RakutenGmo:
    """Open the dialect in a house."""
    return RakutenGmo(house)
