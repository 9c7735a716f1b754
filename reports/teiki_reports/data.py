"""The files of a run directory, read as tables. A file that isn't there is None."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

SERIES = ("actual", "dashboard", "projected", "net", "p10", "p50", "p90", "mean")
SEVERITIES = ("violation", "warning", "cost")


@dataclass(frozen=True, slots=True)
class Run:
    """A run directory; each property reads one file."""

    directory: Path

    def summary(self) -> Mapping[str, Any]:
        """summary.json, the one file that must exist."""
        found: Mapping[str, Any] = json.loads((self.directory / "summary.json").read_text(encoding="utf-8"))
        return found

    def events(self) -> pl.LazyFrame | None:
        """The log, unread: ten million rows don't fit a page's memory."""
        path = self.directory / "events.parquet"
        if not path.exists():
            return None
        return pl.scan_parquet(path).with_columns(pl.col("method").cast(pl.String))

    def violations(self) -> pl.DataFrame | None:
        """violations.csv; `money_at_risk` in yen, `at` as written."""
        frame = self._csv("violations.csv")
        if frame is None:
            return None
        money = pl.col("money_at_risk").cast(pl.Float64, strict=False).cast(pl.Int64).fill_null(0)
        return frame.with_columns(money)

    def shipments(self) -> pl.DataFrame | None:
        """shipments.csv in order of date."""
        return self._series("shipments.csv")

    def shipments_by(self, part: str) -> pl.DataFrame | None:
        """shipments_by_product.csv and its like, with `name` and `units`."""
        return self._series(f"shipments_by_{part}.csv")

    def causes(self) -> pl.DataFrame | None:
        """causes.csv: week, cause, parcels."""
        frame = self._csv("causes.csv")
        return None if frame is None else frame.with_columns(pl.col("parcels").cast(pl.Float64, strict=False))

    def truth(self) -> pl.DataFrame | None:
        """How many slips of each sort ended how."""
        path = self.directory / "truth.parquet"
        if not path.exists():
            return None
        words = [
            pl.col(name).cast(pl.String).fill_null("") for name in ("source", "slip", "invariant", "outcome")
        ]
        counts = pl.scan_parquet(path).select(words).group_by(pl.all()).agg(n=pl.len())
        return counts.sort("source", "slip", "invariant", "outcome").collect()

    def _series(self, name: str) -> pl.DataFrame | None:
        frame = self._csv(name)
        if frame is None:
            return None
        numbers = [pl.col(c).cast(pl.Float64, strict=False) for c in (*SERIES, "units") if c in frame.columns]
        frame = frame.with_columns(pl.col("date").str.to_date("%Y-%m-%d"), *numbers)
        return frame.sort("date", maintain_order=True)

    def _csv(self, name: str) -> pl.DataFrame | None:
        path = self.directory / name
        # Everything as text first: an id such as 00012 must not become a number.
        return pl.read_csv(path, infer_schema=False) if path.exists() else None


def present(frame: pl.DataFrame, names: tuple[str, ...] = SERIES) -> list[str]:
    """Those of the named columns that hold at least one value."""
    return [n for n in names if n in frame.columns and frame[n].null_count() < frame.height]


def banded(days: pl.DataFrame) -> bool:
    """Whether p10 and p90 lie apart on some day; those of a single replication are its own figures."""
    return {"p10", "p90"} <= set(present(days)) and bool((days["p10"] != days["p90"]).any())


def lines(days: pl.DataFrame, names: tuple[str, ...]) -> list[str]:
    """Those of the named columns that are worth a line: p50 would hide an `actual` that it equals."""
    shown = present(days, names)
    if {"p50", "actual"} <= set(shown) and bool((days["p50"] == days["actual"]).all()):
        shown.remove("p50")
    return shown
