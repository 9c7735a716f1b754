"""The statuses that platforms show, by their Japanese names, and what each one means.

A name can stand for an order and for a subscription alike (キャンセル), so a meaning is looked up in
one of three domains: the order's, the payment's, or the subscription's.
"""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class OrderMeaning(IntEnum):
    """What an order's status says about its parcel."""

    NONE = 0
    WAITING = 1
    BLOCKED = 2
    WORKING = 3
    SHIPPED = 4
    CANCELLED = 5
    RETURN_PENDING = 6
    RETURNED = 7
    DELETED = 8


class PaymentMeaning(IntEnum):
    """What a payment status says, as the store knows it."""

    NONE = 0
    AUTHORISED = 1
    PENDING = 2
    REFUSED = 3
    CAPTURED = 4
    CAPTURE_FAILED = 5
    CANCELLED = 6
    UNKNOWN = 7
    NOT_NEEDED = 8
    REFUNDED = 9


class SubscriptionMeaning(IntEnum):
    """Whether a subscription goes on."""

    NONE = 0
    ACTIVE = 1
    STOPPED = 2
    CANCELLED = 3
    ENDED = 4


_O, _P, _S = OrderMeaning, PaymentMeaning, SubscriptionMeaning

#: name -> meanings in the three domains (NONE where a name is not used there). Index = internal code.
_TABLE: tuple[tuple[str, OrderMeaning, PaymentMeaning, SubscriptionMeaning], ...] = (
    ("", _O.NONE, _P.NONE, _S.NONE),
    # サブスクストア, orders (SS-ORD-01, 02); 削除済み and 与信NG as an order's status are modelled
    ("出荷待ち", _O.WAITING, _P.NONE, _S.NONE),
    ("出荷作業中", _O.WORKING, _P.NONE, _S.NONE),
    ("出荷済み", _O.SHIPPED, _P.NONE, _S.NONE),
    ("キャンセル済み", _O.CANCELLED, _P.NONE, _S.NONE),
    ("返品待ち", _O.RETURN_PENDING, _P.NONE, _S.NONE),
    ("返品済み", _O.RETURNED, _P.NONE, _S.NONE),
    ("削除済み", _O.DELETED, _P.NONE, _S.NONE),
    ("与信NG", _O.BLOCKED, _P.REFUSED, _S.NONE),
    # サブスクストア, payments (SS-SCORE-01, SS-AMZ-05); 与信失敗, 取消済み, 未確認, 対象外, 返金済み are modelled
    ("与信完了", _O.NONE, _P.AUTHORISED, _S.NONE),
    ("与信保留", _O.NONE, _P.PENDING, _S.NONE),
    ("与信失敗", _O.BLOCKED, _P.REFUSED, _S.NONE),
    ("キャプチャ済み", _O.NONE, _P.CAPTURED, _S.NONE),
    ("キャプチャ失敗", _O.NONE, _P.CAPTURE_FAILED, _S.NONE),
    ("取消済み", _O.NONE, _P.CANCELLED, _S.NONE),
    ("未確認", _O.BLOCKED, _P.UNKNOWN, _S.NONE),
    ("対象外", _O.NONE, _P.NOT_NEEDED, _S.NONE),
    ("返金済み", _O.NONE, _P.REFUNDED, _S.NONE),
    # サブスクストア, courses (SS-ORD-03)
    ("継続", _O.NONE, _P.NONE, _S.ACTIVE),
    ("停止", _O.NONE, _P.NONE, _S.STOPPED),
    ("終了", _O.NONE, _P.NONE, _S.ENDED),
    # ecforce, 対応状況: only キャンセル and 返品 are named in its documents, the others are modelled
    ("未対応", _O.WAITING, _P.NONE, _S.NONE),
    ("出荷準備中", _O.WORKING, _P.NONE, _S.NONE),
    ("発送済み", _O.SHIPPED, _P.NONE, _S.NONE),
    ("キャンセル", _O.CANCELLED, _P.NONE, _S.CANCELLED),
    ("返品", _O.RETURNED, _P.NONE, _S.NONE),
    # ecforce, 決済状況; 仮売上完了, 与信審査中 and 売上失敗 are modelled names
    ("仮売上完了", _O.NONE, _P.AUTHORISED, _S.NONE),
    ("与信審査中", _O.NONE, _P.PENDING, _S.NONE),
    ("仮売上失敗", _O.NONE, _P.REFUSED, _S.NONE),
    ("与信審査エラー", _O.NONE, _P.REFUSED, _S.NONE),
    ("取引登録失敗", _O.NONE, _P.REFUSED, _S.NONE),
    ("売上完了", _O.NONE, _P.CAPTURED, _S.NONE),
    ("売上失敗", _O.NONE, _P.CAPTURE_FAILED, _S.NONE),
    ("取消完了", _O.NONE, _P.CANCELLED, _S.NONE),
    # ecforce, 定期受注ステータス (キャンセル, 停止 and 終了 stand above)
    ("有効", _O.NONE, _P.NONE, _S.ACTIVE),
    # たまごリピート: both order statuses are named; that the warehouse has what is 出荷状態 is modelled, as is 決済失敗
    ("出荷準備", _O.WAITING, _P.NONE, _S.NONE),
    ("出荷状態", _O.WORKING, _P.NONE, _S.NONE),
    ("決済失敗", _O.NONE, _P.REFUSED, _S.NONE),
)

NAMES: tuple[str, ...] = tuple(row[0] for row in _TABLE)
CODE: dict[str, int] = {name: i for i, name in enumerate(NAMES)}
ORDER_MEANING: NDArray[np.uint8] = np.array([row[1] for row in _TABLE], np.uint8)
PAYMENT_MEANING: NDArray[np.uint8] = np.array([row[2] for row in _TABLE], np.uint8)
SUBSCRIPTION_MEANING: NDArray[np.uint8] = np.array([row[3] for row in _TABLE], np.uint8)
