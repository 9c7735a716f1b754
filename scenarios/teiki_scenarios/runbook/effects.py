"""Side effects of a take, told from the rows that were logged from its first step on."""

from __future__ import annotations

from collections.abc import Callable

from teiki_scenarios.runbook.matrix import Words
from teiki_scenarios.runbook.rehearsal import Take
from teiki_scenarios.timeline import Event
from teiki_sim.calendar import DAY, iso
from teiki_sim.log.kinds import Kind, Side
from teiki_sim.money import yen

__all__ = ["effects", "leaves", "net"]

_SOON = 40 * DAY
"""Rows later than this belong to the next delivery."""


def leaves(take: Take) -> bool:
    """Whether the order's parcel left after the first step."""
    return any(event.kind == Kind.SHIPPED for event in _own(take))


def net(take: Take) -> tuple[int, int]:
    """Yen given back, and yen captured, from the first step on, by the provider's own rows."""
    rows = [event for event in _own(take) if event.side == Side.PROVIDER]
    given = sum(event.values.get("amount", 0) for event in rows if event.kind == Kind.REFUNDED)
    taken = sum(event.values.get("amount", 0) for event in rows if event.kind == Kind.CAPTURED)
    before = take.cell.phase == "shipped" and any(
        event.kind == Kind.PAYMENT_CANCELLED and event.side == Side.PROVIDER for event in rows
    )
    if before and not given and take.cell.situation == "":
        given = next(
            (event.values.get("amount", 0) for event in rows if event.kind == Kind.PAYMENT_CANCELLED), 0
        )
    return given, taken


def effects(take: Take) -> tuple[Words, ...]:
    """What happened beside the steps themselves, in the order in which it did."""
    found: list[Words] = []
    for event in _own(take) if take.cell.phase else _course(take):
        teller = _TELLERS.get(event.kind)
        if teller is not None and event.side != Side.PROVIDER:
            told = teller(event, take)
            if told is not None:
                found.append(told)
    unshipped = take.cell.phase in ("before", "handed_over") or take.cell.situation == "open_order"
    if unshipped and not leaves(take):
        found.append(("荷物は出ない", "The parcel does not leave"))
    return tuple(dict.fromkeys(found))


def _own(take: Take) -> list[Event]:
    """Rows of the order that the cell is about."""
    order = take.number
    return [event for event in take.events if event.order == order and event.at < take.at + _SOON]


def _course(take: Take) -> list[Event]:
    return [event for event in take.events if event.at < take.at + _SOON and event.actor.name != "SYSTEM"] + [
        event for event in take.events if event.kind == Kind.GENERATED and event.at < take.at + _SOON
    ][:1]


def _amount(event: Event) -> tuple[str, str]:
    value = event.values.get("amount", 0)
    return yen(value), f"{value:,} yen"


def _day(event: Event) -> str:
    return iso(event.at // DAY)[5:].replace("-", "/")


def _edited(event: Event, take: Take) -> Words | None:
    if event.values.get("amount", take.amount) == take.amount:
        return None
    ja, en = _amount(event)
    return f"注文金額が{ja}になる", f"The order's amount becomes {en}"


def _reauthorised(event: Event, _: Take) -> Words:
    ja, en = _amount(event)
    return f"再与信が通り、与信額が{ja}になる", f"It is reauthorised for {en}"


def _authorised(event: Event, _: Take) -> Words:
    (ja, en), method = _amount(event), event.values.get("method", "")
    return f"「{method}」で新しい取引が立つ({ja})", f"A new transaction by {method} ({en})"


def _declined(event: Event, _: Take) -> Words:
    code = event.values.get("code", "-")
    return f"与信が断られる({code})", f"The authorisation is declined ({code})"


def _payment_cancelled(event: Event, take: Take) -> Words:
    if event.values.get("code") == "forced":
        return (
            "店舗側だけで取り消す(決済会社には連絡しない)",
            "Cancelled in the store only; the provider is not told",
        )
    later = event.at // DAY - take.at // DAY
    status = event.values.get("status_to", "")
    if later:
        return (
            f"決済の取消は{later}日後に確定する(決済状況「{status}」)",
            f"The cancel takes effect {later} days later (payment status {status})",
        )
    return (
        f"元の決済が取り消される(決済状況「{status}」)",
        f"The payment is cancelled (payment status {status})",
    )


def _refunded(event: Event, _: Take) -> Words:
    ja, en = _amount(event)
    return f"{ja}が返金される", f"{en} are refunded"


def _status(event: Event, _: Take) -> Words | None:
    status = event.values.get("status_to")
    return (f"注文の状況が「{status}」になる", f"The order's status becomes {status}") if status else None


_POINTS: dict[str, Words] = {
    "revoked": ("付与したポイント{n}が取り消される", "{n} granted points are revoked"),
    "returned": ("使ったポイント{n}が戻る", "{n} used points are returned"),
    "recalculated": ("付与ポイントが計算し直される({n})", "Granted points are computed anew ({n})"),
}


def _points(event: Event, _: Take) -> Words | None:
    words = _POINTS.get(str(event.values.get("code", "")))
    n = event.values.get("quantity", 0)
    return (words[0].format(n=n), words[1].format(n=n)) if words else None


def _mail(event: Event, _: Take) -> Words | None:
    if event.values.get("code") == "discard_invoice":
        return (
            "請求書の破棄をお客様に連絡した記録が残る",
            "The record says that the customer was told to destroy the invoice",
        )
    return None


def _shipped(event: Event, _: Take) -> Words:
    return f"荷物は出る({_day(event)})", f"The parcel leaves ({_day(event)})"


def _captured(event: Event, _: Take) -> Words:
    ja, en = _amount(event)
    return f"出荷の後に{ja}が売上になる", f"{en} are captured after shipping"


def _stopped(event: Event, _: Take) -> Words:
    status = event.values.get("status_to", "")
    return (
        f"定期のステータスが「{status}」になり、次の注文は作られない",
        f"The subscription becomes {status}; no further order is generated",
    )


def _resumed(event: Event, _: Take) -> Words:
    status = event.values.get("status_to", "")
    return f"定期のステータスが「{status}」になる", f"The subscription becomes {status}"


def _scheduled(event: Event, _: Take) -> Words:
    values = event.values
    dates = values.get("ship_date", "-"), values.get("delivery_date", "-")
    return (
        f"次回出荷予定日が{dates[0]}、次回お届け予定日が{dates[1]}になる",
        f"The next parcel is due to leave on {dates[0]} and to arrive on {dates[1]}",
    )


def _generated(event: Event, take: Take) -> Words | None:
    day = iso(event.at // DAY)
    return (
        (f"次の注文は{day}に自動で作られる", f"The next order is generated on {day}") if take.since else None
    )


_TELLERS: dict[Kind, Callable[[Event, Take], Words | None]] = {
    Kind.EDITED: _edited,
    Kind.REAUTHORISED: _reauthorised,
    Kind.AUTHORISED: _authorised,
    Kind.DECLINED: _declined,
    Kind.PAYMENT_CANCELLED: _payment_cancelled,
    Kind.REFUNDED: _refunded,
    Kind.CANCELLED: _status,
    Kind.RETURNED: _status,
    Kind.POINTS: _points,
    Kind.MAIL: _mail,
    Kind.SHIPPED: _shipped,
    Kind.CAPTURED: _captured,
    Kind.STOPPED: _stopped,
    Kind.RESUMED: _resumed,
    Kind.SCHEDULED: _scheduled,
    Kind.GENERATED: _generated,
}
