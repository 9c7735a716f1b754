"""What たまごリピート does when NP refuses an order, cannot be understood, or has another amount (TR-NP)."""

from __future__ import annotations

from teiki_sim.calendar import DAY
from teiki_sim.holds.keeping import hold_order
from teiki_sim.holds.table import Case, NpSetting, Refusal
from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.log.statuses import OrderMeaning
from teiki_sim.messages import Method
from teiki_sim.shop import Shop
from teiki_sim.standing import meaning

__all__ = [
    "case_of",
    "cod_possible",
    "hold_unknown",
    "note_carrier",
    "pending",
    "refused",
    "setting_of",
    "unknown",
]

_KNOWN = ("00", "10", "20", "40", "99")
"""Results of an NP authorisation that the platform knows (modelled on NP's own list)."""
UNKNOWN_RESULT = "77"
"""What NP answers where nobody knows what it means, in a simulation."""

_SETTINGS = {
    "hold_all": NpSetting.HOLD_ALL,
    "cod_all": NpSetting.COD_ALL,
    "cod_first": NpSetting.COD_FIRST,
}


def setting_of(shop: Shop) -> NpSetting:
    """The shop's choice (TR-NP-01)."""
    return _SETTINGS[shop.config.holds.np_refused]


def permits_cod(shop: Shop, order: int) -> bool:
    """The shop's own settings for deliveries after the first, and for ordinary orders (TR-MAIL-03)."""
    terms, cycle = shop.config.holds, shop.orders.cycle.item(order)
    return terms.cod_single if cycle < 0 else terms.cod_later or cycle <= 1


def cod_possible(shop: Shop, order: int) -> bool:
    """Whether the order's delivery method can do cash on delivery, and the shop permits it (TR-MAIL-03)."""
    permitted = permits_cod(shop, order)
    sub = shop.orders.sub.item(order)
    carrier = shop.subs.carrier.item(sub) if sub >= 0 else shop.default_carrier
    return permitted and shop.config.carriers[shop.carriers[carrier]].cod


def case_of(shop: Shop, order: int) -> Case:
    """Which of the twelve cases an order is; an ordinary order counts as a first one (modelled)."""
    return setting_of(shop), shop.orders.cycle.item(order) <= 1, cod_possible(shop, order)


def refused(shop: Shop, order: int, late: bool = False) -> bool:
    """Settle an automatic refusal by the table; whether the order is held, and so needs somebody (TR-NP-08).

    ``late``: the verdict came after the order had been generated.
    """
    case = case_of(shop, order)
    refusal = shop.policy.np_refusals[case]
    other = _by_another_setting(shop, order, case, refusal)
    if other is not None:
        refusal = other
    if refusal.outcome == "hold":
        hold_refused(shop, order, refusal)
        return True
    slip = "" if other is not None else _slip_of_fallback(shop, order, late)
    if slip == "carrier_before_verdict":
        _another_carrier(shop, order)
    crossed = slip in ("cod_after_packing", "wrong_np_ng")
    to_cash_on_delivery(shop, order, refusal, recalculates=not crossed, tells=not crossed)
    return False


def _by_another_setting(shop: Shop, order: int, case: Case, refusal: Refusal) -> Refusal | None:
    """Slip: the setting had been changed and nobody noticed until after this verdict (INV-46)."""
    sub, (_, first, cod) = shop.orders.sub.item(order), case
    others = (shop.policy.np_refusals[setting, first, cod] for setting in NpSetting)
    other = next((found for found in others if found.outcome != refusal.outcome), None)
    if other is None or not shop.slips("np_setting_changed", sub, order):
        return None
    shop.truth.broke(shop.now, "operator", "np_setting_changed", "INV-46", sub, order)
    return other


def _slip_of_fallback(shop: Shop, order: int, late: bool) -> str:
    """What crosses a switch to cash on delivery: a carrier changed meanwhile, a parcel packed, an NG in error."""
    sub = shop.orders.sub.item(order)
    names = ("carrier_before_verdict", "cod_after_packing") if late else ("wrong_np_ng",)
    slip = next((name for name in names if shop.slips(name, sub, order)), "")
    if slip:
        source = "provider" if slip == "wrong_np_ng" else "timing"
        invariant = "INV-46" if slip == "carrier_before_verdict" else "INV-47"
        shop.truth.broke(shop.now, source, slip, invariant, sub, order)
    return slip


