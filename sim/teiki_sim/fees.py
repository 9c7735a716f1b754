"""What an order costs beside its goods, and goods whose price hangs on the delivery count."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from teiki_sim.config import METHODS, Config

__all__ = ["Fees", "Prices"]


class Fees:
    """Fees in yen with tax, by product, method and carrier number (EC-UPD-05, -06)."""

    def __init__(self, config: Config, products: list[str]) -> None:
        """``products`` are the codes by number; the list may grow."""
        self._methods = np.array(
            [config.payments[m].fee if m in config.payments else 0 for m in METHODS], np.int32
        )
        self._carriers = np.array([c.fee for c in config.carriers.values()], np.int32)
        self._products = products
        goods = config.goods.items()
        self._payment = {code: g.payment_fee for code, g in goods if g.payment_fee is not None}
        self._shipping = {code: g.shipping_fee for code, g in goods if g.shipping_fee is not None}

    def payment(self, product: Any, method: Any) -> NDArray[np.int32]:
        """The payment fee: the goods' own, else the method's."""
        return self._own(self._payment, product, self._methods[method])

    def shipping(self, product: Any, carrier: Any) -> NDArray[np.int32]:
        """The shipping fee: the goods' own, else the carrier's."""
        return self._own(self._shipping, product, self._carriers[carrier])

    def both(self, product: Any, method: Any, carrier: Any) -> NDArray[np.int32]:
        """Both fees together."""
        total: NDArray[np.int32] = self.payment(product, method) + self.shipping(product, carrier)
        return total

    def _own(self, fees: dict[str, int], product: Any, otherwise: NDArray[np.int32]) -> NDArray[np.int32]:
        if not fees:
            return otherwise
        own = np.array([fees.get(code, -1) for code in self._products], np.int32)[product]
        found: NDArray[np.int32] = np.where(own >= 0, own, otherwise)
        return found


class Prices:
    """Unit prices that change with the delivery count, for the goods that have such."""

    def __init__(self, config: Config) -> None:
        self._steps = {
            code: sorted(goods.prices_by_count.items())
            for code, goods in config.goods.items()
            if goods.prices_by_count
        }

    def __bool__(self) -> bool:
        return bool(self._steps)

    def units(
        self, products: list[str], product: NDArray[Any], count: NDArray[Any], otherwise: NDArray[Any]
    ) -> NDArray[Any]:
        """Unit price (yen with tax) of each at its count; below the first step the price agreed on."""
        unit = otherwise.copy()
        for code, steps in self._steps.items():
            mine = product == products.index(code)
            for first, price in steps:
                unit[mine & (count >= first)] = price
        return unit
