"""Signature version 2 with HMAC-SHA256, as version 1 signs its requests (documented: recorded requests in the facts)."""

import hmac
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import quote

__all__ = ["signature", "signed"]


def _signable(host: str, path: str, parameters: Mapping[str, str]) -> bytes:
    """Four lines: verb, host, path, and the parameters in byte order, each encoded as RFC 3986 has it."""
    named = sorted((name.encode(), value) for name, value in parameters.items() if name != "Signature")
    pairs = "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in named)
    return f"POST\n{host}\n{path}\n{pairs}".encode()


def signature(secret: str, host: str, path: str, parameters: Mapping[str, str]) -> str:
    """The signature of a request."""
    return b64encode(hmac.new(secret.encode(), _signable(host, path, parameters), sha256).digest()).decode()


def signed(secret: str, host: str, path: str, parameters: Mapping[str, str]) -> bool:
    """Whether the request carries the right signature; only the secret's own owner could have made it."""
    given = parameters.get("Signature", "").encode()
    return hmac.compare_digest(given, signature(secret, host, path, parameters).encode())
