"""The columns that files of orders can have, by the Japanese names that formats choose them by (EC-CSV-01).

What they are called is modelled on the fields of ecforce's bulk operations.
"""

from __future__ import annotations

__all__ = ["COLUMNS", "OF_ITEMS", "OF_PEOPLE"]

#: Of the order itself.
_OF_ORDERS = (
    "受注番号", "受注日", "定期受注番号", "定期回数", "支払方法", "決済状況", "対応状況", "配送業者", "送り状番号", "発送予定日",
    "配送予定日", "小計", "手数料", "送料", "利用ポイント", "付与ポイント", "合計金額", "代引金額", "出荷リスト", "出荷リスト出力日",
    "お届け時間", "受注メモ", "支払期限", "督促メモ",
)  # fmt: skip
#: Of its customer, and of where it goes.
OF_PEOPLE = (
    "顧客番号", "顧客名", "顧客名カナ", "郵便番号", "都道府県", "住所", "電話番号", "メールアドレス", "お届け先氏名",
    "お届け先郵便番号", "お届け先都道府県", "お届け先住所",
)  # fmt: skip
#: Of each thing in it; on a line for the whole order, of its goods without what is enclosed.
OF_ITEMS = ("商品コード", "商品名", "数量", "単価", "金額", "区分")
COLUMNS = (*_OF_ORDERS, *OF_PEOPLE, *OF_ITEMS)
