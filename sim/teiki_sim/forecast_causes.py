"""Why shipments differ from the schedules: each parcel that moved, vanished or was not planned has a cause.

Read from the log of a run alone, so it serves a shop's own log as well. A planned parcel and a shipped one
are the same where they are the same cycle of the same subscription (or the same single order).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from teiki_sim.book_columns import BookColumns
from teiki_sim.book_rows import OpenOrder
from teiki_sim.calendar import to_date
from teiki_sim.forecast import Parcels

__all__ = ["CAUSES", "KINDS", "attributed", "causes"]

CAUSES = (
    "skip",
    "stop",
    "cancel",
    "hold",
    "flag",
    "decline",
    "no_answer",
    "moved_date",
    "burst",
    "capacity",
    "resume",
    "inflow",
    "other",
)
"""What can move a parcel; flag is 定期注文自動生成エラー without a refused payment behind it."""

_OF_ORDER = {
    "skipped": "skip",
    "declined": "decline",
    "expired": "decline",
    "pending": "hold",
    "held": "hold",
    "no_answer": "no_answer",
    "warehouse_stopped": "hold",
    "generation_failed": "decline",
}
"""Kinds of rows that hold back one cycle, with what they are called here."""

_OF_SUBSCRIPTION = {"skipped": "skip", "stopped": "stop", "held": "hold"}
"""Kinds of rows that move every later cycle."""

KINDS = frozenset(
    {*_OF_ORDER, *_OF_SUBSCRIPTION, "cancelled", "flag_set", "resumed", "edited", "scheduled"}
    | {"shipped", "handed_over"}
)
"""Kinds of rows that are looked at."""

_BURST_DAYS = 3
"""Parcels of one subscription this close together, and not by its schedule, pour out of a past date."""

_KEY = ("key", "cycle", "nth")


def causes(
    events: pl.LazyFrame,
    parcels: Parcels,
    book: BookColumns,
    open_orders: Sequence[OpenOrder],
    first: int,
    days: int,
    since: int | None = None,
) -> pl.DataFrame:
    """Parcels gained or lost against the schedules by week (its Monday) and cause (SS-FC-05).

    The rows of a week sum to what was shipped less what was projected; what no row of the log explains
    is "other". A parcel that moves within its week makes no difference there. `since` leaves out what
    shipped or was to ship before that day.
    """
    rows = _rows(events)
    known = pl.Series([*book.ids, *(f"#{order.order_id}" for order in open_orders)], dtype=pl.String)
    return attributed(
        _planned(parcels, book, open_orders, first, days),
        _shipped(rows),
        rows,
        to_date(first if since is None else since),
        ~pl.col("key").is_in(known.implode()),
    )


def attributed(
    planned: pl.DataFrame, shipped: pl.DataFrame, rows: pl.DataFrame, since: date, new: pl.Expr
) -> pl.DataFrame:
    """`causes` of parcels and rows that are at hand, whatever their keys; ``new`` says which keys are an inflow."""
    start = pl.lit(since)

    def week(column: str) -> pl.Expr:
        return pl.when(pl.col(column) >= start).then(pl.col(column).dt.truncate("1w"))

    matched = planned.join(shipped, on=_KEY, how="full", coalesce=True)
    matched = matched.with_columns(week("planned").alias("due"), week("shipped").alias("left"))
    moved = matched.filter(pl.col("due").ne_missing(pl.col("left")))
    moved = moved.with_row_index("row").with_columns(until=pl.min_horizontal("planned", "shipped"))
    moved = moved.with_columns(inflow=pl.when(new).then(pl.lit("inflow")))
    for candidate in (_burst, _capacity):
        moved = candidate(moved)
    moved = _of_order(moved, rows)
    moved = _of_subscription(moved, rows)
    cause = pl.coalesce("inflow", "burst", "capacity", "of_order", "of_subscription", pl.lit("other"))
    moved = moved.with_columns(cause=cause)
    lost = moved.drop_nulls("due").select(week="due", cause="cause", parcels=-1)
    gained = moved.drop_nulls("left").select(week="left", cause="cause", parcels=1)
    return (
        pl.concat([lost, gained])
        .group_by("week", "cause")
        .agg(pl.col("parcels").cast(pl.Int64).sum())
        .filter(pl.col("parcels") != 0)
        .sort("week", "cause")
    )


def _rows(events: pl.LazyFrame) -> pl.DataFrame:
    """The store's and the warehouse's rows that matter here, in order; a single order has a key of its own."""
    words = [
        pl.col(name).cast(pl.String)
        for name in ("subscription", "order", "kind", "side", "code", "actor", "rule")
    ]
    rows = events.select("seq", "at", "cycle", *words).filter(
        pl.col("kind").is_in(sorted(KINDS)), pl.col("side").is_in(["store", "warehouse"])
    )
    key = pl.coalesce("subscription", pl.concat_str(pl.lit("#"), "order"))
    return rows.with_columns(
        key=key,
        day=pl.col("at").dt.date(),
        single=key.str.starts_with("#"),
        of_order=pl.col("order").is_not_null(),
        by_hand=(pl.col("kind") == "scheduled") & pl.col("rule").is_null(),
    ).sort("seq").collect()  # fmt: skip


def _shipped(rows: pl.DataFrame) -> pl.DataFrame:
    """One row a parcel that left, with the day on which it was handed to the warehouse."""
    gone = rows.filter(pl.col("kind") == "shipped").select(
        "key", "order", pl.col("cycle").fill_null(0), shipped="day"
    )
    handed = rows.filter(pl.col("kind") == "handed_over").group_by("order").agg(handed=pl.col("day").max())
    gone = gone.join(handed, on="order", how="left", maintain_order="left")
    before = pl.col("shipped").shift(1).over("key", order_by="shipped")
    return gone.with_columns(_nth("shipped"), gap=(pl.col("shipped") - before).dt.total_days())


def _planned(
    parcels: Parcels, book: BookColumns, open_orders: Sequence[OpenOrder], first: int, days: int
) -> pl.DataFrame:
    """One row a parcel that the schedules ship within the horizon."""
    inside = (parcels.day >= first) & (parcels.day < first + days)
    subs, orders = parcels.sub[inside].tolist(), parcels.order[inside].tolist()
    keys = [
        book.ids[sub] if sub >= 0 else f"#{open_orders[order].order_id}"
        for sub, order in zip(subs, orders, strict=True)
    ]
    frame = pl.DataFrame(
        {
            "key": pl.Series(keys, dtype=pl.String),
            "cycle": pl.Series([c if s >= 0 else 0 for c, s in zip(parcels.cycle[inside].tolist(), subs, strict=True)],
                               dtype=pl.Int32),
            "planned": pl.Series(parcels.day[inside]).cast(pl.Int32).cast(pl.Date),
        }
    )  # fmt: skip
    return frame.with_columns(_nth("planned"))


def _nth(day: str) -> pl.Expr:
    """Which of the parcels of one cycle it is: there should be one only."""
    return pl.int_range(pl.len()).over("key", "cycle", order_by=day).alias("nth")


# ---- causes, the surest first --------------------------------------------------------------------


def _burst(moved: pl.DataFrame) -> pl.DataFrame:
    """A second parcel of one cycle, or parcels on each other's heels."""
    early = pl.col("planned").is_null() | (pl.col("shipped") < pl.col("planned"))
    poured = early & ((pl.col("nth") > 0) | (pl.col("gap") <= _BURST_DAYS))
    return moved.with_columns(burst=pl.when(poured).then(pl.lit("burst")))


