"""Orders, shipping, adjustments, subscriptions and the account page on ecforce, each without one of its rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from teiki_providers.books import Until
from teiki_providers.deferred.book import NP_TABLE
from teiki_providers.shelf import BOOKS
from teiki_providers.states import State
from teiki_scenarios.switches.switch import Swap, Switch
from teiki_sim import (
    account_page,
    addressing,
    adjusting,
    config_account,
    config_warnings,
    course_edits,
    nightly,
    operations,
    payments,
    policies,
)
from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.messages import Method, Operation
from teiki_sim.shipping import ask_about
from teiki_sim.shop import Shop
from teiki_sim.standing import refuse as say_no
from teiki_sim.tables import Rows
from teiki_sim.wishes import Wishes

__all__ = ["SWITCHES"]


def _cancel_tells_nobody(swap: Swap) -> None:
    """取消 changes the store alone: the provider is only asked how things stand."""

    def ask(shop: Shop, order: int, operation: Operation, *more: Any, **named: Any) -> Any:
        told = Operation.INQUIRE if operation == Operation.CANCEL else operation
        return ask_about(shop, order, told, *more, **named)

    swap.put(payments, "ask_about", ask)


def _nothing_is_free(swap: Swap) -> None:
    """An order can't be changed before its shipping work starts either."""

    def refuse(shop: Shop, order: int, what: str, actor: Actor) -> None:
        raise say_no(shop, order, -1, "edit_after_ship", what, actor)

    swap.put(operations, "refuse_after_ship", refuse)


def _no_unauthorised_orders(swap: Swap) -> None:
    swap.policy("ecforce", charge_first=frozenset(Method))


def _cancels_at_random(swap: Swap) -> None:
    swap.policy("ecforce", forced_when_uncovered=False)


def _converts(swap: Swap) -> None:
    swap.policy("ecforce", converts_orders=True)


def _keeps_the_single(swap: Swap) -> None:
    """The single order stays beside the new subscription."""
    swap.put(operations, "cancel_order", lambda *_: True)


def _triggers_without(*edits: str) -> Switch:
    def switch(swap: Swap) -> None:
        triggers = policies.POLICIES["ecforce"].reauthorise_on
        swap.policy(
            "ecforce", reauthorise_on={method: found - {*edits} for method, found in triggers.items()}
        )

    return switch


def _changes_all(swap: Swap) -> None:
    """No provider is asked whether it takes a change after the capture."""
    swap.put(operations, "change_captured", lambda *_: None)


def _stop_without_effect(swap: Swap) -> None:
    swap.put(operations, "WAREHOUSE_STOPPED", 0)


def _changes_the_order_too(swap: Swap) -> None:
    change_address = addressing.change_address

    def change(shop: Shop, sub: int, actor: Actor) -> None:
        change_address(shop, sub, actor)
        if (order := shop.subs.last_order.item(sub)) >= 0:
            shop.row(Kind.EDITED, order, actor, code=shop.log.code("address"))

    swap.put(addressing, "change_address", change)


def _edits_shipped(swap: Swap) -> None:
    swap.policy("ecforce", edits_after_ship=True)


def _cancels_paid(swap: Swap) -> None:
    """The provider of a deferred payment cancels what its customer has paid."""
    swap.put(NP_TABLE, (State.PAID, Operation.CANCEL), NP_TABLE[State.CAPTURED, Operation.CANCEL])


def _charges_without_goods(swap: Swap) -> None:
    swap.policy("ecforce", charges_without_goods=True)


def _no_period(swap: Swap) -> None:
    """Providers take a cancel however late."""
    book = BOOKS[Method.RAKUTEN_PAY]
    terms = replace(book.terms, cancel_until=Until(), refund_until=Until())
    swap.put(BOOKS, Method.RAKUTEN_PAY, replace(book, terms=terms))


def _adjusts_for_good(swap: Swap) -> None:
    """What an order took over waits for the next one again."""
    apply = adjusting.apply

    def applied(shop: Shop, subs: Rows, orders: Rows) -> None:
        waiting = {sub: list(entries) for sub, entries in shop.adjustments.pending.items()}
        apply(shop, subs, orders)
        shop.adjustments.pending.update(waiting)

    swap.put(adjusting, "apply", applied)


