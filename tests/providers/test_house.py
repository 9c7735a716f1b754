"""The house: its clock, what befalls a call, and the notices that leave it."""

import json
from typing import Any

import pytest
import requests
import responses

from providers.stand import provider
from providers.tiny import TinyFront
from teiki_providers.exchange import Reply, Request
from teiki_providers.house import House
from teiki_providers.inprocess import Sandbox, answer
from teiki_providers.mishaps import EFFECTS, MishapMatch
from teiki_providers.notices import Notice
from teiki_sim.calendar import DAY
from teiki_sim.messages import Method

START = 20_500 * DAY + 9 * 3600


def house(**more: Any) -> House:
    return House(START, (TinyFront,), **more)


def call(box: House, op: str = "AUTHORISE", key: str = "A", **fields: Any) -> Reply:
    told = {"op": op, "key": key, "amount": 3000, "consumer": "who"} | fields
    return answer(box, Request("POST", "/tiny/call", body=json.dumps(told).encode()))


def body(reply: Reply) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(reply.body)
    return told


def advance(box: House, days: int) -> list[tuple[int, str]]:
    return [(one.at, one.what) for _, told in box.advance(box.now + days * DAY) for one in told]


# ---- calls -------------------------------------------------------------------------------------------


def test_a_call_without_a_reference_gets_numbers_of_its_own() -> None:
    box = house()
    call(box, key="A"), call(box, key="B"), call(box, key="A")
    assert box.ledger.order[:3].tolist() == [0, 1, 0]
    assert box.ledger.cycle[:3].tolist() == [1, 2, 3]  # the consumer's first, second and third charge
    assert box.ledger.sub[:3].tolist() == [0, 0, 0]


def test_no_vendors_path_is_not_found_and_a_malformed_call_changes_nothing() -> None:
    box = house()
    assert answer(box, Request("GET", "/nowhere")).status == 404
    assert answer(box, Request("POST", "/tiny/call", body=b"{")).status == 400
    assert box.ledger.size == 0


def test_why_names_the_cell_its_source_and_what_decided() -> None:
    box = house()
    call(box)
    assert box.why.lines == [
        "authorise in NONE: permitted (documented: shops register anew under OrderID-1, -2 …)"
    ]
    call(box, key="C", card="bad")
    assert box.why.lines[0] == "magic instrument: declined MAGIC"
    assert box.why.lines[-1] == "outcome declined MAGIC"
    box.mishaps.post({"kind": "declined", "code": "X"})
    call(box, key="B")
    assert box.why.lines[0] == "fault fault-1: declined X"


# ---- faults ------------------------------------------------------------------------------------------


def test_the_nth_charge_of_a_consumer_fails_with_a_chosen_code() -> None:
    box = house()
    mishap = box.mishaps.post(
        {"kind": "declined", "code": "42G030000", "match": MishapMatch(consumer="who", nth_charge=2)}
    )
    codes = [body(call(box, key=key, consumer=who))["code"] for key, who in ("Aw", "Bo", "Cw", "Dw", "Eo")
             for who in [{"w": "who", "o": "other"}[who]]]  # fmt: skip
    assert codes == ["", "", "42G030000", "", ""]
    assert (mishap.hits, mishap.calls) == (1, 1)


@pytest.mark.parametrize("kind", sorted(EFFECTS))
def test_every_effect_does_what_it_says(kind: str) -> None:
    box = house()
    before = {"no_answer", "reset", "server_error", "too_many"}
    op = "CAPTURE" if kind == "capture_failed" else "AUTHORISE"
    if op == "CAPTURE":
        call(box)
    box.mishaps.post({"kind": kind, "real_ms": 5 if kind == "slow" else 0, "times": 1})
    size = box.ledger.size
    reply = call(box, op)
    executed = box.ledger.size > size or op == "CAPTURE"
    assert executed == (kind not in before)
    trouble = {"no_answer": "lost", "reset": "reset", "reply_lost": "reply_lost"}
    damaged = {"truncated": "truncated", "malformed": "malformed"}
    assert reply.trouble == {**trouble, **damaged}.get(kind, "")
    assert reply.slow_ms == (5 if kind == "slow" else 0)
    assert reply.status == {"server_error": 500, "too_many": 429}.get(kind, 200)
    if kind in damaged:
        with pytest.raises(ValueError):
            body(reply)
    assert body(call(box, key="Z"))["outcome"] == "ACCEPTED"  # once


