"""Where an order stands, by what its statuses mean, and how the platform says no."""

from __future__ import annotations

from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.log.statuses import ORDER_MEANING, PAYMENT_MEANING, OrderMeaning, PaymentMeaning
from teiki_sim.shop import Shop

_ORDER_MEANINGS = tuple(OrderMeaning(code) for code in ORDER_MEANING.tolist())
_PAYMENT_MEANINGS = tuple(PaymentMeaning(code) for code in PAYMENT_MEANING.tolist())


class RefusedError(Exception):
    """The platform says no; ``rule`` names the rule that does."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(rule, message)
        self.rule = rule

    def __str__(self) -> str:
        return f"{self.rule}: {self.args[1]}"


def meaning(shop: Shop, order: int) -> OrderMeaning:
    """What the order's status means."""
    found: OrderMeaning = _ORDER_MEANINGS[shop.orders.status.item(order)]
    return found


def payment_meaning(shop: Shop, order: int) -> PaymentMeaning:
    """What the order's payment status means."""
    found: PaymentMeaning = _PAYMENT_MEANINGS[shop.orders.payment.item(order)]
    return found


def refuse(shop: Shop, order: int, sub: int, rule: str, what: str, actor: Actor) -> RefusedError:
    code = shop.log.code(what)
    if order >= 0:
        shop.row(Kind.REFUSED, order, actor, rule, code=code)
    else:
        shop.sub_row(Kind.REFUSED, sub, actor, rule, code=code)
    return RefusedError(shop.policy.rules[rule], what)
