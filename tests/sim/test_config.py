"""The configuration: defaults, files, merging, printing, digest and what is refused."""

import datetime
import itertools
import pickle
import re
import tomllib
from pathlib import Path

import pytest

from teiki_sim import toml_text
from teiki_sim.config import (
    METHODS,
    NO_DATE_CARRIERS,
    SLIP_NAMES,
    BadInput,
    Config,
    Problem,
    Slips,
    calm,
    digest,
    given,
    load,
    merge,
    minutes,
    print_config,
    with_slips,
)


def refused(overrides: dict[str, object]) -> Problem:
    with pytest.raises(BadInput) as caught:
        load(None, overrides)
    (problem,) = caught.value.problems
    return problem


def test_defaults_are_the_contracts() -> None:
    config = load()
    assert config.platform == "subscstore"
    assert config.start == datetime.date(2026, 4, 1)
    assert tuple(config.payments) == METHODS
    assert config.warehouse.workdays == "everyday"
    assert config.carriers[config.default_carrier].lead_days == 3
    for name in NO_DATE_CARRIERS:
        carrier = config.carriers[name]
        assert (carrier.lead_days, carrier.lead_mode, carrier.date_choice, carrier.cod) == (
            4,
            "business",
            False,
            False,
        )
    assert set(config.providers) == {
        "card",
        "np",
        "np_wiz",
        "np_realtime",
        "score",
        "amazon_pay",
        "rakuten_pay",
    }


def test_printed_defaults_load_back_equal(tmp_path: Path) -> None:
    file = tmp_path / "defaults.toml"
    file.write_text(print_config(), encoding="utf-8")
    config = load(file)
    assert config == Config()
    assert digest(config) == digest(Config())


def test_every_printed_key_has_a_comment() -> None:
    lines = print_config().splitlines()
    told: set[str] = set()
    for before, line in itertools.pairwise(lines):
        if match := re.match(r"(?:# )?(\w+) =", line):
            assert match[1] in told or before.startswith("# "), line
            told.add(match[1])


def test_any_configuration_prints_and_loads_back(tmp_path: Path) -> None:
    config = load(
        None,
        {
            "seed": 2**63,
            "warehouse.capacity": 300,
            "slips": {"level": "typical", "rates": {"past_date": 0.5}},
            "providers": {
                "card": {"windows": [{"from": "2026-04-02T01:00:00", "until": "2026-04-02T03:00:00"}]},
            },
            "goods": {'引用"符': {"name": "改行\n\\", "price": 1}},
        },
    )
    file = tmp_path / "c.toml"
    file.write_text(print_config(config), encoding="utf-8-sig")
    assert load(file) == config


