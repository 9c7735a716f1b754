"""NP's front: what each call of its dialect does in the house.

Which of NP's methods applies: settlement type 03 is wiz (documented by public clients); else the merchant's terminal tells
the contract (modelled, see `np_read.CONTRACTS`).
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from teiki_providers.books import Book, Move, Refused
from teiki_providers.deferred import np_invoice, np_wire
from teiki_providers.deferred.bureau import Bureau, Silence
from teiki_providers.deferred.cases import Case
from teiki_providers.deferred.codes import TWICE, UNPRINTED
from teiki_providers.deferred.instruments import NP_MAGIC
from teiki_providers.deferred.np_checks import TOLERANCE
from teiki_providers.deferred.np_read import read
from teiki_providers.deferred.np_wire import Failure, Result
from teiki_providers.exchange import Reply, Request
from teiki_providers.house import House
from teiki_providers.reference import Reference
from teiki_providers.said import Keys, Said
from teiki_providers.states import State
from teiki_sim.calendar import DAY, iso, to_date
from teiki_sim.messages import Answer, Method, Operation, Outcome

__all__ = ["WIRE_CODES", "NpFront", "method_of", "open_np"]

Item = Mapping[str, Any]
Told = Result | Failure
#: Refusals that the shop knows by a text, not by a code, and what stands for them on the wire (modelled).
WIRE_CODES = {TWICE: "E0100124", UNPRINTED: "E0100126"}
_DEAD = frozenset({State.DECLINED, State.CANCELLED, State.EXPIRED, State.REFUNDED})
_GENERAL = {
    "transactions": Operation.AUTHORISE,
    "transactions/update": Operation.REAUTHORISE,
    "transactions/cancel": Operation.CANCEL,
    "authorizations/find": Operation.INQUIRE,
    "shipments": Operation.CAPTURE,
    "transactions/payments/find": Operation.INQUIRE,
    "transactions/reregister": Operation.AUTHORISE,
    "invoices/find": Operation.PRINT_INVOICE,
}
#: How often one sale can be registered again (modelled; that there is a limit is documented).
MOST_AGAIN = 5


def method_of(settlement: str, contract: str) -> Method:
    """Which of NP's methods a registration is for."""
    if settlement == "03":
        return Method.NP_WIZ
    return Method.NP_REALTIME if contract == "realtime" else Method.NP


