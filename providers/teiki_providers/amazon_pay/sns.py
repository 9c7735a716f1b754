"""Amazon SNS as Amazon Pay's notifications use it: the envelope, its signature and the certificate that proves it.

The key is worked out from a fixed text: a sandbox started anew signs as before, and no private key lies in a
file. It proves nothing to anybody but a sandbox's own shop.
"""

import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha512

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

__all__ = ["CERTIFICATE_URL", "HOST", "PATH", "certificate", "envelope", "topic"]

HOST = "sns.ap-northeast-1.amazonaws.com"
#: Where the certificate is served, on that host: clients insist on https, such a host and ".pem".
PATH = "/SimpleNotificationService-teiki-v1.pem"
CERTIFICATE_URL = f"https://{HOST}{PATH}"

_BITS = 1024
_E = 65537
_SMALL = tuple(n for n in range(3, 2000, 2) if all(n % d for d in range(3, int(n**0.5) + 1, 2)))
_WITNESSES = 24


def _stream(text: str) -> int:
    """As many bits as a prime has, from a text."""
    blocks = b"".join(sha512(f"{text}:{n}".encode()).digest() for n in range(_BITS // 512))
    return int.from_bytes(blocks)


def _is_prime(n: int) -> bool:
    if any(n % small == 0 for small in _SMALL):
        return False
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    return all(_passes(n, witness, odd, twos) for witness in _SMALL[:_WITNESSES])


def _passes(n: int, witness: int, odd: int, twos: int) -> bool:
    """Miller and Rabin's test with one witness."""
    x = pow(witness, odd, n)
    if x in (1, n - 1):
        return True
    return any((x := x * x % n) == n - 1 for _ in range(twos - 1))


def _prime(text: str) -> int:
    candidate = _stream(text) | 1 | 3 << _BITS - 2
    while not (_is_prime(candidate) and (candidate - 1) % _E):
        candidate += 2
    return candidate


@cache
def _key() -> rsa.RSAPrivateKey:
    p, q = _prime("teiki sandbox notifications p"), _prime("teiki sandbox notifications q")
    d = pow(_E, -1, (p - 1) * (q - 1))
    numbers = rsa.RSAPrivateNumbers(
        p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), rsa.RSAPublicNumbers(_E, p * q)
    )
    return numbers.private_key()


@cache
def certificate() -> bytes:
    """The certificate in PEM, the same in every sandbox."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com (teiki sandbox)")])
    start = datetime(2020, 1, 1, tzinfo=UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(_key().public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=365 * 80))
        .sign(_key(), SHA256())
    )
    return built.public_bytes(Encoding.PEM)


def topic(seller: str) -> str:
    """The topic of a seller."""
    return f"arn:aws:sns:ap-northeast-1:598607868003:{seller}"


def envelope(
    message: Mapping[str, object], identity: str, seller: str, timestamp: str, badly_signed: bool = False
) -> bytes:
    """A notification in its envelope, signed (documented: by the client, which checks these five lines)."""
    signed = {
        "Message": json.dumps(message, ensure_ascii=False),
        "MessageId": identity,
        "Timestamp": timestamp,
        "TopicArn": topic(seller),
        "Type": "Notification",
    }
    text = "".join(f"{name}\n{value}\n" for name, value in signed.items())
    if badly_signed:
        text = f"not {text}"
    signature = _key().sign(text.encode(), padding.PKCS1v15(), SHA1())
    whole = {
        **signed,
        "SignatureVersion": "1",
        "Signature": b64encode(signature).decode(),
        "SigningCertURL": CERTIFICATE_URL,
        "UnsubscribeURL": f"https://{HOST}/?Action=Unsubscribe&SubscriptionArn={topic(seller)}",
    }
    return json.dumps(whole, ensure_ascii=False).encode()
