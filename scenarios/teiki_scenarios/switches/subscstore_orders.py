"""Switches of orders and courses on サブスクストア: numbers, statuses, limits, shipping stops, restarts, the law."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from teiki_scenarios.switches.switch import Swap, Switch
from teiki_sim import card_brands, change_history, checkout, courses, nightly, opening, shipping
from teiki_sim.log.kinds import Kind
from teiki_sim.log.statuses import CODE, OrderMeaning
from teiki_sim.policies import SUBSCSTORE
from teiki_sim.shop import Shop
from teiki_sim.standing import meaning
from teiki_sim.tables import GONE, Rows

__all__ = ["SWITCHES"]


def _no_work_list(swap: Swap) -> None:
    swap.policy("subscstore", order=replace(SUBSCSTORE.order, working=CODE["出荷待ち"]))


def _returned_at_once(swap: Swap) -> None:
    swap.policy("subscstore", return_waits=frozenset())


def _never_ends(swap: Swap) -> None:
    swap.policy("subscstore", subscription=replace(SUBSCSTORE.subscription, ended=CODE["停止"]))


def _own_numbers(swap: Swap) -> None:
    swap.policy("subscstore", own_numbers=True)


def _master_stays(swap: Swap) -> None:
    swap.put(nightly, "_move_on", lambda *_: None)


def _hidden_is_shown(swap: Swap) -> None:
    swap.put(checkout, "visible_carriers", lambda *_: ["-"])


def _imports_all(swap: Swap) -> None:
    """Every row of the completion data goes in, whatever the order's status."""

    def complete(shop: Shop) -> None:
        orders, live, shipped = shop.orders, shop.live, shop.policy.order.shipped
        done = live[(orders.flags[live] & GONE > 0) & (orders.status[live] != shipped)]
        before = orders.status[done].copy()
        orders.status[done] = shipped
        if len(done):
            shop.rows(Kind.COMPLETED, done, rule="completed", status_from=before, status_to=shipped)

    swap.put(shipping, "complete", complete)


def _due(*, over: bool, flagged: bool) -> Switch:
    """A night that does not ask whether the course is over, or whether its flag is set."""

    def due_tonight(shop: Shop) -> Rows:
        subs, n = shop.subs, shop.subs.n
        ready = (subs.delivery[:n] <= shop.today + shop.ahead) & (subs.delivery[:n] >= 0)
        if not over:
            ready &= subs.status[:n] == shop.policy.subscription.active
        if not flagged:
            ready &= ~(subs.flag[:n] | subs.held[:n] | subs.paused[:n])
        return np.flatnonzero(ready)

    return lambda swap: swap.put(nightly, "due_tonight", due_tonight)


def _untold(swap: Swap) -> None:
    swap.put(opening, "_tell_hidden", lambda *_: None)


def _unlimited(swap: Swap) -> None:
    swap.put(checkout, "too_many", lambda *_: False)


def _forgives_cancelled(swap: Swap) -> None:
    """Cancelled and returned orders give their quota back."""

    def bought(shop: Shop, customer: int, product: int, **_: Any) -> int:
        mine = shop.buyers.orders.get((customer, product), ())
        return sum(shop.orders.quantity.item(o) for o in mine if meaning(shop, o) < OrderMeaning.CANCELLED)

    swap.put(checkout, "bought", bought)


def _trusting(swap: Swap) -> None:
    swap.put(checkout, "suspicion", lambda *_: "")


def _nothing_stops(swap: Swap) -> None:
    swap.put(nightly, "amount_stop", lambda *_: None)
    swap.put(checkout, "hold_new", lambda *_: None)


def _noticed(swap: Swap) -> None:
    """A stop for the amount is announced like the others."""
    stop = nightly.amount_stop

    def loud(shop: Shop, children: Rows) -> None:
        before = [order for order in children.tolist() if not shop.is_stopped(order)]
        stop(shop, children)
        for order in before:
            if shop.is_stopped(order):
                checkout.notice(shop, order, "amount_limit")

    swap.put(nightly, "amount_stop", loud)


def _no_collisions(swap: Swap) -> None:
    swap.put(nightly, "_without_collisions", lambda _shop, due: due)


def _no_total(swap: Swap) -> None:
    swap.put(courses, "show", lambda *_: None)


def _full_history(swap: Swap) -> None:
    """Only what changed something leaves an entry."""
    entries = change_history.entries
    swap.put(change_history, "entries", lambda rows: [entry for entry in entries(rows) if entry.changes])


def _every_spelling(swap: Swap) -> None:
    swap.put(card_brands, "KNOWN", {**card_brands.KNOWN, "master": "Mastercard"})


SWITCHES: dict[str, Switch] = {
    "SS-ORD-01": _no_work_list,
    "SS-ORD-02": _returned_at_once,
    "SS-ORD-03": _never_ends,
    "SS-ORD-04": _own_numbers,
    "SS-ORD-05": _master_stays,
    "SS-ORD-06": _hidden_is_shown,
    "SS-ORD-08": _full_history,
    "SS-ORD-10": _every_spelling,
    "SS-ORD-12": _imports_all,
    "SS-ORD-14": _due(over=True, flagged=False),
    "SS-ORD-15": _untold,
    "SS-LIM-01": _unlimited,
    "SS-LIM-02": _forgives_cancelled,
    "SS-LIM-03": _trusting,
    "SS-STOP-01": _nothing_stops,
    "SS-STOP-02": _noticed,
    "SS-RACE-01": _no_collisions,
    "SS-RACE-02": _due(over=False, flagged=True),
    "SS-LAW-01": _no_total,
}
