"""The consumer's pages, which stand for Rakuten's own: approve, refuse, or close the window."""

from collections.abc import Mapping
from html import escape
from urllib.parse import urlencode

from teiki_providers.rakuten_pay.gmo_trade import GmoTrade

__all__ = ["back", "consent", "page"]

_CHOICES = (("approve", "支払う / Pay"), ("refuse", "支払わない / Refuse"), ("close", "閉じる / Close"))


def page(action: str, hidden: Mapping[str, str], what: str, amount: int) -> str:
    """A form with one button for each thing that a consumer can do."""
    fields = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in hidden.items()
    )
    buttons = "".join(
        f'<button name="Result" value="{value}">{escape(label)}</button>' for value, label in _CHOICES
    )
    return (
        '<!doctype html><html lang="ja"><meta charset="UTF-8"><title>楽天ペイ (sandbox)</title>'
        f"<h1>楽天ペイ (sandbox)</h1><p>{escape(what)}</p><p>¥{amount:,}</p>"
        f'<form method="post" action="{escape(action)}">{fields}{buttons}</form></html>'
    )


def consent(action: str, trade: GmoTrade) -> str:
    """The page of a trade."""
    hidden = {"AccessID": trade.access, "Token": trade.token}
    return page(action, hidden, trade.item or trade.name, trade.amount)


def back(url: str, values: Mapping[str, str]) -> str:
    """An address with values in its query."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode(values)}"
