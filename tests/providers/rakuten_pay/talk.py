"""A client of both faces for tests: calls in the vendor's form, answered by a house in this process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from providers.stand import START, Rows, provider

from teiki_providers import gmo
from teiki_providers.credentials import Credential
from teiki_providers.exchange import Reply, Request, Turned
from teiki_providers.fronts import FRONTS
from teiki_providers.house import House
from teiki_providers.rakuten_pay.gmo_front import RakutenGmo
from teiki_providers.rakuten_pay.gmo_wire import encode
from teiki_sim.log.fold import Fold

LOGIN = {"ShopID": "tshop00000001", "ShopPass": "shoppass01"}
GOODS = {
    "ItemId": "item-1",
    "ItemName": "定期便",
    "RetURL": "http://127.0.0.1/back",
    "ErrorRcvURL": "http://127.0.0.1/failed",
}
NOTICES = "http://127.0.0.1/notice"


class Talk:
    """One house, and a shop that calls it. ``settings`` are the house's; rates are none."""

    def __init__(self, settings: Mapping[str, int] | None = None, **given: Any) -> None:
        self.fold, self.rows = Fold(), Rows()
        given.setdefault("providers", {"rakuten_pay": provider()})
        self.house = House(START, FRONTS, sinks=[self.fold, self.rows], settings=settings, **given)
        self.house.credentials.put(
            Credential("card_shop", LOGIN["ShopID"], LOGIN["ShopPass"], notify_url=NOTICES)
        )
        front = self.house.fronts["rakuten_gmo"]
        assert isinstance(front, RakutenGmo)
        self.front = front
        self.calls = 0

    def send(self, request: Request) -> Reply:
        """A request; the vendor's answer also where it is turned away."""
        self.calls += 1
        try:
            return self.house.hear(request)
        except Turned as turned:
            return turned.reply

    def raw(self, call: str, fields: Mapping[str, Any], **headers: str) -> Reply:
        """One call through GMO-PG."""
        return self.send(Request("POST", f"/payment/{call}.idPass", "", headers, encode(fields)))

    def call(self, call: str, **fields: Any) -> dict[str, str]:
        """One call with the shop's login; the fields of the answer."""
        return gmo.parse_answer(self.raw(call, LOGIN | fields).body)

    def agrees(self) -> None:
        """The fold of the provider's rows is the ledger, and no money came from nowhere."""
        self.house.log.flush()
        ledger, n = self.house.ledger, self.house.ledger.size
        for name, column in self.house.gateway.table().items():
            if name != "method":
                assert column.tolist() == getattr(self.fold.ledger, name)[:n].tolist(), name
        for number in range(n):
            assert 0 <= ledger.refunded.get(number, 0) <= ledger.captured[number] <= ledger.authorised[number]

    def days(self, days: float) -> list[str]:
        """Let time pass; what happened, in order."""
        return self.seconds(round(days * 86400))

    def seconds(self, seconds: int) -> list[str]:
        """Let time pass; what happened, in order."""
        stops = list(self.house.advance(self.house.now + seconds))
        return [f"{h.what} {h.detail}".strip() for _, some in stops for h in some]

    def notices(self) -> list[dict[str, str]]:
        """All notices that left, as forms."""
        return [gmo.fields(Request("POST", "/", body=notice.body)) for notice in self.house.outbox.notices]

    # ---- trades through GMO-PG -------------------------------------------------------------------

    def enter(
        self, order: str = "A-1", job: str = "AUTH", amount: int = 3000, family: str = "RakutenId"
    ) -> dict[str, str]:
        """EntryTran; the fields that follow-ups need."""
        keys = self.call(f"EntryTran{family}", OrderID=order, JobCd=job, Amount=amount)
        return {**keys, "OrderID": order}

    def ask(self, keys: Mapping[str, str], family: str = "RakutenId", **more: Any) -> dict[str, str]:
        """ExecTran of a trade that the consumer is to be asked about."""
        return self.call(f"ExecTran{family}", **{**GOODS, **keys, **more})

    def agreed(self, order: str = "A-1", family: str = "RakutenId", **more: Any) -> dict[str, str]:
        """A trade that the consumer approved."""
        keys = self.enter(order, family=family, **more)
        self.ask(keys, family)
        self.front.buyer(order, "consent", {})
        return keys

    def status(self, order: str = "A-1", family: str = "RakutenId") -> str:
        """What SearchTradeMulti says."""
        pay_type = {"RakutenId": 18, "Rakutenpay": 50}[family]
        found = self.call("SearchTradeMulti", OrderID=order, PayType=pay_type)
        return found.get("Status", found.get("ErrInfo", ""))

    def number(self, order: str = "A-1") -> int:
        """The ledger's number."""
        return self.front.number(order)
