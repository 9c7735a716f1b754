"""The test cards and tokens: what each does, and who says so. No other number is accepted.

The family 49990000000000NN is refused with 42GNN0000: GMO-PG's own test card ends in 02 and gives 42G020000, the
others are modelled after it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from teiki_providers.card.families import FAILURES, REFUSALS
from teiki_providers.said import Instrument
from teiki_providers.scripts import Effect

__all__ = ["CARDS", "RENEWALS", "TestCard", "by_number", "by_token", "instruments", "luhn"]

_RECORDED = "recorded test traffic"
_OURS = "ours"


@dataclass(frozen=True, slots=True)
class TestCard:
    """One test card. ``effect`` befalls what is charged to it, ``over`` only amounts above a limit, ``renewals``
    only charges to a card on file; ``secure`` is what 3-D Secure 2 makes of it."""

    name: str
    number: str
    brand: str
    does_ja: str = "承認"
    does_en: str = "approved"
    source: str = _OURS
    documented: bool = False
    effect: Effect | None = None
    over: int = 0
    renewals: bool = False
    secure: str = "challenge"
    cause: str = ""

    __test__ = False  # no test class, whatever pytest makes of its name


def _declined(code: str) -> Effect:
    return Effect("declined", code)


#: SS-PAY-03: what shops are shown for a renewal that the card company refuses, mostly over the limit.
RENEWALS = TestCard(
    "renewals-refused",
    "4999000000009004",
    "VISA",
    "登録カードへの課金を E01050004 で拒否(元の理由 42G030000)",
    "charges to the card on file are refused with E01050004 (underlying 42G030000)",
    "SS-PAY-03; that this card does it is ours",
    effect=_declined("E01050004"),
    renewals=True,
    cause="42G030000",
)

_APPROVED = (
    TestCard("visa", "4111111111111111", "VISA", source=_RECORDED, documented=True),
    TestCard("visa-2", "2111111111111111", "VISA", source=_RECORDED, documented=True),
    TestCard("visa-3", "3111111111111111", "VISA", source=_RECORDED, documented=True),
    TestCard("master", "5555555555554444", "MASTER", source="fincode's list"),
    TestCard("jcb", "3530111333300000", "JCB", source="fincode's list"),
    TestCard("amex", "378282246310005", "AMEX", source="fincode's list"),
    TestCard("diners", "36006666333344", "DINERS", source="fincode's list"),
)


def _secured(name: str, number: str, secure: str, ja: str, en: str, documented: bool = False) -> TestCard:
    source = "example of GMO-PG's SDK" if documented else "the 3-D Secure vendor's simulator"
    return TestCard(name, number, "VISA", ja, en, source, documented, secure=secure)


_SECURED = (
    _secured("3ds-smooth", "4100000000000100", "passed", "3Dセキュア2: 本人認証の画面なし", "3-D Secure 2 without a challenge", True),
    _secured("3ds-challenge", "4100000000005000", "challenge", "3Dセキュア2: 本人認証あり", "3-D Secure 2 with a challenge"),
    _secured("3ds-attempt", "4100000000100009", "passed", "3Dセキュア2: 認証の試行", "3-D Secure 2 attempted"),
    _secured("3ds-failed", "4100000000300005", "failed", "3Dセキュア2: 失敗 (E21030007)", "3-D Secure 2 fails (E21030007)"),
    _secured("3ds-none", "4100000000400003", "none", "3Dセキュア2: 未対応 (E21030201)", "3-D Secure 2 not supported (E21030201)"),
    _secured("3ds-rejected", "4100000000500000", "failed", "3Dセキュア2: 拒否 (E21030007)", "3-D Secure 2 rejected (E21030007)"),
)  # fmt: skip

#: Of the refusals that a charge can meet.
_DECLINED = tuple(
    TestCard(
        f"declined-{xx}",
        f"49990000000000{xx}",
        "VISA",
        f"拒否 42G{xx}0000: {ja}",
        f"declined with 42G{xx}0000: {en}",
        "recorded by two clients' tests" if xx == "02" else "fincode's list" if xx == "05" else _OURS,
        xx == "02",
        _declined(f"42G{xx}0000"),
    )
    for xx, (ja, en) in REFUSALS.items()
)
_UNREACHED = tuple(
    TestCard(
        f"unreached-{xx}",
        f"49990000000010{xx}",
        "VISA",
        f"通信失敗 42C{xx}0000: 実行されない",
        f"the network fails with 42C{xx}0000: not executed",
        effect=Effect("server_error", f"42C{xx}0000"),
    )
    for xx in FAILURES
)
_OTHERS = (
    RENEWALS,
    TestCard(
        "limit-10000",
        "4999000000003003",
        "VISA",
        "10,000円を超える金額を 42G030000 で拒否",
        "amounts above 10,000 yen are declined with 42G030000",
        effect=_declined("42G030000"),
        over=10_000,
    ),
    TestCard(
        "renewals-declined",
        "4999000000009012",
        "VISA",
        "登録カードへの課金を 42G120000 で拒否",
        "charges to the card on file are declined with 42G120000",
        effect=_declined("42G120000"),
        renewals=True,
    ),
    TestCard(
        "reply-lost",
        "4999000000008001",
        "VISA",
        "実行されるが応答が届かない",
        "executed, and the reply is lost",
        effect=Effect("reply_lost"),
    ),
    TestCard(
        "pending",
        "4999000000008002",
        "VISA",
        "1時間後に承認される(それまで AUTHENTICATED)",
        "authorised an hour later (until then AUTHENTICATED)",
        effect=Effect("pending", after_s=3600),
    ),
)

CARDS: Mapping[str, TestCard] = {
    card.name: card for card in (*_APPROVED, *_SECURED, *_DECLINED, *_UNREACHED, *_OTHERS)
}
_NUMBERS: Mapping[str, TestCard] = {card.number: card for card in CARDS.values()}

#: Tokens stand for a card: ``tok_`` + its name, and anything after a colon, so that each can be used once.
_TOKEN = "tok_"
_EXPIRED, _UNKNOWN = "tok_expired", "EX1000301"


def by_number(number: str) -> TestCard | None:
    """The test card of a number."""
    return _NUMBERS.get(number)


def by_token(token: str) -> TestCard | str:
    """The test card of a token, or the code that refuses it."""
    name = token.partition(":")[0]
    if name == _EXPIRED:
        return "EX1000303"
    if not name.startswith(_TOKEN):
        return _UNKNOWN
    return CARDS.get(name[len(_TOKEN) :]) or "EX1000304"


def luhn(digits: str) -> bool:
    """Whether the check digit fits."""
    total = sum(map(int, digits[::-2])) + sum(sum(divmod(2 * int(d), 10)) for d in digits[-2::-2])
    return total % 10 == 0


def instruments() -> Iterator[Instrument]:
    """All magic values, for the sandbox's list."""
    for card in CARDS.values():
        yield Instrument(
            "card", "number", card.number, card.does_ja, card.does_en, card.source, card.documented
        )
    others = (
        (
            "token",
            "tok_NAME:X",
            "試験用カード NAME のトークン(1回限り)",
            "a token of the test card NAME, good once",
        ),
        ("token", "tok_expired", "期限切れトークン (EX1000303)", "an expired token (EX1000303)"),
        ("security_code", "999", "セキュリティコード誤り (42G440000)", "security code wrong (42G440000)"),
        ("expire", "過去 / past", "有効期限切れ (42G830000)", "expired (42G830000)"),
    )
    for kind, value, ja, en in others:
        yield Instrument("card", kind, value, ja, en, _OURS, False)
