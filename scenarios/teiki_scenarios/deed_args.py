"""What the operations of a scenario's steps take: one model an operation, or one that several share."""

from __future__ import annotations

import datetime
from typing import Literal

from pydantic import Field

from teiki_sim.config_parts import Part

__all__ = [
    "Address", "Create", "Dates", "Decision", "Deletion", "Mail", "MethodName", "NewMethod", "NextDates", "OfOrder",
    "OfSubscription", "OrderMethod", "Quantity", "Replacement", "Restart", "Return", "Skip",
]  # fmt: skip

MethodName = Literal[
    "クレジットカード", "NP後払い", "NP後払いwiz", "NPリアルタイム後払い", "スコア後払い", "Amazon Pay",
    "楽天ペイ", "代引き", "銀行振込",
]  # fmt: skip


class OfSubscription(Part):
    """About one subscription."""

    subscription: str = Field(description="定期の名前 · the subscription's name in this file")


class OfOrder(Part):
    """About one order."""

    order: str = Field(description="注文(S1#2 は定期S1の2回目) · an order; S1#2 is the second one of S1")


class Skip(OfSubscription):
    """How many cycles the master moves."""

    move_master: int = Field(default=1, ge=0, description="親を動かす周期数 · cycles that the master moves")


class Restart(OfSubscription):
    """Whether next dates that have passed are moved on."""

    fresh_dates: bool = Field(default=True, description="過ぎた次回日を直す · move dates that have passed")


class NextDates(OfSubscription):
    """The next dates to set; a ship date left out follows from the carrier's lead."""

    next_delivery_date: datetime.date
    next_ship_date: datetime.date | None = None


class NewMethod(OfSubscription):
    """The method to use from the next order on."""

    method: MethodName


class Create(OfSubscription):
    """A child for one cycle and its dates; what is left out is as in the subscription's latest order."""

    cycle: int | None = Field(default=None, ge=1)
    ship_date: datetime.date | None = None
    delivery_date: datetime.date | None = None


class Dates(OfOrder):
    """The order's new dates; a delivery date left out moves as far as the ship date."""

    ship_date: datetime.date
    delivery_date: datetime.date | None = None


class Decision(OfOrder):
    """What becomes of an unshipped order."""

    decision: Literal["ship", "cancel"]


class Quantity(OfOrder):
    """Another quantity, with or without the reauthorisation that it asks for."""

    quantity: int = Field(ge=1)
    reauthorises: bool = True


class Replacement(OfOrder):
    """Other goods, with or without the reauthorisation that they ask for."""

    product: str = Field(description="商品コード · product code")
    reauthorises: bool = True


class Address(OfOrder):
    """Another address, with or without the reauthorisation that it asks for."""

    reauthorises: bool = True


class OrderMethod(OfOrder):
    """Another method for this order; the old payment is cancelled first, or not."""

    method: MethodName
    cancels_old: bool = True


class Deletion(OfOrder):
    """Whether the payment is cancelled with the order."""

    cancel_payment: bool = False


class Return(OfOrder):
    """Whether the payment is cancelled with the return, and the customer told to destroy an invoice."""

    cancels: bool = True
    tells: bool = True


class Mail(OfOrder):
    """What the mail is about."""

    about: str = Field(description="用件(discard_invoice = 請求書の破棄) · discard_invoice and so on")
