"""INV-44 and INV-45: what is done on the account page, and whether there is anything to pay with."""

from collections.abc import Callable
from typing import Any

import pytest

from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.messages import Method


def page(story: Callable[..., Any], **terms: int) -> Any:
    told = story("ecforce")
    for name, value in terms.items():
        told.row(Kind.SETTING, code=f"account.{name}", quantity=value)
    return told.course().on(2)


@pytest.mark.parametrize(
    ("terms", "broken"),
    [
        ({"cancel": 0}, True),
        ({"cancel": 1, "cancel_status": 3}, True),
        ({"cancel": 1, "cancel_status": 2}, False),
        ({}, False),
    ],
)
def test_a_stop_on_the_page_fits_its_settings(story: Any, terms: dict[str, int], broken: bool) -> None:
    """EC-MY-03: forbidden; EC-MY-01: another status than the one that the settings name."""
    told = page(story, **terms).row(Kind.STOPPED, sub=0, status="停止", actor=Actor.CUSTOMER)
    assert [v[0] for v in told.found(10)] == (["INV-44"] if broken else [])


def test_what_the_shop_does_itself_is_not_the_pages(story: Any) -> None:
    told = page(story, cancel=0).row(Kind.STOPPED, sub=0, status="停止", actor=Actor.OPERATOR)
    assert told.found(10) == []


@pytest.mark.parametrize(("from_", "broken"), [(2, False), (3, True), (-1, True)])
def test_a_resumption_on_the_page_fits_its_settings(story: Any, from_: int, broken: bool) -> None:
    told = page(story, resume_from=from_).row(Kind.STOPPED, sub=0, status="停止", actor=Actor.OPERATOR)
    told.on(3).row(Kind.RESUMED, sub=0, status="有効", actor=Actor.CUSTOMER)
    assert ("INV-44" in [v[0] for v in told.found(4)]) == broken


def test_a_card_is_not_deleted_while_it_is_used(story: Any) -> None:
    told = page(story).row(Kind.CARD_DELETED, sub=0, method=Method.CARD, code="deleted", actor=Actor.CUSTOMER)
    assert [v[0] for v in told.found(2)] == ["INV-45"]


def test_an_agreement_that_is_gone_is_made_anew_in_time(story: Any) -> None:
    def told(day: int) -> Any:
        made = story("ecforce").course(method=Method.AMAZON_PAY, delivery=20).on(1)
        made.row(Kind.CARD_DELETED, sub=0, method=Method.AMAZON_PAY, code="agreement", actor=Actor.PROVIDER)
        return made.on(day).row(Kind.CARD_REGISTERED, sub=0, method=Method.AMAZON_PAY)

    assert told(2).found(6) == []
    assert [v[0] for v in told(5).found(6)] == ["INV-45"]
