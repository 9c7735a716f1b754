"""NP's codes of single fields and of the envelope, as public NP clients list them."""

from collections.abc import Iterator

from teiki_providers.books import Code

__all__ = ["np_envelope_codes", "np_field_codes"]

_SALEOR = "public NP clients (saleor)"
_WORDS = {
    "missing": ("未入力", "missing"),
    "letters": ("使用できない文字", "bad character"),
    "length": ("桁数超過", "too long"),
    "form": ("形式不正", "of a wrong form"),
    "misfit": ("住所と郵便番号の不一致", "does not fit the address"),
    "eleven": ("11桁ではない", "needs 11 digits"),
    "ten": ("10桁ではない", "needs 10 digits"),
}
_FIELDS = (
    ("購入者氏名", "buyer's name", "missing:048 letters:049 length:050"),
    ("購入者氏名カナ", "buyer's name in kana", "length:051 letters:052"),
    ("購入者会社名", "buyer's company", "length:053 letters:054"),
    ("購入者部署名", "buyer's department", "length:055 letters:056"),
    ("購入者郵便番号", "buyer's postcode", "missing:057 letters:058 misfit:059 form:136"),
    ("購入者住所", "buyer's address", "missing:060 letters:061 length:062"),
    ("購入者電話番号", "buyer's telephone", "missing:063 letters:064 form:065 eleven:066 ten:067"),
    ("購入者メール", "buyer's e-mail", "missing:068 letters:069 length:070 form:071"),
    ("配送先氏名", "recipient's name", "missing:072 letters:073 length:074"),
    ("配送先氏名カナ", "recipient's name in kana", "length:075 letters:076"),
    ("配送先会社名", "recipient's company", "length:077 letters:078"),
    ("配送先部署名", "recipient's department", "length:079 letters:080"),
    ("配送先郵便番号", "recipient's postcode", "missing:081 letters:082 misfit:083 form:137"),
    ("配送先住所", "recipient's address", "missing:084 letters:085 length:086"),
    ("配送先電話番号", "recipient's telephone", "missing:087 letters:088 form:089 eleven:090 ten:091"),
)
#: The numbers before the buyer's are not public (modelled).
_OWN = (
    ("加盟店取引ID", "the shop's order number", "missing:041 letters:042 length:043"),
    ("注文日", "the order's date", "missing:044 form:045"),
    ("決済種別", "the settlement type", "form:046"),
    ("請求金額", "the billed amount", "form:047"),
)


def np_field_codes() -> Iterator[Code]:
    """One for each check of a field."""
    for fields, source, documented in ((_FIELDS, _SALEOR, True), (_OWN, "number modelled", False)):
        for ja, en, checks in fields:
            for check in checks.split():
                kind, _, number = check.partition(":")
                why_ja, why_en = _WORDS[kind]
                yield Code(f"E0100{number}", f"{ja}: {why_ja}", f"{en}: {why_en}", False, source, documented)
    for code, ja, en in (
        ("E0102001", "商品名の不備", "goods: name"),
        ("E0102002", "商品単価の不備", "goods: price"),
        ("E0102003", "商品数量の不備", "goods: quantity"),
    ):
        yield Code(code, ja, en, False, "number modelled", False)
    yield Code("E0102004", "明細合計と請求金額の差", "goods sum against billed amount", False, _SALEOR)


def np_envelope_codes() -> Iterator[Code]:
    """Of the request as a whole and of an item's id."""
    for code, ja, en in (
        ("EPRO0101", "取引リストが空", "the list is empty, or can't be read (the latter modelled)"),
        ("EPRO0102", "取引件数の超過", "more than 1,000 items"),
        ("EPRO0105", "NP取引IDなし", "NP's id missing"),
        ("EPRO0106", "同じ取引IDの重複", "the same id twice in a batch"),
        ("E0100002", "NP取引IDが英数字でない", "NP's id is not alphanumeric"),
        ("E0100003", "NP取引IDが11桁でない", "NP's id is not of 11 digits"),
    ):
        yield Code(code, ja, en, False, _SALEOR)
    yield Code("EPRO0109", "日付の不備", "a date is wrong", False, "public NP clients (unconfirmed)", False)
    yield Code("EPRO0103", "認証エラー", "wrong login or terminal", False, "code modelled", False)
    yield Code("EPRO0104", "該当するAPIがない", "no such call", False, "code modelled", False)