def test_a_file_goes_over_the_defaults_and_overrides_over_both(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text('months = 3\nseed = 5\n[carriers."ヤマト運輸"]\nlead_days = 2\n', encoding="utf-8")
    config = load(file, {"seed": 9, "start": None, "operators.number": 4})
    assert (config.months, config.seed, config.operators.number) == (3, 9, 4)
    assert config.carriers["ヤマト運輸"].lead_days == 2
    assert config.carriers["佐川急便"].lead_days == 3
    assert given(config) == {"months", "seed", "carriers", "operators"}


def test_goods_shares_and_codes_are_replaced_as_a_whole() -> None:
    config = load(
        None,
        {
            "goods": {"A": {"price": 100}},
            "population.frequencies": {"毎週": 1},
            "providers.np.codes": {"NG001": 1},
        },
    )
    assert list(config.goods) == ["A"]
    assert config.gifts == []
    assert config.population.frequencies == {"毎週": 1.0}
    assert config.providers["np"].codes == {"NG001": 1.0}
    assert config.providers["np"].decline_rate == 0.03


def test_times_and_dates_may_be_tomls_own() -> None:
    partial = tomllib.loads("start = 2027-01-05\n[schedule]\nexport_time = 08:30:00\n")
    config = merge(Config(), partial)
    assert config.start == datetime.date(2027, 1, 5)
    assert config.schedule.export_time == "08:30"
    assert minutes(config.schedule.export_time) == 510


@pytest.mark.parametrize(
    ("overrides", "place", "found", "near"),
    [
        ({"mnths": 3}, "mnths", "mnths", "months"),
        ({"provider": {"card": {}}}, "provider", "provider", "providers"),
        ({"warehouse.workday": "everyday"}, "warehouse.workday", "workday", "workdays"),
        (
            {"carriers": {"ヤマト運輸": {"lead_day": 1}}},
            "carriers.ヤマト運輸.lead_day",
            "lead_day",
            "lead_days",
        ),
        ({"providers.card.faults.no_anser": 0}, "providers.card.faults.no_anser", "no_anser", "no_answer"),
        ({"platform": "subscstor"}, "platform", "subscstor", "subscstore"),
        ({"default_carrier": "ヤマト"}, "default_carrier", "ヤマト", "ヤマト運輸"),
        ({"payments": {"クレジット": {}}}, "payments", "クレジット", "クレジットカード"),
        ({"slips.rates": {"forgot_resum": 0.1}}, "slips.rates", "forgot_resum", "forgot_resume"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest(
    overrides: dict[str, object], place: str, found: str, near: str
) -> None:
    problem = refused(overrides)
    assert (problem.field, problem.found) == (place, found)
    assert f"「{near}」のことですか" in problem.expected_ja
    assert f"did you mean {near!r}?" in problem.expected_en


@pytest.mark.parametrize(
    ("overrides", "place", "expected"),
    [
        ({"months": 0}, "months", "at least 1"),
        ({"months": "many"}, "months", "a whole number"),
        ({"start": "soon"}, "start", "a date (and time) as 2026-04-01"),
        ({"providers.card.decline_rate": 1.5}, "providers.card.decline_rate", "at most 1.0"),
        ({"providers.card.decline_rate": float("nan")}, "providers.card.decline_rate", "a finite number"),
        ({"schedule.export_time": "25:00"}, "schedule.export_time", 'a time of day "HH:MM"'),
        ({"customers.skip": []}, "customers.skip", "more values"),
        ({"customers.resume_days": [9, 3]}, "customers.resume_days", "[fewest days, most days]"),
        ({"providers.card.hold_ok": 0.99}, "providers.card", "hold_ok + hold_ng at most 1"),
        ({"operators.hours": ["18:00", "09:00"]}, "operators", 'hours as ["opening", "closing"]'),
        ({"goods": {"A": {}}}, "goods.A.price", "this key to be present"),
        ({"warehouse": 3}, "warehouse", "a table"),
        ({"goods": {"A": {"price": 0}}}, "goods", "at least one with a price"),
    ],
)
def test_a_bad_value_names_its_place_and_what_was_expected(
    overrides: dict[str, object], place: str, expected: str
) -> None:
    problem = refused(overrides)
    assert (problem.field, problem.expected_en) == (place, expected)


def test_frequencies_of_a_population_are_the_closed_set() -> None:
    problem = refused({"population.frequencies": {"3日ごと": 1}})
    assert problem.field == "population.frequencies"
    assert "SS-FREQ-11" in problem.expected_en


def test_gifts_are_goods() -> None:
    problem = refused({"gifts": [{"count": 1, "product": "TEA-31"}]})
    assert problem.field == "gifts.product"


@pytest.mark.parametrize(("content", "field"), [(b"months = ", "-"), (b"\x82\xa0 = 1", "-")])
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, content: bytes, field: str) -> None:
    file = tmp_path / "c.toml"
    file.write_bytes(content)
    with pytest.raises(BadInput, match=r"c\.toml") as caught:
        load(file)
    assert caught.value.problems[0].field == field


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"none\.toml"):
        load(tmp_path / "none.toml")


def test_all_problems_come_at_once_and_survive_pickling() -> None:
    with pytest.raises(BadInput) as caught:
        load(None, {"months": 0, "seed": -1, "tax.rounding": "odd"})
    assert len(caught.value.problems) == 3
    assert pickle.loads(pickle.dumps(caught.value)).problems == caught.value.problems
    assert "1 以上" in caught.value.render("ja")


def test_more_problems_than_are_shown_are_counted() -> None:
    problem = Problem("f.csv", "数量", "x", "1以上の整数", "a whole number of 1 or more", line=2)
    error = BadInput([problem] * 23)
    assert error.render("en").splitlines()[-1] == "and 3 more"
    assert error.render("ja").splitlines()[-1] == "ほか 3 件"
    assert len(error.render("ja").splitlines()) == 21


def test_digest_follows_the_model_and_not_the_seed_or_the_order_of_keys() -> None:
    assert digest(load(None, {"seed": 7})) == digest(Config())
    assert digest(load(None, {"months": 7})) != digest(Config())
    one = load(None, {"population.frequencies": {"毎週": 1, "15日ごと": 2}})
    other = load(None, {"population.frequencies": {"15日ごと": 2, "毎週": 1}})
    assert digest(one) == digest(other)
    assert re.fullmatch("[0-9a-f]{64}", digest(one))


def test_slips_have_levels_and_rates_of_their_own(tmp_path: Path) -> None:
    assert {Slips.preset("none").rate(name) for name in SLIP_NAMES} == {0.0}
    assert {Slips.preset("typical").rate(name) for name in SLIP_NAMES} == {0.01}
    assert {Slips.preset("careless").rate(name) for name in SLIP_NAMES} == {0.10}
    with pytest.raises(KeyError):
        Slips.preset("none").rate("nonsense")
    assert with_slips(Config(), "careless").slips == Slips.preset("careless")
    for text in ("[slips.rates]\npast_date = 0.5", "[rates]\npast_date = 0.5", "past_date = 0.5"):
        file = tmp_path / "slips.toml"
        file.write_text(text, encoding="utf-8")
        config = with_slips(Config(), file)
        assert config.slips.rate("past_date") == 0.5
        assert config.slips.rate("flag_left") == 0.0


def test_calm_leaves_the_schedules_alone() -> None:
    busy = load(
        None,
        {
            "inflow.singles_per_day": 3,
            "slips.level": "careless",
            "warehouse": {"capacity": 5, "workdays": "weekdays"},
            "schedule.amount_stop_limit": 10_000,
            "providers.np.windows": [{"from": "2026-04-02T01:00:00", "until": "2026-04-02T03:00:00"}],
        },
    )
    still = calm(busy)
    for provider in still.providers.values():
        assert provider.decline_rate == provider.hold_rate == 0
        assert set(provider.faults.model_dump().values()) == {0}
        assert provider.windows == []
    rates = still.customers
    assert [
        rates.skip,
        rates.stop,
        rates.cancel,
        rates.resume,
        rates.address,
        rates.payment,
        rates.quantity,
    ] == [[0.0]] * 7
    assert rates.return_rate == 0
    assert still.slips == Slips()
    assert still.inflow.singles_per_day == 0
    assert still.warehouse.capacity is None
    assert still.schedule.amount_stop_limit is None
    assert still.goods == busy.goods
    assert merge(still, {}) == still


def test_operators_follow_the_size_of_the_shop() -> None:
    operators = Config().operators
    assert [operators.people(n) for n in (0, 3000, 3001, 15_000)] == [2, 2, 3, 10]
    assert load(None, {"operators.number": 1}).operators.people(90_000) == 1


def test_a_plain_table_is_written_as_toml() -> None:
    table = {"a": 1, "none": None, "t": {"名": [0.5, "x"], "u": {"d": datetime.date(2026, 4, 1), "b": True}}}
    assert tomllib.loads(toml_text.dump(table)) == {
        "a": 1,
        "t": {"名": [0.5, "x"], "u": {"d": datetime.date(2026, 4, 1), "b": True}},
    }
    with pytest.raises(TypeError):
        toml_text.value_text(object())
