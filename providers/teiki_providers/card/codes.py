"""Codes that the card provider answers: GMO-PG's ErrInfo and the card network's refusals."""

from teiki_providers.books import SHARED_CODES, Code, Words
from teiki_providers.card.families import communication, declines, gateway, inputs

_ERR = "GMO-PG error code list"

#: Said by the book itself, in its own words.
_BOOK: tuple[Code, ...] = (
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
)
_FAMILIES = (*inputs(), *gateway(), *declines(), *communication(), *SHARED_CODES)
#: The book's own words go before those of the families.
CODES: tuple[Code, ...] = tuple({code.code: code for code in (*_FAMILIES, *_BOOK)}.values())

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
