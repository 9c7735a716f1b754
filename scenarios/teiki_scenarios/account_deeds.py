"""What a step of a scenario can do with a customer's record: address, card, adjustment, and orders beside the usual."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator

from teiki_scenarios.deed import Deed, Who
from teiki_scenarios.deed_args import OfOrder, OfSubscription
from teiki_sim import account_page, addressing, adjusting, cards, course_edits, placing
from teiki_sim import operations as ops
from teiki_sim.frequencies import parse
from teiki_sim.log.kinds import Actor
from teiki_sim.messages import METHOD_NAMES, Method

if TYPE_CHECKING:
    from teiki_scenarios.stage import Stage

__all__ = ["ACCOUNT", "cancel", "mail", "resume", "stop"]


class Entry(OfSubscription):
    """An adjustment: yen, below 0 in the customer's favour."""

    amount: int = Field(description="調整金額(円、値引きは負) · yen, below 0 for a credit")
    agreed: int | None = Field(default=None, description="合意した税込額(円) · yen agreed, with tax")


class CourseEdit(OfSubscription):
    """What changes from the next order on."""

    product: str = ""
    quantity: int = Field(default=0, ge=0)
    unit_price: int | None = Field(default=None, ge=0, description="単価(円、税込) · yen with tax")


class Slot(OfSubscription):
    """When of the day it is to be delivered from the next order on."""

    slot: str = Field(description="お届け時間 · time slot: " + ", ".join(course_edits.TIME_SLOTS))

    @field_validator("slot")
    @classmethod
    def _known(cls, slot: str) -> str:
        if slot not in course_edits.TIME_SLOTS:
            raise ValueError(f"found {slot}, expected one of {', '.join(course_edits.TIME_SLOTS)}")
        return slot


class Pull(OfSubscription):
    """Whether the next delivery moves on as well."""

    moves_master: bool = True


class Conversion(OfOrder):
    """Into which subscription a single order is to go; none: out of its own."""

    subscription: str = ""


class Subscribing(OfOrder):
    """How often the new subscription comes."""

    frequency: Annotated[str, BeforeValidator(lambda text: parse(text).label())]


class Offer(OfOrder):
    """What the customer accepts after this order."""

    product: str
    quantity: int = Field(default=1, ge=1)


class Charge(OfOrder):
    """An amount without goods."""

    amount: int = Field(ge=1, description="金額(円) · yen")
    method: Literal["NP後払い", "NP後払いwiz", "NPリアルタイム後払い", "スコア後払い", "銀行振込"]


def _sub(stage: Stage, args: OfSubscription) -> int:
    return stage.subscription(args.subscription)


def stop(stage: Stage, actor: Actor, args: OfSubscription) -> None:
    """Stop: on the account page within its settings."""
    if actor == Actor.CUSTOMER:
        account_page.stop(stage.shop, _sub(stage, args), for_good=False)
    else:
        ops.stop(stage.shop, _sub(stage, args), actor)


def cancel(stage: Stage, actor: Actor, args: OfSubscription) -> None:
    """Cancel for good: on the account page within its settings."""
    if actor == Actor.CUSTOMER:
        account_page.stop(stage.shop, _sub(stage, args), for_good=True)
    else:
        ops.stop(stage.shop, _sub(stage, args), actor, for_good=True)


def resume(stage: Stage, actor: Actor, args: OfSubscription) -> None:
    """Set to 有効: on the account page within its settings."""
    if actor == Actor.CUSTOMER:
        account_page.resume(stage.shop, _sub(stage, args))
    else:
        ops.resume(stage.shop, _sub(stage, args), actor)


def mail(stage: Stage, order: int, actor: Actor, about: str) -> bool:
    """A mail that changes what is known; False where it is like any other."""
    if about == "discard_invoice":
        ops.tell_to_discard(stage.shop, order, actor)
    elif about == "old_address":
        addressing.tell_old_address(stage.shop, order, actor)
    else:
        return False
    return True


def _delete_card(stage: Stage, actor: Actor, args: OfSubscription) -> None:
    if actor == Actor.CUSTOMER:
        account_page.delete_card(stage.shop, _sub(stage, args))
    else:
        cards.delete_card(stage.shop, _sub(stage, args), actor)


def _register_card(stage: Stage, actor: Actor, args: OfSubscription) -> None:
    if actor == Actor.CUSTOMER:
        account_page.register_card(stage.shop, _sub(stage, args))
    else:
        cards.register_card(stage.shop, _sub(stage, args), actor)


