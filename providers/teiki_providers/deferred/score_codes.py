"""スコア's codes of single fields and of the request. Only MULT0015 is public; these are modelled like it."""

from collections.abc import Mapping

from teiki_providers.books import Code

__all__ = ["MESSAGES", "REQUEST_CODES"]

_SOURCE = "prefix + four digits, as スコア's MULT0015; not public"
_MEANINGS: tuple[tuple[str, str, str], ...] = (
    ("SCOR0010", "認証エラー", "wrong login"),
    ("SCOR0011", "電文の形式エラー", "the document can't be read"),
    ("SCOR0012", "該当する処理がない", "no such call"),
    ("SCOR0101", "加盟店取引IDの不備", "shopTransactionId"),
    ("SCOR0102", "注文日の不備", "shopOrderDate"),
    ("SCOR0103", "購入者氏名の不備", "buyer's name"),
    ("SCOR0104", "購入者氏名カナの不備", "buyer's name in kana"),
    ("SCOR0105", "購入者電話番号の不備", "buyer's telephone"),
    ("SCOR0106", "購入者携帯電話番号の不備", "buyer's mobile telephone"),
    ("SCOR0107", "購入者メールの不備", "buyer's e-mail"),
    ("SCOR0108", "購入者携帯メールの不備", "buyer's mobile e-mail"),
    ("SCOR0109", "購入者郵便番号の不備", "buyer's postcode"),
    ("SCOR0110", "購入者都道府県の不備", "buyer's prefecture"),
    ("SCOR0111", "購入者住所2の不備", "buyer's address2"),
    ("SCOR0112", "購入者住所3の不備", "buyer's address3"),
    ("SCOR0113", "購入者会社名の不備", "buyer's company"),
    ("SCOR0114", "購入者部署名の不備", "buyer's department"),
    ("SCOR0115", "決済種別の不備", "paymentType"),
    ("SCOR0120", "配送先の件数の不備", "number of deliveries"),
    ("SCOR0121", "配送先氏名の不備", "recipient's name"),
    ("SCOR0122", "配送先郵便番号の不備", "recipient's postcode"),
    ("SCOR0123", "配送先都道府県の不備", "recipient's prefecture"),
    ("SCOR0124", "配送先住所2の不備", "recipient's address2"),
    ("SCOR0125", "配送先住所3の不備", "recipient's address3"),
    ("SCOR0126", "配送先会社名の不備", "recipient's company"),
    ("SCOR0127", "配送先部署名の不備", "recipient's department"),
    ("SCOR0128", "配送先電話番号の不備", "recipient's telephone"),
    ("SCOR0129", "配送先メールの不備", "recipient's e-mail"),
    ("SCOR0130", "明細の不備", "goods"),
    ("SCOR0140", "運送会社コードの不備", "carrier's code"),
    ("SCOR0141", "送り状番号の形式", "slip number of a wrong form"),
)
REQUEST_CODES: tuple[Code, ...] = tuple(
    Code(code, ja, en, False, _SOURCE, False) for code, ja, en in _MEANINGS
)
MESSAGES: Mapping[str, str] = {code: ja for code, ja, _ in _MEANINGS}
