"""Platforms as policies: their statuses' names, what triggers what, and who may do what when.

A platform differs from another by the values of one `Policy`, never by a copy of code.
"""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from typing import Literal

from teiki_sim.holds.table import CASES, MAILED, Cases
from teiki_sim.log.statuses import CODE
from teiki_sim.messages import DEFERRED, UNCOVERED, Method

__all__ = [
    "ECFORCE",
    "MARKETPLACE",
    "POLICIES",
    "SUBSCSTORE",
    "TAMAGO",
    "OrderWords",
    "PaymentWords",
    "Policy",
    "SubscriptionWords",
]


@dataclass(frozen=True, slots=True)
class OrderWords:
    """The platform's order statuses, as codes of `teiki_sim.log.statuses`."""

    waiting: int
    blocked: int
    working: int
    shipped: int
    cancelled: int
    return_pending: int
    returned: int
    deleted: int


@dataclass(frozen=True, slots=True)
class PaymentWords:
    """The platform's payment statuses, as codes of `teiki_sim.log.statuses`."""

    authorised: int
    pending: int
    refused: int
    refused_deferred: int
    captured: int
    capture_failed: int
    cancelled: int
    unknown: int
    not_needed: int
    refunded: int
    by_code: Mapping[str, int] = field(default_factory=dict)
    """Statuses of their own that some refusals have, by the provider's code."""

    def refusal(self, method: Method, code: str = "") -> int:
        """The status of an authorisation that was declined."""
        if code in self.by_code:
            return self.by_code[code]
        return self.refused_deferred if method in DEFERRED else self.refused


@dataclass(frozen=True, slots=True)
class SubscriptionWords:
    """The platform's course statuses, as codes of `teiki_sim.log.statuses`."""

    active: int
    stopped: int
    cancelled: int
    ended: int


@dataclass(frozen=True, slots=True)
class Policy:
    """One platform.

    ``charge_first``: methods charged before the child exists, so that a decline leaves no child and sets the
    error flag (SS-PAY-03, SS-AMZ-04). ``reauthorise_on``: edit codes that trigger a reauthorisation, by method
    (SS-PAY-01, -02; EC-REA-01, -02). ``return_waits``: methods whose return waits for the provider's cancel
    (SS-ORD-02). ``retries``: unattended second tries of a declined order (modelled).

    ``failed_generation``: what a charge that leaves no child sets, the error flag (SS-PAY-03) or 要対応 on the
    deliveries to come (TR-HOLD-11). ``np_refusals``: the twelve cases of an NP refusal, empty where it always blocks.
    ``mailed_grounds``: grounds of 要対応 with a mail (TR-MAIL-01). ``captures_listed``: methods charged automatically as
    soon as the warehouse has the order (modelled). ``captures_held``: held orders are charged once shipped (TR-HOLD-04).
    ``reports_amount``: methods whose shipping report carries the order's amount (TR-NP-07). ``page_when_held``: what
    the account page offers while the present order is held, None for everything (TR-HOLD-05). ``checks_orders``: new
    orders are looked through for grounds of 要対応. ``release_prepares``: a released order goes to shipping preparation
    at once (TR-HOLD-09). ``dates_holds``: setting and releasing are noted with a date (TR-HOLD-08).
    """

    name: str
    number: int
    order: OrderWords
    payment: PaymentWords
    subscription: SubscriptionWords
    charge_first: frozenset[Method]
    reauthorise_on: Mapping[Method, frozenset[str]]
    return_waits: frozenset[Method]
    manual_on_stopped: bool
    edits_after_ship: bool
    forced_when_uncovered: bool  # EC-CAN-06
    captured_is_final: bool  # EC-UPD-04
    retries: bool
    order_prefix: tuple[str, str]
    rules: Mapping[str, str]
    reauthorises_refused: Mapping[Method, bool]
    address_reaches_subscription: bool = True  # EC-SUB-11: not on ecforce
    card_free_in: tuple[int, ...] = ()  # statuses that leave a card free (EC-SUB-09); none: the cancelled one
    has_account_page_settings: bool = False  # EC-MY-01 to EC-MY-03
    converts_orders: bool = False  # EC-CAN-03: single to subscription and back
    charges_without_goods: bool = False  # EC-SHP-05: through deferred payment
    warns_due_at_once: bool = False  # EC-SUB-15
    notes_go_elsewhere: bool = False  # SS-ORD-09
    changes_captured: bool = False  # EC-SHP-06: an amount is changed at the provider after the capture too
    failed_generation: Literal["flag", "hold"] = "flag"
    np_refusals: Cases = field(default_factory=dict)
    mailed_grounds: frozenset[str] = frozenset()
    recalculates_fee: bool = True
    captures_listed: frozenset[Method] = frozenset()
    captures_held: bool = False
    reports_amount: frozenset[Method] = frozenset()
    page_when_held: frozenset[str] | None = None
    checks_orders: bool = False
    release_prepares: bool = False
    dates_holds: bool = False
    collects: bool = False  # the platform takes the buyers' money and pays the seller: nothing is authorised
    takes_requests: bool = False  # buyers write to the seller, and ask to cancel (AM-CAN-02)
    cancels_on_request: bool = False  # a request alone cancels, without the seller's approval
    shows_memo: bool = False  # the seller's memo reaches the buyer
    reauthorises_cancelled: frozenset[Method] = frozenset({Method.NP})  # EC-PAY-04
    own_numbers: bool = False  # SS-ORD-04; on the other platforms modelled alike

    def needs_reauthorisation(self, method: Method, code: str) -> bool:
        """Whether an edit of this kind on an order of this method asks for a new authorisation."""
        return code in self.reauthorise_on.get(method, frozenset())


