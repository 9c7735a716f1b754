"""What the control API does, call by call; a call that changes the house does it as a deed."""

import asyncio
from collections.abc import Mapping
from contextlib import contextmanager
from typing import Any

from teiki_providers import instants
from teiki_providers.mishaps import Mishap
from teiki_providers.server.control import Given, Room, Text
from teiki_providers.server.deeds import fronts_of
from teiki_providers.server.journal import Entry
from teiki_providers.server.masking import mask, mask_named, mask_value
from teiki_providers.server.problems import Refusal
from teiki_providers.server.sender import target

__all__ = ["shown", "tried"]

_QUIET_LOOK_S = 0.005


@contextmanager
def tried(identity: str = "") -> Any:
    """What does not exist is 404, what can't be done 409, each in both languages."""
    try:
        yield
    except KeyError as error:
        found = str(error.args[0]) if error.args else identity
        raise Refusal(404, "該当するものがありません", "there is none of that name", found=found) from error
    except ValueError as error:
        raise Refusal(
            409, f"今の状態ではできません: {error}", f"not possible now: {error}", found=identity
        ) from error


# ---- the sandbox itself --------------------------------------------------------------------------


async def health(_room: Room, _given: Given) -> Any:
    """Alive."""
    return {"ok": True}


async def quiesce(room: Room, given: Given) -> Any:
    """Wait until no call is under way and no notice is about to leave."""
    loop = asyncio.get_running_loop()
    until = loop.time() + given.query.wait_s
    while not (quiet := _quiet(room)) and loop.time() < until:
        await asyncio.sleep(_QUIET_LOOK_S)
    outbox = room.sandbox.house.outbox
    return {"quiet": quiet, "in_flight": room.in_flight, "pending_notices": outbox.pending}


def _quiet(room: Room) -> bool:
    house = room.sandbox.house
    return not (room.in_flight or room.clock.busy or house.outbox.due(house.now))


async def ca_pem(room: Room, _given: Given) -> Any:
    """The certificate that clients have to trust."""
    return Text(room.ca, "application/x-pem-file")


async def instruments(room: Room, _given: Given) -> Any:
    """Every magic value of every dialect."""
    return [one._asdict() for front in room.sandbox.house.fronts.values() for one in front.instruments()]


async def reset(room: Room, _given: Given) -> Any:
    """An empty world at the start."""
    await room.clock.begin_anew()
    return {"now": instants.text(room.sandbox.house.now)}


# ---- the clock -----------------------------------------------------------------------------------


async def clock(room: Room, _given: Given) -> Any:
    """Where it stands."""
    return {"now": instants.text(room.sandbox.house.now)}


async def advance(room: Room, given: Given) -> Any:
    """Move it."""
    asked = given.body
    to = instants.parse(asked.to) if asked.to is not None else None
    by = (asked.seconds or 0) + (asked.days or 0) * 86400
    if room.sandbox.house.now + by > instants.LATEST:
        raise Refusal(422, "2099年末まで", "the year 2099 at most", "days" if asked.days else "seconds")
    if to is not None and to < (now := room.sandbox.house.now):
        stands = instants.text(now)
        ja, en = f"時計の現在時刻 {stands} 以後", f"the clock's now, {stands}, or later"
        raise Refusal(409, ja, en, "to", asked.to or "")
    with tried(asked.to or ""):
        return mask_value(await room.clock.advance(by=by, to=to))


# ---- faults --------------------------------------------------------------------------------------


def shown(mishap: Mishap) -> dict[str, Any]:
    """A fault as it is posted, with its hits."""
    match = mishap.match
    return {
        "id": mishap.id,
        "provider": mishap.provider,
        "operation": mishap.operation,
        "match": {name: getattr(match, name) for name in match.__slots__},
        "from": None if mishap.since is None else instants.text(mishap.since),
        "until": None if mishap.until is None else instants.text(mishap.until),
        "rate": mishap.rate,
        "effect": {
            name: getattr(mishap, name) for name in ("kind", "code", "after_s", "polls", "real_ms", "result")
        },
        "times": mishap.times,
        "hits": mishap.hits,
    }


