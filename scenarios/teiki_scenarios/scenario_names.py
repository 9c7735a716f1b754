"""Names in a scenario that must stand for something: subscriptions, orders, goods, carriers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from teiki_scenarios.deed_args import OfOrder, OfSubscription
from teiki_scenarios.given import Course, OrderGiven
from teiki_scenarios.scenario import Scenario, Standing, Then
from teiki_scenarios.scenario_problems import Place
from teiki_sim.config import Config
from teiki_sim.config_parts import hint
from teiki_sim.policies import POLICIES

__all__ = ["Unknown", "in_args", "unknown_goods", "unknown_names"]

Unknown = tuple[Place, str, str, str]
"""Where, what was found, and what was expected in Japanese and English."""

_BOTH = ("status", "method", "quantity")
_OF_ORDER = (*_BOTH, "payment", "ship_date", "delivery_date", "amount", "stopped", "cycle")
_OF_SUBSCRIPTION = (
    *_BOTH, "next_ship_date", "next_delivery_date", "cycle", "generation_error", "held",
)  # fmt: skip
_ORDER = re.compile(r"(?P<subscription>.+)#\d+(/\d+)?")


def _one_of(place: Place, name: str | None, known: Iterable[str]) -> Iterator[Unknown]:
    known = list(known)
    if name is not None and name not in known:
        names = ", ".join(known) or "-"
        yield (
            place,
            name,
            f"次のいずれか{hint(name, known, 'ja')}: {names}",
            f"one of{hint(name, known, 'en')}: {names}",
        )


def _an_order(scenario: Scenario, place: Place, name: str | None) -> Iterator[Unknown]:
    if name is None or name in scenario.order_names:
        return
    match, subscriptions = _ORDER.fullmatch(name), scenario.subscription_names
    if match is None or match["subscription"] not in subscriptions:
        known = [*scenario.order_names, *(f"{sub}#1" for sub in subscriptions)]
        names = ", ".join(known) or "-"
        ja, en = hint(name, known, "ja"), hint(name, known, "en")
        yield place, name, f"注文{ja}: {names} など", f"an order{en}, such as {names}"


def in_args(args: Any, scenario: Scenario, place: Place) -> Iterator[Unknown]:
    """Names in the arguments of a step that stand for nothing."""
    if isinstance(args, OfSubscription):
        yield from _one_of((*place, "subscription"), args.subscription, scenario.subscription_names)
    if isinstance(args, OfOrder):
        yield from _an_order(scenario, (*place, "order"), args.order)


def unknown_goods(scenario: Scenario, config: Config) -> Iterator[Unknown]:
    """Products and carriers that the shop does not have."""
    given = scenario.given
    tables: dict[str, Mapping[str, Course | OrderGiven]] = {
        "subscriptions": given.subscriptions, "courses": given.courses, "orders": given.orders,
    }  # fmt: skip
    for key, entries in tables.items():
        for name, entry in entries.items():
            place: Place = ("given", key, name)
            yield from _one_of((*place, "product"), entry.product, config.goods)
            if isinstance(entry, Course):
                yield from _one_of((*place, "carrier"), entry.carrier, config.carriers)


def unknown_names(scenario: Scenario) -> Iterator[Unknown]:
    """Names that stand for nothing, and keys that do not fit what they are about."""
    given, subscriptions = scenario.given, scenario.subscription_names
    yield from _one_of(("platform",), scenario.platform, POLICIES)
    for name, sub in given.subscriptions.items():
        place: Place = ("given", "subscriptions", name)
        yield from _one_of((*place, "course"), sub.course, given.courses)
        if given.customers:
            yield from _one_of((*place, "customer"), sub.customer, given.customers)
    for name, order in given.orders.items():
        yield from _one_of(("given", "orders", name, "subscription"), order.subscription, subscriptions)
    for i, fault in enumerate(scenario.faults):
        yield from _one_of(("faults", i, "subscription"), fault.subscription, subscriptions)
        yield from _one_of(("faults", i, "order"), fault.order, given.orders)
    for i, step in enumerate(scenario.steps):
        if step.call:
            yield from _an_order(scenario, ("steps", i, "call", "order"), step.call.order)
        if step.then:
            yield from _standings(scenario, ("steps", i, "then"), step.then)
    expect = scenario.expect
    yield from _standings(scenario, ("expect",), expect)
    wanted: list[tuple[str, Sequence[Any]]] = [
        ("events", expect.events), ("violations", expect.violations), ("warnings", expect.warnings or ()),
    ]  # fmt: skip
    for key, entries in wanted:
        for i, entry in enumerate(entries):
            yield from _one_of(("expect", key, i, "subscription"), entry.subscription, subscriptions)
            yield from _an_order(scenario, ("expect", key, i, "order"), entry.order)


def _standings(scenario: Scenario, place: Place, then: Then) -> Iterator[Unknown]:
    for name, standing in then.statuses.items():
        here = (*place, "statuses", name)
        if name in scenario.subscription_names:
            yield from _fitting(here, standing, _OF_SUBSCRIPTION)
        elif unknown := list(_an_order(scenario, here, name)):
            _, found, ja, en = unknown[0]
            yield here, found, f"定期の名前または{ja}", f"a subscription's name or {en}"
        else:
            yield from _fitting(here, standing, _OF_ORDER)
    for name in then.ledgers:
        yield from _an_order(scenario, (*place, "ledgers", name), name)


def _fitting(place: Place, standing: Standing, keys: tuple[str, ...]) -> Iterator[Unknown]:
    for key in sorted(standing.model_fields_set - set(keys)):
        names = ", ".join(keys)
        yield (*place, key), key, f"ここで使えるキー: {names}", f"a key that fits here: {names}"
