"""The words of what only a marketplace seller's report, or a comparison of two configurations, has."""

from collections.abc import Mapping

__all__ = ["COMPARISON", "MARKETPLACE"]

MARKETPLACE: Mapping[str, tuple[str, str]] = {
    "requests": ("マーケットプレイスの連絡と依頼", "Messages and requests on the marketplace"),
    "requests_note": (
        (
            "お客様からの連絡を、件名・状況・対応方針ごとに数えたものです。セラー都合とされたキャンセルは"
            "アカウントヘルスに影響します。損失額は商品原価と送料です。"
        ),
        (
            "Messages of buyers by sort, case and policy. Cancels charged to the seller count against account "
            "health; what was lost is the cost of goods and postage."
        ),
    ),
    "requests_by_case": ("方針とケース別の依頼", "Requests by policy and case"),
    "requests_by_week": ("連絡の量と返信の遅れ", "Late answers against the load"),
    "requests_health": ("アカウントヘルス", "Account health"),
    "sort_of_message": ("連絡", "Message"),
    "case": ("状況", "Case"),
    "policy": ("方針", "Policy"),
    "requests_n": ("件数", "Messages"),
    "in_time": ("期限内の返信", "Answered in time"),
    "late": ("遅れ", "Late"),
    "charged": ("セラー都合のキャンセル", "Charged to the seller"),
    "money_lost": ("損失額(円)", "Yen lost"),
    "per_person_day": ("1人1日あたりの連絡", "Messages a person a day"),
    "load_percent": ("対応能力に対する割合 %", "Load, % of capacity"),
    "breach_percent": ("24時間超過の割合 %", "Late, %"),
    "measure": ("項目", "Measure"),
    "value": ("値", "Value"),
    "late_percent": ("返信が遅れた割合 %", "Messages answered late, %"),
    "charged_percent": ("セラー都合のキャンセル率 %", "Cancels charged to the seller, % of orders"),
    "cancel_request": ("正式なキャンセル依頼", "Formal cancel request"),
    "cancel_wish": ("正式でないキャンセルの連絡", "Informal cancel message"),
    "return_request": ("返品リクエスト", "Return request"),
    "question": ("その他の連絡", "Other message"),
    "before_dispatch": ("発送前", "Before dispatch"),
    "after_dispatch": ("発送後", "After dispatch"),
    "fba": ("FBA", "FBA"),
    "unread": ("未読", "Unread"),
    "at_once": ("すぐに承認", "Approved at once"),
    "after_return": ("荷物が戻ってから承認", "Approved once the parcel is back"),
    "small_amount": ("少額のためすぐに承認", "Approved at once, small amount"),
    "hard_case": ("難しい依頼のためすぐに承認", "Approved at once, hard case"),
    "buyer_cancelled": ("発送前に承認", "Approved before dispatch"),
    "refund_at_once": ("先に返金", "Refunded at once"),
    "refund_after_return": ("商品が戻ってから返金", "Refunded once the goods are back"),
    "refund_small": ("少額のため先に返金", "Refunded at once, small amount"),
    "template": ("定型文で返信", "Template"),
    "ask_marketplace": ("販売先に依頼してから返信", "Asked the marketplace first"),
    "already_over": ("対応済み", "Already over"),
    "slip": ("人為ミス", "Slip"),
}

COMPARISON: Mapping[str, tuple[str, str]] = {
    "compared": ("設定の比較", "Two configurations compared"),
    "compared_note": (
        (
            "同じ乱数で両方の設定を {n} 回ずつ動かした差(比較先 − この設定)です。区間は試行ごとの差の"
            "平均の 95% 信頼区間(t 分布)で、試行が 1 回のときはありません。"
        ),
        (
            "Both configurations ran {n} times on the same luck; differences are the other less this one. "
            "Intervals are 95 % for the mean of the paired differences (Student's t); one replication has none."
        ),
    ),
    "this_config": ("この設定", "This one"),
    "other_config": ("比較先", "The other"),
    "difference": ("差", "Difference"),
    "interval": ("95% 区間", "95 % interval"),
    "changed_settings": ("異なる設定", "Settings that differ"),
    "setting_name": ("設定", "Setting"),
    "cmp_parcels": ("出荷個口数", "Parcels"),
    "cmp_sales": ("出荷した売上(円)", "Yen shipped"),
    "cmp_captured": ("売上確定(円)", "Yen captured"),
    "cmp_refunded": ("返金(円)", "Yen refunded"),
    "cmp_declined": ("与信NG", "Declines"),
    "cmp_holds": ("保留", "Holds"),
    "cmp_flags": ("定期生成エラー", "Generation errors"),
    "cmp_money_at_risk": ("違反の影響額(円)", "Yen at risk in violations"),
    "cmp_cancelled": ("注文のキャンセル", "Orders cancelled"),
    "cmp_messages_late": ("返信の遅れ", "Answers too late"),
    "cmp_charged_to_seller": ("セラー都合のキャンセル", "Cancels charged to the seller"),
    "cmp_money_lost": ("依頼による損失(円)", "Yen lost to requests"),
    "cmp_violations": ("違反", "Violations"),
}
