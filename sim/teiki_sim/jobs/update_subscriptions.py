"""The part of a bulk update that changes the subscriptions behind the orders (EC-UPD-10)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from teiki_sim import operations as ops
from teiki_sim.calendar import to_day
from teiki_sim.jobs.job import Work
from teiki_sim.jobs.results import Reason
from teiki_sim.jobs.update_fields import Update
from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.log.statuses import CODE

if TYPE_CHECKING:
    from teiki_sim.shop import Shop

__all__ = ["synced", "update_subscriptions"]

_STALE = Reason(
    "EC-SUB-05",
    "次回配送予定日が当日以前です。毎日受注が作成され続けます。",
    "The next delivery is today or earlier: an order is made every day until it has passed today.",
)


def update_subscriptions(work: Work, places: NDArray[np.intp]) -> None:
    """Once for each order at these places: of several orders of one subscription the last write wins (EC-UPD-11)."""
    shop, fields = work.shop, work.args
    subs = shop.orders.sub[work.orders[places]].tolist()
    for sub in subs:
        _update(shop, sub, fields, work.actor)
    if fields.next_delivery_date is not None or fields.next_ship_date is not None:
        stale = shop.subs.delivery[subs] <= shop.today
        active = shop.subs.status[subs] == shop.policy.subscription.active
        work.results.note(places[stale & active], _STALE)
    again = {sub: times for sub, times in Counter(subs).items() if times > 1}
    if again:
        _tell_of(work, places, np.array(subs), again)


def _tell_of(work: Work, places: NDArray[np.intp], subs: NDArray[np.intp], again: dict[int, int]) -> None:
    """Report the subscriptions that were edited more than once."""
    shop, word = work.shop, work.shop.log.code("edited_again")
    times = np.array([again.get(sub, 1) for sub in subs.tolist()])
    for n in np.unique(times[times > 1]).tolist():
        reason = Reason(
            "EC-UPD-11",
            f"同じ定期受注が{n}回更新されました。最後の内容が残ります。",
            f"The same subscription was updated {n} times; the last write stands.",
        )
        work.results.note(places[times == n], reason)
    for sub, n in again.items():
        shop.log.one(
            Kind.JOB, shop.now, detail=work.job.detail(), sub=sub, cycle=work.job.number, actor=work.actor,
            quantity=n, code=word,
        )  # fmt: skip


def synced(shop: Shop, sub: int, fields: Update) -> tuple[int, int]:
    """The next (ship, delivery) dates: those given, and with the sync the other one by the carrier's lead (EC-UPD-02)."""
    ship, delivery = shop.subs.ship.item(sub), shop.subs.delivery.item(sub)
    lead = shop.leads[shop.subs.carrier.item(sub)]
    if fields.next_ship_date is not None:
        ship = to_day(fields.next_ship_date)
        if fields.sync:
            return ship, lead.delivery_from_ship(ship)
    if fields.next_delivery_date is not None:
        delivery = to_day(fields.next_delivery_date)
        if fields.sync:
            return lead.ship_from_delivery(delivery), delivery
    return ship, delivery


def _update(shop: Shop, sub: int, fields: Update, actor: Actor) -> None:
    notes = shop.notes
    if fields.next_ship_date is not None or fields.next_delivery_date is not None:
        shop.schedule(sub, *synced(shop, sub, fields), actor, "bulk_update")
    if fields.subscription_status is not None:
        _set_status(shop, sub, fields.subscription_status, actor)
    if fields.subscription_attention is not None:
        said = "attention" if fields.subscription_attention else "attention_cleared"
        shop.sub_row(Kind.EDITED, sub, actor, "bulk_update", code=shop.log.code(said))
        if fields.subscription_attention:
            notes.subscription_attention[sub] = fields.subscription_attention_reason or ""
        else:
            notes.subscription_attention.pop(sub, None)
    for texts, text, name in (
        (notes.subscription_memo, fields.subscription_memo, "subscription_memo"),
        (notes.subscription_reason, fields.subscription_reason, "subscription_reason"),
    ):
        if text is not None:
            texts[sub] = text
        elif name in fields.clear:
            texts.pop(sub, None)
    if "subscription_attention_reason" in fields.clear and sub in notes.subscription_attention:
        notes.subscription_attention[sub] = ""


def _set_status(shop: Shop, sub: int, word: str, actor: Actor) -> None:
    words, status = shop.policy.subscription, shop.subs.status.item(sub)
    wanted = CODE[word]
    if status == wanted:
        return
    if wanted == words.active:
        ops.resume(shop, sub, actor)
    else:
        ops.stop(shop, sub, actor, for_good=wanted == words.cancelled)
