"""What tests of several providers share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from teiki_providers.fronts import FRONTS
from teiki_providers.house import House
from teiki_providers.server.aside import Aside
from teiki_providers.server.journal import Journal
from teiki_providers.server.sandbox import Sandbox
from teiki_providers.server.seal import Seal
from teiki_providers.server.serve import Settings, keys_beside
from teiki_providers.server.world import World


def picture(house: House) -> dict[str, Any]:
    """What can be seen of a house, whatever its dialects."""
    return {
        "now": house.now,
        "table": {name: column.tolist() for name, column in house.ledger.table().items()},
        "transactions": {name: front.transactions() for name, front in house.fronts.items()},
        "outbox": [asdict(notice) for notice in house.outbox.notices],
        "faults": [asdict(mishap) for mishap in house.mishaps.list()],
        "rows": house.log.rows,
        "due": house.gateway.next_due(),
    }


@pytest.fixture
def sandbox_server(tmp_path: Path) -> Iterator[Aside]:
    """A running sandbox with all dialects, empty: ``http``, ``https``, ``ca`` (a path) and ``control``.

    Whatever the test did to it: played again from its journal, the house is the same.
    """
    db = tmp_path / "sandbox-server.db"
    with Aside(Settings(db)) as running:
        yield running
        running.close()
        live = picture(running.house)
    journal = Journal(db)
    try:
        again = Sandbox(World.from_meta(journal.meta()), FRONTS, journal, Seal.beside(keys_beside(db)))
        assert picture(again.house) == live
    finally:
        journal.close()
