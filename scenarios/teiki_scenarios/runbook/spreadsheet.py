"""The runbook as CSV: a row a cell, both languages side by side."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from teiki_scenarios.runbook.answers import Answer

__all__ = ["as_csv", "breaks"]

_COLUMNS = (
    "platform", "method", "operation", "phase", "situation", "operation_ja", "operation_en", "when_ja", "when_en",
    "outcome", "rule", "steps_ja", "steps_en", "conditions_ja", "conditions_en", "effects_ja", "effects_en",
    "instead_ja", "instead_en", "tell_ja", "tell_en", "careless_ja", "careless_en", "breaks", "final_ja", "final_en",
    "rules",
)  # fmt: skip


def as_csv(platform: str, cells: Sequence[Answer]) -> str:
    """A row a cell, both languages side by side; several sentences in a cell are joined by `` / ``."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(_COLUMNS)
    for cell in cells:
        texts: list[str] = []
        for several in (cell.steps, cell.conditions, cell.effects, cell.instead, cell.tell):
            texts += [" / ".join(words[i] for words in several) for i in (0, 1)]
        rows.writerow(
            (
                platform, cell.method, cell.operation, cell.phase or "subscription", cell.situation, *cell.title,
                *cell.when, cell.outcome, cell.rule, *texts, *cell.slip, breaks(cell), *cell.final,
                " ".join(cell.rules),
            )
        )  # fmt: skip
    return out.getvalue()


def breaks(cell: Answer) -> str:
    """What the careless way breaks, in a line."""
    return "; ".join(" ".join(filter(None, pair)) for pair in cell.breaks)
