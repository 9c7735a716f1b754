"""What the order list shows of an order: its change history, and the brand of its card."""

from functools import partial

import pytest

from teiki_scenarios.playing import _step
from teiki_scenarios.scenario import Scenario
from teiki_scenarios.stage import Stage
from teiki_sim import card_brands, change_history

_SCENARIO = Scenario.model_validate(
    {
        "name": "history",
        "start": "2026-04-10",
        "until": "2026-04-19",
        "given": {"subscriptions": {"S1": {"next_delivery_date": "2026-04-23"}}},
        "steps": [
            {"at": "2026-04-17 10:00", "does": "save", "with": {"order": "S1#1"}},
            {"at": "2026-04-17 11:00", "does": "save", "with": {"order": "S1#1", "what": "password"}},
            {"at": "2026-04-17 12:00", "does": "edit_quantity", "with": {"order": "S1#1", "quantity": 2}},
            {"at": "2026-04-17 13:00", "does": "save", "with": {"order": "S1#1", "what": "custom_form"}},
        ],
    }
)


@pytest.mark.proves("SS-ORD-08")
def test_what_changed_nothing_leaves_an_empty_entry() -> None:
    stage = Stage.of(_SCENARIO)
    for i, step in enumerate(_SCENARIO.steps):
        stage.shop.when(_SCENARIO.at(step.at), partial(_step, stage, i, step, [], []))
    stage.run()
    order = stage.order("S1#1")
    rows = [(e.at, e.kind.label, e.values) for e in stage.recorder.events() if e.order == order]
    found = [dict(entry.changes) for entry in change_history.entries(rows)]
    assert found == [{}, {}, {"quantity": 2, "amount": 5960}, {}]


@pytest.mark.proves("SS-ORD-10")
@pytest.mark.parametrize(
    ("spelling", "shown"),
    [("mastercard", "Mastercard"), ("VISA", "VISA"), ("MASTER", "種別不明"), ("", "種別不明")],
)
def test_a_brand_outside_the_known_list_shows_as_unknown(spelling: str, shown: str) -> None:
    assert card_brands.shown(spelling) == shown
