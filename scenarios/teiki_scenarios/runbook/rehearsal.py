"""Playing the cells: all of them in one small, calm shop, a subscription for each way in which one is played."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from teiki_scenarios.deeds import DEEDS
from teiki_scenarios.runbook.acts import Act
from teiki_scenarios.runbook.matrix import Cell, cells
from teiki_scenarios.runbook.procedures import Procedure, procedure
from teiki_scenarios.scenario import Scenario
from teiki_scenarios.scenario_file import from_tables
from teiki_scenarios.stage import Stage
from teiki_scenarios.timeline import Event
from teiki_sim.calendar import instant, to_day
from teiki_sim.draws import Purpose, bits53, hash64
from teiki_sim.log.kinds import Actor
from teiki_sim.log.statuses import NAMES
from teiki_sim.messages import METHOD_NAMES, METHODS, UNCOVERED, Method, Outcome
from teiki_sim.monitors import Violation
from teiki_sim.operations import STOPPABLE
from teiki_sim.standing import RefusedError

__all__ = ["BETWEEN", "Rehearsal", "Result", "Take", "rehearse"]

_START, _UNTIL = datetime.date(2026, 4, 1), datetime.date(2026, 7, 10)
_DELIVERY = "2026-04-23"
#: When the thing is asked for. Generated on the 16th, handed over and shipped on the 20th.
_ASKED = {"before": "2026-04-17", "handed_over": "2026-04-20", "shipped": "2026-04-22"}
_PAID, _ASKED_PAID, _NO_ORDER = "2026-04-24", "2026-04-25", "2026-04-10"
_CLOCK = "11:00"
BETWEEN = 300
"""Seconds from one step to the next."""
_DATES = {"next": "2026-05-10", "later": "2026-06-23", "past": "2026-04-02"}
_UNIT_PRICE = 3000


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one step."""

    act: Act
    how: str
    """done, later (accepted, takes effect later), refused, declined or not_done."""
    rule: str = ""
    code: str = ""

    @property
    def went(self) -> bool:
        """Whether the operator goes on to the next step."""
        return self.how in ("done", "later")


@dataclass(slots=True)
class Take:
    """One way of playing a cell: ``way`` is main, ng, late, instead or careless. The rest is what happened."""

    cell: Cell
    way: str
    acts: tuple[Act, ...]
    name: str
    results: list[Result] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    """Rows of its subscription and orders from the first step on."""
    violations: list[Violation] = field(default_factory=list)
    number: int = -1
    """The order's number in the log."""
    amount: int = 0
    """Yen of the order when the first step was taken."""
    status: str = ""
    payment: str = ""
    ledger: str = ""
    since: int = 0
    """Sequence number at the first step."""
    at: int = 0

    @property
    def order(self) -> str:
        """The order that it is about, as scenarios call it."""
        return f"{self.name}#1"

    @property
    def went(self) -> bool:
        """Whether every step was done."""
        return len(self.results) == len(self.acts) and all(result.went for result in self.results)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A cell with all the ways in which it was played."""

    cell: Cell
    procedure: Procedure
    takes: dict[str, Take]

    @property
    def main(self) -> Take:
        """The documented way."""
        return self.takes["main"]


def rehearse(platform: str, methods: Sequence[Method] = METHODS, door: str = "direct") -> list[Rehearsal]:
    """Play every cell for these methods on a platform."""
    planned = [(cell, procedure(cell)) for cell in cells(methods)]
    takes = list(_takes(planned))
    stage = Stage.of(_scenario(platform, takes), door)
    for take in takes:
        _schedule(stage, take)
    stage.run()
    _gather(stage, takes)
    by_cell: dict[Cell, dict[str, Take]] = {}
    for take in takes:
        by_cell.setdefault(take.cell, {})[take.way] = take
    played = [Rehearsal(cell, steps, by_cell[cell]) for cell, steps in planned]
    # Where a refused charge leaves no order, nothing can be asked for it (SS-PAY-03).
    return [one for one in played if one.cell.situation != "unauthorised" or one.main.number >= 0]


def _takes(planned: Sequence[tuple[Cell, Procedure]]) -> Iterator[Take]:
    """Each way to play each cell, with a subscription whose draw lets the warehouse stop its parcel or not."""
    for number, (cell, steps) in enumerate(planned):
        stops = any(act.deed == "stop_at_warehouse" for act in steps.main)
        asks = cell.method not in UNCOVERED or cell.operation in ("change_method", "change_to_card")
        ways = [("main", steps.main), ("instead", steps.instead), ("careless", steps.careless)]
        ways += [("late", steps.main)] if stops else []
        ways += [("ng", steps.main)] if asks and cell.operation != "cancel" and cell.phase else []
        for way, acts in ways:
            if acts:
                yield Take(cell, way, acts, _name(f"{number:04}{way}", stoppable=way != "late"))


def _name(stem: str, stoppable: bool) -> str:
    """A subscription's name; on its draw hangs whether the warehouse can still stop the parcel."""
    for turn in range(1000):
        name = f"{stem}{turn}"
        drawn = bits53(_SEED, int(hash64(name)), Purpose.WAREHOUSE_STOP, 1, 0)
        if (drawn < STOPPABLE) == stoppable:
            return name
    raise AssertionError("no draw in a thousand")


