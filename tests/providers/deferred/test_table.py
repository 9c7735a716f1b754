"""Every cell of the deferred books, asked on the wire: a refusal tells the cell's code, a move is done."""

import pytest

from providers.deferred.clients import BUYER, NpClient, ScoreClient, errors
from teiki_providers.books import Book, Refused
from teiki_providers.deferred.np_front import WIRE_CODES
from teiki_providers.inprocess import Sandbox
from teiki_providers.shelf import BOOKS
from teiki_providers.states import State
from teiki_sim.messages import Method, Operation

O = Operation
#: Those that a deferred transaction can be in. NONE is the id that nobody knows.
STATES = [state for state in State if state != State.REFUNDED]
OPERATIONS = [operation for operation in Operation if operation not in (O.AUTHORISE, O.REFUND)]
NP_METHODS = {
    Method.NP: "np-terminal",
    Method.NP_WIZ: "np-terminal",
    Method.NP_REALTIME: "np-terminal-realtime",
}
UNKNOWN_ID = "99999999999"


def put(box: Sandbox, front: str, identity: str, state: State) -> None:
    """Bring a transaction into a state as the provider itself would."""
    house = box.house
    number = box.front(front).number(identity)
    desk = house.gateway.desk
    if state == State.PENDING:
        desk.hold(house.now, number, 3_000, "")
    elif state == State.DECLINED:
        desk.decline(house.now, number, 3_000, "")
    elif state == State.CANCELLED:
        desk.cancel(house.now, number)
    else:
        house.ledger.state[number] = state


def expected(book: Book, state: State, operation: Operation) -> str:
    """The code on the wire, "" for a move."""
    cell = book.cell(state, operation)
    if not isinstance(cell, Refused):
        return ""
    return {"unknown": "E0100113" if book.provider != "score" else "SCOR0001"}.get(
        cell.code, WIRE_CODES.get(cell.code, cell.code)
    )


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: o.name)
@pytest.mark.parametrize("state", STATES, ids=lambda s: s.name)
@pytest.mark.parametrize("method", NP_METHODS, ids=lambda m: m.name)
def test_np(box: Sandbox, method: Method, state: State, operation: Operation) -> None:
    client = NpClient(terminal=NP_METHODS[method])
    item = client.wiz() if method == Method.NP_WIZ else client.order()
    identity = UNKNOWN_ID
    if state != State.NONE:
        identity = client.register(item).json()["results"][0]["np_transaction_id"]
        if method == Method.NP_WIZ:
            client.invoices(identity)
        put(box, "np", identity, state)
    issued = {"bill_issued_date": "2026-04-01"} if method == Method.NP_WIZ else {}
    opens = getattr(BOOKS[method].cell(state, operation), "opens", False)
    if operation == O.REAUTHORISE and (opens or state == State.CANCELLED):
        got = client.register({**item, "base_np_transaction_id": identity})
    else:
        got = {
            O.REAUTHORISE: lambda: client.update(identity, customer=BUYER),
            O.CHANGE: lambda: client.update(identity, billed_amount=2_500),
            O.CAPTURE: lambda: client.ship(identity, **issued),
            O.CANCEL: lambda: client.cancel(identity),
            O.INQUIRE: lambda: client.find(identity),
            O.PRINT_INVOICE: lambda: client.invoices(identity),
        }[operation]()
    told = got.json()
    code = expected(BOOKS[method], state, operation)
    assert [error["codes"] for error in told.get("errors", [])] == ([[code]] if code else [])
    assert bool(told.get("results")) == (not code)
    if opens:
        assert told["results"][0]["np_transaction_id"] != identity


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: o.name)
@pytest.mark.parametrize("state", STATES, ids=lambda s: s.name)
def test_score(box: Sandbox, score: ScoreClient, state: State, operation: Operation) -> None:
    book = BOOKS[Method.SCORE]
    identity = UNKNOWN_ID
    if state != State.NONE:
        identity = score.new()
        put(box, "score", identity, state)
    opens = getattr(book.cell(state, operation), "opens", False)
    order = score.order(nissenTransactionId=identity)
    if operation == O.REAUTHORISE and (opens or state == State.CANCELLED):
        got = score.send("autotransaction", **order)
    else:
        change = {"nissenTransactionId": identity, "billedAmount": "2500"}
        got = {
            O.REAUTHORISE: lambda: score.send("automodifytransaction", **order),
            O.CHANGE: lambda: score.send("automodifytransaction", buyer=change),
            O.CAPTURE: lambda: score.ship(identity),
            O.CANCEL: lambda: score.named("autocancel", identity),
            O.INQUIRE: lambda: score.named("autogetauthor", identity),
            O.PRINT_INVOICE: lambda: score.named("autoinvoice", identity),
        }[operation]()
    code = expected(book, state, operation)
    if code:
        assert errors(got) == [code]
    else:
        assert got.findtext("result") == "OK"


@pytest.mark.parametrize("method", NP_METHODS, ids=lambda m: m.name)
@pytest.mark.parametrize("state", STATES[1:], ids=lambda s: s.name)
def test_a_second_registration_of_an_order(box: Sandbox, method: Method, state: State) -> None:
    client = NpClient(terminal=NP_METHODS[method])
    item = client.wiz() if method == Method.NP_WIZ else client.order()
    identity = client.register(item).json()["results"][0]["np_transaction_id"]
    put(box, "np", identity, state)
    code = expected(BOOKS[method], state, O.AUTHORISE)
    told = client.register(item).json()
    assert [error["codes"] for error in told.get("errors", [])] == ([[code]] if code else [])
