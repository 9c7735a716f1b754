"""What buyer and seller of a marketplace do in a scenario's steps: messages, answers, approvals, refunds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from teiki_scenarios.deed_args import OfOrder
from teiki_sim.log.kinds import Actor
from teiki_sim.requests import moves
from teiki_sim.requests.inbox import Sort
from teiki_sim.requests.table import Move

if TYPE_CHECKING:
    from teiki_scenarios.stage import Stage

__all__ = [
    "Answer", "Approval", "Message", "answer", "approve", "ask_marketplace", "issue_label", "refund", "refuse_parcel",
    "write",
]  # fmt: skip


class Message(OfOrder):
    """What a buyer writes, by its subject line."""

    about: Literal["cancel_request", "cancel_wish", "return_request", "question"] = Field(
        description="正式な依頼, 正式でないキャンセルの連絡, 返品リクエスト, その他 · what it is about"
    )
    delay_hours: int = Field(default=0, ge=0, description="届くまでの時間 · hours until the seller has it")


class Answer(OfOrder):
    """Which answer is sent."""

    answer: Literal[
        "contact_marketplace", "cancel_in_history", "cancelled", "refuse_parcel", "received", "return", "question"
    ] = "question"  # fmt: skip


class Approval(OfOrder):
    """The reason chosen, and a memo for the seller's own eyes."""

    reason: Literal["Buyer Cancelled", "No Inventory"] = Field(
        default="Buyer Cancelled", description="キャンセル理由 · reason for cancellation"
    )
    memo: str = Field(default="", description="セラーメモ · the seller's memo")


def write(stage: Stage, actor: Actor, args: Message) -> None:
    """A buyer writes to the seller."""
    moves.write(stage.shop, stage.order(args.order), Sort(args.about), actor, delay_hours=args.delay_hours)


def answer(stage: Stage, actor: Actor, args: Answer) -> None:
    """The seller answers."""
    moves.reply(stage.shop, stage.order(args.order), Move(f"reply_{args.answer}").value, actor)


def approve(stage: Stage, actor: Actor, args: Approval) -> bool:
    """The seller cancels the order."""
    return moves.approve(stage.shop, stage.order(args.order), actor, reason=args.reason, memo=args.memo)


def ask_marketplace(stage: Stage, actor: Actor, args: OfOrder) -> bool:
    """The seller asks the marketplace to contact the buyer."""
    return moves.ask_marketplace(stage.shop, stage.order(args.order), actor)


def issue_label(stage: Stage, actor: Actor, args: OfOrder) -> None:
    """The seller has a return label issued."""
    moves.return_label(stage.shop, stage.order(args.order), actor)


def refund(stage: Stage, actor: Actor, args: OfOrder) -> bool:
    """The seller gives the money back."""
    return moves.refund(stage.shop, stage.order(args.order), actor)


def refuse_parcel(stage: Stage, actor: Actor, args: OfOrder) -> None:
    """The buyer will not take the parcel in."""
    stage.shop.inbox.refusing.add(stage.order(args.order))
