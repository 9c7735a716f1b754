"""Pages, charts and tables made from the files of a run.

>>> from teiki_reports import write_report
>>> write_report(Path("out"), Path("out/report.html"), "ja")  # doctest: +SKIP
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

__all__ = ["Lang", "render_runbook", "write_audit", "write_forecast", "write_report"]

Lang = Literal["ja", "en"]


# Altair and polars take a second to import: a command that draws nothing shouldn't pay for them.
def write_report(run_dir: Path, out: Path, lang: Lang = "ja") -> None:
    """Write the page of a simulated run: one file that opens offline.

    `out` is the file, or a directory that gets a `report.html`.
    """
    from teiki_reports.report import render

    _file(out, "report.html").write_text(render(run_dir, lang), encoding="utf-8", newline="\n")


def write_forecast(run_dir: Path, out: Path, lang: Lang = "ja") -> None:
    """Write the page of a forecast: parcels a day, by week, by product and by cause.

    `out` is the file, or a directory that gets a `forecast.html`.
    """
    from teiki_reports.forecast import render

    _file(out, "forecast.html").write_text(render(run_dir, lang), encoding="utf-8", newline="\n")


def write_audit(audit_dir: Path, out: Path, lang: Lang = "ja") -> None:
    """Write the page of an audit: what was found, and what could not be judged for want of what.

    `out` is the file, or a directory that gets an `audit.html`.
    """
    from teiki_reports.audit import render

    _file(out, "audit.html").write_text(render(audit_dir, lang), encoding="utf-8", newline="\n")


def render_runbook(book: Mapping[str, Any]) -> str:
    """The page of a runbook, from its cells as plain data in one language."""
    from teiki_reports.runbook import render

    return render(book)


def _file(out: Path, name: str) -> Path:
    return out / name if out.is_dir() else out