def _edit_course(stage: Stage, actor: Actor, args: CourseEdit) -> None:
    course_edits.edit_course(
        stage.shop, _sub(stage, args), actor,
        product=args.product, quantity=args.quantity, unit_price=args.unit_price,
    )  # fmt: skip


def _convert(stage: Stage, actor: Actor, args: Conversion) -> None:
    sub = stage.subscription(args.subscription) if args.subscription else -1
    placing.convert(stage.shop, stage.order(args.order), sub, actor)


def _extra_charge(stage: Stage, actor: Actor, args: Charge) -> None:
    method = Method(METHOD_NAMES.index(args.method))
    placing.extra_charge(stage.shop, stage.order(args.order), args.amount, method, actor)


_PAGE: tuple[Who, ...] = ("customer", "operator")
_DESK: tuple[Who, ...] = ("operator",)
_BUYER: tuple[Who, ...] = ("customer",)

ACCOUNT: dict[str, Deed] = {
    "change_address": Deed(
        OfSubscription, _PAGE, lambda stage, actor, args: addressing.change_address(stage.shop, _sub(stage, args), actor),
        "顧客情報の住所を変える", "another address in the customer's record",
    ),
    "carry_address": Deed(
        OfSubscription, _DESK, lambda stage, actor, args: addressing.carry_address(stage.shop, _sub(stage, args), actor),
        "顧客の住所を定期に反映する", "carry the customer's address into the subscription",
    ),
    "delete_card": Deed(OfSubscription, _PAGE, _delete_card, "カードを削除する", "delete the card"),
    "register_card": Deed(OfSubscription, _PAGE, _register_card, "カードを登録する", "register a card"),
    "dissolve_agreement": Deed(
        OfSubscription, _BUYER, lambda stage, _actor, args: cards.dissolve_agreement(stage.shop, _sub(stage, args)),
        "Amazonで支払い契約を解除する", "end the agreement at Amazon's site",
    ),
    "enter_adjustment": Deed(
        Entry, _DESK,
        lambda stage, actor, args: adjusting.enter(stage.shop, _sub(stage, args), args.amount, actor, args.agreed),
        "調整金額を入力する", "enter an adjustment for the next order",
    ),
    "withdraw_adjustment": Deed(
        OfSubscription, _DESK, lambda stage, actor, args: adjusting.withdraw(stage.shop, _sub(stage, args), actor),
        "最後に入力した調整金額を取り消す", "take back the adjustment entered last",
    ),
    "settle_adjustment": Deed(
        OfSubscription, _DESK, lambda stage, actor, args: adjusting.settle(stage.shop, _sub(stage, args), actor),
        "調整金額を別の方法で精算する", "settle the adjustment another way",
    ),
    "edit_subscription": Deed(
        CourseEdit, _DESK, _edit_course, "定期の商品・数量・価格を変える", "other goods, quantity or price from the next order on",
    ),
    "edit_time_slot": Deed(
        Slot, _DESK,
        lambda stage, actor, args: course_edits.edit_time_slot(stage.shop, _sub(stage, args), args.slot, actor),
        "次回以降のお届け時間を変える", "another time slot from the next order on",
    ),
    "pull_next": Deed(
        Pull, _DESK,
        lambda stage, actor, args: course_edits.pull_next(
            stage.shop, _sub(stage, args), actor, moves_master=args.moves_master
        ),
        "次回分を今回にまとめる", "pull the next delivery into the order that waits",
    ),
    "convert_order": Deed(Conversion, _DESK, _convert, "単品と定期を入れ替える", "turn a single order into a subscription's, or back"),
    "subscribe_instead": Deed(
        Subscribing, _DESK,
        lambda stage, actor, args: placing.subscribe_instead(stage.shop, stage.order(args.order), args.frequency, actor) >= 0,
        "単品を取り消し、定期を新規に受け付ける", "cancel the single order and place a subscription instead",
    ),
    "thank_you_offer": Deed(
        Offer, _BUYER,
        lambda stage, _actor, args: placing.thank_you_offer(stage.shop, stage.order(args.order), args.product, args.quantity) >= 0,
        "サンクスオファーを受ける", "accept a thank-you offer",
    ),
    "extra_charge": Deed(Charge, _DESK, _extra_charge, "商品のない追加請求をする", "charge an amount without goods"),
}  # fmt: skip
"""By the name that ``does`` takes: arguments, who may, what it does, and what it is in Japanese and English."""
