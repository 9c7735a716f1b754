"""What GMO-PG does with a trade: registered, executed, altered, changed, looked up."""

from collections.abc import Mapping

from teiki_providers import gmo
from teiki_providers.books import Refused
from teiki_providers.card.cards import Wallet
from teiki_providers.card.matrix import MATRIX, Cell, Refusal, describe, timely
from teiki_providers.card.notices import notify
from teiki_providers.card.trades import Sold, Trade, Trades, Use
from teiki_providers.exchange import Reply
from teiki_providers.house import House
from teiki_providers.said import Said
from teiki_providers.scripts import Effect
from teiki_providers.states import State
from teiki_sim.draws import hash64
from teiki_sim.messages import Answer, Method, Operation, Outcome

__all__ = ["GENERAL", "STRICT_DATES", "Payments"]

#: A setting of the house: 1 takes only the JobCd of the date, as production does.
STRICT_DATES = "card.strict_dates"
_REGISTERED = "E01040010"
_OTHER_AMOUNT = "E01060010"
_WAITING = "E01E50004"
_MEANINGS = {
    "reauthorise": Operation.REAUTHORISE,
    "change": Operation.CHANGE,
    "refund": Operation.REFUND,
}
GENERAL = {
    "SALES": Operation.CAPTURE,
    "VOID": Operation.CANCEL,
    "RETURN": Operation.CANCEL,
    "RETURNX": Operation.CANCEL,
    "ChangeTran": Operation.CHANGE,
    "AUTH": Operation.REAUTHORISE,
    "CAPTURE": Operation.REAUTHORISE,
}
#: What 3-D Secure refuses with: it failed, or the card has none. Tds2Type 3 goes on without it.
_SECURE_CODES = {"failed": "E21030007", "none": "E21030201"}
_GO_ON = "3"


def _basis(cell: Cell | Refusal) -> str:
    return "documented" if cell.documented else "modelled"


_WHY = {
    (
        told.state,
        told.operation,
    ): f"{told.operation} in {told.state}: {told.result} ({told.basis}: {told.source})"
    for told in describe()
}


