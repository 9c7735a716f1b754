"""What a vendor's dialect understood of a request: an operation and its fields, free of secrets.

This is what the journal keeps and what a restarted sandbox plays again, so it holds no card number (the name
of a test instrument instead), no password, no signature, and of personal data only keyed hashes, unless
a later answer must give the value back.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, runtime_checkable

from teiki_providers.exchange import Reply, Request
from teiki_providers.reference import Reference
from teiki_sim.messages import Operation

__all__ = [
    "Delayed",
    "Front",
    "Happened",
    "Instrument",
    "KeepsConsumers",
    "Keys",
    "Said",
    "StartsDrafts",
    "TakesLetters",
]


@dataclass(frozen=True, slots=True)
class Said:
    """One understood call. ``front`` names the dialect, ``fields`` are JSON values."""

    front: str
    operation: str
    fields: Mapping[str, Any]
    reference: Reference | None = None

    def as_json(self) -> dict[str, Any]:
        """For the journal."""
        return {
            "front": self.front,
            "operation": self.operation,
            "fields": dict(self.fields),
            "reference": self.reference.text() if self.reference else None,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Said":
        """From the journal."""
        reference = Reference.parse(value["reference"]) if value["reference"] else None
        return cls(value["front"], value["operation"], value["fields"], reference)


class Keys(NamedTuple):
    """By what a posted fault finds a call. ``operation`` is the general one, None where there is none;
    ``charge`` is whether it counts among the consumer's charges; ``aliases`` are the consumer's other names."""

    consumer: str = ""
    order: str = ""
    amount: int = 0
    instrument: str = ""
    operation: Operation | None = None
    charge: bool = False
    aliases: tuple[str, ...] = ()


class Happened(NamedTuple):
    """Something that became due: at which instant (sandbox seconds), whose, on which vendor id, what."""

    at: int
    provider: str
    transaction: str
    what: str
    detail: str = ""


class Instrument(NamedTuple):
    """A magic value: test card, name, amount, header, with what it does and who says so."""

    provider: str
    kind: str
    value: str
    does_ja: str
    does_en: str
    source: str
    documented: bool


class Front(Protocol):
    """One vendor dialect: how it reads requests, what they do in the house, how it answers.

    ``read`` may look at the house (credentials, keys) but changes nothing; ``act`` is deterministic: the
    same house and the same `Said` give the same reply.
    """

    @property
    def name(self) -> str:
        """The dialect's own name."""

    @property
    def provider(self) -> str:
        """Whose it is: card, deferred, amazon_pay or rakuten_pay."""

    @property
    def prefixes(self) -> tuple[str, ...]:
        """Where its paths begin."""

    def read(self, request: Request) -> Said:
        """Understand a request; raises `Turned` with the vendor's own answer."""

    def keys(self, said: Said) -> Keys:
        """By what a posted fault finds this call."""

    def act(self, said: Said) -> Reply:
        """Do it and answer."""

    def trouble(self, code: str, status: int) -> Reply:
        """The vendor's own answer when it can't serve: server error, too many requests, maintenance."""

    def due(self, at: int, what: str, key: str) -> str:
        """A timer set with `House.timer` is due; returns what happened, "" for nothing."""

    def resolved(self, transaction: int, what: str, code: str) -> None:
        """News of the ledger on one of this front's transactions (a verdict, a cancel, an expiry)."""

    def buyer(self, identity: str, action: str, details: Mapping[str, Any]) -> dict[str, Any]:
        """What the consumer does elsewhere; raises KeyError for an unknown id, ValueError for what can't be."""

    def actions(self) -> Mapping[str, str]:
        """The consumer's actions, each with the kind of id that it takes."""

    def transactions(self) -> list[dict[str, Any]]:
        """All transactions, newest last, as plain data."""

    def transaction(self, identity: str) -> dict[str, Any]:
        """One transaction with its ledger; raises KeyError."""

    def identity(self, transaction: int) -> str:
        """The vendor's id of a transaction of the ledger that this front opened."""

    def number(self, identity: str) -> int:
        """The ledger's number of a vendor's id, -1 while there is none; raises KeyError."""

    def instruments(self) -> list[Instrument]:
        """The magic values."""


@runtime_checkable
class Delayed(Protocol):
    """A front whose results can come later: the control side can say which ones the next inquiries tell."""

    def results(self, identity: str, results: list[str]) -> dict[str, Any]:
        """Set them, in the vendor's own words, an inquiry each; raises KeyError for an unknown id, ValueError
        for a word that is none or where nothing is pending."""


@runtime_checkable
class KeepsConsumers(Protocol):
    """A front that knows a consumer by personal data, which it keeps as a keyed hash only."""

    def consumer(self, text: str) -> str:
        """How `Keys.consumer` names the consumer of a telephone number, an e-mail address or the like."""


@runtime_checkable
class TakesLetters(Protocol):
    """A front whose acquirer writes letters about a transaction."""

    def fraud_notice(self, identity: str, details: Mapping[str, Any]) -> dict[str, Any]:
        """A request to stop a delivery; raises KeyError for an unknown id, ValueError for what can't be."""


@runtime_checkable
class StartsDrafts(Protocol):
    """A front whose widget makes what no call of the wire makes."""

    def new_billing_agreement(self, live: bool = False) -> str:
        """A draft agreement's id."""

    def new_order_reference(self, live: bool = False) -> str:
        """A draft order reference's id."""


#: Makes a front in a house.
Opening = Callable[[Any], Front]
