"""audit.html: what the monitors found in somebody else's log or export, and what could not be judged."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from teiki_reports import Lang, findings, sections
from teiki_reports.data import Run
from teiki_reports.pages import Page, Section, fill
from teiki_reports.tables import Table, number, table
from teiki_reports.texts import Texts


def render(audit_dir: Path, lang: Lang) -> str:
    """The page as HTML."""
    say = Texts(lang)
    told: Mapping[str, Any] = json.loads((audit_dir / "audit.json").read_text(encoding="utf-8"))
    violations = Run(audit_dir).violations()
    listing = findings.listing(violations, {}, say) if violations is not None and violations.height else None
    found = sections.findings(violations, listing, (), say)
    note = say("audit_lines") if told["evidence"] == "line" and listing else found.note
    page = Page(
        title=say("audit_title"),
        facts=_facts(told, say),
        overview=(),
        sections=(
            Section(
                found.name, say("audit_findings"), note, found.chart, found.tables, found.empty, found.legend
            ),
            Section("judged", say("audit_judged"), say("audit_judged_note"), tables=(_judged(told, say),)),
        ),
    )
    return fill("audit.html.j2", page, lang)


def _facts(told: Mapping[str, Any], say: Texts) -> tuple[tuple[str, str], ...]:
    form = say(f"audit_form_{told['form']}")
    mapping = f" ({told['mapping']})" if told.get("mapping") else ""
    facts = [(say("audit_file"), f"{told['file']} · {form}{mapping}")]
    facts.append((say("audit_seen"), f"{told['first'] or '–'} – {told['last'] or '–'}"))
    facts += [
        (say("audit_orders"), number(told["orders"])),
        (say("subscriptions"), number(told["subscriptions"])),
    ]
    facts.append((say("violations"), number(sum(told["by_severity"].values()))))
    facts.append((say("money_at_risk"), number(told["money_at_risk"])))
    if told["rejected_rows"]:
        facts.append((say("audit_rejected"), number(told["rejected_rows"])))
    if "orders_by_ledger" in told:
        facts.append((say("audit_by_ledger"), number(told["orders_by_ledger"])))
        facts.append((say("audit_strangers"), number(told["ledger_rows_of_unknown_orders"])))
    facts.append((say("audit_unknown"), ", ".join(told.get("unknown_columns") or ()) or say("none")))
    return tuple(facts)


def _judged(told: Mapping[str, Any], say: Texts) -> Table:
    rows = [
        {
            "invariant": row["id"],
            "case": row["case"],
            "state": say(f"state_{row['state']}"),
            "statement": row[f"statement_{say.lang}"],
            "want": row[f"want_{say.lang}"],
        }
        for row in told["invariants"]
    ]
    headings = {
        "invariant": say("invariant"),
        "state": say("audit_state"),
        "case": say("audit_case"),
        "want": say("audit_want"),
        "statement": say("audit_statement"),
    }
    return table(say("audit_judged").partition(" ")[2], headings, rows, say.lang, file="audit.json")
