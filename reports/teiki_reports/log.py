"""What the pages ask of a log: results, failures, holds, and the events behind a finding."""

from collections.abc import Sequence

import polars as pl

OUTCOMES = ("authorised", "declined", "pending", "no_answer")
FAILURES = ("declined", "capture_failed", "generation_failed", "no_answer", "refused")
STARTS = ("held", "flag_set")
CANCELS = ("cancelled", "deleted", "stopped", "ended")
ENDS = ("released", "flag_cleared", *CANCELS)
ENDED = ("released", "cancelled", "open")
EVIDENCE_COLUMNS = [
    "seq",
    "at",
    "kind",
    "side",
    "actor",
    "subscription",
    "order",
    "method",
    "status_from",
    "status_to",
    "code",
    "rule",
    "amount",
    "ship_date",
    "delivery_date",
    "cause",
    "detail",
]


def read(query: pl.LazyFrame) -> pl.DataFrame:
    """Run a query in chunks, so that memory follows the answer and not the log."""
    return query.collect(engine="streaming")


def outcomes(events: pl.LazyFrame) -> pl.DataFrame:
    """What the shop heard when it asked for money: method, kind, n."""
    asked = events.filter(pl.col("kind").is_in(OUTCOMES), pl.col("side") == "store")
    counts = asked.group_by(pl.col("method").fill_null(""), "kind").agg(n=pl.len().cast(pl.Int64))
    return read(counts.sort("method", "kind"))


def failures(events: pl.LazyFrame) -> pl.DataFrame:
    """Failures as the shop saw them: kind, code, method, n; most frequent first."""
    failed = events.filter(pl.col("kind").is_in(FAILURES), pl.col("side") == "store")
    # An operation refused by a rule carries the rule's id and not always a code.
    code = pl.coalesce("code", "rule", pl.lit("")).alias("code")
    counts = failed.group_by("kind", code, pl.col("method").fill_null("")).agg(n=pl.len().cast(pl.Int64))
    return read(counts.sort("n", "kind", "code", "method", descending=[True, False, False, False]))


def holds(events: pl.LazyFrame) -> pl.DataFrame:
    """Every hold and flag: kind, code, ended (released, cancelled, open), days.

    A hold ends with the next release of the same order, or of the same subscription when it has no
    order, and a flag with the next clearing; what was cancelled, deleted or stopped first ended by
    that. Days of an open one run to the last event of the log.
    """
    last = read(events.select(pl.col("at").max())).item()
    named = pl.coalesce(pl.concat_str(pl.lit("o"), "order"), pl.concat_str(pl.lit("s"), "subscription"))
    rows = read(
        events.filter(pl.col("kind").is_in([*STARTS, *ENDS]), pl.col("side") != "provider").select(
            "seq", "at", "kind", pl.col("code").fill_null(""), key=named
        )
    ).drop_nulls("key")
    rows = rows.sort("seq")
    held = _next(rows.filter(kind="held"), rows.filter(kind="released"), "end")
    flags = _next(rows.filter(kind="flag_set"), rows.filter(kind="flag_cleared"), "end")
    cancels = rows.filter(pl.col("kind").is_in(CANCELS))
    both = _next(pl.concat([held, flags]).sort("seq"), cancels, "cancel")
    first = pl.min_horizontal("end_seq", "cancel_seq")
    return both.select(
        "kind",
        "code",
        ended=pl.when(first.is_null())
        .then(pl.lit("open"))
        .when(first == pl.col("end_seq"))
        .then(pl.lit("released"))
        .otherwise(pl.lit("cancelled")),
        days=(
            (
                pl.min_horizontal("end_at", "cancel_at").fill_null(pl.lit(last, dtype=pl.Datetime("us")))
                - pl.col("at")
            ).dt.total_seconds()
            / 86400
        ),
    )


def _next(starts: pl.DataFrame, ends: pl.DataFrame, name: str) -> pl.DataFrame:
    """Each start with the first end after it that has the same key."""
    ends = ends.select("key", pl.col("seq").alias(f"{name}_seq"), pl.col("at").alias(f"{name}_at"))
    return starts.join_asof(
        ends,
        left_on="seq",
        right_on=f"{name}_seq",
        by="key",
        strategy="forward",
        coalesce=False,
        check_sortedness=False,
    )


def around(
    events: pl.LazyFrame, seqs: Sequence[int], orders: Sequence[str], subscriptions: Sequence[str]
) -> pl.DataFrame:
    """The events with these seqs, and all events of these orders and subscriptions."""
    wanted = (
        pl.col("seq").is_in(list(seqs))
        | pl.col("order").is_in(list(orders))
        | pl.col("subscription").is_in(list(subscriptions))
    )
    return read(events.select(EVIDENCE_COLUMNS).filter(wanted)).sort("seq")
