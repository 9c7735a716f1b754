"""The sections of a configuration about the shop: goods, carriers, hours, payments and providers.

A description reads "日本語 · English"; the printed configuration carries it as a comment.
Money is yen with tax; rates are per call.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, NaiveDatetime, model_validator

from teiki_sim.config_parts import Clock, Count, Limit, Part, Rate, Shares, Weight, Yen, wrong

__all__ = ["Carrier", "Faults", "Gift", "Goods", "Payment", "Provider", "Retry", "Schedule", "Tax", "Window"]


class Goods(Part):
    """One product that is sold."""

    name: str = Field(default="", description="商品名 · name")
    price: Yen = Field(description="税込単価(円) · unit price in yen with tax")
    tax_rate: Literal[8, 10] = Field(default=10, description="消費税率(%) · consumption tax in per cent")
    limit_per_customer: Limit = Field(
        default=None, description="顧客ごとの販売個数上限 · most pieces a customer may buy"
    )
    limit_per_order: Limit = Field(default=None, description="1注文の販売個数上限 · most pieces in one order")
    payment_fee: Yen | None = Field(
        default=None, description="商品個別の支払い手数料(円) · payment fee of its own, whatever the method"
    )
    shipping_fee: Yen | None = Field(
        default=None, description="商品個別の送料(円) · shipping fee of its own, whatever the carrier"
    )
    prices_by_count: dict[int, Yen] = Field(
        default_factory=dict,
        description="何回目からの単価(円) · unit prices by the delivery count from which they hold",
    )
    carriers: list[str] = Field(
        default_factory=list, description="配送方法(空ならすべて) · carriers that take it; empty: all"
    )


class Gift(Part):
    """Goods enclosed with the delivery of a given count."""

    count: int = Field(ge=1, description="何回目のお届けに同梱するか · delivery count it goes with")
    product: str = Field(description="商品コード · product code, one of goods")
    name: str = Field(default="", description="特典名 · name of the gift")


class Tax(Part):
    """How consumption tax is rounded."""

    rounding: Literal["down", "half_up", "up"] = Field(
        default="down",
        description="端数処理: 切り捨て, 四捨五入, 切り上げ · rounding of the tax to whole yen",
    )
    adjustment: Literal["before_tax", "after_tax"] = Field(
        default="after_tax",
        description="調整金額の適用箇所: 課税前, 課税後 · adjustments apply before tax (and are taxed) or after it (EC-ADJ-02)",
    )


class Carrier(Part):
    """A delivery method: its lead time (SS-FREQ-12) and what it permits."""

    lead_days: Count = Field(
        default=3, description="出荷からお届けまでの日数 · days from ship date to delivery date"
    )
    lead_mode: Literal["calendar", "business"] = Field(
        default="calendar", description="日数の数え方: 暦日, 営業日 · how lead_days are counted"
    )
    lead_holidays: bool = Field(
        default=False, description="営業日で祝日も除く · business days leave out public holidays too"
    )
    date_choice: bool = Field(default=True, description="お届け日を指定できる · takes a delivery date")
    cod: bool = Field(default=True, description="代引きできる · can collect cash on delivery")
    visible: bool = Field(
        default=True, description="消費者に表示する · shown to consumers at checkout (SS-ORD-06)"
    )
    fee: Yen = Field(default=0, description="送料(円) · shipping fee in yen")
    cutoff: Clock = Field(default="15:00", description="当日出荷の締切 · orders after it leave the next day")
    handover: Clock = Field(default="17:00", description="集荷時刻 · when parcels are handed to the carrier")


class Schedule(Part):
    """The hours of the shop's day, and how far ahead children are generated."""

    nightly_batch: Clock = Field(default="02:00", description="夜間バッチ(定期受注生成) · nightly generation")
    generate_days_before_delivery: Count = Field(
        default=7, description="お届け日の何日前に生成するか · days before delivery that a child is generated"
    )
    export_time: Clock = Field(default="09:00", description="出荷データ出力 · shipping data is exported")
    import_time: Clock = Field(
        default="18:00", description="出荷完了データ取込 · completion data is imported"
    )
    capture_time: Clock = Field(default="19:00", description="売上確定 · captures are made")
    delivery_time: Clock = Field(default="12:00", description="お届け時刻 · parcels arrive")
    collision_rate: Rate = Field(
        default=0.0005,
        description="生成が編集やCSV出力と重なる割合 · share of generations that collide with an edit or export (SS-RACE-01)",
    )
    amount_stop_limit: Limit = Field(
        default=None,
        description="この金額以上は出荷停止(円) · orders of this amount or over are stopped (SS-STOP-01)",
    )


