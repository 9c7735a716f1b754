"""Codes of Rakuten Pay version 1, direct: of a whole call, and of single orders in it."""

from collections.abc import Mapping

from teiki_providers.books import Code

__all__ = ["API_BY_CODE", "API_CODES", "ORDER_BY_CODE", "ORDER_CODES"]

_API = "apiErrorCode table of a ticketing shop's client"
_ORDER = "orderErrorCode table of a ticketing shop's client"

API_CODES: tuple[Code, ...] = (
    Code("100", "メンテナンス中", "maintenance", True, _API),
    Code("200", "システムエラー", "system", True, _API),
    Code("300", "形式エラー", "format", False, _API),
    Code("400", "サービスIDまたはアクセスキーが不正", "serviceId or accessKey", False, _API),
    Code("500", "リクエストIDが使用済みか不明", "requestId used or unknown", False, _API),
    Code("600", "XMLの解析エラー", "XML parse", False, _API),
    Code("700", "すべての注文が失敗", "all orders failed", False, _API),
    Code("800", "注文が多すぎる", "too many orders", False, _API),
)
ORDER_CODES: tuple[Code, ...] = (
    Code("10", "注文がない", "order not found", False, _ORDER),
    Code("11", "注文番号が不正", "bad id", False, _ORDER),
    Code("20", "決済ステータスが対象外", "wrong payment status", False, _ORDER),
    Code("30", "期限を過ぎている", "past the date limit", False, _ORDER),
    Code("40", "商品IDが一致しない", "item id mismatch", False, _ORDER),
    Code("41", "商品がない", "items missing", False, _ORDER),
    Code("42", "商品が500を超える", "over 500 items", False, _ORDER),
    Code("50", "合計が100円未満", "total below ¥100", False, _ORDER),
    Code("51", "合計が0円", "total is zero", False, _ORDER),
    Code("52", "合計が9桁以上", "total of 9 digits or more", False, _ORDER),
    Code("60", "ほかの操作を受付済み", "another operation is already accepted", False, _ORDER),
    Code("90", "システムエラー", "system", True, _ORDER),
)

#: The book's and the trades' words as an order's code; modelled where the meaning leaves a choice.
ORDER_BY_CODE: Mapping[str, str] = {
    "E90010001": "60",
    "E01420010": "30",
    "M01126011": "30",
    "M01127011": "30",
    "RI1000006": "10",
    "RI1000001": "20",
    "RI1000003": "20",
    "E11010001": "20",
    "E11010002": "20",
    "E01060010": "20",
    "E01060005": "52",
}
#: The book's words for a provider that can't serve.
API_BY_CODE: Mapping[str, str] = {"E92000001": "100"}
