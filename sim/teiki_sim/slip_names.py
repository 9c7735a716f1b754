"""Everything that people, timing and providers can get wrong in a simulation, by name.

A slip happens at the rate of its name in `[slips]` of the configuration, at an opportunity for it; those of a
provider happen by the faults of `[providers]` instead and stand here for the list alone.
"""

from dataclasses import dataclass
from typing import Literal

__all__ = ["SLIPS", "SLIP_NAMES", "SlipNote", "Source"]

Source = Literal["operator", "timing", "provider"]
"""Whose slip it is: of the people at the desk, of two things that cross, or of a company that takes payments."""


@dataclass(frozen=True, slots=True)
class SlipNote:
    """Whose slip it is, what it can break, and what happens, in two languages."""

    source: Source
    invariants: tuple[str, ...]
    ja: str
    en: str


def _operator(invariants: str, ja: str, en: str) -> SlipNote:
    return SlipNote("operator", tuple(invariants.split()), ja, en)


def _timing(invariants: str, ja: str, en: str) -> SlipNote:
    return SlipNote("timing", tuple(invariants.split()), ja, en)


def _provider(invariants: str, ja: str, en: str) -> SlipNote:
    return SlipNote("provider", tuple(invariants.split()), ja, en)


_MONEY: dict[str, SlipNote] = {
    "forgot_payment_cancel": _operator(
        "INV-01",
        "注文だけキャンセルし、決済を取り消し忘れた",
        "the order is cancelled, its payment forgotten",
    ),
    "handling_left_open": _operator(
        "INV-02 INV-03 INV-55",
        "決済だけ取り消し、注文を残した",
        "the payment is cancelled, the order left open",
    ),
    "ships_uncovered": _operator(
        "INV-03 INV-55", "与信のない注文を出荷に回した", "an order without cover is put on the list"
    ),
    "edit_without_reauth": _operator(
        "INV-04 INV-05 INV-22", "変更後に再オーソリしなかった", "edited, and not reauthorised"
    ),
    "forced_capture": _operator(
        "INV-05 INV-06", "店舗側だけ売上済みにした", "marked captured in the store alone"
    ),
    "forced_cancel": _operator(
        "INV-01 INV-06", "店舗側だけ強制キャンセルした", "cancelled in the store alone"
    ),
    "switch_without_check": _operator(
        "INV-30",
        "元の取引を確かめずに支払方法を変えた",
        "another method, and the old payment left alive",
    ),
    "wrong_slip_number": _operator(
        "INV-25", "送り状番号を打ち間違えた", "a slip number is typed wrong in the report"
    ),
    "print_skipped": _operator("INV-25", "請求書を印字せずに出荷した", "shipped without the printed invoice"),
    "edit_after_ship": _operator(
        "INV-26", "出荷後の後払い注文を編集した", "a deferred order is edited after shipping"
    ),
    "return_just_before_paid": _timing(
        "INV-26 INV-28", "返品処理中に入金された", "the customer pays while the return is under way"
    ),
    "captured_during_cancel": _timing(
        "INV-01", "キャンセル中に売上バッチが走った", "the capture run takes an order that is being cancelled"
    ),
    "cancelled_after_list": _timing(
        "INV-02 INV-03 INV-55",
        "出荷リスト出力後に決済を取り消した",
        "the payment is cancelled when the shipping list is out",
    ),
    "picked_before_verdict": _timing(
        "INV-03 INV-55", "審査結果の前にピッキングした", "picked before the verdict has come"
    ),
    "edited_before_reauth": _timing(
        "INV-04 INV-05 INV-22",
        "出荷当日に変更し、再オーソリは夜に回した",
        "edited on the day it ships, its reauthorisation left to the night",
    ),
    "edited_while_packed": _timing(
        "INV-04 INV-05 INV-22 INV-37", "出荷作業中に変更した", "edited while the warehouse packs it"
    ),
    "console_crossed": _timing(
        "INV-02 INV-03 INV-06 INV-55",
        "連携操作と管理画面の操作が重なった",
        "the shop and the provider's console act on it at once",
    ),
    "two_edits_one_reauth": _timing(
        "INV-04 INV-05 INV-22", "2回変更し、再オーソリは1回だけ", "edited twice, reauthorised in between"
    ),
    "number_cleared": _timing(
        "INV-03 INV-25 INV-55",
        "再オーソリで送り状番号が消え、入れ直しを誤った",
        "a reauthorisation empties the slip number, and it is typed in wrong",
    ),
    "paid_during_cancel": _timing(
        "INV-26 INV-28",
        "後払いの取消中に入金された",
        "the customer pays a deferred order that is being cancelled",
    ),
    "switched_before_cancel": _timing(
        "INV-06 INV-30",
        "元の決済の取消前に支払方法を変えた",
        "another method before the old payment's cancel takes effect",
    ),
    "stopped_after_pickup": _timing(
        "INV-37", "集荷の後で出荷停止を頼んだ", "a stop is asked for after the pick-up"
    ),
    "imported_before_capture": _timing(
        "INV-55", "出荷完了の取込が売上処理と行き違った", "the completion import misses the capture run"
    ),
}
_PROVIDERS: dict[str, SlipNote] = {
    "charge_unanswered": _provider(
        "INV-01 INV-06 INV-30", "与信の応答がない", "no answer to an authorisation: the outcome is unknown"
    ),
    "cancel_unanswered": _provider(
        "INV-01 INV-06 INV-30", "取消の応答がない", "no answer to a cancel: it may stand or not"
    ),
    "capture_unanswered": _provider(
        "INV-05 INV-06 INV-55", "売上確定の応答がない", "no answer to a capture: it may be done or not"
    ),
    "cancel_lost": _provider(
        "INV-01 INV-06 INV-28 INV-30",
        "受け付けられた取消が実行されなかった",
        "a cancel is accepted and never carried out",
    ),
    "cancel_late": _provider(
        "INV-02 INV-03 INV-06 INV-55",
        "古い与信の取消が遅れて新しい与信も消えた",
        "the replaced authorisation's cancel completes late and takes the new one along",
    ),
    "authorisation_lapses": _provider(
        "INV-03 INV-06 INV-55",
        "与信が期限前に消えた",
        "an authorisation ends before its time, and nobody is told",
    ),
    "capture_partial": _provider("INV-05", "売上が一部しか確定しなかった", "only part of a capture is taken"),
    "number_unknown": _provider(
        "INV-25", "送り状番号が認識されなかった", "the slip number reported is not recognised"
    ),
    "paid_late": _provider(
        "INV-26 INV-28",
        "入金の反映が遅れ、取消が後から断られた",
        "an invoice was paid, and the cancel is refused only later",
    ),
    "edit_refused": _provider(
        "INV-04 INV-05 INV-22",
        "再与信がその契約でできなかった",
        "the contract does not offer the reauthorisation that was asked for",
    ),
    "capture_failed": _provider("INV-06 INV-55", "売上確定に失敗した", "the capture failed at the provider"),
}
_CHILDREN: dict[str, SlipNote] = {
    "created_twice": _operator("INV-07 INV-12 INV-31", "注文作成を二度押した", "注文作成 is pressed twice"),
    "forgot_resume": _operator(
        "INV-08 INV-20", "フラグを外して再開を押し忘れた", "the flag is cleared, 再開 is not pressed"
    ),
    "flag_left": _operator("INV-20", "フラグを残したまま再開した", "再開 is pressed with the flag still set"),
    "created_on_stopped": _operator(
        "INV-09 INV-12", "停止した定期に注文を作成した", "an order is created for a stopped subscription"
    ),
    "no_decision": _operator(
        "INV-10", "未出荷の注文の扱いを記録しなかった", "nothing is decided on the unshipped order"
    ),
    "past_date": _operator(
        "INV-11 INV-12", "過去の次回日のまま再開した", "resumed with a next date in the past"
    ),
    "bulk_past_date": _operator(
        "INV-11 INV-12 INV-14",
        "一括更新で過去の次回日を入れた",
        "a bulk update types a next date in the past",
    ),
    "skip_master_unmoved": _operator(
        "INV-16", "スキップで親を動かさなかった", "a skip leaves the master where it is"
    ),
    "skip_moved_twice": _operator("INV-16", "スキップで親を二度動かした", "a skip moves the master twice"),
    "manual_status": _operator(
        "INV-17 INV-55", "手作業で出荷済みにした", "the status is set to shipped by hand"
    ),
    "held_after_export": _operator(
        "INV-18", "出荷リスト出力後に保留にした", "held after the list was exported"
    ),
    "rakuten_not_deleted": _operator(
        "INV-07 INV-12 INV-31", "失敗注文を消さずに再生成した", "generated anew beside the failed order"
    ),
    "rakuten_not_regenerated": _operator(
        "INV-08 INV-31", "削除して再生成し忘れた", "deleted, and never generated anew"
    ),
    "cancel_without_stop": _operator(
        "INV-02 INV-03 INV-37 INV-55",
        "倉庫を止めずにキャンセルした",
        "cancelled without a stop at the warehouse",
    ),
}

