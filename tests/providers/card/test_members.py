"""Members and cards on file."""

import pytest

from providers.card.counter import SHOP, SITE, VISA, Counter
from teiki_providers.card.instruments import CARDS

MEMBER = {**SITE, "MemberID": "m-1"}
MASTER = {"CardNo": "5555555555554444", "Expire": "3001"}


def test_a_member_is_saved_renamed_found_and_dropped() -> None:
    counter = Counter()
    assert counter.call("SaveMember", **MEMBER, MemberName="山田 太郎") == {"MemberID": "m-1"}
    assert counter.call("SaveMember", **MEMBER)["ErrInfo"] == "E01390010"
    found = counter.call("SearchMember", **MEMBER)
    assert found == {"MemberID": "m-1", "MemberName": "山田 太郎", "DeleteFlag": "0"}
    counter.call("UpdateMember", **MEMBER, MemberName="John Smith")
    assert counter.call("SearchMember", **MEMBER)["MemberName"] == "John Smith"
    assert counter.call("DeleteMember", **MEMBER) == {"MemberID": "m-1"}
    for name in ("UpdateMember", "DeleteMember", "SearchMember", "SearchCard"):
        assert counter.call(name, **MEMBER)["ErrInfo"] == "E01390002"
    assert counter.call("SaveMember", **MEMBER) == {"MemberID": "m-1"}


@pytest.mark.parametrize("name", ["SaveMember", "SaveCard", "SearchCard", "TradedCard"])
def test_a_site_is_known_by_its_password(name: str) -> None:
    counter = Counter()
    extra = {**SHOP, "OrderID": "o"} if name == "TradedCard" else VISA if name == "SaveCard" else {}
    wrong = {**MEMBER, "SitePass": "wrong"}
    assert counter.call(name, **wrong, **extra)["ErrInfo"] == "E01210002"


def test_a_card_on_file_is_charged() -> None:
    counter = Counter()
    card = counter.member("m-1")
    trade = counter.enter()
    assert counter.execute(trade, **card)["ACS"] == "0"
    found = counter.search(trade)
    assert (found["SiteID"], found["MemberID"], found["CardNo"]) == (SITE["SiteID"], "m-1", "*" * 12 + "1111")
    nobody = counter.execute(counter.enter(), **{**card, "MemberID": "nobody"})
    assert nobody["ErrInfo"] == "E01390002"
    assert counter.execute(counter.enter(), **{**card, "CardSeq": "7"})["ErrInfo"] == "E01240002"
    assert counter.execute(counter.enter(), MemberID="m-1")["ErrInfo"] == "E01190001|E01200001|E01230001"


def test_lists_stand_side_by_side() -> None:
    counter = Counter()
    counter.call("SaveMember", **MEMBER)
    assert counter.call("SearchCard", **MEMBER)["ErrInfo"] == "E01240002"
    first = counter.call("SaveCard", **MEMBER, **VISA, HolderName="T YAMADA", DefaultFlag="1")
    assert first == {"CardSeq": "0", "CardNo": "*" * 13 + "111", "Forward": "2a99662"}
    assert counter.call("SaveCard", **MEMBER, **MASTER, CardName="sub", DefaultFlag="1")["CardSeq"] == "1"
    found = counter.call("SearchCard", **MEMBER, SeqMode="0")
    assert found == {
        "CardSeq": "0|1",
        "DefaultFlag": "0|1",
        "CardName": "|sub",
        "CardNo": "*************111|*************444",
        "Expire": "4912|3001",
        "HolderName": "T YAMADA|",
        "DeleteFlag": "0|0",
    }
    assert counter.call("SearchCard", **MEMBER, CardSeq="1")["CardSeq"] == "1"


def test_logical_numbers_close_up_and_physical_ones_stay() -> None:
    counter = Counter()
    counter.call("SaveMember", **MEMBER)
    for card in (VISA, MASTER, VISA):
        counter.call("SaveCard", **MEMBER, **card)
    assert counter.call("DeleteCard", **MEMBER, CardSeq="0") == {"CardSeq": "0"}
    assert counter.call("SearchCard", **MEMBER, SeqMode="0")["CardSeq"] == "0|1"
    physical = counter.call("SearchCard", **MEMBER, SeqMode="1")
    assert (physical["CardSeq"], physical["DeleteFlag"]) == ("0|1|2", "1|0|0")
    assert counter.call("SearchCard", **MEMBER, CardSeq="0")["CardNo"].endswith("444")
    assert counter.call("SearchCard", **MEMBER, CardSeq="0", SeqMode="1")["ErrInfo"] == "E01240002"
    assert counter.call("DeleteCard", **MEMBER, CardSeq="0", SeqMode="1")["ErrInfo"] == "E01240002"
    assert counter.call("DeleteCard", **MEMBER, CardSeq="2", SeqMode="1") == {"CardSeq": "2"}
    assert counter.call("DeleteCard", **MEMBER)["ErrInfo"] == "E01230001"


