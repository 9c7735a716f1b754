"""A scenario as its file has it: what is given, what is done, what must come of it.

A description reads "日本語 · English"; it goes into the JSON Schema. Times are Japanese.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from teiki_scenarios.deed_args import MethodName
from teiki_scenarios.deeds import DEEDS, Who
from teiki_scenarios.given import Fault, Given, Moment, Natural, OperationName, Positive, instant_of
from teiki_scenarios.job_deeds import JobExpected
from teiki_sim.calendar import DAY, to_day
from teiki_sim.catalogue import invariants, rules
from teiki_sim.config_parts import Part, hint, one_of, wrong
from teiki_sim.log.kinds import Kind
from teiki_sim.log.statuses import CODE

__all__ = [
    "NO_ORDER", "Call", "EventExpected", "Expect", "LedgerExpected", "Scenario", "Standing", "Step", "StepExpected",
    "Then", "ViolationExpected",
]  # fmt: skip

NO_ORDER = "なし"
"""The status of an order that must not exist."""

_AT = r"^\d{4}-\d{2}-\d{2}( \d{2}:\d{2})?$"


def _known(names: Callable[[], Iterable[str]]) -> AfterValidator:
    """One of these names; asked for when first needed."""

    def check(value: str) -> str:
        one_of("", value, names())
        return value

    return AfterValidator(check)


def _in_catalogue(what_ja: str, what_en: str, names: Callable[[], Iterable[str]]) -> AfterValidator:
    """One of the catalogue's ids, which are too many to be listed."""

    def check(value: str) -> str:
        known = list(names())
        if value not in known:
            near = [hint(value.upper(), known, lang) for lang in ("ja", "en")]
            raise wrong(f"{what_ja}{near[0]}", f"{what_en}{near[1]}", "", value)
        return value

    return AfterValidator(check)


def _named(name: str) -> BeforeValidator:
    """A bare word stands for a table with that one key."""
    return BeforeValidator(lambda value: {name: value} if isinstance(value, str) else value)


def _text(value: Any) -> Any:
    """YAML reads a date by itself; here it is text again."""
    return str(value) if isinstance(value, datetime.date) else value


