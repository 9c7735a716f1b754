"""A stand to try providers on: a gateway, its log, and the fold that checks the one against the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from providers.tiny import TinyFront, TinyShop
from teiki_providers.books import Book
from teiki_providers.door_calls import RowKeeper
from teiki_providers.doors import OWN_SETTINGS
from teiki_providers.faults import FaultPlan
from teiki_providers.fronts import FRONTS
from teiki_providers.gateway import DirectGateway
from teiki_providers.house import House
from teiki_providers.ledger import Ledger
from teiki_providers.lines import HouseLine, InProcessLine
from teiki_providers.relay import Line, RelayGateway
from teiki_providers.scripts import Script
from teiki_providers.server_line import ServerLine, server
from teiki_providers.shelf import BOOKS
from teiki_providers.shops import shops
from teiki_providers.states import State
from teiki_sim.calendar import DAY
from teiki_sim.config import Faults, Provider
from teiki_sim.draws import hash64
from teiki_sim.log.fold import Fold
from teiki_sim.log.kinds import Kind, Side
from teiki_sim.log.rows import Chunk, Vocabulary
from teiki_sim.log.writer import Log
from teiki_sim.messages import Answer, Answers, Ask, Captures, Charges, Gateway, Method, News, Operation

START = 20_500 * DAY + 9 * 3600
SLIP = 400_000_000_001
COVERED: tuple[Method, ...] = tuple(BOOKS)
QUIET = Faults(no_answer=0, reply_lost=0, server_error=0, capture_failed=0)


def provider(**terms: Any) -> Provider:
    """A provider that accepts everything and never fails, but for what is given."""
    return Provider(**({"faults": QUIET} | terms))


def consumers(n: int) -> NDArray[np.uint64]:
    """Keys of n payers."""
    return np.array([hash64(f"C{i}") for i in range(n)], np.uint64)


class Rows:
    """A sink that keeps (kind, transaction, amount, code) of every row."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, int, int, int]] = []

    def take(self, chunk: Chunk) -> None:
        """Keep the rows."""
        names = ("kind", "transaction", "amount", "code")
        for kind, *rest in zip(*(chunk.columns[name].tolist() for name in names), strict=True):
            self.seen.append((Kind(kind).label, *rest))

    def close(self) -> None:
        """Nothing is pending."""


