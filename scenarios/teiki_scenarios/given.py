"""What a scenario file gives: customers, goods, subscriptions and orders at the start, and scripted answers.

A description reads "日本語 · English"; it goes into the JSON Schema. Times are Japanese.
"""

from __future__ import annotations

import datetime
import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from teiki_providers.scripts import EffectKind
from teiki_scenarios.deed_args import MethodName
from teiki_sim.calendar import DAY, instant, to_day
from teiki_sim.config_parts import Part, one_of, wrong
from teiki_sim.config_shop import Goods
from teiki_sim.frequencies import FrequencyRefused, parse
from teiki_sim.log.statuses import NAMES, ORDER_MEANING, PAYMENT_MEANING, OrderMeaning, PaymentMeaning

__all__ = [
    "DEFAULT_CLOCK", "Course", "Effect", "Fault", "Given", "Moment", "Natural", "OperationName", "OrderGiven",
    "Positive", "SubscriptionGiven", "instant_of",
]  # fmt: skip

DEFAULT_CLOCK = "11:00"
"""The time of a step that names only its day: after the hand-over to the warehouse, before shipping."""

_MOMENT = r"^(\d{4}-\d{2}-\d{2}|\+\d+d)([ T]([01]\d|2[0-3]):[0-5]\d(:00)?)?$"
_SPAN = r"^(\d+d)?( ?\d+h)?$"
_OPEN = [
    name
    for name, meaning in zip(NAMES, ORDER_MEANING.tolist(), strict=True)
    if meaning in (OrderMeaning.WAITING, OrderMeaning.BLOCKED, OrderMeaning.WORKING)
]
_STANDING = [
    name
    for name, meaning in zip(NAMES, PAYMENT_MEANING.tolist(), strict=True)
    if meaning in (PaymentMeaning.AUTHORISED, PaymentMeaning.REFUSED, PaymentMeaning.NOT_NEEDED)
]


def _text(value: Any) -> Any:
    """YAML reads a date by itself; here it is text again."""
    return str(value) if isinstance(value, datetime.date) else value


def _real(moment: str) -> str:
    """The calendar knows the date."""
    if not moment.startswith("+"):
        try:
            datetime.date.fromisoformat(moment[:10])
        except ValueError:
            raise wrong("暦にある日付", "a date that the calendar knows", "", moment) from None
    return moment


def _frequency(text: str) -> str:
    try:
        parse(text)
    except FrequencyRefused as refused:
        raise wrong(refused.ja, refused.en, "", text) from None
    return text


def _price(value: Any) -> Any:
    return {"price": value} if isinstance(value, int) else value


Moment = Annotated[
    str,
    BeforeValidator(_text),
    StringConstraints(pattern=_MOMENT),
    AfterValidator(_real),
    Field(
        description="日時: 2026-04-20, 2026-04-20 10:00, +3d 10:00(開始から3日後。時刻の既定は11:00) · "
        "a date, with a time or 11:00; +3d counts from the start"
    ),
]
FrequencyText = Annotated[str, BeforeValidator(_frequency)]
OperationName = Literal[
    "authorise", "reauthorise", "change", "capture", "cancel", "refund", "inquire", "print_invoice"
]
Positive = Annotated[int, Field(ge=1)]
Natural = Annotated[int, Field(ge=0)]


def instant_of(moment: str, start: datetime.date, clock: str = DEFAULT_CLOCK) -> int:
    """The instant that a moment of the file means, in seconds."""
    date, _, time = moment.replace("T", " ").partition(" ")
    days = int(date[1:-1]) if date.startswith("+") else 0
    day = to_day(start if date.startswith("+") else datetime.date.fromisoformat(date)) + days
    return instant(day, time[:5] or clock)


class Course(Part):
    """Terms that several subscriptions share."""

    frequency: FrequencyText | None = Field(default=None, description="頻度(1ヶ月ごと など) · how often")
    product: str | None = Field(default=None, description="商品コード · product code")
    quantity: Positive | None = Field(default=None, description="数量 · quantity")
    unit_price: Natural | None = Field(default=None, description="単価(円、税込) · yen with tax")
    method: MethodName | None = Field(default=None, description="支払方法 · payment method")
    carrier: str | None = Field(default=None, description="配送方法 · carrier")
    end_count: Positive | None = Field(default=None, description="終了回数 · ends after so many orders")


class SubscriptionGiven(Course):
    """A subscription as it stands at the start; a next date left out follows from the carrier's lead."""

    customer: str | None = Field(default=None, description="顧客(既定は定期と同じ名前) · customer")
    course: str | None = Field(default=None, description="コース · course")
    status: Literal["継続", "有効", "停止", "キャンセル", "終了"] = Field(
        default="継続", description="定期ステータス · status"
    )
    cycle: Natural = Field(default=0, description="これまでの回数 · deliveries so far")
    next_ship_date: datetime.date | None = Field(default=None, description="次回出荷予定日 · next ship date")
    next_delivery_date: datetime.date | None = Field(
        default=None, description="次回お届け予定日 · next delivery date"
    )
    first_delivery_date: datetime.date | None = Field(
        default=None, description="初回お届け日(SS-FREQ-04の曜日) · first delivery: anchors the weekday"
    )
    held: bool = Field(default=False, description="要対応 · held")
    generation_error: bool = Field(default=False, description="定期注文自動生成エラー · generation error set")

    @model_validator(mode="after")
    def _dated(self) -> Self:
        if (
            self.status in ("継続", "有効")
            and self.next_ship_date is None
            and self.next_delivery_date is None
        ):
            raise wrong(
                "next_ship_date か next_delivery_date", "next_ship_date or next_delivery_date",
                "next_delivery_date",
            )  # fmt: skip
        return self


