"""What a sandbox was asked, as a scenario: what was authorised is given, what was done with it are the steps.

The scenario language knows orders and operations, not wires: it carries each transaction that was authorised as an order
of the start, and each later operation with what it came to. Declined charges, calls that were lost, and consumers are
left out. The scenario starts on the day of the first authorisation, and the age of all of them counts from there.
"""

import datetime
from typing import Any

import yaml
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from teiki_providers.server.control import Room
from teiki_providers.server.guard import CONTROL
from teiki_providers.server.masking import mask
from teiki_providers.server.sandbox import Sandbox
from teiki_scenarios.language import BadInput
from teiki_scenarios.playing import play
from teiki_scenarios.scenario_file import from_tables
from teiki_sim.messages import METHOD_NAMES, Answer, Ask, Operation, Outcome

__all__ = ["routes", "tables"]

_EPOCH = datetime.datetime(1970, 1, 1)
#: Nothing is shipped while the scenario runs.
_LATER = datetime.timedelta(days=365)
_OPENED = (Outcome.ACCEPTED, Outcome.PENDING)
_STANDING = frozenset({"authorised", "captured", "cancelled", "refunded", "paid", "cancelling"})


def routes() -> list[BaseRoute]:
    """For the server to mount."""

    async def journal_scenario(request: Request) -> Response:
        """記録された呼び出しをシナリオとして · The recorded calls as a scenario."""
        room: Room = request.app.state.room
        await room.settled()
        text = yaml.safe_dump(_watched(tables(room.sandbox)), allow_unicode=True, sort_keys=False, width=110)
        return Response(text, media_type="application/yaml")

    return [Route(f"{CONTROL}/journal.scenario", journal_scenario)]


def tables(sandbox: Sandbox) -> dict[str, Any]:
    """The scenario of everything in the journal."""
    heard: list[tuple[Ask, Answer]] = []
    shadow = sandbox.shadow(lambda ask, answer: heard.append((ask, answer)))
    named: dict[int, str] = {}  # transaction -> the scenario's name of its order
    orders: dict[str, Any] = {}
    steps = []
    first = shadow.house.start
    last = _EPOCH + datetime.timedelta(seconds=shadow.house.now)
    for ask, answer in heard:
        if ask.operation == Operation.AUTHORISE:
            if answer.outcome in _OPENED:
                first = first if named else ask.at
                text = mask(shadow.house.orders.text(ask.order)) or f"#{ask.order}"
                name = text if text not in orders else f"{text} ({answer.transaction})"
                named[answer.transaction] = name
                orders[name] = {
                    "method": METHOD_NAMES[ask.method],
                    "ship_date": (last + _LATER).date(),
                    "amount": ask.amount,
                }
        elif ask.transaction in named and answer.outcome != Outcome.NO_ANSWER:
            named.setdefault(answer.transaction, named[ask.transaction])
            steps.append(_step(ask, answer, named[ask.transaction]))
    found = {
        "name": "sandbox の記録 / recorded in a sandbox",
        "start": (_EPOCH + datetime.timedelta(seconds=first)).date(),
        "until": last.date().isoformat(),
        "given": {"orders": orders},
        "steps": steps,
    }
    ledgers = {
        name: {"state": state}
        for number, name in named.items()
        if (state := shadow.house.standing(number).name.lower()) in _STANDING
    }
    return {**found, "expect": {"ledgers": ledgers}} if ledgers else found


def _watched(found: dict[str, Any]) -> dict[str, Any]:
    """With the violations that playing it comes to: what was done to a provider alone is not all that a shop does."""
    try:
        broken = play(from_tables(found)).broken
    except BadInput:  # names that a vendor takes and a scenario doesn't: to be mended by hand
        return found
    if not broken:
        return found
    expect = {**found.get("expect", {}), "violations": [{"invariant": invariant} for invariant in broken]}
    return {**found, "expect": expect}


def _step(ask: Ask, answer: Answer, order: str) -> dict[str, Any]:
    at = _EPOCH + datetime.timedelta(seconds=ask.at)
    call: dict[str, Any] = {"operation": ask.operation.name.lower(), "order": order}
    if ask.amount:
        call["amount"] = ask.amount
    step: dict[str, Any] = {"at": at.strftime("%Y-%m-%d %H:%M"), "call": call}
    if answer.outcome == Outcome.DECLINED:
        step["expect"] = {"result": "not_done", **({"code": answer.code} if answer.code else {})}
    elif answer.outcome == Outcome.PENDING:
        step["expect"] = {"outcome": "pending"}
    return step
