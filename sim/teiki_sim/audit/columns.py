"""The columns of what an audit reads: a log as CSV, an order export, a provider's statement."""

from teiki_sim.book_headers import Column, known_headers, plain

__all__ = ["ALIASES", "EVENTS", "EXPORT", "KNOWN", "LEDGER", "LEDGER_ALIASES"]

EVENTS = (
    Column("seq", "通番"),
    Column("at", "日時", True),
    Column("subscription", "定期受注番号"),
    Column("order", "注文番号"),
    Column("customer", "顧客番号"),
    Column("cycle", "定期回数"),
    Column("actor", "実行者"),
    Column("kind", "種類", True),
    Column("side", "側"),
    Column("method", "支払方法"),
    Column("transaction", "取引ID"),
    Column("product", "商品コード"),
    Column("quantity", "数量"),
    Column("amount", "金額"),
    Column("ship_date", "出荷日"),
    Column("delivery_date", "お届け日"),
    Column("status_from", "変更前"),
    Column("status_to", "変更後"),
    Column("code", "コード"),
    Column("rule", "規則"),
    Column("cause", "原因"),
    Column("detail", "詳細"),
)
"""A log, one row an event; only the two required columns must be there."""

EXPORT = (
    Column("order_id", "注文番号", True),
    Column("ordered_at", "注文日時", True),
    Column("subscription_id", "定期受注番号"),
    Column("cycle", "定期回数"),
    Column("order_status", "注文ステータス"),
    Column("payment_status", "決済状況"),
    Column("payment_method", "支払方法"),
    Column("product_code", "商品コード"),
    Column("quantity", "数量"),
    Column("amount", "金額"),
    Column("planned_ship_date", "出荷予定日"),
    Column("planned_delivery_date", "お届け予定日"),
    Column("authorised_at", "与信日時"),
    Column("authorised_amount", "与信金額"),
    Column("exported_at", "出荷指示日時"),
    Column("warehouse_stopped_at", "倉庫停止確認日時"),
    Column("shipped_at", "出荷日時"),
    Column("slip_number", "送り状番号"),
    Column("delivered_at", "配達完了日時"),
    Column("captured_at", "売上日時"),
    Column("captured_amount", "売上金額"),
    Column("reported_slip_number", "報告送り状番号"),
    Column("cancelled_at", "キャンセル日時"),
    Column("payment_cancelled_at", "決済取消日時"),
    Column("refunded_at", "返金日時"),
    Column("refunded_amount", "返金額"),
    Column("returned_at", "返品日時"),
    Column("held_at", "出荷停止日時"),
    Column("released_at", "出荷停止解除日時"),
    Column("invoice_printed_at", "請求書印字日時"),
    Column("decided_at", "判断記録日時"),
    Column("subscription_status", "定期ステータス"),
    Column("subscription_stopped_at", "定期停止日時"),
    Column("next_ship_date", "次回出荷予定日"),
    Column("next_delivery_date", "次回お届け予定日"),
)
"""An order export, one row an order (or an item, where the rows of an order agree)."""

LEDGER = (
    Column("order_id", "注文番号", True),
    Column("state", "取引状態", True),
    Column("transaction", "取引ID"),
    Column("at", "処理日時"),
    Column("amount", "取引金額"),
    Column("authorised_at", "与信日時"),
    Column("captured_at", "売上日時"),
    Column("captured_amount", "売上金額"),
    Column("cancelled_at", "取消日時"),
    Column("refunded_at", "返金日時"),
    Column("refunded_amount", "返金額"),
)
"""A provider's statement: a row a transaction with its instants, or a row a movement with 処理日時."""

_ALIASES = {
    "注文日": "注文日時", "受注日": "注文日時", "受注日時": "注文日時", "受注番号": "注文番号", "order_date": "注文日時",
    "出荷日": "出荷日時", "発送日": "出荷日時", "ship_date": "出荷日時", "配達日": "配達完了日時", "売上日": "売上日時",
    "キャンセル日": "キャンセル日時", "決済取消日": "決済取消日時", "返金日": "返金日時", "返品日": "返品日時",
    "注文金額": "金額", "合計金額": "金額", "定期停止日": "定期停止日時", "与信日": "与信日時",
    "出荷指示日": "出荷指示日時", "配達完了日": "配達完了日時", "決済ステータス": "決済状況",
}  # fmt: skip
ALIASES: dict[str, str] = {plain(theirs): ours for theirs, ours in _ALIASES.items()}
"""Further names of the export's columns, in `plain` form, for files that no mapping describes."""

_LEDGER_ALIASES = {
    "受注番号": "注文番号", "オーダーID": "注文番号", "加盟店取引ID": "注文番号", "ステータス": "取引状態", "状態": "取引状態",
    "決済状況": "取引状態", "取引番号": "取引ID", "金額": "取引金額", "利用金額": "取引金額", "処理日": "処理日時", "取引日時": "処理日時",
    "仮売上日時": "与信日時", "実売上日時": "売上日時", "キャンセル日時": "取消日時", "与信日": "与信日時", "売上日": "売上日時",
    "取消日": "取消日時", "返金日": "返金日時", "status": "取引状態",
}  # fmt: skip
LEDGER_ALIASES: dict[str, str] = {plain(theirs): ours for theirs, ours in _LEDGER_ALIASES.items()}
"""Further names of a statement's columns (modelled: providers lay theirs out as they like)."""

KNOWN: dict[str, str] = known_headers(EXPORT) | known_headers(LEDGER) | known_headers(EVENTS)
"""All headers that a mapping for an audit may name."""
