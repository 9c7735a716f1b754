"""The account page's settings on ecforce: what customers may do there by themselves (EC-MY-01 to EC-MY-04).

A description reads "日本語 · English"; the printed configuration carries it as a comment.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from teiki_sim.config_parts import Part

__all__ = ["AccountPage"]

_EXAMPLES: dict[int, dict[str, Any]] = {
    1: {"cancel": True, "cancel_status": "キャンセル", "resume_from": "キャンセル", "card_change": True},
    2: {"cancel": True, "cancel_status": "停止", "resume_from": "停止", "card_change": True},
    3: {"cancel": False, "cancel_status": "", "resume_from": "なし", "card_change": True},
}


class AccountPage(Part):
    """マイページ設定. ``setting`` chooses one of the documented examples; what is set beside it counts before it."""

    setting: Literal[1, 2, 3] | None = Field(
        default=None, description="設定例の番号 · number of a documented example; unset: what is set below"
    )
    cancel: bool = Field(default=True, description="定期解約を許可 · customers may stop or cancel")
    cancel_status: Literal["", "停止", "キャンセル"] = Field(
        default="",
        description="定期解約ステータス(空は顧客が選ぶ) · resulting status; empty: as the customer wishes",
    )
    resume_from: Literal["", "なし", "停止", "キャンセル"] = Field(
        default="",
        description="定期再開できるステータス(空は担当者に頼む) · resumable from; empty: asked of the shop",
    )
    card_change: bool = Field(
        default=True, description="カードの変更・削除を許可 · card may be changed or deleted"
    )

    @model_validator(mode="before")
    @classmethod
    def _example(cls, values: Any) -> Any:
        if isinstance(values, dict) and values.get("setting") in _EXAMPLES:
            return _EXAMPLES[values["setting"]] | values
        return values

    @property
    def mismatched(self) -> bool:
        """Whether customers who cancel end in a status from which they cannot resume by themselves (EC-MY-04)."""
        named = self.resume_from not in ("", "なし")
        return self.cancel and named and bool(self.cancel_status) and self.cancel_status != self.resume_from
