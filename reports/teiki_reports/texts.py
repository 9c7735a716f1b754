"""The words of the pages, Japanese and English side by side."""

from collections.abc import Mapping

from teiki_reports import Lang
from teiki_reports.texts_marketplace import COMPARISON, MARKETPLACE

TEXTS: Mapping[str, tuple[str, str]] = {
    "report_title": ("定期通販シミュレーション 結果レポート", "Subscription simulation report"),
    "forecast_title": ("出荷予測レポート", "Shipment forecast"),
    "contents": ("目次", "Contents"),
    "overview": ("概要", "Overview"),
    "seed": ("シード", "Seed"),
    "config_digest": ("設定のダイジェスト", "Configuration digest"),
    "period": ("期間", "Period"),
    "days": ("{n} 日間", "{n} days"),
    "as_of": ("予測の基準", "Forecast as of"),
    "subscriptions": ("定期受注", "Subscriptions"),
    "parcels": ("出荷個口数", "Parcels"),
    "events": ("イベント", "Events"),
    "violations": ("違反・警告", "Findings"),
    "money_at_risk": ("影響額(円)", "Yen at risk"),
    "orders": ("注文(ステータス別)", "Orders by status"),
    "status": ("注文ステータス", "Order status"),
    "count": ("件数", "Count"),
    "share": ("割合 %", "Share %"),
    "total": ("合計", "Total"),
    "versions": ("バージョン", "Versions"),
    "component": ("構成要素", "Component"),
    "version": ("バージョン", "Version"),
    "engine": ("実行", "Execution"),
    "engine_is": (
        "{seconds} 秒 · 毎秒 {rate} イベント · 最大メモリ {memory} MB",
        "{seconds} s · {rate} events a second · {memory} MB at peak",
    ),
    # 1 shipments
    "shipments": ("1. 日別の出荷数", "1. Shipments per day"),
    "date": ("日付", "Date"),
    "week": ("週", "Week"),
    "day_count": ("日数", "Days"),
    "week_of": ("週(月曜始まり)", "Week (from Monday)"),
    "actual": ("実績", "Actual"),
    "dashboard": ("管理画面", "Dashboard"),
    "projected": ("予定どおり", "Projected"),
    "net": ("保留・停止を除く", "Net"),
    "p10": ("p10", "p10"),
    "p50": ("p50", "p50"),
    "p90": ("p90", "p90"),
    "mean": ("平均", "Mean"),
    "band": ("p10–p90", "p10–p90"),
    "units": ("数量", "Units"),
    "product": ("商品", "Product"),
    "legend": ("線の意味", "What the lines are"),
    "legend_actual": (
        "このシミュレーション(1 本目の試行)で実際に出荷された個口数です。",
        "Parcels that left in this simulation (the first replication).",
    ),
    "legend_dashboard": (
        "初日の前夜に管理画面が示す予測です。定期受注は次回出荷予定日の 1 回分だけを数えるため、先の日ほど少なく出ます。",
        (
            "What the dashboard shows on the evening before the first day: each subscription under its next "
            "ship date only, so later days look emptier than they will be."
        ),
    ),
    "legend_projected": (
        "お届け周期だけを最後まで進めた個口数で、停止・決済失敗・変更は見込みません。",
        "The delivery schedules alone, every cycle, with no stops, failed payments or changes.",
    ),
    "legend_net": (
        "「予定どおり」から、基準時点で停止・保留・要対応と分かっているものを除いた個口数です。",
        "Projected, less what is already known to be stopped, held or flagged.",
    ),
    "legend_band": (
        "試行の 80 % がこの範囲に入ります。10 回に 1 回は p10 を下回り、10 回に 1 回は p90 を上回ります(日ごとの値で、足し合わせられません)。",
        (
            "80 % of the replications fall in it: one in ten lies below p10, one in ten above p90 (for each "
            "day by itself; such values can't be added up)."
        ),
    ),
    "legend_p50": ("試行の中央値です。", "The median of the replications."),
    "no_band": (
        "p10–p90 の幅はありません。試行が 1 回か、どの試行でも同じ個口数です。",
        "No p10–p90 band: there is one replication, or all are alike.",
    ),
    "by_day": ("日別の表", "Table by day"),
    "by_product": ("商品別の合計", "Totals by product"),
    # 2 outcomes
    "outcomes": ("2. 支払方法別の決済結果", "2. Payment results by method"),
    "outcomes_note": (
        "ショップ側から見えた結果です。「応答なし」は失敗ではなく、結果が分からなかったことを示します。",
        "As the shop saw them. No answer is not a failure: the shop could not know the result.",
    ),
    "method": ("支払方法", "Method"),
    "outcome": ("結果", "Result"),
    "authorised": ("承認", "Accepted"),
    "declined": ("否認", "Declined"),
    "pending": ("結果待ち", "Pending"),
    "no_answer": ("応答なし", "No answer"),
    # 3 holds
    "holds": ("3. 保留と要対応の長さ", "3. Holds and flags, and how long they last"),
    "holds_note": (
        "保留または要対応になってから解除されるまでの日数です。取消や停止で終わったものと、期間末に残っているものは別の列です。",
        (
            "Days from a hold or flag to its release. Those ended by a cancellation or stop and those still open at "
            "the end have columns of their own."
        ),
    ),
    "held": ("保留", "Hold"),
    "flag_set": ("要対応", "Flag"),
    "sort": ("種別", "Kind"),
    "reason": ("理由コード", "Reason code"),
    "length": ("解除までの日数", "Days until release"),
    "released": ("解除", "Released"),
    "cancelled": ("取消・停止", "Cancelled or stopped"),
    "open": ("未解除", "Still open"),
    "median_days": ("日数 中央値", "Median days"),
    "p90_days": ("日数 p90", "p90 days"),
    "max_days": ("日数 最大", "Longest"),
    "oldest_open": ("未解除の最長日数", "Oldest open, days"),
    "others": ("その他", "Others"),
    # 4 failures
    "failures": ("4. 失敗とそのコード", "4. Failures by code"),
    "failures_note": (
        "ショップ側の記録のうち、否認・売上確定失敗・定期生成失敗・応答なし・操作の拒否を数えています。",
        "The shop's own rows: declined, capture failed, generation failed, no answer, refused.",
    ),
    "kind": ("種別", "Kind"),
    "code": ("コード", "Code"),
    "capture_failed": ("売上確定失敗", "Capture failed"),
    "generation_failed": ("定期生成失敗", "Generation failed"),
    "refused": ("操作の拒否", "Refused"),
    # 5 violations
    "findings": ("5. 違反と警告", "5. Violations by invariant"),
    "no_violations": ("違反はありません", "No violations"),
    "severity": ("区分", "Severity"),
    "violation": ("違反", "Violation"),
    "warning": ("警告", "Warning"),
    "settings": ("設定", "Settings"),
    "cost": ("損失", "Cost"),
    "invariant": ("不変条件", "Invariant"),
    "rule": ("規則", "Rule"),
    "by_invariant": ("不変条件別の表", "Table by invariant"),
    "list": ("一覧", "List"),
    "id": ("番号", "Id"),
    "at": ("日時", "At"),
    "subscription": ("定期受注番号", "Subscription"),
    "order": ("注文番号", "Order"),
    "message": ("内容", "What happened"),
    "advice": ("対処", "What to do"),
    "evidence": ("違反ごとのイベント", "Events behind each finding"),
    "evidence_note": (
        "● は根拠となったイベント、ほかは同じ注文(注文がなければ同じ定期受注)の前後のイベントです。",
        (
            "● marks the evidence; the other rows are events of the same order (or, without one, of the same "
            "subscription) around it."
        ),
    ),
    "evidence_cap": (
        "全 {total} 件のうち {shown} 件を、各不変条件から順に選んで示します。",
        "{shown} of {total} are shown, taken from each invariant in turn.",
    ),
    "no_events": (
        "この違反のイベントはログにありません。",
        "The log holds no events of this finding.",
    ),
    "back": ("一覧へ戻る", "Back to the list"),
    "seq": ("通番", "Seq"),
    "side": ("側", "Side"),
    "actor": ("主体", "Actor"),
    "transition": ("ステータスの変化", "Status change"),
    "amount": ("金額(円)", "Yen"),
    "ship_date": ("出荷日", "Ship date"),
    "delivery_date": ("お届け日", "Delivery date"),
    "cause": ("原因", "Cause"),
    "detail": ("詳細", "Detail"),
    # detection
    "detection": ("検出の成績", "Detection"),
    "detection_note": (
        "わざと起こしたミスのうち、実際に不変条件を破ったものをモニターがいくつ見つけたかを示します。",
        "How many of the slips made on purpose, that really broke an invariant, the monitors found.",
    ),
    "injected": ("発生", "Injected"),
    "found": ("検出", "Found"),
    "false": ("誤検出", "False"),
    "truth": ("起こしたミスとその結末", "Slips made, and how they ended"),
    "source": ("起点", "Source"),
    "slip": ("ミス", "Slip"),
    "broke": ("違反になった", "Broke"),
    "mended": ("期限前に直った", "Mended in time"),
    "open_slip": ("結末待ち", "Open"),
    # forecast
    "weekly": ("2. 週別の出荷数", "2. Shipments per week"),
    "weekly_note": (
        "週の値は日別の値を足したものです。最初と最後の週は 7 日に満たないことがあります。p10・p90 は足し合わせられないため載せません。",
        "Sums of the daily values; the first and last weeks may be short. p10 and p90 can't be added up, so they are left out.",
    ),
    "by_week": ("週別の表", "Table by week"),
    "products": ("3. 商品別の出荷数", "3. Shipments by product"),
    "products_note": (
        "週ごとの「{basis}」を商品別に積み上げています。上位 7 商品以外は「その他」です。",
        "“{basis}” per week, stacked by product; beyond the top seven they are “Others”.",
    ),
    "by_product_week": ("商品×週の表", "Table by product and week"),
    "causes": ("4. 予定とのずれの原因", "4. Why it differs from the schedules"),
    "causes_note": (
        "スケジュールどおりの出荷数から何が増減させるかを週ごとに示します。",
        "What moves parcels away from the schedules, week by week.",
    ),
    "cause_name": ("原因", "Cause"),
    "busiest": ("出荷の多い日(上位 10 日)", "The ten busiest days"),
    # audit
    "audit_title": ("監査レポート", "Audit"),
    "audit_findings": ("1. 違反と警告", "1. Violations by invariant"),
    "audit_judged": ("2. 判定できたもの・できないもの", "2. What could be judged, and what not"),
    "audit_judged_note": (
        "入力にある列と行から判定できる不変条件の一覧です。判定できないものには、足りない列を示します。",
        "The invariants that the columns and rows given allow to judge; for the others, what lacks.",
    ),
    "audit_file": ("ファイル", "File"),
    "audit_form_events": ("イベントのログ", "log of events"),
    "audit_form_export": ("受注の CSV", "order export"),
    "audit_orders": ("注文", "Orders"),
    "audit_seen": ("期間", "Period"),
    "audit_rejected": ("除外した行", "Rows left out"),
    "audit_unknown": ("使わない列", "Columns not used"),
    "audit_strangers": ("明細にあって受注にない取引", "Statement rows of unknown orders"),
    "audit_by_ledger": ("明細と照合した注文", "Orders compared with a statement"),
    "audit_case": ("場合", "Case"),
    "audit_state": ("判定", "Judged"),
    "audit_statement": ("常に成り立つべきこと", "What must always hold"),
    "audit_want": ("足りないもの", "For want of"),
    "state_judged": ("○ 判定した", "yes"),
    "state_not_judged": ("× できない", "no"),
    "state_not_watched": ("– 対象外", "not watched"),
    "audit_lines": (
        "根拠の番号は、受注 CSV の行番号です。",
        "Evidence numbers are line numbers of the order export.",
    ),
    # tables and states
    "nothing": ("該当するデータはありません。", "There is nothing to show."),
    "missing": ("{file} がないため、表示できません。", "Not shown: the run has no {file}."),
    "rows": ("{n} 行", "{n} rows"),
    "capped": ("全 {total} 行のうち {shown} 行", "{shown} of {total} rows"),
    "see_file": ("すべての行は {file} にあります。", "All rows are in {file}."),
    "copy": ("CSV をコピー", "Copy as CSV"),
    "copied": ("コピーしました", "Copied"),
    "noscript": (
        "グラフの表示には JavaScript が必要です。表はこのまま読めます。",
        "The charts need JavaScript; the tables can be read without it.",
    ),
    "save_svg": ("SVG で保存", "Save as SVG"),
    "save_png": ("PNG で保存", "Save as PNG"),
    "chart_menu": ("グラフの保存", "Save this chart"),
    "none": ("(なし)", "(none)"),
    **MARKETPLACE,
    **COMPARISON,
}

