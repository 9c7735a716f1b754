"""report.html: what happened in a run, on one page."""

from pathlib import Path

from teiki_reports import Lang, comparison, findings, marketplace, overview, sections
from teiki_reports.data import Run
from teiki_reports.pages import Finding, Page, fill
from teiki_reports.texts import Texts


def render(run_dir: Path, lang: Lang) -> str:
    """The page as HTML."""
    run, say = Run(run_dir), Texts(lang)
    summary, days, events = run.summary(), run.shipments(), run.events()
    violations, slips = run.violations(), run.truth()

    listing, note = None, ""
    parts: tuple[Finding, ...] = ()
    if violations is not None and violations.height:
        listing = findings.listing(violations, findings.anchors(violations), say)
        parts = findings.followed(violations, events, say)
        if len(parts) < violations.height:
            note = say("evidence_cap", total=f"{violations.height:,}", shown=f"{len(parts):,}")
    others = (overview.truth(slips, say),) if slips is not None and slips.height else ()
    page = Page(
        title=say("report_title"),
        facts=overview.facts(summary, days, violations, say),
        overview=overview.tables(summary, say),
        sections=(
            sections.shipments(days, run.shipments_by("product"), say),
            sections.outcomes(events, say),
            sections.holds(events, say),
            sections.failures(events, say),
            sections.findings(violations, listing, others, say),
            *marketplace.section(summary, say),
            *comparison.section(run_dir, say),
        ),
        findings=parts,
        findings_note=note,
    )
    return fill("report.html.j2", page, lang)
