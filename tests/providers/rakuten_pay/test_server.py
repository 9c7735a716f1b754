"""Both faces on the running sandbox: a browser's way through, notices that arrive, and the control side."""

from __future__ import annotations

import re
from base64 import b64decode
from urllib.parse import unquote

import requests
from providers.rakuten_pay.talk import GOODS, LOGIN
from providers.server.receiver import Receiver

from teiki_providers import gmo
from teiki_providers.rakuten_pay import v1_wire
from teiki_providers.rakuten_pay.v1_wire import Cart, Item, Wanted
from teiki_providers.server.aside import Aside


def call(server: Aside, name: str, **fields: object) -> dict[str, str]:
    got = requests.post(f"{server.http}/payment/{name}.idPass", data=LOGIN | fields, timeout=30)
    return gmo.parse_answer(got.content)


def credential(server: Aside, kind: str, name: str, secret: str, url: str) -> None:
    entry = {"kind": kind, "name": name, "secret": secret, "notify_url": url}
    server.control.post("credentials", entry)


def test_a_consumer_pays_in_the_browser(sandbox_server: Aside) -> None:
    with Receiver() as shop:
        credential(sandbox_server, "card_shop", LOGIN["ShopID"], LOGIN["ShopPass"], shop.url)
        keys = call(sandbox_server, "EntryTranRakutenId", OrderID="A-1", JobCd="AUTH", Amount=3000)
        keys["OrderID"] = "A-1"
        started = call(sandbox_server, "ExecTranRakutenId", **keys, **GOODS)
        assert started["StartURL"].startswith(sandbox_server.http)
        token = {"AccessID": started["AccessID"], "Token": started["Token"]}
        page = requests.post(started["StartURL"], data=token, timeout=30)
        way = re.search(r'action="([^"]+)"', page.text)
        assert way is not None
        back = requests.post(
            sandbox_server.http + way[1],
            data=token | {"Result": "approve"},
            timeout=30,
            allow_redirects=False,
        )
        assert back.headers["Location"].startswith(GOODS["RetURL"])
        assert call(sandbox_server, "RakutenIdSales", **keys)["Status"] == "REQSALES"
        happened = sandbox_server.control.advance(seconds=60)
        assert ("follow_up", "sales: SALES") in {(one["what"], one["detail"]) for one in happened}
        assert call(sandbox_server, "SearchTradeMulti", OrderID="A-1", PayType=18)["Status"] == "SALES"
        sandbox_server.control.get("quiesce", wait_s=10)
    told = [dict(pair.split("=") for pair in body.decode().split("&")) for body in shop.got]
    assert [one["Status"] for one in told] == ["AUTH", "SALES"]
    (one,) = sandbox_server.control.get("rakuten_pay/transactions")
    assert one["id"] == "A-1"


def test_an_order_of_version_1_comes_with_its_notice(sandbox_server: Aside) -> None:
    with Receiver((200, "<orderCompleteResponse><result>0</result></orderCompleteResponse>")) as shop:
        credential(sandbox_server, "rakuten_v1", "1000000001", "rakuten-key", shop.url)
        items = (Item("a", 1, 3000, "お茶"),)
        cart = Cart("1000000001", "C-1", 3000, items, "http://127.0.0.1/done", "http://127.0.0.1/failed")
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        body = v1_wire.encode_step_in(cart, "rakuten-key")
        page = requests.post(
            f"{sandbox_server.http}/myc/cdodl/1.0/stepin", data=body, headers=form, timeout=30
        )
        assert page.status_code == 200 and "お茶" in page.text
        sandbox_server.control.post("rakuten_pay/buyer/C-1/consent")
        sandbox_server.control.advance(seconds=1)
        sandbox_server.control.get("quiesce", wait_s=10)
    xml = b64decode(unquote(shop.got[0].decode().removeprefix("confirmId="))).decode()
    control = re.search(r"<orderControlId>([^<]+)<", xml)
    assert control is not None
    head = {"serviceId": "1000000001", "accessKey": "rakuten-key", "requestId": "1"}
    got = requests.post(
        f"{sandbox_server.http}/odrctla/cancelorder/1.0/",
        data=v1_wire.encode_control(head, [Wanted(control[1])]),
        headers=form,
        timeout=30,
    )
    assert b"<statusCode>0</statusCode>" in got.content
    (happened,) = sandbox_server.control.advance(seconds=60)
    assert happened["detail"] == "cancel: CANCEL"