_AFTER_CAPTURE: dict[str, SlipNote] = {
    "discard_notice_forgotten": _operator(
        "INV-27", "請求書の破棄を依頼し忘れた", "nobody tells the customer to destroy the invoice"
    ),
    "paid_after_cancel": _timing(
        "INV-27", "取消と入れ違いに請求書が支払われた", "the customer's payment crosses the cancel"
    ),
    "late_request_accepted": _operator(
        "INV-01 INV-29", "期限を過ぎた取消を受け付けた", "a cancel is accepted after the provider's period"
    ),
    "window_shortened": _provider(
        "INV-01 INV-29",
        "決済会社が取消できる期間を短くした",
        "the provider has shortened its period for cancels",
    ),
    "request_executed_late": _timing(
        "INV-01 INV-29", "期限内の依頼を期限後に処理した", "asked for in time, carried out after the period"
    ),
}
_PULLED: dict[str, SlipNote] = {
    "pulled_not_moved": _operator(
        "INV-07",
        "次回分をまとめたのに次回日を動かさなかった",
        "the next delivery goes with this order, and comes again",
    ),
}
_ADJUSTMENTS: dict[str, SlipNote] = {
    "adjustment_twice": _operator("INV-34", "調整金額を二度入力した", "an adjustment is entered twice"),
    "adjustment_tax_ignored": _operator(
        "INV-34",
        "調整金額の課税設定を見ずに入力した",
        "an adjustment is typed without regard to the tax setting",
    ),
    "adjustment_before_stop": _timing(
        "INV-34",
        "次回の前に定期が止まり、調整金額が残った",
        "the subscription stops before its adjustment is settled",
    ),
    "adjustment_declined": _provider(
        "INV-34",
        "調整金額を載せた注文が与信NGで取り消された",
        "the order that carried an adjustment is refused and given up",
    ),
}
_RECORDS: dict[str, SlipNote] = {
    "address_not_carried": _operator(
        "INV-52", "顧客情報の住所だけを変えた", "a new address is typed into the customer's record only"
    ),
    "address_after_generation": _timing(
        "INV-52", "注文の生成後に住所が変わった", "the address changes just after an order was generated"
    ),
    "address_reverted": _provider(
        "INV-52",
        "新住所で再与信NGになり、旧住所のまま代引きで出荷した",
        "refused at the new address, an order is put back to the old one and ships there against cash",
    ),
    "reactivated_without_card": _operator(
        "INV-45", "カードのない定期を有効に戻した", "a subscription is reactivated without a card"
    ),
    "card_deleted_in_use": _timing(
        "INV-45",
        "更新の与信中にカードが削除された",
        "the card is deleted while a renewal is being authorised",
    ),
    "agreement_dissolved": _provider(
        "INV-45", "顧客がAmazonで支払い契約を解除した", "the buyer ends the agreement at Amazon's site"
    ),
}

