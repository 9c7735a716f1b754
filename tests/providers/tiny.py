"""The smallest dialect there can be: one JSON call for every operation of every method, to try the house and the doors."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from teiki_providers.books import Refused
from teiki_providers.exchange import Reply, Request, Turned, Unheard
from teiki_providers.house import House
from teiki_providers.reference import ASKED, TOLD, Reference, Told
from teiki_providers.said import Instrument, Keys, Said
from teiki_providers.scripts import Effect
from teiki_providers.states import State
from teiki_sim.messages import Answer, Ask, Method, Operation, Outcome


class TinyFront:
    """Keys of charges, and nothing else."""

    name = "tiny"
    provider = "tiny"
    prefixes = ("/tiny/",)

    def __init__(self, house: House) -> None:
        self.house = house
        self.numbers: dict[str, int] = {}
        self.told: list[tuple[int, str, str]] = []
        self.rung: list[tuple[int, str, str]] = []

    def read(self, request: Request) -> Said:
        """A JSON object with op and key."""
        try:
            fields = json.loads(request.body)
            known = Operation[fields["op"]], fields["key"]
            assert known
        except (ValueError, KeyError, TypeError) as error:
            raise Turned(Reply(400, b'{"error": "malformed"}'), "malformed") from error
        return Said("tiny", fields["op"], fields, Reference.parse(request.headers.get(ASKED, "")))

    def keys(self, said: Said) -> Keys:
        """Everything a fault can match."""
        operation = Operation[said.operation]
        fields = said.fields
        return Keys(
            fields.get("consumer", ""), fields["key"], fields.get("amount", 0), fields.get("card", ""), operation,
            operation == Operation.AUTHORISE,
        )  # fmt: skip

    def act(self, said: Said) -> Reply:
        """Ask the ledger."""
        house, fields, operation = self.house, said.fields, Operation[said.operation]
        key, amount = fields["key"], fields.get("amount", 0)
        if operation == Operation.AUTHORISE:
            forced = Effect("declined", "MAGIC") if fields.get("card") == "bad" else None
            method = Method(fields.get("method", 0))
            answer = house.charge(method, key, fields.get("consumer", ""), amount, said.reference, forced)
            if answer.transaction >= 0:
                self.numbers[key] = answer.transaction
        elif key not in self.numbers:
            cell = house.books[Method(fields.get("method", 0))].cell(State.NONE, operation)
            answer = Answer(Outcome.DECLINED, code=cell.code if isinstance(cell, Refused) else "")
        else:
            answer = house.follow(operation, self.numbers[key], amount, fields.get("slip", 0), said.reference)
            if answer.transaction >= 0:
                self.numbers[key] = answer.transaction
        told = {"outcome": answer.outcome.name, "code": answer.code}
        return Reply(200, json.dumps(told).encode(), "application/json", transaction=key)

    def trouble(self, code: str, status: int) -> Reply:
        """A server error with its code."""
        return Reply(status, json.dumps({"error": code}).encode(), "application/json")

    def due(self, at: int, what: str, key: str) -> str:
        """Note that it rang."""
        self.rung.append((at, what, key))
        return f"{what} of {key}"

    def resolved(self, transaction: int, what: str, code: str) -> None:
        """Note the news."""
        self.told.append((transaction, what, code))

    def buyer(self, identity: str, action: str, details: Mapping[str, Any]) -> dict[str, Any]:
        """No consumer does anything here."""
        raise KeyError(identity)

    def actions(self) -> Mapping[str, str]:
        """None."""
        return {}

    def transactions(self) -> list[dict[str, Any]]:
        """Keys in order."""
        return [self.transaction(key) for key in self.numbers]

    def transaction(self, identity: str) -> dict[str, Any]:
        """One with its ledger."""
        return {"id": identity, "ledger": self.house.ledger_of(self.numbers[identity])}

    def identity(self, transaction: int) -> str:
        """The key of a number."""
        return next((key for key, number in self.numbers.items() if number == transaction), "")

    def number(self, identity: str) -> int:
        """The number of a key."""
        return self.numbers[identity]

    def instruments(self) -> list[Instrument]:
        """One bad card."""
        return [Instrument("tiny", "card", "bad", "拒否", "declined", "this test", False)]


class TinyShop:
    """The other half: it knows a charge by the key that it made."""

    def __init__(self, send: Callable[[Request], Reply]) -> None:
        self._send = send
        self._of_order: dict[tuple[int, Method], str] = {}
        self._of_number: dict[int, str] = {}
        self._charges = 0

    def ask(self, ask: Ask) -> Answer:
        """One call; no answer where none comes or none can be read."""
        fields: dict[str, Any] = {
            "op": ask.operation.name,
            "key": self._key(ask),
            "amount": ask.amount,
            "slip": ask.slip,
            "consumer": f"{ask.consumer:x}",
            "method": int(ask.method),
        }
        headers = {ASKED: Reference.of(ask).text()}
        try:
            reply = self._send(Request("POST", "/tiny/call", "", headers, json.dumps(fields).encode()))
        except Unheard:
            return Answer(Outcome.NO_ANSWER)
        body = json.loads(reply.body)
        if reply.status >= 500:
            return Answer(Outcome.NO_ANSWER, code=body["error"])
        if TOLD not in reply.headers:
            return Answer(Outcome[body["outcome"]], code=body["code"])
        told = Told.parse(reply.headers[TOLD])
        if told.transaction >= 0:
            self._of_number[told.transaction] = fields["key"]
        return told.answer(Outcome[body["outcome"]], body["code"])

    def _key(self, ask: Ask) -> str:
        if ask.operation == Operation.AUTHORISE:
            self._charges += 1
            key = f"{ask.order}-{self._charges}"
            self._of_order[ask.order, ask.method] = key
            return key
        if ask.transaction < 0:
            return self._of_order.get((ask.order, ask.method), "none")
        return self._of_number.get(ask.transaction, "none")
