"""Order references: set, confirm, cancel, close, find."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from teiki_providers.amazon_pay import v1_details as details
from teiki_providers.amazon_pay.v1_agreements import drafted, new_order
from teiki_providers.amazon_pay.v1_codes import Problem
from teiki_providers.amazon_pay.v1_office import Done, Office
from teiki_providers.amazon_pay.v1_records import Order
from teiki_providers.amazon_pay.v1_tables import ORDER, permit
from teiki_providers.amazon_pay.v1_wire import decode, encode
from teiki_providers.said import Said
from teiki_sim.messages import Method, Operation, Outcome

__all__ = ["attributes", "cancel", "close", "confirm", "find", "find_more", "get", "new", "put"]

_PAGE = 10


def new(office: Office, live: bool = False) -> str:
    """A draft of a one-time order, as the buyer's widget makes it."""
    order = new_order(office, live)
    drafted(office, order)
    return order.id


def _told(order: Order, seen: bool = False) -> Done:
    return Done({"OrderReferenceDetails": details.order(order, seen)}, order.id)


def get(office: Office, said: Said) -> Done:
    """GetOrderReferenceDetails."""
    return _told(office.order(said), bool({"AccessToken", "AddressConsentToken"} & set(said.fields)))


def put(office: Office, said: Said) -> Done | None:
    """SetOrderReferenceDetails: of a draft only, so an edited amount never reaches Amazon (SS-AMZ-01)."""
    order = office.order(said)
    total = int(said.fields["OrderReferenceAttributes.OrderTotal"])
    if order.authorizations:
        number = office.records.authorizations[order.authorizations[-1]].number
        answer = office.house.follow(Operation.CHANGE, number, total, reference=said.reference)
        if answer.outcome == Outcome.NO_ANSWER:
            return None
        raise Problem(answer.code, f"{order.id} is in state {order.state} and can't be modified.")
    permit(ORDER, order.id, order.state, "set")
    order.total = office.positive(total, "OrderReferenceAttributes.OrderTotal")
    office.describe(order, office.attributes(said, "OrderReferenceAttributes."))
    return _told(order)


def attributes(office: Office, said: Said) -> Done:
    """SetOrderAttributes: everything but the total also after the confirm."""
    order = office.order(said)
    permit(ORDER, order.id, order.state, "attributes")
    total = said.fields.get("OrderAttributes.OrderTotal")
    if total is not None:
        permit(ORDER, order.id, order.state, "set")
        order.total = office.positive(int(total), "OrderAttributes.OrderTotal")
    office.describe(order, office.attributes(said, "OrderAttributes."))
    return _told(order)


def confirm(office: Office, said: Said) -> Done:
    """ConfirmOrderReference: again on an open one changes nothing."""
    order = office.order(said)
    permit(ORDER, order.id, order.state, "confirm")
    if order.constraints:
        raise Problem("ConstraintsExist", f"{order.id} has constraints: {', '.join(order.constraints)}.")
    order.confirmed = True
    office.stand(order, "Open")
    return Done(None, order.id)


def cancel(office: Office, said: Said) -> Done | None:
    """CancelOrderReference, with its open authorisations, if nothing is captured."""
    order = office.order(said)
    charges = office.records.of_order(order)
    if said.reference is not None and charges:
        # The store's order is its one authorisation, and the book says what becomes of that.
        cancelled = charges[-1:]
    else:
        permit(ORDER, order.id, order.state, "cancel")
        captures = (office.records.captures[c] for charge in charges for c in charge.captures)
        if any(capture.state != "Declined" for capture in captures):
            raise Problem("InvalidCancelAttempt", f"{order.id} has captures and can't be canceled.")
        cancelled = [charge for charge in charges if charge.state in ("Open", "Pending")]
    for charge in cancelled:
        answer = office.house.follow(Operation.CANCEL, charge.number, reference=said.reference)
        if answer.outcome == Outcome.NO_ANSWER:
            return None
        if answer.outcome == Outcome.DECLINED:
            raise Problem(answer.code, f"{order.id} is in state {order.state} and can't be canceled.")
    for charge in cancelled:
        office.stand(charge, "Closed", "OrderReferenceCanceled")
    office.stand(order, "Canceled", "SellerCanceled", said.fields.get("CancelationReason", ""))
    return Done(None, order.id)


def close(office: Office, said: Said) -> Done:
    """CloseOrderReference: nothing new can be authorised; what is authorised can still be captured."""
    order = office.order(said)
    permit(ORDER, order.id, order.state, "close")
    office.stand(order, "Closed", "SellerClosed", said.fields.get("ClosureReason", ""))
    return Done(None, order.id)


# ---- finding -------------------------------------------------------------------------------------


def _found(office: Office, query: dict[str, Any]) -> list[Order]:
    """The order references of a shop's order number, as the query wants them."""
    orders = [office.records.orders[one] for one in office.records.of_seller_order.get(query["QueryId"], [])]
    states = query.get("OrderReferenceStatusListFilter.OrderReferenceStatus")
    since, until = (query.get(f"CreatedTimeRange.{end}Time") for end in ("Start", "End"))
    wanted = [
        order
        for order in orders
        if (not states or order.state in states)
        and (since is None or order.at >= since)
        and (until is None or order.at <= until)
    ]
    return wanted[::-1] if query.get("SortOrder") == "Descending" else wanted


def _page(office: Office, query: dict[str, Any], start: int) -> Done:
    found, size = _found(office, query), int(query.get("PageSize", _PAGE))
    shown = [details.order(order) for order in found[start : start + size]]
    tree: dict[str, Any] = {"OrderReferenceList": {"OrderReference": shown}}
    if start + size < len(found):
        token = json.dumps([start + size, encode("ListOrderReference", query)]).encode()
        tree["NextPageToken"] = urlsafe_b64encode(token).decode()
    return Done(tree, shown[0]["AmazonOrderReferenceId"] if shown else "")


def find(office: Office, said: Said) -> Done | None:
    """ListOrderReference, by the shop's own order number: how a lost answer is found."""
    if said.reference is not None:
        answer = office.house.seek(Method.AMAZON_PAY, said.reference)
        if answer.outcome == Outcome.NO_ANSWER:
            return None
    return _page(office, dict(said.fields), 0)


def find_more(office: Office, said: Said) -> Done:
    """ListOrderReferenceByNextToken: the token is the query and where to go on."""
    try:
        start, parameters = json.loads(urlsafe_b64decode(said.fields["NextPageToken"]))
        return _page(office, decode("ListOrderReference", dict(parameters)), abs(int(start)))
    except (ValueError, TypeError, AttributeError, Problem) as problem:
        raise Problem("InvalidParameterValue", "Parameter NextPageToken is no token of ours.") from problem
