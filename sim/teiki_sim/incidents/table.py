"""All incidents, each group from a room of its own."""

from teiki_sim.incidents import adjustments, children, holds, invoices, lists, points, records
from teiki_sim.incidents.incident import Incident

INCIDENTS: tuple[Incident, ...] = (
    *records.INCIDENTS,
    *invoices.INCIDENTS,
    *adjustments.INCIDENTS,
    *points.INCIDENTS,
    *children.INCIDENTS,
    *lists.INCIDENTS,
    *holds.INCIDENTS,
)
