"""What the monitors keep of sales: buyers and limits, bound courses, the acquirer's requests, numbers not of the shop."""

from dataclasses import dataclass, field
from typing import NamedTuple

__all__ = ["Bound", "Numbered", "Purchase", "Sales"]


class Purchase(NamedTuple):
    """A row that says whose an order of limited goods is; the buyer is a word of the log."""

    seq: int
    at: int
    sub: int
    order: int
    buyer: int
    product: int
    pieces: int


class Numbered(NamedTuple):
    """An order that came with a number of its own, a word of the log; ``money``: what it comes to, in yen."""

    seq: int
    at: int
    sub: int
    order: int
    number: int
    money: int


@dataclass(slots=True)
class Bound:
    """A course that was sold for a number of deliveries: what was shown, and what its children came to."""

    deliveries: int
    seq: int
    shown: int = -1
    shown_seq: int = -1
    children: dict[int, int] = field(default_factory=dict)  # cycle -> the latest child of it


@dataclass(slots=True)
class Sales:
    """All of it by number; nearly always empty."""

    requests: dict[int, int] = field(default_factory=dict)  # order -> seq of the request to stop it
    suspended: dict[int, int] = field(default_factory=dict)  # subscription -> seq of the request
    numbers: dict[int, int] = field(default_factory=dict)  # order number (its word) -> the order that has it
    numbered: list[Numbered] = field(default_factory=list)  # not compared yet
    purchases: list[Purchase] = field(default_factory=list)  # not counted yet
    owners: dict[int, Purchase] = field(default_factory=dict)  # order of limited goods -> whose it is
    bought: dict[tuple[int, int], list[Purchase]] = field(default_factory=dict)  # by buyer and product
    deleted: dict[int, int] = field(default_factory=dict)  # order -> seq of its deletion
    bound: dict[int, Bound] = field(default_factory=dict)  # by subscription
    ends: dict[int, tuple[int, set[int]]] = field(
        default_factory=dict
    )  # subscription -> end count, cycles made
