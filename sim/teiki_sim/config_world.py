"""The sections of a configuration about people and chance: customers, operators, warehouse, slips.

A description reads "日本語 · English"; the printed configuration carries it as a comment.
Rates are per delivery cycle unless the description says otherwise.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from teiki_sim.config_parts import (
    Clock,
    Count,
    Days,
    Limit,
    Part,
    Rate,
    Rates,
    Shares,
    Spans,
    Weight,
    one_of,
    wrong,
)
from teiki_sim.frequencies import FrequencyRefused, parse
from teiki_sim.slip_names import SLIP_NAMES

__all__ = [
    "SLIP_LEVELS",
    "SLIP_NAMES",
    "Customers",
    "Grace",
    "Inflow",
    "Operators",
    "Population",
    "Slips",
    "Warehouse",
]

SLIP_LEVELS = {"none": 0.0, "typical": 0.01, "careless": 0.10}
"""The chance per opportunity that each level gives every slip."""


class Customers(Spans):
    """What customers do: lists give the rate of cycle 1, 2, … and the last value holds on."""

    skip: Rates = Field(default=[0.03, 0.05, 0.05, 0.04], description="スキップ · skips the next delivery")
    stop: Rates = Field(default=[0.01, 0.015, 0.015, 0.01], description="停止 · stops for a while")
    cancel: Rates = Field(
        default=[0.12, 0.09, 0.07, 0.06, 0.05, 0.04, 0.035, 0.03],
        description="解約 · cancels the subscription",
    )
    resume: Rates = Field(default=[0.25], description="停止後の再開 · comes back after a stop")
    address: Rates = Field(default=[0.008], description="住所変更 · changes the address")
    payment: Rates = Field(default=[0.01], description="支払方法変更 · changes the payment method")
    quantity: Rates = Field(default=[0.01], description="数量変更 · changes the quantity")
    phone_share: Rate = Field(
        default=0.4, description="電話での申出の割合 · share of wishes that go through operators"
    )
    resume_days: Days = Field(
        default=(10, 60), description="停止から再開までの日数 · days from stop to resumption"
    )
    repair_rate: Rate = Field(
        default=0.7, description="支払いエラーを直す割合 · share who repair a failed payment"
    )
    repair_days: Days = Field(default=(1, 5), description="直すまでの日数 · days until the repair")
    return_rate: Rate = Field(
        default=0.003, description="受取拒否・返品の割合 · share of parcels refused or returned"
    )
    return_days: Days = Field(
        default=(2, 7), description="返品が届くまでの日数 · days until a parcel is back"
    )
    invoice_days: Days = Field(
        default=(5, 25), description="後払いの支払いまでの日数 · days from delivery to payment of an invoice"
    )
    pays_late: Rate = Field(
        default=0.05, description="期限後に払う割合 · share of invoices paid after they were due"
    )
    pays_late_days: Days = Field(
        default=(31, 75), description="遅れて払う日数 · days from delivery to such a late payment"
    )
    unpaid_rate: Rate = Field(default=0.01, description="払われない割合 · share of invoices never paid")


class Inflow(Part):
    """New business per day; 0 when a shop's own book is run."""

    subscriptions_per_day: Weight = Field(default=0.0, description="1日の新規定期 · new subscriptions a day")
    singles_per_day: Weight = Field(default=0.0, description="1日の単品注文 · single orders a day")


