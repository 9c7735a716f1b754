"""Whom a sandbox knows: shops and their secrets, and where their notices go.

Those known from the start are test values, printed in the README; more are posted over the control API.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["KNOWN", "Credential", "Credentials"]


@dataclass(slots=True)
class Credential:
    """One login. ``kind`` says whose (card_shop, card_site, np, score, amazon_v1, amazon_v2, rakuten_v1);
    ``name`` is the public half, ``secret`` the other; ``extra`` is what the kind needs besides."""

    kind: str
    name: str
    secret: str
    notify_url: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)


KNOWN: tuple[Credential, ...] = (
    Credential("card_shop", "tshop00000001", "shoppass01"),
    Credential("card_site", "tsite00000001", "sitepass01"),
    Credential("np", "np-merchant", "np-sp", extra={"terminal": "np-terminal"}),
    Credential("score", "score-shop", "score-pass"),
    Credential("amazon_v1", "AKIATEST", "secret+/key", extra={"seller": "A1MERCHANT"}),
    Credential("rakuten_v1", "1000000001", "rakuten-key"),
)


class Credentials:
    """Logins by kind and name."""

    def __init__(self) -> None:
        self._entries = {
            (c.kind, c.name): Credential(c.kind, c.name, c.secret, c.notify_url, c.extra) for c in KNOWN
        }

    def find(self, kind: str, name: str) -> Credential | None:
        """The login of a name."""
        return self._entries.get((kind, name))

    def check(self, kind: str, name: str, secret: str) -> bool:
        """Whether a name and its secret fit."""
        entry = self._entries.get((kind, name))
        return entry is not None and entry.secret == secret

    def put(self, credential: Credential) -> None:
        """Add a login, or replace the one of that name."""
        self._entries[credential.kind, credential.name] = credential

    def of(self, kind: str) -> Iterator[Credential]:
        """All logins of a kind."""
        return (c for c in self._entries.values() if c.kind == kind)

    def shown(self) -> list[dict[str, Any]]:
        """All logins, secrets masked."""
        return [
            {"kind": c.kind, "name": c.name, "secret": "***", "notify_url": c.notify_url, **c.extra}
            for c in self._entries.values()
        ]
