"""Notices of Rakuten Pay to a shop: when they leave, how often, and what a posted fault makes of them."""

from collections.abc import Sequence

from teiki_providers.house import House

__all__ = ["HOURLY", "post"]

#: GMO-PG sends again about every hour, five times (card facts).
HOURLY: Sequence[int] = (3600,) * 5
#: A notice that a fault lets the next ones overtake leaves this much later: modelled.
_OVERTAKEN = 60


def post(
    house: House,
    url: str,
    body: bytes,
    bad: bytes,
    transaction: str,
    accepts: str,
    retries: Sequence[int] = HOURLY,
) -> int:
    """Queue a notice, as the fault of the call under way has it; ``bad`` is the body with a wrong signature.
    Returns how many copies leave; none where the shop has no address."""
    if not url:
        return 0
    mishap = house.notice_mishap()
    kind = mishap.kind if mishap is not None else ""
    due = house.now
    if mishap is not None and kind == "notice_late":
        due += mishap.after_s
    elif kind == "notice_reordered":
        due += _OVERTAKEN
    copies = 2 if kind == "notice_twice" else 1
    for _ in range(copies):
        house.outbox.put(
            "rakuten_pay",
            url,
            bad if kind == "notice_badly_signed" else body,
            "application/x-www-form-urlencoded",
            transaction,
            due,
            retries=retries,
            accepts=accepts,
        )
    return copies
