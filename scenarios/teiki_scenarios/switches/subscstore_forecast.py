"""Switches of the forecast of shipments on サブスクストア."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl

from teiki_scenarios import stage
from teiki_scenarios.switches.switch import Swap, Switch
from teiki_sim import forecast, forecast_causes

__all__ = ["SWITCHES"]


def _shows(field: str, instead: str) -> Switch:
    """One figure of the forecast is in truth another."""

    def switch(swap: Swap) -> None:
        right = forecast.schedule_forecast

        def wrong(*args: Any, **more: Any) -> forecast.Forecast:
            found = right(*args, **more)
            changes: dict[str, Any] = {field: getattr(found, instead)}
            return replace(found, **changes)

        swap.put(stage, "schedule_forecast", wrong)

    return switch


def _unbiased(swap: Swap) -> None:
    swap.put(forecast, "bias", lambda _forecast, p50: [0 for _ in p50])


def _unexplained(swap: Swap) -> None:
    def of(column: str) -> Any:
        return lambda moved, _rows: moved.with_columns(pl.lit(None, pl.String).alias(column))

    for column in ("of_order", "of_subscription"):
        swap.put(forecast_causes, f"_{column}", of(column))


SWITCHES: dict[str, Switch] = {
    "SS-FC-01": _shows("dashboard", "projected"),
    "SS-FC-02": _shows("order_list", "dashboard"),
    "SS-FC-03": _unbiased,
    "SS-FC-04": _shows("net", "dashboard"),
    "SS-FC-05": _unexplained,
}