async def faults(room: Room, _given: Given) -> Any:
    """All that are posted."""
    return [mask_value(shown(mishap)) for mishap in room.sandbox.house.mishaps.list()]


async def post_fault(room: Room, given: Given) -> Any:
    """Post one."""
    with tried(given.body.id):
        posted = room.sandbox.do("fault", given.body.values())
    return next(mask_value(shown(m)) for m in room.sandbox.house.mishaps.list() if m.id == posted["id"])


async def recoveries(room: Room, _given: Given) -> Any:
    """What became of charges whose replies were lost."""
    house = room.sandbox.house
    return [
        {
            "at": instants.text(verdict.lost.at),
            "provider": verdict.lost.provider,
            "transaction": mask(house.identity(verdict.lost.transaction)),
            "order": mask(house.orders.text(verdict.lost.order)),
            "amount": verdict.lost.amount,
            "verdict": verdict.result,
            "beside": None if verdict.beside < 0 else mask(house.identity(verdict.beside)),
        }
        for verdict in house.recoveries.verdicts(house)
    ]


async def drop_faults(room: Room, _given: Given) -> Any:
    """Drop all."""
    room.sandbox.do("drop_fault", {"id": None})
    return {"ok": True}


async def drop_fault(room: Room, given: Given) -> Any:
    """Drop one."""
    with tried(given.path["id"]):
        room.sandbox.do("drop_fault", {"id": given.path["id"]})
    return {"ok": True}


# ---- transactions --------------------------------------------------------------------------------


async def transactions(room: Room, given: Given) -> Any:
    """A provider's, newest last."""
    found = [
        {"front": front.name, **one}
        for front in fronts_of(room.sandbox, given.path["provider"])
        for one in front.transactions()
    ]
    return mask_value(_dated(found[-given.query.limit :]))


def _dated(value: Any) -> Any:
    """A dialect's own notes with instants as text."""
    if isinstance(value, dict):
        return {
            name: instants.text(inner) if name == "at" and isinstance(inner, int) else _dated(inner)
            for name, inner in value.items()
        }
    return [_dated(inner) for inner in value] if isinstance(value, list) else value


async def transaction(room: Room, given: Given) -> Any:
    """One, with its timeline and why its calls were answered so."""
    sandbox, identity = room.sandbox, given.path["id"]
    await room.settled()
    for front in fronts_of(sandbox, given.path["provider"]):
        try:
            found, number = front.transaction(identity), front.number(identity)
        except KeyError:
            continue
        names = {identity, str(found.get("id", identity))}
        if number >= 0:
            names.add(front.identity(number))
        entries = sandbox.journal.entries(about=[mask(name) for name in names])
        timeline = [entry_shown(room, entry) for entry in entries]
        why: list[str] = next((line["why"] for line in reversed(timeline) if line["kind"] == "call"), [])
        shown = mask_value(
            _dated({**found, "ledger": found.get("ledger") or sandbox.house.ledger_of(number)})
        )
        if "timeline" in shown:
            shown["notes"] = shown.pop("timeline")
        # What of it rests on a rule that no document confirms.
        unconfirmed = sorted({told for line in timeline for told in line["why"] if "(modelled" in told})
        return {
            "front": front.name,
            **shown,
            "timeline": timeline,
            "why": why,
            "unconfirmed": unconfirmed,
        }
    raise Refusal(404, "該当する取引がありません", "no such transaction", "id", identity)


async def results(room: Room, given: Given) -> Any:
    """What the next inquiries find."""
    body = given.body.model_dump()
    return _deed(room, "results", given, {"results": body["results"]})


async def buyer(room: Room, given: Given) -> Any:
    """What the consumer does elsewhere."""
    details = given.body.model_dump()
    return _deed(room, "buyer", given, {"action": given.path["action"], "details": details})


def _deed(room: Room, deed: str, given: Given, more: Mapping[str, Any]) -> Any:
    values = {"provider": given.path["provider"], "transaction": given.path["id"], **more}
    return _done(room, deed, values)


async def billing_agreement(room: Room, given: Given) -> Any:
    """A new draft agreement of Amazon Pay."""
    return _done(
        room, "draft", {"provider": "amazon_pay", "what": "billing_agreement", "live": given.body.live}
    )


