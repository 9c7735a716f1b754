"""Sends notices to shops, one after the other, on this machine only unless a host was allowed."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlsplit

import requests

from teiki_providers.notices import Notice
from teiki_providers.server.hosts import name_of

__all__ = ["Sent", "send", "target"]

_TIMEOUT_S = 10
_MOST = 64


class Sent(NamedTuple):
    """How a try went: whether the shop took it, and what it said."""

    ok: bool
    told: str


def target(url: str) -> str:
    """The host that a URL names; raises ValueError where it is no http(s) URL."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(url)
    return name_of(parts.hostname) if ":" not in parts.hostname else parts.hostname


async def send(notice: Notice, may_call: Callable[[str], bool]) -> Sent:
    """Try once."""
    try:
        host = target(notice.url)
    except ValueError:
        return Sent(False, "no http(s) address")
    if not may_call(host):
        return Sent(False, f"host {host} is not allowed (--allow-host)")
    return await asyncio.to_thread(_post, notice)


def _post(notice: Notice) -> Sent:
    headers = {"Content-Type": notice.content_type, **notice.headers}
    with requests.Session() as session:
        session.trust_env = False  # the environment's proxy may be this very sandbox
        try:
            with session.post(
                notice.url,
                notice.body,
                headers=headers,
                timeout=_TIMEOUT_S,
                allow_redirects=False,
                stream=True,
            ) as got:
                said = (
                    (got.raw.read(_MOST * 16, decode_content=True) or b"").decode("utf-8", "replace").strip()
                )
        except (requests.RequestException, OSError) as error:
            return Sent(False, type(error).__name__)
    ok = 200 <= got.status_code < 300 and said.startswith(notice.accepts)
    return Sent(ok, f"{got.status_code} {said[:_MOST]}".rstrip())