class Operators(Part):
    """The people at the shop's desk."""

    number: Limit = Field(
        default=None,
        description="人数(未指定は定期1,500件に1人、最低2人) · people; unset: one per 1,500 subscriptions, at least 2",
    )
    hours: tuple[Clock, Clock] = Field(default=("09:00", "18:00"), description="勤務時間 · hours of work")
    workdays: Literal["weekdays", "everyday"] | None = Field(
        default=None,
        description="勤務日(未指定は平日、マーケットプレイスでは毎日) · days of work; unset: weekdays, on a marketplace every day",
    )
    minutes_per_task: int = Field(default=6, ge=1, description="1件の所要時間(分) · minutes a task takes")

    def people(self, subscriptions: int) -> int:
        """How many there are for a shop of so many subscriptions."""
        return self.number if self.number is not None else max(2, -(-subscriptions // 1500))

    def on_weekdays_only(self, platform: str) -> bool:
        """Whether the desk rests at weekends; a marketplace's clock for answers does not (AM-CAN-01)."""
        return (self.workdays or ("everyday" if platform == "marketplace" else "weekdays")) == "weekdays"

    refusals: int = Field(
        default=3,
        ge=2,
        description="同じ拒否が何回続いたら対応を決めるか · equal refusals running after which one decides",
    )

    @model_validator(mode="after")
    def _open(self) -> Self:
        if self.hours[0] >= self.hours[1]:
            raise wrong('hours は ["開始", "終了"] の順', 'hours as ["opening", "closing"]')
        return self


class Warehouse(Part):
    """The warehouse that packs parcels."""

    capacity: Limit = Field(
        default=None, description="1日の出荷個数の上限 · most parcels a day; unset: no limit"
    )
    workdays: Literal["weekdays", "everyday"] = Field(default="everyday", description="稼働日 · days of work")


class Slips(Part):
    """How often people slip: a level for all slips, and rates of their own for some."""

    level: Literal["none", "typical", "careless"] = Field(
        default="none", description="全体の水準: 0, 0.01, 0.10 · chance per opportunity for every slip"
    )
    rates: dict[str, Rate] = Field(
        default_factory=dict,
        description="個別の割合(水準より優先) · chance of single slips, before the level",
    )
    mend: Rate = Field(
        default=0.3, description="担当者が気づいて直す割合 · chance that an operator notices and mends"
    )

    @model_validator(mode="after")
    def _named(self) -> Self:
        for slip in self.rates:
            one_of("rates", slip, sorted(SLIP_NAMES))
        return self

    @classmethod
    def preset(cls, level: Literal["none", "typical", "careless"]) -> Slips:
        """The slips of a level, with nothing set apart."""
        return cls(level=level)

    def rate(self, slip: str) -> float:
        """The chance per opportunity of one slip; KeyError for an unknown name."""
        if slip not in SLIP_NAMES:
            raise KeyError(slip)
        return self.rates.get(slip, SLIP_LEVELS[self.level])


class Grace(Part):
    """Days that the monitors allow before something left undone is a violation: the shop's terms."""

    payment_cancel: Count = Field(default=3, description="決済の取消 · payment cancelled after the order")
    ledger: Count = Field(default=3, description="台帳の一致 · shop and provider agree")
    duplicate: Count = Field(default=1, description="重複の解消 · duplicate removed")
    generation: Count = Field(default=3, description="受注の生成 · child generated")
    resume: Count = Field(default=3, description="再開 · resumed after a repair")
    return_resolved: Count = Field(default=14, description="返品待ちの解消 · return resolved")
    capture: Count = Field(default=5, description="売上確定と出荷 · captured and shipped both")
    method_switch: Count = Field(
        default=2, description="支払方法変更後の出荷待ち · made shippable after a change of method"
    )
    rakuten: Count = Field(default=7, description="楽天ペイの再生成 · deleted and generated anew")
    export: Count = Field(default=2, description="出荷リストへの出力 · exported to the warehouse")
    points: Count = Field(default=1, description="ポイントの訂正 · points put right")
    hold: Count = Field(
        default=3, description="要対応への対応(出荷予定日まで) · a hold seen to, at least until its ship date"
    )
    job_review: Count = Field(
        default=2, description="一括処理の失敗行の確認 · failed rows of a job dealt with"
    )
    recalculate: Count = Field(default=1, description="再計算 · recalculated after another carrier")
    count: Count = Field(default=5, description="定期回数の減算 · count lowered after a cancel")
    reauth: Count = Field(default=1, description="再与信 · reauthorised after a change")
    discard: Count = Field(default=3, description="請求書破棄の依頼 · customer told to destroy an invoice")
    address: Count = Field(default=3, description="住所変更の反映 · a new address carried over")
    instrument: Count = Field(default=2, description="支払手段の登録 · a usable means of payment")
    adjustment: Count = Field(default=7, description="調整金額の精算 · an open adjustment settled")
    approval: Count = Field(
        default=3, description="戻った荷物のキャンセル承認 · cancel approved once the parcel is back"
    )
    escalation: Count = Field(
        default=7, description="続く拒否への対応 · something decided on refusals that come again (SS-NP-03)"
    )


class Population(Part):
    """Shares of a generated population; weights, so they need not add up to 1."""

    frequencies: Shares = Field(
        default_factory=lambda: {
            "1ヶ月ごと": 0.52,
            "2ヶ月ごと": 0.14,
            "3ヶ月ごと": 0.06,
            "1ヶ月ごと第2週": 0.03,
            "1ヶ月ごと第2週土曜日": 0.05,
            "2週間ごと": 0.07,
            "2週間ごと火曜日": 0.03,
            "毎週": 0.02,
            "15日ごと": 0.03,
            "20日ごと": 0.03,
            "40日ごと": 0.02,
        },
        description="頻度の割合 · weights of frequencies",
    )
    products: Shares = Field(
        default_factory=dict,
        description="商品の割合(空なら有料の全商品均等) · weights of goods; empty: all with a price alike",
    )
    quantities: dict[int, Weight] = Field(
        default_factory=lambda: {1: 0.86, 2: 0.11, 3: 0.03}, description="数量の割合 · weights of quantities"
    )
    carriers: Shares = Field(
        default_factory=dict,
        description="配送方法の割合(空なら既定のみ) · weights of carriers; empty: the default one",
    )
    statuses: Shares = Field(
        default_factory=lambda: {"継続": 0.92, "停止": 0.05, "キャンセル": 0.03},
        description="定期ステータスの割合 · weights of statuses",
    )
    cycles: dict[int, Weight] = Field(
        default_factory=lambda: {
            0: 0.1,
            1: 0.16,
            2: 0.13,
            3: 0.11,
            4: 0.1,
            5: 0.09,
            6: 0.08,
            8: 0.1,
            12: 0.13,
        },
        description="開始時の定期回数の割合 · weights of deliveries so far",
    )
    start_spread: Limit = Field(
        default=None,
        description="次回日を開始日から何日に散らすか · days after start that next dates spread over; unset: one cycle",
    )

    @model_validator(mode="after")
    def _weights(self) -> Self:
        for name in ("frequencies", "quantities", "statuses", "cycles"):
            if not sum(getattr(self, name).values()) > 0:
                raise wrong(f"{name} に1つ以上の重み", f"{name} with at least one weight above 0")
        for status in self.statuses:
            one_of("statuses", status, ("継続", "停止", "キャンセル", "終了"))
        for text in self.frequencies:
            try:
                parse(text)
            except FrequencyRefused as refused:
                raise wrong(refused.ja, refused.en, "frequencies", text) from None
        if min(self.quantities) < 1 or min(self.cycles) < 0:
            raise wrong("数量は1以上、定期回数は0以上", "quantities of 1 or more, cycles of 0 or more")
        return self
