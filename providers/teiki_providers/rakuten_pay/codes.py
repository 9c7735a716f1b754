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
