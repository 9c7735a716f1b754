"""The closed list of event kinds, the sides they are seen on and the actors who cause them."""

from dataclasses import dataclass
from enum import IntEnum


class Side(IntEnum):
    """On whose side a row was seen. A monitor uses store rows and the provider's ledger."""

    STORE = 0
    PROVIDER = 1
    WAREHOUSE = 2
    CARRIER = 3
    CUSTOMER = 4


class Actor(IntEnum):
    """Who made it happen."""

    SYSTEM = 0
    CUSTOMER = 1
    OPERATOR = 2
    PROVIDER = 3
    WAREHOUSE = 4
    CARRIER = 5
    ACQUIRER = 6


class Kind(IntEnum):
    """What happened. The numbers are internal; files carry the names in lower case."""

    SETTING = 0
    OPENED = 1
    GENERATED = 2
    SCHEDULED = 3
    AUTHORISED = 4
    DECLINED = 5
    PENDING = 6
    NO_ANSWER = 7
    REAUTHORISED = 8
    HELD = 9
    RELEASED = 10
    EDITED = 11
    SKIPPED = 12
    STOPPED = 13
    RESUMED = 14
    ENDED = 15
    EXPORTED = 16
    HANDED_OVER = 17
    WAREHOUSE_STOPPED = 18
    SHIPPED = 19
    COMPLETED = 20
    DELIVERED = 21
    CAPTURED = 22
    CAPTURE_FAILED = 23
    CANCELLED = 24
    PAYMENT_CANCELLED = 25
    REFUNDED = 26
    RETURNED = 27
    DELETED = 28
    EXPIRED = 29
    GENERATION_FAILED = 30
    FLAG_SET = 31
    FLAG_CLEARED = 32
    MESSAGE = 33
    MAIL = 34
    JOB = 35
    POINTS = 36
    DECISION = 37
    INVOICE_PRINTED = 38
    INVOICE_PAID = 39
    NOTICE = 40
    REFUSED = 41
    REPAIRED = 42
    INQUIRED = 43
    PARCEL_RETURNED = 44
    ENCLOSED = 45
    ADJUSTED = 46
    CARD_DELETED = 47
    CARD_REGISTERED = 48
    ADDRESS_CHANGED = 49
    COUNTED = 50
    RECALCULATED = 51
    SHOWN = 53
    TERMS = 54

    @property
    def label(self) -> str:
        """The name that files carry."""
        return self.name.lower()


KIND_NUMBERS = range(max(Kind) + 1)
"""What is indexed by kind has an entry for each of these; not every number need be a kind."""


@dataclass(frozen=True, slots=True)
class KindNote:
    """What one kind means and which columns it fills beside seq, at, actor, kind and side."""

    meaning_ja: str
    meaning_en: str
    columns: tuple[str, ...]
    platforms: tuple[str, ...] = ("subscstore", "ecforce", "tamago", "marketplace")


_ORDER = ("subscription", "order", "customer", "cycle")
_DATES = ("ship_date", "delivery_date")
_GOODS = ("product", "quantity", "amount")
_MONEY = (*_ORDER, "method", "transaction", "amount", "status_from", "status_to", "code")

