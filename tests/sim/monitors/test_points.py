"""INV-32: points are conserved."""

from typing import Any

import pytest

from teiki_sim.log.kinds import Kind


def granted(story: Any, points: int = 30) -> Any:
    """An order of 3,000 yen that earned its points, at 1 in 100."""
    story.row(Kind.SETTING, code="points.per_10000_yen", quantity=100)
    story.course().child(amount=3000)
    return story.row(Kind.POINTS, sub=0, order=0, quantity=points, code="granted")


def moved(story: Any, code: str, points: int) -> Any:
    return story.row(Kind.POINTS, sub=0, order=0, quantity=points, code=code)


@pytest.mark.parametrize(
    ("moves", "case"),
    [
        ([("used", 20), ("returned", 20), ("revoked", 30)], ""),
        ([("revoked", 30), ("revoked", 30)], "twice"),
        ([("used", 20), ("returned", 20), ("returned", 20)], "twice"),
        ([("used", 40)], "short"),
        ([("used", 20), ("revoked", 30)], "short"),
        ([("used", 20), ("expired", 10)], ""),
        ([("used", 30), ("expired", 30)], "expired"),
    ],
)
def test_nothing_goes_twice(story: Any, moves: list[tuple[str, int]], case: str) -> None:
    told = granted(story("ecforce").on(0))
    for day, (code, points) in enumerate(moves, 1):
        moved(told.on(day), code, points)
    assert told.days("INV-32", 5) == ([len(moves) + 0.125] if case else [])
    for violation in told.violations(5):
        assert case in violation.message_en
        assert violation.rule == ("" if case == "expired" else "EC-PAY-08")


@pytest.mark.parametrize(("code", "amount", "new", "expected"), [
    ("method", 3330, 33, 0), ("method", 3330, 0, 1), ("goods", 3000, 0, 0), ("quantity", 6000, 0, 0),
])  # fmt: skip
def test_a_change_of_goods_or_method_is_followed(
    story: Any, code: str, amount: int, new: int, expected: int
) -> None:
    told = granted(story().on(0))
    told.on(1).row(Kind.EDITED, sub=0, order=0, amount=amount, code=code)
    if new:
        moved(told, "recalculated", new)
    assert told.days("INV-32", 5) == [2.125] * expected


def test_a_cancelled_order_keeps_no_points(story: Any) -> None:
    told = granted(story().on(0)).on(1).cancel().release_payment()
    assert told.days("INV-32", 5) == [2.125]
    moved(told, "revoked", 30)
    assert told.days("INV-32", 5) == []
