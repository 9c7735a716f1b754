"""Every Status × call is answered as its table says, and a refusal changes nothing."""

import pytest

from providers.card.counter import SHOP, SITE, START, Counter, Fields
from teiki_providers.books import Refused
from teiki_providers.card.matrix import (
    COLUMNS,
    MATRIX,
    STATUSES,
    TOO_OLD,
    WRONG_DAY,
    Cell,
    Refusal,
    describe,
    fitting,
    timely,
)
from teiki_providers.inprocess import Sandbox
from teiki_providers.server.world import World
from teiki_providers.shelf import BOOKS, VENDOR_BOOKS
from teiki_providers.states import State
from teiki_sim.calendar import DAY
from teiki_sim.messages import Method, Operation

#: What a call leads to where it is permitted.
LEADS_TO = {
    "ExecTran": "AUTH",
    "SALES": "SALES",
    "VOID": "VOID",
    "RETURN": "RETURN",
    "RETURNX": "RETURNX",
    "AUTH": "AUTH",
    "CAPTURE": "CAPTURE",
}
#: Days after which each cancel is the one of the date, from the twelfth day before a month's end.
LATER = {"VOID": 0, "RETURN": 1, "RETURNX": 20}


def ask(counter: Counter, trade: Fields, column: str) -> Fields:
    match column:
        case "ExecTran":
            return counter.execute(trade)
        case "SecureTran2":
            return counter.call("SecureTran2", **{k: trade[k] for k in ("AccessID", "AccessPass")})
        case "ChangeTran":
            return counter.change(trade, 800)
        case "TradedCard":
            counter.call("SaveMember", **SITE, MemberID="keeper")
            return counter.call("TradedCard", **SHOP, **SITE, OrderID=trade["OrderID"], MemberID="keeper")
        case _:
            return counter.alter(
                trade, column, **({"Amount": "1000"} if column in ("SALES", "AUTH", "CAPTURE") else {})
            )


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("status", STATUSES)
def test_a_cell_is_answered(status: str, column: str) -> None:
    counter = Counter()
    trade = counter.put(status)
    assert counter.search(trade)["Status"] == status
    cell = MATRIX[status, column]
    if isinstance(cell, Cell) and column in LATER:
        counter.advance(days=LATER[column])
        if column == "RETURNX" and status in ("AUTH", "SAUTH"):
            return  # of what was only held there is a RETURN in later months too: tested by date
    before, ledger = counter.search(trade), counter.ledger(trade)
    told = ask(counter, trade, column)
    if isinstance(cell, Refusal):
        assert told["ErrInfo"] == "|".join(cell.codes)
        assert counter.search(trade) == before and counter.ledger(trade) == ledger
        return
    if column == "SecureTran2":
        assert told["ErrInfo"] == "E01E50004"  # the consumer has not been there yet
        counter.front.buyer(trade["AccessID"], "consent", {})
        assert ask(counter, trade, column)["ACS"] == "0"
        assert counter.search(trade)["Status"] == "AUTH"
        return
    assert "ErrInfo" not in told, (told, counter.house.why.lines)
    after = counter.search(trade)
    assert after["Status"] == LEADS_TO.get(column, "AUTH" if column == "ChangeTran" else status)
    if column != "TradedCard":
        assert after["JobCd"] == after["Status"]


#: The ledger's state under each Status, and the general operation that each column is.
UNDER = {
    "AUTH": State.AUTHORISED,
    "SALES": State.CAPTURED,
    "CAPTURE": State.CAPTURED,
    "VOID": State.CANCELLED,
    "RETURN": State.CANCELLED,
    "RETURNX": State.CANCELLED,
    "AUTHENTICATED": State.PENDING,
    "UNPROCESSED": State.DECLINED,
}
GENERAL = {
    "SALES": Operation.CAPTURE,
    "VOID": Operation.CANCEL,
    "RETURN": Operation.CANCEL,
    "RETURNX": Operation.CANCEL,
    "ChangeTran": Operation.CHANGE,
}


@pytest.mark.parametrize("column", GENERAL)
@pytest.mark.parametrize("status", UNDER)
def test_wire_and_book_refuse_the_same_with_the_same_code(status: str, column: str) -> None:
    wire = MATRIX[status, column]
    book = VENDOR_BOOKS[Method.CARD].cell(UNDER[status], GENERAL[column])
    assert isinstance(wire, Refusal) == isinstance(book, Refused)
    if isinstance(wire, Refusal) and isinstance(book, Refused):
        assert wire.codes[0] == book.code


def test_an_authorisation_after_a_cancel_is_the_books_to_permit() -> None:
    """GMO-PG has it; no platform offers it (EC-PAY-04)."""
    for books, status in ((VENDOR_BOOKS, "AUTH"), (BOOKS, "VOID")):
        counter = Counter(books)
        trade = counter.put("VOID")
        told = counter.alter(trade, "AUTH", Amount="700", Method="1")
        assert told.get("ErrInfo", "") == ("" if status == "AUTH" else "E11010003")
        assert counter.search(trade)["Status"] == status


def test_clients_meet_the_vendors_own_books() -> None:
    assert World().house(()).books is VENDOR_BOOKS
    assert World().house((), books=BOOKS).books is BOOKS
    with Sandbox() as box:
        assert box.house.books is VENDOR_BOOKS


# ---- dates ---------------------------------------------------------------------------------------

HELD, SOLD = ("AUTH", "SAUTH"), ("CAPTURE", "SALES")


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("days", [0, 1, 12, 13, 180, 181])
@pytest.mark.parametrize("job", ["VOID", "RETURN", "RETURNX"])
@pytest.mark.parametrize("status", HELD + SOLD)
def test_cancels_by_date(status: str, job: str, days: int, strict: bool) -> None:
    counter = Counter(strict_dates=int(strict))
    trade = counter.put(status)
    counter.advance(days=days)
    right = "VOID" if days == 0 else "RETURN" if days <= 12 or status in HELD else "RETURNX"
    lax = days == 0 and job == "RETURN" and not strict
    told = counter.alter(trade, job)
    if days == 181:
        assert told["ErrInfo"] == "E11010010"
    elif job == right or lax:
        assert counter.search(trade)["Status"] == job
    else:
        assert told["ErrInfo"] == "E11010003"
        assert counter.search(trade)["Status"] == status


def test_which_cancel_fits() -> None:
    assert fitting("AUTH", START, START) == "VOID"
    assert fitting("SALES", START, START + 20 * DAY) == "RETURNX"
    assert timely("SALES", "VOID", START, START + DAY, True) is WRONG_DAY
    assert timely("SALES", "ChangeTran", START, START + 181 * DAY, True) is TOO_OLD
    assert timely("SALES", "ChangeTran", START, START + 180 * DAY, True) is None


def test_a_day_begins_at_midnight_in_japan() -> None:
    counter = Counter(strict_dates=1)
    trade = counter.pay()
    counter.advance(seconds=15 * 3600 - 1)
    assert counter.alter(trade, "RETURN")["ErrInfo"] == "E11010003"
    counter.advance(seconds=1)
    assert "ErrInfo" not in counter.alter(trade, "RETURN")


def test_the_matrix_is_told_in_words() -> None:
    told = list(describe())
    assert len(told) == len(STATUSES) * len(COLUMNS)
    assert all(row.source and row.basis in ("documented", "modelled") for row in told)
    assert {row.basis for row in told} == {"documented", "modelled"}
