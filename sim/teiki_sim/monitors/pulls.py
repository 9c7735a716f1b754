"""INV-07: goods of the next delivery that went with an order are not sent again (EC-SUB-12)."""

from teiki_sim.monitors.scene import Scene, each
from teiki_sim.monitors.state import PULLED, State


def pulled(scene: Scene) -> None:
    """An order got the goods of the next delivery as well."""
    state = scene.state
    for i in each(state.said(scene.code, "pulled") & (scene.sub >= 0)):
        sub = int(scene.sub[i])
        state.pulled[sub] = int(scene.order[i]), state.fold.subscriptions.delivery.item(sub)
        state.subs.flags[sub] |= PULLED


def generated(scene: Scene) -> None:
    """The delivery that had gone already is generated (of marked subscriptions)."""
    state = scene.state
    for i, at, sub, order, seq in scene.told():
        if sub not in state.pulled:
            continue
        other, date = state.pulled[sub]
        if int(scene.rows.delivery[i]) == date and state.survives(other):
            state.report("INV-07", at, sub, order, seq, case="pulled", other=other)
        _forget(state, sub)


def _forget(state: State, sub: int) -> None:
    state.pulled.pop(sub, None)
    state.subs.flags[sub] &= ~PULLED & 0xFFFF
