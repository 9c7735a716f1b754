"""How teiki's own store speaks NP's dialect.

It has no personal data to tell, so it tells stand-ins that pass NP's checks.
"""

import base64
from collections.abc import Callable, Mapping
from typing import Any

from teiki_providers.deferred import np_wire
from teiki_providers.deferred.np_front import WIRE_CODES
from teiki_providers.deferred.np_wire import Failure, Goods, Listed, Order, Report, Result
from teiki_providers.deferred.persons import Person
from teiki_providers.deferred.store import Store
from teiki_providers.exchange import Reply, Request, Unheard
from teiki_providers.reference import ASKED, Reference
from teiki_sim.calendar import DAY, iso
from teiki_sim.messages import Answer, Ask, Method, Operation, Outcome

__all__ = ["NpShop"]

_BOOKED = {wire: word for word, wire in WIRE_CODES.items()}
_YAMATO = "59010"
_PATHS = {
    Operation.AUTHORISE: ("POST", "transactions"),
    Operation.REAUTHORISE: ("PATCH", "transactions/update"),
    Operation.CHANGE: ("PATCH", "transactions/update"),
    Operation.CAPTURE: ("POST", "shipments"),
    Operation.CANCEL: ("PATCH", "transactions/cancel"),
    Operation.INQUIRE: ("POST", "authorizations/find"),
    Operation.PRINT_INVOICE: ("POST", "invoices/find"),
}


class NpShop(Store):
    """NP後払い, wiz and リアルタイム by one merchant's login; ``connect`` uses its コネクトプロ terminal instead."""

    no_such = "E0100113"
    dead = ("E0100114", "E0100105")

    def __init__(
        self,
        send: Callable[[Request], Reply],
        merchant: str = "np-merchant",
        secret: str = "np-sp",
        terminal: str = "np-terminal",
        connect: bool = False,
    ) -> None:
        super().__init__()
        self._send = send
        self._login = "Basic " + base64.b64encode(f"{merchant}:{secret}".encode()).decode()
        self._terminal = terminal + ("-connect" if connect else "")
        self._realtime = f"{terminal}-realtime"
        self._connect = connect

    # ---- requests --------------------------------------------------------------------------------

    def parts(self, ask: Ask) -> Mapping[str, Any]:
        """The one item of a request."""
        match ask.operation:
            case Operation.AUTHORISE:
                return np_wire.encode_order(self._order(ask))
            case Operation.REAUTHORISE:
                return np_wire.encode_order(self._order(ask, self.identity(ask)))
            case Operation.CHANGE:
                lines = (Goods("商品", ask.amount, 1),)
                return np_wire.encode_order(Order(self.identity(ask), amount=ask.amount, goods=lines))
            case Operation.CAPTURE:
                issued = iso(ask.at // DAY) if ask.method == Method.NP_WIZ else ""
                amount = ask.amount if self._connect else None
                slip = str(ask.slip) if ask.slip > 0 else ""
                return np_wire.encode_report(Report(self.identity(ask), _YAMATO, slip, issued, amount))
            case _:
                return self.named(ask, self.identity(ask))

    def instead(self, ask: Ask) -> Mapping[str, Any]:
        """A registration that names the dead one."""
        return np_wire.encode_order(self._order(ask, base=self.identity(ask)))

    def named(self, ask: Ask, identity: str) -> Mapping[str, Any]:
        """An item that is only looked for."""
        by_order = Listed("", self._shop(ask), self._type(ask))
        return np_wire.encode_listed(Listed(identity) if identity else by_order)

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

    # ---- the line --------------------------------------------------------------------------------

    def call(self, ask: Ask, operation: Operation, parts: Mapping[str, Any]) -> Answer:
        """One request with one item."""
        method, path = _PATHS[operation]
        terminal = self._realtime if ask.method == Method.NP_REALTIME else self._terminal
        headers = {
            "content-type": "application/json",
            "authorization": self._login,
            "x-np-terminal-id": terminal,
            ASKED: Reference.of(ask).text(),
        }
        try:
            reply = self._send(Request(method, f"/v1/{path}", "", headers, np_wire.request_body([parts])))
            results, failures = np_wire.parse_answer(reply.body)
        except (Unheard, ValueError, LookupError, TypeError, AttributeError):
            return Answer(Outcome.NO_ANSWER)
        return self._read(ask, reply, results, failures)

    def _read(self, ask: Ask, reply: Reply, results: list[Result], failures: list[Failure]) -> Answer:
        told = self.heard(reply, results[0].id if results else "", ask.order)
        if results:
            return told.answer(*_meaning(results[0]))
        code = failures[0].codes[0] if failures else ""
        if reply.status >= 500 or reply.status == 429:
            return Answer(Outcome.NO_ANSWER, code=code)
        return told.answer(Outcome.DECLINED, _BOOKED.get(code, code))


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
