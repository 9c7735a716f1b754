"""What left the warehouse, added up: parcels, units and gifts by day and product, and the tax in the sales."""

from collections import defaultdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from teiki_sim.config import Config
from teiki_sim.money import tax_included_breakdown

__all__ = ["FEE_RATE", "Tally"]

#: Consumption tax on shipping and payment fees, in per cent.
FEE_RATE = 10


class Tally:
    """Running sums of one run."""

    def __init__(self, config: Config) -> None:
        self.parcels = 0
        #: (day, product number) -> [parcels, units]; a gift counts units and no parcel of its own
        self.by_day: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
        #: tax rate -> [sales with tax, tax within], yen, of the orders that shipped
        self.tax: dict[int, list[int]] = {8: [0, 0], 10: [0, 0]}
        self._rounding = config.tax.rounding
        self._rates = {code: goods.tax_rate for code, goods in config.goods.items()}
        self._shares: dict[int, list[tuple[int, int, int]]] = {}  # by kind of order, see `ship`
        self._gifts = [(gift.count, gift.product) for gift in config.gifts]

    def ship(
        self,
        day: int,
        products: list[str],
        product: NDArray[Any],
        quantity: NDArray[Any],
        amount: NDArray[Any],
        fees: NDArray[Any],
        cycle: NDArray[Any],
    ) -> None:
        """Count parcels that leave on a day; amounts and fees are yen with tax, columns of one length."""
        self.parcels += len(product)
        units = np.bincount(product, weights=quantity).astype(np.int64)
        for number, parcels in enumerate(np.bincount(product).tolist()):
            if parcels:
                cell = self.by_day[day, number]
                cell[0] += parcels
                cell[1] += int(units[number])
        for count, gift in self._gifts:
            if enclosed := int((cycle == count).sum()):
                self.by_day[day, products.index(gift)][1] += enclosed
        # Many orders are alike: the tax, rounded once per rate and order, is worked out once for each kind in a run.
        key = (product.astype(np.int64) << 44) | (np.minimum(fees, 4095).astype(np.int64) << 32) | amount
        alike, times = np.unique(key, return_counts=True)
        for kind, n in zip(alike.tolist(), times.tolist(), strict=True):
            if (shares := self._shares.get(kind)) is None:
                shares = self._shares[kind] = self._taxed(kind, products)
            for rate, total, tax in shares:
                self.tax[rate][0] += total * n
                self.tax[rate][1] += tax * n

    def _taxed(self, kind: int, products: list[str]) -> list[tuple[int, int, int]]:
        """(tax rate, sales with tax, tax within) of an order of this kind."""
        total, fee = kind & 0xFFFFFFFF, (kind >> 32) & 4095
        fee = min(fee, total)
        rate = self._rates.get(products[kind >> 44], FEE_RATE)
        shares = tax_included_breakdown([(total - fee, rate), (fee, FEE_RATE)], self._rounding)
        return [(share.rate, share.total, share.tax) for share in shares]
