"""Reading scenario files: YAML with line numbers, checked against the language, every problem named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from teiki_scenarios.deeds import DEEDS
from teiki_scenarios.scenario import Scenario
from teiki_scenarios.scenario_names import Unknown, in_args, unknown_goods, unknown_names
from teiki_scenarios.scenario_problems import Lines, Place, details, dotted, line, problem
from teiki_scenarios.stage import config_of
from teiki_sim.bad_input import BadInput, Problem
from teiki_sim.config_parts import Part

__all__ = ["LIBRARY", "SUFFIX", "find", "from_tables", "read"]

SUFFIX = ".teiki.yaml"
LIBRARY = Path(__file__).with_name("library")
"""The scenarios that come with teiki."""


def find(paths: Sequence[str | Path]) -> list[Path]:
    """The scenario files that paths name: files, and directories with all below them; default the library."""
    files: list[Path] = []
    for path in map(Path, paths or [LIBRARY]):
        found = sorted(path.rglob(f"*{SUFFIX}")) if path.is_dir() else [path]
        if not found:
            raise _bad(str(path), "-", "-", f"*{SUFFIX} のあるフォルダ", f"a directory with *{SUFFIX} files")
        files += found
    return files


def read(path: str | Path) -> Scenario:
    """The scenario of a file; BadInput with every problem found."""
    name = str(path)
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise _bad(name, "-", str(error.strerror), "読めるファイル", "a file that can be read") from None
    except UnicodeDecodeError:
        raise _bad(name, "-", "-", "UTF-8 の YAML", "YAML in UTF-8") from None
    try:
        node = yaml.compose(text, Loader=_Loader)
        lines = dict(_lines(node, ())) if node else {}
        tables = yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        found = str(getattr(error, "problem", None) or error)
        at = None if mark is None else mark.line + 1
        raise BadInput([Problem(name, "-", found, "正しい YAML", "well-formed YAML", at)]) from None
    return from_tables(tables, name, lines)


def from_tables(tables: Any, file: str = "scenario", lines: Lines | None = None) -> Scenario:
    """The scenario that tables say; BadInput with every problem found."""
    lines = lines or {}
    try:
        scenario = Scenario.model_validate(tables)
    except ValidationError as error:
        raise _sorted([problem(found, Scenario, (), file, lines) for found in details(error)]) from None
    problems = _named(unknown_names(scenario), file, lines)
    for i, step in enumerate(scenario.steps):
        if step.does:
            problems += _with(scenario, i, DEEDS[step.does].args, file, lines)
    try:
        problems += _named(unknown_goods(scenario, config_of(scenario)), file, lines)
    except BadInput as bad:
        for found in bad.problems:
            at: Place = ("given", "settings", *found.field.split("."))
            ja, en = found.expected_ja, found.expected_en
            problems.append(Problem(file, dotted(at), found.found, ja, en, line(lines, at)))
    if problems:
        raise _sorted(problems)
    return scenario


def _named(found: Iterable[Unknown], file: str, lines: Lines) -> list[Problem]:
    return [Problem(file, dotted(at), name, ja, en, line(lines, at)) for at, name, ja, en in found]


def _with(scenario: Scenario, i: int, model: type[Part], file: str, lines: Lines) -> list[Problem]:
    """What is wrong with the arguments of a step."""
    place: Place = ("steps", i, "with")
    try:
        args = model.model_validate(scenario.steps[i].with_)
    except ValidationError as error:
        return [problem(found, model, place, file, lines) for found in details(error)]
    return _named(in_args(args, scenario, place), file, lines)


def _sorted(problems: Iterable[Problem]) -> BadInput:
    """Problems in the order of the file's lines."""
    return BadInput(sorted(problems, key=lambda found: found.line or 0))


def _bad(file: str, field: str, found: str, ja: str, en: str) -> BadInput:
    return BadInput([Problem(file, field, found, ja, en)])


class _Loader(yaml.SafeLoader):
    """YAML without its traps: dates, 10:00 and yes stay text, keys are text, a key given twice is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """The mapping, each of its keys once."""
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key.value}: 同じキーが2回あります / the key is given twice", key.start_mark
                )
            seen.add(key.value)
        values = [self.construct_object(value, deep=deep) for _, value in node.value]
        return dict(zip((key.value for key, _ in node.value), values, strict=True))


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag.rpartition(":")[2] not in ("bool", "int", "timestamp")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), list("tf"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^[-+]?(0|[1-9]\d*)$"), list("-+0123456789")
)


def _lines(node: yaml.Node, place: Place) -> Iterator[tuple[Place, int]]:
    yield place, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*place, key.value)
            yield from _lines(value, here)
            yield here, key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for i, value in enumerate(node.value):
            yield from _lines(value, (*place, i))
