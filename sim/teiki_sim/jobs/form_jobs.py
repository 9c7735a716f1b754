"""PDF 一括出力: a chosen form for each order, with an issue date, in one file (EC-PDF-01, SS-ORD-09)."""

from __future__ import annotations

import datetime

import numpy as np
from pydantic import Field

from teiki_sim.calendar import to_day
from teiki_sim.config_parts import Part, hint
from teiki_sim.jobs.encodings import replaced
from teiki_sim.jobs.forms import COLUMNS, ITEM_COLUMNS, Printing
from teiki_sim.jobs.job import Artefact, JobKind, Stopped, Work
from teiki_sim.jobs.results import SKIPPED, Reason, by_rule
from teiki_sim.jobs.sheets import item_rows, sheet
from teiki_sim.people import home_moves, order_moves
from teiki_sim.tables import Rows

__all__ = ["FORM_KINDS", "Printout", "elsewhere", "print_form"]

_GETA = Reason(
    "PDF",
    "フォントにない文字を「〓」に置き換えて印字しました。",
    "Characters that the font lacks were printed as 〓.",
)


class Printout(Part):
    """Which form, and the date on it."""

    form: str = Field(default="納品書", description="帳票の種類 · name of a form")
    issued: datetime.date | None = Field(default=None, description="発行日(省略時は実行日) · date on it")


def print_form(work: Work) -> None:
    """One page an order; on サブスクストア a delivery note only where it goes elsewhere than to who ordered."""
    shop, forms, name = work.shop, work.shop.config.files.forms, work.args.form
    if name not in forms:
        ja, en = (
            f"帳票「{name}」がありません{hint(name, forms, 'ja')}。",
            f"There is no form {name}{hint(name, forms, 'en')}.",
        )
        raise Stopped("EC-PDF-01", ja, en)
    orders = work.orders
    if shop.policy.notes_go_elsewhere and forms[name].title == "納品書":
        away = elsewhere(work)
        work.results.set(~away, by_rule("SS-ORD-09"), SKIPPED)
        orders = orders[away]
    issued = shop.today if work.args.issued is None else to_day(work.args.issued)
    printing = Printing(forms[name], shop.config, issued)
    try:
        content = _content(work, orders, printing)
    except ImportError as missing:
        ja = f"PDFの出力に必要なものが入っていません({missing.name}): pip install 'teiki[pdf]'"
        raise Stopped("EC-PDF-01", ja, f"{missing.name} is missing: pip install 'teiki[pdf]'") from None
    if len(orders):
        work.artefacts.append(Artefact(f"{name}-{work.job.number:06}.pdf", content))


def elsewhere(work: Work) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which orders go to another address than that of who ordered."""
    found: np.ndarray[tuple[int], np.dtype[np.bool_]] = home_moves(work.shop, work.orders) != order_moves(
        work.shop, work.orders
    )
    return found


def _content(work: Work, orders: Rows, printing: Printing) -> bytes:
    from teiki_sim.pdf import known_characters

    def lacking(text: str) -> set[str]:
        return set(text) - known_characters()

    told, touched = replaced(sheet(work.shop, orders, COLUMNS), lacking)
    place, _ = item_rows(work.shop, orders)
    things, _ = replaced(sheet(work.shop, orders, ITEM_COLUMNS, per_item=True), lacking)
    if touched.any():
        work.results.note(np.isin(work.orders, orders[touched]), _GETA)
    return printing.file(told, things, np.bincount(place, minlength=len(orders)).tolist())


FORM_KINDS: dict[str, JobKind] = {"pdf": JobKind(Printout, print_form, "PDF一括出力", "bulk PDF output")}
