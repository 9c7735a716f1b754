"""Captures and refunds: money taken of an authorisation, once, and given back."""

from dataclasses import replace

from teiki_providers.amazon_pay import v1_details as details
from teiki_providers.amazon_pay.v1_codes import DECLINES, Problem
from teiki_providers.amazon_pay.v1_office import ASYNC_S, Done, Office
from teiki_providers.amazon_pay.v1_records import Authorization, Capture, Refund
from teiki_providers.amazon_pay.v1_tables import AUTHORIZATION, CAPTURE, permit
from teiki_providers.reference import Reference
from teiki_providers.said import Said
from teiki_providers.scripts import Effect
from teiki_sim.messages import Answer, Operation, Outcome

__all__ = ["capture", "complete", "get_capture", "get_refund", "refund", "refunded", "take"]

#: Of an order reference, and refunds of a capture (documented).
_MOST = 10


# ---- captures ------------------------------------------------------------------------------------


def _told(office: Office, one: Capture) -> Done:
    return Done({"CaptureDetails": details.capture(one, office.records)}, one.id)


def capture(office: Office, said: Said) -> Done | None:
    """Capture: all of an authorisation or less, once."""
    of = office.authorization(said)
    before = office.repeated(said, "capture", "CaptureReferenceId", of.id)
    if before:
        return _told(office, office.records.captures[before])
    amount = int(said.fields["CaptureAmount"])
    if said.reference is None:
        office.positive(amount, "CaptureAmount")
        permit(AUTHORIZATION, of.id, of.state, "capture")
    if any(office.records.captures[one].state == "Pending" for one in of.captures):
        raise Problem("InvalidAuthorizationStatus", f"{of.id} has a capture under way.")
    reference, simulation = str(said.fields["CaptureReferenceId"]), said.fields.get("simulation", {})
    if simulation.get("State") == "Pending":
        made: Capture | None = _later(office, of, reference, amount)
    else:
        made = take(office, of, reference, amount, said.reference, simulation.get("ReasonCode", ""))
    if made is None:
        return None
    made.note = str(said.fields.get("SellerCaptureNote", ""))
    made.descriptor = str(said.fields.get("SoftDescriptor", ""))
    office.remember(said, "capture", "CaptureReferenceId", of.id, made.id)
    return _told(office, made)


def take(
    office: Office,
    of: Authorization,
    reference: str,
    amount: int,
    referred: Reference | None = None,
    fails: str = "",
) -> Capture | None:
    """Capture at the ledger; None where no answer comes. Raises `Problem` where it is refused."""
    forced = Effect("capture_failed", fails) if fails else None
    answer = office.house.follow(Operation.CAPTURE, of.number, amount, reference=referred, forced=forced)
    if answer.outcome == Outcome.NO_ANSWER:
        return None
    if answer.outcome == Outcome.DECLINED and answer.code not in DECLINES:
        raise Problem(answer.code, f"{of.id} can't be captured: {answer.code}.")
    one = _made(office, of, reference, amount, failed=answer.outcome == Outcome.DECLINED)
    _ends(office, of, one, answer)
    return one


def _made(office: Office, of: Authorization, reference: str, amount: int, failed: bool = False) -> Capture:
    """A capture has its authorisation's six digits, as recorded; a failed one has others."""
    records = office.records
    identity = records.below(of.order, "C", records.captures, "" if failed else of.id)
    one = Capture(identity, "", office.now, authorization=of.id, reference=reference, amount=amount)
    records.captures[identity] = one
    of.captures.append(identity)
    return one


def _ends(office: Office, of: Authorization, one: Capture, answer: Answer) -> None:
    """A capture ends, its authorisation with it, and the order reference where nothing is left of it."""
    failed = answer.outcome == Outcome.DECLINED
    state = ("Declined", answer.code) if failed else ("Completed", "")
    (office.stand if one.state else office.begin)(one, *state)
    if failed:
        return
    office.stand(of, "Closed", "MaxCapturesProcessed")
    order = office.records.orders[of.order]
    taken = [sum_ for sum_ in map(office.records.captured, office.records.of_order(order)) if sum_]
    if order.state not in ("Open", "Suspended"):
        return
    if sum(taken) >= (order.total or 0):
        office.stand(order, "Closed", "MaxAmountCharged")
    elif len(taken) >= _MOST:
        office.stand(order, "Closed", "MaxAuthorizationsCaptured")