def test_a_magic_instrument_gives_way_to_a_posted_fault() -> None:
    box = house()
    box.mishaps.post({"kind": "declined", "code": "POSTED"})
    assert body(call(box, card="bad"))["code"] == "POSTED"


def test_windows_rates_and_times() -> None:
    box = house()
    box.mishaps.post({"kind": "declined", "code": "W", "since": START + 10, "until": START + 20})
    assert body(call(box))["code"] == ""
    box.now += 10
    assert body(call(box, key="B"))["code"] == "W"
    box.now += 10
    assert body(call(box, key="C"))["code"] == ""
    half = box.mishaps.post({"kind": "declined", "code": "R", "rate": 0.5})
    codes = [body(call(box, key=f"K{n}"))["code"] for n in range(200)]
    assert half.hits == codes.count("R") and 70 < half.hits < 130
    same = house()
    same.mishaps.post({"kind": "declined", "code": "R", "rate": 0.5, "id": half.id})
    assert [body(call(same, key=f"K{n}"))["code"] for n in range(200)] == codes


def test_faults_have_ids_and_are_dropped() -> None:
    box = house()
    box.mishaps.post({"kind": "declined", "id": "mine"})
    with pytest.raises(ValueError, match="mine"):
        box.mishaps.post({"kind": "declined", "id": "mine"})
    box.mishaps.drop("mine")
    with pytest.raises(KeyError):
        box.mishaps.drop("mine")
    assert box.mishaps.list() == []


def test_an_inquiry_always_gets_through() -> None:
    box = house()
    call(box)
    box.mishaps.post({"kind": "no_answer"})
    assert body(call(box, "INQUIRE"))["outcome"] == "ACCEPTED"
    assert call(box, "CAPTURE").trouble == "lost"


def test_rates_of_the_plan_befall_the_wire() -> None:
    from teiki_sim.config import Faults

    lossy = Faults(no_answer=0.2, reply_lost=0.2, server_error=0.2, capture_failed=0)
    box = house(providers={"card": provider(faults=lossy)}, seed=3)
    replies = [call(box, key=f"K{n}", method=int(Method.CARD)) for n in range(300)]
    troubles = [reply.trouble or str(reply.status) for reply in replies]
    assert {word: troubles.count(word) > 30 for word in set(troubles)} == dict.fromkeys(
        ("200", "lost", "reply_lost", "503"), True
    )
    assert box.ledger.size == troubles.count("200") + troubles.count("reply_lost")


# ---- a reply lost ------------------------------------------------------------------------------------


def lose(kind: str = "reply_lost") -> House:
    box = house()
    box.mishaps.post({"kind": kind, "times": 1})
    call(box, key="A-1")
    return box


def verdict(box: House) -> str:
    (one,) = box.recoveries.verdicts(box)
    return one.result


@pytest.mark.parametrize("kind", ["reply_lost", "truncated", "malformed"])
def test_a_caller_that_does_nothing_lost_the_order(kind: str) -> None:
    assert verdict(lose(kind)) == "lost_order"


@pytest.mark.parametrize("key", ["A-1", "A-2"])
def test_a_caller_that_charges_again_charged_twice(key: str) -> None:
    box = lose()
    call(box, key=key)
    assert verdict(box) == "charged_twice"
    assert box.recoveries.verdicts(box)[0].beside == 1


def test_a_caller_that_asks_reconciled() -> None:
    box = lose()
    call(box, "INQUIRE", "A-1")
    assert verdict(box) == "reconciled"


def test_a_caller_that_cancels_and_charges_anew_reconciled() -> None:
    box = lose()
    call(box, "CANCEL", "A-1")
    call(box, key="A-2")
    assert verdict(box) == "reconciled"


def test_another_purchase_is_no_second_charge() -> None:
    box = lose()
    call(box, key="B", amount=500)
    call(box, key="C", consumer="other")
    assert verdict(box) == "lost_order"


