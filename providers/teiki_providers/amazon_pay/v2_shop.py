"""teiki's own store on version 2: each operation as signed requests, each answer in the words of the ledger.

An answer that is lost is looked for under its own idempotency key: an empty request with the key tells whether the key is
known, and only then is the call repeated, which gives the first answer again and charges nothing.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from teiki_providers.amazon_pay.book import BOOK
from teiki_providers.amazon_pay.v2_charges import REPLACES
from teiki_providers.amazon_pay.v2_codes import CODES, ledger_word
from teiki_providers.amazon_pay.v2_keys import STORE_KEY_ID, store_key
from teiki_providers.amazon_pay.v2_signature import Authorization, canonical, sign
from teiki_providers.amazon_pay.v2_wire import Call, encode, read_answer, stamp
from teiki_providers.books import NOT_OFFERED, UNKNOWN, Refused
from teiki_providers.exchange import Reply, Request, Unheard
from teiki_providers.reference import ASKED, TOLD, Reference, Told
from teiki_providers.states import State
from teiki_sim.messages import Answer, Ask, Operation, Outcome

__all__ = ["Shop", "permission_of"]

O = Operation
_HOST = "pay-api.amazon.jp"
_ALGORITHM = "AMZN-PAY-RSASSA-PSS-V2"
_SIGNED = ("accept", "content-type", "x-amz-pay-date", "x-amz-pay-host", "x-amz-pay-region")
_NAMED = re.compile(r"[SP]03-\d{7}-\d{7}-C\d{6}")
#: A charge that the shop has no id of.
_NOWHERE = "P03-0000000-0000000-C000000"
#: Refusals by state, which the ledger's book has words for.
_BY_STATE = frozenset({"InvalidChargeStatus", "UnsupportedOperation", "ResourceNotFound"})
#: Why a permission can't be charged, in the ledger's words.
_REASONS: Mapping[str, str] = {
    "PaymentMethodNotSet": "PaymentPlanNotSet",
    "PaymentMethodInvalid": "InvalidBillingAgreementStatus",
}


def permission_of(consumer: int) -> str:
    """The charge permission that a consumer of teiki's own store agreed to."""
    return f"B03-{consumer % 10**7:07d}-{consumer // 10**7 % 10**7:07d}"


class _Busy(Unheard):
    """Amazon could not serve the call, and says which way."""


@dataclass(slots=True)
class _Sold:
    """What the shop knows of a charge: its id, and what it took and gave back (-1: not sure any more)."""

    id: str
    captured: int = 0
    refunded: int = 0


@dataclass(frozen=True, slots=True)
class _Said:
    """An answer that was heard."""

    status: int
    body: Mapping[str, Any]
    told: Told | None

    @property
    def code(self) -> str:
        """The reason of an error, "" for none."""
        return str(self.body.get("reasonCode", "InternalServerError")) if self.status >= 300 else ""

    @property
    def named(self) -> str:
        """The charge that an answer is about: an error names it in its message."""
        found = _NAMED.search(str(self.body.get("message", "")))
        return str(self.body.get("chargeId") or (found[0] if found is not None else ""))


