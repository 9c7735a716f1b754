"""Keeps out of the journal's file what a restart needs and nobody may read there.

Said calls hold no secrets, but a shop may use numbers that look like cards' as order numbers, a member has a name, and
posted logins have passwords: such rows are encrypted with a key that lies beside the database.
"""

import json
import os
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic_core import to_json

from teiki_providers.server.masking import has_card_number

__all__ = ["Seal", "SealBroken"]

_MARK = "sealed:"
_NONCE = 12
_JSON = json.JSONEncoder(separators=(",", ":"))


class SealBroken(ValueError):
    """A sealed row that this key does not open."""


class Seal:
    """Writes and reads the journal's JSON."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    @classmethod
    def beside(cls, directory: Path | None) -> "Seal":
        """The key in a directory, made the first time; without a directory, one for this process alone."""
        if directory is None:
            return cls(AESGCM.generate_key(128))
        file = directory / "seal.key"
        if not file.exists():
            write_private(file, AESGCM.generate_key(128))
        return cls(file.read_bytes())

    def write(self, value: Any, secret: bool = False) -> str:
        """JSON, sealed where it is secret or personal, or holds what could be a card number."""
        try:
            text = to_json(value, inf_nan_mode="constants").decode()
        except ValueError:  # lone surrogates of a hostile body pass as ASCII
            text = _JSON.encode(value)
        if not secret and not has_card_number(text):
            return text
        nonce = os.urandom(_NONCE)
        return _MARK + b64encode(nonce + self._cipher.encrypt(nonce, text.encode(), None)).decode()

    def read(self, text: str) -> Any:
        """What `write` wrote."""
        if text.startswith(_MARK):
            raw = b64decode(text[len(_MARK) :])
            try:
                text = self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], None).decode()
            except InvalidTag:
                raise SealBroken("the key beside the database is not the one it was written with") from None
        return json.loads(text)


def write_private(file: Path, content: bytes) -> None:
    """A file that its owner alone can read, there whole or not at all."""
    part = file.with_name(f".{file.name}.part")
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    part.replace(file)