async def order_reference(room: Room, given: Given) -> Any:
    """A new draft order reference of Amazon Pay."""
    return _done(
        room, "draft", {"provider": "amazon_pay", "what": "order_reference", "live": given.body.live}
    )


async def fraud_notice(room: Room, given: Given) -> Any:
    """The acquirer's request to stop a delivery."""
    body = given.body
    details = {"kind": body.kind} if body.kind else {}
    return _done(
        room, "fraud_notice", {"provider": body.provider, "transaction": body.transaction, "details": details}
    )


def _done(room: Room, deed: str, values: Mapping[str, Any]) -> Any:
    with tried(values.get("transaction", "")):
        told = room.sandbox.do(deed, values)
    room.clock.look()
    return mask_value(_dated(told))


# ---- journal, notices, credentials ---------------------------------------------------------------


def entry_shown(room: Room, entry: Entry) -> dict[str, Any]:
    """A row of the journal for reading: masked."""
    said = room.sandbox.seal.read(entry.said)
    if entry.kind == "call":
        said = said[0]
    elif entry.kind == "deed":
        said = _deed_shown(entry.operation, said)
    return {
        "seq": entry.seq,
        "at": instants.text(entry.at),
        "kind": entry.kind,
        "front": entry.front,
        "operation": entry.operation,
        "said": mask_named(said),
        "status": entry.status,
        "answer": entry.answer,
        "transaction": entry.transaction,
        "why": [line for line in entry.why.split("\n") if line],
    }


def _deed_shown(deed: str, said: dict[str, Any]) -> dict[str, Any]:
    """Posted values without passwords, and without what may name a person."""
    if deed == "credential":
        return {**said, "secret": "***"}
    if deed == "fault" and said["match"]["consumer"]:
        return {**said, "match": {**said["match"], "consumer": "***"}}
    if deed == "buyer":
        return {**said, "details": dict.fromkeys(said["details"], "***")}
    return said


async def journal(room: Room, given: Given) -> Any:
    """Every request and answer, masked."""
    await room.settled()
    return [
        entry_shown(room, entry)
        for entry in room.sandbox.journal.entries(given.query.since, given.query.limit)
    ]


async def notices(room: Room, _given: Given) -> Any:
    """All notices, newest last."""
    return [
        mask_value(
            {
                "id": notice.id,
                "provider": notice.provider,
                "url": notice.url,
                "transaction": notice.transaction,
                "due": instants.text(notice.due),
                "state": {"waiting": "pending"}.get(notice.state, notice.state),
                "tries": [{"at": instants.text(at), "told": told} for at, told in notice.tries],
            }
        )
        for notice in room.sandbox.house.outbox.notices
    ]


async def resend(room: Room, given: Given) -> Any:
    """Send one again now."""
    identity = given.path["id"]
    if not (identity.isascii() and identity.isdecimal() and len(identity) < 10):
        raise Refusal(404, "該当する通知がありません", "no such notice", "id", identity)
    with tried(identity):
        room.sandbox.do("resend", {"id": int(identity)})
    room.clock.pump()
    return {"ok": True}


async def credentials(room: Room, _given: Given) -> Any:
    """Those known, secrets masked."""
    return mask_value(room.sandbox.house.credentials.shown())


async def put_credential(room: Room, given: Given) -> Any:
    """Add or replace one; its notices go to this machine unless a host was allowed."""
    url = given.body.notify_url
    if url:
        try:
            allowed = room.guard.may_call(target(url))
        except ValueError:
            raise Refusal(422, "http(s) の URL", "an http(s) URL", "notify_url", url) from None
        if not allowed:
            ja, en = (
                "このマシンのアドレス(ほかは --allow-host)",
                "an address on this machine (others: --allow-host)",
            )
            raise Refusal(422, ja, en, "notify_url", url)
    room.sandbox.do("credential", given.body.model_dump())
    return mask_value(
        next(one for one in reversed(room.sandbox.house.credentials.shown()) if _same(one, given.body))
    )


def _same(one: Mapping[str, Any], body: Any) -> bool:
    return bool(one["kind"] == body.kind and one["name"] == body.name)
