"""Every (status, call) cell of Rakuten Pay's trades is answered on the wire as the table has it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from providers.rakuten_pay.talk import Talk

from teiki_providers import gmo
from teiki_providers.books import Refused
from teiki_providers.rakuten_pay.book import BOOK
from teiki_providers.rakuten_pay.calls import CALLS, GENERAL, V1, V2, Call, Family
from teiki_providers.rakuten_pay.codes import CODES, WIRE_CODES
from teiki_providers.rakuten_pay.trades import TABLE, Own, Status
from teiki_providers.scripts import Effect
from teiki_sim.calendar import DAY

#: Both versions' follow-ups take their time.
SLOW = {V1.delay: 60, V2.delay: 60}
#: Statuses that only one version has.
ONLY = {Status.EXPIRED: V2, Status.LAPSED: V1, Status.OVERDUE: V1, Status.DROPPED: V1}
NAMES: dict[tuple[Family, Call], str] = {
    (named.family, named.does): name
    for name, named in reversed(list(CALLS.items()))
    if isinstance(named.does, Call)
}
NAMES[V2, Call.REFUND] = "RakutenpayCancel"


def waiting(call: str) -> Callable[[Talk, str], None]:
    """A follow-up that is under way."""

    def bring(talk: Talk, family: str) -> None:
        keys = talk.agreed(family=family)
        extra = {"Amount": 2000} if call == "Change" else {}
        talk.call(f"{family}{call}", **keys, **extra)

    return bring


def entered(talk: Talk, family: str) -> None:
    talk.enter(family=family)


def unasked(talk: Talk, family: str) -> None:
    talk.ask(talk.enter(family=family), family)


def refused(talk: Talk, family: str) -> None:
    unasked(talk, family)
    talk.front.buyer("A-1", "refuse", {})


def late(talk: Talk, family: str) -> None:
    unasked(talk, family)
    talk.seconds(120)


def fated(effect: Effect) -> Callable[[Talk, str], None]:
    def bring(talk: Talk, family: str) -> None:
        unasked(talk, family)
        talk.house.post_fault({"kind": effect.kind, "after_s": effect.after_s})
        talk.front.buyer("A-1", "consent", {})
        talk.house.mishaps.drop()

    return bring


def followed(call: str) -> Callable[[Talk, str], None]:
    def bring(talk: Talk, family: str) -> None:
        keys = talk.agreed(family=family)
        talk.call(f"{family}{call}", **keys)
        talk.seconds(60)

    return bring


def aged(days: int, call: str = "") -> Callable[[Talk, str], None]:
    def bring(talk: Talk, family: str) -> None:
        keys = talk.agreed(family=family)
        talk.days(days)
        if call:
            talk.call(f"{family}{call}", **keys)
            talk.seconds(60)

    return bring


def agreed(job: str) -> Callable[[Talk, str], None]:
    def bring(talk: Talk, family: str) -> None:
        talk.agreed(family=family, job=job)

    return bring


WAYS: dict[Status, Callable[[Talk, str], None]] = {
    Status.UNPROCESSED: entered,
    Status.REQSUCCESS: unasked,
    Status.REFUSED: refused,
    Status.NOT_STARTED: late,
    Status.HELD: fated(Effect("pending", after_s=40 * DAY)),
    Status.AUTH: agreed("AUTH"),
    Status.REQSALES: waiting("Sales"),
    Status.REQCHANGE: waiting("Change"),
    Status.REQCANCEL: waiting("Cancel"),
    Status.SALES: followed("Sales"),
    Status.CAPTURE: agreed("CAPTURE"),
    Status.CANCEL: followed("Cancel"),
    Status.PAYFAIL: fated(Effect("declined")),
    Status.EXPIRED: aged(31),
    Status.LAPSED: aged(31),
    Status.OVERDUE: aged(200),
    Status.DROPPED: aged(31, "Cancel"),
}
CELLS = [
    (family, status, call)
    for family in (V1, V2)
    for (status, call) in TABLE
    if ONLY.get(status, family) is family and ((family, call) in NAMES or call in (Call.EXEC, Call.CONSENT))
]


def asked(talk: Talk, family: Family, call: Call) -> dict[str, str]:
    """The call itself, on the trade A-1."""
    trade = talk.front._by_access[next(iter(talk.front._by_access))]
    keys = {"AccessID": trade.access, "AccessPass": trade.password, "OrderID": "A-1"}
    if call is Call.EXEC:
        return talk.ask(keys, family.name)
    if call is Call.CONSENT:
        trade.token = trade.token or "0" * 32
        fields = {"AccessID": trade.access, "Token": trade.token, "Result": "refuse"}
        return gmo.parse_answer(talk.raw(f"{family.name}Consent", fields).body)
    extra = {Call.CHANGE: {"Amount": 2000}, Call.REFUND: {"CancelAmount": 1000}}.get(call, {})
    return talk.call(NAMES[family, call], **keys, **extra)


def of_book(talk: Talk, call: Call) -> str:
    """The code of the book's cell, "" for a move."""
    cell = BOOK.cell(talk.house.standing(talk.number()), GENERAL[call])
    return cell.code if isinstance(cell, Refused) else ""


@pytest.mark.parametrize(("family", "status", "call"), CELLS, ids=lambda v: getattr(v, "name", v))
def test_a_cell_is_answered_as_the_table_has_it(family: Family, status: Status, call: Call) -> None:
    talk = Talk(SLOW)
    WAYS[status](talk, family.name)
    assert talk.front.trading.status(talk.front._find("A-1")) is status
    assert talk.status(family=family.name) == status.shown
    cell = TABLE[status, call]
    expected = cell.code if isinstance(cell, Refused) else of_book(talk, call) if cell is Own.BOOK else ""
    answer = asked(talk, family, call)
    assert answer.get("ErrInfo", "") == expected
    if not expected:
        talk.seconds(60)
    talk.agrees()


def test_every_status_is_brought_about() -> None:
    assert set(WAYS) == set(Status) and {status for _, status, _ in CELLS} == set(Status)
    assert all((status, call) in TABLE for status in Status for call in Call)


def test_every_code_of_the_tables_has_its_meaning() -> None:
    known = {code.code for code in (*CODES, *WIRE_CODES)}
    used = {cell.code for cell in TABLE.values() if isinstance(cell, Refused)}
    assert used <= known
