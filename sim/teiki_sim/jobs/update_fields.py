"""What a bulk update can set: every field of EC-UPD-01, and which of them can be cleared."""

from __future__ import annotations

import datetime
from typing import Literal, Self

from pydantic import Field, model_validator

from teiki_sim.config_parts import Part, one_of, wrong
from teiki_sim.messages import METHOD_NAMES

__all__ = ["CLEARED", "OF_SUBSCRIPTION", "Update"]

Date = datetime.date | None
Words = Literal["未対応", "出荷準備中", "発送済み", "キャンセル", "返品"]

CLEARED = (
    "shipped_on", "delivered_on", "paid_on", "memo", "shipping_list_on", "attention_reason",
    "subscription_attention_reason", "blacklist_reason", "customer_memo", "subscription_memo", "labels",
)  # fmt: skip
"""The fields that can be emptied; dates that plan something can only be set."""

OF_SUBSCRIPTION = (
    "subscription_attention", "subscription_attention_reason", "next_ship_date", "next_delivery_date",
    "subscription_status", "subscription_reason", "subscription_memo",
)  # fmt: skip
"""Fields of the subscription that an order belongs to (EC-UPD-10)."""


class Update(Part):
    """What to set on every selected order; what is left out stays as it is."""

    method: str | None = Field(default=None, description="支払方法 · payment method")
    carrier: str | None = Field(default=None, description="配送業者 · carrier")
    ship_date: Date = Field(default=None, description="発送予定日 · planned ship date")
    shipped_on: Date = Field(default=None, description="発送完了日 · shipped date")
    delivery_date: Date = Field(default=None, description="配送予定日 · planned delivery date")
    delivered_on: Date = Field(default=None, description="配送完了日 · delivered date")
    paid_on: Date = Field(default=None, description="入金日 · paid date")
    status: Words | None = Field(default=None, description="対応状況 · status")
    memo: str | None = Field(default=None, description="受注メモ · order memo")
    shipping_list: Literal["未出力", "出力済"] | None = Field(
        default=None, description="出荷リスト · shipping-list flag"
    )
    shipping_list_on: Date = Field(default=None, description="出荷リスト出力日 · its date, with 出力済 only")
    attention: bool | None = Field(default=None, description="要対応受注 · order needs attention")
    attention_reason: str | None = Field(default=None, description="要対応理由 · why")
    subscription_attention: bool | None = Field(
        default=None, description="要対応定期受注(定期) · subscription needs attention"
    )
    subscription_attention_reason: str | None = Field(default=None, description="要対応理由(定期) · why")
    blacklist: bool | None = Field(default=None, description="ブラックリスト(顧客) · customer blacklisted")
    blacklist_reason: str | None = Field(default=None, description="ブラックリスト理由(顧客) · why")
    next_ship_date: Date = Field(default=None, description="次回発送予定日(定期) · next ship date")
    next_delivery_date: Date = Field(default=None, description="次回配送予定日(定期) · next delivery date")
    sync: bool = Field(
        default=False,
        description="次回配送予定日(次回発送予定日)へ同期する · the other next date follows from the one given",
    )
    subscription_status: Literal["有効", "停止", "キャンセル"] | None = Field(
        default=None, description="ステータス(定期) · subscription status"
    )
    subscription_reason: str | None = Field(default=None, description="停止・キャンセル理由 · why")
    customer_memo: str | None = Field(default=None, description="顧客メモ · customer memo")
    subscription_memo: str | None = Field(default=None, description="定期受注メモ · subscription memo")
    labels: list[str] = Field(default_factory=list, description="受注ラベル · labels to put on")
    labels_off: list[str] = Field(default_factory=list, description="外す受注ラベル · labels to take off")
    clear: list[str] = Field(default_factory=list, description="空にする項目 · fields to empty")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.method is not None:
            one_of("method", self.method, METHOD_NAMES)
        for name in self.clear:
            one_of("clear", name, CLEARED)
        if self.shipping_list_on is not None and self.shipping_list != "出力済":
            ja, en = "shipping_list = 出力済 とともに", "only with shipping_list = 出力済"
            raise wrong(ja, en, "shipping_list_on", str(self.shipping_list_on))
        if self.blacklist_reason is not None and not self.blacklist:
            ja, en = "blacklist = true とともに", "only with blacklist = true"
            raise wrong(ja, en, "blacklist_reason", self.blacklist_reason)
        if self.sync and (self.next_ship_date is None) == (self.next_delivery_date is None):
            ja = "次回発送予定日か次回配送予定日のどちらか一方とともに"
            raise wrong(ja, "with one of next_ship_date and next_delivery_date", "sync", "true")
        if self.subscription_reason is not None and self.subscription_status not in ("停止", "キャンセル"):
            ja, en = "停止かキャンセルとともに", "only with 停止 or キャンセル"
            raise wrong(ja, en, "subscription_reason", self.subscription_reason)
        return self

    @property
    def of_orders(self) -> bool:
        """Whether anything of the order itself (or its customer) is set or cleared."""
        given = self.model_fields_set - {"clear", "sync", *OF_SUBSCRIPTION}
        return bool(given or set(self.clear) - set(OF_SUBSCRIPTION))

    @property
    def of_subscriptions(self) -> bool:
        """Whether anything of the subscription is set or cleared."""
        return bool((self.model_fields_set | set(self.clear)) & set(OF_SUBSCRIPTION))