def test_a_lost_call_that_was_never_executed_is_nothing_to_judge() -> None:
    box = lose("no_answer")
    assert box.recoveries.verdicts(box) == []


# ---- the clock ---------------------------------------------------------------------------------------


def test_the_clock_visits_every_due_instant_in_order() -> None:
    box = house()
    front = box.fronts["tiny"]
    assert isinstance(front, TinyFront)
    box.mishaps.post({"kind": "pending", "after_s": 7200})
    call(box)
    box.timer(START + 3600, "tiny", "ring", "one")
    box.timer(START + 3 * DAY, "tiny", "ring", "two")
    assert advance(box, 4) == [
        (START + 3600, "ring"),
        (START + 7200, "authorised"),
        (START + 3 * DAY, "ring"),
    ]
    assert front.told == [(0, "authorised", "")]
    assert box.now == START + 4 * DAY
    with pytest.raises(ValueError):
        list(box.advance(START))


def test_authorisations_die_of_old_age_on_their_day() -> None:
    box = house()
    call(box)
    ((at, what),) = advance(box, 100)
    assert what == "expired" and at == (START // DAY + 61) * DAY


def test_a_timer_set_by_a_timer_is_visited_too() -> None:
    box = house()
    front = box.fronts["tiny"]

    def due(at: int, what: str, key: str) -> str:
        if what != "last":
            box.timer(at + 60, "tiny", "last", key)
        return what

    front.due = due  # type: ignore[method-assign]
    box.timer(START + 60, "tiny", "first", "x")
    assert advance(box, 1) == [(START + 60, "first"), (START + 120, "last")]


# ---- notices -----------------------------------------------------------------------------------------


def put(box: House, due: int = START, **more: Any) -> Notice:
    return box.outbox.put("tiny", "http://shop.test/hook", b"x", "text/plain", "A", due, **more)


def test_notices_are_tried_again_on_the_simulated_clock() -> None:
    sent: list[int] = []

    def deliver(notice: Notice) -> bool:
        sent.append(box.house.now)
        return len(sent) == 3

    box = Sandbox(openings=(TinyFront,), deliver=deliver)
    first = put(box.house, box.house.now, retries=(3600, 3600, 3600))
    began = box.house.now
    box.advance(days=1)
    assert [at - began for at in sent] == [0, 3600, 7200]
    assert first.state == "sent" and box.house.outbox.pending == 0
    box.house.outbox.resend(first.id, box.house.now)
    assert box.house.outbox.pending == 1
    with pytest.raises(KeyError):
        box.house.outbox.resend(99, 0)


def test_a_notice_that_nobody_takes_is_given_up() -> None:
    box = Sandbox(openings=(TinyFront,), deliver=lambda notice: False)
    notice = put(box.house, box.house.now, retries=(60,))
    box.advance(days=1)
    assert notice.state == "failed" and len(notice.tries) == 2


# ---- in a developer's test ---------------------------------------------------------------------------


def test_requests_are_caught_and_others_go_their_way() -> None:
    with Sandbox(openings=(TinyFront,), everywhere=True) as box:
        told = requests.post("https://any.host/tiny/call", json={"op": "AUTHORISE", "key": "A", "amount": 1})
        assert told.json() == {"outcome": "ACCEPTED", "code": ""}
        assert requests.post("https://any.host/tiny/call", data=b"{").status_code == 400
        box.fault("reply_lost", times=1)
        with pytest.raises(requests.ConnectionError, match="reply_lost"):
            requests.post("https://any.host/tiny/call", json={"op": "CANCEL", "key": "A"})
        assert box.front("tiny").transaction("A")["ledger"]["state"] == "CANCELLED"
        box.fault("reset", times=1)
        with pytest.raises(requests.ConnectionError):
            requests.post("https://any.host/tiny/call", json={"op": "AUTHORISE", "key": "B", "amount": 1})
        with pytest.raises(requests.ConnectionError):  # nothing listens there
            requests.get("http://127.0.0.1:9/else", timeout=1)
    assert isinstance(responses.RequestsMock(), responses.RequestsMock)
