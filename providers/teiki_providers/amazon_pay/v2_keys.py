"""The RSA key pair of teiki's own store, which is no secret.

It is a test value, fixed so that a run is the same everywhere. A sandbox knows its public half from the start; any
other shop posts its own.
"""

from functools import cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

__all__ = ["STORE_KEY_ID", "public_pem", "store_key"]

#: It begins with LIVE, so that its authorisations have the age of the book's terms.
STORE_KEY_ID = "LIVE-TEIKISTORE"
_EXPONENT = 65537

_STORE_P = (
    "fc1bcc4364408265ac923883b197f1bf3282e48f589e331d45abfaee15904418de53681c3fbfdf27e1bcfd5863e644ce"
    "f502e3d7685568d3aa72427d9c2eee4f2ccd91f180a7c9570077b94680ed7140e8508c4d573d718d4c97fa2ec19643d5"
    "802507adba9a4fa8e4eee7e58745bf2408e3fc8cf56c1de10f5870b88c821d1f"
)
_STORE_Q = (
    "d7851d9a5fc47cdbd6c96c05c519e03ce86b4fa977a2109332deb9f423950f1e806eb20356570ffdb58eb9b084cef059"
    "4816a1213e031e22344c7ee3fc3dbc23cf9be12e20425e79e30469c67fbcb8b8c02c9ed4ef32f8c4d9dd19357ff1cbdb"
    "d2359fb497e2a2546cdf9147c402e6a1abaa5dea2dcbd398f5c76a904149d64f"
)


def _pair(first: str, second: str) -> rsa.RSAPrivateKey:
    p, q = int(first, 16), int(second, 16)
    d = rsa.rsa_recover_private_exponent(_EXPONENT, p, q)
    return rsa.RSAPrivateNumbers(
        p,
        q,
        d,
        rsa.rsa_crt_dmp1(d, p),
        rsa.rsa_crt_dmq1(d, q),
        rsa.rsa_crt_iqmp(p, q),
        rsa.RSAPublicNumbers(_EXPONENT, p * q),
    ).private_key()


@cache
def store_key() -> rsa.RSAPrivateKey:
    """The private half of teiki's own store."""
    return _pair(_STORE_P, _STORE_Q)


def public_pem(key: rsa.RSAPrivateKey) -> str:
    """The public half, as it is posted."""
    pem = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return pem.decode()
