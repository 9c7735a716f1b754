"""スコア's front: what each call of its dialect does in the house."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from teiki_providers.books import Move, Refused
from teiki_providers.deferred import score_wire
from teiki_providers.deferred.bureau import Bureau, Silence
from teiki_providers.deferred.cases import Case
from teiki_providers.deferred.codes import SCORE_CODES
from teiki_providers.deferred.instruments import SCORE_MAGIC
from teiki_providers.deferred.score_read import read
from teiki_providers.deferred.score_wire import Failure, Result
from teiki_providers.exchange import Reply, Request
from teiki_providers.house import House
from teiki_providers.reference import Reference
from teiki_providers.said import Keys, Said
from teiki_providers.states import State
from teiki_sim.calendar import DAY, iso
from teiki_sim.messages import Answer, Method, Operation, Outcome

__all__ = ["ScoreFront", "open_score"]

_DEAD = frozenset({State.DECLINED, State.CANCELLED, State.EXPIRED, State.REFUNDED})
_FIRST_ID = 10_000_000_000
_MEANING = {code.code: code.ja for code in SCORE_CODES}
_GENERAL = {
    "autotransaction": Operation.AUTHORISE,
    "automodifytransaction": Operation.REAUTHORISE,
    "autogetauthor": Operation.INQUIRE,
    "autocancel": Operation.CANCEL,
    "autopdrequest": Operation.CAPTURE,
    "autoinvoice": Operation.PRINT_INVOICE,
}


class ScoreFront(Bureau):
    """スコア後払い. The direct API of its public client; today's own is not public."""

    name = "score"
    prefixes = ("/direct/",)
    book = Method.SCORE
    words: ClassVar[Mapping[str, str]] = {"ok": "OK", "ng": "NG", "hold": "保留", "review": "審査中"}
    magic = SCORE_MAGIC

    def __init__(self, house: House) -> None:
        super().__init__(house, over="NG", arrears="NG")
        self._general |= {"HD": "review", "HOLD": "review", "HR": "hold"}  # a wrapper's and a client's words
        self._serial = 0
        self._operations: Mapping[str, Callable[[Said], Reply]] = {
            "autotransaction": self._register,
            "automodifytransaction": self._modify,
            "autogetauthor": self._look,
            "autocancel": self._cancel,
            "autopdrequest": self._ship,
            "autoinvoice": self._invoice,
        }

    @property
    def operations(self) -> Mapping[str, Callable[[Said], Reply]]:
        """What each call does."""
        return self._operations

    def read(self, request: Request) -> Said:
        """Understand a request; raises `Turned`."""
        return read(self.house.credentials, self.house.seed, request)

    def keys(self, said: Said) -> Keys:
        """By what a posted fault finds this call."""
        fields = said.fields
        case = self.cases.find(fields["id"]) if fields["id"] else self.cases.newest(fields["shop"])
        operation = _GENERAL[said.operation]
        if operation == Operation.REAUTHORISE and not fields["consumer"]:
            operation = Operation.CHANGE
        alias = fields.get("alias") or (case.alias if case else "")
        return Keys(
            fields.get("consumer") or (case.consumer if case else ""),
            fields["shop"] or (case.shop if case else ""),
            fields.get("amount") or (case.amount if case else 0),
            fields.get("magic", "").partition(":")[2],
            operation,
            operation in (Operation.AUTHORISE, Operation.REAUTHORISE),
            (alias,) if alias else (),
        )

    def trouble(self, code: str, status: int) -> Reply:
        """スコア's system error."""
        code = code or self.house.books[Method.SCORE].words.server_error
        return score_wire.answer(None, [self._failure(code)], status=status)

    def new_id(self) -> str:
        """Eleven digits."""
        self._serial += 1
        return str(_FIRST_ID + self._serial)

    # ---- answers ---------------------------------------------------------------------------------

    def _failure(self, code: str) -> Failure:
        return Failure(code, _MEANING.get(code, ""))

    def _failed(self, *codes: str) -> Reply:
        return score_wire.answer(None, [self._failure(code) for code in codes])

    def _none(self, operation: Operation) -> Reply:
        if operation == Operation.INQUIRE:
            operation = Operation.CANCEL  # "unknown" is the shop's word for it
        cell = self.house.books[Method.SCORE].cell(State.NONE, operation)
        return self._failed(cell.code if isinstance(cell, Refused) else "")

    def _told(self, case: Case, word: str = "") -> Reply:
        word = word or self.words.get(case.verdict, case.verdict)
        holds = (
            tuple((f"H{n:03}", reason) for n, reason in enumerate(case.reasons, 1)) if word == "保留" else ()
        )
        date = iso(case.story[-1][0] // DAY).replace("-", "/")
        return score_wire.answer(Result(case.shop, case.id, word, date, holds))

    def _verdict(self, case: Case, answer: Answer) -> Reply:
        """NG is a result, every other refusal an error."""
        if answer.outcome != Outcome.DECLINED:
            return self._told(case)
        return self._told(case, "NG") if answer.code == "NG" else self._failed(answer.code)

    # ---- operations ------------------------------------------------------------------------------

    def _register(self, said: Said) -> Reply:
        fields, reference = said.fields, said.reference
        if errors := self._misfits(fields):
            return self._failed(*errors)
        if fields["id"]:
            return self._instead(fields, reference)
        return self._verdict(*self.charge(fields, Method.SCORE, reference))

    def _misfits(self, fields: Mapping[str, Any]) -> list[str]:
        errors = list(dict.fromkeys(fields["errors"]))
        if fields["amount_error"]:
            errors.append("SCOR0006")
        return errors or (["SCOR0008"] if fields["bundled"] else [])

    def _instead(self, fields: Mapping[str, Any], reference: Reference | None) -> Reply:
        """A registration in the place of one that was refused or has lapsed."""
        base = self.cases.find(fields["id"])
        if base is None:
            return self._none(Operation.REAUTHORISE)
        forced = self.judged(fields, base.method, reference, base)
        answer = self.follow(Operation.REAUTHORISE, base, reference, fields["amount"], forced=forced)
        if answer.transaction == base.number:
            return self._verdict(base, answer)
        case = self.file(fields, base.method, answer.transaction)
        case.base = base.id
        self.settle(case, answer)
        return self._verdict(case, answer)

    def _modify(self, said: Said) -> Reply:
        """An edit is a new authorisation, and gets a new id; the old one is gone (public clients store the latest)."""
        fields, reference = said.fields, said.reference
        case = self.cases.find(fields["id"])
        operation = Operation.REAUTHORISE if fields["consumer"] else Operation.CHANGE
        if case is None:
            return self._none(operation)
        state = self.house.standing(case.number)
        book = self.house.books[case.method]
        if operation == Operation.REAUTHORISE and state in _DEAD:
            # Only a new registration helps; that is another call.
            cell = book.cell(state, Operation.CHANGE)
            return self._failed(cell.code if isinstance(cell, Refused) else "")
        can = isinstance(book.cell(state, operation), Move)
        if can and (errors := self._edit_errors(fields, operation)):
            return self._failed(*errors)
        forced = self.judged(fields, case.method, reference, case) if can else None
        answer = self.follow(operation, case, reference, fields["amount"], forced=forced)
        if can and (answer.outcome != Outcome.DECLINED or answer.code == "NG"):
            self.cases.rename(case, self.new_id(), fields["shop"])
            self.settle(case, answer)
        return self._verdict(case, answer)

    def _edit_errors(self, fields: Mapping[str, Any], operation: Operation) -> list[str]:
        """An edit of the amount alone tells no buyer (modelled); amounts that make no sense the book refuses."""
        if operation == Operation.CHANGE:
            return []
        errors = list(dict.fromkeys(fields["errors"]))
        return errors or (["SCOR0008"] if fields["bundled"] else [])

    def _look(self, said: Said) -> Reply:
        fields, reference = said.fields, said.reference
        if not fields["id"] and reference is not None:
            case = self._sought(reference)
        else:
            # An id that an edit replaced still finds its transaction, whose new id is told (modelled).
            case = self.cases.latest(fields["id"]) if fields["id"] else self.cases.newest(fields["shop"])
            if case is not None:
                self.inquire(case, reference)
        return (
            self._none(Operation.INQUIRE)
            if case is None
            else self._misbilled(fields, case) or self._told(case)
        )

    def _sought(self, reference: Reference) -> Case | None:
        """A store that has its own numbers is told of its order's last call, if that arrived."""
        answer = self.house.seek(Method.SCORE, reference)
        if answer.outcome == Outcome.NO_ANSWER:
            raise Silence
        case = self.cases.of_number(answer.transaction)
        if case is not None:
            self.see(case)
        return case

    def _misbilled(self, fields: Mapping[str, Any], case: Case) -> Reply | None:
        """Both ids and the amount must agree, where they are told."""
        told = (
            fields["shop"] or case.shop,
            fields["billed"] if fields["billed"] is not None else case.amount,
        )
        return self._failed("SCOR0006") if fields["misbilled"] or told != (case.shop, case.amount) else None

    def _named(self, fields: Mapping[str, Any], operation: Operation) -> Case | Reply:
        """The case of a call that may be done on it; what the table refuses is refused before amounts are looked at."""
        case = self.cases.find(fields["id"])
        if case is None:
            return self._none(operation)
        cell = self.house.books[case.method].cell(self.house.standing(case.number), operation)
        if isinstance(cell, Move) and (reply := self._misbilled(fields, case)):
            return reply
        return case

    def _cancel(self, said: Said) -> Reply:
        case = self._named(said.fields, Operation.CANCEL)
        if isinstance(case, Reply):
            return case
        answer = self.follow(Operation.CANCEL, case, said.reference)
        if answer.outcome != Outcome.ACCEPTED:
            return self._failed(answer.code)
        case.note(self.house.now, "cancel accepted")
        return score_wire.answer(Result(case.shop, case.id))

    def _ship(self, said: Said) -> Reply:
        """A shipment report; the book checks slip number and amount."""
        fields = said.fields
        case = self.cases.find(fields["id"])
        if case is None:
            return self._none(Operation.CAPTURE)
        cell = self.house.books[case.method].cell(self.house.standing(case.number), Operation.CAPTURE)
        if isinstance(cell, Move) and fields["errors"]:
            return self._failed(*fields["errors"])
        billed = -1 if fields["misbilled"] else case.amount if fields["billed"] is None else fields["billed"]
        answer = self.follow(Operation.CAPTURE, case, said.reference, billed, fields["slip"])
        self.report(case, answer, fields["slip"])
        if answer.outcome != Outcome.ACCEPTED:
            return self._failed(answer.code)
        return score_wire.answer(Result(case.shop, case.id))

    def _invoice(self, said: Said) -> Reply:
        """Print data of a bundled invoice: the contract here is for separate ones, so the book refuses."""
        case = self._named(said.fields, Operation.PRINT_INVOICE)
        if isinstance(case, Reply):
            return case
        answer = self.follow(Operation.PRINT_INVOICE, case, said.reference)
        if answer.outcome != Outcome.ACCEPTED:
            return self._failed(answer.code)
        return score_wire.answer(Result(case.shop, case.id))


def open_score(house: House) -> ScoreFront:
    """スコア's front in a house."""
    return ScoreFront(house)
