"""Real clients, unmodified: AmazonPayClient 2.0.1 in this process, the official Node SDK 2.3.4 over TLS and as a proxy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import requests

from providers.amazon_pay import v2_talk
from providers.amazon_pay.v2_story import Answered, Speak, named, story
from teiki_providers.amazon_pay.v2_front import open_amazon_v2
from teiki_providers.house import House
from teiki_providers.inprocess import Sandbox
from teiki_providers.instants import parse as instant
from teiki_providers.server.aside import Aside

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

PYTHON_CLIENT = "AmazonPayClient==2.0.1"
NODE_CLIENT = "@amazonpay/amazon-pay-api-sdk-nodejs@2.3.4"
DRIVER = Path(__file__).with_name("v2_client.js")
ALGORITHMS = ("AMZN-PAY-RSASSA-PSS", "AMZN-PAY-RSASSA-PSS-V2")


def _home(request: pytest.FixtureRequest, name: str) -> Path:
    assert request.config.cache is not None
    return Path(request.config.cache.mkdir(name))


# ---- AmazonPayClient, in this process ----------------------------------------------------------------


class Inside:
    """What a test does to a sandbox in this process."""

    def __init__(self, box: Sandbox) -> None:
        self.box = box

    def buyer(self, identity: str, action: str, **details: Any) -> Any:
        return self.box.front("amazon_v2").buyer(identity, action, details)

    def advance(self, seconds: int) -> None:
        self.box.advance(seconds=seconds)

    def fault(self, kind: str, **more: Any) -> None:
        self.box.fault(kind, times=1, **more)


@pytest.fixture(scope="session")
def python_home(request: pytest.FixtureRequest) -> Path:
    """An environment of the Python client's own, made once."""
    home = _home(request, "AmazonPayClient-2.0.1")
    if not (home / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
        subprocess.run(
            [str(home / "bin" / "python"), "-m", "pip", "install", "-q", PYTHON_CLIENT], check=True
        )
        (home / "ready").touch()
    return home


@pytest.fixture
def python_client(python_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The client; its own libraries come after those that are here."""
    (packages,) = (python_home / "lib").glob("python*/site-packages")
    monkeypatch.setattr(sys, "path", [*sys.path, str(packages)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = import_module("AmazonPay")
    pem = tmp_path / "key.pem"
    pem.write_bytes(v2_talk.private_pem())
    return module.Client(v2_talk.KEY_ID, str(pem), "jp", True)


def _speaks_python(client: Any) -> Speak:
    """It makes its idempotency keys itself, from ``uuid``: a test that repeats one says what is drawn."""
    module = sys.modules["AmazonPay.client"]

    def speak(method: str, *args: Any, key: str = "unkeyed") -> Answered:
        drawn = mock.Mock(hex=key)
        with mock.patch.object(module, "uuid", mock.Mock(uuid4=lambda: drawn)):
            try:
                answer = getattr(client, named(method))(*args)
            except requests.ConnectionError:
                return Answered(0, {})
        return Answered(answer.status_code, answer.json())

    return speak


def test_the_python_client_in_this_process(python_client: Any) -> None:
    house = House(instant("2026-04-01T09:00:00"), (open_amazon_v2,))
    house.credentials.put(v2_talk.credential())
    with Sandbox(house=house) as box:
        assert story(_speaks_python(python_client), Inside(box)) >= 20


def test_the_python_client_has_its_own_keys_and_its_buyer(python_client: Any) -> None:
    """As it is, with nothing of it replaced: each POST has a key of its own."""
    house = House(instant("2026-04-01T09:00:00"), (open_amazon_v2,))
    house.credentials.put(v2_talk.credential())
    with Sandbox(house=house) as box:
        payload = {"webCheckoutDetails": {}, "storeId": "store"}
        first, second = (python_client.create_checkout_session(payload).json() for _ in range(2))
        assert first["checkoutSessionId"] != second["checkoutSessionId"]
        told = box.front("amazon_v2").buyer(first["checkoutSessionId"], "sign_in", {"name": "試験 花子"})
        assert python_client.get_buyer(told["buyerToken"]).json()["name"] == "試験 花子"
        assert python_client.create_delivery_tracker({}).status_code == 405
        house.credentials.put(v2_talk.credential("SANDBOX-OTHER"))
        python_client.public_key_id = "SANDBOX-UNKNOWN"
        assert (
            python_client.get_charge("S03-0000000-0000000-C000000").json()["reasonCode"]
            == "InvalidAuthentication"
        )


# ---- the official Node SDK ---------------------------------------------------------------------------


class Outside:
    """What a test does to a sandbox that is a server."""

    def __init__(self, server: Aside) -> None:
        self.server = server

    def buyer(self, identity: str, action: str, **details: Any) -> Any:
        return self.server.control.post(f"amazon_pay/buyer/{identity}/{action}", details)

    def advance(self, seconds: int) -> None:
        self.server.control.advance(seconds=seconds)

    def fault(self, kind: str, **more: Any) -> None:
        self.server.control.fault(kind, provider="amazon_pay", times=1, **more)


@pytest.fixture(scope="session")
def node_home(request: pytest.FixtureRequest) -> Path:
    """A folder of the Node SDK's own, filled once."""
    home = _home(request, "amazon-pay-api-sdk-nodejs-2.3.4")
    if not (home / "ready").exists():
        subprocess.run(
            ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(home), NODE_CLIENT], check=True
        )
        (home / "ready").touch()
    return home


@contextmanager
def _speaks_node(home: Path, settings: dict[str, Any], **environment: str) -> Iterator[Speak]:
    given = {"publicKeyId": v2_talk.KEY_ID, "privateKey": v2_talk.private_pem().decode(), "region": "jp"}
    driver = subprocess.Popen(
        ["node", "--no-warnings", str(DRIVER), str(home), json.dumps(given | settings)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "NO_PROXY": "", "no_proxy": "", **environment},
    )
    assert driver.stdin is not None and driver.stdout is not None
    stdin, stdout = driver.stdin, driver.stdout

    def speak(method: str, *args: Any, key: str = "") -> Answered:
        headers = [{"x-amz-pay-idempotency-key": key}] if key else []
        stdin.write(json.dumps({"method": method, "args": [*args, *headers]}) + "\n")
        stdin.flush()
        told = json.loads(stdout.readline())
        return Answered(told["status"], told["body"])

    with driver:
        yield speak
        stdin.close()


def _known(server: Aside) -> None:
    """Post the public key, as a shop does."""
    shop = v2_talk.credential()
    body = {"kind": shop.kind, "name": shop.name, "secret": shop.secret, "extra": dict(shop.extra)}
    server.control.post("credentials", body)


@pytest.mark.needs_node
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_node_sdk_over_tls(node_home: Path, sandbox_server: Aside, algorithm: str) -> None:
    _known(sandbox_server)
    settings = {"overrideServiceUrl": sandbox_server.https.removeprefix("https://"), "algorithm": algorithm}
    with _speaks_node(node_home, settings) as speak:
        assert story(speak, Outside(sandbox_server)) >= 20


@pytest.mark.needs_node
def test_the_node_sdk_with_the_sandbox_as_its_proxy(node_home: Path, sandbox_server: Aside) -> None:
    """Not a setting is touched: the environment names a proxy."""
    _known(sandbox_server)
    proxy = {"HTTPS_PROXY": sandbox_server.http, "https_proxy": sandbox_server.http}
    with _speaks_node(node_home, {}, **proxy) as speak:
        assert story(speak, Outside(sandbox_server)) >= 20


@pytest.mark.needs_node
def test_the_node_sdk_names_simulations(node_home: Path, sandbox_server: Aside) -> None:
    """The simulation header, which the SDK signs with the rest; and what the sandbox has not."""
    _known(sandbox_server)
    door = Outside(sandbox_server)
    settings = {"overrideServiceUrl": sandbox_server.https.removeprefix("https://"), "sandbox": True}
    with _speaks_node(node_home, settings) as speak:
        opened = speak("createCheckoutSession", {"webCheckoutDetails": {}, "storeId": "s"}, key="a").body
        session = opened["checkoutSessionId"]
        assert speak("getCheckoutSession", session).body == opened
        token = door.buyer(session, "sign_in", name="試験 花子")["buyerToken"]
        assert speak("getBuyer", token).body["countryCode"] == "JP"
        door.buyer(session, "refuse")
        refused = speak("completeCheckoutSession", session, {"chargeAmount": v2_talk.money(1)})
        assert refused.code == "CheckoutSessionCanceled"
        header = {"x-amz-pay-idempotency-key": "b", "x-amz-pay-simulation-code": "Nonsense"}
        payload = {"chargePermissionId": "C03-0000000-0000000", "chargeAmount": v2_talk.money(1)}
        assert speak("createCharge", payload, header).code == "InvalidSandboxSimulationSpecified"
        header["x-amz-pay-simulation-code"] = "HardDeclined"
        assert speak("createCharge", payload, header).code == "ResourceNotFound"
        assert speak("deliveryTrackers", {}).code == "UnsupportedOperation"
