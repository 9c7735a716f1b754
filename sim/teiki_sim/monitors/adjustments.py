"""INV-34: an adjustment that was entered is consumed exactly once, or entered again or settled otherwise."""

from dataclasses import dataclass, field

from teiki_sim.log.kinds import Kind
from teiki_sim.monitors.books import day_end
from teiki_sim.monitors.scene import Scene
from teiki_sim.monitors.state import ADJUSTED, SHIPPED, State


@dataclass(slots=True)
class Open:
    """What is open on a subscription: entries in yen (below 0: in the customer's favour), and what was agreed."""

    seq: int
    entries: list[int] = field(default_factory=list)
    agreed: int | None = None


def moved(scene: Scene) -> None:
    """Agreed, entered, withdrawn, settled."""
    state = scene.state
    for i, _, sub, _, seq in scene.told():
        what, _, sign = state.words[int(scene.code[i])].partition("_")
        yen = int(scene.rows.amount[i]) * (-1 if sign == "credit" else 1)
        entry = state.adjusting.get(sub)
        if entry is None:
            entry = state.adjusting[sub] = Open(seq)
            state.subs.flags[sub] |= ADJUSTED
        if what == "agreed":
            entry.agreed = yen
        elif what == "entered":
            entry.entries.append(yen)
            state.agenda.close_all(~sub, "INV-34", "cancelled")
        elif what == "withdrawn" and yen in entry.entries:
            entry.entries.remove(yen)
        if what == "settled" or (what == "withdrawn" and not entry.entries):
            _forget(state, sub)


def _forget(state: State, sub: int) -> None:
    state.adjusting.pop(sub, None)
    state.subs.flags[sub] &= ~ADJUSTED & 0xFFFF
    state.agenda.close_all(~sub, "INV-34")


def applied(scene: Scene) -> None:
    """An order took it over: once, and as agreed."""
    state = scene.state
    for i, at, sub, order, seq in scene.told():
        sign = state.words[int(scene.code[i])].partition("_")[2]
        yen = int(scene.rows.amount[i]) * (-1 if sign == "credit" else 1)
        entry = state.adjusting.get(sub)
        if entry is None:
            continue
        entries = entry.entries
        if len(set(entries)) < len(entries):
            money = abs(sum(entries) - sum(set(entries)))
            state.report("INV-34", at, sub, order, entry.seq, seq, case="twice", money=money, found=abs(yen))
        elif entry.agreed is not None and yen != entry.agreed:
            money = abs(yen - entry.agreed)
            facts = {"found": abs(yen), "expected": abs(entry.agreed)}
            state.report("INV-34", at, sub, order, entry.seq, seq, case="amount", money=money, **facts)
        state.carriers[order] = abs(yen)
        _forget(state, sub)


def stopped(scene: Scene) -> None:
    """The subscription is over before an order took it over (of marked ones)."""
    state = scene.state
    for _, at, sub, _, seq in scene.told():
        entry = state.adjusting.get(sub)
        if entry is not None and entry.entries:
            _wait(state, at, sub, seq, "stopped", abs(sum(entry.entries)))


def _wait(state: State, at: int, sub: int, seq: int, case: str, money: int) -> None:
    due = day_end(at) + state.terms.grace("adjustment")
    found = state.finding("INV-34", due, sub, -1, seq, case=case, money=money, opened=at)
    state.agenda.open(~sub, found)


def resumed(scene: Scene) -> None:
    """The subscription goes on: the next order will take it over (of marked ones)."""
    for sub in scene.sub.tolist():
        scene.state.agenda.close_all(~sub, "INV-34", "stopped")


def cancelled(scene: Scene) -> None:
    """The order that carried it is cancelled or deleted before it left; later on it was settled with that order."""
    state = scene.state
    if not state.carriers:
        return
    for i, at, sub, order, seq in scene.told():
        money = state.carriers.pop(order, None)
        if money is not None and not scene.flags[i] & SHIPPED:
            state.adjusting.setdefault(sub, Open(seq))
            state.subs.flags[sub] |= ADJUSTED
            _wait(state, at, sub, seq, "cancelled", money)


KINDS = (Kind.CANCELLED, Kind.DELETED)
