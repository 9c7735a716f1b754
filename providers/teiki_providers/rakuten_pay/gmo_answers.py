"""What GMO-PG answers and notifies about a Rakuten trade, field by field."""

import hashlib
from collections.abc import Mapping
from typing import NamedTuple

from teiki_providers.house import House
from teiki_providers.rakuten_pay.book import TERMS
from teiki_providers.rakuten_pay.bulletins import post
from teiki_providers.rakuten_pay.calls import V1, V2, Call
from teiki_providers.rakuten_pay.consents import Consent
from teiki_providers.rakuten_pay.gmo_trade import GmoTrade
from teiki_providers.rakuten_pay.gmo_wire import encode, stamp
from teiki_providers.rakuten_pay.trades import Status
from teiki_sim.calendar import DAY, month_of, month_start

__all__ = ["View", "executed", "followed", "found", "notify", "returned", "started"]


class View(NamedTuple):
    """A trade as it stands: its status, the amount that counts now, the ledger's day and whether it is sold."""

    trade: GmoTrade
    status: Status
    amount: int
    day: int
    sold: bool
    consent: Consent | None
    now: int

    def amounts(self) -> dict[str, str]:
        """Amount and Tax, which together are all."""
        tax = min(self.trade.tax, self.amount)
        return {"Amount": str(self.amount - tax), "Tax": str(tax)}

    def limits(self) -> dict[str, str]:
        """Until when what can be done; the lengths are modelled (Rakuten Pay facts)."""
        if self.trade.number < 0:
            return dict.fromkeys(_LIMITS, "")
        until = stamp((self.day + TERMS.validity_days + 1) * DAY - 1)
        if self.sold:
            months = TERMS.cancel_until.month_ends or 0
            end = stamp(month_start(month_of(self.day) + months + 1) * DAY - 1)
            return dict(zip(_LIMITS, ("", "", end, end), strict=True))
        return dict.fromkeys(_LIMITS, until)


_LIMITS = ("ReauthLimitDate", "SalesLimitDate", "ChangeLimitDate", "CancelLimitDate")
#: Follow-ups whose answer tells the limits anew.
_RENEWING = frozenset({Call.CHANGE, Call.REAUTH})


def started(trade: GmoTrade, start: str) -> dict[str, str]:
    """ExecTran's answer while the consumer is still to be asked."""
    return {
        "AccessID": trade.access,
        "Token": trade.token,
        "StartURL": start,
        "StartLimitDate": stamp(trade.start_by),
    }


def executed(view: View, secret: str) -> dict[str, str]:
    """ExecTran's answer to a charge on a consent."""
    trade = view.trade
    values = {
        "AccessID": trade.access,
        "OrderID": trade.name,
        "Status": view.status.shown,
        "TranDate": stamp(trade.touched),
    }
    return values | {"CheckString": checked(values, secret)}


def checked(values: Mapping[str, str], secret: str) -> str:
    """MD5 of the values and the shop's password: the card's principle; which values is modelled."""
    return hashlib.md5(("".join(values.values()) + secret).encode(), usedforsecurity=False).hexdigest()


def followed(view: View, call: Call) -> dict[str, str]:
    """A follow-up's answer."""
    values = {"OrderID": view.trade.name, "Status": view.status.shown, **view.amounts()}
    if view.trade.family is V2 and call in _RENEWING:
        return {**view.limits(), **values}
    return values


def found(view: View) -> dict[str, str]:
    """SearchTradeMulti's answer."""
    trade = view.trade
    values = {
        "Status": view.status.shown,
        "ProcessDate": stamp(trade.touched),
        "JobCd": trade.job,
        "AccessID": trade.access,
        "AccessPass": trade.password,
        **view.amounts(),
        **{f"ClientField{n}": text for n, text in enumerate(trade.client, 1)},
        "PayType": trade.family.pay_type,
    }
    if trade.family is V1:
        ordered = stamp(trade.at) if trade.number >= 0 else ""
        return values | {
            "RakutenidCouponFee": "0" if trade.number >= 0 else "",
            "OrderDate": ordered,
            "CompletionDate": stamp(view.day * DAY) if view.sold else "",
            "SettlementSubscriptionId": trade.consent,
        }
    return {**values, "RakutenChargeID": charge_id(trade), **view.limits(), "RakutenPoint": "0"}


def charge_id(trade: GmoTrade) -> str:
    """Rakuten's own id of a charge; its form after "ch_" is modelled."""
    return f"ch_{trade.access[:24]}" if trade.number >= 0 else ""


def returned(view: View, secret: str) -> dict[str, str]:
    """What the consumer's browser brings back to the shop (fields modelled)."""
    return executed(view, secret)


def notify(house: House, url: str, view: View) -> None:
    """A result notice; the receiver answers "0"."""
    trade = view.trade
    values = {
        "ShopID": trade.shop,
        "ShopPass": "*" * 10,
        "AccessID": trade.access,
        "AccessPass": "*" * 32,
        "OrderID": trade.name,
        "Status": view.status.shown,
        "JobCd": trade.job,
        **view.amounts(),
        "RakutenChargeID": charge_id(trade),
        "TranDate": stamp(trade.touched),
        "ErrCode": trade.failure[:3],
        "ErrInfo": trade.failure,
        "PayType": trade.family.pay_type,
        **_subscription(view),
    }
    # The notice has no signature; a wrong one is the mask gone and a foreign password in its place.
    post(house, url, encode(values), encode(values | {"ShopPass": "wrongpass0"}), trade.name, "0")


def _subscription(view: View) -> dict[str, str]:
    consent = view.consent
    if consent is None:
        return {}
    return {
        "RakutenSubscriptionType": "1",
        "RakutenSubscriptionID": consent.id,
        "RakutenSettlementSubscriptionID": consent.id,
        "RakutenSubscriptionCurrentStatus": consent.state(view.now),
        "RakutenSubscriptionStartDate": stamp(consent.since),
    }
