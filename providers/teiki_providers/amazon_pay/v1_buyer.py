"""What the consumer does at Amazon: consent in the widget, another card, no card, the agreement revoked."""

from collections.abc import Callable, Mapping
from typing import Any

from teiki_providers.amazon_pay.v1_instruments import CARDS
from teiki_providers.amazon_pay.v1_office import Office
from teiki_providers.amazon_pay.v1_records import Agreement, Order
from teiki_sim.messages import Method

__all__ = ["ACTIONS", "deed", "repaired"]

_ENDED = ("Canceled", "Closed")
_AGREEMENT, _EITHER = "billing agreement", "billing agreement or order reference"


def _alive(one: Agreement | Order) -> None:
    if one.state in _ENDED:
        raise ValueError(f"{one.id} is in state {one.state}")


def _of_agreement(one: Agreement | Order) -> Agreement:
    if isinstance(one, Agreement):
        return one
    raise ValueError(f"{one.id} is an order reference; this is done to billing agreements")


def _consent(office: Office, one: Agreement | Order, details: Mapping[str, Any]) -> None:
    _alive(one)
    _of_agreement(one).consent = True


def _sign_in(office: Office, one: Agreement | Order, details: Mapping[str, Any]) -> None:
    """The widget made the object for a buyer who had signed in: nothing more is needed (modelled)."""
    _alive(one)


def _revoke(office: Office, one: Agreement | Order, details: Mapping[str, Any]) -> None:
    """The name of the reason is modelled."""
    _alive(one)
    office.stand(_of_agreement(one), "Closed", "BuyerClosed")


def _remove_card(office: Office, one: Agreement | Order, details: Mapping[str, Any]) -> None:
    """No payment method is left: the next charge fails with PaymentPlanNotSet (SS-AMZ-02)."""
    _alive(one)
    one.card = ""


def _update_card(office: Office, one: Agreement | Order, details: Mapping[str, Any]) -> None:
    """``card`` can name one of the wallet's starred cards; without it the new card is a good one."""
    _alive(one)
    card = details.get("card", "ok")
    if card not in (*CARDS, "ok"):
        raise ValueError(f"card {card!r} is none of {', '.join(CARDS)}")
    one.card = str(card)
    repaired(office, one)


def repaired(office: Office, one: Agreement | Order) -> None:
    """The buyer updated the card: what was suspended opens again, and the plan's refusal is drawn anew."""
    orders = [office.records.orders[o] for o in one.orders] if isinstance(one, Agreement) else [one]
    charged = [office.records.authorizations[a].number for order in orders for a in order.authorizations]
    if charged:
        office.house.repair(office.house.consumer_key(charged[-1]), Method.AMAZON_PAY)
    for thing in (one, *orders):
        if thing.state == "Suspended":
            office.stand(thing, "Open")


_Deed = Callable[[Office, Agreement | Order, Mapping[str, Any]], None]
_DEEDS: Mapping[str, tuple[_Deed, str]] = {
    "consent": (_consent, _AGREEMENT),
    "sign_in": (_sign_in, _EITHER),
    "revoke": (_revoke, _AGREEMENT),
    "update_card": (_update_card, _EITHER),
    "remove_card": (_remove_card, _EITHER),
}
ACTIONS: Mapping[str, str] = {name: kind for name, (_, kind) in _DEEDS.items()}


def deed(office: Office, identity: str, action: str, details: Mapping[str, Any]) -> dict[str, Any]:
    """Do it. Raises KeyError for an unknown id, ValueError for what can't be done."""
    found: Agreement | Order | None = office.records.agreements.get(identity)
    one = found or office.records.orders[identity]
    if action not in _DEEDS:
        raise ValueError(f"{action!r} is none of {', '.join(_DEEDS)}")
    _DEEDS[action][0](office, one, details)
    return {"id": one.id, "state": one.state, "reason": one.reason, "constraints": one.constraints}
