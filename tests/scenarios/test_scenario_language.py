"""The scenario language: what it reads, what it refuses, and what it says then."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from teiki_scenarios.deeds import DEEDS
from teiki_scenarios.given import instant_of
from teiki_scenarios.runner import schema
from teiki_scenarios.scenario_file import LIBRARY, find, from_tables, read
from teiki_sim.bad_input import BadInput, Problem
from teiki_sim.calendar import DAY, instant, to_day

SMALL: dict[str, Any] = {
    "name": "小さな例",
    "start": "2026-04-10",
    "given": {
        "goods": {"TEA": 3000},
        "subscriptions": {"S1": {"product": "TEA", "next_delivery_date": "2026-04-23"}},
    },
}


def file(folder: Path, text: str) -> Path:
    """A scenario file of these lines after the first ones."""
    path = folder / "a.teiki.yaml"
    path.write_text("name: 例\nstart: 2026-04-10\n" + text, encoding="utf-8")
    return path


def problems(folder: Path, text: str) -> tuple[Problem, ...]:
    """What is wrong with such a file."""
    with pytest.raises(BadInput) as caught:
        read(file(folder, text))
    return caught.value.problems


GIVEN = "given:\n  subscriptions:\n    S1: {next_delivery_date: 2026-04-23}\n"


@pytest.mark.parametrize(
    ("text", "line", "field", "nearest"),
    [
        ("givn: {}\n", 3, "givn", "given"),
        (
            "given:\n  subscriptions:\n    S1: {frequncy: 毎週}\n",
            5,
            "given.subscriptions.S1.frequncy",
            "frequency",
        ),
        ("rules: [SS-SKIP-2]\n", 3, "rules[1]", "SS-SKIP-02"),
        (GIVEN + "steps:\n  - {at: +1d, does: skp, with: {subscription: S1}}\n", 7, "steps[1].does", "skip"),
        (
            GIVEN + "steps:\n  - at: +1d\n    does: skip\n    with: {subscripton: S1}\n",
            9,
            "steps[1].with.subscripton",
            "subscription",
        ),
        (GIVEN + "expect:\n  statuses: {S1: {statsu: 継続}}\n", 7, "expect.statuses.S1.statsu", "status"),
        (GIVEN + "expect:\n  statuses: {S1: 継読}\n", 7, "expect.statuses.S1.status", "継続"),
        (GIVEN + "expect:\n  events: [{kind: generatd}]\n", 7, "expect.events[1].kind", "generated"),
        (GIVEN + "expect:\n  violations: [INV-1]\n", 7, "expect.violations[1].invariant", "INV-"),
        (
            GIVEN + "  settings:\n    schedule: {colision_rate: 1}\n",
            7,
            "given.settings.schedule.colision_rate",
            "collision_rate",
        ),
        (
            GIVEN + "  goods: {TEA: 3000}\n  courses:\n    A: {product: TAE}\n",
            8,
            "given.courses.A.product",
            "TEA",
        ),
    ],
)
def test_an_unknown_name_is_told_with_its_place_and_the_nearest_known_one(
    tmp_path: Path, text: str, line: int, field: str, nearest: str
) -> None:
    """A tester sees the line, the field and what was probably meant, in both languages."""
    found = next(problem for problem in problems(tmp_path, text) if problem.field == field)
    assert found.line == line
    assert found.file.endswith("a.teiki.yaml")
    assert f"「{nearest}" in found.expected_ja
    assert f"did you mean '{nearest}" in found.expected_en


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("given:\n  subscriptions: {S1: {}}\n", "given.subscriptions.S1.next_delivery_date"),
        ("given:\n  subscriptions: {S1: {next_delivery_date: 2026-02-30}}\n", "given.subscriptions.S1.next_delivery_date"),
        ("given:\n  subscriptions: {S1: {next_delivery_date: 2026-05-01, frequency: 13ヶ月ごと}}\n", "given.subscriptions.S1.frequency"),
        ("given:\n  orders: {O1: {ship_date: 2026-04-20, status: 出荷済み}}\n", "given.orders.O1.status"),
        ("until: 2026-04-31\n", "until"),
        (GIVEN + "steps:\n  - {at: 2026-04-09, does: skip, with: {subscription: S1}}\n", "steps[1].at"),
        (GIVEN + "steps:\n  - {at: 2026-04-12 25:00, does: skip, with: {subscription: S1}}\n", "steps[1].at"),
        (GIVEN + "steps:\n  - {at: +1d}\n", "steps[1].does"),
        (GIVEN + "steps:\n  - {at: +1d, who: carrier, does: skip, with: {subscription: S1}}\n", "steps[1].who"),
        (GIVEN + "steps:\n  - {at: +1d, does: reauthorise, with: {order: S2#1}}\n", "steps[1].with.order"),
        (GIVEN + "steps:\n  - {at: +1d, call: {operation: cancel, order: O9}}\n", "steps[1].call.order"),
        (GIVEN + "expect:\n  statuses: {S1: {payment: 与信完了}}\n", "expect.statuses.S1.payment"),
        (GIVEN + "expect:\n  statuses: {S2: 継続}\n", "expect.statuses.S2"),
        (GIVEN + "faults:\n  - {subscription: S2, effect: {kind: declined}}\n", "faults[1].subscription"),
        ("platform: tamogo\n", "platform"),
        ("name: もう一度\n", "-"),
        ("steps: [\n", "-"),
    ],
)  # fmt: skip
def test_what_cannot_be_played_is_refused_before_anything_runs(tmp_path: Path, text: str, field: str) -> None:
    """Impossible dates, names that stand for nothing, keys that do not fit, keys given twice."""
    assert field in [problem.field for problem in problems(tmp_path, text)]


def test_all_problems_are_told_in_the_order_of_the_lines(tmp_path: Path) -> None:
    """One reading names everything."""
    found = problems(tmp_path, "rulez: []\ngiven:\n  goodz: {}\nexpect:\n  event: []\n")
    assert [problem.line for problem in found] == [3, 5, 7]


def test_a_file_that_is_missing_or_not_utf8_is_bad_input(tmp_path: Path) -> None:
    """Never a traceback."""
    (tmp_path / "b.teiki.yaml").write_bytes("name: 例".encode("cp932"))
    for name in ("none.teiki.yaml", "b.teiki.yaml"):
        with pytest.raises(BadInput):
            read(tmp_path / name)
    with pytest.raises(BadInput):
        find([tmp_path / "empty", tmp_path.joinpath("none")] and [_empty(tmp_path)])


def _empty(folder: Path) -> Path:
    made = folder / "empty"
    made.mkdir()
    return made


def test_yaml_has_no_traps(tmp_path: Path) -> None:
    """Codes with leading zeros, yes and times of day are text; numbers are numbers."""
    scenario = read(
        file(
            tmp_path,
            "given:\n  goods: {001: 3000}\n  customers: [yes]\n"
            "  subscriptions: {007: {customer: yes, product: 001, next_delivery_date: 2026-04-23}}\n",
        )
    )
    sub = scenario.given.subscriptions["007"]
    assert (sub.customer, sub.product, scenario.given.goods["001"].price) == ("yes", "001", 3000)


def test_moments() -> None:
    """A date, a date with a time, days after the start; a day alone means 11:00."""
    start = from_tables(SMALL).start
    day = to_day(start)
    assert instant_of("2026-04-12", start) == instant(day + 2, "11:00")
    assert instant_of("2026-04-12 09:30", start) == instant(day + 2, "09:30")
    assert instant_of("+3d", start) == (day + 3) * DAY + 11 * 3600
    assert instant_of("+0d 00:00", start) == day * DAY


def test_the_schema_is_one_and_the_library_fits_it() -> None:
    """An editor that goes by the schema accepts what teiki accepts, and finds what it refuses."""
    jsonschema = pytest.importorskip("jsonschema")
    known = schema()
    json.dumps(known, ensure_ascii=False)
    jsonschema.Draft202012Validator.check_schema(known)
    validator = jsonschema.Draft202012Validator(known)
    for path in find([LIBRARY]):
        tables = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        assert not list(validator.iter_errors(_typed(tables))), path.name
    assert list(validator.iter_errors(SMALL | {"givn": {}}))
    step = {"at": "+1d", "does": "skip", "with": {"subscripton": "S1"}}
    assert list(validator.iter_errors(SMALL | {"steps": [step]}))


def _typed(value: Any) -> Any:
    """Plain YAML with numbers and truth values, dates left as text, and codes, which are quoted."""
    if isinstance(value, dict):
        return {key: each if key == "code" else _typed(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_typed(each) for each in value]
    if value in ("true", "false"):
        return value == "true"
    return (
        int(value)
        if value.lstrip("-").isdigit()
        else float(value)
        if value.replace(".", "", 1).isdigit()
        else value
    )


def test_the_schema_names_every_operation_with_its_arguments() -> None:
    """What a step can do, and to what, is in the schema."""
    step = schema()["$defs"]["Step"]
    assert [choice["const"] for choice in step["properties"]["does"]["oneOf"]] == list(DEEDS)
    assert len(step["allOf"]) == len(DEEDS)


@pytest.mark.parametrize("name", sorted(DEEDS))
def test_every_operation_says_what_it_is_in_both_languages(name: str) -> None:
    """The words are shown by editors."""
    deed = DEEDS[name]
    assert deed.who and deed.ja and deed.en and deed.args.__doc__
