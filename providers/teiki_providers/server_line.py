"""The line to a sandbox server: the vendors' wires and the control API over HTTP on this machine."""

import atexit
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

import requests
from pydantic import TypeAdapter

from teiki_providers import scripts
from teiki_providers.door_calls import Row
from teiki_providers.exchange import Reply, Request, Unheard
from teiki_providers.faults import FaultPlan
from teiki_providers.lines import send
from teiki_providers.server.aside import Aside
from teiki_sim.config import Provider

__all__ = ["ServerLine", "server"]

_PROVIDERS = TypeAdapter(dict[str, Provider])
_STARTING = threading.Lock()
_running: list[Aside] = []


def server() -> Aside:
    """This process's sandbox server, started the first time; it ends with the process."""
    with _STARTING:
        if not _running:
            stack = ExitStack()
            _running.append(stack.enter_context(Aside()))
            atexit.register(stack.close)
    return _running[0]


class ServerLine:
    """Speaks to a server, in whose house one run lives at a time."""

    def __init__(self, plan: FaultPlan, settings: Mapping[str, int]) -> None:
        self._server = server()
        self._session = requests.Session()
        # Nothing of the machine's own proxy settings is to stand between.
        self._session.trust_env = False
        self._control(
            "POST",
            "door/open",
            {
                "seed": plan.seed,
                "providers": _PROVIDERS.dump_python(dict(plan.providers), mode="json", by_alias=True),
                "settings": dict(settings),
                "scripts": scripts.as_json(plan.playbook.scripts),
            },
        )

    def send(self, request: Request) -> Reply:
        """One request; raises `Unheard` where the answer is lost or damaged."""
        return send(self._session, self._server.http, request)

    def call(self, what: str, given: Mapping[str, Any]) -> Any:
        """Ask beside the wire."""
        return self._control("POST", "door/call", {"what": what, "given": dict(given)})["told"]

    def rows(self) -> list[Row]:
        """The provider's rows since the last time."""
        return [tuple(row) for row in self._control("POST", "door/rows", {})]

    def close(self) -> None:
        """Hang up; the server stays for the next run."""
        self._session.close()

    def _control(self, method: str, path: str, body: Any) -> Any:
        url = f"{self._server.http}/__sandbox/{path}"
        got = self._session.request(method, url, json=body, timeout=60)
        if not got.ok:
            raise Unheard(f"{path}: {got.status_code} {got.text}")
        return got.json()
