"""Checks what came of a scenario against what it expects; a miss explains itself."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from teiki_scenarios.job_deeds import JobExpected
from teiki_scenarios.scenario import (
    NO_ORDER,
    EventExpected,
    Expect,
    ForecastExpected,
    Standing,
    Then,
    ViolationExpected,
)
from teiki_scenarios.stage import Stage
from teiki_scenarios.timeline import Event, clock, lines
from teiki_sim.calendar import DAY, iso, to_day
from teiki_sim.forecast import Counts
from teiki_sim.log.kinds import Kind
from teiki_sim.log.statuses import NAMES
from teiki_sim.messages import METHOD_NAMES
from teiki_sim.monitors import Violation
from teiki_sim.tables import STOPPED

__all__ = ["Miss", "check", "check_then"]


@dataclass(frozen=True, slots=True)
class Miss:
    """One expectation that was not met: where it stands, what was expected and found, and what happened."""

    place: str
    ja: str
    en: str
    timeline: tuple[str, ...] = ()

    def head(self, lang: str) -> str:
        """The miss in one language, as one line."""
        return f"{self.place}: {self.ja if lang == 'ja' else self.en}"

    def text(self, lang: str) -> str:
        """The miss in one language, with its timeline."""
        return "\n".join([self.head(lang), *self.timeline])


def _differs(place: str, key: str, expected: Any, found: Any, timeline: Iterable[str] = ()) -> Miss:
    return Miss(
        f"{place}.{key}" if key else place,
        f"期待 {_shown(expected)}、実際 {_shown(found)}",
        f"expected {_shown(expected)}, found {_shown(found)}",
        tuple(timeline),
    )


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_shown(each)}" for key, each in value.items()) + "}"
    return "-" if value is None or value == "" else str(value)


def check(stage: Stage, expect: Expect) -> list[Miss]:
    """Everything that is expected when the scenario is over."""
    events = stage.recorder.events()
    misses = list(check_then(stage, expect, "expect", events))
    for i, wanted in enumerate(expect.events):
        misses += _events(stage, wanted, f"expect.events[{i + 1}]", events)
    found = stage.monitors.violations
    broken = [v for v in found if v.severity == "violation"]
    misses += _violations(stage, expect.violations, broken, "expect.violations", events)
    if expect.warnings is not None:
        others = [v for v in found if v.severity != "violation"]
        misses += _violations(stage, expect.warnings, others, "expect.warnings", events)
    misses += _forecast(stage, expect.forecast)
    if expect.shipments is not None:
        misses += _shipments(stage, expect.shipments, events)
    return misses


def check_then(stage: Stage, then: Then, place: str, events: Sequence[Event]) -> Iterator[Miss]:
    """How subscriptions, orders and ledgers must stand now."""
    for name, standing in then.statuses.items():
        here = f"{place}.statuses.{name}"
        if name in stage.scenario.subscription_names:
            sub = stage.subscription(name)
            yield from _standing(here, standing, _subscription(stage, sub), _about(stage, events, sub=sub))
        else:
            order = stage.find_order(name)
            told = _about(stage, events, order=order) or _about(stage, events, sub=_sub_of(stage, name))
            yield from _standing(here, standing, _order(stage, order), told)
    yield from _jobs(stage, then.jobs, place)
    for name, wanted in then.ledgers.items():
        here, order = f"{place}.ledgers.{name}", stage.find_order(name)
        found = _ledger(stage, order)
        told = _about(stage, events, order=order)
        if len(found) != len(wanted) and not (len(wanted) == 1 and found):
            yield _differs(here, "", f"{len(wanted)}件", f"{len(found)}件 {found}", told)
            continue
        for i, (one, there) in enumerate(zip(wanted, found[-len(wanted) :], strict=True)):
            for key in sorted(one.model_fields_set):
                if getattr(one, key) != there[key]:
                    yield _differs(f"{here}[{i + 1}]", key, getattr(one, key), there[key], told)


def _jobs(stage: Stage, wanted: dict[str, JobExpected], place: str) -> Iterator[Miss]:
    """How bulk jobs came out, with the rows of their result files."""
    for name, one in wanted.items():
        if name not in stage.jobs:
            yield _differs(f"{place}.jobs.{name}", "", "", NO_ORDER)
            continue
        found = one.found(stage.jobs[name], stage.find_order)
        for key in sorted(one.model_fields_set - {"results"}):
            if getattr(one, key) != found[key]:
                yield _differs(f"{place}.jobs.{name}", key, getattr(one, key), found[key])
        for order, row in one.results.items():
            there = found["results"].get(order, {})
            for key in ("result", *(("code",) if row.code is not None else ())):
                if getattr(row, key) != there.get(key):
                    here = f"{place}.jobs.{name}.results.{order}"
                    yield _differs(here, key, getattr(row, key), there.get(key))


# ---- how things stand ------------------------------------------------------------------------------


def _date(day: int) -> datetime.date | None:
    return None if day < 0 else datetime.date.fromisoformat(iso(day))


def _subscription(stage: Stage, sub: int) -> dict[str, Any]:
    subs = stage.shop.subs
    return {
        "status": NAMES[subs.status[sub]],
        "next_ship_date": _date(int(subs.ship[sub])),
        "next_delivery_date": _date(int(subs.delivery[sub])),
        "cycle": int(subs.cycle[sub]),
        "generation_error": bool(subs.flag[sub]),
        "held": bool(subs.held[sub]),
        "method": METHOD_NAMES[subs.method[sub]],
        "quantity": int(subs.quantity[sub]),
    }


def _order(stage: Stage, order: int) -> dict[str, Any]:
    if order < 0:
        return {"status": NO_ORDER}
    orders = stage.shop.orders
    return {
        "status": NAMES[orders.status[order]],
        "payment": NAMES[orders.payment[order]],
        "ship_date": _date(int(orders.ship[order])),
        "delivery_date": _date(int(orders.delivery[order])),
        "amount": int(orders.amount[order]),
        "stopped": bool(orders.flags[order] & STOPPED),
        "cycle": int(orders.cycle[order]),
        "method": METHOD_NAMES[orders.method[order]],
        "quantity": int(orders.quantity[order]),
    }


def _ledger(stage: Stage, order: int) -> list[dict[str, Any]]:
    """The order's transactions in the provider's book, oldest first."""
    gateway = stage.shop.gateway
    table = gateway.table()
    return [
        {"state": gateway.state(int(number)).lower()}
        | {key: int(table[key][number]) for key in ("authorised", "captured", "refunded")}
        for number in np.flatnonzero(table["order"] == order)
        if order >= 0
    ]


def _standing(place: str, wanted: Standing, found: dict[str, Any], told: tuple[str, ...]) -> Iterator[Miss]:
    for key in sorted(wanted.model_fields_set):
        expected = getattr(wanted, key)
        if expected is not None and found.get(key) != expected:
            yield _differs(place, key, expected, found.get(key, NO_ORDER), told)


def _sub_of(stage: Stage, name: str) -> int:
    subscription = name.rpartition("#")[0]
    return stage.subscription(subscription) if subscription in stage.scenario.subscription_names else -1


def _about(stage: Stage, events: Sequence[Event], *, sub: int = -1, order: int = -1) -> tuple[str, ...]:
    """The timeline of one subscription or order."""
    some = [e for e in events if (order >= 0 and e.order == order) or (order < 0 <= sub and e.sub == sub)]
    return tuple(lines(some, stage.labels))


# ---- events ----------------------------------------------------------------------------------------


def _events(stage: Stage, wanted: EventExpected, place: str, events: Sequence[Event]) -> Iterator[Miss]:
    filters = _filters(wanted)
    order = -1 if wanted.order is None else stage.find_order(wanted.order)
    scored = [
        (_misfits(stage, event, filters, order), event)
        for event in events
        if event.side.name.lower() == wanted.side
    ]
    n = sum(not misfits for misfits, _ in scored)
    if (n == wanted.count) if wanted.count is not None else n > 0:
        return
    count_ja = "1件以上" if wanted.count is None else f"{wanted.count}件"
    count_en = "at least 1" if wanted.count is None else str(wanted.count)
    asked = _shown(filters)
    ja, en = f"{asked} が {count_ja}、実際は {n}件", f"{asked}: expected {count_en}, found {n}"
    same = [(misfits, event) for misfits, event in scored if event.kind.label == wanted.kind]
    if not n and same:
        misfits, nearest = min(same, key=lambda pair: len(pair[0]))
        told = ", ".join(f"{key} {_shown(value)}" for key, value in misfits.items())
        ja += f"。最も近いのは {clock(nearest.at)}: {told}"
        en += f"; the nearest is of {clock(nearest.at)}: {told}"
        shown = [event for _, event in same]
    elif n:
        shown = [event for misfits, event in scored if not misfits]
    else:
        about = wanted.subscription or (wanted.order or "").rpartition("#")[0]
        known = about in stage.scenario.subscription_names
        shown = [e for e in events if not known or e.sub == stage.subscription(about)]
    yield Miss(place, ja, en, tuple(lines(shown, stage.labels)))


def _filters(wanted: EventExpected) -> dict[str, Any]:
    found = {key: getattr(wanted, key) for key in EventExpected.model_fields if key not in ("count", "side")}
    return {key: str(v) if isinstance(v, datetime.date) else v for key, v in found.items() if v is not None}


def _misfits(stage: Stage, event: Event, filters: dict[str, Any], order: int) -> dict[str, Any]:
    """The columns that do not fit, with what they hold."""
    misfits: dict[str, Any] = {}
    for key, value in filters.items():
        found: Any
        if key == "kind":
            found = event.kind.label
        elif key == "at":
            found = clock(event.at)[: len(value)]
        elif key == "subscription":
            found = stage.labels.subscription(event.sub) if event.sub >= 0 else ""
        elif key == "order":
            found = value if event.order == order >= 0 else stage.labels.order(event.order)
        else:
            found = event.values.get(key)
        if found != value:
            misfits[key] = found
    return misfits


# ---- violations ------------------------------------------------------------------------------------


def _violations(
    stage: Stage,
    wanted: Sequence[ViolationExpected],
    found: Sequence[Violation],
    place: str,
    events: Sequence[Event],
) -> Iterator[Miss]:
    """Each expected one answers one that was found, and nothing is left over on either side."""
    left = list(found)
    unmet = []
    for one in sorted(wanted, key=lambda entry: -len(entry.model_fields_set)):
        answer = next((violation for violation in left if _answers(stage, one, violation)), None)
        if answer is None:
            unmet.append(one)
        else:
            left.remove(answer)
    for one in unmet:
        asked = _shown(
            {key: getattr(one, key) for key in ViolationExpected.model_fields if getattr(one, key)}
        )
        there = Counter(f"{v.invariant} {v.rule}".strip() for v in found)
        others = ", ".join(f"{name} ×{n}" for name, n in there.items()) or "なし / none"
        told = _about(stage, events, sub=stage.subscription(one.subscription)) if one.subscription else ()
        yield Miss(
            place,
            f"{asked} が検出されない。検出されたのは {others}",
            f"{asked} not found; found: {others}",
            told,
        )
    for violation in left:
        name = " ".join(part for part in (violation.invariant, violation.rule) if part)
        about = violation.order_id or violation.subscription_id
        told = _about(stage, events, sub=violation.sub, order=-1 if violation.sub >= 0 else violation.order)
        yield Miss(
            place,
            f"予期しない違反 {name} {about} ({clock(violation.at)}): {violation.message_ja}",
            f"unexpected {name} {about} ({clock(violation.at)}): {violation.message_en}",
            told,
        )


def _answers(stage: Stage, wanted: ViolationExpected, found: Violation) -> bool:
    return (
        wanted.invariant == found.invariant
        and wanted.rule in (None, found.rule)
        and (wanted.subscription is None or stage.subscription(wanted.subscription) == found.sub)
        and (wanted.order is None or stage.find_order(wanted.order) == found.order)
        and (wanted.on is None or to_day(wanted.on) == found.at // DAY)
    )


# ---- shipments -------------------------------------------------------------------------------------


def _shipments(stage: Stage, wanted: dict[datetime.date, int], events: Sequence[Event]) -> Iterator[Miss]:
    shipped = [event for event in events if event.kind == Kind.SHIPPED]
    found = Counter(iso(event.at // DAY) for event in shipped)
    for day in sorted({*map(str, wanted), *found}):
        expected = wanted.get(datetime.date.fromisoformat(day), 0)
        if found[day] != expected:
            yield _differs("expect.shipments", day, expected, found[day], lines(shipped, stage.labels))


def _forecast(stage: Stage, wanted: ForecastExpected) -> Iterator[Miss]:
    """What the shop's own figures said on the evening before, by day."""
    if not wanted.model_fields_set:
        return
    said = stage.forecast()
    for key in sorted(wanted.model_fields_set):
        figures = getattr(said, key)
        daily = figures.daily if isinstance(figures, Counts) else figures
        for day, expected in getattr(wanted, key).items():
            place = to_day(day) - said.first
            found = int(daily[place]) if 0 <= place < said.days else 0
            if found != expected:
                yield _differs(f"expect.forecast.{key}", str(day), expected, found)