def _capacity(moved: pl.DataFrame) -> pl.DataFrame:
    """In time at the warehouse, which had no room: it left a day or more after it was handed over."""
    waited = (pl.col("handed") <= pl.col("planned")) & (pl.col("shipped") > pl.col("handed"))
    return moved.with_columns(capacity=pl.when(waited).then(pl.lit("capacity")))


def _of_order(moved: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """What happened to that very cycle: its latest row that holds back, else that it was cancelled."""
    own = pl.col("cycle").is_not_null() | pl.col("single")
    at = rows.filter(own, pl.col("kind").is_in([*_OF_ORDER, "cancelled"])).with_columns(
        pl.col("cycle").fill_null(0),
        cause=pl.when(pl.col("code") == "collision")
        .then(pl.lit("flag"))
        .otherwise(pl.col("kind").replace(_OF_ORDER | {"cancelled": "cancel"})),
        weight=pl.when(pl.col("kind") == "cancelled")
        .then(0)
        # A payment's refusal comes with a shipping stop and is what counts.
        .when((pl.col("kind") == "held") & (pl.col("code") == "payment_error"))
        .then(1)
        .otherwise(2),
    )
    at = at.filter((pl.col("kind") != "held") | pl.col("of_order"))
    pairs = moved.select("row", "key", "cycle", "until").join(at, on=["key", "cycle"])
    last = pairs.filter(pl.col("day") <= pl.col("until")).sort("weight", "seq").group_by("row").agg(
        of_order=pl.col("cause").last()
    )  # fmt: skip
    return moved.join(last, on="row", how="left")


def _of_subscription(moved: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """What moved this and all later cycles: a standing flag, else the latest change, else an older trace."""
    kind, code = pl.col("kind"), pl.col("code")
    changes = rows.filter(kind.is_in([*_OF_SUBSCRIPTION]), (kind != "held") | ~pl.col("of_order")).select(
        "key",
        "day",
        "seq",
        change=pl.when(code == "cancel").then(pl.lit("cancel")).otherwise(kind.replace(_OF_SUBSCRIPTION)),
    )
    flags = rows.filter(kind.is_in(["flag_set", "resumed"])).select(
        "key", "day", flag_seq="seq",
        flag=pl.when(kind == "resumed").then(None)
        .when(code.is_in(["collision", "book"])).then(pl.lit("flag"))
        .otherwise(pl.lit("decline")),
    )  # fmt: skip
    flagged = flags.drop_nulls("flag").select("key", "day", once="flag")
    resumed = flags.filter(pl.col("flag").is_null()).select("key", "day", resumed=pl.lit("resume"))
    by_hand = ((kind == "edited") & (code == "dates")) | pl.col("by_hand")
    dates = rows.filter(by_hand).select("key", "day", dates=pl.lit("moved_date"))
    for table in (changes, flags, flagged, resumed, dates):
        moved = _latest(moved, table)
    standing = pl.col("flag").is_not_null() & (pl.col("flag_seq") > pl.col("seq").fill_null(-1))
    return moved.with_columns(
        of_subscription=pl.when(standing)
        .then("flag")
        .otherwise(pl.coalesce("change", "once", "resumed", "dates"))
    )


def _latest(moved: pl.DataFrame, table: pl.DataFrame) -> pl.DataFrame:
    """The last row of a table about the same key, on the parcel's day or before."""
    left = moved.sort("until", "row")
    right = table.sort("day", maintain_order=True).rename({"day": "until"})
    # Both are sorted here; polars can't tell within the groups.
    return left.join_asof(right, on="until", by="key", check_sortedness=False)
