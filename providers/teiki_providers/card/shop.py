"""How teiki's own store speaks GMO-PG's card dialect: each general operation as calls, each answer as an `Answer`.

The store keeps what a shop keeps (OrderID, AccessID, AccessPass, the date of the last processing) and finds out by
SearchTrade what became of a call that was not answered, never by charging again.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from teiki_providers import gmo
from teiki_providers.books import UNKNOWN
from teiki_providers.card.book import NO_PRINT
from teiki_providers.card.codes import CODES, WORDS
from teiki_providers.card.matrix import fitting
from teiki_providers.card.members import KNOWN_MEMBER, NO_CARD
from teiki_providers.card.wire import MEANT, encode
from teiki_providers.exchange import Reply, Request, Unheard
from teiki_providers.reference import ASKED, TOLD, Reference, Told
from teiki_sim.messages import Answer, Ask, Operation, Outcome

__all__ = ["Shop"]

_SHOP = {"ShopID": "tshop00000001", "ShopPass": "shoppass01"}
_SITE = {"SiteID": "tsite00000001", "SitePass": "sitepass01"}
#: After these the outcome is unknown. That of a failed capture is not among them: it is an answer, and known.
_LOOK_UP = frozenset(code.code for code in CODES if code.retry) - {WORDS.capture_failed}
_WRONG_DAY, _NO_TRADE, _WAITING = "E11010003", "E01110002", WORDS.held
_CANCELS = ("VOID", "RETURN", "RETURNX")
_SOLD = ("CAPTURED", "REFUNDED")


@dataclass(slots=True)
class _Kept:
    """What the shop keeps of a trade, by the ledger's number as soon as one is told."""

    order: str
    access: str = "0" * 32
    password: str = "0" * 32
    amount: int = 0
    processed: int = 0
    state: str = ""
    shown: int = 0  # the amount as told last
    refunded: int = 0

    @property
    def keys(self) -> dict[str, str]:
        """What names the trade in a call."""
        return {"AccessID": self.access, "AccessPass": self.password}

    @property
    def sold(self) -> bool:
        """Whether money was taken."""
        return self.state in _SOLD


class _Heard:
    """What came back of one call: its fields, the code if it was refused, whether it can be relied on."""

    __slots__ = ("code", "fields", "told", "unsure")

    def __init__(self, reply: Reply | None, expected: str) -> None:
        self.fields: Mapping[str, str] = {} if reply is None else gmo.parse_answer(reply.body)
        self.code = self.fields.get("ErrInfo", "").partition("|")[0]
        header = reply.headers.get(TOLD) if reply is not None else None
        self.told = Told.parse(header) if header else None
        status = 0 if reply is None else reply.status
        self.unsure = status != 200 or self.code in _LOOK_UP or not (self.code or expected in self.fields)


