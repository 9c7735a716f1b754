"""Test cards, tokens, expiry: what is refused with which code, and that no card number is kept."""

import json

import pytest

from providers.card.counter import SHOP, VISA, Counter
from teiki_providers.card.codes import CODES
from teiki_providers.card.families import FAILURES, REFUSALS
from teiki_providers.card.instruments import CARDS, by_number, instruments, luhn
from teiki_providers.card.wire import encode


def test_every_refusal_has_its_card() -> None:
    counter = Counter()
    for xx in REFUSALS:
        told = counter.execute(counter.enter(), CardNo=f"49990000000000{xx}", Expire="4912")
        assert told == {"ErrCode": f"G{xx}", "ErrInfo": f"42G{xx}0000"}


def test_an_unreached_card_company_executes_nothing() -> None:
    counter = Counter()
    for xx in FAILURES:
        trade = counter.enter()
        told = counter.execute(trade, CardNo=f"49990000000010{xx}", Expire="4912")
        assert told == {"ErrCode": f"C{xx}", "ErrInfo": f"42C{xx}0000"}
        assert counter.search(trade)["Status"] == "UNPROCESSED"
    assert counter.house.ledger.size == 0


@pytest.mark.parametrize("name", ["visa", "visa-2", "visa-3", "master", "jcb", "amex", "diners"])
def test_cards_that_are_approved(name: str) -> None:
    counter = Counter()
    assert counter.execute(counter.enter(), CardNo=CARDS[name].number, Expire="4912")["ACS"] == "0"


def test_a_limit_is_for_amounts_above_it() -> None:
    counter = Counter()
    card = {"CardNo": CARDS["limit-10000"].number, "Expire": "4912"}
    assert counter.execute(counter.enter(amount=10_000), **card)["ACS"] == "0"
    assert counter.execute(counter.enter(amount=10_001), **card)["ErrInfo"] == "42G030000"


def test_a_card_can_fail_its_renewals_alone() -> None:
    """SS-PAY-03: the code that shops see, with what is behind it told to the tester only."""
    counter = Counter()
    card = {"CardNo": CARDS["renewals-refused"].number, "Expire": "4912"}
    assert counter.execute(counter.enter(), **card)["ACS"] == "0"
    told = counter.execute(counter.enter(), **counter.member(**card))
    assert told == {"ErrCode": "E01", "ErrInfo": "E01050004"}
    assert "underlying cause: 42G030000 (modelled)" in counter.house.why.lines


def test_an_injected_e01050004_befalls_one_renewal() -> None:
    counter = Counter()
    card = counter.member("subscriber")
    fault = counter.fault("declined", {"consumer": "subscriber", "nth_charge": 3}, code="E01050004")
    told = [counter.execute(counter.enter(), **card) for _ in range(4)]
    assert [one.get("ErrInfo", "") for one in told] == ["", "", "E01050004", ""]
    assert fault.hits == 1


def test_expiry_and_security_code() -> None:
    counter = Counter()
    for expire, code in (("2602", ""), ("2601", "42G830000"), ("2512", "42G830000")):
        told = counter.execute(counter.enter(), CardNo=VISA["CardNo"], Expire=expire)
        assert told.get("ErrInfo", "") == code
    assert counter.execute(counter.enter(), **VISA, SecurityCode="123")["ACS"] == "0"
    assert counter.execute(counter.enter(), **VISA, SecurityCode="999")["ErrInfo"] == "42G440000"
    counter.advance(days=13)  # the first of March
    told = counter.execute(counter.enter(), CardNo=VISA["CardNo"], Expire="2602")
    assert told["ErrInfo"] == "42G830000"


def test_a_token_is_good_for_one_use() -> None:
    counter = Counter()
    for token, code in (
        ("tok_visa:1", ""),
        ("tok_visa:1", "EX1000302"),
        ("tok_visa:2", ""),
        ("tok_declined-12", "42G120000"),
        ("tok_declined-12", "EX1000302"),
        ("tok_expired", "EX1000303"),
        ("tok_nothing", "EX1000304"),
        ("anything", "EX1000301"),
    ):
        assert counter.execute(counter.enter(), Token=token).get("ErrInfo", "") == code