class Stand:
    """One gateway with its log folded as it grows.

    ``way`` is how it is reached: "direct", "tiny" (spoken, in the smallest dialect there can be), or a door's name:
    then the vendors' own wires.
    """

    way: ClassVar[str] = "direct"

    def __init__(
        self,
        scripts: Sequence[Script] = (),
        seed: int = 1,
        books: Mapping[Method, Book] = BOOKS,
        providers: Mapping[str, Provider] | None = None,
        **each: Any,
    ) -> None:
        names = {book.provider for book in books.values()}
        given = providers if providers is not None else {name: provider(**each) for name in names}
        self.fold, self.rows = Fold(), Rows()
        self.log = Log(Vocabulary(), [self.fold, self.rows])
        self.ledger = Ledger()
        self.plan = FaultPlan(seed, given, scripts, books)
        self.now = START
        self.gateway: Gateway
        if self.way == "direct":
            direct = self.gateway = DirectGateway(self.ledger, self.plan, self.log, books)
            self.desk = direct.desk
        else:
            self._relay(books)

    def _relay(self, books: Mapping[Method, Book]) -> None:
        line: Line
        if self.way == "server":
            line = ServerLine(self.plan, OWN_SETTINGS)
            house = server().house
            self.plan = house.plan
        else:
            keeper = RowKeeper()
            openings = (TinyFront,) if self.way == "tiny" else FRONTS
            house = House(
                self.now, openings, books=books, sinks=(keeper,), plan=self.plan, settings=OWN_SETTINGS
            )
            line = (InProcessLine if self.way == "inprocess" else HouseLine)(house, keeper)
        tiny = self.way == "tiny"
        both = dict.fromkeys(BOOKS, TinyShop(line.send)) if tiny else shops(line.send)
        self.gateway = RelayGateway(line, self.log, both)
        self.ledger, self.desk = house.ledger, house.gateway.desk

    def close(self) -> None:
        """Hang up."""
        self.gateway.close()

    # ---- asking ----------------------------------------------------------------------------------

    def pass_days(self, days: int) -> list[News]:
        """Let days pass; the news of the last morning, and of every day before it."""
        self.now += days * DAY
        return list(self.gateway.due(self.now))

    def charges(
        self, methods: Sequence[int], first_order: int = 0, attempt: int = 0, cycle: int = 1
    ) -> Charges:
        """Charges of 3,000 yen, an order, a subscription and a payer each."""
        n = len(methods)
        orders = np.arange(first_order, first_order + n, dtype=np.int32)
        return Charges(
            self.now,
            orders,
            orders.copy(),
            consumers(first_order + n)[first_order:],
            np.full(n, cycle, np.int16),
            np.full(n, attempt, np.int16),
            np.array(methods, np.int8),
            np.full(n, 3000, np.int32),
        )

    def authorise(self, method: Method, order: int = 0, **more: Any) -> int:
        """One charge; its transaction number."""
        return self.ask(Operation.AUTHORISE, -1, method, order=order, **({"amount": 3000} | more)).transaction

    def captures(self, charges: Charges, transaction: NDArray[np.int32]) -> Captures:
        """Captures of what was charged, with a slip number each."""
        slips = np.full(len(transaction), SLIP, np.int64)
        return Captures(
            self.now, transaction, charges.order, charges.sub, charges.consumer, charges.cycle, charges.method,
            charges.amount, slips,
        )  # fmt: skip

    def ask(self, operation: Operation, transaction: int, method: Method, **more: Any) -> Answer:
        """One operation on one transaction, of order 0 where none is given."""
        order = more.pop("order", 0)
        slip = SLIP if operation == Operation.CAPTURE else 0
        fields = {"amount": 3000 if operation == Operation.CAPTURE else 0, "slip": slip, "cycle": 1} | more
        return self.gateway.ask(
            Ask(
                at=self.now,
                operation=operation,
                transaction=transaction,
                order=order,
                sub=order,
                consumer=hash64(f"C{order}"),
                method=method,
                **fields,
            )
        )

    def capture(self, transaction: int, method: Method, **more: Any) -> Answer:
        """Capture one, with whatever its provider needs."""
        if BOOKS[method].terms.needs_print:
            self.ask(Operation.PRINT_INVOICE, transaction, method, **more)
        return self.ask(Operation.CAPTURE, transaction, method, **more)

    def put(self, method: Method, state: State, order: int = 0) -> int:
        """Bring a transaction into a state, the shortest way, with its rows."""
        if state == State.NONE:
            return -1
        number = self.authorise(method, order)
        desk = self.desk
        if state == State.PENDING:
            desk.hold(self.now, number, 3000, "")
        elif state == State.DECLINED:
            desk.decline(self.now, number, 3000, "")
        elif state == State.CANCELLED:
            desk.cancel(self.now, number)
        elif state == State.EXPIRED:
            self.ledger.state[number] = State.EXPIRED
            self.log.one(
                Kind.EXPIRED, self.now, Side.PROVIDER, sub=order, order=order, transaction=number, amount=3000
            )
        elif state != State.AUTHORISED:
            self.capture(number, method, order=order)
            if state == State.REFUNDED:
                desk.refund(self.now, number, 1000)
            else:
                self.ledger.state[number] = state
        return number

    # ---- looking ---------------------------------------------------------------------------------

    def word(self, answers: Answers, row: int = 0) -> str:
        """The code of an answer."""
        return self.log.vocabulary.codes.list[int(answers.code[row])]

    def kinds(self) -> list[str]:
        """The kinds of the rows written so far, in order."""
        self.log.flush()
        return [row[0] for row in self.rows.seen]

    def agrees(self) -> None:
        """The fold of the rows is the ledger."""
        self.log.flush()
        table = self.gateway.table()
        n = self.ledger.size
        folded = {name: getattr(self.fold.ledger, name)[:n] for name in table if name != "method"}
        assert len(folded["order"]) == n
        ours = {name: column for name, column in table.items() if name != "method"}
        left, right = pl.DataFrame(ours), pl.DataFrame(folded, schema=pl.DataFrame(ours).schema)
        assert left.equals(right), pl.concat(
            [left, right.rename(lambda name: f"{name}_fold")], how="horizontal"
        )
