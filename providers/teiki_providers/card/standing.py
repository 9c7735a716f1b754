"""How a trade stands with the ledger, and the answers that hang on that: what its calls have in common."""

from teiki_providers import gmo
from teiki_providers.books import Refused
from teiki_providers.card.matrix import MATRIX, Cell, Refusal, describe, timely
from teiki_providers.card.notices import notify
from teiki_providers.card.trades import Trade, Trades
from teiki_providers.exchange import Reply
from teiki_providers.house import House
from teiki_providers.said import Said
from teiki_providers.scripts import Effect
from teiki_providers.states import State
from teiki_sim.messages import Answer, Method, Operation, Outcome

__all__ = ["STRICT_DATES", "Standing"]

#: A setting of the house: 1 takes only the JobCd of the date, as production does.
STRICT_DATES = "card.strict_dates"
_WHY = {
    (row.state, row.operation): f"{row.operation} in {row.state}: {row.result} ({row.basis}: {row.source})"
    for row in describe()
}


class Standing:
    """The trades of a house, with their transactions in its ledger."""

    def __init__(self, house: House, trades: Trades) -> None:
        self.house = house
        self.trades = trades

    # ---- what it may do --------------------------------------------------------------------------

    def trade(self, said: Said) -> Trade:
        """The trade that a call names by its AccessID, as it stands now."""
        trade = self.trades.by_access[said.fields["AccessID"]]
        self.catch_up(trade)
        return trade

    def cell(self, trade: Trade, column: str) -> Cell | Refusal:
        """What the matrix says, and on whose word."""
        self.house.why.say(_WHY[trade.status, column])
        return MATRIX[trade.status, column]

    def untimely(self, trade: Trade, column: str) -> Refusal | None:
        """Why a cancel or a change comes at a wrong time."""
        strict = bool(self.house.settings.get(STRICT_DATES, 0))
        late = timely(trade.status, column, trade.processed, self.house.now, strict)
        if late is not None:
            basis = "documented" if late.documented else "modelled"
            self.house.why.say(f"{column} today: {'|'.join(late.codes)} ({basis}: {late.source})")
        return late

    def refuse(
        self, trade: Trade, refusal: Refusal, operation: Operation | None = None, said: Said | None = None
    ) -> Reply:
        """Refused by the matrix; the ledger is asked as well where its book refuses too, so that it tells how things stand."""
        if operation is not None and trade.number >= 0:
            state = self.house.standing(trade.number)
            if isinstance(self.house.books[Method.CARD].cell(state, operation), Refused):
                self.follow(trade, operation, 0, said)
        return gmo.error(*refusal.codes, transaction=trade.access)

    # ---- the ledger ------------------------------------------------------------------------------

    def follow(
        self, trade: Trade, operation: Operation, amount: int, said: Said | None, forced: Effect | None = None
    ) -> Answer:
        """One operation on the trade's transaction."""
        reference = said.reference if said is not None else None
        return self.house.follow(operation, trade.number, amount, 0, reference, forced)

    def settle(self, trade: Trade, answer: Answer, said: Said | None = None) -> Answer:
        """Authorised: at once also sold, where the JobCd wants it. A failed sale leaves the authorisation (modelled)."""
        trade.status = trade.done = trade.job if trade.job != "CAPTURE" else "AUTH"
        self.trades.authorised(trade, self.house.now)
        if trade.job != "CAPTURE":
            return answer
        sold = self.follow(trade, Operation.CAPTURE, trade.total, said)
        if sold.outcome == Outcome.ACCEPTED:
            trade.status = trade.done = "CAPTURE"
        return sold

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
            self.settle(trade, Answer(Outcome.ACCEPTED, trade.number))
        elif state == State.EXPIRED:
            trade.status = trade.done = "AUTH"
        if state != State.PENDING:
            trade.sold = None

    def align(self, trade: Trade) -> None:
        """Nothing is left of a trade whose transaction was declined; what was cancelled stays so."""
        if self.house.standing(trade.number) == State.DECLINED and trade.status in ("AUTH", "SAUTH"):
            trade.status = "UNPROCESSED"

    # ---- answers ---------------------------------------------------------------------------------

    def failed(self, trade: Trade, answer: Answer) -> Reply:
        """Refused by the card company or the book."""
        trade.note(self.house.now, f"declined {answer.code}")
        if trade.use is not None and trade.use.card.cause and answer.code == "E01050004":
            self.house.why.say(f"underlying cause: {trade.use.card.cause} (modelled)")
        notify(self.house, trade, answer.code)
        return gmo.error(answer.code, transaction=trade.access)

    def wait(self, trade: Trade) -> Reply:
        """The card company's verdict comes later: to the shop it is a 3-D Secure under way (modelled)."""
        trade.status = "AUTHENTICATED"
        trade.note(self.house.now, "pending")
        notify(self.house, trade)
        return self.redirect(trade)

    def redirect(self, trade: Trade) -> Reply:
        """ACS=2 with where the browser goes: ACS first, as the SDK needs it."""
        where = f"https://pt01.mul-pay.jp/api/v2/brw/callback?transId={trade.access}&t={trade.password[:16]}"
        return gmo.answer({"ACS": "2", "RedirectUrl": where}, trade.access)
