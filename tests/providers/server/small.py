"""A dialect for tests of what is around dialects: JSON in, JSON out, one card charge an order."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import requests

from teiki_providers.exchange import Reply, Request, Turned
from teiki_providers.house import House
from teiki_providers.reference import ASKED, Reference
from teiki_providers.said import Instrument, Keys, Said
from teiki_sim.messages import Method, Operation, Outcome

if TYPE_CHECKING:
    from teiki_providers.server.aside import Aside

PREFIX = "/small/"
_PASSWORD = "open-sesame"


def reply(status: int, transaction: str = "", **values: Any) -> Reply:
    return Reply(status, json.dumps(values).encode(), "application/json", transaction=transaction)


@dataclass(slots=True)
class Record:
    """What this vendor keeps of an order."""

    order: str
    consumer: str
    number: int
    news: list[str] = field(default_factory=list)


class Small:
    """Implements `teiki_providers.said.Front`."""

    name = "small"
    provider = "card"
    prefixes = (PREFIX,)

    def __init__(self, house: House) -> None:
        self.house = house
        self.records: dict[str, Record] = {}
        self.by_number: dict[int, str] = {}

    def read(self, request: Request) -> Said:
        if request.method != "POST":
            raise Turned(reply(405, error="method"), "not a POST")
        try:
            fields = json.loads(request.body)
            if not isinstance(fields, dict):
                raise TypeError
        except (ValueError, TypeError):
            raise Turned(reply(400, error="malformed"), "no JSON object") from None
        if fields.pop("password", _PASSWORD) != _PASSWORD:
            raise Turned(reply(401, error="password"), "wrong password")
        operation = request.path.removeprefix(PREFIX)
        if operation not in ("charge", "capture", "cancel", "inquire", "crash"):
            raise Turned(reply(404, error="operation"), "no such operation")
        if operation == "charge" and not {"order", "consumer", "amount"} <= fields.keys():
            raise Turned(reply(400, error="fields"), "fields are missing")
        header = request.headers.get(ASKED)
        return Said(self.name, operation, fields, Reference.parse(header) if header else None)

    def keys(self, said: Said) -> Keys:
        operation = {"charge": Operation.AUTHORISE, "capture": Operation.CAPTURE, "cancel": Operation.CANCEL}
        return Keys(
            said.fields.get("consumer", ""),
            said.fields.get("order", ""),
            said.fields.get("amount", 0),
            operation=operation.get(said.operation),
            charge=said.operation == "charge",
        )

    def act(self, said: Said) -> Reply:
        if said.operation == "crash":
            raise RuntimeError("4111111111111111")
        order = str(said.fields["order"])
        if said.operation == "charge":
            return self._charge(said, order)
        if order not in self.records:
            return reply(404, error="unknown")
        operation = {"capture": Operation.CAPTURE, "cancel": Operation.CANCEL, "inquire": Operation.INQUIRE}
        answer = self.house.follow(
            operation[said.operation],
            self.records[order].number,
            said.fields.get("amount", 0),
            reference=said.reference,
        )
        return reply(200, order, outcome=answer.outcome.name, state=answer.state, code=answer.code)

    def _charge(self, said: Said, order: str) -> Reply:
        if order in self.records:
            return reply(409, order, error="duplicate")
        consumer = str(said.fields["consumer"])
        answer = self.house.charge(
            Method.CARD, order, consumer, int(said.fields["amount"]), reference=said.reference
        )
        if answer.outcome == Outcome.NO_ANSWER:
            return reply(500)
        self.records[order] = Record(order, consumer, answer.transaction)
        self.by_number[answer.transaction] = order
        if url := self._notify_url():
            delay = said.fields.get("notice_after", 0)
            self.house.outbox.put(
                self.provider,
                url,
                json.dumps({"order": order}).encode(),
                "application/json",
                order,
                self.house.now + delay,
                retries=(60, 3600),
                accepts="0",
            )
        if after := said.fields.get("timer"):
            self.house.timer(self.house.now + after, self.name, "reminded", order)
        return reply(200, order, outcome=answer.outcome.name, state=answer.state, code=answer.code)

    def _notify_url(self) -> str:
        found = self.house.credentials.find("card_shop", "notified")
        return found.notify_url if found else ""

    def trouble(self, code: str, status: int) -> Reply:
        return reply(status, error="trouble", code=code)

    def due(self, at: int, what: str, key: str) -> str:
        self.records[key].news.append(f"{what}@{at}")
        return f"{what} {key}"

    def resolved(self, transaction: int, what: str, code: str) -> None:
        self.records[self.identity(transaction)].news.append(what)

    def buyer(self, identity: str, action: str, details: Mapping[str, Any]) -> dict[str, Any]:
        record = self.records[identity]
        if details.get("impossible"):
            raise ValueError("impossible")
        record.news.append(action)
        return {"id": identity, "news": list(record.news)}

    def fraud_notice(self, identity: str, details: Mapping[str, Any]) -> dict[str, Any]:
        return self.buyer(identity, "fraud_notice", details)

    def actions(self) -> Mapping[str, str]:
        return {"wave": "order"}

    def transactions(self) -> list[dict[str, Any]]:
        return [
            {"id": order, "state": self.house.standing(r.number).name} for order, r in self.records.items()
        ]

    def transaction(self, identity: str) -> dict[str, Any]:
        record = self.records[identity]
        return {"id": identity, "news": list(record.news), "ledger": self.house.ledger_of(record.number)}

    def identity(self, transaction: int) -> str:
        return self.by_number[transaction]

    def number(self, identity: str) -> int:
        return self.records[identity].number

    def instruments(self) -> list[Instrument]:
        return [Instrument("card", "order", "MAGIC", "何もしない", "does nothing", "tests", False)]


def say(box: Aside, operation: str, **fields: Any) -> requests.Response:
    """One call of the small dialect."""
    return requests.post(f"{box.http}/small/{operation}", json=fields, timeout=30)


def charge(box: Aside, order: str, **more: Any) -> dict[str, Any]:
    """A charge that is answered."""
    answer = say(box, "charge", **({"order": order, "consumer": "C1", "amount": 3000} | more))
    told: dict[str, Any] = answer.json()
    return told
