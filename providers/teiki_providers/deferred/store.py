"""What teiki's own store keeps of its deferred charges, whatever the dialect: the providers' ids, and what it is unsure of."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from teiki_providers.books import NOT_OFFERED, UNKNOWN
from teiki_providers.exchange import Reply
from teiki_providers.reference import TOLD, Told
from teiki_sim.messages import Answer, Ask, Operation, Outcome

__all__ = ["NO_ID", "Store"]

Parts = Mapping[str, Any]
NO_ID = "00000000000"
_OPENS = (Operation.AUTHORISE, Operation.REAUTHORISE)
_EDITS = (Operation.REAUTHORISE, Operation.CHANGE)


class Store(ABC):
    """A shop that speaks a deferred provider's dialect. After a lost reply it asks, by the order's number or by the
    last id that it knows; it never charges again to find out."""

    no_such: ClassVar[str]
    #: Refusals of an edit after which the order is registered anew (EC-PAY-05, SS-NP-01).
    dead: ClassVar[tuple[str, ...]]

    def __init__(self) -> None:
        self.ids: dict[int, str] = {}  # the ledger's number -> the provider's id
        self._newest: dict[int, int] = {}  # order -> the newest number that it was told
        self._unsure: dict[int, int] = {}  # order -> the newest number before a reply was lost
        self._found: dict[int, int] = {}  # order -> what a lost reply would have told
        self._edited: set[int] = set()  # orders of which an edit's reply was lost

    # ---- the dialect's part ----------------------------------------------------------------------

    @abstractmethod
    def call(self, ask: Ask, operation: Operation, parts: Parts) -> Answer:
        """Send one request and read its answer."""

    @abstractmethod
    def parts(self, ask: Ask) -> Parts:
        """What the request of an operation tells."""

    @abstractmethod
    def instead(self, ask: Ask) -> Parts:
        """What a registration in the place of a dead one tells."""

    @abstractmethod
    def named(self, ask: Ask, identity: str) -> Parts:
        """What an inquiry tells: an id, or without one the order's number."""

    # ---- asking ----------------------------------------------------------------------------------

    def ask(self, ask: Ask) -> Answer:
        """One operation; no answer where none came or none can be read."""
        if ask.operation == Operation.INQUIRE:
            return self._inquire(ask)
        self._learn(ask)
        if ask.operation == Operation.REFUND:
            return self._refund(ask)
        answer = self.call(ask, ask.operation, self.parts(ask))
        if ask.operation == Operation.REAUTHORISE and answer.code in self.dead:
            answer = self.call(ask, Operation.AUTHORISE, self.instead(ask))
        if answer.outcome == Outcome.NO_ANSWER:
            self._lost(ask)
        elif answer.transaction >= 0 and answer.transaction not in self.ids:
            # It was opened, and the answer is an error without its id.
            self._by_order(ask)
        return answer

    def identity(self, ask: Ask) -> str:
        """The provider's id of what is asked about."""
        return self.ids.get(ask.transaction, NO_ID)

    def heard(self, reply: Reply, identity: str, order: int) -> Told:
        """What an answer tells besides its body; the id is kept under the ledger's number."""
        told = Told.parse(reply.headers[TOLD]) if TOLD in reply.headers else Told(-1, "", 0)
        if told.transaction >= 0:
            self._newest[order] = max(told.transaction, self._newest.get(order, -1))
            if identity:
                self.ids[told.transaction] = identity
        return told

    def _refund(self, ask: Ask) -> Answer:
        """No deferred provider publishes a refund: nothing is asked but how things stand."""
        found = self.call(ask, Operation.INQUIRE, self.named(ask, self.identity(ask)))
        return Answer(Outcome.DECLINED, found.transaction, NOT_OFFERED, found.amount, found.state)

    def _inquire(self, ask: Ask) -> Answer:
        order = ask.order
        if ask.transaction < 0 and order not in self._found:
            return self._state(self._by_order(ask))
        if order in self._unsure:
            answer, before = self._by_order(ask), self._unsure[order]
            if answer.outcome == Outcome.NO_ANSWER:
                return answer
            del self._unsure[order]
            if answer.transaction > before:
                self._found[order] = answer.transaction
        number = max(ask.transaction, self._found.get(order, -1))
        identity = self.ids.get(number, "")
        return self._state(
            self.call(ask, Operation.INQUIRE, self.named(ask, identity)) if identity else self._by_order(ask)
        )

    def _by_order(self, ask: Ask) -> Answer:
        return self.call(ask, Operation.INQUIRE, self.named(ask, ""))

    def _state(self, answer: Answer) -> Answer:
        """What was found is the state; a result that is a refusal or a hold is no refusal of the inquiry."""
        if answer.code == self.no_such and answer.transaction < 0:
            return Answer(Outcome.DECLINED, code=UNKNOWN)
        if answer.transaction >= 0 and answer.outcome != Outcome.NO_ANSWER:
            return Answer(Outcome.ACCEPTED, answer.transaction, "", answer.amount, answer.state)
        return answer

    def _learn(self, ask: Ask) -> None:
        """Ask for an id that it missed, or that an edit may have replaced."""
        if ask.transaction < 0:
            return
        identity = self.ids.get(ask.transaction, "")
        if not identity or ask.order in self._edited:
            answer = self.call(ask, Operation.INQUIRE, self.named(ask, identity))
            if answer.outcome != Outcome.NO_ANSWER:
                self._edited.discard(ask.order)

    def _lost(self, ask: Ask) -> None:
        if ask.operation in _OPENS:
            self._unsure[ask.order] = self._newest.get(ask.order, -1)
            self._found.pop(ask.order, None)
        if ask.operation in _EDITS:
            self._edited.add(ask.order)
