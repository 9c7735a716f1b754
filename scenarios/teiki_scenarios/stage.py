"""The stage: the world of one scenario, with the names that its file uses for what is in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from teiki_providers.doors import open_gateway
from teiki_providers.faults import FaultPlan
from teiki_providers.scripts import Effect, Match, Script
from teiki_scenarios.deeds import UnknownName
from teiki_scenarios.given import Course, Fault, SubscriptionGiven
from teiki_scenarios.scenario import Scenario
from teiki_scenarios.timeline import Labels, Recorder
from teiki_sim.book_columns import BookColumns
from teiki_sim.book_rows import Book, OpenOrder, Status, SubscriptionRow
from teiki_sim.buyers import Contact
from teiki_sim.calendar import DAY, Lead, months_later, to_day
from teiki_sim.config import METHODS, Config, calm, merge
from teiki_sim.draws import hash64
from teiki_sim.forecast import Forecast, schedule_forecast
from teiki_sim.frequencies import parse
from teiki_sim.jobs.job import Job
from teiki_sim.log.writer import Sink
from teiki_sim.messages import METHOD_NAMES, Method, Operation
from teiki_sim.monitors import Monitors
from teiki_sim.names import ShopNames
from teiki_sim.opening import close_log
from teiki_sim.shop import Shop
from teiki_sim.world import World

__all__ = ["SinkMaker", "Stage", "config_of"]

_CHUNK_ROWS = 512
_NEVER = 100 * 366 * 24 * 60
"""Minutes a task takes operators who do nothing by themselves: they are still at the first one at the end."""
_METHOD = "クレジットカード"
_FREQUENCY = "1ヶ月ごと"

SinkMaker = Callable[[ShopNames], Sink]


def config_of(scenario: Scenario) -> Config:
    """The scenario's shop: calm, without fees, and nobody pays an invoice, unless its settings say otherwise."""
    start, months = to_day(scenario.start), 1
    while months_later(start, months) <= scenario.last_day:
        months += 1
    quiet = merge(
        calm(Config()),
        {
            "payments": {method: {"fee": 0} for method in METHODS},
            "carriers": {name: {"fee": 0} for name in Config().carriers},
            "customers": {"unpaid_rate": 1.0},
            "marketplace": {"fba_share": 0.0},
        },
    )
    given: dict[str, Any] = {"platform": scenario.platform, "start": scenario.start, "months": months}
    if scenario.given.goods:
        given["goods"] = {code: goods.model_dump() for code, goods in scenario.given.goods.items()}
    if not scenario.given.operators_act:
        given["operators"] = {"minutes_per_task": _NEVER}
    return merge(merge(quiet, given), scenario.given.settings)


@dataclass
class Stage:
    """One scenario's world, its log in memory and its monitors. Build it with `Stage.of`."""

    scenario: Scenario
    world: World
    recorder: Recorder
    monitors: Monitors
    placed: dict[str, int] = field(default_factory=dict)
    """Single orders that steps placed, by the names they gave them."""
    jobs: dict[str, Job] = field(default_factory=dict)
    """Bulk jobs by the names that the file gives them."""

    @classmethod
    def of(cls, scenario: Scenario, door: str = "direct", more: Sequence[SinkMaker] = ()) -> Stage:
        """A world that waits for its first step; ``more`` makes further sinks of the log."""
        config = config_of(scenario)
        recorder, monitors = Recorder(), Monitors()
        scripts = [_script(fault, scenario) for fault in scenario.faults]
        world = World.of(
            config,
            _book(scenario, config),
            _open_orders(scenario, config),
            lambda c, log: open_gateway(
                door, FaultPlan(c.seed, c.providers, scripts), log, platform=c.platform
            ),
            lambda names: [recorder, monitors, *(make(names) for make in more)],
            _CHUNK_ROWS,
        )
        stage = cls(scenario, world, recorder, monitors)
        stage._know_customers()
        return stage

    def _know_customers(self) -> None:
        """What the store knows of customers at the start."""
        buyers = self.shop.buyers
        for name, known in self.scenario.given.contacts.items():
            number = self.customer(name)
            buyers.contacts[number] = Contact(
                known.email, known.phone, known.postcode, known.family, known.given
            )
            if known.deleted:
                buyers.deleted.add(number)
            if known.remote_island:
                buyers.islanders.add(number)

    @property
    def shop(self) -> Shop:
        """The shop on this stage."""
        return self.world.shop

    @property
    def labels(self) -> Labels:
        """What the scenario calls things, by number."""
        return Labels(self.shop)

    def run(self) -> None:
        """Play to the end of the last day."""
        end = (self.scenario.last_day + 1) * DAY
        self.world.run(until=end)
        if end < self.world.end * DAY:
            close_log(self.shop, end - 1)
        self.world.close()
        self.monitors.close(end - 1, self.labels)

    def forecast(self) -> Forecast:
        """What is forecast on the evening before the first day."""
        config = self.world.config
        return schedule_forecast(config, _book(self.scenario, config), _open_orders(self.scenario, config))

    def customer(self, name: str) -> int:
        """The number of a customer, who is new where nobody has that name yet."""
        names = self.shop.names.customer_names
        if name not in names:
            names.append(name)
        return names.index(name)

    def subscription(self, name: str) -> int:
        """The number of a subscription."""
        return self.shop.names.sub_ids.index(name)

    def order(self, name: str) -> int:
        """The number of an order that is there."""
        found = self.find_order(name)
        if found < 0:
            raise UnknownName(name, "その時点でない注文", "no such order at that moment")
        return found

    def job(self, name: str) -> Job:
        """A bulk job that was registered."""
        if name not in self.jobs:
            raise UnknownName(name, "その時点でないジョブ", "no such job at that moment")
        return self.jobs[name]

    def find_order(self, name: str) -> int:
        """The number of an order, -1 where there is none.

        S1#2 is the newest order of S1's second cycle, S1#2/1 the first one that was made for it.
        """
        shop = self.shop
        if name in self.placed:
            return self.placed[name]
        if name in shop.names.opening:
            return shop.names.opening.index(name)
        subscription, _, cycle = name.rpartition("#")
        if subscription not in shop.names.sub_ids:
            return -1
        cycle, _, which = cycle.partition("/")
        found = Labels(shop).children(shop.names.sub_ids.index(subscription), int(cycle))
        place = int(which) - 1 if which else len(found) - 1
        return found[place] if 0 <= place < len(found) else -1


