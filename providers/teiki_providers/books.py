"""A provider's book: the table of moves, the terms, and the words that it refuses with.

A table is written as a grid, a line for each state and a column for each operation; every cell is
either a `Move` or a `Refused`. What depends on age, amount or slip number is in the `Terms`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from teiki_providers.states import State
from teiki_sim.calendar import month_of, month_start
from teiki_sim.messages import Method, Operation


@dataclass(frozen=True, slots=True)
class Move:
    """A move that the provider permits: to which state (None: it stays where it is).

    ``opens`` leads to a new transaction instead; ``judged`` means that the move is a new authorisation,
    which can be declined; ``documented`` is False where the rule is modelled.
    """

    to: State | None
    source: str
    documented: bool = True
    opens: bool = False
    judged: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """A move that the provider refuses, and the code that it answers."""

    code: str
    source: str
    documented: bool = True


Cell = Move | Refused
Table = Mapping[tuple[State, Operation], Cell]
Row = tuple[Cell, Cell, Cell, Cell, Cell, Cell, Cell, Cell]


def table(grid: Mapping[State, Row]) -> Table:
    """The cells of a grid, whose columns are the operations in their order."""
    return {(state, op): cell for state, row in grid.items() for op, cell in zip(Operation, row, strict=True)}


@dataclass(frozen=True, slots=True)
class Until:
    """How long something stays possible, counted from a day: some days, or until the end of a month.

    ``month_ends`` 0 is the end of the same month, 1 that of the next. With neither there is no limit.
    """

    days: int | None = None
    month_ends: int | None = None

    def covers(self, start: int, day: int) -> bool:
        """Whether ``day`` is still within it."""
        if self.days is not None and day > start + self.days:
            return False
        return self.month_ends is None or day < month_start(month_of(start) + self.month_ends + 1)


AmountRule = Literal["exact", "lower_ok", "any"]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a provider's table cannot say: ages, amounts and what a capture needs.

    ``amount``: a capture must be for exactly the authorised amount, may be for less, or ("any")
    carries no amount at all, so that all of the authorised is sold. ``release_first``: an edit gives up
    the old authorisation before the new one is judged. ``decrease_judged``: also a lower amount is
    judged anew. ``decrease_only``: states in which an amount can go down only. ``one_live``: methods of
    which no live transaction may stand under the same order number. ``cap``: highest amount of one
    transaction.
    """

    validity_days: int
    amount: AmountRule
    release_first: bool
    decrease_judged: bool
    cancel_until: Until
    refund_until: Until
    cancel_delay_days: int = 0
    needs_slip: bool = False
    needs_print: bool = False
    holds: bool = False
    reauthorise_after_cancel: bool = False
    decrease_only: frozenset[State] = frozenset()
    one_live: frozenset[Method] = frozenset()
    cap: int = 9_999_999


@dataclass(frozen=True, slots=True)
class Words:
    """The codes for reasons that no table cell holds."""

    declined: str  # a refusal for which the configuration names no code
    held: str
    expired: str
    amount: str  # the amount does not fit the authorisation
    cap: str
    past_cancel: str
    past_refund: str
    refund_amount: str
    increase: str
    finished: str  # nothing is left to cancel: paid by the customer, or wholly refunded
    capture_failed: str
    maintenance: str
    rate_limit: str
    server_error: str
    slip: str = ""
    unprinted: str = ""
    live: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """A code that a provider answers: its meaning, whether a later try can do better, and who says so."""

    code: str
    ja: str
    en: str
    retry: bool
    source: str
    documented: bool = True


#: The day on which the public sources that books, matrices and codes name were read.
READ = "2026-11-22"


class Described(NamedTuple):
    """One cell of a table in words."""

    state: str
    operation: str
    result: str
    source: str
    basis: str
    read: str = READ


@dataclass(frozen=True, slots=True)
class Book:
    """Everything that one payment method's provider goes by."""

    method: Method
    provider: str
    table: Table
    terms: Terms
    words: Words
    codes: tuple[Code, ...]

    def cell(self, state: State, operation: Operation) -> Cell:
        """What the table says."""
        return self.table[state, operation]

    def describe(self) -> Iterator[Described]:
        """The table in words, for the documentation."""
        return in_words(
            (state.name, operation.name.lower(), cell) for (state, operation), cell in self.table.items()
        )


def in_words(cells: Iterable[tuple[str, str, Cell]]) -> Iterator[Described]:
    """Cells of a table, each after its state and its operation, in words."""
    for state, operation, cell in cells:
        if isinstance(cell, Refused):
            result = f"refused: {cell.code}"
        elif cell.opens:
            result = "a new transaction"
        else:
            result = "stays" if cell.to is None else cell.to.name
            result += " (judged anew)" if cell.judged else ""
        yield Described(
            state, operation, result, cell.source, "documented" if cell.documented else "modelled"
        )


#: Codes that no vendor publishes, shared by all providers.
UNKNOWN = "unknown"
NOT_OFFERED = "NOT_OFFERED"
SHARED_CODES: tuple[Code, ...] = (
    Code(UNKNOWN, "該当する取引がない", "no such transaction", False, "ours", False),
    Code(NOT_OFFERED, "この決済会社にはない操作", "the provider has no such call", False, "ours", False),
)
