"""Trades from registration to the card company's answer: EntryTran, ExecTran, SecureTran2, and the look-ups."""

from collections.abc import Mapping

from teiki_providers import gmo
from teiki_providers.card.cards import Wallet
from teiki_providers.card.matrix import Refusal
from teiki_providers.card.notices import notify
from teiki_providers.card.standing import Standing
from teiki_providers.card.trades import Trade, Use
from teiki_providers.exchange import Reply
from teiki_providers.said import Said
from teiki_providers.scripts import Effect
from teiki_sim.messages import Answer, Method, Operation, Outcome

__all__ = ["Payments"]

_REGISTERED = "E01040010"
_WAITING = "E01E50004"
#: What 3-D Secure refuses with: it failed, or the card has none. Tds2Type 3 goes on without it.
_SECURE_CODES = {"failed": "E21030007", "none": "E21030201"}
_GO_ON = "3"


class Payments:
    """The calls that open a trade and execute it."""

    def __init__(self, standing: Standing, wallet: Wallet) -> None:
        self._standing = standing
        self._house, self._trades = standing.house, standing.trades
        self._wallet = wallet

    def entry(self, said: Said) -> Reply:
        """EntryTran: an OrderID is taken once for all."""
        fields = said.fields
        if self._trades.of_order(fields["ShopID"], fields["OrderID"]) is not None:
            return gmo.error(_REGISTERED)
        trade = self._trades.open(fields, self._house.now)
        return gmo.answer({"AccessID": trade.access, "AccessPass": trade.password}, trade.access)

    def execute(self, said: Said) -> Reply:
        """ExecTran: 3-D Secure first where it was asked for."""
        trade = self._standing.trade(said)
        cell = self._standing.cell(trade, "ExecTran")
        if isinstance(cell, Refusal):
            return self._standing.refuse(trade, cell)
        use = self._wallet.use(said.fields)
        if isinstance(use, str):
            return gmo.error(use, transaction=trade.access)
        self._remember(trade, said.fields)
        if trade.tds:
            return self._start_secure(trade, use)
        return self._run(trade, use, said)

    def authenticate(self, said: Said) -> Reply:
        """SecureTran2: the payment goes on when the consumer has been through 3-D Secure."""
        trade = self._standing.trade(said)
        cell = self._standing.cell(trade, "SecureTran2")
        if isinstance(cell, Refusal):
            return self._standing.refuse(trade, cell)
        use = trade.use
        if trade.number >= 0 or trade.secure == "waiting" or use is None:
            return gmo.error(_WAITING, transaction=trade.access)
        if code := self._insecure(trade):
            trade.status = "UNPROCESSED"
            trade.note(self._house.now, f"3-D Secure {code}")
            notify(self._house, trade, code)
            return gmo.error(code, transaction=trade.access)
        return self._run(trade, use, said)

    def _insecure(self, trade: Trade) -> str:
        """The code with which 3-D Secure ends a payment, "" where it may go on."""
        if trade.secure == "none" and trade.tds2 == _GO_ON:
            return ""
        return _SECURE_CODES.get(trade.secure, "")

    def _start_secure(self, trade: Trade, use: Use) -> Reply:
        trade.use, trade.status = use, "AUTHENTICATED"
        trade.secure = "waiting" if use.card.secure == "challenge" else use.card.secure
        trade.note(self._house.now, "3-D Secure started")
        notify(self._house, trade)
        return self._standing.redirect(trade)

    @staticmethod
    def _remember(trade: Trade, fields: Mapping[str, str]) -> None:
        one, two, three = (fields.get(f"ClientField{n}", "") for n in (1, 2, 3))
        trade.client = (one, two, three)
        trade.echoes = fields.get("ClientFieldFlag") == "1"

    def _run(self, trade: Trade, use: Use, said: Said) -> Reply:
        """Ask the card company."""
        forced = self._wallet.effect(use, trade.total)
        if trade.job == "CHECK":
            return self._check(trade, use, forced)
        answer = self._charge(trade, use, said, forced)
        if answer.outcome == Outcome.NO_ANSWER:
            return gmo.answer({})  # the house loses it
        trade.use = use
        self._trades.number(trade, answer.transaction)
        if answer.outcome == Outcome.PENDING:
            return self._standing.wait(trade)
        if answer.outcome == Outcome.ACCEPTED:
            answer = self._standing.settle(trade, answer, said)
        return self._executed(trade, answer)

    def _charge(self, trade: Trade, use: Use, said: Said, forced: Effect | None) -> Answer:
        """A new charge; after a decline, another try on the same one."""
        if trade.number >= 0:
            return self._standing.follow(trade, Operation.REAUTHORISE, trade.total, said, forced)
        consumer = use.member or trade.order
        return self._house.charge(Method.CARD, trade.order, consumer, trade.total, said.reference, forced)

    def _check(self, trade: Trade, use: Use, forced: Effect | None) -> Reply:
        """A validity check holds no money, so the ledger hears nothing of it."""
        code = self._wallet.verdict(forced)
        if code:
            notify(self._house, trade, code)
            return gmo.error(code, transaction=trade.access)
        trade.use, trade.status, trade.done = use, "CHECK", "CHECK"
        self._trades.authorised(trade, self._house.now)
        return self._executed(trade, Answer(Outcome.ACCEPTED))

    def _executed(self, trade: Trade, answer: Answer) -> Reply:
        """The answer to ExecTran and SecureTran2."""
        house = self._house
        if answer.outcome != Outcome.ACCEPTED:
            if trade.status == "AUTHENTICATED":
                trade.status = "UNPROCESSED"
            return self._standing.failed(trade, answer)
        trade.note(house.now, f"ExecTran {trade.status}")
        notify(house, trade)
        shop = house.credentials.find("card_shop", trade.shop)
        told = trade.executed(shop.secret if shop else "")
        return gmo.answer({"ACS": "0", **told}, trade.access)

    # ---- looked up -------------------------------------------------------------------------------

    def search(self, said: Said) -> Reply:
        """SearchTrade."""
        trade = self._trades.of_order(said.fields["ShopID"], said.fields["OrderID"])
        if trade is None:
            return gmo.error("E01110002")
        self._look(trade, said)
        return gmo.answer({"OrderID": trade.order, **trade.found()}, trade.access)

    def search_multi(self, said: Said) -> Reply:
        """SearchTradeMulti, PayType 0."""
        trade = self._trades.of_order(said.fields["ShopID"], said.fields["OrderID"])
        if trade is None:
            return gmo.error("M01004002")
        self._look(trade, said)
        return gmo.answer(trade.found_among_others(), trade.access)

    def _look(self, trade: Trade, said: Said) -> None:
        if trade.number >= 0:
            self._standing.follow(trade, Operation.INQUIRE, 0, said)
        self._standing.catch_up(trade)
