"""A shop at GMO-PG's counter: calls in the vendor's own form, answers as fields, against a house of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from teiki_providers.books import Book
from teiki_providers.card.front import CardFront, open_card
from teiki_providers.card.wire import encode
from teiki_providers.exchange import Reply, Request, Turned
from teiki_providers.gmo import parse_answer
from teiki_providers.house import House
from teiki_providers.inprocess import answer
from teiki_providers.mishaps import Mishap, MishapMatch
from teiki_providers.scripts import Script
from teiki_providers.shelf import VENDOR_BOOKS
from teiki_sim.calendar import DAY
from teiki_sim.messages import Method

SHOP = {"ShopID": "tshop00000001", "ShopPass": "shoppass01"}
SITE = {"SiteID": "tsite00000001", "SitePass": "sitepass01"}
VISA = {"CardNo": "4111111111111111", "Expire": "4912"}
#: 2026-02-16, a Monday, at 9:00: twelve days are left of the month.
START = 20_500 * DAY + 9 * 3600

Fields = dict[str, str]


class Counter:
    """One house with the card dialect, and shorthands for what shops do."""

    def __init__(
        self,
        books: Mapping[Method, Book] = VENDOR_BOOKS,
        seed: int = 1,
        scripts: Sequence[Script] = (),
        **settings: int,
    ) -> None:
        named = {f"card.{name}": value for name, value in settings.items()}
        self.house = House(START, [open_card], seed, scripts=scripts, books=books, settings=named)
        front = self.house.fronts["card"]
        assert isinstance(front, CardFront)
        self.front = front
        self._orders = 0

    def send(self, request: Request) -> Reply:
        """Any request."""
        return answer(self.house, request)

    def call(self, name: str, **fields: str) -> Fields:
        """One call; what was answered."""
        reply = self.send(encode(name, fields))
        assert reply.status == 200 and not reply.trouble
        assert reply.content_type == "text/plain;charset=Windows-31J"
        return parse_answer(reply.body)

    def fault(self, kind: str, match: Mapping[str, Any] | None = None, **more: Any) -> Mishap:
        """Post a fault."""
        return self.house.mishaps.post({"kind": kind, "match": MishapMatch(**(match or {})), **more})

    def said(self, name: str, **fields: str) -> dict[str, Any]:
        """What would be journaled of a call."""
        return self.front.read(encode(name, fields)).as_json()

    def turned(self, name: str, **fields: str) -> str:
        """With which codes a call is turned away before it means anything."""
        try:
            self.front.read(encode(name, fields))
        except Turned as turned:
            return parse_answer(turned.reply.body)["ErrInfo"]
        return ""

    def advance(self, days: int = 0, seconds: int = 0) -> list[str]:
        """Let time pass; what happened."""
        stops = self.house.advance(self.house.now + days * DAY + seconds)
        return [one.what for _, happened in stops for one in happened]

    # ---- trades ----------------------------------------------------------------------------------

    def enter(self, job: str = "AUTH", amount: int | str = 1000, **more: str) -> Fields:
        """EntryTran under an OrderID of its own; what names the trade from now on."""
        self._orders += 1
        fields = {"OrderID": f"order-{self._orders}"} | ({} if job == "CHECK" else {"Amount": str(amount)})
        told = self.call("EntryTran", **SHOP, JobCd=job, **fields | more)
        return {**told, "OrderID": fields["OrderID"]}

    def execute(self, trade: Fields, **more: str) -> Fields:
        """ExecTran with a test card, unless another way is given."""
        card = {} if {"Token", "MemberID", "CardNo"} & set(more) else VISA
        return self.call("ExecTran", **{**trade, "Method": "1", **card, **more})

    def pay(self, job: str = "AUTH", amount: int = 1000, **more: str) -> Fields:
        """Both."""
        trade = self.enter(job, amount, **more)
        told = self.execute(trade)
        assert told["ACS"] == "0", told
        return trade

    def alter(self, trade: Fields, job: str, **more: str) -> Fields:
        """AlterTran."""
        return self.call("AlterTran", **SHOP, **pair(trade), JobCd=job, **more)

    def change(self, trade: Fields, amount: int, job: str = "AUTH", **more: str) -> Fields:
        """ChangeTran."""
        return self.call("ChangeTran", **SHOP, **pair(trade), JobCd=job, Amount=str(amount), **more)

    def search(self, trade: Fields) -> Fields:
        """SearchTrade."""
        return self.call("SearchTrade", **SHOP, OrderID=trade["OrderID"])

    def ledger(self, trade: Fields) -> dict[str, Any]:
        """The ledger of a trade."""
        told: dict[str, Any] = self.front.transaction(trade["AccessID"])["ledger"]
        return told

    def member(self, identity: str = "member-1", **card: str) -> Fields:
        """A member with one card on file; what names the card in a charge."""
        self.call("SaveMember", **SITE, MemberID=identity)
        told = self.call("SaveCard", **SITE, MemberID=identity, **card or VISA)
        assert "CardSeq" in told, told
        return {**SITE, "MemberID": identity, "CardSeq": told["CardSeq"]}

    def put(self, status: str) -> Fields:
        """A trade of a Status, the shortest way there is."""
        if status == "UNPROCESSED":
            return self.enter()
        if status == "AUTHENTICATED":
            trade = self.enter(TdFlag="2")
            assert self.execute(trade)["ACS"] == "2"
            return trade
        if status in ("CHECK", "SAUTH", "AUTH", "CAPTURE"):
            return self.pay(status)
        trade = self.pay("CAPTURE" if status == "RETURNX" else "AUTH")
        if status == "SALES":
            self.alter(trade, "SALES", Amount="1000")
        else:
            self.advance(days={"VOID": 0, "RETURN": 1, "RETURNX": 20}[status])
            assert "ErrInfo" not in self.alter(trade, status)
        return trade


def pair(trade: Fields) -> Fields:
    """AccessID and AccessPass."""
    return {name: trade[name] for name in ("AccessID", "AccessPass")}
