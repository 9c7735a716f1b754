"""The consumer as a deferred provider's form describes one, and what a sandbox keeps of it: keyed hashes."""

import re
from dataclasses import dataclass
from hashlib import blake2b
from unicodedata import normalize

__all__ = ["Person", "token", "tokens"]


@dataclass(frozen=True, slots=True)
class Person:
    """A buyer or a recipient; what is not told is empty."""

    name: str = ""
    kana: str = ""
    company: str = ""
    department: str = ""
    zip: str = ""
    address: str = ""
    tel: str = ""
    email: str = ""


def _normal(text: str) -> str:
    """One spelling of a telephone number (digits, national form) or of an e-mail address (lower case)."""
    text = normalize("NFKC", text).strip()
    if "@" in text:
        return text.lower()
    number = re.sub(r"[^0-9+]", "", text)
    return re.sub(r"^\+81", "0", number) or text


def token(seed: int, text: str) -> str:
    """The keyed hash of a telephone number or an e-mail address, "" of an empty one."""
    if not text:
        return ""
    key = f"deferred:{seed}".encode()[:64]
    # Lone surrogates can't be encoded, and telephone numbers have none.
    return blake2b(_normal(text).encode(errors="replace"), digest_size=8, key=key).hexdigest()


def tokens(seed: int, person: Person) -> tuple[str, str]:
    """Whom unpaid bills are counted under (telephone, else e-mail, else name and postcode), and the e-mail's hash.

    The order is modelled: no provider says how it knows its customers.
    """
    mail = token(seed, person.email)
    return token(seed, person.tel) or mail or token(seed, person.name + person.zip), mail
