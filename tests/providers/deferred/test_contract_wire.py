"""The contract of all providers, kept by teiki's own store on the deferred providers' wire."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest

from providers import test_contract
from providers.stand import Stand
from teiki_sim.messages import DEFERRED

METHODS = sorted(DEFERRED)


def _cases() -> Iterator[Any]:
    for name, test in vars(test_contract).items():
        if not name.startswith("test_"):
            continue
        marks = [m for m in getattr(test, "pytestmark", ()) if m.name == "parametrize"]
        values = {m.args[0]: list(m.args[1]) for m in marks}
        if "method" in values:
            values["method"] = [method for method in METHODS if method in values["method"]]
            for given in product(*values.values()):
                arguments = dict(zip(values, given, strict=True))
                yield pytest.param(test, arguments, id=f"{name[5:]}-{'-'.join(map(str, given))}")


@pytest.fixture(autouse=True, params=["spoken", "inprocess"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Through the vendors' own dialects."""
    monkeypatch.setattr(Stand, "way", request.param)
    monkeypatch.setattr(Stand, "wire", True)
    stands: list[Stand] = []
    made = Stand.__init__

    def noted(stand: Stand, *args: Any, **more: Any) -> None:
        made(stand, *args, **more)
        stands.append(stand)

    monkeypatch.setattr(Stand, "__init__", noted)
    yield
    for stand in reversed(stands):  # each gives `requests` back as it found it
        stand.close()


@pytest.mark.parametrize(("test", "arguments"), list(_cases()))
def test_contract_on_the_wire(test: Callable[..., None], arguments: dict[str, Any]) -> None:
    test(**arguments)
