"""The columns of the files that users bring: their headers in Japanese and English."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

__all__ = ["BOOK", "HISTORY", "ORDERS", "Column", "known_headers", "plain"]


class Column(NamedTuple):
    """One column: the name used here and in English headers, and the Japanese header."""

    key: str
    ja: str
    required: bool = False
    """Whether a file without this column cannot be read."""


BOOK = (
    Column("subscription_id", "定期受注番号", True),
    Column("customer_id", "顧客番号", True),
    Column("name", "氏名"),
    Column("kana", "フリガナ"),
    Column("postcode", "郵便番号"),
    Column("prefecture", "都道府県"),
    Column("address", "住所"),
    Column("phone", "電話番号"),
    Column("email", "メールアドレス"),
    Column("course", "コース"),
    Column("frequency", "頻度", True),
    Column("product_code", "商品コード", True),
    Column("quantity", "数量"),
    Column("unit_price", "単価"),
    Column("payment_method", "支払方法", True),
    Column("carrier", "配送方法"),
    Column("status", "ステータス", True),
    Column("cycle", "定期回数"),
    Column("next_ship_date", "次回出荷予定日"),
    Column("next_delivery_date", "次回お届け予定日"),
    Column("first_delivery_date", "初回お届け日"),
    Column("end_count", "終了回数"),
    Column("held", "要対応"),
    Column("generation_error", "定期生成エラー"),
)
"""A subscription book, one row a subscription."""

ORDERS = (
    Column("order_id", "注文番号", True),
    Column("subscription_id", "定期受注番号"),
    Column("cycle", "定期回数"),
    Column("order_status", "注文ステータス"),
    Column("payment_status", "決済状況"),
    Column("planned_ship_date", "出荷予定日", True),
    Column("planned_delivery_date", "お届け予定日"),
    Column("amount", "金額"),
    Column("product_code", "商品コード"),
    Column("quantity", "数量"),
    Column("payment_method", "支払方法"),
)
"""Open orders, one row an order that is generated and not shipped."""

HISTORY = (
    Column("order_id", "注文番号"),
    Column("subscription_id", "定期受注番号", True),
    Column("cycle", "定期回数"),
    Column("product_code", "商品コード"),
    Column("payment_method", "支払方法"),
    Column("order_date", "注文日"),
    Column("planned_ship_date", "出荷予定日"),
    Column("ship_date", "出荷日"),
    Column("order_status", "注文ステータス"),
    Column("payment_status", "決済状況"),
    Column("subscription_status", "定期ステータス"),
    Column("changed_on", "変更日"),
    Column("change", "変更種別"),
)
"""A shop's history, one row an order or a change."""

_OTHER_ENGLISH = {
    "planned_delivery_date": ("delivery_date",),
    "status": ("subscription_status",),
    "postcode": ("postal_code", "zip"),
}


def plain(text: str) -> str:
    """A header or a name as it is compared: NFKC, lower case, one blank or underscore alike."""
    return "_".join(unicodedata.normalize("NFKC", text).casefold().replace("_", " ").split())


def known_headers(columns: tuple[Column, ...]) -> dict[str, str]:
    """Every header by which a column is known, in `plain` form, with the column's key."""
    found: dict[str, str] = {}
    for column in columns:
        for name in (column.key, column.ja, *_OTHER_ENGLISH.get(column.key, ())):
            found[plain(name)] = column.key
    return found