_SEED = 1


def _scenario(platform: str, takes: Sequence[Take]) -> Scenario:
    subscriptions: dict[str, Any] = {}
    faults = []
    for take in takes:
        stopped = take.cell.operation == "resume"
        subscriptions[take.name] = {
            "method": METHOD_NAMES[take.cell.method],
            "next_delivery_date": "2026-03-20" if stopped else _DELIVERY,
            "status": "停止" if stopped else "継続",
            "unit_price": _UNIT_PRICE,
        }
        if take.cell.situation == "unauthorised":
            span = {"from": "2026-04-15", "until": f"{_day(take.cell)} 09:00"}
            faults.append({"subscription": take.name, **span, "effect": {"kind": "declined"}})
        if take.way == "ng":
            faults.append(
                {
                    "subscription": take.name,
                    "from": f"{_day(take.cell)} 10:00",
                    "effect": {"kind": "declined"},
                }
            )
    given = {
        "subscriptions": subscriptions,
        "settings": {"seed": _SEED, "points": {"members": 1.0, "use": 0.0}},
    }
    tables = {
        "name": "runbook", "platform": platform, "start": _START, "until": _UNTIL.isoformat(), "given": given,
        "faults": faults,
    }  # fmt: skip
    return from_tables(tables)


def _day(cell: Cell) -> str:
    if cell.situation == "no_order":
        return _NO_ORDER
    if cell.situation == "paid":
        return _ASKED_PAID
    return _ASKED[cell.phase or "before"]


def _schedule(stage: Stage, take: Take) -> None:
    at = instant(to_day(datetime.date.fromisoformat(_day(take.cell))), _CLOCK)
    if take.cell.situation == "paid":
        paid = instant(to_day(datetime.date.fromisoformat(_PAID)), "12:00")
        pay = Act("pay_invoice", ("", ""), who="customer")
        stage.shop.when(paid, partial(_perform, stage, take, pay))
    take.at = at
    stage.shop.when(at, partial(_step, stage, take, 0))


def _step(stage: Stage, take: Take, number: int) -> None:
    """Do one step, and the next one some minutes later if it went."""
    stage.shop.log.flush()
    if not number:
        take.since = stage.shop.log.rows
        order = stage.find_order(take.order)
        take.amount = int(stage.shop.orders.amount[order]) if order >= 0 else 0
    result = _perform(stage, take, take.acts[number])
    take.results.append(result)
    if result.went and number + 1 < len(take.acts):
        stage.shop.when(stage.shop.now + BETWEEN, partial(_step, stage, take, number + 1))


def _perform(stage: Stage, take: Take, act: Act) -> Result:
    deed = DEEDS[act.deed]
    fields = deed.args.model_fields
    args: dict[str, Any] = {
        name: _DATES.get(value, value) if name.endswith("_date") else value for name, value in act.more
    }
    if "order" in fields:
        if stage.find_order(take.order) < 0:
            return Result(act, "not_done")
        args["order"] = take.order
    else:
        args["subscription"] = take.name
    since = stage.shop.log.rows
    try:
        came = deed.do(stage, Actor[act.who.upper()], deed.args.model_validate(args))
    except RefusedError as refused:
        return Result(act, "refused", refused.rule)
    stage.shop.log.flush()
    return _result(stage, take, act, came, since)


def _result(stage: Stage, take: Take, act: Act, came: Any, since: int) -> Result:
    if came is False and act.deed == "cancel_payment" and _ledger(stage, take) == "CANCELLING":
        return Result(act, "later")
    if came is False:
        return Result(act, "not_done")
    # What an edit asked the provider for stands in the log alone.
    mine = [event for event in stage.recorder.events(since) if event.order == stage.find_order(take.order)]
    for event in reversed(mine):
        if event.kind.label in ("declined", "no_answer") and event.side == 0:
            return Result(act, "declined", code=str(event.values.get("code", "")))
    if isinstance(came, Outcome) and came in (Outcome.DECLINED, Outcome.NO_ANSWER):
        return Result(act, "declined")
    return Result(act, "done")


def _ledger(stage: Stage, take: Take) -> str:
    order = stage.find_order(take.order)
    transaction = int(stage.shop.orders.transaction[order]) if order >= 0 else -1
    return stage.shop.gateway.state(transaction) if transaction >= 0 else ""


def _gather(stage: Stage, takes: Sequence[Take]) -> None:
    """Give each take the rows and violations that are its own, and how its order stands at the end."""
    by_sub: dict[int, list[Event]] = {}
    for event in stage.recorder.events():
        by_sub.setdefault(event.sub, []).append(event)
    found: dict[int, list[Violation]] = {}
    for violation in stage.monitors.violations:
        if violation.severity == "violation":
            found.setdefault(violation.sub, []).append(violation)
    orders, names = stage.shop.orders, NAMES
    for take in takes:
        sub = stage.subscription(take.name)
        take.events = [event for event in by_sub.get(sub, ()) if event.seq >= take.since]
        take.violations = found.get(sub, [])
        order = stage.find_order(take.order)
        take.number = order
        if order >= 0:
            take.status, take.payment = names[int(orders.status[order])], names[int(orders.payment[order])]
            take.ledger = _ledger(stage, take).lower()