def test_a_card_is_replaced_under_its_number() -> None:
    counter = Counter()
    card = counter.member("m-1")
    told = counter.call("SaveCard", **card, **MASTER)
    assert told["CardSeq"] == "0" and told["CardNo"].endswith("444")
    assert counter.call("SearchCard", **MEMBER)["Expire"] == "3001"
    assert counter.call("SaveCard", **{**card, "CardSeq": "3"}, **MASTER)["ErrInfo"] == "E01240002"


@pytest.mark.parametrize("most", [5, 10])
def test_how_many_cards_is_by_contract(most: int) -> None:
    counter = Counter(cards_per_member=most)
    counter.call("SaveMember", **MEMBER)
    for _ in range(most):
        assert "CardSeq" in counter.call("SaveCard", **MEMBER, **VISA)
    assert counter.call("SaveCard", **MEMBER, **VISA)["ErrInfo"] == "E01230009"


def test_the_card_company_can_refuse_a_card_that_is_saved() -> None:
    counter = Counter()
    counter.call("SaveMember", **MEMBER)
    declined = {"CardNo": CARDS["declined-12"].number, "Expire": "4912"}
    assert counter.call("SaveCard", **MEMBER, **declined)["ErrInfo"] == "42G120000"
    assert counter.call("SaveCard", **MEMBER, **VISA | {"Expire": "2501"})["ErrInfo"] == "42G830000"
    counter.fault("declined", operation="SaveCard", code="42G600000", times=1)
    assert counter.call("SaveCard", **MEMBER, **VISA)["ErrInfo"] == "42G600000"
    assert counter.call("SaveCard", **MEMBER, Token="tok_visa")["CardSeq"] == "0"
    assert counter.call("SaveCard", **MEMBER, Token="tok_visa")["ErrInfo"] == "EX1000302"
    assert counter.call("SaveCard", **MEMBER)["ErrInfo"] == "E01170001|E01180001"
    assert counter.call("SaveCard", **{**MEMBER, "MemberID": "nobody"}, **VISA)["ErrInfo"] == "E01390002"


def test_the_card_of_a_settled_order_goes_on_file() -> None:
    counter = Counter()
    trade, unsettled = counter.pay("CHECK"), counter.enter()
    counter.call("SaveMember", **MEMBER)
    told = counter.call("TradedCard", **SHOP, **MEMBER, OrderID=trade["OrderID"], HolderName="T YAMADA")
    assert told == {"CardSeq": "0", "CardNo": "*" * 12 + "1111", "Forward": "2a99662"}
    assert counter.call("SearchCard", **MEMBER)["HolderName"] == "T YAMADA"
    refused = counter.call("TradedCard", **SHOP, **MEMBER, OrderID=unsettled["OrderID"])
    assert refused["ErrInfo"] == "E11010002"
    assert (
        counter.call("TradedCard", **SHOP, **MEMBER, OrderID="null")["ErrInfo"] == "E01110002"
    )  # as recorded


def test_a_consumers_card_is_updated_elsewhere() -> None:
    counter = Counter()
    bad = {"CardNo": CARDS["renewals-declined"].number, "Expire": "4912"}
    card = counter.member("m-1", **bad)
    assert counter.execute(counter.enter(), **card)["ErrInfo"] == "42G120000"
    told = counter.front.buyer("m-1", "update_card", {"card": "visa", "expire": "5001"})
    assert told == {"member": "m-1", "card": "visa", "expire": "5001"}
    assert counter.execute(counter.enter(), **card)["ACS"] == "0"
    for identity, details, error in (
        ("nobody", {}, KeyError),
        ("m-1", {"card": "none"}, ValueError),
        ("empty", {}, ValueError),
    ):
        counter.call("SaveMember", **SITE, MemberID="empty")
        with pytest.raises(error):
            counter.front.buyer(identity, "update_card", details)
    with pytest.raises(ValueError, match="consent"):
        counter.front.buyer("m-1", "sing", {})
    assert set(counter.front.actions()) == {"consent", "update_card"}
