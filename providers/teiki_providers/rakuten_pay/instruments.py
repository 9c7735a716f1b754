"""Magic values of Rakuten Pay. The vendor publishes none: these consents are ours."""

from teiki_providers.said import Instrument
from teiki_providers.scripts import Effect

__all__ = ["INSTRUMENTS", "forced_by"]

_OURS = "the vendor publishes no test values"
_MAGIC: tuple[tuple[str, Effect, str, str], ...] = (
    ("TEST-LIMIT", Effect("declined", "RI1009999"), "カードの限度額超過", "over the card's limit"),
    ("TEST-MISMATCH", Effect("declined", "RI1000007"), "決済の不一致", "settlement mismatch"),
    ("TEST-SYSTEM", Effect("declined", "RI2000100"), "楽天側のシステムエラー", "system error at Rakuten"),
    ("TEST-HELD", Effect("pending", after_s=3600), "1時間後に承認", "held, authorised after an hour"),
    (
        "TEST-HELD-NG",
        Effect("pending", after_s=3600, result="declined"),
        "1時間後に拒否",
        "held, declined after an hour",
    ),
)
_BY_VALUE = {value: effect for value, effect, _, _ in _MAGIC}

INSTRUMENTS = tuple(
    Instrument("rakuten_pay", "SettlementSubscriptionId", f"{value}…", ja, en, _OURS, False)
    for value, _, ja, en in _MAGIC
)


def forced_by(consent: str) -> Effect | None:
    """What a magic consent does to a charge; an id may go on after the value, behind a dot."""
    return _BY_VALUE.get(consent.partition(".")[0])
