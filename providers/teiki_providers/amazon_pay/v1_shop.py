"""teiki's own store at Amazon Pay, version 1: what it sends for each operation, and what it makes of the answer.

It charges on the consumer's billing agreement, keeps the authorisation's id for each transaction, and finds a
charge whose answer was lost by its own order number, never by charging again.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from teiki_providers.amazon_pay.v1_authorizations import REPLACES
from teiki_providers.amazon_pay.v1_signature import signature
from teiki_providers.amazon_pay.v1_wire import encode, form, moment, parse
from teiki_providers.books import NOT_OFFERED, UNKNOWN
from teiki_providers.credentials import KNOWN
from teiki_providers.exchange import Reply, Request, Unheard
from teiki_providers.reference import ASKED, TOLD, Reference, Told
from teiki_sim.messages import Answer, Ask, Operation, Outcome

__all__ = ["Shop"]

_HOST, _PATH = "mws.amazonservices.jp", "/OffAmazonPayments_Sandbox/2013-01-01"
_LOGIN = next(credential for credential in KNOWN if credential.kind == "amazon_v1")
#: To the store both mean that Amazon doesn't know the charge.
_SAME: Mapping[str, str] = {"InvalidOrderReferenceId": "InvalidTransactionId"}
#: The element of an answer that says how the operation ended.
_STATUS = {
    "AuthorizationDetails": "AuthorizationStatus",
    "CaptureDetails": "CaptureStatus",
}
_NOBODY = "S03-0000000-0000000-A000000"


class _Silence(Exception):
    """No answer, or none that says anything; with the code that came, if any."""

    def __init__(self, code: str = "") -> None:
        super().__init__(code)
        self.code = code


class Shop:
    """See `teiki_providers.relay.Shop`."""

    def __init__(self, send: Callable[[Request], Reply]) -> None:
        self._send = send
        self._charges: dict[int, str] = {}  # transaction -> authorisation
        self._told: dict[int, Told] = {}
        self._calls: dict[int, str] = {}  # order -> the order number of its last charge
        self._refused: dict[
            int, str
        ] = {}  # transaction refused by an error, which names no id -> its order number
        self._unheard: set[int] = set()  # orders whose last charge got no answer
        self._used: Counter[tuple[str, int]] = Counter()

    def ask(self, ask: Ask) -> Answer:
        """Ask for one operation."""
        try:
            return _ASKS[ask.operation](self, ask)
        except _Silence as silence:
            return Answer(Outcome.NO_ANSWER, code=silence.code)

    # ---- operations ------------------------------------------------------------------------------

    def _authorise(self, ask: Ask, replaces: str = "") -> Answer:
        key = self._key("A", ask.order)
        self._calls[ask.order] = key
        self._unheard.add(ask.order)
        fields = {
            "AmazonBillingAgreementId": _agreement(ask.consumer),
            "AuthorizationReferenceId": key,
            "AuthorizationAmount": ask.amount,
            "TransactionTimeout": 0,
            "CaptureNow": False,
            "SellerOrderAttributes.SellerOrderId": key,
        }
        if replaces:
            fields["SellerOrderAttributes.CustomInformation"] = f"{REPLACES}{replaces}"
        answer = self._judged(ask, "AuthorizeOnBillingAgreement", fields)
        self._unheard.discard(ask.order)
        if answer.transaction >= 0 and answer.transaction not in self._charges:
            self._refused[answer.transaction] = key
        return answer

    def _reauthorise(self, ask: Ask) -> Answer:
        return self._authorise(ask, self._charge(ask))

    def _change(self, ask: Ask) -> Answer:
        fields = {
            "AmazonOrderReferenceId": self._charge(ask)[:19],
            "OrderReferenceAttributes.OrderTotal": ask.amount,
        }
        return self._judged(ask, "SetOrderReferenceDetails", fields)

    def _capture(self, ask: Ask) -> Answer:
        fields = _named(self._charge(ask)) | {
            "CaptureReferenceId": self._key("C", ask.order),
            "CaptureAmount": ask.amount,
        }
        return self._judged(ask, "Capture", fields)

    def _cancel(self, ask: Ask) -> Answer:
        return self._judged(ask, "CancelOrderReference", {"AmazonOrderReferenceId": self._charge(ask)[:19]})

    def _refund(self, ask: Ask) -> Answer:
        capture = self._charge(ask).replace("-A", "-C")
        fields = {
            "AmazonCaptureId": capture,
            "RefundReferenceId": self._key("R", ask.order),
            "RefundAmount": ask.amount or self._left(ask, capture),
        }
        return self._judged(ask, "Refund", fields)

    def _left(self, ask: Ask, capture: str) -> int:
        """What is left of a capture; where nothing is, any amount is too much, and Amazon says so."""
        _, told, reply = self._heard(ask, "GetCaptureDetails", {"AmazonCaptureId": capture})
        if reply.status != 200:
            return 1
        details = told["GetCaptureDetailsResult"]["CaptureDetails"]
        amounts = (float(details[name]["Amount"]) for name in ("CaptureAmount", "RefundedAmount"))
        return max(int(next(amounts) - next(amounts)), 1)

    def _inquire(self, ask: Ask) -> Answer:
        if ask.transaction < 0 or ask.order in self._unheard:
            found = self._found(ask)
            if found is not None or ask.transaction < 0:
                return found or Answer(Outcome.DECLINED, code=UNKNOWN)
        root, content, reply = self._heard(ask, "GetAuthorizationDetails", _named(self._charge(ask)))
        told = self._keep(reply, "")
        if told is None:
            return Answer(Outcome.DECLINED, code=UNKNOWN)
        # An inquiry tells the state: even of a declined one the answer is a good one.
        return told.answer(Outcome.DECLINED if root == "ErrorResponse" else Outcome.ACCEPTED, _code(content))

    def _found(self, ask: Ask) -> Answer | None:
        """What came of an order's last charge."""
        listed, reply = self._listed(ask, self._calls.get(ask.order, f"{ask.order}"))
        told = self._keep(reply, listed)
        return (
            told.answer(Outcome.ACCEPTED) if listed and told is not None and told.transaction >= 0 else None
        )

    def _listed(self, ask: Ask, name: str) -> tuple[str, Reply]:
        """The authorisation that was asked for under an order number, "" where there is none."""
        fields = {"QueryId": name, "QueryIdType": "SellerOrderId", "PaymentDomain": "FE_JPY"}
        _, told, reply = self._heard(ask, "ListOrderReference", fields)
        orders = (told.get("ListOrderReferenceResult") or {}).get("OrderReferenceList")
        return orders["OrderReference"]["IdList"]["member"] if orders else "", reply

    def _print(self, ask: Ask) -> Answer:
        """Amazon prints no invoices: nothing is sent."""
        known = self._told.get(ask.transaction)
        return (
            known.answer(Outcome.DECLINED, NOT_OFFERED)
            if known
            else Answer(Outcome.DECLINED, code=NOT_OFFERED)
        )

    # ---- what it keeps ---------------------------------------------------------------------------

    def _key(self, what: str, order: int) -> str:
        """A reference id of its own for every try."""
        self._used[what, order] += 1
        return f"{what}{order}-{self._used[what, order]}"

    def _charge(self, ask: Ask) -> str:
        """The authorisation of a transaction; one that was refused by an error is looked up."""
        if (name := self._refused.get(ask.transaction)) is not None:
            self._charges[ask.transaction] = self._listed(ask, name)[0] or _NOBODY
            del self._refused[ask.transaction]
        return self._charges.get(ask.transaction, _NOBODY)

    def _keep(self, reply: Reply, authorization: str) -> Told | None:
        if TOLD not in reply.headers:
            return None
        told = Told.parse(reply.headers[TOLD])
        if told.transaction >= 0:
            self._told[told.transaction] = told
            if authorization:
                self._charges.setdefault(told.transaction, authorization)
        return told

    # ---- the wire --------------------------------------------------------------------------------

    def _heard(self, ask: Ask, action: str, fields: Mapping[str, Any]) -> tuple[str, Any, Reply]:
        """The root, content and reply of one call; raises `_Silence` where it says nothing."""
        try:
            reply = self._send(_request(ask, action, fields))
            root, content = parse(reply.body)
        except (Unheard, ValueError) as problem:
            raise _Silence from problem
        if reply.status >= 500 or not isinstance(content, dict):
            raise _Silence(_code(content))
        return root, content, reply

    def _judged(self, ask: Ask, action: str, fields: Mapping[str, Any]) -> Answer:
        """One call that the provider takes, declines or holds."""
        root, content, reply = self._heard(ask, action, fields)
        if root == "ErrorResponse":
            told = self._keep(reply, "")
            code = _SAME.get(_code(content), _code(content))
            return told.answer(Outcome.DECLINED, code) if told else Answer(Outcome.DECLINED, code=code)
        result = content.get(f"{action}Result") or {}
        details: Mapping[str, Any] = next((result[name] for name in _STATUS if name in result), {})
        told = self._keep(reply, details.get("AmazonAuthorizationId", ""))
        if told is None:
            raise _Silence
        return told.answer(*_verdict(details))


