"""INV-07: goods of the next delivery that went with an order are not sent again (EC-SUB-12)."""

from teiki_sim.monitors.scene import Scene, each
from teiki_sim.monitors.state import PULLED, State


def pulled(scene: Scene) -> None:
    """An order got the goods of the next delivery as well."""
    state = scene.state
    for i in each(state.said(scene.code, "pulled") & (scene.sub >= 0)):
        sub = int(scene.sub[i])
        state.pulled[sub] = int(scene.order[i])
        state.subs.flags[sub] |= PULLED


def moved_on(scene: Scene) -> None:
    """The next delivery was skipped, as it should be (of marked subscriptions)."""
    for sub in scene.sub.tolist():
        _forget(scene.state, sub)


def generated(scene: Scene) -> None:
    """The delivery that had gone already is generated (of marked subscriptions)."""
    state = scene.state
    for i in range(len(scene)):
        at, sub, order, seq = scene.at_row(i)
        if sub in state.pulled:
            state.report("INV-07", at, sub, order, seq, case="pulled", other=state.pulled[sub])
            _forget(state, sub)


def _forget(state: State, sub: int) -> None:
    state.pulled.pop(sub, None)
    state.subs.flags[sub] &= ~PULLED & 0xFFFF