class Shop:
    """A `teiki_providers.relay.Shop`."""

    def __init__(self, send: Callable[[Request], Reply]) -> None:
        self._send = send
        self._of_number: dict[int, _Kept] = {}
        self._of_order: dict[int, _Kept] = {}
        self._charges: Counter[int] = Counter()
        self._members: set[int] = set()
        self._ways = {
            Operation.AUTHORISE: self._authorise,
            Operation.REAUTHORISE: self._reauthorise,
            Operation.CHANGE: self._change,
            Operation.CAPTURE: self._capture,
            Operation.CANCEL: self._cancel,
            Operation.REFUND: self._refund,
            Operation.INQUIRE: self._inquire,
            Operation.PRINT_INVOICE: self._print,
        }

    def ask(self, ask: Ask) -> Answer:
        """Ask for one operation over the wire."""
        return self._ways[ask.operation](ask)

    # ---- the wire --------------------------------------------------------------------------------

    def _call(self, ask: Ask, name: str, values: Mapping[str, str], expected: str, meant: str = "") -> _Heard:
        headers = {ASKED: Reference.of(ask).text()}
        if meant:
            headers[MEANT] = meant
        try:
            reply = self._send(encode(name, values, headers))
        except Unheard:
            reply = None
        return _Heard(reply, expected)

    def _answer(self, ask: Ask, kept: _Kept, heard: _Heard) -> Answer:
        """The answer to a call about money; what the ledger told is kept."""
        if heard.unsure:
            return Answer(Outcome.NO_ANSWER, code=heard.code)
        outcome = Outcome.DECLINED if heard.code else Outcome.ACCEPTED
        code = heard.code
        if heard.fields.get("ACS") == "2":
            outcome, code = Outcome.PENDING, _WAITING
        told = heard.told
        if told is None:
            return Answer(outcome, code=code)
        kept.state, kept.shown = told.state, told.amount
        if told.state == "REFUNDED":
            kept.refunded = told.amount
        if outcome == Outcome.ACCEPTED and ask.operation != Operation.INQUIRE:
            kept.processed = ask.at
        if told.transaction >= 0:
            self._of_number[told.transaction] = self._of_order[ask.order] = kept
        return told.answer(outcome, code)

    def _known(self, ask: Ask) -> _Kept:
        """The trade that is meant; one that GMO-PG does not know where the shop knows none either."""
        return self._of_number.get(ask.transaction) or _Kept("0")

    # ---- charges ---------------------------------------------------------------------------------

    def _authorise(self, ask: Ask) -> Answer:
        """Register anew under the order's number, -1, -2 … from the second time on; then charge the card on file."""
        if (trouble := self._on_file(ask)) is not None:
            return trouble
        nth = self._charges[ask.order]
        self._charges[ask.order] += 1
        kept = self._of_order[ask.order] = _Kept(f"{ask.order}-{nth}" if nth else str(ask.order))
        kept.amount = ask.amount
        fields = {**_SHOP, "OrderID": kept.order, "JobCd": "AUTH", "Amount": str(ask.amount)}
        entered = self._call(ask, "EntryTran", fields, "AccessID")
        if entered.unsure or entered.code:
            return Answer(Outcome.NO_ANSWER if entered.unsure else Outcome.DECLINED, code=entered.code)
        kept.access, kept.password = entered.fields["AccessID"], entered.fields.get("AccessPass", "")
        return self._execute(ask, kept)

    def _execute(self, ask: Ask, kept: _Kept) -> Answer:
        card = {**_SITE, "MemberID": _member(ask), "CardSeq": "0", "Method": "1"}
        return self._answer(
            ask, kept, self._call(ask, "ExecTran", {**kept.keys, "OrderID": kept.order, **card}, "ACS")
        )

    def _on_file(self, ask: Ask) -> Answer | None:
        """A consumer's card goes on file once, by a token of the consumer's own; None when it is there."""
        if ask.consumer in self._members:
            return None
        member = {**_SITE, "MemberID": _member(ask)}
        heard = self._call(ask, "SaveMember", member, "MemberID")
        if heard.code == KNOWN_MEMBER:  # saved before, by an earlier run or by a call that was not answered
            heard = self._call(ask, "SearchCard", {**member, "CardSeq": "0"}, "CardSeq")
        if heard.code == NO_CARD or (not heard.unsure and "MemberID" in heard.fields):
            token = {"Token": f"tok_visa:{_member(ask)}"}
            heard = self._call(ask, "SaveCard", {**member, **token}, "CardSeq")
        if heard.unsure or heard.code:
            return Answer(Outcome.NO_ANSWER, code=heard.code)
        self._members.add(ask.consumer)
        return None

    def _reauthorise(self, ask: Ask) -> Answer:
        """After a decline ExecTran again; otherwise a change, which is a new authorisation inside."""
        kept = self._known(ask)
        amount = ask.amount or kept.amount
        if kept.state == "DECLINED" and amount == kept.amount:
            return self._execute(ask, kept)
        return self._changed(ask, kept, "AUTH", amount, "reauthorise")

    def _change(self, ask: Ask) -> Answer:
        kept = self._known(ask)
        return self._changed(ask, kept, "CAPTURE" if kept.sold else "AUTH", ask.amount, "change")

    def _changed(self, ask: Ask, kept: _Kept, job: str, amount: int, meant: str) -> Answer:
        fields = {**_SHOP, **kept.keys, "JobCd": job, "Amount": str(max(amount, 0))}
        answer = self._answer(ask, kept, self._call(ask, "ChangeTran", fields, "AccessID", meant))
        if answer.outcome in (Outcome.ACCEPTED, Outcome.PENDING):
            kept.amount = amount
        return answer

    # ---- afterwards ------------------------------------------------------------------------------

    def _capture(self, ask: Ask) -> Answer:
        kept = self._known(ask)
        fields = {**_SHOP, **kept.keys, "JobCd": "SALES", "Amount": str(ask.amount)}
        return self._answer(ask, kept, self._call(ask, "AlterTran", fields, "AccessID"))

    def _cancel(self, ask: Ask) -> Answer:
        return self._undo(ask, self._known(ask), "")

    def _undo(self, ask: Ask, kept: _Kept, meant: str) -> Answer:
        """VOID, RETURN or RETURNX by the shop's own date; the others where GMO-PG counts from another one."""
        first = fitting("SALES" if kept.sold else "AUTH", kept.processed, ask.at)
        answer = Answer(Outcome.NO_ANSWER)
        for job in (first, *(job for job in _CANCELS if job != first)):
            fields = {**_SHOP, **kept.keys, "JobCd": job}
            answer = self._answer(ask, kept, self._call(ask, "AlterTran", fields, "AccessID", meant))
            if answer.code != _WRONG_DAY:
                break
        return answer

    def _refund(self, ask: Ask) -> Answer:
        """All of it is a return; a part is a change to the smaller total."""
        kept = self._known(ask)
        left = kept.amount if kept.sold else 0
        if not ask.amount or ask.amount == left:
            return self._undo(ask, kept, "refund")
        rest = max(left - ask.amount, 0)
        fields = {**_SHOP, **kept.keys, "JobCd": "CAPTURE", "Amount": str(rest)}
        answer = self._answer(ask, kept, self._call(ask, "ChangeTran", fields, "AccessID", "refund"))
        if answer.outcome == Outcome.ACCEPTED:
            kept.amount = rest
        return answer

    def _inquire(self, ask: Ask) -> Answer:
        """Look up under the number that the shop registered last for the order, or that it asks about."""
        kept = self._of_number.get(ask.transaction) or self._of_order.get(ask.order)
        if kept is None:
            return Answer(Outcome.DECLINED, code=UNKNOWN)
        heard = self._call(ask, "SearchTrade", {**_SHOP, "OrderID": kept.order}, "Status")
        if not heard.unsure and (heard.code == _NO_TRADE or heard.told is None):
            return Answer(Outcome.DECLINED, code=heard.code if heard.code not in ("", _NO_TRADE) else UNKNOWN)
        if not (heard.unsure or heard.code):
            kept.access, kept.password = heard.fields["AccessID"], heard.fields["AccessPass"]
        return self._answer(ask, kept, heard)

    def _print(self, ask: Ask) -> Answer:
        """Cards have no invoices, so nothing is sent."""
        kept = self._of_number.get(ask.transaction)
        answer = Answer(Outcome.DECLINED, code=NO_PRINT.code)
        return (
            replace(answer, transaction=ask.transaction, amount=kept.shown, state=kept.state)
            if kept
            else answer
        )


def _member(ask: Ask) -> str:
    return f"{ask.consumer:016x}"
