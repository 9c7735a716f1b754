"""What tests of several providers share."""

from collections.abc import Iterator

import pytest

from teiki_providers.server.aside import Aside


@pytest.fixture
def sandbox_server() -> Iterator[Aside]:
    """A running sandbox with all dialects, empty: ``http``, ``https``, ``ca`` (a path) and ``control``."""
    with Aside() as running:
        yield running