class Retry(Part):
    """Automatic second tries after a failed authorisation."""

    attempts: Count = Field(default=2, description="再試行の回数 · tries after the first")
    gap_days: int = Field(default=3, ge=1, description="再試行の間隔(日) · days between tries")


class Payment(Part):
    """One payment method as the shop offers it."""

    fee: Yen = Field(default=0, description="決済手数料(円) · fee charged to the customer in yen")
    share: Weight = Field(default=0.0, description="生成する定期での割合 · weight in generated populations")
    change_days: Limit = Field(
        default=None,
        description="売上後に変更・取消できる日数 · days after capture in which it can be changed or cancelled",
    )
    change_month_ends: Limit = Field(
        default=None,
        description="同、売上月から何か月後の月末まで · until the end of the n-th month after the capture's",
    )


class Faults(Part):
    """Technical faults of a provider, per call; a decline or a hold is not a fault."""

    no_answer: Rate = Field(default=0.0005, description="届かず応答なし · call lost before it was executed")
    reply_lost: Rate = Field(
        default=0.0003, description="実行済みで応答なし · executed, but the reply was lost"
    )
    server_error: Rate = Field(default=0.0005, description="サーバーエラー · answered with a server error")
    capture_failed: Rate = Field(default=0.0005, description="売上確定の失敗 · capture failed")
    cancel_lost: Rate = Field(
        default=0, description="受け付けた取消が実行されない · a cancel accepted and never carried out"
    )
    cancel_late: Rate = Field(
        default=0,
        description="再与信で古い与信の取消が遅れ、新しい与信も消える · the old one's cancel comes late and ends the new one",
    )
    authorisation_lapses: Rate = Field(
        default=0,
        description="与信が期限前に通知なく消える · an authorisation ends early, and nobody is told",
    )
    capture_partial: Rate = Field(
        default=0, description="売上が半額しか確定しない · half of a capture is taken, all of it confirmed"
    )
    number_unknown: Rate = Field(
        default=0, description="送り状番号が認識されない · a slip number reported is not recognised later"
    )
    paid_late: Rate = Field(
        default=0,
        description="入金の反映が遅れ、取消を受け付けてしまう · a cancel is accepted of an invoice paid already",
    )
    edit_refused: Rate = Field(
        default=0,
        description="再与信がその契約でできない · a reauthorisation that the contract does not offer",
    )
    late_days: Count = Field(
        default=0, description="結果通知の遅れ(日) · days that every later result comes late"
    )


class Window(Part):
    """A span of time in which a provider does not serve as usual (JST, no zone)."""

    from_: NaiveDatetime = Field(alias="from", description="開始日時 · first instant")
    until: NaiveDatetime = Field(description="終了日時(含まない) · end, not included")
    kind: Literal["outage", "maintenance", "rate_limit"] = Field(
        default="outage", description="障害, メンテナンス, 流量制限 · what it is"
    )

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.until <= self.from_:
            raise wrong("until は from より後", "until later than from")
        return self


class Provider(Part):
    """How one payment provider decides, and how it fails."""

    decline_rate: Rate = Field(default=0.0, description="与信NGの割合 · share of authorisations declined")
    hold_rate: Rate = Field(default=0.0, description="与信保留の割合 · share of authorisations held")
    codes: Shares = Field(
        default_factory=dict, description="NG時のコードと重み · codes of declines and their weights"
    )
    hold_days: Count = Field(default=1, description="保留が決まるまでの日数 · days until a hold is resolved")
    hold_ok: Rate = Field(default=0.8, description="保留からOKになる割合 · share of holds that end well")
    hold_ng: Rate = Field(
        default=0.15, description="保留からNGになる割合(残りは保留のまま) · share refused; the rest stay held"
    )
    faults: Faults = Field(default_factory=Faults, description="技術的な障害 · technical faults")
    windows: list[Window] = Field(default_factory=list, description="障害・メンテナンスの期間 · outages")

    @model_validator(mode="after")
    def _sums(self) -> Self:
        if self.decline_rate + self.hold_rate > 1:
            raise wrong("decline_rate + hold_rate は 1 以下", "decline_rate + hold_rate at most 1")
        if self.hold_ok + self.hold_ng > 1 + 1e-12:
            raise wrong("hold_ok + hold_ng は 1 以下", "hold_ok + hold_ng at most 1")
        if self.decline_rate > 0 and not sum(self.codes.values()) > 0:
            raise wrong("codes に1つ以上の重み", "codes with at least one weight above 0")
        return self
