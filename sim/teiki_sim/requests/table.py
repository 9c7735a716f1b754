"""Which answer a message gets: by its subject line, who ships the order, and where the parcel is."""

from collections.abc import MutableMapping
from enum import Enum

from teiki_sim.requests.inbox import Sort

__all__ = ["MOVES", "Move", "Where"]


class Where(Enum):
    """Where the parcel is when the seller reads the message."""

    WAITING = "before_dispatch"
    LEFT = "after_dispatch"
    DELIVERED = "delivered"


class Move(Enum):
    """What the seller does; the value is the code of the answer."""

    CONTACT_MARKETPLACE = "reply_contact_marketplace"
    CANCEL_IN_HISTORY = "reply_cancel_in_history"
    APPROVE = "reply_cancelled"
    REFUSE_PARCEL = "reply_refuse_parcel"
    OFFER_RETURN = "reply_received"
    TAKE_BACK = "reply_return"
    ANSWER = "reply_question"


_W, _M = Where, Move

MOVES: MutableMapping[tuple[Sort, bool, Where], Move] = {
    # A marketplace-fulfilled order: whatever is wanted, the marketplace does it (AM-CAN-03).
    **{(sort, True, where): _M.CONTACT_MARKETPLACE for sort in Sort for where in _W},
    **{(Sort.QUESTION, True, where): _M.ANSWER for where in _W},
    # The subject line is looked at first (AM-CAN-04).
    (Sort.INFORMAL, False, _W.WAITING): _M.CANCEL_IN_HISTORY,
    (Sort.INFORMAL, False, _W.LEFT): _M.CANCEL_IN_HISTORY,
    (Sort.INFORMAL, False, _W.DELIVERED): _M.OFFER_RETURN,
    # A formal request: before dispatch (AM-CAN-06), after it (AM-CAN-07), received after all (AM-CAN-10).
    (Sort.FORMAL, False, _W.WAITING): _M.APPROVE,
    (Sort.FORMAL, False, _W.LEFT): _M.REFUSE_PARCEL,
    (Sort.FORMAL, False, _W.DELIVERED): _M.OFFER_RETURN,
    # A return request is another thing than a cancel request (AM-CAN-13).
    (Sort.RETURN, False, _W.WAITING): _M.ANSWER,
    (Sort.RETURN, False, _W.LEFT): _M.TAKE_BACK,
    (Sort.RETURN, False, _W.DELIVERED): _M.TAKE_BACK,
    **{(Sort.QUESTION, False, where): _M.ANSWER for where in _W},
}
"""By sort, whether the marketplace ships the order, and where the parcel is."""