def _another_carrier(shop: Shop, order: int) -> None:
    """An operator had chosen a delivery method without cash on delivery, and the verdict went by the old one."""
    without = next((i for i, terms in enumerate(shop.config.carriers.values()) if not terms.cod), -1)
    note_carrier(shop, order, without, Actor.OPERATOR)


def note_carrier(shop: Shop, order: int, carrier: int, actor: Actor) -> None:
    """The delivery method chosen for an order, by its number among the shop's carriers."""
    shop.row(Kind.NOTICE, order, actor, code=shop.log.code("carrier"), quantity=carrier)


def unknown(code: str) -> bool:
    """Whether a result of NP is one that the platform does not know: two digits, and none of NP's own (TR-NP-06)."""
    return len(code) == 2 and code.isascii() and code.isdigit() and code not in _KNOWN


def pending(shop: Shop, order: int, code: int) -> int:
    """A verdict that is not there yet; a result that nobody knows holds the order. The code as the store notes it."""
    sub = shop.orders.sub.item(order)
    word = shop.log.vocabulary.codes.list[code]
    if not unknown(word) and shop.slips("np_unknown_result", sub, order):
        midnight = (shop.today + 1) * DAY
        shop.truth.due(
            shop.now, "provider", "np_unknown_result", "INV-46", sub, order, midnight - 1,
            lambda: not shop.is_stopped(order) and meaning(shop, order) == OrderMeaning.WAITING,
        )  # fmt: skip
        return shop.log.code(UNKNOWN_RESULT)
    return code


def hold_unknown(shop: Shop, order: int, code: int) -> None:
    """要対応 with the number that NP answered; NP has to be asked (TR-NP-06)."""
    shop.row(Kind.NOTICE, order, Actor.PROVIDER, "np_unknown", code=code)
    hold_order(shop, order, "np_unknown", Actor.SYSTEM, "np_unknown")
    shop.on_trouble("ask_np", shop.orders.sub.item(order), order, "")


def hold_amount(shop: Shop, order: int) -> None:
    """The shipping report's amount is not the registered one: 要対応 with both amounts (TR-NP-07)."""
    orders, before = shop.orders, shop.orders.payment.item(order)
    orders.payment[order] = after = shop.policy.payment.capture_failed
    shop.row(
        Kind.CAPTURE_FAILED, order, Actor.PROVIDER, "np_amount", method=orders.method.item(order),
        transaction=orders.transaction.item(order), amount=orders.covered.item(order), status_from=before,
        status_to=after, code=shop.log.code("amount_differs"),
    )  # fmt: skip
    hold_order(shop, order, "np_amount", Actor.SYSTEM, "np_amount", orders.amount.item(order))
    shop.on_trouble("amount_differs", orders.sub.item(order), order, "")


def hold_refused(shop: Shop, order: int, refusal: Refusal) -> None:
    """与信NG and 要対応, with the message of the case; the customer is mailed (TR-MAIL-01)."""
    status = shop.policy.order.blocked
    if shop.orders.status.item(order) != status:
        shop.set_status(order, status, Kind.EDITED, Actor.SYSTEM, refusal.rule, code=shop.log.code("status"))
    hold_order(shop, order, refusal.ground, Actor.SYSTEM, refusal.rule)


def to_cash_on_delivery(
    shop: Shop, order: int, refusal: Refusal, *, recalculates: bool = True, tells: bool = True
) -> None:
    """Another method by itself: its fee is reckoned anew and the customer told; nobody is asked for cover."""
    orders = shop.orders
    if recalculates and shop.policy.recalculates_fee:
        product, methods = orders.product.item(order), (int(Method.COD), orders.method.item(order))
        now, before = (int(shop.fees.payment(product, method)) for method in methods)
        orders.amount[order] += now - before
    orders.method[order], orders.transaction[order] = Method.COD, -1
    shop.row(
        Kind.EDITED, order, Actor.SYSTEM, refusal.rule, method=int(Method.COD), amount=orders.amount.item(order),
        code=shop.log.code("method"),
    )  # fmt: skip
    orders.payment[order] = shop.policy.payment.not_needed
    if tells:
        shop.row(Kind.MAIL, order, Actor.SYSTEM, refusal.rule, code=shop.log.code("cod_fallback"))
