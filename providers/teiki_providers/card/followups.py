"""What follows on a settled trade: AlterTran and ChangeTran."""

from teiki_providers import gmo
from teiki_providers.card.cards import Wallet
from teiki_providers.card.matrix import Refusal
from teiki_providers.card.notices import notify
from teiki_providers.card.standing import Standing
from teiki_providers.card.trades import Sold, Trade
from teiki_providers.exchange import Reply
from teiki_providers.said import Said
from teiki_providers.scripts import Effect
from teiki_providers.states import State
from teiki_sim.messages import Answer, Method, Operation, Outcome

__all__ = ["GENERAL", "FollowUps"]

_OTHER_AMOUNT = "E01060010"
_NOT_SETTLED = "E11010002"
_MEANINGS = {
    "reauthorise": Operation.REAUTHORISE,
    "change": Operation.CHANGE,
    "refund": Operation.REFUND,
}
#: The general operation of AlterTran's JobCd, and of ChangeTran.
GENERAL = {
    "SALES": Operation.CAPTURE,
    "VOID": Operation.CANCEL,
    "RETURN": Operation.CANCEL,
    "RETURNX": Operation.CANCEL,
    "ChangeTran": Operation.CHANGE,
    "AUTH": Operation.REAUTHORISE,
    "CAPTURE": Operation.REAUTHORISE,
}


