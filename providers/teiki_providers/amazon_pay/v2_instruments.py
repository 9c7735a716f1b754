"""Magic values of version 2: simulation codes by call, and the cards of the simulated buyer.

The cards and the first code are documented ("Use Sandbox simulations"); the other codes are known from third parties, and
those of refunds, and of a pending charge, are modelled: their real names are not public.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from teiki_providers.said import Instrument
from teiki_providers.scripts import Effect

__all__ = ["CARDS", "SIMULATIONS", "Card", "Simulation", "instruments"]

_SOON = 30
_CARDS = "Amazon Pay API v2, Use Sandbox simulations"
_SEEN = "third parties' lists of simulation codes"


class Simulation(NamedTuple):
    """What a simulation code does: to the ledger's verdict, and in words."""

    effect: Effect | None
    ja: str
    en: str
    source: str = _SEEN
    documented: bool = False


_DECLINES: Mapping[str, Simulation] = {
    "SoftDeclined": Simulation(Effect("declined", "SoftDeclined"), "一時的な拒否", "soft decline"),
    "HardDeclined": Simulation(
        Effect("declined", "InvalidPaymentMethod"), "支払方法の問題で拒否", "hard decline"
    ),
    "AmazonRejected": Simulation(Effect("declined", "AmazonRejected"), "Amazonが拒否", "rejected by Amazon"),
    "TransactionTimedOut": Simulation(
        Effect("declined", "TransactionTimedOut"), "時間切れ", "timed out", _SEEN
    ),
}
_PENDING = Simulation(
    Effect("pending", after_s=_SOON), "保留の後、30秒でオーソリ", "pending, authorised after 30 s"
)
_LATE = Simulation(None, "売上処理中の後、30秒で売上確定", "capture initiated, captured after 30 s")

#: By operation and code.
SIMULATIONS: Mapping[str, Mapping[str, Simulation]] = {
    "complete_session": {
        "BuyerCanceled": Simulation(None, "購入者が中止", "cancelled by the buyer", _CARDS, True),
        "AmazonCanceled": Simulation(None, "Amazonが中止", "cancelled by Amazon"),
        "Declined": Simulation(Effect("declined", "InvalidPaymentMethod"), "決済が拒否", "declined"),
        "AuthorizationInitiated": _PENDING,
    },
    "create_charge": {
        **_DECLINES,
        "CaptureInitiated": _LATE,
        "AuthorizationInitiated": _PENDING._replace(source="the real name is not public"),
    },
    "capture_charge": {
        "CaptureInitiated": _LATE._replace(source="Amazon's Magento extension, its tests", documented=True),
        "AmazonRejected": Simulation(
            None,
            "売上処理中の後、30秒で拒否",
            "capture initiated, declined after 30 s",
            "Amazon's Magento extension, its tests",
            True,
        ),
    },
    "close_permission": {"AmazonClosed": Simulation(None, "Amazonが終了", "closed by Amazon")},
    "create_refund": {
        code: Simulation(None, "30秒後に返金失敗", "declined after 30 s", "the real name is not public")
        for code in ("AmazonRejected", "ProcessingFailure")
    },
}


class Card(NamedTuple):
    """A simulated card: the reason for which the session is cancelled, or what happens to the authorisation."""

    canceled: str = ""
    effect: Effect | None = None


#: By the last four digits.
CARDS: Mapping[str, Card] = {
    **dict.fromkeys(("1111", "0005", "4444", "9424", "0000"), Card()),
    "3064": Card("BuyerCanceled"),
    "3434": Card("Declined"),
    "0701": Card(effect=Effect("pending", after_s=_SOON)),
    "4354": Card(effect=Effect("pending", after_s=_SOON, result="declined")),
}
_CARD_WORDS: Mapping[str, tuple[str, str]] = {
    "3064": ("セッションは購入者が中止", "the session is cancelled by the buyer"),
    "3434": ("セッションは決済拒否で取消", "the session is cancelled: declined"),
    "0701": ("保留の後、30秒でオーソリ", "pending, authorised after 30 s"),
    "4354": ("保留の後、30秒で拒否", "pending, declined after 30 s"),
}


def instruments() -> Iterator[Instrument]:
    """All of them, for the list that the sandbox prints."""
    for operation, codes in SIMULATIONS.items():
        for code, does in codes.items():
            kind = f"x-amz-pay-simulation-code ({operation})"
            yield Instrument("amazon_pay", kind, code, does.ja, does.en, does.source, does.documented)
    for card in CARDS:
        ja, en = _CARD_WORDS.get(card, ("決済成功", "succeeds"))
        yield Instrument("amazon_pay", "v2 card ending", card, ja, en, _CARDS, True)
