"""Rakuten Pay version 1, direct, as a shop's own client meets it: `requests` against the vendor's hosts."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
import requests
from providers.rakuten_pay.talk import NOTICES, Talk
from providers.rakuten_pay.wire import caught

from teiki_providers.credentials import Credential
from teiki_providers.exchange import Reply, Request
from teiki_providers.rakuten_pay import v1_wire
from teiki_providers.rakuten_pay.trades import Status
from teiki_providers.rakuten_pay.v1_codes import API_BY_CODE, API_CODES, ORDER_BY_CODE, ORDER_CODES
from teiki_providers.rakuten_pay.v1_front import MOST_ORDERS, RakutenV1
from teiki_providers.rakuten_pay.v1_wire import Cart, Item, Wanted
from teiki_providers.said import Said

SERVICE, KEY = "1000000001", "rakuten-key"
STEP_IN = "https://my.checkout.rakuten.co.jp/myc/cdodl/1.0/stepin"
CONSENT = "https://my.checkout.rakuten.co.jp/myc/cdodl/1.0/consent"
CONTROL = "https://checkout.rakuten.co.jp/odrctla/"
PATHS = {"fix": "fixationorder/1.0/", "cancel": "cancelorder/1.0/", "change": "changepayment/1.0/"}
ITEMS = (Item("coffee", 2, 1500, "コーヒー豆"),)


def cart(name: str, items: tuple[Item, ...] = ITEMS, method: str = "1") -> Cart:
    total = sum(item.number * item.fee for item in items)
    return Cart(SERVICE, name, total, items, "http://127.0.0.1/done", "http://127.0.0.1/failed", method)


class Client:
    """A shop's client of version 1."""

    def __init__(self, session: requests.Session, talk: Talk) -> None:
        self.session, self.talk = session, talk
        self.asked = 0

    def step_in(self, wanted: Cart, key: str = KEY) -> requests.Response:
        """The consumer's browser brings the cart."""
        xml = v1_wire.encode_cart(wanted)
        form = {"checkout": b64encode(xml).decode(), "sig": v1_wire.signature(xml, key, wanted.method)}
        return self.session.post(STEP_IN, data=form, timeout=5)

    def decide(self, page: requests.Response, result: str = "approve") -> requests.Response:
        """The consumer presses a button."""
        found = re.search(r'name="AccessID" value="([0-9a-f]+)"', page.text)
        form = {"AccessID": found[1] if found else "", "Result": result}
        return self.session.post(CONSENT, data=form, timeout=5, allow_redirects=False)

    def ordered(self, name: str, items: tuple[Item, ...] = ITEMS) -> str:
        """An order; its orderControlId, from the completion notice."""
        assert self.decide(self.step_in(cart(name, items))).headers["Location"].endswith("/done")
        return completions(self.talk)[-1].findtext("orderControlId") or ""

    def control(self, what: str, *orders: Wanted | str, request: str = "", key: str = KEY) -> dict[str, str]:
        """A control call; statusCode, counts, apiErrorCode, and each order's orderErrorCode."""
        self.asked += 1
        head = {"serviceId": SERVICE, "accessKey": key, "requestId": request or f"{self.asked:016}"}
        wanted = [Wanted(one) if isinstance(one, str) else one for one in orders]
        body = v1_wire.encode_control(head, wanted)
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        got = self.session.post(CONTROL + PATHS[what], data=body, headers=headers, timeout=5)
        assert got.status_code == 200 and got.headers["Content-Type"].startswith("text/xml")
        root = ElementTree.fromstring(got.content)
        codes = {one.findtext("orderControlId"): one.findtext("orderErrorCode") for one in root.iter("order")}
        heads = {child.tag: child.text or "" for child in root if child.tag != "orders"}
        return heads | {name or "": code or "" for name, code in codes.items()}


def completions(talk: Talk) -> list[ElementTree.Element]:
    """The completion notices, decoded."""
    bodies = [notice.body.decode() for notice in talk.house.outbox.notices]
    return [ElementTree.fromstring(b64decode(unquote(body.removeprefix("confirmId=")))) for body in bodies]


@pytest.fixture
def talk() -> Talk:
    talk = Talk()
    talk.house.credentials.put(Credential("rakuten_v1", SERVICE, KEY, notify_url=NOTICES))
    return talk


@pytest.fixture
def client(talk: Talk) -> Iterator[Client]:
    with caught(talk) as session:
        yield Client(session, talk)


