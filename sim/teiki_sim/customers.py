"""Customers: what each wants in a cycle, when, and whether on the account page or by telephone."""

from collections.abc import Sequence
from enum import IntEnum

import numpy as np

from teiki_sim import account_page, cards, standing
from teiki_sim import operations as ops
from teiki_sim.addressing import change_address, siblings, tell_old_address
from teiki_sim.calendar import DAY
from teiki_sim.draws import Purpose, bits53_many, spread, threshold
from teiki_sim.holds.page import is_closed
from teiki_sim.log.kinds import Actor, Kind, Side
from teiki_sim.messages import METHODS, Method
from teiki_sim.shop import Shop
from teiki_sim.tables import Rows

__all__ = ["Customers", "Wish", "mended", "new_method"]


class Wish(IntEnum):
    """What a customer may want of a subscription."""

    SKIP = 0
    STOP = 1
    CANCEL = 2
    ADDRESS = 3
    PAYMENT = 4
    QUANTITY = 5
    RESUME = 6


_WISHES = tuple(Wish)
_WORDS = tuple(wish.name.lower() for wish in Wish)
#: What the account page does not do.
_ASKED = (Wish.PAYMENT, Wish.QUANTITY)
_BY_CYCLE = ("skip", "stop", "cancel", "address", "payment", "quantity")
_LONGEST = 64


