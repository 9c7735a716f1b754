"""Sections of a configuration about what a store sells on terms of its own, and what the acquirer asks it.

A description reads "日本語 · English"; the printed configuration carries it as a comment.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from teiki_sim.config_parts import Count, Part, Rate, Yen, wrong
from teiki_sim.frequencies import FrequencyRefused, parse

__all__ = ["CourseTerms", "Fraud"]


class Fraud(Part):
    """Inquiries of the acquirer about card orders, and how the shop answers them (SS-PAY-04)."""

    inquiry_rate: Rate = Field(
        default=0.0, description="利用調査の割合(カードの注文ごと) · share of card orders inquired about"
    )
    stop_share: Rate = Field(
        default=0.5, description="配送停止依頼になる割合 · share of inquiries that ask to stop the delivery"
    )
    confirmed_share: Rate = Field(
        default=0.3, description="そのうち不正確定の割合 · share of those with misuse established"
    )
    late_rate: Rate = Field(default=0.0, description="連絡が遅れる割合 · share of notices that come late")
    late_days: Count = Field(default=6, description="遅れる日数 · by so many days")
    action: Literal["cancel", "wait"] = Field(
        default="cancel",
        description="停止依頼への対応: キャンセル, 保留 · what is done about a request: cancel or hold the order",
    )
    tells_customer: bool = Field(default=False, description="顧客に連絡する(任意) · the customer is told")


class CourseTerms(Part):
    """What a subscription to some goods is sold on: how often, for how long, at what price (SS-LAW-01, SS-ORD-14)."""

    product: str = Field(description="商品コード · product code, one of goods")
    frequency: str = Field(default="1ヶ月ごと", description="頻度 · how often (SS-FREQ-11)")
    bound_deliveries: Count = Field(
        default=0, description="縛りの回数(0はなし) · deliveries bound to; 0: none"
    )
    first_price: Yen | None = Field(
        default=None, description="初回の単価(円、税込) · unit price of the first delivery; unset: as usual"
    )
    end_count: Count = Field(default=0, description="終了回数(0はなし) · ends after so many orders; 0: never")
    shows: Literal["confirmation", "earlier_page", "nowhere"] = Field(
        default="confirmation",
        description="総額の表示: 注文確認画面, 前の画面, なし · where the total is shown (SS-LAW-01, -02)",
    )

    @field_validator("frequency")
    @classmethod
    def _in_the_set(cls, text: str) -> str:
        try:
            return parse(text).label()
        except FrequencyRefused as refused:
            raise wrong(refused.ja, refused.en, "", text) from None
