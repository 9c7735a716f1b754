"""Codes of deferred payment: Net Protections' own, and スコア's, most of which are not public."""

from teiki_providers.books import SHARED_CODES, Code, Words
from teiki_providers.deferred.np_field_codes import np_envelope_codes, np_field_codes
from teiki_providers.deferred.score_codes import REQUEST_CODES

_MAN = "Next Engine manual of NP後払い"
_SDK = "public NP clients (saleor)"
_BOTH = "two public NP clients (saleor, a Laravel shop)"
_LARAVEL = "a public NP client (a Laravel shop)"
_AGAIN = "re-registration; code modelled"
_MODEL = "prefix + four digits, as スコア's MULT0015; not public"

UNPRINTED = "請求書印字データがダウンロードされていません"
TWICE = "取引登録失敗"

NP_CODES: tuple[Code, ...] = (
    Code("NG001", "限度額超過", "amount limit exceeded", False, _MAN),
    Code("NG999", "その他の与信NG", "refused; the reason is not disclosed", False, _MAN),
    Code("RE009", "購入者住所の不備", "buyer address incomplete", False, _BOTH),
    Code("RE026", "その他の保留", "held for another reason", False, _BOTH),
    *(
        Code(code, ja, en, False, _BOTH)
        for code, ja, en in (
            ("RE014", "購入者住所の要確認", "buyer address to be confirmed"),
            ("RE015", "配送先住所の不備", "delivery address incomplete"),
            ("RE020", "配送先住所の要確認", "delivery address to be confirmed"),
            ("RE021", "購入者電話番号の不備", "buyer telephone number wrong"),
            ("RE023", "配送先電話番号の不備", "delivery telephone number wrong"),
        )
    ),
    *np_envelope_codes(),
    *np_field_codes(),
    Code("E0100113", "取引が存在しない", "no such transaction", False, _BOTH),
    Code("E0100114", "すでにキャンセル済み", "already cancelled", False, _BOTH),
    Code("E0100115", "すでに出荷報告済み", "shipment already reported", False, _BOTH),
    Code("E0100118", "すでに入金済み", "already paid by the customer", False, _BOTH),
    Code("E0100132", "決済種別が合わない", "settlement type does not fit", False, _SDK),
    Code("E0100105", "与信OKでない取引", "the authorisation is not OK", False, "meaning modelled", False),
    Code("E0100106", "送り状番号の不備", "slip number missing", False, "meaning modelled", False),
    Code("E0100108", "金額の不備", "the amount is not acceptable", False, "meaning modelled", False),
    Code("E0100107", "送り状番号の形式", "slip number of a wrong form", False, "meaning modelled", False),
    Code("E0100109", "運送会社コードなし", "carrier's code missing", False, "meaning modelled", False),
    Code("E0100110", "運送会社コード不明", "carrier's code unknown", False, "meaning modelled", False),
    Code("E0100111", "同梱の請求書発行日がない", "a bundled invoice needs its date", False, _LARAVEL),
    Code("E0100143", "別送に請求書発行日は不要", "a separate invoice has no such date", False, _LARAVEL),
    Code("E0100124", TWICE, "a live transaction stands under this order", False, "meaning modelled", False),
    Code("E0100126", UNPRINTED, "invoice print data not downloaded", False, "meaning modelled", False),
    Code(
        "E0131005",
        "出荷後にキャンセルされた取引ではない",
        "not cancelled after its shipment",
        False,
        _AGAIN,
        False,
    ),
    Code("E0131006", "すでに再登録済み", "the base was registered again already", False, _BOTH),
    Code("E0131007", "出荷報告の翌日以降に限る", "not before the day after the report", False, _AGAIN, False),
    Code("E0131010", "元の取引の金額を超える", "amount above the base", False, _BOTH),
    Code("E0131011", "再登録の回数が多すぎる", "too many re-registrations", False, _BOTH),
    Code("E0109002", "システムエラー", "NP system error", True, _SDK),
    Code("E0109003", "システムエラー", "NP system error", True, _SDK),
    Code(
        TWICE,
        "同じ注文番号の取引が残っている",
        "a live transaction stands under this order",
        False,
        "EC-PAY-05",
    ),
    Code(UNPRINTED, "請求書の印字データが未取得", "invoice print data not downloaded", False, "INV-25"),
    *SHARED_CODES,
)

SCORE_CODES: tuple[Code, ...] = (
    Code("NG", "与信NG", "refused", False, "public clients of スコア後払い"),
    Code("保留", "与信保留", "held", False, "public clients of スコア後払い"),
    Code(
        "MULT0015", "すでに入金済み", "already paid by the customer", False, "a public client of スコア後払い"
    ),
    Code("SCOR0001", "取引が存在しない", "no such transaction", False, _MODEL, False),
    Code("SCOR0002", "与信OKでない取引", "the authorisation is not OK", False, _MODEL, False),
    Code("SCOR0003", "すでにキャンセル済み", "already cancelled", False, _MODEL, False),
    Code("SCOR0004", "すでに出荷報告済み", "shipment already reported", False, _MODEL, False),
    Code("SCOR0005", "送り状番号の不備", "slip number missing", False, _MODEL, False),
    Code("SCOR0006", "請求金額が取引と一致しない", "billedAmount does not agree", False, _MODEL, False),
    Code("SCOR0007", "与信の有効期限切れ", "the authorisation has lapsed", False, _MODEL, False),
    Code("SCOR0008", "同梱の契約ではない", "not a bundled-invoice contract", False, _MODEL, False),
    *REQUEST_CODES,
    Code("SCOR9999", "システムエラー", "system error", True, _MODEL, False),
    *SHARED_CODES,
)

NP_WORDS = Words(
    declined="NG999",
    held="RE009",
    expired="E0100114",  # NP reports an expired one as already cancelled
    amount="E0100108",
    cap="NG001",
    past_cancel="E0100118",
    past_refund="E0100118",
    refund_amount="E0100108",
    increase="E0100108",
    finished="E0100118",
    capture_failed="E0109002",
    maintenance="E0109003",
    rate_limit="E0109003",
    server_error="E0109002",
    slip="E0100106",
    unprinted=UNPRINTED,
    live=TWICE,
)

SCORE_WORDS = Words(
    declined="NG",
    held="保留",
    expired="SCOR0007",
    amount="SCOR0006",
    cap="SCOR0006",
    past_cancel="MULT0015",
    past_refund="MULT0015",
    refund_amount="SCOR0006",
    increase="SCOR0006",
    finished="MULT0015",
    capture_failed="SCOR9999",
    maintenance="SCOR9999",
    rate_limit="SCOR9999",
    server_error="SCOR9999",
    slip="SCOR0005",
)
