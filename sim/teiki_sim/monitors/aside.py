"""Rows that are set aside, to be watched later and many at a time.

Nearly all rows tell of subscriptions that live as planned, in a dozen kinds of rows. Rows of the other kinds are few
and need most of the monitors, and a monitor costs much the same for ten rows as for a thousand. So the rows of a
subscription (or single order) wait here from its first unusual row on, until there are many of them. Those of the
others do not: what is found does not depend on which subscription is watched first.
"""

import numpy as np
from numpy.typing import NDArray

from teiki_sim.log.fold import Growing
from teiki_sim.log.kinds import Kind
from teiki_sim.log.rows import Chunk
from teiki_sim.log.waves import On, sort
from teiki_sim.monitors.table import HEEDED, heeded

USUAL = tuple(
    sort(on, kind)
    for on, kind in (
        (On.SUBSCRIPTION, Kind.OPENED), (On.LEDGER, Kind.AUTHORISED), (On.ORDER, Kind.GENERATED),
        (On.SUBSCRIPTION, Kind.SCHEDULED), (On.ORDER, Kind.AUTHORISED), (On.ORDER, Kind.EXPORTED),
        (On.ORDER, Kind.INVOICE_PRINTED), (On.ORDER, Kind.HANDED_OVER), (On.ORDER, Kind.SHIPPED),
        (On.ORDER, Kind.COMPLETED), (On.LEDGER, Kind.CAPTURED), (On.ORDER, Kind.CAPTURED),
        (On.LEDGER, Kind.INVOICE_PAID),
    )
)  # fmt: skip
"""The kinds of rows of a life as planned, as `sort`, in their usual order."""
_UNUSUAL = HEEDED.copy()
_UNUSUAL[list(USUAL)] = False
"""By `sort`."""


_READ = (
    "at", "sub", "order", "cycle", "actor", "kind", "side", "method", "transaction", "product", "quantity", "amount",
    "ship", "delivery", "status_to", "code",
)  # fmt: skip
"""Columns that monitors look at."""


class Aside:
    """The rows set aside, which are some and later rows of some subscriptions and single orders.

    ``orders`` and ``subscriptions`` have a column ``aside`` that says of whom there are any.
    """

    def __init__(self, orders: Growing, subscriptions: Growing) -> None:
        self._orders = orders
        self._subscriptions = subscriptions
        self._parts: list[Chunk] = []
        self.oldest = 2**62
        """The instant of the oldest row."""

    def __len__(self) -> int:
        return sum(len(part) for part in self._parts)

    def sift(self, chunk: Chunk, sorts: NDArray[np.uint8]) -> NDArray[np.intp]:
        """Set aside what belongs here; gives the places of those other rows that tell the monitors anything."""
        index = heeded(chunk, sorts)
        self._mark(chunk, _UNUSUAL.take(sorts).nonzero()[0], True)
        sub = chunk.columns["sub"].take(index)
        waits = self._subscriptions.aside.take(sub)
        if len(single := (sub < 0).nonzero()[0]):
            waits[single] = self._orders.aside.take(chunk.columns["order"].take(index.take(single)))
        self._keep(chunk, index[waits])
        now: NDArray[np.intp] = index[~waits]
        return now

    def put(self, chunk: Chunk, index: NDArray[np.intp]) -> None:
        """Set these rows aside, which are the last of their subscriptions and orders."""
        self._mark(chunk, index, True)
        self._keep(chunk, index)

    def give(self) -> Chunk:
        """All of it as one chunk, in the order of the log as to each subscription; nothing is left."""
        parts, self._parts, self.oldest = self._parts, [], 2**62
        for part in parts:
            self._mark(part, np.arange(len(part)), False)
        columns = {name: np.concatenate([part.columns[name] for part in parts]) for name in parts[0].columns}
        seqs = np.concatenate([part.seq for part in parts])
        return Chunk(0, columns, {}, parts[-1].vocabulary, seqs)

    def _keep(self, chunk: Chunk, index: NDArray[np.intp]) -> None:
        if len(index):
            columns = {name: chunk.columns[name].take(index) for name in _READ}
            self._parts.append(Chunk(0, columns, {}, chunk.vocabulary, chunk.seqs(index)))
            self.oldest = min(self.oldest, int(columns["at"].min()))

    def _mark(self, chunk: Chunk, index: NDArray[np.intp], aside: bool) -> None:
        sub = chunk.columns["sub"].take(index)
        self._subscriptions.aside[sub[sub >= 0]] = aside
        if len(single := (sub < 0).nonzero()[0]):
            self._orders.aside[chunk.columns["order"].take(index.take(single))] = aside
