"""What becomes of the subscription when an order's payment is cancelled (EC-PAY-03, -06)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from teiki_sim import counts
from teiki_sim import operations as ops
from teiki_sim.config_parts import Part
from teiki_sim.log.kinds import Actor

if TYPE_CHECKING:
    from teiki_sim.shop import Shop

__all__ = ["Cancelling", "follow"]


class Cancelling(Part):
    """What becomes of the subscription when its order's payment is cancelled."""

    subscription: Literal["leave", "stop", "cancel"] = Field(
        default="leave",
        description="定期受注: 変更なし, 停止にする, キャンセルする · leave it alone, stop or cancel it",
    )
    reason: str = Field(default="", description="停止・キャンセルの理由 · why it is stopped or cancelled")
    lower_count: bool = Field(default=False, description="定期回数を-1する · lower its count by 1")
    recalculate: bool = Field(default=False, description="定期受注を再計算する · recalculate it")


def follow(shop: Shop, order: int, chosen: Cancelling, actor: Actor) -> None:
    """The subscription follows as chosen; a single order has none."""
    sub = shop.orders.sub.item(order)
    if sub < 0:
        return
    if chosen.lower_count:
        counts.lower(shop, order, actor)
    if chosen.recalculate:
        counts.recalculate(shop, sub, actor)
    words = shop.policy.subscription
    if chosen.subscription == "leave":
        return
    if shop.subs.status.item(sub) in (words.active, words.stopped):
        ops.stop(shop, sub, actor, for_good=chosen.subscription == "cancel")
    if chosen.reason:
        shop.notes.subscription_reason[sub] = chosen.reason
