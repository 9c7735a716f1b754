"""Sandboxes that speak the small dialect."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from providers.server.small import Small
from teiki_providers.server.aside import Aside
from teiki_providers.server.serve import Settings

Start = Callable[..., Aside]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a sandbox on a database of this test; all are stopped at its end."""
    with ExitStack() as stack:

        def begin(**more: Any) -> Aside:
            settings = Settings(tmp_path / "sandbox.db", openings=(Small,), **more)
            return stack.enter_context(Aside(settings))

        yield begin


@pytest.fixture
def box(start: Start) -> Aside:
    """One sandbox."""
    return start()
