"""Grounds of 要対応 and what follows from a refusal by NP, as data (TR-HOLD, TR-MAIL, TR-NP)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from itertools import product
from typing import Literal

from teiki_sim.messages import Method

__all__ = ["BY_NP", "CASES", "GROUNDS", "MAILED", "Case", "Cases", "Ground", "NpSetting", "Refusal"]

#: Methods whose verdicts come from NP.
BY_NP: frozenset[Method] = frozenset({Method.NP, Method.NP_WIZ, Method.NP_REALTIME})


class NpSetting(IntEnum):
    """後払い与信がNGになった場合の処理, by the number that the document gives it (TR-NP-01)."""

    HOLD_ALL = 1
    COD_ALL = 2
    COD_FIRST = 3


@dataclass(frozen=True, slots=True)
class Refusal:
    """What becomes of a refused order: cash on delivery, or 与信NG and 要対応 with a ground; and the rule that says so."""

    outcome: Literal["cod", "hold"]
    ground: str
    rule: str


Case = tuple[NpSetting, bool, bool]
"""Setting, first order or a later one, whether cash on delivery is possible."""
Cases = Mapping[Case, Refusal]


def _case(setting: NpSetting, first: bool, cod: bool) -> Refusal:
    if setting == NpSetting.HOLD_ALL:
        return Refusal("hold", "np_refused", "TR-NP-05")
    if setting == NpSetting.COD_FIRST and not first:
        return Refusal("hold", "np_refused_later", "TR-NP-03")
    if cod:
        return Refusal("cod", "", "TR-NP-01")
    if setting == NpSetting.COD_FIRST:
        return Refusal("hold", "np_refused_first", "TR-NP-02")
    return Refusal("hold", "np_refused_no_cod", "TR-NP-04")


CASES: Cases = {case: _case(*case) for case in product(NpSetting, (True, False), (True, False))}
"""The twelve cases (TR-NP-08)."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Why an order or a subscription is held: the message that the shop sees, as the document words it where it does."""

    ja: str
    en: str


GROUNDS: Mapping[str, Ground] = {
    "np_refused": Ground(
        "注文ステータスを「与信NG」、「要対応」に変更", "the order's status became 与信NG and 要対応"
    ),
    "np_refused_later": Ground(
        "注文二回目以降のため、注文ステータスを「与信NG」、「要対応」に変更",
        "a second or later order: its status became 与信NG and 要対応",
    ),
    "np_refused_first": Ground(
        "初回注文だったが、選択中の配送方法が「代引き」を指定できないため、注文ステータスを「与信NG」、「要対応」に変更",
        "a first order, but its delivery method cannot do cash on delivery: its status became 与信NG and 要対応",
    ),
    "np_refused_no_cod": Ground(
        "選択中の配送方法が「代引き」を指定できないため、注文ステータスを「与信NG」、「要対応」に変更",
        "its delivery method cannot do cash on delivery: its status became 与信NG and 要対応",
    ),
    "np_unknown": Ground(
        "与信結果「識別番号」は、識別できないステータスです。", "the result of the authorisation is not known"
    ),
    "np_amount": Ground(
        "入金額【金額A】が注文金額【金額B】と一致しません。", "the amount registered is not the order's"
    ),
    "blacklist_candidate": Ground("ブラックリスト客候補", "may be a blacklisted customer"),
    "blacklisted": Ground("ブラックリスト客", "a blacklisted customer"),
    "island": Ground("離島からのご注文", "an order from an island"),
    "discount_candidate": Ground("定期割引候補", "may be due the subscriber's discount"),
    "purchase_limit": Ground("購入個数制限を超えた注文", "over the purchase limit"),
    "coupon_twice": Ground("クーポンの重複利用", "a coupon used twice"),
    "egg_payment_failed": Ground(
        "たまご決済失敗", "the charge of a delivery to come failed: no child was born"
    ),
    "payment_failed": Ground("決済失敗", "the charge failed"),
    "parcel_returned": Ground("配送戻り", "the parcel came back"),
}
"""By the code that rows of the log carry; the last two messages and those of the mail section are modelled."""

MAILED = frozenset({"np_refused", "np_refused_later", "np_refused_first", "np_refused_no_cod"})
"""The grounds of which the customer is mailed at once (TR-MAIL-01); all others are silent (TR-MAIL-02, -04)."""
