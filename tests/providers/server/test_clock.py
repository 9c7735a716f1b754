"""The sandbox's clock: what is due comes in order, notices leave, and nothing moves by itself."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from providers.server.receiver import Receiver
from providers.server.small import charge, say
from teiki_providers.server.aside import Aside


def notify(box: Aside, url: str) -> None:
    body = {"kind": "card_shop", "name": "notified", "secret": "s", "notify_url": url}
    box.control.post("credentials", body)


def summary(happened: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(one["at"], one["what"]) for one in happened]


def test_due_instants_come_in_order(box: Aside) -> None:
    charge(box, "A1", timer=7200)
    box.control.fault("pending", after_s=3600, times=1)
    charge(box, "A2")
    told = box.control.post("clock/advance", {"days": 61})
    assert told["from"] == "2026-04-01T09:00:00"
    assert told["now"] == "2026-06-01T09:00:00"
    assert [(one["at"], one["provider"], one["transaction"], one["what"]) for one in told["happened"]] == [
        ("2026-04-01T10:00:00", "card", "A2", "authorised"),
        ("2026-04-01T11:00:00", "card", "A1", "reminded"),
        ("2026-06-01T00:00:00", "card", "A1", "expired"),
        ("2026-06-01T00:00:00", "card", "A2", "expired"),
    ]
    assert box.control.get("clock") == {"now": "2026-06-01T09:00:00"}


def test_several_small_steps_are_one_large_one(start: Any) -> None:
    box = start()
    lists = []
    for steps in ([{"days": 70}], [{"days": 7}] * 10, [{"to": "2026-05-01"}, {"to": "2026-06-10T09:00:00"}]):
        box.control.post("reset")
        charge(box, "A1", timer=100_000)
        lists.append([one for step in steps for one in box.control.post("clock/advance", step)["happened"]])
    assert lists[0] == lists[1] == lists[2]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"seconds": 1, "days": 1}, 422),
        ({"seconds": -1}, 422),
        ({"to": "2026-03-31"}, 409),
        ({"to": "yesterday"}, 422),
        ({"to": "2026-05-01T00:00:00+09:00"}, 422),
        ({"days": 40_000}, 422),
        ({"day": 1}, 422),
    ],
)
def test_impossible_advances(box: Aside, body: dict[str, Any], status: int) -> None:
    answer = box.control.ask("POST", "clock/advance", body)
    assert answer.status_code == status
    assert answer.json()["problems"][0]["ja"]
    assert box.control.get("clock") == {"now": "2026-04-01T09:00:00"}


def test_ten_years_pass_in_no_time(box: Aside) -> None:
    charge(box, "A1")
    box.control.advance(days=100)
    before = time.perf_counter()
    box.control.advance(days=3650)
    assert time.perf_counter() - before < 3.65


# ---- notices -------------------------------------------------------------------------------------


def test_a_notice_that_is_due_at_once_needs_no_advance(box: Aside) -> None:
    with Receiver() as shop:
        notify(box, shop.url)
        charge(box, "A1")
        assert box.control.get("quiesce", wait_s=10)["quiet"]
        assert shop.got == [b'{"order": "A1"}']
    assert [one["state"] for one in box.control.get("notices")] == ["sent"]


def test_a_later_notice_leaves_on_the_sandboxs_clock(box: Aside) -> None:
    with Receiver() as shop:
        notify(box, shop.url)
        charge(box, "A1", notice_after=600)
        assert box.control.get("quiesce", wait_s=10) == {"quiet": True, "in_flight": 0, "pending_notices": 1}
        assert box.control.advance(seconds=599) == []
        (told,) = box.control.advance(seconds=1)
        assert (told["at"], told["what"], told["detail"]) == ("2026-04-01T09:10:00", "notice_sent", "200 0")
        assert len(shop.got) == 1


def test_a_refused_notice_is_tried_again_and_given_up(box: Aside) -> None:
    with Receiver((500, "no"), (200, "not 0")) as shop:
        notify(box, shop.url)
        charge(box, "A1", notice_after=1)
        told = box.control.advance(days=2)
        assert summary(told) == [
            ("2026-04-01T09:00:01", "notice_failed"),
            ("2026-04-01T09:01:01", "notice_failed"),
            ("2026-04-01T10:01:01", "notice_failed"),
        ]
        (notice,) = box.control.get("notices")
        assert notice["state"] == "failed"
        assert [one["told"] for one in notice["tries"]] == ["500 no", "200 not 0", "200 not 0"]
        shop.answers = [(200, "0")]
        box.control.post("notices/1/resend")
        assert box.control.get("quiesce", wait_s=10)["quiet"]
        assert box.control.get("notices")[0]["state"] == "sent"


def test_a_shop_may_ask_back_while_it_is_notified(box: Aside) -> None:
    with Receiver() as shop:
        notify(box, shop.url)
        charge(box, "A1", notice_after=5)
        original = shop.got.append

        def ask_back(body: bytes) -> None:
            original(body)
            assert say(box, "capture", order="A1", amount=3000).json()["state"] == "CAPTURED"

        shop.got = type("Kept", (list,), {"append": lambda self, body: ask_back(body)})()
        told = box.control.advance(seconds=10)
    assert [one["what"] for one in told] == ["notice_sent"]
    rows = [(row["kind"], row["at"]) for row in box.control.get("journal") if row["kind"] == "call"]
    assert rows[-1] == ("call", "2026-04-01T09:00:05")


def test_notices_go_to_this_machine_only(box: Aside) -> None:
    for url in (
        "http://example.com/x",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "http://",
        "http://169.254.1.1/",
    ):
        body = {"kind": "card_shop", "name": "notified", "notify_url": url}
        assert box.control.ask("POST", "credentials", body).status_code == 422
    assert not [one for one in box.control.get("credentials") if one["name"] == "notified"]


def test_nobody_listens(box: Aside) -> None:
    notify(box, "http://127.0.0.1:9/")
    charge(box, "A1", notice_after=1)
    (told,) = box.control.advance(seconds=1)
    assert (told["what"], told["detail"]) == ("notice_failed", "ConnectionError")


def test_an_allowed_host(start: Any) -> None:
    box = start(allow_hosts=("shop.invalid",))
    notify(box, "http://shop.invalid/notice")
    charge(box, "A1", notice_after=1)
    assert [one["what"] for one in box.control.advance(seconds=1)] == ["notice_failed"]
    named = {"host": "shop.invalid"}
    assert requests.get(f"{box.http}/__sandbox/clock", headers=named, timeout=10).ok
