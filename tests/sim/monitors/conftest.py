"""Stories for the monitors: rows told day by day, watched in every way that must make no difference."""

from collections.abc import Callable
from typing import Any

import pytest

from teiki_sim.log.kinds import Actor, Kind, Side
from teiki_sim.log.rows import Vocabulary
from teiki_sim.log.statuses import CODE
from teiki_sim.log.writer import Log
from teiki_sim.messages import Method
from teiki_sim.monitors import Monitors, Violation

START = 20_000
DAY = 86_400
NEVER = 400

#: Status words by platform: waiting, working, shipped, cancelled, authorised, captured, payment cancelled.
WORDS = {
    "subscstore": {
        "waiting": "出荷待ち", "working": "出荷作業中", "shipped": "出荷済み", "cancelled": "キャンセル済み",
        "authorised": "与信完了", "captured": "キャプチャ済み", "released": "取消済み", "active": "継続",
        "returned": "返品済み", "deleted": "削除済み", "refused": "与信失敗", "pending": "与信保留",
    },
    "ecforce": {
        "waiting": "未対応", "working": "出荷準備中", "shipped": "発送済み", "cancelled": "キャンセル",
        "authorised": "仮売上完了", "captured": "売上完了", "released": "取消完了", "active": "有効",
        "returned": "返品", "deleted": "削除済み", "refused": "仮売上失敗", "pending": "与信審査中",
    },
    "tamago": {
        "waiting": "出荷準備", "working": "出荷状態", "shipped": "出荷済み", "cancelled": "キャンセル済み",
        "authorised": "与信完了", "captured": "売上完了", "released": "取消済み", "active": "継続",
        "returned": "返品済み", "deleted": "削除済み", "refused": "与信NG", "pending": "与信保留",
    },
}  # fmt: skip


