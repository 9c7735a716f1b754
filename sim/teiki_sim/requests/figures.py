"""What a run's messages came to: by policy and case (AM-CAN-11), and late answers against the load (AM-CAN-14)."""

from __future__ import annotations

from typing import Any

import polars as pl

from teiki_sim.calendar import DAY, to_date
from teiki_sim.config import Config, minutes
from teiki_sim.requests.inbox import Request
from teiki_sim.shop import Shop

__all__ = ["load_table", "request_table", "summary", "tables"]

_BY = ("sort", "case", "policy")


def is_charged(request: Request) -> bool:
    """Whether its cancel counts as the seller's own and hurts account health (AM-CAN-05, -12)."""
    return request.charged


def request_table(shop: Shop, end: int) -> pl.DataFrame:
    """requests.csv: one row a message, in the order in which they were sent.

    ``answered`` and ``hours`` are empty without an answer, ``in_time`` where that is not known by ``end`` (an
    instant); ``money_lost`` is yen.
    """
    requests = shop.inbox.requests
    instants = {
        "sent": [request.at * 1_000_000 for request in requests],
        "answered": [request.answered * 1_000_000 if request.answered >= 0 else None for request in requests],
    }
    return pl.DataFrame(
        {
            **instants,
            "order": [shop.names.order(request.order) for request in requests],
            "sort": [request.sort.value for request in requests],
            "fulfilment": ["marketplace" if request.fba else "seller" for request in requests],
            "case": [request.case or "unread" for request in requests],
            "policy": [request.policy or "none" for request in requests],
            "outcome": [request.outcome for request in requests],
            "hours": [_hours(request) for request in requests],
            "in_time": [_in_time(request, end) for request in requests],
            "charged_to_seller": [is_charged(request) for request in requests],
            "money_lost": [request.lost for request in requests],
        },
        schema={
            "sent": pl.Int64, "answered": pl.Int64, "order": pl.String, "sort": pl.String, "fulfilment": pl.String,
            "case": pl.String, "policy": pl.String, "outcome": pl.String, "hours": pl.Float64,
            "in_time": pl.Boolean, "charged_to_seller": pl.Boolean, "money_lost": pl.Int64,
        },
    ).with_columns(pl.col(*instants).cast(pl.Datetime("us")))  # fmt: skip


def _hours(request: Request) -> float | None:
    return round((request.answered - request.at) / 3600, 2) if request.answered >= 0 else None


def _in_time(request: Request, end: int) -> bool | None:
    """None while it may still be answered in time."""
    if request.answered < 0 and request.due >= end:
        return None
    return request.in_time


def load_table(requests: pl.DataFrame, config: Config, people: int, start: int, end: int) -> pl.DataFrame:
    """requests_load.csv: a row a week (seven days from the first), with the messages that each of the team had a day.

    ``load`` is that as a share of what a person can do in the hours of a day, ``breach_rate`` the share answered
    too late or not at all of what is decided. ``start`` and ``end`` are days.
    """
    opening, closing = (minutes(clock) for clock in config.operators.hours)
    a_day = (closing - opening) // config.operators.minutes_per_task * people
    week = (pl.col("sent").dt.epoch("s") // DAY - start) // 7
    weeks = requests.group_by(week=week).agg(
        messages=pl.len().cast(pl.Int64),
        late=(~pl.col("in_time")).sum().cast(pl.Int64),
        known=pl.col("in_time").count().cast(pl.Int64),
    )
    every = pl.DataFrame({"week": list(range(-(-(end - start) // 7)))}, schema={"week": pl.Int64})
    days = [min(7, end - start - 7 * i) for i in range(len(every))]
    joined = every.join(weeks, on="week", how="left").fill_null(0).sort("week")
    return joined.with_columns(
        week=pl.Series([to_date(start + 7 * i).isoformat() for i in range(len(every))], dtype=pl.String),
        per_person_day=(pl.col("messages") / pl.Series(days) / people).round(2),
        load=(pl.col("messages") / pl.Series(days) / a_day).round(4),
        breach_rate=pl.when(pl.col("known") > 0)
        .then(pl.col("late") / pl.col("known"))
        .otherwise(0.0)
        .round(4),
    ).drop("known")


def summary(requests: pl.DataFrame, load: pl.DataFrame, config: Config, orders: int) -> dict[str, Any]:
    """The key ``requests`` of summary.json: the shop's policy, and what came of it by sort, case and policy."""
    market = config.marketplace
    groups = requests.group_by(*_BY).agg(
        requests=pl.len(),
        answered_in_time=pl.col("in_time").sum(),
        late=(~pl.col("in_time")).sum(),
        charged=pl.col("charged_to_seller").sum(),
        money_lost=pl.col("money_lost").sum(),
    )
    charged = int(requests["charged_to_seller"].sum())
    return {
        "policy": {
            name: getattr(market, name)
            for name in ("approve", "approve_early_below", "approve_hard_cases", "refund", "refund_early_below", "fba_answer")
        },
        "orders": orders,
        "messages": requests.height,
        "answered_in_time": _sum(requests["in_time"]),
        "late": _sum(~requests["in_time"]),
        "late_rate": _rate(_sum(~requests["in_time"]), requests["in_time"].count()),
        "charged": charged,
        "charged_rate": _rate(charged, orders),
        "money_lost": int(requests["money_lost"].sum()),
        "by_case": groups.sort(*_BY).to_dicts(),
        "by_week": load.to_dicts(),
    }  # fmt: skip


def _sum(flags: pl.Series) -> int:
    return int(flags.sum() or 0)


def _rate(part: int, whole: int) -> float:
    return round(part / whole, 6) if whole else 0.0


def tables(shop: Shop, start: int, end: int, subscriptions: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Both tables of a run from day ``start`` to day ``end``."""
    requests = request_table(shop, end * DAY)
    people = shop.config.operators.people(subscriptions)
    return requests, load_table(requests, shop.config, people, start, end)
