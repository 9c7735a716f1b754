"""What a scenario can do at a store's checkout and desk: orders and courses sold, customers merged, notices heeded."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from teiki_scenarios.deed import Deed
from teiki_scenarios.deed_args import MethodName, OfOrder
from teiki_sim import checkout, courses, fraud
from teiki_sim.calendar import to_day
from teiki_sim.config_parts import Part
from teiki_sim.log.kinds import Actor, Kind
from teiki_sim.log.statuses import CODE
from teiki_sim.messages import METHOD_NAMES

if TYPE_CHECKING:
    from teiki_scenarios.stage import Stage

__all__ = ["STORE_DEEDS"]


class Placed(Part):
    """A single order; ``name`` is what this file calls it."""

    name: str = Field(min_length=1, description="この注文の名前 · the order's name in this file")
    customer: str = Field(min_length=1, description="顧客 · customer")
    product: str | None = Field(default=None, description="商品コード(省略時は最初の商品) · product code")
    quantity: int = Field(default=1, ge=1, description="数量 · quantity")
    method: MethodName = Field(default="クレジットカード", description="支払方法 · payment method")
    number: str = Field(
        default="", description="注文番号(独自採番) · an order number of the store's own choice"
    )


class Pair(Placed):
    """Two orders of one second; the second is called ``second``."""

    second: str = Field(min_length=1, description="2件目の名前 · the second order's name")


class Subscribed(Part):
    """A new subscription to one of the configuration's courses; ``name`` is what this file calls it."""

    name: str = Field(min_length=1, description="この定期の名前 · the subscription's name in this file")
    course: str = Field(description="コース(settings の courses) · a course of the settings")
    customer: str | None = Field(default=None, description="顧客(既定は定期と同じ名前) · customer")
    quantity: int = Field(default=1, ge=1, description="数量 · quantity")
    method: MethodName = Field(default="クレジットカード", description="支払方法 · payment method")
    next_delivery_date: datetime.date | None = Field(
        default=None, description="初回お届け日 · first delivery"
    )
    shown: int | None = Field(
        default=None, ge=0, description="表示した総額(円) · the total that the page showed"
    )


class Merge(Part):
    """Two records of one customer become one."""

    customer: str = Field(description="なくなる顧客 · the record that goes")
    into: str = Field(description="残る顧客 · the record that stays")


class Notice(OfOrder):
    """What the acquirer says about a card order."""

    says: Literal["fraud_inquiry", "delivery_stop", "fraud_confirmed", "fraud_cleared"]


class OrderStatus(OfOrder):
    """An order status set by hand."""

    status: str = Field(description="注文ステータス · order status")


class Saved(OfOrder):
    """A record saved with nothing changed in it that the change history shows (SS-ORD-08)."""

    what: Literal["unchanged", "password", "custom_form"] = "unchanged"


def _sale(stage: Stage, actor: Actor, args: Placed) -> checkout.Sale:
    goods = stage.shop.log.vocabulary.products
    product = next(iter(stage.shop.config.goods)) if args.product is None else args.product
    method = METHOD_NAMES.index(args.method)
    return checkout.Sale(
        stage.customer(args.customer), goods.index(product), args.quantity, method, args.number, actor
    )


def _place(stage: Stage, actor: Actor, args: Placed) -> bool:
    order = checkout.enter(stage.shop, _sale(stage, actor, args))
    stage.placed[args.name] = order
    return order >= 0


def _place_two(stage: Stage, actor: Actor, args: Pair) -> None:
    sale = _sale(stage, actor, args)
    first, second = checkout.enter_at_once(stage.shop, [sale, sale])
    stage.placed |= {args.name: first, args.second: second}


def _import(stage: Stage, actor: Actor, args: Placed) -> None:
    stage.placed[args.name] = checkout.import_orders(stage.shop, [_sale(stage, actor, args)])[0]


def _subscribe(stage: Stage, actor: Actor, args: Subscribed) -> bool:
    shop = stage.shop
    delivery = None if args.next_delivery_date is None else to_day(args.next_delivery_date)
    sub = courses.sell(
        shop, args.name, stage.customer(args.customer or args.name), shop.config.courses[args.course],
        quantity=args.quantity, method=METHOD_NAMES.index(args.method), delivery=delivery, actor=actor, shown=args.shown,
    )  # fmt: skip
    return sub >= 0


def _merge(stage: Stage, _actor: Actor, args: Merge) -> None:
    checkout.merge(stage.shop, stage.customer(args.customer), stage.customer(args.into))


def _notice(stage: Stage, _actor: Actor, args: Notice) -> None:
    fraud.tell(stage.shop, stage.order(args.order), args.says)


def _heed(stage: Stage, _actor: Actor, args: Notice) -> None:
    order = stage.order(args.order)
    fraud.heed(stage.world.operators, stage.shop.orders.sub.item(order), order, args.says)


def _set_status(stage: Stage, actor: Actor, args: OrderStatus) -> None:
    shop = stage.shop
    shop.set_status(
        stage.order(args.order), CODE[args.status], Kind.EDITED, actor, code=shop.log.code("status")
    )


def _save(stage: Stage, actor: Actor, args: Saved) -> None:
    stage.shop.row(Kind.EDITED, stage.order(args.order), actor, code=stage.shop.log.code(args.what))


_ANYBODY: Any = ("customer", "operator")

STORE_DEEDS: dict[str, Deed] = {
    "place_order": Deed(Placed, _ANYBODY, _place, "単品を注文する", "place a single order"),
    "place_two_orders": Deed(
        Pair, _ANYBODY, _place_two, "同じ秒に2件注文する", "place two orders in one second"
    ),
    "import_order": Deed(Placed, ("operator",), _import, "注文を取り込む", "import an order from elsewhere"),
    "subscribe": Deed(Subscribed, _ANYBODY, _subscribe, "定期コースを申し込む", "subscribe to a course"),
    "merge_customers": Deed(Merge, ("operator",), _merge, "重複顧客を統合する", "merge two customers"),
    "acquirer_says": Deed(
        Notice, ("acquirer",), _notice, "カード会社が連絡する", "the acquirer gives notice"
    ),
    "heed_notice": Deed(
        Notice, ("operator",), _heed, "カード会社の連絡に対応する", "act on the acquirer's notice"
    ),
    "set_order_status": Deed(
        OrderStatus, ("operator",), _set_status, "注文ステータスを手で変える", "set an order's status by hand"
    ),
    "save": Deed(Saved, ("operator",), _save, "何も変えずに保存する", "save with nothing changed"),
}
"""The operations of a store, by name."""