class Story:
    """Rows in the making. Days count from 0; a clock is in hours. Each line of `row` is one row."""

    def __init__(self, platform: str = "subscstore") -> None:
        self.rows: list[tuple[Kind, int, Side, dict[str, Any]]] = []
        self.words = WORDS[platform]
        self.now = START * DAY
        self.slips = 10**11
        self.row(Kind.SETTING, code="platform", quantity=["subscstore", "ecforce", "tamago"].index(platform))

    def on(self, day: int, hour: float = 3) -> "Story":
        """Go on at that hour of that day."""
        self.now = (START + day) * DAY + int(hour * 3600)
        return self

    def row(self, kind: Kind, side: Side = Side.STORE, **columns: Any) -> "Story":
        """One row; ``status`` and ``code`` are words, dates are days of the story."""
        if "status" in columns:
            columns["status_to"] = CODE[columns.pop("status")]
        for name in ("ship", "delivery"):
            if name in columns:
                columns[name] += START
        self.rows.append((kind, self.now, side, columns))
        return self

    def course(
        self, sub: int = 0, method: Method = Method.CARD, delivery: int = 7, **columns: Any
    ) -> "Story":
        """A subscription as it stands at the start."""
        return self.row(
            Kind.OPENED, sub=sub, code="1ヶ月ごと", status=columns.pop("status", self.words["active"]),
            method=method, ship=delivery - 3, delivery=delivery, cycle=columns.pop("cycle", 0), **columns,
        )  # fmt: skip

    def child(
        self, order: int = 0, sub: int = 0, cycle: int = 1, method: Method = Method.CARD, amount: int = 3000,
        delivery: int = 7, paid: bool = True, following: int | None = None, status: str = "",
    ) -> "Story":  # fmt: skip
        """A child is generated, the master moves on, and the payment is authorised."""
        who: dict[str, Any] = {"sub": sub, "order": order, "cycle": cycle}
        if paid:
            self.ledger(Kind.AUTHORISED, order, sub=sub, method=method, amount=amount)
        self.row(
            Kind.GENERATED, **who, method=method, amount=amount, ship=delivery - 3, delivery=delivery,
            status=status or self.words["waiting"],
        )  # fmt: skip
        if sub >= 0:
            ahead = delivery + 30 if following is None else following
            self.row(Kind.SCHEDULED, sub=sub, cycle=cycle, ship=ahead - 3, delivery=ahead)
        if paid:
            self.store(Kind.AUTHORISED, order, sub, self.words["authorised"], method=method, amount=amount)
        return self

    def ledger(self, kind: Kind, order: int = 0, transaction: int | None = None, **columns: Any) -> "Story":
        """A row of the provider's."""
        number = order if transaction is None else transaction
        columns.setdefault("sub", 0)
        return self.row(
            kind, Side.PROVIDER, order=order, transaction=number, actor=int(Actor.PROVIDER), **columns
        )

    def store(self, kind: Kind, order: int = 0, sub: int = 0, status: str = "", **columns: Any) -> "Story":
        """A row of the store's about an order."""
        if status:
            columns["status"] = status
        return self.row(kind, sub=sub, order=order, **columns)

    def both(self, kind: Kind, order: int = 0, status: str = "", sub: int = 0, **columns: Any) -> "Story":
        """The provider does it and the store books it."""
        self.ledger(kind, order, sub=sub, **columns)
        columns.pop("transaction", None)
        return self.store(kind, order, sub, status, **columns)

    def export(self, order: int = 0, sub: int = 0) -> "Story":
        """Put on the work list and handed to the warehouse."""
        self.store(Kind.EXPORTED, order, sub, self.words["working"])
        return self.store(Kind.HANDED_OVER, order, sub)

    def leave(self, order: int = 0, sub: int = 0, slip: int = 0, **columns: Any) -> "Story":
        """The parcel leaves and its completion is imported."""
        self.row(
            Kind.SHIPPED, Side.WAREHOUSE, sub=sub, order=order, code=slip or self.slips + order, **columns
        )
        return self.store(Kind.COMPLETED, order, sub, self.words["shipped"])

    def capture(self, order: int = 0, sub: int = 0, amount: int = 3000, slip: int = 0) -> "Story":
        """The charge is captured on both sides."""
        return self.both(
            Kind.CAPTURED, order, self.words["captured"], sub, amount=amount, code=slip or self.slips + order
        )

    def cancel(self, order: int = 0, sub: int = 0) -> "Story":
        """The order's status only."""
        return self.store(Kind.CANCELLED, order, sub, self.words["cancelled"])

    def release_payment(self, order: int = 0, sub: int = 0, **columns: Any) -> "Story":
        """The payment is cancelled on both sides."""
        return self.both(Kind.PAYMENT_CANCELLED, order, self.words["released"], sub, **columns)

    def life(self, order: int = 0, sub: int = 0, day: int = 0, **columns: Any) -> "Story":
        """An ordinary life of a child from that day on."""
        self.on(day).child(order, sub, delivery=day + 7, **columns)
        self.on(day + 4, 9).export(order, sub)
        if columns.get("method") == Method.NP_WIZ:
            self.store(Kind.INVOICE_PRINTED, order, sub)
        self.on(day + 4, 15).leave(order, sub)
        if columns.get("method") not in (Method.COD, Method.BANK):
            self.on(day + 4, 17).capture(order, sub, columns.get("amount", 3000))
        return self.on(day + 6, 12).store(Kind.DELIVERED, order, sub)

    def violations(self, end: int = NEVER, chunk_rows: int = 2**18, noise: bool = False) -> list[Violation]:
        """What the monitors say at the end of a day."""
        monitors = Monitors()
        log = Log(Vocabulary(), [monitors], chunk_rows)
        if noise:
            log.rule("SS-ORD-01")
        for number, (kind, at, side, columns) in enumerate(self.rows):
            given = dict(columns)
            if isinstance(given.get("code"), str):
                given["code"] = log.code(given["code"])
            if noise:
                given |= {"rule": 1, "cause": max(0, number - 1)}
            log.one(kind, at, side, '{"hidden": "cause"}' if noise else None, **given)
        log.flush()
        monitors.close((START + end) * DAY)
        return monitors.violations

    def found(self, end: int = NEVER) -> list[tuple[str, float]]:
        """Invariants and days (with hours as a fraction), the same however the log is cut or annotated."""
        found = self.violations(end)
        for chunk_rows in (1, 3, 50):
            assert self.violations(end, chunk_rows) == found
        assert self.violations(end, noise=True) == found
        return [(v.invariant, round(v.at / DAY - START, 3)) for v in found]

    def days(self, invariant: str, end: int = NEVER) -> list[float]:
        """When one invariant was broken."""
        return [day for name, day in self.found(end) if name == invariant]


@pytest.fixture
def story() -> Callable[..., Story]:
    """Begin a story."""
    return Story