def _several(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


RuleId = Annotated[
    str, _in_catalogue("規則の番号(一覧は teiki rules)", "the id of a rule, see teiki rules", rules)
]
InvariantId = Annotated[str, _in_catalogue("INV-01 から INV-55", "INV-01 to INV-55", invariants)]
KindName = Annotated[str, _known(lambda: [kind.label for kind in Kind])]
StatusName = Annotated[str, _known(lambda: [word for word in CODE if word])]
OutcomeName = Literal["accepted", "declined", "pending", "no_answer"]


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

    status: str | None = Field(
        default=None, description="ステータス(なし = 注文がない) · status; なし: no order"
    )
    payment: str | None = Field(default=None, description="決済状況(注文) · payment status of an order")
    ship_date: datetime.date | None = None
    delivery_date: datetime.date | None = None
    amount: Natural | None = None
    stopped: bool | None = Field(default=None, description="出荷停止中(注文) · whether the order is held")
    next_ship_date: datetime.date | None = None
    next_delivery_date: datetime.date | None = None
    cycle: Natural | None = Field(default=None, description="定期回数 · deliveries so far, or which one")
    generation_error: bool | None = Field(
        default=None, description="定期注文自動生成エラー · generation error"
    )
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
    at: Annotated[str, BeforeValidator(_text), StringConstraints(pattern=_AT)] | None = Field(
        default=None, description="日付または日時 · a date, or a date and time"
    )
    subscription: str | None = None
    order: str | None = None
    cycle: Natural | None = None
    actor: Who | None = None
    side: Literal["store", "provider", "warehouse", "carrier", "customer"] = "store"
    method: MethodName | None = None
    product: str | None = None
    quantity: Natural | None = None
    amount: Natural | None = None
    ship_date: datetime.date | None = None
    delivery_date: datetime.date | None = None
    status_from: StatusName | None = None
    status_to: StatusName | None = None
    code: str | None = None
    rule: RuleId | None = None


class ViolationExpected(Part):
    """One violation that the monitors must report."""

    invariant: InvariantId
    rule: RuleId | None = None
    subscription: str | None = None
    order: str | None = None
    on: datetime.date | None = Field(default=None, description="発生日 · the day on which it became one")


Daily = dict[datetime.date, Natural]


class ForecastExpected(Part):
    """What is forecast for a day, as of the evening before the first one; days not named are not looked at."""

    dashboard: Daily = Field(default_factory=dict, description="ダッシュボード(SS-FC-01) · the dashboard")
    order_list: Daily = Field(
        default_factory=dict, description="注文一覧だけ(SS-FC-02) · the order list alone"
    )
    exact: Daily = Field(default_factory=dict, description="継続の定期の次回日(SS-FC-02) · masters with 継続")
    projected: Daily = Field(default_factory=dict, description="周期どおり · the schedules alone")
    net: Daily = Field(
        default_factory=dict, description="停止・保留・エラーを除く(SS-FC-04) · less what is known"
    )


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
    jobs: dict[str, JobExpected] = Field(
        default_factory=dict, description="一括処理のジョブ · bulk jobs by name"
    )


class Expect(Then):
    """What must have come of it when the scenario is over."""

    events: list[EventExpected] = Field(default_factory=list, description="出来事 · rows of the log")
    violations: list[Annotated[ViolationExpected, _named("invariant")]] = Field(
        default_factory=list,
        description="検出される違反の全部(既定はなし) · all the violations; default none",
    )
    warnings: list[Annotated[ViolationExpected, _named("invariant")]] | None = Field(
        default=None,
        description="警告・費用の全部(省略時は見ない) · all warnings and costs; not looked at if left out",
    )
    forecast: ForecastExpected = Field(
        default=ForecastExpected(),
        description="開始前夜の出荷予測 · the forecast of the evening before the start",
    )
    shipments: Daily | None = Field(
        default=None, description="日別の出荷個数の全部 · parcels by day; days not named have none"
    )


class Step(Part):
    """One thing done at a moment: an operation, or a provider's operation called directly, or only a look."""

    at: Moment
    who: Who = Field(default="operator", description="誰が · who does it")
    does: Annotated[str, _known(lambda: DEEDS)] | None = Field(
        default=None, description="何をするか · what is done"
    )
    with_: dict[str, Any] = Field(
        default_factory=dict, alias="with", description="対象と値 · to what, and how"
    )
    call: Call | None = None
    expect: Annotated[StepExpected, _named("result")] = Field(
        default=StepExpected(result="done"),
        description="done(既定), not_done, refused, code · what it comes to",
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

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        for i, step in enumerate(self.steps):
            if self.at(step.at) < to_day(self.start) * DAY:
                raise wrong(
                    f"開始日 {self.start} 以降",
                    f"{self.start} (the start) or later",
                    f"steps.{i}.at",
                    step.at,
                )
        return self

    def named_by(self, *deeds: str) -> list[str]:
        """What steps of these operations give a name to."""
        return [str(step.with_.get("name", "")) for step in self.steps if step.does in deeds]

    @property
    def subscription_names(self) -> list[str]:
        """The subscriptions given at the start, and those that steps open."""
        return [*self.given.subscriptions, *self.named_by("subscribe")]

    @property
    def order_names(self) -> list[str]:
        """The orders given at the start, and the single ones that steps place."""
        placed = self.named_by("place_order", "place_two_orders", "import_order")
        seconds = [str(step.with_["second"]) for step in self.steps if "second" in step.with_]
        return [*self.given.orders, *placed, *seconds]

    @property
    def last_day(self) -> int:
        """The last day that is run."""
        days = [self.at(step.at) // DAY for step in self.steps]
        days += [to_day(day) for day in self.expect.shipments or ()]
        return self.at(self.until) // DAY if self.until else max(days, default=to_day(self.start))