def _verdict(details: Mapping[str, Any]) -> tuple[Outcome, str]:
    """The outcome that a state is, and its code."""
    status: Mapping[str, Any] = next((details[name] for name in _STATUS.values() if name in details), {})
    state, reason = status.get("State", ""), status.get("ReasonCode") or ""
    if state == "Declined":
        return Outcome.DECLINED, reason
    if state == "Pending":
        return Outcome.PENDING, reason or "Pending"
    return Outcome.ACCEPTED, ""


def _named(authorization: str) -> dict[str, Any]:
    return {"AmazonAuthorizationId": authorization}


def _code(content: Any) -> str:
    found = content.get("Error") if isinstance(content, dict) else None
    return str(found.get("Code") or "") if isinstance(found, dict) else ""


def _agreement(consumer: int) -> str:
    """The consumer's agreement, made before the run."""
    left, right = divmod(consumer % 10**14, 10**7)
    return f"C03-{left:07d}-{right:07d}"


def _request(ask: Ask, action: str, fields: Mapping[str, Any]) -> Request:
    """A signed call."""
    sent = {
        "AWSAccessKeyId": _LOGIN.name,
        "Action": action,
        "SellerId": _LOGIN.extra["seller"],
        "SignatureMethod": "HmacSHA256",
        "SignatureVersion": "2",
        "Timestamp": moment(ask.at),
        "Version": "2013-01-01",
        **encode(action, fields),
    }
    sent["Signature"] = signature(_LOGIN.secret, _HOST, _PATH, sent)
    headers = {
        "host": _HOST,
        "content-type": "application/x-www-form-urlencoded",
        ASKED: Reference.of(ask).text(),
    }
    return Request("POST", _PATH, "", headers, form(sent), _HOST)


_ASKS: Mapping[Operation, Callable[[Shop, Ask], Answer]] = {
    Operation.AUTHORISE: Shop._authorise,
    Operation.REAUTHORISE: Shop._reauthorise,
    Operation.CHANGE: Shop._change,
    Operation.CAPTURE: Shop._capture,
    Operation.CANCEL: Shop._cancel,
    Operation.REFUND: Shop._refund,
    Operation.INQUIRE: Shop._inquire,
    Operation.PRINT_INVOICE: Shop._print,
}
