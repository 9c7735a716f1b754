"""The store's gateway through the vendors' wires: spoken, in-process and server door alike.

Each call goes to the shop's half of its vendor's dialect; the provider's rows come back beside the wire and
are written into the store's log as the direct door writes them.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from teiki_providers.desk import blank
from teiki_providers.door_calls import Row, enter
from teiki_providers.exchange import Reply, Request
from teiki_providers.plain import answer as plain_answer
from teiki_providers.plain import is_plain
from teiki_sim.log.kinds import Kind
from teiki_sim.log.writer import Log
from teiki_sim.messages import Answer, Answers, Ask, Captures, Charges, Method, News, Operation

__all__ = ["Line", "RelayGateway", "Shop"]

#: A batch's rows stand together by kind, in this order, as the direct door writes them.
_RANK = {Kind.DECLINED: 1, Kind.PENDING: 2, Kind.CAPTURED: 3}


class Line(Protocol):
    """What connects a store with a sandbox."""

    def send(self, request: Request) -> Reply:
        """One request of a vendor's wire; raises `Unheard` where no answer comes."""

    def call(self, what: str, given: Mapping[str, Any]) -> Any:
        """One of `teiki_providers.door_calls.CALLS`."""

    def rows(self) -> list[Row]:
        """The provider's rows since the last time."""

    def close(self) -> None:
        """The run is over."""


class Shop(Protocol):
    """The shop's half of a vendor's dialect."""

    def ask(self, ask: Ask) -> Answer:
        """Ask for one operation over the wire."""


class RelayGateway:
    """A `teiki_sim.messages.Gateway` over a line. Instants never go back."""

    def __init__(self, line: Line, log: Log, shops: Mapping[Method, Shop]) -> None:
        self._line = line
        self._log = log
        self._shops = shops
        self._now = -1

    # ---- calls -----------------------------------------------------------------------------------

    def authorise(self, charges: Charges) -> Answers:
        """Ask for new authorisations, one request sequence each."""
        names = ("order", "sub", "consumer", "cycle", "attempt", "method", "amount")
        columns = {name: getattr(charges, name).tolist() for name in names}
        return self._each(charges.at, Operation.AUTHORISE, columns, len(charges.order))

    def capture(self, captures: Captures) -> Answers:
        """Capture (for deferred payment: report the shipment of) authorised transactions."""
        names = ("transaction", "order", "sub", "consumer", "cycle", "method", "amount", "slip")
        columns = {name: getattr(captures, name).tolist() for name in names}
        return self._each(captures.at, Operation.CAPTURE, columns, len(captures.order))

    def _each(self, at: int, operation: Operation, columns: Mapping[str, list[int]], n: int) -> Answers:
        self._move(at)
        answers = blank(n)
        for row in range(n):
            values = {name: column[row] for name, column in columns.items()}
            method = Method(values.pop("method"))
            ask = Ask(at, operation, values.pop("transaction", -1), method=method, **values)
            answer = self._said(ask)
            answers.outcome[row] = answer.outcome
            answers.transaction[row] = answer.transaction
            answers.code[row] = self._log.code(answer.code)
        self._enter(sorted(self._line.rows(), key=lambda row: _RANK.get(Kind(row[0]), 0)))
        return answers

    def ask(self, ask: Ask) -> Answer:
        """Ask for one operation."""
        self._move(ask.at)
        answer = self._said(ask)
        self._enter(self._line.rows())
        return answer

    def _said(self, ask: Ask) -> Answer:
        return plain_answer(ask) if is_plain(ask.method) else self._shops[ask.method].ask(ask)

    # ---- beside the wire -------------------------------------------------------------------------

    def take_over(self, charges: Charges) -> NDArray[np.int32]:
        """Enter authorisations that stand from before the run, as they are; their transactions."""
        self._line.call("quiet", {"on": True})
        try:
            return self.authorise(charges).transaction
        finally:
            self._line.call("quiet", {"on": False})

    def due(self, now: int) -> Sequence[News]:
        """News whose time has come, oldest first; each is told once."""
        self._now = max(self._now, now)
        return [News(*one) for one in self._beside("due", {"now": now})]

    def print_invoices(self, at: int, transactions: NDArray[np.int32]) -> None:
        """Download the print data of these bundled invoices."""
        self._move(at)
        self._beside("print_invoices", {"at": at, "transactions": transactions.tolist()})

    def pay_invoices(self, at: int, transactions: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Customers pay these deferred invoices at the provider; False where it was cancelled (orphan)."""
        self._move(at)
        return np.array(
            self._beside("pay_invoices", {"at": at, "transactions": transactions.tolist()}), np.bool_
        )

    def repair(self, at: int, consumer: int, method: Method) -> None:
        """The consumer repaired the means of payment with the provider (new card, new plan)."""
        self._move(at)
        self._beside("repair", {"at": at, "consumer": int(consumer), "method": int(method)})

    def state(self, transaction: int) -> str:
        """The provider's own state of a transaction, "none" where there is none."""
        state: str = self._line.call("state", {"transaction": int(transaction)})
        return state

    def holdings(self, order: int) -> Sequence[tuple[str, int]]:
        """State and yen taken less refunded of each transaction under an order number, newest first."""
        return [(state, yen) for state, yen in self._line.call("holdings", {"order": int(order)})]

    def mishaps(self) -> Sequence[tuple[str, int]]:
        """Faults since this was last asked of which the shop was told nothing, each with its order."""
        return [(fault, order) for fault, order in self._line.call("mishaps", {})]

    def table(self) -> dict[str, NDArray[Any]]:
        """The ledger as columns: order, method, state, authorised, captured, refunded."""
        table: dict[str, list[int]] = self._line.call("table", {})
        return {name: np.array(column, _LEDGER_TYPES[name]) for name, column in table.items()}

    def close(self) -> None:
        """The run is over: hang up."""
        self._line.close()

    def _move(self, at: int) -> None:
        if at > self._now:
            self._now = at
            self._line.call("clock", {"to": at})

    def _beside(self, what: str, given: Mapping[str, Any]) -> Any:
        told = self._line.call(what, given)
        self._enter(self._line.rows())
        return told

    def _enter(self, rows: Sequence[Row]) -> None:
        enter(self._log, rows)


_LEDGER_TYPES: Mapping[str, Any] = {
    "order": np.int32,
    "method": np.int8,
    "state": np.uint8,
    "authorised": np.int32,
    "captured": np.int32,
    "refunded": np.int32,
}

#: Makes the shop's half of a dialect on the way to its provider.
ShopMaker = Callable[[Callable[[Request], Reply]], Shop]
