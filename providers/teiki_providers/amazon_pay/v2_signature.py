"""Signatures of version 2: a canonical request, hashed, signed by RSA-PSS with the shop's private key.

Documented ("Signing requests"), and measured on the clients' own traffic: AMZN-PAY-RSASSA-PSS has a salt of 20 bytes,
AMZN-PAY-RSASSA-PSS-V2 one of 32.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import quote

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from teiki_providers.exchange import Request

__all__ = ["ALGORITHMS", "Authorization", "canonical", "fits", "public_key", "sign"]

#: Salt lengths by algorithm.
ALGORITHMS: Mapping[str, int] = {"AMZN-PAY-RSASSA-PSS": 20, "AMZN-PAY-RSASSA-PSS-V2": 32}
_FORM = re.compile(
    r"(?P<algorithm>[A-Z0-9-]+) PublicKeyId=(?P<key>[^,\s]{1,256}),\s*"
    r"SignedHeaders=(?P<headers>[^,\s]{1,4096}),\s*Signature=(?P<signature>[A-Za-z0-9+/=]{1,2048})"
)


class Authorization(NamedTuple):
    """What the authorization header says."""

    algorithm: str
    key: str
    headers: tuple[str, ...]
    signature: bytes

    @classmethod
    def parse(cls, text: str) -> "Authorization | None":
        """Read the header; None where it is not of the form. Names that stand twice count once: a client repeats them."""
        found = _FORM.fullmatch(text.strip())
        if found is None or found["algorithm"] not in ALGORITHMS:
            return None
        names = tuple(dict.fromkeys(found["headers"].lower().split(";")))
        try:
            signature = base64.b64decode(found["signature"], validate=True)
        except binascii.Error:
            return None
        return cls(found["algorithm"], found["key"], names, signature)

    def text(self) -> str:
        """As it is sent."""
        signature = base64.b64encode(self.signature).decode()
        return (
            f"{self.algorithm} PublicKeyId={self.key}, SignedHeaders={';'.join(self.headers)}, "
            f"Signature={signature}"
        )


def canonical(
    method: str, path: str, query: str, headers: Mapping[str, str], signed: Sequence[str], body: bytes
) -> str:
    """The text whose hash is signed."""
    lines = [method, path, "&".join(sorted(query.split("&")))]
    lines += [f"{name}:{headers.get(name, '')}" for name in signed]
    lines += ["", ";".join(signed), sha256(body).hexdigest()]
    return "\n".join(lines)


def _to_sign(algorithm: str, text: str) -> bytes:
    return f"{algorithm}\n{sha256(text.encode('utf-8', 'surrogateescape')).hexdigest()}".encode()


def _padding(algorithm: str) -> padding.PSS:
    return padding.PSS(padding.MGF1(SHA256()), ALGORITHMS[algorithm])


def sign(key: rsa.RSAPrivateKey, algorithm: str, text: str) -> bytes:
    """Sign a canonical request."""
    return key.sign(_to_sign(algorithm, text), _padding(algorithm), SHA256())


@lru_cache(maxsize=256)
def public_key(pem: str) -> rsa.RSAPublicKey | None:
    """A posted public key; None where it is none."""
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, rsa.RSAPublicKey) else None


def _paths(path: str) -> Iterator[str]:
    """A path as it arrived: a request carries it percent-decoded, most clients sign what they send."""
    yield path
    if (quoted := quote(path, safe="/-_.~")) != path:
        yield quoted


def fits(request: Request, said: Authorization, key: rsa.RSAPublicKey) -> bool:
    """Whether the signature is this key's, over this request."""
    for path in _paths(request.path):
        text = canonical(request.method, path, request.query, request.headers, said.headers, request.body)
        try:
            key.verify(said.signature, _to_sign(said.algorithm, text), _padding(said.algorithm), SHA256())
        except InvalidSignature:
            continue
        return True
    return False
