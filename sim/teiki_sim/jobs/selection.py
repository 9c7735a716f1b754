"""Which orders a job works on: all that a search finds, all of one page of it, or some picked by hand (EC-JOB-01)."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from teiki_sim.calendar import DAY, to_day
from teiki_sim.config_parts import Part, one_of, wrong
from teiki_sim.log.statuses import CODE, ORDER_MEANING, OrderMeaning
from teiki_sim.messages import METHOD_NAMES
from teiki_sim.tables import HANDED_OVER, Rows

if TYPE_CHECKING:
    from teiki_sim.shop import Shop

__all__ = ["Search", "Selection", "hits", "targets"]

_DELETED = ORDER_MEANING == OrderMeaning.DELETED
Date = datetime.date | None
_WORDS = [word for word in CODE if word]


class Search(Part):
    """Conditions of a search over orders and the subscriptions that they belong to; all that are given must hold."""

    kind: Literal["subscription", "single"] | None = Field(
        default=None, description="定期受注か単品受注か · orders of subscriptions, or single ones"
    )
    status: list[str] | None = Field(default=None, description="対応状況 · order statuses")
    payment: list[str] | None = Field(default=None, description="決済状況 · payment statuses")
    method: list[str] | None = Field(default=None, description="支払方法 · payment methods")
    carrier: list[str] | None = Field(default=None, description="配送業者 · carriers")
    product: list[str] | None = Field(default=None, description="商品コード · product codes")
    created_from: Date = Field(default=None, description="受注日(から) · first day of creation")
    created_to: Date = Field(default=None, description="受注日(まで) · last day of creation")
    ship_from: Date = Field(default=None, description="発送予定日(から) · first planned ship date")
    ship_to: Date = Field(default=None, description="発送予定日(まで) · last planned ship date")
    delivery_from: Date = Field(default=None, description="配送予定日(から) · first planned delivery date")
    delivery_to: Date = Field(default=None, description="配送予定日(まで) · last planned delivery date")
    amount_from: int | None = Field(default=None, ge=0, description="金額(から、円) · least amount in yen")
    amount_to: int | None = Field(default=None, ge=0, description="金額(まで、円) · greatest amount in yen")
    cycle_from: int | None = Field(default=None, ge=0, description="定期回数(から) · first delivery count")
    cycle_to: int | None = Field(default=None, ge=0, description="定期回数(まで) · last delivery count")
    shipping_list: Literal["未出力", "出力済"] | None = Field(
        default=None, description="出荷リスト · whether it went out on a shipping list"
    )
    needs_attention: bool | None = Field(
        default=None, description="要対応受注 · orders flagged for attention"
    )
    label: str | None = Field(default=None, description="受注ラベル · an order label")
    subscription_status: list[str] | None = Field(
        default=None, description="定期ステータス · statuses of the subscription"
    )
    next_delivery_from: Date = Field(default=None, description="次回配送予定日(から) · first next delivery")
    next_delivery_to: Date = Field(default=None, description="次回配送予定日(まで) · last next delivery")
    personalise: str | None = Field(
        default=None, description="パーソナライズ(アンケート) · the survey whose answers are asked for"
    )

    @model_validator(mode="after")
    def _named(self) -> Self:
        for key, known in (
            ("status", _WORDS),
            ("payment", _WORDS),
            ("subscription_status", _WORDS),
            ("method", METHOD_NAMES),
        ):
            for name in getattr(self, key) or ():
                one_of(key, name, known)
        return self


class Selection(Part):
    """All that the search finds, one page of it, or orders picked by hand."""

    how: Literal["all", "page", "picked"] = Field(
        default="all",
        description="検索結果全件, ページ内全件, 個別選択 · all search results, all on the page, picked",
    )
    search: Search = Field(default_factory=Search, description="検索条件 · search conditions")
    page: int = Field(default=1, ge=1, description="何ページ目か · which page")
    picked: list[str] = Field(default_factory=list, description="受注番号 · numbers of the picked orders")
    seen: int | None = Field(
        default=None, ge=0, description="検索時に見えた件数 · hits that the operator saw when searching"
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.how == "picked") != bool(self.picked):
            ja, en = 'how = "picked" のときだけ受注番号', 'order numbers, with how = "picked" and only then'
            raise wrong(ja, en, "picked", str(self.picked))
        return self


def hits(shop: Shop, search: Search) -> Rows:
    """Orders that a search finds, the newest first (modelled)."""
    orders, n = shop.orders, shop.orders.n
    fits = (orders.status[:n] > 0) & ~_DELETED[orders.status[:n]]
    for column, words, numbers in (
        (orders.status, search.status, CODE),
        (orders.payment, search.payment, CODE),
        (orders.method, search.method, {name: i for i, name in enumerate(METHOD_NAMES)}),
        (orders.product, search.product, {c: i for i, c in enumerate(shop.log.vocabulary.products)}),
    ):
        if words is not None:
            fits &= np.isin(column[:n], [numbers.get(word, -1) for word in words])
    fits &= _within(orders.created[:n] // DAY, _day(search.created_from), _day(search.created_to))
    fits &= _within(orders.ship[:n], _day(search.ship_from), _day(search.ship_to))
    fits &= _within(orders.delivery[:n], _day(search.delivery_from), _day(search.delivery_to))
    fits &= _within(orders.amount[:n], search.amount_from, search.amount_to)
    fits &= _within(orders.cycle[:n], search.cycle_from, search.cycle_to)
    found: Rows = np.flatnonzero(fits)
    found = _of_notes(shop, search, found)
    return _of_subscriptions(shop, search, found)[::-1]


def _of_notes(shop: Shop, search: Search, found: Rows) -> Rows:
    if search.carrier is not None:
        wanted = [shop.carriers.index(name) for name in search.carrier if name in shop.carriers]
        found = found[np.isin(shop.carriers_of(found), wanted)]
    if search.shipping_list is not None:
        found = found[is_listed(shop, found) == (search.shipping_list == "出力済")]
    if search.needs_attention is not None:
        found = found[(shop.notes.attention.of(found) > 0) == search.needs_attention]
    if search.label is not None:
        labels = shop.notes.labels
        found = found[[search.label in labels.get(order, ()) for order in found.tolist()]]
    return found


def is_listed(shop: Shop, orders: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether the shipping-list flag stands at 出力済: as set by hand, else by whether the order was exported."""
    said = shop.notes.listed.of(orders)
    working = ORDER_MEANING[shop.orders.status[orders]]
    exported = (shop.orders.flags[orders] & HANDED_OVER > 0) | (
        (working == OrderMeaning.WORKING) | (working == OrderMeaning.SHIPPED)
    )
    listed: NDArray[np.bool_] = np.where(said >= 0, said == 1, exported)
    return listed


