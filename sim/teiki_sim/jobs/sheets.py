"""Orders as a table of texts: the columns that CSV files, forms and mails are made of (EC-CSV-01)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from teiki_sim import people
from teiki_sim.file_columns import OF_PEOPLE
from teiki_sim.jobs.payment_jobs import imported_slips
from teiki_sim.jobs.selection import is_listed
from teiki_sim.log.statuses import NAMES
from teiki_sim.messages import METHOD_NAMES, Method
from teiki_sim.tables import Rows

if TYPE_CHECKING:
    from teiki_sim.shop import Shop

__all__ = ["item_rows", "sheet"]

_PERSON = {
    "顧客名": "name", "顧客名カナ": "kana", "郵便番号": "postcode", "都道府県": "prefecture", "住所": "address",
    "電話番号": "phone", "メールアドレス": "email",
}  # fmt: skip
_RECIPIENT = {
    "お届け先氏名": "name", "お届け先郵便番号": "postcode", "お届け先都道府県": "prefecture", "お届け先住所": "address",
}  # fmt: skip


def item_rows(shop: Shop, orders: Rows) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """One row for each thing in the orders: the order's place, and the gift (its place in the settings; -1: goods)."""
    cycle = shop.orders.cycle[orders]
    places = [np.arange(len(orders))]
    gifts = [np.full(len(orders), -1)]
    for number, gift in enumerate(shop.config.gifts):
        some = np.flatnonzero(cycle == gift.count)
        places.append(some)
        gifts.append(np.full(len(some), number))
    place, gift_of = np.concatenate(places), np.concatenate(gifts)
    order = np.argsort(place, kind="stable")
    return place[order], gift_of[order]


def sheet(shop: Shop, orders: Rows, columns: Iterable[str], *, per_item: bool = False) -> pl.DataFrame:
    """The columns as texts, one row an order, or one row a thing in it."""
    place, gift = item_rows(shop, orders) if per_item else (np.arange(len(orders)), np.full(len(orders), -1))
    columns = list(columns)
    found: dict[str, pl.Series] = {}
    for of, names in ((people.orderers, _PERSON), (people.recipients, _RECIPIENT)):
        if any(column in names for column in columns):
            known = of(shop, orders)
            found |= {column: known[field] for column, field in names.items()}
    for column in columns:
        if column in _ITEMS:
            found[column] = _ITEMS[column](shop, orders[place], gift).cast(pl.String)
        else:
            whole = found[column] if column in found else _ORDERS[column](shop, orders)
            found[column] = (
                whole.cast(pl.String).gather(pl.Series(place)) if per_item else whole.cast(pl.String)
            )
    return pl.DataFrame({column: found[column].fill_null("") for column in columns})


def _texts(values: Iterable[str]) -> pl.Series:
    return pl.Series(list(values), dtype=pl.String)


def _dates(days: NDArray[Any]) -> pl.Series:
    """2026/04/01, or nothing."""
    dates = pl.Series(days.astype(np.int32)).cast(pl.Date)
    texts = dates.dt.strftime("%Y/%m/%d")
    return pl.select(pl.when(pl.Series(days >= 0)).then(texts).otherwise(pl.lit(""))).to_series()


def _named(names: Iterable[str], numbers: NDArray[Any]) -> pl.Series:
    return pl.Series(list(names), dtype=pl.String).gather(pl.Series(numbers.astype(np.uint32)))


def _fee(shop: Shop, orders: Rows) -> NDArray[np.int32]:
    found: NDArray[np.int32] = shop.fees.payment(shop.orders.product[orders], shop.orders.method[orders])
    return found


def _postage(shop: Shop, orders: Rows) -> NDArray[np.int32]:
    found: NDArray[np.int32] = shop.fees.shipping(shop.orders.product[orders], shop.carriers_of(orders))
    return found


def _points(known: dict[int, int], orders: Rows) -> NDArray[np.int64]:
    return np.array(
        [known.get(order, 0) for order in orders.tolist()] if known else [0] * len(orders), np.int64
    )


def _goods(shop: Shop, orders: Rows) -> NDArray[np.int64]:
    """What the goods come to: the amount without fees, before points."""
    amount = shop.orders.amount[orders].astype(np.int64)
    return amount + _points(shop.points.used, orders) - _fee(shop, orders) - _postage(shop, orders)


def _on_delivery(shop: Shop, orders: Rows) -> pl.Series:
    due = np.where(shop.orders.method[orders] == Method.COD, shop.orders.amount[orders], 0)
    return pl.Series(due)


def _dunned(shop: Shop, orders: Rows, what: str) -> pl.Series:
    last = [shop.letters.dunnings.get(order, [None])[-1] for order in orders.tolist()]
    if what == "memo":
        return _texts("" if entry is None else entry.memo for entry in last)
    return _dates(np.array([-1 if entry is None else entry.due for entry in last], np.int32))


