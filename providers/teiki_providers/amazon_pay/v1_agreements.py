"""Billing agreements: set, confirm, validate, close, and order references made of them."""

from teiki_providers.amazon_pay import v1_details as details
from teiki_providers.amazon_pay.v1_codes import DECLINES, Problem
from teiki_providers.amazon_pay.v1_office import Done, Office
from teiki_providers.amazon_pay.v1_records import Agreement, Order
from teiki_providers.amazon_pay.v1_tables import AGREEMENT, permit
from teiki_providers.said import Said
from teiki_sim.calendar import DAY, month_of

__all__ = [
    "chargeable",
    "close",
    "confirm",
    "create_order",
    "drafted",
    "get",
    "new",
    "new_order",
    "put",
    "validate",
    "within_month",
]

_STALE_S = 3 * 3600
#: Asked of `House.settings`: 1 lets a second close pass as a repeat. No document says which it is.
REPEAT_CLOSE = "amazon_pay.v1_repeat_close"


def new(office: Office, live: bool = False) -> str:
    """A draft, as the buyer's widget makes it: signed in, with a card and an address; consent is still to come."""
    agreement = Agreement(office.records.fresh("B03" if live else "C03"), "", office.now)
    office.records.agreements[agreement.id] = agreement
    office.begin(agreement, "Draft")
    office.timer(_STALE_S, "stale", agreement.id)
    return agreement.id


def new_order(office: Office, live: bool, agreement: str = "") -> Order:
    """A draft order reference, of the buyer's widget or of an agreement."""
    order = Order(office.records.fresh("P03" if live else "S03"), "", office.now, agreement=agreement)
    office.records.orders[order.id] = order
    if agreement:
        office.records.agreements[agreement].orders.append(order.id)
    return order


def drafted(office: Office, order: Order) -> None:
    """Let a draft come into being, with its two ends: three hours unconfirmed, 180 days of age."""
    office.begin(order, "Draft")
    office.timer(_STALE_S, "stale", order.id)
    office.timer(details.LIFE * DAY, "aged", order.id)


def _told(office: Office, agreement: Agreement, said: Said) -> Done:
    seen = bool(said.fields.get("AddressConsentToken"))
    tree = details.agreement(agreement, office.records, office.now, seen)
    return Done({"BillingAgreementDetails": tree}, agreement.id)


def get(office: Office, said: Said) -> Done:
    """GetBillingAgreementDetails."""
    return _told(office, office.agreement(said), said)


def put(office: Office, said: Said) -> Done:
    """SetBillingAgreementDetails."""
    agreement = office.agreement(said)
    permit(AGREEMENT, agreement.id, agreement.state, "set")
    agreement.attributes |= office.attributes(said, "BillingAgreementAttributes.")
    return _told(office, agreement, said)


def confirm(office: Office, said: Said) -> Done:
    """ConfirmBillingAgreement: again on an open one changes nothing."""
    agreement = office.agreement(said)
    permit(AGREEMENT, agreement.id, agreement.state, "confirm")
    if agreement.constraints:
        named = ", ".join(agreement.constraints)
        raise Problem("BillingAgreementConstraintsExist", f"{agreement.id} has constraints: {named}.")
    agreement.confirmed = True
    office.stand(agreement, "Open")
    return Done(None, agreement.id)


def validate(office: Office, said: Said) -> Done:
    """ValidateBillingAgreement: whether its card would do."""
    agreement = office.agreement(said)
    permit(AGREEMENT, agreement.id, agreement.state, "validate")
    failure = agreement.card if agreement.card != "ok" else ""
    if agreement.card == "":
        failure = "PaymentPlanNotSet"
    tree = {
        "ValidationResult": "Failure" if failure else "Success",
        **({"FailureReasonCode": failure} if failure else {}),
        "BillingAgreementStatus": details.status(agreement, "LastUpdatedTimestamp"),
    }
    return Done(tree, agreement.id)


def create_order(office: Office, said: Said) -> Done:
    """CreateOrderReferenceForId: a draft order reference, confirmed at once where the call says so."""
    agreement = office.agreement(said, "Id")
    permit(AGREEMENT, agreement.id, agreement.state, "order")
    if agreement.state == "Draft" and agreement.orders:
        raise Problem("OrderReferenceCountExceeded", f"{agreement.id} is a draft and has its one order.")
    total = said.fields.get("OrderReferenceAttributes.OrderTotal")
    if said.fields.get("ConfirmNow") and not total:
        raise Problem("ConstraintsExist", "The order reference has constraints: AmountNotSet.")
    order = new_order(office, agreement.live, agreement.id)
    order.total = total
    office.describe(order, office.attributes(said, "OrderReferenceAttributes."))
    drafted(office, order)
    if said.fields.get("ConfirmNow"):
        order.confirmed = True
        office.stand(order, "Open")
    return Done({"OrderReferenceDetails": details.order(order)}, order.id)


def close(office: Office, said: Said) -> Done:
    """CloseBillingAgreement. What the buyer revoked can't be closed any more (SS-AMZ-03)."""
    agreement = office.agreement(said)
    if agreement.reason == "BuyerClosed":
        raise Problem("CannotCloseBillingAgreement", f"{agreement.id} was closed by the buyer.")
    again = agreement.state == "Closed" and agreement.reason == "SellerClosed"
    if not (again and office.house.settings.get(REPEAT_CLOSE)):
        permit(AGREEMENT, agreement.id, agreement.state, "close")
        office.stand(agreement, "Closed", "SellerClosed", said.fields.get("ClosureReason", ""))
    return Done(None, agreement.id)


def chargeable(agreement: Agreement, act: str) -> None:
    """Raises `Problem` where an agreement can't be charged: its state, its card."""
    permit(AGREEMENT, agreement.id, agreement.state, act)
    if agreement.card == "":
        raise Problem(
            "PaymentPlanNotSet", f"The buyer of {agreement.id} has no payment method (PaymentPlanNotSet)."
        )
    if agreement.card not in DECLINES | {"ok"}:
        raise Problem(
            "BillingAgreementConstraintsExist", f"{agreement.id} has constraints: {agreement.card}."
        )


def within_month(office: Office, agreement: Agreement, amount: int) -> None:
    """Raises `Problem` where a charge would pass the calendar month's limit."""
    spent = office.records.spent(agreement, month_of(office.now // DAY))
    if spent + amount > details.MONTHLY:
        raise Problem(
            "PeriodicAmountExceeded",
            f"{agreement.id} is limited to {details.MONTHLY} JPY in a calendar month, {spent} are used.",
        )
