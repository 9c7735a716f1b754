"""Authorisations: asked for, decided at once or later, closed.

One of the ledger's transactions each. An asynchronous one is decided by the ledger at once, and the shop is told
half a minute later; one that the ledger holds is declined when its TransactionTimeout is over.
"""

from contextlib import suppress
from typing import Any

from teiki_providers.amazon_pay import v1_details as details
from teiki_providers.amazon_pay.v1_agreements import chargeable, new_order, within_month
from teiki_providers.amazon_pay.v1_captures import take
from teiki_providers.amazon_pay.v1_codes import DECLINES, Problem
from teiki_providers.amazon_pay.v1_office import ASYNC_S, Done, Office
from teiki_providers.amazon_pay.v1_records import Authorization, Order
from teiki_providers.amazon_pay.v1_tables import AUTHORIZATION, ORDER, permit
from teiki_providers.said import Said
from teiki_providers.scripts import Effect
from teiki_providers.states import LIVE, State
from teiki_sim.calendar import DAY
from teiki_sim.messages import Answer, Method, Operation, Outcome

__all__ = ["REPLACES", "authorise", "authorise_on_agreement", "close", "get", "resolved", "settle", "verdict"]

#: In CustomInformation of teiki's own store: the authorisation that this one is in the place of.
REPLACES = "teiki:replaces:"
_DEFAULT_TIMEOUT = 1440
_MOST_CHARGES = 10
_CUSTOM = "SellerOrderAttributes.CustomInformation"


def _told(office: Office, authorization: Authorization, with_order: bool) -> Done:
    tree: dict[str, Any] = {"AuthorizationDetails": details.authorization(authorization, office.records)}
    if with_order:
        tree["AmazonOrderReferenceId"] = authorization.order
    return Done(tree, authorization.id)


# ---- asking --------------------------------------------------------------------------------------


def authorise(office: Office, said: Said) -> Done | None:
    """Authorize, on an order reference that is open."""
    order = office.order(said)
    before = office.repeated(said, "authorization", "AuthorizationReferenceId", order.id)
    if before:
        return _told(office, office.records.authorizations[before], with_order=False)
    permit(ORDER, order.id, order.state, "authorise")
    amount = office.positive(int(said.fields["AuthorizationAmount"]), "AuthorizationAmount")
    charges = office.records.of_order(order)
    live = [one for one in charges if one.state in ("Open", "Pending")]
    used = sum(one.amount for one in live) + sum(office.records.captured(one) for one in charges)
    if used + amount > (order.total or 0):
        raise Problem("TransactionAmountExceeded", f"{order.id} is for {order.total} JPY, {used} are used.")
    if sum(one.state != "Declined" for one in charges) >= _MOST_CHARGES:
        raise Problem("TransactionCountExceeded", f"{order.id} has {_MOST_CHARGES} authorizations.")
    answer = office.house.charge(
        Method.AMAZON_PAY, order.seller_order or order.id, order.agreement or order.id, amount, said.reference,
        _forced(office, said, office.card(order)),
    )  # fmt: skip
    if answer.outcome == Outcome.NO_ANSWER:
        return None
    made = _made(office, said, order, answer, answer.transaction)
    office.remember(said, "authorization", "AuthorizationReferenceId", order.id, made.id)
    return _told(office, made, with_order=False)


