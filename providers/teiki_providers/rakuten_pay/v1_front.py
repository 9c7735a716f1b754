"""Rakuten Pay version 1, direct: step-in, completion notice, and control calls that are queued.

A control call says what is accepted; the work is done later, and version 1 has no notice of how it ended.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from teiki_providers import gmo
from teiki_providers.books import Refused
from teiki_providers.exchange import Reply, Request, Turned
from teiki_providers.house import House
from teiki_providers.rakuten_pay import pages, v1_wire
from teiki_providers.rakuten_pay.bulletins import post
from teiki_providers.rakuten_pay.calls import GENERAL, V1, Call
from teiki_providers.rakuten_pay.trades import TABLE, Own, Status, Trade, Wish, described
from teiki_providers.rakuten_pay.trading import FOLLOW_UP, Trading, key_of
from teiki_providers.rakuten_pay.v1_codes import API_BY_CODE, ORDER_BY_CODE
from teiki_providers.rakuten_pay.v1_wire import BadXml, Cart, Item, Wanted
from teiki_providers.reference import ASKED, Reference
from teiki_providers.said import Instrument, Keys, Said
from teiki_sim.calendar import DAY, to_date
from teiki_sim.messages import Operation, Outcome

__all__ = ["MOST_ORDERS", "RakutenV1", "open_rakuten_v1"]

_PATHS = {
    "/odrctla/fixationorder/1.0": Call.SALES,
    "/odrctla/cancelorder/1.0": Call.CANCEL,
    "/odrctla/changepayment/1.0": Call.CHANGE,
}
_CONTROL = {call.value: call for call in _PATHS.values()}
_STEP_IN, _CONSENT = "/myc/cdodl/1.0/stepin", "/myc/cdodl/1.0/consent"
#: Orders in one call; the number is modelled, that there is one is documented (800).
MOST_ORDERS = 100
#: Lines of an order (42).
MOST_ITEMS = 500
SMALLEST, TOO_MUCH = 100, 100_000_000


@dataclass(slots=True, kw_only=True)
class Order(Trade):
    """An order at Rakuten; before the consumer's word it has no orderControlId (``control``)."""

    cart: Cart
    token: str
    control: str = ""


