"""What a step of a scenario can do beside the jobs that make files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from teiki_scenarios.deed import Deed
from teiki_scenarios.deed_args import OfSubscription
from teiki_sim.log.kinds import Actor

if TYPE_CHECKING:
    from teiki_scenarios.stage import Stage

__all__ = ["FILE_DEEDS"]


class Mails(OfSubscription):
    """Whether the subscription's customer is sent mails."""

    wanted: bool = Field(description="メールを送信するか · whether mails are sent")


def _set_mails(stage: Stage, _actor: Actor, args: Mails) -> None:
    shop = stage.shop
    customer = shop.names.customer_names[int(shop.subs.customer[stage.subscription(args.subscription)])]
    shop.letters.mails[customer] = args.wanted


FILE_DEEDS: dict[str, Deed] = {
    "set_mails": Deed(
        Mails,
        ("customer", "operator"),
        _set_mails,
        "メールの送信可否を設定する",
        "say whether mails are sent",
    ),
}
"""By the name that ``does`` takes."""