class Payments:
    """The calls about trades."""

    def __init__(self, house: House, trades: Trades, wallet: Wallet) -> None:
        self.house = house
        self.trades = trades
        self._wallet = wallet

    # ---- registered ------------------------------------------------------------------------------

    def entry(self, said: Said) -> Reply:
        """EntryTran: an OrderID is taken once for all."""
        fields = said.fields
        if self.trades.of_order(fields["ShopID"], fields["OrderID"]) is not None:
            return gmo.error(_REGISTERED)
        trade = self.trades.open(fields, self.house.now)
        return gmo.answer({"AccessID": trade.access, "AccessPass": trade.password}, trade.access)

    # ---- executed --------------------------------------------------------------------------------

    def execute(self, said: Said) -> Reply:
        """ExecTran: 3-D Secure first where it was asked for."""
        trade = self._trade(said)
        cell = self._cell(trade, "ExecTran")
        if isinstance(cell, Refusal):
            return self._refuse(trade, cell)
        use = self._wallet.use(said.fields)
        if isinstance(use, str):
            return gmo.error(use, transaction=trade.access)
        self._remember(trade, said.fields)
        if trade.tds:
            return self._start_secure(trade, use)
        return self._run(trade, use, said)

    def authenticate(self, said: Said) -> Reply:
        """SecureTran2: the payment goes on when the consumer has been through 3-D Secure."""
        trade = self._trade(said)
        cell = self._cell(trade, "SecureTran2")
        if isinstance(cell, Refusal):
            return self._refuse(trade, cell)
        use = trade.use
        if trade.number >= 0 or trade.secure == "waiting" or use is None:
            return gmo.error(_WAITING, transaction=trade.access)
        if code := self._insecure(trade):
            trade.status = "UNPROCESSED"
            trade.note(self.house.now, f"3-D Secure {code}")
            notify(self.house, trade, code)
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
        trade.note(self.house.now, "3-D Secure started")
        notify(self.house, trade)
        return self._redirect(trade)

    def _redirect(self, trade: Trade) -> Reply:
        """ACS=2 with where the browser goes: ACS first, as the SDK needs it."""
        where = f"https://pt01.mul-pay.jp/api/v2/brw/callback?transId={trade.access}&t={trade.password[:16]}"
        return gmo.answer({"ACS": "2", "RedirectUrl": where}, trade.access)

    @staticmethod
    def _remember(trade: Trade, fields: Mapping[str, str]) -> None:
        trade.client = tuple(fields.get(f"ClientField{n}", "") for n in (1, 2, 3))  # type: ignore[assignment]
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
        self.trades.number(trade, answer.transaction)
        if answer.outcome == Outcome.PENDING:
            return self._wait(trade)
        if answer.outcome == Outcome.ACCEPTED:
            answer = self._settle(trade, answer, said)
        return self._executed(trade, answer)

    def _charge(self, trade: Trade, use: Use, said: Said, forced: Effect | None) -> Answer:
        """A new charge; after a decline, another try on the same one."""
        if trade.number >= 0:
            return self._follow(trade, Operation.REAUTHORISE, trade.total, said, forced)
        consumer = use.member or trade.order
        return self.house.charge(Method.CARD, trade.order, consumer, trade.total, said.reference, forced)

    def _check(self, trade: Trade, use: Use, forced: Effect | None) -> Reply:
        """A validity check holds no money, so the ledger hears nothing of it."""
        code = self._wallet.verdict(forced)
        if code:
            notify(self.house, trade, code)
            return gmo.error(code, transaction=trade.access)
        trade.use, trade.status, trade.done = use, "CHECK", "CHECK"
        self.trades.authorised(trade, self.house.now)
        return self._executed(trade, Answer(Outcome.ACCEPTED))

    def _executed(self, trade: Trade, answer: Answer) -> Reply:
        """The answer to ExecTran and SecureTran2."""
        house = self.house
        if answer.outcome != Outcome.ACCEPTED:
            if trade.status == "AUTHENTICATED":
                trade.status = "UNPROCESSED"
            return self._failed(trade, answer)
        trade.note(house.now, f"ExecTran {trade.status}")
        notify(house, trade)
        shop = house.credentials.find("card_shop", trade.shop)
        told = trade.executed(shop.secret if shop else "")
        return gmo.answer({"ACS": "0", **told}, trade.access)

    def _failed(self, trade: Trade, answer: Answer) -> Reply:
        trade.note(self.house.now, f"declined {answer.code}")
        if trade.use is not None and trade.use.card.cause and answer.code == "E01050004":
            self.house.why.say(f"underlying cause: {trade.use.card.cause} (modelled)")
        notify(self.house, trade, answer.code)
        return gmo.error(answer.code, transaction=trade.access)

    def _wait(self, trade: Trade) -> Reply:
        """The card company's verdict comes later: to the shop it is a 3-D Secure under way (modelled)."""
        trade.status = "AUTHENTICATED"
        trade.note(self.house.now, "pending")
        notify(self.house, trade)
        return self._redirect(trade)

    def _settle(self, trade: Trade, answer: Answer, said: Said | None = None) -> Answer:
        """Authorised: at once also sold, where the JobCd wants it. A failed sale leaves the authorisation (modelled)."""
        trade.status = trade.done = trade.job if trade.job != "CAPTURE" else "AUTH"
        self.trades.authorised(trade, self.house.now)
        if trade.job != "CAPTURE":
            return answer
        sold = self._follow(trade, Operation.CAPTURE, trade.total, said)
        if sold.outcome == Outcome.ACCEPTED:
            trade.status = trade.done = "CAPTURE"
        return sold

    # ---- altered ---------------------------------------------------------------------------------

    def alter(self, said: Said) -> Reply:
        """AlterTran: SALES, the cancel of the date, or a new authorisation after a cancel."""
        trade, job = self._trade(said), said.fields["JobCd"]
        if said.fields.get("meant") == "refund":
            return self._meant(trade, said, Operation.REFUND, 0, job)
        cell = self._cell(trade, job)
        if isinstance(cell, Refusal):
            return self._refuse(trade, cell, GENERAL[job], said)
        if cell.does == "sell":
            return self._sell(trade, said)
        if cell.does == "renew":
            return self._renew(trade, said)
        if (late := self._untimely(trade, job)) is not None:
            return self._refuse(trade, late)
        return self._done(trade, self._follow(trade, Operation.CANCEL, 0, said), job, job, anew=True)

    def _sell(self, trade: Trade, said: Said) -> Reply:
        """A sale is for the authorised amount; the tax is compared by itself, and is the old one where none is given."""
        amount, tax = int(said.fields["Amount"]), int(said.fields.get("Tax", trade.tax))
        if amount + tax == trade.total and tax != trade.tax:
            return gmo.error(_OTHER_AMOUNT, transaction=trade.access)
        answer = self._follow(trade, Operation.CAPTURE, amount + tax, said)
        return self._done(trade, answer, "SALES", "SALES")

    def _renew(self, trade: Trade, said: Said) -> Reply:
        """After a cancel, a new authorisation under the same trade, where the book offers it."""
        fields = said.fields
        amount, tax = int(fields["Amount"]), int(fields.get("Tax", 0))
        use = trade.use
        if use is not None and fields.get("Method"):
            use = trade.use = use._replace(method=fields["Method"], times=fields.get("PayTimes", ""))
        forced = self._wallet.effect(use, amount + tax) if use is not None else None
        answer = self._follow(trade, Operation.REAUTHORISE, amount + tax, said, forced)
        return self._authorised_anew(trade, answer, fields["JobCd"], amount, tax, said)

    def change(self, said: Said) -> Reply:
        """ChangeTran: another total, up or down, and the JobCd wanted afterwards."""
        trade, fields = self._trade(said), said.fields
        amount, tax, job = int(fields["Amount"]), int(fields.get("Tax", 0)), fields["JobCd"]
        if meant := fields.get("meant"):
            return self._meant(trade, said, _MEANINGS[meant], amount + tax, job)
        cell = self._cell(trade, "ChangeTran")
        if isinstance(cell, Refusal):
            return self._refuse(trade, cell, Operation.CHANGE, said)
        if (late := self._untimely(trade, "ChangeTran")) is not None:
            return self._refuse(trade, late)
        forced = self._wallet.effect(trade.use, amount + tax) if trade.use is not None else None
        sold = trade.status in ("SALES", "CAPTURE")
        if sold and job != "CAPTURE":
            return self._unsell(trade, said, job, amount, tax, forced)
        # Inside, a change is a new authorisation: past the validity of the old one it is just that.
        lapsed = self.house.standing(trade.number) == State.EXPIRED
        operation = Operation.REAUTHORISE if lapsed else Operation.CHANGE
        answer = self._follow(trade, operation, amount + tax, said, forced)
        if sold and answer.outcome != Outcome.PENDING:
            return self._changed(trade, answer, job, amount, tax)
        return self._authorised_anew(trade, answer, job, amount, tax, said)

    def _unsell(
        self, trade: Trade, said: Said, job: str, amount: int, tax: int, forced: Effect | None
    ) -> Reply:
        """From sold back to held: a new authorisation is made, and only then is the old sale returned."""
        old, use = trade.number, trade.use
        consumer = use.member if use is not None and use.member else trade.order
        answer = self.house.charge(Method.CARD, trade.order, consumer, amount + tax, said.reference, forced)
        if answer.outcome == Outcome.ACCEPTED:
            self.house.follow(Operation.CANCEL, old, reference=said.reference)
        elif answer.outcome == Outcome.PENDING:
            trade.sold = Sold(old, trade.status, trade.job, trade.amount, trade.tax)
        return self._authorised_anew(trade, answer, job, amount, tax, said, keep=True)

    def _authorised_anew(
        self, trade: Trade, answer: Answer, job: str, amount: int, tax: int, said: Said, keep: bool = False
    ) -> Reply:
        """Another authorisation under the trade, as the JobCd wants it. ``keep``: a refused one is not the trade's."""
        if answer.outcome == Outcome.NO_ANSWER:
            return gmo.answer({})
        if answer.outcome == Outcome.DECLINED:
            if not keep:
                self.trades.number(trade, answer.transaction)
                self._align(trade)
            return self._failed(trade, answer)
        self.trades.number(trade, answer.transaction)
        trade.job, trade.amount, trade.tax = job, amount, tax
        if answer.outcome == Outcome.PENDING:
            return self._wait(trade)
        return self._told(trade, self._settle(trade, answer, said))

    def _changed(self, trade: Trade, answer: Answer, job: str, amount: int, tax: int) -> Reply:
        """What was sold stays sold, for another total."""
        if answer.outcome == Outcome.ACCEPTED:
            trade.amount, trade.tax = amount, tax
        return self._done(trade, answer, job, job, anew=True)

    def _done(self, trade: Trade, answer: Answer, status: str, job: str, anew: bool = False) -> Reply:
        """A follow-up is over; ``anew`` are those that get new identifiers (recorded: all but SALES)."""
        if answer.outcome == Outcome.ACCEPTED:
            trade.status, trade.done, trade.processed = status, job, self.house.now
            if anew:
                self.trades.authorised(trade, self.house.now)
        return self._told(trade, answer)

    def _told(self, trade: Trade, answer: Answer) -> Reply:
        """The answer to AlterTran and ChangeTran."""
        if answer.outcome != Outcome.ACCEPTED:
            return self._failed(trade, answer) if answer.code else gmo.answer({})
        trade.note(self.house.now, f"{trade.done} {trade.status}")
        notify(self.house, trade)
        return gmo.answer(trade.identifiers(), trade.access)

    # ---- teiki's own store, which says what it means ---------------------------------------------

    def _meant(self, trade: Trade, said: Said, operation: Operation, total: int, job: str) -> Reply:
        """One general operation, by the book alone, where the wire has one call for two."""
        if trade.number < 0:
            return gmo.error("E11010002", transaction=trade.access)
        if operation == Operation.REFUND and said.operation == "ChangeTran":
            net = self.house.ledger.net(trade.number)
            # To nothing or less can't be: that is more than there is.
            answer = self._follow(trade, operation, net - total if total else net + 1, said)
        else:
            answer = self._follow(trade, operation, total, said)
        if answer.outcome == Outcome.NO_ANSWER:
            return gmo.answer({})
        self.trades.number(trade, answer.transaction)
        if answer.outcome == Outcome.ACCEPTED:
            self.trades.authorised(trade, self.house.now)
            self._agree(trade, total, job)
        elif answer.outcome == Outcome.PENDING:
            trade.job, trade.amount, trade.tax = "AUTH", total, 0
            return self._wait(trade)
        else:
            self._align(trade)
        return self._told(trade, answer)

    def _agree(self, trade: Trade, total: int, job: str) -> None:
        """Let the trade say what the ledger says."""
        state = self.house.standing(trade.number)
        if total:
            trade.amount, trade.tax = total, 0
        held = state in (State.AUTHORISED, State.EXPIRED)
        trade.status = "AUTH" if held else job if not total else "CAPTURE"
        trade.done = trade.job = "AUTH" if held else trade.status

    # ---- looked up -------------------------------------------------------------------------------

    def search(self, said: Said) -> Reply:
        """SearchTrade."""
        trade = self.trades.of_order(said.fields["ShopID"], said.fields["OrderID"])
        if trade is None:
            return gmo.error("E01110002")
        self._look(trade, said)
        return gmo.answer({"OrderID": trade.order, **trade.found()}, trade.access)

    def search_multi(self, said: Said) -> Reply:
        """SearchTradeMulti, PayType 0."""
        trade = self.trades.of_order(said.fields["ShopID"], said.fields["OrderID"])
        if trade is None:
            return gmo.error("M01004002")
        self._look(trade, said)
        return gmo.answer(trade.found_among_others(), trade.access)

    def _look(self, trade: Trade, said: Said) -> None:
        if trade.number >= 0:
            self._follow(trade, Operation.INQUIRE, 0, said)
        self.catch_up(trade)

    # ---- the ledger ------------------------------------------------------------------------------

    def catch_up(self, trade: Trade) -> None:
        """A verdict can have come since the trade was last looked at."""
        if trade.status != "AUTHENTICATED" or trade.number < 0:
            return
        state, sold = self.house.standing(trade.number), trade.sold
        if state == State.DECLINED:
            trade.status = "UNPROCESSED"
            if sold is not None:
                trade.number, trade.status, trade.job, trade.amount, trade.tax = sold
        elif state == State.AUTHORISED:
            if sold is not None:
                self.house.follow(Operation.CANCEL, sold.number)
            self._settle(trade, Answer(Outcome.ACCEPTED, trade.number))
        elif state == State.EXPIRED:
            trade.status = trade.done = "AUTH"
        if state != State.PENDING:
            trade.sold = None

    def _align(self, trade: Trade) -> None:
        """Nothing is left of a trade whose transaction was declined; what was cancelled stays so."""
        if self.house.standing(trade.number) == State.DECLINED and trade.status in ("AUTH", "SAUTH"):
            trade.status = "UNPROCESSED"

    def _trade(self, said: Said) -> Trade:
        trade = self.trades.by_access[said.fields["AccessID"]]
        self.catch_up(trade)
        return trade

    def _cell(self, trade: Trade, column: str) -> Cell | Refusal:
        """What the matrix says, and on whose word."""
        self.house.why.say(_WHY[trade.status, column])
        return MATRIX[trade.status, column]

    def _untimely(self, trade: Trade, column: str) -> Refusal | None:
        strict = bool(self.house.settings.get(STRICT_DATES, 0))
        late = timely(trade.status, column, trade.processed, self.house.now, strict)
        if late is not None:
            self.house.why.say(f"{column} today: {'|'.join(late.codes)} ({_basis(late)}: {late.source})")
        return late

    def _follow(
        self, trade: Trade, operation: Operation, amount: int, said: Said | None, forced: Effect | None = None
    ) -> Answer:
        reference = said.reference if said is not None else None
        return self.house.follow(operation, trade.number, amount, 0, reference, forced)

    def _refuse(
        self, trade: Trade, refusal: Refusal, operation: Operation | None = None, said: Said | None = None
    ) -> Reply:
        """Refused by the matrix; the ledger is asked as well where its book refuses too, so that it tells how things stand."""
        if operation is not None and trade.number >= 0:
            state = self.house.standing(trade.number)
            if isinstance(self.house.books[Method.CARD].cell(state, operation), Refused):
                self._follow(trade, operation, 0, said)
        return gmo.error(*refusal.codes, transaction=trade.access)

    # ---- elsewhere -------------------------------------------------------------------------------

    def repair(self, member: str) -> None:
        """The consumer's card was renewed or freed: the next charge is judged anew."""
        self.house.gateway.repair(self.house.now, hash64(member), Method.CARD)
