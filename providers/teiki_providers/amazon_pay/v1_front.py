"""Version 1 of Amazon Pay as a front: signed forms in, XML out."""

import re
from calendar import timegm
from collections.abc import Callable, Mapping
from datetime import datetime
from operator import itemgetter
from typing import Any

from teiki_providers.amazon_pay import sns
from teiki_providers.amazon_pay import v1_agreements as agreements
from teiki_providers.amazon_pay import v1_authorizations as authorizations
from teiki_providers.amazon_pay import v1_buyer as buyer
from teiki_providers.amazon_pay import v1_captures as captures
from teiki_providers.amazon_pay import v1_orders as orders
from teiki_providers.amazon_pay.codes import CODES
from teiki_providers.amazon_pay.v1_actions import ACTIONS
from teiki_providers.amazon_pay.v1_codes import Problem
from teiki_providers.amazon_pay.v1_instruments import INSTRUMENTS, simulation
from teiki_providers.amazon_pay.v1_ipn import uuid
from teiki_providers.amazon_pay.v1_later import LATER
from teiki_providers.amazon_pay.v1_office import Done, Office
from teiki_providers.amazon_pay.v1_quota import Quotas
from teiki_providers.amazon_pay.v1_records import Authorization, Order
from teiki_providers.amazon_pay.v1_signature import signed
from teiki_providers.amazon_pay.v1_wire import answer, decode, error, moment, parameters
from teiki_providers.exchange import Reply, Request, Turned
from teiki_providers.house import House
from teiki_providers.reference import ASKED, Reference
from teiki_providers.said import Instrument, Keys, Said
from teiki_sim.messages import Operation

__all__ = ["V1Front", "open_amazon_v1"]

_VERSION = "2013-01-01"
_SANDBOX, _LIVE = (f"/OffAmazonPayments{part}/{_VERSION}" for part in ("_Sandbox", ""))
#: How far a request's stamp may be from the listener's clock (documented).
_TOLERANCE_S = 15 * 60
_STAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?Z", re.ASCII)
_SIGNED = ("AWSAccessKeyId", "Action", "SellerId", "Signature", "SignatureMethod", "SignatureVersion", "Timestamp", "Version")  # fmt: skip
_FIXED = {"SignatureMethod": "HmacSHA256", "SignatureVersion": "2", "Version": _VERSION}
_KNOWN = {code.code: code for code in CODES}
#: The certificate of notices: no action of Amazon Pay's, but on this host all the same.
_CERTIFICATE = "SigningCertificate"
_BY_STATUS = {429: "RequestThrottled", 500: "InternalServerError", 503: "ServiceUnavailable"}


def _because(problem: Problem) -> str:
    """The error, and who says so."""
    code = _KNOWN.get(problem.code)
    basis = f"{'documented' if code.documented else 'modelled'}: {code.source}" if code else "asked for"
    return f"{problem.code}: {problem.message} ({basis})"


def _service(office: Office, said: Said) -> Done:
    return Done({"Status": "GREEN", "Timestamp": moment(office.now)})


def _account(office: Office, said: Said) -> Done:
    return Done({"AccountStatus": "ACTIVE"})


_DOES: Mapping[str, Callable[[Office, Said], Done | None]] = {
    "GetServiceStatus": _service,
    "GetMerchantAccountStatus": _account,
    "GetBillingAgreementDetails": agreements.get,
    "SetBillingAgreementDetails": agreements.put,
    "ConfirmBillingAgreement": agreements.confirm,
    "ValidateBillingAgreement": agreements.validate,
    "CreateOrderReferenceForId": agreements.create_order,
    "AuthorizeOnBillingAgreement": authorizations.authorise_on_agreement,
    "CloseBillingAgreement": agreements.close,
    "SetOrderReferenceDetails": orders.put,
    "SetOrderAttributes": orders.attributes,
    "GetOrderReferenceDetails": orders.get,
    "ConfirmOrderReference": orders.confirm,
    "CancelOrderReference": orders.cancel,
    "CloseOrderReference": orders.close,
    "ListOrderReference": orders.find,
    "ListOrderReferenceByNextToken": orders.find_more,
    "Authorize": authorizations.authorise,
    "GetAuthorizationDetails": authorizations.get,
    "CloseAuthorization": authorizations.close,
    "Capture": captures.capture,
    "GetCaptureDetails": captures.get_capture,
    "Refund": captures.refund,
    "GetRefundDetails": captures.get_refund,
}


