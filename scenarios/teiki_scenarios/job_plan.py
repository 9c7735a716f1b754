"""FILE.toml of `teiki jobs`: the bulk jobs to run, one after another, on the day after a run's end."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, ValidationInfo, field_validator

from teiki_scenarios.scenario_problems import details, problem
from teiki_sim.bad_input import BadInput, Problem
from teiki_sim.config_parts import Clock, Part, one_of
from teiki_sim.jobs.kinds import KINDS
from teiki_sim.jobs.selection import Selection

__all__ = ["Plan", "Planned", "read_plan"]


class Planned(Part):
    """One job of the file."""

    name: str = Field(default="", description="呼び名 · what its files are called")
    kind: str = Field(description="一括処理の種類 · kind of job")
    at: Clock | None = Field(
        default=None, description="登録時刻(省略時は前のジョブの完了後) · when it is registered"
    )
    select: Selection = Field(default_factory=Selection, description="対象 · which orders")
    with_: Any = Field(
        default_factory=dict, alias="with", validate_default=True, description="内容 · what is to be done"
    )

    @field_validator("kind")
    @classmethod
    def _known(cls, value: str) -> str:
        one_of("", value, KINDS)
        return value

    @field_validator("with_")
    @classmethod
    def _table(cls, value: Any, info: ValidationInfo) -> Any:
        return value if value is not None else {}


class Plan(Part):
    """All jobs of a file."""

    job: list[Planned] = Field(min_length=1, description="ジョブ · the jobs, in order")


def read_plan(path: Path) -> list[tuple[Planned, Any]]:
    """The jobs with their arguments; BadInput with every problem: file, field, what was found and expected."""
    name = str(path)
    try:
        tables = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise _bad(name, str(error.strerror), "読めるファイル", "a file that can be read") from None
    except UnicodeDecodeError:
        raise _bad(name, "-", "UTF-8 の TOML", "TOML in UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise _bad(name, str(error), "正しい TOML", "well-formed TOML") from None
    try:
        plan = Plan.model_validate(tables)
    except ValidationError as error:
        raise BadInput([problem(found, Plan, (), name, {}) for found in details(error)]) from None
    problems: list[Problem] = []
    jobs = []
    for i, planned in enumerate(plan.job):
        model = KINDS[planned.kind].args
        try:
            jobs.append((planned, model.model_validate(planned.with_)))
        except ValidationError as error:
            place = ("job", i, "with")
            problems += [problem(found, model, place, name, {}) for found in details(error)]
    if problems:
        raise BadInput(problems)
    return jobs


def _bad(file: str, found: str, ja: str, en: str) -> BadInput:
    return BadInput([Problem(file, "-", found, ja, en)])
