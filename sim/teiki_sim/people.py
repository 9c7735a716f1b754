"""Names and addresses, for the files that bulk jobs make, and for nothing else: no run, log or table holds any.

They come from the book that was given (`BookPeople`), or are made up from Faker's Japanese lists by each customer's
key, so that the same customer is the same person in every file. Made-up people can't be reached: telephone
numbers begin with 000, mail addresses are of example.com. An address after a move is made up as well (modelled).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from teiki_sim.draws import Keys, Purpose, bits53_many, hash64_many

if TYPE_CHECKING:
    from teiki_sim.mapping import Mapping
    from teiki_sim.shop import Shop

__all__ = [
    "FIELDS", "BookPeople", "MadeUp", "People", "customers_of", "home_moves", "order_moves", "orderers", "recipients",
]  # fmt: skip

FIELDS = ("name", "kana", "postcode", "prefecture", "address", "phone", "email")


class People(Protocol):
    """Whoever knows customers by id."""

    def of(self, ids: Sequence[str], moves: NDArray[Any]) -> pl.DataFrame:
        """`FIELDS` of customers, and where they live after so many moves."""


class MadeUp:
    """People from lists of frequent names and of places, drawn by the customer's id."""

    def of(self, ids: Sequence[str], moves: NDArray[Any]) -> pl.DataFrame:
        """`FIELDS` of these customers."""
        keys = hash64_many(ids)
        lists = _lists()
        last, first = _pick(keys, 0, len(lists["last"])), _pick(keys, 1, len(lists["first"]))
        names = [lists[part].gather(pl.Series(at)) for part, at in (("last", last), ("first", first))]
        kana = [
            lists[f"{part}_kana"].gather(pl.Series(at)) for part, at in (("last", last), ("first", first))
        ]
        numbers = [_pick(keys, place, top, moves) for place, top in ((2, 10**7), (3, 20), (4, 30), (5, 20))]
        where = [
            lists[part].gather(pl.Series(_pick(keys, place, len(lists[part]), moves)))
            for place, part in ((6, "prefectures"), (7, "cities"), (8, "towns"))
        ]
        return pl.DataFrame(
            {"last": names[0], "first": names[1], "last_kana": kana[0], "first_kana": kana[1],
             "number": numbers[0], "chome": numbers[1] + 1, "ban": numbers[2] + 1, "go": numbers[3] + 1,
             "phone": _pick(keys, 9, 10**8), "prefecture": where[0], "city": where[1], "town": where[2],
             "key": (keys >> np.uint64(16)).astype(np.int64)}
        ).select(
            name=pl.format("{} {}", "last", "first"),
            kana=pl.format("{} {}", "last_kana", "first_kana"),
            postcode=_digits("number", 7, 3),
            prefecture="prefecture",
            address=pl.format("{}{}{}-{}-{}", "city", "town", "chome", "ban", "go"),
            phone=pl.concat_str(pl.lit("000-"), _digits("phone", 8, 4)),
            email=pl.format("c{}@example.com", "key"),
        )  # fmt: skip


def _digits(column: str, width: int, split: int) -> pl.Expr:
    text = pl.col(column).cast(pl.String).str.zfill(width)
    return pl.concat_str(text.str.slice(0, split), pl.lit("-"), text.str.slice(split))


def _pick(keys: Keys, place: int, n: int, moves: NDArray[Any] | int = 0) -> NDArray[np.int64]:
    """One of ``n`` for each key."""
    found: NDArray[np.int64] = (bits53_many(0, keys, Purpose.PERSON, moves, place) >> 21) % n
    return found


@cache
def _lists() -> dict[str, pl.Series]:
    """Faker's lists; loaded when a file is made, not before."""
    from faker.providers.address.ja_JP import Provider as Places
    from faker.providers.person.ja_JP import Provider as Names

    last = list(Names.last_name_pairs)
    first = [*Names.first_name_female_pairs, *Names.first_name_male_pairs]
    found = {
        "last": [pair[0] for pair in last], "last_kana": [pair[1] for pair in last],
        "first": [pair[0] for pair in first], "first_kana": [pair[1] for pair in first],
        "prefectures": list(Places.prefectures), "cities": list(Places.cities), "towns": list(Places.towns),
    }  # fmt: skip
    return {name: pl.Series(name, texts) for name, texts in found.items()}