class Customers:
    """Draws every customer's wish for each cycle as its child is generated, and acts on it in time."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        customers = shop.config.customers
        rates = [_stretched(getattr(customers, name)) for name in _BY_CYCLE]
        sums = np.cumsum(np.array(rates), axis=0)
        self._limits = np.array([[threshold(min(rate, 1.0)) for rate in row] for row in sums], np.int64)
        self._phone = threshold(customers.phone_share)
        self._resumes = [threshold(rate) for rate in _stretched(customers.resume)]
        self._idle = not self._limits[-1].any()

    def take(self, _at: int, children: Rows) -> None:
        """Children were generated: draw what their customers will want before the next one."""
        shop, table = self.shop, self.shop.orders
        subs = table.sub[children]
        children, subs = children[subs >= 0], subs[subs >= 0]
        if self._idle or not len(children):
            return
        cycle = table.cycle[children]
        bits = bits53_many(shop.seed, shop.subs.key[subs], Purpose.CUSTOMER_ACT, cycle)
        column = np.minimum(cycle, _LONGEST) - 1
        wanting = np.flatnonzero(bits < self._limits[-1][column])
        if not len(wanting):
            return
        wish = (bits[wanting] >= self._limits[:, column[wanting]]).sum(axis=0)
        children, some, cycle = children[wanting], subs[wanting], cycle[wanting]
        when = bits53_many(shop.seed, shop.subs.key[some], Purpose.CUSTOMER_DAY, cycle)
        phone = bits53_many(shop.seed, shop.subs.key[some], Purpose.CUSTOMER_CHANNEL, cycle) < self._phone
        gap = np.maximum(shop.subs.delivery[some] - table.delivery[children], 2)
        days = 1 + ((when >> 33) * np.minimum(gap, 400) >> 20)
        seconds = 8 * 3600 + spread(when & (1 << 31) - 1 << 22, 14 * 3600)
        instants = (shop.today + days) * DAY + seconds
        rows = zip(instants.tolist(), some.tolist(), wish.tolist(), phone.tolist(), strict=True)
        put, act = shop.when, self.act
        for instant, sub, what, by_phone in rows:
            put(instant, act, sub, _WISHES[what], by_phone)

    def act(self, sub: int, wish: Wish, by_phone: bool) -> None:
        """The moment has come: on the account page at once, or by telephone to an operator."""
        shop = self.shop
        if shop.subs.status.item(sub) != shop.policy.subscription.active:
            return
        leaves = wish in (Wish.STOP, Wish.CANCEL)
        if (
            by_phone
            or wish in _ASKED
            or shop.subs.flag[sub]
            or (leaves and not account_page.may_cancel(shop))
            or is_closed(shop, sub, _WORDS[wish])
        ):
            code = shop.log.code(_WORDS[wish])
            shop.sub_row(Kind.MESSAGE, sub, Actor.CUSTOMER, code=code, side=Side.CUSTOMER)
            shop.on_trouble("wish", sub, -1, wish)
        else:
            self._on_page(sub, wish)

    def _on_page(self, sub: int, wish: Wish) -> None:
        shop = self.shop
        try:
            if wish == Wish.SKIP:
                if self.skips(sub):
                    ops.skip(shop, sub, Actor.CUSTOMER)
            elif wish in (Wish.STOP, Wish.CANCEL):
                account_page.stop(shop, sub, for_good=wish == Wish.CANCEL)
                for child in ops.unshipped(shop, sub):  # the page says that the order under way still comes
                    ops.decide(shop, child, "ship", Actor.CUSTOMER)
                self.after_stop(sub, wish)
            elif wish == Wish.ADDRESS:
                self._move(sub)
        except standing.RefusedError:
            return

    def _move(self, sub: int) -> None:
        """A new address on the account page, which says that orders under way still go to the old one (modelled)."""
        shop = self.shop
        change_address(shop, sub, Actor.CUSTOMER)
        for mine in siblings(shop, sub):
            for child in ops.unshipped(shop, mine):
                tell_old_address(shop, child, Actor.SYSTEM)
        if not shop.policy.address_reaches_subscription:
            shop.on_trouble("address", sub, -1, "")

    def skips(self, sub: int) -> bool:
        """Whether a skip is still wanted: one done days ago, here or by telephone, is the same one (modelled)."""
        skipped, at = self.shop.subs.skipped, self.shop.now
        if at - skipped.item(sub) <= 3 * DAY:
            return False
        skipped[sub] = at
        return True

    def after_stop(self, sub: int, wish: Wish) -> None:
        """Some of those who stopped come back after a while (SS-RACE-02's 再開, EC-SUB-04)."""
        shop = self.shop
        cycle = shop.subs.cycle.item(sub)
        if wish != Wish.STOP:
            return
        if shop.draw(sub, Purpose.RESUME, cycle) < self._resumes[min(cycle, _LONGEST) - 1]:
            first, last = shop.config.customers.resume_days
            days = first + spread(shop.draw(sub, Purpose.RESUME_DELAY, cycle), last - first + 1)
            shop.when(shop.later(days, 10 * 3600), self._come_back, sub)

    def _come_back(self, sub: int) -> None:
        shop = self.shop
        words = shop.policy.subscription
        if account_page.settings_of(shop).resume_from and account_page.may_resume(shop, sub):
            if cards.is_lacking(shop, sub):  # the page asks for a card first (modelled)
                cards.register_card(shop, sub, Actor.CUSTOMER)
            ops.fresh_dates(shop, sub, Actor.CUSTOMER)
            account_page.resume(shop, sub)
        elif shop.subs.status[sub] in (words.stopped, words.cancelled):
            code = shop.log.code("resume")
            shop.sub_row(Kind.MESSAGE, sub, Actor.CUSTOMER, code=code, side=Side.CUSTOMER)
            shop.on_trouble("wish", sub, -1, Wish.RESUME)

    def repair(self, sub: int, attempt: int, done: "object") -> None:
        """Ask a customer to mend the means of payment; many do within days, some never."""
        shop = self.shop
        cycle = shop.subs.cycle.item(sub)
        if shop.draw(sub, Purpose.REPAIR, cycle, attempt) >= threshold(shop.config.customers.repair_rate):
            return
        first, last = shop.config.customers.repair_days
        days = first + spread(shop.draw(sub, Purpose.REPAIR_DELAY, cycle, attempt), last - first + 1)

        def repaired() -> None:
            mended(shop, sub)
            assert callable(done)
            done()

        shop.when(shop.later(days, 11 * 3600), repaired)


def mended(shop: Shop, sub: int) -> None:
    """The customer mends the means of payment with the provider."""
    method = METHODS[shop.subs.method.item(sub)]
    shop.gateway.repair(shop.now, shop.subs.key.item(sub), method)
    cards.mend(shop, sub)
    shop.refusals.mended(sub)
    shop.sub_row(Kind.REPAIRED, sub, Actor.CUSTOMER, method=int(method), side=Side.CUSTOMER)


def new_method(shop: Shop, sub: int) -> Method:
    """Another payment method than the present one, as the customer would have it."""
    offered = [
        m for m in (Method.CARD, Method.NP, Method.NP_WIZ, Method.COD) if m != shop.subs.method.item(sub)
    ]
    return offered[spread(shop.draw(sub, Purpose.NEW_VALUE, shop.subs.cycle.item(sub)), len(offered))]


def _stretched(rates: Sequence[float]) -> list[float]:
    """Rates for cycles 1 to the longest; the last value holds on."""
    return [rates[min(i, len(rates) - 1)] for i in range(_LONGEST)]
