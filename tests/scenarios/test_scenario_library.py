"""The library: every scenario comes as it says, and each of its expectations can fail."""

import datetime
from pathlib import Path
from typing import Any

import pytest

from teiki_scenarios.playing import play
from teiki_scenarios.scenario import Scenario
from teiki_scenarios.scenario_file import LIBRARY, SUFFIX, find, from_tables, read
from teiki_sim.log.statuses import CODE

FILES = find([LIBRARY])


def _name(path: Path) -> str:
    return path.name.removesuffix(SUFFIX)


def _proving(path: Path) -> Any:
    """A scenario's file with its rules as a mark."""
    return pytest.param(path, id=_name(path), marks=pytest.mark.proves(*read(path).rules))


@pytest.mark.parametrize("path", [_proving(path) for path in FILES])
def test_it_comes_as_it_says(path: Path) -> None:
    """Dates, statuses, ledgers and violations, exactly."""
    played = play(read(path))
    assert not played.misses, "\n\n".join(miss.text("en") for miss in played.misses)


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_each_expectation_can_fail(path: Path) -> None:
    """Every single expectation, turned into its opposite, is missed at its own place."""
    scenario = read(path)
    changed = list(_mutants(scenario.model_dump(mode="json", by_alias=True, exclude_unset=True)))
    assert changed
    for place, tables in changed:
        misses = play(from_tables(tables)).misses
        assert any(miss.place.startswith(place) for miss in misses), place


def _mutants(tables: dict[str, Any]) -> Any:
    """(place, tables) with one expectation changed each: a few of every sort, so that it stays quick."""
    expect = tables.get("expect", {})
    for i, event in enumerate(expect.get("events", [])[:3]):
        count = event.get("count")
        wrong = event | {"count": 0 if count is None else count + 1}
        yield f"expect.events[{i + 1}]", _with(tables, "events", _at(expect["events"], i, wrong))
    for name, standing in list(expect.get("statuses", {}).items())[:3]:
        for key in list(standing)[:2]:
            wrong = expect["statuses"] | {name: standing | {key: _other(standing[key])}}
            yield f"expect.statuses.{name}.{key}", _with(tables, "statuses", wrong)
    for name, ledgers in list(expect.get("ledgers", {}).items())[:2]:
        state = "expired" if ledgers[0].get("state") != "expired" else "paid"
        wrong = expect["ledgers"] | {name: [ledgers[0] | {"state": state}, *ledgers[1:]]}
        yield f"expect.ledgers.{name}", _with(tables, "ledgers", wrong)
    for i in range(len(expect.get("violations", []))):
        rest = [each for j, each in enumerate(expect["violations"]) if j != i]
        yield "expect.violations", _with(tables, "violations", rest)
    yield (
        "expect.violations",
        _with(tables, "violations", [*expect.get("violations", []), {"invariant": "INV-43"}]),
    )
    for day, n in list((expect.get("shipments") or {}).items())[:2]:
        yield f"expect.shipments.{day}", _with(tables, "shipments", expect["shipments"] | {day: n + 1})
    for key, days in expect.get("forecast", {}).items():
        day, n = next(iter(days.items()))
        wrong = expect["forecast"] | {key: {day: n + 1}}
        yield f"expect.forecast.{key}.{day}", _with(tables, "forecast", wrong)
    for i, step in enumerate(tables.get("steps", [])):
        if "does" in step or "call" in step:
            done = step.get("expect", {}).get("result", "done") == "done" and not step.get("expect", {}).get(
                "refused"
            )
            wrong = step | {"expect": {"result": "not_done" if done else "done"}}
            yield f"steps[{i + 1}]", tables | {"steps": _at(tables["steps"], i, wrong)}
            break


def _with(tables: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    return tables | {"expect": tables["expect"] | {key: value}}


def _at(entries: list[Any], i: int, value: Any) -> list[Any]:
    return [*entries[:i], value, *entries[i + 1 :]]


def _other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if value in CODE or value == "なし":
        return "出荷作業中" if value != "出荷作業中" else "出荷待ち"
    try:
        return str(datetime.date.fromisoformat(value) + datetime.timedelta(days=1))
    except ValueError:
        return "銀行振込" if value != "銀行振込" else "代引き"


def test_the_worked_examples_are_there() -> None:
    """The rules that the documents explain by example are proven by a scenario."""
    proven = {rule for path in FILES for rule in read(path).rules}
    wanted = {f"SS-FREQ-0{n}" for n in range(1, 10)} | {f"SS-SKIP-0{n}" for n in range(1, 6)}
    wanted |= {"SS-PAY-01", "SS-PAY-02", "SS-PAY-03", "SS-SCORE-01", "SS-NP-01", "SS-RAK-01", "SS-RAK-02"}
    wanted |= {"SS-RAK-03", "SS-RACE-02", "SS-NPW-01", "EC-CAN-01", "EC-SHP-02", "EC-SHP-03", "EC-SUB-14"}
    assert wanted <= proven


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_each_names_the_rules_that_it_proves(path: Path) -> None:
    """The file is called after one of its rules, and its name is there in both languages."""
    scenario: Scenario = read(path)
    assert scenario.rules and scenario.description
    assert " / " in scenario.name
    assert _name(path).upper() in scenario.rules
