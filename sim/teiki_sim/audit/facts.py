"""What an input can tell, as facts: how each is called, and which columns of an export give it."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["FACTS", "TWO_RECORDS", "Fact"]


class Fact(NamedTuple):
    """A fact by its name in a log; ``columns`` are the export's, any of which gives it."""

    ja: str
    en: str
    columns: tuple[str, ...] = ()


TWO_RECORDS = "two_records"

FACTS: dict[str, Fact] = {
    # rows of these kinds
    "generated": Fact("注文の生成", "generated orders", ("ordered_at",)),
    "opened": Fact("開始時の定期(頻度つき)", "subscriptions as they stood at first, with their frequency"),
    "cancelled": Fact("キャンセル", "cancelled orders", ("order_status", "cancelled_at")),
    "returned": Fact("返品", "returns", ("order_status", "returned_at")),
    "returned_at": Fact("返品の日時", "when returns were booked", ("returned_at",)),
    "deleted": Fact("注文の削除", "deleted orders"),
    "shipped": Fact("出荷", "parcels that left", ("shipped_at",)),
    "captured": Fact("売上", "captures", ("captured_at", "payment_status")),
    "captured_at": Fact("売上の日時", "when it was captured", ("captured_at",)),
    "exported": Fact("倉庫への引渡し", "hand-over to the warehouse", ("exported_at",)),
    "edited": Fact("編集の履歴", "edits"),
    "changed": Fact("変更・キャンセルの日時", "when orders were edited or cancelled", ("cancelled_at",)),
    "decision": Fact("判断の記録", "recorded decisions", ("decided_at",)),
    "stopped": Fact("定期の停止日時", "when subscriptions were stopped", ("subscription_stopped_at",)),
    "suspended": Fact(
        "定期の停止・保留・生成エラー", "stops, holds or flags of subscriptions", ("subscription_stopped_at",)
    ),
    "skipped": Fact("スキップ", "skips"),
    "held": Fact("出荷停止", "held orders", ("held_at",)),
    "repair": Fact("生成エラーの解除・再開・保留解除", "cleared flags, resumptions or releases"),
    "reauthorisation": Fact("編集後の再与信", "reauthorisations after edits"),
    "declined": Fact("与信の失敗", "declined authorisations", ("payment_status",)),
    "invoice_printed": Fact("請求書の印字", "printed invoices", ("invoice_printed_at",)),
    "released_payment": Fact("決済取消の日時", "when payments were cancelled", ("payment_cancelled_at",)),
    "history": Fact("注文ステータスの変更履歴", "every change of the orders' statuses"),
    "actor": Fact("誰がしたか", "who did it"),
    # the provider's side
    "ledger": Fact(
        "決済の状態(決済会社側、または自社の決済状況)",
        "the state of payments",
        ("payment_status", "authorised_at"),
    ),
    "ledger_amount": Fact("与信金額", "authorised amounts", ("authorised_amount",)),
    "taken_amount": Fact("売上金額", "captured amounts", ("captured_amount",)),
    TWO_RECORDS: Fact("決済会社の明細(--ledger)", "the provider's own statement (--ledger)"),
    # columns
    "order": Fact("注文番号", "order numbers", ("order_id",)),
    "subscription": Fact("定期受注番号", "subscription numbers", ("subscription_id",)),
    "cycle": Fact("定期回数", "delivery counts", ("cycle",)),
    "method": Fact("支払方法", "payment methods", ("payment_method",)),
    "amount": Fact("金額", "amounts", ("amount",)),
    "transaction": Fact("取引ID", "transaction numbers"),
    "code": Fact("編集項目・理由(code)", "what was edited (code)"),
    "status_to": Fact("決済状況", "payment statuses", ("payment_status",)),
    "delivery_date": Fact("お届け予定日", "planned delivery dates", ("planned_delivery_date",)),
    "ship_date": Fact("出荷予定日", "planned ship dates", ("planned_ship_date",)),
    "lead": Fact("配送方法ごとのリードタイム(設定の行)", "the carriers' lead times (setting rows)"),
    "own_numbers": Fact(
        "店舗自身の番号の決まり(teiki のログ)", "how the shop makes its numbers (a log of teiki)"
    ),
    "every_export": Fact("出荷指示のすべての記録", "every export to the warehouse"),
    "points": Fact("ポイントの増減", "movements of points"),
    "mail": Fact("お客様へのメール", "mails to customers"),
    "invoice_paid": Fact("請求書の入金", "paid invoices"),
    "scheduled": Fact("次回お届け予定日", "next delivery dates", ("next_delivery_date",)),
    "subscription_status": Fact("定期ステータス", "subscription statuses", ("subscription_status",)),
    "slip": Fact("送り状番号", "slip numbers of parcels", ("slip_number",)),
    "reported_slip": Fact(
        "決済会社に報告した送り状番号", "slip numbers as reported", ("reported_slip_number",)
    ),
}
"""By name; a need that no column of an export gives can be met by a log only (or by a statement)."""
