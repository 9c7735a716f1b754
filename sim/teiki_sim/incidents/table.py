"""All incidents, each group from a room of its own."""

from teiki_sim.incidents import (
    acquirer,
    adjustments,
    bulk,
    bulk_results,
    children,
    crossing,
    holds,
    invoices,
    lists,
    money,
    points,
    records,
    selling,
)
from teiki_sim.incidents.incident import Incident

INCIDENTS: tuple[Incident, ...] = (
    *records.INCIDENTS,
    *invoices.INCIDENTS,
    *adjustments.INCIDENTS,
    *points.INCIDENTS,
    *children.INCIDENTS,
    *lists.INCIDENTS,
    *holds.INCIDENTS,
    *crossing.INCIDENTS,
    *acquirer.INCIDENTS,
    *selling.INCIDENTS,
    *money.INCIDENTS,
    *bulk.INCIDENTS,
    *bulk_results.INCIDENTS,
)
