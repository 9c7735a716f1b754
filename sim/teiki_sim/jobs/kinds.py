"""What a job can do: one entry a kind, each group from a room of its own."""

from teiki_sim.jobs.csv_jobs import CSV_KINDS
from teiki_sim.jobs.form_jobs import FORM_KINDS
from teiki_sim.jobs.job import JobKind
from teiki_sim.jobs.letter_jobs import LETTER_KINDS
from teiki_sim.jobs.payment_jobs import PAYMENT_KINDS
from teiki_sim.jobs.update import UPDATE_KINDS

__all__ = ["KINDS"]

KINDS: dict[str, JobKind] = {
    **UPDATE_KINDS,
    **PAYMENT_KINDS,
    **CSV_KINDS,
    **FORM_KINDS,
    **LETTER_KINDS,
}
"""By the name that a job's ``kind`` takes."""
