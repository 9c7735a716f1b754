"""Switches of delivery schedules and skips on サブスクストア."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from teiki_scenarios.switches.switch import Swap, Switch
from teiki_sim import frequencies, opening, operations
from teiki_sim.calendar import SUNDAY, Lead, month_of, month_start, nth_weekday, weekday
from teiki_sim.frequencies import Frequency
from teiki_sim.log.kinds import Actor
from teiki_sim.log.statuses import OrderMeaning
from teiki_sim.shop import Shop

__all__ = ["SWITCHES"]

Next = Callable[[Frequency, int, int, int], int]


def _instead(kinds: str, following: Next) -> Switch:
    """Another next delivery for frequencies of some kinds, one by one and as columns."""
    names = kinds.split()

    def switch(swap: Swap) -> None:
        one, many = Frequency.next_delivery, Frequency.next_delivery_many

        def next_one(self: Frequency, previous: int, anchor: int, week_start: int = SUNDAY) -> int:
            wrong = self.kind in names
            return (
                following(self, previous, anchor, week_start)
                if wrong
                else one(self, previous, anchor, week_start)
            )

        def next_many(self: Frequency, previous: Any, anchor: Any, week_start: int = SUNDAY) -> Any:
            if self.kind not in names:
                return many(self, previous, anchor, week_start)
            pairs = zip(np.atleast_1d(previous).tolist(), np.atleast_1d(anchor).tolist(), strict=True)
            return np.array([following(self, a, b, week_start) for a, b in pairs], np.int32)

        swap.put(Frequency, "next_delivery", next_one)
        swap.put(Frequency, "next_delivery_many", next_many)

    return switch


def _thirty_days(frequency: Frequency, previous: int, _anchor: int, _start: int) -> int:
    return previous + 30 * frequency.n


def _running_over(frequency: Frequency, previous: int, _anchor: int, _start: int) -> int:
    """A day that the month does not have runs over into the next one."""
    month = month_of(previous)
    return month_start(month + frequency.n) + previous - month_start(month)


def _on_sundays(frequency: Frequency, previous: int, _anchor: int, _start: int) -> int:
    return nth_weekday(month_of(previous) + frequency.n, frequency.nth or 1, SUNDAY)


def _on_the_first_weekday(frequency: Frequency, previous: int, anchor: int, _start: int) -> int:
    return nth_weekday(month_of(previous) + frequency.n, frequency.nth or 1, weekday(anchor))


def _a_day_late(frequency: Frequency, previous: int, _anchor: int, _start: int) -> int:
    return previous + frequency.period_days + 1


def _any_weekday(frequency: Frequency, previous: int, _anchor: int, _start: int) -> int:
    return previous + 7 * frequency.n


def _this_month_still(frequency: Frequency, previous: int, anchor: int, _start: int) -> int:
    """Week x of the very month counts while it is still ahead."""
    on = weekday(anchor) if frequency.on is None else frequency.on
    here = nth_weekday(month_of(previous), frequency.nth or 1, on)
    return here if here > previous else nth_weekday(month_of(previous) + frequency.n, frequency.nth or 1, on)


def _calendar_days(swap: Swap) -> None:
    swap.put(Lead, "_move", lambda _self, day, by: day + by)


def _first_on_the_pattern(swap: Swap) -> None:
    """Not even the first delivery date is free."""
    open_them = opening._subscriptions

    def moved(shop: Shop, book: Any) -> None:
        open_them(shop, book)
        for sub in range(shop.subs.n):
            on = shop.frequencies[shop.subs.frequency.item(sub)].on
            delivery = shop.subs.delivery.item(sub)
            if on is not None and weekday(delivery) != on:
                shop.subs.delivery[sub] = shop.next_delivery(sub, delivery)

    swap.put(opening, "_subscriptions", moved)


def _anything_goes(swap: Swap) -> None:
    swap.put(frequencies, "_in_set", lambda *_: True)


def _a_day_early(swap: Swap) -> None:
    right = Lead.ship_from_delivery
    swap.put(Lead, "ship_from_delivery", lambda self, delivery: right(self, delivery) - 1)


def _deaf_to(actor: Actor) -> Switch:
    """A skip by one side moves nothing."""

    def switch(swap: Swap) -> None:
        schedule = Shop.schedule

        def moved(shop: Shop, sub: int, ship: int, delivery: int, who: Actor, rule: str = "") -> None:
            if who != actor or rule != "skip":
                schedule(shop, sub, ship, delivery, who, rule)

        swap.put(Shop, "schedule", moved)

    return switch


def _child_stays(swap: Swap) -> None:
    swap.put(operations, "edit_dates", lambda *_: None)


def _never_too_late(swap: Swap) -> None:
    swap.put(operations, "_UNSHIPPED", (OrderMeaning.WAITING, OrderMeaning.BLOCKED))


SWITCHES: dict[str, Switch] = {
    "SS-FREQ-01": _instead("month", _thirty_days),
    "SS-FREQ-02": _instead("month", _running_over),
    "SS-FREQ-03": _calendar_days,
    "SS-FREQ-04": _instead("month-week", _on_sundays),
    "SS-FREQ-05": _instead("month-week-weekday", _on_the_first_weekday),
    "SS-FREQ-06": _instead("week", _a_day_late),
    "SS-FREQ-07": _instead("week-weekday", _any_weekday),
    "SS-FREQ-08": _instead("days", _a_day_late),
    "SS-FREQ-09": _first_on_the_pattern,
    "SS-FREQ-10": _instead("month-week month-week-weekday", _this_month_still),
    "SS-FREQ-11": _anything_goes,
    "SS-FREQ-12": _a_day_early,
    "SS-SKIP-01": _deaf_to(Actor.CUSTOMER),
    "SS-SKIP-02": _child_stays,
    "SS-SKIP-03": _deaf_to(Actor.OPERATOR),
    "SS-SKIP-05": _never_too_late,
}
