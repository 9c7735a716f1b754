"""Watching what was read: the monitors, less what the input does not allow to judge."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from teiki_sim.audit.needs import Judged, judged
from teiki_sim.bad_input import Problem
from teiki_sim.log.kinds import Kind
from teiki_sim.log.rows import UNTIL, Chunk
from teiki_sim.monitors import Monitors, Names, Violation
from teiki_sim.monitors.finding import Finding

__all__ = ["Audit", "Source"]


@dataclass(slots=True)
class Source:
    """Something to audit: rows, names, and what it can tell."""

    file: str
    form: str
    """"events" or "export"."""
    chunks: Callable[[], Iterator[Chunk]]
    names: Names
    known: Callable[[], set[str]]
    """What it can tell (`facts`); asked for after all chunks were read."""
    end: Callable[[], int | None] = lambda: None
    """The instant up to which it speaks, None: of its last row."""
    evidence: Callable[[], NDArray[Any] | None] = lambda: None
    """By running number, what evidence is shown as; None: the number itself."""
    notes: dict[str, Any] = field(default_factory=dict)
    """What else was found in reading, for audit.json."""
    terms: Mapping[str, int] = field(default_factory=dict)
    rejects: tuple[Problem, ...] = ()


@dataclass(slots=True)
class Audit:
    """What came of an audit."""

    source: Source
    violations: list[Violation]
    judged: tuple[Judged, ...]
    rows: int
    orders: int
    subscriptions: int
    first: int | None
    last: int | None
    platform: str

    @classmethod
    def of(cls, source: Source) -> Audit:
        """Watch a source."""
        monitors = Monitors()
        terms = monitors.state.terms
        for name, value in source.terms.items():
            terms.set(name, value)
        rows, first, last, until = 0, None, None, None
        orders, subscriptions = -1, -1
        for chunk in source.chunks():
            monitors.take(chunk)
            until = _until(chunk) or until
            rows += len(chunk)
            at = chunk.columns["at"]
            first = int(at[0]) if first is None else first
            last = max(int(at.max()), last or 0)
            orders = max(orders, int(chunk.columns["order"].max()))
            subscriptions = max(subscriptions, int(chunk.columns["sub"].max()))
        end = until if until is not None else source.end()
        monitors.finish(end)
        table = judged(source.known())
        keep = _keeper(table)
        monitors.state.findings[:] = filter(keep, monitors.state.findings)
        monitors.close(end, source.names)
        found = [_shown(violation, source.evidence()) for violation in monitors.violations]
        return cls(source, found, table, rows, orders + 1, subscriptions + 1, first, last, terms.platform)


def _keeper(table: tuple[Judged, ...]) -> Callable[[Finding], bool]:
    """Whether a finding is of an invariant, and of a case, that could be judged."""
    states = {(row.invariant, row.case): row.state == "judged" for row in table}
    whole = {name: all(fine for (other, _), fine in states.items() if other == name) for name, _ in states}
    return lambda found: states.get((found.invariant, found.case), whole[found.invariant])


def _until(chunk: Chunk) -> int | None:
    """The instant of a closing row, if this chunk has it."""
    c = chunk.columns
    for row in np.flatnonzero(c["kind"] == int(Kind.SETTING)).tolist():
        if chunk.vocabulary.codes.list[int(c["code"][row])] == UNTIL:
            return int(c["at"][row])
    return None


def _shown(violation: Violation, evidence: NDArray[Any] | None) -> Violation:
    if evidence is None:
        return violation
    lines = dict.fromkeys(int(evidence[seq]) for seq in violation.evidence)
    shown = tuple(line for line in lines if line > 0 or len(lines) == 1)
    return replace(violation, evidence=shown)
