"""Killed at any moment, a sandbox loses nothing that it acknowledged."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from teiki_providers.server.aside import Control

ALONE = Path(__file__).with_name("alone.py")
CLIENTS = 4


@contextmanager
def alone(db: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """A sandbox process and its first line."""
    with subprocess.Popen(
        [sys.executable, str(ALONE), str(db)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


class Load:
    """Clients that charge and capture as fast as they are answered, and remember the answers."""

    def __init__(self, base: str, name: str) -> None:
        self.base, self.name = base, name
        self.acknowledged: dict[str, str] = {}
        self.asked = 0
        self.enough = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(n,)) for n in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def _run(self, client: int) -> None:
        with requests.Session() as session:
            for n in range(100_000):
                order = f"{self.name}-{client}-{n}"
                try:
                    self._order(session, order)
                except requests.RequestException:
                    return
                if len(self.acknowledged) > 60:
                    self.enough.set()

    def _order(self, session: requests.Session, order: str) -> None:
        for operation in ("charge", "capture"):
            body = {"order": order, "consumer": order, "amount": 100}
            self.asked += 1
            answer = session.post(f"{self.base}/small/{operation}", json=body, timeout=10)
            self.acknowledged[order] = answer.json()["state"]

    def join(self) -> None:
        for thread in self._threads:
            thread.join()


def consistent(control: Control, acknowledged: dict[str, str]) -> None:
    """Every acknowledged call is in the books, and the books agree with themselves and with the journal."""
    standing = {one["id"]: one["state"] for one in control.get("card/transactions", limit=100_000)}
    rank = {"AUTHORISED": 1, "CAPTURED": 2}
    lost = {
        o: s
        for o, s in acknowledged.items()
        if rank[standing.get(o, "AUTHORISED")] < rank[s] or o not in standing
    }
    assert not lost
    rows = control.get("journal", limit=100_000)
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    calls = {row["transaction"] for row in rows if row["kind"] == "call"}
    assert calls == set(standing)
    for order in list(standing)[-20:]:
        ledger = control.get(f"card/transactions/{order}")["ledger"]
        assert ledger["captured"] in (0, ledger["authorised"]) and ledger["refunded"] == 0


def killed(tmp_path: Path, times: int) -> int:
    """Kill so often, each time under load; how many calls were acknowledged in all."""
    db = tmp_path / "sandbox.db"
    acknowledged: dict[str, str] = {}
    for turn in range(times):
        with alone(db) as (process, line):
            control = Control(line["http"])
            consistent(control, acknowledged)
            control.advance(seconds=3600)
            load = Load(line["http"], f"turn{turn}")
            assert load.enough.wait(60)
            os.kill(process.pid, signal.SIGKILL)
            load.join()
            acknowledged |= load.acknowledged
    with alone(db) as (_, line):
        consistent(Control(line["http"]), acknowledged)
        assert line["now"] == f"2026-04-{1 + (9 + times) // 24:02}T{(9 + times) % 24:02}:00:00"
    return len(acknowledged)


def test_killed_under_load(tmp_path: Path) -> None:
    assert killed(tmp_path, 1) > 50


@pytest.mark.slow
def test_killed_under_load_twenty_times(tmp_path: Path) -> None:
    assert killed(tmp_path, 20) > 1000