_POINTS: dict[str, SlipNote] = {
    "points_reversed_twice": _operator(
        "INV-32",
        "取り消した注文のポイントをもう一度戻した",
        "points of a cancelled order are reversed again by hand",
    ),
    "points_not_recalculated": _operator(
        "INV-32",
        "支払方法や商品を変えてポイントを計算し直さなかった",
        "goods or method changed, points left as they were",
    ),
    "points_expired_and_used": _timing(
        "INV-32",
        "注文で使ったポイントが同じ夜に失効もした",
        "points spent on an order expire the same night as well",
    ),
}

_HOLDS: dict[str, SlipNote] = {
    "hold_unseen": _operator(
        "INV-19", "通知のない要対応に誰も気づかなかった", "nobody looks at a hold of which nobody is told"
    ),
    "ground_on_ship_day": _timing(
        "INV-19", "要対応の理由が出荷当日に見つかった", "the ground of a hold is found on the day it ships"
    ),
    "ng_unseen": _provider(
        "INV-19",
        "生成後の与信NGに誰も気づかなかった",
        "an authorisation is refused after the order came to be, and nobody looks",
    ),
    "repair_trusted": _provider(
        "INV-19 INV-20",
        "直ったはずの支払いが再び失敗した",
        "the charge fails again though its repair was taken for done",
    ),
    "hold_during_charge": _timing(
        "INV-18 INV-55", "自動決済の処理中に要対応にした", "held while the automatic charge was running"
    ),
    "released_one_scope": _operator(
        "INV-20", "要対応を片方だけ解除した", "one of the two fields of a hold is released"
    ),
    "released_past_date": _operator(
        "INV-20", "過ぎた出荷予定日のまま解除した", "released with a ship date that has gone by"
    ),
    "cycles_undecided": _operator(
        "INV-08",
        "止まっていた回の扱いを決めずに解除した",
        "released, and nothing decided on missed deliveries",
    ),
    "egg_cancels_current": _operator(
        "INV-08",
        "たまご決済失敗で今回の注文を取り消した",
        "the present order is cancelled for the one that was never born",
    ),
    "np_setting_changed": _operator(
        "INV-46", "NG時の設定が変わっていた", "the setting for NP refusals had been changed unnoticed"
    ),
    "carrier_before_verdict": _timing(
        "INV-46", "与信結果の前に配送方法が変わった", "the delivery method is edited before the verdict"
    ),
    "np_unknown_result": _provider(
        "INV-46", "識別できない与信結果を見落とした", "a result of NP that nobody knows is passed over"
    ),
    "cod_after_packing": _timing(
        "INV-47",
        "梱包後に代引きへ切り替わった",
        "switched to cash on delivery when the papers were in the parcel",
    ),
    "wrong_np_ng": _provider(
        "INV-47", "誤ったNGで代引きに切り替わった", "switched to cash on delivery by an NG given in error"
    ),
    "mismatch_left": _operator(
        "INV-26 INV-55",
        "NPと金額が合わないまま放置した",
        "a report refused for its amount is left as it is",
    ),
}

