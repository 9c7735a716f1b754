"""The state of orders and subscriptions as a few numbers: what two tables that should agree are compared by."""

import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from teiki_sim.messages import UNCOVERED

__all__ = ["ORDER_STATE", "SUBSCRIPTION_STATE", "order_columns", "sums"]

ORDER_STATE = ("method", "amount", "ship", "delivery", "stopped", "payment", "status")
SUBSCRIPTION_STATE = ("method", "ship", "delivery", "flag", "held", "status")
#: Rows looked at together.
_PART = 2**20
_UNCOVERED = [int(method) for method in UNCOVERED]


def order_columns(columns: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """The columns of `ORDER_STATE` of the orders that came to be, with their numbers under ``order``.

    No row tells 対象外, which goes with the method, so the payment status of such orders is left out.
    """
    real = np.flatnonzero(columns["status"])
    found = {name: columns[name][real] for name in ORDER_STATE}
    found["payment"] = np.where(np.isin(found["method"], _UNCOVERED), 0, found["payment"])
    return found | {"order": real}


def sums(orders: Mapping[str, NDArray[Any]], subscriptions: Mapping[str, NDArray[Any]]) -> dict[str, int]:
    """A checksum of each column of state, whatever its type; worked out in parts, so that no table is copied."""
    found: dict[str, int] = {}
    for start in range(0, len(orders["status"]), _PART):
        part = {name: orders[name][start : start + _PART] for name in ORDER_STATE}
        columns = order_columns(part)
        columns["order"] += start
        _add(found, "order", columns)
    for start in range(0, len(subscriptions["status"]), _PART):
        part = {name: subscriptions[name][start : start + _PART] for name in SUBSCRIPTION_STATE}
        _add(found, "subscription", part)
    return found


def _add(found: dict[str, int], table: str, columns: Mapping[str, NDArray[Any]]) -> None:
    for name, column in columns.items():
        key = f"{table}.{name}"
        found[key] = zlib.crc32(column.astype(np.int32).tobytes(), found.get(key, 0))
