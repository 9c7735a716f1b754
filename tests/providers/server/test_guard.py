"""Who may speak to a sandbox, and what is never shown or kept."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from providers.server.small import charge, say
from teiki_providers.exchange import Request
from teiki_providers.server.aside import Aside
from teiki_providers.server.guard import Guard
from teiki_providers.server.masking import has_card_number, mask, mask_answer, mask_value, passes_luhn
from teiki_providers.server.requests_seen import outline
from teiki_providers.server.seal import Seal
from teiki_providers.server.serve import Settings

CARDS = ("4111111111111111", "5555555555554444", "378282246310005", "30569309025904", "4222222222222")


# ---- hosts, origins, tokens ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8640", ""]
)
@pytest.mark.parametrize("path", ["/__sandbox/clock", "/small/charge"])
def test_a_rebound_name_gets_nothing(box: Aside, host: str, path: str) -> None:
    answer = requests.post(box.http + path, json={}, headers={"host": host}, timeout=10)
    assert answer.status_code == 403
    assert answer.json()["problems"][0]["en"].startswith("host ")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1", "[::1]:8640", "LOCALHOST"])
def test_this_machines_names(box: Aside, host: str) -> None:
    assert requests.get(f"{box.http}/__sandbox/clock", headers={"host": host}, timeout=10).ok


def test_vendors_hosts_reach_vendors_paths_only(box: Aside) -> None:
    named = {"host": "pay-api.amazon.jp"}
    body = {"order": "A1", "consumer": "C1", "amount": 1}
    assert requests.post(f"{box.http}/small/charge", json=body, headers=named, timeout=10).ok
    assert requests.get(f"{box.http}/__sandbox/clock", headers=named, timeout=10).status_code == 403


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://localhost:1", "", "https://127.0.0.1"]
)
def test_pages_of_other_sites_get_nothing(box: Aside, origin: str) -> None:
    answer = requests.post(f"{box.http}/__sandbox/reset", headers={"origin": origin}, timeout=10)
    assert answer.status_code == 403


def test_pages_of_this_server_may(box: Aside) -> None:
    assert requests.post(f"{box.http}/__sandbox/reset", headers={"origin": box.http}, timeout=10).ok


def test_no_answer_invites_another_site(box: Aside) -> None:
    answer = requests.options(f"{box.http}/__sandbox/reset", timeout=10)
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]


def test_a_network_needs_the_token(start: Any) -> None:
    box = start(host="0.0.0.0")
    assert len(box.control.token) > 20
    assert box.control.get("clock")
    for headers in ({}, {"authorization": "Bearer x"}, {"authorization": box.control.token[:-1]}):
        answer = requests.get(f"{box.http}/__sandbox/clock", headers=headers, timeout=10)
        assert answer.status_code == 401
    assert requests.get(f"{box.http}/__sandbox/health", timeout=10).ok
    assert (
        charge(box, "A1")["outcome"] == "ACCEPTED"
    )  # the vendors' own paths have the vendors' own passwords


def test_tokens_differ() -> None:
    assert Guard("0.0.0.0").token != Guard("0.0.0.0").token
    assert Guard("127.0.0.1").token is None
    assert Guard("::1").token is None


# ---- masking -------------------------------------------------------------------------------------


@pytest.mark.parametrize("card", CARDS)
def test_card_numbers_are_masked_wherever_they_stand(card: str) -> None:
    assert passes_luhn(card)
    for text in (card, f"a{card}b", f'{{"x":"{card}"}}', f"no={card}&", f"<a>{card}</a>"):
        assert card not in mask(text)
        assert card[-4:] in mask(text)
    assert mask(card[:-1] + str((int(card[-1]) + 1) % 10)) != "*" * (len(card) - 4) + card[-4:]
    assert card not in json.dumps(mask_value({card: [card, int(card), {"a": (card,)}]}))


def test_other_numbers_stay() -> None:
    for text in (
        "4111111111111112",
        "123456789012",
        "1" * 28,
        "2026040112345",
        "４１１１１１１１１１１１１１１１",
    ):
        assert mask(text) == text


@given(st.text())
def test_any_text_can_be_masked(text: str) -> None:
    assert not has_card_number(mask(text))
    mask_answer(text)


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("AccessID=abc&AccessPass=secret", "AccessID=abc&AccessPass=***"),
        ("ShopPass=x&OrderID=1", "ShopPass=***&OrderID=1"),
        ('{"buyer": {"name": "山田", "email": "a@b"}, "state": "Open"}', '"name": "***", "email": "***"'),
        ("<Buyer><Name>Yamada</Name><Email>a@b</Email></Buyer>", "<Name>***</Name><Email>***</Email>"),
        (
            '{"phoneNumber":"090","apiName":"x","chargeId":"c"}',
            '{"phoneNumber":"***","apiName":"x","chargeId":"c"}',
        ),
        ('{"a":"\\"","password":"a\\"b"}', '{"a":"\\"","password":"***"}'),
    ],
)
def test_secrets_and_personal_data_are_masked_in_answers(answer: str, shown: str) -> None:
    assert shown in mask_answer(answer)


def test_no_card_number_reaches_journal_log_or_file(start: Any, tmp_path: Path, caplog: Any) -> None:
    card = CARDS[0]
    box = start()
    with caplog.at_level(logging.DEBUG):
        say(box, card, number=card, password="wrong")
        requests.post(f"{box.http}/small/{card}?no={card}", data=f"CardNo={card}", timeout=10)
        requests.get(f"{box.http}/{card}", timeout=10)
        say(box, "crash", number=card)
        charge(box, card, consumer=card, note=int(card))
        charge(box, card)
        box.control.ask("POST", "faults", {"effect": {"kind": card}, card: 1})
        box.control.ask("GET", f"card/transactions/{card}")
        box.control.fault("declined", match={"order": card})
        box.control.post(f"card/buyer/{card}/wave", {"card": card})
        box.control.advance(days=100)
    shown = [
        json.dumps(box.control.get(path))
        for path in (
            "journal",
            "faults",
            "card/transactions",
            "notices",
            "credentials",
            f"card/transactions/{card}",
        )
    ]
    box.close()
    own = [record for record in caplog.records if not record.name.startswith("urllib3")]
    assert own
    shown.append(" ".join(record.getMessage() + str(record.exc_text) for record in own))
    assert all(card not in text for text in shown)
    assert all(card.encode() not in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    with Aside(box._settings) as again:
        assert len(again.control.get("card/transactions")) == 1


def test_posted_passwords_are_neither_shown_nor_readable(start: Any, tmp_path: Path) -> None:
    box = start()
    box.control.post("credentials", {"kind": "np", "name": "shop", "secret": "hush-hush"})
    shown = json.dumps([box.control.get("journal"), box.control.get("credentials")])
    box.close()
    assert "hush-hush" not in shown
    assert all(b"hush-hush" not in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    with Aside(box._settings) as again:
        assert again.served.room.sandbox.house.credentials.check("np", "shop", "hush-hush")


def test_of_a_request_that_is_turned_away_no_value_is_kept() -> None:
    body = b"ShopPass=secret&Name=%E5%B1%B1&x" + b"=" + b"4111111111111111"
    kept = outline(Request("POST", "/p", "token=abc&q", {"content-type": "text/x"}, body))
    assert kept["fields"] == ["ShopPass", "Name", "x"]
    assert kept["query"] == ["token", "q"]
    assert "secret" not in str(kept) and "abc" not in str(kept)


@given(st.recursive(st.none() | st.integers() | st.text() | st.booleans(), lambda inner: st.lists(inner)))
def test_what_is_sealed_can_be_read(value: Any) -> None:
    seal = Seal.beside(None)
    assert seal.read(seal.write(value)) == seal.read(seal.write(value, secret=True)) == value
    assert not has_card_number(seal.write(value))


def test_keys_are_their_owners(box: Aside, tmp_path: Path) -> None:
    keys = tmp_path / "sandbox.db.keys"
    assert keys.stat().st_mode & 0o777 == 0o700
    assert {file.name for file in keys.iterdir() if file.stat().st_mode & 0o077} == {"ca.pem"}


@pytest.mark.parametrize(
    "path", ["/__sandbox/../sandbox.db", "/__sandbox/%2e%2e/etc/passwd", "/..//etc/passwd", "//"]
)
def test_no_path_leads_to_a_file(box: Aside, path: str) -> None:
    session = requests.Session()
    request = requests.Request("GET", box.http).prepare()
    request.url = box.http + path
    assert session.send(request, timeout=10).status_code in (403, 404)
    session.close()


def test_a_name_is_on_no_page_and_in_no_file_and_known_after_a_restart(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "shop.db")
    site = {"SiteID": "tsite00000001", "SitePass": "sitepass01", "MemberID": "m-1"}
    card = {"CardNo": "4111111111111111", "Expire": "3012", "HolderName": "TARO YAMADA"}

    def call(box: Aside, name: str, **fields: str) -> str:
        sent = {name: value.encode("cp932") for name, value in (site | fields).items()}
        answer = requests.post(f"{box.http}/payment/{name}.idPass", data=sent, timeout=10)
        return answer.content.decode("cp932")

    with Aside(settings) as box:
        call(box, "SaveMember", MemberName="山田 太郎")
        call(box, "SaveCard", **card)
        assert "山田 太郎" in call(box, "SearchMember")
        told = json.dumps(box.control.get("journal"), ensure_ascii=False)
        assert '"MemberName": "***"' in told and "山田" not in told and "TARO" not in told
        kept = b"".join(file.read_bytes() for file in tmp_path.glob("shop.db*") if file.is_file())
        assert "山田".encode() not in kept and b"TARO" not in kept and b"m-1" in kept
    with Aside(settings) as box:
        assert "山田 太郎" in call(box, "SearchMember")
        assert "HolderName=TARO YAMADA" in call(box, "SearchCard", SeqMode="0")
