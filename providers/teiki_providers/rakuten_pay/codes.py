"""Codes that Rakuten Pay answers through GMO-PG; version 2 has no public list, so it uses the E and RI ones."""

from teiki_providers.books import SHARED_CODES, Code, Words

_ERR = "GMO-PG error code list (Rakuten)"

CODES: tuple[Code, ...] = (
    Code("E01060010", "金額が取引と一致しない", "the amount differs from the trade", False, _ERR),
    Code("E01060005", "金額の桁数超過", "too many digits in the amount", False, _ERR),
    Code("E01420010", "仮売上の有効期限を過ぎている", "provisional sale past its validity", False, _ERR),
    Code("E11010001", "すでに完了した取引", "already settled", False, _ERR),
    Code("E11010002", "決済が完了していない取引", "not yet settled, can't be changed", False, _ERR),
    Code("E11010003", "指定の処理はできない", "the asked processing is not possible", False, _ERR),
    Code("E91029999", "失敗、時間をおいて再実行", "failed, try later", True, _ERR),
    Code("E91099996", "システムの内部エラー", "internal error", True, _ERR),
    Code("E91099997", "存在しないAPI", "no such call", False, _ERR),
    Code("E92000001", "混雑", "too busy", True, _ERR),
    Code("M01127011", "売上翌月末を過ぎている", "past the end of the month after completion", False, _ERR),
    Code(
        "REQSUCCESS", "購入者の手続き待ち", "waiting for the consumer (a status)", False, "GMO-PG status list"
    ),
    Code("RI1000001", "状態遷移エラー", "bad transition", False, _ERR),
    Code("RI1000002", "有効期限切れ", "expired", False, _ERR),
    Code("RI1000006", "取引が存在しない", "the trade does not exist", False, _ERR),
    Code("RI1000007", "決済の不一致", "settlement mismatch", False, _ERR),
    Code("RI1009999", "その他のエラー", "other", False, _ERR),
    Code("RI2000100", "システムエラー", "system error", True, _ERR),
    *SHARED_CODES,
)

_FORM = "GMO-PG error code list: item and reason"
_OURS = "which code fits is not documented"
#: What the wire answers besides: the form of calls, and states that the ledger doesn't know.
WIRE_CODES: tuple[Code, ...] = (
    Code("E00000010", "本文が空か読めない", "empty or unreadable body", False, "GMO-PG error code list"),
    Code("E31500014", "POST ではない", "not a POST", False, "GMO-PG error code list"),
    Code("E01010001", "ショップIDがない", "ShopID missing", False, _ERR),
    Code("E01020001", "ショップパスワードがない", "ShopPass missing", False, _ERR),
    Code("E01030002", "ショップIDとパスワードの組がない", "no such shop and password", False, _ERR),
    Code("E01040001", "オーダーIDがない", "OrderID missing", False, _ERR),
    Code("E01040003", "オーダーIDが長い", "OrderID too long", False, _ERR),
    Code("E01040010", "オーダーIDは使用済み", "OrderID already used", False, _ERR),
    Code("E01040013", "オーダーIDの文字が不正", "bad characters in OrderID", False, _ERR),
    Code("E01050001", "処理区分がない", "JobCd missing", False, _ERR),
    Code("E01050002", "処理区分が未定義", "JobCd unknown", False, _ERR),
    Code("E01060001", "金額がない", "amount missing", False, _ERR),
    Code("E01060006", "金額が数字ではない", "amount not a number", False, _ERR),
    Code("E01060011", "金額が範囲外", "amount out of range", False, _FORM, False),
    Code("E01090001", "取引IDがない", "AccessID missing", False, _ERR),
    Code("E01090008", "取引IDの形式不正", "AccessID malformed", False, _ERR),
    Code("E01100001", "取引パスワードがない", "AccessPass missing", False, _ERR),
    Code("E01110002", "取引が存在しない", "no such trade", False, _ERR),
    Code("E90010001", "二重送信、先の処理が実行中", "double submit, the first is still running", False, _ERR),
    Code("M01121001", "商品IDがない", "item id missing", False, _ERR),
    Code("M01123001", "商品名がない", "item name missing", False, _ERR),
    Code("M01124001", "決済結果戻しURLがない", "return URL missing", False, _ERR),
    Code("M01125001", "失敗時URLがない", "failure URL missing", False, _ERR),
    Code(
        "M01126011", "注文から5か月後の月末を過ぎている", "past the fifth month after the order", False, _ERR
    ),
    Code("RI1000003", "すでに決済済み", "already settled", False, _ERR),
    Code("RI1000004", "購入データがない", "no purchase data (here: no such consent)", False, _OURS, False),
    Code(
        "RI1000008",
        "状態遷移エラー",
        "state transition (here: the consumer ended the consent)",
        False,
        _OURS,
        False,
    ),
)

WORDS = Words(
    declined="RI1009999",
    held="REQSUCCESS",
    expired="E01420010",
    amount="E01060010",
    cap="E01060005",
    past_cancel="M01127011",
    past_refund="M01127011",
    refund_amount="E01060010",
    increase="E01060010",
    finished="E11010001",
    capture_failed="E91029999",
    maintenance="E92000001",
    rate_limit="E92000001",
    server_error="RI2000100",
)