NOTES: dict[Kind, KindNote] = {
    Kind.SETTING: KindNote(
        "店舗の設定値。code が名前、quantity が値",
        "A term of the shop: code names it, quantity is its value",
        ("product", "code", "quantity", "detail"),
    ),
    Kind.OPENED: KindNote(
        "開始時点の定期または注文の状態",
        "The state of a subscription (or an order) when the run starts",
        (*_ORDER, "method", *_GOODS, *_DATES, "status_to", "code"),
    ),
    Kind.GENERATED: KindNote(
        "注文が生成された(定期は子注文)。店舗が採番していない注文番号は code にある",
        "An order was generated (for a subscription: its child); code is an order number that the shop did not make",
        (*_ORDER, "method", *_GOODS, *_DATES, "status_to", "code"),
    ),
    Kind.SCHEDULED: KindNote(
        "定期の次回出荷予定日・次回お届け予定日が決まった",
        "The subscription's next ship and delivery dates were set",
        ("subscription", "customer", "cycle", *_DATES),
    ),
    Kind.AUTHORISED: KindNote("与信が通った", "An authorisation was accepted", _MONEY),
    Kind.DECLINED: KindNote("与信が断られた", "An authorisation was declined", _MONEY),
    Kind.PENDING: KindNote("与信が保留になった", "An authorisation is on hold at the provider", _MONEY),
    Kind.NO_ANSWER: KindNote(
        "決済会社から応答がない(届かなかったか、実行後に応答が失われたかは分からない)",
        "No answer came: never arrived, or done and the reply lost; the store cannot tell",
        _MONEY,
    ),
    Kind.REAUTHORISED: KindNote(
        "再与信が通った(amount は新しい与信額)",
        "A reauthorisation was accepted; amount is the newly authorised amount",
        _MONEY,
    ),
    Kind.HELD: KindNote(
        "注文(または定期)の出荷を止めた。code は理由、amount は報告した金額、"
        "quantity(定期全体のみ)は対象の注文数、ship_date は対応日",
        "An order (or a subscription) was held: code is the reason, amount what was reported, and quantity, "
        "for a whole subscription, how many of its orders were; ship_date is the day noted for it",
        (*_ORDER, "quantity", "amount", "ship_date", "code"),
    ),
    Kind.RELEASED: KindNote(
        "保留・出荷停止を解除した。ship_date は対応日、code はコメント",
        "A held order or subscription was released; ship_date is the day noted for it, code the comment",
        (*_ORDER, "ship_date", "code"),
    ),
    Kind.EDITED: KindNote(
        "注文または定期が編集された。値のある列が新しい値、code が編集項目",
        "An order or subscription was edited: filled columns are the new values, code says what was edited",
        (*_ORDER, "method", *_GOODS, *_DATES, "status_from", "status_to", "code"),
    ),
    Kind.SKIPPED: KindNote(
        "1回分をスキップした(注文番号があれば子注文ごと移動)",
        "One delivery was skipped; with an order, that waiting child moves",
        (*_ORDER, *_DATES),
    ),
    Kind.STOPPED: KindNote(
        "定期が停止(またはキャンセル)された",
        "The subscription was stopped (or cancelled)",
        ("subscription", "customer", "cycle", "status_from", "status_to", "code"),
    ),
    Kind.RESUMED: KindNote(
        "定期が再開された",
        "The subscription was resumed",
        ("subscription", "customer", "cycle", "status_from", "status_to"),
    ),
    Kind.ENDED: KindNote(
        "終了回数に達し、定期が終了した",
        "The set number of orders was generated: the course ended",
        ("subscription", "customer", "cycle", "status_from", "status_to"),
    ),
    Kind.EXPORTED: KindNote(
        "出荷作業対象(出荷リスト)に入った",
        "The order was put on the shipping work list",
        (*_ORDER, "status_from", "status_to"),
    ),
    Kind.HANDED_OVER: KindNote("倉庫に出荷データが渡った", "The shipping data reached the warehouse", _ORDER),
    Kind.WAREHOUSE_STOPPED: KindNote(
        "倉庫が出荷を止めたことを確認した",
        "The warehouse confirmed that the parcel was stopped",
        _ORDER,
    ),
    Kind.SHIPPED: KindNote(
        "荷物が出た(1個につき1行)。code は送り状番号",
        "A parcel left: one row each; code is its slip number",
        (*_ORDER, "method", *_GOODS, *_DATES, "code"),
    ),
    Kind.COMPLETED: KindNote(
        "出荷完了データを取り込んだ",
        "The shipping completion data were imported",
        (*_ORDER, "status_from", "status_to"),
    ),
    Kind.DELIVERED: KindNote("荷物が届いた", "The parcel was delivered", _ORDER),
    Kind.CAPTURED: KindNote(
        "売上が確定した(後払いは出荷報告。code は報告した送り状番号)",
        "The charge was captured; for deferred payment: the shipment was reported, code is the slip number sent",
        _MONEY,
    ),
    Kind.CAPTURE_FAILED: KindNote("売上処理に失敗した", "The capture failed", _MONEY),
    Kind.CANCELLED: KindNote(
        "注文がキャンセルされた", "The order was cancelled", (*_ORDER, "status_from", "status_to", "code")
    ),
    Kind.PAYMENT_CANCELLED: KindNote("決済が取り消された", "The payment was cancelled", _MONEY),
    Kind.REFUNDED: KindNote("返金された", "Money was refunded", _MONEY),
    Kind.RETURNED: KindNote(
        "返品処理をした(返品待ちを含む)",
        "The order was returned (or waits for the provider's cancel)",
        (*_ORDER, "status_from", "status_to"),
    ),
    Kind.DELETED: KindNote(
        "注文が削除された。code は決済をキャンセルするかの選択",
        "The order was deleted; code says whether the payment was to be cancelled",
        (*_ORDER, "status_from", "status_to", "code"),
    ),
    Kind.EXPIRED: KindNote("与信の有効期限が切れた", "An authorisation died of old age", _MONEY),
    Kind.GENERATION_FAILED: KindNote(
        "子注文が生成できなかった。code は理由",
        "A child could not be generated; code is the reason",
        ("subscription", "customer", "cycle", "method", "code"),
    ),
    Kind.FLAG_SET: KindNote(
        "定期注文自動生成エラー(要対応)が付いた",
        "The automatic generation error was set",
        ("subscription", "customer", "cycle", "code"),
    ),
    Kind.FLAG_CLEARED: KindNote(
        "定期注文自動生成エラー(要対応)が外れた",
        "The automatic generation error was cleared",
        ("subscription", "customer", "cycle", "code"),
    ),
    Kind.MESSAGE: KindNote("顧客からの連絡", "A message from the customer", (*_ORDER, "code")),
    Kind.MAIL: KindNote("顧客へのメール", "A mail to the customer", (*_ORDER, "code")),
    Kind.JOB: KindNote(
        "一括処理のジョブ。cycle がジョブ番号、order はその中の1件。code: searched(quantity 検索で見えた件数), "
        "registered(quantity 対象件数), "
        "completed / failed(quantity 失敗件数、amount その金額), reviewed, settled, edited_again(定期を quantity 回更新)",
        "A bulk job: cycle is its number, order one of its orders. code: searched (quantity hits seen), registered (quantity targets), "
        "completed or failed (quantity failed rows, amount their yen), reviewed, settled, edited_again (one subscription, "
        "edited quantity times)",
        (*_ORDER, "quantity", "amount", "code"),
    ),
    Kind.COUNTED: KindNote(
        "定期回数が変わった。quantity は新しい回数、code は lowered(取消による-1)か set(手入力)、order はそのもとの受注",
        "A subscription's count was changed: quantity is the new one, code lowered (by 1, for a cancel) or set; order "
        "is the one it was done for",
        (*_ORDER, "quantity", "code"),
    ),
    Kind.RECALCULATED: KindNote(
        "再計算した(注文なら amount が新しい金額、定期なら次回の価格と同梱品が回数に合う)",
        "Recalculated: an order's amount, or a subscription's next price and gifts",
        (*_ORDER, "amount"),
    ),
    Kind.POINTS: KindNote(
        "ポイントの増減。code は granted, used, revoked, returned, expired。recalculated では quantity が新しい付与ポイント",
        "Points granted, used, revoked, returned or expired, as code says; recalculated: quantity is what it grants now",
        (*_ORDER, "quantity", "code"),
    ),
    Kind.DECISION: KindNote(
        "未出荷の注文や止まった周期をどうするか、記録された判断",
        "A recorded decision on an unshipped order or a stalled cycle",
        (*_ORDER, "code"),
    ),
    Kind.INVOICE_PRINTED: KindNote(
        "請求書印字データをダウンロードした", "The invoice print data were downloaded", _ORDER
    ),
    Kind.INVOICE_PAID: KindNote("顧客が請求書を支払った", "The customer paid the invoice", _MONEY),
    Kind.NOTICE: KindNote(
        "決済会社・システムからの通知。code が carrier なら quantity は配送方法の番号",
        "A notice; with the code carrier, quantity is the number of the delivery method",
        (*_ORDER, "product", "quantity", *_DATES, "code"),
    ),
    Kind.REFUSED: KindNote(
        "操作が断られた。rule は断った規則",
        "An operation was refused; rule says which rule",
        (*_ORDER, "code"),
    ),
    Kind.REPAIRED: KindNote(
        "顧客が支払い手段を直した・変えた",
        "The customer repaired or changed the means of payment",
        ("subscription", "customer", "cycle", "method", "code"),
    ),
    Kind.INQUIRED: KindNote(
        "応答のない取引を同じ番号で照会した。code は照会の答え",
        "An unanswered transaction was looked up by the same key; code is the answer",
        _MONEY,
    ),
    Kind.ENCLOSED: KindNote(
        "回数特典を同梱した", "A gift for this delivery count was enclosed", (*_ORDER, "product", "quantity")
    ),
    Kind.SHOWN: KindNote(
        "縛りのあるコースの総額を表示した。amount が総額、quantity が縛りの回数、code が表示した画面",
        "The total of a bound course was shown: amount is the total, quantity the deliveries, code the page",
        ("subscription", "customer", "cycle", "quantity", "amount", "code"),
    ),
    Kind.TERMS: KindNote(
        "売ったときの条件。定期: code が bound(縛り)か ends(終了)、quantity が回数。注文: code が購入上限のある商品の買い手",
        "What was sold on: of a subscription, code is bound or ends and quantity the deliveries; of an order of goods "
        "with a purchase limit, code is the buyer",
        (*_ORDER, "product", "quantity", "code"),
    ),
    Kind.PARCEL_RETURNED: KindNote(
        "荷物が受取拒否などで戻った", "The parcel came back, refused or undeliverable", _ORDER
    ),
    Kind.ADJUSTED: KindNote(
        "調整金額の入力・適用・精算など。amount は円、code は何をしたか(charge は請求、credit は値引き)",
        "An adjustment was agreed, entered, applied, withdrawn or settled; code says which, amount is in yen",
        (*_ORDER, "amount", "code"),
    ),
    Kind.CARD_DELETED: KindNote(
        "顧客のカード(または決済の利用契約)がなくなった",
        "The customer's card (or billing agreement) is gone",
        ("subscription", "customer", "cycle", "method", "code"),
    ),
    Kind.CARD_REGISTERED: KindNote(
        "顧客がカードを登録した",
        "The customer registered a card",
        ("subscription", "customer", "cycle", "method", "code"),
    ),
    Kind.ADDRESS_CHANGED: KindNote(
        "顧客情報の住所が変わった(定期と注文は別)。quantity は何番目の住所か",
        "The customer's own address changed, not the subscription's or an order's; quantity is its revision",
        ("subscription", "customer", "cycle", "quantity"),
    ),
}