def _untaxed(swap: Swap) -> None:
    swap.put(adjusting, "with_tax", lambda yen, *_: yen)


def _nothing_generated(swap: Swap) -> None:
    swap.put(nightly, "due_tonight", lambda _shop: np.empty(0, np.intp))


def _manual_for_all(swap: Swap) -> None:
    swap.policy("ecforce", manual_on_stopped=True)


def _resumes_by_name(swap: Swap) -> None:
    """有効 again by its status, and nothing is generated."""
    resume = operations.resume

    def resumed(shop: Shop, sub: int, actor: Actor) -> None:
        resume(shop, sub, actor)
        shop.subs.paused[sub] = True

    swap.put(operations, "resume", resumed)


def _no_flood(swap: Swap) -> None:
    """Dates in the past are passed over."""
    due_tonight = nightly.due_tonight

    def due(shop: Shop) -> Rows:
        found = due_tonight(shop)
        return found[shop.subs.delivery[found] >= shop.today]

    swap.put(nightly, "due_tonight", due)


def _slow_flood(swap: Swap) -> None:
    """Dates in the past are caught up with every other night only, so today runs away from them."""
    due_tonight = nightly.due_tonight

    def due(shop: Shop) -> Rows:
        found = due_tonight(shop)
        return found[(shop.subs.delivery[found] >= shop.today) | (shop.today % 2 == 0)]

    swap.put(nightly, "due_tonight", due)


def _ships_all_the_same(swap: Swap) -> None:
    """What is not to ship is noted, and its order left as it is."""
    swap.put(Wishes, "_cancel_waiting", lambda *_: None)


def _cards_go_freely(swap: Swap) -> None:
    words = policies.POLICIES["ecforce"].subscription
    swap.policy("ecforce", card_free_in=(words.active, words.stopped, words.cancelled))


def _carries_nothing(swap: Swap) -> None:
    swap.put(addressing, "carry_address", lambda *_: None)
    swap.put(course_edits, "hand_on_slots", lambda *_: None)


def _due_in_silence(swap: Swap) -> None:
    swap.policy("ecforce", warns_due_at_once=False)


def _example(number: int, other: int) -> Switch:
    def switch(swap: Swap) -> None:
        swap.put(config_account.EXAMPLES, number, config_account.EXAMPLES[other])

    return switch


def _page_does_all(swap: Swap) -> None:
    swap.put(account_page, "may_cancel", lambda _shop: True)


def _settings_unread(swap: Swap) -> None:
    swap.put(config_warnings.CHECKS, "EC-MY-04", lambda _config: None)


SWITCHES: dict[str, Switch] = {
    "EC-CAN-02": _cancel_tells_nobody,
    "EC-CAN-03": _converts,
    "EC-CAN-04": _nothing_is_free,
    "EC-CAN-05": _no_unauthorised_orders,
    "EC-CAN-06": _cancels_at_random,
    "EC-CAN-09": _keeps_the_single,
    "EC-REA-01": _triggers_without("amount", "quantity"),
    "EC-REA-02": _triggers_without("address", "billing"),
    "EC-REA-03": _changes_all,
    "EC-WH-02": _stop_without_effect,
    "EC-SHP-01": _changes_the_order_too,
    "EC-SHP-02": _edits_shipped,
    "EC-SHP-03": _cancels_paid,
    "EC-SHP-05": _charges_without_goods,
    "EC-SHP-06": _no_period,
    "EC-ADJ-01": _adjusts_for_good,
    "EC-ADJ-02": _untaxed,
    "EC-SUB-01": _nothing_generated,
    "EC-SUB-02": _manual_for_all,
    "EC-SUB-03": _manual_for_all,
    "EC-SUB-04": _resumes_by_name,
    "EC-SUB-05": _no_flood,
    "EC-SUB-08": _ships_all_the_same,
    "EC-SUB-09": _cards_go_freely,
    "EC-SUB-10": _carries_nothing,
    "EC-SUB-14": _slow_flood,
    "EC-SUB-15": _due_in_silence,
    "EC-MY-01": _example(1, 2),
    "EC-MY-02": _example(2, 1),
    "EC-MY-03": _page_does_all,
    "EC-MY-04": _settings_unread,
}
