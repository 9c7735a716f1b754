"""What the deferred providers have in common behind their dialects: filing, judging, later results, consumers' deeds."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np

from teiki_providers.deferred.cases import Case, Cases
from teiki_providers.deferred.credit import Credit, Limits
from teiki_providers.deferred.instruments import Magic, instruments
from teiki_providers.deferred.persons import token
from teiki_providers.exchange import Reply
from teiki_providers.house import House
from teiki_providers.reference import Reference
from teiki_providers.said import Instrument, Said
from teiki_providers.scripts import Effect
from teiki_providers.states import State
from teiki_sim.messages import METHOD_NAMES, Answer, Method, Operation, Outcome

__all__ = ["Bureau", "Silence"]

#: States in which nothing is pending, refused or over.
_STANDS = frozenset({State.AUTHORISED, State.CAPTURED, State.PAID, State.CANCELLING})
#: Results as the control side names them for every provider.
_GENERAL = {"authorised": "ok", "declined": "ng", "pending": "hold"}
_ACTIONS: Mapping[str, str] = {
    "pay_invoice": "the transaction's id: pays its invoice, even one that was cancelled (EC-SHP-07)",
    "refuse_parcel": "the transaction's id: the parcel goes back to the shop, and the invoice stays unpaid",
}


class Silence(Exception):
    """The call was lost before the provider did anything; the house answers for it."""


class Bureau(ABC):
    """A deferred provider. ``words`` are its results by their general names; ``book`` is the method's whose codes it uses."""

    name: ClassVar[str]
    provider = "deferred"
    book: ClassVar[Method]
    words: ClassVar[Mapping[str, str]]
    magic: ClassVar[Mapping[str, Magic]]

    def __init__(self, house: House, over: str, arrears: str) -> None:
        self.house = house
        self.cases = Cases()
        self.limits = Limits.of(house, self.name)
        self.credit = Credit(house, self.limits, over, arrears)
        self._general = {word: general for general, word in self.words.items()}

    # ---- the dialect's part ----------------------------------------------------------------------

    @property
    @abstractmethod
    def operations(self) -> Mapping[str, Callable[[Said], Reply]]:
        """What each operation of the wire does."""

    @abstractmethod
    def new_id(self) -> str:
        """The id of the next transaction."""

    def act(self, said: Said) -> Reply:
        """Do it and answer; a call that got lost is answered by the house."""
        try:
            return self.operations[said.operation](said)
        except Silence:
            return Reply()

    # ---- judging ---------------------------------------------------------------------------------

    def charge(
        self, item: Mapping[str, Any], method: Method, reference: Reference | None
    ) -> tuple[Case, Answer]:
        """A new authorisation and its case. Raises `Silence`."""
        forced = self.judged(item, method, reference)
        answer = self.house.charge(method, item["shop"], item["consumer"], item["amount"], reference, forced)
        if answer.outcome == Outcome.NO_ANSWER:
            raise Silence
        case = self.file(item, method, answer.transaction)
        self.settle(case, answer)
        if answer.outcome == Outcome.PENDING and forced is not None and answer.code == forced.code:
            self._review(case, item["magic"])
        return case, answer

    def file(self, item: Mapping[str, Any], method: Method, number: int) -> Case:
        """A new case of a transaction of the ledger."""
        case = Case(
            id=self.new_id(),
            shop=item["shop"],
            method=method,
            number=number,
            amount=item["amount"],
            opened=self.house.now,
            consumer=item["consumer"],
            alias=item["alias"],
            contract=item.get("contract", ""),
            goods=item.get("goods", 0),
        )
        self.cases.open(case)
        self.credit.note(case.consumer, number)
        return case

    def judged(
        self, item: Mapping[str, Any], method: Method, reference: Reference | None, case: Case | None = None
    ) -> Effect | None:
        """What the provider's own rules decide: credit first, then magic values (modelled order).

        A store that brings its own references is judged by the fault plan alone, as without a wire.
        """
        if reference is not None:
            return None
        besides = -1 if case is None else case.number
        consumer = item["consumer"] or (case.consumer if case else "")
        over = self.credit.verdict(consumer, item["amount"] or (case.amount if case else 0), besides)
        if over is not None:
            self.house.why.say(f"credit: {self.credit.owed(consumer, besides)} yen unpaid (modelled)")
            return over
        magic = self.magic.get(item["magic"])
        if magic is None:
            return None
        if method == Method.NP_REALTIME and case is None and magic.effect.kind == "pending":
            # リアルタイム answers OK or NG only while ordering (modelled).
            return Effect("declined", self.house.books[method].words.declined)
        return magic.effect

    def _review(self, case: Case, key: str) -> None:
        magic = self.magic.get(key)
        if magic is not None and magic.results:
            self.results(case.id, list(magic.results))

    def settle(self, case: Case, answer: Answer) -> None:
        """File the verdict of a charge or an edit."""
        case.amount = answer.amount or case.amount
        case.later.clear()
        if answer.outcome == Outcome.ACCEPTED:
            self._file(case, "ok")
        elif answer.outcome == Outcome.PENDING:
            self.hold(case, answer.code)
        elif answer.state == State.DECLINED.name:
            self._file(case, "ng", answer.code)

    def hold(self, case: Case, code: str) -> None:
        """It waits for data or for a review; a code that is no result of this provider is the reason of a hold."""
        held = self.house.books[case.method].words.held
        if code == held or not self.is_result(code):
            case.reasons = (code or held,)
            self._file(case, "hold", code)
        else:
            case.reasons = (held,)
            self._file(case, self._general.get(code, code))

    def is_result(self, word: str) -> bool:
        """Whether a word is a result on this provider's wire, known or not."""
        return word in self._general

    def _file(self, case: Case, verdict: str, code: str = "") -> None:
        case.verdict = verdict
        case.refusal = code if verdict == "ng" else ""
        if verdict != "hold":
            case.reasons = case.reasons if verdict == "review" else ()
        case.note(self.house.now, verdict, code)

    # ---- following -------------------------------------------------------------------------------

    def follow(
        self,
        operation: Operation,
        case: Case,
        reference: Reference | None,
        amount: int = 0,
        slip: int = 0,
        forced: Effect | None = None,
    ) -> Answer:
        """One operation on a case's transaction. Raises `Silence`."""
        answer = self.house.follow(operation, case.number, amount, slip, reference, forced)
        if answer.outcome == Outcome.NO_ANSWER:
            raise Silence
        return answer

    def inquire(self, case: Case, reference: Reference | None) -> Answer:
        """Look at a case as an inquiry does, which brings out its next result."""
        answer = self.follow(Operation.INQUIRE, case, reference)
        word = case.later.pop(0) if case.later else ""
        if answer.state == State.PENDING.name:
            if word:
                self.hold(case, word)
        else:
            self.see(case, word.partition(":")[2])
        return answer

    def see(self, case: Case, code: str = "") -> None:
        """Bring the filed verdict in line with the ledger."""
        state = self.house.standing(case.number)
        if state == State.DECLINED and case.verdict != "ng":
            self._file(case, "ng", code or self.house.books[case.method].words.declined)
        elif state in _STANDS and case.verdict != "ok":
            self._file(case, "ok")

    def report(self, case: Case, answer: Answer, slip: int) -> None:
        """The shipment was reported, if it was: the invoice is issued."""
        if answer.outcome == Outcome.ACCEPTED:
            case.shipped, case.slip = self.house.now, slip
            case.note(self.house.now, "shipped")

    # ---- the front's control side ----------------------------------------------------------------

    def results(self, identity: str, results: list[str]) -> dict[str, Any]:
        """What the next inquiries tell, one each, in the vendor's own words or as authorised, declined, pending; a
        refusal may name its code ("20:NG001").

        Raises KeyError for an unknown id, ValueError for no result's word or where nothing is pending.
        """
        case = self.cases.ever(identity)
        results = [self._as_told(word) for word in results]
        for word in results:
            if not self.is_result(word.partition(":")[0]):
                raise ValueError(f"{word!r} is no result: {', '.join(self.words.values())}")
        finals = [i for i, word in enumerate(results) if self._final(word)]
        polls = finals[0] + 1 if finals else 0
        what, code = self._final(results[polls - 1]) if polls else "", ""
        if what == "declined":
            code = results[polls - 1].partition(":")[2] or self.house.books[case.method].words.declined
        self.house.expect(case.number, polls, what, code)
        case.later = results[:polls] if polls else list(results)
        return {"id": case.id, "results": list(case.later)}

    def _as_told(self, word: str) -> str:
        first, colon, code = word.partition(":")
        return self.words.get(_GENERAL.get(first, ""), first) + colon + code

    def _final(self, word: str) -> str:
        general = self._general.get(word.partition(":")[0], "")
        return {"ok": "authorised", "ng": "declined"}.get(general, "")

    def resolved(self, transaction: int, what: str, code: str) -> None:
        """A later verdict, a cancel that took effect, an end by old age."""
        case = self.cases.of_number(transaction)
        if case is None:
            return
        case.later.clear()
        if what == "authorised":
            self._file(case, "ok")
        elif what == "declined":
            self._file(case, "ng", code or self.house.books[case.method].words.declined)
        elif what == "still_pending":
            self.hold(case, code)
        else:
            case.note(self.house.now, what, code)

    def due(self, at: int, what: str, key: str) -> str:
        """No timers are set: validity and arrears follow from the dates."""
        return ""

    def consumer(self, text: str) -> str:
        """The keyed hash by which a telephone number or an e-mail address is known."""
        return token(self.house.seed, text)

    def actions(self) -> Mapping[str, str]:
        """What consumers do elsewhere."""
        return _ACTIONS

    def buyer(self, identity: str, action: str, details: Mapping[str, Any]) -> dict[str, Any]:
        """Pay an invoice, or refuse a parcel. Raises KeyError or ValueError."""
        case = self.cases.ever(identity)
        if action == "pay_invoice":
            return self._pay(case)
        if action == "refuse_parcel":
            return self._refuse(case)
        raise ValueError(f"no such action: {action}")

    def _pay(self, case: Case) -> dict[str, Any]:
        state = self.house.standing(case.number)
        if case.shipped < 0 or state == State.PAID:
            raise ValueError("paid already" if state == State.PAID else "no invoice was issued")
        paid = self.house.gateway.pay_invoices(self.house.now, np.array([case.number], np.int32)).tolist()
        case.paid = self.house.now
        case.note(self.house.now, "paid", "" if paid[0] else "orphan")
        return {"id": case.id, "paid": True, "orphan": not paid[0]}

    def _refuse(self, case: Case) -> dict[str, Any]:
        if case.shipped < 0:
            raise ValueError("no parcel was shipped")
        case.returned = self.house.now
        case.note(self.house.now, "returned")
        return {"id": case.id, "returned": True}

    def transactions(self) -> list[dict[str, Any]]:
        """All cases, newest last."""
        return [self._view(case) for case in self.cases]

    def transaction(self, identity: str) -> dict[str, Any]:
        """One case by any id that it ever had; raises KeyError."""
        return self._view(self.cases.ever(identity))

    def _view(self, case: Case) -> dict[str, Any]:
        standing = self.house.ledger_of(case.number)
        return {
            "id": case.id,
            "order": case.shop,
            "method": METHOD_NAMES[case.method],
            "contract": case.contract,
            "state": standing["state"],
            "result": self.words.get(case.verdict, case.verdict),
            "reasons": list(case.reasons),
            "refusal": case.refusal,
            "amount": case.amount,
            "consumer": case.consumer,
            "invoice_issued": case.shipped,
            "parcel_returned": case.returned,
            "base": case.base,
            "reregistered_as": case.again,
            "history": [{"at": at, "what": what, "code": code} for at, what, code in case.story],
            "ledger": standing,
        }

    def identity(self, transaction: int) -> str:
        """The vendor's id of a transaction of the ledger."""
        case = self.cases.of_number(transaction)
        return case.id if case is not None else ""

    def number(self, identity: str) -> int:
        """The ledger's number of an id; raises KeyError."""
        return self.cases.ever(identity).number

    def instruments(self) -> list[Instrument]:
        """The magic values."""
        return instruments([self.magic])
