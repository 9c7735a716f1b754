"""The control API's calls in one table."""

from teiki_providers.server import calls, door
from teiki_providers.server import models as m
from teiki_providers.server.control import PROVIDERS, Call

__all__ = ["TABLE"]

_PROVIDER = {"provider": PROVIDERS}

# fmt: off
TABLE: tuple[Call, ...] = (
    Call("GET", "health", calls.health, "稼働確認", "Alive."),
    Call("GET", "quiesce", calls.quiesce, "静かになるまで待つ", "Wait until nothing is in flight.", query=m.Quiesce),
    Call("GET", "ca.pem", calls.ca_pem, "認証局の証明書", "The CA's certificate.", answers="application/x-pem-file"),
    Call("GET", "instruments", calls.instruments, "試験用の値の一覧", "The magic values."),
    Call("POST", "reset", calls.reset, "開始時刻の空の状態へ", "An empty world at the start.", body=m.Nothing),
    Call("GET", "clock", calls.clock, "時計", "The clock."),
    Call("POST", "clock/advance", calls.advance, "時計を進める", "Advance the clock through everything that is due.",
         body=m.Advance, fails=(409,)),
    Call("GET", "faults", calls.faults, "登録した障害と発生回数", "Posted faults with their hits."),
    Call("POST", "faults", calls.post_fault, "障害を登録", "Post a fault.", body=m.FaultBody, fails=(409,)),
    Call("GET", "recoveries", calls.recoveries, "応答が失われた請求のその後",
         "What became of charges whose replies were lost: charged_twice, lost_order, reconciled."),
    Call("DELETE", "faults", calls.drop_faults, "障害をすべて取り消す", "Drop all faults."),
    Call("DELETE", "faults/{id}", calls.drop_fault, "障害を取り消す", "Drop a fault.", fails=(404,)),
    Call("GET", "{provider}/transactions", calls.transactions, "取引の一覧", "A provider's transactions, newest last.",
         query=m.TransactionsQuery, parts=_PROVIDER),
    Call("GET", "{provider}/transactions/{id}", calls.transaction, "取引の経過・台帳・理由",
         "One transaction: timeline, ledger, why it was answered so.", fails=(404,), parts=_PROVIDER),
    Call("POST", "{provider}/transactions/{id}/results", calls.results, "次の照会で返る結果",
         "The next asynchronous results, by poll.", body=m.Results, fails=(404, 409), parts=_PROVIDER),
    Call("POST", "{provider}/buyer/{id}/{action}", calls.buyer, "購入者の行動", "What the consumer does elsewhere.",
         body=m.BuyerDeed, fails=(404, 409), parts=_PROVIDER),
    Call("POST", "amazon_pay/billing_agreements", calls.billing_agreement, "下書きの支払契約を作る",
         "A new draft agreement.", body=m.Draft, fails=(404,)),
    Call("POST", "amazon_pay/order_references", calls.order_reference, "下書きの注文を作る",
         "A new draft order reference.", body=m.Draft, fails=(404,)),
    Call("POST", "acquirer/fraud_notice", calls.fraud_notice, "不正の疑いによる発送停止の依頼",
         "A delivery-stop request for a transaction.", body=m.FraudNotice, fails=(404, 409)),
    Call("GET", "journal", calls.journal, "すべての要求と応答(伏字)", "Every request and answer, masked.",
         query=m.JournalQuery),
    Call("GET", "notices", calls.notices, "店舗への通知", "Notices sent, failed, pending."),
    Call("POST", "notices/{id}/resend", calls.resend, "通知を再送", "Send a notice again.", body=m.Nothing, fails=(404,)),
    Call("GET", "credentials", calls.credentials, "認証情報(伏字)", "Logins, secrets masked."),
    Call("POST", "credentials", calls.put_credential, "認証情報を登録", "Add or replace a login.", body=m.CredentialBody),
    Call("POST", "door/open", door.open_door, "店舗エンジンの実行を始める", "A run of teiki's own store begins.",
         body=m.Door),
    Call("POST", "door/call", door.call, "店舗エンジンの呼び出し", "What teiki's own store asks beside the wire.",
         body=m.DoorCall, fails=(404,)),
    Call("POST", "door/clock", door.clock, "時計を合わせるだけ", "Set the clock, visiting nothing.", body=m.DoorClock),
    Call("POST", "door/rows", door.rows, "決済会社側の行", "The provider's rows since the last time.", body=m.Nothing,
         fails=(409,)),
)
# fmt: on