_MARKETPLACE: dict[str, SlipNote] = {
    "reply_forgotten": _operator("INV-53", "連絡への返信を忘れた", "a message is left unanswered"),
    "wrong_cancel_reason": _operator(
        "INV-53", "正式な依頼を別の理由でキャンセルした", "a formal request is approved under another reason"
    ),
    "cancelled_informally": _operator(
        "INV-53", "正式でない連絡でキャンセルした", "an order is cancelled on an informal message"
    ),
    "approved_before_return": _operator(
        "INV-53", "荷物が戻る前に承認した", "approved before the parcel came back"
    ),
    "approval_forgotten": _operator(
        "INV-53", "戻った荷物のキャンセルを承認し忘れた", "the parcel is back, the cancel is not approved"
    ),
    "dispatch_crosses": _timing(
        "INV-53", "依頼を読む前に荷物が出た", "the parcel leaves before the request is read"
    ),
    "backlog": _timing("INV-53", "連絡が多く返信が間に合わなかった", "the desk is too far behind to answer"),
    "message_delayed": _provider(
        "INV-53", "販売先からの連絡が遅れて届いた", "the marketplace delivers a message late"
    ),
}

_DATES: dict[str, SlipNote] = {
    "skip_wrong_month": _operator(
        "INV-14 INV-16", "スキップで1周期先の日付を打ち間違えた", "a skip is typed one cycle too far"
    ),
    "skipped_by_both": _timing(
        "INV-14", "同じ回をお客様と担当者の両方がスキップした", "customer and staff skip the same delivery"
    ),
    "skip_after_export": _timing(
        "INV-16", "出荷リスト出力とスキップが行き違った", "a skip crosses the export of the child"
    ),
    "child_moved": _operator(
        "INV-15", "子注文だけを動かし、次の回に寄せた", "the child is moved next to the following one"
    ),
    "late_release": _timing(
        "INV-15", "保留の解除が次の回の直前になった", "a hold is released just before the next parcel"
    ),
    "long_hold_release": _timing(
        "INV-11 INV-12", "長い停止のあと、過ぎた日付のまま再開した", "resumed after its next date went by"
    ),
    "flagged_long_restart": _provider(
        "INV-11 INV-12",
        "拒否が長引き、過ぎた日付のまま再開した",
        "refused until the date went by, then restarted as it stands",
    ),
    "reactivated_on_batch_day": _timing(
        "INV-12", "夜間生成の日に手作業でも生成した", "a child by hand on the day of the batch's next"
    ),
}
_RESTARTS: dict[str, SlipNote] = {
    "restart_while_batch": _timing(
        "INV-07 INV-12", "夜間生成中に同じ回を手作業で生成した", "created by hand while the batch makes it"
    ),
    "retried_after_lost_reply": _provider(
        "INV-07 INV-12", "応答のない注文を照会せずに作り直した", "made once more after a lost reply"
    ),
    "collision_flag_lost": _timing(
        "INV-08 INV-20", "生成と編集が重なり、フラグが消えた", "a collision whose flag a save wipes out"
    ),
    "declined_again": _provider(
        "INV-08 INV-20 INV-21", "直したはずの支払いがまた断られた", "refused again after the repair"
    ),
    "child_between": _timing(
        "INV-10", "停止の依頼と処理の間に子注文が生成された", "a child comes between the request and the stop"
    ),
    "cancel_refused": _provider(
        "INV-10", "子注文の決済取消を断られた", "the cancel of the child's payment is refused"
    ),
    "blind_restart": _operator("INV-21", "支払い手段を直さずに再開した", "restarted with nothing repaired"),
    "card_edited_during_restart": _timing(
        "INV-21", "再開の直後にカードが変更された", "the card is changed just after the restart"
    ),
    "rakuten_late": _timing(
        "INV-08 INV-31", "再生成の前に次の回が生成された", "the next cycle comes before the regeneration"
    ),
    "rakuten_fails_again": _provider(
        "INV-31", "再生成した注文も断られた", "the regenerated order is refused as well"
    ),
    "ignored_queue": _operator(
        "INV-54", "同じ拒否が続いても誰も対応しない", "nobody looks at refusals that come again"
    ),
    "persistent_refusal": _provider(
        "INV-54", "未払い・限度額で同じ拒否が続く", "arrears or a limit refuse again and again"
    ),
    "reauth_delay": _provider(
        "INV-15", "再与信に日がかかり、次の回に重なった", "a late verdict pushes a parcel onto the next"
    ),
}
_LISTS: dict[str, SlipNote] = {
    "list_box_not_ticked": _operator(
        "INV-36",
        "「出荷リスト出力用」にチェックせず出力した",
        "a shipping list goes out without the box ticked",
    ),
    "listed_by_hand": _operator(
        "INV-36", "出力せずに手作業で出力済にした", "the flag is set to 出力済 by hand, nothing is exported"
    ),
    "list_searched_before": _timing(
        "INV-36",
        "別の人の出力の前に検索し、後で出力した",
        "searched before another list went out, exported after it",
    ),
    "list_job_failed": _provider(
        "INV-36",
        "出力ジョブが途中で失敗し、出力済だけが残った",
        "an export job fails midway and leaves the flag alone",
    ),
}

