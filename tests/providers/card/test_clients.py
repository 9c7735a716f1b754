"""Clients as published, unchanged: gmopg 0.0.6 and gmopayment 0.0.3 in this process and over HTTP, and
@motionpicture/gmo-service 5.3.0 over HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from providers.card.clients.python_walk import Walk
from teiki_providers.inprocess import Sandbox
from teiki_providers.server.aside import Aside

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

PYTHON = ("gmopg==0.0.6", "gmopayment==0.0.3")
NODE = "@motionpicture/gmo-service@5.3.0"
#: Of each package, its name, the class of a client, and the error of a refusal.
CLIENTS = {
    "gmopg": ("gmopg", "GMOPG", "gmopg.exceptions"),
    "gmopayment": ("GmoPayment.gateway", "Gateway", "GmoPayment.exceptions"),
}


def made_once(config: pytest.Config, name: str, make: Callable[[Path], None]) -> Path:
    """A folder of the tests' cache, filled the first time."""
    assert config.cache is not None
    home = config.cache.mkdir(name)
    if not (home / "ready").exists():
        make(home)
        (home / "ready").touch()
    return home


@pytest.fixture(scope="session")
def packages(request: pytest.FixtureRequest) -> Path:
    """The Python clients in an environment of their own."""

    def make(home: Path) -> None:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
        subprocess.run([str(home / "bin" / "python"), "-m", "pip", "install", "-q", *PYTHON], check=True)

    home = made_once(request.config, "gmo-python-clients", make)
    (found,) = (home / "lib").glob("python*/site-packages")
    return found


@pytest.fixture(scope="session")
def modules(request: pytest.FixtureRequest) -> Path:
    """The Node client in a folder of its own."""

    def make(home: Path) -> None:
        command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(home), NODE]
        subprocess.run(command, check=True, cwd=home)

    return made_once(request.config, "gmo-node-client", make) / "node_modules"


@pytest.fixture
def client(packages: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], tuple[Any, type[Exception]]]:
    """A client by its package's name; its own libraries come after those that are here."""
    monkeypatch.setattr(sys, "path", [*sys.path, str(packages)])

    def make(name: str) -> tuple[Any, type[Exception]]:
        module, made, errors = CLIENTS[name]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return getattr(import_module(module), made)(production=False), import_module(errors).ResponseError

    return make


@pytest.mark.parametrize("name", CLIENTS)
def test_python_clients_in_this_process(
    name: str, client: Callable[[str], tuple[Any, type[Exception]]]
) -> None:
    with Sandbox() as box:
        walk = Walk(*client(name), lambda days: box.advance(days=days))
        assert walk.whole() >= 40


@pytest.mark.parametrize("name", CLIENTS)
def test_python_clients_over_http(
    name: str, client: Callable[[str], tuple[Any, type[Exception]]], sandbox_server: Aside
) -> None:
    made, refused = client(name)
    made._context.api_base_url = f"{sandbox_server.http}/payment/"
    walk = Walk(made, refused, lambda days: sandbox_server.control.advance(days=days))
    assert walk.whole() >= 40


@pytest.mark.needs_node
def test_the_node_client_over_http(modules: Path, sandbox_server: Aside) -> None:
    script = Path(__file__).parent / "clients" / "gmo_service.cjs"
    done = subprocess.run(
        ["node", str(script), sandbox_server.http],
        env={**os.environ, "NODE_PATH": str(modules)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["calls"] >= 40
