"""Reading scenario files: YAML with line numbers, checked against the language, every problem named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError

from teiki_scenarios.deeds import DEEDS, OfOrder, OfSubscription
from teiki_scenarios.scenario import Scenario, Standing
from teiki_scenarios.stage import config_of
from teiki_sim.bad_input import BadInput, Problem
from teiki_sim.config_parts import hint
from teiki_sim.policies import POLICIES

__all__ = ["LIBRARY", "SUFFIX", "find", "from_tables", "read", "schema"]

SUFFIX = ".teiki.yaml"
LIBRARY = Path(__file__).with_name("library")
"""The scenarios that come with teiki."""

Place = tuple[str | int, ...]
Lines = dict[Place, int]

_BOTH = ("status", "method", "quantity")
_OF_ORDER = (*_BOTH, "payment", "ship_date", "delivery_date", "amount", "stopped", "cycle")
_OF_SUBSCRIPTION = (
    *_BOTH, "next_ship_date", "next_delivery_date", "cycle", "generation_error", "held",
)  # fmt: skip
_ORDER = re.compile(r"(?P<subscription>.+)#\d+(/\d+)?")


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
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        found = str(getattr(error, "problem", None) or error)
        problem = Problem(name, "-", found, "正しい YAML", "well-formed YAML", None if line is None else line + 1)
        raise BadInput([problem]) from None
    return from_tables(tables, name, lines)


def from_tables(tables: Any, file: str = "scenario", lines: Lines | None = None) -> Scenario:
    """The scenario that tables say; BadInput with every problem found."""
    lines = lines or {}
    try:
        scenario = Scenario.model_validate(tables)
    except ValidationError as error:
        raise BadInput([_problem(detail, Scenario, (), file, lines) for detail in _details(error)]) from None
    problems = [
        Problem(file, _dotted(place), found, ja, en, _line(lines, place))
        for place, found, ja, en in _unknown_names(scenario)
    ]
    for i, step in enumerate(scenario.steps):
        if step.does:
            model = DEEDS[step.does].args
            try:
                args = model.model_validate(step.with_)
                problems += _args(args, scenario, ("steps", i, "with"), file, lines)
            except ValidationError as error:
                here: Place = ("steps", i, "with")
                problems += [_problem(detail, model, here, file, lines) for detail in _details(error)]
    if not problems:
        try:
            config_of(scenario)
        except BadInput as bad:
            for problem in bad.problems:
                at: Place = ("given", "settings", *problem.field.split("."))
                ja, en = problem.expected_ja, problem.expected_en
                problems.append(Problem(file, _dotted(at), problem.found, ja, en, _line(lines, at)))
    if problems:
        raise BadInput(problems)
    return scenario


def schema() -> dict[str, Any]:
    """The JSON Schema of scenario files, with the arguments of each operation."""
    found = Scenario.model_json_schema(by_alias=True)
    defs: dict[str, Any] = found["$defs"]
    step = defs["Step"]
    names = [{"const": name, "description": f"{deed.ja} · {deed.en}"} for name, deed in DEEDS.items()]
    step["properties"]["does"] = {"oneOf": names, "description": "何をするか · what is done"}
    step["allOf"] = []
    for name, deed in DEEDS.items():
        args = deed.args.model_json_schema(by_alias=True)
        defs |= args.pop("$defs", {})
        defs[deed.args.__name__] = args
        step["allOf"].append(
            {
                "if": {"properties": {"does": {"const": name}}, "required": ["does"]},
                "then": {"properties": {"with": {"$ref": f"#/$defs/{deed.args.__name__}"}}, "required": ["with"]},
            }
        )
    # A bare value stands for a table with one key.
    for model, key, value in (
        ("Standing", "status", {"type": "string"}),
        ("StepExpected", "result", {"enum": ["done", "not_done"]}),
        ("ViolationExpected", "invariant", {"type": "string"}),
        ("LedgerExpected", "state", {"type": "string"}),
        ("Goods", "price", {"type": "integer", "minimum": 0}),
    ):
        table = defs[model] | {"title": f"{model} ({key})"}
        defs[model] = {"anyOf": [value, table]}
    for model in ("Then", "Expect"):
        ledgers = defs[model]["properties"]["ledgers"]
        many = ledgers["additionalProperties"]
        ledgers["additionalProperties"] = {"anyOf": [many["items"], many]}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}


# ---- YAML ------------------------------------------------------------------------------------------


class _Loader(yaml.SafeLoader):
    """YAML without its traps: 10:00 and yes stay text, a key given twice is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """The mapping, each of its keys once."""
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key.value}: 同じキーが2回あります / the key is given twice", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.rpartition(":")[2] not in ("bool", "int")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?(0|[1-9]\d*)$"), list("-+0123456789"))


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


