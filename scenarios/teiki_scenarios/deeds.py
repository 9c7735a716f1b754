"""What a step of a scenario can do: one entry an operation, with its arguments and who may do it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from teiki_scenarios import account_deeds
from teiki_scenarios import marketplace_deeds as market
from teiki_scenarios.deed import Deed, Who
from teiki_scenarios.deed_args import (
    Address,
    Create,
    Dates,
    Decision,
    Deletion,
    Mail,
    MethodName,
    NewMethod,
    NextDates,
    OfOrder,
    OfSubscription,
    OrderMethod,
    Quantity,
    Replacement,
    Restart,
    Return,
    Skip,
)
from teiki_scenarios.file_deeds import FILE_DEEDS
from teiki_scenarios.hold_deeds import HOLD_DEEDS
from teiki_scenarios.job_deeds import JOB_DEEDS
from teiki_scenarios.store_deeds import STORE_DEEDS
from teiki_sim import operations as ops
from teiki_sim import payments, points, shipping
from teiki_sim.addressing import carry_address, change_address
from teiki_sim.billing import edit_billing
from teiki_sim.calendar import to_day
from teiki_sim.cards import mend
from teiki_sim.goods import replace_goods
from teiki_sim.holds.page import allow
from teiki_sim.log.kinds import Actor, Kind, Side
from teiki_sim.messages import METHOD_NAMES, Method

if TYPE_CHECKING:
    from teiki_scenarios.stage import Stage

__all__ = ["DEEDS", "Deed", "MethodName", "OfOrder", "OfSubscription", "UnknownName", "Who"]


class UnknownName(Exception):
    """A step names what is not there at its moment."""

    def __init__(self, found: str, ja: str, en: str) -> None:
        super().__init__(f"{found}: {ja} / {en}")
        self.found, self.ja, self.en = found, ja, en


def _create(stage: Stage, actor: Actor, args: Create) -> bool:
    shop, sub = stage.shop, stage.subscription(args.subscription)
    last = int(shop.subs.last_order[sub])
    given = (args.cycle, args.ship_date, args.delivery_date)
    if last < 0 and None in given:
        raise UnknownName(
            f"{args.subscription}: cycle, ship_date, delivery_date",
            "前の注文がないので3つとも必要",
            "all three, for there is no earlier order to take them from",
        )
    orders, late = shop.orders, 0
    if last >= 0:
        late = max(shop.today - int(orders.ship[last]), 0)
    ship = int(orders.ship[last]) + late if args.ship_date is None else to_day(args.ship_date)
    delivery = int(orders.delivery[last]) + late if args.delivery_date is None else to_day(args.delivery_date)
    cycle = int(orders.cycle[last]) if args.cycle is None else args.cycle
    return ops.create_child(shop, sub, actor, cycle=cycle, ship=ship, delivery=delivery) >= 0


def _restart(stage: Stage, actor: Actor, args: Restart) -> None:
    sub = stage.subscription(args.subscription)
    if args.fresh_dates:
        ops.fresh_dates(stage.shop, sub, actor)
    ops.clear_flag(stage.shop, sub, actor)
    ops.resume(stage.shop, sub, actor)


def _set_next_dates(stage: Stage, actor: Actor, args: NextDates) -> None:
    shop, sub, delivery = stage.shop, stage.subscription(args.subscription), to_day(args.next_delivery_date)
    ship = shop.ship_date(sub, delivery) if args.next_ship_date is None else to_day(args.next_ship_date)
    shop.schedule(sub, ship, delivery, actor)


def _move_dates(stage: Stage, actor: Actor, args: Dates) -> None:
    order, ship = stage.order(args.order), to_day(args.ship_date)
    orders = stage.shop.orders
    moved = int(orders.delivery[order]) + ship - int(orders.ship[order])
    delivery = moved if args.delivery_date is None else to_day(args.delivery_date)
    ops.edit_dates(stage.shop, order, ship, delivery, actor)


def _set_method(stage: Stage, actor: Actor, args: NewMethod) -> None:
    shop, sub, method = stage.shop, stage.subscription(args.subscription), METHOD_NAMES.index(args.method)
    allow(shop, sub, "set_method", actor)
    shop.subs.method[sub] = method
    shop.sub_row(Kind.EDITED, sub, actor, code=shop.log.code("method"), method=method)


def _repair(stage: Stage, actor: Actor, args: OfSubscription) -> None:
    shop, sub = stage.shop, stage.subscription(args.subscription)
    method = Method(int(shop.subs.method[sub]))
    shop.gateway.repair(shop.now, int(shop.subs.key[sub]), method)
    mend(shop, sub)
    shop.sub_row(Kind.REPAIRED, sub, actor, method=int(method), side=Side.CUSTOMER)


def _pay_invoice(stage: Stage, actor: Actor, args: OfOrder) -> bool:
    shop = stage.shop
    number = shop.orders.transaction[[stage.order(args.order)]]
    return bool(shop.gateway.pay_invoices(shop.now, number)[0])


def _capture(stage: Stage, actor: Actor, args: OfOrder) -> bool:
    shop, order = stage.shop, stage.order(args.order)
    shipping.charge(shop, np.array([order], np.int32), actor)
    return int(shop.orders.payment[order]) == shop.policy.payment.captured


def _parcel_returns(stage: Stage, actor: Actor, args: OfOrder) -> None:
    stage.shop.row(Kind.PARCEL_RETURNED, stage.order(args.order), actor, side=Side.CARRIER)


def _print(stage: Stage, actor: Actor, args: OfOrder) -> None:
    shipping.print_invoices(stage.shop, np.array([stage.order(args.order)], np.int32))


def _mail(stage: Stage, actor: Actor, args: Mail) -> None:
    order = stage.order(args.order)
    if not account_deeds.mail(stage, order, actor, args.about):
        stage.shop.row(Kind.MAIL, order, actor, code=stage.shop.log.code(args.about))


def _reverse_points(stage: Stage, actor: Actor, args: OfOrder) -> bool:
    shop, order = stage.shop, stage.order(args.order)
    return points.reverse(shop, order, actor) or points.reverse_again(shop, order, actor)


def _of_order(operation: Callable[..., Any], *names: str) -> Callable[[Stage, Actor, Any], Any]:
    """An operation on an order that takes these arguments by name."""

    def do(stage: Stage, actor: Actor, args: Any) -> Any:
        more = {name: getattr(args, name) for name in names}
        return operation(stage.shop, stage.order(args.order), actor=actor, **more)

    return do


def _of_subscription(
    operation: Callable[..., Any], *names: str, **fixed: Any
) -> Callable[[Stage, Actor, Any], Any]:
    """An operation on a subscription that takes these arguments by name."""

    def do(stage: Stage, actor: Actor, args: Any) -> Any:
        more = {name: getattr(args, name) for name in names} | fixed
        return operation(stage.shop, stage.subscription(args.subscription), actor=actor, **more)

    return do


def _change_method(stage: Stage, actor: Actor, args: OrderMethod) -> Any:
    method = Method(METHOD_NAMES.index(args.method))
    return ops.change_method(stage.shop, stage.order(args.order), method, actor, cancels_old=args.cancels_old)


def _delete(stage: Stage, actor: Actor, args: Deletion) -> None:
    order = stage.order(args.order)
    ops.delete_order(stage.shop, order, actor, cancel_the_payment=args.cancel_payment)


_PAGE: tuple[Who, ...] = ("customer", "operator")
_DESK: tuple[Who, ...] = ("operator",)
_ANYONE: tuple[Who, ...] = ("operator", "customer", "system")

DEEDS: Mapping[str, Deed] = {
    "skip": Deed(Skip, _PAGE, _of_subscription(ops.skip, "move_master"), "スキップする", "skip one delivery"),
    "stop": Deed(OfSubscription, _PAGE, account_deeds.stop, "定期を停止する", "stop the subscription"),
    "cancel_subscription": Deed(
        OfSubscription, _PAGE, account_deeds.cancel, "定期を解約する", "cancel for good"
    ),
    "resume": Deed(
        OfSubscription, _PAGE, account_deeds.resume, "再開を押す(有効に戻す)", "press 再開, or set 有効"
    ),
    "clear_flag": Deed(
        OfSubscription, _DESK, _of_subscription(ops.clear_flag),
        "定期注文自動生成エラーを外す", "clear the generation error",
    ),
    "restart": Deed(
        Restart, _DESK, _restart, "エラーを外して再開を押す", "clear the error, then press 再開"
    ),
    "set_next_dates": Deed(
        NextDates, _DESK, _set_next_dates, "次回日を設定する", "set the subscription's next dates"
    ),
    "set_method": Deed(
        NewMethod, _PAGE, _set_method, "定期の支払方法を変える", "another method from the next order on"
    ),
    "repair": Deed(OfSubscription, ("customer",), _repair, "支払い手段を直す", "mend the means of payment"),
    "create_child": Deed(Create, _DESK, _create, "注文作成を押す", "create an order from the master"),
    "move_dates": Deed(Dates, _DESK, _move_dates, "注文の日付を変える", "move one order's dates"),
    "decide": Deed(
        Decision, _ANYONE, _of_order(ops.decide, "decision"),
        "未出荷の注文をどうするか決める", "record what becomes of an unshipped order",
    ),
    "cancel_order": Deed(
        OfOrder, _DESK, _of_order(ops.cancel_order), "注文と決済を取り消す", "cancel order and payment"
    ),
    "set_cancelled": Deed(
        OfOrder, _DESK, _of_order(ops.set_cancelled), "状況だけをキャンセルにする", "set the status only"
    ),
    "cancel_payment": Deed(
        OfOrder, _DESK, _of_order(payments.cancel_payment), "決済を取消する", "cancel the payment at the provider"
    ),
    "force_cancel": Deed(
        OfOrder, _DESK, _of_order(payments.force_cancel), "強制キャンセルする", "cancel the payment in the store only"
    ),
    "force_capture": Deed(
        OfOrder, _DESK, lambda stage, _actor, args: shipping.force_capture(stage.shop, stage.order(args.order)),
        "手作業で売上済みにする", "mark captured in the store only",
    ),
    "reauthorise": Deed(OfOrder, _DESK, _of_order(payments.reauthorise), "再オーソリする", "reauthorise"),
    "edit_quantity": Deed(
        Quantity, _DESK, _of_order(ops.edit_quantity, "quantity", "reauthorises"),
        "数量を変える", "another quantity",
    ),
    "replace_goods": Deed(
        Replacement, _DESK, _of_order(replace_goods, "product", "reauthorises"),
        "商品を入れ替える", "replace the goods",
    ),
    "reverse_points": Deed(
        OfOrder, _DESK, _reverse_points, "ポイントを手で戻す", "put the order's points back by hand"
    ),
    "edit_address": Deed(
        Address, _DESK, _of_order(ops.edit_address, "reauthorises"), "お届け先を変える", "another address"
    ),
    "edit_billing": Deed(
        Address, _DESK, _of_order(edit_billing, "reauthorises"), "請求先を変える", "another billing address"
    ),
    "change_customer_address": Deed(
        OfSubscription, _PAGE, _of_subscription(change_address),
        "顧客管理の住所を変える", "another address in the customer record",
    ),
    "carry_address": Deed(
        OfSubscription, _DESK, _of_subscription(carry_address),
        "顧客の住所を定期に反映する", "carry the customer's address into the subscription",
    ),
    "change_method": Deed(
        OrderMethod, _DESK, _change_method, "注文の支払方法を変える", "another method for this order"
    ),
    **HOLD_DEEDS,
    "force_shipping": Deed(
        OfOrder, _DESK, _of_order(ops.force_shipping),
        "決済が通らないまま出荷に回す", "ship although the payment does not stand",
    ),
    "delete_order": Deed(Deletion, _DESK, _delete, "注文を削除する", "delete the order"),
    "stop_at_warehouse": Deed(
        OfOrder, _DESK, _of_order(ops.stop_at_warehouse), "倉庫に出荷を止めてもらう", "stop it at the warehouse"
    ),
    "back_to_waiting": Deed(
        OfOrder, _DESK, _of_order(ops.back_to_waiting), "出荷待ちに戻す", "set it to 出荷待ち again"
    ),
    "process_return": Deed(
        Return, _DESK, _of_order(ops.process_return, "cancels", "tells"), "返品処理をする", "process the return"
    ),
    "print_invoice": Deed(OfOrder, _DESK, _print, "請求書印字データを取る", "download the invoice print data"),
    "capture": Deed(
        OfOrder, ("operator", "system"), _capture, "売上処理(出荷報告)をする", "capture, or report the shipment"
    ),
    "mail": Deed(Mail, ("operator", "system"), _mail, "顧客にメールする", "mail the customer"),
    "pay_invoice": Deed(OfOrder, ("customer",), _pay_invoice, "請求書を支払う", "pay the invoice"),
    **JOB_DEEDS,
    **FILE_DEEDS,
    **STORE_DEEDS,
    "parcel_returns": Deed(OfOrder, ("carrier",), _parcel_returns, "荷物が戻る", "the parcel comes back"),
    "write_to_seller": Deed(
        market.Message, ("customer",), market.write, "セラーに連絡する", "write to the seller of a marketplace"
    ),
    "answer": Deed(market.Answer, _DESK, market.answer, "連絡に返信する", "answer the buyer"),
    "approve_cancel": Deed(
        market.Approval, _DESK, market.approve, "キャンセルを承認する", "cancel an order for a reason"
    ),
    "ask_marketplace": Deed(
        OfOrder, _DESK, market.ask_marketplace,
        "販売先からお客様へ連絡するよう頼む", "ask the marketplace to contact the buyer",
    ),
    "issue_label": Deed(OfOrder, _DESK, market.issue_label, "返送ラベルを発行する", "issue a return label"),
    "refund": Deed(OfOrder, _DESK, market.refund, "返金する", "refund the buyer"),
    "refuse_parcel": Deed(
        OfOrder, ("customer",), market.refuse_parcel, "荷物を受け取らない", "refuse the parcel when it comes"
    ),
    **account_deeds.ACCOUNT,
}  # fmt: skip
"""The operations by the name that ``does`` takes."""
