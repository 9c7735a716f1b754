"""teiki's own store over the card wire: what it sends, and answers that can't be relied on.

That it keeps the contract, and writes the same log as the direct door, is tested for all methods alike.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from providers.stand import START
from teiki_providers.card.front import open_card
from teiki_providers.card.shop import Shop
from teiki_providers.exchange import Reply, Request, Unheard
from teiki_providers.house import House
from teiki_providers.inprocess import answer
from teiki_providers.scripts import Effect, Match, Script
from teiki_sim.messages import Answer, Ask, Method, Operation, Outcome

O = Operation


class Desk:
    """A shop and a house, with something to happen to what goes between them."""

    def __init__(self, scripts: tuple[Script, ...] = ()) -> None:
        self.house = House(START, (open_card,), scripts=scripts)
        self.sent: list[str] = []
        self.spoil: Callable[[Request, Reply], Reply] = lambda request, reply: reply
        self.shop = Shop(self.send)

    def send(self, request: Request) -> Reply:
        self.sent.append(request.path.removeprefix("/payment/").removesuffix(".idPass"))
        reply = self.spoil(request, answer(self.house, request))
        if reply.trouble:
            raise Unheard(reply.trouble)
        return reply

    def ask(self, operation: Operation, transaction: int = -1, order: int = 0, **more: int) -> Answer:
        return self.shop.ask(
            Ask(
                self.house.now,
                operation,
                transaction,
                order,
                order,
                77,
                1,
                Method.CARD,
                **{"amount": 3000} | more,
            )
        )


def test_what_is_sent() -> None:
    desk = Desk()
    number = desk.ask(O.AUTHORISE).transaction
    desk.ask(O.AUTHORISE, order=1)
    desk.ask(O.CAPTURE, number)
    desk.ask(O.REFUND, number, amount=1000)
    desk.ask(O.CANCEL, number)
    assert desk.sent == [
        "SaveMember", "SaveCard", "EntryTran", "ExecTran", "EntryTran", "ExecTran", "AlterTran", "ChangeTran", "AlterTran",
    ]  # fmt: skip
    # The second try of an order is registered anew, since an OrderID is taken once for all.
    desk.ask(O.AUTHORISE)
    assert [trade["order"] for trade in desk.house.fronts["card"].transactions()] == ["0", "1", "0-1"]


def test_the_other_cancels_are_tried_where_the_date_is_another() -> None:
    desk = Desk()
    number = desk.ask(O.AUTHORISE).transaction
    kept = desk.shop._of_number[number]
    kept.processed -= 86400  # the shop's own note is wrong by a day
    desk.house.settings["card.strict_dates"] = 1
    assert desk.ask(O.CANCEL, number).outcome == Outcome.ACCEPTED
    assert desk.sent[-2:] == ["AlterTran", "AlterTran"]


@pytest.mark.parametrize(
    "spoiled",
    [
        Reply(503, b"<html>"),
        Reply(429, b""),
        Reply(200, b""),
        Reply(200, b"\x00\xff<"),
        Reply(200, b"ErrCode=E91&ErrInfo=E91099996"),
        Reply(200, b"ErrCode=C14&ErrInfo=42C140000"),
        Reply(trouble="reply_lost"),
        Reply(trouble="reset"),
    ],
)
def test_what_can_not_be_relied_on_is_no_answer_and_is_looked_up(spoiled: Reply) -> None:
    for spoil, charged in (
        ("ExecTran", True),
        ("EntryTran", False),
        ("SaveMember", False),
        ("SaveCard", False),
    ):
        desk = Desk()
        desk.spoil = lambda request, reply, name=spoil: spoiled if name in request.path else reply  # type: ignore[misc]
        assert desk.ask(O.AUTHORISE).outcome == Outcome.NO_ANSWER
        desk.spoil = lambda request, reply: reply
        found = desk.ask(O.INQUIRE)
        if charged:
            assert (found.outcome, found.state, found.amount) == (Outcome.ACCEPTED, "AUTHORISED", 3000)
            assert desk.ask(O.CAPTURE, found.transaction).state == "CAPTURED"
        else:
            assert (found.outcome, found.code) == (Outcome.DECLINED, "unknown")
            again = desk.ask(O.AUTHORISE)
            assert again.outcome == Outcome.ACCEPTED
        assert desk.house.ledger.size == 1


def test_a_capture_that_fails_for_good_is_an_answer() -> None:
    desk = Desk((Script(Effect("capture_failed"), times=1),))
    number = desk.ask(O.AUTHORISE).transaction
    failed = desk.ask(O.CAPTURE, number)
    assert (failed.outcome, failed.code, failed.state) == (Outcome.DECLINED, "E91029999", "AUTHORISED")


def test_after_a_decline_it_executes_again_or_changes() -> None:
    for amount in (3000, 4000):
        desk = Desk((Script(Effect("declined"), Match(operation=O.AUTHORISE), times=1),))
        first = desk.ask(O.AUTHORISE)
        assert (first.outcome, first.code, first.state) == (Outcome.DECLINED, "42G120000", "DECLINED")
        again = desk.ask(O.REAUTHORISE, first.transaction, amount=amount, attempt=1)
        assert (again.outcome, again.transaction, again.amount) == (
            Outcome.ACCEPTED,
            first.transaction,
            amount,
        )
        assert desk.sent[-1] == ("ExecTran" if amount == 3000 else "ChangeTran")


def test_a_member_saved_by_an_earlier_run_is_charged() -> None:
    desk = Desk()
    desk.ask(O.AUTHORISE)
    desk.shop = Shop(desk.send)
    assert desk.ask(O.AUTHORISE, order=5).outcome == Outcome.ACCEPTED
    assert desk.sent.count("SaveCard") == 1


def test_cards_have_no_invoices() -> None:
    desk = Desk()
    number = desk.ask(O.AUTHORISE).transaction
    told = desk.ask(O.PRINT_INVOICE, number)
    assert (told.outcome, told.code, told.transaction, told.state) == (
        Outcome.DECLINED, "E91099997", number, "AUTHORISED",
    )  # fmt: skip
    assert replace(told, transaction=-1, amount=0, state="") == desk.ask(O.PRINT_INVOICE, 99)
