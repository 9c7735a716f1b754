"""To which prefecture a postcode belongs, by its first two digits (public tables of Japan Post).

Some border towns have their neighbours' postcodes; those pairs are let through as a whole.
"""

__all__ = ["fits"]

_BY_START = (
    ("00 04 05 06 07 08 09", "北海道"), ("01", "秋田県"), ("02", "岩手県"), ("03", "青森県"),
    ("10 11 12 13 14 15 16 17 18 19 20", "東京都"), ("21 22 23 24 25", "神奈川県"), ("26 27 28 29", "千葉県"),
    ("30 31", "茨城県"), ("32", "栃木県"), ("33 34 35 36", "埼玉県"), ("37", "群馬県"), ("38 39", "長野県"),
    ("40", "山梨県"), ("41 42 43", "静岡県"), ("44 45 46 47 48 49", "愛知県"), ("50", "岐阜県"), ("51", "三重県"),
    ("52", "滋賀県"), ("53 54 55 56 57 58 59", "大阪府"), ("60 61 62", "京都府"), ("63", "奈良県"),
    ("64", "和歌山県"), ("65 66 67", "兵庫県"), ("68", "鳥取県"), ("69", "島根県"), ("70 71", "岡山県"),
    ("72 73", "広島県"), ("74 75", "山口県"), ("76", "香川県"), ("77", "徳島県"), ("78", "高知県"),
    ("79", "愛媛県"), ("80 81 82 83", "福岡県"), ("84", "佐賀県"), ("85", "長崎県"), ("86", "熊本県"),
    ("87", "大分県"), ("88", "宮崎県"), ("89", "鹿児島県"), ("90", "沖縄県"), ("91", "福井県"), ("92", "石川県"),
    ("93", "富山県"), ("94 95", "新潟県"), ("96 97", "福島県"), ("98", "宮城県"), ("99", "山形県"),
)  # fmt: skip
_OF_START = {start: prefecture for starts, prefecture in _BY_START for start in starts.split()}
_PREFECTURES = frozenset(_OF_START.values())
_NEIGHBOURS = frozenset(
    {
        ("38", "群馬県"), ("38", "新潟県"), ("43", "愛知県"), ("49", "三重県"), ("51", "和歌山県"), ("56", "兵庫県"),
        ("61", "大阪府"), ("63", "三重県"), ("64", "奈良県"), ("68", "島根県"), ("81", "長崎県"), ("83", "大分県"),
        ("87", "福岡県"), ("93", "石川県"), ("94", "長野県"),
    }
)  # fmt: skip


def fits(postcode: str, address: str) -> bool:
    """Whether a postcode fits an address; an address without a prefecture fits any."""
    prefecture = next((p for p in _PREFECTURES if address.startswith(p)), "")
    start = postcode[:2]
    return not prefecture or _OF_START.get(start) == prefecture or (start, prefecture) in _NEIGHBOURS