@dataclass(slots=True)
class Shop:
    """The shop's half of version 2. It keeps the ids of its charges, and the calls whose answers it never heard."""

    send: Callable[[Request], Reply]
    _sold: dict[int, _Sold] = field(default_factory=dict)  # by transaction
    _last: dict[int, str] = field(default_factory=dict)  # order -> its newest charge
    _unheard: dict[int, list[Call]] = field(default_factory=dict)  # order -> charges whose answers were lost
    _serial: int = 0

    def ask(self, ask: Ask) -> Answer:
        """Ask for one operation."""
        try:
            return _STEPS[ask.operation](self, ask)
        except _Busy as busy:
            return Answer(Outcome.NO_ANSWER, code=str(busy))
        except Unheard:
            return Answer(Outcome.NO_ANSWER)

    # ---- operations ------------------------------------------------------------------------------

    def _authorise(self, ask: Ask) -> Answer:
        return self._charge(ask, {})

    def _reauthorise(self, ask: Ask) -> Answer:
        """Authorise anew in the old one's place."""
        old = self._of(ask.transaction)
        if old.id == _NOWHERE:
            return self._refused(ask, "ResourceNotFound", None)
        return self._charge(ask, {"merchantMetadata": {"customInformation": f"{REPLACES}{old.id}"}})

    def _charge(self, ask: Ask, more: Mapping[str, Any]) -> Answer:
        amount = ask.amount or self._amount(ask)
        fields = {
            "chargePermissionId": permission_of(ask.consumer),
            "chargeAmount": amount,
            "canHandlePendingAuthorization": True,
            **more,
        }
        call = Call("create_charge", "", fields, self._key(ask))
        lost = self._unheard.setdefault(ask.order, [])
        lost.append(call)
        said = self._call(ask, call)
        lost.remove(call)
        if said.told is not None and said.told.transaction > ask.transaction:
            lost.clear()  # whatever became of them, this one is newer
        return self._judged(ask, said)

    def _amount(self, ask: Ask) -> int:
        """An edit that names no amount keeps the old one; of a declined charge nothing was reserved."""
        told = self._look(ask, self._of(ask.transaction).id).told
        return told.amount if told is not None else 0

    def _judged(self, ask: Ask, said: _Said) -> Answer:
        """What became of an authorisation."""
        if said.named:
            self._know(ask, said)
        if said.told is None or said.code:
            return self._refused(ask, said.code, said.told)
        status = said.body["statusDetails"]
        if status["state"] != "AuthorizationInitiated":
            return self._done(said)
        return said.told.answer(Outcome.PENDING, status["reasonCode"] or BOOK.words.held)

    def _capture(self, ask: Ask) -> Answer:
        fields = {"captureAmount": ask.amount}
        return self._moved(ask, Call("capture_charge", self._of(ask.transaction).id, fields, self._key(ask)))

    def _cancel(self, ask: Ask) -> Answer:
        fields = {"cancellationReason": "注文の取消"}
        return self._moved(ask, Call("cancel_charge", self._of(ask.transaction).id, fields))

    def _change(self, ask: Ask) -> Answer:
        """Amazon keeps the old amount until the capture (SS-AMZ-01), and says so."""
        fields = {"chargeAmount": ask.amount}
        return self._moved(ask, Call("update_charge", self._of(ask.transaction).id, fields, self._key(ask)))

    def _refund(self, ask: Ask) -> Answer:
        """Give back an amount, or all that is left of the sale."""
        sold = self._of(ask.transaction)
        if not ask.amount and sold.captured < 0:
            self._look(ask, sold.id)
        amount = ask.amount or max(0, sold.captured - sold.refunded)
        fields = {"chargeId": sold.id, "refundAmount": amount}
        answer = self._moved(ask, Call("create_refund", "", fields, self._key(ask)))
        if answer.outcome == Outcome.ACCEPTED and sold.captured >= 0:
            sold.refunded += amount
        return answer

    def _moved(self, ask: Ask, call: Call) -> Answer:
        sold = self._of(ask.transaction)
        was, sold.captured = sold.captured, -1  # until it is heard how it went
        said = self._call(ask, call)
        sold.captured = was
        if said.code:
            return self._refused(ask, said.code, said.told)
        self._note(sold, said.body)
        return self._done(said)

    def _inquire(self, ask: Ask) -> Answer:
        """Look at a charge; one whose answer was lost is found by its key first."""
        known = self._of(ask.transaction).id if ask.transaction >= 0 else self._last.get(ask.order, _NOWHERE)
        identity = known
        if lost := self._unheard.get(ask.order):
            identity = self._newest(ask, lost, known) or (known if ask.transaction >= 0 else "")
            lost.clear()
        if not identity or identity == _NOWHERE:
            return Answer(Outcome.DECLINED, code=UNKNOWN)
        said = self._look(ask, identity)
        if said.code or said.told is None:
            return self._refused(ask, said.code, said.told)
        self._know(ask, said)
        return self._done(said)

    def _newest(self, ask: Ask, lost: Sequence[Call], known: str) -> str:
        """The newest charge that a lost call made, "" where none did. A lost call for a charge of its own ends the
        search: what was lost before it is nobody's any more."""
        for call in reversed(lost):
            found = self._found(ask, call)
            if found not in ("", known):
                return found
            if "merchantMetadata" not in call.fields:
                break
        return ""

    def _found(self, ask: Ask, lost: Call) -> str:
        """The charge that a lost call made, "" where the call never arrived."""
        probe = replace(lost, fields={} if ask.transaction < 0 else {"captureNow": False})
        if self._call(ask, probe).code != "DuplicateIdempotencyKey":
            return ""
        return self._call(ask, lost).named

    def _print_invoice(self, ask: Ask) -> Answer:
        """There are no invoices: nothing to send."""
        return replace(self._inquire(ask), outcome=Outcome.DECLINED, code=NOT_OFFERED)

    # ---- answers ---------------------------------------------------------------------------------

    def _done(self, said: _Said) -> Answer:
        assert said.told is not None
        return said.told.answer(Outcome.ACCEPTED)

    def _refused(self, ask: Ask, code: str, told: Told | None) -> Answer:
        """An error in the ledger's words: what a state forbids is what the book says of the state."""
        if code in _BY_STATE:
            state = State[told.state] if told is not None and told.state else State.NONE
            cell = BOOK.cell(state, ask.operation)
            code = cell.code if isinstance(cell, Refused) else BOOK.words.expired  # dead, and not swept yet
        elif code == "InvalidChargePermissionStatus":
            code = self._reason(ask) or code
        code = ledger_word(code)
        return (
            told.answer(Outcome.DECLINED, code) if told is not None else Answer(Outcome.DECLINED, code=code)
        )

    def _reason(self, ask: Ask) -> str:
        """Why the permission can't be charged: the shop looks at it."""
        said = self._call(ask, Call("get_permission", permission_of(ask.consumer)))
        reasons = said.body.get("statusDetails", {}).get("reasons") or [{}]
        return _REASONS.get(reasons[0].get("reasonCode", ""), "")

    # ---- what the shop keeps ---------------------------------------------------------------------

    def _of(self, transaction: int) -> _Sold:
        return self._sold.get(transaction) or _Sold(_NOWHERE)

    def _know(self, ask: Ask, said: _Said) -> None:
        self._last[ask.order] = said.named
        if said.told is not None and said.told.transaction >= 0:
            known = self._sold.get(said.told.transaction)
            if known is None or known.id != said.named:
                known = self._sold[said.told.transaction] = _Sold(said.named)
            self._note(known, said.body)

    @staticmethod
    def _note(sold: _Sold, body: Mapping[str, Any]) -> None:
        """What was taken and given back, where the answer is a charge."""
        if "captureAmount" in body:
            sold.captured = int((body["captureAmount"] or {}).get("amount", 0))
            sold.refunded = int((body["refundedAmount"] or {}).get("amount", 0))

    def _key(self, ask: Ask) -> str:
        """A key for each new call."""
        self._serial += 1
        return f"t{self._serial}-{max(ask.order, 0)}"

    # ---- the wire --------------------------------------------------------------------------------

    def _look(self, ask: Ask, identity: str) -> _Said:
        said = self._call(ask, Call("get_charge", identity))
        if not said.code:
            sold = self._of(ask.transaction)
            self._note(sold, said.body)
        return said

    def _call(self, ask: Ask, call: Call) -> _Said:
        """Send one call. Raises `Unheard` where no answer comes, none that can be read, or "try again"."""
        reply = self.send(self._signed(ask, call))
        if reply.trouble:
            raise Unheard("")
        try:
            said = _Said(reply.status, read_answer(reply.body), _told(reply))
        except ValueError as error:
            raise Unheard("") from error
        if said.status in (429, 500, 503) and said.code != "ProcessingFailure":
            raise _Busy(ledger_word(said.code))
        if said.status >= 500 and said.code not in CODES:
            raise _Busy(said.code)
        return said

    def _signed(self, ask: Ask, call: Call) -> Request:
        method, path, more, body = encode(call)
        headers = {
            "accept": "application/json",
            "content-type": "application/json",
            "x-amz-pay-date": stamp(ask.at),
            "x-amz-pay-host": _HOST,
            "x-amz-pay-region": "jp",
            **more,
        }
        if call.fields == {} and method == "POST":
            body = b"{}"
        signed = tuple(sorted({*_SIGNED, *more}))
        text = canonical(method, f"/v2{path}", "", headers, signed, body)
        signature = sign(store_key(), _ALGORITHM, text)
        headers["authorization"] = Authorization(_ALGORITHM, STORE_KEY_ID, signed, signature).text()
        headers[ASKED] = Reference.of(ask).text()
        return Request(method, f"/v2{path}", "", headers, body, _HOST)


def _told(reply: Reply) -> Told | None:
    header = reply.headers.get(TOLD)
    return Told.parse(header) if header is not None else None


_STEPS: Mapping[Operation, Callable[[Shop, Ask], Answer]] = {
    O.AUTHORISE: Shop._authorise,
    O.REAUTHORISE: Shop._reauthorise,
    O.CHANGE: Shop._change,
    O.CAPTURE: Shop._capture,
    O.CANCEL: Shop._cancel,
    O.REFUND: Shop._refund,
    O.INQUIRE: Shop._inquire,
    O.PRINT_INVOICE: Shop._print_invoice,
}