# What a Japanese reader sees beside the log's own word; the English page shows the word alone.
KINDS_JA: Mapping[str, str] = {
    "generated": "注文生成",
    "authorised": "与信承認",
    "declined": "否認",
    "pending": "結果待ち",
    "no_answer": "応答なし",
    "reauthorised": "再与信",
    "held": "保留",
    "released": "保留解除",
    "edited": "変更",
    "skipped": "スキップ",
    "stopped": "停止",
    "resumed": "再開",
    "exported": "出荷データ出力",
    "handed_over": "倉庫へ引渡し",
    "warehouse_stopped": "倉庫で停止",
    "shipped": "出荷",
    "delivered": "配達完了",
    "captured": "売上確定",
    "capture_failed": "売上確定失敗",
    "cancelled": "取消",
    "payment_cancelled": "決済取消",
    "refunded": "返金",
    "returned": "返品",
    "deleted": "削除",
    "expired": "期限切れ",
    "generation_failed": "定期生成失敗",
    "flag_set": "要対応設定",
    "flag_cleared": "要対応解除",
    "message": "メッセージ",
    "mail": "メール",
    "job": "一括処理",
    "points": "ポイント",
    "decision": "判断",
    "setting": "設定変更",
    "shown": "総額の表示",
    "terms": "販売時の条件",
    "invoice_printed": "請求書印字",
    "invoice_paid": "請求書入金",
    "notice": "通知",
    "refused": "操作拒否",
    "opened": "開始時の状態",
    "scheduled": "次回予定",
    "ended": "定期終了",
    "completed": "出荷完了",
    "repaired": "支払い手段の更新",
    "inquired": "取引照会",
    "parcel_returned": "荷物の戻り",
    "enclosed": "同梱",
    "adjusted": "調整金額",
    "card_deleted": "カードの削除",
    "card_registered": "カードの登録",
    "address_changed": "顧客の住所変更",
    "counted": "定期回数の変更",
    "recalculated": "再計算",
}

