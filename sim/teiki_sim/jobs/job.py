"""A job: what was registered, what it works with while it runs, and what it leaves."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from teiki_sim.config_parts import Part
from teiki_sim.jobs.results import Results
from teiki_sim.jobs.selection import Selection
from teiki_sim.log.kinds import Actor
from teiki_sim.tables import Rows

if TYPE_CHECKING:
    from teiki_sim.shop import Shop

__all__ = ["Artefact", "Job", "JobKind", "Notice", "Stopped", "Work"]

State = Literal["registered", "completed", "failed"]


class Stopped(Exception):
    """The job as a whole cannot go on: it ends as failed. With a code (a rule's id) and why, in two languages."""

    def __init__(self, code: str, ja: str, en: str) -> None:
        super().__init__(code, ja, en)
        self.code, self.ja, self.en = code, ja, en


@dataclass(frozen=True, slots=True)
class Artefact:
    """A file that a job makes beside its result file."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Notice:
    """What the operator is told when a job is registered, and when it has ended (EC-JOB-02)."""

    at: int
    ja: str
    en: str


@dataclass
class Job:
    """One job. ``hits`` is what the operator saw found by the search, ``orders`` are the targets in that order."""

    number: int
    kind: str
    selection: Selection
    args: Any
    actor: Actor
    registered_at: int
    orders: Rows
    hits: int
    state: State = "registered"
    ended_at: int = -1
    results: Results = field(default_factory=lambda: Results(0))
    artefacts: list[Artefact] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    reviewed: bool = False
    settled: bool = False  # its failed rows were run again, or given up by decision
    why: Stopped | None = None

    def detail(self) -> str:
        """What the log keeps of it in words: the kind alone, for arguments may hold what people typed."""
        return json.dumps({"kind": self.kind, "select": self.selection.how}, ensure_ascii=False)


@dataclass
class Work:
    """What a kind's function works with: ``orders`` as they are now, ``results`` to fill, ``artefacts`` to add to."""

    shop: Shop
    job: Job
    orders: Rows
    args: Any
    actor: Actor
    results: Results
    artefacts: list[Artefact] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class JobKind:
    """One operation on many orders: its arguments, and the function that does it, on whole arrays where it can.

    ``run(work)`` judges each row's preconditions now (EC-JOB-04), notes the rows that fail in ``work.results``
    and raises `Stopped` where the job as a whole is refused.
    """

    args: type[Part]
    run: Callable[[Work], None]
    ja: str
    en: str
