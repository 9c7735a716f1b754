"""The sandbox inside a developer's own tests: their client library calls `requests`, and a house answers.

    with Sandbox(start="2026-04-01T09:00:00") as box:
        shop.renew(...)                      # the shop's own code, the vendor's unmodified client
        box.fault("declined", code="42G030000", match={"nth_charge": 3})
        box.advance(days=30)

One pattern for all vendors is mounted, and routing happens inside by a dictionary; what is for no vendor goes
its usual way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self
from urllib.parse import unquote, urlsplit

import requests
import responses

from teiki_providers import instants
from teiki_providers.exchange import Reply, Request, Turned
from teiki_providers.fronts import FRONTS
from teiki_providers.hosts import VENDOR_HOSTS
from teiki_providers.house import House
from teiki_providers.mishaps import Mishap, MishapMatch
from teiki_providers.notices import Notice
from teiki_providers.recovery import Verdict
from teiki_providers.said import Front, Happened, Opening
from teiki_providers.shelf import VENDOR_BOOKS

__all__ = ["Sandbox", "answer"]

Answered = tuple[int, Mapping[str, str], bytes]


def answer(house: House, request: Request) -> Reply:
    """The reply to any request: the vendor's own, also where the dialect turns it away; 404 for no vendor's path."""
    try:
        return house.hear(request)
    except Turned as turned:
        return turned.reply
    except KeyError:
        return Reply(404, b"no such path")


def post(notice: Notice) -> bool:
    """Send a notice as its vendor would; whether the shop took it."""
    try:
        got = requests.post(
            notice.url,
            notice.body,
            headers={"Content-Type": notice.content_type, **notice.headers},
            timeout=15,
        )
    except requests.RequestException:
        return False
    return got.ok and got.text.strip().startswith(notice.accepts)


class Sandbox:
    """A house that answers the vendors' hosts in this process, from ``open`` (or ``with``) to ``close``.

    ``deliver`` sends a notice and tells whether the shop took it; ``everywhere`` answers on any host.
    """

    def __init__(
        self,
        start: str = instants.START,
        seed: int = 1,
        *,
        openings: Sequence[Opening] = FRONTS,
        deliver: Callable[[Notice], bool] = post,
        house: House | None = None,
        everywhere: bool = False,
    ) -> None:
        self.house = house or House(instants.parse(start), openings, seed, books=VENDOR_BOOKS)
        self._deliver = deliver
        self._everywhere = everywhere
        self._mock = responses.RequestsMock(
            assert_all_requests_are_fired=False,
            passthru_prefixes=() if everywhere else ("http://", "https://"),
        )

    def open(self) -> None:
        """Catch requests from now on."""
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            self._mock.add_callback(method, self._pattern(), self._answer)
        self._mock.start()

    def close(self) -> None:
        """Let requests go their usual way again."""
        self._mock.stop(allow_assert=False)

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _pattern(self) -> re.Pattern[str]:
        """One for all vendors: `responses` forgets the first of two that match the same request."""
        paths: dict[str, set[str]] = {}
        for front in self.house.fronts.values():
            paths.setdefault(front.provider, set()).update(front.prefixes)
        vendors = []
        for provider, prefixes in sorted(paths.items()):
            hosts = "|".join(re.escape(host) for host in VENDOR_HOSTS.get(provider, ()))
            below = "|".join(re.escape(prefix) for prefix in sorted(prefixes))
            vendors.append(rf"({'[^/]+' if self._everywhere else hosts})(:\d+)?({below})")
        return re.compile(rf"https?://({'|'.join(vendors)})")

    def _answer(self, prepared: requests.PreparedRequest) -> Answered:
        reply = answer(self.house, _as_request(prepared))
        if reply.trouble in ("lost", "reply_lost", "truncated"):
            raise requests.ConnectionError(f"sandbox: {reply.trouble}", request=prepared)
        if reply.trouble == "reset":
            raise requests.ConnectionError(ConnectionResetError(104, "sandbox: reset"), request=prepared)
        return reply.status, {"Content-Type": reply.content_type, **reply.headers}, reply.body

    # ---- what a test does beside the wire --------------------------------------------------------

    def advance(self, *, seconds: int = 0, days: int = 0, to: str = "") -> list[Happened]:
        """Move the clock through every due instant, sending notices on the way; what happened, in order."""
        target = instants.parse(to) if to else self.house.now + seconds + days * 86400
        told = []
        for now, happened in self.house.advance(target):
            told += happened
            for notice in self.house.outbox.due(now):
                ok = self._deliver(notice)
                self.house.outbox.result(notice.id, now, ok, "taken" if ok else "refused")
        return told

    def fault(self, kind: str, *, match: Mapping[str, Any] | None = None, **more: Any) -> Mishap:
        """Post a fault (`teiki_providers.mishaps`); its ``hits`` tell how often it befell a call."""
        return self.house.post_fault({"kind": kind, "match": MishapMatch(**(match or {})), **more})

    def verdicts(self) -> list[Verdict]:
        """Of each charge whose reply was lost: was it charged twice, the order lost, or reconciled?"""
        return self.house.recoveries.verdicts(self.house)

    def front(self, name: str) -> Front:
        """One dialect by its name, for its transactions and the consumer's deeds. Raises KeyError."""
        return self.house.fronts[name]


def _as_request(prepared: requests.PreparedRequest) -> Request:
    parts = urlsplit(prepared.url or "")
    body = prepared.body or b""
    return Request(
        prepared.method or "GET",
        unquote(parts.path),
        parts.query,
        {name.lower(): str(value) for name, value in prepared.headers.items()},
        body.encode() if isinstance(body, str) else bytes(body),
        parts.netloc,
    )