class NpFront(Bureau):
    """NP後払い, wiz, リアルタイム and コネクトプロ on one dialect."""

    name = "np"
    prefixes = ("/v1/",)
    book = Method.NP
    words: ClassVar[Mapping[str, str]] = {"ok": "00", "hold": "10", "ng": "20", "review": "40", "gone": "99"}
    magic = NP_MAGIC

    def __init__(self, house: House) -> None:
        super().__init__(house, over="NG001", arrears="NG999")
        self._serial: dict[int, int] = {}
        self._on_item: Mapping[str, Callable[[Item, Reference | None], Told]] = {
            "transactions": self._register,
            "transactions/update": self._update,
            "transactions/cancel": self._cancel,
            "authorizations/find": self._find,
            "shipments": self._ship,
            "transactions/payments/find": self._payments,
            "transactions/reregister": self._again,
            "invoices/find": self._invoice,
        }
        self._operations = dict.fromkeys(self._on_item, self._each)

    @property
    def operations(self) -> Mapping[str, Callable[[Said], Reply]]:
        """All go through their items."""
        return self._operations

    def read(self, request: Request) -> Said:
        """Understand a request; raises `Turned`."""
        return read(self.house.credentials, self.house.seed, request)

    def keys(self, said: Said) -> Keys:
        """By what a posted fault finds this call: by its first item."""
        return self._keys(said, said.fields["items"][0])

    def _keys(self, said: Said, item: Item) -> Keys:
        case = self.cases.find(item["id"]) if item["id"] else None
        operation = _GENERAL[said.operation]
        if operation == Operation.REAUTHORISE and not item["whole"]:
            operation = Operation.CHANGE
        consumer = item.get("consumer") or (case.consumer if case else "")
        alias = item.get("alias") or (case.alias if case else "")
        return Keys(
            consumer,
            item.get("shop") or (case.shop if case else ""),
            item.get("amount") or (case.amount if case else 0),
            item.get("magic", "").partition(":")[2],
            operation,
            operation in (Operation.AUTHORISE, Operation.REAUTHORISE),
            (alias,) if alias else (),
        )

    def trouble(self, code: str, status: int) -> Reply:
        """NP's system error."""
        words = self.house.books[Method.NP].words
        usual = words.rate_limit if status == 429 else words.server_error
        return np_wire.answer([], [Failure((code or usual,))], status)

    def is_result(self, word: str) -> bool:
        """Two digits; TR-NP-06 is about those that nobody knows."""
        return len(word) == 2 and word.isascii() and word.isdigit()

    def new_id(self) -> str:
        """The date and a serial number of five digits; a day that needs more goes on in the next day's numbers."""
        day = self.house.now // DAY
        serial = self._serial.get(day, 0)
        while True:
            serial += 1
            identity = str(int(f"{to_date(day):%y%m%d}") * 100_000 + serial).zfill(11)
            if not self.cases.knows(identity):
                self._serial[day] = serial
                return identity

    # ---- batches ---------------------------------------------------------------------------------

    def _each(self, said: Said) -> Reply:
        results: list[Result] = []
        failures: list[Failure] = []
        do = self._on_item[said.operation]
        for place, item in enumerate(said.fields["items"]):
            if place:
                self.house.item(said, self._keys(said, item))
            told = do(item, said.reference)
            if isinstance(told, Result):
                results.append(told)
            else:
                failures.append(told)
        return np_wire.answer(results, failures)

    def _known(self, item: Item, operation: Operation, key: str = "id") -> Case | Failure:
        """The case of an item; nothing under a number is the book's own refusal."""
        if item["id_errors"] or "EPRO0106" in item.get("errors", ()):
            return Failure(tuple(item["id_errors"] or item["errors"]), item[key])
        case = self.cases.find(item[key])
        return case or Failure((self._none(operation),), item[key])

    def _none(self, operation: Operation) -> str:
        if operation == Operation.INQUIRE:
            operation = Operation.CANCEL  # "unknown" is the shop's word for it
        cell = self.house.books[Method.NP].cell(State.NONE, operation)
        return cell.code if isinstance(cell, Refused) else ""

    def _refused(self, case: Case, code: str) -> Failure:
        return Failure((WIRE_CODES.get(code, code),), case.id)

    def _book(self, case: Case) -> Book:
        return self.house.books[case.method]

    # ---- operations ------------------------------------------------------------------------------

    def _register(self, item: Item, reference: Reference | None) -> Told:
        if item["errors"]:
            return Failure(tuple(item["errors"]), item["shop"])
        if item["base"]:
            return self._instead(item, reference)
        case, answer = self.charge(item, method_of(item["type"], item["contract"]), reference)
        return self._verdict(case, answer, case.shop)

    def _instead(self, item: Item, reference: Reference | None) -> Told:
        """A registration in the place of a dead one (EC-PAY-05, SS-NP-01)."""
        base = self.cases.find(item["base"])
        if base is None:
            return Failure((self._none(Operation.REAUTHORISE),), item["shop"])
        forced = self.judged(item, base.method, reference, base)
        answer = self.follow(Operation.REAUTHORISE, base, reference, item["amount"], forced=forced)
        if answer.transaction == base.number:
            return self._verdict(base, answer, item["shop"])
        case = self.file(item, base.method, answer.transaction)
        case.base = base.id
        self.settle(case, answer)
        return self._verdict(case, answer, case.shop)

    def _verdict(self, case: Case, answer: Answer, identity: str) -> Told:
        """A verdict as NP tells it: NG and hold reasons are results, everything else an error."""
        if answer.outcome == Outcome.DECLINED and not answer.code.startswith(("NG", "RE")):
            return Failure((WIRE_CODES.get(answer.code, answer.code),), identity)
        if answer.outcome == Outcome.DECLINED and case.verdict != "ng":
            # A refused edit that leaves the authorisation as it was.
            return self._result(case, "20", answer.code)
        return self._result(case)

    def _result(self, case: Case, word: str = "", ng: str = "") -> Result:
        word = word or self.words.get(case.verdict, case.verdict)
        return Result(
            id=case.id,
            shop=case.shop,
            result=word,
            at=np_wire.stamp(case.story[-1][0]),
            ng=(ng or case.refusal) if word == "20" else "",
            holds=case.reasons if word == "10" else (),
        )

    def _update(self, item: Item, reference: Reference | None) -> Told:
        operation = Operation.REAUTHORISE if item["whole"] else Operation.CHANGE
        case = self._known(item, operation)
        if isinstance(case, Failure):
            return case
        state = self.house.standing(case.number)
        if item["whole"] and state in _DEAD:
            # Only a new registration helps; that is another call.
            cell = self._book(case).cell(state, Operation.CHANGE)
            return self._refused(case, cell.code if isinstance(cell, Refused) else "")
        can = isinstance(self._book(case).cell(state, operation), Move)
        if can and (errors := self._misfits(item, case)):
            return Failure(tuple(errors), case.id)
        if can and item["renamed"]:
            self.cases.rename(case, shop=item["shop"])
            return self._result(case)
        return self._edit(case, item, operation, reference, can)

    def _edit(
        self, case: Case, item: Item, operation: Operation, reference: Reference | None, can: bool
    ) -> Told:
        forced = self.judged(item, case.method, reference, case) if can else None
        amount = item["amount"] if item["tells_amount"] or item["whole"] else case.amount
        answer = self.follow(operation, case, reference, amount, forced=forced)
        if can:
            self.cases.rename(case, shop=item["shop"])
            case.goods = item["goods"] if item["goods"] is not None else case.goods
            self.settle(case, answer)
        return self._verdict(case, answer, case.id) if can else self._refused(case, answer.code)

    def _misfits(self, item: Item, case: Case) -> list[str]:
        """What is wrong with an edit, alone or with what stands."""
        if item["errors"]:
            return list(item["errors"])
        if item["type"] and (item["type"] == "03") != (case.method == Method.NP_WIZ):
            return ["E0100132"]
        goods = item["goods"] if item["goods"] is not None else case.goods
        amount = item["amount"] or case.amount
        return [] if goods is None or abs(goods - amount) <= TOLERANCE else ["E0102004"]

    def _cancel(self, item: Item, reference: Reference | None) -> Told:
        case = self._known(item, Operation.CANCEL)
        if isinstance(case, Failure):
            return case
        answer = self.follow(Operation.CANCEL, case, reference)
        if answer.outcome != Outcome.ACCEPTED:
            return self._refused(case, answer.code)
        case.note(self.house.now, "cancel accepted")
        return Result(id=case.id)

    def _ship(self, item: Item, reference: Reference | None) -> Told:
        case = self._known(item, Operation.CAPTURE)
        if isinstance(case, Failure):
            return case
        cell = self._book(case).cell(self.house.standing(case.number), Operation.CAPTURE)
        if isinstance(cell, Move) and (failure := self._unfit(item, case)):
            return failure
        answer = self.follow(Operation.CAPTURE, case, reference, case.amount, item["slip"])
        self.report(case, answer, item["slip"])
        return Result(id=case.id) if answer.outcome == Outcome.ACCEPTED else self._refused(case, answer.code)

    def _unfit(self, item: Item, case: Case) -> Failure | None:
        errors = item["bundled_errors"] if case.method == Method.NP_WIZ else item["errors"]
        if errors:
            return Failure(tuple(errors), case.id)
        told = item["amount"]
        if case.contract == "connect" and told is not None and told != case.amount:
            # TR-NP-07: refused with both amounts; authorise again, then report again.
            return Failure(("E0100108",), case.id, case.amount, told)
        return None

    def _find(self, item: Item, reference: Reference | None) -> Told:
        case = self._asked(item, reference)
        if isinstance(case, Failure):
            return case
        gone = self.house.standing(case.number) in (State.CANCELLED, State.CANCELLING, State.EXPIRED)
        return self._result(case, self.words["gone"] if gone else "")

    def _asked(self, item: Item, reference: Reference | None) -> Case | Failure:
        """The case of an inquiry, looked at in the ledger."""
        if not item["shop"]:
            case = self._known(item, Operation.INQUIRE)
        else:
            case = self._sought(item, reference) or Failure((self._none(Operation.INQUIRE),), item["shop"])
        if isinstance(case, Case) and not (item["shop"] and reference is not None):
            self.inquire(case, reference)
        return case

    def _sought(self, item: Item, reference: Reference | None) -> Case | None:
        """By the shop's order number; a store that has its own numbers is told of its last call, if that arrived."""
        if reference is None:
            return self.cases.newest(item["shop"])
        answer = self.house.seek(method_of(item["type"], item["contract"]), reference)
        if answer.outcome == Outcome.NO_ANSWER:
            raise Silence
        case = self.cases.of_number(answer.transaction)
        if case is not None:
            self.see(case)
        return case

    def _payments(self, item: Item, reference: Reference | None) -> Told:
        case = self._asked(item, reference)
        if isinstance(case, Failure):
            return case
        paid = case.paid >= 0 or self.house.standing(case.number) == State.PAID
        day = iso(case.paid // DAY) if case.paid >= 0 else ""
        return Result(id=case.id, status="20" if paid else "10", paid_on=day)

    def _invoice(self, item: Item, reference: Reference | None) -> Told:
        case = self._known(item, Operation.PRINT_INVOICE)
        if isinstance(case, Failure):
            return case
        answer = self.follow(Operation.PRINT_INVOICE, case, reference)
        if answer.outcome != Outcome.ACCEPTED:
            return self._refused(case, answer.code)
        case.note(self.house.now, "invoice printed")
        return Result(id=case.id, invoice=np_invoice.data(case, self.house.now, self.limits.due_days))

    def _again(self, item: Item, reference: Reference | None) -> Told:
        """A part of a sale that was cancelled after its shipment, registered as shipped."""
        base = self._known(item, Operation.CANCEL, "base")
        if isinstance(base, Failure):
            return base
        if errors := item["errors"] or self._unrepeatable(item, base):
            return Failure(tuple(errors), base.id)
        forced = self.judged(item, base.method, reference, base)
        order = f"{item['shop']}/{base.id}"  # another charge than the order's own, which may still be ending
        answer = self.house.charge(base.method, order, base.consumer, item["amount"], reference, forced)
        if answer.outcome == Outcome.NO_ANSWER:
            raise Silence
        case = self.file(
            {**item, "consumer": base.consumer, "alias": base.alias}, base.method, answer.transaction
        )
        case.base, case.contract = base.id, base.contract
        self.settle(case, answer)
        if answer.outcome == Outcome.ACCEPTED:
            base.again = case.id
            self.report(case, self.follow(Operation.CAPTURE, case, None, case.amount, base.slip), base.slip)
        told = self._verdict(case, answer, base.id)
        return self._based(told, base.id)

    def _based(self, told: Told, base: str) -> Told:
        if isinstance(told, Failure):
            return told
        return Result(told.id, told.shop, told.result, told.at, told.ng, told.holds, base)

    def _unrepeatable(self, item: Item, base: Case) -> list[str]:
        """Why a sale can't be registered again; which code says so is modelled but for 06, 10 and 11."""
        ended = self.house.standing(base.number) in (State.CANCELLED, State.CANCELLING)
        if base.method == Method.NP_WIZ:
            return ["E0100132"]  # its invoice went with the parcel; carts register it anew as a separate one
        if base.shipped < 0 or not ended:
            return ["E0131005"]
        if base.again:
            return ["E0131006"]
        if self.house.now // DAY <= base.shipped // DAY:
            return ["E0131007"]
        if item["amount"] > base.amount:
            return ["E0131010"]
        return ["E0131011"] if self._generation(base) >= MOST_AGAIN else []

    def _generation(self, case: Case) -> int:
        count = 0
        while case.base:
            case, count = self.cases.ever(case.base), count + 1
        return count


def open_np(house: House) -> NpFront:
    """NP's front in a house."""
    return NpFront(house)
