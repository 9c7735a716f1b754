"""Populations made to order: subscriptions by the shares of a configuration, without any names."""

from __future__ import annotations

from collections.abc import Mapping
from math import fsum
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from teiki_sim.book_columns import STATUSES, BookColumns
from teiki_sim.calendar import Days, Lead, to_day
from teiki_sim.config import METHODS, Config
from teiki_sim.draws import Choice, Keys, Purpose, bits53_many, hash64_many, spread
from teiki_sim.frequencies import Frequency, parse

__all__ = ["generate"]

_K = TypeVar("_K", str, int)

# What a draw of POPULATION decides stands in its cycle, so that each trait is drawn apart.
_FREQUENCY, _PRODUCT, _QUANTITY, _METHOD, _CARRIER, _STATUS, _CYCLE, _DAY = range(8)


def generate(config: Config, n: int | None = None) -> BookColumns:
    """So many subscriptions (the configuration's number) by the shares of `config.population`.

    Each is drawn from its id and the seed, so the first thousand of a bigger population are the same.
    Ship dates start on the first day and spread over one cycle, or over `start_spread` days; those
    that are not active have no next dates.
    """
    n = config.subscriptions if n is None else n
    ids = [f"S{number:07d}" for number in range(1, n + 1)]
    people, keys = config.population, hash64_many(ids)

    def draw(shares: Mapping[_K, float], trait: int) -> tuple[list[_K], npt.NDArray[np.int64]]:
        return _draw(config.seed, keys, shares, trait)

    labels, frequency = draw(people.frequencies, _FREQUENCY)
    products, product = draw(
        people.products or {c: 1.0 for c, g in config.goods.items() if g.price}, _PRODUCT
    )
    quantities, quantity = draw(people.quantities, _QUANTITY)
    methods, method = draw({name: payment.share for name, payment in config.payments.items()}, _METHOD)
    carriers, carrier = draw(people.carriers or {config.default_carrier: 1.0}, _CARRIER)
    statuses, status = draw(people.statuses, _STATUS)
    cycles, cycle = draw(people.cycles, _CYCLE)
    method = np.array([METHODS.index(name) for name in methods])[method]
    carriers, carrier = _collected(config, carriers, carrier, method)
    status = np.array([STATUSES.index(name) for name in statuses])[status]
    frequencies = [parse(label) for label in labels]
    ship, delivery = _dates(config, keys, frequencies, frequency, carriers, carrier)
    active = status == STATUSES.index("継続")
    prices = np.array([config.goods[code].price for code in products])
    return BookColumns.of(
        ids=ids,
        customers=[f"C{number:07d}" for number in range(1, n + 1)],
        frequency=frequency,
        frequencies=frequencies,
        product=product,
        products=products,
        quantity=np.array(quantities)[quantity],
        unit_price=prices[product],
        method=method,
        methods=list(METHODS),
        carrier=carrier,
        carriers=carriers,
        status=status,
        cycle=np.array(cycles)[cycle],
        next_ship=np.where(active, ship, -1),
        next_delivery=np.where(active, delivery, -1),
        first_delivery=np.full(n, -1),
        end_count=np.zeros(n),
        held=np.zeros(n),
        generation_error=np.zeros(n),
    )


def _draw(
    seed: int, keys: Keys, shares: Mapping[_K, float], trait: int
) -> tuple[list[_K], npt.NDArray[np.int64]]:
    """One trait of everyone: the names with a weight, sorted, and the index into them."""
    names = sorted(name for name, weight in shares.items() if weight > 0)
    total = fsum(shares[name] for name in names)
    choice = Choice([shares[name] / total for name in names])
    return names, choice.pick_many(bits53_many(seed, keys, Purpose.POPULATION, trait))


def _collected(
    config: Config, carriers: list[str], carrier: npt.NDArray[Any], method: npt.NDArray[Any]
) -> tuple[list[str], npt.NDArray[Any]]:
    """Cash on delivery goes by the default carrier where the one drawn cannot collect."""
    unable = np.array([not config.carriers[name].cod for name in carriers])[carrier]
    change = unable & (method == METHODS.index("代引き"))
    if change.any() and config.carriers[config.default_carrier].cod:
        if config.default_carrier not in carriers:
            carriers = [*carriers, config.default_carrier]
        carrier = np.where(change, carriers.index(config.default_carrier), carrier)
    return carriers, carrier


def _dates(
    config: Config,
    keys: Keys,
    frequencies: list[Frequency],
    frequency: npt.NDArray[Any],
    carriers: list[str],
    carrier: npt.NDArray[Any],
) -> tuple[Days, Days]:
    """The next ship and delivery dates: dates of the pattern, the first that ship on the first day or later."""
    bits = bits53_many(config.seed, keys, Purpose.POPULATION, _DAY)
    ship, delivery = np.empty(len(keys), np.int32), np.empty(len(keys), np.int32)
    start = to_day(config.start)
    week_start = 6 if config.week_start == "sunday" else 0
    for f, pattern in enumerate(frequencies):
        days = config.population.start_spread or pattern.period_days
        for c, name in enumerate(carriers):
            at = np.flatnonzero((frequency == f) & (carrier == c))
            if not at.size:
                continue
            terms = config.carriers[name]
            lead = Lead(terms.lead_days, terms.lead_mode, terms.lead_holidays)
            first = (start + spread(bits[at], days)).astype(np.int32)
            anchor = lead.delivery_from_ship(first) - np.int32(pattern.period_days)
            due = pattern.next_delivery_many(anchor, anchor, week_start).astype(np.int32)
            while (early := lead.ship_from_delivery(due) < start).any():
                due = np.where(early, pattern.next_delivery_many(due, anchor, week_start), due).astype(
                    np.int32
                )
            ship[at], delivery[at] = lead.ship_from_delivery(due), due
    return ship, delivery
