"""How teiki's own store speaks NP's dialect.

It has no personal data to tell, so it tells stand-ins that pass NP's checks.
"""

import base64
from collections.abc import Callable, Mapping
from typing import Any

from teiki_providers.books import NOT_OFFERED, UNKNOWN
from teiki_providers.deferred import np_wire
from teiki_providers.deferred.np_front import WIRE_CODES
from teiki_providers.deferred.np_wire import Failure, Goods, Listed, Order, Report, Result
from teiki_providers.deferred.persons import Person
from teiki_providers.exchange import Reply, Request, Unheard
from teiki_providers.reference import ASKED, TOLD, Reference, Told
from teiki_sim.calendar import DAY, iso
from teiki_sim.messages import Answer, Ask, Method, Operation, Outcome

__all__ = ["NpShop"]

_BOOKED = {wire: word for word, wire in WIRE_CODES.items()}
_NO_SUCH = "E0100113"
#: After these an order is registered anew (EC-PAY-05, SS-NP-01).
_DEAD = ("E0100114", "E0100105")
_YAMATO = "59010"
_PATHS = {
    Operation.AUTHORISE: ("POST", "transactions"),
    Operation.REAUTHORISE: ("PATCH", "transactions/update"),
    Operation.CHANGE: ("PATCH", "transactions/update"),
    Operation.CAPTURE: ("POST", "shipments"),
    Operation.CANCEL: ("PATCH", "transactions/cancel"),
    Operation.REFUND: ("POST", "transactions/payments/find"),
    Operation.INQUIRE: ("POST", "authorizations/find"),
    Operation.PRINT_INVOICE: ("POST", "invoices/find"),
}


