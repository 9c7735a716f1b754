"""A restart rebuilds the same house from its journal, and two sandboxes never share one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from providers.server.receiver import Receiver
from providers.server.small import Small, charge, say
from providers.server.test_clock import notify
from teiki_providers.exchange import Request
from teiki_providers.house import House
from teiki_providers.server.aside import Aside
from teiki_providers.server.journal import InUse, Journal
from teiki_providers.server.sandbox import Sandbox
from teiki_providers.server.seal import Seal, SealBroken
from teiki_providers.server.serve import OtherWorld, Settings
from teiki_providers.server.world import World


def picture(house: House) -> dict[str, Any]:
    """Everything that a house remembers, as plain data."""
    front = house.fronts["small"]
    assert isinstance(front, Small)
    return {
        "now": house.now,
        "table": {name: column.tolist() for name, column in house.ledger.table().items()},
        "records": {name: asdict(record) for name, record in front.records.items()},
        "outbox": [asdict(notice) for notice in house.outbox.notices],
        "pending": house.outbox.pending,
        "faults": [asdict(mishap) for mishap in house.mishaps.list()],
        "credentials": house.credentials.shown(),
        "rows": house.log.rows,
        "words": house.log.vocabulary.codes.list,
        "due": house.gateway.next_due(),
    }


def test_the_same_house_after_a_restart(start: Any, tmp_path: Path) -> None:
    with Receiver((500, "no"), (200, "0")) as shop:
        first = start(world=World(seed=7))
        notify(first, shop.url)
        first.control.fault("declined", code="42G020000", match={"consumer": "C2", "nth_charge": 2})
        first.control.fault("pending", polls=2, match={"order": "P1"})
        first.control.fault("reply_lost", match={"order": "L1"}, id="lost")
        first.control.fault("reset", match={"order": "R1"})
        for order, consumer in (("A1", "C1"), ("A2", "C2"), ("A3", "C2"), ("P1", "C3")):
            charge(first, order, consumer=consumer, timer=5000, notice_after=30)
        for order in ("L1", "R1"):
            with pytest.raises(requests.ConnectionError):
                charge(first, order)
        say(first, "inquire", order="P1")
        first.control.advance(seconds=3 * 86400 + 5)
        say(first, "capture", order="A1", amount=3000)
        say(first, "capture", order="A1", amount=3000)
        first.control.post("card/buyer/A1/wave", {"flag": "x"})
        first.control.post("card/transactions/P1/results", {"results": ["pending", "declined"]})
        first.control.delete("faults/lost")
        say(first, "crash")
        charge(first, "late", notice_after=10)
        before = picture(first.served.room.sandbox.house)
        journal = first.control.get("journal")
        first.close()
    again = Aside(Settings(tmp_path / "sandbox.db", openings=(Small,)))
    with again:
        assert picture(again.served.room.sandbox.house) == before
        assert again.control.get("journal") == journal
        assert again.served.line["now"] == "2026-04-04T09:00:05"
        assert say(again, "inquire", order="P1").json()["state"] == "PENDING"
        assert say(again, "inquire", order="P1").json()["state"] == "DECLINED"


def sandbox(file: Path | None, world: World | None = None, seal: Seal | None = None) -> Sandbox:
    return Sandbox(world or World(), (Small,), Journal(file), seal or Seal.beside(None))


def ask(box: Sandbox, operation: str, fields: Mapping[str, Any]) -> None:
    box.hear(
        box.house.fronts["small"], Request("POST", f"/small/{operation}", body=json.dumps(fields).encode())
    )


CALLS = st.tuples(
    st.sampled_from(["charge", "charge", "capture", "cancel", "inquire", "crash"]),
    st.sampled_from(["A", "B", "C", "4111111111111111", "\ud800", "注文"]),
    st.integers(1, 3) | st.just(2**70),
)
STEPS = st.one_of(
    CALLS,
    st.integers(0, 100 * 86400),
    st.sampled_from(["declined", "pending", "no_answer", "reply_lost", "server_error", "notice_late"]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, max_size=30), st.integers(0, 5))
def test_any_history_is_played_again(tmp_path: Path, steps: list[Any], seed: int) -> None:
    file, seal, world = tmp_path / "any.db", Seal.beside(None), World(seed=seed)
    file.unlink(missing_ok=True)
    one = sandbox(file, world, seal)
    one.do(
        "credential",
        {"kind": "card_shop", "name": "notified", "secret": "", "notify_url": "http://127.0.0.1:9/"},
    )
    for step in steps:
        if isinstance(step, tuple):
            ask(one, step[0], {"order": step[1], "consumer": "X", "amount": step[2], "timer": 1000})
        elif isinstance(step, str):
            one.do("fault", {"kind": step, "times": 1, "after_s": 5000, "match": {}})
        else:
            for stop, happened in one.house.advance(one.house.now + step):
                one.moved(stop, happened)
                for notice in one.house.outbox.due(stop):
                    one.notified(notice.id, len(notice.tries) > 1, "told")
    one.journal.close()
    other = sandbox(file, world, seal)
    assert picture(other.house) == picture(one.house)
    other.journal.close()


def test_a_database_has_one_owner(start: Any, tmp_path: Path) -> None:
    start()
    with pytest.raises(InUse, match="locked"):
        Journal(tmp_path / "sandbox.db")


def test_what_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("this is no database, it is a text " * 100)
    with pytest.raises(InUse):
        Journal(tmp_path / "text")


def test_a_database_keeps_its_world(tmp_path: Path) -> None:
    file = tmp_path / "sandbox.db"
    with Aside(Settings(file, world=World(seed=3), openings=(Small,))) as box:
        charge(box, "A1")
    other = Settings(file, world=World(seed=4), asked=frozenset({"seed"}), openings=(Small,))
    with pytest.raises(OtherWorld, match="seed: 3 is kept, 4 was asked"), Aside(other):
        pass
    with Aside(Settings(file, openings=(Small,))) as box:
        assert box.served.room.sandbox.world.seed == 3
        assert len(box.control.get("card/transactions")) == 1


def test_a_lost_key_is_told(tmp_path: Path) -> None:
    file = tmp_path / "sandbox.db"
    with Aside(Settings(file, openings=(Small,))) as box:
        charge(box, "4111111111111111")
    (tmp_path / "sandbox.db.keys" / "seal.key").unlink()
    with pytest.raises(SealBroken), Aside(Settings(file, openings=(Small,))):
        pass


def test_reset_is_an_empty_world(start: Any, tmp_path: Path) -> None:
    box = start()
    empty = picture(box.served.room.sandbox.house)
    charge(box, "A1")
    box.control.advance(days=3)
    box.control.fault("declined")
    assert box.control.post("reset") == {"now": "2026-04-01T09:00:00"}
    assert picture(box.served.room.sandbox.house) == empty
    assert box.control.get("journal") == []
    charge(box, "A1")
    assert len(box.control.get("journal")) == 1


def test_a_full_disk_ends_the_sandbox_and_acknowledges_nothing(start: Any) -> None:
    box = start()
    charge(box, "A1")

    def fail() -> None:
        raise sqlite3.OperationalError("database or disk is full")

    box.served.room.sandbox.journal.flush = fail
    with pytest.raises(requests.ConnectionError):
        charge(box, "A2")
    assert box.served.stop.is_set()
    del box.served.room.sandbox.journal.flush


def test_pictures_tell_houses_apart(tmp_path: Path) -> None:
    one, other = sandbox(None), sandbox(None)
    ask(one, "charge", {"order": "A", "consumer": "X", "amount": 1})
    ask(other, "charge", {"order": "A", "consumer": "X", "amount": 2})
    assert picture(one.house) != picture(other.house)
    one.journal.close()
    other.journal.close()
