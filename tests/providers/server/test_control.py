"""The control API: what it takes, how it refuses, and that its document tells the truth."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable

from providers.server.small import charge, say
from teiki_providers.mishaps import EFFECTS
from teiki_providers.server.aside import Aside
from teiki_providers.server.table import TABLE


def problem(box: Aside, path: str, body: Any, status: int = 422) -> dict[str, str]:
    answer = box.control.ask("POST", path, body)
    assert answer.status_code == status, answer.text
    found: dict[str, str] = answer.json()["problems"][0]
    return found


# ---- faults --------------------------------------------------------------------------------------


def test_a_fault_of_one_line_finds_the_nth_charge(box: Aside) -> None:
    body = {"provider": "card", "match": {"consumer": "C1", "nth_charge": 3}, "effect": {"kind": "declined"}}
    posted = box.control.post("faults", body)
    assert posted["id"] == "fault-1" and posted["hits"] == 0
    outcomes = [
        charge(box, f"A{n}", consumer=c)["outcome"] for n, c in enumerate(["C1", "C2", "C1", "C1", "C1"])
    ]
    assert outcomes == ["ACCEPTED"] * 3 + ["DECLINED", "ACCEPTED"]
    (listed,) = box.control.get("faults")
    assert listed == {**posted, "hits": 1}
    shown = box.control.get("card/transactions/A3")
    assert shown["unconfirmed"] == []
    assert any("fault fault-1: declined" in line for line in shown["why"])


def test_a_fault_within_a_window(box: Aside) -> None:
    box.control.fault("declined", **{"from": "2026-04-02", "until": "2026-04-03"})
    seen = []
    for n in range(3):
        seen.append(charge(box, f"A{n}")["outcome"])
        box.control.advance(days=1)
    assert seen == ["ACCEPTED", "DECLINED", "ACCEPTED"]


def test_faults_go(box: Aside) -> None:
    box.control.fault("declined", id="one")
    assert problem(box, "faults", {"id": "one", "effect": {"kind": "slow"}}, 409)["found"] == "one"
    box.control.delete("faults/one")
    assert box.control.ask("DELETE", "faults/one").status_code == 404
    box.control.fault("declined")
    box.control.fault("slow")
    box.control.delete("faults")
    assert box.control.get("faults") == []


@pytest.mark.parametrize("kind", EFFECTS)
def test_every_effect_can_be_posted(box: Aside, kind: str) -> None:
    assert box.control.fault(kind, real_ms=1)["effect"]["kind"] == kind


def test_an_unknown_key_names_the_nearest(box: Aside) -> None:
    found = problem(box, "faults", {"efect": {"kind": "declined"}, "effect": {"kind": "slow"}})
    assert found["field"] == "efect"
    assert "did you mean 'effect'?" in found["en"] and "「effect」のことですか" in found["ja"]
    found = problem(box, "faults", {"match": {"consumr": "x"}, "effect": {"kind": "slow"}})
    assert found["field"] == "match.consumr" and "'consumer'" in found["en"]
    found = problem(box, "faults", {"effect": {"kind": "declned"}})
    assert found["field"] == "effect.kind" and "did you mean 'declined'?" in found["en"]
    found = problem(box, "faults", {"effect": {"kind": "slow"}, "from_": "2026-04-01"})
    assert "did you mean 'from'?" in found["en"]


def test_lost_replies_come_with_a_verdict(box: Aside) -> None:
    box.control.fault("reply_lost", times=2)
    for order in ("A1", "A2"):
        with pytest.raises(requests.ConnectionError):
            charge(box, order, consumer=order)
    charge(box, "A1-again", consumer="A1")
    say(box, "capture", order="A2", amount=3000)
    told = {one["order"]: one["verdict"] for one in box.control.get("recoveries")}
    assert told == {"A1": "charged_twice", "A2": "reconciled"}


# ---- the rest ------------------------------------------------------------------------------------


def test_buyers_and_the_acquirer(box: Aside) -> None:
    charge(box, "A1")
    assert box.control.post("card/buyer/A1/wave")["news"] == ["wave"]
    assert box.control.post("acquirer/fraud_notice", {"transaction": "A1"})["news"] == [
        "wave",
        "fraud_notice",
    ]
    for path, status in (
        ("card/buyer/none/wave", 404),
        ("card/buyer/A1/dance", 404),
        ("deferred/buyer/A1/wave", 404),
        ("nobody/buyer/A1/wave", 404),
    ):
        assert box.control.ask("POST", path, {}).status_code == status
    assert problem(box, "card/buyer/A1/wave", {"impossible": True}, 409)
    assert problem(box, "acquirer/fraud_notice", {"transaction": "none"}, 404)
    timeline = box.control.get("card/transactions/A1")["timeline"]
    assert [line["operation"] for line in timeline] == ["charge", "buyer", "fraud_notice"]


def test_results_by_poll(box: Aside) -> None:
    box.control.fault("pending", times=1)
    charge(box, "A1")
    box.control.post("card/transactions/A1/results", {"results": ["pending", "authorised"]})
    assert [say(box, "inquire", order="A1").json()["state"] for _ in range(2)] == ["PENDING", "AUTHORISED"]
    assert problem(box, "card/transactions/A1/results", {"results": ["declined"]}, 409)
    assert problem(box, "card/transactions/none/results", {"results": ["declined"]}, 404)
    assert problem(box, "card/transactions/A1/results", {"results": []})


def test_lists_and_journal_in_parts(box: Aside) -> None:
    for n in range(5):
        charge(box, f"A{n}")
    assert [one["id"] for one in box.control.get("card/transactions", limit=2)] == ["A3", "A4"]
    assert box.control.get("deferred/transactions") == []
    assert [row["seq"] for row in box.control.get("journal", since=2, limit=2)] == [3, 4]
    assert box.control.ask("GET", "journal", sinse=2).status_code == 422


def test_instruments_are_listed(box: Aside) -> None:
    assert [one["value"] for one in box.control.get("instruments")] == ["MAGIC"]


@pytest.mark.parametrize(
    "body", [b"{", b"\xff\xfe", b"[" * 100_000, b"null", b"[]", b'"x"', b'{"a":"\\ud800"}', b"NaN"]
)
def test_bodies_that_are_no_object(box: Aside, body: bytes) -> None:
    answer = requests.post(f"{box.http}/__sandbox/faults", data=body, timeout=10)
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["ja"]


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("clock/advance", {"days": -1}, "0以上"),
        ("clock/advance", {"days": 10**9}, "以下"),
        ("faults", {"effect": {"kind": "slow"}, "rate": 2}, "1.0以下"),
        ("faults", {"effect": {"kind": "slow"}, "operation": "x" * 201}, "200字以下"),
        ("faults", {"id": "あ", "effect": {"kind": "slow"}}, "半角英数字"),
        ("credentials", {"kind": "np", "name": ""}, "1字以上"),
        ("card/transactions/A1/results", {"results": []}, "1件以上"),
        ("amazon_pay/billing_agreements", {"live": "x"}, "true または false"),
    ],
)
def test_what_is_wrong_is_told_in_japanese(box: Aside, path: str, body: Any, said: str) -> None:
    assert said in problem(box, path, body)["ja"]


def test_what_was_found_is_told_as_it_came(box: Aside) -> None:
    answer = requests.post(f"{box.http}/__sandbox/faults", data="{x", timeout=10)
    assert answer.json()["problems"][0]["found"] == "{x"


def test_the_clock_says_where_it_stands(box: Aside) -> None:
    found = problem(box, "clock/advance", {"to": "2020-01-01T00:00:00"}, 409)
    now = box.control.get("clock")["now"]
    assert found["field"] == "to" and now in found["ja"] and now in found["en"]


def test_a_body_can_be_too_large(box: Aside) -> None:
    answer = requests.post(f"{box.http}/__sandbox/faults", data=b" " * (9 * 2**20), timeout=30)
    assert answer.status_code == 413


def test_other_methods_and_paths(box: Aside) -> None:
    answer = box.control.ask("PUT", "faults", {})
    assert answer.status_code == 405 and {"GET", "POST", "DELETE"} <= set(answer.headers["allow"].split(", "))
    assert box.control.ask("GET", "nothing").status_code == 404
    assert box.control.ask("GET", "faults/").status_code == 404
    answer = requests.get(f"{box.http}/nowhere", timeout=10)
    assert answer.status_code == 404 and "/small/" in answer.json()["problems"][0]["en"]


def test_a_door_for_teikis_own_store(box: Aside) -> None:
    assert box.control.ask("POST", "door/rows", {}).status_code == 409
    charge(box, "before")
    box.control.post("door/open", {"seed": 5})
    assert box.control.get("card/transactions") == []
    box.control.post("door/clock", {"to": 86400 * 20_000})
    charge(box, "A1")
    assert box.control.post("door/call", {"what": "state", "given": {"transaction": 0}}) == {
        "told": "AUTHORISED"
    }
    (row,) = box.control.post("door/rows")
    assert row[1] == 86400 * 20_000
    assert box.control.post("door/rows") == []
    assert problem(box, "door/call", {"what": "stat"}, 404)
    assert problem(box, "door/call", {"what": "state"})
    assert problem(box, "door/open", {"providers": {"card": {"x": 1}}})


# ---- the document --------------------------------------------------------------------------------


def test_the_document_describes_every_call(box: Aside) -> None:
    document = box.control.get("openapi.json")
    described = {(method.upper(), path) for path, calls in document["paths"].items() for method in calls}
    assert described == {(call.method, f"/__sandbox/{call.path}") for call in TABLE}
    assert "wave: order" in json.dumps(document)
    ids = Counter(call["operationId"] for calls in document["paths"].values() for call in calls.values())
    assert max(ids.values()) == 1


FUZZ = settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def sender(box: Aside, operation: Any, seen: Counter[int]) -> Callable[[Any], None]:
    """Sends made-up calls; what comes back is no failure of the server and stands in the document."""

    def play(case: Any) -> None:
        if "quiesce" in case.path:
            case.query = {}
        answer = case.call(base_url=box.http, timeout=60)
        seen[answer.status_code] += 1
        documented = {int(status) for status in operation.definition.raw["responses"]}
        # What breaks a path apart is another path; what is no HTTP is none of the API's.
        assert answer.status_code in documented | {400, 404, 405}, (
            f"{case.method} {case.path}: {answer.status_code}"
        )

    return play


def fuzz(box: Aside, examples: int) -> Counter[int]:
    """Every call of the document with good and bad bodies, queries and paths; the statuses seen."""
    schema = schemathesis.openapi.from_dict(box.control.get("openapi.json"))
    schema.config.base_url = box.http
    seen: Counter[int] = Counter()
    for result in schema.get_all_operations():
        operation: Any = result.ok()  # type: ignore[union-attr]
        raw = operation.definition.raw
        takes_something = raw["parameters"] or "requestBody" in raw
        for mode in schemathesis.GenerationMode:
            if mode.is_negative and not takes_something:
                continue
            with_cases: Any = given(operation.as_strategy(generation_mode=mode))
            play = settings(FUZZ, max_examples=examples)(with_cases(sender(box, operation, seen)))
            with suppress(Unsatisfiable):  # nothing is wrong enough: the call takes anything
                play()
    return seen


def test_no_bad_request_breaks_the_control_api(box: Aside) -> None:
    charge(box, "A1")
    seen = fuzz(box, 5)
    assert seen[200] > 30 and seen[422] > 10
    assert box.control.get("health")["ok"]


@pytest.mark.slow
def test_no_bad_request_breaks_the_control_api_at_length(box: Aside) -> None:
    charge(box, "A1")
    assert sum(fuzz(box, 60).values()) > 1000
    assert box.control.get("health")["ok"]


@given(st.text(min_size=1, max_size=30))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_id_is_answered(box: Aside, identity: str) -> None:
    path = quote(identity.encode("utf-8", "replace"), safe="")
    for method, end in (
        ("GET", f"card/transactions/{path}"),
        ("DELETE", f"faults/{path}"),
        ("POST", f"notices/{path}/resend"),
    ):
        assert box.control.ask(method, end).status_code in (404, 405, 403)