class NpShop:
    """NP後払い, wiz and リアルタイム by one merchant's login; ``connect`` uses its コネクトプロ terminal instead."""

    def __init__(
        self,
        send: Callable[[Request], Reply],
        merchant: str = "np-merchant",
        secret: str = "np-sp",
        terminal: str = "np-terminal",
        connect: bool = False,
    ) -> None:
        self._send = send
        self._login = "Basic " + base64.b64encode(f"{merchant}:{secret}".encode()).decode()
        ordinary = terminal + ("-connect" if connect else "")
        self._terminals = {Method.NP_REALTIME: f"{terminal}-realtime"}
        self._terminal = ordinary
        self._connect = connect
        self._ids: dict[int, str] = {}
        self._unsure: set[int] = set()  # orders under which a reply was lost that can have told a new id

    def ask(self, ask: Ask) -> Answer:
        """One operation; no answer where none came or none can be read."""
        if ask.transaction >= 0 and ask.transaction not in self._ids:
            # Opened by a call whose answer was an error, or was lost: its id is still to be learnt.
            self._call(ask, Operation.INQUIRE, self._listed(ask, True))
        if ask.operation == Operation.REAUTHORISE:
            return self._reauthorise(ask)
        if ask.operation == Operation.INQUIRE:
            return self._inquire(ask)
        answer = self._call(ask, ask.operation, self._item(ask))
        if ask.operation == Operation.REFUND and answer.outcome == Outcome.ACCEPTED:
            return Answer(Outcome.DECLINED, answer.transaction, NOT_OFFERED, answer.amount, answer.state)
        return self._refused_refund(ask, answer)

    def _refused_refund(self, ask: Ask, answer: Answer) -> Answer:
        """NP publishes no refund: nothing is asked but how things stand."""
        if ask.operation == Operation.REFUND and answer.outcome == Outcome.DECLINED:
            return Answer(Outcome.DECLINED, code=NOT_OFFERED)
        return answer

    def _reauthorise(self, ask: Ask) -> Answer:
        """An edit; a dead one is registered anew under the same order number."""
        answer = self._call(ask, Operation.REAUTHORISE, self._item(ask))
        if answer.outcome == Outcome.DECLINED and answer.code in _DEAD:
            order = self._order(ask, base=self._id(ask))
            return self._call(ask, Operation.AUTHORISE, np_wire.encode_order(order))
        return answer

    def _inquire(self, ask: Ask) -> Answer:
        """By NP's id; by the order number where a lost reply can have told of a newer transaction."""
        by_order = ask.transaction < 0 or ask.order in self._unsure
        answer = self._call(ask, Operation.INQUIRE, self._listed(ask, by_order))
        if by_order and ask.transaction >= 0 and answer.transaction < ask.transaction:
            answer = self._call(ask, Operation.INQUIRE, self._listed(ask, False))
        if answer.outcome == Outcome.DECLINED and answer.code == _NO_SUCH:
            return Answer(Outcome.DECLINED, code=UNKNOWN)
        if answer.outcome in (Outcome.DECLINED, Outcome.PENDING) and answer.transaction >= 0:
            # What was found is the state; the result itself is no refusal of the inquiry.
            return Answer(Outcome.ACCEPTED, answer.transaction, "", answer.amount, answer.state)
        return answer

    # ---- requests --------------------------------------------------------------------------------

    def _item(self, ask: Ask) -> Mapping[str, Any]:
        match ask.operation:
            case Operation.AUTHORISE:
                return np_wire.encode_order(self._order(ask))
            case Operation.REAUTHORISE:
                return np_wire.encode_order(self._order(ask, self._id(ask)))
            case Operation.CHANGE:
                lines = (Goods("商品", ask.amount, 1),)
                return np_wire.encode_order(Order(self._id(ask), amount=ask.amount, goods=lines))
            case Operation.CAPTURE:
                issued = iso(ask.at // DAY) if ask.method == Method.NP_WIZ else ""
                amount = ask.amount if self._connect else None
                slip = str(ask.slip) if ask.slip > 0 else ""
                return np_wire.encode_report(Report(self._id(ask), _YAMATO, slip, issued, amount))
            case _:
                return self._listed(ask, False)

    def _listed(self, ask: Ask, by_order: bool) -> Mapping[str, Any]:
        if not by_order:
            return np_wire.encode_listed(Listed(self._id(ask)))
        return np_wire.encode_listed(Listed("", self._shop(ask), self._type(ask)))

    def _order(self, ask: Ask, identity: str = "", base: str = "") -> Order:
        buyer = _stand_in(ask.consumer)
        amount = ask.amount or None
        goods = None if amount is None else (Goods("商品", amount, 1),)
        dest = Person() if ask.method == Method.NP_WIZ else Person(**_DEST, tel=buyer.tel)
        return Order(
            identity, self._shop(ask), iso(ask.at // DAY), self._type(ask), amount, buyer, dest, goods, base
        )

    def _shop(self, ask: Ask) -> str:
        return f"T{ask.order}"

    def _type(self, ask: Ask) -> str:
        return "03" if ask.method == Method.NP_WIZ else "02"

    def _id(self, ask: Ask) -> str:
        return self._ids.get(ask.transaction, "00000000000")

    # ---- the line --------------------------------------------------------------------------------

    def _call(self, ask: Ask, operation: Operation, item: Mapping[str, Any]) -> Answer:
        method, path = _PATHS[operation]
        headers = {
            "content-type": "application/json",
            "authorization": self._login,
            "x-np-terminal-id": self._terminals.get(ask.method, self._terminal),
            ASKED: Reference.of(ask).text(),
        }
        try:
            reply = self._send(Request(method, f"/v1/{path}", "", headers, np_wire.request_body([item])))
            results, failures = np_wire.parse_answer(reply.body)
        except (Unheard, ValueError, LookupError, TypeError, AttributeError):
            self._unsure.add(ask.order)
            return Answer(Outcome.NO_ANSWER)
        return self._heard(ask, reply, results, failures)

    def _heard(self, ask: Ask, reply: Reply, results: list[Result], failures: list[Failure]) -> Answer:
        told = Told.parse(reply.headers[TOLD]) if TOLD in reply.headers else Told(-1, "", 0)
        if results and results[0].id and told.transaction >= 0:
            self._ids[told.transaction] = results[0].id
        if not results:
            code = failures[0].codes[0] if failures else ""
            if reply.status >= 500 or reply.status == 429:
                return Answer(Outcome.NO_ANSWER, code=code)
            return told.answer(Outcome.DECLINED, _BOOKED.get(code, code))
        return told.answer(*_meaning(results[0]))


def _meaning(result: Result) -> tuple[Outcome, str]:
    """OK, NG with its reason, held with the first of its reasons; any other result is waited for (TR-NP-06)."""
    match result.result:
        case "" | "00" | "99":
            return Outcome.ACCEPTED, ""
        case "20":
            return Outcome.DECLINED, result.ng
        case "10":
            return Outcome.PENDING, result.holds[0] if result.holds else ""
    return Outcome.PENDING, result.result


_DEST = {"name": "定期　花子", "zip": "100-0005", "address": "東京都千代田区丸の内1-1-1"}


def _stand_in(consumer: int) -> Person:
    tel = f"090{consumer % 10**8:08d}"
    return Person(**_DEST, tel=tel, email=f"c{consumer:016x}@example.jp")
