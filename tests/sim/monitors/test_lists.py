"""INV-36: each order is exported to the warehouse once."""

from typing import Any

import pytest

from teiki_sim.log.kinds import Kind, Side


def again(story: Any, order: int = 0) -> Any:
    """On one more list."""
    return story.store(Kind.EXPORTED, order, 0, story.words["working"])


def flagged(story: Any, code: str) -> Any:
    return story.row(Kind.EDITED, sub=0, order=0, code=code)


def test_once_is_right(story: Any) -> None:
    assert story("ecforce").course().life().days("INV-36", 20) == []


def test_twice_on_a_list(story: Any) -> None:
    told = again(story("ecforce").course().child().on(4, 9).export().on(4, 10))
    assert told.days("INV-36", 6) == [4.417]
    [violation] = [v for v in told.violations(6) if v.invariant == "INV-36"]
    assert (violation.rule, violation.money_at_risk) == ("EC-CSV-03", 3000)


def test_the_first_withdrawn(story: Any) -> None:
    told = story("ecforce").course().child().on(4, 9).export()
    told.row(Kind.WAREHOUSE_STOPPED, Side.WAREHOUSE, sub=0, order=0)
    assert again(told.on(4, 10)).days("INV-36", 6) == []


@pytest.mark.parametrize("code", ["listed_by_hand", "listed"])
def test_flagged_and_never_exported(story: Any, code: str) -> None:
    told = flagged(story("ecforce").course().child().on(2), code)
    assert told.days("INV-36", 20) == [7.0]
    [violation] = [v for v in told.violations(20) if v.invariant == "INV-36"]
    assert violation.rule == "EC-UPD-13"


def test_set_back_and_exported(story: Any) -> None:
    told = flagged(story("ecforce").course().child().on(2), "listed_by_hand")
    flagged(told.on(3), "unlisted_by_hand")
    assert told.days("INV-36", 20) == []


def test_cancelled_needs_no_list(story: Any) -> None:
    told = flagged(story("ecforce").course().child().on(2), "listed_by_hand").on(3).cancel().release_payment()
    assert told.days("INV-36", 20) == []