_STORE: dict[str, SlipNote] = {
    "stop_saved_late": _timing(
        "INV-09", "停止の保存が夜間の生成より遅れた", "a stop is saved while the night's batch already runs"
    ),
    "cancelled_at_import": _timing(
        "INV-17 INV-37",
        "キャンセルと出荷完了データの取込が重なった",
        "a cancel crosses the import of the completion data",
    ),
    "late_cancel_outcome": _provider(
        "INV-17",
        "後払いの取消の結果が遅れ、返品待ちから出荷済みに戻した",
        "the outcome of a deferred cancel comes late, and the return was taken back meanwhile",
    ),
    "status_left": _operator(
        "INV-20", "支払方法を変えて出荷待ちに戻さなかった", "another method, and the status is not set back"
    ),
    "stop_request_ignored": _operator(
        "INV-48", "配送停止依頼に気づかず出荷した", "a delivery-stop request lies unread"
    ),
    "notice_after_export": _timing(
        "INV-48",
        "配送停止依頼が倉庫への引渡し後に届いた",
        "a delivery-stop request comes when the warehouse has the parcel",
    ),
    "late_stop_notice": _provider(
        "INV-48", "配送停止の連絡が遅れて届いた", "the acquirer's word reaches the store late"
    ),
    "foreign_number": _operator(
        "INV-51", "他の店舗の注文番号のまま取り込んだ", "an order is imported with another shop's number"
    ),
    "same_number": _timing(
        "INV-51", "同じ秒の注文に同じ番号が付いた", "two orders of one second get one number"
    ),
    "quota_by_deletion": _operator(
        "INV-35", "注文を削除して購入上限の枠を空けた", "an order is deleted to make room in the limit"
    ),
    "ordered_at_once": _timing(
        "INV-35",
        "同時の注文がそれぞれ上限内と判定された",
        "two orders of one second each fit the limit, both together do not",
    ),
    "total_not_shown": _operator(
        "INV-42",
        "縛りのあるコースの総額を表示しなかった",
        "a bound course is sold with its total shown nowhere",
    ),
    "display_outdated": _operator(
        "INV-42", "価格を変え、総額の表示を直さなかった", "the price was edited, the total shown was not"
    ),
    "price_in_session": _timing(
        "INV-42",
        "確認画面の表示と注文の間に価格が変わった",
        "the price changes between the confirmation page and the order",
    ),
    "regeneration_counted": _operator(
        "INV-43", "作り直した注文を終了回数に数えた", "an order generated anew counts twice towards the end"
    ),
    "restart_after_end": _timing(
        "INV-43", "終了した後に再開が押された", "再開 is pressed after the course has ended"
    ),
}