class V1Front:
    """See `teiki_providers.said.Front`. Agreements and order references begin with the consumer's deeds
    ``new_billing_agreement`` and ``new_order_reference``: no call makes them."""

    name = "amazon_v1"
    provider = "amazon_pay"
    prefixes = ("/OffAmazonPayments", sns.PATH)

    def __init__(self, house: House) -> None:
        self.house = house
        self.office = Office(house, self.name)
        self.records = self.office.records
        self._quotas = Quotas(house)
        self._calls = 0

    # ---- reading ---------------------------------------------------------------------------------

    def read(self, request: Request) -> Said:
        """A signed form; or whoever checks a notice fetches the certificate, which Amazon serves to anybody."""
        if request.path == sns.PATH and request.method == "GET":
            return Said(self.name, _CERTIFICATE, {})
        try:
            return self._understood(request)
        except Problem as problem:
            request_id = uuid(self.house.seed, "turned", request.body)
            raise Turned(error(problem.code, problem.message, request_id), problem.message) from problem

    def _understood(self, request: Request) -> Said:
        path = request.path.rstrip("/")
        if path not in (_SANDBOX, _LIVE):
            raise Problem("InvalidAddress", "The address has no such section or version.")
        if request.method != "POST":
            raise Problem("InvalidParameterValue", f"{request.method[:10]} where POST is expected.")
        given = parameters(request.body)
        reference = Reference.parse(request.headers.get(ASKED, ""))
        self._authenticate(request, given, judged=reference is None)
        action = given["Action"]
        if action not in ACTIONS:
            raise Problem("InvalidParameterValue", f"There is no action {action[:40]}.")
        fields = decode(action, given)
        note = ACTIONS[action].note
        asked = simulation(note, given.get(note, "")) if note and path == _SANDBOX else None
        return Said(self.name, action, {**fields, "simulation": asked} if asked else fields, reference)

    def _authenticate(self, request: Request, given: Mapping[str, str], judged: bool) -> None:
        """Raises `Problem` unless a known key signed this for its seller, lately.

        teiki's own store lives on the sandbox's clock: its stamps are not judged.
        """
        missing = [name for name in _SIGNED if not given.get(name)]
        if missing:
            raise Problem("InvalidParameterValue", f"Parameter {missing[0]} is required.")
        for name, value in _FIXED.items():
            if given[name] != value:
                raise Problem("InvalidParameterValue", f"Parameter {name} must be {value}.")
        credential = self.house.credentials.find("amazon_v1", given["AWSAccessKeyId"])
        if credential is None:
            raise Problem("InvalidAccessKeyId", "The AWS access key id is not known.")
        # A proxy on the way may have another address than the one that was signed.
        hosts = {request.headers.get("host", ""), request.host}
        if not any(signed(credential.secret, host, request.path, given) for host in hosts):
            raise Problem("SignatureDoesNotMatch", "The signature is not what we calculated.")
        if given["SellerId"] != credential.extra.get("seller", given["SellerId"]):
            raise Problem("AccessDenied", "The access key may not act for this seller.")
        self._timely(given["Timestamp"], request.wall if judged else None)

    def _timely(self, stamp: str, wall: float | None) -> None:
        found = _STAMP.fullmatch(stamp)
        try:
            sent = timegm(datetime.fromisoformat(found[1]).timetuple()) if found else None
        except ValueError:
            sent = None
        if sent is None:
            raise Problem("InvalidParameterValue", "Parameter Timestamp is not an ISO 8601 instant in UTC.")
        if wall is not None and abs(wall - sent) > _TOLERANCE_S:
            raise Problem("InvalidParameterValue", "The request has expired: its Timestamp is too far off.")

    # ---- acting ----------------------------------------------------------------------------------

    def keys(self, said: Said) -> Keys:
        """A fault finds a call by agreement (or order reference), the shop's order, amount and simulation."""
        if said.operation == _CERTIFICATE:
            return Keys(operation=Operation.INQUIRE)
        fields, operation = said.fields, ACTIONS[said.operation].operation
        order = self._order_of(fields)
        consumer = str(fields.get("AmazonBillingAgreementId") or fields.get("Id") or "")
        named = str(fields.get("SellerOrderAttributes.SellerOrderId") or fields.get("QueryId") or "")
        amounts = (value for name, value in fields.items() if name.endswith(("Amount", "OrderTotal")))
        simulated = fields.get("simulation", {})
        return Keys(
            consumer or (order.agreement or order.id if order else ""),
            named or (order.seller_order if order else ""),
            next((int(amount) for amount in amounts), 0),
            simulated.get("ReasonCode") or simulated.get("State", ""),
            operation,
            operation == Operation.AUTHORISE and not self._repeats(said),
        )

    def _repeats(self, said: Said) -> bool:
        """Whether it names a reference id again: then nothing new is charged."""
        return self.records.knows("authorization", str(said.fields["AuthorizationReferenceId"]))

    def _order_of(self, fields: Mapping[str, Any]) -> Order | None:
        records = self.records
        capture = fields.get("AmazonCaptureId", "")
        refund = records.refunds.get(fields.get("AmazonRefundId", ""))
        if refund is not None:
            capture = refund.capture
        found = records.captures.get(capture)
        charge = found.authorization if found else fields.get("AmazonAuthorizationId", "")
        one = records.authorizations.get(charge)
        return records.orders.get(one.order if one else fields.get("AmazonOrderReferenceId", ""))

    def act(self, said: Said) -> Reply:
        """Do it and answer."""
        if said.operation == _CERTIFICATE:
            return Reply(200, sns.certificate(), "application/x-pem-file")
        self._calls += 1
        request_id = uuid(self.house.seed, self.name, self._calls)
        if not self._quotas.passes(said.operation):
            return self.trouble("RequestThrottled", 503)
        self.office.acting = True
        try:
            done = _DOES[said.operation](self.office, said)
        except Problem as problem:
            self.house.why.say(_because(problem))
            return error(problem.code, problem.message, request_id)
        finally:
            self.office.acting = False
        if done is None:
            return error(
                "InternalServerError", "No answer.", request_id
            )  # the house puts another in its place
        return answer(said.operation, done.tree, request_id, done.transaction)

    def trouble(self, code: str, status: int) -> Reply:
        """An error of the gateway before Amazon Pay."""
        named = code or _BY_STATUS.get(status, "InternalServerError")
        request_id = uuid(self.house.seed, "trouble", self._calls)
        return error(named, "The request could not be served; try again later.", request_id, status)

    # ---- later -----------------------------------------------------------------------------------

    def due(self, at: int, what: str, key: str) -> str:
        """A draft goes stale, an order reference grows old, something pending is decided."""
        return LATER[what](self.office, key)

    def resolved(self, transaction: int, what: str, code: str) -> None:
        """News of the ledger on an authorisation."""
        identity = self.records.of_number.get(transaction)
        if identity is not None:
            authorizations.resolved(self.office, self.records.authorizations[identity], what, code)

    def results(self, identity: str, results: list[str]) -> dict[str, Any]:
        """What the next inquiries tell of a pending authorisation: Pending, Open or Declined, one each."""
        one = self._charge(identity)
        unknown = sorted(set(results) - {"Pending", "Open", "Declined"})
        if unknown:
            raise ValueError(f"{unknown[0]!r} is none of Pending, Open, Declined")
        if one.state != "Pending":
            raise ValueError(f"{one.id} is in state {one.state}: nothing is pending")
        ends = next((n for n, word in enumerate(results, 1) if word != "Pending"), 0)
        declined = bool(ends) and results[ends - 1] == "Declined"
        self.office.await_polls(one, ends, declined)
        return {"id": one.id, "results": results}

    # ---- the consumer ----------------------------------------------------------------------------

    def new_billing_agreement(self, live: bool = False) -> str:
        """The consumer starts a subscription in the widget: a draft agreement's id."""
        return agreements.new(self.office, live)

    def new_order_reference(self, live: bool = False) -> str:
        """The consumer starts an order in the widget: a draft order reference's id."""
        return orders.new(self.office, live)

    def buyer(self, identity: str, action: str, details: Mapping[str, Any]) -> dict[str, Any]:
        """What the consumer does at Amazon."""
        return buyer.deed(self.office, identity, action, details)

    def actions(self) -> Mapping[str, str]:
        """The consumer's deeds."""
        return buyer.ACTIONS

    # ---- looking ---------------------------------------------------------------------------------

    def _charge(self, identity: str) -> Authorization:
        """The authorisation of an id: its own, its capture's, or its order reference's newest. Raises KeyError."""
        records = self.records
        if identity in records.captures:
            identity = records.captures[identity].authorization
        if identity in records.orders and records.orders[identity].authorizations:
            identity = records.orders[identity].authorizations[-1]
        return records.authorizations[identity]

    def transactions(self) -> list[dict[str, Any]]:
        """All authorisations in order."""
        return [self.transaction(identity) for identity in self.records.authorizations]

    def transaction(self, identity: str) -> dict[str, Any]:
        """An authorisation with its order reference, captures, refunds, timeline and ledger."""
        one = self._charge(identity)
        order = self.records.orders[one.order]
        taken = [self.records.captures[capture] for capture in one.captures]
        given_back = [self.records.refunds[refund] for capture in taken for refund in capture.refunds]
        told = [(at, thing.id, what) for thing in (one, *taken, *given_back) for at, what in thing.timeline]
        return {
            "id": one.id,
            "order": order.seller_order or order.id,
            "order_reference": {"id": order.id, "state": order.state, "reason": order.reason},
            "consumer": order.agreement or order.id,
            "amount": one.amount,
            "state": one.state,
            "reason": one.reason,
            "captures": [{"id": c.id, "amount": c.amount, "state": c.state} for c in taken],
            "refunds": [{"id": r.id, "amount": r.amount, "state": r.state} for r in given_back],
            "timeline": [
                {"at": at, "id": thing, "what": what} for at, thing, what in sorted(told, key=itemgetter(0))
            ],
            "ledger": self.house.ledger_of(one.number),
        }

    def identity(self, transaction: int) -> str:
        """The authorisation's id of a transaction."""
        return self.records.of_number.get(transaction, "")

    def number(self, identity: str) -> int:
        """The transaction of an id; -1 for an agreement or an order reference without one. Raises KeyError."""
        if identity in self.records.agreements:
            return -1
        if identity in self.records.orders and not self.records.orders[identity].authorizations:
            return -1
        return self._charge(identity).number

    def instruments(self) -> list[Instrument]:
        """The simulations and the starred cards."""
        return list(INSTRUMENTS)


def open_amazon_v1(house: House) -> V1Front:
    """For `teiki_providers.fronts`."""
    return V1Front(house)