class OrderGiven(Part):
    """An order that is there at the start and has not shipped; without a subscription, a single order."""

    subscription: str | None = Field(default=None, description="定期(なければ単品) · subscription")
    cycle: Natural = Field(default=0, description="何回目か · which delivery it is")
    status: str | None = Field(default=None, description="注文ステータス(既定は出荷待ち) · order status")
    payment: str | None = Field(default=None, description="決済状況(既定は与信済み) · payment status")
    ship_date: datetime.date = Field(description="出荷予定日 · planned ship date")
    delivery_date: datetime.date | None = Field(default=None, description="お届け予定日 · delivery date")
    amount: Natural | None = Field(default=None, description="金額(円) · yen")
    product: str | None = Field(default=None, description="商品コード · product code")
    quantity: Positive = Field(default=1, description="数量 · quantity")
    method: MethodName = Field(default="クレジットカード", description="支払方法 · payment method")

    @model_validator(mode="after")
    def _open(self) -> Self:
        if self.status is not None:
            one_of("status", self.status, _OPEN)
        if self.payment is not None:
            one_of("payment", self.payment, _STANDING)
        return self


class CustomerGiven(Part):
    """What the store knows of a customer; kept beside the log, never in it."""

    email: str = Field(default="", description="メールアドレス · e-mail")
    phone: str = Field(default="", description="電話番号 · telephone")
    postcode: str = Field(default="", description="郵便番号 · postcode")
    family: str = Field(default="", description="姓 · family name")
    given: str = Field(default="", description="名 · given name")
    deleted: bool = Field(default=False, description="削除された顧客 · a deleted customer (SS-STOP-01)")
    remote_island: bool = Field(default=False, description="離島 · lives on a remote island (SS-STOP-01)")


class Given(Part):
    """The shop at the start; nothing but the steps happens in it unless the settings say so."""

    customers: list[str] = Field(default_factory=list, description="顧客 · customers")
    contacts: dict[str, CustomerGiven] = Field(
        default_factory=dict, description="顧客の連絡先 · what is known of customers, by name (SS-LIM-03)"
    )
    goods: dict[str, Annotated[Goods, BeforeValidator(_price)]] = Field(
        default_factory=dict, description="商品(コード: 価格) · goods, each a price or a table"
    )
    courses: dict[str, Course] = Field(default_factory=dict, description="コース · courses by name")
    subscriptions: dict[str, SubscriptionGiven] = Field(
        default_factory=dict, description="定期受注 · subscriptions by name"
    )
    orders: dict[str, OrderGiven] = Field(default_factory=dict, description="開始時の注文 · open orders")
    settings: dict[str, Any] = Field(
        default_factory=dict, description="設定(構成ファイルの一部) · part of a configuration"
    )
    operators_act: bool = Field(
        default=False, description="担当者が自分でも動く · operators act on trouble by themselves"
    )


class Effect(Part):
    """What befalls a call."""

    kind: EffectKind
    code: str = Field(default="", description="答えるコード(空なら通常のもの) · code; empty: the usual one")
    after: Annotated[str, StringConstraints(pattern=_SPAN)] = Field(
        default="", description="保留が決まるまで(1d, 1d 6h) · time until a pending one is decided"
    )
    polls: Natural = Field(default=0, description="何回目の照会で決まるか · decided with this inquiry")
    result: Literal["authorised", "declined"] = Field(
        default="authorised", description="保留の結果 · how a pending one ends"
    )

    @property
    def after_s(self) -> int:
        """``after`` in seconds."""
        found = {unit: int(n) for n, unit in re.findall(r"(\d+)([dh])", self.after)}
        return found.get("d", 0) * DAY + found.get("h", 0) * 3600


class Fault(Part):
    """A scripted answer of a provider: all that is given must fit the call."""

    name: str = ""
    subscription: str | None = Field(default=None, description="どの定期の顧客か · whose charge")
    order: str | None = Field(default=None, description="開始時の注文 · an order given at the start")
    nth_charge: Positive | None = Field(default=None, description="その顧客の何回目の与信か · nth charge")
    nth_call: Positive | None = Field(
        default=None, description="当てはまる何回目の呼出か · nth call that fits"
    )
    operation: OperationName | None = None
    method: MethodName | None = None
    amount: Natural | None = None
    from_: Moment | None = Field(default=None, alias="from")
    until: Moment | None = None
    times: Natural = Field(default=0, description="回数(0は毎回) · how often; 0: every time")
    effect: Effect