@pytest.fixture
def front(talk: Talk) -> RakutenV1:
    front = talk.house.fronts["rakuten_v1"]
    assert isinstance(front, RakutenV1)
    return front


def test_a_day_at_a_shop(talk: Talk, client: Client, front: RakutenV1) -> None:
    """Success, decline, duplicate, wrong state and expiry: more than twenty calls."""
    one, two = client.ordered("C-1"), client.ordered("C-2")
    assert re.fullmatch(rf"dc-{SERVICE}-\d{{6}}-\d{{10}}", one) and one != two
    told = completions(talk)[0]
    assert told.findtext("orderTotalFee") == "3000" and told.findtext("items/item/itemId") == "coffee"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", told.findtext("orderDate") or "")

    done = client.control("fix", one, two)
    assert (done["statusCode"], done["acceptNumber"], done["successNumber"]) == ("0", "2", "2")
    assert client.control("cancel", one)[one] == "60"  # the first is still under way
    assert front.transaction(one)["payment_status"] == 2
    assert talk.seconds(60) == ["follow_up sales: SALES"] * 2
    assert front.transaction(one)["payment_status"] == 3
    again = client.control("fix", one)
    assert (again["statusCode"], again["apiErrorCode"], again[one]) == ("1", "700", "20")
    fewer = Wanted(one, (Item("coffee", 1, 1500),), 500)
    assert client.control("change", fewer)[one] == ""
    talk.seconds(60)
    assert talk.house.ledger_of(front.number(one))["refunded"] == 1000
    assert client.control("cancel", one, request="same")["statusCode"] == "0"
    assert client.control("cancel", one, request="same")["apiErrorCode"] == "500"
    talk.seconds(60)
    assert front.transaction(one)["payment_status"] == 1
    assert client.control("cancel", one)[one] == "20"

    # One of two fails: the call as a whole says so, and the good one is done.
    mixed = client.control("cancel", two, f"dc-{SERVICE}-000000-0000000000")
    assert (mixed["statusCode"], mixed["failedNumber"], mixed.get("apiErrorCode", "")) == ("1", "1", "")
    assert mixed[f"dc-{SERVICE}-000000-0000000000"] == "10" and mixed[two] == ""

    talk.house.post_fault({"kind": "declined", "operation": "authorise", "times": 1})
    assert client.decide(client.step_in(cart("C-3"))).headers["Location"].endswith("/failed")
    assert client.decide(client.step_in(cart("C-4")), "refuse").headers["Location"].endswith("/failed")
    assert client.step_in(cart("C-1")).status_code == 400
    late = client.ordered("C-5")
    talk.days(200)
    assert client.control("fix", late)[late] == "30"
    assert talk.calls >= 20
    talk.agrees()


def test_amounts_change_before_the_sale_by_their_items(talk: Talk, client: Client, front: RakutenV1) -> None:
    one = client.ordered("C-1", (*ITEMS, Item("filter", 1, 200)))

    def changed(*items: Item, postage: int | None = None) -> str:
        return client.control("change", Wanted(one, items, postage))[one]

    assert changed() == "41"
    assert changed(Item("tea", 1, 100)) == "40"
    assert changed(*[Item("filter", 1, 1)] * 501) == "42"
    assert changed(Item("filter", 1, 99)) == "50" and changed(Item("filter", 0, 0)) == "51"
    assert changed(Item("filter", 10, 10_000_000)) == "52"
    assert changed(Item("coffee", 3, 1500), postage=600) == ""
    talk.seconds(60)
    assert talk.house.ledger_of(front.number(one))["authorised"] == 5100
    talk.house.post_fault({"kind": "declined", "operation": "change", "code": "RI1009999", "times": 1})
    assert changed(Item("coffee", 9, 1500)) == ""
    assert talk.seconds(60) == ["follow_up change: AUTH RI1009999"]
    assert talk.house.ledger_of(front.number(one))["authorised"] == 5100
    talk.agrees()


def test_a_lapsed_order_is_authorised_anew_when_it_is_sold(
    talk: Talk, client: Client, front: RakutenV1
) -> None:
    sold, dropped = client.ordered("C-1"), client.ordered("C-2")
    talk.days(40)
    assert front.transaction(sold)["status"] == "AUTH"
    client.control("fix", sold)
    client.control("cancel", dropped)
    talk.seconds(60)
    assert front.transaction(sold)["status"] == "SALES" and front.transaction(dropped)["status"] == "CANCEL"
    assert client.control("cancel", dropped)[dropped] == "20"
    talk.agrees()