def _line(lines: Lines, place: Place) -> int | None:
    """The line of a place, or of the nearest one that stands in the file."""
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place)


# ---- problems --------------------------------------------------------------------------------------

_EXPECTED: dict[str, tuple[str, str]] = {
    "missing": ("この項目は必須", "this key to be present"),
    "int_type": ("整数", "a whole number"),
    "int_parsing": ("整数", "a whole number"),
    "bool_type": ("true または false", "true or false"),
    "bool_parsing": ("true または false", "true or false"),
    "string_type": ("文字列", "text"),
    "string_too_short": ("1文字以上の文字列", "text that is not empty"),
    "list_type": ("リスト", "a list"),
    "dict_type": ("キーと値の組", "keys with values"),
    "model_type": ("キーと値の組", "keys with values"),
    "greater_than_equal": ("より大きい値", "a greater value"),
    "string_pattern_mismatch": (
        "日時 2026-04-20, 2026-04-20 10:00, +3d 10:00(期間は 1d, 1d 6h)",
        "a moment as 2026-04-20, 2026-04-20 10:00 or +3d 10:00 (a span as 1d or 1d 6h)",
    ),
}


def _bad(file: str, field: str, found: str, ja: str, en: str) -> BadInput:
    return BadInput([Problem(file, field, found, ja, en)])


def _details(error: ValidationError) -> list[dict[str, Any]]:
    return [dict(detail) for detail in error.errors(include_url=False)]


def _dotted(place: Place) -> str:
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".") or "-"


def _problem(detail: dict[str, Any], model: type[BaseModel], before: Place, file: str, lines: Lines) -> Problem:
    loc: Place = tuple(part for part in detail["loc"] if part != "[key]")
    kind, context, place = detail["type"], detail.get("ctx", {}), (*before, *loc)
    found = "-" if kind == "missing" else str(detail["input"])
    if kind == "extra_forbidden":
        known, key = _keys_at(model, loc[:-1]), str(loc[-1])
        names, found = ", ".join(known), key
        ja, en = (hint(key, known, lang) for lang in ("ja", "en"))
        ja, en = f"既知のキー{ja}: {names}", f"a known key{en}: {names}"
    elif kind == "teiki":
        place = (*place, *(part for part in context["place"].split(".") if part))
        ja, en = context["ja"], context["en"]
        found = found if context["found"] == "-" else context["found"]
    elif kind == "literal_error":
        choices = context["expected"].replace("'", "").replace(" or ", ", ")
        near_ja, near_en = (hint(found, choices.split(", "), lang) for lang in ("ja", "en"))
        ja, en = f"次のいずれか{near_ja}: {choices}", f"one of{near_en}: {choices}"
    elif kind.startswith("date"):
        ja, en = "日付 2026-04-20", "a date as 2026-04-20"
    else:
        ja, en = _EXPECTED.get(kind, (detail["msg"], detail["msg"]))
    return Problem(file, _dotted(place), found, ja, en, _line(lines, place))


def _keys_at(model: Any, loc: Place) -> list[str]:
    """The keys known at a place of the language."""
    for part in loc:
        if isinstance(model, type) and issubclass(model, BaseModel):
            model = next(f.annotation for n, f in model.model_fields.items() if part in (n, f.alias))
        else:
            model = get_args(model)[-1]
        model = _bare(model)
    return [field.alias or name for name, field in model.model_fields.items()]


def _bare(kind: Any) -> Any:
    """A type without Annotated and without None."""
    while not isinstance(kind, type) and get_args(kind) and hasattr(kind, "__metadata__"):
        kind = get_args(kind)[0]
    some = [arg for arg in get_args(kind) if arg is not type(None)]
    if type(None) in get_args(kind) and len(some) == 1:
        return _bare(some[0])
    return kind


