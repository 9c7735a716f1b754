"""How teiki's own store speaks スコア's dialect; it tells stand-ins for the personal data that it doesn't have."""

from collections.abc import Callable

from teiki_providers.books import NOT_OFFERED, UNKNOWN
from teiki_providers.deferred import score_wire
from teiki_providers.deferred.score_wire import Failure, Result, Tree
from teiki_providers.exchange import Reply, Request, Unheard
from teiki_providers.reference import ASKED, TOLD, Reference, Told
from teiki_sim.calendar import DAY, iso
from teiki_sim.messages import Answer, Ask, Operation, Outcome

__all__ = ["ScoreShop"]

_NO_SUCH = "SCOR0001"
#: After these an order is registered anew: NG and a lapse are final.
_DEAD = ("SCOR0002", "SCOR0003", "SCOR0007")
_YAMATO = "12"
_PATHS = {
    Operation.AUTHORISE: "autotransaction",
    Operation.REAUTHORISE: "automodifytransaction",
    Operation.CHANGE: "automodifytransaction",
    Operation.CAPTURE: "autopdrequest",
    Operation.CANCEL: "autocancel",
    Operation.REFUND: "autogetauthor",
    Operation.INQUIRE: "autogetauthor",
    Operation.PRINT_INVOICE: "autoinvoice",
}
_PLACE: Tree = {"zipCode": "1000005", "address1": "東京都", "address2": "千代田区丸の内1-1-1"}


class ScoreShop:
    """スコア後払い by one shop code."""

    def __init__(
        self, send: Callable[[Request], Reply], shop: str = "score-shop", password: str = "score-pass"
    ) -> None:
        self._send = send
        self._login: Tree = {"shopCode": shop, "shopPassword": password, "terminalId": "1"}
        self._ids: dict[int, str] = {}
        self._unsure: set[int] = set()  # orders under which a reply was lost that can have told a new id

    def ask(self, ask: Ask) -> Answer:
        """One operation; no answer where none came or none can be read."""
        if ask.operation == Operation.INQUIRE:
            return self._inquire(ask)
        if ask.transaction >= 0 and (ask.transaction not in self._ids or ask.order in self._unsure):
            # An edit gives a new id, and a lost reply loses it: it is learnt by asking.
            self._call(ask, Operation.INQUIRE, self._named(ask, True))
        if ask.operation == Operation.REFUND:
            found = self._call(ask, Operation.INQUIRE, self._named(ask, False))
            return Answer(Outcome.DECLINED, found.transaction, NOT_OFFERED, found.amount, found.state)
        answer = self._call(ask, ask.operation, self._parts(ask))
        if ask.operation == Operation.REAUTHORISE and answer.code in _DEAD:
            return self._call(ask, Operation.AUTHORISE, self._order(ask, self._id(ask)))
        return answer

    def _inquire(self, ask: Ask) -> Answer:
        """By スコア's id; by the order number where a lost reply can have told of a newer one."""
        by_order = ask.transaction < 0 or ask.order in self._unsure or ask.transaction not in self._ids
        answer = self._call(ask, Operation.INQUIRE, self._named(ask, by_order))
        if by_order and ask.transaction >= 0 and answer.transaction < ask.transaction:
            answer = self._call(ask, Operation.INQUIRE, self._named(ask, False))
        if answer.code == _NO_SUCH:
            return Answer(Outcome.DECLINED, code=UNKNOWN)
        if answer.transaction >= 0 and answer.outcome != Outcome.NO_ANSWER:
            # What was found is the state; the result itself is no refusal of the inquiry.
            return Answer(Outcome.ACCEPTED, answer.transaction, "", answer.amount, answer.state)
        return answer

    # ---- requests --------------------------------------------------------------------------------

    def _parts(self, ask: Ask) -> Tree:
        match ask.operation:
            case Operation.AUTHORISE:
                return self._order(ask)
            case Operation.REAUTHORISE:
                return self._order(ask, self._id(ask))
            case Operation.CHANGE:
                return {"buyer": {"nissenTransactionId": self._id(ask), "billedAmount": str(ask.amount)}}
            case Operation.CAPTURE:
                slip = str(ask.slip) if ask.slip > 0 else ""
                return {
                    **self._named(ask, False, str(ask.amount)),
                    "PdRequest": {"pdcompanycode": _YAMATO, "slipno": slip},
                }
            case _:
                return self._named(ask, False)

    def _named(self, ask: Ask, by_order: bool, billed: str = "") -> Tree:
        identity = "" if by_order else self._id(ask)
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

    def _id(self, ask: Ask) -> str:
        return self._ids.get(ask.transaction, "00000000000")

    # ---- the line --------------------------------------------------------------------------------

    def _call(self, ask: Ask, operation: Operation, parts: Tree) -> Answer:
        body = score_wire.encode("request", {"shopInfo": self._login, **parts})
        headers = {"content-type": "application/xml; charset=UTF-8", ASKED: Reference.of(ask).text()}
        try:
            reply = self._send(Request("POST", f"/direct/{_PATHS[operation]}.do", "", headers, body))
            result, failures = score_wire.parse_answer(reply.body)
        except (Unheard, ValueError):
            self._unsure.add(ask.order)
            return Answer(Outcome.NO_ANSWER)
        return self._heard(ask, reply, result, failures)

    def _heard(self, ask: Ask, reply: Reply, result: Result | None, failures: list[Failure]) -> Answer:
        told = Told.parse(reply.headers[TOLD]) if TOLD in reply.headers else Told(-1, "", 0)
        if failures:
            code = failures[0].code
            if reply.status >= 500 or reply.status == 429:
                return Answer(Outcome.NO_ANSWER, code=code)
            return told.answer(Outcome.DECLINED, code)
        if result is not None and result.id and told.transaction >= 0:
            self._ids[told.transaction] = result.id
        return told.answer(*_meaning(result.result if result is not None else ""))


def _meaning(word: str) -> tuple[Outcome, str]:
    """OK, NG, or waiting under the word that was told."""
    if word in ("", "OK"):
        return Outcome.ACCEPTED, ""
    return (Outcome.DECLINED if word == "NG" else Outcome.PENDING), word
