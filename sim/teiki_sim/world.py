"""The world: one clock on which the shop's day, its customers, operators and providers run.

The nightly batch handles all that is due as one batch; only what is out of the ordinary becomes an event of its
own. This is the only module that imports simpy.
"""

import gc
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVarTuple

import numpy as np
import simpy

from teiki_sim import fraud, inflow, nightly, points, shipping, silent, standing
from teiki_sim import operations as ops
from teiki_sim.agenda import Agenda
from teiki_sim.book_columns import BookColumns
from teiki_sim.book_rows import OpenOrder
from teiki_sim.calendar import DAY, months_later, to_day
from teiki_sim.config import Config
from teiki_sim.customers import Customers
from teiki_sim.incidents import INCIDENTS, Hour, Incidents
from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.log.rows import Vocabulary
from teiki_sim.log.statuses import NAMES, OrderMeaning, PaymentMeaning
from teiki_sim.log.writer import Log, NullLog, Sink
from teiki_sim.messages import METHOD_NAMES, METHODS, Gateway, Method, News
from teiki_sim.names import ShopNames
from teiki_sim.opening import close_log, open_shop, write_settings
from teiki_sim.operators import Operators
from teiki_sim.policies import POLICIES
from teiki_sim.requests.letters import Letters
from teiki_sim.requests.moves import back, dispatched
from teiki_sim.shop import Shop
from teiki_sim.tables import ORDER_COLUMNS, SUBSCRIPTION_COLUMNS, Table
from teiki_sim.truth import Truth

__all__ = ["CHUNK_ROWS", "GatewayMaker", "World"]

_Ts = TypeVarTuple("_Ts")

#: ``maker(config, log)`` builds the way to the providers.
GatewayMaker = Callable[[Config, Log], Gateway]
#: Rows that the log hands to its sinks at once.
CHUNK_ROWS = 2**16


def _seconds(clock: str) -> int:
    return int(clock[:2]) * 3600 + int(clock[3:]) * 60


