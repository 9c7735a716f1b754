"""The sample shop: a configuration, a subscription book of 2,000 and its open orders."""

from pathlib import Path

__all__ = ["BOOK", "CONFIG", "MARKETPLACE", "ORDERS"]

CONFIG = Path(__file__).with_name("sample.toml")
"""The sample shop's configuration, which fixes the start."""

BOOK = Path(__file__).with_name("book.csv")
"""Its subscription book, in CP932 with Japanese headers."""

ORDERS = Path(__file__).with_name("orders.csv")
"""Its open orders as of the evening before the start."""

MARKETPLACE = Path(__file__).with_name("marketplace.toml")
"""The sample seller's configuration: no book, its orders come in day by day."""
