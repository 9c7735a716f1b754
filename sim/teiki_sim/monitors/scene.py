"""What a monitor looks at: rows of one wave, with what the tables say of them."""

from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from teiki_sim.calendar import DAY
from teiki_sim.log.statuses import ORDER_MEANING, PAYMENT_MEANING
from teiki_sim.log.waves import On, Part, Rows
from teiki_sim.monitors.state import IS_DEFERRED, IS_UNCOVERED, State

_OF_ROWS = ("at", "order", "sub", "day", "code", "seq")
"""What hangs on the rows alone."""
_T = TypeVar("_T")


class once(Generic[_T]):
    """What is worked out when it is first asked for; functools' own takes a lock each time (CPython 3.11)."""

    def __init__(self, find: Callable[["Scene"], _T]) -> None:
        self._find = find
        self.__doc__ = find.__doc__

    def __get__(self, scene: "Scene", owner: type) -> _T:
        name, whole = self._find.__name__, scene._whole
        if whole is None or name not in whole.__dict__:
            found = self._find(scene)
        else:
            found = whole.__dict__[name]
            if isinstance(found, np.ndarray):
                found = cast(_T, found[scene._part])
        scene.__dict__[name] = found
        return found


class Scene:
    """Rows of one wave with what the tables say of them, each looked up once and only when asked for.

    Compare them with plain ints: for the member of an enum, numpy takes five times as long.
    """

    def __init__(
        self, state: State, rows: Rows, whole: "Scene | None" = None, part: Part | None = None
    ) -> None:
        self.state = state
        self.rows = rows
        self._whole = whole
        self._part = part

    def __len__(self) -> int:
        return len(self.rows)

    def anew(self) -> "Scene":
        """The same rows, with the tables as they are now."""
        scene = Scene(self.state, self.rows)
        known = self.__dict__
        for name in _OF_ROWS:
            if name in known:
                scene.__dict__[name] = known[name]
        return scene

    def some(self, part: Part) -> "Scene":
        """Some of the rows; what was looked up for all is not looked up again."""
        return Scene(self.state, self.rows.some(part), self, part)

    @property
    def kind(self) -> int:
        """The kind that all the rows are of."""
        return self.rows.sole_kind

    @once
    def at(self) -> NDArray[Any]:
        """Instant of each row."""
        return self.rows.at

    @once
    def order(self) -> NDArray[Any]:
        """Order of each row."""
        return self.rows.order

    @once
    def sub(self) -> NDArray[Any]:
        """Subscription of each row."""
        return self.rows.sub

    @once
    def seq(self) -> NDArray[Any]:
        """Sequence number of each row."""
        return self.rows.seq

    @once
    def code(self) -> NDArray[Any]:
        """Code of each row."""
        return self.rows.code

    @once
    def day(self) -> NDArray[Any]:
        """Day of each row."""
        return self.at // DAY

    @once
    def flags(self) -> NDArray[Any]:
        """The orders' flags before these rows."""
        found: NDArray[Any] = self.state.orders.flags.take(self.order)
        return found

    @once
    def sub_flags(self) -> NDArray[Any]:
        """The subscriptions' flags before these rows; 0 for single orders."""
        found: NDArray[Any] = self.state.subs.flags.take(self.sub)  # the last row, of -1, is nobody's
        return found

    @once
    def marks(self) -> int:
        """All that may be among the orders' flags, 0 where the rows are not of orders."""
        return 0 if self.rows.on == On.SUBSCRIPTION else int(np.bitwise_or.reduce(self.flags))

    @once
    def sub_marks(self) -> int:
        """All that may be among the subscriptions' flags, 0 where the rows are a provider's.

        Those change nothing that a subscription's deadlines hang on: its next own row is early enough.
        """
        return 0 if self.rows.on == On.LEDGER else int(np.bitwise_or.reduce(self.sub_flags))

    @once
    def method(self) -> NDArray[Any]:
        """The orders' methods."""
        found: NDArray[Any] = self.state.fold.orders.method.take(self.order)
        return found

    @once
    def amount(self) -> NDArray[Any]:
        """The orders' amounts."""
        found: NDArray[Any] = self.state.fold.orders.amount.take(self.order)
        return found

    @once
    def meaning(self) -> NDArray[Any]:
        """What the orders' statuses say."""
        found: NDArray[Any] = ORDER_MEANING.take(self.state.fold.orders.status.take(self.order))
        return found

    @once
    def payment(self) -> NDArray[Any]:
        """What the orders' payment statuses say, as the store knows them."""
        found: NDArray[Any] = PAYMENT_MEANING.take(self.state.fold.orders.payment.take(self.order))
        return found

    @once
    def transaction(self) -> NDArray[Any]:
        """The orders' first transactions, -1 where there is none."""
        return self.state.orders.transaction.take(self.order).astype(np.intp)

    @once
    def ledger(self) -> NDArray[Any]:
        """What the ledger says of the orders, as bits."""
        return self.state.ledger_bits(self.order, self.transaction, self.flags)

    @once
    def uncovered(self) -> NDArray[Any]:
        """Cash on delivery or bank transfer."""
        found: NDArray[Any] = IS_UNCOVERED.take(self.method)
        return found

    @once
    def deferred(self) -> NDArray[Any]:
        """Deferred payment."""
        found: NDArray[Any] = IS_DEFERRED.take(self.method)
        return found

    @once
    def status(self) -> NDArray[Any]:
        """The subscriptions' statuses; of no meaning for single orders."""
        found: NDArray[Any] = self.state.fold.subscriptions.status.take(self.sub)
        return found

    def told(self, mask: NDArray[np.bool_] | None = None) -> Iterable[tuple[int, int, int, int, int]]:
        """The rows, or those where a mask holds, one by one: place, instant, subscription, order and seq."""
        if mask is None:
            columns = self.at, self.sub, self.order, self.seq
            return zip(range(len(self)), *(column.tolist() for column in columns), strict=True)
        places = mask.nonzero()[0]
        if not len(places):
            return ()
        columns = self.at, self.sub, self.order, self.seq
        return zip(places.tolist(), *(column.take(places).tolist() for column in columns), strict=True)

    def at_row(self, i: int) -> tuple[int, int, int, int]:
        """Instant, subscription, order and seq of one row."""
        return self.at.item(i), self.sub.item(i), self.order.item(i), self.seq.item(i)


def each(mask: NDArray[np.bool_]) -> list[int]:
    """Where a mask holds: the few rows that are looked at one by one."""
    found: list[int] = mask.nonzero()[0].tolist()
    return found
