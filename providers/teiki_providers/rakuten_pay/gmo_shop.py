"""How teiki's own store speaks to GMO-PG about Rakuten Pay: version 2's calls, charges on a consent.

The store keeps an OrderID for each try and the keys that EntryTran gave; what it didn't hear it asks for under
the same OrderID.
"""

from collections.abc import Callable, Mapping
from typing import Any

from teiki_providers import gmo
from teiki_providers.books import UNKNOWN
from teiki_providers.exchange import Reply, Request, Unheard
from teiki_providers.rakuten_pay.book import BOOK
from teiki_providers.rakuten_pay.calls import V2
from teiki_providers.rakuten_pay.gmo_wire import encode
from teiki_providers.reference import ASKED, TOLD, Reference, Told
from teiki_sim.messages import Answer, Ask, Operation, Outcome

__all__ = ["Shop"]

_RETRY = frozenset(code.code for code in BOOK.codes if code.retry)
#: The last field of each call's answer: one that came in part lacks it.
_LAST = {"EntryTran": "AccessPass", "ExecTran": "CheckString", "SearchTradeMulti": "RakutenPoint"}
_NOBODY = "0" * 32
_CALLS = {
    Operation.REAUTHORISE: "Reauth",
    Operation.CHANGE: "Change",
    Operation.CAPTURE: "Sales",
    Operation.CANCEL: "Cancel",
    Operation.REFUND: "Cancel",
    Operation.PRINT_INVOICE: "PrintInvoice",
}
_SILENT = Answer(Outcome.NO_ANSWER)


class Garbled(Exception):
    """An answer came and can't be read."""


