"""What a step of a scenario can do with 要対応: set and release it in both scopes, decide, order the same again."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from teiki_scenarios.deed import Deed
from teiki_scenarios.deed_args import OfOrder, OfSubscription
from teiki_sim import operations as ops
from teiki_sim.calendar import to_day
from teiki_sim.holds import keeping, page
from teiki_sim.holds.refusals import note_carrier
from teiki_sim.log.kinds import Actor

if TYPE_CHECKING:
    from teiki_scenarios.stage import Stage

__all__ = ["HOLD_DEEDS"]

_DATE = "対応日(省略時は当日) · the day noted for it; default: today"


class Hold(OfOrder):
    """Why an order is held, and as of which day."""

    reason: str = "customer"
    date: datetime.date | None = Field(default=None, description=_DATE)


class WholeHold(OfSubscription):
    """Why a subscription is held, and whether all its orders are."""

    reason: str = "customer"
    whole: bool = Field(
        default=True,
        description="今までの注文も(false は次回以降だけ) · its orders as well, or only those to come",
    )
    date: datetime.date | None = Field(default=None, description=_DATE)


class Release(OfOrder):
    """As of which day, with which comment; and whether a ship date that has passed is revised."""

    revises: bool = Field(default=True, description="過ぎた出荷予定日を直す · revise a ship date gone by")
    date: datetime.date | None = Field(default=None, description=_DATE)
    comment: str = Field(default="", description="対応コメント · comment")


class WholeRelease(OfSubscription):
    """As of which day, with which comment."""

    date: datetime.date | None = Field(default=None, description=_DATE)
    comment: str = Field(default="", description="対応コメント · comment")


class CycleDecision(OfSubscription):
    """What becomes of deliveries that were missed."""

    decision: Literal["shift", "drop"] = "shift"


class Again(OfSubscription):
    """The same goods again, with a coupon or without."""

    coupon: str = Field(default="", description="クーポン · coupon")


class OrderCarrier(OfOrder):
    """The delivery method chosen for an order."""

    carrier: str


def _day(date: datetime.date | None) -> int:
    return -1 if date is None else to_day(date)


def _hold(stage: Stage, actor: Actor, args: Hold) -> None:
    ops.hold(stage.shop, stage.order(args.order), args.reason, actor, _day(args.date))


def _hold_subscription(stage: Stage, actor: Actor, args: WholeHold) -> None:
    shop, sub, on = stage.shop, stage.subscription(args.subscription), _day(args.date)
    if args.whole:
        keeping.hold_whole(shop, sub, args.reason, actor, on=on)
    else:
        keeping.hold_cycles(shop, sub, args.reason, actor, on=on)


def _release(stage: Stage, actor: Actor, args: Release) -> None:
    on, order = _day(args.date), stage.order(args.order)
    ops.release(stage.shop, order, actor, revises=args.revises, on=on, comment=args.comment)


def _release_subscription(stage: Stage, actor: Actor, args: WholeRelease) -> None:
    sub, on = stage.subscription(args.subscription), _day(args.date)
    keeping.release_subscription(stage.shop, sub, actor, on=on, comment=args.comment)


def _decide_cycles(stage: Stage, actor: Actor, args: CycleDecision) -> None:
    ops.decide_cycles(stage.shop, stage.subscription(args.subscription), args.decision, actor)


def _order_again(stage: Stage, _actor: Actor, args: Again) -> bool:
    return page.order_again(stage.shop, stage.subscription(args.subscription), args.coupon)


def _choose_carrier(stage: Stage, actor: Actor, args: OrderCarrier) -> None:
    number = stage.shop.carriers.index(args.carrier)
    note_carrier(stage.shop, stage.order(args.order), number, actor)


HOLD_DEEDS: dict[str, Deed] = {
    "hold": Deed(Hold, ("operator",), _hold, "出荷停止・要対応にする", "hold the order"),
    "hold_subscription": Deed(
        WholeHold, ("operator",), _hold_subscription, "定期を要対応にする", "hold the subscription (要対応)"
    ),
    "release": Deed(
        Release, ("operator",), _release, "出荷停止・要対応を解除する", "release the order"
    ),
    "release_subscription": Deed(
        WholeRelease, ("operator",), _release_subscription,
        "定期の要対応を解除する", "release the subscription (要対応)",
    ),
    "decide_cycles": Deed(
        CycleDecision, ("operator",), _decide_cycles,
        "過ぎた回をどうするか決める", "record what becomes of deliveries that were missed",
    ),
    "order_again": Deed(
        Again, ("customer",), _order_again, "同じ商品を注文する", "order the same goods again"
    ),
    "choose_carrier": Deed(
        OrderCarrier, ("operator",), _choose_carrier, "注文の配送方法を選ぶ", "choose an order's delivery method"
    ),
}  # fmt: skip
"""By the name that ``does`` takes."""
