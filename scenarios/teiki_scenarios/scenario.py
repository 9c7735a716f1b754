"""A scenario as its file has it: what is given, what is done, what must come of it.

A description reads "日本語 · English"; it goes into the JSON Schema. Times are Japanese.
"""

from __future__ import annotations

import datetime
import re
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from teiki_scenarios.deeds import DEEDS, MethodName, Who
from teiki_sim.calendar import DAY, instant, to_day
from teiki_sim.catalogue import invariants, rules
from teiki_sim.config_parts import Part, one_of, wrong
from teiki_sim.config_shop import Goods
from teiki_sim.frequencies import FrequencyRefused, parse
from teiki_sim.log.kinds import Kind
from teiki_sim.log.statuses import CODE

__all__ = [
    "DEFAULT_CLOCK", "Call", "Course", "Effect", "EventExpected", "Expect", "Fault", "Given", "LedgerExpected",
    "OrderGiven", "Scenario", "Standing", "Step", "StepExpected", "SubscriptionGiven", "Then", "ViolationExpected",
    "instant_of",
]  # fmt: skip

DEFAULT_CLOCK = "11:00"
"""The time of a step that names only its day: after the hand-over to the warehouse, before shipping."""

NO_ORDER = "なし"
"""The status of an order that must not exist."""

_MOMENT = r"^(\d{4}-\d{2}-\d{2}|\+\d+d)([ T]([01]\d|2[0-3]):[0-5]\d(:00)?)?$"
_SPAN = r"^(\d+d)?( ?\d+h)?$"


def _text(value: Any) -> Any:
    """YAML reads a date by itself; here it is text again."""
    return str(value) if isinstance(value, datetime.date) else value


def _id(known: Any, place: str) -> Any:
    def check(value: str) -> str:
        one_of(place, value, known())
        return value

    return check


def _frequency(text: str) -> str:
    try:
        parse(text)
    except FrequencyRefused as refused:
        raise wrong(refused.ja, refused.en, "", text) from None
    return text


def _price(value: Any) -> Any:
    return {"price": value} if isinstance(value, int) else value


def _named(name: str) -> BeforeValidator:
    """A bare word stands for a table with that one key."""
    return BeforeValidator(lambda value: {name: value} if isinstance(value, str) else value)


