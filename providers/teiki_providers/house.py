"""The house: all providers of a sandbox under one roof, on one clock.

A vendor's dialect (a `Front`) reads a request, the house lets it act on the one ledger, and what can befall
calls befalls them here. Everything that changes the house comes in as a `Said`, an advance of the clock or
a deed of the control side, so that the same sequence gives the same house again.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, cast

from teiki_providers.books import Book, Refused
from teiki_providers.credentials import Credentials
from teiki_providers.exchange import Reply, Request
from teiki_providers.faults import FaultPlan
from teiki_providers.gateway import DirectGateway
from teiki_providers.ledger import Ledger
from teiki_providers.mishaps import TROUBLES, Mishap, MishapMatch, Mishaps
from teiki_providers.notices import Outbox
from teiki_providers.recovery import Lost, Recoveries
from teiki_providers.reference import TOLD, Reference, Told
from teiki_providers.register import Register
from teiki_providers.said import Front, Happened, KeepsConsumers, Keys, Opening, Said
from teiki_providers.scripts import Effect, EffectKind, Script
from teiki_providers.shelf import BOOKS
from teiki_providers.states import State
from teiki_providers.timers import Timers
from teiki_sim.calendar import DAY
from teiki_sim.draws import hash64
from teiki_sim.log.rows import Vocabulary
from teiki_sim.log.writer import Log, Sink
from teiki_sim.messages import Answer, Ask, Method, News, Operation, Outcome

if TYPE_CHECKING:
    from teiki_sim.config import Provider

__all__ = ["House", "Why"]

_MOST_TRIES = 2**15 - 1
#: How a provider can end a transaction by itself.
Settled = Literal["declined", "cancelled", "expired"]


@dataclass(slots=True)
class Why:
    """Why the last call was answered as it was: one line for each thing that decided."""

    lines: list[str] = field(default_factory=list)

    def say(self, line: str) -> None:
        """Add a line."""
        self.lines.append(line)


class House:
    """One sandbox. ``now`` is its clock, in seconds since 1970 JST; it never reads another."""

    def __init__(
        self,
        start: int,
        openings: Sequence[Opening],
        seed: int = 1,
        providers: Mapping[str, "Provider"] | None = None,
        scripts: Sequence[Script] = (),
        books: Mapping[Method, Book] = BOOKS,
        sinks: Sequence[Sink] = (),
        plan: FaultPlan | None = None,
        settings: Mapping[str, int] | None = None,
    ) -> None:
        self.start = self.now = start
        self.seed = seed
        #: What fronts can be told, each under "PROVIDER.name"; a front knows its own and their defaults.
        self.settings = dict(settings or {})
        self.log = Log(Vocabulary(), sinks, chunk_rows=2**12)
        self.ledger = Ledger()
        self.plan = plan or FaultPlan(seed, providers or {}, scripts, books)
        self.gateway = DirectGateway(self.ledger, self.plan, self.log, books)
        self.gateway.desk.frank = True
        self.books = books
        self.mishaps = Mishaps(seed)
        self.outbox = Outbox()
        self.credentials = Credentials()
        self.why = Why()
        self.orders, self.consumers = Register(), Register()
        self._keys: dict[int, int] = {}  # transaction -> consumer's key
        self._cycles: Counter[str] = Counter()
        self._tries: Counter[tuple[Operation, int]] = Counter()
        self._timers = Timers()
        self._told: Told | None = None
        self._mishap: Mishap | None = None
        self.recoveries = Recoveries()
        self._charged = -1  # by the call under way
        self._owner: dict[int, Front] = {}  # transaction -> the front that opened it
        self._acting: Front | None = None
        self.fronts: dict[str, Front] = {}
        for opening in openings:
            front = opening(self)
            self.fronts[front.name] = front
        self._prefixes = sorted(
            ((prefix, front) for front in self.fronts.values() for prefix in front.prefixes),
            key=lambda pair: -len(pair[0]),
        )

    # ---- calls -----------------------------------------------------------------------------------

    def front_of(self, path: str) -> Front | None:
        """The dialect spoken at a path: the longest prefix wins."""
        for prefix, front in self._prefixes:
            if path.startswith(prefix):
                return front
        return None

    def hear(self, request: Request) -> Reply:
        """Read a request and act on it. Raises `Turned` where the dialect turns it away, KeyError for no vendor's path."""
        front = self.front_of(request.path)
        if front is None:
            raise KeyError(request.path)
        return self.act(front.read(request))

    def act(self, said: Said) -> Reply:
        """Do what was said, with whatever befalls it on the way."""
        front = self.fronts[said.front]
        self.why.lines.clear()
        self._told, self.gateway.desk.befell, self._acting = None, None, front
        keys = front.keys(said)
        mishap = self._mishap = self.mishaps.befall(front.provider, said, keys, self.now)
        if mishap is not None:
            self.why.say(f"fault {mishap.id}: {mishap.kind} {mishap.code}".rstrip())
            if mishap.before:
                return self._turned_back(front, mishap)
            self.plan.force(self.judgement())
        self._charged = -1
        reply = front.act(said)
        self.plan.force(None)
        if self._told is not None:
            reply = reply.telling(TOLD, self._told.text())
        reply = self._on_its_way(front, reply, mishap)
        if self._charged >= 0 and reply.trouble:
            self._lose(front, self._charged)
        return reply

    def _lose(self, front: Front, transaction: int) -> None:
        """A charge was made and its caller doesn't know: watch what the caller does next."""
        ledger = self.ledger
        order, amount = int(ledger.order[transaction]), int(ledger.authorised[transaction])
        consumer = self.consumer_key(transaction)
        self.recoveries.lose(Lost(self.now, front.provider, transaction, consumer, order, amount))

    def item(self, said: Said, keys: Keys) -> None:
        """A batch goes on with its next item, which a posted fault may judge; what befalls the wire befalls
        the call as a whole, found by its first item."""
        self.plan.force(None)
        provider = self.fronts[said.front].provider
        self._mishap = self.mishaps.befall(provider, said, keys, self.now, judging=True)
        if self._mishap is not None:
            self.why.say(f"fault {self._mishap.id}: {self._mishap.kind} {self._mishap.code}".rstrip())
            self.plan.force(self.judgement())

    def post_fault(self, values: Mapping[str, Any]) -> Mishap:
        """Post a fault (see `Mishaps.post`), its consumer named as the provider's fronts name it."""
        match = values.get("match")
        keepers = [f for f in self.fronts.values() if f.provider == values.get("provider")]
        keeper = next((f for f in keepers if isinstance(f, KeepsConsumers)), None)
        if keeper is not None and isinstance(match, MishapMatch) and match.consumer:
            values = {**values, "match": replace(match, consumer=keeper.consumer(match.consumer))}
        return self.mishaps.post(values)

    def _turned_back(self, front: Front, mishap: Mishap) -> Reply:
        if mishap.trouble:
            return Reply(trouble=mishap.trouble)
        return front.trouble(mishap.code, 429 if mishap.kind == "too_many" else 500)

    def _on_its_way(self, front: Front, reply: Reply, mishap: Mishap | None) -> Reply:
        """What the plan's own rates and scripts did to the call, or a posted fault does to its answer."""
        effect = self.gateway.desk.befell
        if effect is not None:
            self.why.say(f"the plan: {effect.kind} {effect.code}".rstrip())
            if effect.unheard:
                return reply.befallen(TROUBLES[effect.kind])
            if effect.kind in TROUBLES:
                return Reply(trouble=TROUBLES[effect.kind])
            return front.trouble(effect.code, 429 if effect.kind == "too_many" else 503)
        if mishap is None:
            return reply
        return reply.befallen(mishap.trouble, mishap.real_ms) if mishap.trouble or mishap.real_ms else reply

    def notice_mishap(self) -> Mishap | None:
        """The fault that befalls notices of the call under way."""
        mishap = self._mishap
        return mishap if mishap is not None and mishap.kind.startswith("notice_") else None

    def judgement(self) -> Effect | None:
        """What the fault of the call under way decides: for a front that acts on the ledger only later."""
        mishap = self._mishap
        if mishap is None or not mishap.judges:
            return None
        kind = cast(EffectKind, mishap.kind)  # those that judge are
        return Effect(kind, mishap.code, mishap.after_s, mishap.polls, mishap.result)

    # ---- what fronts ask of the ledger -----------------------------------------------------------

    def charge(
        self,
        method: Method,
        order: str,
        consumer: str,
        amount: int,
        reference: Reference | None = None,
        forced: Effect | None = None,
    ) -> Answer:
        """A new authorisation. ``forced`` is what a magic instrument does; a posted fault goes before it."""
        if forced is not None and not (self._mishap is not None and self._mishap.judges):
            self.plan.force(forced)
            self.why.say(f"magic instrument: {forced.kind} {forced.code}".rstrip())
        if reference is None:
            self._cycles[consumer] += 1
            number = self.orders.number(order)
            attempt = self._attempt(Operation.AUTHORISE, number)
            cycle = min(self._cycles[consumer], _MOST_TRIES)
            reference = Reference(number, self.consumers.number(consumer), cycle, attempt, hash64(consumer))
        answer = self._ask(Operation.AUTHORISE, method, -1, amount, 0, reference)
        if answer.transaction >= 0:
            self._keys[answer.transaction] = reference.consumer
            if answer.outcome != Outcome.DECLINED:
                self._charged = answer.transaction
            if self._acting is not None:
                self._owner[answer.transaction] = self._acting
        return answer

    def follow(
        self,
        operation: Operation,
        transaction: int,
        amount: int = 0,
        slip: int = 0,
        reference: Reference | None = None,
        forced: Effect | None = None,
    ) -> Answer:
        """An operation on a transaction of the ledger (raises KeyError for none of its numbers)."""
        if not self.ledger.knows(transaction):
            raise KeyError(transaction)
        if forced is not None and not (self._mishap is not None and self._mishap.judges):
            self.plan.force(forced)
            self.why.say(f"magic instrument: {forced.kind} {forced.code}".rstrip())
        self.recoveries.touch(transaction)
        ledger = self.ledger
        if reference is None:
            order = int(ledger.order[transaction])
            reference = Reference(
                order,
                int(ledger.sub[transaction]),
                int(ledger.cycle[transaction]),
                self._attempt(operation, order),
                self._keys.get(transaction, 0),
            )
        method = Method(int(ledger.method[transaction]))
        answer = self._ask(operation, method, transaction, amount, slip, reference)
        if answer.transaction > transaction:  # opened in its place
            self._keys[answer.transaction] = self._keys.get(transaction, 0)
            if (owner := self._owner.get(transaction)) is not None:
                self._owner[answer.transaction] = owner
        return answer

    def seek(self, method: Method, reference: Reference) -> Answer:
        """Ask what came of an order's last call, by the store's own numbers: it may never have arrived."""
        return self._ask(Operation.INQUIRE, method, -1, 0, 0, reference)

    def settle(self, transaction: int, what: Settled, code: str = "") -> None:
        """What a provider does with a transaction of its own accord: no call, so nothing befalls it."""
        desk = self.gateway.desk
        if what == "declined":
            desk.decline(self.now, transaction, int(self.ledger.authorised[transaction]), code)
        elif what == "cancelled":
            desk.cancel(self.now, transaction)
        else:
            desk.expire(self.now, transaction)

    def repair(self, consumer: int, method: Method) -> None:
        """The consumer repaired the means of payment: a refusal that the plan remembers is drawn anew."""
        if self.plan.refuses(consumer, method):
            self.gateway.repair(self.now, consumer, method)

    def expect(self, transaction: int, polls: int, what: str, code: str = "") -> None:
        """Let a pending one be decided by the ``polls``-th inquiry from now ("authorised", "declined"); 0: by none.

        Raises ValueError where nothing is pending.
        """
        if self.standing(transaction) != State.PENDING:
            raise ValueError("nothing is pending")
        agenda = self.gateway.desk.agenda
        agenda.drop(transaction)
        if polls:
            agenda.put_polls(polls, transaction, what, code)

    def _attempt(self, operation: Operation, order: int) -> int:
        tries = self._tries[operation, order]
        self._tries[operation, order] = tries + 1
        return min(tries, _MOST_TRIES)

    def _ask(
        self,
        operation: Operation,
        method: Method,
        transaction: int,
        amount: int,
        slip: int,
        reference: Reference,
    ) -> Answer:
        before = self.standing(transaction)
        ask = Ask(
            self.now, operation, transaction, reference.order, reference.sub, reference.consumer, reference.cycle,
            method, amount, reference.attempt, slip,
        )  # fmt: skip
        answer = self.gateway.ask(ask)
        self._told = Told.of(answer)
        self._explain(operation, method, before, answer)
        return answer

    def _explain(self, operation: Operation, method: Method, before: State, answer: Answer) -> None:
        """The table's cell and its source; "modelled" where no document says so."""
        cell = self.books[method].cell(before, operation)
        basis = "documented" if cell.documented else "modelled"
        does = f"refused with {cell.code}" if isinstance(cell, Refused) else "permitted"
        self.why.say(f"{operation.name.lower()} in {before.name}: {does} ({basis}: {cell.source})")
        if answer.outcome != Outcome.ACCEPTED:
            self.why.say(f"outcome {answer.outcome.name.lower()} {answer.code}".rstrip())

    def consumer_key(self, transaction: int) -> int:
        """The key of whoever pays a transaction, 0 where nobody said."""
        return self._keys.get(transaction, 0)

    def identity(self, transaction: int) -> str:
        """The vendor's id of a transaction, its number where no front opened it."""
        owner = self._owner.get(transaction)
        return str(transaction) if owner is None else owner.identity(transaction)

    def standing(self, transaction: int) -> State:
        """The state of a transaction now; NONE where there is none."""
        if not self.ledger.knows(transaction):
            return State.NONE
        return self.gateway.desk.standing(transaction, self.now // DAY)

    # ---- the clock -------------------------------------------------------------------------------

    def timer(self, at: int, front: str, what: str, key: str) -> None:
        """Let `Front.due` be called at an instant."""
        self._timers.put(at, front, what, key)

    def _next_due(self) -> int | None:
        """The earliest instant after now at which something is due: a verdict, a timer, a notice."""
        instants = (self.gateway.next_due(), self._timers.next(), self.outbox.next(self.now))
        return min((at for at in instants if at is not None), default=None)

    def advance(self, to: int) -> Iterator[tuple[int, list[Happened]]]:
        """Move the clock, stopping at every due instant and every midnight in order; yields each stop
        at which something happened or a notice is to be sent, with what happened. The last stop is ``to``.

        Raises ValueError for an instant in the past.
        """
        if to < self.now:
            raise ValueError(f"the clock stands at {self.now}, which is after {to}")
        stop = self.now
        while True:
            self.now = stop
            happened = self._fire()
            if happened or self.outbox.due(stop) or stop == to:
                yield stop, happened
            if stop == to:
                return
            midnight = (stop // DAY + 1) * DAY
            due = self._next_due()
            stop = min(midnight, to) if due is None else min(due, midnight, to)

    def _fire(self) -> list[Happened]:
        """Everything due by now; the fault of the last call befalls nothing of it."""
        self._mishap = None
        happened = [self.tell(news) for news in self.gateway.due(self.now)]
        while timer := self._timers.take(self.now):
            front = self._acting = self.fronts[timer.front]
            told = front.due(timer.at, timer.what, timer.key)
            self.plan.force(None)
            if told:
                happened.append(Happened(timer.at, front.provider, timer.key, timer.what, told))
        return happened

    def tell(self, news: News) -> Happened:
        """Tell the front that opened a transaction what became of it."""
        front = self._owner.get(news.transaction)
        if front is None:
            return Happened(self.now, "", str(news.transaction), news.what, news.code)
        front.resolved(news.transaction, news.what, news.code)
        return Happened(self.now, front.provider, front.identity(news.transaction), news.what, news.code)

    # ---- looking ---------------------------------------------------------------------------------

    def ledger_of(self, transaction: int) -> dict[str, Any]:
        """One transaction of the ledger as plain data; its sums are those of the recorded facts."""
        if not self.ledger.knows(transaction):
            return {}
        ledger = self.ledger
        return {
            "number": transaction,
            "state": self.standing(transaction).name,
            "authorised": int(ledger.authorised[transaction]),
            "captured": int(ledger.captured[transaction]),
            "refunded": ledger.refunded.get(transaction, 0),
        }
