"""What teiki's own store asks of a sandbox besides the vendors' wires, as plain data.

No vendor has calls for these: entering what stood before a run, pulling news, the consumers' deeds, and the
truth that monitors' scores are measured against. The same functions serve the doors inside one process and,
as JSON, the server's.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from teiki_providers.house import House
from teiki_sim.log.kinds import Actor, Kind, Side
from teiki_sim.log.rows import SLIP_NUMBER_BASE, Chunk
from teiki_sim.log.writer import Log
from teiki_sim.messages import Method, News

__all__ = ["CALLS", "Row", "RowKeeper", "call", "enter"]

#: One provider's row: kind, instant, sub, order, cycle, method, transaction, amount, code (a word, or a slip number).
Row = tuple[int, int, int, int, int, int, int, int, str | int]
_ROW_COLUMNS = ("kind", "at", "sub", "order", "cycle", "method", "transaction", "amount", "code")


class RowKeeper:
    """A sink that keeps the provider's rows until they are fetched."""

    def __init__(self) -> None:
        self._rows: list[Row] = []

    def take(self, chunk: Chunk) -> None:
        """Keep a chunk's rows, codes as words."""
        words = chunk.vocabulary.codes.list
        columns = [chunk.columns[name].tolist() for name in _ROW_COLUMNS]
        for *rest, code in zip(*columns, strict=True):
            self._rows.append((*rest, code if code >= SLIP_NUMBER_BASE else words[code]))

    def close(self) -> None:
        """Nothing is pending."""

    def fetch(self) -> list[Row]:
        """The rows since the last time."""
        rows, self._rows = self._rows, []
        return rows


def enter(log: Log, rows: Sequence[Row]) -> None:
    """Write a provider's rows into a store's log."""
    for kind, at, sub, order, cycle, method, transaction, amount, code in rows:
        log.one(
            Kind(kind),
            at,
            Side.PROVIDER,
            actor=Actor.PROVIDER,
            sub=sub,
            order=order,
            cycle=cycle,
            method=method,
            transaction=transaction,
            amount=amount,
            code=log.code(code) if isinstance(code, str) else code,
        )


def _due(house: House, given: Mapping[str, Any]) -> list[list[Any]]:
    house.now = max(house.now, int(given["now"]))
    news: Sequence[News] = house.gateway.due(int(given["now"]))
    for one in news:
        house.tell(one)
    return [[n.what, n.transaction, n.order, n.code, n.amount] for n in news]


def _quiet(house: House, given: Mapping[str, Any]) -> None:
    """Authorisations that stand from before the run are entered as they are: nothing befalls or refuses them."""
    house.plan.quiet = bool(given["on"])


def _print_invoices(house: House, given: Mapping[str, Any]) -> None:
    house.gateway.print_invoices(int(given["at"]), np.array(given["transactions"], np.int32))


def _pay_invoices(house: House, given: Mapping[str, Any]) -> list[bool]:
    owed = house.gateway.pay_invoices(int(given["at"]), np.array(given["transactions"], np.int32))
    return [bool(one) for one in owed]


def _repair(house: House, given: Mapping[str, Any]) -> None:
    house.gateway.repair(int(given["at"]), int(given["consumer"]), Method(given["method"]))


def _state(house: House, given: Mapping[str, Any]) -> str:
    return house.gateway.state(int(given["transaction"]))


def _holdings(house: House, given: Mapping[str, Any]) -> list[list[Any]]:
    return [[state, yen] for state, yen in house.gateway.holdings(int(given["order"]))]


def _mishaps(house: House, _given: Mapping[str, Any]) -> list[list[Any]]:
    return [[fault, order] for fault, order in house.gateway.mishaps()]


def _table(house: House, given: Mapping[str, Any]) -> dict[str, list[int]]:
    return {name: column.tolist() for name, column in house.gateway.table().items()}


def _clock(house: House, given: Mapping[str, Any]) -> int:
    """Set the clock without visiting what is due: the store asks for its news itself."""
    house.now = max(house.now, int(given["to"]))
    return house.now


#: By name: what the store may ask.
CALLS: Mapping[str, Callable[[House, Mapping[str, Any]], Any]] = {
    "clock": _clock,
    "due": _due,
    "quiet": _quiet,
    "print_invoices": _print_invoices,
    "pay_invoices": _pay_invoices,
    "repair": _repair,
    "state": _state,
    "holdings": _holdings,
    "mishaps": _mishaps,
    "table": _table,
}


def call(house: House, what: str, given: Mapping[str, Any]) -> Any:
    """Do one of `CALLS`. Raises KeyError for any other."""
    return CALLS[what](house, given)
