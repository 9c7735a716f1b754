"""Every (state, operation) cell of every table: it is answered, and the ledger moves exactly as it says."""

import pytest

from providers.stand import COVERED, Stand
from teiki_providers.books import Move, Refused
from teiki_providers.card.book import card_table
from teiki_providers.shelf import BOOKS
from teiki_providers.states import LIVE, State
from teiki_sim.messages import Method, Operation, Outcome

CELLS = [(method, state, op) for method in COVERED for state in State for op in Operation]
#: A change of amount that stays within a decrease, so that only the table decides.
AMOUNTS = {Operation.CHANGE: 1500, Operation.REFUND: 500}


def name(value: object) -> str:
    return getattr(value, "name", str(value))


def snapshot(stand: Stand) -> list[tuple[int, ...]]:
    ledger = stand.ledger
    return [
        (
            int(ledger.state[n]),
            int(ledger.authorised[n]),
            int(ledger.captured[n]),
            ledger.refunded.get(n, 0),
        )
        for n in range(ledger.size)
    ]


@pytest.mark.parametrize(("method", "state", "operation"), CELLS, ids=name)
def test_the_ledger_moves_as_the_table_says(method: Method, state: State, operation: Operation) -> None:
    stand = Stand()
    number = stand.put(method, state)
    if operation == Operation.CAPTURE and BOOKS[method].terms.needs_print and number >= 0:
        stand.desk.printed.add(number)
    before = snapshot(stand)
    cell = BOOKS[method].cell(state, operation)
    answer = stand.ask(operation, number, method, amount=AMOUNTS.get(operation, 3000))
    after = snapshot(stand)
    if isinstance(cell, Refused):
        assert (answer.outcome, answer.code) == (Outcome.DECLINED, cell.code)
        assert after[: len(before)] == before
        # Only a refused charge leaves a trace of its own.
        assert len(after) - len(before) == (operation == Operation.AUTHORISE)
        if operation == Operation.AUTHORISE:
            assert after[-1][0] == State.DECLINED
    else:
        assert answer.outcome == Outcome.ACCEPTED and answer.code == ""
        assert len(after) - len(before) == cell.opens
        if cell.opens:
            assert after[-1][0] == State.AUTHORISED and answer.transaction == len(before)
            kept = operation == Operation.AUTHORISE or state not in LIVE
            assert number < 0 or after[number][0] == (state if kept else State.CANCELLED)
        elif cell.to is None:
            assert after == before
        else:
            lowered = operation == Operation.CHANGE and cell.to == State.CAPTURED
            assert after[number][0] == (State.REFUNDED if lowered else cell.to)
            assert stand.gateway.state(number) == answer.state
    if state not in (State.PAID, State.CANCELLING):  # brought about without rows
        stand.agrees()


@pytest.mark.parametrize("method", COVERED, ids=name)
def test_every_cell_is_answered(method: Method) -> None:
    assert set(BOOKS[method].table) == {(state, op) for state in State for op in Operation}


@pytest.mark.parametrize("method", COVERED, ids=name)
def test_a_capture_is_of_an_authorised_one_only(method: Method) -> None:
    """The fast path of captures relies on it."""
    for state in State:
        cell = BOOKS[method].cell(state, Operation.CAPTURE)
        if state == State.AUTHORISED:
            assert isinstance(cell, Move) and cell.to == State.CAPTURED
        else:
            assert isinstance(cell, Refused)


@pytest.mark.parametrize("method", COVERED, ids=name)
def test_every_code_has_a_meaning(method: Method) -> None:
    book = BOOKS[method]
    known = {code.code for code in book.codes}
    assert len(known) == len(book.codes)
    said = {cell.code for cell in book.table.values() if isinstance(cell, Refused)}
    words = {getattr(book.words, field) for field in book.words.__dataclass_fields__} - {""}
    assert said | words <= known
    assert all(code.ja and code.en and code.source for code in book.codes)


@pytest.mark.parametrize("method", COVERED, ids=name)
def test_a_book_describes_itself(method: Method) -> None:
    rows = list(BOOKS[method].describe())
    assert len(rows) == len(State) * len(Operation)
    assert all(row.source and row.basis in ("documented", "modelled") for row in rows)
    results = {(row.state, row.operation): row.result for row in rows}
    assert results["AUTHORISED", "capture"] == "CAPTURED"
    assert results["NONE", "authorise"] == "a new transaction"
    assert results["AUTHORISED", "inquire"] == "stays"
    assert results["CAPTURED", "capture"].startswith("refused: ")


def test_alter_tran_is_a_term_of_the_contract() -> None:
    cancelled = (State.CANCELLED, Operation.REAUTHORISE)
    assert isinstance(card_table(False)[cancelled], Refused)
    assert isinstance(card_table(True)[cancelled], Move)


def test_the_books_differ_where_the_facts_do() -> None:
    def column(read: str) -> list[object]:
        return [getattr(BOOKS[m].terms, read) for m in COVERED]

    assert column("validity_days") == [60, 90, 90, 90, 60, 30, 30]
    assert column("release_first") == [False, True, True, True, True, False, False]
    assert column("needs_slip") == [False, True, True, True, True, False, False]
    assert column("needs_print") == [False, False, True, False, False, False, False]
    assert column("holds") == [False, True, True, False, True, False, False]
    assert column("reauthorise_after_cancel") == [False, True, False, False, False, False, False]
