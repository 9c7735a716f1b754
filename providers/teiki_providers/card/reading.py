"""How a request becomes a `Said`: fields checked, passwords compared and dropped, card numbers made test cards."""

from collections.abc import Mapping

from teiki_providers import gmo
from teiki_providers.card.instruments import TestCard, by_number, by_token, luhn
from teiki_providers.card.trades import Trades
from teiki_providers.card.wire import CALLS, MEANT, PREFIX, SUFFIX, Call, faults, masked, multi_faults
from teiki_providers.exchange import Request, Turned
from teiki_providers.house import House
from teiki_providers.reference import ASKED, Reference
from teiki_providers.said import Said
from teiki_sim.draws import hash64

__all__ = ["RAW_NUMBERS", "Reader"]

#: A setting of the house: 0 bars raw card numbers, as most contracts do now.
RAW_NUMBERS = "card.raw_numbers"
_NO_CALL, _NO_SHOP, _NO_SITE, _NO_TRADE = "E91099997", "E01030002", "E01210002", "E01110002"
_FREE_TEXT = frozenset(
    {"MemberName", "HolderName", "CardName", "ClientField1", "ClientField2", "ClientField3", "TdTenantName"}
)
#: What a token's own expiry is: it stands for number, expiry and security code.
_TOKEN_EXPIRE = "9912"
_WRONG_CODE = "999"
_MEANT = frozenset({"reauthorise", "change", "refund"})


class Reader:
    """Reads the requests of one house; changes nothing."""

    def __init__(self, house: House, trades: Trades) -> None:
        self._house = house
        self._trades = trades

    def read(self, request: Request) -> Said:
        """Understand a request; raises `Turned` with all that is wrong with it."""
        path = request.path
        call = CALLS.get(path[len(PREFIX) : -len(SUFFIX)]) if path.endswith(SUFFIX) else None
        if call is None:
            raise Turned(gmo.error(_NO_CALL), "no such call")
        form = gmo.fields(request)
        if call.name == "SearchTradeMulti":
            return self._multi(request, call, form)
        wrong = [*faults(call, form), *self._pairs(call, form)]
        if call.card:
            wrong += self._means(call, form)
        wrong = wrong or [*faults(call, form, later=True), *self._terms(call, form)]
        _turn(wrong)
        return self._said(request, call, form)

    def _said(self, request: Request, call: Call, form: Mapping[str, str]) -> Said:
        fields = {}
        for name in call.kept:
            if value := form.get(name):
                fields[name] = masked(value) if name in _FREE_TEXT else value
        if call.card:
            self._card(form, fields)
        headers = request.headers
        if (meant := headers.get(MEANT, "")) in _MEANT:
            fields["meant"] = meant
        asked = headers.get(ASKED)
        return Said("card", call.name, fields, Reference.parse(asked) if asked else None)

    # ---- SearchTradeMulti ------------------------------------------------------------------------

    def _multi(self, request: Request, call: Call, form: Mapping[str, str]) -> Said:
        """The other payment methods' dialects read what is theirs."""
        pay_type = form.get("PayType", "")
        if pay_type not in ("", "0") and (other := gmo.searcher(self._house.fronts, pay_type)) is not None:
            return other.read(request)
        wrong = [*faults(call, form), *self._pairs(call, form), *multi_faults(form)]
        if not wrong and pay_type != "0":
            wrong = ["M01051011"]
        elif form.get("OrderID") and self._trades.of_order(form.get("ShopID", ""), form["OrderID"]) is None:
            wrong.append("M01004002")
        _turn(wrong, ordered=False)
        return self._said(request, call, form)

    # ---- pairs of id and password ----------------------------------------------------------------

    def _pairs(self, call: Call, form: Mapping[str, str]) -> list[str]:
        wrong, known = [], self._house.credentials
        if call.shop and (shop := form.get("ShopID")) and (secret := form.get("ShopPass")):
            wrong += [] if known.check("card_shop", shop, secret) else [_NO_SHOP]
        if call.site or (call.card and form.get("MemberID")):
            site, secret = form.get("SiteID"), form.get("SitePass")
            if site and secret and not known.check("card_site", site, secret):
                wrong.append(_NO_SITE)
        if call.access and form.get("AccessID") and form.get("AccessPass"):
            wrong += [] if self._owns(call, form) else [_NO_TRADE]
        return wrong

    def _owns(self, call: Call, form: Mapping[str, str]) -> bool:
        """Whether the pair is that of a trade, and of the shop and the OrderID that are named with it."""
        trade = self._trades.by_access.get(form["AccessID"])
        if trade is None or trade.password != form["AccessPass"]:
            return False
        if call.shop and trade.shop != form.get("ShopID"):
            return False
        return call.name != "ExecTran" or form.get("OrderID", trade.order) == trade.order

    # ---- cards -----------------------------------------------------------------------------------

    @staticmethod
    def _means(call: Call, form: Mapping[str, str]) -> list[str]:
        """What is missing of a way to name a card: a token, a number with its expiry, or a member's card."""
        if form.get("Token"):
            return []
        if call.name == "SearchCardDetail" and (form.get("CardNo") or form.get("OrderID")):
            return []
        if call.name != "SaveCard" and form.get("MemberID"):
            needed = {"SiteID": "19", "SitePass": "20", "CardSeq": "23"}
            if call.name == "SearchCardDetail":
                del needed["CardSeq"]
        elif call.name == "SearchCardDetail":
            return ["E01840010"]
        else:
            needed = {"CardNo": "17", "Expire": "18"}
        return [f"E01{item}0001" for field, item in needed.items() if not form.get(field)]

    def _terms(self, call: Call, form: Mapping[str, str]) -> list[str]:
        """Method and PayTimes, of which a check needs neither; amounts that a call needs by its JobCd."""
        if call.name == "ExecTran" and self._trades.by_access[form["AccessID"]].job != "CHECK":
            method = form.get("Method")
            if not method:
                return ["E01260001"]
            return ["E01270001"] if method in ("2", "4") and not form.get("PayTimes") else []
        job = form.get("JobCd")
        needs_amount = {"EntryTran": job != "CHECK", "AlterTran": job in ("SALES", "AUTH", "CAPTURE")}
        return ["E01060001"] if needs_amount.get(call.name) and not form.get("Amount") else []

    def _card(self, form: Mapping[str, str], fields: dict[str, str]) -> None:
        """The test card that is meant, in the place of number, token and security code."""
        found: TestCard | str
        if token := form.get("Token"):
            found = by_token(token)
            fields["token"] = f"{hash64(f'{self._house.seed}:{token}'):016x}"
            fields["Expire"] = _TOKEN_EXPIRE
        elif number := form.get("CardNo"):
            found = self._raw(number)
        else:
            return
        if isinstance(found, str):
            _turn([found])
        else:
            fields["card"] = found.name
        if form.get("SecurityCode") == _WRONG_CODE:
            fields["wrong_code"] = "1"

    def _raw(self, number: str) -> TestCard | str:
        """Only test cards are taken; which code refuses any other is modelled."""
        if not self._house.settings.get(RAW_NUMBERS, 1):
            return "E61040001"
        return by_number(number) or ("E41170002" if luhn(number) else "E41170099")


def _turn(wrong: list[str], ordered: bool = True) -> None:
    """Turn a request away if anything is wrong, faults in the order of their items."""
    if wrong:
        told = sorted(wrong, key=lambda code: code[3:5]) if ordered else wrong
        raise Turned(gmo.error(*told), "|".join(told))
