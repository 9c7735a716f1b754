"""Who of a marketplace's buyers writes what, and when; drawn as the order is placed."""

from __future__ import annotations

from collections.abc import Callable

from teiki_sim.calendar import DAY
from teiki_sim.draws import Purpose, bits53, bits53_many, spread, threshold
from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.requests import moves
from teiki_sim.requests.inbox import Sort
from teiki_sim.requests.moves import HOUR
from teiki_sim.requests.table import Where
from teiki_sim.shop import Shop
from teiki_sim.tables import Rows

__all__ = ["Letters", "draw", "write_in_time"]

#: What the draws of one order are for.
CANCELS, RETURNS, ASKS, WHEN, FORMAL, RETURN_WHEN, ASK_WHEN, DELAYED, DELAY = range(9)
FOLLOWS, FOLLOWS_WHEN, REFUSES, HARD, KEEPS = range(10, 15)


def draw(shop: Shop, order: int, what: int) -> int:
    """One keyed draw about an order's buyer."""
    return bits53(shop.seed, shop.consumer(order), Purpose.REQUEST, 0, what)


class Letters:
    """Stands where orders come to be: each single order's buyer may write later. ``then`` is told of them too."""

    def __init__(self, shop: Shop, then: Callable[[int, Rows], None]) -> None:
        self.shop, self.then = shop, then
        market = shop.config.marketplace
        self._rates = {
            CANCELS: threshold(market.cancel_rate),
            RETURNS: threshold(market.return_rate),
            ASKS: threshold(market.question_rate),
        }
        self._fba = threshold(market.fba_share)

    def take(self, at: int, orders: Rows) -> None:
        """Orders were placed. Subscriptions' customers use the account page and the telephone (modelled)."""
        self.then(at, orders)
        shop = self.shop
        singles = orders[shop.orders.sub[orders] < 0]
        if not len(singles):
            return
        keys = shop.consumers(singles)
        fba = singles[bits53_many(shop.seed, keys, Purpose.FULFILMENT, 0, 0) < self._fba]
        if len(fba):
            shop.rows(Kind.NOTICE, fba, Actor.PROVIDER, code=shop.log.code("fulfilled_by_marketplace"))
        plans = {CANCELS: self._plan_cancel, RETURNS: self._plan_return, ASKS: self._plan_question}
        for what, plan in plans.items():
            chance = self._rates[what]
            if chance:
                drawn = bits53_many(shop.seed, keys, Purpose.REQUEST, 0, what) < chance
                for order in singles[drawn].tolist():
                    plan(order)

    def _plan_cancel(self, order: int) -> None:
        shop = self.shop
        first, last = shop.config.marketplace.cancel_hours
        seconds = first * HOUR + spread(draw(shop, order, WHEN), max((last - first) * HOUR, 1))
        shop.when(shop.now + seconds, self._wants_to_cancel, order)

    def _wants_to_cancel(self, order: int) -> None:
        """In the order history, which sends the formal request, or by an ordinary message (AM-CAN-04)."""
        shop = self.shop
        if moves.is_over(shop, order) or moves.where(shop, order) is Where.DELIVERED:
            return
        formal = draw(shop, order, FORMAL) < threshold(shop.config.marketplace.formal_share)
        if formal and moves.is_fba(shop, order):
            moves.handle(shop, order)  # the order history of such an order goes to the marketplace itself
        else:
            write_in_time(shop, order, Sort.FORMAL if formal else Sort.INFORMAL)

    def _plan_return(self, order: int) -> None:
        shop = self.shop
        first, last = shop.config.marketplace.return_days
        bits = draw(shop, order, RETURN_WHEN)
        day = shop.orders.delivery.item(order) + first + spread(bits, last - first + 1)
        shop.when(day * DAY + spread(bits << 8 & (1 << 53) - 1, DAY), self._wants_to_return, order)

    def _wants_to_return(self, order: int) -> None:
        shop = self.shop
        if moves.is_over(shop, order) or moves.where(shop, order) is not Where.DELIVERED:
            return
        if moves.is_fba(shop, order):
            moves.handle(shop, order)
        elif order not in shop.inbox.formal:
            write_in_time(shop, order, Sort.RETURN)

    def _plan_question(self, order: int) -> None:
        shop = self.shop
        seconds = HOUR + spread(draw(shop, order, ASK_WHEN), 6 * DAY)
        shop.when(shop.now + seconds, write_in_time, shop, order, Sort.QUESTION)


def write_in_time(shop: Shop, order: int, sort: Sort) -> None:
    """A message that the marketplace passes on at once, or now and then hours late."""
    market, delay = shop.config.marketplace, 0
    stream = DELAYED + 16 * (1 + list(Sort).index(sort))
    late = market.message_delayed > 0 and draw(shop, order, stream) < threshold(market.message_delayed)
    if late and shop.may_slip(shop.orders.sub.item(order), order):
        first, last = market.delay_hours
        delay = first + spread(draw(shop, order, stream + 1), last - first + 1)
    request = moves.write(shop, order, sort, delay_hours=delay)
    if delay:
        moves.may_be_late(shop, request, "provider", "message_delayed")
