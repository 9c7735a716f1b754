"""How teiki's own store speaks スコア's dialect; it tells stand-ins for the personal data that it doesn't have."""

from collections.abc import Callable, Mapping
from typing import Any

from teiki_providers.deferred import score_wire
from teiki_providers.deferred.score_wire import Failure, Result, Tree
from teiki_providers.deferred.store import Store
from teiki_providers.exchange import Reply, Request, Unheard
from teiki_providers.reference import ASKED, Reference
from teiki_sim.calendar import DAY, iso
from teiki_sim.messages import Answer, Ask, Operation, Outcome

__all__ = ["ScoreShop"]

_YAMATO = "12"
_PATHS = {
    Operation.AUTHORISE: "autotransaction",
    Operation.REAUTHORISE: "automodifytransaction",
    Operation.CHANGE: "automodifytransaction",
    Operation.CAPTURE: "autopdrequest",
    Operation.CANCEL: "autocancel",
    Operation.INQUIRE: "autogetauthor",
    Operation.PRINT_INVOICE: "autoinvoice",
}
_PLACE: Tree = {"zipCode": "1000005", "address1": "東京都", "address2": "千代田区丸の内1-1-1"}


class ScoreShop(Store):
    """スコア後払い by one shop code."""

    no_such = "SCOR0001"
    dead = ("SCOR0002", "SCOR0003", "SCOR0007")

    def __init__(
        self, send: Callable[[Request], Reply], shop: str = "score-shop", password: str = "score-pass"
    ) -> None:
        super().__init__()
        self._send = send
        self._login: Tree = {"shopCode": shop, "shopPassword": password, "terminalId": "1"}

    # ---- requests --------------------------------------------------------------------------------

    def parts(self, ask: Ask) -> Tree:
        """All but the login."""
        match ask.operation:
            case Operation.AUTHORISE:
                return self._order(ask)
            case Operation.REAUTHORISE:
                return self._order(ask, self.identity(ask))
            case Operation.CHANGE:
                return {"buyer": {"nissenTransactionId": self.identity(ask), "billedAmount": str(ask.amount)}}
            case Operation.CAPTURE:
                slip = str(ask.slip) if ask.slip > 0 else ""
                return {
                    **self.named(ask, self.identity(ask), str(ask.amount)),
                    "PdRequest": {"pdcompanycode": _YAMATO, "slipno": slip},
                }
            case _:
                return self.named(ask, self.identity(ask))

    def instead(self, ask: Ask) -> Tree:
        """A registration that names the dead one."""
        return self._order(ask, self.identity(ask))

    def named(self, ask: Ask, identity: str, billed: str = "") -> Tree:
        """Which transaction is meant."""
        return {
            "transaction": {
                "nissenTransactionId": identity,
                "shopTransactionId": f"T{ask.order}",
                "billedAmount": billed,
            }
        }

    def _order(self, ask: Ask, identity: str = "") -> Tree:
        amount = str(ask.amount) if ask.amount else ""
        tel = f"090{ask.consumer % 10**8:08d}"
        price = str(min(ask.amount, 999_999))
        line = {"detailId": "1", "detailName": "商品", "detailPrice": price, "detailQuantity": "1"}
        delivery = {
            "deliveryCustomer": {"fullName": "定期花子", **_PLACE, "tel": tel},
            "details": {"detail": [line]},
        }
        buyer = {
            "nissenTransactionId": identity,
            "shopTransactionId": f"T{ask.order}",
            "shopOrderDate": iso(ask.at // DAY).replace("-", "/"),
            "fullName": "定期花子",
            "tel": tel,
            "email": f"c{ask.consumer:016x}@example.jp",
            **_PLACE,
            "billedAmount": amount,
            "paymentType": "2",
        }
        return {
            "httpInfo": {"httpHeader": "", "deviceInfo": ""},
            "buyer": buyer,
            "deliveries": {"delivery": [delivery]},
        }

    # ---- the line --------------------------------------------------------------------------------

    def call(self, ask: Ask, operation: Operation, parts: Mapping[str, Any]) -> Answer:
        """One document."""
        body = score_wire.encode("request", {"shopInfo": self._login, **parts})
        headers = {"content-type": "application/xml; charset=UTF-8", ASKED: Reference.of(ask).text()}
        try:
            reply = self._send(Request("POST", f"/direct/{_PATHS[operation]}.do", "", headers, body))
            result, failures = score_wire.parse_answer(reply.body)
        except (Unheard, ValueError):
            return Answer(Outcome.NO_ANSWER)
        return self._read(ask, reply, result, failures)

    def _read(self, ask: Ask, reply: Reply, result: Result | None, failures: list[Failure]) -> Answer:
        told = self.heard(reply, result.id if result is not None else "", ask.order)
        if not failures:
            return told.answer(*_meaning(result.result if result is not None else ""))
        if reply.status >= 500 or reply.status == 429:
            return Answer(Outcome.NO_ANSWER, code=failures[0].code)
        return told.answer(Outcome.DECLINED, failures[0].code)


def _meaning(word: str) -> tuple[Outcome, str]:
    """OK, NG, or waiting under the word that was told."""
    if word in ("", "OK"):
        return Outcome.ACCEPTED, ""
    return (Outcome.DECLINED if word == "NG" else Outcome.PENDING), word
