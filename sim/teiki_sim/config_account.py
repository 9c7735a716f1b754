"""The account page's settings on ecforce: what customers may do there by themselves (EC-MY-01 to EC-MY-04).

A description reads "日本語 · English"; the printed configuration carries it as a comment.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from pydantic import Field

from teiki_sim.config_parts import Part

__all__ = ["EXAMPLES", "AccountPage", "PageTerms"]

Status = Literal["停止", "キャンセル"]


class PageTerms(NamedTuple):
    """What the page permits. ``cancel_status`` and ``resume_from`` are empty where any status will do."""

    cancel: bool
    cancel_status: str
    resume_from: str
    card_change: bool


#: The documented examples; without a number customers choose between 停止 and キャンセル (modelled).
EXAMPLES = {
    None: PageTerms(True, "", "", True),
    1: PageTerms(True, "キャンセル", "キャンセル", True),
    2: PageTerms(True, "停止", "停止", True),
    3: PageTerms(False, "", "なし", True),
}


class AccountPage(Part):
    """マイページ設定. ``setting`` is the number of a documented example; what is set beside it counts before it."""

    setting: Literal[1, 2, 3] | None = Field(
        default=None,
        description="設定例の番号 · number of a documented example; unset: everything is permitted",
    )
    cancel: bool | None = Field(
        default=None, description="定期解約を許可 · customers may stop or cancel; unset: as the example"
    )
    cancel_status: Status | None = Field(
        default=None, description="定期解約ステータス · the status that it results in; unset: as the example"
    )
    resume_from: Literal["なし", "停止", "キャンセル"] | None = Field(
        default=None,
        description="定期再開できるステータス · the status to resume from; unset: as the example",
    )
    card_change: bool | None = Field(
        default=None,
        description="カードの変更・削除を許可 · card may be changed or deleted; unset: as the example",
    )

    @property
    def terms(self) -> PageTerms:
        """What holds."""
        example = EXAMPLES[self.setting]
        return PageTerms(
            example.cancel if self.cancel is None else self.cancel,
            example.cancel_status if self.cancel_status is None else self.cancel_status,
            example.resume_from if self.resume_from is None else self.resume_from,
            example.card_change if self.card_change is None else self.card_change,
        )

    @property
    def mismatched(self) -> bool:
        """Whether customers who cancel end in a status from which they cannot resume by themselves (EC-MY-04)."""
        terms = self.terms
        named = terms.resume_from not in ("", "なし") and terms.cancel_status != ""
        return terms.cancel and named and terms.cancel_status != terms.resume_from