def authorise_on_agreement(office: Office, said: Said) -> Done | None:
    """AuthorizeOnBillingAgreement: an order reference of its own comes with it."""
    agreement = office.agreement(said)
    before = office.repeated(said, "authorization", "AuthorizationReferenceId", agreement.id)
    if before:
        return _told(office, office.records.authorizations[before], with_order=True)
    chargeable(agreement, "authorise")
    size, amount = office.house.ledger.size, int(said.fields["AuthorizationAmount"])
    replaced = _replaced(office, said)
    if replaced is not None:
        answer = office.house.follow(Operation.REAUTHORISE, replaced.number, amount, reference=said.reference)
    else:
        if said.reference is None:
            office.positive(amount, "AuthorizationAmount")
            within_month(office, agreement, amount)
        name = str(said.fields.get("SellerOrderAttributes.SellerOrderId") or f"{agreement.id}:{size}")
        forced = _forced(office, said, agreement.card)
        answer = office.house.charge(
            Method.AMAZON_PAY, name, agreement.id, amount, said.reference, forced
        )  # fmt: skip
    if answer.outcome == Outcome.NO_ANSWER:
        return None
    if office.house.ledger.size == size:
        raise Problem(
            answer.code, f"The amount of {said.fields['AmazonBillingAgreementId']} can't be replaced."
        )
    order = new_order(office, agreement.live, agreement.id)
    order.total, order.confirmed = amount or int(office.house.ledger.authorised[size]), True
    office.describe(order, office.attributes(said, ""))
    office.begin(order, "Open")
    if said.reference is None:
        office.timer(details.LIFE * DAY, "aged", order.id)
    try:
        made = _made(office, said, order, answer, size)
    except Problem:
        office.stand(order, "Canceled", "AmazonCanceled")
        raise
    finally:
        if replaced is not None:
            _follow_ledger(office, replaced)
    office.remember(said, "authorization", "AuthorizationReferenceId", agreement.id, made.id)
    return _told(office, made, with_order=True)


def _replaced(office: Office, said: Said) -> Authorization | None:
    """What teiki's own store replaces: at Amazon that is a new authorisation and a cancel, in the book one move."""
    custom = str(said.fields.get(_CUSTOM, ""))
    if said.reference is None or not custom.startswith(REPLACES):
        return None
    return office.records.authorization(custom.removeprefix(REPLACES))


def _forced(office: Office, said: Said, card: str) -> Effect | None:
    """What a simulation in the note, or a starred card of the wallet, makes of it."""
    simulation = said.fields.get("simulation", {})
    if simulation.get("State") == "Declined":
        return Effect("declined", simulation["ReasonCode"])
    return Effect("declined", card) if card in DECLINES else None


def _made(office: Office, said: Said, order: Order, answer: Answer, number: int) -> Authorization:
    """The record of a new authorisation. Raises `Problem` where its refusal is an error and no state."""
    records, fields = office.records, said.fields
    one = Authorization(
        records.below(order.id, "A", records.authorizations),
        "",
        office.now,
        order=order.id,
        number=number,
        reference=str(fields["AuthorizationReferenceId"]),
        amount=int(office.house.ledger.authorised[number]) or int(fields["AuthorizationAmount"]),
        note=str(fields.get("SellerAuthorizationNote", "")),
        descriptor=str(fields.get("SoftDescriptor", "")),
        capture_now=bool(fields.get("CaptureNow")),
        simulation=fields.get("simulation", {}),
        referred=said.reference is not None,
    )
    one.soft = one.simulation.get("SoftDecline") == "true"
    records.authorizations[one.id] = one
    records.of_number[number] = one.id
    order.authorizations.append(one.id)
    timeout = int(fields.get("TransactionTimeout", _DEFAULT_TIMEOUT))
    if answer.outcome == Outcome.DECLINED and answer.code not in DECLINES:
        office.begin(one, "Declined", answer.code)
        office.suffer(one, answer.code)
        raise Problem(answer.code, f"The authorization was refused: {answer.code}.")
    _open(office, one, answer, timeout)
    return one


def _open(office: Office, one: Authorization, answer: Answer, timeout: int) -> None:
    """What the shop is told now, and what later."""
    if answer.outcome == Outcome.PENDING:
        office.begin(one, "Pending", "" if answer.code == "Pending" else answer.code)
        if timeout:
            office.timer(timeout * 60, "timeout", one.id)
        return
    result = ("Open", "") if answer.outcome == Outcome.ACCEPTED else ("Declined", answer.code)
    if timeout:
        office.begin(one, "Pending")
        one.verdict = result
        office.timer(ASYNC_S, "verdict", one.id)
    else:
        office.begin(one, *result)
        _decided(office, one)


