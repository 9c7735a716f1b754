"""What befalls a call on the wire, and the ways to reach a sandbox: TLS, as a proxy, through a tunnel."""

from __future__ import annotations

import json
import socket
import ssl
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from providers.server.small import charge, say
from teiki_providers.server.aside import Aside
from teiki_providers.server.hosts import VENDORS

BODY = json.dumps({"order": "A1", "consumer": "C1", "amount": 3000}).encode()
REQUEST = (
    b"POST /small/charge HTTP/1.1\r\nhost: localhost\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
    % len(BODY)
    + BODY
)


def raw(box: Aside, data: bytes = REQUEST) -> bytes:
    """Everything that a connection answers, until it is closed."""
    address = urlsplit(box.http)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=10) as sock:
        sock.sendall(data)
        got = bytearray()
        while piece := sock.recv(65536):
            got += piece
    return bytes(got)


@pytest.mark.parametrize(("kind", "executed"), [("no_answer", False), ("reply_lost", True)])
def test_the_connection_closes_without_a_word(box: Aside, kind: str, executed: bool) -> None:
    box.control.fault(kind, times=1)
    assert raw(box) == b""
    assert bool(box.control.get("card/transactions")) is executed
    assert say(box, "charge", order="A2", consumer="C1", amount=1).status_code == 200


def test_a_reset_is_a_reset(box: Aside) -> None:
    box.control.fault("reset", times=1)
    with pytest.raises(ConnectionResetError):
        raw(box)
    assert box.control.get("card/transactions") == []


def test_half_an_answer(box: Aside) -> None:
    whole = raw(box)
    box.control.post("reset")
    box.control.fault("truncated", times=1)
    head, _, body = raw(box).partition(b"\r\n\r\n")
    assert whole.partition(b"\r\n\r\n")[2].startswith(body)
    assert int(head.lower().partition(b"content-length: ")[2].split()[0]) > len(body)
    assert [one["state"] for one in box.control.get("card/transactions")] == ["AUTHORISED"]


def test_a_garbled_answer_is_executed(box: Aside) -> None:
    box.control.fault("malformed", times=1)
    with pytest.raises(requests.JSONDecodeError):
        charge(box, "A1")
    assert len(box.control.get("card/transactions")) == 1


def test_slow_is_real_time_and_lets_others_pass(box: Aside) -> None:
    box.control.fault("slow", real_ms=300, times=1)
    before = time.monotonic()
    charge(box, "A1")
    assert time.monotonic() - before >= 0.3
    assert box.control.get("quiesce", wait_s=5) == {"quiet": True, "in_flight": 0, "pending_notices": 0}


@pytest.mark.parametrize("kind", ["server_error", "too_many"])
def test_the_vendors_own_errors(box: Aside, kind: str) -> None:
    box.control.fault(kind, code="BUSY", times=1)
    answer = say(box, "charge", order="A1", consumer="C1", amount=1)
    assert answer.status_code == (429 if kind == "too_many" else 500)
    assert answer.json() == {"error": "trouble", "code": "BUSY"}


# ---- ways in -------------------------------------------------------------------------------------


def test_tls_on_its_own_port(box: Aside) -> None:
    answer = requests.post(f"{box.https}/small/charge", data=BODY, verify=box.ca, timeout=10)
    assert answer.json()["outcome"] == "ACCEPTED"
    name = box.https.replace("127.0.0.1", "localhost")
    assert requests.get(f"{name}/__sandbox/health", verify=box.ca, timeout=10).ok
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"{box.https}/__sandbox/health", timeout=10)
    assert requests.get(f"{box.http}/__sandbox/ca.pem", timeout=10).text == Path(box.ca).read_text("ascii")


@pytest.mark.parametrize("host", VENDORS)
def test_as_a_proxy_with_a_tunnel_for_https(box: Aside, host: str) -> None:
    proxies = {"https": box.http, "http": box.http}
    with requests.Session() as session:
        session.trust_env = False
        for n in range(3):
            answer = session.post(
                f"https://{host}/small/charge",
                json={"order": f"{host}{n}", "consumer": "C1", "amount": 1},
                proxies=proxies,
                verify=box.ca,
                timeout=10,
            )
            assert answer.json()["outcome"] == "ACCEPTED"


def test_as_a_proxy_with_the_whole_address_in_the_request_line(box: Aside) -> None:
    with requests.Session() as session:
        session.trust_env = False
        url = "http://pt01.mul-pay.jp/small/charge"
        answer = session.post(url, data=BODY, proxies={"http": box.http}, timeout=10)
        assert answer.json()["outcome"] == "ACCEPTED"
        refused = session.get("http://example.com/", proxies={"http": box.http}, timeout=10)
        assert refused.status_code == 403


def test_no_tunnel_to_elsewhere(box: Aside) -> None:
    assert raw(box, b"CONNECT example.com:443 HTTP/1.1\r\nhost: example.com:443\r\n\r\n").startswith(
        b"HTTP/1.1 403 "
    )


def test_a_tunnel_without_tls_is_closed(box: Aside) -> None:
    opening = b"CONNECT pt01.mul-pay.jp:443 HTTP/1.1\r\nhost: pt01.mul-pay.jp:443\r\n\r\n"
    address = urlsplit(box.http)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=10) as sock:
        sock.sendall(opening)
        assert sock.recv(1000).startswith(b"HTTP/1.1 200 ")
        sock.sendall(b"GET / HTTP/1.1\r\n\r\n" * 20)
        try:
            while sock.recv(1000):
                pass
        except ConnectionResetError:
            pass
    assert box.control.get("health")["ok"]


def test_faults_reach_through_a_tunnel(box: Aside) -> None:
    box.control.fault("reset", times=1)
    with pytest.raises(requests.ConnectionError), requests.Session() as session:
        session.trust_env = False
        session.post(
            "https://pt01.mul-pay.jp/small/charge",
            data=BODY,
            proxies={"https": box.http},
            verify=box.ca,
            timeout=10,
        )


def test_a_client_that_hangs_up_in_mid_request_did_nothing(box: Aside) -> None:
    address = urlsplit(box.http)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=10) as sock:
        sock.sendall(REQUEST[:-10])
    assert box.control.get("quiesce", wait_s=5)["quiet"]
    assert box.control.get("card/transactions") == []


def test_pipelined_requests_are_answered_in_order(box: Aside) -> None:
    first = REQUEST.replace(b"connection: close\r\n", b"")
    second = REQUEST.replace(b'"A1"', b'"A2"')
    got = raw(box, first + second)
    assert got.count(b"HTTP/1.1 200 OK") == 2
    assert [row["transaction"] for row in box.control.get("journal")] == ["A1", "A2"]


@pytest.mark.parametrize(
    "line", [b"GET", b"\x00\xff" * 50, b"GET / HTTP/9.9\r\n\r\n", b"CONNECT  HTTP/1.1\r\n\r\n"]
)
def test_what_is_no_http_is_refused(box: Aside, line: bytes) -> None:
    assert raw(box, line + b"\r\n\r\n").split(b" ")[1] in (b"400", b"403", b"404")


def test_tls_wants_a_known_version(box: Aside) -> None:
    address = urlsplit(box.https)
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.load_verify_locations(box.ca)
    with (
        socket.create_connection((address.hostname or "", address.port or 0), timeout=10) as sock,
        old.wrap_socket(sock, server_hostname="pay-api.amazon.jp") as secured,
    ):
        assert secured.version() in ("TLSv1.2", "TLSv1.3")