_JOBS: dict[str, SlipNote] = {
    "sync_unticked": _operator(
        "INV-13", "同期にチェックを入れずに次回の日付を変えた", "a next date is typed without the sync"
    ),
    "carrier_after_dates": _timing(
        "INV-13", "日付を決めた後に配送業者を変えた", "the carrier is changed after the dates were set"
    ),
    "carrier_not_recalculated": _operator(
        "INV-23", "配送業者を変えて再計算しなかった", "another carrier, and no recalculation"
    ),
    "recalculated_too": _operator(
        "INV-23",
        "支払方法と配送業者を同時に変えて再計算もした",
        "method and carrier changed together, and recalculated too",
    ),
    "two_halves": _timing(
        "INV-23",
        "2人が支払方法と配送業者を別々に変え、それぞれ処理した",
        "two people each change and follow up one half",
    ),
    "count_lowered_twice": _operator(
        "INV-33", "同じ取消で定期回数を二度減らした", "the count is lowered twice for one cancel"
    ),
    "count_lowered_late": _timing(
        "INV-33",
        "次の注文ができた後に定期回数を減らした",
        "the count is lowered after the next order was made",
    ),
    "count_not_lowered": _operator(
        "INV-33", "取消の後、定期回数を減らし忘れた", "the count is not lowered after a cancel"
    ),
    "result_unread": _operator(
        "INV-38", "完了したジョブの失敗行を確認しなかった", "a completed job's failed rows are not read"
    ),
    "captured_before_run": _timing(
        "INV-38",
        "登録から実行までの間に売上処理され、失敗行が残った",
        "captured between registration and run, and the failed row not read",
    ),
    "job_in_outage": _provider(
        "INV-38",
        "決済会社の障害で一部の行が失敗し、確認されなかった",
        "rows failed by a provider's fault are not read",
    ),
    "page_for_all": _operator(
        "INV-39",
        "検索結果全件のつもりでページ内全件を選んだ",
        "all on the page is ticked where all was meant",
    ),
    "new_hits": _timing(
        "INV-39", "検索の後に増えた受注も対象になった", "orders that came after the search are caught too"
    ),
    "edited_again": _operator(
        "INV-39", "同じ定期の受注を複数選んで更新した", "several orders of one subscription are selected"
    ),
}

SLIPS: dict[str, SlipNote] = {
    **_STORE,
    **_MONEY,
    **_PROVIDERS,
    **_CHILDREN,
    **_RECORDS,
    **_POINTS,
    **_LISTS,
    **_HOLDS,
    **_MARKETPLACE,
    **_DATES,
    **_RESTARTS,
    **_AFTER_CAPTURE,
    **_ADJUSTMENTS,
    **_PULLED,
    **_JOBS,
}
"""All of them by name, each group in a table of its own."""

SLIP_NAMES = frozenset(SLIPS.keys() - _PROVIDERS.keys())
"""Those that have a rate among the slips; the providers' technical faults have theirs among the providers."""