def test_a_lost_call_does_not_spend_the_token() -> None:
    counter = Counter()
    trade = counter.enter()
    counter.fault("no_answer", operation="ExecTran", times=1)
    lost = counter.send(encode("ExecTran", {**trade, "Method": "1", "Token": "tok_visa:1"}))
    assert lost.trouble == "lost"
    assert counter.execute(trade, Token="tok_visa:1")["ACS"] == "0"


# ---- numbers that are on no list -------------------------------------------------------------------

REAL = "4539578763621486"  # passes the check digit


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (REAL, "E41170002"),
        ("4539578763621487", "E41170099"),
        ("453957876", "E01170011"),
        ("45395787636214861", "E01170011"),
        ("4539-5787-6362-1486", "E01170011|E01170006"),
    ],
)
def test_any_other_number_is_refused(number: str, code: str) -> None:
    counter = Counter()
    trade = counter.enter()
    assert counter.turned("ExecTran", **trade, Method="1", CardNo=number, Expire="4912") == code
    told = counter.execute(trade, CardNo=number, Expire="4912")
    assert told["ErrInfo"] == code and number not in str(told)


def test_raw_numbers_can_be_barred() -> None:
    counter = Counter(raw_numbers=0)
    assert counter.execute(counter.enter())["ErrInfo"] == "E61040001"
    assert counter.execute(counter.enter(), Token="tok_visa")["ACS"] == "0"


def test_nothing_secret_is_journaled() -> None:
    counter = Counter()
    trade = counter.enter()
    card = counter.member()
    calls = (
        ("EntryTran", {**SHOP, "OrderID": "o", "JobCd": "AUTH", "Amount": "1"}),
        ("ExecTran", {**trade, "Method": "1", **VISA, "SecurityCode": "737", "PIN": "4321"}),
        ("ExecTran", {**trade, "Method": "1", "Token": "tok_visa:s3cret"}),
        ("ExecTran", {**trade, "Method": "1", **card, "CardPass": "pa55"}),
        ("ExecTran", {**trade, "Method": "1", **VISA, "ClientField1": f"card {REAL}!"}),
        ("SaveCard", {**card, **VISA, "HolderName": f"T {REAL}", "CardName": "main", "CardPass": "pa55"}),
        ("SearchCardDetail", {**SHOP, "CardNo": VISA["CardNo"]}),
    )
    for name, fields in calls:
        text = json.dumps(counter.said(name, **fields))
        for secret in (
            VISA["CardNo"], REAL, "737", "4321", "s3cret", "pa55", SHOP["ShopPass"], "sitepass01", trade["AccessPass"],
        ):  # fmt: skip
            assert secret not in text, (name, secret)
    assert counter.said("ExecTran", **trade, Method="1", **VISA)["fields"]["card"] == "visa"


def test_a_member_is_not_named_by_a_card_number() -> None:
    counter = Counter()
    for number in (REAL, VISA["CardNo"]):
        assert (
            counter.turned("SaveMember", SiteID="tsite00000001", SitePass="sitepass01", MemberID=number)
            == "E01220010"
        )


# ---- the list --------------------------------------------------------------------------------------


def test_the_list_names_each_value_once_with_its_source() -> None:
    told = list(instruments())
    assert len({(one.kind, one.value) for one in told}) == len(told) > len(REFUSALS)
    assert all(one.does_ja and one.does_en and one.source for one in told)
    assert {card.number for card in CARDS.values()} == {one.value for one in told if one.kind == "number"}
    assert all(by_number(card.number) is card for card in CARDS.values())
    documented = {one.value for one in told if one.documented}
    assert {"4111111111111111", "4999000000000002"} <= documented and "4999000000000012" not in documented


def test_every_code_that_a_card_gives_is_in_the_table() -> None:
    known = {code.code for code in CODES}
    assert {card.effect.code for card in CARDS.values() if card.effect and card.effect.code} <= known
    assert len(known) == len(CODES)


def test_check_digits() -> None:
    assert luhn("4111111111111111") and luhn(REAL) and luhn("378282246310005")
    assert not luhn("2111111111111111")
