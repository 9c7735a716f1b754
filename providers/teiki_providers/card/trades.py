"""The shop's trades as GMO-PG keeps them: what was registered, what was executed, and the answers about them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b, md5
from time import gmtime, strftime
from typing import NamedTuple

from teiki_providers.card.instruments import TestCard

__all__ = ["FORWARD", "SETTLED", "Sold", "Trade", "Trades", "Use", "mask", "stamp"]

#: The acquirer's code in the recorded test environment.
FORWARD = "2a99662"
#: Status under which something was executed.
SETTLED = frozenset({"CHECK", "AUTH", "SAUTH", "CAPTURE", "SALES", "VOID", "RETURN", "RETURNX"})
_ITEM_CODE = "0000990"
#: Fields of other payment methods, blank for a card, in the order recorded.
_OTHER_METHODS = (
    "CvsCode", "CvsConfNo", "CvsReceiptNo", "EdyReceiptNo", "EdyOrderNo", "SuicaOrderNo", "SuicaReceiptNo",
    "CustID", "BkCode", "ConfNo", "EncryptReceiptNo", "PaymentTerm", "WebMoneyManagementNo",
    "WebMoneySettleCode", "AuPayInfoNo", "AuPayMethod", "AuCancelAmount", "AuCancelTax",
    "DocomoSettlementCode", "DocomoCancelAmount", "DocomoCancelTax", "SbTrackingId", "SbCancelAmount",
    "SbCancelTax",
)  # fmt: skip


def stamp(now: int) -> str:
    """An instant as yyyyMMddHHmmss in Japan time, which the sandbox's clock is in."""
    return strftime("%Y%m%d%H%M%S", gmtime(now))


class Use(NamedTuple):
    """How a card is used: which, whose, and on what terms."""

    card: TestCard
    expire: str = ""
    site: str = ""
    member: str = ""
    wrong_code: bool = False
    method: str = ""
    times: str = ""


class Sold(NamedTuple):
    """What stands of a sold trade while a new authorisation in its place waits for its verdict."""

    number: int
    status: str
    job: str
    amount: int
    tax: int


