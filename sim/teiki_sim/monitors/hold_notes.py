"""What the monitors of holds remember."""

from dataclasses import dataclass, field

__all__ = ["Hold", "HoldNotes"]


@dataclass(slots=True)
class Hold:
    """A subscription's hold: since when, what was due then, and whether all its orders are held too."""

    at: int
    seq: int
    delivery: int
    cycle: int
    whole: bool
    automatic: bool


@dataclass(slots=True)
class HoldNotes:
    """What the monitors of holds remember, by subscription and by order; all of it is rare."""

    held: dict[int, Hold] = field(default_factory=dict)
    released: dict[int, int] = field(default_factory=dict)
    decided: dict[int, int] = field(default_factory=dict)
    order_at: dict[int, int] = field(default_factory=dict)  # when an order was last held
    carrier: dict[int, int] = field(
        default_factory=dict
    )  # of an order, or of a subscription by its complement
