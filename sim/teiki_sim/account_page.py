"""マイページ: what customers do to their own subscriptions and cards, within the shop's settings (EC-MY-01 to -03)."""

from __future__ import annotations

from teiki_sim import cards, standing
from teiki_sim import operations as ops
from teiki_sim.config_account import AccountPage, PageTerms
from teiki_sim.log.kinds import Actor
from teiki_sim.shop import Shop

__all__ = ["delete_card", "may_cancel", "may_resume", "register_card", "resume", "settings_of", "stop"]

WHO = Actor.CUSTOMER
_FREE = AccountPage().terms


def settings_of(shop: Shop) -> PageTerms:
    """The page's settings; a platform that has none permits everything."""
    return shop.config.account_page.terms if shop.policy.has_account_page_settings else _FREE


def may_cancel(shop: Shop) -> bool:
    """Whether customers may stop or cancel by themselves."""
    return settings_of(shop).cancel


def may_resume(shop: Shop, sub: int) -> bool:
    """Whether this customer may set the subscription to 有効 again by themselves."""
    page, words = settings_of(shop), shop.policy.subscription
    status = {"停止": words.stopped, "キャンセル": words.cancelled}.get(page.resume_from)
    return page.resume_from == "" or shop.subs.status.item(sub) == status


def stop(shop: Shop, sub: int, *, for_good: bool) -> None:
    """Stop or cancel; the settings say which of the two it becomes, or that it is not done here (EC-MY-03)."""
    if not may_cancel(shop):
        raise standing.refuse(shop, -1, sub, "page_cancel", "cancel", WHO)
    page = settings_of(shop)
    ops.stop(shop, sub, WHO, for_good=page.cancel_status == "キャンセル" if page.cancel_status else for_good)


def resume(shop: Shop, sub: int) -> None:
    """Set it to 有効 again, where its status is the one that the settings name (EC-MY-01, -02)."""
    if not may_resume(shop, sub):
        raise standing.refuse(shop, -1, sub, "page_resume", "resume", WHO)
    ops.resume(shop, sub, WHO)


def delete_card(shop: Shop, sub: int) -> None:
    """Delete the card, where cards may be changed and nothing needs it (EC-SUB-09)."""
    if not settings_of(shop).card_change:
        raise standing.refuse(shop, -1, sub, "page_card", "delete_card", WHO)
    cards.delete_card(shop, sub, WHO)


def register_card(shop: Shop, sub: int) -> None:
    """Register a card, where cards may be changed."""
    if not settings_of(shop).card_change:
        raise standing.refuse(shop, -1, sub, "page_card", "register_card", WHO)
    cards.register_card(shop, sub, WHO)