@dataclass(slots=True)
class Trade:
    """One trade. ``job`` is the JobCd wanted, ``done`` the last one processed; ``number`` is the ledger's;
    ``secure`` is how far 3-D Secure is: "", "waiting", "passed", "failed" or "none"."""

    shop: str
    order: str
    access: str
    password: str
    job: str
    amount: int
    tax: int
    processed: int
    item: str = _ITEM_CODE
    tds: bool = False
    tds2: str = ""
    status: str = "UNPROCESSED"
    done: str = ""
    number: int = -1
    use: Use | None = None
    secure: str = ""
    approve: str = ""
    tran: str = ""
    client: tuple[str, str, str] = ("", "", "")
    echoes: bool = False
    sold: Sold | None = None
    timeline: list[tuple[int, str]] = field(default_factory=list)
    inquiries: list[dict[str, str | int]] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Amount and tax."""
        return self.amount + self.tax

    @property
    def settled(self) -> bool:
        """Whether something was executed."""
        return self.status in SETTLED

    def note(self, at: int, what: str) -> None:
        """Put a line on its timeline."""
        self.timeline.append((at, what))

    # ---- answers ---------------------------------------------------------------------------------

    def identifiers(self) -> dict[str, str]:
        """The answer to AlterTran and ChangeTran."""
        return {
            "AccessID": self.access,
            "AccessPass": self.password,
            "Forward": FORWARD,
            "Approve": self.approve,
            "TranID": self.tran,
            "TranDate": stamp(self.processed),
        }

    def executed(self, shop_pass: str) -> dict[str, str]:
        """The answer to ExecTran, less ACS. Blank values count as nothing in the check string."""
        date, method, times = stamp(self.processed), *self._terms()
        checked = f"{self.order}{FORWARD}{method}{times}{self.approve}{self.tran}{date}{shop_pass}"
        answer = {
            "OrderID": self.order,
            "Forward": FORWARD,
            "Method": method,
            "PayTimes": times,
            "Approve": self.approve,
            "TranID": self.tran,
            "TranDate": date,
            "CheckString": md5(checked.encode(), usedforsecurity=False).hexdigest(),
        }
        return answer | self._client_fields() if self.echoes else answer

    def _terms(self) -> tuple[str, str]:
        """Method and PayTimes as answered: no times for one payment, neither for a check."""
        use = self.use
        if use is None or not self.settled or self.job == "CHECK":
            return "", ""
        return use.method, use.times if use.method in ("2", "4") else ""

    def _client_fields(self) -> dict[str, str]:
        return {f"ClientField{n}": text for n, text in enumerate(self.client, 1)}

    def found(self) -> dict[str, str]:
        """The answer to SearchTrade, less OrderID; what is about the card is blank until it was executed."""
        use = self.use if self.settled else None
        method, times = self._terms()
        answer = {
            "Status": self.status,
            "ProcessDate": stamp(self.processed),
            "JobCd": self.done or self.job,
            "AccessID": self.access,
            "AccessPass": self.password,
            "ItemCode": self.item,
            "Amount": str(self.amount),
            "Tax": str(self.tax),
            "SiteID": use.site if use else "",
            "MemberID": use.member if use else "",
            "CardNo": mask(use.card.number, 4) if use else "",
            "Expire": use.expire if use else "",
            "Method": method,
            "PayTimes": times,
            "Forward": FORWARD if use else "",
            "TranID": self.tran,
            "Approve": self.approve,
        }
        return answer | self._client_fields()

    def found_among_others(self) -> dict[str, str]:
        """The answer to SearchTradeMulti."""
        return {**self.found(), "PayType": "0", **dict.fromkeys(_OTHER_METHODS, ""), "Currency": "JPN"}


def mask(number: str, shown: int) -> str:
    """A card number with only its last digits."""
    return "*" * (len(number) - shown) + number[-shown:]


class Trades:
    """All trades, by AccessID, by the shop's OrderID and by the ledger's number; ids are keyed draws."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._serial = 0
        self._settled = 0
        self.by_access: dict[str, Trade] = {}
        self._by_order: dict[tuple[str, str], Trade] = {}
        self._by_number: dict[int, Trade] = {}

    def __iter__(self) -> Iterator[Trade]:
        return iter(self.by_access.values())

    def open(self, fields: Mapping[str, str], now: int) -> Trade:
        """A new trade, as registered."""
        self._serial += 1
        ids = blake2b(b"%d:%d" % (self._seed, self._serial), digest_size=32).hexdigest()
        shop, order = fields["ShopID"], fields["OrderID"]
        trade = Trade(
            shop, order, ids[:32], ids[32:], fields["JobCd"], int(fields.get("Amount", 0)), int(fields.get("Tax", 0)),
            now, fields.get("ItemCode", _ITEM_CODE), fields.get("TdFlag") == "2", fields.get("Tds2Type", ""),
        )  # fmt: skip
        self.by_access[trade.access] = trade
        self._by_order[shop, order] = trade
        return trade

    def of_order(self, shop: str, order: str) -> Trade | None:
        """The trade of a shop's OrderID."""
        return self._by_order.get((shop, order))

    def number(self, trade: Trade, number: int) -> None:
        """The ledger has a transaction of this trade, perhaps in the place of an earlier one."""
        if number >= 0:
            trade.number = number
            self._by_number[number] = trade

    def of_number(self, number: int) -> Trade | None:
        """The trade of a transaction of the ledger."""
        return self._by_number.get(number)

    def named(self, identity: str) -> Trade:
        """By AccessID, or by any shop's OrderID. Raises KeyError."""
        trade = self.by_access.get(identity)
        if trade is None:
            trade = next((t for (_, order), t in self._by_order.items() if order == identity), None)
        if trade is None:
            raise KeyError(identity)
        return trade

    def authorised(self, trade: Trade, now: int) -> None:
        """New identifiers: the 28 characters of a TranID end in a running number (recorded)."""
        self._settled += 1
        nth = self._settled % 1_000_000
        trade.processed = now
        trade.tran = f"{stamp(now)[2:12]}111111111111{nth:06d}"
        trade.approve = (
            "0000000" if trade.job == "CHECK" else f"{int(trade.access[:8], 16) * 31 + nth:07d}"[-7:]
        )
