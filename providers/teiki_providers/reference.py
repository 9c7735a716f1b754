"""Two headers by which a store can tie calls to its own books. Vendors' servers ignore headers they don't know.

A store that sends ``Teiki-Reference`` has its own order, subscription, cycle, attempt and consumer in the
provider's rows and draws; without it the sandbox makes them up from what the vendor's wire carries. The answer
carries ``Teiki-Transaction``: the ledger's number, state and amount. teiki's own store uses both, so that
its log is the same through every door.
"""

from typing import NamedTuple

from teiki_sim.messages import Answer, Ask, Outcome

__all__ = ["ASKED", "TOLD", "Reference", "Told"]

ASKED = "teiki-reference"
TOLD = "teiki-transaction"


class Reference(NamedTuple):
    """The store's own numbers of a call; ``consumer`` is the 64-bit key that draws hang on."""

    order: int
    sub: int
    cycle: int
    attempt: int
    consumer: int

    @classmethod
    def of(cls, ask: Ask) -> "Reference":
        """The reference of one asked operation."""
        return cls(ask.order, ask.sub, ask.cycle, ask.attempt, ask.consumer)

    def text(self) -> str:
        """As the header carries it: five numbers, the consumer in hex."""
        return f"{self.order}.{self.sub}.{self.cycle}.{self.attempt}.{self.consumer:016x}"

    @classmethod
    def parse(cls, text: str) -> "Reference | None":
        """Read a header; None where it is not one of ours."""
        parts = text.split(".")
        if len(parts) != 5:
            return None
        try:
            order, sub, cycle, attempt = (int(part) for part in parts[:4])
            consumer = int(parts[4], 16)
        except ValueError:
            return None
        fits = (
            -1 <= order < 2**31
            and -1 <= sub < 2**31
            and -1 <= cycle < 2**15
            and 0 <= attempt < 2**15
            and 0 <= consumer < 2**64
        )
        return cls(order, sub, cycle, attempt, consumer) if fits else None


class Told(NamedTuple):
    """What the ledger says after a call."""

    transaction: int
    state: str
    amount: int

    @classmethod
    def of(cls, answer: Answer) -> "Told":
        """What an answer of the ledger says."""
        return cls(answer.transaction, answer.state, answer.amount)

    def text(self) -> str:
        """As the header carries it."""
        return f"{self.transaction};{self.state};{self.amount}"

    @classmethod
    def parse(cls, text: str) -> "Told":
        """Read a header."""
        number, state, amount = text.split(";")
        return cls(int(number), state, int(amount))

    def answer(self, outcome: Outcome, code: str = "") -> Answer:
        """The store's answer, with what the wire itself told."""
        return Answer(outcome, self.transaction, code, self.amount, self.state)
