"""What all actions of version 1 share: the house, the records, and the one way by which anything moves."""

from typing import Any, NamedTuple

from teiki_providers.amazon_pay.v1_codes import Problem
from teiki_providers.amazon_pay.v1_ipn import notify
from teiki_providers.amazon_pay.v1_records import Agreement, Authorization, Order, Records, Thing
from teiki_providers.amazon_pay.v1_tables import CONSEQUENCES
from teiki_providers.amazon_pay.v1_wire import Tree
from teiki_providers.house import House
from teiki_providers.said import Said

__all__ = ["ASYNC_S", "Done", "Office"]

#: After how many seconds what was pending is decided in the sandbox (documented: about half a minute).
ASYNC_S = 30


#: What an agreement or order reference carries beside its money.
_ATTRIBUTES = frozenset(
    {
        "PlatformId",
        "SellerNote",
        "SellerOrderAttributes",
        "SellerBillingAgreementAttributes",
        "PaymentServiceProviderAttributes",
        "RequestPaymentAuthorization",
        "SupplementaryData",
    }
)


class Done(NamedTuple):
    """What an action leads to: the result, and the id that it is about."""

    tree: Tree | None
    transaction: str = ""


class Office:
    """One house's version 1."""

    def __init__(self, house: House, front: str) -> None:
        self.house = house
        self.front = front
        self.records = Records(house.seed)
        self.acting = False

    @property
    def now(self) -> int:
        """The clock."""
        return self.house.now

    def timer(self, seconds: int, what: str, identity: str) -> None:
        """Let something be due in some seconds."""
        self.house.timer(self.now + seconds, self.front, what, identity)

    # ---- moving ----------------------------------------------------------------------------------

    def stand(self, thing: Thing, state: str, reason: str = "", words: str = "") -> None:
        """A thing comes to a state, and the shop is told."""
        if (thing.state, thing.reason) != (state, reason):
            thing.stand(self.now, state, reason, words)
            mishap = self.house.notice_mishap() if self.acting else thing.mishap
            notify(self.house, thing, self.records, mishap)

    def begin(self, thing: Thing, state: str, reason: str = "") -> None:
        """A thing comes into being; what befalls the notices of this call befalls those that it leads to later."""
        thing.mishap = self.house.notice_mishap() if self.acting else None
        if state == "Draft":
            thing.stand(self.now, state, reason)
        else:
            self.stand(thing, state, reason)

    def suffer(self, authorization: Authorization, code: str) -> None:
        """What a decline does to the order reference and the agreement."""
        order = self.records.orders[authorization.order]
        agreement = self.records.agreements.get(order.agreement)
        for_order, for_agreement = CONSEQUENCES.get(code, (("", ""), ("", "")))
        if for_order[0] and order.state == "Open":
            self.stand(order, *for_order)
        if authorization.referred or agreement is None:
            return
        if code == "PaymentPlanNotSet":
            agreement.card = ""
        if for_agreement[0] and agreement.state == "Open":
            self.stand(agreement, *for_agreement)

    def await_polls(self, one: Authorization, polls: int, declined: bool) -> None:
        """Let the ``polls``-th inquiry decide a pending one; 0: none does."""
        code = "InvalidPaymentMethod" if declined else ""
        if one.verdict is None:
            self.house.expect(one.number, polls, "declined" if declined else "authorised", code)
        else:
            one.verdict, one.polls = ("Declined", code) if declined else ("Open", ""), polls or -1

    # ---- finding ---------------------------------------------------------------------------------

    def agreement(self, said: Said, name: str = "AmazonBillingAgreementId") -> Agreement:
        """The agreement that a call names. teiki's own store has agreements from before the run: they are
        entered when it first names them (modelled). Raises `Problem`."""
        identity = str(said.fields[name])
        if said.reference is not None and identity not in self.records.agreements and identity[:3] == "C03":
            standing = Agreement(identity, "Open", self.now, updated=self.now, consent=True, confirmed=True)
            self.records.agreements[identity] = standing
        return self.records.agreement(identity)

    def order(self, said: Said) -> Order:
        """The order reference that a call names. Raises `Problem`."""
        return self.records.order(str(said.fields["AmazonOrderReferenceId"]))

    def authorization(self, said: Said) -> Authorization:
        """The authorisation that a call names. Raises `Problem`."""
        return self.records.authorization(str(said.fields["AmazonAuthorizationId"]))

    def card(self, order: Order) -> str:
        """The card behind an order reference: its agreement's, or its own."""
        agreement = self.records.agreements.get(order.agreement)
        return agreement.card if agreement is not None else order.card

    def attributes(self, said: Said, prefix: str) -> dict[str, Any]:
        """What a call sets below a prefix."""
        named = {n.removeprefix(prefix): v for n, v in said.fields.items() if n.startswith(prefix)}
        return {name: value for name, value in named.items() if name.partition(".")[0] in _ATTRIBUTES}

    def describe(self, order: Order, attributes: dict[str, Any]) -> None:
        """Set an order reference's attributes, and let it be found by the shop's own number."""
        before = order.seller_order
        order.attributes |= attributes
        if order.seller_order and order.seller_order != before:
            self.records.of_seller_order[order.seller_order].append(order.id)

    def repeated(self, said: Said, kind: str, reference: str, parent: str) -> str:
        """The object of an identical earlier call, "" for none. Raises `Problem` where the reference id is taken."""
        return self.records.used(kind, str(said.fields[reference]), parent, _told(said))

    def remember(self, said: Said, kind: str, reference: str, parent: str, made: str) -> None:
        """Note what a call's reference id made."""
        self.records.use(kind, str(said.fields[reference]), parent, _told(said), made)

    @staticmethod
    def positive(amount: int, name: str) -> int:
        """An amount above nothing. Raises `Problem`."""
        if amount <= 0:
            raise Problem("InvalidParameterValue", f"Parameter {name}.Amount must be above zero.")
        return amount


def _told(said: Said) -> dict[str, Any]:
    return {**said.fields, "Action": said.operation}
