"""Slips that need no customer and no trouble to come about: a table of what can go wrong at which hour of a day."""

from teiki_sim.incidents.incident import Hour, Incident, Incidents
from teiki_sim.incidents.table import INCIDENTS

__all__ = ["INCIDENTS", "Hour", "Incident", "Incidents"]