# ---- names that a scenario uses --------------------------------------------------------------------

Unknown = tuple[Place, str, str, str]


def _one_of(place: Place, name: str | None, known: Iterable[str]) -> Iterator[Unknown]:
    known = list(known)
    if name is not None and name not in known:
        names = ", ".join(known) or "-"
        yield place, name, f"次のいずれか{hint(name, known, 'ja')}: {names}", f"one of{hint(name, known, 'en')}: {names}"


def _an_order(scenario: Scenario, place: Place, name: str | None) -> Iterator[Unknown]:
    given = scenario.given
    if name is None or name in given.orders:
        return
    match = _ORDER.fullmatch(name)
    if match is None or match["subscription"] not in given.subscriptions:
        known = [*given.orders, *(f"{sub}#1" for sub in given.subscriptions)]
        names = ", ".join(known) or "-"
        ja, en = hint(name, known, "ja"), hint(name, known, "en")
        yield place, name, f"注文{ja}: {names} など", f"an order{en}, such as {names}"


def _args(args: Any, scenario: Scenario, place: Place, file: str, lines: Lines) -> list[Problem]:
    found: list[Unknown] = []
    if isinstance(args, OfSubscription):
        found += _one_of((*place, "subscription"), args.subscription, scenario.given.subscriptions)
    if isinstance(args, OfOrder):
        found += _an_order(scenario, (*place, "order"), args.order)
    return [Problem(file, _dotted(at), name, ja, en, _line(lines, at)) for at, name, ja, en in found]


def _unknown_names(scenario: Scenario) -> Iterator[Unknown]:
    """Names that stand for nothing, and keys that do not fit what they are about."""
    given, subscriptions = scenario.given, scenario.given.subscriptions
    yield from _one_of(("platform",), scenario.platform, POLICIES)
    for name, sub in subscriptions.items():
        place: Place = ("given", "subscriptions", name)
        yield from _one_of((*place, "course"), sub.course, given.courses)
        if given.customers:
            yield from _one_of((*place, "customer"), sub.customer, given.customers)
    for name, order in given.orders.items():
        yield from _one_of(("given", "orders", name, "subscription"), order.subscription, subscriptions)
    for i, fault in enumerate(scenario.faults):
        yield from _one_of(("faults", i, "subscription"), fault.subscription, subscriptions)
        yield from _one_of(("faults", i, "order"), fault.order, given.orders)
    for i, step in enumerate(scenario.steps):
        if step.call:
            yield from _an_order(scenario, ("steps", i, "call", "order"), step.call.order)
        if step.then:
            yield from _standings(scenario, ("steps", i, "then"), step.then)
    expect = scenario.expect
    yield from _standings(scenario, ("expect",), expect)
    wanted: list[tuple[str, Sequence[Any]]] = [
        ("events", expect.events), ("violations", expect.violations), ("warnings", expect.warnings or ()),
    ]  # fmt: skip
    for key, entries in wanted:
        for i, entry in enumerate(entries):
            yield from _one_of(("expect", key, i, "subscription"), entry.subscription, subscriptions)
            yield from _an_order(scenario, ("expect", key, i, "order"), entry.order)


def _standings(scenario: Scenario, place: Place, then: Any) -> Iterator[Unknown]:
    for name, standing in then.statuses.items():
        here = (*place, "statuses", name)
        if name in scenario.given.subscriptions:
            yield from _fitting(here, standing, _OF_SUBSCRIPTION)
        elif unknown := list(_an_order(scenario, here, name)):
            _, found, ja, en = unknown[0]
            yield here, found, f"定期の名前または{ja}", f"a subscription's name or {en}"
        else:
            yield from _fitting(here, standing, _OF_ORDER)
    for name in then.ledgers:
        yield from _an_order(scenario, (*place, "ledgers", name), name)


def _fitting(place: Place, standing: Standing, keys: tuple[str, ...]) -> Iterator[Unknown]:
    for key in sorted(standing.model_fields_set - set(keys)):
        names = ", ".join(keys)
        yield (*place, key), key, f"ここで使えるキー: {names}", f"a key that fits here: {names}"


@cache
def library() -> tuple[Path, ...]:
    """The files of the library."""
    return tuple(find([LIBRARY]))
