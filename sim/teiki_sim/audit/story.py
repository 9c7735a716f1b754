"""An order export told as rows of a log: what each order's instants and statuses say, in the order of time.

An export is a snapshot, so what has no instant of its own is taken to have happened at the latest one
that is known of the order. Where nobody else's record is given, the shop's own payment columns stand for the
provider's ledger as well.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from teiki_sim.audit.export import Orders
from teiki_sim.audit.instants import at_end, in_turn
from teiki_sim.audit.ledger import Ledger, write_ledger
from teiki_sim.audit.sheet import Sheet
from teiki_sim.log.kinds import Kind, Side
from teiki_sim.log.statuses import ORDER_MEANING, PAYMENT_MEANING, OrderMeaning, PaymentMeaning
from teiki_sim.messages import UNCOVERED
from teiki_sim.policies import Policy

__all__ = ["Story"]

_O, _P = OrderMeaning, PaymentMeaning
#: A payment status by which it was never authorised, and the row that says so.
_NEVER = {_P.REFUSED: Kind.DECLINED, _P.PENDING: Kind.PENDING, _P.UNKNOWN: Kind.NO_ANSWER}


class Story:
    """Tells an export's orders, and what a provider's statement says of them, on a sheet."""

    def __init__(
        self,
        orders: Orders,
        sheet: Sheet,
        subscriptions: dict[str, int],
        products: dict[str, int],
        policy: Policy,
    ) -> None:
        self.orders = orders
        self.sheet = sheet
        self.words = policy
        n = len(orders)
        self.sub = np.array([subscriptions.get(text, -1) for text in orders.subscriptions], np.int64)
        self.product = np.array([products.get(text, -1) for text in orders.products], np.int64)
        self.meaning = ORDER_MEANING[orders["order_status"]]
        self.payment = PAYMENT_MEANING[orders["payment_status"]]
        self.who: dict[str, NDArray[Any]] = {
            "order": np.arange(n), "sub": self.sub, "cycle": orders["cycle"], "line": orders.lines,
        }  # fmt: skip
        self.uncovered = np.isin(orders["method"], list(UNCOVERED))
        self.asked = np.full(n, -1, np.int64)
        """When the provider says that it was asked, where it does."""
        self.theirs = np.zeros(n, np.bool_)
        """Whether a statement speaks for the order."""

    def tell(self, ledgers: list[Ledger]) -> tuple[int, int]:
        """Put everything on the sheet; the last instant known, and how many ledger rows name no order here."""
        numbers = {text: i for i, text in enumerate(self.orders.ids)}
        for ledger in ledgers:
            self._listen(ledger, numbers)
        self._settle()
        self._placed()
        strangers = 0
        extra = {
            "sub": self.sub,
            "method": self.orders["method"],
            "line": self.orders.lines,
            "cycle": self.orders["cycle"],
        }
        for ledger in ledgers:
            strangers += write_ledger(ledger, numbers, self.theirs, self.sheet, extra)
        self._authorised()
        self._left()
        self._captured()
        self._closed()
        last = max(
            [int(at.max(initial=0)) for at in self.at.values()] + [_last(ledger) for ledger in ledgers]
        )
        self._subscriptions(last)
        return last, strangers

    def _listen(self, ledger: Ledger, numbers: dict[str, int]) -> None:
        """A statement speaks for orders of the methods that it names, from its first instant on."""
        number = np.array([numbers.get(text, -1) for text in ledger.orders], np.int64)
        known = number >= 0
        named = np.unique(self.orders["method"][number[known]])
        speaks = np.isin(self.orders["method"], named) & ~self.uncovered
        speaks &= (self.orders["ordered_at"] >> 1) >= ledger.first // 86_400 * 86_400
        speaks[number[known]] = True
        self.theirs |= speaks
        np.maximum.at(self.asked, number[known], ledger.asked[known])

    def _settle(self) -> None:
        """Instants in seconds; where only dates are known, in the order in which a day goes."""
        o, at = self.orders, {}
        at["ordered"] = in_turn(o["ordered_at"])
        asked = np.where(self.asked >= 0, self.asked, -1)
        at["authorised"] = in_turn(o["authorised_at"], at["ordered"], asked)
        at["exported"] = in_turn(o["exported_at"], at["ordered"], at["authorised"])
        at["stopped_there"] = in_turn(o["warehouse_stopped_at"], at["exported"])
        at["printed"] = in_turn(o["invoice_printed_at"], at["ordered"], at["authorised"])
        at["decided"] = in_turn(o["decided_at"], at["ordered"])
        at["held"] = at_end(o["held_at"])
        at["released"] = in_turn(o["released_at"], at["ordered"])
        earlier = [
            at[name] for name in ("ordered", "authorised", "exported", "printed", "decided", "released")
        ]
        at["shipped"] = in_turn(o["shipped_at"], *earlier, asked)
        at["captured"] = in_turn(o["captured_at"], at["shipped"], at["authorised"])
        at["delivered"] = in_turn(o["delivered_at"], at["shipped"])
        for name in ("cancelled", "payment_cancelled", "refunded", "returned"):
            at[name] = at_end(o[f"{name}_at"])
        self.at = at
        self.latest = np.maximum.reduce(list(at.values()))

    def _add(
        self, kind: Kind, at: NDArray[Any], mask: NDArray[Any], side: Side = Side.STORE, **columns: Any
    ) -> None:
        some = mask & (at >= 0)
        given = {
            name: value[some] if isinstance(value, np.ndarray) else value for name, value in columns.items()
        }
        self.sheet.add(
            kind, at[some], side, **{name: column[some] for name, column in self.who.items()}, **given
        )

    def _said(self, meaning: PaymentMeaning, word: int) -> NDArray[Any]:
        """The status that the file itself has where it says just this, else the platform's word for it."""
        return np.where(self.payment == meaning, self.orders["payment_status"], word)

    def _placed(self) -> None:
        o = self.orders
        self._add(
            Kind.GENERATED, self.at["ordered"], np.ones(len(o), bool), method=o["method"], product=self.product,
            quantity=o["quantity"], amount=o["amount"], ship=o["planned_ship_date"],
            delivery=o["planned_delivery_date"], status_to=self.words.order.waiting,
        )  # fmt: skip

    def _authorised(self) -> None:
        """What became of the authorisation; without an instant, at the order's own."""
        o, known = (
            self.orders,
            ~self.uncovered & ((self.payment != _P.NONE) | (self.orders["authorised_at"] >= 0)),
        )
        at = np.where(self.at["authorised"] >= 0, self.at["authorised"], self.at["ordered"])
        covered = np.where(o["authorised_amount"] >= 0, o["authorised_amount"], o["amount"])
        never = np.isin(self.payment, list(_NEVER))
        fine = known & ~never & (self.payment != _P.NOT_NEEDED)
        own = fine & ~self.theirs
        which: dict[str, Any] = {"method": o["method"]}
        ours = which | {"transaction": np.arange(len(o)), "amount": covered}
        self._add(Kind.AUTHORISED, at, own, Side.PROVIDER, **ours)
        self._add(
            Kind.AUTHORISED,
            at,
            fine,
            status_to=self._said(_P.AUTHORISED, self.words.payment.authorised),
            amount=o["amount"],
            **which,
        )
        for meaning, kind in _NEVER.items():
            mask = known & (self.payment == meaning)
            if kind != Kind.NO_ANSWER:
                self._add(kind, at, mask & ~self.theirs, Side.PROVIDER, **ours)
            self._add(kind, at, mask, status_to=o["payment_status"], amount=o["amount"], **which)

    def _left(self) -> None:
        o, every = self.orders, np.ones(len(self.orders), bool)
        self._add(Kind.DECISION, self.at["decided"], every)
        self._add(Kind.HELD, self.at["held"], every)
        self._add(Kind.RELEASED, self.at["released"], every)
        self._add(Kind.INVOICE_PRINTED, self.at["printed"], every)
        self._add(Kind.EXPORTED, self.at["exported"], every, status_to=self.words.order.working)
        self._add(Kind.HANDED_OVER, self.at["exported"], every)
        self._add(Kind.WAREHOUSE_STOPPED, self.at["stopped_there"], every)
        gone: dict[str, Any] = {"method": o["method"], "amount": o["amount"], "code": o["slip"]}
        self._add(Kind.SHIPPED, self.at["shipped"], every, Side.WAREHOUSE, **gone)
        self._add(Kind.COMPLETED, self.at["shipped"], every, status_to=self.words.order.shipped)
        self._add(Kind.DELIVERED, self.at["delivered"], every, Side.CARRIER)

    def _captured(self) -> None:
        o = self.orders
        taken = ~self.uncovered & (
            (o["captured_at"] >= 0) | np.isin(self.payment, (_P.CAPTURED, _P.REFUNDED))
        )
        after = np.where(self.at["shipped"] >= 0, self.at["shipped"], self.latest)
        at = np.where(self.at["captured"] >= 0, self.at["captured"], after)
        covered = np.where(o["authorised_amount"] >= 0, o["authorised_amount"], o["amount"])
        amount = np.where(o["captured_amount"] >= 0, o["captured_amount"], covered)
        which: dict[str, Any] = {"method": o["method"], "amount": amount}
        self._add(
            Kind.CAPTURED, at, taken & ~self.theirs, Side.PROVIDER, transaction=np.arange(len(o)), **which
        )
        self._add(
            Kind.CAPTURED,
            at,
            taken,
            status_to=self._said(_P.CAPTURED, self.words.payment.captured),
            code=o["reported"],
            **which,
        )
        failed = self.payment == _P.CAPTURE_FAILED
        self._add(Kind.CAPTURE_FAILED, after, failed, status_to=o["payment_status"], **which)

    def _closed(self) -> None:
        """The end of an order and of its payment."""
        o, latest = self.orders, self.latest
        ends = {
            Kind.CANCELLED: ("cancelled", [_O.CANCELLED]),
            Kind.RETURNED: ("returned", [_O.RETURNED, _O.RETURN_PENDING]),
        }
        for kind, (name, meanings) in ends.items():
            over = np.isin(self.meaning, meanings)
            at = np.where(self.at[name] >= 0, self.at[name], latest)
            self._add(kind, at, over, status_to=o["order_status"])
        self._add(Kind.DELETED, latest, self.meaning == _O.DELETED, status_to=o["order_status"])
        which: dict[str, Any] = {"method": o["method"], "transaction": np.arange(len(o))}
        released = ~self.uncovered & ((o["payment_cancelled_at"] >= 0) | (self.payment == _P.CANCELLED))
        at = np.where(self.at["payment_cancelled"] >= 0, self.at["payment_cancelled"], latest)
        self._add(Kind.PAYMENT_CANCELLED, at, released & ~self.theirs, Side.PROVIDER, **which)
        self._add(
            Kind.PAYMENT_CANCELLED,
            at,
            released,
            status_to=self._said(_P.CANCELLED, self.words.payment.cancelled),
            method=o["method"],
        )
        back = ~self.uncovered & ((o["refunded_at"] >= 0) | (self.payment == _P.REFUNDED))
        at = np.where(self.at["refunded"] >= 0, self.at["refunded"], latest)
        given = np.where(o["refunded_amount"] >= 0, o["refunded_amount"], np.maximum(o["captured_amount"], 0))
        given = np.where(given > 0, given, o["amount"])
        self._add(Kind.REFUNDED, at, back & ~self.theirs, Side.PROVIDER, amount=given, **which)
        status = np.where(self.payment == _P.REFUNDED, self.orders["payment_status"], 0)
        self._add(Kind.REFUNDED, at, back, status_to=status, amount=given, method=o["method"])

    def _subscriptions(self, last: int) -> None:
        """What the latest order of each subscription says of it."""
        o = self.orders
        by_time = np.lexsort((self.at["ordered"], self.sub))
        child = by_time[self.sub[by_time] >= 0]
        if not len(child) or "subscription_status" not in o.headers:
            return
        newest = child[np.append(np.flatnonzero(np.diff(self.sub[child])), len(child) - 1)]
        sub, status, line = self.sub[newest], o["subscription_status"][newest], o.lines[newest]
        stopped = at_end(o["subscription_stopped_at"][newest])
        words = self.words.subscription
        first = np.full(len(sub), int(self.at["ordered"].min()))
        opened = np.where(stopped >= 0, words.active, status)
        some: dict[str, Any] = {"sub": sub, "line": line}
        self.sheet.add(Kind.OPENED, first - 1, status_to=opened, **some)
        over = stopped >= 0
        ended = np.where(status > 0, status, words.stopped)
        self.sheet.add(Kind.STOPPED, stopped[over], status_to=ended[over], sub=sub[over], line=line[over])
        ahead = (o["next_delivery_date"][newest] >= 0) & ~over
        dates: dict[str, Any] = {
            "ship": o["next_ship_date"][newest][ahead], "delivery": o["next_delivery_date"][newest][ahead],
            "cycle": o["cycle"][newest][ahead], "sub": sub[ahead], "line": line[ahead],
        }  # fmt: skip
        self.sheet.add(Kind.SCHEDULED, self.at["ordered"][newest][ahead], **dates)
        self.sheet.add(Kind.SCHEDULED, np.full(int(ahead.sum()), last), **dates)


def _last(ledger: Ledger) -> int:
    return max(int(ledger.columns[name].max(initial=0)) for name in ledger.columns if name.endswith("at"))