_AMOUNT = frozenset({"amount", "quantity", "method"})
_DEFERRED_SS = _AMOUNT | {"address", "billing", "goods"}
_DEFERRED_EC = _AMOUNT | {"address", "billing"}
_METHOD_ONLY = frozenset({"method"})


def _triggers(deferred: frozenset[str]) -> dict[Method, frozenset[str]]:
    """Amazon Pay takes an edited amount at the capture only (SS-AMZ-01), so only a new method counts."""
    return {
        Method.CARD: _AMOUNT,
        Method.RAKUTEN_PAY: _AMOUNT,
        Method.AMAZON_PAY: _METHOD_ONLY,
        **{method: deferred for method in DEFERRED},
        **{method: frozenset() for method in UNCOVERED},
    }


#: Rules that produce or refuse the same move on every platform, by what is done.
_RULES = {
    "skip": "SS-SKIP-03",
    "skip_child": "SS-SKIP-02",
    "collision": "SS-RACE-01",
    "ended": "SS-ORD-14",
    "amount_stop": "SS-STOP-01",
    "uncovered": "EC-CAN-06",
    "paid": "EC-SHP-03",
    "window": "EC-SHP-06",
    "captured_final": "EC-UPD-04",
    "after_cancel": "EC-PAY-04",
    "count": "EC-PAY-03",
    "bulk_update": "EC-UPD-01",
    "recalculate": "EC-UPD-08",
    "edit_after_ship": "EC-SHP-02",
    "wiz": "SS-NPW-01",
    "pattern": "SS-FREQ-12",
    "address": "EC-SHP-01",
    "carry_address": "EC-SUB-10",
    "card": "EC-SUB-09",
    "card_in_use": "EC-SUB-09",
    "page_cancel": "EC-MY-03",
    "page_resume": "EC-MY-02",
    "page_card": "EC-MY-01",
    "convert": "EC-CAN-03",
    "no_goods": "EC-SHP-05",
    "no_change": "EC-REA-03",
    "adjust": "EC-ADJ-01",
    "due_at_once": "EC-SUB-15",
    "pulled": "EC-SUB-10",
    "offer": "EC-CAN-05",
    "fraud": "SS-PAY-04",
    "own_number": "SS-ORD-04",
    "no_carrier": "SS-ORD-06",
    "purchase_limit": "SS-LIM-01",
    "suspect": "SS-LIM-03",
    "law": "SS-LAW-01",
    "hidden_renewal": "SS-ORD-15",
    "short_gap": "SS-FREQ-10",
    "agreement": "SS-AMZ-03",
}