class RakutenV1:
    """A `teiki_providers.said.Front`."""

    name = "rakuten_v1"
    provider = "rakuten_pay"
    prefixes = ("/odrctla/", "/myc/cdodl/")

    def __init__(self, house: House) -> None:
        self.house = house
        self.trading: Trading[Order] = Trading(house, self.name, lambda order: None)
        self._by_control: dict[str, Order] = {}
        self._by_token: dict[str, Order] = {}
        self._newest: dict[str, Order] = {}  # by orderCartId alone
        self._used: set[tuple[str, str]] = set()

    # ---- reading ---------------------------------------------------------------------------------

    def read(self, request: Request) -> Said:
        """Understand a call; raises `Turned` with an apiErrorCode, or HTTP 400 on the consumer's pages."""
        path = request.path.rstrip("/")
        reference = Reference.parse(request.headers.get(ASKED, ""))
        try:
            if path in _PATHS:
                return Said(self.name, _PATHS[path].value, self._control(request), reference)
        except BadXml as bad:
            raise Turned(v1_wire.answer((), bad.code), str(bad)) from bad
        try:
            if path == _STEP_IN:
                return Said(self.name, "stepin", self._checkout(request), reference)
            if path == _CONSENT:
                return Said(self.name, "consent", self._choice(request), reference)
        except BadXml as bad:
            raise Turned(_page_error(str(bad)), str(bad)) from bad
        raise Turned(v1_wire.answer((), "300"), f"no call {request.path!r}")

    def _control(self, request: Request) -> dict[str, Any]:
        _, root = v1_wire.tree(_form(request).get("rparam", ""))
        head, orders = v1_wire.decode_control(root)
        service = head["serviceId"]
        if not self.house.credentials.check("rakuten_v1", service, head["accessKey"]):
            raise BadXml("400", "serviceId and accessKey don't fit")
        if len(orders) > MOST_ORDERS:
            raise BadXml("800", "too many orders")
        plain = [[order.id, [list(item) for item in order.items], order.postage] for order in orders]
        return {"service": service, "request": head["requestId"], "orders": plain}

    def _checkout(self, request: Request) -> dict[str, Any]:
        given = _form(request)
        raw, root = v1_wire.tree(given.get("checkout", ""))
        cart = v1_wire.decode_cart(root)
        login = self.house.credentials.find("rakuten_v1", cart.service)
        if login is None:
            raise BadXml("400", "serviceId is unknown")
        if given.get("sig", "").lower() != v1_wire.signature(raw, login.secret, cart.method):
            raise BadXml("400", "sig doesn't fit")
        if not cart.items or len(cart.items) > MOST_ITEMS:
            raise BadXml("300", "no items, or too many")
        if sum(item.number * item.fee for item in cart.items) != cart.total:
            raise BadXml("300", "orderTotalFee is not the sum of the items")
        if not SMALLEST <= cart.total < TOO_MUCH:
            raise BadXml("300", "orderTotalFee is out of range")
        return {"cart": [list(value) if isinstance(value, tuple) else value for value in cart]}

    def _choice(self, request: Request) -> dict[str, Any]:
        given = _form(request)
        if given.get("AccessID", "") not in self._by_token or given.get("Result") not in _DEEDS.values():
            raise BadXml("300", "no such page")
        return {"token": given["AccessID"], "result": given["Result"]}

    def keys(self, said: Said) -> Keys:
        """By what a posted fault finds this call: the first order of a control call."""
        fields = said.fields
        if said.operation in _CONTROL:
            order = self._by_control.get(fields["orders"][0][0])
            name = order.name if order else fields["orders"][0][0]
            amount = self.trading.amount(order) if order else 0
            consumer = order.consumer if order else ""
            return Keys(consumer, name, amount, "", GENERAL[_CONTROL[said.operation]])
        if said.operation == "stepin":
            cart = _cart(fields["cart"])
            return Keys("", cart.cart, cart.total)
        order = self._by_token[fields["token"]]
        pays = fields["result"] == "approve"
        operation = Operation.AUTHORISE if pays else None
        return Keys(order.consumer, order.name, order.amount, "", operation, pays)

    # ---- acting ----------------------------------------------------------------------------------

    def act(self, said: Said) -> Reply:
        """Do it and answer."""
        if said.operation == "stepin":
            return self._step_in(said)
        if said.operation == "consent":
            return self._decide(self._by_token[said.fields["token"]], said)
        return self._queue(said, _CONTROL[said.operation])

    def _queue(self, said: Said, call: Call) -> Reply:
        fields = said.fields
        used = (fields["service"], fields["request"])
        if used in self._used:
            return v1_wire.answer((), "500")
        self._used.add(used)
        orders = [
            Wanted(name, tuple(Item(*item) for item in items), postage)
            for name, items, postage in fields["orders"]
        ]
        failures = [(one.id, self._one(one, call, said)) for one in orders]
        first = self._by_control.get(orders[0].id)
        return v1_wire.answer(failures, transaction=first.name if first else "")

    def _one(self, wanted: Wanted, call: Call, said: Said) -> str:
        """One order of a control call; its orderErrorCode, "" where it is accepted."""
        if len(wanted.id) > 40:
            return "11"
        order = self._by_control.get(wanted.id)
        if order is None or order.shop != said.fields["service"]:
            return "10"
        amount = None
        if call is Call.CHANGE:
            if code := _fault(order, wanted):
                return code
            amount = sum(item.number * item.fee for item in wanted.items) + (wanted.postage or 0)
        wish = Wish(call, amount, 0, said.reference, self.house.judgement())
        if self.trading.postpone(order.control, order, wish):
            return ""
        result = self.trading.follow(order, call, amount, said.reference)
        if isinstance(result, Refused):
            return ORDER_BY_CODE.get(result.code, "20")
        return "" if result.outcome != Outcome.DECLINED else ORDER_BY_CODE.get(result.code, "90")

    # ---- the consumer ----------------------------------------------------------------------------

    def _step_in(self, said: Said) -> Reply:
        house, cart = self.house, _cart(said.fields["cart"])
        key = f"{cart.service}:{cart.cart}"
        old = self.trading.trades.get(key)
        if old is not None and self.trading.status(old) not in _OPEN:
            return _page_error(f"cart {cart.cart} is ordered already")
        order = Order(
            name=cart.cart,
            shop=cart.service,
            family=V1,
            job="AUTH",
            amount=cart.total,
            tax=0,
            consumer=cart.cart,
            at=house.now,
            touched=house.now,
            stage=Status.REQSUCCESS,
            cart=cart,
            token=key_of(house.seed, "v1", key, len(self._by_token)),
        )
        self.trading.add(key, order)
        self._by_token[order.token] = self._newest[order.name] = order
        page = pages.page(
            _CONSENT, {"AccessID": order.token}, ", ".join(i.name or i.id for i in cart.items), cart.total
        )
        return Reply(200, page.encode(), "text/html; charset=UTF-8", transaction=order.name)

    def _decide(self, order: Order, said: Said) -> Reply:
        result = said.fields["result"]
        if TABLE[self.trading.status(order), Call.CONSENT] is not Own.GO:
            return _page_error(f"cart {order.name} waits for no consumer")
        way = order.cart.failed
        if result == "refuse":
            order.stage, order.failure = Status.REFUSED, "refused"
        elif result == "approve" and self._order(order, said.reference):
            way = order.cart.done
        return Reply(302, b"", headers={"Location": way}, transaction=order.name)

    def _order(self, order: Order, reference: Reference | None) -> bool:
        """The consumer pays: an order with its orderControlId, and the completion notice."""
        answer = self.trading.charge(order, reference)
        if answer.outcome not in (Outcome.ACCEPTED, Outcome.PENDING):
            return False
        now = self.house.now
        order.at, serial = now, len(self._by_control) + 1
        day = to_date(now // DAY)
        order.control = f"dc-{order.shop}-{day:%y%m%d}-{serial:010}"
        self._by_control[order.control] = order
        login = self.house.credentials.find("rakuten_v1", order.shop)
        body = self._notice(order, f"{order.shop}-{day:%Y%m%d}-{serial:010}", order.control)
        # Notices of version 1 aren't signed: a bad one tells of an order that there isn't.
        bad = self._notice(order, "", f"dc-{order.shop}-000000-0000000000")
        post(self.house, login.notify_url if login else "", body, bad, order.name, "")
        return True

    def _notice(self, order: Order, identity: str, control: str) -> bytes:
        return v1_wire.notice(
            order.cart,
            {
                "orderId": identity,
                "orderControlId": control,
                "orderCartId": order.cart.cart,
                "orderTotalFee": order.amount,
                "orderDate": v1_wire.when(order.at),
                "isTMode": order.cart.test,
                "usedPoint": 0,
                "openId": f"https://myid.rakuten.co.jp/openid/user/{key_of(self.house.seed, order.name)[:20]}",
            },
        )

    def buyer(self, identity: str, action: str, details: Mapping[str, Any]) -> dict[str, Any]:
        """What the consumer does on Rakuten's pages."""
        order = self._find(identity)
        if action not in _DEEDS:
            raise ValueError(f"no action {action!r}")
        if TABLE[self.trading.status(order), Call.CONSENT] is not Own.GO:
            raise ValueError(f"{identity} waits for no consumer")
        self.house.act(Said(self.name, "consent", {"token": order.token, "result": _DEEDS[action]}))
        return self.transaction(identity)

    def actions(self) -> Mapping[str, str]:
        """What a consumer can do."""
        return dict.fromkeys(_DEEDS, "orderCartId or orderControlId")

    # ---- later -----------------------------------------------------------------------------------

    def due(self, at: int, what: str, key: str) -> str:
        """A queued control call is carried out."""
        if what != FOLLOW_UP:
            return ""
        order = self._by_control[key]
        wish, _ = self.trading.carry_out(order)
        return f"{wish.call.value}: {self.trading.status(order).shown} {order.failure}".rstrip()

    def resolved(self, transaction: int, what: str, code: str) -> None:
        """A verdict, or the end of an authorisation."""
        self.trading.resolved(transaction, what, code)

    # ---- looking ---------------------------------------------------------------------------------

    def _find(self, identity: str) -> Order:
        return self._by_control.get(identity) or self._newest[identity]

    def trouble(self, code: str, status: int) -> Reply:
        """An apiErrorCode: maintenance or system."""
        return v1_wire.answer((), API_BY_CODE.get(code, "200"))

    def transactions(self) -> list[dict[str, Any]]:
        """All orders, newest last."""
        return [self._plain(order) for order in self.trading.trades.values()]

    def transaction(self, identity: str) -> dict[str, Any]:
        """One order, by orderCartId or orderControlId."""
        return self._plain(self._find(identity))

    def _plain(self, order: Order) -> dict[str, Any]:
        status = self.trading.status(order)
        return described(order, status, self.house.ledger_of(order.number)) | {
            "control_id": order.control,
            "payment_status": _PAYMENT.get(status, 1),
        }

    def identity(self, transaction: int) -> str:
        """The orderCartId of a transaction of the ledger."""
        return self.trading.of_number(transaction).name

    def number(self, identity: str) -> int:
        """The ledger's number of an order."""
        return self._find(identity).number

    def instruments(self) -> list[Instrument]:
        """None: the consumer's deed decides."""
        return []


_DEEDS = {"consent": "approve", "refuse": "refuse", "close": "close"}
#: A cart under one of these may step in again.
_OPEN = frozenset({Status.REQSUCCESS, Status.REFUSED, Status.PAYFAIL})
#: paymentStatus: 1 unsettled or cancelled, 2 provisional, 3 settled.
_PAYMENT = {
    **dict.fromkeys((Status.AUTH, Status.LAPSED, Status.OVERDUE, Status.REQSALES), 2),
    **dict.fromkeys((Status.REQCHANGE, Status.REQCANCEL), 2),
    Status.SALES: 3,
}


def _form(request: Request) -> dict[str, str]:
    """The form of a call; anything else has no XML (600)."""
    try:
        return gmo.fields(request)
    except Turned as turned:
        raise BadXml("600", turned.why) from turned


def _cart(values: Any) -> Cart:
    service, cart, total, items, *rest = values
    return Cart(service, cart, total, tuple(Item(*item) for item in items), *rest)


def _fault(order: Order, wanted: Wanted) -> str:
    """What is wrong with an order's new items."""
    if not wanted.items:
        return "41"
    if len(wanted.items) > MOST_ITEMS:
        return "42"
    known = {item.id for item in order.cart.items}
    if any(item.id not in known for item in wanted.items):
        return "40"
    total = sum(item.number * item.fee for item in wanted.items) + (wanted.postage or 0)
    if total >= TOO_MUCH:
        return "52"
    if total < SMALLEST:
        return "50" if total else "51"
    return ""


def _page_error(why: str) -> Reply:
    """The consumer's pages answer HTTP 400 (as the shop's dummy server does)."""
    return Reply(400, f"bad request: {why}".encode(), "text/html; charset=UTF-8")


def open_rakuten_v1(house: House) -> RakutenV1:
    """Open the dialect in a house."""
    return RakutenV1(house)
