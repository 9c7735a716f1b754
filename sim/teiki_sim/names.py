"""Order numbers, subscription ids and transaction ids: the texts behind the running numbers."""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from teiki_sim.log.parquet import digits, fixed_strings
from teiki_sim.tables import Table

_SECONDS = 86_400


class _Texts:
    """A growing list of texts, kept as an Arrow array too, which hands them out faster."""

    def __init__(self) -> None:
        self._array = pa.array([], pa.string())

    def take(self, texts: list[str], numbers: NDArray[Any]) -> pa.Array:
        """The texts of these numbers."""
        known = len(self._array)
        if len(texts) > known:
            self._array = pa.concat_arrays([self._array, pa.array(texts[known:], pa.string())])
        return self._array.take(pa.array(numbers))


class ShopNames:
    """Names of one shop's things. Orders that came with the book keep the numbers they came with."""

    def __init__(self, platform: str, subs: Table, orders: Table, prefix: tuple[str, str]) -> None:
        self.platform = platform
        self.subs = subs
        self.orders_table = orders
        self.prefix = prefix
        self.sub_ids: list[str] = []
        self.customer_names: list[str] = []
        self.opening: list[str] = []
        self.single_customer: dict[int, int] = {}
        self._sub_texts, self._customer_texts = _Texts(), _Texts()

    def subscriptions(self, numbers: NDArray[Any]) -> pa.Array:
        """Ids of these subscriptions."""
        return self._sub_texts.take(self.sub_ids, numbers)

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
        return self._customer_texts.take(self.customer_names, numbers)

    def transactions(self, numbers: NDArray[Any]) -> pa.Array:
        """Transaction ids: T and ten digits."""
        matrix = np.empty((len(numbers), 11), np.uint8)
        matrix[:, 0] = ord("T")
        digits(numbers, 10, matrix, 1)
        return fixed_strings(matrix)

    def orders(self, numbers: NDArray[Any]) -> pa.Array:
        """Order numbers: サブスクストア's documented form (SS-ORD-04), a modelled one on ecforce."""
        given = numbers < len(self.opening)
        made = self._made(numbers[~given])
        if not given.any():
            return made
        texts = np.empty(len(numbers), object)
        texts[given] = [self.opening[i] for i in numbers[given].tolist()]
        texts[~given] = made.to_numpy(zero_copy_only=False)
        return pa.array(texts, pa.string())

    def _made(self, numbers: NDArray[Any]) -> pa.Array:
        table = self.orders_table
        created, running = table.created[numbers].astype(np.int64), table.running[numbers].astype(np.int64)
        single = table.sub[numbers] < 0
        days, clock = np.divmod(created, _SECONDS)
        dates = days.astype("datetime64[D]")
        years = dates.astype("datetime64[Y]").astype(np.int64) + 1970
        months = dates.astype("datetime64[M]").astype(np.int64) % 12 + 1
        day = (dates - dates.astype("datetime64[M]")).astype(np.int64) + 1
        date_digits = (years % 100) * 10_000 + months * 100 + day
        if self.platform == "subscstore":
            matrix = np.full((len(numbers), 26), ord("-"), np.uint8)
            digits(date_digits, 6, matrix, 3)
            digits(clock // 3600 * 10_000 + clock // 60 % 60 * 100 + clock % 60, 6, matrix, 9)
            digits((days * 7919 + running * 104_729) % 1000, 3, matrix, 16)
            digits(running, 6, matrix, 20)
        else:
            matrix = np.empty((len(numbers), 14), np.uint8)
            digits(date_digits, 6, matrix, 2)
            digits(running, 6, matrix, 8)
        for column in (0, 1):
            one, child = (ord(prefix[column]) for prefix in self.prefix)
            matrix[:, column] = np.where(single, one, child)
        return fixed_strings(matrix)
