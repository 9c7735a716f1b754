"""A sandbox of the two deferred dialects, with clients that speak as the vendors' public ones do."""

from collections.abc import Iterator

import pytest

from providers.deferred.clients import NpClient, ScoreClient
from teiki_providers.deferred.np_front import open_np
from teiki_providers.deferred.score_front import open_score
from teiki_providers.inprocess import Sandbox


@pytest.fixture
def box() -> Iterator[Sandbox]:
    """Answers the vendors' hosts in this process."""
    with Sandbox(openings=(open_np, open_score)) as sandbox:
        yield sandbox


@pytest.fixture
def np_(box: Sandbox) -> NpClient:
    """A merchant of NP."""
    return NpClient()


@pytest.fixture
def score(box: Sandbox) -> ScoreClient:
    """A shop of スコア."""
    return ScoreClient()