# ---- deciding ------------------------------------------------------------------------------------


def _decided(office: Office, one: Authorization) -> None:
    """What follows from a verdict: a capture at once, a suspended agreement, a simulated end."""
    one.verdict = None
    if one.state == "Declined":
        office.suffer(one, one.reason)
        minutes = one.simulation.get("PaymentMethodUpdateTimeInMins")
        if minutes and one.reason == "InvalidPaymentMethod":
            office.timer(int(minutes) * 60, "repaired", office.records.orders[one.order].id)
        return
    if one.simulation.get("State") == "Closed":
        minutes = int(one.simulation.get("ExpirationTimeInMins", 0))
        office.timer(minutes * 60 or ASYNC_S, "closes", one.id)
    if one.capture_now:
        # What can't be captured now can be later: the authorisation stays.
        with suppress(Problem):
            take(office, one, one.reference, one.amount)


def verdict(office: Office, one: Authorization, state: str, reason: str = "") -> None:
    """A pending one is decided, and the shop told."""
    if one.state == "Pending":
        office.stand(one, state, reason)
        _decided(office, one)


def resolved(office: Office, one: Authorization, what: str, code: str) -> None:
    """News of the ledger."""
    if what == "authorised":
        verdict(office, one, "Open")
    elif what == "declined":
        verdict(office, one, "Declined", code)
    elif what == "expired" and one.state in ("Open", "Pending"):
        one.verdict = None
        office.stand(one, "Closed", "ExpiredUnused")


def _follow_ledger(office: Office, one: Authorization) -> None:
    """Where the ledger went on without news: decided by an inquiry, or replaced."""
    state = office.house.standing(one.number)
    if state == State.CANCELLED and one.state in ("Open", "Pending"):
        office.stand(one, "Closed", "OrderReferenceCanceled")
        office.stand(office.records.orders[one.order], "Canceled", "SellerCanceled")
    elif one.verdict is None and state == State.DECLINED:
        verdict(office, one, "Declined", office.house.books[Method.AMAZON_PAY].words.declined)
    elif one.verdict is None and state in LIVE and state != State.PENDING:
        verdict(office, one, "Open")


def get(office: Office, said: Said) -> Done | None:
    """GetAuthorizationDetails."""
    one = office.authorization(said)
    answer = office.house.follow(Operation.INQUIRE, one.number, reference=said.reference)
    if answer.outcome == Outcome.NO_ANSWER:
        return None
    if answer.outcome == Outcome.DECLINED:
        raise Problem(answer.code, f"{one.id} can't be told of: {answer.code}.")
    if one.polls > 0:
        one.polls -= 1
        if not one.polls and one.verdict is not None:
            settle(office, one)
    _follow_ledger(office, one)
    return _told(office, one, with_order=False)


def settle(office: Office, one: Authorization) -> None:
    """Tell an asynchronous one's verdict; one that was changed by hand is changed in the ledger too."""
    if one.verdict is None:
        return
    state, reason = one.verdict
    if state == "Declined" and office.house.standing(one.number) == State.AUTHORISED:
        office.house.settle(one.number, "declined", reason)
    verdict(office, one, state, reason)


def close(office: Office, said: Said) -> Done | None:
    """CloseAuthorization."""
    one = office.authorization(said)
    permit(AUTHORIZATION, one.id, one.state, "close")
    answer = office.house.follow(Operation.CANCEL, one.number, reference=said.reference)
    if answer.outcome == Outcome.NO_ANSWER:
        return None
    if answer.outcome == Outcome.DECLINED:
        raise Problem(answer.code, f"{one.id} can't be closed.")
    office.stand(one, "Closed", "SellerClosed", said.fields.get("ClosureReason", ""))
    return Done(None, one.id)