@dataclass
class World:
    """One shop, its actors and its providers on one simulated clock. Build it with `World.of`."""

    config: Config
    env: simpy.Environment
    shop: Shop
    customers: Customers
    operators: Operators
    agenda: Agenda
    incidents: Incidents
    start: int
    end: int
    progress: Callable[[int, int], None] = field(default=lambda _done, _days: None)

    @classmethod
    def of(
        cls,
        config: Config,
        book: BookColumns,
        open_orders: Sequence[OpenOrder],
        gateway: GatewayMaker,
        sinks: Callable[[ShopNames], Sequence[Sink]] | None = None,
        chunk_rows: int = CHUNK_ROWS,
    ) -> "World":
        """A world ready to run from the configuration's start. Without sinks nothing is logged."""
        policy = POLICIES[config.platform]
        env = simpy.Environment(initial_time=to_day(config.start) * DAY)
        subs, orders = Table(SUBSCRIPTION_COLUMNS), Table(ORDER_COLUMNS)
        names = ShopNames(policy.name, subs, orders, policy.order_prefix)
        vocabulary = Vocabulary(methods=list(METHOD_NAMES))
        log = NullLog(vocabulary) if sinks is None else Log(vocabulary, sinks(names), chunk_rows)

        agenda = Agenda()
        put = agenda.put

        def when(at: int, action: Callable[[*_Ts], object], /, *args: *_Ts) -> None:
            put(max(at, shop.now), action, args)

        shop = Shop(config, policy, log, gateway(config, log), when, Truth(when), names, subs, orders)
        shop.now = int(env.now)
        customers = Customers(shop)
        start = to_day(config.start)
        shop.on_generated = Letters(shop, customers.take).take if policy.takes_requests else customers.take
        shop.on_crossing, shop.on_back = partial(dispatched, shop), partial(back, shop)
        pending: list[tuple[Any, ...]] = []
        shop.on_trouble = lambda *trouble: pending.append(trouble)
        write_settings(shop)
        open_shop(shop, book, open_orders)
        operators = Operators(shop, customers)

        def trouble(what: str, sub: int, order: int, more: Any = "") -> None:
            operators.trouble(what, sub, order, more)
            if what == "refused" and policy.retries:
                ops.retry_later(shop, order, config.retry.attempts)

        shop.on_trouble = trouble
        for waiting in pending:
            trouble(*waiting)
        operators.look_for_stale_dates()
        world = cls(
            config, env, shop, customers, operators, agenda, Incidents(operators, INCIDENTS), start,
            months_later(start, config.months),
        )  # fmt: skip
        env.process(world._days())
        return world

    # -- running ---------------------------------------------------------------------------------

    def run(self, until: int | None = None) -> None:
        """Run to an instant (default: the end). The collector is paused: nothing here makes cycles."""
        collecting = gc.isenabled()
        gc.disable()
        try:
            end = self.end * DAY if until is None else until
            self.env.run(until=end)
            self._happen(end)
            self.shop.now = end
            if end == self.end * DAY:
                self.agenda.open(self.end)
                self._happen(end + 1)  # midnight's deadlines still belong to the last day
                close_log(self.shop, end - 1)
        finally:
            if collecting:
                gc.enable()

    def go_on(self, until: int) -> None:
        """After the end: let what waits for its instant happen up to this one; the shop's own day stands still."""
        self._happen(until)
        self.shop.now = until

    def _days(self) -> Generator[simpy.Event, Any, None]:
        shop, schedule = self.shop, self.config.schedule
        export = _seconds(schedule.export_time)
        handed = min(export + 3600, DAY - 120)
        phases: list[tuple[int, Callable[[], None]]] = [
            *self._collections(handed),
            *self._incidents(handed),
            *self._inquiries(),
            (_seconds(schedule.nightly_batch), self._night),
            (8 * 3600, self._news),
            (export, lambda: shipping.export(shop)),
            (handed, lambda: shipping.hand_over(shop)),
            (_seconds(schedule.delivery_time), lambda: shipping.deliver(shop)),
            (13 * 3600, lambda: shipping.pay_invoices(shop)),
            (14 * 3600, lambda: inflow.arrive(shop)),
            (_seconds(schedule.import_time), lambda: shipping.complete(shop)),
            (shop.capture_second, lambda: shipping.capture(shop)),
            (DAY - 60, lambda: shipping.prune(shop)),
        ]
        phases.sort(key=lambda phase: phase[0])
        env, agenda = self.env, self.agenda
        for day in range(self.start, self.end):
            if env.now < day * DAY:
                yield env.timeout(day * DAY - env.now)
                self._happen(day * DAY)
            shop.now = day * DAY
            agenda.open(day)
            for second, phase in phases:
                at, put = day * DAY + second, agenda.count + 1
                if at > env.now:
                    yield env.timeout(at - env.now)
                    self._happen(at, put)
                shop.now = at
                phase()
            self.progress(day - self.start + 1, self.end - self.start)

    def _incidents(self, handed: int) -> list[tuple[int, Callable[[], None]]]:
        """The hours at which something can go wrong by itself."""
        schedule, shop = self.config.schedule, self.shop
        seconds = {
            Hour.DAWN: max(_seconds(schedule.nightly_batch) - 1800, 0),
            Hour.MORNING: max(shop.export_second - 1800, 0),
            Hour.LISTED: (shop.export_second + handed) // 2,
            Hour.HANDED: handed + 1800,
            Hour.AFTERNOON: 15 * 3600,
            Hour.SHIPPED: shop.ship_second + 600,
            Hour.IMPORTED: _seconds(schedule.import_time) + 600,
            Hour.EVENING: shop.capture_second + 600,
        }
        incidents = self.incidents
        return [(min(seconds[hour], DAY - 90), partial(incidents.happen, hour)) for hour in incidents.hours]

    def _inquiries(self) -> list[tuple[int, Callable[[], None]]]:
        """When the acquirer's inquiries come, where there are any."""
        return [(10 * 3600, partial(fraud.inquire, self.shop))] if self.config.fraud.inquiry_rate else []

    def _collections(self, handed: int) -> list[tuple[int, Callable[[], None]]]:
        """When the carriers come, those of one hour and one side of their cut-off together."""
        groups: dict[tuple[int, bool], list[int]] = {}
        for number, carrier in enumerate(self.config.carriers.values()):
            key = _seconds(carrier.handover), handed <= _seconds(carrier.cutoff)
            groups.setdefault(key, []).append(number)
        collections: list[tuple[int, Callable[[], None]]] = []
        for (second, in_time), numbers in groups.items():
            mine = np.isin(np.arange(len(self.config.carriers)), numbers)
            collections.append((second, partial(shipping.ship, self.shop, mine, in_time)))
        return collections

    def _happen(self, until: int, put: int = 0) -> None:
        """What waited for an instant between two phases: simpy's clock moves with the phases."""
        shop = self.shop
        for at, _, action, args in self.agenda.before(until, put):
            shop.now = at
            try:
                action(*args)
            except standing.RefusedError:
                continue  # logged where it was refused; whoever wanted it goes without

    def _night(self) -> None:
        if self.shop.points.on:
            points.expire(self.shop)
        due = nightly.due_tonight(self.shop)
        nightly.generate(self.shop, due)

    def _news(self) -> None:
        for news in self.shop.gateway.due(self.shop.now):
            self._take(news)
            self.shop.aftermath.look(news.order)
        silent.hear(self.shop)

    def _take(self, news: News) -> None:
        """Later news of a provider reach the store (SS-SCORE-01, SS-ORD-02)."""
        shop, words, order = self.shop, self.shop.policy.payment, news.order
        orders = shop.orders
        if orders.transaction.item(order) != news.transaction:
            return
        code = shop.log.code(news.code) if news.code else 0
        if news.what == "authorised":
            orders.covered[order] = news.amount
            shop.set_payment(order, words.authorised, Kind.AUTHORISED, Actor.PROVIDER, code=code)
        elif news.what == "declined":
            shop.set_payment(
                order,
                words.refusal(METHODS[orders.method.item(order)]),
                Kind.DECLINED,
                Actor.PROVIDER,
                code=code,
            )
            self._late_refusal(order, code)
        elif news.what == "cancelled":
            shop.aftermath.cancel_ended(order, refused=False)
            shop.set_payment(order, words.cancelled, Kind.PAYMENT_CANCELLED, Actor.PROVIDER)
            points.reverse(shop, order, Actor.PROVIDER)
            if order in shop.returning:
                ops.finish_return(shop, order, Actor.SYSTEM)
        elif news.what == "still_pending":
            return
        elif news.what == "cancel_refused":
            shop.aftermath.cancel_ended(order, refused=True)
            shop.row(Kind.NOTICE, order, Actor.PROVIDER, code=shop.log.code("cancel_refused"))
        elif news.what == "number_unknown":
            shop.row(Kind.NOTICE, order, Actor.PROVIDER, code=shop.log.code(news.what))
            sub = orders.sub.item(order)
            shop.truth.broke(shop.now, "provider", "number_unknown", "INV-25", sub, order)
        elif standing.payment_meaning(shop, order) in (PaymentMeaning.AUTHORISED, PaymentMeaning.PENDING):
            shop.set_payment(order, words.refused, Kind.EXPIRED, Actor.PROVIDER, code=code)
            self._expired(order)

    def _late_refusal(self, order: int, code: int) -> None:
        """A held verdict ends in NG: the child stands, unshippable, and the flag is set (SS-SCORE-01)."""
        shop, sub = self.shop, self.shop.orders.sub.item(order)
        if standing.meaning(shop, order) != OrderMeaning.WAITING:
            return
        nightly.refuse_child(shop, order, code, late=True)
        scored = shop.policy.name == "subscstore" and shop.orders.method.item(order) == Method.SCORE
        if scored and sub >= 0 and not shop.subs.flag[sub]:
            shop.refusals.flagged(sub, refused=True)
            nightly.raise_flag(shop, sub, code, "score_ng")
            shop.on_trouble("flag", sub, -1, "payment")

    def _expired(self, order: int) -> None:
        shop = self.shop
        if standing.meaning(shop, order) == OrderMeaning.WAITING:
            shop.on_trouble("refused", shop.orders.sub.item(order), order, "")

    # -- results -----------------------------------------------------------------------------------

    def close(self) -> None:
        """Flush and close the log, and hang up on the providers."""
        self.shop.log.close()
        self.shop.gateway.close()

    def orders_by_status(self) -> dict[str, int]:
        """How many orders stand in each status, by its Japanese name; orders that never came to be are left out."""
        counts = np.bincount(self.shop.orders.status[: self.shop.orders.n], minlength=len(NAMES))
        return {NAMES[i]: int(n) for i, n in enumerate(counts) if n and i}