SUBSCSTORE = Policy(
    notes_go_elsewhere=True,
    name="subscstore",
    number=0,
    order=OrderWords(
        waiting=CODE["出荷待ち"],
        blocked=CODE["与信NG"],
        working=CODE["出荷作業中"],
        shipped=CODE["出荷済み"],
        cancelled=CODE["キャンセル済み"],
        return_pending=CODE["返品待ち"],
        returned=CODE["返品済み"],
        deleted=CODE["削除済み"],
    ),
    payment=PaymentWords(
        authorised=CODE["与信完了"],
        pending=CODE["与信保留"],
        refused=CODE["与信失敗"],
        refused_deferred=CODE["与信NG"],
        captured=CODE["キャプチャ済み"],
        capture_failed=CODE["キャプチャ失敗"],
        cancelled=CODE["取消済み"],
        unknown=CODE["未確認"],
        not_needed=CODE["対象外"],
        refunded=CODE["返金済み"],
    ),
    # No course status means "cancelled" (SS-ORD-03): leaving for good is 停止 too.
    subscription=SubscriptionWords(CODE["継続"], CODE["停止"], CODE["停止"], CODE["終了"]),
    charge_first=frozenset({Method.CARD, Method.AMAZON_PAY}),
    reauthorise_on=_triggers(_DEFERRED_SS),
    return_waits=DEFERRED,
    manual_on_stopped=True,
    forced_when_uncovered=False,
    captured_is_final=False,
    edits_after_ship=True,  # nothing documented refuses it; INV-26 reports it
    retries=False,
    order_prefix=("ON", "OC"),
    rules={
        **_RULES,
        "generated": "SS-ORD-05",
        "exported": "SS-ORD-01",
        "completed": "SS-ORD-01",
        "import_refused": "SS-ORD-12",
        "skip_refused": "SS-SKIP-05",
        "flag": "SS-PAY-03",
        "resume": "SS-RACE-02",
        "returned": "SS-ORD-02",
        "score_ng": "SS-SCORE-01",
        "reauthorise": "SS-PAY-01",
        "manual_refused": "SS-ORD-14",
        "manual_refused_cancelled": "SS-ORD-14",
        "rakuten": "SS-RAK-02",
        "rakuten_refused": "SS-RAK-01",
        "ng": "SS-NP-01",
        "cancel": "SS-ORD-01",
        "points": "SS-ORD-07",
    },
    reauthorises_refused={Method.RAKUTEN_PAY: False},
)

ECFORCE = Policy(
    name="ecforce",
    number=1,
    order=OrderWords(
        waiting=CODE["未対応"],
        blocked=CODE["未対応"],
        working=CODE["出荷準備中"],
        shipped=CODE["発送済み"],
        cancelled=CODE["キャンセル"],
        return_pending=CODE["返品"],
        returned=CODE["返品"],
        deleted=CODE["削除済み"],
    ),
    payment=PaymentWords(
        authorised=CODE["仮売上完了"],
        pending=CODE["与信審査中"],
        refused=CODE["仮売上失敗"],
        refused_deferred=CODE["与信審査エラー"],
        captured=CODE["売上完了"],
        capture_failed=CODE["売上失敗"],
        cancelled=CODE["取消完了"],
        unknown=CODE["未確認"],
        not_needed=CODE["対象外"],
        refunded=CODE["取消完了"],
        by_code={"取引登録失敗": CODE["取引登録失敗"]},  # EC-PAY-05
    ),
    subscription=SubscriptionWords(CODE["有効"], CODE["停止"], CODE["キャンセル"], CODE["終了"]),
    charge_first=frozenset(),
    reauthorise_on=_triggers(_DEFERRED_EC),
    return_waits=frozenset(),
    manual_on_stopped=False,
    edits_after_ship=False,  # EC-SHP-02
    forced_when_uncovered=True,
    captured_is_final=True,
    retries=True,
    order_prefix=("EN", "EC"),
    rules={
        **_RULES,
        "generated": "EC-SUB-01",
        "exported": "EC-CAN-04",
        "completed": "EC-SHP-01",
        "import_refused": "EC-WH-01",
        "skip_refused": "EC-WH-01",
        "flag": "EC-CAN-05",
        "resume": "EC-SUB-04",
        "returned": "EC-SHP-04",
        "score_ng": "EC-CAN-05",
        "reauthorise": "EC-REA-01",
        "manual_refused": "EC-SUB-02",
        "manual_refused_cancelled": "EC-SUB-03",
        "rakuten": "EC-PAY-04",
        "rakuten_refused": "EC-REA-03",
        "ng": "EC-CAN-05",
        "cancel": "EC-CAN-02",
        "points": "EC-PAY-02",
    },
    reauthorises_refused={},
    address_reaches_subscription=False,
    has_account_page_settings=True,
    warns_due_at_once=True,
    changes_captured=True,
)

