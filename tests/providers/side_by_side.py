"""One vendor's wire beside the direct door: the same questions, the same answers, the same rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import strategies as st

from providers import test_contract, test_faults, test_money
from providers.stand import Stand
from teiki_providers.books import Book
from teiki_providers.door_calls import RowKeeper
from teiki_providers.house import House
from teiki_providers.lines import HouseLine
from teiki_providers.relay import RelayGateway, ShopMaker
from teiki_providers.said import Opening
from teiki_sim.config import Faults
from teiki_sim.messages import Answer, Method, Operation

FAULTY = Faults(no_answer=0.05, reply_lost=0.05, server_error=0.05, capture_failed=0.1)


def wire(
    monkeypatch: pytest.MonkeyPatch, method: Method, openings: Sequence[Opening], shop: ShopMaker
) -> None:
    """Let stands go over one method's wire, and nothing else anywhere."""

    def spoken(stand: Stand, books: Mapping[Method, Book]) -> None:
        keeper = RowKeeper()
        house = House(stand.now, openings, books=books, sinks=(keeper,), plan=stand.plan)
        line = HouseLine(house, keeper)
        stand.gateway = RelayGateway(line, stand.log, {method: shop(line.send)})
        stand.ledger, stand.desk = house.ledger, house.gateway.desk

    monkeypatch.setattr(Stand, "way", "spoken")
    monkeypatch.setattr(Stand, "_relay", spoken)


def contract(method: Method) -> list[Callable[..., None]]:
    """The tests of the contract, of faults and of money that ask for a method alone, and for this one too."""

    def concerns(test: Callable[..., None]) -> bool:
        marks = [mark for mark in getattr(test, "pytestmark", []) if mark.name == "parametrize"]
        names = test.__code__.co_varnames[: test.__code__.co_argcount]
        return names == ("method",) and len(marks) == 1 and method in marks[0].args[1]

    return [
        test
        for module in (test_contract, test_faults, test_money)
        for name, test in vars(module).items()
        if name.startswith("test_") and concerns(test)
    ]


def questions(operations: Iterable[Operation] = Operation) -> st.SearchStrategy[list[Any]]:
    """(Operation or "days", a pick, an order, an amount) each."""
    step = st.tuples(
        st.sampled_from([*operations, "days"]),
        st.integers(0, 5),
        st.integers(0, 3),
        st.sampled_from([0, 2, 1000, 3000, 3001, 5000, 10_000_000]),
    )
    return st.lists(step, min_size=5, max_size=40)


class Both:
    """The same questions through the direct door and over the wire."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, method: Method, **terms: Any) -> None:
        self.method = method
        monkeypatch.setattr(Stand, "way", "direct")
        self.direct = Stand(**terms)
        monkeypatch.setattr(Stand, "way", "spoken")
        self.spoken = Stand(**terms)

    def ask(self, operation: Operation, transaction: int, order: int, amount: int, attempt: int) -> Answer:
        """Ask both; the answers are equal."""
        more = {"order": order, "amount": amount, "attempt": attempt}
        left = self.direct.ask(operation, transaction, self.method, **more)
        right = self.spoken.ask(operation, transaction, self.method, **more)
        assert left == right, (operation, transaction, order, amount)
        return left

    def pass_days(self, days: int) -> None:
        """Days pass in both; the news is equal."""
        assert self.direct.pass_days(days) == self.spoken.pass_days(days)

    def same_rows(self) -> None:
        """The provider's rows are equal, codes as words."""
        rows = []
        for stand in (self.direct, self.spoken):
            stand.log.flush()
            words = stand.log.vocabulary.codes.list
            rows.append([(*row[:3], words[row[3]]) for row in stand.rows.seen])
        assert rows[0] == rows[1]
        self.spoken.agrees()