class FollowUps:
    """The calls that sell, cancel, change and renew."""

    def __init__(self, standing: Standing, wallet: Wallet) -> None:
        self._standing = standing
        self._house, self._trades = standing.house, standing.trades
        self._wallet = wallet

    def alter(self, said: Said) -> Reply:
        """AlterTran: SALES, the cancel of the date, or a new authorisation after a cancel."""
        trade, job = self._standing.trade(said), said.fields["JobCd"]
        if said.fields.get("meant") == "refund":
            return self._meant(trade, said, Operation.REFUND, 0, job)
        cell = self._standing.cell(trade, job)
        if isinstance(cell, Refusal):
            return self._standing.refuse(trade, cell, GENERAL[job], said)
        if cell.does == "sell":
            return self._sell(trade, said)
        if cell.does == "renew":
            return self._renew(trade, said)
        if (late := self._standing.untimely(trade, job)) is not None:
            return self._standing.refuse(trade, late)
        return self._done(trade, self._standing.follow(trade, Operation.CANCEL, 0, said), job, job, anew=True)

    def _sell(self, trade: Trade, said: Said) -> Reply:
        """A sale is for the authorised amount; the tax is compared by itself, and is the old one where none is given."""
        amount, tax = int(said.fields["Amount"]), int(said.fields.get("Tax", trade.tax))
        if amount + tax == trade.total and tax != trade.tax:
            return gmo.error(_OTHER_AMOUNT, transaction=trade.access)
        answer = self._standing.follow(trade, Operation.CAPTURE, amount + tax, said)
        return self._done(trade, answer, "SALES", "SALES")

    def _renew(self, trade: Trade, said: Said) -> Reply:
        """After a cancel, a new authorisation under the same trade, where the book offers it."""
        fields = said.fields
        amount, tax = int(fields["Amount"]), int(fields.get("Tax", 0))
        use = trade.use
        if use is not None and fields.get("Method"):
            use = trade.use = use._replace(method=fields["Method"], times=fields.get("PayTimes", ""))
        forced = self._wallet.effect(use, amount + tax) if use is not None else None
        answer = self._standing.follow(trade, Operation.REAUTHORISE, amount + tax, said, forced)
        return self._authorised_anew(trade, answer, fields["JobCd"], amount, tax, said)

    def change(self, said: Said) -> Reply:
        """ChangeTran: another total, up or down, and the JobCd wanted afterwards."""
        trade, fields = self._standing.trade(said), said.fields
        amount, tax, job = int(fields["Amount"]), int(fields.get("Tax", 0)), fields["JobCd"]
        if meant := fields.get("meant"):
            return self._meant(trade, said, _MEANINGS[meant], amount + tax, job)
        cell = self._standing.cell(trade, "ChangeTran")
        if isinstance(cell, Refusal):
            return self._standing.refuse(trade, cell, Operation.CHANGE, said)
        if (late := self._standing.untimely(trade, "ChangeTran")) is not None:
            return self._standing.refuse(trade, late)
        forced = self._wallet.effect(trade.use, amount + tax) if trade.use is not None else None
        sold = trade.status in ("SALES", "CAPTURE")
        if sold and job != "CAPTURE":
            return self._unsell(trade, said, job, amount, tax, forced)
        # Inside, a change is a new authorisation: past the validity of the old one it is just that.
        lapsed = self._house.standing(trade.number) == State.EXPIRED
        operation = Operation.REAUTHORISE if lapsed else Operation.CHANGE
        answer = self._standing.follow(trade, operation, amount + tax, said, forced)
        if sold and answer.outcome != Outcome.PENDING:
            return self._changed(trade, answer, job, amount, tax)
        return self._authorised_anew(trade, answer, job, amount, tax, said)

    def _unsell(
        self, trade: Trade, said: Said, job: str, amount: int, tax: int, forced: Effect | None
    ) -> Reply:
        """From sold back to held: a new authorisation is made, and only then is the old sale returned."""
        old, use = trade.number, trade.use
        consumer = use.member if use is not None and use.member else trade.order
        answer = self._house.charge(Method.CARD, trade.order, consumer, amount + tax, said.reference, forced)
        if answer.outcome == Outcome.ACCEPTED:
            self._house.follow(Operation.CANCEL, old, reference=said.reference)
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
                self._trades.number(trade, answer.transaction)
                self._standing.align(trade)
            return self._standing.failed(trade, answer)
        self._trades.number(trade, answer.transaction)
        trade.job, trade.amount, trade.tax = job, amount, tax
        if answer.outcome == Outcome.PENDING:
            return self._standing.wait(trade)
        return self._told(trade, self._standing.settle(trade, answer, said))

    def _changed(self, trade: Trade, answer: Answer, job: str, amount: int, tax: int) -> Reply:
        """What was sold stays sold, for another total."""
        if answer.outcome == Outcome.ACCEPTED:
            trade.amount, trade.tax = amount, tax
        return self._done(trade, answer, job, job, anew=True)

    def _done(self, trade: Trade, answer: Answer, status: str, job: str, anew: bool = False) -> Reply:
        """A follow-up is over; ``anew`` are those that get new identifiers (recorded: all but SALES)."""
        if answer.outcome == Outcome.ACCEPTED:
            trade.status, trade.done, trade.processed = status, job, self._house.now
            if anew:
                self._trades.authorised(trade, self._house.now)
        return self._told(trade, answer)

    def _told(self, trade: Trade, answer: Answer) -> Reply:
        """The answer to AlterTran and ChangeTran."""
        if answer.outcome != Outcome.ACCEPTED:
            return self._standing.failed(trade, answer) if answer.code else gmo.answer({})
        trade.note(self._house.now, f"{trade.done} {trade.status}")
        notify(self._house, trade)
        return gmo.answer(trade.identifiers(), trade.access)

    # ---- teiki's own store, which says what it means ---------------------------------------------

    def _meant(self, trade: Trade, said: Said, operation: Operation, total: int, job: str) -> Reply:
        """One general operation, by the book alone, where the wire has one call for two."""
        if trade.number < 0:
            return gmo.error(_NOT_SETTLED, transaction=trade.access)
        if operation == Operation.REFUND and said.operation == "ChangeTran":
            net = self._house.ledger.net(trade.number)
            # To nothing or less can't be: that is more than there is.
            answer = self._standing.follow(trade, operation, net - total if total else net + 1, said)
        else:
            answer = self._standing.follow(trade, operation, total, said)
        if answer.outcome == Outcome.NO_ANSWER:
            return gmo.answer({})
        self._trades.number(trade, answer.transaction)
        if answer.outcome == Outcome.ACCEPTED:
            self._trades.authorised(trade, self._house.now)
            self._agree(trade, total, job)
        elif answer.outcome == Outcome.PENDING:
            trade.job, trade.amount, trade.tax = "AUTH", total, 0
            return self._standing.wait(trade)
        else:
            self._standing.align(trade)
        return self._told(trade, answer)

    def _agree(self, trade: Trade, total: int, job: str) -> None:
        """Let the trade say what the ledger says."""
        state = self._house.standing(trade.number)
        if total:
            trade.amount, trade.tax = total, 0
        held = state in (State.AUTHORISED, State.EXPIRED)
        trade.status = "AUTH" if held else job if not total else "CAPTURE"
        trade.done = trade.job = "AUTH" if held else trade.status
