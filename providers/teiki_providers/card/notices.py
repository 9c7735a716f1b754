"""Result notices: a form for each change of a trade, sent to the shop's one URL (documented: the SDK's fields).

The shop answers "0"; otherwise the notice comes again after 60 minutes, five times.
"""

from urllib.parse import urlencode

from teiki_providers.card.trades import FORWARD, Trade, stamp
from teiki_providers.house import House

__all__ = ["PAUSE", "TRIES_AGAIN", "fields", "notify"]

PAUSE, TRIES_AGAIN = 3600, 5
_TYPE = "application/x-www-form-urlencoded"
#: How much later a notice leaves that the next ones overtake (modelled).
_OVERTAKEN = 1800


def fields(trade: Trade, code: str = "") -> dict[str, str]:
    """What a notice says; passwords are starred out."""
    use = trade.use
    return {
        "ShopID": trade.shop,
        "ShopPass": "*" * 10,
        "AccessID": trade.access,
        "AccessPass": "*" * 32,
        "OrderID": trade.order,
        "Status": trade.status,
        "JobCd": trade.done or trade.job,
        "Amount": str(trade.amount),
        "Tax": str(trade.tax),
        "Currency": "JPN",
        "Forward": FORWARD if trade.settled else "",
        "Method": use.method if use else "",
        "PayTimes": use.times if use and use.method in ("2", "4") else "",
        "TranID": trade.tran,
        "Approve": trade.approve,
        "TranDate": stamp(trade.processed),
        "ErrCode": _prefix(code),
        "ErrInfo": code,
        "PayType": "0",
    }


def _prefix(code: str) -> str:
    return code[2:5] if code.startswith("42") else code[:3]


def notify(house: House, trade: Trade, code: str = "") -> None:
    """Tell the shop, if it has a URL. Which operations tell is a setting at GMO-PG; here all do (modelled)."""
    shop = house.credentials.find("card_shop", trade.shop)
    if shop is None or not shop.notify_url:
        return
    body = urlencode(fields(trade, code), encoding="cp932").encode("ascii")
    mishap = house.notice_mishap()
    kind = mishap.kind if mishap is not None else ""
    due = house.now
    if mishap is not None and kind == "notice_late":
        due += mishap.after_s
    elif kind == "notice_reordered":
        due += _OVERTAKEN
    for _ in range(2 if kind == "notice_twice" else 1):
        house.outbox.put(
            "card",
            shop.notify_url,
            body,
            _TYPE,
            trade.access,
            due,
            retries=(PAUSE,) * TRIES_AGAIN,
            accepts="0",
        )
