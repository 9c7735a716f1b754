"""Who may speak to a sandbox: no page of another site, whatever name it resolves, and on a network only a token's bearer."""

import secrets
from collections.abc import Iterable, Mapping

from teiki_providers.server.hosts import LOOPBACK, VENDORS, is_loopback, name_of

__all__ = ["CONTROL", "Guard"]

CONTROL = "/__sandbox"
#: Public by nature.
_OPEN = frozenset({f"{CONTROL}/health", f"{CONTROL}/ca.pem"})


class Guard:
    """Judges a request by its headers. ``token`` is None where only this machine can connect."""

    def __init__(self, host: str, allowed: Iterable[str] = (), token: str | None = None) -> None:
        own = {*LOOPBACK, *(name_of(name) for name in allowed)}
        if host not in ("0.0.0.0", "::", ""):
            own.add(host.lower())
        self.control_hosts = frozenset(own)
        self.vendor_hosts = frozenset(own | set(VENDORS))
        self.outgoing = frozenset(name_of(name) for name in allowed)
        self.token = token if token or is_loopback(host) else secrets.token_urlsafe(24)

    def refuses(self, path: str, host: str, headers: Mapping[str, str]) -> tuple[int, str, str] | None:
        """Why a request is refused: status and the reason in both languages; None where it may pass."""
        control = path.startswith(CONTROL)
        known = self.control_hosts if control else self.vendor_hosts
        if (name := name_of(host)) not in known:
            return (
                403,
                f"Host「{name[:80]}」は許可されていません",
                f"host {name[:80]!r} is not allowed (--allow-host)",
            )
        origin = headers.get("origin")
        if origin is not None and not self._same(origin, host, control):
            return 403, "別のサイトからの要求です", "the request comes from another site"
        if control and self.token is not None and path not in _OPEN:
            given = headers.get("authorization", "").removeprefix("Bearer ")
            if not secrets.compare_digest(given.encode(), self.token.encode()):
                return (
                    401,
                    "トークンが必要です(Authorization: Bearer …)",
                    "a token is needed (Authorization: Bearer …)",
                )
        return None

    def _same(self, origin: str, host: str, control: bool) -> bool:
        """The control API is for pages of this very server; vendors' paths for those of any host allowed."""
        authority = origin.partition("://")[2]
        return authority.lower() == host.lower() if control else name_of(authority) in self.vendor_hosts

    def may_call(self, host: str) -> bool:
        """Whether notices may be sent to a host."""
        return is_loopback(host) or host in self.outgoing