def _of_subscriptions(shop: Shop, search: Search, found: Rows) -> Rows:
    sub, subs = shop.orders.sub[found], shop.subs
    if search.kind is not None:
        keep = (sub >= 0) == (search.kind == "subscription")
        found, sub = found[keep], sub[keep]
    of_course = (search.subscription_status, search.next_delivery_from, search.next_delivery_to)
    if all(condition is None for condition in of_course):
        return found
    found, sub = found[sub >= 0], sub[sub >= 0]
    fits = _within(subs.delivery[sub], _day(search.next_delivery_from), _day(search.next_delivery_to))
    if search.subscription_status is not None:
        fits &= np.isin(subs.status[sub], [CODE[word] for word in search.subscription_status])
    return found[fits]


def _day(date: Date) -> int | None:
    return None if date is None else to_day(date)


def _within(values: NDArray[Any], low: int | None, high: int | None) -> NDArray[np.bool_]:
    fits = np.ones(len(values), np.bool_)
    if low is not None:
        fits &= values >= low
    if high is not None:
        fits &= values <= high
    return fits


def targets(
    shop: Shop, selection: Selection, page_size: int, number: Callable[[Sequence[str]], list[int]]
) -> tuple[Rows, int]:
    """The orders of a selection, and how many its search found; ``number`` gives orders' numbers by name."""
    if selection.how == "picked":
        picked = np.array(number(selection.picked), np.intp)
        return picked, len(picked)
    found = hits(shop, selection.search)
    if selection.how == "all":
        return found, len(found)
    start = (selection.page - 1) * page_size
    return found[start : start + page_size], len(found)
