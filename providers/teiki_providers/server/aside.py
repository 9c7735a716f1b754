"""A sandbox server beside the caller, in a thread of its own: for tests, and for programs that embed one."""

import asyncio
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

import requests

from teiki_providers.house import House
from teiki_providers.server.guard import CONTROL
from teiki_providers.server.serve import Served, Settings, new_loop, serve

__all__ = ["Aside", "Control"]


@dataclass(frozen=True)
class Control:
    """The control API from outside."""

    base: str
    token: str | None = None

    def ask(self, method: str, path: str, body: Any = None, **query: Any) -> requests.Response:
        """One call below ``/__sandbox/``, whatever comes of it."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return requests.request(
            method, f"{self.base}{CONTROL}/{path}", json=body, params=query, headers=headers, timeout=120
        )

    def get(self, path: str, **query: Any) -> Any:
        """What a GET tells; raises `requests.HTTPError` for anything but success."""
        return _told(self.ask("GET", path, **query))

    def post(self, path: str, body: Any = None) -> Any:
        """What a POST tells."""
        return _told(self.ask("POST", path, body if body is not None else {}))

    def delete(self, path: str) -> Any:
        """What a DELETE tells."""
        return _told(self.ask("DELETE", path))

    def advance(self, **by: Any) -> list[dict[str, Any]]:
        """Advance the clock by ``seconds``, ``days`` or ``to`` an instant; what happened."""
        happened: list[dict[str, Any]] = self.post("clock/advance", by)["happened"]
        return happened

    def fault(self, kind: str, **more: Any) -> dict[str, Any]:
        """Post a fault of a kind; ``code``, ``after_s``, ``polls``, ``real_ms`` and ``result`` are the effect's."""
        names = ("code", "after_s", "polls", "real_ms", "result")
        effect = {"kind": kind, **{name: more.pop(name) for name in names if name in more}}
        posted: dict[str, Any] = self.post("faults", {**more, "effect": effect})
        return posted


def _told(answer: requests.Response) -> Any:
    if not answer.ok:
        raise requests.HTTPError(f"{answer.status_code}: {answer.text}", response=answer)
    return answer.json()


class Aside:
    """A sandbox on free ports, between ``with`` and its end; without settings in a directory that goes with it."""

    def __init__(self, settings: Settings | None = None) -> None:
        self._directory: TemporaryDirectory[str] | None = None
        if settings is None:
            self._directory = TemporaryDirectory()
            settings = Settings(Path(self._directory.name, "sandbox.db"))
        self._settings = replace(settings, port=0, tls_port=0)
        self._loop = new_loop()
        self._up = threading.Event()
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="sandbox", daemon=True)
        self.served: Served

    def __enter__(self) -> Self:
        self._thread.start()
        self._up.wait()
        if self._failed is not None:
            self._thread.join()
            raise self._failed
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End it, once."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self.served.stop.set)
            self._thread.join()
        if self._directory is not None:
            self._directory.cleanup()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()

    async def _serve(self) -> None:
        try:
            self.served = await serve(self._settings)
        except BaseException as error:  # noqa: BLE001 - raised where the sandbox was asked for
            self._failed = error
            return
        finally:
            self._up.set()
        await self.served.until_stopped()

    @property
    def house(self) -> House:
        """The house as it stands, for looking into; it belongs to the server's thread."""
        return self.served.room.sandbox.house

    @property
    def http(self) -> str:
        """``http://127.0.0.1:PORT``."""
        return str(self.served.line["http"])

    @property
    def https(self) -> str:
        """``https://127.0.0.1:PORT``."""
        return str(self.served.line["https"])

    @property
    def ca(self) -> str:
        """The path of the CA's certificate."""
        return str(self.served.line["ca"])

    @property
    def control(self) -> Control:
        """The control API."""
        return Control(self.http, self.served.line.get("token"))
