"""The server from outside: addresses, clock, transactions, wire."""

from __future__ import annotations

import requests

from providers.server.small import charge, say
from teiki_providers.server.aside import Aside


def test_a_call_is_answered_and_entered(box: Aside) -> None:
    assert charge(box, "A1") == {"outcome": "ACCEPTED", "state": "AUTHORISED", "code": ""}
    assert say(box, "capture", order="A1", amount=3000).json()["state"] == "CAPTURED"
    rows = box.control.get("journal")
    assert [(row["kind"], row["operation"], row["transaction"]) for row in rows] == [
        ("call", "charge", "A1"),
        ("call", "capture", "A1"),
    ]
    assert rows[0]["said"] == {"order": "A1", "consumer": "C1", "amount": 3000}
    assert rows[0]["at"] == "2026-04-01T09:00:00"


def test_a_transaction_tells_its_life(box: Aside) -> None:
    charge(box, "A1")
    box.control.advance(days=70)
    told = box.control.get("card/transactions/A1")
    assert told["ledger"]["state"] == "EXPIRED"
    assert [line["operation"] for line in told["timeline"]] == ["charge", "expired"]
    assert any("authorise in NONE: permitted" in line for line in told["why"])
    assert [one["id"] for one in box.control.get("card/transactions")] == ["A1"]


def test_health_and_first_line(box: Aside) -> None:
    assert box.control.get("health") == {"ok": True}
    line = box.served.line
    assert set(line) == {"http", "https", "ca", "start", "now"}
    assert requests.get(f"{box.https}/__sandbox/health", verify=box.ca, timeout=10).json() == {"ok": True}