def _several(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


Moment = Annotated[
    str,
    BeforeValidator(_text),
    StringConstraints(pattern=_MOMENT),
    Field(
        description="日時: 2026-04-20, 2026-04-20 10:00, +3d 10:00(開始から3日後。時刻の既定は11:00) · "
        "a date, with a time or 11:00; +3d counts from the start"
    ),
]
RuleId = Annotated[str, BeforeValidator(_id(rules, ""))]
InvariantId = Annotated[str, BeforeValidator(_id(invariants, ""))]
KindName = Annotated[str, BeforeValidator(_id(lambda: [kind.label for kind in Kind], ""))]
FrequencyText = Annotated[str, BeforeValidator(_frequency)]
OperationName = Literal[
    "authorise", "reauthorise", "change", "capture", "cancel", "refund", "inquire", "print_invoice"
]
OutcomeName = Literal["accepted", "declined", "pending", "no_answer"]
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
        if self.status in ("継続", "有効") and self.next_ship_date is None and self.next_delivery_date is None:
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


class Given(Part):
    """The shop at the start; nothing but the steps happens in it unless the settings say so."""

    customers: list[str] = Field(default_factory=list, description="顧客 · customers")
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

    kind: Literal["declined", "pending", "no_answer", "reply_lost", "capture_failed", "server_error"]
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
    nth_call: Positive | None = Field(default=None, description="当てはまる何回目の呼出か · nth call that fits")
    operation: OperationName | None = None
    method: MethodName | None = None
    amount: Natural | None = None
    from_: Moment | None = Field(default=None, alias="from")
    until: Moment | None = None
    times: Natural = Field(default=0, description="回数(0は毎回) · how often; 0: every time")
    effect: Effect


class Call(Part):
    """A provider's operation asked directly, as on its console; the store is not told."""

    operation: OperationName
    order: str
    amount: Natural | None = None


class StepExpected(Part):
    """What a step must come to: done, not done, refused by a rule, or answered with a code or outcome."""

    result: Literal["done", "not_done"] | None = None
    refused: RuleId | None = Field(default=None, description="断る規則 · the rule that refuses it")
    code: str | None = Field(default=None, description="決済会社のコード · the provider's code")
    outcome: OutcomeName | None = None


class Standing(Part):
    """How an order or a subscription must stand; only what is given is looked at."""

    status: str | None = Field(default=None, description="ステータス(なし = 注文がない) · status; なし: no order")
    payment: str | None = Field(default=None, description="決済状況(注文) · payment status of an order")
    ship_date: datetime.date | None = None
    delivery_date: datetime.date | None = None
    amount: Natural | None = None
    stopped: bool | None = Field(default=None, description="出荷停止中(注文) · whether the order is held")
    next_ship_date: datetime.date | None = None
    next_delivery_date: datetime.date | None = None
    cycle: Natural | None = Field(default=None, description="定期回数 · deliveries so far, or which one")
    generation_error: bool | None = Field(default=None, description="定期注文自動生成エラー · generation error")
    held: bool | None = None
    method: MethodName | None = None
    quantity: Positive | None = None

    @model_validator(mode="after")
    def _known(self) -> Self:
        for key in ("status", "payment"):
            if (name := getattr(self, key)) is not None:
                one_of(key, name, [*(word for word in CODE if word), NO_ORDER])
        return self


class LedgerExpected(Part):
    """How a transaction must stand in the provider's own book (yen)."""

    state: Literal[
        "authorised", "pending", "declined", "captured", "cancelled", "expired", "refunded", "paid", "cancelling"
    ] | None = None  # fmt: skip
    authorised: Natural | None = None
    captured: Natural | None = None
    refunded: Natural | None = None


class EventExpected(Part):
    """Rows of the log that must be there; ``count`` 0: that must not, none: at least one."""

    kind: KindName
    count: Natural | None = None
    at: Annotated[str, BeforeValidator(_text)] | None = Field(
        default=None, description="日付または日時 · a date, or a date and time"
    )
    subscription: str | None = None
    order: str | None = None
    cycle: Natural | None = None
    actor: str | None = None
    side: Literal["store", "provider", "warehouse", "carrier", "customer"] = "store"
    method: MethodName | None = None
    product: str | None = None
    quantity: Natural | None = None
    amount: Natural | None = None
    ship_date: datetime.date | None = None
    delivery_date: datetime.date | None = None
    status_from: str | None = None
    status_to: str | None = None
    code: str | None = None
    rule: RuleId | None = None


class ViolationExpected(Part):
    """One violation that the monitors must report."""

    invariant: InvariantId
    rule: RuleId | None = None
    subscription: str | None = None
    order: str | None = None
    on: datetime.date | None = Field(default=None, description="発生日 · the day on which it became one")


Standings = dict[str, Annotated[Standing, _named("status")]]
Ledgers = dict[str, Annotated[list[Annotated[LedgerExpected, _named("state")]], BeforeValidator(_several)]]


class Then(Part):
    """How things must stand at a moment."""

    statuses: Standings = Field(
        default_factory=dict, description="定期や注文の状態 · subscriptions and orders by name"
    )
    ledgers: Ledgers = Field(
        default_factory=dict,
        description="決済会社の台帳(注文ごと、古い取引から) · the provider's book by order, oldest first",
    )


class Expect(Then):
    """What must have come of it when the scenario is over."""

    events: list[EventExpected] = Field(default_factory=list, description="出来事 · rows of the log")
    violations: list[Annotated[ViolationExpected, _named("invariant")]] = Field(
        default_factory=list, description="検出される違反の全部(既定はなし) · all the violations; default none"
    )
    warnings: list[Annotated[ViolationExpected, _named("invariant")]] | None = Field(
        default=None, description="警告・費用の全部(省略時は見ない) · all warnings and costs; not looked at if left out"
    )
    shipments: dict[datetime.date, Natural] | None = Field(
        default=None, description="日別の出荷個数の全部 · parcels by day; days not named have none"
    )


class Step(Part):
    """One thing done at a moment: an operation, or a provider's operation called directly, or only a look."""

    at: Moment
    who: Who = Field(default="operator", description="誰が · who does it")
    does: Annotated[str, BeforeValidator(_id(lambda: DEEDS, ""))] | None = Field(
        default=None, description="何をするか · what is done"
    )
    with_: dict[str, Any] = Field(default_factory=dict, alias="with", description="対象と値 · to what, and how")
    call: Call | None = None
    expect: Annotated[StepExpected, _named("result")] = Field(
        default=StepExpected(result="done"), description="done(既定), not_done, refused, code · what it comes to"
    )
    then: Then | None = Field(default=None, description="直後の状態 · how things stand right after")

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if self.does and self.call:
            raise wrong("does か call のどちらか", "either does or call", "call")
        if not (self.does or self.call or self.then):
            raise wrong("does, call, then のいずれか", "does, call or then", "does")
        if self.does and self.who not in DEEDS[self.does].who:
            who = ", ".join(DEEDS[self.does].who)
            raise wrong(f"{self.does} をするのは {who}", f"{self.does} is done by {who}", "who", self.who)
        return self


class Scenario(Part):
    """One scenario."""

    name: str = Field(min_length=1, description="名前 · name")
    description: str = Field(default="", description="説明 · what it is about")
    platform: Literal["subscstore", "ecforce", "tamago", "marketplace"] = "subscstore"
    rules: list[RuleId] = Field(default_factory=list, description="確かめる規則 · rules that it proves")
    start: datetime.date = Field(description="開始日 · first day")
    until: Moment | None = Field(
        default=None, description="終了日(省略時は最後の手順の日) · last day; default: that of the last step"
    )
    given: Given = Field(default_factory=Given)
    faults: list[Fault] = Field(default_factory=list, description="決済会社の振る舞い · scripted answers")
    steps: list[Step] = Field(default_factory=list, description="手順 · steps")
    expect: Expect = Field(default_factory=Expect, description="期待結果 · what must come of it")

    def at(self, moment: str) -> int:
        """The instant of a moment of this file."""
        return instant_of(moment, self.start)

    @property
    def last_day(self) -> int:
        """The last day that is run."""
        days = [self.at(step.at) // DAY for step in self.steps]
        days += [to_day(day) for day in self.expect.shipments or ()]
        return self.at(self.until) // DAY if self.until else max(days, default=to_day(self.start))
