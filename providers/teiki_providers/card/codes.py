"""Codes that the card provider answers: GMO-PG's ErrInfo and the card network's refusals."""

from teiki_providers.books import SHARED_CODES, Code, Words

_ERR = "GMO-PG error code list"
_NET = "GMO-PG error code list; finer meanings from general lists of card codes"

CODES: tuple[Code, ...] = (
    Code("E01050004", "この処理区分は実行できない", "this JobCd can't be executed now", False, _ERR),
    Code("E01060010", "金額が取引と一致しない", "the amount differs from the transaction's", False, _ERR),
    Code("E01060011", "金額が範囲外", "the amount is out of range", False, _ERR),
    Code("E01110002", "取引が存在しない", "no such transaction", False, _ERR),
    Code("E01420010", "仮売上の有効期限を過ぎている", "the authorisation is past its validity", False, _ERR),
    Code("E01E50004", "3Dセキュア認証中", "3-D Secure is under way", False, _ERR),
    Code("E11010001", "すでに完了した取引", "the transaction is already finished", False, _ERR),
    Code("E11010002", "決済が完了していない取引", "the transaction is not settled yet", False, _ERR),
    Code("E11010003", "指定の処理はできない", "this JobCd is impossible here", False, _ERR),
    Code("E11010010", "180日を超えている", "older than 180 days", False, _ERR),
    Code("E91029999", "カード会社との通信エラー", "failed in communication; look it up", True, _ERR),
    Code("E91099996", "システムの内部エラー", "internal error; look it up", True, _ERR),
    Code("E91099997", "存在しないAPI", "no such call", False, _ERR),
    Code("E92000001", "店舗の接続数の上限", "too many connections of this shop", True, _ERR),
    Code("E92000002", "サービス全体が混雑", "the whole service is busy", True, _ERR),
    Code("42G020000", "残高不足", "balance insufficient", False, _NET),
    Code("42G030000", "限度額超過", "over the card's limit", False, _NET),
    Code("42G120000", "カード使用不可", "the card can't be used", False, _NET),
    Code("42G300000", "カード会社による保留", "held: the card company suspects misuse", False, _NET),
    Code("42G550000", "1日の限度額超過", "daily limit exceeded", False, _NET),
    Code("42G600000", "事故カード", "reported lost or misused", False, _NET),
    Code("42G650000", "カード番号誤り", "card number wrong", False, _NET),
    Code("42G830000", "有効期限誤り", "expired", False, _NET),
    *SHARED_CODES,
)

WORDS = Words(
    declined="42G120000",
    held="E01E50004",
    expired="E01420010",
    amount="E01060010",
    cap="E01060011",
    past_cancel="E11010010",
    past_refund="E11010010",
    refund_amount="E01060010",
    increase="E01060010",
    finished="E11010001",
    capture_failed="E91029999",
    maintenance="E92000002",
    rate_limit="E92000001",
    server_error="E91099996",
)
