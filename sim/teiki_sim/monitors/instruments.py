"""INV-45: an active subscription has something to pay with, and a card in use is not deleted."""

from dataclasses import dataclass

import numpy as np

from teiki_sim.log.kinds import Kind
from teiki_sim.log.statuses import SUBSCRIPTION_MEANING, SubscriptionMeaning
from teiki_sim.monitors.scene import Scene, each
from teiki_sim.monitors.state import GOES_ON, UNPAYABLE, State

_CANCELLED = np.isin(SUBSCRIPTION_MEANING, (SubscriptionMeaning.CANCELLED, SubscriptionMeaning.ENDED))
"""By status: nothing will be charged again; that 終了 is like キャンセル here is modelled."""


@dataclass(slots=True)
class Gone:
    """A means of payment that is gone, and whether that was told while the subscription was active."""

    method: int
    told: bool = False


def lost(scene: Scene) -> None:
    """A card was deleted, or an agreement dissolved at the provider's."""
    state = scene.state
    by_buyer = state.said(scene.code, "agreement")
    for i, at, sub, _, seq in scene.told():
        method, status = int(scene.rows.method[i]), int(scene.status[i])
        gone = state.gone[sub] = Gone(method)
        state.subs.flags[sub] |= UNPAYABLE
        if state.fold.subscriptions.method.item(sub) != method:
            continue
        if by_buyer[i]:
            if GOES_ON[status]:
                _wait(state, at, sub, seq)
        elif GOES_ON[status] or (state.terms.platform == "ecforce" and not _CANCELLED[status]):
            gone.told = True
            state.report("INV-45", at, sub, -1, seq, case="deleted", status=status)


def _wait(state: State, at: int, sub: int, seq: int) -> None:
    due = at + state.terms.grace("instrument")
    state.agenda.open(~sub, state.finding("INV-45", due, sub, -1, seq, case="none", opened=at))
    state.gone[sub].told = True


def resumed(scene: Scene) -> None:
    """Active again with nothing to pay with (of marked subscriptions)."""
    state = scene.state
    for _, at, sub, _, seq in scene.told(~GOES_ON.take(scene.status)):
        gone = state.gone.get(sub)
        if gone is not None and not gone.told and state.fold.subscriptions.method.item(sub) == gone.method:
            _wait(state, at, sub, seq)


def registered(scene: Scene) -> None:
    """Something to pay with is there again (of marked subscriptions)."""
    state = scene.state
    for sub, method in zip(scene.sub.tolist(), scene.rows.method.tolist(), strict=True):
        gone = state.gone.get(sub)
        if gone is not None and method == gone.method:
            del state.gone[sub]
            state.subs.flags[sub] &= ~UNPAYABLE & 0xFFFF
            state.agenda.close_all(~sub, "INV-45")


def given_up(scene: Scene) -> None:
    """Stopped, ended, or paid for by another method (of marked subscriptions)."""
    state = scene.state
    edit, method = scene.kind == Kind.EDITED, scene.rows.method
    for i in each(method >= 0) if edit else range(len(scene)):
        sub = int(scene.sub[i])
        gone = state.gone.get(sub)
        if gone is None or (edit and int(method[i]) == gone.method):
            continue
        gone.told = False
        state.agenda.close_all(~sub, "INV-45")
