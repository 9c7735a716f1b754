"""Switches of points, exports, forms and mails."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from teiki_scenarios.switches.switch import Swap, Switch
from teiki_sim import points
from teiki_sim.config_files import CsvFormat
from teiki_sim.file_columns import COLUMNS
from teiki_sim.jobs import csv_jobs, form_jobs, kinds, letter_jobs
from teiki_sim.jobs.job import Work
from teiki_sim.jobs.sheets import sheet
from teiki_sim.log.kinds import Kind

__all__ = ["SWITCHES"]


def _points_stay(swap: Swap) -> None:
    swap.put(points, "reverse", lambda *_: False)


def _never_recalculated(swap: Swap) -> None:
    swap.put(points, "recalculate", lambda *_: None)


def _every_column(swap: Swap) -> None:
    """Whatever the format says, all columns are written."""
    chosen = csv_jobs.format_of

    def whole(work: Work) -> CsvFormat:
        return chosen(work).model_copy(update={"columns": list(COLUMNS)})

    swap.put(csv_jobs, "format_of", whole)


def _box_does_nothing(swap: Swap) -> None:
    marked = csv_jobs.mark_exported
    swap.put(csv_jobs, "mark_exported", lambda work, warehouse, _ticked: marked(work, warehouse, False))


def _one_form(swap: Swap) -> None:
    """Every form is the delivery note, and its date that of the run."""
    printed = form_jobs.print_form

    def always(work: Work) -> None:
        work.args = form_jobs.Printout()
        printed(work)

    swap.put(kinds.KINDS, "pdf", replace(kinds.KINDS["pdf"], run=always))


def _dunning_is_mailed(swap: Swap) -> None:
    noted = letter_jobs.remind

    def told(work: Work) -> None:
        noted(work)
        work.shop.rows(Kind.MAIL, work.orders, work.actor, code=work.shop.log.code("dunning"))

    swap.put(kinds.KINDS, "dunning", replace(kinds.KINDS["dunning"], run=told))


def _mailed_all_the_same(swap: Swap) -> None:
    swap.put(letter_jobs, "wants_no_mail", lambda _shop, orders: np.zeros(len(orders), np.bool_))


def _survey_for_anyone(swap: Swap) -> None:
    def survey(work: Work) -> None:
        frame = sheet(work.shop, work.orders, csv_jobs.format_of(work).columns)
        csv_jobs.write_csv(work, frame, f"survey-{work.job.number:06}.csv", work.args.encoding, False)

    swap.put(kinds.KINDS, "survey_csv", replace(kinds.KINDS["survey_csv"], run=survey))


def _note_for_every_order(swap: Swap) -> None:
    swap.policy("subscstore", notes_go_elsewhere=False)


SWITCHES: dict[str, Switch] = {
    "EC-PAY-02": _points_stay,
    "SS-ORD-07": _never_recalculated,
    "SS-ORD-09": _note_for_every_order,
    "EC-CSV-01": _every_column,
    "EC-CSV-02": _box_does_nothing,
    "EC-PDF-01": _one_form,
    "EC-DUN-01": _dunning_is_mailed,
    "EC-MAIL-01": _mailed_all_the_same,
    "EC-SUR-01": _survey_for_anyone,
}