#: The document is about 要対応 alone. It names 出荷準備, 出荷状態, 出荷済み and 与信NG; all other statuses, and that
#: everything beside 要対応 goes as on サブスクストア, are modelled.
TAMAGO = Policy(
    name="tamago",
    number=2,
    order=OrderWords(
        waiting=CODE["出荷準備"],
        blocked=CODE["与信NG"],
        working=CODE["出荷状態"],
        shipped=CODE["出荷済み"],
        cancelled=CODE["キャンセル済み"],
        return_pending=CODE["返品待ち"],
        returned=CODE["返品済み"],
        deleted=CODE["削除済み"],
    ),
    payment=PaymentWords(
        authorised=CODE["与信完了"],
        pending=CODE["与信保留"],
        refused=CODE["決済失敗"],
        refused_deferred=CODE["与信NG"],
        captured=CODE["売上完了"],
        capture_failed=CODE["売上失敗"],
        cancelled=CODE["取消済み"],
        unknown=CODE["未確認"],
        not_needed=CODE["対象外"],
        refunded=CODE["返金済み"],
    ),
    subscription=SubscriptionWords(CODE["継続"], CODE["停止"], CODE["停止"], CODE["終了"]),
    charge_first=frozenset(
        {Method.CARD, Method.AMAZON_PAY, Method.RAKUTEN_PAY}
    ),  # TR-HOLD-11; all but cards modelled
    reauthorise_on=_triggers(_DEFERRED_SS),
    return_waits=DEFERRED,
    manual_on_stopped=True,
    forced_when_uncovered=False,
    captured_is_final=False,
    edits_after_ship=True,
    retries=False,
    order_prefix=("TN", "TC"),
    rules={
        **SUBSCSTORE.rules,
        "generated": "TR-HOLD-02",
        "exported": "TR-HOLD-03",
        "flag": "TR-HOLD-11",
        "resume": "TR-HOLD-06",
        "ng": "TR-HOLD-01",
        "amount_stop": "TR-HOLD-01",
        "held_whole": "TR-HOLD-06",
        "released": "TR-HOLD-09",
        "held_page": "TR-HOLD-05",
        "hold_mail": "TR-MAIL-01",
        "np_unknown": "TR-NP-06",
        "np_amount": "TR-NP-07",
        "TR-NP-01": "TR-NP-01",
        "TR-NP-02": "TR-NP-02",
        "TR-NP-03": "TR-NP-03",
        "TR-NP-04": "TR-NP-04",
        "TR-NP-05": "TR-NP-05",
        "blacklist_candidate": "TR-HOLD-10",
        "blacklisted": "TR-HOLD-13",
        "island": "TR-HOLD-14",
        "discount_candidate": "TR-HOLD-15",
        "purchase_limit": "TR-MAIL-04",
        "coupon_twice": "TR-MAIL-04",
        "coupon_guard": "TR-MAIL-04",
    },
    reauthorises_refused={},
    failed_generation="hold",
    np_refusals=CASES,
    mailed_grounds=MAILED,
    captures_listed=frozenset({Method.CARD}),
    captures_held=True,
    reports_amount=frozenset({Method.NP, Method.NP_WIZ, Method.NP_REALTIME}),
    page_when_held=frozenset({"order_again", "history"}),
    checks_orders=True,
    release_prepares=True,
    dates_holds=True,
)

MARKETPLACE = replace(
    SUBSCSTORE,  # modelled: the source names no status and tells of no subscription, so both are as there
    name="marketplace",
    number=3,
    collects=True,  # modelled: the sales come by transfer, so orders carry 銀行振込
    takes_requests=True,
    order_prefix=("MN", "MC"),
    rules={
        **SUBSCSTORE.rules,
        "cancel": "AM-CAN-02",
        "contact": "AM-CAN-03",
        "history": "AM-CAN-04",
        "approve": "AM-CAN-06",
        "refuse_parcel": "AM-CAN-07",
        "memo": "AM-CAN-09",
        "received": "AM-CAN-10",
        "return": "AM-CAN-13",
    },
)

POLICIES: MutableMapping[str, Policy] = {
    policy.name: policy for policy in (SUBSCSTORE, ECFORCE, TAMAGO, MARKETPLACE)
}
