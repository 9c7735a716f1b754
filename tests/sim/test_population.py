"""Generated populations: by the shares, keyed by id, dated by the pattern."""

import numpy as np
import pytest

from teiki_sim.book_columns import STATUSES, BookColumns
from teiki_sim.calendar import Lead, iso, to_date, to_day, weekday
from teiki_sim.config import METHODS, Config, load
from teiki_sim.population import generate


def same(one: BookColumns, other: BookColumns) -> bool:
    names = [name for name in BookColumns.__dataclass_fields__]
    return all(np.array_equal(np.asarray(getattr(one, n)), np.asarray(getattr(other, n))) for n in names)


def test_the_number_is_the_configurations_or_ones_own() -> None:
    assert len(generate(load(None, {"subscriptions": 7}))) == 7
    assert len(generate(Config(), 3)) == 3
    assert len(generate(Config(), 0)) == 0


def test_the_same_seed_gives_the_same_people_and_another_seed_others() -> None:
    assert same(generate(Config(), 500), generate(Config(), 500))
    assert not same(generate(Config(), 500), generate(load(None, {"seed": 2}), 500))


def test_a_bigger_population_starts_with_the_smaller() -> None:
    small, big = generate(Config(), 200), generate(Config(), 2000)
    assert same(small, big.select(range(200)))


def test_the_order_of_the_shares_changes_nothing() -> None:
    forth = {"毎週": 1, "15日ごと": 2, "1ヶ月ごと": 3}
    one = generate(load(None, {"population.frequencies": forth}), 300)
    other = generate(load(None, {"population.frequencies": dict(reversed(forth.items()))}), 300)
    assert same(one, other)


def test_shares_come_out() -> None:
    n = 20_000
    people = generate(Config(), n)
    for index, name in enumerate(METHODS):
        assert abs((people.method == index).mean() - Config().payments[name].share) < 0.01
    for index, name in enumerate(STATUSES):
        assert abs((people.status == index).mean() - Config().population.statuses.get(name, 0)) < 0.01
    assert set(people.products) == {code for code, goods in Config().goods.items() if goods.price}
    assert set(people.quantity.tolist()) == {1, 2, 3}
    assert set(people.cycle.tolist()) == set(Config().population.cycles)
    prices = np.array([Config().goods[code].price for code in people.products])
    assert (people.unit_price == prices[people.product]).all()


def test_traits_are_drawn_apart() -> None:
    people = generate(Config(), 20_000)
    assert abs(np.corrcoef(people.method, people.frequency)[0, 1]) < 0.03
    assert abs(np.corrcoef(people.cycle, people.quantity)[0, 1]) < 0.03


def test_dates_start_on_the_first_day_and_keep_the_lead() -> None:
    config = load(None, {"population.carriers": {"ヤマト運輸": 1, "ネコポス": 1}})
    people = generate(config, 5000)
    active = people.status == 0
    assert iso(int(people.next_ship[active].min())) == "2026-04-01"
    assert (people.next_ship[~active] == -1).all()
    assert (people.next_delivery[~active] == -1).all()
    for row in np.flatnonzero(active):
        terms = config.carriers[people.carriers[people.carrier[row]]]
        lead = Lead(terms.lead_days, terms.lead_mode)
        assert lead.ship_from_delivery(int(people.next_delivery[row])) == people.next_ship[row]


@pytest.mark.parametrize(
    ("label", "weekdays", "weeks"),
    [("2週間ごと火曜日", {1}, None), ("1ヶ月ごと第2週土曜日", {5}, range(8, 15))],
)
def test_dates_are_dates_of_the_pattern(label: str, weekdays: set[int], weeks: range | None) -> None:
    people = generate(load(None, {"population.frequencies": {label: 1}}), 500)
    due = people.next_delivery[people.next_delivery >= 0]
    assert set(weekday(due).tolist()) == weekdays
    if weeks is not None:
        assert all(to_date(day).day in weeks for day in due)


def test_the_spread_can_be_given() -> None:
    config = load(None, {"population": {"start_spread": 1, "frequencies": {"15日ごと": 1}}})
    people = generate(config, 100)
    assert set(people.next_ship.tolist()) == {-1, to_day(config.start)}


def test_cash_on_delivery_goes_by_a_carrier_that_collects() -> None:
    people = generate(load(None, {"population.carriers": {"ネコポス": 1}}), 2000)
    cash = people.method == METHODS.index("代引き")
    carriers = np.array(people.carriers)[people.carrier]
    assert set(carriers[cash]) == {"ヤマト運輸"}
    assert set(carriers[~cash]) == {"ネコポス"}
