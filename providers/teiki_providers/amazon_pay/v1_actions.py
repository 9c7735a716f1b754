"""The actions of version 1 and their parameters, as data (documented: the parameter reference and the client 2.7.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from teiki_sim.messages import Operation

__all__ = ["ACTIONS", "Action", "Field"]

Kind = Literal["text", "name", "id", "money", "flag", "timeout", "instant", "count", "words", "secret"]


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter. ``money`` and ``words`` take several on the wire; a ``secret`` is not kept; ``most`` is the
    longest text, ``among`` the values there are."""

    name: str
    kind: Kind = "text"
    required: bool = False
    most: int = 1024
    among: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """One action: its parameters, the general operation that it is, and which note carries a simulation."""

    fields: tuple[Field, ...]
    operation: Operation | None = None
    note: str = ""


AGREEMENT = Field("AmazonBillingAgreementId", "id", True)
ORDER = Field("AmazonOrderReferenceId", "id", True)
AUTHORISATION = Field("AmazonAuthorizationId", "id", True)
CAPTURE = Field("AmazonCaptureId", "id", True)
REFUND = Field("AmazonRefundId", "id", True)
CLOSURE = Field("ClosureReason")
DESCRIPTOR = Field("SoftDescriptor", most=16)


def _order_attributes(prefix: str, total_required: bool = False, total: bool = True) -> tuple[Field, ...]:
    """What an order reference carries, below a prefix."""
    seller = f"{prefix}SellerOrderAttributes."
    money = (Field(f"{prefix}OrderTotal", "money", total_required),) if total else ()
    return (
        *money,
        Field(f"{prefix}PlatformId"),
        Field(f"{prefix}SellerNote"),
        Field(f"{seller}SellerOrderId", most=127),
        Field(f"{seller}StoreName"),
        Field(f"{seller}CustomInformation"),
        Field(f"{seller}SupplementaryData", most=4096),
    )


def _authorise(of: Field) -> tuple[Field, ...]:
    return (
        of,
        Field("AuthorizationReferenceId", "name", True),
        Field("AuthorizationAmount", "money", True),
        Field("SellerAuthorizationNote", most=255),
        Field("TransactionTimeout", "timeout"),
        Field("CaptureNow", "flag"),
        DESCRIPTOR,
    )


_AGREEMENT_ATTRIBUTES = "BillingAgreementAttributes."
_SELLER_AGREEMENT = "BillingAgreementAttributes.SellerBillingAgreementAttributes."

ACTIONS: Mapping[str, Action] = {
    "GetServiceStatus": Action((), Operation.INQUIRE),
    "GetMerchantAccountStatus": Action((), Operation.INQUIRE),
    "GetBillingAgreementDetails": Action(
        (AGREEMENT, Field("AddressConsentToken", "secret")), Operation.INQUIRE
    ),
    "SetBillingAgreementDetails": Action(
        (
            AGREEMENT,
            Field(f"{_AGREEMENT_ATTRIBUTES}PlatformId"),
            Field(f"{_AGREEMENT_ATTRIBUTES}SellerNote"),
            Field(f"{_SELLER_AGREEMENT}SellerBillingAgreementId", most=127),
            Field(f"{_SELLER_AGREEMENT}StoreName"),
            Field(f"{_SELLER_AGREEMENT}CustomInformation"),
        )
    ),
    "ConfirmBillingAgreement": Action((AGREEMENT,)),
    "ValidateBillingAgreement": Action((AGREEMENT,)),
    "CreateOrderReferenceForId": Action(
        (
            Field("Id", "id", True),
            Field("IdType", required=True, among=("BillingAgreement",)),
            Field("InheritShippingAddress", "flag"),
            Field("ConfirmNow", "flag"),
            *_order_attributes("OrderReferenceAttributes."),
            Field("OrderReferenceAttributes.SupplementaryData", most=4096),
        )
    ),
    "AuthorizeOnBillingAgreement": Action(
        (
            *_authorise(AGREEMENT),
            Field("InheritShippingAddress", "flag"),
            *_order_attributes("", total=False),
        ),
        Operation.AUTHORISE,
        "SellerAuthorizationNote",
    ),
    "CloseBillingAgreement": Action((AGREEMENT, CLOSURE)),
    "SetOrderReferenceDetails": Action(
        (ORDER, *_order_attributes("OrderReferenceAttributes.", total_required=True)), Operation.CHANGE
    ),
    "SetOrderAttributes": Action(
        (
            ORDER,
            *_order_attributes("OrderAttributes."),
            Field("OrderAttributes.PaymentServiceProviderAttributes.PaymentServiceProviderId"),
            Field("OrderAttributes.PaymentServiceProviderAttributes.PaymentServiceProviderOrderId"),
            Field("OrderAttributes.RequestPaymentAuthorization", "flag"),
            Field("OrderAttributes.SellerOrderAttributes.OrderItemCategories.OrderItemCategory", "words"),
        )
    ),
    "GetOrderReferenceDetails": Action(
        (ORDER, Field("AccessToken", "secret"), Field("AddressConsentToken", "secret")), Operation.INQUIRE
    ),
    "ConfirmOrderReference": Action(
        (
            ORDER,
            # Where the buyer is sent can carry a session: kept as secrets are.
            Field("SuccessUrl", "secret"),
            Field("FailureUrl", "secret"),
            Field("AuthorizationAmount", "money"),
            Field("ExpectImmediateAuthorization", "flag"),
        )
    ),
    "CancelOrderReference": Action((ORDER, Field("CancelationReason")), Operation.CANCEL),
    "CloseOrderReference": Action((ORDER, CLOSURE)),
    "ListOrderReference": Action(
        (
            Field("QueryId", required=True, most=127),
            Field("QueryIdType", required=True, among=("SellerOrderId",)),
            Field("PaymentDomain", required=True, among=("FE_JPY",)),
            Field("CreatedTimeRange.StartTime", "instant"),
            Field("CreatedTimeRange.EndTime", "instant"),
            Field("SortOrder", among=("Ascending", "Descending")),
            Field("PageSize", "count"),
            Field("OrderReferenceStatusListFilter.OrderReferenceStatus", "words"),
        ),
        Operation.INQUIRE,
    ),
    "ListOrderReferenceByNextToken": Action(
        (Field("NextPageToken", required=True, most=4096),), Operation.INQUIRE
    ),
    "Authorize": Action(_authorise(ORDER), Operation.AUTHORISE, "SellerAuthorizationNote"),
    "GetAuthorizationDetails": Action((AUTHORISATION,), Operation.INQUIRE),
    "CloseAuthorization": Action((AUTHORISATION, Field("ClosureReason", most=255)), Operation.CANCEL),
    "Capture": Action(
        (
            AUTHORISATION,
            Field("CaptureReferenceId", "name", True),
            Field("CaptureAmount", "money", True),
            Field("SellerCaptureNote", most=255),
            DESCRIPTOR,
        ),
        Operation.CAPTURE,
        "SellerCaptureNote",
    ),
    "GetCaptureDetails": Action((CAPTURE,), Operation.INQUIRE),
    "Refund": Action(
        (
            CAPTURE,
            Field("RefundReferenceId", "name", True),
            Field("RefundAmount", "money", True),
            Field("SellerRefundNote", most=255),
            DESCRIPTOR,
        ),
        Operation.REFUND,
        "SellerRefundNote",
    ),
    "GetRefundDetails": Action((REFUND,), Operation.INQUIRE),
}
