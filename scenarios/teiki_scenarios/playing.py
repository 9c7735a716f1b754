"""Playing one scenario: its steps at their instants, each held against what it is expected to come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from teiki_scenarios.checks import Miss, check, check_then
from teiki_scenarios.deeds import DEEDS, UnknownName
from teiki_scenarios.scenario import Call, Scenario, Step, StepExpected
from teiki_scenarios.stage import SinkMaker, Stage
from teiki_scenarios.timeline import Event, clock, lines
from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.messages import Operation, Outcome
from teiki_sim.shipping import ask_about, slip_numbers
from teiki_sim.standing import RefusedError

__all__ = ["Played", "play"]

_ANSWERS = (Kind.DECLINED, Kind.PENDING, Kind.CAPTURE_FAILED, Kind.NO_ANSWER, Kind.INQUIRED)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a step came to. ``code`` is the provider's, where one answered."""

    done: bool
    refused: str = ""
    code: str = ""
    outcome: str = ""

    def words(self) -> tuple[str, str]:
        """In Japanese and in English."""
        if self.refused:
            return f"{self.refused} により拒否", f"refused by {self.refused}"
        more = "".join(f" ({part})" for part in (self.outcome, self.code) if part)
        return ("実行された" if self.done else "実行されなかった") + more, (
            "done" if self.done else "not done"
        ) + more


@dataclass(frozen=True, slots=True)
class Played:
    """One scenario played: what was missed, and how much happened."""

    name: str
    rules: tuple[str, ...]
    misses: tuple[Miss, ...]
    steps: int
    events: int
    violations: tuple[str, ...]
    broken: tuple[str, ...] = ()
    """The invariants of those that are violations, not warnings or costs."""

    @property
    def passed(self) -> bool:
        """Whether all came as expected."""
        return not self.misses


def play(scenario: Scenario, door: str = "direct", sinks: Sequence[SinkMaker] = ()) -> Played:
    """Play a scenario to its end and check it; ``sinks`` take its log as well."""
    stage = Stage.of(scenario, door, sinks)
    misses: list[Miss] = []
    met: list[int] = []
    for i, step in enumerate(scenario.steps):
        stage.shop.when(scenario.at(step.at), partial(_step, stage, i, step, misses, met))
    stage.run()
    for i in sorted(set(range(len(scenario.steps))) - set(met)):
        misses.append(
            Miss(f"steps[{i + 1}]", "終了日までに来ない手順", "never reached: it lies after the last day")
        )
    misses += check(stage, scenario.expect)
    found = tuple(f"{v.invariant} {v.rule}".strip() for v in stage.monitors.violations)
    broken = tuple(v.invariant for v in stage.monitors.violations if v.severity == "violation")
    return Played(
        scenario.name,
        tuple(scenario.rules),
        tuple(misses),
        len(scenario.steps),
        stage.recorder.size,
        found,
        broken,
    )


def _step(stage: Stage, i: int, step: Step, misses: list[Miss], met: list[int]) -> None:
    met.append(i)
    place = f"steps[{i + 1}]"
    since = stage.shop.log.rows
    if step.does or step.call:
        try:
            came = _call(stage, step.call) if step.call else _do(stage, step)
        except UnknownName as unknown:
            misses.append(Miss(place, f"{unknown.found}: {unknown.ja}", f"{unknown.found}: {unknown.en}"))
            return
        stage.shop.log.flush()
        reply = _reply(came, stage.recorder.events(since))
        if (wanted := _unmet(step.expect, reply)) is not None:
            misses.append(_missed(stage, place, step, wanted, reply))
    if step.then:
        stage.shop.log.flush()
        misses += check_then(stage, step.then, f"{place}.then", stage.recorder.events())


def _do(stage: Stage, step: Step) -> Any:
    assert step.does
    deed = DEEDS[step.does]
    args = deed.args.model_validate(step.with_)
    try:
        return deed.do(stage, Actor[step.who.upper()], args)
    except RefusedError as refused:
        return refused


def _call(stage: Stage, call: Call) -> Reply:
    """A provider's operation asked directly: the provider's book moves, the store is not told."""
    shop, order = stage.shop, stage.order(call.order)
    operation = Operation[call.operation.upper()]
    slip = {"slip": int(slip_numbers(np.array([order]))[0])} if operation == Operation.CAPTURE else {}
    answer = shop.gateway.ask(ask_about(shop, order, operation, call.amount, **slip))
    return Reply(answer.outcome == Outcome.ACCEPTED, "", answer.code, answer.outcome.name.lower())


def _reply(came: Any, rows: Sequence[Event]) -> Reply:
    if isinstance(came, Reply):
        return came
    if isinstance(came, RefusedError):
        return Reply(False, refused=came.rule)
    code = next(
        (row.values["code"] for row in reversed(rows) if row.kind in _ANSWERS and "code" in row.values), ""
    )
    if isinstance(came, Outcome):
        return Reply(came == Outcome.ACCEPTED, "", code, came.name.lower())
    return Reply(came is not False, "", code)


def _unmet(wanted: StepExpected, reply: Reply) -> tuple[str, str] | None:
    """What was expected, in Japanese and English, where the reply is something else."""
    if wanted.refused is not None and reply.refused != wanted.refused:
        return f"{wanted.refused} により拒否", f"refused by {wanted.refused}"
    if wanted.code is not None and reply.code != wanted.code:
        return f"コード {wanted.code}", f"code {wanted.code}"
    if wanted.outcome is not None and reply.outcome != wanted.outcome:
        return wanted.outcome, wanted.outcome
    if wanted.result is not None and (reply.done, reply.refused) != (wanted.result == "done", ""):
        return ("実行される", "done") if wanted.result == "done" else ("実行されない", "not done")
    return None


def _missed(stage: Stage, place: str, step: Step, wanted: tuple[str, str], reply: Reply) -> Miss:
    what = step.does or f"call {step.call.operation}" if step.call else step.does
    about = (
        step.with_.get("order") or step.with_.get("subscription") or (step.call.order if step.call else "")
    )
    when = clock(stage.shop.now)
    ja, en = reply.words()
    told = [event for event in stage.recorder.events() if _concerns(stage, event, str(about))]
    return Miss(
        place,
        f"{when} {what} {about}: 期待 {wanted[0]}、実際 {ja}",
        f"{when} {what} {about}: expected {wanted[1]}, found {en}",
        tuple(lines(told, stage.labels)),
    )


def _concerns(stage: Stage, event: Event, name: str) -> bool:
    if name in stage.scenario.subscription_names:
        return event.sub == stage.subscription(name)
    return bool(name) and event.order >= 0 and event.order == stage.find_order(name)
