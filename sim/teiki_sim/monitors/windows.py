"""INV-29: what was captured is cancelled only within the provider's own period. INV-44: the account page's settings."""

import numpy as np

from teiki_sim.calendar import month_of, month_start
from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.log.statuses import SUBSCRIPTION_MEANING, OrderMeaning, SubscriptionMeaning
from teiki_sim.monitors.scene import Scene

_OVER = np.zeros(len(OrderMeaning), np.bool_)
_OVER[[OrderMeaning.CANCELLED, OrderMeaning.RETURNED, OrderMeaning.RETURN_PENDING]] = True
"""By meaning."""


def captured(scene: Scene) -> None:
    """The day of the capture, from which the period counts."""
    scene.state.orders.captured_day[scene.order] = scene.day


def cancelled(scene: Scene) -> None:
    """INV-29: a captured order is cancelled or returned after its provider's period."""
    state = scene.state
    for i, at, sub, order, seq in scene.told(~_OVER.take(scene.meaning)):
        day, method = state.orders.captured_day.item(order), int(scene.method[i])
        if method < 0:
            continue  # nothing says by what it was paid
        days, months = state.terms.window(method)
        last = day + days if days >= 0 else -1
        if months >= 0:
            end = month_start(month_of(day) + months + 1) - 1
            last = end if last < 0 else min(last, end)
        if 0 <= last < int(scene.day[i]):
            state.report("INV-29", at, sub, order, seq, date=day, last=last)


def on_page(scene: Scene) -> None:
    """INV-44: what a customer did, the settings forbid."""
    state, kind = scene.state, scene.kind
    terms = state.terms
    if terms.all_allowed:
        return
    case = {Kind.STOPPED: "cancel", Kind.RESUMED: "resume"}.get(Kind(kind), "card")
    for i, at, sub, _, seq in scene.told(scene.rows.actor == int(Actor.CUSTOMER)):
        if kind == Kind.STOPPED:
            if state.words[int(scene.code[i])] == "checkout":
                continue  # no stop: the order that would have begun it was refused
            became = int(SUBSCRIPTION_MEANING[scene.rows.status_to[i]])
            wrong = not terms.account("cancel") or terms.account("cancel_status") not in (0, became)
        elif kind == Kind.RESUMED:
            before = int(SUBSCRIPTION_MEANING[scene.status[i]])
            stood = before in (int(SubscriptionMeaning.STOPPED), int(SubscriptionMeaning.CANCELLED))
            wrong = stood and terms.account("resume_from") not in (0, before)
        else:
            wrong = not terms.account("card_change")
        if wrong:
            state.report("INV-44", at, sub, -1, seq, case=case)