def test_after_the_month_after_the_sale_nothing_is_cancelled(
    talk: Talk, client: Client, front: RakutenV1
) -> None:
    one = client.ordered("C-1")
    client.control("fix", one)
    talk.days(70)
    assert client.control("cancel", one)[one] == ""  # accepted, and refused when it is carried out
    assert talk.seconds(60) == ["follow_up cancel: SALES M01127011"]
    talk.house.settings["rakuten_pay.v1_follow_up_s"] = 0
    assert client.control("cancel", one)[one] == "30"


def test_calls_that_are_turned_away(talk: Talk, client: Client) -> None:
    assert client.control("fix", "dc-1", key="wrong")["apiErrorCode"] == "400"
    assert client.control("fix", "dc-1", request="x" * 17)["apiErrorCode"] == "300"
    assert client.control("fix")["apiErrorCode"] == "300"
    assert client.control("fix", *[f"dc-{n}" for n in range(MOST_ORDERS + 1)])["apiErrorCode"] == "800"
    assert client.control("fix", "d" * 41)["d" * 41] == "11"
    talk.house.post_fault({"kind": "server_error", "times": 1})
    assert client.control("fix", "dc-1")["apiErrorCode"] == "200"
    talk.house.post_fault({"kind": "too_many", "code": "E92000001", "times": 1})
    assert client.control("fix", "dc-1")["apiErrorCode"] == "100"
    assert b"<apiErrorCode>300</apiErrorCode>" in talk.send(Request("POST", "/odrctla/none/1.0/")).body


def test_the_step_in_is_signed_and_its_sum_is_right(client: Client, front: RakutenV1) -> None:
    assert client.step_in(cart("C-1", method="2")).status_code == 200
    assert client.step_in(cart("C-1"), key="wrong").status_code == 400
    for bad in (
        cart("C-1")._replace(service="2"),
        cart("C-1")._replace(total=2999),
        cart("C-1", (Item("a", 1, 99),)),
        cart("C-1", ()),
        cart("C-1")._replace(done="javascript:alert(1)"),
    ):
        assert client.step_in(bad).status_code == 400
    page = client.step_in(cart("C-1"))
    assert client.decide(page, "dance").status_code == 400
    client.decide(page)
    assert client.decide(page).status_code == 400
    assert client.step_in(cart("C-1")).status_code == 400  # ordered already
    assert len(front.transactions()) == 1


def test_the_consumer_acts_beside_the_browser(talk: Talk, client: Client, front: RakutenV1) -> None:
    client.step_in(cart("C-1"))
    assert front.buyer("C-1", "close", {})["status"] == "REQSUCCESS"
    plain = front.buyer("C-1", "consent", {})
    assert plain["status"] == "AUTH" and front.identity(front.number("C-1")) == "C-1"
    assert front.transaction(plain["control_id"]) == front.transactions()[-1]
    with pytest.raises(ValueError, match="no consumer"):
        front.buyer("C-1", "refuse", {})
    with pytest.raises(ValueError, match="dance"):
        front.buyer("C-1", "dance", {})
    with pytest.raises(KeyError):
        front.buyer("C-9", "consent", {})
    assert set(front.actions()) == {"consent", "refuse", "close"} and front.instruments() == []


def test_a_held_order_is_provisional_when_the_verdict_comes(
    talk: Talk, client: Client, front: RakutenV1
) -> None:
    client.step_in(cart("C-1"))
    talk.house.post_fault({"kind": "pending", "after_s": 100, "times": 1})
    assert front.buyer("C-1", "consent", {})["status"] == "REQSUCCESS"
    talk.seconds(100)
    assert front.trading.status(front._find("C-1")) is Status.AUTH


def test_no_key_is_kept_and_the_same_words_give_the_same_orders(
    talk: Talk, client: Client, front: RakutenV1
) -> None:
    kept: list[Said] = []
    act = talk.house.act

    def listen(said: Said) -> Reply:
        kept.append(Said.from_json(said.as_json()))
        return act(said)

    talk.house.act = listen  # type: ignore[method-assign]
    client.control("fix", client.ordered("C-1"))
    assert KEY not in str(kept)
    again = Talk()
    for said in kept:
        again.house.act(said)
    assert again.house.fronts["rakuten_v1"].transactions() == front.transactions()


def test_every_code_has_its_meaning() -> None:
    assert set(ORDER_BY_CODE.values()) <= {code.code for code in ORDER_CODES}
    assert set(API_BY_CODE.values()) <= {code.code for code in API_CODES}
