"""Cards and agreements of customers: deleted, dissolved, registered again; and what the account page permits."""

from __future__ import annotations

from teiki_sim.addressing import siblings
from teiki_sim.log.kinds import Actor, Kind, Side
from teiki_sim.messages import METHODS, Method
from teiki_sim.shop import Shop
from teiki_sim.standing import refuse

__all__ = ["delete_card", "dissolve_agreement", "is_lacking", "lose", "mend", "register_card"]


def is_lacking(shop: Shop, sub: int, method: Method | None = None) -> bool:
    """Whether a subscription's customer has nothing left to pay with by its method (or by another one)."""
    by = METHODS[shop.subs.method.item(sub)] if method is None else method
    return shop.instruments.lacks(shop.subs.customer.item(sub), by)


def delete_card(shop: Shop, sub: int, actor: Actor) -> None:
    """The customer's card is deleted; refused while a subscription that is not キャンセル uses it (EC-SUB-09)."""
    free = shop.policy.card_free_in or (shop.policy.subscription.cancelled,)
    for mine in siblings(shop, sub):
        if shop.subs.method.item(mine) == Method.CARD and shop.subs.status.item(mine) not in free:
            raise refuse(shop, -1, sub, "card_in_use", "delete_card", actor)
    lose(shop, sub, Method.CARD, "deleted", actor, Side.STORE)


def dissolve_agreement(shop: Shop, sub: int) -> None:
    """The buyer ends the billing agreement at Amazon's own site: nobody asks the shop."""
    lose(shop, sub, Method.AMAZON_PAY, "agreement", Actor.PROVIDER, Side.STORE)


def lose(shop: Shop, sub: int, method: Method, why: str, actor: Actor, side: Side) -> None:
    """The customer's means of payment is gone for all their subscriptions."""
    shop.instruments.gone.setdefault(shop.subs.customer.item(sub), set()).add(method)
    code = shop.log.code(why)
    for mine in siblings(shop, sub):
        shop.sub_row(Kind.CARD_DELETED, mine, actor, "card", side, method=int(method), code=code)


def register_card(shop: Shop, sub: int, actor: Actor) -> None:
    """The customer registers a card (or makes a new agreement)."""
    _restore(shop, sub)
    method = shop.subs.method.item(sub)
    for mine in siblings(shop, sub):
        shop.sub_row(Kind.CARD_REGISTERED, mine, actor, "card", method=method)


def mend(shop: Shop, sub: int) -> None:
    """The customer mended their means of payment: where it was gone, there is one again."""
    if is_lacking(shop, sub):
        register_card(shop, sub, Actor.CUSTOMER)


def _restore(shop: Shop, sub: int) -> None:
    """The subscription's method can be charged again."""
    gone = shop.instruments.gone.get(shop.subs.customer.item(sub))
    if gone is not None:
        gone.discard(METHODS[shop.subs.method.item(sub)])
        if not gone:
            del shop.instruments.gone[shop.subs.customer.item(sub)]
