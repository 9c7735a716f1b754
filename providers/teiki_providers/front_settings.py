"""What the dialects can be told when a sandbox is opened: every setting's name, range and meaning, in one table."""

from collections.abc import Mapping
from typing import NamedTuple

__all__ = ["SETTINGS", "Setting"]


class Setting(NamedTuple):
    """A whole number from ``least`` to ``most``."""

    least: int
    most: int
    default: int
    ja: str
    en: str


_YEN = 9_999_999
_FRONTS = {"np": "NP", "score": "スコア"}
SETTINGS: Mapping[str, Setting] = {
    "card.strict_dates": Setting(
        0, 1, 0, "取消・返品の日付を厳密に", "VOID, RETURN, RETURNX by the date alone"
    ),
    "card.raw_numbers": Setting(0, 1, 1, "カード番号の直接送信を許す", "raw card numbers are taken"),
    "card.cards_per_member": Setting(1, 10, 5, "会員あたりのカード数", "cards a member may have"),
    "amazon_pay.v1_throttle": Setting(0, 1, 0, "v1 の流量制限", "version 1's quotas"),
    "amazon_pay.v1_repeat_close": Setting(
        0, 1, 0, "v1 の再度のクローズを許す", "version 1: closing twice is fine"
    ),
    "rakuten_pay.v1_follow_up_s": Setting(0, 86_400, 60, "V1 の後続処理の秒数", "seconds of V1's follow-ups"),
    "rakuten_pay.follow_up_s": Setting(0, 86_400, 0, "V2 の後続処理の秒数", "seconds of V2's follow-ups"),
    **{
        f"deferred.{front}_{name}": Setting(0, most, default, f"{label}: {ja}", f"{front}: {en}")
        for front, label in _FRONTS.items()
        for name, most, default, ja, en in (
            ("one", _YEN, 55_000, "1回の上限(円)", "yen for one purchase"),
            ("running", _YEN, 55_000, "未払い合計の上限(円)", "yen unpaid in all"),
            ("due_days", 365, 14, "請求書の支払期限(日)", "days until an invoice is due"),
        )
    },
}
