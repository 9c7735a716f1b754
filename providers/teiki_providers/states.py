"""The states of a transaction at a provider, the same nine for every provider and one for "none"."""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class State(IntEnum):
    """Where a transaction stands at its provider.

    Answers carry the name as it stands here. The numbers up to REFUNDED are those that a fold of the log gives (`teiki_sim.log.fold.Live`).
    """

    NONE = 0
    AUTHORISED = 1
    PENDING = 2
    DECLINED = 3
    CAPTURED = 4  # deferred: shipment reported, invoice issued
    CANCELLED = 5
    EXPIRED = 6
    REFUNDED = 7  # wholly or in part
    PAID = 8  # deferred: the customer paid the invoice
    CANCELLING = 9  # a cancel was accepted and takes effect later


#: States under which money is reserved, taken or being decided on.
LIVE: frozenset[State] = frozenset(
    {State.AUTHORISED, State.PENDING, State.CAPTURED, State.PAID, State.CANCELLING}
)

#: What a fold of the log sees: an invoice paid, or a cancel under way, is still a captured charge.
AS_LOGGED: NDArray[np.uint8] = np.array(
    [State.CAPTURED if state in (State.PAID, State.CANCELLING) else state for state in State], np.uint8
)
