"""What a shop does with `gmopg` or `gmopayment`: more than twenty calls over success, decline, duplicate, wrong
state and expiry. Both have the same calls; the second asks ExecTran for more fields than it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

SHOP = {"ShopID": "tshop00000001", "ShopPass": "shoppass01"}
SITE = {"SiteID": "tsite00000001", "SitePass": "sitepass01"}
VISA = {"CardNo": "4111111111111111", "Expire": "4912"}


class Walk:
    """One client, and how often it called."""

    def __init__(self, client: Any, refused: type[Exception], advance: Callable[[int], Any]) -> None:
        self.client, self.refused, self.advance = client, refused, advance
        self.calls = 0
        self._orders = 0

    def ok(self, call: Callable[..., Any], **fields: Any) -> dict[str, str]:
        """A call that succeeds."""
        self.calls += 1
        told: dict[str, str] = call(fields).data
        assert told and "ErrCode" not in told
        return told

    def no(self, call: Callable[..., Any], *codes: str, **fields: Any) -> None:
        """A call that is refused with these codes; the client knows what they mean."""
        self.calls += 1
        try:
            call(fields)
        except self.refused as error:
            assert set(error.error) == set(codes), error  # type: ignore[attr-defined]
        else:
            raise AssertionError(f"{call} was not refused")

    def enter(self, job: str = "AUTH", amount: int = 1000) -> dict[str, Any]:
        """EntryTran; what names the trade from now on."""
        self._orders += 1
        order = {**SHOP, "OrderID": f"py-{self._orders}", "JobCd": job, "Amount": amount}
        return {**order, **self.ok(self.client.tran.entry, **order)}

    def pay(self, job: str = "AUTH", amount: int = 1000, **card: Any) -> dict[str, Any]:
        """EntryTran and ExecTran."""
        trade = self.enter(job, amount)
        assert self.ok(self.client.tran.execute, **trade, Method=1, **card or VISA)["ACS"] == "0"
        return trade

    def status(self, trade: dict[str, Any]) -> str:
        """SearchTrade's Status."""
        return self.ok(self.client.trade.search, **SHOP, OrderID=trade["OrderID"])["Status"]

    # ---- chapters --------------------------------------------------------------------------------

    def success(self) -> None:
        """Authorised, sold, lowered, returned."""
        tran = self.client.tran
        trade = self.pay()
        assert self.status(trade) == "AUTH"
        self.ok(tran.alter, **{**trade, "JobCd": "SALES"})
        self.ok(tran.change, **{**trade, "JobCd": "CAPTURE", "Amount": 600})
        assert self.status(trade) == "CAPTURE"
        self.advance(40)
        self.ok(tran.alter, **{**trade, "JobCd": "RETURNX"})
        assert self.status(trade) == "RETURNX"

    def members(self) -> None:
        """A card on file, charged and dropped."""
        member, card = self.client.member, self.client.card
        named = {**SITE, "MemberID": "py-member"}
        self.ok(member.save, **named, MemberName="John Smith")
        self.no(member.save, "E01390010", **named)
        assert self.ok(member.search, **named)["MemberName"] == "John Smith"
        self.ok(member.update, **named, MemberName="Jane Smith")
        self.ok(card.save, **named, Token="tok_master:py")
        self.ok(card.save, **named, **VISA)
        trade = self.pay("AUTH", 1000, **named, CardSeq="0")
        self.ok(card.traded, **SHOP, **named, OrderID=trade["OrderID"])
        self.calls += 1
        listed = card.search({**named, "SeqMode": 0}).parse()
        assert [row["CardSeq"] for row in listed] == ["0", "1", "2"]
        assert [row["CardNo"][-3:] for row in listed] == ["444", "111", "444"]
        self.ok(card.delete, **named, CardSeq=0)
        self.no(card.delete, "E01240002", **named, CardSeq=5)
        self.ok(member.delete, **named)
        self.no(card.search, "E01390002", **named, SeqMode=0)

    def decline(self) -> None:
        """The card company refuses, and another card is taken."""
        trade = self.enter()
        self.no(
            self.client.tran.execute, "42G020000", **trade, Method=1, CardNo="4999000000000002", Expire="4912"
        )
        self.no(
            self.client.tran.execute, "42G830000", **trade, Method=1, CardNo=VISA["CardNo"], Expire="2001"
        )
        assert self.status(trade) == "UNPROCESSED"
        self.ok(self.client.tran.execute, **trade, Method=1, **VISA)

    def duplicate(self) -> None:
        """Registered twice, executed twice."""
        trade = self.pay("CAPTURE")
        again = {name: trade[name] for name in (*SHOP, "OrderID", "JobCd", "Amount")}
        self.no(self.client.tran.entry, "E01040010", **again)
        self.no(self.client.tran.execute, "E01050004", "M01004014", **trade, Method=1, **VISA)

    def wrong_state(self) -> None:
        """Too early, too late, and what is wrong with the fields all at once."""
        tran = self.client.tran
        early, done = self.enter(), self.pay()
        self.no(tran.alter, "E11010002", **{**early, "JobCd": "VOID"})
        self.ok(tran.alter, **{**done, "JobCd": "VOID"})
        self.no(tran.alter, "E11010001", **{**done, "JobCd": "VOID"})
        self.no(tran.alter, "E11010003", **{**done, "JobCd": "SALES"})
        self.no(tran.entry, "E01050002", "E01060006", **SHOP, OrderID="null", JobCd="null", Amount="null")

    def expiry(self) -> None:
        """An authorisation that is sold too late."""
        trade = self.pay()
        self.advance(61)
        self.no(self.client.tran.alter, "E01420010", **{**trade, "JobCd": "SALES"})
        self.advance(121)
        self.no(self.client.tran.alter, "E11010010", **{**trade, "JobCd": "RETURN"})

    def whole(self) -> int:
        """All chapters; how many calls were made."""
        for chapter in (
            self.success, self.members, self.decline, self.duplicate, self.wrong_state, self.expiry,
        ):  # fmt: skip
            chapter()
        return self.calls