def _slips(shop: Shop, orders: Rows) -> pl.Series:
    """As typed, else that of the import; nothing where there is none."""
    typed, known = shop.notes.slip, imported_slips(shop, orders).tolist()
    numbers = (typed.get(order, number) for order, number in zip(orders.tolist(), known, strict=True))
    return _texts(str(number) if number else "" for number in numbers)


def _subscriptions(shop: Shop, orders: Rows) -> pl.Series:
    sub = shop.orders.sub[orders]
    ids = (
        pl.Series(shop.names.subscriptions(np.maximum(sub, 0)), dtype=pl.String)
        if shop.subs.n
        else _texts([""] * len(sub))
    )
    return pl.select(pl.when(pl.Series(sub >= 0)).then(ids).otherwise(pl.lit(""))).to_series()


_Column = Callable[["Shop", Rows], pl.Series]
_ORDERS: dict[str, _Column] = {
    "受注番号": lambda shop, orders: pl.Series(shop.names.orders(orders), dtype=pl.String),
    "受注日": lambda shop, orders: _dates(shop.orders.created[orders] // 86_400),
    "定期受注番号": _subscriptions,
    "定期回数": lambda shop, orders: pl.Series(shop.orders.cycle[orders]),
    "支払方法": lambda shop, orders: _named(METHOD_NAMES, shop.orders.method[orders]),
    "決済状況": lambda shop, orders: _named(NAMES, shop.orders.payment[orders]),
    "対応状況": lambda shop, orders: _named(NAMES, shop.orders.status[orders]),
    "配送業者": lambda shop, orders: _named(shop.carriers, shop.carriers_of(orders)),
    "送り状番号": _slips,
    "発送予定日": lambda shop, orders: _dates(shop.orders.ship[orders]),
    "配送予定日": lambda shop, orders: _dates(shop.orders.delivery[orders]),
    "お届け時間": lambda shop, orders: _texts(shop.notes.slot.get(order, "") for order in orders.tolist()),
    "小計": lambda shop, orders: pl.Series(_goods(shop, orders)),
    "手数料": lambda shop, orders: pl.Series(_fee(shop, orders)),
    "送料": lambda shop, orders: pl.Series(_postage(shop, orders)),
    "利用ポイント": lambda shop, orders: pl.Series(_points(shop.points.used, orders)),
    "付与ポイント": lambda shop, orders: pl.Series(_points(shop.points.granted, orders)),
    "合計金額": lambda shop, orders: pl.Series(shop.orders.amount[orders]),
    "代引金額": _on_delivery,
    "出荷リスト": lambda shop, orders: _named(("未出力", "出力済"), is_listed(shop, orders).astype(np.uint8)),
    "出荷リスト出力日": lambda shop, orders: _dates(shop.notes.listed_on.of(orders)),
    "受注メモ": lambda shop, orders: _texts(shop.notes.memo.get(order, "") for order in orders.tolist()),
    "支払期限": lambda shop, orders: _dunned(shop, orders, "due"),
    "督促メモ": lambda shop, orders: _dunned(shop, orders, "memo"),
    "顧客番号": lambda shop, orders: _texts(people.customers_of(shop, orders)),
}
assert set(OF_PEOPLE) == {"顧客番号", *_PERSON, *_RECIPIENT}


def _codes(shop: Shop, gift: NDArray[Any], orders: Rows) -> pl.Series:
    goods = _named(shop.log.vocabulary.products, shop.orders.product[orders])
    gifts = _named([*(given.product for given in shop.config.gifts), ""], gift % (len(shop.config.gifts) + 1))
    return pl.select(pl.when(pl.Series(gift < 0)).then(goods).otherwise(gifts)).to_series()


def _product_names(shop: Shop, orders: Rows, gift: NDArray[Any]) -> pl.Series:
    codes = _codes(shop, gift, orders)
    named = {code: goods.name or code for code, goods in shop.config.goods.items()}
    named |= {given.product: given.name for given in shop.config.gifts if given.name}
    return codes.replace_strict(list(named), list(named.values()), default=codes, return_dtype=pl.String)


def _of_goods(value: Callable[[Shop, Rows], NDArray[Any]], gift_value: int) -> Callable[..., pl.Series]:
    return lambda shop, orders, gift: pl.Series(np.where(gift < 0, value(shop, orders), gift_value))


_ITEMS: dict[str, Callable[[Shop, Rows, NDArray[Any]], pl.Series]] = {
    "商品コード": lambda shop, orders, gift: _codes(shop, gift, orders),
    "商品名": _product_names,
    "数量": _of_goods(lambda shop, orders: shop.orders.quantity[orders], 1),
    "単価": _of_goods(lambda shop, orders: _goods(shop, orders) // shop.orders.quantity[orders], 0),
    "金額": _of_goods(_goods, 0),
    "区分": lambda shop, orders, gift: _named(("商品", "同梱品"), (gift >= 0).astype(np.uint8)),
}
