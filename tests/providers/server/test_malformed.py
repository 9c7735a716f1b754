"""A thousand malformed requests to the vendors' paths: each gets the vendor's kind of error, none breaks anything."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from teiki_providers.fronts import FRONTS
from teiki_providers.server.aside import Aside
from teiki_providers.server.serve import Settings
from teiki_providers.server.world import World
from teiki_sim.draws import hash64

#: Paths of each vendor, by prefix, with a body that would mean something.
PATHS: dict[str, tuple[tuple[str, str], ...]] = {
    "/payment/": tuple(
        (
            f"{name}.idPass",
            "ShopID=tshop00000001&ShopPass=shoppass01&OrderID=A1&JobCd=AUTH&Amount=1000&AccessID=x",
        )
        for name in (
            "EntryTran",
            "ExecTran",
            "AlterTran",
            "ChangeTran",
            "SearchTrade",
            "SaveMember",
            "SaveCard",
            "EntryTranRakutenid",
            "ExecTranRakutenid",
            "RakutenpaySales",
        )
    ),
    "/v1/": tuple(
        (name, '{"transactions":[{"shop_transaction_id":"A1","billed_amount":1000,"customer":{}}]}')
        for name in ("transactions", "transactions/find", "transactions/cancel", "shipments", "nothing")
    ),
    "/direct/": tuple(
        (name, "<request><shopInfo><shopCode>x</shopCode></shopInfo></request>") for name in ("a", "b")
    ),
    "/OffAmazonPayments": tuple(
        (
            f"{sandbox}/2013-01-01",
            "AWSAccessKeyId=AKIATEST&Action=Authorize&SellerId=A1MERCHANT&Signature=x&Version=2013-01-01",
        )
        for sandbox in ("", "_Sandbox")
    ),
    "/v2/": tuple(
        (name, '{"chargeAmount":{"amount":"1","currencyCode":"JPY"}}')
        for name in ("charges", "checkoutSessions")
    ),
    "/sandbox/v2/": (("charges", '{"chargePermissionId":"S03"}'),),
    "/odrctla/": tuple(
        (f"{name}/1.0/", "<root><serviceId>1000000001</serviceId></root>")
        for name in ("cancelorder", "fixationorder")
    ),
}
#: How an error of each looks.
SHAPES = {
    "/payment/": re.compile(rb"ErrCode=.+ErrInfo="),
    "/v1/": re.compile(rb'^\{.*"errors"', re.DOTALL),
    "/direct/": re.compile(rb"<.*>", re.DOTALL),
    "/OffAmazonPayments": re.compile(rb"<ErrorResponse", re.DOTALL),
    "/v2/": re.compile(rb'"reasonCode"'),
    "/sandbox/v2/": re.compile(rb'"reasonCode"'),
    "/odrctla/": re.compile(rb"."),
}
TYPES = (
    "application/x-www-form-urlencoded", "application/json", "text/xml; charset=utf-16", "multipart/form-data",
    "multipart/form-data; boundary=x", "application/json; charset=shift_jis", "x/y", "",
)  # fmt: skip


def damaged(body: bytes, n: int) -> bytes:
    """A body cut, garbled, in another encoding, doubled or of another kind, by number."""
    draw = hash64(f"damage {n}")
    place = draw % (len(body) + 1)
    ways = (
        body[:place],
        body[:place] + bytes([draw >> 8 & 0xFF, 0xFF, 0x00]) + body[place + 1 :],
        body.decode().encode("utf-16"),
        body[::-1],
        body + body,
        b"",
        b"\xff" * 100,
        b"[" * 5000,
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        body.replace(b"1", "１一\u0000".encode()),
        b'{"a":1e999,"b":NaN}',
        b"null",
        b"%zz=%&=&&a=%ff%fe",
        b"--x\r\nContent-Disposition: form-data; name=\r\n\r\n" + body,
        body.replace(b"=", b"").replace(b":", b""),
    )
    return ways[(draw >> 16) % len(ways)]


def malformed(prefix: str, count: int) -> Iterator[tuple[str, str, bytes, dict[str, str]]]:
    """Method, path, body and headers of so many malformed requests."""
    for n in range(count):
        draw = hash64(f"{prefix}{n}")
        name, body = SPOKEN[prefix][draw % len(SPOKEN[prefix])]
        method = ("POST", "POST", "POST", "GET", "PUT", "PATCH", "DELETE")[(draw >> 8) % 7]
        headers = {"content-type": TYPES[(draw >> 16) % len(TYPES)]} if n % 3 else {}
        if n % 4 == 0:
            headers["authorization"] = (
                "Basic x",
                "AMZN-PAY-RSASSA-PSS PublicKeyId=a, Signature=b",
                "Basic /w==",
            )[n % 3]
        query = ("", "?a=%ff&b", "?" + "x" * 3000)[n % 3]
        yield method, prefix + name + query, damaged(body.encode(), draw & 0xFFFF), headers


def spoken() -> dict[str, list[tuple[str, str]]]:
    """The paths above that some dialect answers, by prefix."""
    house = World().house(FRONTS)
    found = {
        prefix: [(name, body) for name, body in paths if house.front_of(prefix + name) is not None]
        for prefix, paths in PATHS.items()
    }
    return {prefix: paths for prefix, paths in found.items() if paths}


SPOKEN = spoken()


def test_a_thousand_malformed_requests(sandbox_server: Aside) -> None:
    each = -(-1000 // len(SPOKEN))
    seen: Counter[tuple[str, int]] = Counter()
    with requests.Session() as session:
        for prefix in SPOKEN:
            for method, path, body, headers in malformed(prefix, each):
                request = requests.Request(method, sandbox_server.http, headers=headers, data=body).prepare()
                request.url = sandbox_server.http + path
                answer = session.send(request, timeout=30)
                seen[prefix, answer.status_code] += 1
                where = f"{method} {path} {headers} {body[:200]!r} -> {answer.status_code} {answer.content[:200]!r}"
                assert answer.status_code < 500, where
                if answer.status_code >= 400 or prefix == "/payment/":
                    assert SHAPES[prefix].search(answer.content), where
    assert sum(seen.values()) >= 1000
    rows = sandbox_server.control.get("journal", limit=10_000)
    assert len([row for row in rows if row["kind"] in ("turned", "call")]) == sum(seen.values())
    assert not [row for row in rows if "sandbox failed" in str(row["why"])], [
        r for r in rows if "failed" in str(r["why"])
    ][:3]


@pytest.mark.parametrize("prefix", SPOKEN)
def test_what_is_too_large_is_refused_in_the_vendors_way(sandbox_server: Aside, prefix: str) -> None:
    name, body = SPOKEN[prefix][0]
    answer = requests.post(f"{sandbox_server.http}{prefix}{name}", data=body + " " * (9 * 2**20), timeout=60)
    assert answer.status_code < 500
    assert SHAPES[prefix].search(answer.content)
    (row,) = sandbox_server.control.get("journal")
    assert row["kind"] == "turned" and "bytes" in row["why"][0]


def test_no_number_that_could_be_a_cards_is_kept(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    number = "4242424242424242"
    with Aside(Settings(tmp_path / "sandbox.db")) as box, requests.Session() as session:
        for prefix, paths in SPOKEN.items():
            for name, body in paths:
                whole = re.sub(r"(?<=[=:>\"])[A-Za-z0-9]+(?=[&\"<]|$)", number, body)
                for sent in (whole, re.sub("A1|1000", number, body)):
                    session.post(f"{box.http}{prefix}{name}?x={number}", data=sent, timeout=30)
                session.post(f"{box.http}{prefix}{number}", data=number, timeout=30)
        shown = "".join(
            box.control.ask("GET", path, **query).text
            for path, query in (
                ("journal", {"limit": 10_000}),
                ("notices", {}),
                *((f"{name}/transactions", {}) for name in ("card", "deferred", "amazon_pay", "rakuten_pay")),
            )
        )
    assert number not in shown
    assert all(number.encode() not in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert not [r for r in caplog.records if number in r.getMessage() and not r.name.startswith("urllib3")]
