"""What the control API takes: its bodies and queries, as models that refuse what they don't know."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from teiki_providers import instants
from teiki_providers.mishaps import EFFECTS, Kind

__all__ = [
    "Advance",
    "BuyerDeed",
    "CredentialBody",
    "Door",
    "DoorCall",
    "DoorClock",
    "Draft",
    "FaultBody",
    "FraudNotice",
    "JournalQuery",
    "Nothing",
    "Quiesce",
    "Results",
    "TransactionsQuery",
]

ProviderName = Literal["card", "deferred", "amazon_pay", "rakuten_pay"]
_MOST_SECONDS = instants.LATEST


def _instant(written: str) -> str:
    try:
        instants.parse(written)
    except (ValueError, OverflowError):
        ja, en = (
            "日時 2026-04-01T09:00:00(日本時間)",
            "a date and time as 2026-04-01T09:00:00 (Japanese time)",
        )
        raise PydanticCustomError("teiki", "instant", {"ja": ja, "en": en}) from None
    return written


Instant = Annotated[
    str,
    AfterValidator(_instant),
    Field(description="Japanese time, no zone", examples=["2026-04-01T09:00:00"]),
]
Word = Annotated[str, Field(max_length=200)]


class Body(BaseModel):
    """Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", populate_by_name=False)


class Nothing(Body):
    """No fields."""


class Advance(Body):
    """Exactly one of the three."""

    seconds: int | None = Field(default=None, ge=0, le=_MOST_SECONDS)
    days: int | None = Field(default=None, ge=0, le=_MOST_SECONDS // 86400)
    to: Instant | None = None

    @model_validator(mode="after")
    def _one(self) -> "Advance":
        if sum(value is not None for value in (self.seconds, self.days, self.to)) != 1:
            ja, en = "seconds・days・to のうち一つだけ", "exactly one of seconds, days and to"
            raise PydanticCustomError("teiki", "one of", {"ja": ja, "en": en})
        return self


class FaultMatch(Body):
    """Which calls; all that is given must fit."""

    consumer: Word = Field(
        "",
        description="as the wire carries it: MemberID, telephone, e-mail, agreement, permission, subscription",
    )
    order: Word = Field("", description="the shop's order number on the wire")
    nth_charge: int = Field(0, ge=0, le=10**6, description="the consumer's nth charge, from 1")
    nth_call: int = Field(0, ge=0, le=10**9, description="the nth call that everything else fits, from 1")
    amount: int = Field(0, ge=0, le=10**9)
    instrument: Word = ""


class FaultEffect(Body):
    """What befalls them."""

    kind: Kind = Field(description="; ".join(f"{kind}: {words}" for kind, words in EFFECTS.items()))
    code: Word = Field("", description="the vendor's code that is answered; empty: its usual one")
    after_s: int = Field(0, ge=0, le=_MOST_SECONDS, description="seconds of the sandbox's clock")
    polls: int = Field(0, ge=0, le=10**6, description="resolved with this inquiry")
    real_ms: int = Field(0, ge=0, le=600_000, description="milliseconds of real time before the answer")
    result: Literal["authorised", "declined"] = Field("authorised", description="how a pending one ends")


class FaultBody(Body):
    """A fault to post."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{0,80}$", description="empty: the next free one")] = ""
    provider: ProviderName | Literal[""] = ""
    operation: Word = Field("", description="a vendor's own name or a general one (authorise, capture …)")
    match: FaultMatch = Field(default_factory=lambda: FaultMatch.model_validate({}))
    from_: Instant | None = Field(default=None, alias="from", description="this instant on")
    until: Instant | None = Field(default=None, description="up to, not including, this instant")
    rate: float = Field(1.0, ge=0, le=1)
    effect: FaultEffect
    times: int = Field(0, ge=0, le=10**9, description="how often at most; 0: every time")

    def values(self) -> dict[str, Any]:
        """As `teiki_providers.mishaps.Mishaps.post` takes it."""
        return {
            "id": self.id,
            "provider": self.provider,
            "operation": self.operation,
            "match": self.match.model_dump(),
            "since": instants.parse(self.from_) if self.from_ else None,
            "until": instants.parse(self.until) if self.until else None,
            "rate": self.rate,
            "times": self.times,
            **self.effect.model_dump(),
        }


class Results(Body):
    """What the next inquiries find, in order."""

    results: list[Word] = Field(
        min_length=1, max_length=1000, description="authorised, declined, pending, or the vendor's own words"
    )


class BuyerDeed(BaseModel):
    """Details of what the consumer does; which ones depends on the action."""

    model_config = ConfigDict(extra="allow")


class Draft(Body):
    """What the widget makes."""

    live: bool = Field(False, description="not of Amazon's sandbox but of its live side")


class FraudNotice(Body):
    """The acquirer asks to stop a delivery."""

    transaction: str = Field(min_length=1, max_length=200)
    provider: ProviderName = "card"
    kind: Word = Field("", description="what it asks or tells; empty: to stop the delivery")


class CredentialBody(Body):
    """A login to add, or to replace the one of that name."""

    kind: Literal["card_shop", "card_site", "np", "score", "amazon_v1", "amazon_v2", "rakuten_v1"]
    name: str = Field(min_length=1, max_length=200)
    secret: str = Field(
        "", max_length=20_000, description="a password or key; for amazon_v2 the PEM of the public key"
    )
    notify_url: str = Field("", max_length=2000, description="where notices go; loopback unless --allow-host")
    extra: dict[Word, Annotated[str, Field(max_length=2000)]] = Field(default_factory=dict, max_length=50)


class Quiesce(Body):
    """How long to wait for silence."""

    wait_s: float = Field(default=0, ge=0, le=60)


class TransactionsQuery(Body):
    """Which part of a list, newest last."""

    limit: int = Field(default=1000, ge=1, le=100_000)


class JournalQuery(Body):
    """Which part of the journal."""

    since: int = Field(default=0, ge=0, le=2**62, description="rows after this number")
    limit: int = Field(default=1000, ge=1, le=100_000)


class Door(Body):
    """A run of teiki's own store begins."""

    seed: int = Field(default=1, ge=0, lt=2**64)
    providers: dict[str, Any] = Field(default_factory=dict, max_length=20)
    settings: dict[Word, int] = Field(default_factory=dict, max_length=100)
    scripts: list[dict[str, Any]] = Field(default_factory=list, max_length=1000)


class DoorCall(Body):
    """What teiki's own store asks beside the wire."""

    what: Word
    given: dict[str, Any] = Field(default_factory=dict)


class DoorClock(Body):
    """Seconds since 1970 JST."""

    to: int = Field(ge=0, le=instants.LATEST)
