"""The vendor's hosts in this process: `requests` caught by `responses`, answered by a house."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

import requests
import responses
from providers.rakuten_pay.talk import Talk

from teiki_providers.exchange import Request

HOSTS = re.compile(r"https://(pt01\.mul-pay\.jp|my\.checkout\.rakuten\.co\.jp|checkout\.rakuten\.co\.jp)/.*")
Answered = tuple[int, Mapping[str, str], bytes]


@contextmanager
def caught(talk: Talk) -> Iterator[requests.Session]:
    """A session whose calls to the vendor's hosts end in the house."""

    def answer(prepared: requests.PreparedRequest) -> Answered:
        parts = urlsplit(prepared.url or "")
        body = prepared.body or b""
        request = Request(
            prepared.method or "",
            parts.path,
            parts.query,
            {name.lower(): str(value) for name, value in prepared.headers.items()},
            body.encode() if isinstance(body, str) else bytes(body),
            parts.netloc,
        )
        reply = talk.send(request)
        if reply.trouble:
            raise requests.ConnectionError(reply.trouble)
        return reply.status, {"Content-Type": reply.content_type, **reply.headers}, reply.body

    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock, requests.Session() as session:
        for method in ("GET", "POST"):
            mock.add_callback(method, HOSTS, answer)
        yield session