# ---- from the file to the world --------------------------------------------------------------------


def _terms(given: SubscriptionGiven, scenario: Scenario) -> dict[str, Any]:
    """The subscription's own terms over those of its course."""
    course = scenario.given.courses[given.course] if given.course else Course()
    own = {key: getattr(given, key) for key in Course.model_fields}
    return {key: getattr(course, key) if value is None else value for key, value in own.items()}


def _book(scenario: Scenario, config: Config) -> BookColumns:
    rows = [_row(scenario, name, config) for name in sorted(scenario.given.subscriptions)]
    return Book(tuple(rows)).columns(config)


def _row(scenario: Scenario, name: str, config: Config) -> SubscriptionRow:
    given = scenario.given.subscriptions[name]
    terms = _terms(given, scenario)
    product = terms["product"] or next(iter(config.goods))
    carrier = terms["carrier"] or config.default_carrier
    lead = _lead(config, carrier)
    ship = None if given.next_ship_date is None else to_day(given.next_ship_date)
    delivery = None if given.next_delivery_date is None else to_day(given.next_delivery_date)
    if ship is None and delivery is not None:
        ship = lead.ship_from_delivery(delivery)
    elif delivery is None and ship is not None:
        delivery = lead.delivery_from_ship(ship)
    status: Status = "継続" if given.status == "有効" else given.status
    first = given.first_delivery_date
    return SubscriptionRow(
        id=name, customer=given.customer or name, frequency=parse(terms["frequency"] or _FREQUENCY),
        course=given.course or "", product=product, quantity=terms["quantity"] or 1,
        unit_price=terms["unit_price"], method=terms["method"] or _METHOD, method_known=True, carrier=carrier,
        status=status, cycle=given.cycle, next_ship=ship, next_delivery=delivery,
        first_delivery=None if first is None else to_day(first), end_count=terms["end_count"], held=given.held,
        generation_error=given.generation_error,
    )  # fmt: skip


def _lead(config: Config, carrier: str) -> Lead:
    terms = config.carriers[carrier]
    return Lead(terms.lead_days, terms.lead_mode, terms.lead_holidays)


def _open_orders(scenario: Scenario, config: Config) -> list[OpenOrder]:
    given = scenario.given
    return [
        OpenOrder(
            order_id=name, subscription=order.subscription, cycle=order.cycle, order_status=order.status or "出荷待ち",
            payment_status=order.payment or "", planned_ship=to_day(order.ship_date),
            planned_delivery=None if order.delivery_date is None else to_day(order.delivery_date),
            amount=order.amount, product=order.product or next(iter(config.goods)), quantity=order.quantity,
            method=order.method, method_known=True,
        )
        for name, order in given.orders.items()
    ]  # fmt: skip


def _script(fault: Fault, scenario: Scenario) -> Script:
    effect = fault.effect
    orders = list(scenario.given.orders)
    match = Match(
        consumer=None if fault.subscription is None else int(hash64(fault.subscription)),
        order=None if fault.order is None else orders.index(fault.order),
        nth_charge=fault.nth_charge,
        nth_call=fault.nth_call,
        operation=None if fault.operation is None else Operation[fault.operation.upper()],
        method=None if fault.method is None else Method(METHOD_NAMES.index(fault.method)),
        amount=fault.amount,
    )
    return Script(
        Effect(effect.kind, effect.code, effect.after_s, effect.polls, effect.result),
        match,
        None if fault.from_ is None else scenario.at(fault.from_),
        None if fault.until is None else scenario.at(fault.until),
        fault.times,
        fault.name,
    )
