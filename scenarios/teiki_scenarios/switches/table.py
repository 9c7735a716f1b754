"""All switches by rule, each platform's from a room of its own; V rules that the monitors name have theirs by that."""

from teiki_scenarios.switches import (
    ecforce_core,
    ecforce_files,
    ecforce_jobs,
    marketplace,
    rehearsals,
    subscstore_forecast,
    subscstore_orders,
    subscstore_payments,
    subscstore_schedules,
    tamago,
)
from teiki_scenarios.switches.switch import Switch, silent
from teiki_sim.monitors import wording

__all__ = ["SWITCHES"]

_NAMED: dict[str, Switch] = {row[-1]: silent(row[-1]) for row in wording.RULES}

SWITCHES: dict[str, Switch] = {
    **_NAMED,
    **ecforce_core.SWITCHES,
    **ecforce_files.SWITCHES,
    **ecforce_jobs.SWITCHES,
    **marketplace.SWITCHES,
    **rehearsals.SWITCHES,
    **tamago.SWITCHES,
    **subscstore_schedules.SWITCHES,
    **subscstore_orders.SWITCHES,
    **subscstore_forecast.SWITCHES,
    **subscstore_payments.SWITCHES,
}
