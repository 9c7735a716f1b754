"""What an operator does in each cell: the documented way, what is done where that is refused, and the careless way.

A procedure says what is tried, never what comes of it. Documented: the order of work of 「オープン前確認 注文のキャンセル・変更処理の確認」
(payment through 決済状況一括変更, the warehouse's stop first, the customer record after shipping). Modelled: the words of the
steps, and to which method "another method" leads.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from teiki_scenarios.runbook.acts import (
    ADD_ONE,
    AGAIN,
    BILLING,
    CARRY,
    CUSTOMER,
    DELIVERY,
    DISCARD,
    DROP,
    FORCE,
    HALT,
    LATER,
    LEAVE,
    LIFT,
    MEND,
    NEXT,
    PAST,
    READY,
    REAUTHORISE,
    RELEASE_NOTHING,
    RELEASE_PAYMENT,
    RESUME,
    RETURNED,
    SET_CANCELLED,
    SHIP_ANYWAY,
    STOP,
    Act,
)
from teiki_scenarios.runbook.matrix import Cell, Words
from teiki_sim.messages import DEFERRED, METHOD_NAMES, UNCOVERED, Method

__all__ = ["Procedure", "procedure", "target"]


@dataclass(frozen=True, slots=True)
class Procedure:
    """``main`` is the documented way; ``instead`` what is done where it is refused; ``careless`` what goes wrong."""

    main: tuple[Act, ...]
    instead: tuple[Act, ...] = ()
    careless: tuple[Act, ...] = ()
    advice: Words = ("", "")
    """What is done instead outside the shop's system."""
    slip: Words = ("", "")
    """What the careless way is."""


def target(method: Method) -> Method:
    """The method to which "another method" leads (modelled; NP and wiz to each other, as EC-UPD-03 has it)."""
    return Method.NP_WIZ if method == Method.NP else Method.NP


def procedure(cell: Cell) -> Procedure:
    """What is done in a cell."""
    return _PROCEDURES[cell.operation](cell)


def _switch(old: Method, method: Method, **more: Any) -> Act:
    name = METHOD_NAMES[method]
    released = (
        ("元の決済を取り消してから", "the old payment is cancelled, then ")
        if old not in UNCOVERED
        else ("", "")
    )
    words = (
        f"注文の支払方法を「{name}」に変え、{released[0]}新しい与信を取る",
        f"Change the order's method to {name}: {released[1]}a new authorisation is asked for",
    )
    return Act("change_method", words, (("method", name), *more.items()))


def _set_method(method: Method) -> Act:
    name = METHOD_NAMES[method]
    return Act(
        "set_method",
        (
            f"定期受注の支払方法を「{name}」に変えて保存する",
            f"Change the subscription's method to {name} and save",
        ),
        (("method", name),),
    )


def _careless(act: Act, **more: Any) -> Act:
    return Act(act.deed, act.words, (*act.more, *more.items()), act.who)


_UNTOLD: Words = ("倉庫に止めてもらわずに変える", "It is changed without a stop at the warehouse")
_UNASKED: Words = ("再与信をしないまま出荷する", "It ships without the new authorisation")


_UNCOVERED: Words = ("与信が取れていないまま出荷する", "It ships without an authorisation")


def _cancel(cell: Cell) -> Procedure:
    if cell.situation == "unauthorised":
        return Procedure((FORCE, SET_CANCELLED), (), (SHIP_ANYWAY,), ("", ""), _UNCOVERED)
    payment = (RELEASE_NOTHING,) if cell.method in UNCOVERED else (RELEASE_PAYMENT,)
    if cell.phase == "shipped":
        told = (DISCARD,) if cell.method in DEFERRED else ()
        careless = (*payment, RETURNED) if told else (RETURNED,)
        slip = (
            ("請求書の破棄を連絡しない", "The customer is not told to destroy the invoice")
            if told
            else ("決済を取り消さずに状況だけ変える", "The status is changed and the payment left")
        )
        advice = (
            "銀行振込で返金するか、次回の定期注文の調整金額で精算する。支払い状況は決済会社に確認する",
            "Refund by bank transfer, or settle it with the next order (adjustment). Ask the provider whether it was paid",
        )
        return Procedure((*payment, RETURNED, *told), (), careless, advice, slip)
    both = (*payment, SET_CANCELLED)
    if cell.phase == "handed_over":
        advice = (
            "止められなければ荷物は出る。受け取らずに返してもらい、戻ってから返品処理と決済の取消をする",
            "If it cannot be stopped the parcel leaves: have it sent back, then process the return and cancel the payment",
        )
        return Procedure((STOP, *both), (), both, advice, _UNTOLD)
    slip = (
        "状況だけをキャンセルにし、決済を取り消さない",
        "Only the status is set, the payment is not cancelled",
    )
    return Procedure(both, (), (SET_CANCELLED,), ("", ""), slip)


def _changed(
    cell: Cell, act: Act, careless: Act | None, slip: Words, instead: tuple[Act, ...], advice: Words
) -> Procedure:
    """A change of the order: with the warehouse's stop where it has the data, and as far as it goes after shipping."""
    if cell.phase == "handed_over":
        return Procedure((STOP, act, AGAIN), instead, (act,), _TOO_LATE, _UNTOLD)
    if cell.phase == "shipped":
        return Procedure((act,), instead, (), advice)
    return Procedure((act,), (), (careless,) if careless else (), ("", ""), slip if careless else ("", ""))


