"""Shipping lists: each order reaches the warehouse once, unless the first instruction was withdrawn.

INV-36.
"""

from teiki_sim.calendar import DAY
from teiki_sim.log.statuses import OrderMeaning
from teiki_sim.monitors.finding import Finding
from teiki_sim.monitors.scene import Scene
from teiki_sim.monitors.state import EXPORTED, SHIPPED, State

#: Edits that say 出力済 without an export, and the one that takes it back.
_FLAGGED = ("listed_by_hand", "listed")
_BACK = ("unlisted_by_hand",)
_WAITS = (OrderMeaning.WAITING, OrderMeaning.BLOCKED)


def exported_again(scene: Scene) -> None:
    """Of orders that the warehouse has, and of which it has confirmed no stop: one that is exported once more."""
    for i, at, sub, order, seq in scene.told():
        case = "parcels" if scene.flags[i] & SHIPPED else "twice"
        scene.state.report("INV-36", at, sub, order, seq, case=case)


def flagged(scene: Scene) -> None:
    """Set to 出力済 while the warehouse has nothing: it must be exported in time all the same."""
    state = scene.state
    for i, at, sub, order, seq in scene.told(state.said(scene.code, *_FLAGGED, *_BACK)):
        state.agenda.close(order, ("INV-36", "never", ""))
        if state.said(scene.code[i : i + 1], *_BACK)[0] or scene.flags[i] & EXPORTED:
            continue
        ship = max(int(state.fold.orders.ship[order]), at // DAY)
        due = ship * DAY + DAY + state.terms.grace("export")
        found = state.finding("INV-36", due, sub, order, seq, case="never", opened=at)
        found.key = ""
        state.agenda.open(order, found, broken=lambda f: _waits_in_vain(state, f))


def _waits_in_vain(state: State, found: Finding) -> bool:
    """Not exported, neither over nor put off."""
    order = found.order
    put_off = state.fold.orders.ship[order] > found.at // DAY
    return not state.orders.flags[order] & EXPORTED and state.meaning(order) in _WAITS and not put_off
