"""Deeds of the control side that change the house, by name; a restart does them again.

Each raises KeyError for what does not exist and ValueError for what can't be done, with nothing changed.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from teiki_providers import door_calls
from teiki_providers.credentials import Credential
from teiki_providers.mishaps import MishapMatch
from teiki_providers.said import Delayed, Front, StartsDrafts, TakesLetters
from teiki_providers.scripts import from_json
from teiki_providers.server.world import World, providers_of

if TYPE_CHECKING:
    from teiki_providers.server.sandbox import Sandbox

__all__ = ["DEEDS", "SECRET", "fronts_of"]

Values = Mapping[str, Any]

#: Deeds whose values are sealed in the journal.
SECRET = frozenset({"credential", "fault", "buyer", "fraud_notice"})
_RESULTS = ("authorised", "declined", "pending")


def fronts_of(sandbox: "Sandbox", provider: str) -> Iterator[Front]:
    """The dialects of a provider."""
    return (front for front in sandbox.house.fronts.values() if front.provider == provider)


def _post_fault(sandbox: "Sandbox", values: Values) -> dict[str, Any]:
    match = MishapMatch(**values.get("match", {}))
    return asdict(sandbox.house.post_fault({**values, "match": match}))


def _drop_fault(sandbox: "Sandbox", values: Values) -> None:
    sandbox.house.mishaps.drop(values["id"])


def _put_credential(sandbox: "Sandbox", values: Values) -> None:
    sandbox.house.credentials.put(Credential(**values))


def _buyer(sandbox: "Sandbox", values: Values) -> dict[str, Any]:
    """What the consumer, or the acquirer, does elsewhere: the first dialect that knows action and id."""
    action, identity = values["action"], values["transaction"]
    fronts = [front for front in fronts_of(sandbox, values["provider"]) if action in front.actions()]
    for front in fronts:
        try:
            return front.buyer(identity, action, values["details"])
        except KeyError:
            continue
    raise KeyError(identity if fronts else action)


def _fraud_notice(sandbox: "Sandbox", values: Values) -> dict[str, Any]:
    """The acquirer's letter: to the first dialect that gets such letters and knows the transaction."""
    identity = values["transaction"]
    for front in fronts_of(sandbox, values["provider"]):
        if isinstance(front, TakesLetters):
            try:
                return front.fraud_notice(identity, values["details"])
            except KeyError:
                continue
    raise KeyError(identity)


def _draft(sandbox: "Sandbox", values: Values) -> dict[str, Any]:
    """The widget makes a draft agreement or order reference."""
    for front in fronts_of(sandbox, values["provider"]):
        if isinstance(front, StartsDrafts):
            agreement = values["what"] == "billing_agreement"
            new = front.new_billing_agreement if agreement else front.new_order_reference
            return {"id": new(values["live"])}
    raise KeyError(values["what"])


def _results(sandbox: "Sandbox", values: Values) -> dict[str, Any]:
    """The next asynchronous results of a pending transaction, one an inquiry; the first that decides is the last."""
    provider, identity, results = values["provider"], values["transaction"], values["results"]
    for front in fronts_of(sandbox, provider):
        if isinstance(front, Delayed):
            try:
                return front.results(identity, results)
            except KeyError:
                continue
    number = _number(sandbox, provider, identity)
    if unknown := [word for word in results if word not in _RESULTS]:
        raise ValueError(f"{unknown[0]} is none of {', '.join(_RESULTS)}")
    polls, result = next(
        ((poll, word) for poll, word in enumerate(results, start=1) if word != "pending"), (0, "pending")
    )
    words = sandbox.house.gateway.desk.book_of(number).words
    sandbox.house.expect(number, polls, result, words.declined if result == "declined" else "")
    return {"polls": polls, "result": result}


def _number(sandbox: "Sandbox", provider: str, identity: str) -> int:
    for front in fronts_of(sandbox, provider):
        try:
            number = front.number(identity)
        except KeyError:
            continue
        if number < 0:
            raise ValueError("nothing was charged on it yet")
        return number
    raise KeyError(identity)


def _resend(sandbox: "Sandbox", values: Values) -> int:
    return sandbox.house.outbox.resend(values["id"], sandbox.house.now).id


def _open_door(sandbox: "Sandbox", values: Values) -> None:
    world = World(0, values["seed"], providers_of(values["providers"]), values["settings"])
    sandbox.open_door(world, from_json(values["scripts"]))


def _door_call(sandbox: "Sandbox", values: Values) -> Any:
    return door_calls.call(sandbox.house, values["what"], values["given"])


DEEDS: Mapping[str, Callable[["Sandbox", Values], Any]] = {
    "fault": _post_fault,
    "drop_fault": _drop_fault,
    "credential": _put_credential,
    "buyer": _buyer,
    "results": _results,
    "fraud_notice": _fraud_notice,
    "draft": _draft,
    "resend": _resend,
    "open_door": _open_door,
    "door_call": _door_call,
}