class BookPeople:
    """People as a subscription book names them; what its columns leave out is made up."""

    def __init__(self, path: str | Path, mapping: Mapping | str | Path | None = None) -> None:
        from teiki_sim.book_headers import BOOK
        from teiki_sim.csvfile import read_table
        from teiki_sim.mapping import Mapping, read_mapping

        given = mapping if isinstance(mapping, Mapping) else read_mapping(mapping)
        table = read_table(path, BOOK, given)
        ids = table.cells["customer_id"]
        empty = [""] * len(ids)
        columns = {field: table.cells.get(field, empty) for field in FIELDS}
        self._known = pl.DataFrame({"id": ids, **columns}).unique("id", keep="first", maintain_order=True)

    def of(self, ids: Sequence[str], moves: NDArray[Any]) -> pl.DataFrame:
        """`FIELDS` of these customers; whoever has moved lives at a made-up address."""
        made = MadeUp().of(ids, moves)
        told = pl.DataFrame({"id": list(ids)}).join(self._known, on="id", how="left", maintain_order="left")
        stays = pl.Series(np.asarray(moves) == 0)
        columns = {}
        for field in FIELDS:
            use = (told[field].fill_null("") != "") & (
                stays | (field not in ("postcode", "prefecture", "address"))
            )
            columns[field] = pl.select(pl.when(use).then(told[field]).otherwise(made[field])).to_series()
        return pl.DataFrame(columns)


def customers_of(shop: Shop, orders: NDArray[Any]) -> list[str]:
    """The ids of the orders' customers; single orders without one go by their own number."""
    numbers = shop.names.customers(shop.orders.sub[orders], orders)
    known = numbers >= 0
    ids = np.empty(len(orders), object)
    if known.any():
        ids[known] = shop.names.customer_ids(numbers[known]).to_pylist()
    ids[~known] = [f"single-{order}" for order in orders[~known].tolist()]
    found: list[str] = ids.tolist()
    return found


def orderers(shop: Shop, orders: NDArray[Any]) -> pl.DataFrame:
    """`FIELDS` of those who ordered, at their present addresses."""
    return shop.people.of(customers_of(shop, orders), home_moves(shop, orders))


def recipients(shop: Shop, orders: NDArray[Any]) -> pl.DataFrame:
    """`FIELDS` of those whom the orders go to, at the addresses that the orders have."""
    return shop.people.of(customers_of(shop, orders), order_moves(shop, orders))


def home_moves(shop: Shop, orders: NDArray[Any]) -> NDArray[np.int64]:
    """How often the customers of these orders have moved: the revision of their own address."""
    current = shop.addresses.current
    numbers = shop.names.customers(shop.orders.sub[orders], orders)
    moves = np.zeros(len(orders), np.int64)
    for i in [i for i, number in enumerate(numbers.tolist()) if number in current] if current else ():
        moves[i] = current[int(numbers[i])][0]
    return moves


def order_moves(shop: Shop, orders: NDArray[Any]) -> NDArray[np.int64]:
    """The revision of the address that each of these orders goes to."""
    addresses, sub = shop.addresses, shop.orders.sub[orders]
    moves = np.zeros(len(orders), np.int64)
    if addresses.edited or addresses.carried:
        some = [
            i
            for i, (order, of) in enumerate(zip(orders.tolist(), sub.tolist(), strict=True))
            if of >= 0 and (order in addresses.edited or of in addresses.carried)
        ]
        for i in some:
            own = addresses.edited.get(int(orders[i]))
            of_course = addresses.of_subscription(int(sub[i]), shop.orders.created.item(int(orders[i])))
            moves[i] = of_course if own is None else own
    return moves