def _later(office: Office, of: Authorization, reference: str, amount: int) -> Capture:
    """A capture that stays pending for half a minute, as a simulation asks."""
    authorised = int(office.house.ledger.authorised[of.number])
    if amount > authorised:
        raise Problem("TransactionAmountExceeded", f"{of.id} is for {authorised} JPY.")
    one = _made(office, of, reference, amount)
    office.begin(one, "Pending")
    office.timer(ASYNC_S, "captures", one.id)
    return one


def complete(office: Office, one: Capture) -> None:
    """The time of a pending capture has come."""
    of = office.records.authorizations[one.authorization]
    answer = office.house.follow(Operation.CAPTURE, of.number, one.amount)
    if answer.outcome == Outcome.NO_ANSWER:
        office.timer(ASYNC_S, "captures", one.id)
        return
    if answer.outcome == Outcome.DECLINED and answer.code not in DECLINES:
        answer = replace(answer, code="ProcessingFailure")  # an error has nobody to be told to any more
    _ends(office, of, one, answer)


def get_capture(office: Office, said: Said) -> Done:
    """GetCaptureDetails."""
    return _told(office, office.records.capture(str(said.fields["AmazonCaptureId"])))


# ---- refunds -------------------------------------------------------------------------------------


def _refund_told(one: Refund) -> Done:
    return Done({"RefundDetails": details.refund(one)}, one.id)


def _of(office: Office, identity: str, said: Said) -> Capture | None:
    """The capture to be given back; None where the ledger gives no answer.

    The id that an authorisation's capture would have is known before there is one: then the ledger says why
    nothing can be given back. Raises `Problem`.
    """
    records = office.records
    charge = records.authorizations.get(identity.replace("-C", "-A"))
    if identity in records.captures or charge is None:
        return records.capture(identity)
    answer = office.house.follow(
        Operation.REFUND, charge.number, int(said.fields["RefundAmount"]), reference=said.reference
    )
    if answer.outcome == Outcome.NO_ANSWER:
        return None
    raise Problem(answer.code, f"{charge.id} has no capture to be refunded.")


def refund(office: Office, said: Said) -> Done | None:
    """Refund: always pending at first."""
    amount = office.positive(int(said.fields["RefundAmount"]), "RefundAmount")
    of = _of(office, str(said.fields["AmazonCaptureId"]), said)
    if of is None:
        return None
    before = office.repeated(said, "refund", "RefundReferenceId", of.id)
    if before:
        return _refund_told(office.records.refunds[before])
    if said.reference is None:
        permit(CAPTURE, of.id, of.state, "refund")
        if of.reason == "MaxRefundsProcessed":
            raise Problem("CaptureNotRefundable", f"{of.id} has {_MOST} refunds.")
    simulation = said.fields.get("simulation", {})
    if simulation.get("State") == "Declined":
        ends = ("Declined", str(simulation["ReasonCode"]))
    else:
        number = office.records.authorizations[of.authorization].number
        answer = office.house.follow(Operation.REFUND, number, amount, reference=said.reference)
        if answer.outcome == Outcome.NO_ANSWER:
            return None
        if answer.outcome == Outcome.DECLINED:
            raise Problem(answer.code, f"{of.id} can't be refunded: {answer.code}.")
        ends = ("Completed", "")
    return _refund_told(_refund_made(office, said, of, amount, ends))


def _refund_made(office: Office, said: Said, of: Capture, amount: int, ends: tuple[str, str]) -> Refund:
    records = office.records
    order = records.authorizations[of.authorization].order
    one = Refund(
        records.below(order, "R", records.refunds),
        "",
        office.now,
        capture=of.id,
        reference=str(said.fields["RefundReferenceId"]),
        amount=amount,
        note=str(said.fields.get("SellerRefundNote", "")),
        descriptor=str(said.fields.get("SoftDescriptor", "")),
        ends=ends,
    )
    records.refunds[one.id] = one
    of.refunds.append(one.id)
    office.remember(said, "refund", "RefundReferenceId", of.id, one.id)
    office.begin(one, "Pending")
    office.timer(ASYNC_S, "refunds", one.id)
    if records.refunded(of) >= of.amount:
        office.stand(of, "Closed", "MaxAmountRefunded")
    elif len(of.refunds) >= _MOST:
        office.stand(of, "Closed", "MaxRefundsProcessed")
    return one


def refunded(office: Office, one: Refund) -> None:
    """The time of a pending refund has come."""
    office.stand(one, *one.ends)


def get_refund(office: Office, said: Said) -> Done:
    """GetRefundDetails."""
    return _refund_told(office.records.refund(str(said.fields["AmazonRefundId"])))