ACTORS_JA: Mapping[str, str] = {
    "system": "システム",
    "customer": "顧客",
    "operator": "担当者",
    "provider": "決済会社",
    "warehouse": "倉庫",
    "carrier": "配送会社",
    "acquirer": "加盟店管理会社",
}

SIDES_JA: Mapping[str, str] = {
    "store": "ショップ",
    "provider": "決済会社",
    "warehouse": "倉庫",
    "carrier": "配送会社",
    "customer": "顧客",
}


CAUSES_JA: Mapping[str, str] = {
    "skip": "スキップ",
    "stop": "停止",
    "cancel": "解約・取消",
    "hold": "保留",
    "flag": "定期生成エラー",
    "decline": "決済の否認",
    "no_answer": "応答なし",
    "moved_date": "日付の変更",
    "burst": "過去日からの連続生成",
    "capacity": "倉庫の上限",
    "resume": "再開",
    "inflow": "新規",
    "other": "その他",
}


class Texts:
    """The words of one language: `say("days", n=30)`."""

    def __init__(self, lang: Lang) -> None:
        self.lang: Lang = lang
        self._column = 0 if lang == "ja" else 1

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key with its values filled in."""
        text = TEXTS[key][self._column]
        return text.format(**values) if values else text

    def known(self, word: str) -> str:
        """The text of a word that comes from a file: the word itself when it isn't one of ours."""
        return self(word) if word in TEXTS else word

    def kind(self, kind: str) -> str:
        """An event kind, with its Japanese beside it on a Japanese page."""
        ja = KINDS_JA.get(kind)
        return f"{ja} {kind}" if ja and self.lang == "ja" else kind

    def cause(self, cause: str) -> str:
        """What moved a parcel away from the schedules."""
        return CAUSES_JA.get(cause, cause) if self.lang == "ja" else cause

    def side(self, side: str) -> str:
        """On whose side a row was seen."""
        return SIDES_JA.get(side, side) if self.lang == "ja" else side

    def actor(self, actor: str) -> str:
        """Who made it happen."""
        return ACTORS_JA.get(actor, actor) if self.lang == "ja" else actor
