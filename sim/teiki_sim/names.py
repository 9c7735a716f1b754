"""Order numbers, subscription ids and transaction ids: the texts behind the running numbers."""

from collections.abc import Iterable, Sequence
from typing import Any, overload

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from teiki_sim.log.parquet import digits, fixed_strings
from teiki_sim.tables import Table

_SECONDS = 86_400


class Texts(Sequence[str]):
    """A growing list of texts. They lie in one Arrow array, where a text takes its bytes and no more."""

    def __init__(self, texts: Iterable[str] | pa.Array = ()) -> None:
        self._array = texts if isinstance(texts, pa.Array) else pa.array(texts, pa.string())
        self._first = len(self._array)
        self._later: list[str] = []

    def __len__(self) -> int:
        return self._first + len(self._later)

    @overload
    def __getitem__(self, number: int) -> str: ...
    @overload
    def __getitem__(self, number: slice) -> list[str]: ...
    def __getitem__(self, number: int | slice) -> str | list[str]:
        if isinstance(number, slice):
            return [self[i] for i in range(*number.indices(len(self)))]
        number = range(len(self))[number]
        return str(self._array[number]) if number < self._first else self._later[number - self._first]

    def append(self, text: str) -> None:
        """Add one text at the end."""
        self._later.append(text)

    def take(self, numbers: NDArray[Any]) -> pa.Array:
        """The texts of these numbers."""
        known = len(self._array)
        if len(self) > known:
            later = pa.array(self._later[known - self._first :], pa.string())
            self._array = pa.concat_arrays([self._array, later])
        return self._array.take(pa.array(numbers))


class ShopNames:
    """Names of one shop's things. Orders that came with the book keep the numbers they came with."""

    def __init__(self, platform: str, subs: Table, orders: Table, prefix: tuple[str, str]) -> None:
        self.platform = platform
        self.subs = subs
        self.orders_table = orders
        self.prefix = prefix
        self.sub_ids = Texts()
        self.customer_names = Texts()
        self.opening: list[str] = []
        self.single_customer: dict[int, int] = {}
        self.given: dict[int, str] = {}  # order numbers that the shop did not make

    def subscriptions(self, numbers: NDArray[Any]) -> pa.Array:
        """Ids of these subscriptions."""
        return self.sub_ids.take(numbers)

    def subscription(self, number: int) -> str:
        """Id of one subscription, empty for none."""
        return self.sub_ids[number] if number >= 0 else ""

    def order(self, number: int) -> str:
        """Number of one order as the shop shows it, empty for none."""
        if number < 0:
            return ""
        return str(self.orders(np.array([number]))[0].as_py())

    def customers(self, subs: NDArray[Any], orders: NDArray[Any]) -> NDArray[Any]:
        """Customer number of each row, -1 where there is none."""
        numbers = np.where(subs >= 0, self.subs.customer[np.maximum(subs, 0)] if self.subs.n else -1, -1)
        for row in np.flatnonzero((subs < 0) & (orders >= 0)).tolist():
            numbers[row] = self.single_customer.get(int(orders[row]), -1)
        return numbers

    def customer_ids(self, numbers: NDArray[Any]) -> pa.Array:
        """Ids of these customers."""
        return self.customer_names.take(numbers)

    def transactions(self, numbers: NDArray[Any]) -> pa.Array:
        """Transaction ids: T and ten digits."""
        matrix = np.empty((len(numbers), 11), np.uint8)
        matrix[:, 0] = ord("T")
        digits(numbers, 10, matrix, 1)
        return fixed_strings(matrix)

    def orders(self, numbers: NDArray[Any]) -> pa.Array:
        """Order numbers: サブスクストア's documented form (SS-ORD-04), a modelled one on ecforce."""
        if self.given and (foreign := np.isin(numbers, list(self.given))).any():
            return self._some_given(numbers, foreign)
        given = numbers < len(self.opening)
        made = self._made(numbers[~given])
        if not given.any():
            return made
        texts = np.empty(len(numbers), object)
        texts[given] = [self.opening[i] for i in numbers[given].tolist()]
        texts[~given] = made.to_numpy(zero_copy_only=False)
        return pa.array(texts, pa.string())

    def next_single(self, at: int, running: int) -> str:
        """The number that a single order of an instant gets with a running number of its day."""
        return str(self._numbers(np.array([at]), np.array([running]), np.array([True]))[0].as_py())

    def _some_given(self, numbers: NDArray[Any], foreign: NDArray[np.bool_]) -> pa.Array:
        texts = np.empty(len(numbers), object)
        texts[foreign] = [self.given[i] for i in numbers[foreign].tolist()]
        if not foreign.all():
            texts[~foreign] = self.orders(numbers[~foreign]).to_numpy(zero_copy_only=False)
        return pa.array(texts, pa.string())

    def _made(self, numbers: NDArray[Any]) -> pa.Array:
        table = self.orders_table
        return self._numbers(table.created[numbers], table.running[numbers], table.sub[numbers] < 0)

    def _numbers(self, created: NDArray[Any], running: NDArray[Any], single: NDArray[np.bool_]) -> pa.Array:
        # A night's orders come to be at one instant: its digits are written once.
        begins = np.diff(created, prepend=-1) != 0
        days, clock = np.divmod(created[begins].astype(np.int64), _SECONDS)
        batch = np.cumsum(begins) - 1
        if self.platform == "subscstore":
            heads = np.full((len(days), 26), ord("-"), np.uint8)
            digits(_date_digits(days), 6, heads, 3)
            digits(clock // 3600 * 10_000 + clock // 60 % 60 * 100 + clock % 60, 6, heads, 9)
            matrix = heads.take(batch, axis=0)
            digits((days[batch] * 7919 + running.astype(np.int64) * 104_729) % 1000, 3, matrix, 16)
            digits(running, 6, matrix, 20)
        else:
            heads = np.empty((len(days), 14), np.uint8)
            digits(_date_digits(days), 6, heads, 2)
            matrix = heads.take(batch, axis=0)
            digits(running, 6, matrix, 8)
        for column in (0, 1):
            one, child = (np.uint8(ord(prefix[column])) for prefix in self.prefix)
            matrix[:, column] = np.where(single, one, child)
        return fixed_strings(matrix)


def _date_digits(days: NDArray[np.int64]) -> NDArray[np.int64]:
    """Year, month and day of dates, two digits each."""
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    month, day = months.astype(np.int64), (dates - months).astype(np.int64) + 1
    number: NDArray[np.int64] = (month // 12 + 1970) % 100 * 10_000 + (month % 12 + 1) * 100 + day
    return number
