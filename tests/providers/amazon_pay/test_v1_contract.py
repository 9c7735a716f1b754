"""The contract of all providers, kept by teiki's own store on version 1's wire, spoken and through `requests`."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest

from providers import test_contract
from providers.stand import Stand
from teiki_sim.messages import Method


def cases() -> Iterator[Any]:
    """Each test of the contract that has a method, for Amazon Pay, with all its other values."""
    for name, test in vars(test_contract).items():
        marks = [mark for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize"]
        values = {mark.args[0]: list(mark.args[1]) for mark in marks}
        if not name.startswith("test_") or Method.AMAZON_PAY not in values.get("method", ()):
            continue
        values["method"] = [Method.AMAZON_PAY]
        for given in product(*values.values()):
            yield pytest.param(test, dict(zip(values, given, strict=True)), id=f"{name[5:]}-{given[-1]}")


@pytest.fixture(autouse=True, params=["spoken", "inprocess"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Stands speak the vendors' own dialects, and are closed in the order that puts requests back."""
    monkeypatch.setattr(Stand, "way", request.param)
    monkeypatch.setattr(Stand, "wire", True)
    stands: list[Stand] = []
    made = Stand.__init__

    def noted(stand: Stand, *args: Any, **more: Any) -> None:
        made(stand, *args, **more)
        stands.append(stand)

    monkeypatch.setattr(Stand, "__init__", noted)
    yield
    for stand in reversed(stands):
        stand.close()


@pytest.mark.parametrize(("test", "arguments"), list(cases()))
def test_the_contract_holds(test: Callable[..., None], arguments: dict[str, Any]) -> None:
    test(**arguments)
