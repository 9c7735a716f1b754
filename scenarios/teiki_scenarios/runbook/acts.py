"""The steps of the procedures: deeds of the scenario language, with the words that an operator reads (modelled)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from teiki_scenarios.runbook.matrix import Words

__all__ = [
    "ADD_ONE",
    "AGAIN",
    "BILLING",
    "CARRY",
    "CUSTOMER",
    "DELIVERY",
    "DISCARD",
    "DROP",
    "FORCE",
    "HALT",
    "LATER",
    "LEAVE",
    "LIFT",
    "MEND",
    "NEXT",
    "PAST",
    "READY",
    "REAUTHORISE",
    "RELEASE_NOTHING",
    "RELEASE_PAYMENT",
    "RESUME",
    "RETURNED",
    "SET_CANCELLED",
    "SHIP_ANYWAY",
    "STOP",
    "Act",
]


@dataclass(frozen=True, slots=True)
class Act:
    """One step: a deed of the scenario language, with its arguments and what an operator reads."""

    deed: str
    words: Words
    more: tuple[tuple[str, Any], ...] = ()
    who: str = "operator"


STOP = Act(
    "stop_at_warehouse",
    (
        "倉庫に出荷停止を依頼し、「止めた」という確認をもらう",
        "Ask the warehouse to stop the parcel, and wait until it confirms",
    ),
)
AGAIN = Act(
    "back_to_waiting",
    (
        "出荷待ちに戻し、新しい出荷データを渡す",
        "Set it to wait for shipping again and give new shipping data",
    ),
)
READY = Act(
    "back_to_waiting",
    (
        "注文の状況が出荷待ちになっていることを確かめ、違えば戻す",
        "See that the order waits for shipping, and set it so if not",
    ),
)
RELEASE_PAYMENT = Act(
    "cancel_payment",
    (
        "決済の取消を実行する(注文の状況を変えるだけでは取り消されない)",
        "Cancel the payment itself (changing the order's status alone does not)",
    ),
)
RELEASE_NOTHING = Act(
    "cancel_payment",
    (
        "決済を取り消す(決済会社への連絡はなく、ポイントが戻る)",
        "Cancel the payment (no provider is told; points are put back)",
    ),
)
SET_CANCELLED = Act(
    "set_cancelled", ("注文の状況を「キャンセル」にする", "Set the order's status to cancelled")
)
RETURNED = Act(
    "process_return", ("注文を返品処理する", "Process the order as returned"), (("cancels", False),)
)
DISCARD = Act(
    "mail",
    ("請求書を破棄するようお客様に連絡する", "Tell the customer to destroy the invoice"),
    (("about", "discard_invoice"),),
)
ADD_ONE = Act(
    "edit_quantity",
    (
        "注文の数量を1個増やして保存し、再与信の結果を見る",
        "Add one piece, save, and look at the new authorisation",
    ),
    (("quantity", 2),),
)
BILLING = Act(
    "edit_billing",
    (
        "注文の請求先住所を変えて保存する(後払いは再与信の結果を見る)",
        "Change the order's billing address and save (deferred: look at the new authorisation)",
    ),
)
DELIVERY = Act(
    "edit_address",
    (
        "注文のお届け先住所を変えて保存する(後払いは再与信の結果を見る)",
        "Change the order's delivery address and save (deferred: look at the new authorisation)",
    ),
)
CUSTOMER = Act(
    "change_customer_address", ("顧客管理でお客様の住所を変える", "Change the address in the customer record")
)
CARRY = Act(
    "carry_address", ("定期受注にも新しい住所を反映する", "Carry the new address into the subscription")
)
MEND = Act(
    "repair",
    ("お客様にマイページでカードを変えてもらう", "The customer changes the card on the account page"),
    who="customer",
)
REAUTHORISE = Act("reauthorise", ("再オーソリを実行し、結果を見る", "Reauthorise and look at the result"))
FORCE = Act(
    "force_cancel",
    (
        "強制キャンセルを実行する(決済会社には取り消す与信がない)",
        "Run the forced cancel: there is nothing to cancel at the provider",
    ),
)
SHIP_ANYWAY = Act(
    "force_shipping", ("与信がないまま出荷に回す", "Put it on the shipping list without an authorisation")
)
LIFT = Act("release", ("出荷停止を解除する", "Release the order's hold"))
HALT = Act("stop", ("定期受注のステータスを「停止」にして保存する", "Set the subscription to 停止 and save"))
LEAVE = Act(
    "cancel_subscription",
    ("定期受注のステータスを解約(キャンセル)にして保存する", "Set the subscription to cancelled and save"),
)
DROP = Act(
    "decide",
    ("未発送の注文を送らないと決まったことを記録する", "Record that the unshipped order is not to be sent"),
    (("decision", "cancel"),),
)
RESUME = Act("resume", ("ステータスを有効に戻す(再開する)", "Set the subscription active again"))
#: The rehearsal fills in the days of its small shop.
NEXT = Act(
    "set_next_dates",
    ("次回お届け日を、明日以降の日付にして保存する", "Set the next delivery to a date after today and save"),
    (("next_delivery_date", "next"),),
)
LATER = Act(
    "set_next_dates",
    ("次回お届け日を1周期先へ動かす", "Move the next delivery one cycle on"),
    (("next_delivery_date", "later"),),
)
PAST = Act(
    "set_next_dates",
    ("次回お届け日に過ぎた日付を入れる", "Set the next delivery to a date in the past"),
    (("next_delivery_date", "past"),),
)
