"""The section of a configuration about selling on a marketplace: orders, what buyers write, how the seller answers.

A description reads "日本語 · English"; the printed configuration carries it as a comment. Figures are modelled.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from teiki_sim.config_parts import Count, Days, Rate, Spans, Weight, Yen

__all__ = ["Marketplace"]

_When = Literal["after_return", "at_once"]


class Marketplace(Spans):
    """A seller's shop on a marketplace; of no meaning on other platforms."""

    orders_per_day: Weight = Field(default=100.0, description="1日の注文数 · single orders a day")
    fba_share: Rate = Field(
        default=0.25, description="FBA(販売先が出荷)の割合 · share of orders that the marketplace ships"
    )
    tracked_share: Rate = Field(
        default=1.0, description="追跡番号のある荷物の割合 · share of own parcels with a tracking number"
    )
    cancel_rate: Rate = Field(
        default=0.04, description="キャンセルを望む割合 · share of orders whose buyer wants to cancel"
    )
    cancel_hours: Days = Field(
        default=(1, 60), description="注文から何時間後か · hours from the order to that wish"
    )
    formal_share: Rate = Field(
        default=0.6, description="注文履歴から正式に依頼する割合 · share who cancel from the order history"
    )
    follows_advice: Rate = Field(
        default=0.9, description="案内に従う割合 · share who do as the answer asks, and file the request"
    )
    refuse_rate: Rate = Field(
        default=0.7, description="頼まれて受け取らない割合 · share who refuse the parcel when asked"
    )
    question_rate: Rate = Field(default=0.05, description="その他の連絡の割合 · orders with another message")
    return_rate: Rate = Field(
        default=0.02, description="返品リクエストの割合 · share of parcels with a return request"
    )
    return_days: Days = Field(
        default=(1, 10), description="お届けから何日後か · days from delivery to that request"
    )
    keeps_goods: Rate = Field(
        default=0.2, description="先に返金すると商品を戻さない割合 · share who keep the goods once refunded"
    )
    hard_cases: Rate = Field(
        default=0.02, description="対応の難しい依頼の割合 · share of requests that are hard cases"
    )
    message_delayed: Rate = Field(
        default=0.001,
        description="連絡が遅れて届く割合 · share of messages that the marketplace delivers late",
    )
    delay_hours: Days = Field(default=(12, 36), description="遅れの時間 · hours that such a message is late")
    approve: _When = Field(
        default="after_return",
        description="発送後の依頼の承認: 荷物が戻ってから, すぐに · when a request after dispatch is approved (AM-CAN-07, -08)",
    )
    approve_early_below: Yen = Field(
        default=0, description="この金額未満は戻る前に承認(円) · smaller orders are approved at once"
    )
    approve_hard_cases: bool = Field(
        default=True, description="難しい依頼は戻る前に承認 · hard cases are approved at once"
    )
    refund: _When = Field(
        default="after_return",
        description="返品の返金: 商品が戻ってから, すぐに · when a returned order is refunded (AM-CAN-13)",
    )
    refund_early_below: Yen = Field(
        default=0, description="この金額未満は先に返金(円) · smaller orders are refunded at once"
    )
    fba_answer: Literal["template", "ask_marketplace"] = Field(
        default="template",
        description="FBA注文の連絡: 定型文で返信, 販売先に頼んでから返信 · how a message about an FBA order is answered (AM-CAN-03)",
    )
    return_address: bool = Field(
        default=True,
        description="販売先の国内に返送先住所がある · there is a return address in the marketplace's country (AM-CAN-13)",
    )
    reply_hours: int = Field(
        default=24, ge=1, description="返信の期限(時間) · hours within which a message must be answered"
    )
    crossing_hours: Count = Field(
        default=1,
        description="発送と行き違いとみなす時間 · a request so many hours before dispatch has crossed it",
    )
    goods_cost: Rate = Field(
        default=0.6, description="原価率 · what goods cost the seller, of the order's amount"
    )
    postage: Yen = Field(default=1200, description="発送の送料(円) · what sending a parcel costs")
    return_postage: Yen = Field(
        default=900, description="返送ラベルの費用(円) · what a return label costs the seller"
    )