_TOO_LATE: Words = (
    "止められなければ荷物はそのまま出る。出荷後の手順に従う",
    "If it cannot be stopped the parcel leaves as it is: go on as after shipping",
)


_CASH: Words = (
    "代引き・銀行振込の荷物が出た後に変えると、代金を二重に受け取ることがある。次回からの支払方法を変える",
    "Once a cash on delivery or bank transfer parcel has left, a change may take the money twice: change it from the next order on",
)


def _change_to(cell: Cell, method: Method) -> Procedure:
    careless = None if cell.method in UNCOVERED else _switch(cell.method, method, cancels_old=False)
    slip = ("元の決済を取り消さずに変える", "The old payment is not cancelled")
    advice = (
        "今回の注文は変えず、次回からの支払方法を変える",
        "Leave this order and change the method from the next one on",
    )
    if cell.method in UNCOVERED:
        advice = _CASH
    done = _changed(cell, _switch(cell.method, method), careless, slip, (_set_method(method),), advice)
    if cell.situation == "unauthorised":
        return Procedure((*done.main, READY, LIFT), (), (SHIP_ANYWAY,), ("", ""), _UNCOVERED)
    if cell.phase == "before":
        return Procedure((*done.main, READY), done.instead, done.careless, done.advice, done.slip)
    return done


def _change_method(cell: Cell) -> Procedure:
    return _change_to(cell, target(cell.method))


def _change_to_card(cell: Cell) -> Procedure:
    if cell.method != Method.CARD:
        return _change_to(cell, Method.CARD)
    if cell.situation == "unauthorised":
        return Procedure((MEND, REAUTHORISE, READY, LIFT), (), (SHIP_ANYWAY,), ("", ""), _UNCOVERED)
    main: tuple[Act, ...] = (MEND, REAUTHORISE) if cell.phase == "before" else (MEND,)
    if cell.phase == "handed_over":
        main = (STOP, MEND, REAUTHORISE, AGAIN)
    advice = (
        "今回の注文は変えず、次回の注文から新しいカードを使う",
        "Leave this order: the new card is charged from the next one on",
    )
    return Procedure(main, (), (), advice)


def _change_goods(cell: Cell) -> Procedure:
    advice = (
        "出荷した荷物には足せない。追加分は新しい注文で受ける(後払いは送る商品のない追加請求ができない)",
        "Nothing can be added to a parcel that has left: take a new order (deferred: no extra charge without goods to ship)",
    )
    careless = None if cell.method in UNCOVERED else _careless(ADD_ONE, reauthorises=False)
    return _changed(cell, ADD_ONE, careless, _UNASKED, (), advice)


def _address(act: Act) -> Callable[[Cell], Procedure]:
    def made(cell: Cell) -> Procedure:
        careless = _careless(act, reauthorises=False) if cell.method in DEFERRED else None
        advice = (
            "受注ではなく顧客管理と定期受注の住所を変える。再発送は新しい受注を作る",
            "Change the customer record and the subscription, not the order. A re-shipment is a new order",
        )
        return _changed(
            cell, act, careless, _UNASKED, (CUSTOMER, CARRY) if cell.phase == "shipped" else (), advice
        )

    return made


def _halted(act: Act) -> Callable[[Cell], Procedure]:
    def made(cell: Cell) -> Procedure:
        if cell.situation == "no_order":
            return Procedure((act,))
        payment = (RELEASE_NOTHING,) if cell.method in UNCOVERED else (RELEASE_PAYMENT,)
        slip = ("未発送の注文をどうするか確かめない", "Nobody asks what becomes of the unshipped order")
        return Procedure((act, DROP, *payment, SET_CANCELLED), (), (act,), ("", ""), slip)

    return made


def _resume(cell: Cell) -> Procedure:
    slip = ("次回お届け日が過ぎたまま有効に戻す", "It is set active with a next delivery in the past")
    return Procedure((NEXT, RESUME), (), (RESUME,), ("", ""), slip)


def _next_date(cell: Cell) -> Procedure:
    slip = ("過ぎた日付を入れる", "A date in the past is set")
    return Procedure((NEXT,), (), (PAST,), ("", ""), slip)


def _method_next(cell: Cell) -> Procedure:
    return Procedure((_set_method(target(cell.method)),))


def _pull_in(cell: Cell) -> Procedure:
    slip = (
        "次回お届け日を動かさず、次回も同じ商品を送る",
        "The next delivery is not moved, and the goods go out again",
    )
    return Procedure((ADD_ONE, LATER), (), (ADD_ONE,), ("", ""), slip)


_PROCEDURES: dict[str, Callable[[Cell], Procedure]] = {
    "cancel": _cancel,
    "change_method": _change_method,
    "change_to_card": _change_to_card,
    "change_goods": _change_goods,
    "billing_address": _address(BILLING),
    "delivery_address": _address(DELIVERY),
    "stop": _halted(HALT),
    "cancel_subscription": _halted(LEAVE),
    "resume": _resume,
    "next_date": _next_date,
    "method_next": _method_next,
    "pull_in": _pull_in,
}
