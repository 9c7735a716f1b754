"""Who buys: what is known of customers that a new order is held against (SS-LIM-03, SS-STOP-01)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

__all__ = ["PATTERNS", "Bargain", "Buyers", "Contact", "merge_customers", "suspicion"]


class Contact(NamedTuple):
    """What a customer gave, each as one opaque text; empty where unknown. It is kept here and in no row."""

    email: str = ""
    phone: str = ""
    postcode: str = ""
    family: str = ""
    given: str = ""


PATTERNS: dict[str, tuple[str, ...]] = {
    "same_email": ("email",),
    "same_phone_postcode": ("phone", "postcode"),
    "same_phone_name": ("phone", "family", "given"),
    "same_postcode_name": ("postcode", "family", "given"),
}
"""The four ways in which two customers look like one (SS-LIM-03): what must be the same."""


@dataclass(frozen=True, slots=True)
class Bargain:
    """What a bound course was sold on: so many deliveries of this quantity by this method, and the total shown (yen).

    ``shown`` is -1 where no sum was shown.
    """

    deliveries: int
    quantity: int
    method: int
    shown: int


@dataclass(slots=True)
class Buyers:
    """Contacts by customer number, and the customers whose orders are stopped."""

    contacts: dict[int, Contact] = field(default_factory=dict)
    orders: dict[tuple[int, int], list[int]] = field(default_factory=dict)  # by customer and product
    deleted: set[int] = field(default_factory=set)
    islanders: set[int] = field(default_factory=set)


def suspicion(buyers: Buyers, customer: int) -> str:
    """The first pattern by which another customer looks like this one; empty where none does."""
    mine = buyers.contacts.get(customer)
    if mine is None:
        return ""
    for word, fields in PATTERNS.items():
        wanted = [getattr(mine, name) for name in fields]
        if not all(wanted):
            continue
        for other, contact in buyers.contacts.items():
            if other != customer and [getattr(contact, name) for name in fields] == wanted:
                return word
    return ""


def merge_customers(buyers: Buyers, gone: int, kept: int) -> None:
    """Two records become one: the contact of ``kept`` stays."""
    buyers.contacts.pop(gone, None)
    for customer, product in [key for key in buyers.orders if key[0] == gone]:
        buyers.orders.setdefault((kept, product), []).extend(buyers.orders.pop((customer, product)))
    buyers.deleted.discard(gone)
    if gone in buyers.islanders:
        buyers.islanders.discard(gone)
        buyers.islanders.add(kept)