class Shop:
    """A `teiki_providers.relay.Shop`."""

    def __init__(
        self,
        send: Callable[[Request], Reply],
        login: tuple[str, str] = ("tshop00000001", "shoppass01"),
    ) -> None:
        self._send = send
        self._login = {"ShopID": login[0], "ShopPass": login[1]}
        self._tries = 0
        self._keys: dict[str, dict[str, str]] = {}  # OrderID -> AccessID, AccessPass
        self._of_number: dict[int, str] = {}
        self._of_order: dict[int, str] = {}
        self._unheard: dict[int, str] = {}  # the last charge of an order that nothing was heard of
        self._left: dict[str, int] = {}  # what can still be refunded, by OrderID

    def ask(self, ask: Ask) -> Answer:
        """Ask for one operation; no answer where none comes or none can be read."""
        name = self._of_number.get(ask.transaction, "")
        try:
            if ask.operation == Operation.AUTHORISE:
                answer = self._authorise(ask)
            elif ask.operation == Operation.INQUIRE:
                answer = self._newer(ask) or self._inquire(ask, name or self._of_order.get(ask.order, "none"))
            else:
                answer = self._follow(ask, name)
        except (Unheard, Garbled):
            answer = _SILENT
        if ask.operation == Operation.AUTHORISE and answer.outcome == Outcome.NO_ANSWER:
            self._unheard[ask.order] = self._of_order[ask.order]
        return answer

    # ---- operations ------------------------------------------------------------------------------

    def _authorise(self, ask: Ask) -> Answer:
        self._tries += 1
        name = self._of_order[ask.order] = f"T{ask.order}-{self._tries}"
        given = {"OrderID": name, "JobCd": "AUTH", "Amount": ask.amount, "Tax": 0}
        body, told = self._call(ask, "EntryTran", given)
        if (refused := self._refused(ask, name, body, told)) is not None:
            return refused
        self._keys[name] = {"AccessID": body["AccessID"], "AccessPass": body["AccessPass"]}
        consent = {"SettlementSubscriptionId": f"{ask.consumer:016x}"}
        body, told = self._call(ask, "ExecTran", {**self._keys[name], "OrderID": name, **consent})
        return self._heard(ask, name, body, told)

    def _newer(self, ask: Ask) -> Answer | None:
        """Asked about an order's earlier charge, while one after it may have been made unheard."""
        name = self._unheard.get(ask.order)
        if name is None or ask.transaction < 0:
            return None
        answer = self._inquire(ask, name)
        executed = self._of_number.get(answer.transaction) == name
        return answer if executed and answer.transaction > ask.transaction else None

    def _inquire(self, ask: Ask, name: str) -> Answer:
        body, told = self._call(ask, "SearchTradeMulti", {"OrderID": name, "PayType": V2.pay_type})
        code = body.get("ErrInfo", "")
        if told is None:
            if code in _RETRY:
                return Answer(Outcome.NO_ANSWER, code=code)
            return Answer(Outcome.DECLINED, code=UNKNOWN)
        if told.transaction < 0:
            return told.answer(Outcome.DECLINED, UNKNOWN)
        if code:
            return told.answer(Outcome.DECLINED, code)
        if body["Status"] != "UNPROCESSED":
            self._keep(ask, name, body, told)
        return told.answer(Outcome.ACCEPTED)

    def _follow(self, ask: Ask, name: str) -> Answer:
        if name and name not in self._keys:
            self._inquire(ask, name)  # EntryTran refused it, so its keys were never told
        keys = self._keys.get(name, {"AccessID": _NOBODY, "AccessPass": _NOBODY})
        given: dict[str, Any] = {**keys, "OrderID": name or "none"}
        if ask.operation == Operation.REFUND:
            given["CancelAmount"] = ask.amount or self._left.get(name, 0)
        elif ask.operation in (Operation.CAPTURE, Operation.CHANGE) or ask.amount:
            given["Amount"] = ask.amount
        body, told = self._call(ask, _CALLS[ask.operation], given)
        return self._heard(ask, name, body, told)

    # ---- answers ---------------------------------------------------------------------------------

    def _heard(self, ask: Ask, name: str, body: Mapping[str, str], told: Told | None) -> Answer:
        held = body.get("Status") == "REQSUCCESS"
        if not held and (refused := self._refused(ask, name, body, told)) is not None:
            return refused
        if told is None:
            raise Garbled
        self._keep(ask, name, body, told)
        if held:
            return told.answer(Outcome.PENDING, body.get("ErrInfo", BOOK.words.held))
        return told.answer(Outcome.ACCEPTED)

    def _refused(self, ask: Ask, name: str, body: Mapping[str, str], told: Told | None) -> Answer | None:
        """The answer that an error means, None for no error. GMO-PG's own troubles say nothing of the trade."""
        code = body.get("ErrInfo", "")
        if not code:
            return None
        if told is not None:
            self._keep(ask, name, {}, told)
            return told.answer(Outcome.DECLINED, code)
        return Answer(Outcome.NO_ANSWER if code in _RETRY else Outcome.DECLINED, code=code)

    def _keep(self, ask: Ask, name: str, body: Mapping[str, str], told: Told) -> None:
        if told.transaction >= 0:
            self._of_number[told.transaction] = name
        if "AccessPass" in body:
            self._keys[name] = {"AccessID": body["AccessID"], "AccessPass": body["AccessPass"]}
        if "Amount" in body:
            self._left[name] = int(body["Amount"]) + int(body["Tax"])

    def _call(self, ask: Ask, call: str, given: Mapping[str, Any]) -> tuple[dict[str, str], Told | None]:
        """One call: its answer, and what the ledger told beside it. Raises `Garbled` for an answer in part."""
        path = call
        if call in ("EntryTran", "ExecTran"):
            path = call + V2.name
        elif call != "SearchTradeMulti":
            path = V2.name + call
        headers = {
            ASKED: Reference.of(ask).text(),
            "content-type": "application/x-www-form-urlencoded",
        }
        body = encode({**self._login, **given})
        reply = self._send(Request("POST", f"/payment/{path}.idPass", "", headers, body))
        if reply.status != 200:
            raise Garbled
        found = gmo.parse_answer(reply.body)
        failed = "ErrInfo" in found and "Status" not in found
        if not failed and _LAST.get(call, "Tax") not in found:
            raise Garbled
        told = reply.headers.get(TOLD)
        return found, Told.parse(told) if told else None
